"""Episodes: small plots that begin before a plot and end after it, so that they reach across it.

An episode is a function that pauses once, at its `yield`, while the plot is told. What it said
before comes back afterwards: a promise is kept or broken, a thing is given back to its owner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from storylm.data.fables.story import Story


class Episode(NamedTuple):
    """One episode, and where it may be told."""

    hooks: tuple[str, ...]
    """Sentences that continue one that has begun with "One day, "."""
    tell: Callable[[Story], Iterator[None]]
    characters: int
    """How many children or animals with a name it brings along."""
    same_day: bool
    """It ends in the evening: no plot in which weeks go by may come between."""


def episode(
    *hooks: str, characters: int = 0, same_day: bool = False
) -> Callable[[Callable[[Story], Iterator[None]]], Episode]:
    """Make an episode of a function that tells it."""
    return lambda tell: Episode(hooks, tell, characters, same_day)


@episode(
    "{hero} was to bring home {count0=FEW} {plural errand0=FOODS} for {his} {asker0=FAMILY}.",
    "{hero} was sent by {his} {asker0=FAMILY} to buy {count0=FEW} {plural errand0=FOODS}.",
    (
        "{hero} got {coins0=FEW} coins from {his} {asker0=FAMILY} to buy {count0=FEW} {plural "
        "errand0=FOODS}."
    ),
    same_day=True,
)
def bring_home(s: Story) -> Iterator[None]:
    """Something has to be bought on the way home."""
    s.plot(
        '"I will not forget it," <said> {hero}.',
        '"{count0.Text} {errand0.plural}," {he} said to {himself}.',
        "{He} promised to think of it.",
        '"Do not lose your {home_by=GARMENTS}!" <said> {asker0.the}.',
        "{He} put a basket on {his} [arm|head|back] and <walked> off.",
        '"And not the {not_those=SMALL_LOOKS} ones," <said> {asker0.the}.',
    )
    yield
    way = s.turn(
        kept=(
            "On the way home, {hero} bought {count0!} {errand0.plural!}.*2",
            '{asker0.The} was waiting. "Here are your {errand0.plural!}," <said> {hero}.*2',
            "{hero} came home with {count0!} {fresh=FOOD_LOOKS} {errand0.plural!}.*2",
        ),
        forgotten=(
            'At home, {asker0.the} <asked>, "Where are the {errand0.plural!}?" {hero} turned red.',
            "Only at the door did {hero} think of the {errand0.plural!}.",
            "{hero} came home with {a instead=FOODS} and no {errand0.plural!} at all.",
        ),
    )
    if way == "kept":
        s.plot(
            '"Well done," {asker0.he} <said>.',
            "{asker0.The} felt <happy> and gave {him} one.",
            "They ate them all at {meal0=MEALS}.",
            "{asker0.The} counted them {counting=BUSILY}: {count0!}!",
            '"You are {praise0=NICE}," {asker0.he} <said>.',
        )
    else:
        s.plot(
            "{He} ran back and got {count0!} of them just before the shop closed.",
            '"I am sorry," {he} <say> <soft>. "I will get all {count0!} tomorrow."',
            "So there was {instead_of=SWEETS} for {meal0=MEALS}.",
            '{asker0.The} <smiled>. "Then we will eat {instead_of=SWEETS}," {asker0.he} <said>.',
        )


@episode(
    "{hero} promised {his} {watcher=FAMILY} to be home at {curfew=LATE}.",
    "{hero} was told by {his} {watcher=FAMILY} to come home at {curfew=LATE}.",
    (
        "{hero} was allowed to stay out until {curfew=LATE}, because {his} {watcher=FAMILY} was "
        "{busy0=CHORES}."
    ),
    same_day=True,
)
def be_home(s: Story) -> Iterator[None]:
    """There is a time to be home."""
    s.style(
        '"Not a minute later!" <said> {watcher.the}.',
        '"You can trust me," {hero} <said>.',
        '"There will be {supper0=SWEETS}," <said> {watcher.the}.',
        "{He} put {a treat0=FOODS} into {his} pocket and <walked> off.",
        "*1",
    )
    yield
    s.plot(
        "At {curfew!}, {hero} was home, as {he} had promised.*2",
        '"It is {curfew!}!" <cried> {hero}, and {he} ran home to {his} {watcher!}.*2',
        "{hero} was home before {curfew!}, and {watcher.the} felt <happy>.*2",
        (
            'It was long after {curfew!}. {watcher.The} stood at the door. "I am sorry," {he} '
            "<whispered>."
        ),
        "{hero} came home {late0=FEW} minutes too late. {watcher.The} had felt <scared>.",
        (
            '{watcher.The} came along the road with a lamp. "It is past {curfew!}!" {watcher.he} '
            "<said>."
        ),
    )


@episode(
    (
        '{hero} was stopped by the {messenger=cast.elders}, who <said>, "Please tell your '
        '{receiver=FAMILY} that {news=NEWS}."'
    ),
    "{hero} was to tell {his} {receiver=FAMILY} from the {messenger=cast.elders} that {news=NEWS}.",
    same_day=True,
)
def message(s: Story) -> Iterator[None]:
    """Somebody's words have to be passed on."""
    s.plot(
        "{He} said it over and over, so as not to mix it up.",
        '"I will tell {receiver.the}," {he} <said>.',
        "{He} tied a knot into {his} {garment}.",
        "{He} got {a wage=FOODS} for it.",
        "{He} nodded <busy>.",
    )
    yield
    s.plot(
        '"{news.Text!}," {hero} told {his} {receiver!}. "I have it from the {messenger!}."',
        'In the evening, {hero} remembered. "{news.Text!}!" {he} told {his} {receiver!}.',
        '"The {messenger!} says that {news!}," {hero} told {his} {receiver!} at {meal0=MEALS}.',
        (
            'At home, {hero} mixed it all up. "The {messenger!} has {a mixed_up=FOODS}," {he} '
            "told {his} {receiver!}."
        ),
    )
    s.style(
        '"Thank you for telling me," <said> {receiver.the}.',
        "{receiver.The} felt <happy>.",
        '"How {odd0=ODD}!" <said> {receiver.the}.',
        "{receiver.The} gave {him} {a wage2=FOODS}.",
    )


