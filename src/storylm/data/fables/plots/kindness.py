"""Plots about kindness: an animal in need, and a race that is not only won."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import moral, passer_by
from storylm.data.fables.story import Story


@plot(
    "{hero} found {trouble=TROUBLES} near {place=SPOTS}. It was {trouble.stuck!}.",
    (
        "{hero} <walked> to {place=SPOTS} and heard a cry. It was {trouble=TROUBLES}, "
        "{trouble.stuck!}."
    ),
    summaries=(
        "{hero=FOLK} meets {trouble=TROUBLES} in need and later needs help as well.",
        "{hero=FOLK} hears a cry for help near {place=SPOTS} and later loses {a lost=TREASURES}.",
    ),
    hints=(
        "one day {he} would need help as well",
        "{he} would think of this animal again",
    ),
    long=True,
)
def rescue(s: Story) -> None:
    """An animal in need is helped, and later helps in turn."""
    s.plot(
        '"Please help me!" it <cried>. "I have been here since {since=CLOCKS}!"',
        '"I feel <sad>," it <say> <soft>. "Even the {deaf=PASSERS} did not hear me."',
        '"I feel <tired> and <sad>," it <say> <soft>.',
        '"Ouch, my {part=BODY_OF_ANIMAL}!" it <cried> and felt <sad>.',
        '"I have called {calls=NUMBERS} times," it <say> <soft>. "Nobody [came|heard me|stopped]."',
        '"[Do not leave me|Help|Please stop]!" it <cried> and felt <scared>.',
    )
    passer_by(s)
    way = s.turn(
        help=(
            '"Do not be afraid," {hero} <said> <adv>. "I will help you."*3',
            '{hero} put down {his} {load=CARRIED}. "Let me see," {he} <say> <adv>.*3',
            "Although {he} felt <tired>, {hero} stopped at once.*3",
            "{hero} felt <scared> at first. But then {he} [came closer|knelt down|took heart].*3",
            "{hero} was on {his} way to a {event=EVENTS}. But {he} [stopped|turned around].*3",
        ),
        bad=(
            '"I have no time. I am late for the {event=EVENTS}," {hero} <said>, and <walked> on.*2',
            (
                '"[Somebody else will help you|I am too tired|Not now]," {hero} <said>, and '
                "<walked> on.*1"
            ),
        ),
    )
    if way == "bad":
        walked_on(s)
        return
    s.plot(
        "{He} {trouble.rescue!}. [At {freed=LATE}|After {minutes=FEW} minutes], it was free!",
        "{He} tried with {a tool=TOOLS}, but it was no use. Then {he} {trouble.rescue!}.",
        "{He} called {his} {helper=FAMILY}, and together they {trouble.rescue!}.",
        "[Very slowly|With great care|Bit by bit], {he} {trouble.rescue!}.",
        '"[Hold still|Keep calm|One, two, three]!" {he} <cried>. Then {he} {trouble.rescue!}.',
    )
    s.plot(
        'The {trouble.short!} {trouble.thanks!}. "I will help you, too," it <say> <adv>.',
        '"Thank you, {hero}!" it <cried>. It felt <happy> and {trouble.thanks!}.',
        "It {trouble.thanks!} and felt <happy>.",
        "[Full of joy|Then|Before it went away], it {trouble.thanks!}.",
        '"I will never forget this," it <say> <adv>, and it {trouble.thanks!}.',
    )
    s.plot(
        "{hero} gave it a bit of {his} {snack=FOODS} and <walked> home.",
        "They said goodbye, and {hero} <walked> home to eat {supper=SWEETS}.",
        "{hero} felt <happy> and sang about {song=DREAMS}.",
        "At {home_at2=LATE}, {hero} was home and told {his} {told=FAMILY} about it.",
    )
    s.paragraph()
    s.plot(
        (
            "<later>, {hero} dropped {his} {look=LOOKS} {colour=COLOURS} {lost=TREASURES} "
            "into {hole=HOLES}."
        ),
        (
            "<later>, {hero} was {doing=DOINGS}. Then {his} {look=LOOKS} {colour=COLOURS} "
            "{lost=TREASURES} fell into {hole=HOLES}!"
        ),
        (
            "<later>, {hero} wanted to show {friend=cast.folk} {his} {colour=COLOURS} "
            "{lost=TREASURES}. But it fell into {hole=HOLES}!"
        ),
    )
    s.plot(
        "{He} tried to reach it with {a tool2=TOOLS}, but it was too deep.",
        '"<oh>! My {lost!}!" {he} <cried> and felt <sad>.',
        '"It was a present from my {giver=FAMILY}," {he} <say> <soft> and felt <sad>.',
        "It was dark down there, and {he} felt <scared> and <sad>.",
    )
    s.plot(
        (
            "Then {he} heard a [small|kind|merry|soft] voice {perch_now=PERCHES}. It was the "
            "{trouble.short!}!"
        ),
        "But there, {perch_now=PERCHES}, sat the {trouble.short!}!",
        '"Do you remember me?" somebody <asked> <adv>. It was the {trouble.short!} from {place!}.',
        (
            '"[I can help|Let me try|Now it is my turn]," somebody <say> <adv>. It was the '
            "{trouble.short!}!"
        ),
    )
    s.plot(
        "It went away <busy>. After {seconds=NUMBERS} minutes, it was back with the {lost!}.",
        "It went down <busy> and came up with the {colour} {lost!}.",
        (
            "It called {helpers=FEW} {plural helper_kind=CRITTERS}, and together they brought "
            "up the {lost!}."
        ),
        "It came back with the {lost!} and {bonus=FEW} coins.",
    )
    s.plot(
        "Now it was {hero} who felt <happy>.",
        '"You did not forget me!" {hero} <cried>.',
        '"Thank you, little {trouble.short!}," {hero} <say> <adv>.',
        "Then they shared {a shared=FOODS} and felt <happy>.",
    )
    moral(
        s,
        "Nobody is too small to help.",
        "If you help others, they will help you.",
        "Kindness always comes back.",
    )


def walked_on(s: Story) -> None:
    """Who does not stop for others finds out how that is."""
    s.plot(
        "The {trouble.short!} looked after {him} and felt <sad>.",
        "Behind {him}, the {trouble.short!} called {calls2=FEW} more times.",
        "The {trouble.short!} [began to cry|hung its head|said nothing more].",
    )
    s.paragraph()
    s.plot(
        (
            "<later>, {hero} dropped {his} {look=LOOKS} {colour=COLOURS} {lost=TREASURES} "
            "into {hole=HOLES}."
        ),
        (
            "<later>, {hero} was {doing=DOINGS}. Then {his} {look=LOOKS} {colour=COLOURS} "
            "{lost=TREASURES} fell into {hole=HOLES}!"
        ),
    )
    s.plot(
        (
            '"Please help me!" {he} <cried>. "I have no time," <said> the {busy_one=PASSERS}, '
            "and <walked> on."
        ),
        (
            '{He} asked the {busy_one=PASSERS} for help. "Not now," the {busy_one} <said>, '
            "and <walked> on."
        ),
    )
    s.plot(
        (
            "{He} thought of the {trouble.short!} and <walked> back to {place!} <busy>, but "
            "it was gone."
        ),
        (
            "Now {hero} knew how the {trouble.short!} must have felt. {He} <walked> back, but "
            "it was gone."
        ),
    )
    s.plot(
        '"I am sorry!" {he} <cried>, but [nobody|only the wind] answered.',
        "The {colour} {lost!} was gone, and {he} felt <sad>.",
        "{He} felt <sad> and left {a sorry=FOODS} for it there.",
    )
    moral(
        s,
        "Stop when somebody needs you.",
        "Help others, or nobody may help you.",
        "You may not get a second chance to be kind.",
    )


@plot(
    (
        "there was a race from {place=SPOTS} to {place2=SPOTS}. {hero} wanted to win it, and "
        "so did {friend=cast.folk}."
    ),
    (
        'a proud friend named {friend=cast.folk} said to {hero}, "Let us race from '
        '{place=SPOTS} to {place2=SPOTS}!"'
    ),
    summaries=(
        "{hero=FOLK} runs a race from {place=SPOTS} to {place2=SPOTS} against a proud friend.",
        "{hero=FOLK} runs a race for {a prize=TOYS} against somebody who laughs at {him}.",
    ),
    hints=(
        "the fastest one does not always win",
        "there was more to win than a prize",
    ),
    features="Conflict",
)
def race(s: Story) -> None:
    """A boaster, a stop on the way, and who wins."""
    s.plot(
        "Whoever won would get {a look=LOOKS} {colour=COLOURS} {prize=TOYS}.",
        "One could win {a look=LOOKS} {colour=COLOURS} {prize=TOYS}.",
        "First prize was {a look=LOOKS} {colour=COLOURS} {prize=TOYS}.",
    )
    s.plot(
        '"You are too {excuse=EXCUSES}, {hero}!" {friend} <cried>.',
        '{friend} laughed. "I can win this with {a load=CARRIED} on my back!" {friend.he} <cried>.',
        '"I could sleep for {nap=NUMBERS} minutes and still win," {friend} <say>.',
        '"I have won {wins=NUMBERS} races," {friend} <say> [loudly|proudly|with a yawn].',
        '"You run like {a slow=MEASURES}," {friend} said to {hero}.',
        '"I am faster than any {faster=CRITTERS}," {friend} <say> [loudly|proudly|with a yawn].',
    )
    s.plot(
        "{hero} said nothing, but {he} felt <angry>.",
        '"We will see," {hero} <said> <soft>.',
        '{hero} felt <sad>. "Just do your best," {his} {fan=FAMILY} <say> <adv>.',
        "{hero} felt <angry> and <walked> [home|away|outside] to practice.",
        '"I will [do my best|try anyway|run my own race]," {hero} <said> <soft>.',
    )
    s.paragraph()
    s.plot(
        (
            '"One, two, three, go!" {friend} was [soon|at once] far ahead. {hero} ran on, '
            "past {sight=LANDMARKS}."
        ),
        (
            "At {clock=CLOCKS}, they began. {hero} ran <busy>, past {sight=LANDMARKS} and "
            "{sight2=LANDMARKS}."
        ),
        (
            "The race began at {clock=CLOCKS}. {friend} flew past {sight=LANDMARKS} and "
            "{sight2=LANDMARKS}."
        ),
        (
            "[Soon|At first], {friend} was far ahead. {hero} came to {sight=LANDMARKS} and "
            "felt <tired>."
        ),
    )
    way = s.turn(
        sleep=(
            (
                "[Halfway|Near {sight3=LANDMARKS}], {friend} [stopped|sat down] to eat {a "
                "snack=FOODS} and fell asleep.*7"
            ),
        ),
        fall=(
            (
                "But [halfway|near {sight3=LANDMARKS}], {friend} {mishap=FALLS} and could not "
                "go on.*5"
            ),
        ),
        bad=(
            (
                "But {friend} {mishap=FALLS} and cried for help. {hero} [laughed|smiled] and "
                "ran on.*2"
            ),
        ),
    )
    passer_by(s)
    s.paragraph()
    if way == "bad":
        won_alone(s)
        return
    if way == "sleep":
        s.plot(
            "{hero} <walked> past {friend}, as quiet as {a quiet=CRITTERS}.",
            "On and on went {hero}, past {sight4=LANDMARKS} and {sight5=LANDMARKS}.",
            "When {friend} woke up, {hero} was already near {place2!}.",
            "{hero} ran on for {minutes2=FEW} minutes and saw {place2!} in front of {him}.",
            "{hero} ran past {friend}, past {sight4=LANDMARKS}, and on to {place2!}.",
        )
        s.plot(
            "{hero} won the {colour} {prize!}, and {friend} felt <angry>.",
            '"The winner is {hero}!" the {judge=PASSERS} <cried> at {place2!}.',
            "When {friend} came at {late=NIGHTS}, {hero} had long won the {colour} {prize!}.",
        )
        s.plot(
            'But {hero} <smiled>. "You can play with it, too, {friend}," {he} <say> <adv>.',
            '"I was too proud," {friend} <say> <soft>, and they shared {a shared=FOODS}.',
            "{friend} felt <sad> for {sad_time=FEW} days and then brought {hero} {a peace=FOODS}.",
            '"You ran well," {friend} <say> <soft>. "I was [silly|too proud|unkind|wrong]."',
        )
    else:
        s.plot(
            '{hero} could have won now. But {he} stopped. "Are you hurt?" {he} <asked> <adv>.',
            (
                "At first {hero} ran on. But after {steps=NUMBERS} steps {he} turned back and "
                "helped {friend} up."
            ),
            (
                '"Wait, I will help you!" {hero} <cried> and helped {friend} [up|out] with [a '
                "rope|a long stick|a branch|all {his} might]."
            ),
            "{hero} stopped and gave {friend} {a comfort=FOODS}.",
        )
        s.plot(
            (
                '"Why do you help me?" {friend} <asked> <soft>. "[You are my friend|A race is '
                'only a race|That is what friends do]," <said> {hero}.'
            ),
            (
                'Now {friend} felt <sad>. "I am sorry that I laughed at you," {friend.he} '
                "<say> <soft>."
            ),
            '"You are so {kind_word=NICE}," {friend} <say> <soft>. "I am sorry that I laughed."',
        )
        s.plot(
            "Side by side, they <walked> <busy> to {place2!} and got the {prize!} together.",
            "They came in at {clock_end=LATE} and shared the {colour} {prize!}.",
            "They came last, but {a judge_trait=NICE} judge gave them the {colour} {prize!}.",
        )
    moral(
        s,
        "Slow and steady is better than fast and proud.",
        "Do not laugh at others.",
        "A friend is worth more than a prize.",
    )


def won_alone(s: Story) -> None:
    """The prize is won, and it is no fun."""
    s.plot(
        (
            "{hero} was the first at {place2!} and got the {colour} {prize!}. But nobody "
            "[clapped|cheered|sang]."
        ),
        "At {end_at=LATE}, {hero} stood at {place2!} with the {colour} {prize!}, all alone.",
        '"The winner is {hero}," the {judge=PASSERS} <say> <soft>. But nobody [clapped|cheered].',
    )
    s.plot(
        '"You heard me call, and you ran on," {friend} <say> <soft>, and <walked> home.',
        "{friend} came much later, felt <sad>, and did not look at {him}.",
        '"Where is {friend}?" {his} {fan=FAMILY} <asked>. {hero} [said nothing|looked away].',
    )
    s.plot(
        "{hero} played with the {prize!} for {days=FEW} days, always alone, and felt <sad>.",
        "{hero} put the {prize!} {hiding=HIDEOUTS} and never wanted to see it again.",
        "{hero} <walked> to {friend} to say sorry, but {friend.he} did not [open|come out|answer].",
    )
    moral(
        s,
        "A prize is no fun when you have lost a friend.",
        "Stop for a friend, even when you are winning.",
        "You can come first and still lose.",
    )


PLOTS = (rescue, race)
