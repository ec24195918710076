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
    was: str
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
            plural = word[:-1] + "ies" if word[-1] == "y" and word[-2] not in "aeiou" else word + "s"
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

GIRLS = people("GIRLS", True, "girl", """
    Lily, Mia, Sue, Amy, Zoe, Ella, Lucy, Anna, Emma, Sara, Nora, Ruby, Rose, Grace, Molly, Polly,
    Hannah, Sophie, Alice, Clara, Julia, Maya, Leah, Ivy, Eva, Kate, Jane, Bella, Nina, Tina, Gina,
    Mary, Beth, Jenny, Penny, Wendy, Holly, Sally, Kelly, Nelly, Betty, Kitty, Peggy, Tilly, Millie,
    Abby, Gabby, Libby, Debbie, Cindy, Mandy, Heidi, Judy, Trudy, Carol, Susan, Helen, Ellen, Karen,
    Laura, Flora, Dora, Cora, Tara, Lola, Layla, Stella, Lena, Vera, Greta, Rita, Anita, Olga, Inga,
    Frida, Linda, Wanda, Amanda, Sandra, Petra, Mira, Kira, Myra, Nadia, Lydia, Olivia, Sylvia, Maria,
    Sofia, Julie, Rosie, Josie, Elsie, Hattie, Lottie, Dottie, Callie, Ellie, Nellie, Allie, Winnie,
    Annie, Bonnie, Connie, Jessie, Chloe, Naomi, Priya, Asha, Fatima, Leila, Yara, Zara, Hana, Yuki,
    Mei, Lin, Rina, Amara, Nia, Imani, Paula, Martha, Ruth, Esther, Judith, Edith, Agnes, Iris, Violet,
    Hazel, June, April, Skye, Faith, Joy, Tess, Jill, Pam, Meg, Peg, Fay, Kay, Dana, Erin""")
BOYS = people("BOYS", False, "boy", """
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
    Gus, Russ, Zack, Nick, Rick, Pip, Kip, Skip, Rob, Bob, Jeb, Seb, Hal, Cal, Mel, Del, Dan, Stan""")
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
    return [
        p for p in found if not any(t != p.text and t.startswith(p.text) for t in texts)
    ]