@episode(
    '{hero} heard a riddle from {his} {riddler=FAMILY}: "{riddle=RIDDLES}"',
    '{hero} read a riddle in a book: "{riddle=RIDDLES}" {His} {riddler=FAMILY} knew the answer.',
)
def guess_the_riddle(s: Story) -> Iterator[None]:
    """A riddle is not guessed at once."""
    s.plot(
        '"{riddle.wrong!}?" {he} <asked>. But it was not that.',
        '"{riddle.wrong!}!" {he} <cried>. But {riddler.the} only <smiled>.',
        '"Is it {riddle.wrong_low!}?" {he} <asked>. "No," <said> {riddler.the}.',
        "{He} thought of {riddle.wrong_low!}, but that was wrong.",
        '"That is easy," {he} <said>. "It is {riddle.wrong_low!}." It was not.',
    )
    yield
    s.plot(
        'And suddenly {hero} knew it. "It is {riddle.answer!}!" {he} told {his} {riddler!}.*2',
        "As for the riddle, {riddler.the} had to tell it in the end: it was {riddle.answer!}.",
        '"{riddle.answer_Text!}!" {hero} <cried> all at once, and {his} {riddler!} clapped.*2',
        "At {meal0=MEALS}, {hero} looked up from {his} {soup0=SWEETS}. It was {riddle.answer!}!*2",
        'In {his} sleep, {he} <said>, "{riddle.answer_Text!}."',
    )


@episode(
    "{hero} saw that {his} {keeper0=FAMILY} had brought home a covered basket.",
    "{hero} found a covered basket {basket_at=HIDEOUTS}. It belonged to {his} {keeper0=FAMILY}.",
    same_day=True,
)
def covered_basket(s: Story) -> Iterator[None]:
    """What is in the basket? Something else."""
    s.plot(
        '"Is it {a guess0=CRITTERS}?" {he} <asked>. "Wait and see," <said> {keeper0.the}.',
        '"I think it is {a guess0=CRITTERS}," {he} <said>. But {keeper0.the} would not tell.',
        "It moved a little. {He} was sure that it was {a guess0=CRITTERS}.",
        '"{guess_sound=SOUNDS}," it went. Was it {a guess0=CRITTERS}?',
        "{He} wished for {a guess0=CRITTERS}.",
    )
    yield
    s.plot(
        "In the end, {keeper0.the} opened the basket. It was not {guess0.a!} but {a inside=YOUNG}!",
        '"Now you may look," <said> {keeper0.the}. In the basket was {a inside=YOUNG}!',
        "Then the basket opened by itself, and out came {a inside=YOUNG}!",
        "And the basket? There was {a inside_look=ANIMAL_LOOKS} {inside=YOUNG} in it!",
    )
    s.plot(
        '"It is yours," <said> {keeper0.the}, and {hero} felt <happy>.',
        "{hero} called it {inside_name=PET_NAMES}.*2",
        '"And I thought it was {guess0.a!}!" <said> {hero}.',
        "It ate {a fodder=FOODS} and fell asleep.",
        '"What do we call it?" <asked> {hero}. "{inside_name=PET_NAMES}," <said> {keeper0.the}.',
    )


