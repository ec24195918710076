"""Plots about the weather and the year: a storm, the first snow, a bridge, and a full larder."""

from __future__ import annotations

from storylm.data.fables import world
from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import moral, passer_by
from storylm.data.fables.story import Story


@plot(
    (
        "{hero} set out with {number=FEW} {plural treat=TREATS} for the {elder=cast.elders}, who "
        "lived near {place=SPOTS}."
    ),
    (
        "it was the birthday of the {elder=cast.elders} near {place=SPOTS}. {hero} packed "
        "{number=FEW} {plural treat=TREATS} and <walked> off."
    ),
    (
        'something smelled good. "Take {number=FEW} {plural treat=TREATS} to the '
        '{elder=cast.elders} near {place=SPOTS}, {hero}," <said> {his} {sender=FAMILY}.'
    ),
    summaries=(
        "{hero=FOLK} sets out with {number=FEW} {plural treat=TREATS} and is caught in a storm.",
        (
            "{hero=FOLK} needs a dry place in a storm near {place=SPOTS}, and later somebody else "
            "does, too."
        ),
    ),
    hints=(
        "the sky would soon be as black as ink",
        "before long {he} would need a roof over {his} head",
        "a dry place can be worth more than gold",
    ),
    long=True,
)
def storm(s: Story) -> None:
    """A shelter is shared or refused, and in the next storm the places are changed."""
    s.style(
        "Because of the good smell, {a follower_look=ANIMAL_LOOKS} {follower=CRITTERS} came along.",
        (
            "{He} was hungry, but {he} only [smelled|counted|patted] the {treat.plural} "
            "{counts=TIMES} times."
        ),
        "{He} <walked> past {mark=LANDMARKS} and {mark2=LANDMARKS}.",
        "{He} <walked> along and thought of {thought=DREAMS} and {thought2=DREAMS}.",
        "{hero} sang about {song=DREAMS} and felt <happy>.",
        "On top of the {treat.plural} lay {flowers=FLOWERS} and {a card_look=LOOKS} card.",
    )
    s.plot(
        "But at {clock=CLOCKS}, it began to [thunder|rain|hail|pour].",
        (
            "[Halfway there|But too soon|But after a while], a big drop fell on {his} "
            "{wear_colour} {garment!}. Then it poured."
        ),
        '"[Boom|Crash|Rumble|Bang]!" went the thunder at {clock=CLOCKS}, and it poured.',
        "At {clock=CLOCKS}, a [black|dark|gray|huge] cloud [covered|hid|swallowed] the sun.",
        "Then a storm came and blew {a blown_look=CLOTH_LOOKS} {blown=GARMENTS} past {him}.",
        (
            "But the sky turned as dark as [a cellar|night|a boot|ink|a cave|a sack], and it "
            "[poured|hailed|thundered]."
        ),
    )
    s.plot(
        (
            "{He} felt <scared>[ and ran.| and held the {treat.plural} tight.|. Where could {he} "
            "hide?]"
        ),
        '"<oh>! My [poor|good|lovely|dear] {treat.plural!}!" {he} <cried>.',
        "{He} counted {flashes=NUMBERS} flashes and felt <scared>.",
        "In {seconds=NUMBERS} seconds, {he} was [all wet|as wet as a fish|soaked|dripping].",
        "{He} [ran|hurried|rushed] on and felt <scared>.",
        '"I need a [roof|dry place|warm place]!" {he} <cried>.',
    )
    s.paragraph()
    s.plot(
        (
            "Then {he} saw {a shelter=SHELTERS}. In it sat {friend=cast.folk} in {a "
            "friend_look=CLOTH_LOOKS} {friend_colour=COLOURS} {friend_garment=GARMENTS}."
        ),
        (
            "[Luckily|By chance], there was {a shelter=SHELTERS}. {friend=cast.folk} was inside, "
            "in {a friend_look=CLOTH_LOOKS} {friend_colour=COLOURS} {friend_garment=GARMENTS}."
        ),
        (
            "Somebody in {a friend_look=CLOTH_LOOKS} {friend_colour=COLOURS} "
            "{friend_garment=GARMENTS} sat in {a shelter=SHELTERS}. It was {friend=cast.folk}."
        ),
        (
            "{He} came to {a shelter=SHELTERS}. But {friend=cast.folk} was there already, in {a "
            "friend_look=CLOTH_LOOKS} {friend_colour=COLOURS} {friend_garment=GARMENTS}."
        ),
    )
    first = s.turn(
        share=(
            '"Come in, [quick|{hero}|hurry up]!" {friend} <said> <adv>.*3',
            '"There is room for two," {friend} <said> <adv>.*3',
            '"[Poor you|Poor {hero}], you are all wet! Come in!" {friend} <cried>.*3',
            '"Sit down [here|by me|beside me]," {friend} <said> <adv>.*3',
        ),
        refuse=(
            '"There is no room," {friend} <said> {coldly=COLDLY}.*2',
            (
                '"[I was here first|Look for another {shelter!}|I need all the room]!" {friend} '
                "<cried>.*2"
            ),
            '"You are too wet. [Go away|Go home]," {friend} <said> {coldly=COLDLY}.*2',
            '"It is too small for two," {friend} <said> {coldly=COLDLY}.*2',
        ),
    )
    if first == "share":
        shared_shelter(s)
    else:
        left_in_the_rain(s)
    passer_by(s)
    s.paragraph()
    s.plot(
        (
            "<later>, it [rained|hailed|poured|thundered] again, and {hero} was in the {shelter!} "
            "first."
        ),
        (
            "<later>, {hero} was eating {a snack=FOODS} in the {shelter!} when it "
            "[rained|hailed|poured] again."
        ),
        "<later>, {hero} sat in the {shelter!} and listened to the [rain|hail|thunder|storm].",
    )
    s.plot(
        (
            "Out there, {he} saw {friend_colour.a!} {friend_garment!}. It was {friend}, who felt "
            "<scared>."
        ),
        '"[Let me in|Help me|Open up]!" <cried> {friend} in {friend_colour.a!} {friend_garment!}.',
        (
            'In came {friend_colour.a!} {friend_garment!}. "It is me, {friend}," <said> somebody '
            "<soft>."
        ),
        (
            '"May I come in?" {friend} <asked> <soft>. {friend.His} {friend_colour!} '
            "{friend_garment!} was [dripping|soaked|all wet]."
        ),
    )
    if first == "share":
        second = s.turn(
            kind=(
                '"Of course! You shared with me," {hero} <said> <adv>.*3',
                '"There is room for [two|both of us|a friend]," {hero} <said> <adv>.*3',
                '"[Quick|Hurry|Sit down]! I have not forgotten," {hero} <said> <adv>.*3',
            ),
            bad=(
                '"No, I [am asleep|am busy|want to be alone]," {hero} <said> {coldly=COLDLY}.*2',
                '"There is only room for my {selfish=TOYS}," {hero} <said> {coldly=COLDLY}.*2',
            ),
        )
    else:
        second = s.turn(
            kind=(
                '"You sent me away. But come in," {hero} <said> <adv>.*3',
                "{hero} felt <angry> for {angry=FEW} seconds. Then {he} made room.*3",
                '"It is [big enough|not too small] for two," {hero} <said> <adv>.*3',
            ),
            bad=(
                '"You had no room for me," {hero} <said> {coldly=COLDLY}. "Go away!"*2',
                '"Now I was here first," {hero} <said> {coldly=COLDLY}.*2',
            ),
        )
    if second == "bad":
        out_in_the_rain(s)
        return
    if first == "refuse":
        s.plot(
            "{friend} felt <sad>. The next day, {friend.he} brought {number!} new {treat.plural!}.",
            (
                '"I am sorry," {friend} <said> <soft>, and brought {number!} new {treat.plural!} '
                "[at once|the next day|for the {elder!}]."
            ),
            (
                "Now {friend} felt <sad>. Together they got {number!} new {treat.plural!} for the "
                "{elder!}."
            ),
        )
    else:
        s.plot(
            "They shared {a half=FOODS} and felt <happy>.",
            "{hero} hung up the wet {friend_garment!}, and they played {game=GAMES_NAMES}.",
            "{hero} gave {friend} {a half=FOODS}, even better than the {treat.plural!}.",
            '"It is like the first time," {friend} <said> <adv>, "only without {treat.plural!}."',
        )
    s.plot(
        "[From then on|After that|Since that day], they were <friends>.",
        "After that, they met there every {often=OFTEN} and felt <happy>.",
        "Outside, they jumped into {puddles=NUMBERS} puddles and felt <happy>.",
        "Until {song_end=NIGHTS}, they sang about {song3=DREAMS}.",
    )
    moral(
        s,
        "There is always room for a friend.",
        "Do for others what you want them to do for you.",
        "Sharing makes a small place big.",
    )


