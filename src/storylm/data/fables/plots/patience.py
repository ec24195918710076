"""Plots about patience: seeds that grow, and things that are hard to learn."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import moral, passer_by, sight
from storylm.data.fables.story import Story


@plot(
    (
        "{hero} got {number=FEW} {seed=SEEDS} seeds from the {elder=cast.elders}, who lived "
        "{elder_at=WHERE}."
    ),
    (
        "the {elder=cast.elders} gave {hero} {a look=LOOKS} {colour=COLOURS} bag with "
        "{number=FEW} {seed=SEEDS} seeds in it."
    ),
)
def seeds(s: Story) -> None:
    """Seeds need patience, and a promise to water them."""
    s.plot(
        (
            '"Give them water every {often=OFTEN}, and do not forget," the {elder} <say> <adv>. '
            '"I promise," <said> {hero}.'
        ),
        '"You must water them every {often=OFTEN}," <said> the {elder}. {hero} promised to do it.',
        "{hero} promised the {elder} to water them every {often=OFTEN}.",
        (
            '"{number.Text!} seeds, and water every {often=OFTEN}," <said> the {elder}. {hero} '
            "promised it."
        ),
    )
    s.plot(
        "{He} planted all {number!} seeds {bed=BEDS} and covered them <busy> with {cover=COVERS}.",
        (
            "{He} took {a tool_look=LOOKS} {tool=TOOLS}, dug {number!} holes {bed=BEDS}, one for "
            "each seed."
        ),
        (
            "{He} carried {a tool_look=LOOKS} {tool=TOOLS} and {cover=COVERS} outside and planted "
            "the seeds {bed=BEDS}."
        ),
    )
    s.paragraph()
    s.plot(
        (
            "{He} looked {bed!} on [Monday|Tuesday|Wednesday]. Nothing! All {he} saw was {a "
            "critter_look=ANIMAL_LOOKS} {critter=CRITTERS}."
        ),
        (
            "After {days=FEW} days, there was still nothing to see but {a "
            "critter_look=ANIMAL_LOOKS} {critter=CRITTERS}."
        ),
        "For {days=FEW} days, nothing came up, and {hero} felt <sad>.",
        (
            "{hero} told the {plural listeners=CRITTERS} about the seeds and waited for "
            "{days=FEW} days."
        ),
    )
    way = s.turn(
        kept=(
            (
                "Still, {he} brought water every {often!}, as {he} had promised, and "
                "{waiting=HABITS_ING} while {he} waited.*2"
            ),
        ),
        forgotten=(
            (
                '"Seeds are boring," <said> {hero}. {He} <walked> to {place=PLACES} to '
                "{habit2=HABITS} and forgot {his} promise.*2"
            ),
        ),
    )
    if way == "forgotten":
        s.plot(
            (
                "When {he} came back after {count=FEW} days, the earth was [dry|hard|full of "
                "cracks], and {he} felt <sad>."
            ),
            (
                'Then {he} met the {elder}. "How are my {seed} seeds?" {elder.he} <asked>. {hero} '
                "looked at {his} {feet=BODY}."
            ),
        )
        s.plot(
            (
                '"I broke my promise," {he} <whispered>. "They had no water." "[It may not be too '
                'late|Try again|Seeds forgive]," <say> the {elder} <adv>.'
            ),
            (
                "{He} ran for water at once. All {day_word=DAYTIMES} long, {he} carried "
                "{colour2=COLOURS} buckets and said sorry to the seeds."
            ),
            "{He} felt <sad> and brought {water=FEW} buckets of water.",
        )
        s.plot("From then on, {he} gave them water every {often!}, just as {he} had promised.")
    s.paragraph()
    s.plot(
        "Then, {when=MORNINGS}, there was {a green=BITS} green [leaf|tip|sprout] {bed!}!",
        (
            '{hero} saw something green {bed!} {when=MORNINGS}. "<yay>! They are growing!" {he} '
            "<cried>."
        ),
        "{His} {finder=FAMILY} saw it first, {when=MORNINGS}: {a green=BITS} green leaf {bed!}!",
    )
    s.plot(
        (
            "By the end of the {season=SEASONS}, every {seed!} was as [tall|big] as {a "
            "measure=MEASURES}."
        ),
        (
            "In the {season=SEASONS}, there were so many {seed!} plants that {hero} gave some to "
            "{his} {giver=FAMILY}, who felt <happy>."
        ),
        (
            "The {seed!} seeds grew and grew, and in the {season=SEASONS} [the whole village|the "
            "neighbors|people from far away] came to look at them."
        ),
        (
            "When {season=SEASONS} came, {a guest_look=ANIMAL_LOOKS} {guest=CRITTERS} moved "
            "into the {seed!} plants and felt <happy>."
        ),
    )
    s.plot(
        (
            'The {elder} came to see it. "You kept your promise," {elder.he} <say> <adv>, and '
            "{hero} felt <happy>."
        ),
        'The {elder} came and felt <happy>. "You kept your promise," {elder.he} <said>.',
        (
            '{hero} showed it to the {elder}. "All this from {number!} seeds!" <said> {elder.he} '
            "with {a grin=SMILES} smile."
        ),
        "Now {hero} gave {number!} new {seed!} seeds to {his} {heir=FAMILY} and felt <happy>.",
    )
    moral(
        s,
        "Good things take time.",
        "A promise is like a seed: you must take care of it.",
        "Be patient, and never give up too soon.",
    )


@plot(
    "all the other {cast} could {wish=SKILLS}, but {hero} could not.",
    '{hero} <said>, "I want to learn how to {wish=SKILLS}!"',
)
def practice(s: Story) -> None:
    """Learning something is hard, and then it is not."""
    s.plot(
        (
            "So {he} <walked> to {place=PLACES}, where {friend=cast.folk} was {doing=DOINGS}. "
            '"Can you show me how to {wish!}?" {he} <asked> <adv>.'
        ),
        (
            '"I can show you," <said> {friend=cast.folk}, who lived {friend_at=WHERE}. They met '
            "near {place=PLACES}."
        ),
        (
            "{His} {giver=FAMILY} sent {him} to {friend=cast.folk}, {a friend_trait=NICE} friend "
            "who could {wish!} very well. They met near {place=PLACES}."
        ),
    )
    sight(s)
    s.plot(
        "The first time, {hero} {mishap=MISHAPS} and felt <sad>. {friend} <smiled>.",
        (
            "{hero} tried <busy>, but {he} {mishap=MISHAPS}. {He} tried again, and then {he} "
            "{mishap2=MISHAPS}!"
        ),
        (
            "It looked easy when {friend} did it. But {hero} {mishap=MISHAPS}, and that hurt "
            "{his} {part=BODY}."
        ),
    )
    s.plot(
        '"I will never learn it," {he} <say> <soft>. "I am too {excuse=EXCUSES}."',
        '{hero} felt <angry>. "To {wish!} is stupid!" {he} <cried>.',
        '"<oh>," {he} <whispered>. "Why can everybody {wish!} but me?"',
    )
    s.plot(
        '"It took me {number=FEW} weeks to learn it," <say> {friend} <adv>. "Come back tomorrow."',
        (
            '"I {own_mishap=MISHAPS}, too, when I began," <said> {friend}. "You need {number=FEW} '
            'weeks, and then it is easy."'
        ),
        (
            '{friend} gave {him} {a snack=FOODS}. "Nobody can do it in less than {number=FEW} '
            'weeks," {friend.he} <say> <adv>.'
        ),
    )
    passer_by(s)
    s.paragraph()
    way = s.turn(
        practice=(
            (
                "So {hero} came back every {often=OFTEN}. {He} practiced <busy>, even when "
                "{rain=BAD_SKIES}.*2"
            ),
            (
                "Every {often=OFTEN}, {hero} practiced <busy>. [Once|Twice] {he} "
                "{mishap3=MISHAPS}, but {he} did not mind.*2"
            ),
        ),
        give_up=(
            (
                "But {hero} did not come back. {He} sat at home and felt <sad>, while the others "
                "had fun."
            ),
        ),
    )
    if way == "give_up":
        s.plot(
            (
                "After {days=FEW} days, there was {a knock_look=KNOCKS} knock on the door. It was "
                "{friend}, with {a present=FOODS}."
            ),
            (
                '{friend} waited for {days=FEW} days and then <walked> to the {hero.home}. "Where '
                'were you?" {friend.he} <asked>.'
            ),
        )
        s.plot(
            (
                '"I miss you," <say> {friend} <adv>. "Let us try once more." So they <walked> '
                "back to {place!}."
            ),
            (
                '"You cannot {wish!} from your bed," {friend} <said> with a smile, and they '
                "<walked> back to {place!}."
            ),
        )
    s.plot(
        "After {number!} weeks, at {exact=CLOCKS}, {hero} could {wish!}!",
        "{number.Text!} weeks later, {hero} could {wish!} better than {friend}!",
        'And then, after {number!} weeks: "<yay>! I can {wish!}!" <cried> {hero}.',
    )
    s.plot(
        (
            "{friend} clapped {claps=NUMBERS} times and gave {him} {a medal_look=LOOKS} "
            "{colour=COLOURS} {prize=GIFTS}."
        ),
        "{hero} felt <happy> and showed it to {his} {proud_one=FAMILY}, who <smiled>.",
        '"You see?" <said> {friend}, who felt <happy>, too.',
    )
    moral(
        s,
        "If you practice, hard things become easy.",
        "Never say that you cannot do it before you have tried.",
        "Nobody is born a master.",
    )


PLOTS = (seeds, practice)
