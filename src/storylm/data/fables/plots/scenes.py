"""Scenes that many plots share: who it is about, where they go, whom they meet, how it ends."""

from __future__ import annotations

from storylm.data.fables import world
from storylm.data.fables.story import Story


def introduce(s: Story) -> None:
    """Who the hero is. Afterwards `hero` and `cast` are known."""
    form = s.begin(
        "Once upon a time, there was a <little> {kind=KINDS_OF_HERO} named *6",
        "Once upon a time, in <village>, there lived a <little> {kind=KINDS_OF_HERO} named *2",
        "Once there was a <little> {kind=KINDS_OF_HERO} [named|called] *2",
        "In <village>, there lived a <little> {kind=KINDS_OF_HERO} named *2",
        "There once was a <little> {kind=KINDS_OF_HERO} whose name was ",
        "Long ago, there was a <little> {kind=KINDS_OF_HERO} named ",
        "This is the story of {hero=FOLK}, a <little> ",
        "{hero=FOLK} was a <little> *5",
    )
    if form < 6:
        name_the_hero(s)
    else:
        say_the_kind(s)
    s.style(
        "{He} was [very|always|often] {trait=TRAITS}, and {he} [loved|liked] to {habit=HABITS}.*2",
        (
            "{He} [loved|liked] to {habit=HABITS} [all day long|more than anything|whenever {he} "
            "could].*2"
        ),
        "{He} lived in {home_at=HOMES} with {his} {parent=FAMILY}.",
        "Everyone [said|knew] that {he} was {trait=TRAITS}[ and {trait2=TRAITS}|].",
        "{His} favorite color was {favorite=COLOURS}, and {his} favorite food was {food_a=SWEETS}.",
        "{He} was {age=AGES} years old and liked to {habit=HABITS} and to {habit2=HABITS}.*2",
    )
    s.style(
        "{He} always wore {a wear_look=CLOTH_LOOKS} {wear_colour=COLOURS} {garment=GARMENTS}.",
        (
            "Nobody ever saw {him} without {his} {wear_look=CLOTH_LOOKS} {wear_colour=COLOURS} "
            "{garment=GARMENTS}."
        ),
        (
            "You could see {him} from far away, because of {his} {wear_look=CLOTH_LOOKS} "
            "{wear_colour=COLOURS} {garment=GARMENTS}."
        ),
        (
            "In {his} {wear_look=CLOTH_LOOKS} {wear_colour=COLOURS} {garment=GARMENTS}, {he} "
            "looked like {a like=MEASURES}."
        ),
        (
            "{His} {tailor=FAMILY} had made {a wear_look=CLOTH_LOOKS} {wear_colour=COLOURS} "
            "{garment=GARMENTS} for {him}."
        ),
    )
    if s.scenes:
        wish(s)


def name_the_hero(s: Story) -> None:
    """The kind was said; a name that belongs to it follows."""
    kind = s.kind
    if kind.text == "girl":
        s.begin("{hero=GIRL_NAMES}.")
    elif kind.text == "boy":
        s.begin("{hero=BOY_NAMES}.")
    else:
        s.begin("{hero=PETS}.")
    settle_the_hero(s, kind)


def say_the_kind(s: Story) -> None:
    """The name was said; a kind that belongs to it follows."""
    if s.hero.kind == "animal":
        s.begin("{kind=ANIMALS}" + ENDING)
        settle_the_hero(s, s.kind)
    else:
        s.begin("{hero.kind}" + ENDING)
        settle_the_hero(s, None)


ENDING = "[ from <village>.| with many friends.| with a big heart.|.]"


def settle_the_hero(s: Story, kind: object) -> None:
    """From name and kind: one hero, and those who may meet a hero of this kind."""
    if isinstance(kind, world.Animal):
        s.know(hero=world.as_animal(s.hero, kind), cast=world.ANIMAL_CAST)
    else:
        s.know(cast=world.CHILD_CAST)
    s.know(yard=world.YARD)
    s.gap = " "


def wish(s: Story) -> None:
    """Something small about the hero; the pet comes back at the end, if there is one."""
    s.style(
        "{hero} had {a pet_look=ANIMAL_LOOKS} {pet=CRITTERS} named {pet_name=PET_NAMES}.*5",
        "More than anything, {hero} wanted to learn how to {skill0=SKILLS} and to {skill1=SKILLS}.",
        (
            "At [night|bedtime], {his} {elder=FAMILY} told {him} stories about {dream=DREAMS} and "
            "{dream2=DREAMS}.*2"
        ),
        (
            "In the [summer|winter|spring|evenings], {he} often dreamed about {dream=DREAMS} and "
            "{dream2=DREAMS}."
        ),
        (
            "For {his} birthday, {he} had been given {a gift_look=LOOKS} {gift_colour=COLOURS} "
            "{gift0=GIFTS} by {his} {elder=FAMILY}.*2"
        ),
        (
            "[Sometimes|Often|Now and then], {he} played with {a neighbor_trait=NICE} neighbor "
            "who lived {neighbor_at=WHERE}."
        ),
        "*1",
    )