def shared_shelter(s: Story) -> None:
    """The friend shares the shelter and the hero one of the treats; the elder gets the rest."""
    s.plot(
        "They shared one {treat!} and talked about {talk=DREAMS}.",
        "They ate one {treat!} and felt <happy>.",
        '"[Here|Look|Take this]," {hero} <said> <adv>, and they shared one {treat!}.',
        "{hero} broke one {treat!} in two, and they counted {flashes2=NUMBERS} flashes.",
        "{friend} told {him} about {tale=DREAMS}, and they ate one {treat!}.",
        "Side by side, they ate one {treat!} and sang about {song2=DREAMS}.",
    )
    left = ["one", *(word.text for word in world.SETS["FEW"].values)]
    number = left[left.index(s.number.text) - 1]
    s.know(rest=world.Word(f"{number} {s.treat.text if number == 'one' else s.treat.plural}"))
    s.plot(
        "At {dry_time=LATE}, the {elder!} got {rest!} and felt <happy>.",
        "So the {elder!} got {rest!} and a [long|wet|true|funny|scary] story.",
        "When {sky3=SKIES} again, {hero} brought the {elder!} {rest!}.",
        'When it was dry, {hero} came to the {elder!}. "Only {rest!}?" {elder.he} <asked> <adv>.',
    )


def left_in_the_rain(s: Story) -> None:
    """The friend has no room, and the treats get wet."""
    s.plot(
        "{hero} felt <sad> and <walked> on [in the rain|through the mud|alone].",
        (
            "So {he} sat [under a bush|behind a wall|under a cart] for {wait=FEW} hours and felt "
            "<sad>."
        ),
        "{hero} felt <sad>. {His} {wear_colour} {garment!} [dripped|was wet|was soaked].",
        '"[But I am cold|But it is wet here|Please]!" {hero} <cried>. It was no use.',
    )
    s.plot(
        (
            '"My {number!} {treat.plural!} are [wet|soft|soggy|ruined]," {he} told the {elder!} '
            "<soft>."
        ),
        (
            "The {elder!} felt <sad>: the {number!} {treat.plural!} were as soft as [soup|mud|a "
            "sponge|butter]."
        ),
        "At {late=LATE}, the {elder!} got {number!} wet {treat.plural!} and felt <sad>.",
        (
            "The {elder!} dried {number!} wet {treat.plural!} [on the stove|by the fire] until "
            "{late=LATE}."
        ),
    )


