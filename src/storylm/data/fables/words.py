"""The words of the story world, set by set: what may be drawn where a form names the set.

No entry may begin another one of its set; this is checked when the sets are made.
"""

# Names of children and of animals.
NAMES = """\
GIRLS: Lily, Mia, Sue, Amy, Zoe, Ella, Lucy, Anna, Emma, Sara, Nora, Ruby, Rose, Grace, Molly,
    Polly, Hannah, Sophie, Alice, Clara, Julia, Maya, Leah, Ivy, Eva, Kate, Jane, Bella, Nina,
    Tina, Gina, Mary, Beth, Jenny, Penny, Wendy, Holly, Sally, Kelly, Nelly, Betty, Kitty, Peggy,
    Tilly, Millie, Abby, Gabby, Libby, Debbie, Cindy, Mandy, Heidi, Judy, Trudy, Carol, Susan,
    Helen, Ellen, Karen, Laura, Flora, Dora, Cora, Tara, Lola, Layla, Stella, Lena, Vera, Greta,
    Rita, Anita, Olga, Inga, Frida, Linda, Wanda, Amanda, Sandra, Petra, Mira, Kira, Myra, Nadia,
    Lydia, Olivia, Sylvia, Maria, Sofia, Julie, Rosie, Josie, Elsie, Hattie, Lottie, Dottie,
    Callie, Ellie, Nellie, Allie, Winnie, Annie, Bonnie, Connie, Jessie, Chloe, Naomi, Priya,
    Asha, Fatima, Leila, Yara, Zara, Hana, Yuki, Mei, Lin, Rina, Amara, Nia, Imani, Paula, Martha,
    Ruth, Esther, Judith, Edith, Agnes, Iris, Violet, Hazel, June, April, Skye, Faith, Joy, Tess,
    Jill, Pam, Meg, Peg, Fay, Kay, Dana, Erin, Lorna, Mabel, Bridget, Phoebe, Daphne, Imogen,
    Matilda, Rosa, Teresa, Veronica, Yvonne, Zelda, Ursula, Tamsin, Serena, Pilar
BOYS: Tom, Ben, Tim, Sam, Max, Jack, Leo, Noah, Luke, Adam, Finn, Jake, Ryan, Ethan, Henry,
    Oliver, Lucas, Mark, Peter, Paul, James, David, Simon, Daniel, Jacob, Joseph, Joshua, Nathan,
    Oscar, Felix, Hugo, Theo, Arthur, Alfie, Archie, Charlie, Freddie, Harry, Larry, Barry, Jerry,
    Terry, Billy, Willy, Bobby, Robby, Toby, Teddy, Eddie, Andy, Randy, Danny, Johnny, Kenny,
    Benny, Lenny, Jimmy, Timmy, Tommy, Sammy, Ricky, Nicky, Mikey, Joey, Roy, Troy, Ray, Jay, Guy,
    Ned, Ted, Fred, Greg, Craig, Kyle, Carl, Earl, Neil, Dale, Cole, Kurt, Bert, Albert, Robert,
    Hubert, Walter, Victor, Hector, Igor, Ivan, Anton, Milan, Logan, Dylan, Allan, Brian, Evan,
    Ian, Owen, Colin, Martin, Austin, Justin, Calvin, Gavin, Kevin, Marvin, Melvin, Ali, Omar,
    Amir, Hassan, Karim, Rafi, Ravi, Arjun, Kofi, Kwame, Jamal, Malik, Diego, Pablo, Pedro,
    Carlos, Marco, Mario, Luis, Miguel, Rico, Enzo, Bruno, Otto, Emil, Axel, Lars, Nils, Sven,
    Olaf, Hans, Fritz, Kai, Ken, Akira, Taro, Jin, Wei, Chen, Gus, Russ, Zack, Nick, Rick, Pip,
    Kip, Skip, Rob, Bob, Jeb, Seb, Hal, Cal, Mel, Del, Dan, Stan, Boris, Cyril, Dominic, Edwin,
    Fergus, Gordon, Humphrey, Isaac, Jasper, Lionel, Magnus, Nigel, Orlando, Percy, Quincy,
    Rupert, Stefan, Tariq, Ulrich, Vincent, Wesley, Xavier, Yusuf, Zeke
SHE_ANIMALS: Daisy, Honey, Coco, Poppy, Clover, Willow, Luna, Star, Pearl, Snowy, Misty, Sunny,
    Ferny, Maple, Olive, Cherry, Berry, Plum, Peaches, Ginger, Muffin, Candy, Sugar, Lulu, Kiki,
    Mimi, Petal, Blossom, Breeze, Dewdrop, Feather, Velvet, Silky, Pinky, Goldie, Twinkle,
    Sparkle, Moony, Rainy
HE_ANIMALS: Rusty, Buddy, Hopper, Fluff, Patch, Bramble, Nibbles, Whiskers, Bouncer, Scout,
    Pepper, Ziggy, Milo, Bingo, Chester, Biscuit, Barley, Thistle, Acorn, Pebble, Sparky, Fuzzy,
    Tuffy, Bubbles, Dash, Zip, Twig, Rocky, Smoky, Spike, Tumble, Waddle, Wiggles, Snuffle,
    Grumble, Rumble, Pickle, Mumble, Bumpy, Jumpy, Stripe, Button, Marble
"""

