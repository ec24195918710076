"""Who and what there is in the fables: people, animals, things, places, and words many share.

Every value has a `text` and further views, which forms use by name: `{toy.a}` is "a ball",
`{hero.his}` is "his". A new name, toy or place is one more word in a list here; that no option
begins another is checked when this module is imported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from storylm.data.fables import words as words_of
from storylm.data.fables.forms import Options


@dataclass(frozen=True)
class Word:
    """A plain word, such as a colour or a feeling."""

    text: str

    @property
    def a(self) -> str:
        return f"{article(self.text)} {self.text}"

    @property
    def A(self) -> str:
        return self.a[0].upper() + self.a[1:]

    @property
    def Text(self) -> str:
        return self.text[0].upper() + self.text[1:]


@dataclass(frozen=True)
class Thing:
    """Something to own, to eat, to use or to find."""

    text: str
    a: str
    plural: str


@dataclass(frozen=True)
class Goods:
    """One thing or many, with the words that have to agree in number."""

    text: str
    some: str
    it: str
    It: str
    was: str
    has: str
    this: str

    @property
    def is_(self) -> str:
        return {"was": "is", "were": "are"}[self.was]


@dataclass(frozen=True)
class Person:
    """A child, a grown-up or a talking animal, with the pronouns that belong to it."""

    text: str
    he: str
    him: str
    his: str
    kind: str
    He: str
    His: str
    himself: str
    named: str = ""
    home: str = "house"
    food: str = "cookies"
    the: str = ""

    @property
    def The(self) -> str:
        return self.the[0].upper() + self.the[1:]

    @property
    def Text(self) -> str:
        return self.text[0].upper() + self.text[1:]


@dataclass(frozen=True)
class Animal:
    """A kind of talking animal: where it lives and what it likes to eat."""

    text: str
    a: str
    home: str
    food: str


@dataclass(frozen=True)
class Place:
    """A place to go to, what one does there, and the nooks where things get lost and found."""

    text: str
    """With its article: "the park"."""
    nooks: Options = field(compare=False)
    sights: Options = field(compare=False)


@dataclass(frozen=True)
class Fear:
    """Something to be afraid of, and how one learns that it is not so bad."""

    text: str
    comfort: str


@dataclass(frozen=True)
class Noise:
    """A strange sound, what it seems to be in the dark, and what it is."""

    text: str
    guess: str
    truth: str
    reason: str

    @property
    def bare(self) -> str:
        return self.guess.split(" ", 1)[1]


@dataclass(frozen=True)
class Riddle:
    """A question, the first thing that comes to mind, and the answer."""

    text: str
    wrong_low: str
    answer: str

    @property
    def wrong(self) -> str:
        return self.wrong_low[0].upper() + self.wrong_low[1:]

    @property
    def answer_Text(self) -> str:
        return self.answer[0].upper() + self.answer[1:]


@dataclass(frozen=True)
class Asked:
    """A word that an instruction may ask for, and the value of a set that brings it in."""

    text: str
    """With the mark that ends it in the list of words."""
    word: str
    set_name: str
    value: Any = field(compare=False)


@dataclass(frozen=True)
class Trouble:
    """An animal in need: where it is stuck and how it is helped out."""

    text: str
    """ "a small bird" """
    short: str
    stuck: str
    rescue: str
    thanks: str


def article(text: str) -> str:
    """By sound: an hour, an apple, but a useful thing."""
    if text.startswith(("hones", "honor", "hour", "heir")):
        return "an"
    return "a" if text[0] not in "aeiou" or text.startswith(("use", "uni", "one")) else "an"


def person(text: str, she: bool, kind: str, **views: str) -> Person:
    he, him, his = ("she", "her", "her") if she else ("he", "him", "his")
    himself = "herself" if she else "himself"
    views.setdefault("the", f"the {text}")
    return Person(
        text, he, him, his, kind, he.title(), his.title(), himself, f"{kind} named {text}", **views
    )


@cache
def as_animal(name: Person, animal: Animal) -> Person:
    """The one who bears this name, as an animal of this kind."""
    return person(name.text, name.he == "she", animal.text, home=animal.home, food=animal.food)


def words(text: str) -> list[str]:
    return [" ".join(word.split()) for word in text.split(",") if word.strip()]


def things(name: str, text: str) -> Options:
    """Things from a list of nouns; article and plural are added."""
    return Options(
        name, [Thing(word, f"{article(word)} {word}", plural(word)) for word in words(text)]
    )


def goods(name: str, text: str) -> Options:
    """Things in the singular and in the plural, in equal parts."""
    one, many = (words(row) for _, row in read_sets(text))
    singular = [Goods(w, f"{article(w)} {w}", "it", "It", "was", "has", "this") for w in one]
    plurals = [Goods(w, f"some {w}", "them", "They", "were", "have", "these") for w in many]
    return Options(name, singular + plurals)


def plural(noun: str) -> str:
    """More than one: in `bunch of flowers` it is the first noun that changes."""
    noun, _, rest = noun.partition(" of ")
    if noun.endswith("man"):
        noun = noun[:-2] + "en"
    elif noun[-1] == "y" and noun[-2] not in "aeiou":
        noun = noun[:-1] + "ies"
    elif noun.endswith(("tato", "mato")):
        noun += "es"
    else:
        noun += "es" if noun.endswith(("ch", "sh", "x", "ss")) else "s"
    return f"{noun} of {rest}" if rest else noun


def plain(name: str, text: str) -> Options:
    return Options(name, [Word(word) for word in words(text)])


def read_sets(text: str) -> list[tuple[str, str]]:
    """(name, words) of each set in a list of `words.py`."""
    parts = re.split(r"^([A-Za-z_ ]+): ", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2]))


def people(name: str, she: bool, kind: str, text: str) -> list[Person]:
    return [person(word, she, kind) for word in words(text)]


def place(text: str, nooks: str, sights: str) -> Place:
    return Place(text, plain(f"nooks of {text}", nooks), plain(f"sights of {text}", sights))


# ------------------------------------------------------------------------------------------- people

GIRLS, BOYS, SHE_ANIMALS, HE_ANIMALS = (
    people(name, name.startswith(("GIRLS", "SHE")), kind, text)
    for (name, text), kind in zip(read_sets(words_of.NAMES), ("girl", "boy", "animal", "animal"))
)


def without_prefixes(found: list[Person]) -> list[Person]:
    """Leave out a name that begins another, such as Tim beside Timmy."""
    texts = [p.text for p in found]
    return [p for p in found if not any(t != p.text and t.startswith(p.text) for t in texts)]


CHILDREN = Options("CHILDREN", without_prefixes(GIRLS + BOYS))
PETS = Options("PETS", SHE_ANIMALS + HE_ANIMALS)
FOLK = Options("FOLK", without_prefixes([*CHILDREN.values, *PETS.values]))
GIRL_NAMES = Options("GIRL_NAMES", [p for p in CHILDREN.values if p.he == "she"])
BOY_NAMES = Options("BOY_NAMES", [p for p in CHILDREN.values if p.he == "he"])


def relatives() -> Options:
    """Mothers and fathers mostly; aunts, uncles and cousins go by a name."""
    close = [
        person("mom", True, "woman", the="Mom"),
        person("dad", False, "man", the="Dad"),
        person("grandma", True, "woman", the="Grandma"),
        person("grandpa", False, "man", the="Grandpa"),
        person("big sister", True, "girl"),
        person("big brother", False, "boy"),
    ]
    named = [
        person(f"{kin} {name}", she, kin, the=f"{kin.title()} {name}")
        for kin, she, names in [
            (
                "aunt",
                True,
                "Rosalind Matilda Gertrude Ottilie Philippa Eleanor Harriet Beatrice "
                "Cordelia Henrietta Florence Marigold Georgina Louisa Josephine Wilhelmina",
            ),
            (
                "uncle",
                False,
                "Rufus Gilbert Conrad Leopold Barnaby Jasper Edgar Ferdinand "
                "Cornelius Archibald Reginald Sylvester Bartholomew Montgomery Ambrose Lorenzo",
            ),
            (
                "cousin",
                True,
                "Tabitha Cleo Ingrid Paloma Saskia Winifred Odette Kamala "
                "Freya Noor Anouk Ximena Astrid Bianca Dunja Esme",
            ),
            (
                "cousin",
                False,
                "Dexter Wilbur Ignatz Tobias Casper Quentin Rasmus Hiroshi "
                "Anders Beppe Cedric Dmitri Elias Florian Goran Haruki",
            ),
        ]
        for name in names.split()
    ]
    return Options("FAMILY", close + named, [24, 18, 14, 14, 5, 5] + [1] * len(named))


def elders(name: str, looks: str, kinds: str) -> Options:
    """Grown-ups by look and trade, such as the old baker; the kinds after `|` are women."""
    he, she = kinds.split("|")
    trades = [(kind, False) for kind in words(he)] + [(kind, True) for kind in words(she)]
    return Options(
        name,
        [person(f"{look} {kind}", sex, kind) for look in words(looks) for kind, sex in trades],
    )


FAMILY = relatives()
FAMILY_OLD = Options("FAMILY_OLD", FAMILY.values[2:4])
GROWN_UPS = elders(
    "GROWN_UPS",
    "old, tall, kind, friendly, gray, round, wise, busy, cheerful, gentle",
    "baker, farmer, fisherman, painter, shepherd, miller, sailor, woodcutter, clockmaker, mailman |"
    "gardener, teacher, nurse, seamstress, librarian, shopkeeper, beekeeper, doctor, potter",
)
WISE = elders(
    "WISE",
    "old, kind, slow, quiet, big, wise, gentle, brown, sleepy, friendly",
    "owl, turtle, bear, horse, beaver, crow, goat, badger, camel, toad |"
    "goose, cow, deer, hen, sheep, mole, stork, seal, heron, llama",
)
ANIMALS = Options(
    "ANIMALS",
    [
        Animal(kind, f"{article(kind)} {kind}", home, food)
        for kind, home, food in [
            row.split(":")
            for row in words(
                """fox:den:berries, bunny:burrow:carrots, bear:cave:honey, mouse:hole:cheese,
                squirrel:tree house:nuts, frog:pond:little flies, duck:nest:bread,
                hedgehog:nest:apples,
                owl:tree:seeds, cat:basket:fish, dog:kennel:bones, puppy:basket:biscuits,
                kitten:basket:milk, pig:barn:corn, lamb:barn:grass, goat:shed:leaves,
                pony:stable:hay, turtle:pond:lettuce, otter:den:fish, beaver:lodge:bark,
                badger:den:roots, mole:tunnel:worms, raccoon:hollow tree:grapes,
                deer:thicket:clover,
                penguin:igloo:fish, monkey:tree:bananas, elephant:grove:peanuts, lion:cave:meat,
                tiger:cave:meat, zebra:meadow:grass, giraffe:grove:leaves, parrot:nest:seeds,
                crab:hole:seaweed, hamster:nest:seeds, donkey:stable:hay, chick:coop:corn,
                koala:tree:leaves, panda:grove:bamboo, snail:shell:lettuce, robin:nest:berries"""
            )
        ]
    ],
)

KINDS_OF_HERO = Options(
    "KINDS_OF_HERO",
    [Word("girl"), Word("boy"), *ANIMALS.values],
    [len(ANIMALS.values), len(ANIMALS.values)] + [1] * len(ANIMALS.values),
)


@dataclass(frozen=True)
class Cast:
    """Who lives in this story: children, or animals that talk."""

    text: str
    folk: Options = field(compare=False)
    elders: Options = field(compare=False)


CHILD_CAST = Cast("children", CHILDREN, GROWN_UPS)
ANIMAL_CAST = Cast("animals", PETS, WISE)

# -------------------------------------------------------------------------------- words and things


WORD_SETS = {name: plain(name, text) for name, text in read_sets(words_of.PLAIN)}
GOODS = goods("GOODS", words_of.GOODS)
WORD_SETS |= {name: things(name, text) for name, text in read_sets(words_of.THINGS)}

# ------------------------------------------------------------------------------------------- places

PLACES = Options(
    "PLACES", [place(name, *both.split("|")) for name, both in read_sets(words_of.PLACES)]
)

YARD = place(
    "the yard",
    "under the pear tree, on the stone wall, beside the well, by the gate, on a bench",
    "a row of shoes, a blue door",
)

# ---------------------------------------------------------------------------------- plot materials

FEARS = Options("FEARS", [Fear(*row.split("/")) for row in """
the dark/a small light is enough to see by
thunder/thunder is only the clouds clapping their hands
deep water/water will hold you if you trust it
steep hills/you only have to look at the next step
big dogs/most dogs only want to say hello
loud noises/a noise is only a noise
spiders/they are more afraid of us than we are of them
the wind/the wind only wants to play with the leaves
snakes/a snake is glad when nobody sees it
the old bridge/the bridge has carried bigger feet than yours
shadows/every shadow belongs to something you know
fog/the path is still there when you cannot see it
thick woods/trees never bite
cows/a cow is just a big friend with a wet nose
""".strip().splitlines()])  # fmt: skip
NOISES = Options("NOISES", [Noise(*row.split("/")) for row in """
a loud bump/a monster/a raccoon/who was looking for something to eat
a scratching sound/a ghost/a kitten/who wanted to come in from the cold
a long howl/a wolf/a lost puppy/who missed his mother
a soft whisper/a witch/an old newspaper/that moved in the wind
a deep growl/a dragon/a sleepy dog/who was snoring
a strange tapping/a giant/a woodpecker/who could not sleep
a squeaky sound/a robot/a rusty bicycle/that nobody had oiled
a big splash/a sea snake/a fat frog/who was taking a bath
a slow creaking/a pirate/an old wheelbarrow/that rocked in the wind
a rustling sound/a tiger/a little hedgehog/who was making a bed of leaves
a high whistle/a goblin/an empty bottle/that sang in the wind
a heavy thump/a troll/a pumpkin/that had rolled off the cart
a low moan/a vampire/a cow/who had lost her way
a quick patter/a spy/a mouse/who was carrying a nut
a rattling noise/a skeleton/a tin can/that a cat was playing with
a loud snort/an ogre/a hungry pony/who was looking for apples
""".strip().splitlines()])  # fmt: skip
TROUBLES = Options("TROUBLES", [Trouble(*row.split("/")) for row in """
a small bird/bird/caught in a string/untied the string/sang its sweetest song
a brown rabbit/rabbit/in a deep hole/lowered a long branch into the hole/wiggled its ears
a tiny turtle/turtle/upside down on its shell/turned it over/nodded its little head
a baby squirrel/squirrel/on a branch it could not leave/held up a blanket/gave a happy squeak
a yellow butterfly/butterfly/in a sticky web/opened the web with a twig/danced in the air
a gray kitten/kitten/at the top of a wall/climbed up and carried it down/purred like a drum
a baby duck/duck/between two big stones/rolled the stones apart/quacked three times
a little lamb/lamb/in a thorny bush/pulled the thorns away/rubbed its soft head
a spotted frog/frog/in a dry bucket/tipped the bucket over/gave a mighty croak
a black ant/ant/on a leaf in a puddle/pushed the leaf to the edge/waved all its legs
a wet bee/bee/in a bowl of water/lifted it out with a spoon/buzzed a cheerful tune
a silver fish/fish/in a pool that was drying up/carried it back in a cup/jumped for joy
a young hedgehog/hedgehog/under a fallen log/lifted the heavy log/wrinkled its nose
a white mouse/mouse/in a glass jar/took off the lid/bowed very politely
""".strip().splitlines()])  # fmt: skip

RIDDLES = Options("RIDDLES", [Riddle(*row.split("/")) for row in words_of.RIDDLES.splitlines()])
AFTERWARDS = Options(
    "AFTERWARDS",
    [Word("Later that day,"), Word("A little later,"), Word("Soon after that,")],
)
PASSING_SENTENCES = (
    [f"Far away, a bell rang {n.text} times." for n in WORD_SETS["TIMES"].values]
    + [f"The air smelled of {smell.text}." for smell in WORD_SETS["SMELLS"].values]
    + [f"Not far away, {sound.text}." for sound in WORD_SETS["FAR_AWAY"].values]
    + [f"{who.A} went by with {what.a}." for who, what in zip(
        WORD_SETS["PASSERS"].values, WORD_SETS["CARRIED"].values)]
    + [f"Somebody nearby was {doing.text}." for doing in WORD_SETS["DOINGS"].values]
)  # fmt: skip
SENTENCES = Options("SENTENCES", [Word(sentence) for sentence in PASSING_SENTENCES])
"""Sentences that fit into any story, for the instruction to hold one of them."""

SETS: dict[str, Options] = WORD_SETS | {
    name: value for name, value in list(globals().items()) if isinstance(value, Options)
}


def sets(vocabulary: float) -> dict[str, Options]:
    """All sets to draw from, each with this share of its values. Sets of people are reduced
    together, so that whoever is left in one is left in the others."""
    small = {name: options.first(vocabulary) for name, options in SETS.items()}
    left = [v for name in ("GIRL_NAMES", "BOY_NAMES", "PETS") for v in small[name].values]
    small |= {name: SETS[name].only(left) for name in ("CHILDREN", "FOLK")}
    return small | {
        name: asked_words(name, [small[source] for source in sources.split()], end)
        for name, sources, end in [
            ("ASKED_VERBS", "HABITS SKILLS", ", "),
            ("ASKED_NOUNS", "TOYS FOODS TREASURES GIFTS CRITTERS CARRIED", ", "),
            ("ASKED_ADJECTIVES", "TRAITS", "\n"),
        ]
    }


def asked_words(name: str, sources: list[Options], end: str) -> Options:
    """The single words of some sets, each once."""
    found: dict[str, Asked] = {}
    for options in sources:
        for value in options.values:
            if value.text.isalpha():
                found.setdefault(
                    value.text, Asked(value.text + end, value.text, options.name, value)
                )
    return Options(name, list(found.values()))


def kinds_of(hero: Person) -> tuple[Any, ...]:
    """What a hero of this name can be: a girl, a boy, or any animal."""
    if hero.kind == "animal":
        return ANIMALS.values
    return tuple(kind for kind in KINDS_OF_HERO.values if kind.text == hero.kind)


# ----------------------------------------------------------------------------- words many forms use

WORDS: dict[str, str] = {
    "village": "{a village_look=VILLAGES} [village|town|valley|city|land|wood|harbor town|kingdom|"
    "hamlet|mountain village|fishing village|forest]",
    "when": "One {when_look=DAYS} [day*4|morning*2|Monday|Tuesday|Wednesday|Thursday|"
    "Friday|Saturday|Sunday],",
    "then": "Then|Soon|After a while|A little later|Just then|At that moment|Before long|Suddenly|"
    "By and by|"
    "A moment later|Not long after",
    "happy": "{glad=GLAD}",
    "sad": "{blue=BLUE}",
    "angry": "{cross=CROSS}",
    "scared": "{afraid=AFRAID}",
    "tired": "{weary=WEARY}",
    "say": "said*3|began",
    "said": "said*3|whispered|called|murmured",
    "asked": "asked*5|wondered",
    "cried": "cried*2|shouted*2|called|yelled|gasped|squealed|exclaimed",
    "whispered": "whispered*3|mumbled|murmured|stammered",
    "walked": "walked*2|went*2|ran|hurried|skipped|strolled|raced|marched|hopped|rushed|"
    "wandered|trotted",
    "smiled": "smiled|grinned|laughed|giggled|nodded|beamed",
    "adv": "{manner=MANNERS}",
    "busy": "{busily=BUSILY}",
    "soft": "{softly=SOFTLY}",
    "later": "Some days later|A week later|The next day|Two weeks later|When winter came|"
    "One month later|"
    "In the spring|The day after|Three days later|Long after that",
    "crash": "Crash|Bang|Clink|Boom|Smash|Bump|Crack",
    "looked": "looked*2|searched*2|hunted|peeked|dug around|felt around",
    "little": "little*6|young|small|cheerful|clever|sweet|tiny|lovely|merry|shy|friendly|nice|"
    "pretty|"
    "skinny|chubby|happy|lonely|bold|curious|polite|sleepy",
    "oh": "Oh no|Oh dear|Oh my|Uh-oh|Dear me|Goodness|Help|Good grief",
    "yay": "Hooray|Yay|Wow|Oh boy|How wonderful|Look|Yippee|I see it|Hurrah|Over here",
    "friends": "good friends|best friends|great friends|close friends|the best of friends|"
    "true friends|friends for life|dear friends",
    "home": "home|back home|all the way home|straight home",
}