def out_in_the_rain(s: Story) -> None:
    """The hero has no room in turn, and loses a friend."""
    s.plot(
        "{friend} felt <sad> and <walked> away [in the rain|through the mud|without a word].",
        '"[I see|I understand|Goodbye then]," {friend} <said> <soft>, and <walked> off.',
    )
    s.plot(
        "{friend} had {illness=ILLNESSES} for {ill=FEW} days, and {hero} felt <sad>.",
        "Now {hero} was [dry|warm], but [all alone|quite alone|lonely], and felt <sad>.",
        "The {shelter!} was too [big|quiet|empty] for one, and {hero} felt <sad>.",
    )
    s.plot(
        "{hero} brought {friend} {a peace=FOODS} and {peace2=FLOWERS}, but it was too late.",
        (
            "{friend} never came to the {shelter!} again[.|, and never said hello.|, not even in "
            "the snow.]"
        ),
        '"I am sorry," {hero} <said> <soft> {days=FEW} days later. But {friend} did not answer.',
    )
    moral(
        s,
        "A cold heart makes a cold house.",
        "It is easy to lose a friend in the rain.",
        "Being dry is nothing when you are alone.",
    )


@plot(
    (
        '{hero} dreamed of snow. "In {weeks=FEW} weeks, I will build {a figure=SNOW_FIGURES}," '
        "{he} told {his} {friend_trait=NICE} friend {friend=cast.folk}."
    ),
    (
        '"Only {weeks=FEW} more weeks until it snows!" <cried> {hero}. {He} and {his} '
        "{friend_trait=NICE} friend {friend=cast.folk} wanted to build {a figure=SNOW_FIGURES}."
    ),
    (
        "winter was still {weeks=FEW} weeks away. But {hero} and {his} {friend_trait=NICE} friend "
        "{friend=cast.folk} wanted to build {a figure=SNOW_FIGURES}."
    ),
    summaries=(
        "{hero=FOLK} builds {a figure=SNOW_FIGURES} and has to give back what it wears.",
        (
            "{hero=FOLK} waits {weeks=FEW} weeks for the snow, because {he} wants to build {a "
            "figure=SNOW_FIGURES}."
        ),
    ),
    hints=(
        "a big white friend would come and go",
        "a promise would be waiting under the snow",
        "something would be left when the snow was gone",
    ),
    long=True,
)
def snow(s: Story) -> None:
    """Something is made of snow and dressed; when it melts, the clothes belong to others."""
    s.plot(
        (
            "After {weeks!} weeks, it snowed [all night|for {snow_days=FEW} days|until "
            "{snow_end=NIGHTS}|all morning]."
        ),
        '"[Wake up|Come and look|Look outside]! Snow!" {friend} <cried> {weeks!} weeks later.',
        '"Snow!" <cried> {his} {waker=FAMILY} after {weeks!} weeks.',
        "{weeks.Text!} weeks later, a snowflake fell on {his} {wear_colour} {garment!}.",
        "After {weeks!} weeks, everything was [white|under snow], and they felt <happy>.",
    )
    s.plot(
        "Near {place=SPOTS}, they [rolled|piled up|pushed] {balls=FEW} balls of snow.",
        "They <walked> to {place=SPOTS} and worked <busy>.",
        "The best snow lay near {place=SPOTS}. They worked <busy>.",
        "At {clock=CLOCKS}, they began to build it near {place=SPOTS}.",
        '"We will build it near {place=SPOTS}," {friend} <said> <adv>.',
    )
    s.plot(
        "It got {a nose=SNOW_NOSES} for a nose and [nuts|pebbles|buttons|corks] for eyes.",
        '"It needs a nose," {friend} <said> <adv>. They took {a nose=SNOW_NOSES}.',
        "With {a nose=SNOW_NOSES} for a nose, it looked [proud|friendly|merry|funny|very wise].",
        '"[Here is|I have|This is] its nose!" <cried> {hero}, and held up {a nose=SNOW_NOSES}.',
        "{hero} gave it {number=FEW} buttons, and {a nose=SNOW_NOSES} for a nose.",
    )
    s.plot(
        '"Good day, {name=PET_NAMES}!" {friend} <said> <adv>.',
        '"Your name is {name=PET_NAMES}," {hero} told it <adv>.',
        (
            "They named it {name=PET_NAMES}. It was as tall as [a door|a pony|a bear|a lamp "
            "post|a scarecrow]."
        ),
        '"I name you {name=PET_NAMES}," {hero} <said> <adv>.',
    )
    s.paragraph()
    s.plot(
        (
            "{name!} looked cold, so {hero}'s {parent=FAMILY} lent it {a lent_look=CLOTH_LOOKS} "
            "{lent_colour=COLOURS} {lent=GARMENTS}."
        ),
        (
            "{hero}'s {parent=FAMILY} came and lent it {a lent_look=CLOTH_LOOKS} "
            "{lent_colour=COLOURS} {lent=GARMENTS}."
        ),
        (
            "{hero} borrowed {a lent_look=CLOTH_LOOKS} {lent_colour=COLOURS} {lent=GARMENTS} for "
            "it from {his} {parent=FAMILY}."
        ),
    )
    s.plot(
        "The {owner=cast.elders} lent it {a prop_look=LOOKS} {prop=SNOW_PROPS}.",
        "From the {owner=cast.elders}, it got {a prop_look=LOOKS} {prop=SNOW_PROPS}.",
        "{friend} borrowed {a prop_look=LOOKS} {prop=SNOW_PROPS} from the {owner=cast.elders}.",
        '"{name!} may have my {prop=SNOW_PROPS}," <said> the {owner=cast.elders} <adv>.',
    )
    s.plot(
        '"[But bring|Please bring|Bring] it back in the spring," {owner.he} <said> <adv>.',
        '"You will get it back [soon|in the spring|when it melts]," {hero} promised <adv>.',
        '"We will bring everything back," {hero} <said> <adv>.',
        "{hero} promised <adv> to bring everything back.",
        '"We promise to bring it back," they both <said> <adv>.',
    )
    s.style(
        "The {fooled=PASSERS} said hello to {name!} {hello=NUMBERS} times.",
        "Even {a guest_look=ANIMAL_LOOKS} {guest=CRITTERS} came to [see|visit|greet] it.",
        "Every {often=OFTEN}, they told {name!} about {told=DREAMS}.",
        "They danced around it {rounds=NUMBERS} times and felt <happy>.",
        '"It looks like my {like=FAMILY}," {friend} <said> <adv>.',
    )
    passer_by(s)
    s.paragraph()
    s.plot(
        "[But|And then,] {days=FEW} [days|weeks] later, {name!} was a puddle with {nose.a!} in it.",
        "{Text days=FEW} [warm days|weeks] later, only {nose.a!} was left.",
        (
            "One [morning|day|evening], {name!} was gone, and {nose.a!} lay [in a puddle|in the "
            "grass|there]."
        ),
    )
    s.style(
        '"Goodbye, {name!}," {hero} <said> <soft>.',
        '"{name!} is on the way to {gone_to=FAR_PLACES}," {friend} <said> <soft>.',
        "{hero} felt <sad> and cried {tears=FEW} tears.",
        '"I will miss you, {name!}," {hero} <said> <soft>, and felt <sad>.',
        "*4",
    )
    way = s.turn(
        give=(
            '"We must give everything back," {friend} <said> <adv>.*3',
            "They [cleaned|dried|brushed] the {prop!} and the {lent!} <busy>.*3",
            '"A promise is a promise," {hero} <said> <adv>.*3',
        ),
        mixed=(
            "By mistake, the {owner!} got the {lent!}, and {parent.the!} got the {prop!}.*4",
            "But they mixed things up and gave the {lent!} to the {owner!}.*4",
        ),
        bad=(
            "They <walked> home and left [everything|it all] in the [mud|rain|puddle|wet grass].*2",
            (
                '"We will get the {lent!} [tomorrow|later|soon]," {he} <said> <adv>. But {he} '
                "forgot.*2"
            ),
        ),
    )
    if way == "bad":
        left_in_the_mud(s)
        return
    if way == "give":
        s.plot(
            '"How {honest=HONEST}!" <said> the {owner!} <adv>, and took the {prop!}.',
            "{parent.The!} [hung up|washed|kissed] the {lent_colour!} {lent!} and felt <happy>.",
            "The {owner!} got the {prop!} and felt <happy>.",
            "For the {prop!}, the {owner!} gave them {a thanks=FOODS} and felt <happy>.",
        )
    else:
        s.plot(
            "The {owner!} put it on and looked like {a like_thing=MEASURES}.",
            (
                '"How [pretty|warm|strange|funny]!" <said> the {owner!} <adv>, and put on the '
                "{lent_colour!} {lent!}."
            ),
            'The {owner!} felt <happy>. "I like {lent_colour!}," {owner.he} <said> <adv>.',
        )
        s.plot(
            '"That {prop!} does not fit me," <said> {parent.the!} <adv>. So they swapped.',
            "{parent.The!} laughed about the {prop!} for {laugh=FEW} minutes. Then they swapped.",
            '"<oh>!" {friend} <cried>, and they took the {prop!} to the {owner!}.',
        )
    s.plot(
        "{hero} kept the {nose!} {kept=HIDEOUTS} until the next winter.",
        '"[Next winter|One day|Soon], {name!} will come back," {friend} <said> <adv>.',
        "They gave the {nose!} to {a fed_look=ANIMAL_LOOKS} {fed=CRITTERS}.",
        "{hero} took the {nose!} home and felt <happy>.",
    )
    moral(
        s,
        "Give back what was lent to you.",
        "Promises do not melt like snow.",
        "Some things go away, but the fun stays with you.",
    )


