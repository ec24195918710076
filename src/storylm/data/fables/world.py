"""Who and what there is in the fables: people, animals, things, places, and words many share.

Every value has a `text` and further views, which forms use by name: `{toy.a}` is "a ball",
`{hero.his}` is "his". A new name, toy or place is one more word in a list here; that no option
begins another is checked when this module is imported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from storylm.data.fables.forms import Options
from storylm.data.fables.words import NAMES, PLAIN, THINGS


@dataclass(frozen=True)
class Word:
    """A plain word, such as a colour or a feeling."""

    text: str

    @property
    def a(self) -> str:
        return f"{article(self.text)} {self.text}"

    @property
    def Text(self) -> str:  # noqa: N802  (a view with a capital)
        return self.text[0].upper() + self.text[1:]


@dataclass(frozen=True)
class Thing:
    """Something to own, to eat or to find: one ball, or some cookies."""

    text: str
    a: str
    it: str = "it"
    They: str = "It"
    was: str = "was"
    is_: str = "is"
    plural: str = ""


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
    def The(self) -> str:  # noqa: N802
        return self.the[0].upper() + self.the[1:]

    @property
    def Text(self) -> str:  # noqa: N802
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
    return "an" if text[0] in "aeiou" else "a"


def person(text: str, she: bool, kind: str, **views: str) -> Person:
    he, him, his = ("she", "her", "her") if she else ("he", "him", "his")
    himself = "herself" if she else "himself"
    views.setdefault("the", f"the {text}")
    return Person(
        text, he, him, his, kind, he.title(), his.title(), himself, f"{kind} named {text}", **views
    )


@lru_cache(maxsize=None)
def as_animal(name: Person, animal: Animal) -> Person:
    """The one who bears this name, as an animal of this kind."""
    return person(name.text, name.he == "she", animal.text, home=animal.home, food=animal.food)


def words(text: str) -> list[str]:
    return [" ".join(word.split()) for word in text.split(",") if word.strip()]


def things(name: str, text: str) -> Options:
    """Things from a list: `kite` gets its article, `some grapes` is plural, `=jam` takes none."""
    made = []
    for word in words(text):
        if word.startswith("some "):
            noun = word[5:]
            if noun.endswith("s"):
                made.append(Thing(noun, word, "them", "They", "were", "are", noun))
            else:
                made.append(Thing(noun, word, plural=noun))
        else:
            plural = (
                word[:-1] + "ies" if word[-1] == "y" and word[-2] not in "aeiou" else word + "s"
            )
            if word.endswith(("ch", "sh", "x", "ss")):
                plural = word + "es"
            made.append(Thing(word, f"{article(word)} {word}", plural=plural))
    return Options(name, made)


def plain(name: str, text: str) -> Options:
    return Options(name, [Word(word) for word in words(text)])


def read_sets(text: str) -> list[tuple[str, str]]:
    """(name, words) of each set in a list of `words.py`."""
    parts = re.split(r"^([A-Z_]+): ", text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2]))


def people(name: str, she: bool, kind: str, text: str) -> list[Person]:
    return [person(word, she, kind) for word in words(text)]


def place(text: str, nooks: str, sights: str) -> Place:
    return Place(text, plain(f"nooks of {text}", nooks), plain(f"sights of {text}", sights))


# ------------------------------------------------------------------------------------------- people

GIRLS, BOYS, SHE_ANIMALS, HE_ANIMALS = (
    people(name, name.startswith(("GIRLS", "SHE")), kind, text)
    for (name, text), kind in zip(read_sets(NAMES), ("girl", "boy", "animal", "animal"))
)


def without_prefixes(found: list[Person]) -> list[Person]:
    """Leave out a name that begins another, such as Tom beside Tommy: a text could not say which."""
    texts = [p.text for p in found]
    return [p for p in found if not any(t != p.text and t.startswith(p.text) for t in texts)]


CHILDREN = Options("CHILDREN", without_prefixes(GIRLS + BOYS))
PETS = Options("PETS", SHE_ANIMALS + HE_ANIMALS)
FOLK = Options("FOLK", without_prefixes([*CHILDREN.values, *PETS.values]))
GIRL_NAMES = Options("GIRL_NAMES", [p for p in CHILDREN.values if p.he == "she"])
BOY_NAMES = Options("BOY_NAMES", [p for p in CHILDREN.values if p.he == "he"])


def relatives() -> Options:
    """Mothers and fathers mostly; aunts, uncles and cousins go by a name that is kept to the end."""
    close = [
        person("mom", True, "woman"),
        person("dad", False, "man"),
        person("grandma", True, "woman"),
        person("grandpa", False, "man"),
        person("big sister", True, "girl"),
        person("big brother", False, "boy"),
    ]
    named = [
        person(f"{kin} {name}", she, kin, the=f"{kin.title()} {name}")
        for kin, she, names in [
            ("aunt", True, "Rosalind Matilda Gertrude Ottilie Philippa Eleanor Harriet Beatrice"),
            ("uncle", False, "Rufus Gilbert Conrad Leopold Barnaby Jasper Edgar Ferdinand"),
            ("cousin", True, "Tabitha Cleo Ingrid Paloma Saskia Winifred Odette Kamala"),
            ("cousin", False, "Dexter Wilbur Ignatz Tobias Casper Quentin Rasmus Hiroshi"),
        ]
        for name in names.split()
    ]
    return Options("FAMILY", close + named, [20, 14, 10, 10, 4, 4] + [1] * len(named))


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
    "gardener, teacher, nurse, seamstress, librarian, shopkeeper, beekeeper, doctor, potter, weaver",
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
                squirrel:tree house:nuts, frog:pond:little flies, duck:nest:bread, hedgehog:nest:apples,
                owl:tree:seeds, cat:basket:fish, dog:kennel:bones, puppy:basket:biscuits,
                kitten:basket:milk, pig:barn:corn, lamb:barn:grass, goat:shed:leaves,
                pony:stable:hay, turtle:pond:lettuce, otter:den:fish, beaver:lodge:bark,
                badger:den:roots, mole:tunnel:worms, raccoon:hollow tree:grapes, deer:thicket:clover,
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


WORD_SETS = {name: plain(name, text) for name, text in read_sets(PLAIN)}
WORD_SETS |= {name: things(name, text) for name, text in read_sets(THINGS)}

# ------------------------------------------------------------------------------------------- places

PLACES = Options("PLACES", [place(*row.split("/")) for row in """
the park/under the slide,behind the bench,near the swings,in the sandbox,beside the fountain,under a tall oak/a squirrel with a nut,children on the swings,a man with a red balloon,a dog with a stick,a row of yellow tulips
the forest/under a pile of leaves,behind a mossy rock,in a hollow log,beside a mushroom,among the ferns,under a pine tree/a deer between the trees,a red mushroom,a woodpecker at work,sunlight on the leaves,a busy line of ants
the beach/under the warm sand,behind a big rock,in a tide pool,beside a beach chair,among the seashells,near the old boat/white gulls in the sky,a crab in the sand,a ship far away,tall waves,a sandcastle with a flag
the garden/under the rose bush,behind the watering can,among the carrots,beside the gate,in the tall grass,near the beehive/a fat bumblebee,a snail on a leaf,rows of green beans,a butterfly on a rose,a sleepy cat on the wall
the farm/behind the barn,in the hay,under the tractor,beside the pig pen,near the hen house,in an empty trough/a cow with her calf,hens in the yard,a big blue tractor,pigs in the mud,a horse by the fence
the river/under the wooden bridge,among the reeds,behind a willow tree,beside a flat stone,in the shallow water,near the bank/silver fish in the water,a duck with six ducklings,an old man with a fishing rod,a green dragonfly,a fallen tree
the meadow/among the daisies,under a haystack,behind the old fence,beside the stream,in the clover,near a molehill/white sheep on the grass,a hare in the clover,bees on the flowers,a lark high up,the shadow of a cloud
the playground/under the seesaw,behind the climbing frame,inside the tunnel,beside the merry-go-round,near the monkey bars,in a puddle/two girls on the seesaw,a boy with a jump rope,chalk on the ground,a bright new slide,a baby with a bucket
the market/under a fruit stall,behind the bread cart,between two barrels,beside the flower stand,inside an empty crate,near the well/a stall full of cheese,baskets of red apples,a lady with ten hats,a man with a drum,fresh bread on a cart
the hill/behind the windmill,under a thorn bush,among the rocks,beside the winding path,in a rabbit hole,near the top/the whole village below,a windmill with white sails,a goat on a rock,a kite in the sky,a rainbow far away
the lake/under the dock,behind the boathouse,among the water lilies,beside a canoe,in the mud,near the picnic table/two swans on the water,a frog on a lily pad,a boat with a white sail,rings on the water,a heron on one leg
the library/under a round table,behind a tall shelf,between two thick books,beside the window seat,in the reading corner,near the globe/shelves up to the ceiling,a globe as big as a cow,a girl with ten books,a cat asleep on a chair,pictures of old ships
the attic/under an old sheet,behind a dusty trunk,inside a hat box,beside the chimney,in a broken drawer,near the round window/a rocking horse without a tail,boxes full of hats,a spider in its web,a painting of a queen,an old clock
the barn/under the ladder,behind a sack of corn,in a milk pail,beside the wheelbarrow,on a wooden beam,near the stable door/swallows under the roof,a calf in the straw,a row of saddles,dust in the sunlight,a mouse with a crumb
""".strip().splitlines()])  # fmt: skip

YARD = place(
    "the yard",
    "under the apple tree,on the stone wall,beside the well,in the grass,near the gate,on the bench",
    "a row of shoes,a blue door",
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
a soft whisper/a witch/an old curtain/that moved in the wind
a deep growl/a dragon/a sleepy bear/who was snoring
a strange tapping/a giant/a branch/that knocked on the wall
a squeaky sound/a robot/a rusty gate/that nobody had closed
a big splash/a sea snake/a fat frog/who was taking a bath
a slow creaking/a pirate/a rocking chair/that rocked all by itself
a rustling sound/a tiger/a little hedgehog/who was making a bed of leaves
a high whistle/a goblin/a teapot/that somebody had left on the fire
a heavy thump/a troll/a pumpkin/that had rolled off the cart
""".strip().splitlines()])  # fmt: skip
TROUBLES = Options("TROUBLES", [Trouble(*row.split("/")) for row in """
a small bird/bird/with its foot caught in a string/untied the string/sang its sweetest song
a brown rabbit/rabbit/in a deep hole/lowered a long branch into the hole/wiggled its ears
a tiny turtle/turtle/upside down on its shell/turned it over/nodded its little head
a baby squirrel/squirrel/on a branch it could not leave/held up a blanket to catch it/gave a happy squeak
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

SETS: dict[str, Options] = WORD_SETS | {
    name: value for name, value in list(globals().items()) if isinstance(value, Options)
}

# ----------------------------------------------------------------------------- words many forms use

WORDS: dict[str, str] = {
    "village": "a {village_look=DAYS} [village|town|valley|city|land|wood|harbor town|kingdom]",
    "when": "One {when_look=DAYS} [day*4|morning*2|Monday|Tuesday|Wednesday|Thursday|"
    "Friday|Saturday|Sunday],",
    "then": "Then|Soon|After a while|A little later|Just then|At that moment|Before long|Suddenly|By and by|"
    "A moment later|Not long after",
    "happy": "{glad=GLAD}",
    "sad": "{blue=BLUE}",
    "angry": "{cross=CROSS}",
    "scared": "{afraid=AFRAID}",
    "tired": "{weary=WEARY}",
    "say": "said*5|replied*2|added",
    "said": "said*4|replied*2|whispered|called|exclaimed|murmured|explained",
    "asked": "asked*3|wanted to know|wondered|inquired",
    "cried": "cried*2|shouted*2|called|yelled|gasped|squealed|exclaimed",
    "whispered": "whispered*2|mumbled|murmured|stammered|said softly|said quietly|said slowly",
    "walked": "walked*2|went*2|ran|hurried|skipped|strolled|raced|marched|hopped|rushed|wandered|trotted",
    "smiled": "smiled|grinned|laughed|giggled|nodded|beamed",
    "adv": "{manner=MANNERS}",
    "soft": "{softly=SOFTLY}",
    "later": "Some days later|A week later|The next day|Two weeks later|When winter came|One month later|"
    "In the spring|The day after|Three days later|Long after that",
    "crash": "Crash|Bang|Clink|Boom|Smash|Bump|Crack",
    "looked": "looked*2|searched*2|hunted|peeked|dug around|felt around",
    "little": "little*6|young|small|cheerful|clever|sweet|tiny|lovely|merry|bright|dear|nice|pretty|"
    "skinny|chubby|happy|lonely|bold",
    "oh": "Oh no|Oh dear|Oh my|Uh-oh|Dear me|Goodness|Help|Good grief",
    "yay": "Hooray|Yay|Wow|Oh boy|How wonderful|Look|Yippee|I see it|Hurrah|Over here",
    "friends": "good friends|best friends|great friends|close friends|the best of friends|"
    "true friends|friends for life|dear friends",
    "home": "home|back home|all the way home|straight home",
    "friends": "good friends|best friends|great friends|close friends|the best of friends",
}