# Words that are written as they stand.
PLAIN = """\
SKILLS: ride a bike, swim, whistle, tie a bow, jump rope, climb a tree, bake bread, skate, read a
    map, dance, draw a horse, play the flute, catch a ball, paint, sing, count to a hundred, write
    a letter, fly a kite, juggle, do a cartwheel, knit, row a boat, cook soup, spell long words,
    play chess, stand on one leg, make paper birds, speak French, tie knots, throw a hoop, ride a
    pony, blow big bubbles, sew a button, walk on stilts, snap fingers, tell the time, carve wood,
    roll up a sleeping bag, make a fire, wink with one eye, paddle a canoe, wrap a present, braid
    hair, build a kite, roar like a lion, do magic tricks, peel an orange
GLAD: happy, glad, joyful, delighted, cheerful, full of joy, excited, thrilled, merry, pleased,
    overjoyed, light at heart, warm inside, proud, hopeful, grateful, content, relieved, lucky,
    cheery, as light as air, wonderful, very good, bright inside, calm again, ten
    feet tall, at ease, jolly, blissful, satisfied, like singing
BLUE: sad, upset, unhappy, very blue, close to tears, heavy in the heart, lonely, gloomy,
    miserable, lost, sorry, disappointed, terrible, worried, small and helpless, empty inside,
    ashamed, like crying, hopeless, awful, sick at heart, very small, quite alone, cold inside,
    heartbroken, down, troubled, tearful, rotten, glum, bad
CROSS: angry, mad, cross, furious, grumpy, hurt, annoyed, upset, red in the face, bitter,
    outraged, sour, hot with anger, irritated, offended, bothered
AFRAID: scared, afraid, frightened, nervous, full of fear, shaky, uneasy, terrified, worried,
    alarmed, startled, cold with fear, timid, anxious, weak in the knees, panicky
WEARY: tired, sleepy, worn out, hot, bored, thirsty, lazy, dizzy, weary, drowsy
MANNERS: calmly, kindly, warmly, politely, gently, softly, quickly, at once, in a clear voice,
    with a nod, cheerfully, eagerly, openly, simply, earnestly, firmly, proudly, gladly, brightly,
    quietly, slowly, thoughtfully, with a smile, boldly, in a loud voice, with a wink, happily,
    very clearly, frankly, with a laugh, with a bow, lovingly, tenderly, merrily,
    honestly
PERCHES: on a branch, on a stone, in the grass, on a fence, near a puddle, on a leaf, behind a
    bush, on a flower, in a tree, under a fern, on a signpost, beside the path, on a stump, in the
    mud, in the sunshine, on a roof, in an old hat, near the road, under a bench, on a lamp post,
    between two roots, on a pumpkin, in the ivy, behind a barrel, beside a thistle, on a wheel,
    near the hedge, in a nest, on a gate, under a toadstool, in the moss, on a bucket
SKIES: the sun was shining, the sky was blue, the birds were singing, a soft wind was blowing, the
    leaves were dancing, white clouds were drifting by, the air was fresh, the flowers were open,
    the fields were golden, the bees were humming, the trees were whispering, a cuckoo was
    calling, the frogs were croaking, the shadows were short, the church bells were ringing, the
    hills were green, the apples were ripe, butterflies were everywhere, the crickets were
    chirping, the paths were dry, the roses were in bloom, the ducks were quacking, a kite was in
    the air, the grass was high, the roofs were shining, somebody was singing far away, larks were
    climbing up and up, the river was sparkling
SWEETS: apple pie, warm bread, tomato soup, noodles, rice with peas, cheese, chocolate, vanilla
    ice cream, berries, pancakes, honey, nuts, corn, jelly, hot cocoa, popcorn, grapes, pumpkin
    soup
HOMES: a small house, a yellow house, a little cottage, a tall tower, a house by the sea, an old
    mill, a house on a hill, a hut near the woods, a cozy home, a blue house
DREAMS: faraway lands, dragons, the sea, kings and queens, the stars, flying, brave knights,
    pirates, giants, talking trees, the moon, snowy mountains, hidden gold, ships, fairies, big
    adventures, elves, castles, whales, sailors, deserts, clever foxes, wizards, islands, robots,
    unicorns, trains, wild geese, parades, balloons, distant planets, bears
SMELLS: rain, flowers, fresh bread, pine trees, warm hay, apples, the sea, snow, wood smoke, mint,
    roses, cinnamon, wet leaves, honey, mushrooms, soap, lemons, pancakes, summer, lavender,
    onions, mud, clover
PASSERS: policeman, hunter, cook, lady, king, carpenter, clown, gentleman, firefighter, soldier,
    pilot, musician, milkman, juggler, plumber, tailor, magician, dancer, bus driver, butcher,
    captain, chef, postman, queen, knight, singer, runner, student, tourist
WHERE: next door, across the street, down the road, near the pond, in the big red house, by the
    mill, in the next village, at the edge of the wood, above the bakery, by the bridge, around
    the corner, at the end of the lane, in the white tower, beside the church, on the farm, in the
    green valley, near the station, under the old oak, above the shop, at the harbor, past the
    windmill, behind the town hall, by the lake, two streets away, in the last house, beside the
    park, in the old town, on the hill, over the river
NICE: kind, funny, helpful, clever, gentle, brave, cheerful, good, patient, strong,
    loyal, generous, jolly, polite, wonderful, honest, calm, quiet, sweet, wise, thoughtful,
    faithful, playful, sensible, modest, witty, considerate, lovable, caring
MOODS: cheerful, tired, busy, tall, kind, singing, sleepy, lucky, proud, hungry, young, old,
    smiling, whistling, hurried, quiet, gentle, friendly, merry, nervous, famous, grumpy, clever,
    bearded, dusty, lonely, silent, freckled, elegant, cranky, plump, ragged, tanned, sneezing,
    limping, round, thin, shy, noisy, polite
DAYS: lovely, quiet, bright, perfect, fresh, beautiful, strange, calm, glorious, ordinary, fine,
    golden, sleepy, busy, lazy, mild, special, happy, pleasant, wonderful, long, lucky, slow,
    sunny, windy, clear, peaceful, cheerful, warm, splendid, gentle, cool, foggy, rainy,
    breezy
VILLAGES: quiet, pretty, faraway, sunny, small, sleepy, lovely, little, peaceful, busy, old,
    beautiful, green, windy, snowy, cheerful, hidden, merry, rainy, crowded
TIMES: two, three, four, five, six, seven, eight, nine, ten, eleven, twelve
ERRANDS: school, the market, the woods, a walk, the well, the bakery, fishing, the library, a
    party, the shop, choir, the fields, a swim, the dentist, work, a picnic, the barber, the
    harbor, a concert, the post office, the mill, a wedding, the chapel, gathering wood, a trip,
    football, the museum, the zoo, piano lessons, the doctor, selling eggs, a nap
DOINGS: picking flowers, eating lunch, reading, singing a song, skipping stones, building a nest
    of twigs, taking a nap, looking for shells, counting clouds, drawing in the dirt, jumping in
    puddles, sitting on a log, feeding the birds, playing a drum, flying a kite, watching the
    ants, looking for mushrooms, painting a fence, waiting for the rain, eating a plum, carrying
    water, sweeping leaves, washing a dog, writing a poem, digging a hole, pushing a cart,
    whistling a tune, throwing a ball, learning a song, trying on hats, chasing a hen, sleeping on
    a bench
GAMES: playing ball, jumping on the bed, dancing, playing tag, running in circles, doing
    handstands, playing pirates, flying a paper plane, riding a broom, throwing pillows, spinning
    around, chasing a fly, marching with a drum, hopping on one leg, swinging a stick, playing
    knights, balancing a spoon, wrestling with a pillow, blowing a horn, jumping rope, sliding on
    a rug, juggling apples, acting like a bear, riding a bike, skating, boxing with a sack
ROOMS: kitchen, living room, hall, bedroom, cellar, attic, dining room, pantry, playroom, study
WARNINGS: although it was not allowed, although there was little room, which was a bad idea, all
    alone, very fast, with closed eyes, as wild as the wind, without looking, just for fun, with
    loud music, in big boots
WILD: wild games, running, ball games, jumping, shouting, tricks
CHORES: cooking soup, taking a nap, washing the dishes, writing a letter, mending a sock, singing
    softly, peeling potatoes, folding shirts, drinking tea, making the beds, sweeping the floor,
    counting eggs, ironing a shirt, baking a cake, counting coins, watering the plants, polishing
    spoons, reading the paper, plucking a harp, hanging up socks
LANDINGS: on the floor, off the table, down the stairs, off the shelf, on the stone tiles, beside
    the stove, into the bathtub, against the wall, out of the window
NUMBERS: two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, twenty, a dozen
HIDEOUTS: under the bed, behind the sofa, in a drawer, under the carpet, in a boot, behind the
    curtain, in the closet, under a pillow, in a bucket, behind the stove, in a hat box, on top of
    a cupboard
SCAPEGOATS: cat, puppy, goose, parrot, baby, goat, kitten, hen, piglet, hamster, donkey,
    neighbor's dog
ALIBIS: asleep, outside, in the garden, with me, in the basket, at the neighbors, in the barn,
    under the tree, on the roof, in the yard
ODD: odd, strange, funny, curious, peculiar, clever, interesting
PRECIOUS: precious, important, beautiful, wonderful, lovely, valuable, special, splendid,
    charming, magnificent
SUPERLATIVES: best, kindest, bravest, dearest, strongest, finest, greatest, nicest
SOFTLY: quietly, softly, gently, slowly, in a low voice, calmly, in a small voice, kindly, after a
    while, with a sigh, at last, politely, with a gulp, in a husky voice, timidly, with lowered
    eyes, haltingly, at length, tearfully, meekly
NIGHT_PLACES: outside the window, behind the shed, near the fence, in the yard, next to the well,
    in the bushes, behind the house, beside the barn, in the garden, at the gate, under the apple
    tree, by the woodpile, on the path, under the balcony, in the ditch, near the henhouse
HOLES: the well, a deep crack, a hollow tree, an old pipe, a ditch, the pond, a dark hole, a
    rabbit hole, a pile of stones, the brook, a thorn bush, a drain
GAMES_NAMES: tag, ball, pirates, hide and seek, leapfrog, knights, marbles, catch, school, shop,
    explorers, hopscotch
GARMENTS: hat, scarf, coat, sweater, beret, shirt, jacket, vest, bow tie, belt, raincoat, cloak,
    apron, hood, tunic, necktie, bathrobe, nightcap, kerchief, helmet, poncho, waistcoat, shawl,
    cap, dressing gown, bandana
STANDING: in the corner, under a tree, near the door, by the wall, on a step, next to the stove,
    at the back, under the clock, behind the fence, near the gate, on a stone, by the window, at
    the end of the bench
ADVICE: Go and say sorry, It is never too late to be kind, You know what to do, Think of how
    it feels, Laughing at others is easy, Try to make it good again, Ask for forgiveness, Listen to
    your heart
WHERE_NAMES: the mill, the harbor, the old shed, the farm, the station, the workshop, the shop,
    the sawmill, the stable, the town hall, the bakery, the garage
FOOD_LOSS: is at home, fell into the river, was eaten by a goat, flew away, got wet, is gone,
    rolled down the hill, was stolen by a crow, fell in the mud, was much too small
HOME_SCENES: a warm fire was burning, soup was on the stove, a lamp was in the window, the beds
    were soft, somebody was singing, the table was set, the kettle was whistling, a cake was in
    the oven, everybody was waiting, a cat lay on the mat
FLOWERS: daisies, tulips, violets, roses, poppies, bluebells, buttercups, lilies, cornflowers,
    snowdrops, sunflowers, forget-me-nots, marigolds, cherry blossoms
GLUES: glue, red tape, string, wax, paste, silver wire, yarn, nails, clay, ribbons, needle and
    thread
BODY: hands, feet, knees, ears, shoes, toes, fingers, legs, arms, elbows
MEALS: dinner, breakfast, lunch, supper, teatime, bedtime
OFTEN: morning, evening, day, night, afternoon, noon, second day, third day
BEDS: behind the shed, in a clay pot, beside the fence, under the window, in a wooden box, near
    the well, in the garden, between two trees, along the path, in an old boot, beside the gate,
    in a tin can
COVERS: black earth, sand, dry leaves, straw, soil, moss, old grass, compost
HABITS_ING: sang a song, counted clouds, read a book, told the seeds a story, drew pictures,
    played the flute, pulled out weeds, chased the birds away, built a little fence, painted a
    sign, hummed, made a scarecrow
DAYTIMES: day, morning, afternoon, evening, night, week
MORNINGS: one morning, the next day, after the rain, on a Sunday, at sunrise, before breakfast,
    one evening, in the warm sun, on a foggy day, early in May
SEASONS: spring, summer, autumn, early summer, late summer, warm season
SPILLS: milk, ink, cocoa, soup, black paint, juice, tea, jam, muddy water, honey, oil, berry sauce
CLOCKS: noon, lunch time, tea time, one o'clock, two o'clock, three o'clock, four o'clock, five
    o'clock, half past one, half past two, half past three, half past four
FROM_WHERE: home from work, in from the garden, down the stairs, out of bed, home from the market,
    out of the kitchen, back from a walk, in from the snow, up from the cellar
MISHAPS: fell into a bush, landed in the mud, lost a shoe, got all mixed up, bumped into a tree,
    made a big mess, rolled down the hill, got a cramp, sat down in a puddle, knocked over a
    bucket, hit a fence, lost count, got stuck, turned the wrong way, began to hiccup, tore a
    sleeve, slipped on a leaf, dropped everything, got dizzy, sank into the sand, lost a button,
    ran into a fence, sneezed at the wrong moment, tripped over a root, got all wet, broke a
    stick, let go too soon, fell asleep halfway, broke a fingernail, ate too much cake, knocked
    down a fence, slid into a ditch, landed on a cactus, swallowed a fly, mixed up left and right
EXCUSES: small, slow, clumsy, weak, young, silly, tired, short, lazy, shy, stiff, old
COLOURS: red, blue, green, yellow, orange, purple, pink, white, black, brown, silver, golden,
    gray, scarlet, violet, dark blue, pale green, light brown, dark red, sky blue, dark
    green, pale yellow, mint green, light blue, deep purple, snow white, lemon yellow
LOOKS: big, small, tiny, shiny, pretty, old, new, special, strange, bright, lovely, funny,
    beautiful, simple, fancy, perfect, curious, wonderful, plain, handsome, dusty, little, fine,
    neat, unusual, magic, clean, cute, sturdy, handy, mysterious, homemade, painted, nice,
    splendid, precious, dear, charming, battered, secondhand, marvelous, odd, smooth, shabby,
    well-made, scratched, lucky, fabulous
CLOTH_LOOKS: warm, soft, woolen, striped, patched, fluffy, knitted, checkered, baggy, cozy, thick,
    thin, old, new, clean, dusty, neat, plain, fancy, funny, lovely, fine, worn, faded, crumpled,
    spotted, long, heavy, handmade, simple, pretty, loose, tight, cheap, stylish, quilted,
    secondhand, bright, enormous
ANIMAL_LOOKS: big, small, tiny, fat, thin, sleepy, busy, shy, curious, hungry, noisy, quiet,
    young, old, lonely, brave, friendly, playful, quick, slow, nervous, silent, happy, grumpy,
    lost, pretty, clever, bold, little, lazy, lively, plump, tame, wild, fluttering, restless,
    careful, singing, tired, speckled
FOOD_LOOKS: fresh, warm, big, small, sweet, tasty, delicious, crunchy, round, homemade, tiny,
    fine, juicy, nice, golden, lovely, enormous, yummy, perfect, spicy
PRETTY: beautiful, lovely, pretty, perfect, shiny, clean, splendid, as good as new, whole, better
    than before, wonderful, fine
REPAIRED: whole, beautiful, shiny, clean, perfect, pretty, lovely, fine
BITS: tiny, small, little, bright, fresh, first, shiny, thin, pale, tender
TEETH: sharp, long, yellow, big, pointed, terrible, rotten, huge, white, crooked
SMILES: big, wide, warm, happy, shy, proud, little, broad, gentle, wise
KNOCKS: soft, loud, gentle, quick, quiet, sudden, shy, heavy
TRAITS: kind, curious, brave, shy, clever, quiet, cheerful, gentle, playful, silly, helpful,
    careful, proud, stubborn, friendly, lively, honest, polite, dreamy, sleepy, bold, patient,
    restless, funny, loyal, cautious, messy, neat, hungry, noisy, serious, thoughtful, wild, calm,
    generous, graceful, merry, eager, modest, stern, sensible, chatty, jolly, nosy, daring,
    tender, tidy, orderly, witty, jumpy, charming, forgetful, moody, punctual, frank,
    humble, peaceful, spirited, zany, fearless
HABITS: sing, dance, draw pictures, jump in puddles, count the stars, look at the clouds, tell
    jokes, climb trees, pick flowers, collect stones, chase butterflies, help others, ask
    questions, play outside, listen to stories, roll down hills, splash in the water, watch the
    birds, make new friends, run very fast, build things, play pretend, explore, dig in the dirt,
    hum little songs, bake cakes, fly kites, play tag, sleep late, whistle, race the wind, laugh
    out loud, wear funny hats, talk to the moon, feed the ducks, smell the roses, play chess,
    swing very high, skip stones, look for shells, bake bread, paint the fence, ride on a cart,
    play the drum, catch leaves, watch the trains, whisper to flowers, sit by the fire, read old
    maps, plan adventures, carve sticks, juggle apples, walk in the rain, water the plants, write
    letters, polish shoes, stare at the sea, solve riddles, slide on the ice, tickle toes, spin in
    circles, wave at ships, wink at strangers, press flowers, shell peas, follow ants, balance on
    walls, name the clouds, mend toys, knit scarves, collect stamps, make soap bubbles, visit old
    friends, comb the cat, blow dandelions, throw snowballs, wake up early, drum on pots, carry
    heavy things, keep secrets, hunt for treasure, dress up, bounce on beds, tidy up, jog, sail
    paper boats, go barefoot, look through windows, guess what is for dinner, say good morning to
    everyone, learn new words
TEAS: black tea, mint tea, cocoa, cold milk, lemon tea, warm water, ginger tea, coffee
HALVES: bigger, smaller, sweeter, better, left, right, upper, lower, warm, crunchy
BODY_OF_ANIMAL: feet, back, belly, head, nose, tail, eyes, sides
BUSILY: carefully, slowly, quickly, quietly, patiently, eagerly, calmly, bravely, busily, gently,
    steadily, with great care, in silence, without a word, at once, hopefully, earnestly,
    nervously, with care, step by step, cautiously
AGES: four, five, six, seven, eight, nine
COLD: cold, shaky, trembling, wet, stiff, clammy, icy, numb
NIGHT_HOURS: one o'clock, two o'clock, three o'clock, four o'clock, midnight, half past twelve,
    half past one, half past two
HONEST: honest, good, kind, noble, fair, faithful, decent, wonderful, brave, thoughtful
LATE: sunset, nightfall, dinner time, supper time, seven o'clock, eight o'clock, nine o'clock,
    bedtime, half past six, half past seven, half past eight, twilight
FEW: two, three, four, five, six, seven, eight, nine, ten
BAD_SKIES: it rained, it snowed, the wind howled, everybody else was asleep, the others were at
    the lake, it was cold, the puddles were frozen, fog was everywhere, there was cake at home, it
    was almost dark
NEWS: the bread is ready, the bridge is closed, the cow has a calf, the clock is mended, the boots
    are ready, the bus is late, the choir meets tonight, the hens have laid well, the apples are
    ripe, the new road is open, the roof is mended, the fair is in town
LIKENESSES: prince, sailor, snowman, little bear, flower, knight, pirate, king, clown, wizard,
    captain, baker, robin, ladybug, gardener, detective, queen, cook, circus star, explorer,
    postman, shepherd, pumpkin, soldier
PET_WORDS: sunshine, sparrow, dreamer, treasure, rascal, monkey, bean, star, mouse, bug
SMALL_LOOKS: white, gray, brown, black, shiny, striped, round, tiny, smooth, spotted
WHERE_TO: home, to the well, to the market, to the mill, to school, fishing, to the woods, to the
    river, to a wedding, swimming, to the shop, for a walk
DAY_NAMES: Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday, tomorrow
SOUNDS: Peep, Scratch, Meow, Rustle, Sniff, Squeak, Hiss, Click, Thump
FLYERS: owl, hawk, crow, goose, stork, swallow, bat, eagle, seagull, sparrow, duck, pigeon
FAR_AWAY: a dog barked, a train went by, a door banged, somebody laughed, a horse neighed, a
    child was singing, a rooster crowed, somebody was chopping wood, a band was playing, a cow
    mooed, a baby cried, somebody called a name
PET_NAMES: Mr. Jones, Fidget, Tickle, Zoom, Buttercup, Noodle, Pudding, Sir Toby, Lady Pip,
    Captain, Doctor Tim, Speck, Dumpling, Crumb, Sesame, Mustard, Professor, Trixie, Flicker,
    Bonbon, Squeak, Hiccup, Giggle, Beanie, Old Joe, Miss Tilly, Snap, Crackle, Lollipop, Major,
    Duchess, Prince, Tango, Waltz, Echo, Figaro, Hobnob, Jellybean, Wink, Zorro, Nutmeg, Basil,
    Parsley, Chip, Pogo, Yoyo, Quill, Tiptoe
SOUP_PARTS: carrots, onions, potatoes, peas, mushrooms, beans, leeks, tomatoes, lentils, noodles,
    barley, garlic, celery, parsley, corn, turnips, pumpkin, rice, spinach, cabbage
ILLNESSES: a bad cold, a fever, a sore throat, a cough, a stomach ache, the flu, an earache, a
    headache, spots all over, a stuffy nose, a swollen cheek, a runny nose, a hoarse voice
FAR_PLACES: the big city, the snowy mountains, the seaside, a green valley, the far north, the
    warm south, a lighthouse, the land of windmills, the edge of the desert, a harbor town, the
    other side of the lake, a faraway farm, a castle on a rock, the valley of the three rivers
SHOPS: the corner shop, the village shop, the market, the big store, the general store, the shop
    by the bridge, the shop on the hill, the shop at the station, the little shop, the old shop
EVENTS: parade, garden party, picnic, puppet play, feast, concert, circus show, dance, costume
    ball, tea party, treasure hunt, lantern walk
PLAY_SPOTS: in the park, in the schoolyard, on the village green, by the river, under the big oak,
    on the meadow, behind the mill, at the fountain, on the hill, near the pond, beside the bridge,
    in the town square, on the beach, behind the barn, at the edge of the wood, beside the old wall
RIDES: by train, by boat, on a hay cart, in an old bus, by bicycle, on a milk truck, in a hot-air
    balloon, on a donkey cart, by ferry, in a big wagon, on a raft, on the mail coach
SPOTS: the old mill, the stone bridge, the duck pond, the village green, the orchard, the windmill,
    the cornfield, the vineyard, the brook, the old castle, the crossroads, the railway bridge, the
    sand pit, the waterfall, the big oak, the hollow tree, the lighthouse, the rose garden, the
    sheep pasture, the stepping stones, the white chapel, the fairground, the harbor, the bus stop
LANDMARKS: a herd of cows, a big haystack, a barking dog, an old well, a row of poplars, a flock of
    sheep, a broken cart, a blue tent, a stone wall, a field of poppies, a sleepy cat, a red barn,
    a line of washing, a scarecrow, a family of ducks, a garden gate, a cherry tree, a mailbox
FALLS: fell into a bush, landed in the mud, rolled into a ditch, tripped over a root, slipped on a
    leaf, ran into a fence, bumped into a tree, got stuck in a hedge, fell over a stone, stepped
    into a hole, slid into a puddle, stumbled over a branch, fell down a slope, got caught in thorns
BLUNDERS: got all mixed up, made a big mess, got stuck, began to hiccup, got dizzy, sneezed at the
    wrong moment, began much too fast, forgot how to begin, stopped too soon, mixed up left and
    right, had to laugh in the middle, did everything backwards, sat down too soon, lost count,
    yawned in the middle, ran out of breath, looked the wrong way, fell asleep halfway
NIGHTS: nightfall, dusk, bedtime, sunset, twilight, moonrise, half past eight, eight o'clock, nine
    o'clock, seven o'clock
MARKS: star, moon, heart, fish, sun, flower, leaf, crown, arrow, circle, snail, bird, tree, boat,
    cloud, key, owl, cherry
PERILS: stuck in the mud, caught in the thorns, stuck in a hollow log, locked in a shed, caught in
    an old net, trapped in a deep hole, stuck under a fence, stuck under a cart, tangled in a rope,
    stuck on a high wall, trapped in a barrel, caught in a hedge, stuck between two rocks, trapped
    in a cellar, stuck in a ditch, stuck on a roof
SHOWS: talent show, concert, circus show, spring festival, summer show, village show, music
    evening, harvest festival, magic show, winter show, evening of songs,
    garden show, big show
ACTS: play the flute, sing a funny song, juggle apples, dance like a leaf, do magic tricks, say a
    long poem, whistle a tune, play the drum, stand on one leg, walk on a rope, tell jokes,
    balance a plate, play the fiddle, spin a hoop, do a cartwheel, roar like a lion, blow giant
    bubbles, sing like a bird, dance on a barrel, read a story, play the bells, walk on stilts
HOUSE_PETS: cat, puppy, parrot, kitten, hamster, goose, piglet, lamb, poodle, rabbit, goat, tortoise
YARD_WORK: watering the flowers, raking leaves, chopping wood, feeding the hens, picking beans,
    mending the fence, hanging up shirts, digging a hole, washing the cart, cutting the grass,
    sweeping the steps, planting onions, fetching water, painting the gate
MENDERS: glue, paste, red tape, wax, clay, silver wire, gold paint, plaster, white tape, string,
    cement, brown tape, tree gum, putty
WATERS: stream, brook, river, creek, canal, millstream, mountain river, forest river, wide river,
    inlet
BRIDGE_RULES: keep to the left side, take small steps, never run, walk in the middle, test every
    board, hold on to the rail, look at your feet, cross it slowly, step over the third board,
    never jump, stop when the wind blows, go one at a time, tread softly, look straight ahead,
    count every step, stay close to the rail
STORES: nuts, apples, carrots, potatoes, beans, pears, onions, turnips, mushrooms, pumpkins,
    chestnuts, walnuts, lentils, beets, cabbages, parsnips, leeks, hazelnuts, almonds, radishes
STORE_PLACES: in the attic, behind the stove, under the stairs, in a hollow tree, in the barn,
    in the shed, under the bed, in a dry cave, in the cellar, under the floor, behind a curtain, in
    the pantry, under a pile of straw, behind the woodpile, in a deep hole, on a high shelf
GROWN: a chair, a fence, a goose, a gate, a door, a table, a barrel, a dog, a broom, a pony, a
    sheep, a bench, a window
CAKE_STUFF: a bag of flour, a jug of cream, a basket of cherries, a pot of honey, a dozen eggs, a
    bar of chocolate, a jar of jam, a bowl of nuts, a sack of sugar, a pail of milk, a lump of
    butter, a box of raisins, a bucket of berries, a bunch of bananas
SLIPS: began to hiccup, got all mixed up, mixed up left and right, got stuck in the middle, lost
    count, had to yawn, fell off a chair, knocked over a lamp, began much too fast, forgot the end,
    turned the wrong way, had to laugh, sneezed very loudly, dropped everything, slipped on a
    banana peel, sat down by mistake, tripped over a rope, did it all backwards
ORDINALS: second, third, fourth, fifth, sixth, seventh, eighth, ninth
NEW_LOOKS: big, small, tiny, pretty, lovely, special, beautiful, simple, fancy, bright, funny, cute,
    little, fine, neat, splendid, charming, wonderful, well-made, shiny, magic, unusual
PASTES: glue, paste, red tape, string, ribbons, yarn, silver wire, gold paint, needle and thread,
    blue thread, wax, white tape
CAREFUL: carefully, slowly, step by step, with care, cautiously, calmly, patiently, steadily,
    safely, on tiptoe, with a steady step, in small steps
COLDLY: coldly, sharply, crossly, rudely, without a smile, with a frown, gruffly, in a cold voice,
    impatiently, stubbornly, curtly, proudly, sternly, at once, loudly, in a grumpy voice,
    in a huff, with a sniff
"""