def left_in_the_mud(s: Story) -> None:
    """What was lent for the figure is lost, and the next one has nothing to wear."""
    s.plot(
        (
            "At {night_hour=NIGHT_HOURS}, [a goat|a dog|a crow|a fox|a goose|a monkey] took the "
            "{lent!} and the {prop!}."
        ),
        "It rained for {rain=FEW} days, and the {lent!} and the {prop!} floated away.",
    )
    s.plot(
        '"Where is my {prop!}?" the {owner!} <asked> <adv>.',
        '"[Please give me|I need|May I have] my {prop!} now," <said> the {owner!} <adv>.',
        '"You promised to bring back my {prop!}," <said> the {owner!} <soft>.',
    )
    s.plot(
        '"It is lost," {hero} <said> <soft>, and felt <sad>.',
        '{hero} felt <sad>. "We forgot it near {place!}," {he} <said> <soft>.',
        '"The {lent_colour!} {lent!} is gone, too," {hero} <said> <soft>, and felt <sad>.',
    )
    s.plot(
        (
            "The next {figure!} had to stand in the cold without {a bare_look=CLOTH_LOOKS} "
            "{bare=GARMENTS}."
        ),
        '"I will not lend you anything again," {owner.he} <said> <soft>.',
        "After that, nobody lent them even {a poor_look=LOOKS} {poor=GIFTS}.",
    )
    moral(
        s,
        "If you forget a promise, nobody trusts you twice.",
        "Take care of what belongs to others.",
        "Borrowed things must be brought back in time.",
    )


