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
        '{room=ROOMS}!" But soon {he} was {playing=GAMES}.'
    ),
    summaries=(
        "{hero=FOLK} breaks {a fragile=FRAGILE} and finds it hard to say so.",
        "{hero=FOLK} plays in the {room=ROOMS} and breaks {a colour=COLOURS} {fragile=FRAGILE}.",
    ),
    hints=(
        "something would be broken before the day was over",
        "{he} would soon have something hard to say",
    ),
    long=True,
)
def broken(s: Story) -> None:
    """Something breaks; to say so is hard."""
    if "parent" not in s.facts:
        s.plot(
            (
                "{He} did not [think of|listen to|look out for] {his} {parent=FAMILY}, who "
                "was {resting=CHORES}."
            ),
            "In the next room, {his} {parent=FAMILY} was {resting=CHORES}.",
            "{His} {parent=FAMILY} was outside, {resting=YARD_WORK}.",
            '"[Be careful|Not so wild|Go outside]!" <cried> {his} {parent=FAMILY}.',
        )
    s.plot(
        (
            "<crash>! The {look=LOOKS} {colour=COLOURS} {fragile=FRAGILE} fell "
            "{landing=LANDINGS} and broke into {number=NUMBERS} pieces.*2"
        ),
        (
            "[All at once|Then], {he} bumped into the {look=LOOKS} {colour=COLOURS} "
            "{fragile=FRAGILE}. It fell {landing=LANDINGS}. <crash>!"
        ),
        (
            "<crash>! Something fell {landing=LANDINGS}. It was the {look=LOOKS} "
            "{colour=COLOURS} {fragile=FRAGILE} that {parent.the} loved so much."
        ),
        (
            "Something fell {landing=LANDINGS}, and it was not {hero}. It was the "
            "{look=LOOKS} {colour=COLOURS} {fragile=FRAGILE}!"
        ),
    )
    s.plot(
        '"<oh>!" {he} <whispered>. "[What have I done|What now|What will {parent.the} say]?"',
        "{hero} felt <scared> and [began to cry|stood still|held {his} breath|closed {his} eyes].",
        "For {count=FEW} minutes, {hero} stood there and felt <sad>.",
        "It sounded as if {a crash_like=MEASURES} had fallen over! {hero} felt <scared>.",
        "{hero} felt <scared>. {His} heart [beat like a drum|stood still|jumped].",
    )
    s.paragraph()
    way = s.turn(
        tell=(
            "{He} counted to {breaths=NUMBERS} and <walked> <busy> to {his} {parent}.*4",
            (
                "{He} put the pieces into {his} {wear_colour} {garment} and <walked> <busy> "
                "to {his} {parent}.*4"
            ),
            (
                '"I must [say it|be brave|tell the truth]," {he} told {himself}, and <walked> '
                "to {his} {parent}.*4"
            ),
        ),
        hide=(
            (
                "{He} [quickly|quietly|secretly] picked up the pieces, put them "
                "{hiding=HIDEOUTS}, and said nothing.*6"
            ),
        ),
        blame=(
            'Then {his} {parent} came in. "The {scapegoat=SCAPEGOATS} did it!" {hero} <cried>.*6',
        ),
        bad=(
            (
                "{He} put the pieces {hiding=HIDEOUTS}, and then {he} <walked> out to play "
                "{game=GAMES_NAMES}.*3"
            ),
        ),
    )
    if way == "bad":
        never_told(s)
        return
    if way == "tell":
        s.plot(
            '"I broke the {fragile!}," {he} <say> <soft>. "I was {playing}."',
            (
                '"The {fragile!} is broken," {he} <say> <soft>. "[It was my fault|I did it|I '
                'was too wild]."'
            ),
            '"I feel <sad>," {he} <say> <soft>. "I broke the {colour} {fragile!}."',
            '"I am sorry," {he} <say> <soft>. "I broke the {fragile!} in the {room}."',
        )
    else:
        caught(s, hidden=way == "hide")
    s.plot(
        (
            "{parent.The} felt <angry> for {count2=FEW} minutes. Then {parent.he} [gave "
            "{hero} a hug|sat down next to {hero}|had to smile]."
        ),
        "{parent.The} felt <angry> and drank a [big|small|whole] [cup|pot|glass] of {tea=TEAS}.",
        "{parent.The} felt <sad> and swept up the pieces <busy>.",
        (
            "{parent.The} looked at the pieces and felt <sad>. Then {parent.he} [smiled a "
            "little|shook {parent.his} head|sat down]."
        ),
        "{parent.The} [said nothing|sighed] and drank [two|three|four] cups of {tea=TEAS}.",
    )
    s.plot(
        (
            '"The truth is [worth more than gold|always best|good to hear|better than '
            '{fragile.a}]," {parent.he} <say> <adv>.'
        ),
        '"You told me the truth," {parent.he} <say> <adv>, and gave {hero} {a forgiven=FOODS}.',
        (
            '"You are [dearer to me|worth more|more important] than any {fragile}," '
            "{parent.he} <say> <adv>."
        ),
        '"When I was {age2=AGES}, I broke {a other_fragile=FRAGILE}," {parent.he} <say> <adv>.',
        '"It was only {fragile.a}," {parent.he} <say> <adv>. "Thank you for telling me."',
    )
    s.plot(
        (
            "The next [day|morning|Sunday], {hero} mended it with {glue=MENDERS}, and "
            "{parent.the} felt <happy>."
        ),
        "They made {a mosaic=GIFTS} out of the pieces, with {glue=MENDERS}.",
        "With {glue=MENDERS}, they put it together again, piece by {colour} piece.",
        "{hero} picked {flowers=FLOWERS} for {parent.the}, who felt <happy>.",
        ("{hero} bought a new {fragile!}, {new_colour=COLOURS} and {new_look=REPAIRED}."),
        "From then on, {hero} played {game=GAMES_NAMES} outside, {outside=NIGHT_PLACES}.",
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
                'At {meal=MEALS}, {parent.the} <asked>, "[Where is|Who took|Have you seen] my '
                '{fragile!}?"'
            ),
            (
                'At {meal=MEALS}, {parent.the} found {colour.a} piece. "[What is this|Where '
                'is my {fragile!}]?" {parent.he} <asked>.'
            ),
            "At {meal=MEALS}, {his} {parent} looked {hiding!} and saw the {colour} pieces.",
        )
    else:
        s.plot(
            (
                '"[How can that be|Really]?" {parent.the} <asked> <adv>. "The {scapegoat!} is '
                '{alibi=ALIBIS}!"'
            ),
            (
                '"How {odd=ODD}," {parent.the} <said> <soft>. "The {scapegoat!} was '
                '{alibi=ALIBIS} all day."'
            ),
            '"But the {scapegoat!} was {alibi=ALIBIS}," {parent.the} <said> <soft>.',
        )
    s.plot(
        '"I was {playing}," {hero} <said> <soft> and felt <sad>. "It was me."',
        '{hero} felt <sad>. "It was me," {he} <said> <soft>.',
        (
            '{hero} turned [red|pale|white]. "I told a lie," {he} <said> <soft>. "I broke the '
            '{fragile!}."'
        ),
        'For {quiet=FEW} seconds, {hero} was silent. "It was me," {he} <said> <soft>.',
        '{hero} looked at {his} {wear_colour} {garment}. "It was me," {he} <said> <soft>.',
    )