# Things: each gets its article and plural; `some ...` is taken as a plural or a mass.
THINGS = """\
CARRIED_WORN: ribbon, helmet, crown, scarf, hood, mask, cloak, raincoat, hat, sweater, belt, cap
TOYS: ball, kite, doll, teddy bear, toy car, toy boat, drum, top, robot, puzzle, truck, toy train,
    whistle, yo-yo, rocket, crown, bucket, spade, hat, scarf, mitten, blanket, book, pencil,
    crayon box, paintbrush, marble, button, ribbon, bell, key, shell, feather, flag, basket,
    lantern, mirror, necklace, ring, cup, spoon, flute, toy horse, toy plane, puppet, rattle, jump
    rope, scooter, wagon, mask, cape, umbrella, toy sword, snow globe, music box, pinwheel, toy
    duck, magnet, compass, toy dinosaur, stuffed rabbit, whip top, tambourine, teapot, sailboat,
    hobby horse, tin soldier, stuffed bear, wooden sword, fishing net, paper dragon, telescope,
    trumpet, banjo, skateboard, sled, guitar, picture book, jigsaw, clown puppet, beach
    hat, diary
FOODS: cookie, cupcake, apple, pear, peach, plum, banana, sandwich, muffin, bun, pancake, carrot,
    berry pie, lemon cake, cheese roll, orange, waffle, doughnut, cherry tart, honey cake, nut
    bar, melon, corn cake, pretzel, biscuit, dumpling, potato, popsicle, candy bar, tomato,
    gingerbread man, hot dog, egg roll, radish, coconut, pineapple, mango, fig, pastry, jam tart,
    meatball, rice cake, bagel, toffee, walnut, fish stick, cream puff, croissant
TREASURES: coin, key, map, letter, bottle, wooden box, spoon, glass bead, egg, feather pen,
    pebble, bell, lamp, wooden horse, thimble, sea shell, glove, purse, wallet, photo, paper boat,
    tin star, button, gem, pocket watch, ring, comb, locket, diary, ticket, medal, silk scarf
GIFTS: card, flower crown, bracelet, birdhouse, paper star, kite, pillow, scarf, necklace, clay
    pot, puppet, candle, bookmark, quilt, wooden boat, lantern, mobile, mask, notebook, toy mouse,
    doll house, snow globe, calendar, paper hat, basket, rug, photo album, tea
    cozy, purse, doorstop, wind chime, paperweight, place mat
FRAGILE: vase, plate, lamp, teapot, glass bowl, clock, picture frame, flower pot, jug, mirror,
    snow globe, jar, radio, sugar bowl, butter dish, candle holder, mug, cake stand, music box,
    fruit bowl, pitcher, lantern
BUILDINGS: tower, fort, tree house, playhouse, doll house, raft, kennel, puppet stage, wooden cart,
    birdhouse, boat, rabbit hutch, scarecrow, swing, bench, weather vane, soapbox car, wooden horse,
    clubhouse, seesaw
SEEDS: sunflower, pumpkin, bean, rose, tomato, carrot, apple tree, melon, tulip, pea plant, corn
    plant, strawberry, daisy, cherry tree, lemon tree, pepper plant
CRITTERS: ladybug, robin, bumblebee, beetle, sparrow, caterpillar, grasshopper, lizard, magpie,
    cricket, blackbird, spider, dragonfly, swan, pigeon, worm, woodpecker, seagull, butterfly,
    toad, starling, moth, snail, hare, weasel, pheasant, swallow, cuckoo, mole, chipmunk,
    goldfinch, hornet, grass snake, raven, stork, salamander, rooster, crane, wren, ferret, otter,
    heron, turkey, lark, tadpole, glowworm, squirrel, hermit crab, gecko, newt, partridge
CARRIED: basket, sack, ladder, umbrella, bucket, wheel, broom, fiddle, hat, lamp, suitcase, rope,
    chair, shovel, cheese, barrel, mattress, pumpkin, birdcage, fishing rod, harp, mirror, bag of
    flour, clock, carpet, goose, trumpet, bundle of wood, kettle, violin, painting
YOUNG: puppy, kitten, chick, lamb, duckling, piglet, bunny, hamster, parrot, goat, pony, canary,
    turtle, guinea pig, foal, gosling
SMALL_FINDS: pebble, feather, shell, acorn, chestnut, pine cone, bottle cap, snail shell, marble,
    button, nutshell, coin
RAINWEAR: raincoat, umbrella, rain hat, hood, cape, plastic bag, big leaf, warm coat
TOOLS: spoon, shovel, stick, rake, hammer, knife, fork, brush, pair of scissors, needle, saw,
    bucket, ladle, hoe
MEASURES: house, horse, giant, church, cow, haystack, lamp post, wagon, bear, barrel, gate, tree,
    ladder, king, elephant, statue, mountain, piano, pumpkin, chimney, castle, tent, clock tower,
    scarecrow, snowman, lighthouse
CRAFT_TOOLS: hammer, saw, ladder, drill, ruler, file, toolbox, shovel, screwdriver, wheelbarrow,
    crowbar, ax, paintbrush, pair of pliers, measuring tape
HANDY: pair of scissors, paintbrush, needle, ruler, pencil, comb, brush, piece of chalk, spoon,
    bucket of paint, crayon, roll of paper
COMFORTS: teddy bear, pillow, quilt, picture book, night lamp, music box, puppet, bell, snow
    globe, stuffed rabbit, nightcap, shawl, rag doll, storybook, lantern, toy lamb, cushion
PURCHASES: candle, button, cup, bowl, plate, ribbon, paper bag, envelope, balloon, flower pot,
    towel, napkin, bucket, ball of wool, pencil, brush, sponge, paper lantern
HEIGHTS: church, castle, mountain, clock tower, windmill, lighthouse, hill, town hall, water tower,
    giant
SHELTERS: little hut, dry cave, wood shed, empty stable, covered wagon, stone hut, old tent, big
    barrel, garden house, tree house, toolshed, old bus, cowshed, log cabin, empty kennel, old coach
TREATS: bun, muffin, cookie, pancake, apple, pear, plum, cupcake, cheese roll, honey cake, pretzel,
    rice cake, waffle, egg roll, jam tart, carrot, peach, biscuit, doughnut, bagel, corn cake,
    orange
SNOW_FIGURES: snow dragon, snow bear, snow queen, snow king, snow lion, snow penguin, snow owl,
    snow pirate, snow giant, snow horse, snow rabbit, snow clown, snow princess, snow elephant, snow
    knight, snow turtle, snow wizard, snow whale, snow cat, snow goose
SNOW_NOSES: carrot, pine cone, stick, potato, pear, cork, turnip, chestnut, red pepper, radish,
    candle, walnut, corn cob, lemon, big button, plum, cherry, onion
SNOW_PROPS: broom, bucket, cooking pot, lantern, umbrella, wooden spoon, rake, walking stick,
    watering can, kettle, drum, basket, shovel, frying pan, flute, ladle, bell, pitchfork, fishing
    rod, fiddle
VESSELS: sack, basket, box, barrel, bag, crate, bucket, chest, tub, hamper, pail, pot
PARCELS: drum, kite, puppet, telescope, trumpet, compass, toy boat, teddy bear, jump rope, picture
    book, train set, paint box, pair of skates, magic wand, board game, rubber duck, bow tie, rain
    hat, flashlight, sleeping bag, yo-yo, globe, flute, whistle, fishing rod, chess set, hammock,
    tambourine, pinwheel, cuckoo clock, butterfly net, kaleidoscope
SWAPS: ball, doll, teddy bear, toy boat, yo-yo, robot, wagon, hobby horse, whistle, music box,
    pinwheel, puppet, rattle, jump rope, scooter, bell, magnet, compass, banjo, pillow, toy train,
    butterfly net, spinning top, rubber duck
WAYMARKS: gate, mailbox, bench, fence, barn, wheelbarrow, flag, signpost, tent, scarecrow, cart,
    birdhouse, lamp post, rowboat, tractor, beehive, doghouse, ladder, bicycle, weather vane
BRIDGES: old bridge, rope bridge, wooden bridge, plank bridge, shaky bridge, narrow bridge, crooked
    bridge, hanging bridge, long bridge, rickety bridge, mossy bridge, footbridge
PAPERS: paper hat, paper boat, paper plane, paper bird, crown, fan, garland, mask, flag, lampshade,
    star, lantern, book cover, fish, windmill, bookmark
"""