@plot(
    (
        "{hero} set off with {friend=cast.folk} to bring {his} {visited=FAMILY} {some "
        "goods=GOODS}. {goods.It} {goods.was} {colour=COLOURS}."
    ),
    (
        '"Hurry, {friend=cast.folk}!" <cried> {hero}. "We must bring my {visited=FAMILY} {some '
        'goods=GOODS}!" {goods.It} {goods.was} {colour=COLOURS}.'
    ),
    (
        "a present was ready for {hero}'s {visited=FAMILY}: {some goods=GOODS}. {goods.It} "
        "{goods.was} {colour=COLOURS}, and {friend=cast.folk} helped to carry {goods.it}."
    ),
    summaries=(
        (
            "{hero=FOLK} wants to bring {some goods=GOODS} over {a bridge=BRIDGES}, and somebody "
            "warns {him}."
        ),
        "{hero=FOLK} and a friend carry {some goods=GOODS} across the {water=WATERS}.",
    ),
    hints=(
        "good advice would be waiting beside the path",
        "old boards do not like fast feet",
        "it would be a day for small steps",
    ),
)
def crossing(s: Story) -> None:
    """Somebody old knows how to cross the bridge; some listen and some do not."""
    s.style(
        "They had to go to {visited.the}, who was waiting {visited_at=WHERE}.",
        "They <walked> past {mark=LANDMARKS} and {mark2=LANDMARKS}.",
        "They sang about {song=DREAMS} and felt <happy>.",
        "{hero} carried {goods.it} <busy>, and {friend} carried {a snack=FOODS}.",
        "{hero} had wrapped {goods.it} <busy> in {paper_colour=COLOURS} paper.",
        '"{visited.The!} will love {goods.it}," {friend} <said> <adv>.',
    )
    s.plot(
        "At {clock=CLOCKS}, they came to {a bridge=BRIDGES} over the {water=WATERS}.",
        (
            '"Look, {a bridge=BRIDGES}!" <cried> {friend}. The {water=WATERS} was '
            "[wild|deep|loud|cold]."
        ),
        "After {miles=FEW} miles, {a bridge=BRIDGES} led across the {water=WATERS}.",
        "Near {spot=SPOTS}, {a bridge=BRIDGES} led across the {water=WATERS}.",
    )
    s.style(
        "{hero} counted {holes=NUMBERS} holes in it and felt <scared>.",
        "Even {a wary_look=ANIMAL_LOOKS} {wary=CRITTERS} did not cross it.",
        "It creaked like {a creak_look=LOOKS} [door|gate|bed|ship|cart|chair].",
        "It swung in the wind, and they felt <scared>.",
    )
    s.plot(
        "The {elder=cast.elders} was {doing=DOINGS} there and called to them.",
        "Beside it, the {elder=cast.elders} put down {a load_look=LOOKS} {load=CARRIED}.",
        '"[Wait|Stop|Listen]!" <cried> the {elder=cast.elders}, who lived {elder_at=WHERE}.',
        "By the {water!} sat the {elder=cast.elders} with {a load_look=LOOKS} {load=CARRIED}.",
    )
    s.plot(
        '"{Text rule=BRIDGE_RULES}," {elder.he} <said> <adv>.',
        '"Remember this: {rule=BRIDGE_RULES}!" {elder.he} <said> <adv>.',
        '"Take my advice: {rule=BRIDGE_RULES}," {elder.he} <said> <adv>.',
        (
            '"I have crossed it {crossings=NUMBERS} times. {Text rule=BRIDGE_RULES}!" {elder.he} '
            "<said> <adv>."
        ),
    )
    s.plot(
        '"{elder.He} is only [joking|afraid|tired|old]," {friend} <whispered>.',
        '"That is for [babies|beginners|scaredy-cats]," {friend} <said> {coldly=COLDLY}.',
        '"We have no time for that," {friend} <said> {coldly=COLDLY}.',
        '"I have crossed {crossed=NUMBERS} bridges," {friend} <said> {coldly=COLDLY}.',
        "{friend} did not listen and watched {plural watched=CRITTERS}.",
    )
    s.paragraph()
    way = s.turn(
        follow=(
            '"{rule.Text!}," {hero} told {himself} <adv>.*3',
            "{hero} did as the {elder!} had said, and got to the other side {care=CAREFUL}.*3",
            (
                '"[Thank you|We will|Good advice]!" {hero} <said> <adv>, and got to the other '
                "side {care=CAREFUL}.*3"
            ),
        ),
        ignore=(
            '"[I know better|You are right|It looks safe]," {hero} <said> <adv>, and ran.*2',
            "{hero} did not listen, either, and <walked> [on|ahead|onto the bridge].*2",
            "{hero} forgot the advice after {forgot=NUMBERS} steps.*2",
        ),
        bad=(
            (
                '"Watch [this|me]!" <cried> {hero}, and [danced|hopped|jumped|skipped] onto the '
                "bridge."
            ),
            (
                '"Who is last is [a rotten egg|a wet sock|an old potato|a cold noodle]!" {hero} '
                "<cried>, and ran."
            ),
            "{hero} threw the {goods} into the air and caught {goods.it} {juggled=TIMES} times.",
        ),
    )
    if way == "bad":
        goods_in_the_water(s)
        return
    if way == "follow":
        friend_in_the_water(s)
    else:
        hero_on_a_board(s)
    passer_by(s)
    s.paragraph()
    s.plot(
        "{visited.The!} felt <happy> about the {colour!} {goods!} and gave them {meal=SWEETS}.",
        '"I always wanted {goods.some!}!" <cried> {visited.the!}, who felt <happy>.',
        (
            'At {end_clock=LATE}, {visited.the!} got the {goods!}. "How '
            '[lovely|perfect|splendid|wonderful|beautiful|useful]!" {visited.he} <cried>.'
        ),
        (
            '"{goods.It} {goods.is_} [lovely|perfect|splendid|wonderful|beautiful|just right]!" '
            "<cried> {visited.the!}, who loved everything {colour!}."
        ),
    )
    s.plot(
        "On the way back, they brought the {elder!} {a thanks_look=FOOD_LOOKS} {thanks=FOODS}.",
        '"{rule.Text!}," they sang <adv> on the way back.',
        "{hero} painted {a sign_colour=COLOURS} sign for the bridge: {rule.Text!}!",
        "Later, they thanked the {elder!} {thank_times=NUMBERS} times and felt <happy>.",
    )
    moral(
        s,
        "Good advice makes every bridge stronger.",
        "Those who have lived long have seen much.",
        "Look before you step.",
    )