def weather(s: Story) -> None:
    if s.scenes:
        s.style(
            "Outside, {sky=SKIES} and {sky2=SKIES}.",
            "All day long, {sky=SKIES}, and {hero} felt <happy>.",
            "The [air|grass|world|garden] smelled of {smell=SMELLS} and {smell2=SMELLS}.",
            "*1",
        )


def sight(s: Story) -> None:
    """Something to see at the place where the hero is."""
    if s.scenes:
        s.style(
            (
                "On the way, {he} saw {a critter=CRITTERS} {perch=place.nooks} and "
                "{sight=place.sights}.*2"
            ),
            (
                "There was much to see: {sight=place.sights}, {sight2=place.sights}, and {a "
                "critter_look=ANIMAL_LOOKS} {critter=CRITTERS}."
            ),
            (
                "In front of {him}, {a critter_look=ANIMAL_LOOKS} {colour2=COLOURS} "
                "{critter=CRITTERS} sat {perch=place.nooks}."
            ),
            "*1",
        )


def meet_friend(s: Story) -> None:
    """Afterwards `friend` is known, and kept apart from the hero."""
    s.plot(
        "<then>, {his} friend {friend=cast.folk} came [by|along|over|home] from {errand=ERRANDS}.",
        (
            "<then>, {he} met {his} friend {friend=cast.folk}, who lived {friend_at=WHERE} and "
            "wore {a friend_look=CLOTH_LOOKS} {friend_colour=COLOURS} {friend_garment=GARMENTS}."
        ),
        (
            "Nearby, {his} {old_friend=NICE} friend {friend=cast.folk} was {doing=DOINGS} in {a "
            "friend_look=CLOTH_LOOKS} {friend_garment=GARMENTS}."
        ),
        (
            "In the [shade|sunshine|distance], {he} saw {his} friend {friend=cast.folk}, who was "
            "{doing=DOINGS}."
        ),
        (
            "Luckily, {a friend_trait=NICE} friend named {friend=cast.folk} lived "
            "{friend_at=WHERE} and heard {him}."
        ),
    )


def passer_by(s: Story) -> None:
    """Somebody goes by who has nothing to do with it."""
    if s.scenes:
        s.style(
            (
                '{A passing_look=MOODS} {passing=PASSERS} went by and <said>, "[Good '
                'day|Hello|What a fine day|Cheer up|Mind your step], {hero}!"'
            ),
            (
                "{A passing_look=MOODS} {passing=PASSERS} with {a carried_look=LOOKS} "
                "{carried=CARRIED} went by."
            ),
            "Far away, [a|an old|the church|a small] bell rang {bell_times=TIMES} times.",
            "*1",
        )


def thank(s: Story) -> None:
    """The hero thanks the friend."""
    s.plot(
        '"Thank you, {friend}!" {hero} <say> <adv>. "You are so {praise=NICE}."',
        '{hero} hugged {friend} and <said>, "Thank you [so much|for your help|from all my heart]!"',
        '"I could not have done it without you, {friend}," <said> {hero} {manner=MANNERS}.',
        '"You are so {praise=NICE}, {friend}!" <said> {hero}, who felt <happy>.',
        (
            "{hero} gave {friend} {a thanks=FOODS} and thanked {friend.him} {thank_times=NUMBERS} "
            "times."
        ),
    )


def moral(s: Story, *lessons: str) -> None:
    """The last sentence: what the hero learned, or simply how the day ended."""
    s.paragraph()
    lesson = "|".join(lessons)
    small = "|".join(lesson[0].lower() + lesson[1:] for lesson in lessons)
    forms = [
        f"The moral of the story is: [{lesson}]*9",
        f"{{hero}} learned a lesson that day: [{small}]*6",
        f"As {{his}} {{moralist=FAMILY}} always said: [{small}]*6",
        *ENDINGS,
    ]
    if "pet" in s.facts:
        forms += PET_ENDINGS
    s.plot(*forms)


ENDINGS = (
    "That night, {hero} dreamed about {good_dream=DREAMS} and {good_dream2=DREAMS}.*6",
    "It was the [best|strangest|longest|finest] day that {hero} could remember, and they "
    "had {supper2=SWEETS} for dinner.*3",
    "And they all lived happily ever after.*4",
    "In the evening, {hero} hung {his} {wear_colour} {garment} on [a|its|an old] hook and "
    "dreamed about {good_dream=DREAMS}.*4",
    "{hero} <walked> home with {his} {wear_colour} {garment} on. There, {end=HOME_SCENES}.*4",
    (
        "{hero} told {his} {listener=FAMILY} all about it at {meal_end=MEALS}, and they both felt "
        "<happy>.*6"
    ),
)
PET_ENDINGS = (
    "{pet_name!} was waiting at home, and {hero} told the {pet_look!} {pet!} all about it.*6",
    "Back home, {hero} gave {pet_name!} {a pet_food=FOODS} and felt <happy>.*6",
)