# One thing, or many: verbs and pronouns have to agree with it.
GOODS = """\
ONE: coat, cap, drum, kite, puzzle, sled, umbrella, flute, tent, backpack, clock, camera,
    lantern, scarf, helmet, telescope, trumpet, basket
MANY: boots, skates, gloves, marbles, crayons, blocks, stamps, sunglasses, slippers, rubber boots,
    earrings, seashells, mittens, paintbrushes, dominoes, playing cards, chess pieces,
    wooden beads
"""

# A question, what it seems to be, and what it is.
RIDDLES = """\
What has hands, but cannot clap?/a doll/a clock
What gets wet while it dries you?/the wind/a towel
What has one eye, but cannot see?/a pirate/a needle
What has teeth, but cannot bite?/a saw/a comb
What has legs, but cannot walk?/a snake/a table
What has a neck, but no head?/a goose/a bottle
What runs all day, but has no feet?/a wheel/a river
What is full of holes, but holds water?/a bucket/a sponge
What follows you in the sun and leaves you in the dark?/a dog/your shadow
What falls all day, but never hurts itself?/a leaf/the rain
What is yours, but others use it more?/your hat/your name
What gets bigger when you take something away?/a cake/a hole
What goes around the house and never comes in?/a cat/the fence
What can fill a room, but weighs nothing?/air in a balloon/light
"""