def friend_in_the_water(s: Story) -> None:
    """The hero crosses with care, the friend falls in and is pulled out."""
    s.plot(
        "But {friend} [ran|jumped|danced|hopped]. Crack! {friend.He} fell into the {water!}.",
        '"I am [faster|better|braver]!" {friend} <cried>. Splash! {friend.He} was in the {water!}.',
        "But {friend} took {jumps=FEW} big jumps and fell into the {water!}.",
        "{friend} laughed at {him} and fell into the {water!} with [a big|a loud|a mighty] splash.",
    )
    s.plot(
        "{hero} put down the {goods!} and held out [a branch|a stick|a pole|an oar|a ladder].",
        '"<oh>!" <cried> {hero}, and threw {friend.him} [a rope|a branch|a net|a belt].',
        "The {elder!} and {hero} pulled <busy>, and out came {friend}.",
        '"Help!" {friend.he} <cried>. {hero} and the {elder!} pulled {friend.him} out <busy>.',
    )
    s.plot(
        '"I did not listen," {friend} <said> <soft>. "{rule.Text!}!"',
        "Now {friend} knew it, with {cold=COLD} [ears|feet|cheeks]: {rule!}.",
        '{friend} felt <sad>. "{rule.Text!}, of course," {friend.he} <said> <soft>.',
        '"What was the advice?" {friend} <asked> <soft>. "{rule.Text!}," <said> {hero}.',
    )


def hero_on_a_board(s: Story) -> None:
    """The hero does not listen, is helped, and does it right the second time."""
    s.plot(
        "Crack! {He} [hung|dangled|swung] over the {water!} and felt <scared>.",
        "Then a board broke, [right under {him}|in the middle], and {he} felt <scared>.",
        '"<oh>!" {he} <cried>. {His} [legs|feet|knees] hung over the {water!}.',
    )
    s.plot(
        "{friend} caught the {goods!}, and the {elder!} pulled {him} out <busy>.",
        (
            '"My {goods!}!" {he} <cried>. {friend} [caught|grabbed|saved] {goods.it}, and the '
            "{elder!} saved {him}."
        ),
        (
            "The {elder!} pulled {him} back <busy>, and the {goods!} {goods.was} [safe|only a bit "
            "wet|still dry]."
        ),
    )
    s.plot(
        '"I am sorry," {hero} <said> <soft>. "{rule.Text!}!"',
        '"What did I say?" {elder.he} <asked> <adv>. "{rule.Text!}," {hero} <whispered>.',
        '"Now I know it: {rule!}," {he} <said> <soft>.',
    )
    s.plot(
        "The second time, {he} went across {care=CAREFUL}.",
        "So {he} tried again {care=CAREFUL} and felt <happy>.",
        "{Text minutes=FEW} minutes later, they were across and felt <happy>.",
    )