def never_told(s: Story) -> None:
    """Somebody else has to pay for what the hero did not say."""
    s.plot(
        (
            'At {meal=MEALS}, {parent.the} found the pieces. "That was the '
            '{pet2=HOUSE_PETS}," {parent.he} <say> <soft>.'
        ),
        '"My {fragile!}!" <cried> {parent.the} at {meal=MEALS}. "That was the {pet2=HOUSE_PETS}!"',
    )
    s.plot(
        "{hero} felt <scared> and said nothing. The poor {pet2!} had to sleep {out=NIGHT_PLACES}.",
        (
            "{hero} [said nothing|kept quiet|looked away], and {he} felt <sad>. The {pet2!} "
            "had to sleep {out=NIGHT_PLACES}."
        ),
    )
    s.plot(
        "At {night_time=NIGHT_HOURS}, {hero} heard it cry. In the morning, it was gone.",
        "At {night_time=NIGHT_HOURS}, it ran away[ into the dark| in the rain|].",
    )
    s.plot(
        '"Come back! It was me!" <cried> {hero}. But [nobody heard {him}|it was too late].',
        "{hero} [looked|searched] for {days=FEW} days, but the {pet2!} did not come back.",
        "Then {hero} told {his} {parent} the truth, but that did not bring back the {pet2!}.",
    )
    moral(
        s,
        "When you are silent, somebody else may have to pay for it.",
        "A broken thing can be mended, but not everything can.",
        "Tell the truth while it still helps.",
    )