# Places: the nooks where things get lost and found | what there is to see.
PLACES = """\
the park: under the slide, behind the bench, near the swings, in the sandbox, beside the fountain,
    under a tall oak, at the rose bed, in the bandstand, by the duck pond | a squirrel with a nut,
    children on the swings, a man with a red balloon, a dog with a stick, a row of yellow tulips,
    an ice cream cart, two old men at chess, a girl on roller skates
the forest: under a pile of leaves, behind a mossy rock, in a hollow log, beside a mushroom, among
    the ferns, under a pine tree, under a fallen trunk, at the fox hole, in the brambles | a deer
    between the trees, a red mushroom, a woodpecker at work, sunlight on the leaves, a busy line
    of ants, a spotted owl, a trail of tiny prints, a hut of branches
the beach: under the warm sand, behind a big rock, in a tide pool, beside a beach chair, among the
    seashells, near the old boat, at the pier, in the dune grass, under a blue towel | white gulls
    in the sky, a crab in the sand, a ship far away, tall waves, a sandcastle with a flag, a dog
    in the waves, a lifeguard on a tower, a long jetty
the garden: under the rose bush, behind the watering can, among the carrots, beside the gate, in
    the tall grass, near the beehive, at the compost heap, in a flower bed, by the lemon tree | a
    fat bumblebee, a snail on a leaf, rows of green beans, a butterfly on a rose, a sleepy cat on
    the wall, a wheelbarrow full of leaves, a ripe pumpkin, a robin on a spade
the farm: behind the barn, in the hay, under the tractor, beside the pig pen, near the hen house,
    in an empty trough, at the water pump, in the corn field, by the dog house | a cow with her
    calf, hens in the yard, a big blue tractor, pigs in the mud, a horse by the fence, a rooster
    on the fence, a stack of milk cans, a goat on a cart
the river: under the wooden bridge, among the reeds, behind a willow tree, beside a flat stone, in
    the shallow water, near the bank, at the old mill, in a rowboat, by the stepping stones |
    silver fish in the water, a duck with six ducklings, an old man with a fishing rod, a green
    dragonfly, a fallen tree, a kingfisher, a raft with a flag, an otter at play
the meadow: among the daisies, under a haystack, behind the old fence, beside the stream, in the
    clover, near a molehill, at the lone oak, in a ditch, by the scarecrow | white sheep on the
    grass, a hare in the clover, bees on the flowers, a lark high up, the shadow of a cloud, a
    stork in the grass, a boy with a flute, a row of poplars
the playground: under the seesaw, behind the climbing frame, inside the tunnel, beside the
    merry-go-round, near the monkey bars, in a puddle, at the water tap, in the ball pit, by the
    gate | two girls on the seesaw, a boy with a jump rope, chalk on the ground, a bright new
    slide, a baby with a bucket, a spinning top, a boy upside down, a purple rocking horse
the market: under a fruit stall, behind the bread cart, between two barrels, beside the flower
    stand, inside an empty crate, near the well, at the cheese stall, in a straw basket, by the
    town pump | a stall full of cheese, baskets of red apples, a lady with ten hats, a man with a
    drum, fresh bread on a cart, a juggler with five plates, a parrot in a cage, a mountain of
    melons
the hill: behind the windmill, under a thorn bush, among the rocks, beside the winding path, in a
    rabbit hole, near the top, at the signpost, in the long grass, by the stone cross | the whole
    village below, a windmill with white sails, a goat on a rock, a kite in the sky, a rainbow far
    away, a hawk in the wind, a tiny train below, a shepherd with a dog
the lake: under the dock, behind the boathouse, among the water lilies, beside a canoe, in the
    mud, near the picnic table, at the boat ramp, in the reeds, by the fishing hut | two swans on
    the water, a frog on a lily pad, a boat with a white sail, rings on the water, a heron on one
    leg, a beaver with a stick, a family in a canoe, a moon in the water
the library: under a round table, behind a tall shelf, between two thick books, beside the window
    seat, in the reading corner, near the globe, at the front desk, in the map room, by the piano
    | shelves up to the ceiling, a globe as big as a cow, a girl with ten books, a cat asleep on a
    chair, pictures of old ships, a lamp like a moon, a man with a magnifying glass, a ladder on
    wheels
the attic: under an old sheet, behind a dusty trunk, inside a hat box, beside the chimney, in a
    broken drawer, near the round window, at the dusty mirror, in the laundry basket, by the
    cradle | a rocking horse without a tail, boxes full of hats, a spider in its web, a painting
    of a queen, an old clock, a tin drum, a wedding dress, a stack of yellow letters
the barn: under the ladder, behind a sack of corn, in a milk pail, beside the wheelbarrow, on a
    wooden beam, near the stable door, at the workbench, in the hay loft, by the feed box |
    swallows under the roof, a calf in the straw, a row of saddles, dust in the sunlight, a mouse
    with a crumb, an owl on a beam, a broken sleigh, three sleepy kittens
"""
