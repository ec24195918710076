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
    summaries=(
        "{hero=FOLK} gets {number=FEW} {seed=SEEDS} seeds and promises to water them.",
        "{hero=FOLK} plants {seed=SEEDS} seeds and has to wait for a long time.",
    ),
    hints=(
        "{he} would need a lot of patience",
        "a promise can be as hard to keep as a secret",
    ),
    long=True,
)
def seeds(s: Story) -> None:
    """Seeds need patience, and a promise to water them."""
    s.plot(
        (
            '"Give them water every {often=OFTEN}," {elder.he} <say> <adv>. "I promise," '
            "{hero} <said>."
        ),
        '"They must have water every {often=OFTEN}," {elder.he} <say> <adv>. {hero} promised it.',
        '"Do not forget to water them every {often=OFTEN}," {elder.he} <say> <adv>.',
        '"Water them every {often=OFTEN}, and do not forget," {elder.he} <say> <adv>.',
        '"I promise to water them every {often=OFTEN}," {hero} <say> <adv>.',
    )
    s.plot(
        "{He} planted {number!} seeds <busy> {bed=BEDS} and covered them with {cover=COVERS}.",
        "{He} took {a tool=TOOLS} and dug {number!} holes {bed=BEDS}, one for each seed.",
        "{He} planted them <busy> {bed=BEDS} and put {cover=COVERS} on top.",
        "With {his} {helper=FAMILY}, {he} planted all of them <busy> {bed=BEDS}.",
        "{He} put them to bed {bed=BEDS}, under {cover=COVERS}, and sang about {song=DREAMS}.",
    )
    s.paragraph()
    s.plot(
        (
            "On [Monday|Tuesday|Wednesday], {he} looked {bed!}. All {he} saw was {a "
            "critter_look=ANIMAL_LOOKS} {critter=CRITTERS}."
        ),
        (
            "After {days=FEW} days, there was nothing to see but {a "
            "critter_look=ANIMAL_LOOKS} {critter=CRITTERS}."
        ),
        "For {days=FEW} days, nothing came up, and {hero} felt <sad>.",
        (
            '"[Are you asleep|Wake up|Please come out], little seeds!" {hero} <cried> after '
            "{days=FEW} days."
        ),
        "{hero} told {a critter=CRITTERS} about the seeds and waited for {days=FEW} days.",
    )
    passer_by(s)
    way = s.turn(
        kept=(
            (
                "[Still|All the same|Even so], {he} brought water every {often!}[ and "
                "{waiting=HABITS_ING}|, even when {rain=BAD_SKIES}].*5"
            ),
            ("[But|Still|Yet] {he} kept {his} promise, even when {rain=BAD_SKIES}.*5"),
        ),
        forgotten=(
            (
                '"Seeds are [boring|no fun|too slow]," {hero} <say> [crossly|with a yawn|one '
                "day|loudly]. {He} <walked> to {place=PLACES} to play {game=GAMES_NAMES} and "
                "forgot them.*7"
            ),
        ),
        bad=(
            (
                '"I have better things to do," {hero} <say>. {He} went to {far=FAR_PLACES} '
                "{ride=RIDES} and forgot {his} promise.*2"
            ),
        ),
    )
    if way == "bad":
        dried_up(s)
        return
    if way == "forgotten":
        s.plot(
            (
                "When {he} came back after {count=FEW} days, the earth was [dry|hard|full of "
                "cracks], and {he} felt <sad>."
            ),
            'Then {he} met the {elder}. "How are my {seed} seeds?" {elder.he} <asked> <adv>.',
            (
                "At {night_time=NIGHT_HOURS}, {he} woke up. The seeds! They had gone without "
                "water for {count=FEW} days."
            ),
        )
        s.plot(
            '"I broke my promise," {he} <say> <soft>, and ran for {water=FEW} buckets of water.',
            (
                "All {day_word=DAYTIMES} long, {he} carried {colour2=COLOURS} buckets and "
                "said sorry to the seeds."
            ),
            "{He} felt <sad> and brought {water=FEW} buckets of water.",
        )
        s.plot(
            "From then on, {he} came every {often!} and {waiting=HABITS_ING}.",
            "Now {he} came every {often!}, even when {rain=BAD_SKIES}.",
        )
    s.paragraph()
    s.plot(
        (
            "Then, {when=MORNINGS}, there was {a green=BITS} green [leaf|tip|sprout] {bed!}! "
            "{hero} felt <happy>."
        ),
        (
            "{hero} saw something green {when=MORNINGS}. "
            '"[Hooray|Yay|Wow|Look|Yippee|Hurrah|Oh boy]! They are growing!" {he} <cried>.'
        ),
        "{His} {finder=FAMILY} saw it first, {when=MORNINGS}: {a green=BITS} green leaf!",
        (
            '"[Come|Look|Come quickly]!" {his} {finder=FAMILY} <cried> {when=MORNINGS}. '
            "Something green was growing {bed!}!"
        ),
    )
    s.plot(
        "In the {season=SEASONS}, every {seed!} was as [tall|big] as {measure=GROWN}.",
        (
            "In the {season=SEASONS}, there were so many that {hero} gave some to {his} "
            "{giver=FAMILY}."
        ),
        (
            "They grew and grew, and in the {season=SEASONS} [the whole "
            "village|everybody|even the {admirer=PASSERS}] came to look at them."
        ),
        (
            "In the {season=SEASONS}, {a guest_look=ANIMAL_LOOKS} {guest=CRITTERS} came to "
            "live among them."
        ),
        "The {seed!} seeds grew as [high|big] as {measure=GROWN}, and {hero} felt <happy>.",
    )
    s.plot(
        '"You kept your promise," the {elder} <say> <adv>, and {hero} felt <happy>.',
        'The {elder} came and felt <happy>. "You did it," {elder.he} <say> <adv>.',
        '"All this from {number!} seeds!" <cried> the {elder}, who felt <happy>.',
        "Now {hero} gave {number!} new seeds to {his} {heir=FAMILY} and felt <happy>.",
        "{hero} thanked the {elder} with {a thanks=FOODS} and felt <happy>.",
    )
    moral(
        s,
        "Good things take time.",
        "A promise is like a seed.",
        "Do not give up too soon.",
    )