@plot(
    "{hero} remembered that it was the birthday of {his} {parent=FAMILY}. But {he} had no present!",
    (
        "{hero} heard that {his} {parent=FAMILY} had a birthday [soon|the next day|on "
        "Sunday], and {he} had no present yet."
    ),
    summaries=(
        "{hero=FOLK} makes {a gift=GIFTS} for the birthday of {his} {parent=FAMILY}.",
        "{hero=FOLK} wants to make {a colour=COLOURS} {gift=GIFTS}, but it gets spoiled.",
    ),
    hints=(
        "it would be hard to make a present in time",
        "a friend would save the birthday",
    ),
    long=True,
)
def birthday(s: Story) -> None:
    """A present that goes wrong, a helper, and a surprise."""
    s.plot(
        '"I will make {a look=NEW_LOOKS} {colour=COLOURS} {gift=GIFTS}," {he} <say> <adv>.',
        "So {he} wanted to make {a look=NEW_LOOKS} {colour=COLOURS} {gift=GIFTS}.",
        (
            "{He} had only {money=FEW} coins, so {he} began to make {a look=NEW_LOOKS} "
            "{colour=COLOURS} {gift=GIFTS}."
        ),
        (
            '"{parent.He} needs {a look=NEW_LOOKS} {colour=COLOURS} {gift=GIFTS}," {he} told '
            "{himself}."
        ),
    )
    s.plot(
        ("In the {room=ROOMS}, {he} found {a find=HANDY}, {a find2=TREASURES}, and {glue=PASTES}."),
        (
            "In the {room=ROOMS}, {he} worked <busy> for {count=FEW} hours with {glue=PASTES} "
            "and {a tool=HANDY}."
        ),
        "{He} took {glue=PASTES} and {a tool=HANDY} and worked <busy> in the {room=ROOMS}.",
        (
            "At [sunrise|breakfast time|nine o'clock|ten o'clock], {he} sat down in the "
            "{room=ROOMS} and worked <busy>."
        ),
    )
    s.paragraph()
    s.plot(
        (
            "But {a critter_look=ANIMAL_LOOKS} {critter=CRITTERS} came in at the window. "
            "{hero} jumped, and the {gift} fell {landing=LANDINGS}."
        ),
        "When it was almost ready, {he} spilled {spill=SPILLS} all over the {gift}.",
        (
            "Then {he} put it {hiding=HIDEOUTS}, and {a sitter_look=ANIMAL_LOOKS} "
            "{sitter=HOUSE_PETS} sat on it!"
        ),
        "But then {he} dropped it, and it fell {landing=LANDINGS}, right into the {spill=SPILLS}!",
    )
    s.plot(
        '"<oh>! It is spoiled!" {he} <cried> and felt <sad>.',
        "Now it was [crooked|dirty|full of spots|quite spoiled], and {he} felt <sad>.",
        "{hero} felt <sad> and [cried|wept|sobbed]. All that work for nothing!",
        '"My [poor|lovely|beautiful] {gift!}!" {he} <cried> and felt <sad>.',
        "{hero} felt <angry> and [kicked a bucket|stamped on the floor|threw a pillow].",
    )
    meet_friend(s)
    s.plot(
        (
            '"May I help you?" {friend} <asked> <adv>. "[It is not so bad|We can fix it|Two '
            'are better than one]."'
        ),
        '"We can [cover|hide] it with {flowers=FLOWERS}," {friend.he} <say> <adv>.',
        '"With {glue2=PASTES}, it will be {better=REPAIRED} again," {friend.he} <say> <adv>.',
        (
            '"[Do not cry|Cheer up|Never mind]," {friend.he} <say> <adv>. "We can fix it with '
            '{glue2=PASTES}."'
        ),
    )
    s.plot(
        "At {clock=CLOCKS}, the {gift!} was {colour} and {finished=REPAIRED} again!",
        "{friend} held it, {hero} painted it {colour}, and at {clock=CLOCKS} it was ready.",
        "They worked <busy>, and at {clock=CLOCKS} it was {colour} and {finished=REPAIRED}.",
        (
            "After {hours=FEW} hours, the {gift!} looked {finished=REPAIRED} and as {colour} "
            "as before."
        ),
    )
    s.paragraph()
    s.plot(
        '"Happy birthday!" <cried> {hero} and held out the {gift!}.',
        (
            "{parent.The} came {from_where=FROM_WHERE} and had to close {parent.his} eyes. "
            "Then {hero} held out the {gift!}."
        ),
        (
            "At [dinner|supper|the party|teatime], {hero} gave {parent.the} the {gift!} and "
            "{a kiss=FOODS}."
        ),
        "When {parent.the} came {from_where=FROM_WHERE}, the {gift!} was already waiting.",
    )
    s.plot(
        '"It is {colour}, my favorite color!" {parent.the} <cried>.',
        "{parent.The} felt <happy> and [hugged {hero}|laughed|danced] for {number=FEW} minutes.",
        '{parent.The} felt <happy>. "It is so {precious=PRECIOUS}!" {parent.he} <said>.',
        '"How {precious=PRECIOUS}!" <cried> {parent.the}, who felt <happy>.',
        "{parent.The} felt <happy> and hung {garland=FLOWERS} over the door.",
    )
    s.plot(
        '"{friend} helped me," {hero} <said> <adv>. So {friend} got {a slice=FOODS}, too.',
        "Then they all ate {meal=SWEETS} and sang {song_count=FEW} songs about {song=DREAMS}.",
        "{friend} got {meal=SWEETS}, too, and they sang about {song=DREAMS}.",
        "Until {late=NIGHTS}, they all played {game=GAMES_NAMES} with {friend}.",
    )
    moral(
        s,
        "A present made with love is the best one.",
        "When something goes wrong, do not give up.",
        "Work is easier with a friend.",
    )


PLOTS = (broken, birthday)
