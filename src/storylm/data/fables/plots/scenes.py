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
        "{He} lived in {home_at=HOMES} with {his} {guardian=FAMILY}.",
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
            "looked like {a like=LIKENESSES}."
        ),
        (
            "{His} {tailor=FAMILY} had made {a wear_look=CLOTH_LOOKS} {wear_colour=COLOURS} "
            "{garment=GARMENTS} for {him}."
        ),
    )
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


def digress(s: Story, *forms: str) -> None:
    """Something that the plot does not need, as far as the dial of distance wants it told."""
    distance = s.difficulty.distance
    if distance:
        s.style(*forms, *([f"*{SILENCE}"] if distance == 1 else []))
    if distance == 3:
        s.style(*DIGRESSIONS)


SILENCE = 3
"""How often nothing is told, where a common form has a weight of 1 or 2."""
DIGRESSIONS = (
    "Not far away, {far0=FAR_AWAY}.",
    "Up in the sky, {a flyer_look=ANIMAL_LOOKS} bird flew by.",
    "For a moment, {hero} thought of {thought0=DREAMS}.",
    "Somebody nearby was {nearby=DOINGS}.",
    "Everything smelled of {smell0=SMELLS}.",
    "It was [warm|cool|quiet|almost too quiet|a little windy].",
)


def wish(s: Story) -> None:
    """Something small about the hero; the pet comes back at the end, if there is one."""
    digress(
        s,
        "{hero} had {a pet_look=ANIMAL_LOOKS} {pet=CRITTERS} named {pet_name=PET_NAMES}.*3",
        (
            "More than anything, {hero} wanted to learn how to {skill0=SKILLS} and to "
            "{skill1=SKILLS}.*2"
        ),
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
            "{gift0=GIFTS} by {his} {elder=FAMILY}."
        ),
        (
            "[Sometimes|Often|Now and then], {he} played with {a neighbor_trait=NICE} neighbor "
            "who lived {neighbor_at=WHERE}."
        ),
        "There was nothing that {he} liked more than {liked0=SWEETS}.",
        "{His} {roommate=FAMILY} often called {him} a {little_one=PET_WORDS}.",
    )


def weather(s: Story) -> None:
    digress(
        s,
        "Outside, {sky=SKIES} and {sky2=SKIES}.",
        "All day long, {sky=SKIES}.",
        "The [air|grass|world|garden] smelled of {smell=SMELLS} and {smell2=SMELLS}.",
        "High above, {a flyer_look=ANIMAL_LOOKS} {flyer=FLYERS} flew by.",
    )


def foreshadow(s: Story, hints: tuple[str, ...]) -> None:
    """A hint at what is to come; mostly none."""
    hint = "|".join(hints)
    forms = (
        f"Little did {{hero}} know that [{hint}].",
        f"Nobody knew yet that [{hint}].",
        f"As yet, nobody could guess that [{hint}].",
    )
    silence = len(forms)
    refused = (silence,) if s.demands.wants("Foreshadowing") else ()
    told = s.choose(*forms, "*20", refused=refused, demand="Features")
    if told != silence:
        s.demands.met.add("Foreshadowing")


def sight(s: Story) -> None:
    """Something to see at the place where the hero is."""
    digress(
        s,
        "On the way, {he} saw {a critter=CRITTERS} {perch=place.nooks} and {sight=place.sights}.*2",
        "There was much to see: {sight=place.sights} and {sight2=place.sights}.*2",
        (
            "In front of {him}, {a critter_look=ANIMAL_LOOKS} {critter=CRITTERS} sat "
            "{perch=place.nooks}."
        ),
        "[There|Here], {hero} saw {sight=place.sights}.",
    )


