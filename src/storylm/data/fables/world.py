"""Who and what there is in the fables: people, animals, things, places, and words many share.

Every value has a `text` and further views, which forms use by name: `{toy.a}` is "a ball",
`{hero.his}` is "his". A new name, toy or place is one more word in a list here; that no option
begins another is checked when this module is imported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from storylm.data.fables.forms import Options


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


@dataclass(frozen=True)
class Job:
    """Work that is done bit by bit, with what one needs and what comes of it."""

    text: str
    result: str


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


def people(name: str, she: bool, kind: str, text: str) -> list[Person]:
    return [person(word, she, kind) for word in words(text)]


def place(text: str, nooks: str, sights: str) -> Place:
    return Place(text, plain(f"nooks of {text}", nooks), plain(f"sights of {text}", sights))


# ------------------------------------------------------------------------------------------- people

GIRLS = people(
    "GIRLS",
    True,
    "girl",
    """
    Lily, Mia, Sue, Amy, Zoe, Ella, Lucy, Anna, Emma, Sara, Nora, Ruby, Rose, Grace, Molly, Polly,
    Hannah, Sophie, Alice, Clara, Julia, Maya, Leah, Ivy, Eva, Kate, Jane, Bella, Nina, Tina, Gina,
    Mary, Beth, Jenny, Penny, Wendy, Holly, Sally, Kelly, Nelly, Betty, Kitty, Peggy, Tilly, Millie,
    Abby, Gabby, Libby, Debbie, Cindy, Mandy, Heidi, Judy, Trudy, Carol, Susan, Helen, Ellen, Karen,
    Laura, Flora, Dora, Cora, Tara, Lola, Layla, Stella, Lena, Vera, Greta, Rita, Anita, Olga, Inga,
    Frida, Linda, Wanda, Amanda, Sandra, Petra, Mira, Kira, Myra, Nadia, Lydia, Olivia, Sylvia, Maria,
    Sofia, Julie, Rosie, Josie, Elsie, Hattie, Lottie, Dottie, Callie, Ellie, Nellie, Allie, Winnie,
    Annie, Bonnie, Connie, Jessie, Chloe, Naomi, Priya, Asha, Fatima, Leila, Yara, Zara, Hana, Yuki,
    Mei, Lin, Rina, Amara, Nia, Imani, Paula, Martha, Ruth, Esther, Judith, Edith, Agnes, Iris, Violet,
    Hazel, June, April, Skye, Faith, Joy, Tess, Jill, Pam, Meg, Peg, Fay, Kay, Dana, Erin""",
)
BOYS = people(
    "BOYS",
    False,
    "boy",
    """
    Tom, Ben, Tim, Sam, Max, Jack, Leo, Noah, Luke, Adam, Finn, Jake, Ryan, Ethan, Henry, Oliver, Lucas,
    Mark, Peter, Paul, James, David, Simon, Daniel, Jacob, Joseph, Joshua, Nathan, Oscar, Felix, Hugo,
    Theo, Arthur, Alfie, Archie, Charlie, Freddie, Harry, Larry, Barry, Jerry, Terry, Billy, Willy,
    Bobby, Robby, Toby, Teddy, Eddie, Andy, Randy, Danny, Johnny, Kenny, Benny, Lenny, Jimmy, Timmy,
    Tommy, Sammy, Ricky, Nicky, Mikey, Joey, Roy, Troy, Ray, Jay, Guy, Ned, Ted, Fred, Greg, Craig, Kyle,
    Carl, Earl, Neil, Dale, Cole, Kurt, Bert, Albert, Robert, Hubert, Walter, Victor, Hector, Igor,
    Ivan, Anton, Milan, Logan, Dylan, Allan, Brian, Evan, Ian, Owen, Colin, Martin, Austin,
    Justin, Calvin, Gavin, Kevin, Marvin, Melvin, Ali, Omar, Amir, Hassan, Karim, Rafi, Ravi, Arjun,
    Kofi, Kwame, Jamal, Malik, Diego, Pablo, Pedro, Carlos, Marco, Mario, Luis, Miguel, Rico, Enzo,
    Bruno, Otto, Emil, Axel, Lars, Nils, Sven, Olaf, Hans, Fritz, Kai, Ken, Akira, Taro, Jin, Wei, Chen,
    Gus, Russ, Zack, Nick, Rick, Pip, Kip, Skip, Rob, Bob, Jeb, Seb, Hal, Cal, Mel, Del, Dan, Stan""",
)
NAMES = (
    ("Rusty, Buddy, Hopper, Fluff, Patch, Bramble, Nibbles, Whiskers, Bouncer, Scout, Pepper, Ziggy, "
     "Milo, Bingo, Chester, Biscuit, Barley, Thistle, Acorn, Pebble, Sparky, Fuzzy, Tuffy, Bubbles, "
     "Dash, Zip, Twig, Rocky, Smoky, Spike, Tumble, Waddle, Wiggles, Snuffle, Grumble, Rumble, "
     "Pickle, Mumble, Bumpy, Jumpy, Stripe, Button, Marble", False),
    ("Daisy, Honey, Coco, Poppy, Clover, Willow, Luna, Star, Pearl, Snowy, Misty, Sunny, Ferny, Maple, "
     "Olive, Cherry, Berry, Plum, Peaches, Ginger, Muffin, Candy, Sugar, Lulu, Kiki, Mimi, "
     "Petal, Blossom, Breeze, Dewdrop, Feather, Velvet, Silky, Pinky, Goldie, Twinkle, "
     "Sparkle, Moony, Rainy", True),
)  # fmt: skip


def without_prefixes(found: list[Person]) -> list[Person]:
    """Leave out a name that begins another, such as Tom beside Tommy: a text could not say which."""
    texts = [p.text for p in found]
    return [p for p in found if not any(t != p.text and t.startswith(p.text) for t in texts)]


CHILDREN = Options("CHILDREN", without_prefixes(GIRLS + BOYS))
PETS = Options("PETS", [person(name, she, "animal") for text, she in NAMES for name in words(text)])
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

# ------------------------------------------------------------------------------------------- things

TOYS = things(
    "TOYS",
    """
    ball, kite, doll, teddy bear, toy car, toy boat, drum, top, robot, puzzle, truck, toy train,
    whistle, yo-yo, rocket, crown, bucket, spade, hat, scarf, mitten, blanket, book, pencil,
    crayon box, paintbrush, marble, button, ribbon, bell, key, shell, feather, flag, basket, lantern,
    mirror, necklace, ring, cup, spoon, flute, toy horse, toy plane, puppet, rattle, jump rope, scooter,
    wagon, mask, cape, umbrella, toy sword, snow globe, music box, pinwheel, toy duck, magnet, compass,
    toy dinosaur, stuffed rabbit""",
)
FOODS = things(
    "FOODS",
    """
    cookie, cupcake, apple, pear, peach, plum, banana, sandwich, muffin, bun, pancake, carrot, berry pie,
    lemon cake, cheese roll, orange, waffle, doughnut, cherry tart, honey cake, nut bar, melon,
    corn cake, pretzel, biscuit, dumpling, potato, popsicle, candy bar, tomato, gingerbread man, hot dog, egg roll, radish, coconut, pineapple, mango, fig, pastry, jam tart, meatball, rice cake, bagel, toffee, walnut, fish stick, cream puff, croissant""",
)
TREASURES = things(
    "TREASURES",
    """
    coin, key, map, letter, bottle, wooden box, spoon, glass bead, egg, feather pen, pebble, bell, lamp,
    wooden horse, thimble, sea shell, glove, purse, wallet, photo, paper boat, leaf of tin, button, gem,
    pocket watch, ring, comb, locket, diary, ticket, medal, silk scarf""",
)
GIFTS = things(
    "GIFTS",
    """
    card, cake, picture, flower crown, bracelet, birdhouse, paper star, kite, pillow, pie, scarf,
    necklace, song, poem, clay pot, puppet, candle, bookmark, quilt, jar of jam, wooden boat, lantern, mobile, mask, notebook, toy mouse, doll house, snow globe, calendar,
    basket of fruit, bunch of flowers, paper hat""",
)
FRAGILE = things(
    "FRAGILE",
    """
    vase, plate, lamp, teapot, window, glass bowl, clock, cup, picture frame, flower pot, jug, mirror,
    snow globe, jar, chair, radio""",
)
BUILDINGS = things(
    "BUILDINGS",
    """
    tower, sand castle, fort, tree house, snowman, bridge, raft, kennel, puppet stage, wooden cart,
    birdhouse, tent, boat, little dam, scarecrow, swing""",
)
SEEDS = things(
    "SEEDS",
    """
    sunflower, pumpkin, bean, rose, tomato, carrot, apple tree, melon, tulip, pea plant, corn plant,
    strawberry, daisy, cherry tree, lemon tree, pepper plant""",
)
SKILLS = plain(
    "SKILLS",
    """
    ride a bike, swim, whistle, tie a bow, jump rope, climb a tree, bake bread, skate, read a map, dance,
    draw a horse, play the flute, catch a ball, paint, sing, count to a hundred, write a letter,
    fly a kite, juggle, do a cartwheel, knit, row a boat, cook soup, spell long words, play chess, stand on one leg, make paper birds, speak French, tie knots, throw a hoop, ride a pony, blow big bubbles, sew a button, walk on stilts, snap fingers, tell the time, carve wood, roll up a sleeping bag, make a fire, wink with one eye, paddle a canoe, wrap a present, braid hair, build a kite, roar like a lion, do magic tricks, peel an orange""",
)
GLAD = plain(
    "GLAD",
    """
    happy, glad, joyful, delighted, cheerful, full of joy, excited, thrilled, merry, pleased, overjoyed,
    light at heart, warm inside, proud, hopeful, grateful, content, relieved, lucky, cheery, as light as air, like a king, wonderful, very good, bright inside, calm again, ten feet tall, at ease, jolly, blissful, satisfied, like singing""",
)
BLUE = plain(
    "BLUE",
    """
    sad, upset, unhappy, very blue, close to tears, heavy in the heart, lonely, gloomy, miserable, lost,
    sorry, disappointed, terrible, worried, small and helpless, empty inside, ashamed, like crying, hopeless, awful, sick at heart, very small, quite alone, cold inside, heartbroken, down, troubled, tearful, rotten, glum, bad, unlucky""",
)
CROSS = plain(
    "CROSS",
    """
    angry, mad, cross, furious, grumpy, hurt, annoyed, upset, red in the face, bitter, outraged, sour, hot with anger, irritated, offended, bothered""",
)
AFRAID = plain(
    "AFRAID",
    """
    scared, afraid, frightened, nervous, full of fear, shaky, uneasy, terrified, worried, alarmed, startled, cold with fear, timid, anxious, weak in the knees, panicky""",
)
WEARY = plain(
    "WEARY",
    """
    tired, sleepy, worn out, hot, bored, thirsty, lazy, dizzy, weary, drowsy""",
)
MANNERS = plain(
    "MANNERS",
    """
    slowly, quickly, quietly, gently, carefully, bravely, eagerly, softly, proudly, politely,
    calmly, kindly, patiently, gladly, boldly, nervously, warmly, sweetly, firmly, shyly, cheerfully, seriously, sternly, thoughtfully, at once, in a clear voice, with a nod, without a pause, lightly, simply, openly, earnestly""",
)
CRITTERS = things(
    "CRITTERS",
    """
    ladybug, robin, bumblebee, beetle, sparrow, caterpillar, grasshopper, lizard, magpie, cricket,
    blackbird, spider, dragonfly, swan, pigeon, worm, woodpecker, seagull, butterfly, toad, starling,
    moth, snail, hare, weasel, pheasant, swallow, cuckoo, mole, chipmunk, goldfinch, hornet, grass snake, raven, stork, salamander, rooster, crane, wren, ferret, otter, heron, turkey, lark, tadpole, glowworm, squirrel, hermit crab, gecko, newt, partridge""",
)
PERCHES = plain(
    "PERCHES",
    """
    on a branch, on a stone, in the grass, on a fence, near a puddle, on a leaf, behind a bush,
    on a flower, in a tree, under a fern, on a signpost, beside the path, on a stump, in the mud,
    in the sunshine, on a roof, in an old hat, near the road, under a bench, on a lamp post, between two roots, on a pumpkin, in the ivy, behind a barrel, beside a thistle, on a wheel, near the hedge, in a nest, on a gate, under a toadstool, in the moss, on a bucket""",
)
SKIES = plain(
    "SKIES",
    """
    the sun was shining, the sky was blue, the birds were singing, a soft wind was blowing,
    the leaves were dancing, white clouds were drifting by, the air was fresh, the flowers were open,
    a rainbow stood in the sky, the fields were golden, the dew was still on the grass,
    the bees were humming, gray clouds were coming, it was getting warm, it had just rained,
    the trees were whispering, a cuckoo was calling, the frogs were croaking, the shadows were long, the church bells were ringing, thunder was far away, the hills were blue, a warm rain was falling, the roads were dusty, the apples were ripe, butterflies were everywhere, the grass was wet, the crickets were chirping, snowflakes were falling, the puddles were frozen, the moon was still out, the wind had gone to sleep""",
)
SWEETS = plain(
    "SWEETS",
    """
    apple pie, warm bread, tomato soup, noodles, rice with peas, cheese, chocolate, vanilla ice cream,
    berries, pancakes, honey, nuts, corn, jelly, hot cocoa, popcorn, grapes, pumpkin soup""",
)
HOMES = plain(
    "HOMES",
    """
    a small house, a yellow house, a little cottage, a tall tower, a house by the sea, an old mill,
    a house on a hill, a hut near the woods, a cozy home, a blue house""",
)
DREAMS = plain(
    "DREAMS",
    """
    faraway lands, dragons, the sea, kings and queens, the stars, flying, brave knights, pirates, giants,
    talking trees, the moon, snowy mountains, hidden gold, ships, fairies, big adventures, elves, castles, whales, sailors, deserts, clever foxes, wizards, islands, robots, unicorns, trains, winter, parades, balloons, distant planets, bears""",
)
SMELLS = plain(
    "SMELLS",
    """
    rain, flowers, fresh bread, pine trees, warm hay, apples, the sea, snow, wood smoke, mint, roses, cinnamon, wet leaves, honey, mushrooms, soap, lemons, pancakes, summer, lavender, onions, mud, clover""",
)
PASSERS = plain(
    "PASSERS",
    """
    mailman, farmer, milkman, nurse, policeman, fisherman, hunter, baker, cook, lady, sailor, king, doctor,
    shopkeeper, carpenter, shepherd, clown, painter, teacher, gentleman, firefighter, soldier, pilot,
    musician""",
)
WHERE = plain(
    "WHERE",
    """
    next door, across the street, down the road, near the pond, in the big red house,
    by the mill, in the next village, at the edge of the wood, above the bakery, by the bridge,
    around the corner, at the end of the lane, in the white tower, beside the church, on the farm, in the green valley, near the station, under the old oak, above the shop, at the harbor, past the windmill, behind the town hall, by the lake, two streets away, in the last house, beside the park, in the old town, on the hill, over the river""",
)
NICE = plain(
    "NICE",
    """
    kind, funny, helpful, clever, gentle, friendly, brave, cheerful, good, patient, strong, loyal,
    generous, jolly, polite, wonderful, honest, calm, merry, lively, quiet, sweet, wise, thoughtful, faithful, playful, curious, noble, warm, cheery, sensible, modest""",
)
MOODS = plain(
    "MOODS",
    """
    cheerful, tired, busy, tall, kind, singing, sleepy, lucky, proud, hungry, young, old, smiling,
    whistling, hurried, quiet, gentle, friendly, merry, nervous, famous, grumpy, clever, bearded, dusty, dancing, lonely, silent, rosy, wet, freckled, elegant""",
)
DAYS = plain(
    "DAYS",
    """
    lovely, warm, windy, bright, quiet, cold, perfect, misty, hot, fresh, beautiful, strange, calm,
    glorious, gray, ordinary, fine, breezy, golden, sleepy, dry, mild, sparkling, busy, lazy, cool, chilly, sunny""",
)
CARRIED = things(
    "CARRIED",
    """
    basket, sack, ladder, umbrella, bucket, wheel, broom, fiddle, hat, lamp, suitcase, rope, chair, shovel, cheese, barrel, mattress, pumpkin, birdcage, fishing rod, harp, mirror, bag of flour, clock, carpet, goose, trumpet, bundle of wood, kettle, violin, painting""",
)
TIMES = plain("TIMES", "two, three, four, five, six, seven, eight, nine, ten, eleven, twelve")
ERRANDS = plain(
    "ERRANDS",
    """
    school, the market, the woods, a walk, the well, the bakery, fishing, the library, a party,
    the shop, choir, the fields, a swim, the dentist, work, a picnic, the barber, the harbor, a concert, the post office, the mill, a wedding, the chapel, gathering wood, a trip, football, the museum, the zoo, piano lessons, the doctor, selling eggs, a nap""",
)
DOINGS = plain(
    "DOINGS",
    """
    picking flowers, eating lunch, reading, singing a song, skipping stones, building a nest of twigs,
    taking a nap, looking for shells, counting clouds, drawing in the dirt, jumping in puddles,
    sitting on a log, feeding the birds, playing a drum, flying a kite, watching the ants, looking for mushrooms, painting a fence, waiting for the rain, eating a plum, carrying water, sweeping leaves, washing a dog, writing a poem, digging a hole, pushing a cart, whistling a tune, throwing a ball, learning a song, trying on hats, chasing a hen, sleeping on a bench""",
)
GAMES = plain(
    "GAMES",
    """
    playing ball, jumping on the bed, dancing, playing tag, running in circles, doing handstands,
    playing pirates, flying a paper plane, riding a broom, throwing pillows, spinning around, chasing a fly,
    marching with a drum, hopping on one leg, swinging a stick, playing knights""",
)
ROOMS = plain(
    "ROOMS",
    """
    kitchen, living room, hall, bedroom, cellar, attic, dining room, pantry, playroom, study""",
)
WARNINGS = plain(
    "WARNINGS",
    """
    although it was not allowed, although there was little room, which was a bad idea, all alone, very fast,
    with closed eyes, as wild as the wind, without looking, just for fun, because it was too cold outside""",
)
WILD = plain("WILD", "wild games, running, ball games, jumping, shouting, tricks")
CHORES = plain(
    "CHORES",
    """
    cooking soup, taking a nap, washing the dishes, writing a letter, mending a sock, singing softly,
    peeling potatoes, folding shirts, drinking tea, making the beds, sweeping the floor, counting eggs""",
)
LANDINGS = plain(
    "LANDINGS",
    """
    on the floor, off the table, down the stairs, off the shelf, on the stone tiles, beside the stove,
    into the bathtub, against the wall, out of the window""",
)
NUMBERS = plain(
    "NUMBERS",
    """
    two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, twenty, thirty, a hundred""",
)
HIDEOUTS = plain(
    "HIDEOUTS",
    """
    under the bed, behind the sofa, in a drawer, under the carpet, in a boot, behind the curtain,
    in the closet, under a pillow, in a bucket, behind the stove, in a hat box, on top of a cupboard""",
)
SCAPEGOATS = plain(
    "SCAPEGOATS",
    """
    cat, puppy, goose, parrot, baby, goat, kitten, hen, piglet, hamster, donkey, neighbor's dog""",
)
ALIBIS = plain(
    "ALIBIS",
    """
    asleep, outside, in the garden, with me, in the basket, at the neighbors, in the barn, under the tree,
    on the roof, in the yard""",
)
ODD = plain("ODD", "odd, strange, funny, curious, peculiar, clever, interesting")
PRECIOUS = plain(
    "PRECIOUS",
    """
    precious, important, beautiful, wonderful, lovely, valuable, special, splendid, charming, magnificent""",
)
SUPERLATIVES = plain(
    "SUPERLATIVES", "best, kindest, bravest, dearest, strongest, finest, greatest, nicest"
)
SOFTLY = plain(
    "SOFTLY",
    """
    quietly, softly, gently, slowly, in a low voice, calmly, in a small voice, kindly, after a while,
    with a sigh, at last, politely""",
)
NIGHT_PLACES = plain(
    "NIGHT_PLACES",
    """
    outside the window, behind the door, under the stairs, in the yard, on the roof, near the fence,
    down in the cellar, up in the attic, in the hall, behind the shed, next to the well, in the bushes""",
)
HOLES = plain(
    "HOLES",
    """
    the well, a deep crack, a hollow tree, an old pipe, a ditch, the pond, a dark hole, a rabbit hole,
    a pile of stones, the brook, a thorn bush, a drain""",
)
GAMES_NAMES = plain(
    "GAMES_NAMES",
    """
    tag, ball, pirates, hide and seek, leapfrog, knights, marbles, catch, school, shop, explorers, hopscotch""",
)
GARMENTS = plain(
    "GARMENTS",
    """
    hat, scarf, coat, sweater, beret, shirt, jacket, vest, bow, belt, raincoat, glove, sock, backpack,
    cloak, apron, hood, bag, ribbon, badge""",
)
STANDING = plain(
    "STANDING",
    """
    in the corner, under a tree, near the door, by the wall, on a step, next to the stove, at the back,
    under the clock, behind the fence, near the gate, on a stone, by the window, at the end of the bench""",
)
ADVICE = plain(
    "ADVICE",
    """
    Go and say sorry, It is never too late to be kind, You know what to do, How would you feel,
    Laughing at others is easy, Try to make it good again, Ask for forgiveness, Listen to your heart""",
)
WHERE_NAMES = plain(
    "WHERE_NAMES",
    """
    the mill, the harbor, the old shed, the farm, the station, the workshop, the shop, the sawmill,
    the stable, the town hall, the bakery, the garage""",
)
FLOWERS = plain(
    "FLOWERS",
    """
    daisies, tulips, violets, roses, poppies, bluebells, buttercups, lilies, cornflowers, snowdrops,
    sunflowers, forget-me-nots, marigolds, cherry blossoms""",
)
GLUES = plain(
    "GLUES",
    """
    glue, red tape, string, wax, paste, silver wire, yarn, nails, clay, ribbons, needle and thread""",
)
BODY = plain(
    "BODY",
    """
    hands, feet, knees, ears, shoes, toes, fingers, nails""",
)
MEALS = plain("MEALS", "dinner, breakfast, lunch, supper, teatime, bedtime")
OFTEN = plain("OFTEN", "morning, evening, day, night, afternoon, noon, second day, third day")
BEDS = plain(
    "BEDS",
    """
    behind the shed, in a clay pot, beside the fence, under the window, in a wooden box, near the well,
    in the garden, between two trees, along the path, in an old boot, beside the gate, in a tin can""",
)
COVERS = plain("COVERS", "black earth, sand, dry leaves, straw, soil, moss, old grass, compost")
TOOLS = things(
    "TOOLS",
    """
    spoon, shovel, stick, rake, hammer, knife, fork, brush, pair of scissors, needle, saw, bucket, ladle, hoe""",
)
HABITS_ING = plain(
    "HABITS_ING",
    """
    sang a song, counted clouds, read a book, told the seeds a story, drew pictures, played the flute,
    pulled out weeds, chased the birds away, built a little fence, painted a sign, hummed, made a scarecrow""",
)
DAYTIMES = plain("DAYTIMES", "day, morning, afternoon, evening, night, week")
MORNINGS = plain(
    "MORNINGS",
    """
    one morning, the next day, after the rain, on a Sunday, at sunrise, before breakfast, one evening,
    in the warm sun, on a foggy day, early in May""",
)
SEASONS = plain("SEASONS", "spring, summer, autumn, year, month, harvest")
MEASURES = things(
    "MEASURES",
    """
    house, horse, giant, church, cow, haystack, lamp post, wagon, bear, barrel, gate, tree, ladder, king""",
)
SPILLS = plain(
    "SPILLS",
    """
    milk, ink, cocoa, soup, black paint, juice, tea, jam, muddy water, honey, oil, berry sauce""",
)
CLOCKS = plain(
    "CLOCKS",
    """
    noon, midnight, sunset, dinner time, three o'clock, four o'clock, five o'clock, six o'clock,
    nightfall, the last minute, lunch time, eight o'clock""",
)
FROM_WHERE = plain(
    "FROM_WHERE",
    """
    home from work, in from the garden, down the stairs, out of bed, home from the market, out of the kitchen,
    back from a walk, in from the snow, up from the cellar""",
)
MISHAPS = plain(
    "MISHAPS",
    """
    fell into a bush, landed in the mud, lost a shoe, got all mixed up, bumped into a tree, made a big mess,
    rolled down the hill, got a cramp, sat down in a puddle, knocked over a bucket, hit a fence, lost count,
    got stuck, turned the wrong way, began to hiccup, tore a sleeve""",
)
EXCUSES = plain(
    "EXCUSES", "small, slow, clumsy, weak, young, silly, tired, short, lazy, shy, stiff, old"
)
COLOURS = plain(
    "COLOURS",
    """
    red, blue, green, yellow, orange, purple, pink, white, black, brown, silver, golden, gray, striped,
    spotted""",
)
LOOKS = plain(
    "LOOKS",
    """
    big, small, tiny, shiny, soft, pretty, round, old, new, special, strange, bright, lovely, funny,
    smooth, heavy, beautiful, simple, fancy, perfect, lucky, curious, wonderful, light, thick, plain, colorful, rusty, dusty, warm, wide, little, fine, neat, splendid, crooked, wobbly, magic, wooly, clean""",
)
TRAITS = plain(
    "TRAITS",
    """
    kind, curious, brave, shy, clever, quiet, cheerful, gentle, playful, silly, helpful, careful, proud,
    stubborn, friendly, lively, honest, polite, dreamy, sleepy, bold, patient, restless, funny, loyal, cautious, messy, neat, hungry, noisy, serious, thoughtful, wild, calm, generous, graceful, merry, eager, modest, stern, sensible, chatty, jolly, nosy, daring, tender, tidy""",
)
HABITS = plain(
    "HABITS",
    """
    sing, dance, draw pictures, jump in puddles, count the stars, look at the clouds, tell jokes,
    climb trees, pick flowers, collect stones, chase butterflies, help others, ask questions, play outside,
    listen to stories, roll down hills, splash in the water, watch the birds, make new friends,
    run very fast, build things, play pretend, explore, dig in the dirt, hum little songs, bake cakes,
    fly kites, play tag, sleep late, whistle, race the wind, laugh out loud, wear funny hats,
    talk to the moon, feed the ducks, smell the roses, play chess, swing very high, skip stones, look for shells, bake bread, paint the fence, ride on a cart, play the drum, catch leaves, watch the trains, whisper to flowers, sit by the fire, read old maps, plan adventures, carve sticks, juggle apples, walk in the rain, water the plants, write letters, polish shoes, stare at the sea, solve riddles, slide on the ice, tickle toes, spin in circles, wave at ships, wink at strangers""",
)

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

SETS: dict[str, Options] = {
    name: value for name, value in list(globals().items()) if isinstance(value, Options)
}

# ----------------------------------------------------------------------------- words many forms use

WORDS: dict[str, str] = {
    "village": "a {village_look=DAYS} [village|town|valley|city|land|wood|harbor town|kingdom]",
    "when": "One {when_look=DAYS} [day*4|morning*2|afternoon|evening|Monday|Tuesday|Wednesday|Thursday|"
    "Friday|Saturday|Sunday],",
    "then": "Then|Soon|After a while|A little later|Just then|At that moment|Before long|Suddenly|"
    "A moment later|Not long after",
    "happy": "{glad=GLAD}",
    "sad": "{blue=BLUE}",
    "angry": "{cross=CROSS}",
    "scared": "{afraid=AFRAID}",
    "tired": "{weary=WEARY}",
    "said": "said*6|replied*2|whispered|called|exclaimed|murmured|explained",
    "asked": "asked*5|wanted to know|wondered|inquired",
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
