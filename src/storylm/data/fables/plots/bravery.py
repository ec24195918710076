"""Plots about courage: noises in the night, and fears."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import moral, sight
from storylm.data.fables.story import Story


@plot(
    "{hero} came home late and went to bed without {missed=SWEETS}.",
    "{hero} read a book about {night_dream=DREAMS} and {night_dream2=DREAMS} until it was dark.",
    (
        "{hero} was allowed to sleep in the attic, in {a look=CLOTH_LOOKS} {colour=COLOURS} "
        "sleeping bag."
    ),
)
def noise(s: Story) -> None:
    """A sound in the night is taken for something terrible."""
    s.plot(
        "In the middle of the night, {he} heard {noise=NOISES} {noise_at=NIGHT_PLACES}!",
        "At {hour=NIGHT_HOURS}, {he} woke up. There was {noise=NOISES} {noise_at=NIGHT_PLACES}.",
        "But what was that? {He} had heard {noise=NOISES} {noise_at=NIGHT_PLACES}.",
    )
    s.plot(
        "{hero} felt <scared> and hid under {a cover_look=CLOTH_LOOKS} {colour2=COLOURS} blanket.",
        '"<oh>!" {he} <whispered> and held {his} {plush_look=LOOKS} {plush=TOYS} tight.',
        "{His} {part=BODY} turned cold, and {he} felt <scared>.",
    )
    s.plot(
        '"That must be {noise.guess!}," {he} thought. "It wants to eat my {food=FOODS}!"',
        (
            '"Only {noise.guess!} makes such a sound," {he} thought and pulled on {a '
            "slipper_look=CLOTH_LOOKS} {slipper=GARMENTS}."
        ),
        "{He} was sure that it was {noise.guess!} with {number=NUMBERS} {teeth_look=TEETH} teeth.",
    )
    s.paragraph()
    way = s.turn(
        together=(
            "So {he} <walked> to {his} {helper=FAMILY}, who was {chore=CHORES}.*2",
            "{He} called for {his} {helper=FAMILY}, who came with {a lamp_look=LOOKS} lamp.",
        ),
        alone=(
            (
                "{He} counted to {count=NUMBERS}, took {a tool_look=LOOKS} {tool=TOOLS}, and got "
                "up alone.*2"
            ),
        ),
    )
    if way == "alone":
        s.plot(
            "Step by step, {he} <walked> through the {room=ROOMS}. {His} heart beat like a drum.",
            '"I am not afraid," {he} <whispered> {count!} times, and crept past the {room=ROOMS}.',
        )
    else:
        s.plot(
            (
                '"There is {noise.guess!} {noise_at!}!" <cried> {hero}. "How {odd=ODD}," <said> '
                "{helper.the} <soft>."
            ),
            (
                '{helper.The} <smiled>. "I have never met {noise.guess!}," {helper.he} <said>. '
                '"Let us go and see."'
            ),
        )
        s.plot(
            "Hand in hand, they crept through the {room=ROOMS}, step by step.",
            (
                "{helper.The} went first, and {hero} held on to {helper.his} "
                "{sleeve_look=CLOTH_LOOKS} {sleeve=GARMENTS}."
            ),
        )
    s.paragraph()
    s.plot(
        "{hero} took {breaths=NUMBERS} deep breaths and looked {noise_at!}.",
        "With {shaky_look=COLD} {shaky=BODY}, {hero} went on and looked {noise_at!}.",
        (
            "First {hero} saw {a clue_look=CLOTH_LOOKS} {clue=GARMENTS}, and then {he} looked "
            "{noise_at!}."
        ),
        "<then>, {hero} opened one eye and looked {noise_at!}.",
    )
    s.plot(
        "It was only {noise.truth!} {noise.reason!}.",
        (
            "Not {noise.guess!}, but {noise.truth!} sat there, {noise_size=ANIMAL_LOOKS} and "
            "{noise_calm=NICE}, {noise.reason!}!"
        ),
        '"Look!" {he} <cried>. It was just {noise.truth!} {noise.reason!}.',
    )
    s.plot(
        "{hero} felt <happy> and laughed for {minutes=NUMBERS} minutes.",
        (
            "Now {hero} had to laugh so loudly that {a woken_look=ANIMAL_LOOKS} "
            "{woken=CRITTERS} woke up {perch=PERCHES}."
        ),
        (
            '"Good night, my dear {noise.bare!}," {hero} <said> and went back to bed with {a '
            "snack=FOODS}."
        ),
    )
    moral(
        s,
        "Most things are not as bad as they seem in the dark.",
        "Look twice before you are afraid.",
        "It is brave to look at what scares you.",
    )


@plot(
    (
        "{hero} <walked> to {place=PLACES} with {a friend_trait=NICE} friend named "
        "{friend=cast.folk}, who was not afraid of anything. But {hero} was afraid of "
        "{fear=FEARS}."
    ),
    (
        "{his} friend {friend=cast.folk} came to play with {hero} near {place=PLACES}. They had "
        "fun, although {hero} was afraid of {fear=FEARS}."
    ),
)
def fear(s: Story) -> None:
    """A fear keeps the hero back, until somebody needs help."""
    s.plot(
        (
            "Only last {season=SEASONS}, {he} had run away from {fear} and lost {a "
            "lost_look=CLOTH_LOOKS} {lost_colour=COLOURS} {lost=GARMENTS}."
        ),
        "Whenever {hero} thought of {fear}, {his} {part=BODY} turned cold.",
        'Often the others laughed and <said>, "{hero} is afraid of {fear}!" That made {him} <sad>.',
        (
            "{His} {teller=FAMILY} had seen {him} hide from {fear} {hid=HIDEOUTS}, "
            "{count=NUMBERS} times."
        ),
    )
    sight(s)
    s.plot(
        (
            "They played {game=GAMES_NAMES} and ate {a snack=FOODS}, until {friend} ran after {a "
            "look=ANIMAL_LOOKS} {critter=CRITTERS} and did not come back."
        ),
        (
            "After a game of {game=GAMES_NAMES}, {friend} wanted to look for {plural "
            "treasure=TREASURES} and went on ahead."
        ),
    )
    s.paragraph()
    s.plot(
        (
            '"Help!" <cried> {friend} {number=NUMBERS} times. "I {mishap=MISHAPS} and I cannot '
            'get up!"'
        ),
        (
            '<then>, {hero} heard {friend} call for help. "I {mishap=MISHAPS}, and my {hurt=BODY} '
            'hurt!"'
        ),
        '"<oh>!" <cried> {friend}. "I {mishap=MISHAPS}, and now I cannot move my {hurt=BODY}!"',
    )
    s.plot(
        "Then {he} thought of {his} {elder=FAMILY}, who always said that {fear.comfort!}.",
        (
            '"I know that {fear.comfort!}," {he} <whispered> to {himself}. That was what {his} '
            "{elder=FAMILY} always said."
        ),
    )
    s.plot(
        "{He} took {number2=NUMBERS} deep breaths, shut {his} eyes, and went on.*2",
        (
            "With {a stick_look=LOOKS} {stick=TOOLS} in one hand and {a luck_look=LOOKS} "
            "{luck=TREASURES} for luck in the other, {he} went on.*2"
        ),
        (
            "First {he} ran away. But after {number2=NUMBERS} steps {he} stopped, felt <sad>, and "
            "turned back."
        ),
        (
            "{He} put on {a brave_look=LOOKS} {brave_thing=CARRIED_WORN}, counted to "
            "{number2=NUMBERS}, and went on."
        ),
    )
    s.plot(
        "After {steps=NUMBERS} steps, {he} saw {friend} {sitting=PERCHES}.",
        "{hero} counted to {number3=NUMBERS}, and then it was over. There was {friend}!",
    )
    s.paragraph()
    s.plot(
        '"You came in spite of {fear!}!" <cried> {friend}. "You are so {brave=NICE}!"',
        (
            '"I knew that you would come," <said> {friend}. "You are the {praise=SUPERLATIVES} '
            'friend in the world."'
        ),
        '{hero} gave {friend} {his} {wear_colour} {garment} to keep warm and <said>, "I am here."',
        (
            '"How did you do it?" <asked> {friend}. "I thought of {thought=DREAMS} and '
            '{thought2=DREAMS}," <said> {hero}.'
        ),
        "{friend} felt <happy> and gave {hero} {a gift_look=LOOKS} {gift=TREASURES}.",
    )
    s.plot(
        "{hero} helped {friend} up, and they <walked> home, singing about {song=DREAMS}.",
        (
            "Arm in arm they <walked> back, and {friend} told everybody about it {times=NUMBERS} "
            "times."
        ),
        (
            "On the way home they shared {a shared=FOODS}, and {hero} was not afraid of {fear!} "
            "anymore."
        ),
        "{hero} <walked> home with {friend} and felt <happy>.",
        "At {clock=LATE}, they ate {supper=SWEETS} and laughed about {fear!}.",
    )
    moral(
        s,
        "To be brave is to be afraid and to go on.",
        "For a friend, you can do more than you think.",
        "A fear gets smaller when you walk up to it.",
    )


PLOTS = (noise, fear)