def meet_friend(s: Story) -> None:
    """Afterwards `friend` is known, and kept apart from the hero."""
    s.plot(
        "<then>, {his} friend {friend=cast.folk} came [by|along|over|home] from {errand=ERRANDS}.",
        (
            "<then>, {he} met {his} friend {friend=cast.folk}, who lived {friend_at=WHERE} and "
            "wore {a friend_look=CLOTH_LOOKS} {friend_colour=COLOURS} {friend_wear=GARMENTS}."
        ),
        (
            "Nearby, {his} {old_friend=NICE} friend {friend=cast.folk} was {doing=DOINGS} in {a "
            "friend_look=CLOTH_LOOKS} {friend_wear=GARMENTS}."
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
    digress(
        s,
        (
            '{A passing_look=MOODS} {passing=PASSERS} went by and <said>, "[Good day|Hello|What a '
            'fine day|Cheer up|Mind your step], {hero}!"'
        ),
        (
            "{A passing_look=MOODS} {passing=PASSERS} with {a carried_look=LOOKS} "
            "{carried=CARRIED} went by."
        ),
        "Far away, [a|an old|the church|a small] bell rang {bell_times=TIMES} times.",
    )


def thank(s: Story) -> None:
    """The hero thanks the friend."""
    s.plot(
        '"Thank you, {friend}!" {hero} <say> <adv>. "You are so {praise=NICE}."',
        '{hero} hugged {friend} and <said>, "Thank you [so much|for your help|from all my heart]!"',
        '"I could not have done it without you, {friend}," <said> {hero} {manner=MANNERS}.',
        '"You are so {praise=NICE}, {friend}!" <said> {hero}, who felt <happy>.',
        "{hero} gave {friend} {a thanks=FOODS} to thank {friend.him}.",
    )


# ------------------------------------------------------------------------------------------ the end


def moral(s: Story, *lessons: str) -> None:
    """The last sentence: what the hero learned, or simply how the day ended. What is still open,
    of sub-plots or of the instructions, is told before."""
    if s.episodes:
        s.paragraph()
        s.close_episodes()
    keep_the_word(s)
    s.paragraph()
    lesson = "|".join(lessons)
    small = "|".join(lesson[0].lower() + lesson[1:] for lesson in lessons)
    forms = [
        f"The moral of the story is: [{lesson}]*9",
        f"{{hero}} learned a lesson that day: [{small}]*6",
        f"As {{his}} {{moralist=FAMILY}} always said: [{small}]*6",
    ]
    lessons_end = len(forms)
    if "BadEnding" in s.demands.met:
        forms += SAD_ENDINGS
    else:
        forms += ENDINGS
        if "pet" in s.facts:
            forms += PET_ENDINGS
    refused = range(lessons_end, len(forms)) if s.demands.wants("MoralValue") else ()
    if s.choose(*forms, refused=refused, demand="Features") < lessons_end:
        s.demands.met.add("MoralValue")


ENDINGS = (
    "That night, {hero} dreamed about {good_dream=DREAMS} and {good_dream2=DREAMS}.*6",
    "It was the [best|strangest|longest|finest] day that {hero} could remember, and they "
    "had {supper2=SWEETS} for dinner.*3",
    "And they all lived happily ever after.*3",
    "In the evening, {hero} hung {his} {wear_colour} {garment} on [a|its|an old] hook and "
    "dreamed about {good_dream=DREAMS}.*4",
    "{hero} <walked> home with {his} {wear_colour} {garment} on. There, {end=HOME_SCENES}.*4",
    (
        "{hero} told {his} {listener=FAMILY} all about it at {meal_end=MEALS}, and they both felt "
        "<happy>.*6"
    ),
)
PET_ENDINGS = (
    "{pet_name!} was waiting at home, and {hero} told the {pet_look!} {pet!} all about it.*8",
    "Back home, {hero} gave {pet_name!} {a pet_food=FOODS} and felt <happy>.*8",
)
SAD_ENDINGS = (
    "That night, {hero} lay awake until {awake=NIGHT_HOURS}.*4",
    "{hero} <walked> home without a word. There, {end=HOME_SCENES}, but {he} felt <sad>.*4",
    (
        "{hero} told {his} {listener=FAMILY} all about it at {meal_end=MEALS}, and they both felt "
        "<sad>.*4"
    ),
    "In the evening, {hero} hung {his} {wear_colour} {garment} on [a|its|an old] hook and cried.*4",
)


def keep_the_word(s: Story) -> None:
    """Before it is too late, the story does what it was asked for and has not yet done."""
    demands = s.demands
    if demands.wants("BadEnding"):
        s.comply(
            "But on the way home, {hero} lost {his} {wear_colour} {garment}, and {he} never saw it "
            "again. {He} felt <sad>.",
            "But then it began to rain, and {hero} got so cold that {he} was ill for "
            "{ill=FEW} weeks.",
            "Yet in the evening, a storm came and blew the roof off {his} {hero.home}. Now {hero} "
            "had no home anymore.",
        )
        demands.met.add("BadEnding")
    for word, (_, value) in list(demands.words.items()):
        s.know(**{word: value})
        s.comply(*LAST_WORDS[word])
    demands.words.clear()
    if demands.wants("Dialogue"):
        s.comply('"Good night, {hero}," said {his} {good_night=FAMILY}.')
    unmet = set(demands.settled) - {"kind"}
    if unmet:
        raise RuntimeError(f"the summary of this plot draws {unmet}, but the plot does not")


LAST_WORDS = {
    "verb": (
        "After all that, {he} still wanted to {verb^}.",
        "Now there was only time to {verb^} a little.",
        "Who would have thought that one could {verb^} after such a day?",
    ),
    "noun": (
        "That evening, {his} {teller0=FAMILY} told {him} a story about {noun.a^}.",
        "In bed, {he} thought about {noun.a^}.",
        "Later, {he} drew a picture of {noun.a^}.",
    ),
    "adjective": (
        '"How {adjective^} you are today," said {his} {praiser=FAMILY}.',
        "Everyone agreed that {hero} had been very {adjective^}.",
        "To be {adjective^} is not easy, {he} thought.",
    ),
}
