"""Plots at home: things that break, and presents."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import meet_friend, moral
from storylm.data.fables.story import Story


@plot(
    "{hero} was {playing=GAMES} in the {room=ROOMS}, {although=WARNINGS}.",
    "there was nothing to do, so {hero} was {playing=GAMES} in the {room=ROOMS}.",
    (
        '{his} {parent=FAMILY} went out and told {hero}, "Please, no {noun=WILD} in the '
        '{room=ROOMS}!" But soon {he} was {playing=GAMES}.*2'
    ),
)
def broken(s: Story) -> None:
    """Something breaks; to say so is hard."""
    if "parent" not in s.facts:
        s.plot(
            "{He} was having so much fun that {he} did not hear {his} {parent=FAMILY} come home.",
            "In the next room, {his} {parent=FAMILY} was {resting=CHORES}.",
            "{His} {parent=FAMILY} was outside, {doing=DOINGS}.",
        )
    s.plot(
        (
            "<crash>! The {look=LOOKS} {colour=COLOURS} {fragile=FRAGILE} fell {landing=LANDINGS} "
            "and broke into {number=NUMBERS} pieces.*2"
        ),
        (
            "All at once, {he} bumped into the {look=LOOKS} {colour=COLOURS} {fragile=FRAGILE}. "
            "It fell {landing=LANDINGS}. <crash>!"
        ),
        (
            "<crash>! Something fell {landing=LANDINGS}. It was the {look=LOOKS} {colour=COLOURS} "
            "{fragile=FRAGILE} that {parent.the} loved so much."
        ),
    )
    s.plot(
        '"<oh>!" {he} <whispered>. "What have I done?"',
        "{hero} felt <scared>. {His} {hands=BODY} [shook|trembled|turned cold].",
        "For {count=NUMBERS} minutes, {hero} stood there and felt <sad>.",
        "It sounded like {a crash_like=MEASURES}! {hero} felt <scared>.",
    )
    s.paragraph()
    way = s.turn(
        tell=(
            "{He} took {breaths=NUMBERS} deep breaths and <walked> <busy> to {his} {parent}.*2",
            (
                "{He} counted to {breaths=NUMBERS} and <walked> to {his} {parent}, {colour} "
                "pieces in {his} {carrier=GARMENTS}.*2"
            ),
        ),
        hide=(
            (
                "Without a sound, {he} picked up the pieces, put them {hiding=HIDEOUTS}, and said "
                "nothing.*3"
            ),
        ),
        blame=(
            (
                'When {his} {parent} came in, {hero} pointed at the {scapegoat=SCAPEGOATS}. "The '
                '{scapegoat} did it!" {he} <say> <adv>.*2'
            ),
        ),
    )
    if way == "tell":
        s.plot(
            '"I broke the {fragile!}," {he} <say> <soft>. "I was {playing}, and I am sorry."',
            '"The {colour} {fragile!} is broken," {he} <whispered>. "It was my fault."',
            '"I feel <sad>," {he} <whispered>. "I broke the {colour} {fragile!}."',
        )
    else:
        caught(s, hidden=way == "hide")
    s.plot(
        (
            "{parent.The} felt <angry> for {count2=NUMBERS} minutes. Then {parent.he} [gave {hero} "
            "a hug|sat down next to {hero}|took {hero} by the hand]."
        ),
        "{parent.The} felt <angry> and drank {cups=NUMBERS} cups of {tea=TEAS}.",
        "{parent.The} felt <sad> and swept up the pieces with {a broom_look=LOOKS} broom.",
        (
            "{hero}'s {parent} looked at the pieces <soft>. Then {parent.he} [smiled a "
            "little|shook {parent.his} head|sat down]."
        ),
        "Without a word, {parent.the} drank {cups=NUMBERS} cups of tea.",
    )
    s.plot(
        '"The truth is {precious=PRECIOUS}," {parent.he} <say> <adv>.',
        (
            'After that, {parent.he} gave {hero} {a forgiven=FOODS} and <said>, "You told me the '
            'truth."'
        ),
        (
            '"Thank you for telling me," {parent.the} <say> <soft>. "You are more '
            '{praise=PRECIOUS} than any {fragile}."'
        ),
        (
            '"I broke my {elder=FAMILY_OLD}\'s {other_fragile=FRAGILE} when I was small," '
            '{parent.he} <said>. "I know how it feels."'
        ),
    )
    s.plot(
        "{hero} mended the {colour} {fragile!} with {glue=GLUES}, and {parent.the} felt <happy>.",
        "They made {a mosaic=GIFTS} out of the {colour} pieces, with {glue=GLUES}.",
        (
            "With {glue=GLUES} and a lot of time, they put the {fragile!} together again, "
            "{colour} piece by {colour} piece."
        ),
        (
            "The next day, {hero} <walked> to {place=PLACES}, picked {flowers=FLOWERS}, and gave "
            "them to {his} {parent}."
        ),
        (
            "From {his} own pocket money, {hero} bought a new {fragile!}. It was "
            "{new_colour=COLOURS}, and {parent.the} put {treat=FLOWERS} next to it."
        ),
    )
    moral(
        s,
        "It is brave to tell the truth.",
        "Everybody makes mistakes, but not everybody says so.",
        "A lie makes a small trouble big.",
    )


def caught(s: Story, *, hidden: bool) -> None:
    """A lie does not hold for long."""
    if hidden:
        s.plot(
            (
                'At {meal=MEALS}, {parent.the} <asked>, "Where is my {colour} {fragile!}?" {hero} '
                "looked at {his} {feet=BODY}."
            ),
            (
                'At {meal=MEALS}, {parent.the} found {a shard_look=LOOKS} {colour} piece. "Where '
                'is my {fragile!}?"'
            ),
            (
                "But that evening, {his} {parent} looked {hiding!} and found the pieces of the "
                "{fragile!}."
            ),
        )
    else:
        s.plot(
            (
                '"The {scapegoat!}?" <asked> {parent.the}. "The {scapegoat!} has been '
                '{alibi=ALIBIS} all day!"'
            ),
            (
                '{parent.The} looked at the {scapegoat!} for a long time. "How {odd=ODD}," '
                '{parent.he} <said>. "It was {alibi=ALIBIS} when I came in."'
            ),
        )
    s.plot(
        '"I was {playing}," {hero} <whispered> and felt <sad>. "It was me."',
        '"It was me," {hero} <whispered>, and {his} {shaky=BODY} shook.',
        (
            '{hero} turned [red|pale|white]. "I did not tell the truth," {he} <whispered>. "I '
            'broke the {fragile!}."'
        ),
        "Then {hero} began to cry <soft> and told {his} {parent} how {he} had been {playing}.",
        'After {quiet=NUMBERS} seconds, {hero} <whispered>, "It was me."',
    )


@plot(
    "{hero} remembered that it was the birthday of {his} {parent=FAMILY}. But {he} had no present!",
    (
        "{hero} heard that {his} {parent=FAMILY} had a birthday [soon|the next day|on Sunday], "
        "and {he} had no present yet."
    ),
)
def birthday(s: Story) -> None:
    """A present that goes wrong, a helper, and a surprise."""
    s.plot(
        (
            '"I will make {a look=LOOKS} {colour=COLOURS} {gift=GIFTS}," {he} <say> <adv>. '
            '"{parent.He} likes {colour}."'
        ),
        (
            "{He} wanted to make {a look=LOOKS} {colour=COLOURS} {gift=GIFTS}, because "
            "{parent.the} liked {colour} best of all."
        ),
        (
            "With {money=NUMBERS} coins one can buy nothing, so {he} began to make {a look=LOOKS} "
            "{colour=COLOURS} {gift=GIFTS}."
        ),
    )
    s.plot(
        (
            "So {he} looked for what {he} needed in the {room=ROOMS}. {He} found {a "
            "find_look=LOOKS} {find=CARRIED}, {a find2=TREASURES}, and {glue=GLUES}."
        ),
        (
            "In the {room=ROOMS}, {he} worked <busy> for {count=FEW} hours with {glue=GLUES} and "
            "{a tool=TOOLS}."
        ),
    )
    s.paragraph()
    s.plot(
        (
            "But {a critter_look=ANIMAL_LOOKS} {critter=CRITTERS} flew in at the window. "
            "{hero} jumped, and the {gift} fell {landing=LANDINGS}."
        ),
        "When it was almost ready, {he} spilled {spill=SPILLS} all over the {gift}.",
        (
            "Then {he} put it {hiding=HIDEOUTS}, and {a sitter_look=ANIMAL_LOOKS} "
            "{sitter=SCAPEGOATS} sat on it!"
        ),
    )
    s.plot(
        '"<oh>! The {gift!} is spoiled!" {he} <cried>. {He} felt <sad>.',
        "Now the {gift!} was not {colour} anymore, and {he} felt <sad>.",
        "{hero} sat down and cried. All that work for nothing!",
    )
    meet_friend(s)
    s.plot(
        (
            '"May I help you?" <asked> {friend}. "[It is not so bad|We can fix it|Four hands are '
            'better than two]."'
        ),
        (
            '{friend} looked at the {gift!} for {looking=NUMBERS} seconds. "I know what to do," '
            '{friend.he} <said>. "We '
            'need {flowers=FLOWERS}."'
        ),
        (
            '"I have {glue2=GLUES} at home," <said> {friend}. "With that, it will be '
            '{better=REPAIRED} again."'
        ),
    )
    s.plot(
        "At {clock=LATE}, the {gift!} was {colour} and {finished=REPAIRED} again!",
        (
            "{friend} held the {gift!}, {hero} painted it {colour}, and at {clock=LATE} it was "
            "ready."
        ),
    )
    s.paragraph()
    s.plot(
        '"Happy birthday!" <cried> {hero} and held out the {gift!}.',
        (
            "{parent.The} came {from_where=FROM_WHERE} and had to close {parent.his} eyes. Then "
            "{hero} held out the {gift!}."
        ),
        "The next day at {party=CLOCKS}, {hero} gave {parent.the} the {gift!} and {a kiss=FOODS}.",
    )
    s.plot(
        (
            '"[What a|Such a wonderful|My own] {gift}, and it is {colour}!" {parent.the} <said>. '
            '"That is my favorite color!"'
        ),
        (
            "{parent.The} felt <happy>, hugged {hero} {number=NUMBERS} times and "
            "hung {garland=FLOWERS} over the door."
        ),
        (
            '{parent.The} felt <happy>. "It is so {colour} and so {precious=PRECIOUS}!" '
            "{parent.he} <said>."
        ),
    )
    s.plot(
        '"{friend} helped me," {hero} <said>. So {friend} got {a slice=FOODS}, too.',
        (
            "Then they all ate {meal=SWEETS} and sang {song_count=NUMBERS} songs, and {friend} "
            "sang the loudest."
        ),
        "{friend} was there as well, and together they told the story of the {gift!}.",
    )
    moral(
        s,
        "A present made with love is the best one.",
        "When something goes wrong, do not give up.",
        "Work is easier with a friend.",
    )


PLOTS = (broken, birthday)