@episode(
    "{hero} ran into {mate=cast.folk}, who lent {him} {a lent_colour0=COLOURS} {lent0=TOYS}.",
    "{hero} got {a lent_colour0=COLOURS} {lent0=TOYS} from {mate=cast.folk}, but only for a while.",
    (
        '{hero} <asked>, "May I borrow that {lent_colour0=COLOURS} {lent0=TOYS}, '
        '{mate=cast.folk}?" "Yes," <said> {mate}.'
    ),
    characters=1,
)
def lend(s: Story) -> Iterator[None]:
    """A thing has an owner, who will ask for it."""
    s.plot(
        '"I want it back when we meet again," <said> {mate}.',
        '"Take good care of it," {mate} <said>.',
        "{hero} promised {mate} to give it back soon.",
        "Then {mate} went {away_to=WHERE_TO}.",
        '"It was a present from my {lender0=FAMILY}," {mate} <said>.',
    )
    yield
    way = s.turn(
        given=(
            (
                "On the road, {hero} met {mate!} and gave {mate.him} the {lent_colour0!} {lent0!} "
                "back.*2"
            ),
            (
                '"There is {mate!}!" <said> {hero} and gave {mate.him} back the {lent_colour0!} '
                "{lent0!}.*2"
            ),
            "At {back_time=LATE}, {hero} brought the {lent_colour0!} {lent0!} to {mate!}.*2",
        ),
        asked=(
            'Then {mate!} came and <asked>, "Where is my {lent0!}?"*2',
            'At the door stood {mate!}. "I want my {lent0!} back," {mate.he} <said>.*2',
            "In the evening, {mate!} <walked> in and looked for the {lent0!}.",
        ),
    )
    if way == "given":
        s.plot(
            '"Thank you, {mate}," {hero} <say> <adv>.',
            '"Did you have fun with it?" <asked> {mate}. "Yes!" <said> {hero}.',
            "{mate} felt <happy> to have it again.",
            "{mate} gave {him} {a bonus0=FOODS}.",
            "They played with it until {until0=LATE}.",
        )
    else:
        s.plot(
            (
                '"Here it is," <said> {hero}. The {lent0!} was still {lent_colour0!} and '
                "{still=PRETTY}.*2"
            ),
            "{hero} looked for it {lost_at=HIDEOUTS} and {lost_at2=HIDEOUTS}. There it was!",
            '"It is {lost_at=HIDEOUTS}," {hero} <say> <soft>.',
            (
                '"May I keep it until {until_when=DAY_NAMES}?" <asked> {hero}. "Well, yes," '
                "<said> {mate}."
            ),
        )


@episode(
    (
        "{hero} came upon {mate=cast.folk} and {mate2=cast.folk}. {mate} lent {him} {a "
        "lent_colour0=COLOURS} {lent0=TOYS}, and {mate2} gave {him} {a treat0=FOODS}."
    ),
    (
        "{hero} was given {a treat0=FOODS} by {mate2=cast.folk} and {a lent0=TOYS} by "
        "{mate=cast.folk}."
    ),
    characters=2,
)
def two_friends(s: Story) -> Iterator[None]:
    """Two friends gave different things: which was whose?"""
    s.plot(
        '"See you later!" <said> {mate} and {mate2}.',
        "{He} thanked both of them.",
        "Then {mate} and {mate2} went {away_to=WHERE_TO}.",
        '"I will give the {lent0} back to you, {mate}," {he} <said>.',
        '"The {lent0} is mine," <said> {mate}. "And the {treat0} was mine," <said> {mate2}.',
    )
    yield
    s.plot(
        (
            '"Do you still have my {lent0!}?" <asked> {mate!}. "And how was my {treat0!}?" <asked> '
            "{mate2!}."
        ),
        (
            'Then {mate2!} came by. "Did you like the {treat0!}?" {mate2.he} <asked>. After '
            "{mate2.him} came {mate!} and wanted the {lent0!} back."
        ),
        (
            "In the evening, {hero} gave the {lent0!} back to {mate!} and thanked {mate2!} for the "
            "{treat0!}."
        ),
        (
            "{hero} brought {mate!} the {lent0!} and had {a return0=FOODS} for {mate2!}, because "
            "of the {treat0!}."
        ),
    )


