"""Plots about kindness: an animal in need, and a race that is not only won."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import moral, passer_by, sight
from storylm.data.fables.story import Story


@plot(
    "{hero} found {trouble=TROUBLES} near {place=PLACES}. It was {trouble.stuck!}.",
    (
        "{hero} <walked> to {place=PLACES} and heard a cry. It was {trouble=TROUBLES}, "
        "{trouble.stuck!}."
    ),
)
def rescue(s: Story) -> None:
    """An animal in need is helped, and later helps in turn."""
    sight(s)
    s.plot(
        (
            '"Please help me!" the {trouble.short!} <cried>. "I have been here for {number=FEW} '
            'hours!"'
        ),
        (
            'With big eyes, it looked at {him}. "I feel {blue_face=BLUE}," it <said>. "Nobody '
            'hears me, not even the {deaf=PASSERS} who went by."'
        ),
        "That poor {trouble.short!} felt <tired> and <sad>.",
        "Its {part=BODY_OF_ANIMAL} hurt, and it felt <sad>.",
        '"I have been here since {since=CLOCKS}, and I feel <sad>," the {trouble.short!} <said>.',
    )
    s.plot(
        (
            "{hero} was on {his} way to a party and had {a gift_look=LOOKS} {gift=GIFTS} in {his} "
            "hand. But {he} stopped."
        ),
        "{hero} felt <scared> at first, for {he} had never helped {trouble} before.",
        '"Do not be afraid," {hero} <say> <soft>. "I will help you."',
        '{hero} put down {his} {load_look=LOOKS} {load=CARRIED} and <said>, "Let me see."',
        "Although {he} felt <tired>, {hero} stopped and thought for {thinking=NUMBERS} seconds.",
    )
    s.plot(
        "{He} {trouble.rescue!}. The {trouble.short!} was free!",
        (
            "{He} tried with {a tool_look=LOOKS} {tool=TOOLS}, but it was no use. Then {he} "
            "{trouble.rescue!}."
        ),
        "It took {him} {minutes=NUMBERS} minutes, but at last {he} {trouble.rescue!}.",
        "With {steady_look=NICE} {steady=BODY}, {he} {trouble.rescue!}.",
    )
    s.plot(
        'The {trouble.short!} {trouble.thanks!}. "I will help you, too," it <say> <adv>.',
        (
            '"Thank you, {hero}! I will never forget this," <said> the {trouble.short!}, and it '
            "{trouble.thanks!}."
        ),
    )
    s.plot(
        "{hero} felt <happy> and <walked> on, past {sight3=place.sights}.",
        "{hero} gave it a bit of {his} {snack=FOODS} and went on.",
        "Then they said goodbye, and {hero} <walked> home to eat {supper=SWEETS}.",
        "{hero} felt <happy> and sang about {song=DREAMS} all the way home.",
    )
    s.paragraph()
    s.plot(
        (
            "<later>, {hero} was {doing=DOINGS} when something bad happened: {he} dropped {his} "
            "{look=LOOKS} {colour=COLOURS} {lost=TREASURES} into {hole=HOLES}."
        ),
        (
            "<later>, {hero} wanted to show {friend=cast.folk} {his} {look=LOOKS} "
            "{colour=COLOURS} {lost=TREASURES}. But it slipped out of {his} hand and fell into "
            "{hole=HOLES}!"
        ),
    )
    s.plot(
        (
            "{He} tried to reach it with {a tool2_look=LOOKS} {tool2=TOOLS}, but it was too "
            "deep. {He} felt <sad>."
        ),
        '"<oh>! My {lost!}!" {he} <cried>. It was dark down there, and {he} felt <scared>.',
        '"It was a present from my {giver=FAMILY}," {he} <say> <soft> and felt <sad>.',
    )
    s.plot(
        "Then {he} heard {a voice_look=NICE} voice. It was the {trouble.short!} from {place!}!",
        "And there, {perch_now=PERCHES}, sat the {trouble.short!} from {place!}!",
        '"Do you remember me?" <asked> somebody. It was the {trouble.short!} from {place!}.',
    )
    s.plot(
        "After {seconds=NUMBERS} seconds, it was back with the {colour} {lost!}.",
        "It went down <busy> and came up with the {colour} {lost!}.",
        (
            "The {trouble.short!} called {helpers=NUMBERS} friends, and together they brought up "
            "the {colour} {lost!}."
        ),
        (
            "It came back with the {colour} {lost!}, {bonus=NUMBERS} coins, and {a "
            "bonus_look=LOOKS} {bonus_thing=TREASURES}."
        ),
    )
    moral(
        s,
        "Nobody is too small to help.",
        "If you help others, they will help you.",
        "Kindness always comes back.",
    )


@plot(
    (
        "there was a race from {place=PLACES} to {place2=PLACES}. {hero} wanted to win it, and so "
        "did {friend=cast.folk}."
    ),
    (
        'a proud friend named {friend=cast.folk} <said> to {hero}, "I am the fastest of all! Let '
        'us race from {place=PLACES} to {place2=PLACES}!"'
    ),
)
def race(s: Story) -> None:
    """A boaster, a stop on the way, and who wins."""
    s.plot(
        "Whoever won would get {a look=LOOKS} {colour=COLOURS} {prize=TOYS}.",
        (
            "{A passing_look=MOODS} {passing=PASSERS} promised the winner {a look=LOOKS} "
            "{colour=COLOURS} {prize=TOYS}."
        ),
    )
    s.plot(
        '"You have no chance," <said> {friend}. "You are too {excuse=EXCUSES}!"',
        (
            '{friend} laughed at {hero}. "I can win this with {a load_look=LOOKS} {load=CARRIED} '
            'on my back!" {friend.he} <said>.'
        ),
        (
            '{friend} looked at {hero} and yawned. "I could sleep for {nap=NUMBERS} minutes and '
            'still win," {friend.he} <said>.'
        ),
        (
            '{friend} showed off {friend.his} {shoe_look=CLOTH_LOOKS} shoes. "I have won '
            '{wins=NUMBERS} races," {friend.he} <said> <adv>.'
        ),
        (
            '"You look like {a slow=MEASURES} in {a slow_look=CLOTH_LOOKS} {slow_thing=GARMENTS}," '
            "{friend} <said> to {hero}."
        ),
    )
    s.plot(
        "{hero} said nothing, but {he} felt <angry>.",
        '"We will see," {hero} <say> <soft>.',
        'That made {hero} <sad>, but {his} {fan=FAMILY} <said>, "Just do your best."',
        "{hero} felt <angry> and <walked> home to practice.",
    )
    s.paragraph()
    s.plot(
        (
            '"One, two, three, go!" {friend} was [soon|quickly|at once] far ahead. {hero} ran on, '
            "past {sight=place.sights}."
        ),
        (
            "At {clock=CLOCKS}, they began. {friend} flew like an arrow. {hero} ran past "
            "{sight=place.sights} and got <tired>."
        ),
        (
            "The race began at {clock=CLOCKS}. {friend} was fast, but {hero} ran <busy>, past "
            "{sight=place.sights}."
        ),
    )
    way = s.turn(
        sleep=(
            (
                "Halfway, {friend} stopped to eat {a snack=FOODS} {perch=STANDING}, and then "
                "{friend.he} fell asleep.*2"
            ),
        ),
        fall=(
            (
                "But {friend} looked back to laugh at {hero}, and so {friend.he} {mishap=MISHAPS} "
                "and could not go on.*2"
            ),
        ),
    )
    passer_by(s)
    s.paragraph()
    if way == "sleep":
        s.plot(
            (
                "{hero} <walked> past {friend}, as quiet as {a quiet_look=ANIMAL_LOOKS} "
                "{quiet=CRITTERS}, and saw {place2!} in front of {him}."
            ),
            "On and on went {hero}, and when {friend} woke up, {hero} was already near {place2!}.",
            "{hero} ran on for {minutes2=NUMBERS} minutes and saw {place2!} in front of {him}.",
        )
        s.plot(
            (
                "{hero} won the race and got the {colour} {prize!}! {friend} came "
                "{minutes=NUMBERS} minutes later and felt <angry>."
            ),
            '"The winner is {hero}!" somebody <cried>. And {hero} took the {colour} {prize!} home.',
        )
        s.plot(
            'But {hero} <smiled> and <said>, "You can play with the {prize!}, too, {friend}."',
            (
                '"I was too proud," <say> {friend} <soft>. "You ran well, {hero}." And they '
                "shared {a shared=FOODS}."
            ),
            (
                "{friend} felt <sad> for {sad_time=FEW} days. Then {friend.he} brought {hero} {a "
                "peace=FOODS}."
            ),
        )
    else:
        s.plot(
            (
                "{hero} could have won now. But {he} stopped, gave {friend} a hand, and <asked>, "
                '"Are you hurt?"*2'
            ),
            (
                "At first {hero} ran on. But after {steps=NUMBERS} steps {he} turned back and "
                "helped {friend} up.*2"
            ),
        )
        s.plot(
            (
                '"Why do you help me? I laughed at you," {friend} <said>. "[Because you are my '
                'friend|A race is only a race|That is what friends do]," <said> {hero}.'
            ),
            'Now {friend} felt <sad>. "I am sorry that I laughed at you," {friend.he} <said>.',
            '"You are so {kind_word=NICE}," <say> {friend} <soft>. "I am sorry that I laughed."',
        )
        s.plot(
            (
                "Arm in arm, they <walked> to {place2!}, and the {colour} {prize!} was given to "
                "both of them."
            ),
            (
                "So they came to {place2!} together, {hours=NUMBERS} minutes after "
                "{clock_end=LATE}, and shared the {colour} {prize!}."
            ),
            (
                "They came to {place2!} last, but felt <happy>, and {a judge_trait=NICE} judge "
                "gave them the {colour} {prize!}."
            ),
        )
    moral(
        s,
        "Slow and steady is better than fast and proud.",
        "Do not laugh at others.",
        "A friend is worth more than a prize.",
    )


PLOTS = (rescue, race)