def goods_in_the_water(s: Story) -> None:
    """The hero does not listen, and the present is lost."""
    s.plot(
        "Crack! The {goods!} [fell|rolled|slid] into the {water!}, and {he} felt <scared>.",
        (
            "Then {he} [slipped|tripped|sneezed|stumbled|missed a board], and the {goods!} fell "
            "into the {water!}."
        ),
        'Splash! "Where {goods.is_} the {goods!}?" {friend} <asked> <adv>. Down in the {water!}!',
    )
    s.plot(
        '"{rule.Text!}, I told you," <said> the {elder!} <soft>.',
        'The {elder!} felt <sad>. "{rule.Text!}," {elder.he} <said> <soft>.',
        (
            '"What did {elder.he} tell us?" {friend} <asked> <soft>. "{rule.Text!}," {hero} '
            "<whispered>."
        ),
    )
    s.plot(
        "Until {search_end=LATE}, they <looked> <busy>, but the {goods!} {goods.was} gone.",
        "Something {colour!} swam away, past {mark3=LANDMARKS} and {mark4=LANDMARKS}.",
        (
            "{friend} fished <busy> with [a net|a stick|a branch], but caught only {a "
            "caught=TREASURES}."
        ),
    )
    s.plot(
        '"{goods.It} {goods.was} {colour!}," {he} told {visited.the!} <soft>, and felt <sad>.',
        "So {he} came to {visited.the!} without the {colour!} {goods!} and felt <sad>.",
        (
            '"We lost the {colour!} {goods!}," {he} told {visited.the!} <soft>, and cried '
            "{tears=FEW} tears."
        ),
    )
    s.plot(
        (
            "{visited.The!} gave {him} {comfort=SWEETS}, but [nobody was hungry|it tasted of "
            "nothing|it did not help]."
        ),
        "{visited.The!} felt <sad>, too, and {friend} <walked> home alone.",
        "{visited.The!} hugged {him} <adv>. But it was a [sad|quiet|short] visit.",
    )
    moral(
        s,
        "If you do not listen, you will have to feel.",
        "Good advice comes before the fall.",
        "Showing off can cost a lot.",
    )