def dried_up(s: Story) -> None:
    """Nothing grows where nobody keeps a promise."""
    s.plot(
        (
            "After {weeks=FEW} weeks, {he} came back [and looked|and ran|to look] {bed!}. The "
            "earth was [hard|full of cracks|like stone]."
        ),
        (
            "When {hero} came home, {weeks=FEW} weeks later, it was {season=SEASONS}. Nothing "
            "was growing {bed!}."
        ),
    )
    s.plot(
        "{hero} felt <sad>. {He} brought {water=FEW} buckets of water, but it was too late.",
        "{He} dug with {a tool2=TOOLS}. All {number!} seeds were [dry|gone|dead].",
        "{He} felt <sad> and waited for {days2=FEW} more days. But nothing came.",
    )
    s.plot(
        'Then the {elder} came. "Where are my {seed!} seeds?" {elder.he} <asked> <adv>.',
        '"Did you water them every {often!}?" the {elder} <asked> <adv>.',
    )
    s.plot(
        '"No," {hero} <said> <soft>. "I forgot." The {elder} felt <sad> and <walked> home.',
        "{hero} felt <sad> and did not know what to say.",
        '"They were my last ones," {elder.he} <say> <soft>, and felt <sad>.',
    )
    moral(
        s,
        "What you do not care for cannot grow.",
        "A forgotten promise is a broken one.",
        "Too late is a sad word.",
    )