@episode(
    (
        "{hero} promised the {neighbor0=cast.elders} to feed {a ward_look=ANIMAL_LOOKS} "
        "{ward=YOUNG} named {ward_name=PET_NAMES}."
    ),
    (
        "{hero} was asked by the {neighbor0=cast.elders} to feed {ward_name=PET_NAMES}, {a "
        "ward_look=ANIMAL_LOOKS} {ward=YOUNG}."
    ),
    same_day=True,
)
def feed(s: Story) -> Iterator[None]:
    """Somebody small must not be forgotten."""
    s.style(
        '"{ward_name} is always hungry," <said> the {neighbor0}.',
        '"I like {ward_name}," <said> {hero}.',
        "It liked {fodder0=SWEETS} best of all.",
        "{He} had to do it at {feed_time=LATE}.",
        "*1",
    )
    yield
    s.plot(
        "In the evening, {hero} fed {ward_name!}, and the {ward_look!} {ward!} felt <happy>.*2",
        "There sat {ward_name!} and waited. {hero} gave the {ward!} {a fodder=FOODS}.*2",
        "{hero} fed {ward_name!}, and the {ward!} wagged its tail.*2",
        (
            "{hero} had nearly forgotten {ward_name!}! The {ward!} ate {fodder_count=FEW} {plural "
            "fodder=FOODS}."
        ),
        (
            'The {neighbor0!} came to {him}. "{ward_name!} is hungry!" {neighbor0.he} <said>. '
            "{hero} felt <sad>."
        ),
        "When {hero} came with {a fodder=FOODS}, {ward_name!} was {ward_at=PERCHES}.",
    )


@episode(
    "{hero} wanted to find {goal0=FEW} {plural find0=SMALL_FINDS}.",
    "{hero} began to collect {plural find0=SMALL_FINDS}. {He} needed {goal0=FEW} of them.",
    same_day=True,
)
def collect(s: Story) -> Iterator[None]:
    """One is found early, the last one late."""
    s.plot(
        "The first one was {first_look0=SMALL_LOOKS}, and {he} put it into {his} pocket.",
        "{He} soon found one. It was {first_look0=SMALL_LOOKS}.",
        "{His} {helper0=FAMILY} gave {him} one that was {first_look0=SMALL_LOOKS}.",
        "One lay {first_at=PERCHES}, and it was {first_look0=SMALL_LOOKS}.",
    )
    yield
    s.plot(
        (
            "In the evening, {hero} had all {goal0!} {find0.plural!}, and the {first_look0!} one "
            "was the best."
        ),
        "{hero} counted the {find0.plural!}. There were {goal0!}, and one was {first_look0!}.",
        (
            "{hero} never found {goal0!} {find0.plural!} that day, but {he} kept the "
            "{first_look0!} one."
        ),
        "{hero} gave the {first_look0!} {find0!} to {his} {receiver0=FAMILY}, who felt <happy>.",
        "With {goal0!} {find0.plural!} in {his} pocket, {hero} <walked> home.",
    )


@episode(
    "{hero} ate one half of {a half0=FOODS} and put the other half {half_at=yard.nooks}.",
    "{hero} saved {a half0=FOODS} for the evening and hid it {half_at=yard.nooks}.",
    same_day=True,
)
def save_some(s: Story) -> Iterator[None]:
    """Something good is kept for later."""
    s.style(
        '"That is for later," {he} <said>.',
        "{He} told nobody about it.",
        "{A watcher_look=ANIMAL_LOOKS} {thief0=CRITTERS} looked on.",
        "{He} was full of {full_of=SWEETS}.",
        "*1",
    )
    yield
    s.plot(
        "Then {hero} thought of the {half0!}. It was still {half_at!}, and it tasted good.*2",
        (
            "Then {hero} thought of the {half0!}. But {half_at!}, there were only {plural "
            "eaters=CRITTERS}."
        ),
        "At {late_meal=LATE}, {hero} took the {half0!} and gave it to {his} {eater=FAMILY}.",
        "{hero} looked {half_at!} and ate the {half0!} <busy>.*2",
        "But the {half0!} was gone. {A eater_look=ANIMAL_LOOKS} {eater0=CRITTERS} had eaten it.",
    )


