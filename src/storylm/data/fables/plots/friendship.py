"""Plots about friends: sharing, making up, winning and losing, being new."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import moral, passer_by, sight
from storylm.data.fables.story import Story


@plot(
    (
        "{hero} had {a food=FOODS} for lunch. {He} <walked> to {place=PLACES} to eat it "
        "{eat_at=STANDING}."
    ),
    "{hero} was hungry, so {he} packed {a food=FOODS} and <walked> to {place=PLACES}.*2",
    "{his} {giver=FAMILY} gave {hero} {a food=FOODS} for the long walk to {place=PLACES}.*2",
)
def shared_snack(s: Story) -> None:
    """A snack, somebody hungry, and a choice that is paid back."""
    sight(s)
    s.plot(
        "{He} sat down and was about to take a bite when {friend=cast.folk} came by.",
        "There sat {friend=cast.folk}, all alone[ on a log| on a rock|].",
        "{hero} opened {his} bag. Right then {friend=cast.folk} sat down next to {him}.",
    )
    s.plot(
        '"I am so hungry," <say> {friend} <soft>. "I had only {a crumb=FOODS} yesterday."',
        '"I dream of {dream_food=SWEETS}, I am so hungry," <say> {friend} <soft>.',
        "{friend} had eaten nothing but {a crumb=FOODS} for {days=FEW} days.",
        '"That {food} smells like {smell3=SMELLS}," {friend} <whispered>. "I have nothing to eat."',
        '{friend} looked at the {food} and <said>, "My lunch {mishap=FOOD_LOSS}."',
        '{friend}\'s tummy made a loud noise. "Sorry," {friend.he} <said>. "I did not eat today."',
    )
    s.paragraph()
    way = s.turn(
        share=(
            (
                "{hero} thought for {number=NUMBERS} seconds. Then {he} broke the {food} in two "
                "and gave {friend} one half.*2"
            ),
            (
                '{hero} gave {friend} the {bigger=HALVES} half of the {food} and <said>, "Eat, '
                '{friend}!"*2'
            ),
            '"Here, you can have half of my {food}," <say> {hero} <adv>.*2',
            (
                '"Then we will share," {hero} <say> <adv>, and cut the {food} in two with {a '
                "knife_look=LOOKS} knife.*2"
            ),
        ),
        keep=('"It is mine!" {hero} <said>, and ate the whole {food} alone.*2',),
    )
    if way == "keep":
        selfish(s)
    else:
        s.plot(
            "They ate and talked about {talk=DREAMS} and {talk2=DREAMS}.",
            '"This tastes like {taste=SWEETS}!" <cried> {friend}, and {hero} felt <happy>.',
            (
                "They saw {plural counted=CRITTERS} while they ate, and {friend} told {a "
                "joke_look=LOOKS} joke."
            ),
            '"Mmm," <said> {friend}. "This is the best {food!} in the world!"',
            "Half of the {food} was enough, and both of them felt <happy>.",
        )
        s.plot(
            "After lunch, {friend} showed {hero} how to {skill=SKILLS}.",
            (
                '"Now I want to give you something, too," {friend} <said>, and gave {hero} {a '
                "colour=COLOURS} {toy=TOYS}."
            ),
            "The next day, {friend} brought {a other=FOODS} and gave {hero} the bigger half.",
        )
    s.plot(
        "From then on, {hero} and {friend} ate lunch together {lunch_at=STANDING}.",
        "From then on, {hero} and {friend} were <friends>, and nobody felt <sad> anymore.",
        "They said goodbye at {clock=LATE}, and both of them felt <happy>.",
        (
            "That was how {hero} and {friend} became <friends>, and soon they could both "
            "{skill4=SKILLS}."
        ),
        "{hero} and {friend} [walked|sang|skipped|danced] home and felt <happy>.",
    )
    moral(
        s,
        "Sharing makes everything taste better.",
        "When you share, you get more than you give.",
        "Half of {food.a} and a friend is better than a whole {food} alone.",
    )


def selfish(s: Story) -> None:
    """The hero keeps the food, gets into need, and is treated better than deserved."""
    s.plot(
        "{friend} said nothing and looked at the ground.",
        "A tear ran down {friend}'s face.",
        '"Oh," <said> {friend}, and turned away.',
    )
    s.plot(
        "But at {ache_time=CLOCKS}, {hero}'s tummy hurt as if {a swallowed=MEASURES} were in it.",
        (
            "On the way home, {hero} [fell into the mud|hurt {his} foot|lost {his} way], and "
            "nobody was there to help."
        ),
    )
    s.plot(
        (
            'It was {friend} who came. "[Let me help you|Take my hand|Come with me]," {friend.he} '
            "<said>."
        ),
        '{friend} heard {him} cry and came back at once. "I will help you," {friend.he} <said>.',
    )
    s.plot(
        '"But I did not share my {food!} with you," <said> {hero}. "I am sorry."',
        '{hero} felt bad. "Why do you help me? I kept the {food!} for myself," {he} <said>.',
    )
    s.plot(
        '"I know," {friend} <said>. "But I like you anyway."',
        '"Next time, we can share," <said> {friend} with a smile.',
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
)
def newcomer(s: Story) -> None:
    """Somebody new is judged by the looks, and turns out a friend."""
    s.plot(
        "{friend} stood {perch=STANDING} and did not say a word.",
        "{friend} sat {perch=STANDING} and ate {a snack=FOODS} all alone.",
        "At {meal=MEALS}, {friend} held {a plush_look=LOOKS} {plush=TOYS} tight and felt <sad>.",
    )
    s.plot(
        (
            '"Look at that {colour} {friend_garment}!" somebody <said>. They all laughed like '
            "{plural laughing=CRITTERS}."
        ),
        (
            'The others made fun of the {colour} {friend_garment}. "You look like {a '
            'like=MEASURES}!" they <said>.'
        ),
        (
            '"That is a silly {friend_garment}," <said> {rival=cast.folk}, who was not very '
            "{rival_trait=NICE}."
        ),
    )
    s.paragraph()
    way = s.turn(
        laughed=(
            "{hero} laughed, too. But when {he} saw that {friend} began to cry, {he} felt <sad>.*2",
        ),
        kind=("{hero} did not laugh. {He} knew how it was to feel <sad>.*3",),
    )
    if way == "laughed":
        s.plot(
            (
                "All night, {he} thought of {friend} and the {colour} {friend_garment}. The next "
                "day, {he} <walked> up to {friend.him}."
            ),
            (
                'That evening, {his} {adviser=FAMILY} <said>, "{what=ADVICE}." So {hero} <walked> '
                "to {friend} early the next day."
            ),
        )
        s.plot(
            '"I am sorry that I laughed," {he} <say> <soft>.',
            "{He} gave {friend} {a sorry=FOODS} and asked {friend.him} to forgive {him}.",
        )
    else:
        s.plot(
            (
                '{He} <walked> up to {friend} and <said>, "I like your {friend_garment}. Mine is '
                '{wear_colour}, look!"'
            ),
            (
                'Instead, {he} sat down next to {friend} and <asked>, "Would you like {a '
                'treat=FOODS}?"'
            ),
        )
    s.plot(
        (
            '"My {maker=FAMILY} made this {friend_garment!} for me," <say> {friend} <soft>. "It '
            "keeps me from feeling "
            '<sad>."'
        ),
        (
            '"This {friend_garment!} was a present from my {maker=FAMILY}," <said> {friend}. '
            '"{maker.He} lives far '
            'away now."'
        ),
    )
    s.plot(
        (
            "They <walked> to {place=PLACES} together. There {friend} showed {hero} how to "
            "{skill=SKILLS}."
        ),
        (
            'Then {friend} <asked>, "Do you know how to {skill=SKILLS}? I can show you!" They '
            "<walked> to {place=PLACES}."
        ),
    )
    sight(s)
    s.plot(
        "{hero} {mishap=MISHAPS}, and both of them laughed until their {part=BODY} hurt.",
        "It was so much fun that they forgot {forgotten=SWEETS} and stayed until {clock=LATE}.",
        "They stayed for {hours=FEW} hours, and on the way home they sang about {song=DREAMS}.",
    )
    s.paragraph()
    s.plot(
        (
            "{friend} felt <happy>, and {friend.his} {colour} {friend_garment!} looked "
            "{new_look=PRECIOUS} in the sun."
        ),
        "The next day, {number_kids=FEW} {cast} came and wanted to {skill!}, too.",
        "A week later, everybody wanted to have {friend_garment.a!} like {friend}'s.",
        (
            "From then on, {hero} and {friend} were <friends>. The {colour} {friend_garment!} and "
            "the {wear_colour} {garment} hung side by side."
        ),
    )
    moral(
        s,
        "Do not judge others by what they wear.",
        "A kind word can make a new friend.",
        "Everybody was new once.",
    )


@plot(
    (
        "{hero} and {friend=cast.folk} wanted to build {a look=LOOKS} {building=BUILDINGS} near "
        "{place=PLACES}."
    ),
    (
        '"Let us build {a look=LOOKS} {building=BUILDINGS} near {place=PLACES}!" <said> {hero} to '
        "{his} friend {friend=cast.folk}."
    ),
)
def building(s: Story) -> None:
    """Two friends quarrel over how to build, and find out that they need one another."""
    s.plot(
        (
            "{hero} brought {a tool_look=LOOKS} {tool=TOOLS}, and {friend} brought {glue=GLUES} "
            "and {a tool2=TOOLS}."
        ),
        (
            "They carried {number=NUMBERS} boards, {glue=GLUES}, and {a tool=TOOLS} all the way "
            "from {start=WHERE_NAMES}."
        ),
        (
            "{friend} had {glue=GLUES}, {hero} had {a tool_look=LOOKS} {tool=TOOLS}, and both of "
            "them felt <happy>."
        ),
    )
    sight(s)
    s.plot(
        '"It must be {colour=COLOURS}!" <said> {hero}. "No, {colour2=COLOURS}!" <said> {friend}.',
        (
            "{hero} wanted to paint it {colour=COLOURS}, but {friend} wanted it to be "
            "{colour2=COLOURS}."
        ),
    )
    s.plot(
        (
            '"{colour.Text!} is ugly!" <cried> {friend}. "And {colour2!} is for babies!" <cried> '
            "{hero}."
        ),
        (
            '"You never listen to me!" <cried> {friend}, who felt <angry>. "And you are too '
            '{excuse=EXCUSES}!" {hero} <cried>.'
        ),
        "They pulled at the {tool} from both sides, until {friend} {mishap=MISHAPS}.",
    )
    s.plot(
        "So {friend} <walked> home <busy> with the {glue}, and {hero} stayed.",
        "Then {friend} <walked> away with the {glue}, and {hero} felt <sad>.",
    )
    s.paragraph()
    s.plot(
        (
            "Without {glue!}, the {building!} fell down {times=NUMBERS} times, and {hero} "
            "{mishap2=MISHAPS}."
        ),
        (
            "All alone, {hero} built until {clock=LATE}. Then {a wind_look=ANIMAL_LOOKS} "
            "{wind=CRITTERS} sat down on the {building!}, and it fell to pieces!"
        ),
    )
    passer_by(s)
    way = s.turn(
        hero=(
            (
                "In the end, {hero} <walked> to {friend} with {a peace_look=FOOD_LOOKS} "
                "{peace=FOODS}.*2"
            ),
        ),
        friend=(
            "The next morning, {friend} came back with {a peace_look=FOOD_LOOKS} {peace=FOODS}.*2",
        ),
    )
    if way == "hero":
        s.plot(
            '"I am sorry. It can be {colour2!}," {hero} <say> <soft>.',
            '"I was silly," {hero} <say> <soft>. "We can paint it {colour2!}, if you like."',
        )
    else:
        s.plot(
            '"I am sorry. It can be {colour!}," {friend} <say> <soft>.',
            '"I was silly," {friend} <say> <soft>. "We can paint it {colour!}, if you like."',
        )
    s.plot(
        '"Or {colour!} and {colour2!}!" they both <cried> and felt <happy>.',
        '"{colour.Text!} and {colour2!}?" <asked> {friend} <adv>. "Yes!" <cried> {hero}.',
        (
            "They looked at one another. Why not {colour!} and {colour2!}? That was the best idea "
            "of all."
        ),
    )
    s.paragraph()
    s.plot(
        (
            "After {hours=FEW} hours, the {building!} was ready, {colour!} and {colour2!} and "
            "{proud_look=PRETTY}."
        ),
        (
            "Together they built it up again, {colour!} on one side and {colour2!} on the other. "
            "It was the {praise=SUPERLATIVES} {building!} near {place!}."
        ),
    )
    s.plot(
        "They sat next to it, ate {plural meal=FOODS}, and felt <happy>.",
        "Even {a passing_look=MOODS} {passing=PASSERS} came to look at it.",
        (
            "{hero} put {a flag_look=CLOTH_LOOKS} {flag=GARMENTS} on top of it, and {friend} put "
            "{flowers=FLOWERS} in front."
        ),
    )
    moral(
        s,
        "Two can do more than one.",
        "When you quarrel, be the first to say sorry.",
        "There is room for more than one idea.",
    )


PLOTS = (shared_snack, newcomer, building)