@plot(
    "all the other {cast} could {wish=SKILLS}, but {hero} could not.",
    '{hero} <say>, "I want to learn how to {wish=SKILLS}!"',
    summaries=(
        "{hero=FOLK} wants to learn how to {wish=SKILLS}, but it is hard.",
        "{hero=FOLK} tries to {wish=SKILLS} with the help of a friend.",
    ),
    hints=(
        "it would take much longer than {he} thought",
        "learning something new can hurt a little",
    ),
    long=True,
)
def practice(s: Story) -> None:
    """Learning something is hard; whoever goes on can do it in the end."""
    s.plot(
        (
            "So {he} <walked> to {place=PLACES}, where {friend=cast.folk} was {doing=DOINGS}. "
            '"Can you show me?" {he} <asked> <adv>.'
        ),
        (
            '"I can show you," <say> {friend=cast.folk}, who lived {friend_at=WHERE}. They '
            "met near {place=PLACES}."
        ),
        (
            "{His} {giver=FAMILY} sent {him} to {friend=cast.folk}, who lived "
            "{friend_at=WHERE}. They met near {place=PLACES}."
        ),
    )
    sight(s)
    s.plot(
        "The first time, {hero} {mishap=BLUNDERS}. The second time, {he} {mishap2=BLUNDERS}.",
        "{hero} tried <busy>, but {he} {mishap=BLUNDERS}. The next time, {he} {mishap2=BLUNDERS}!",
        (
            "It looked easy when {friend} did it. But {hero} {mishap=BLUNDERS}, and then {he} "
            "{mishap2=BLUNDERS}."
        ),
        (
            "{friend} showed {him} how. But {hero} {mishap=BLUNDERS}, and then {he} "
            "{mishap2=BLUNDERS}."
        ),
    )
    s.plot(
        '"I will never learn it," {he} <say> <soft>. "I am too {excuse=EXCUSES}."',
        '{hero} felt <angry>. "To {wish!} is [stupid|for babies|no fun]!" {he} <cried>.',
        '"<oh>," {he} <whispered>. "Why can everybody {wish!} but me?"',
        '"I am too {excuse=EXCUSES}," {he} <say> <soft>, and felt <sad>.',
    )
    s.plot(
        '"It took me {number=FEW} weeks," {friend} <said> <adv>. "Come back tomorrow."',
        (
            '"I {own_mishap=BLUNDERS}, too," {friend} <said> <adv>. "After {number=FEW} '
            'weeks, it is easy."'
        ),
        (
            '{friend} gave {him} {a snack=FOODS}. "You need {number=FEW} weeks," {friend.he} '
            "<said> <adv>."
        ),
        '"Nobody can do it in less than {number=FEW} weeks," {friend} <said> <adv>.',
    )
    passer_by(s)
    s.paragraph()
    way = s.turn(
        practice=(
            (
                "So {hero} came back every {often=OFTEN} and practiced <busy>, even when "
                "{rain=BAD_SKIES}.*4"
            ),
            (
                "Every {often=OFTEN}, {hero} practiced <busy>. [Once|Twice|Often] {he} "
                "{mishap3=BLUNDERS}.*4"
            ),
        ),
        give_up=("But {hero} did not come back. {He} [sat|stayed] at home and felt <sad>.*3",),
        bad=(
            (
                '"Then I will not learn it," {hero} <said>, and <walked> home. {He} never '
                "tried again.*2"
            ),
        ),
    )
    if way == "bad":
        never_learned(s)
        return
    if way == "give_up":
        s.plot(
            (
                "After {days=FEW} days, there was {a knock_look=KNOCKS} knock on the door. It "
                "was {friend}, with {a present=FOODS}."
            ),
            '{friend} waited for {days=FEW} days. "Where were you?" {friend.he} <asked> <adv>.',
            "After {days=FEW} days, {friend} came with {a present=FOODS}.",
        )
        s.plot(
            '"I miss you," {friend.he} <say> <adv>. "Let us try once more."',
            (
                '"You cannot {wish!} in bed," {friend.he} <say> <adv>, and they <walked> back '
                "to {place!}."
            ),
            (
                '"[Come on|One more time|Let us try again]," {friend.he} <say> <adv>. "I will '
                'help you."'
            ),
        )
    s.plot(
        "After {number!} weeks, at {exact=CLOCKS}, {hero} could {wish!}!",
        "{number.Text!} weeks later, {hero} could {wish!} better than {friend}!",
        (
            'And then, after {number!} weeks: "[Hooray|Yay|Wow|Look|Yippee|Hurrah|Oh boy]! I '
            'can {wish!}!" <cried> {hero}.'
        ),
        (
            "It took {number!} weeks. Then, at {exact=CLOCKS}, {hero} could {wish!}, and "
            "{friend} felt <happy>."
        ),
        (
            "After {number!} weeks, {hero} showed {his} {first_one=FAMILY} how well {he} "
            "could {wish!}!"
        ),
    )
    s.plot(
        "{friend} clapped {claps=NUMBERS} times and gave {him} {a colour=COLOURS} {prize=GIFTS}.",
        "{hero} felt <happy> and sang about {song=DREAMS}.",
        '"[You see|I knew it|Well done]!" {friend} <cried> and felt <happy>.',
        "{friend} felt <happy> and gave {him} {a medal=FOODS}.",
        "Now {hero} wanted to learn how to {next_skill=SKILLS}, too.",
    )
    moral(
        s,
        "If you practice, hard things become easy.",
        "Do not say that you cannot do it before you have tried.",
        "Nobody is born a master.",
    )


def never_learned(s: Story) -> None:
    """Who gives up has to look on."""
    s.plot(
        "{friend} waited near {place!} for {days=FEW} days. Then {friend.he} gave up, too.",
        "{friend} felt <sad> and waited for {days=FEW} days, but {hero} did not come.",
    )
    s.plot(
        (
            "{number.Text!} weeks later, there was a {event=EVENTS} {event_at=WHERE}, and "
            "everybody could {wish!}."
        ),
        "After {number!} weeks, at the {event=EVENTS}, they all began to {wish!}.",
    )
    s.plot(
        (
            '"Come and play with us!" <cried> {friend}. But {hero} could only [watch|look on] '
            "and felt <sad>."
        ),
        "Only {hero} sat [on a bench|under a tree|by the wall|in the grass] and felt <sad>.",
        '"I wish I had practiced," {hero} <whispered> and felt <sad>.',
    )
    s.plot(
        "{He} <walked> home before the {meal=SWEETS} came.",
        "{He} left at {left_at=LATE}, without {meal=SWEETS} and without a word.",
    )
    moral(
        s,
        "If you give up too soon, you will never know.",
        "Nothing is learned by staying at home.",
        "What others can do, you can learn, if only you try.",
    )


PLOTS = (seeds, practice)