@episode(
    "{hero} helped the {helped=cast.elders} to carry {a burden=CARRIED} up the hill.",
    "{hero} saw the {helped=cast.elders} with {a burden=CARRIED} and helped to carry it.",
)
def carry(s: Story) -> Iterator[None]:
    """A good turn, and its reward."""
    s.plot(
        '"I will not forget that," <said> the {helped}.',
        '"How {praise0=NICE} you are!" <said> the {helped}.',
        "It was heavy, but {hero} did not give up.",
        "They rested {rests=TIMES} times on the way.",
        "{He} felt <tired>, but {he} <smiled>.",
    )
    yield
    s.plot(
        "There was a knock at the door. It was the {helped!}, with {a reward0=FOODS} for {hero}.",
        (
            'On a bench sat the {helped!}. "This is for the {burden!}," {helped.he} <said>. It '
            "was {a reward0=FOODS}!"
        ),
        '"The {burden!} is safe at home, thanks to you," the {helped!} told {hero}.',
        (
            "The {helped!} had left {a reward_look0=LOOKS} {reward_colour=COLOURS} {reward0=GIFTS} "
            "for {hero}."
        ),
        "{hero} saw the {burden!} in the window of the {helped!} and felt <happy>.",
    )


@episode(
    (
        "{hero} ran through the garden and stepped on the {trodden=FLOWERS} of {his} "
        "{gardener=FAMILY}."
    ),
    "{hero} broke some {trodden=FLOWERS} that {his} {gardener=FAMILY} had planted.",
)
def tell_the_truth(s: Story) -> Iterator[None]:
    """Something was broken, and it waits to be said."""
    s.plot(
        "Nobody had seen it, and {he} said nothing.",
        '"I will say it later," {he} thought.',
        "{He} felt <sad>, but {he} did not dare to tell.",
        "Only {a witness_look0=ANIMAL_LOOKS} {witness0=CRITTERS} had seen it.",
        "{He} hid {hidden_at=HIDEOUTS} for a while.",
    )
    yield
    s.plot(
        'At last {hero} <said> to {his} {gardener!}, "It was me who broke your {trodden!}."',
        '"Who has been in my {trodden!}?" <asked> {his} {gardener!}. "It was me," <said> {hero}.',
        "There was still one thing to do. {hero} told {his} {gardener!} about the {trodden!}.",
        "{hero} wrote a letter to {his} {gardener!}. It said sorry for the {trodden!}.",
    )
    s.plot(
        '"Thank you for telling me," <said> {gardener.the}.',
        "Together they planted {flowers20=FLOWERS}.",
        '"I knew it all along," {gardener.he} <said> with a smile.',
        "{gardener.The} felt <angry>, but not for long.",
        '"It is all right," {gardener.he} <say> <soft>.',
    )


@episode(
    (
        '{hero} heard {his} {forecaster=FAMILY} say, "It will rain. Take {a cover0=RAINWEAR} with '
        'you!"'
    ),
    (
        "{hero} was told by {his} {forecaster=FAMILY} that it would rain and that {he} should "
        "take {a cover0=RAINWEAR}."
    ),
    same_day=True,
)
def rain(s: Story) -> Iterator[None]:
    """Good advice is taken, or not."""
    way = s.turn(
        taken=(
            "So {he} took it along.*2",
            '"Good idea," <said> {hero} and took it along.*2',
            "It was {cover_colour0=COLOURS}, and {he} liked to take it along.*2",
        ),
        left=(
            "But the sun was shining, and {he} left it at home.*2",
            '"I do not need it," <said> {hero}.*2',
            "But {he} forgot it {left_at0=HIDEOUTS}.*2",
        ),
    )
    yield
    if way == "taken":
        s.plot(
            "On the way home, it rained, and {hero} was glad about the {cover0!}.",
            "Then it began to rain, but thanks to the {cover0!}, {hero} came home dry.",
            "Not a drop fell that day, and {hero} carried the {cover0!} home again.",
            "It rained for {rain_hours=FEW} hours, and {hero} sang under the {cover0!}.",
        )
    else:
        s.plot(
            "On the way home, it rained, and {hero} got wet. If only {he} had the {cover0!}!",
            (
                'Then it began to rain. "{forecaster.The!} was right about the {cover0!}," '
                "thought {hero}."
            ),
            "Not a drop fell that day, so {hero} did not miss the {cover0!}.",
            "It rained for {rain_hours=FEW} hours, and {hero} sat {shelter0=PERCHES} and waited.",
        )


EPISODES = (
    bring_home,
    be_home,
    message,
    guess_the_riddle,
    covered_basket,
    lend,
    two_friends,
    feed,
    collect,
    save_some,
    carry,
    tell_the_truth,
    rain,
)
