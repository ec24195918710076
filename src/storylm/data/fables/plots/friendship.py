"""Plots about friends: sharing, making up, winning and losing, being new."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import moral, passer_by, sight
from storylm.data.fables.story import Story


@plot(
    (
        "{hero} had {a food=FOODS} for lunch. {He} <walked> to {place=PLACES} to eat it [in "
        "peace|all alone|in the fresh air|there]."
    ),
    "{hero} was hungry, so {he} packed {a food=FOODS} and <walked> to {place=PLACES}.",
    "{hero} began the long walk to {place=PLACES} with {a food=FOODS} from {his} {giver=FAMILY}.",
    summaries=(
        "{hero=FOLK} has {a food=FOODS} for lunch, and somebody else is hungry.",
        "{hero=FOLK} meets a hungry friend at {place=PLACES} and has only {a food=FOODS}.",
    ),
    hints=(
        "somebody else had nothing to eat",
        "somebody would ask {him} for something that day",
        "a small lunch can make a big difference",
    ),
)
def shared_snack(s: Story) -> None:
    """A snack, somebody hungry, and a choice that comes back."""
    sight(s)
    s.plot(
        "{He} was about to take a bite when {friend=cast.folk} [came by|came along|sat down].",
        "There sat {friend=cast.folk}, all alone[ on a log| on a rock| under a tree|].",
        "{hero} opened {his} bag. Then {friend=cast.folk} sat down next to {him}.",
        "Next to {him} sat {friend=cast.folk}, who lived {friend_at=WHERE}.",
        "At {meeting=CLOCKS}, {friend=cast.folk} sat down beside {him}.",
    )
    s.plot(
        '"I am so hungry," {friend.he} <say> <soft>. "I had only {a crumb=FOODS} yesterday."',
        '"I dream of {dream_food=SWEETS}, I am so hungry," {friend.he} <say> <soft>.',
        '"I have eaten nothing but {a crumb=FOODS} for {days=FEW} days," {friend.he} <say> <soft>.',
        '"[Mmm|Oh|My], that smells like {smell3=SMELLS}," {friend.he} <say> <soft>.',
        '"My lunch {mishap=FOOD_LOSS}," {friend.he} <say> <soft>.',
        '{friend}\'s tummy [growled|rumbled]. "I feel <sad>," {friend.he} <say> <soft>.',
    )
    s.paragraph()
    way = s.turn(
        share=(
            "{hero} thought for {number=FEW} seconds and gave {friend} one half of the {food}.*3",
            (
                '"[Eat|Take this|Here|Look], {friend}!" {hero} <cried>, and gave {friend.him} '
                "the {bigger=HALVES} half.*3"
            ),
            '"You can have half of my {food}," {hero} <said> <adv>.*3',
            (
                '"Then we will [share|eat together|have a picnic]," {hero} <said> <adv>, and '
                "cut the {food} in two.*3"
            ),
        ),
        keep=('"It is mine!" {hero} <cried>, and ate the {food} [alone|in one bite|very fast].*5',),
        bad=(
            (
                '"[There is not enough|It is too small|I am hungry, too]," {hero} <said>, and '
                "ate the {food} alone.*2"
            ),
        ),
    )
    if way == "bad":
        lonely_lunch(s)
        return
    if way == "keep":
        selfish(s)
    else:
        s.plot(
            "They ate and talked about {talk=DREAMS} and {talk2=DREAMS}.",
            '"It tastes like {taste=SWEETS}!" <cried> {friend}, and {hero} felt <happy>.',
            "They counted {count=FEW} {plural counted=CRITTERS} while they ate.",
            '"Mmm," {friend} <say> <adv>. "This is the best {food!} in the world!"',
            "Half of it was enough, and both of them felt <happy>.",
            "Even {a guest_look=ANIMAL_LOOKS} {guest=CRITTERS} got some crumbs.",
        )
        s.plot(
            "[Then|After lunch|Later], {friend} [showed|taught] {hero} how to {skill=SKILLS}.",
            (
                '"Now I will give you something, too," {friend} <say> <adv>. It was {a '
                "colour=COLOURS} {toy=TOYS}."
            ),
            (
                "The next day, {friend} brought {a other=FOODS} and gave {hero} the "
                "{half2=HALVES} half."
            ),
            "[Then|After lunch|Later], they played {game=GAMES_NAMES} with {third=cast.folk}.",
            "[Then|After lunch|Later], {friend} sang a song about {song=DREAMS} for {hero}.",
        )
    s.plot(
        "From then on, they ate lunch together every [day|second day|Monday|Sunday|Friday].",
        "From then on, {hero} and {friend} were <friends>.",
        "They said goodbye at {clock=NIGHTS} and felt <happy>.",
        "That was how {hero} and {friend} became <friends>.",
        "They [walked|sang|skipped|danced] home and felt <happy>.",
        '"[See you soon|Until tomorrow|Good night], {friend}!" <cried> {hero} at {clock=NIGHTS}.',
    )
    moral(
        s,
        "Sharing makes everything taste better.",
        "When you share, you get more than you give.",
        "Half of {food.a} with a friend is better than a whole one.",
    )


def selfish(s: Story) -> None:
    """The hero keeps the food, gets into need, and is treated better than deserved."""
    s.plot(
        "{friend} [said nothing|felt <sad>] and [looked at the ground|turned away].",
        "A tear ran down {friend}'s [face|nose|cheek].",
        '"[Oh|I see|Never mind]," {friend} <said> <soft>.',
    )
    s.plot(
        "[But soon|But then|Soon], {hero}'s tummy hurt as if {a swallowed=MEASURES} were in it.",
        "[But soon|But then|Soon], {hero} lost {his} way and felt <sad>.",
        "[Soon|Later|On the way home], {hero} {mishap2=FALLS}, and nobody was there to help.",
    )
    s.plot(
        (
            'It was {friend} who came. "[Let me help you|Come with me|I am still here]," '
            "{friend.he} <say> <adv>."
        ),
        '{friend} heard {him} cry and came back. "I will help you," {friend.he} <say> <adv>.',
    )
    s.plot(
        '"But I did not share my {food!} with you," {hero} <said> <soft>. "I am sorry."',
        '"Why do you help me? I ate the {food!} alone," {hero} <said> <soft>.',
        '"I am sorry that I kept the {food!}," {hero} <said> <soft>.',
    )
    s.plot(
        '"I know," {friend} <said> <adv>. "But I like you anyway."',
        '"Next time, we can share," {friend} <said> <adv>.',
        '"That is [forgotten|all right|long ago]," {friend} <said> <adv>.',
    )


def lonely_lunch(s: Story) -> None:
    """The hero keeps the food, and knows the next day how hunger feels."""
    s.plot(
        "{friend} [said nothing|felt <sad>] and <walked> away.",
        '"[Oh|I see|Never mind]," {friend} <said> <soft>, and <walked> away.',
    )
    s.plot(
        "The next day, it was {hero} who was hungry: {his} lunch {mishap=FOOD_LOSS}.",
        '"My lunch {mishap=FOOD_LOSS}!" <cried> {hero} the next day.',
    )
    s.plot(
        "{friend} sat with {other=cast.folk}, and the two of them shared {a shared=FOODS}.",
        "Not far away, {friend} and {other=cast.folk} were eating {shared2=SWEETS}.",
        "This time, it was {friend} who had a big lunch: {shared2=SWEETS}, and {a shared=FOODS}!",
    )
    s.plot(
        "{hero} did not dare to ask. {He} felt <sad> and <walked> home.",
        '"I should have shared my {food!}," {hero} <whispered> and felt <sad>.',
        "{hero} [looked|watched] from far away, thought of the {food!}, and felt <sad>.",
    )
    moral(
        s,
        "When you eat alone, you stay alone.",
        "Share today, for tomorrow it may be you who is hungry.",
        "A full tummy does not keep the heart warm.",
    )


@plot(
    (
        "somebody new came to live {new_at=WHERE}. It was {friend=cast.folk}, who wore {a "
        "look=CLOTH_LOOKS} {colour=COLOURS} {friend_garment=GARMENTS}."
    ),
    (
        "there was somebody new at school. It was {friend=cast.folk}, in {a look=CLOTH_LOOKS} "
        "{colour=COLOURS} {friend_garment=GARMENTS}."
    ),
    summaries=(
        "{hero=FOLK} meets somebody new, who wears {a friend_garment=GARMENTS} and is laughed at.",
        "{hero=FOLK} must choose whether to laugh at {a colour=COLOURS} {friend_garment=GARMENTS}.",
    ),
    hints=(
        "somebody would need a kind word from {him}",
        "one should not judge too soon",
    ),
    features="Conflict",
    long=True,
    characters=3,
)
def newcomer(s: Story) -> None:
    """Somebody new is judged by the looks."""
    s.plot(
        "{friend} [stood|waited|sat] {perch=STANDING} and did not say a word.",
        "{friend} [stood|sat] {perch=STANDING} and ate {a snack=FOODS} all alone.",
        "{friend} held {friend.his} {plush=TOYS} tight and felt <sad>.",
        "At [lunch|breakfast|snack time], {friend} felt <sad> and ate nothing.",
        "{friend} did not know anybody and felt <sad>.",
    )
    s.plot(
        '"Look at that {friend_garment}!" <cried> {rival=cast.folk}, and everybody laughed.',
        'The others laughed. "You look like {a like=MEASURES}!" <cried> {rival=cast.folk}.',
        (
            '"That is a silly {friend_garment}," <say> {rival=cast.folk} [loudly|rudely|with '
            "a laugh|at once]."
        ),
        '"Only {a like=MEASURES} wears {friend_garment.a} like that," <say> {rival=cast.folk}.',
    )
    s.paragraph()
    way = s.turn(
        laughed=("{hero} laughed, too. But when {friend} began to cry, {he} felt <sad>.*3",),
        kind=(
            "{hero} did not laugh. {He} knew how it was to feel <sad>.*3",
            (
                '"I like it," {hero} <said> <adv>. The others [stopped laughing|looked at '
                "{him}|said nothing].*3"
            ),
        ),
        bad=(
            (
                "{hero} laughed, too, [louder|longer] than {rival}. Then {he} <walked> away "
                "to play {game=GAMES_NAMES}."
            ),
        ),
    )
    if way == "bad":
        too_late(s)
        return
    if way == "laughed":
        s.plot(
            "All night, {he} thought of {friend} and felt <sad>.",
            'That evening, {his} {adviser=FAMILY} <say>, "{what=ADVICE}."',
            "At {awake=NIGHT_HOURS}, {he} was still awake and thought of {friend}.",
        )
        s.plot(
            (
                'The next day, {he} <walked> up to {friend}. "I am sorry that I laughed," '
                "{he} <say> <soft>."
            ),
            (
                'In the morning, {he} gave {friend} {a sorry=FOODS}. "Please forgive me," '
                "{he} <say> <soft>."
            ),
            (
                'Early the next day, {he} <walked> to {friend}. "[I am sorry|It was not kind '
                'to laugh]," {he} <say> <soft>.'
            ),
        )
    else:
        s.plot(
            'Then {he} <walked> up to {friend}. "Mine is {wear_colour}, look!" {he} <say> <adv>.',
            (
                'Then {he} sat down next to {friend}. "[Would you like|May I give you|Do you '
                'like] {a treat=FOODS}?" {he} <asked> <adv>.'
            ),
            (
                'Then {he} <walked> up to {friend}. "Do you want to play {game=GAMES_NAMES}?" '
                "{he} <asked> <adv>."
            ),
        )
    s.plot(
        '"My {maker=FAMILY} made this {friend_garment!} for me," {friend} <said> <soft>.',
        '"It was a present from my {maker=FAMILY}, who lives far away," {friend} <said> <soft>.',
        (
            '{friend} felt <happy>. "My {maker=FAMILY} made this {friend_garment!}," '
            "{friend.he} <said>."
        ),
        '"In this {friend_garment!}, I feel less <sad>," {friend} <said> <soft>.',
    )
    s.plot(
        ("[Then|Later|After that], they <walked> to {place=PLACES}."),
        (
            '"Let us go to {place=PLACES}," <say> {hero}. "[Yes|Good idea|Come on]!" {friend} '
            "<said>."
        ),
        "At {fun_time=CLOCKS}, they <walked> to {place=PLACES} [together|side by side].",
    )
    sight(s)
    s.plot(
        "{friend} showed {hero} how to {skill=SKILLS}, and they stayed until {clock=NIGHTS}.",
        (
            "Later, {friend} wanted to learn how to {skill=SKILLS}. That [was easy|was "
            "fun|took {hours=FEW} hours]."
        ),
        "{friend} could {skill=SKILLS} and knew stories about {talk=DREAMS}.",
        "Both of them liked to {skill=SKILLS}, and they felt <happy>.",
    )
    s.paragraph()
    s.plot(
        "The next day, {number_kids=FEW} {cast} came and wanted to {skill!}, too.",
        "A week later, everybody wanted to have {friend_garment.a!} like {friend}'s.",
        "From then on, {hero} and {friend} were <friends>, and {rival} said sorry.",
        "Soon even {rival} [asked|wanted] to play with {friend}, and they all felt <happy>.",
        '"I want {friend_garment.a!} like that, too," {rival} <say> <soft>.',
    )
    moral(
        s,
        "Do not judge others by what they wear.",
        "A kind word can make a new friend.",
        "Everybody was new once.",
    )


def too_late(s: Story) -> None:
    """The newcomer is gone before the hero can say sorry."""
    s.plot(
        "But that night, {he} thought of {friend} and felt <sad>.",
        'That evening, {his} {adviser=FAMILY} <say>, "{what=ADVICE}."',
        "But at {awake=NIGHT_HOURS}, {he} was still awake and felt <sad>.",
    )
    s.plot(
        "The next day, {he} took {a sorry=FOODS} and <walked> to {friend}.",
        "After {days=FEW} days, {he} <walked> to {friend} with {flowers=FLOWERS}.",
        "After {days=FEW} days, {he} wanted to say sorry and <walked> to {friend}.",
    )
    s.plot(
        (
            'But the house was empty. "{friend} has moved to {far=FAR_PLACES}," a neighbor '
            "<say> <soft>."
        ),
        'But nobody was there. "They went away to {far=FAR_PLACES}," <say> the {told_by=PASSERS}.',
    )
    s.plot(
        "Only the {colour} {friend_garment!} still hung {left_at=STANDING}. {hero} felt <sad>.",
        '"I never said that I was sorry," {hero} <whispered> and felt <sad>.',
        "{hero} often thought of the {colour} {friend_garment!} and felt <sad>.",
    )
    moral(
        s,
        "An unkind laugh cannot be taken back.",
        "Be kind right away, or it may be too late.",
        "It hurts to be laughed at, and it hurts to have laughed.",
    )


@plot(
    (
        "{hero} and {friend=cast.folk} wanted to build {a building=BUILDINGS} near "
        "{place=SPOTS}, as [big|high|strong|fine] as {a measure=MEASURES}."
    ),
    (
        '"Let us build {a building=BUILDINGS} near {place=SPOTS}!" <say> {hero} to {his} '
        "friend {friend=cast.folk}."
    ),
    summaries=(
        "{hero=FOLK} and a friend build {a building=BUILDINGS} and quarrel about it.",
        "{hero=FOLK} wants to build {a building=BUILDINGS} near {place=SPOTS}, but not all alone.",
    ),
    hints=(
        "there would be a quarrel before the work was done",
        "it is easier to build a house than to keep a friend",
    ),
    features="Conflict",
    long=True,
)
def building(s: Story) -> None:
    """Two friends quarrel over how to build, and find out whether they need one another."""
    s.plot(
        "{hero} brought {a tool=CRAFT_TOOLS}, and {friend} brought {glue=GLUES}.",
        "They carried {number=FEW} boards, {glue=GLUES}, and {a tool=CRAFT_TOOLS} there.",
        "{friend} had {glue=GLUES}, {hero} had {a tool=CRAFT_TOOLS}, and they felt <happy>.",
        "From {start=WHERE_NAMES}, they brought {glue=GLUES} and {a tool=CRAFT_TOOLS}.",
        "{hero}'s {lender=FAMILY} gave them {glue=GLUES} and {a tool=CRAFT_TOOLS}.",
    )
    passer_by(s)
    s.plot(
        '"It must be {colour=COLOURS}!" <cried> {hero}. "No, {colour2=COLOURS}!" <cried> {friend}.',
        (
            "{hero} wanted to paint it {colour=COLOURS}, but {friend} wanted it to be "
            "{colour2=COLOURS}."
        ),
        (
            '"I will paint it {colour=COLOURS}," <say> {hero} <adv>. "No, {colour2=COLOURS} '
            'is better," <said> {friend}.'
        ),
    )
    s.plot(
        '"{colour.Text!} is [ugly|boring|for babies]!" {friend} <cried> and felt <angry>.',
        (
            '"[You never listen to me|You always know better|I am not your helper]!" {friend} '
            "<cried> and felt <angry>."
        ),
        "They pulled at the {tool} from both sides, until {friend} {mishap=FALLS}.",
        '"And you are too {excuse=EXCUSES} to build anything!" {hero} <cried>.',
        "They both felt <angry> and stamped on the ground.",
    )
    s.plot(
        "At {left_at=CLOCKS}, {friend} took the {glue} and <walked> home.",
        (
            "[Then |So |In the end, |At last, ]{friend} <walked> away with the {glue}, and "
            "{hero} felt <sad>."
        ),
        '"I am going home," {friend} <say> <soft>, and took the {glue} along.',
    )
    s.paragraph()
    s.plot(
        (
            "Without {glue!}, the {building!} fell apart {times=FEW} times, and {hero} "
            "{mishap2=FALLS}."
        ),
        "All alone, {hero} worked <busy> until {clock=LATE}. Then the {building!} fell to pieces!",
        (
            "{A wind_look=ANIMAL_LOOKS} {wind=CRITTERS} sat down on the {building!}, and it "
            "fell to pieces!"
        ),
        "{hero} worked <busy>, but the {building!} [stood|hung|was] crooked. {He} felt <sad>.",
        "In the night, a storm blew down what there was of the {building!}.",
    )
    way = s.turn(
        hero=(
            "{hero} <walked> to {friend} with {a peace_look=FOOD_LOOKS} {peace=FOODS}.*3",
            "After {days=FEW} days, {hero} felt <sad> and <walked> to {friend}.*3",
        ),
        friend=(
            "The next morning, {friend} came back with {a peace_look=FOOD_LOOKS} {peace=FOODS}.*3",
            "But {friend} felt <sad> and came back at {back=CLOCKS} the next day.*3",
        ),
        bad=(
            '"I do not need {friend}," {hero} <say>. But {he} felt <sad>.*1',
            "{hero} waited for {friend} to say sorry, and {friend} waited for {hero}.*1",
        ),
    )
    if way == "bad":
        never_built(s)
        return
    if way == "hero":
        s.plot(
            '"I am sorry. It can be {colour2!}," {hero} <say> <soft>.',
            '"I was [silly|wrong|stubborn]," {hero} <say> <soft>. "I like {colour2!}, too."',
            '"We can paint it {colour2!}," {hero} <say> <soft>. "I miss you."',
        )
    else:
        s.plot(
            '"I am sorry. It can be {colour!}," {friend} <say> <soft>.',
            '"I was [silly|wrong|stubborn]," {friend} <say> <soft>. "I like {colour!}, too."',
            '"We can paint it {colour!}," {friend} <say> <soft>. "I miss you."',
        )
    s.know(maker=s.friend if way == "hero" else s.hero)
    s.plot(
        '"Or {colour!} and {colour2!}!" {maker} <said> <adv>.',
        '"{colour.Text!} and {colour2!}?" {maker} <asked> <adv>. "Yes!" they both <cried>.',
        "They [laughed|hugged|thought about it]. Why not {colour!} and {colour2!}?",
        ('"[We can paint it|Let us make it] {colour!} and {colour2!}," {maker} <said> <adv>.'),
    )
    s.paragraph()
    s.plot(
        (
            "After {hours=FEW} hours, the {building!} was ready, [strong and|big and|bright "
            "and] {proud_look=REPAIRED}."
        ),
        "They worked <busy>, and at {done=NIGHTS} the {building!} was ready.",
        "It was the [finest|best|greatest|nicest|strongest|prettiest] {building!} near {place!}.",
        ("This time, the {building!} did not fall down, not even under {a jumper=CRITTERS}."),
    )
    s.plot(
        "They sat next to it, ate {plural meal=FOODS}, and felt <happy>.",
        ("Even the {passing2=PASSERS} came to [look at|admire|see] it."),
        "{hero} put {flowers=FLOWERS} in front of it, and they felt <happy>.",
        "{friend} hung {a flag_colour=COLOURS} {flag=GARMENTS} on it, like a flag.",
        "Then they played {game=GAMES_NAMES} beside it and felt <happy>.",
    )
    moral(
        s,
        "Two can do more than one.",
        "When you quarrel, be the first to say sorry.",
        "There is room for more than one idea.",
    )


def never_built(s: Story) -> None:
    """Nobody says sorry, and nothing gets built."""
    s.plot(
        (
            "For {days=FEW} days, nobody worked on it. It rained, and the boards "
            "[broke|rotted|turned green]."
        ),
        (
            "For {days=FEW} weeks, they did not [talk|play|meet]. It rained on the boards "
            "near {place!}."
        ),
        "Then somebody took away the boards, and they both felt <sad>.",
    )
    s.plot(
        "In the end, there was no {building!}, neither {colour!} nor {colour2!}.",
        "The {building!} was never built, neither in {colour!} nor in {colour2!}.",
    )
    s.plot(
        "When they met at {met_at=SHOPS}, they both felt <sad>, but neither of them said a word.",
        "{hero} played {game=GAMES_NAMES} alone and felt <sad>.",
        "{friend} now played {game=GAMES_NAMES} with {other=cast.folk}, and {hero} felt <sad>.",
    )
    moral(
        s,
        "A quarrel about little things can cost you a big one.",
        "Somebody has to say sorry first.",
        "To be right and alone is no fun.",
    )


PLOTS = (shared_snack, newcomer, building)