CHILDREN = Options("CHILDREN", without_prefixes(GIRLS + BOYS))
PETS = Options(
    "PETS", [person(name, she, "animal") for text, she in NAMES for name in words(text)]
)
FOLK = Options("FOLK", without_prefixes([*CHILDREN.values, *PETS.values]))
GIRL_NAMES = Options("GIRL_NAMES", [p for p in CHILDREN.values if p.he == "she"])
BOY_NAMES = Options("BOY_NAMES", [p for p in CHILDREN.values if p.he == "he"])
FAMILY = Options(
    "FAMILY",
    [
        person("mom", True, "woman"),
        person("dad", False, "man"),
        person("grandma", True, "woman"),
        person("grandpa", False, "man"),
        person("aunt", True, "woman"),
        person("uncle", False, "man"),
        person("big sister", True, "girl"),
        person("big brother", False, "boy"),
    ],
    [6, 4, 3, 3, 1, 1, 1, 1],
)
GROWN_UPS = Options(
    "GROWN_UPS",
    [
        person(f"old {text}", she, text)
        for text, she in [
            ("baker", False),
            ("farmer", False),
            ("gardener", True),
            ("teacher", True),
            ("fisherman", False),
            ("nurse", True),
            ("painter", False),
            ("shepherd", False),
            ("miller", False),
            ("seamstress", True),
            ("sailor", False),
            ("librarian", True),
        ]
    ],
)
WISE = Options(
    "WISE",
    [
        person(text, she, text)
        for text, she in [
            ("old owl", False),
            ("gray goose", True),
            ("slow turtle", False),
            ("kind cow", True),
            ("brown bear", False),
            ("tall horse", False),
            ("quiet deer", True),
            ("big beaver", False),
            ("mother hen", True),
            ("wise crow", False),
            ("old goat", False),
            ("fluffy sheep", True),
        ]
    ],
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

TOYS = things("TOYS", """
    ball, kite, doll, teddy bear, toy car, toy boat, drum, top, robot, puzzle, truck, toy train,
    whistle, yo-yo, rocket, crown, bucket, spade, hat, scarf, mitten, blanket, book, pencil,
    crayon box, paintbrush, marble, button, ribbon, bell, key, shell, feather, flag, basket, lantern,
    mirror, necklace, ring, cup, spoon, flute, toy horse, toy plane, puppet, rattle, jump rope, scooter,
    wagon, mask, cape, umbrella, toy sword, snow globe, music box, pinwheel, toy duck, magnet, compass,
    toy dinosaur, stuffed rabbit""")
FOODS = things("FOODS", """
    cookie, cupcake, apple, pear, peach, plum, banana, sandwich, muffin, bun, pancake, carrot, berry pie,
    lemon cake, cheese roll, orange, waffle, doughnut, cherry tart, honey cake, nut bar, melon,
    corn cake, pretzel, biscuit, dumpling, potato, popsicle, candy bar, tomato""")
TREASURES = things("TREASURES", """
    coin, gold key, map, letter, old bottle, tiny box, silver spoon, glass bead, blue egg, seed,
    pretty stone, little bell, magic lamp, wooden horse, small door, purple flower, star-shaped rock,
    lost glove, red purse, wallet, photo, paper boat, golden leaf, shiny button, gem, pocket watch""")
GIFTS = things("GIFTS", """
    card, cake, picture, flower crown, bracelet, birdhouse, paper star, kite, pillow, pie, scarf,
    necklace, song, poem, clay pot, puppet, candle, bookmark, quilt, jar of jam, wooden boat,
    basket of fruit, bunch of flowers, paper hat""")
FRAGILE = things("FRAGILE", """
    vase, plate, lamp, teapot, window, glass bowl, clock, cup, picture frame, flower pot, jug, mirror,
    snow globe, jar, chair, radio""")
BUILDINGS = things("BUILDINGS", """
    tower, sand castle, fort, tree house, snowman, bridge, raft, kennel, puppet stage, wooden cart,
    birdhouse, tent, boat, little dam, scarecrow, swing""")
SEEDS = things("SEEDS", """
    sunflower, pumpkin, bean, rose, tomato, carrot, apple tree, melon, tulip, pea plant, corn plant,
    strawberry, daisy, cherry tree, lemon tree, pepper plant""")
SKILLS = plain("SKILLS", """
    ride a bike, swim, whistle, tie a bow, jump rope, climb a tree, bake bread, skate, read, dance,
    draw a horse, play the flute, catch a ball, paint, sing, count to a hundred, write a letter,
    fly a kite, juggle, do a cartwheel, knit, row a boat, cook soup, spell long words""")
GLAD = plain("GLAD", """
    happy, glad, joyful, delighted, cheerful, full of joy, excited, thrilled, merry, pleased, overjoyed,
    light at heart, warm inside, proud, hopeful, grateful""")
BLUE = plain("BLUE", """
    sad, upset, unhappy, very blue, close to tears, heavy in the heart, lonely, gloomy, miserable, lost,
    sorry, disappointed, terrible, worried, small and helpless, empty inside""")
CROSS = plain("CROSS", """
    angry, mad, cross, furious, grumpy, hurt, annoyed, upset, red in the face, bitter""")
AFRAID = plain("AFRAID", """
    scared, afraid, frightened, nervous, full of fear, pale, shaky, uneasy, terrified, worried""")
WEARY = plain("WEARY", """
    tired, sleepy, worn out, hot, bored, thirsty, lazy, dizzy, weary, drowsy""")
MANNERS = plain("MANNERS", """
    slowly, quickly, happily, quietly, gently, carefully, bravely, eagerly, softly, proudly, politely,
    calmly, kindly, suddenly, patiently, gladly, boldly, nervously, warmly, sweetly, firmly, shyly""")
CRITTERS = things("CRITTERS", """
    ladybug, robin, bumblebee, beetle, sparrow, caterpillar, grasshopper, lizard, magpie, cricket,
    blackbird, spider, dragonfly, swan, pigeon, worm, woodpecker, seagull, butterfly, toad, starling,
    moth, snail, hare, weasel, pheasant, swallow, cuckoo, mole, chipmunk""")
PERCHES = plain("PERCHES", """
    on a branch, on a stone, in the grass, on a fence, near a puddle, on a leaf, behind a bush,
    on a flower, in a tree, under a fern, on a post, beside the path, on a stump, in the mud,
    in the sunshine, on a roof""")
SKIES = plain("SKIES", """
    the sun was shining, the sky was blue, the birds were singing, a soft wind was blowing,
    the leaves were dancing, white clouds were drifting by, the air was fresh, the flowers were open,
    a rainbow stood in the sky, the fields were golden, the dew was still on the grass,
    the bees were humming, gray clouds were coming, it was getting warm, it had just rained,
    the trees were whispering""")
SWEETS = plain("SWEETS", """
    apple pie, warm bread, tomato soup, noodles, rice with peas, cheese, chocolate, vanilla ice cream,
    berries, pancakes, honey, nuts, corn, jelly, hot cocoa, popcorn, grapes, pumpkin soup""")
HOMES = plain("HOMES", """
    a small house, a yellow house, a little cottage, a tall tower, a house by the sea, an old mill,
    a house on a hill, a hut near the woods, a cozy home, a blue house""")
DREAMS = plain("DREAMS", """
    far lands, dragons, the sea, kings and queens, the stars, flying, brave knights, pirates, giants,
    talking trees, the moon, snowy mountains, hidden gold, ships, fairies, big adventures""")
SMELLS = plain("SMELLS", """
    rain, flowers, fresh bread, pine trees, warm hay, apples, the sea, snow, wood smoke, mint, roses""")
PASSERS = plain("PASSERS", """
    mailman, farmer, milkman, nurse, policeman, fisherman, hunter, baker, cook, lady, sailor, king, doctor,
    shopkeeper, carpenter, shepherd, clown, painter, teacher, gentleman, firefighter, soldier, pilot,
    musician""")
WHERE = plain("WHERE", """
    next door, across the street, down the road, behind the hill, near the pond, in the big red house,
    by the mill, in the next village, at the edge of the wood, above the bakery, by the bridge,
    around the corner, near the school, at the end of the lane, in the white tower, beside the church""")
NICE = plain("NICE", """
    kind, funny, helpful, clever, gentle, friendly, brave, cheerful, good, patient, strong, loyal,
    generous, jolly, polite, wonderful""")
MOODS = plain("MOODS", """
    cheerful, tired, busy, tall, kind, singing, sleepy, lucky, proud, hungry, young, old, smiling,
    whistling, hurried, quiet""")
DAYS = plain("DAYS", """
    lovely, warm, windy, bright, quiet, cold, perfect, misty, hot, fresh, beautiful, strange, calm,
    glorious, gray, ordinary""")
CARRIED = things("CARRIED", """
    basket, sack, ladder, umbrella, bucket, wheel, broom, fiddle, hat, lamp, suitcase, rope, chair, cage,
    shovel, cheese""")
TIMES = plain("TIMES", "two, three, four, five, six, seven, eight, nine, ten, eleven, twelve")
ERRANDS = plain("ERRANDS", """
    school, the market, the woods, a walk, the well, the bakery, fishing, the library, a party,
    the shop, choir, the fields, a swim, the dentist""")
DOINGS = plain("DOINGS", """
    picking flowers, eating lunch, reading, singing a song, skipping stones, building a nest of twigs,
    taking a nap, looking for shells, counting clouds, drawing in the dirt, jumping in puddles,
    sitting on a log, feeding the birds, playing a drum, flying a kite, watching the ants""")
COLOURS = plain("COLOURS", """
    red, blue, green, yellow, orange, purple, pink, white, black, brown, silver, golden, gray, striped,
    spotted""")
LOOKS = plain("LOOKS", """
    big, small, tiny, shiny, soft, pretty, round, old, new, special, strange, bright, lovely, funny,
    smooth, heavy, beautiful, simple, fancy, perfect""")
TRAITS = plain("TRAITS", """
    kind, curious, brave, shy, clever, quiet, cheerful, gentle, playful, silly, helpful, careful, proud,
    stubborn, friendly, lively, honest, polite, dreamy, sleepy, bold, patient, restless, funny""")
HABITS = plain("HABITS", """
    sing, dance, draw pictures, jump in puddles, count the stars, look at the clouds, tell jokes,
    climb trees, pick flowers, collect stones, chase butterflies, help others, ask questions, play outside,
    listen to stories, roll down hills, splash in the water, watch the birds, make new friends,
    run very fast, build things, play pretend, explore, dig in the dirt, hum little songs, bake cakes,
    fly kites, play tag, sleep late, whistle, race the wind, laugh out loud, wear funny hats,
    talk to the moon, feed the ducks, smell the roses""")

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
the dark/was/a small light is enough to see by
thunder/was/it is only the clouds clapping their hands
deep water/was/the water will hold you if you trust it
high places/were/you only have to look at the next step
big dogs/were/most of them only want to say hello
loud noises/were/a noise is only a noise
spiders/were/they are more afraid of us than we are of them
the wind/was/it only wants to play with the leaves
strangers/were/every friend was a stranger once
the old bridge/was/it has carried bigger feet than yours
shadows/were/every shadow belongs to something you know
the long tunnel/was/there is light at the other end
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
    "village": "a small village|a quiet town|a faraway land|a green valley|a big city|a sunny village|"
    "a land of hills|a town by the sea|a little wood",
    "when": "One day,*4|One morning,|One sunny day,|One afternoon,|One windy day,|One cold morning,|"
    "One warm evening,|One fine day,|Early one morning,|On a bright day,|On a cloudy day,|"
    "Late one afternoon,|One quiet day,",
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