@plot(
    (
        '"Winter is coming," <said> {hero} to {his} {friend_trait=NICE} friend '
        '{friend=cast.folk}. "We need {number=NUMBERS} {plural vessel=VESSELS} of {food=STORES}!"'
    ),
    (
        "it was time to think of the winter. {hero} and {his} {friend_trait=NICE} friend "
        "{friend=cast.folk} needed {number=NUMBERS} {plural vessel=VESSELS} of {food=STORES}."
    ),
    (
        '{hero} made a plan with {his} {friend_trait=NICE} friend {friend=cast.folk}. "{Text '
        'number=NUMBERS} {plural vessel=VESSELS} of {food=STORES} are enough for the winter," '
        "{he} <said>."
    ),
    summaries=(
        (
            "{hero=FOLK} and a friend need {number=NUMBERS} {plural vessel=VESSELS} of "
            "{food=STORES} for the winter."
        ),
        (
            "{hero=FOLK} and a friend should gather {food=STORES} for the winter, but one of them "
            "only plays."
        ),
    ),
    hints=(
        "the winter would be very long",
        "one of them would have enough and the other nothing",
        "somebody would soon come through the snow to ask for something",
    ),
    long=True,
)
def winter_store(s: Story) -> None:
    """One gathers and one plays; in the winter one has enough and the other asks for it."""
    s.plot(
        "They <walked> to {place=SPOTS}, where the best {food!} were.",
        "Near {place=SPOTS}, there were more {food!} than [leaves|stars|ants|stones].",
        '"I saw {food!} near {place=SPOTS}," {friend} <said> <adv>.',
        "At {clock=CLOCKS}, they [saw|found] the first {food!} near {place=SPOTS}.",
        '"Let us look near {place=SPOTS}," {friend} <said> <adv>.',
    )
    way = s.turn(
        work=(
            "{hero} began <busy>. But {friend} wanted to play {game=GAMES_NAMES}.",
            "But {friend} felt <tired> and only played {game=GAMES_NAMES}.",
            (
                '"Let us play {game=GAMES_NAMES}!" {friend} <cried>. But {hero} [worked|began to '
                "work|had to work]."
            ),
        ),
        play=(
            "{friend} worked <busy>. But {hero} [wanted to play|only played] {game=GAMES_NAMES}.",
            "But {hero} got <tired> and played {game=GAMES_NAMES} instead.",
            (
                '"I want to play {game=GAMES_NAMES}!" {hero} <cried>. But {friend} [worked|went '
                "on|began to work]."
            ),
        ),
    )
    if way == "work":
        s.know(worker=s.hero, player=s.friend)
    else:
        s.know(worker=s.friend, player=s.hero)
    s.plot(
        '"Come and play!" {player} <cried>. "Later," <said> {worker} <adv>.',
        '"Winter is far away," {player} <said> <adv>.',
        '"Will you help me?" {worker} <asked>. "Tomorrow," <said> {player} <adv>.',
        '"You look like {a like=CRITTERS} at work!" {player} <cried>.',
        '"You are no fun," {player} <said> {coldly=COLDLY}.',
        '"Work can wait," {player} <said> <adv>. "Winter cannot," <said> {worker}.',
    )
    s.plot(
        "Every {often=OFTEN}, {worker} hid one {vessel!} {store=STORE_PLACES}.",
        "{worker} worked <busy> and hid the {food!} {store=STORE_PLACES}.",
        "{worker} felt <tired>, but hid {vessel.a!} {store=STORE_PLACES}.",
        "At {evening=LATE}, the first {vessel!} was {store=STORE_PLACES}.",
        "For {weeks=FEW} weeks, {worker} hid {food!} {store=STORE_PLACES}.",
    )
    s.plot(
        "{player} won at {game!} {wins=NUMBERS} times and learned to {act=ACTS}.",
        "[Meanwhile|One day|In the sun], {other=cast.folk} taught {player} how to {act=ACTS}.",
        "{player} felt <happy> and learned to {act=ACTS}.",
        "When {player} did not play {game!}, {player.he} learned to {act=ACTS}.",
    )
    passer_by(s)
    s.paragraph()
    s.plot(
        "It snowed, but {worker} had {number!} {vessel.plural!} of {food!} and felt <happy>.",
        "When winter came, {worker} felt <happy>: {number!} {vessel.plural!} of {food!}!",
        (
            "In the snow, {worker} had {number!} {vessel.plural!}, and {player} had {a "
            "joke_look=LOOKS} {joke=TREASURES}."
        ),
    )
    s.plot(
        "{player} felt <sad> and ate [dry bread|cold soup|old crusts|thin porridge|snow].",
        "{player} <looked> {hideout=HIDEOUTS}, but found only {a found=TREASURES}.",
        "{player}'s tummy growled like [a lion|a bear|thunder|an old truck|a drum|a tiger].",
        "{player} dreamed of {dish=SWEETS} and of {dish2=SWEETS}.",
        '"I cannot eat {game!}," {player} <said> <soft>.',
    )
    s.plot(
        '{player} <walked> to {worker}. "I am [so|very] hungry," {player.he} <said> <soft>.',
        (
            'At {knock_time=NIGHTS}, {player} came. "May I have some {food!}?" {player.he} '
            "<asked> <soft>."
        ),
        '"Please give me some {food!}, {worker}," {player} <said> <soft>.',
        '"Please, {worker}, I am [hungry|so hungry|starving]," {player} <said> <soft>.',
    )
    s.paragraph()
    ending = s.turn(
        share=(
            '"[Come in|Sit down|Take a spoon] and eat," {worker} <said> <adv>.*3',
            "{worker} thought for {thinking=NUMBERS} seconds and got a second plate.*3",
            '"What is mine is yours," {worker} <said> <adv>.*3',
            '"There is enough for two," {worker} <said> <adv>.*3',
        ),
        deal=(
            '"You may have half, if you help me next time," {worker} <said> <adv>.*2',
            (
                '"First you must [clear the snow|wash the dishes|chop the wood]," {worker} <said> '
                "<adv>.*2"
            ),
        ),
        bad=(
            '"Then eat {game!}!" {worker} <cried>, and turned away.*2',
            '"All {number!} {vessel.plural!} are mine," {worker} <said> {coldly=COLDLY}.*2',
            '"You played while I worked," {worker} <said> {coldly=COLDLY}. "Go away!"*2',
        ),
    )
    if ending == "bad":
        lonely_winter(s)
        return
    if ending == "deal":
        s.plot(
            '"[Agreed|Yes|I promise|With pleasure]!" {player} <cried>.',
            "{player} nodded and felt <happy>.",
            '"That is fair," {player} <said> <adv>.',
        )
    s.plot(
        "They ate {food!} with [butter|honey|sugar|salt|cream] and felt <happy>.",
        "{player} ate {plates=FEW} plates of {food!} and felt <happy>.",
        '"This is better than {better=SWEETS}," {player} <said> <adv>.',
        (
            "The {food!} {store!} were [delicious|wonderful|still fresh|very sweet], and {player} "
            "felt <happy>."
        ),
    )
    s.plot(
        '"[Look, I|Now I|For you, I] can {act!}," {player} <said> <adv>.',
        "Then {player} taught {worker} how to {act!}, and both felt <happy>.",
        "As thanks, {player} gave {worker} {a gift_look=LOOKS} {gift=GIFTS}.",
        '"Thank you! Shall I {act!}?" {player} <asked> <adv>.',
    )
    s.plot(
        "Next autumn, they both gathered {food!} and felt <happy>.",
        "[From then on|After that|Since then], they were <friends>.",
        "[The next year|A year later], {player} worked <busy>, too.",
        "In the spring, they planted the last {left=FEW} {food!} {planted=BEDS}.",
        "Until {late=NIGHTS}, they played {game!} and felt <happy>.",
    )
    moral(
        s,
        "First the work, then the play.",
        "Think of the winter while it is warm.",
        "What you share tastes twice as good.",
    )


def lonely_winter(s: Story) -> None:
    """One has enough to eat and no friend, the other has to go."""
    s.plot(
        "{player} felt <sad> and <walked> away with {cold=COLD} [ears|feet].",
        '"[I see|I understand|Goodbye then]," {player} <said> <soft>, and <walked> away.',
    )
    s.plot(
        "{player} moved to {far=FAR_PLACES} and ate {poor=SWEETS} with {other2=cast.folk}.",
        "{player} had to ask the {begged=cast.elders} for {poor=SWEETS}.",
    )
    s.plot(
        "{worker} felt <sad>, all alone with {number!} {vessel.plural!} of {food!}.",
        "For {months=FEW} months, {worker} ate the {food!} {store!} alone.",
        "Now {worker} would have liked to play {game!}, and felt <sad>.",
    )
    s.plot(
        "They never played {game!} again, and {hero} felt <sad>.",
        "It was a [long|cold|hard|dark] winter, and {hero} felt <sad>.",
        "{worker} wrote {letters=FEW} letters, but there was no answer.",
    )
    moral(
        s,
        "A full larder is no use without a friend.",
        "Hard hearts make a lonely winter.",
        "Do not wait until it snows.",
    )


PLOTS = (storm, snow, crossing, winter_store)
