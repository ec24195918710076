"""Plots about courage: noises in the night, and fears."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import moral, passer_by
from storylm.data.fables.story import Story


@plot(
    "{hero} came home at {late_home=LATE} and went to bed without {missed=SWEETS}.",
    (
        "{hero} read a book about {night_dream=DREAMS} and {night_dream2=DREAMS} until "
        "{late_home=LATE}."
    ),
    (
        "{hero} was allowed to sleep in the attic, in {a look=CLOTH_LOOKS} {colour=COLOURS} "
        "sleeping bag."
    ),
    summaries=(
        "{hero=FOLK} hears {noise=NOISES} in the night and thinks of something terrible.",
        "{hero=FOLK} finds out in the middle of the night where {noise=NOISES} comes from.",
    ),
    hints=(
        "the night would not be quiet",
        "{he} would have to be brave that night",
        "something strange was waiting in the dark",
    ),
    features="Twist",
    long=True,
)
def noise(s: Story) -> None:
    """A sound in the night is taken for something terrible."""
    s.plot(
        "At {hour=NIGHT_HOURS}, {he} heard {noise=NOISES} {noise_at=NIGHT_PLACES}!",
        "At {hour=NIGHT_HOURS}, {he} woke up. There was {noise=NOISES} {noise_at=NIGHT_PLACES}.",
        (
            "[But what was that|What was that|Hush, what was that]? {He} had heard "
            "{noise=NOISES} {noise_at=NIGHT_PLACES}."
        ),
        (
            "At {hour=NIGHT_HOURS}, {he} was still awake. There was {noise=NOISES} "
            "{noise_at=NIGHT_PLACES}!"
        ),
    )
    s.plot(
        (
            "{hero} felt <scared> and hid under {a cover_look=CLOTH_LOOKS} "
            "{cover_colour=COLOURS} blanket."
        ),
        '"<oh>!" {he} <whispered> and held {his} {plush=TOYS} tight.',
        "{His} [nose|heart|tummy|back] turned cold, and {he} felt <scared>.",
        "{hero} felt <scared> and [shook|shivered|trembled] like a leaf.",
        "{hero} felt <scared> and pulled {his} {wear_colour} {garment} over {his} eyes.",
    )
    s.plot(
        (
            '"That [is|must be] {noise.guess!}," {he} [thought|whispered|told {himself}]. "It '
            'wants to eat my {treat=SWEETS}!"'
        ),
        '"Only {noise.guess!} makes such a sound," {he} thought and hid {hidden=HIDEOUTS}.',
        '"Is it {noise.guess!} with {number=NUMBERS} {teeth_look=TEETH} teeth?" {he} <whispered>.',
        '"Is it {noise.guess!}, as big as {a measure=MEASURES}?" {he} <whispered>.',
        (
            '"That [is|must be] {noise.guess!}," {he} <whispered>, "with {number=NUMBERS} '
            '{teeth_look=TEETH} teeth!"'
        ),
    )
    s.paragraph()
    way = s.turn(
        together=(
            "So {he} <walked> <busy> to {his} {helper=FAMILY}, who was {chore=CHORES}.",
            (
                "{He} [called for|woke up] {his} {helper=FAMILY}, who brought {a "
                "lamp_look=LOOKS} lamp."
            ),
            "{He} <walked> <busy> to {his} {helper=FAMILY}.",
        ),
        alone=(
            "{He} counted to {count=NUMBERS}, took {a tool=TOOLS}, and got up.*2",
            "{He} took {a tool=TOOLS}, thought of {brave_dream=DREAMS}, and got up.",
        ),
    )
    if way == "alone":
        s.plot(
            "Step by step, {he} <walked> through the {room=ROOMS}.",
            '"I am not afraid," {he} <whispered>, and <walked> <busy> through the {room=ROOMS}.',
            "{He} <walked> <busy> past the {room=ROOMS}. {His} heart beat like a drum.",
            '"I am as brave as {a brave_like=CRITTERS}," {he} <whispered> in the {room=ROOMS}.',
        )
    else:
        s.plot(
            (
                '"There is {noise.guess!}!" <cried> {hero}. "How '
                '[odd|strange|funny|curious|peculiar|interesting]," {helper.he} <said> '
                "<soft>."
            ),
            '"I have never met {noise.guess!}," {helper.he} <say> <adv>. "Let us go and see."',
            (
                '"I heard {noise.guess!}," {hero} <say> <soft>. "Then we will have a look," '
                "{helper.he} <said> <adv>."
            ),
        )
        s.plot(
            "Side by side, they <walked> <busy> through the {room=ROOMS}.",
            (
                "{helper.The} went first, and {hero} held on to {helper.his} "
                "{sleeve_look=CLOTH_LOOKS} {sleeve=GARMENTS}."
            ),
            "They <walked> <busy> through the {room=ROOMS}.",
        )
    s.paragraph()
    s.plot(
        "{hero} took {breaths=NUMBERS} deep breaths and looked {noise_at!}.",
        "<then>, {hero} opened one eye and looked {noise_at!}.",
        "{hero} felt <scared>, but {he} <walked> on <busy> and looked {noise_at!}.",
        "It was dark {noise_at!}. {hero} [heard|saw] {a clue=CRITTERS} and felt <scared>.",
        (
            "Something moved {noise_at!}. {hero} felt <scared>[ and stood still| and held "
            "{his} breath|]."
        ),
    )
    s.plot(
        "It was only {noise.truth!} {noise.reason!}.",
        "Not {noise.guess!}, but {noise.truth!} was there, {noise.reason!}!",
        '"[Look|Oh|Well|Ha|See]!" {he} <cried>. It was just {noise.truth!} {noise.reason!}.',
        "{hero} [blinked|stared|laughed]. It was {noise.truth!}!",
        '"It is [only|just] {noise.truth!}!" {he} <cried> and felt <happy>.',
    )
    s.plot(
        "{hero} felt <happy> and laughed for {minutes=NUMBERS} minutes.",
        (
            "{hero} laughed so loudly that {a woken_look=ANIMAL_LOOKS} {woken=CRITTERS} woke "
            "up {perch=PERCHES}."
        ),
        '"Good night, my dear {noise.bare!}," {hero} <say> <adv>, and felt <happy>.',
        "{hero} felt <happy>, ate {a snack=FOODS}, and went back to bed.",
        '"I will never be afraid of {noise.guess!} again," {hero} <say> <adv>.',
        "{hero} felt <happy>, went back to bed, and dreamed about {calm_dream=DREAMS}.",
    )
    moral(
        s,
        "In the dark, things seem worse than they are.",
        "Look twice before you are afraid.",
        "It is brave to look at what scares you.",
    )


@plot(
    (
        "{hero} <walked> to {place=SPOTS} with {a friend_trait=NICE} friend named "
        "{friend=cast.folk}. But {hero} was afraid of {fear=FEARS}."
    ),
    (
        "{his} friend {friend=cast.folk}, who lived {friend_at=WHERE}, came to play near "
        "{place=SPOTS}. But {hero} was afraid of {fear=FEARS}."
    ),
    summaries=(
        "{hero=FOLK} is afraid of {fear=FEARS}, but then a friend needs help.",
        (
            "{hero=FOLK} must not think of {fear=FEARS} when a friend calls for help near "
            "{place=SPOTS}."
        ),
    ),
    hints=(
        "{he} would need more courage than ever before",
        "a friend would call for help that day",
    ),
)
def fear(s: Story) -> None:
    """A fear keeps the hero back, and somebody needs help."""
    s.plot(
        "Only last {season=SEASONS}, {he} had run away from {fear} and lost {a lost=GARMENTS}.",
        "Whenever {he} thought of {fear}, {he} felt <scared>.",
        ("Everybody said that to be afraid of {fear} was [silly|funny|for babies]."),
        "{His} {teller=FAMILY} had seen {him} hide from {fear} {hid=HIDEOUTS}.",
        "{He} had told nobody but {his} {teller=FAMILY} about it.",
    )
    s.plot(
        (
            "They played {game=GAMES_NAMES}, until {friend} ran after {a look=ANIMAL_LOOKS} "
            "{critter=CRITTERS} and did not come back."
        ),
        (
            "After {a snack=FOODS} and a game of {game=GAMES_NAMES}, {friend} went to look "
            "for {plural treasure=TREASURES}."
        ),
        "At {gone_at=CLOCKS}, {friend} <walked> away to look for {plural treasure=TREASURES}.",
        (
            "They played {game=GAMES_NAMES}, and {friend} hid so well that {hero} could not "
            "find {friend.him}."
        ),
    )
    passer_by(s)
    s.paragraph()
    s.plot(
        '"Help!" <cried> {friend} {number=FEW} times. "I {mishap=FALLS}!"',
        '<then>, {hero} heard a cry. "Help! I {mishap=FALLS}!" <cried> {friend}.',
        '"<oh>! I {mishap=FALLS}!" {friend} <cried> and felt <scared>.',
        '"Help! I {mishap=FALLS}!" somebody <cried>. It was {friend}.',
    )
    way = s.turn(
        go=(
            ('"My {elder=FAMILY} says that {fear.comfort!}," {hero} <whispered>.*3'),
            '"I know that {fear.comfort!}," {hero} <whispered> and felt <scared>.*3',
            ("{hero} thought of {fear!} and felt <scared>. But {fear.comfort!}!*3"),
        ),
        bad=(
            (
                '"I cannot do it," {hero} <whispered>. {He} thought of {fear!}, turned '
                "around, and <walked> home."
            ),
            (
                "{hero} counted to {number2=NUMBERS}. But {he} felt <scared>, turned around, "
                "and <walked> home."
            ),
        ),
    )
    if way == "bad":
        ran_home(s)
        return
    s.plot(
        "{He} took {number2=FEW} deep breaths, shut {his} eyes, and <walked> on.",
        "With {a stick=TOOLS} and {a luck=TREASURES} for luck, {he} <walked> on <busy>.",
        "[At first|First] {he} ran away. But after {number2=NUMBERS} steps {he} turned back.",
        (
            "{He} put on {a brave_colour=COLOURS} {brave_thing=CARRIED_WORN}, counted to "
            "{number2=NUMBERS}, and <walked> on."
        ),
        "{He} sang a song about {song2=DREAMS} and <walked> on <busy>.",
    )
    s.plot(
        ("After {steps=NUMBERS} steps, {he} saw {friend}, who felt <tired> and <sad>."),
        "There was {friend}, who felt <sad>!",
        "There {friend} was, and felt <tired> and <sad>.",
    )
    s.paragraph()
    s.plot(
        '"You came in spite of {fear!}!" {friend} <cried> and felt <happy>.',
        '"I knew that you would come," <say> {friend} <soft>. "You are so {brave=NICE}."',
        '"Here, put on my {wear_colour} {garment}," {hero} <say> <adv>, and {friend} felt <happy>.',
        (
            '"How did you do it?" {friend} <asked> <adv>. "I thought of {thought=DREAMS}," '
            "<said> {hero}."
        ),
        "{friend} felt <happy> and gave {hero} {a gift_look=LOOKS} {gift=TREASURES}.",
    )
    s.plot(
        "{hero} helped {friend} up, and they <walked> home, singing about {song=DREAMS}.",
        (
            "Side by side they <walked> back, and {friend} told {friend.his} "
            "{friend_family=FAMILY} about it."
        ),
        "On the way home they shared {a shared=FOODS} and laughed about {fear!}.",
        "{hero} <walked> home with {friend} and [told|asked] {friend.him} about {talk=DREAMS}.",
        "At {clock=LATE}, they ate {supper=SWEETS} and laughed about {fear!}.",
    )
    moral(
        s,
        "To be brave is to be afraid and to go on.",
        "For a friend, you can do more than you think.",
        "A fear gets smaller when you walk up to it.",
    )


def ran_home(s: Story) -> None:
    """The friend is found by others."""
    s.plot(
        "At {home_at2=LATE}, the {finder=PASSERS} found {friend} and carried {friend.him} home.",
        "It was the {finder=PASSERS} who heard {friend} at last and carried {friend.him} home.",
        "{friend} had to wait until {home_at2=NIGHTS}. Then the {finder=PASSERS} came to help.",
    )
    s.plot(
        (
            'The next day, {hero} took {flowers=FLOWERS} and <walked> to {friend}. "Where '
            'were you?" {friend} <asked> <soft>.'
        ),
        '"Where were you?" {friend} <asked> <soft> the next [day|morning|evening].',
        (
            '"I called and called," {friend} <say> <soft> the next [day|morning|evening]. '
            '"Where were you?"'
        ),
    )
    s.plot(
        '"I was afraid of {fear!}," {hero} <said> <soft>, and felt <sad>.',
        "{hero} thought of {fear!}, felt <sad>, and did not know what to say.",
        '"I ran away from {fear!}," {hero} <whispered>. "I am so sorry."',
    )
    s.plot(
        (
            "{friend} [nodded|said nothing], but {friend.he} felt <sad>, and they did not "
            "play {game2=GAMES_NAMES} that day."
        ),
        '"I see," {friend} <said> <soft>, and <walked> away.',
        "For {days=FEW} days, {friend} did not come out to play {game2=GAMES_NAMES}.",
    )
    moral(
        s,
        "When you run away, your fear runs with you.",
        "If you cannot help alone, call somebody who can.",
        "It hurts to let a friend down.",
    )


PLOTS = (noise, fear)
