"""Plots about courage: noises in the night, fears, animals in need, and a race."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import moral, passer_by, sight
from storylm.data.fables.story import Story


@plot(
    "{hero} came home late and went to bed without {missed=SWEETS}.",
    "{hero} read a book about {night_dream=DREAMS} and {night_dream2=DREAMS} until it was dark.",
    "{hero} was allowed to sleep outside in {a look=LOOKS} {colour=COLOURS} tent.",
)
def noise(s: Story) -> None:
    """A sound in the night is taken for something terrible."""
    s.plot(
        "In the middle of the night, {he} heard {noise=NOISES} {noise_at=NIGHT_PLACES}!",
        "At {hour=CLOCKS}, {he} woke up. There was {noise=NOISES} {noise_at=NIGHT_PLACES}.",
        "But what was that? {He} had heard {noise=NOISES} {noise_at=NIGHT_PLACES}.",
    )
    s.plot(
        "{hero} felt <scared> and hid under {a cover_look=LOOKS} {colour2=COLOURS} blanket.",
        '"<oh>!" {he} <whispered> and held {his} {plush_look=LOOKS} {plush=TOYS} tight.',
        "{His} {part=BODY} turned cold, and {he} felt <scared>.",
    )
    s.plot(
        '"That must be {noise.guess!}," {he} thought. "It wants to eat my {food=FOODS}!"',
        '"Only {noise.guess!} makes such a sound," {he} thought and pulled on {a slipper_look=LOOKS} {slipper=GARMENTS}.',
        "{He} was sure that it was {noise.guess!} with {number=NUMBERS} {teeth_look=LOOKS} teeth.",
    )
    s.paragraph()
    alone = s.plot(
        "So {he} <walked> to {his} {helper=FAMILY}, who was {chore=CHORES}.*2",
        "{He} called for {his} {helper=FAMILY}, who came with {a lamp_look=LOOKS} lamp.",
        "{He} counted to {count=NUMBERS}, took {a tool_look=LOOKS} {tool=TOOLS}, and got up alone.*2",
    )
    if alone == 2:
        s.plot(
            "Step by step, {he} <walked> through the {room=ROOMS}. {His} heart beat like a drum.",
            '"I am not afraid," {he} <whispered> {count!} times, and crept past the {room=ROOMS}.',
        )
    else:
        s.plot(
            '"There is {noise.guess!} {noise_at!}!" <cried> {hero}. "[Are you sure|Is that so|Well, well|How interesting]," <said> {helper.the}. "Come, we will look together."',
            '{helper.The} <smiled>. "I have never met {noise.guess!}," {helper.he} <said>. "Let us go and see."',
        )
        s.plot(
            "Hand in hand, they crept through the {room=ROOMS}, step by step.",
            "{helper.The} went first, and {hero} held on to {helper.his} {sleeve_look=LOOKS} {sleeve=GARMENTS}.",
        )
    s.paragraph()
    s.plot(
        "There it was again! {hero} held {his} breath and looked {noise_at!}.",
        "<then>, {hero} opened one eye and looked {noise_at!}.",
    )
    s.plot(
        "It was not {noise.guess!} at all. It was only {noise.truth!} {noise.reason!}.",
        "And what was there? Not {noise.guess!}, but {noise.truth!} {noise.reason!}!",
        '"Look!" {he} <cried>. It was just {noise.truth!} {noise.reason!}.',
    )
    s.plot(
        "{hero} felt <happy> and laughed for {minutes=NUMBERS} minutes.",
        "Now {hero} had to laugh so loudly that {a woken_look=LOOKS} {woken=CRITTERS} woke up {perch=PERCHES}.",
        '"Good night, {noise.guess!}," {hero} <said> and went back to bed with {a snack=FOODS}.',
    )
    moral(
        s,
        "Most things are not as bad as they seem in the dark.",
        "Look twice before you are afraid.",
        "It is brave to look at what scares you.",
    )


@plot(
    "{hero} <walked> to {place=PLACES} with {a friend_trait=NICE} friend named {friend=cast.folk}, who was not afraid of anything. But {hero} was afraid of {fear=FEARS}.",
    "{his} friend {friend=cast.folk} came to play with {hero} near {place=PLACES}. They had fun, although {hero} was afraid of {fear=FEARS}.",
)
def fear(s: Story) -> None:
    """A fear keeps the hero back, until somebody needs help."""
    s.plot(
        "Only last {season=SEASONS}, {he} had run away from {fear} and lost {a lost_look=LOOKS} {lost_colour=COLOURS} {lost=GARMENTS}.",
        "Whenever {hero} thought of {fear}, {his} {part=BODY} turned cold.",
        'Often the others laughed and <said>, "{hero} is afraid of {fear}!" That made {him} <sad>.',
    )
    sight(s)
    s.plot(
        "They played {game=GAMES_NAMES} and ate {a snack=FOODS}, until {friend} ran after {a look=LOOKS} {critter=CRITTERS} and did not come back.",
        "After {game=GAMES_NAMES}, {friend} wanted to look for {plural treasure=TREASURES} and went on ahead.",
    )
    s.paragraph()
    s.plot(
        '"Help!" <cried> {friend} {number=NUMBERS} times. "I {mishap=MISHAPS} and I cannot get up!"',
        '<then>, {hero} heard {friend} call for help. "I {mishap=MISHAPS}, and my {hurt=BODY} hurt!"',
    )
    s.plot(
        "But between them there was what {hero} feared most: {fear!}.",
        "Now {hero} had to be braver than ever, because of {fear!}.",
        "To help {friend}, {hero} would have to face {fear!}.",
    )
    s.plot(
        '{hero} remembered what {his} {elder=FAMILY} had told {him} at {meal=MEALS}: "Remember that {fear.comfort!}."',
        '"I know that {fear.comfort!}," {he} <whispered> to {himself}. That was what {his} {elder=FAMILY} always said.',
    )
    s.plot(
        "{He} took {number2=NUMBERS} deep breaths, shut {his} eyes, and went on.*2",
        "With {a stick_look=LOOKS} {stick=TOOLS} in one hand and {a luck_look=LOOKS} {luck=TREASURES} for luck in the other, {he} went on.*2",
        "First {he} ran away. But after {number2=NUMBERS} steps {he} stopped, felt <sad>, and turned back.",
    )
    s.plot(
        "It was not easy, but {he} did it, step by step, and soon {he} saw {friend}.",
        "{hero} counted to {number3=NUMBERS}, and then it was over. There was {friend}!",
    )
    s.paragraph()
    s.plot(
        '"You came!" <cried> {friend}. "But you are afraid of {fear!}!" "Not anymore," <said> {hero}.',
        '"I knew that you would come," <said> {friend}. "You are the {praise=SUPERLATIVES} friend in the world."',
        '{hero} gave {friend} {his} {wear_colour} {garment} to keep warm and <said>, "I am here."',
    )
    s.plot(
        "{hero} helped {friend} up, and they <walked> home, singing about {song=DREAMS}.",
        "Arm in arm they <walked> back, and {friend} told everybody about it {times=NUMBERS} times.",
        "On the way home they shared {a shared=FOODS}, and {hero} was not afraid of {fear!} anymore.",
    )
    moral(
        s,
        "To be brave is to be afraid and to go on.",
        "For a friend, you can do more than you think.",
        "A fear gets smaller when you walk up to it.",
    )


@plot(
    "{hero} found {trouble=TROUBLES} near {place=PLACES}. It was {trouble.stuck!}.",
    "{hero} <walked> to {place=PLACES} and heard a cry. It was {trouble=TROUBLES}, {trouble.stuck!}.",
)
def rescue(s: Story) -> None:
    """An animal in need is helped, and later helps in turn."""
    sight(s)
    s.plot(
        '"Please help me!" the {trouble.short!} <cried>. "I have been here for {number=NUMBERS} hours!"',
        'With big eyes, it looked at {him}. "I feel {blue_face=BLUE}," it <said>. "Nobody hears me, not even the {deaf=PASSERS} who went by."',
        "That poor {trouble.short!} was so <tired> that it could hardly speak.",
    )
    s.plot(
        "{hero} was on {his} way to a party and had {a gift_look=LOOKS} {gift=GIFTS} in {his} hand. But {he} stopped.",
        "{hero} felt <scared> at first, for {he} had never helped {trouble} before.",
        '"Do not be afraid," {hero} <said> <soft>. "I will help you."',
    )
    s.plot(
        "{He} {trouble.rescue!}. The {trouble.short!} was free!",
        "{He} tried with {a tool_look=LOOKS} {tool=TOOLS}, but it was no use. Then {he} {trouble.rescue!}.",
        "It took {him} {minutes=NUMBERS} minutes, but at last {he} {trouble.rescue!}.",
    )
    s.plot(
        'The {trouble.short!} {trouble.thanks!}. "One day I will help you, too," it <said>.',
        '"Thank you, {hero}! I will never forget this," <said> the {trouble.short!}, and it {trouble.thanks!}.',
    )
    s.plot(
        "{hero} had to smile. How could such a little {trouble.short!} help {him}?",
        "{hero} gave it a bit of {his} {snack=FOODS} and went on.",
        "Then they said goodbye, and {hero} <walked> on.",
    )
    s.paragraph()
    s.plot(
        "<later>, {hero} was {doing=DOINGS} when something bad happened: {he} dropped {his} {look=LOOKS} {colour=COLOURS} {lost=TREASURES} into {hole=HOLES}.",
        "<later>, {hero} wanted to show {friend=cast.folk} {his} {look=LOOKS} {colour=COLOURS} {lost=TREASURES}. But it slipped out of {his} hand and fell into {hole=HOLES}!",
    )
    s.plot(
        "{He} tried to reach it with {a tool2_look=LOOKS} {tool2=TOOLS}, but {hole!} was too deep. {He} felt <sad>.",
        '"<oh>! My {lost!}!" {he} <cried>. {hole.Text!} was dark, and {he} felt <scared>.',
    )
    s.plot(
        'Then {he} heard a voice that {he} knew. It was the {trouble.short!}! "Let me do it," it <said>.',
        "Who came along? It was the {trouble.short!} from {place!}!",
        '"Do you remember me?" <asked> somebody. It was the {trouble.short!} from {place!}.',
    )
    s.plot(
        "In no time, it was back with the {colour} {lost!}.",
        "It went down into {hole!}, and soon it came up again with the {lost!}.",
        "The {trouble.short!} called {helpers=NUMBERS} friends, and together they brought up the {colour} {lost!}.",
    )
    s.plot(
        '"You kept your word!" <said> {hero}, who felt <happy>.',
        "{hero} felt <happy> and shared {a shared=FOODS} with the {trouble.short!}.",
        'The {trouble.short!} {trouble.thanks!} once more. "You helped me first," it <said>.',
    )
    moral(
        s,
        "Nobody is too small to help.",
        "If you help others, they will help you.",
        "Kindness always comes back.",
    )


@plot(
    "there was a race from {place=PLACES} to {place2=PLACES}. {hero} wanted to win it, and so did {friend=cast.folk}.",
    'a proud friend named {friend=cast.folk} <said> to {hero}, "I am the fastest of all! Let us race from {place=PLACES} to {place2=PLACES}!"',
)
def race(s: Story) -> None:
    """A boaster, a stop on the way, and who wins."""
    s.plot(
        "Whoever won would get {a look=LOOKS} {colour=COLOURS} {prize=TOYS}.",
        "A {passing_look=MOODS} {passing=PASSERS} promised the winner {a look=LOOKS} {colour=COLOURS} {prize=TOYS}.",
    )
    s.plot(
        '"You have no chance," <said> {friend}. "You are too {excuse=EXCUSES}!"',
        '{friend} laughed at {hero}. "I can win this with {a load_look=LOOKS} {load=CARRIED} on my back!" {friend.he} <said>.',
        '{friend} looked at {hero} and yawned. "I could sleep for {nap=NUMBERS} minutes and still win," {friend.he} <said>.',
    )
    s.plot(
        "{hero} said nothing, but {he} felt <angry>.",
        '"We will see," {hero} <said> <soft>.',
        'That made {hero} <sad>, but {his} {fan=FAMILY} <said>, "Just do your best."',
    )
    s.paragraph()
    s.plot(
        '"One, two, three, go!" {friend} was [soon|quickly|at once] far ahead. {hero} ran on, past {sight=place.sights}.',
        "At {clock=CLOCKS}, they began. {friend} flew like an arrow. {hero} ran past {sight=place.sights} and got <tired>.",
    )
    turn = s.plot(
        "Halfway, {friend} stopped to eat {a snack=FOODS} {perch=PERCHES}, and then {friend.he} fell asleep.*2",
        "But {friend} looked back to laugh at {hero}, and so {friend.he} {mishap=MISHAPS} and could not go on.*2",
    )
    passer_by(s)
    s.paragraph()
    if turn == 0:
        s.plot(
            "{hero} <walked> past {friend}, as quiet as {a quiet_look=LOOKS} {quiet=CRITTERS}, and saw {place2!} in front of {him}.",
            "On and on went {hero}, and when {friend} woke up, {hero} was already near {place2!}.",
        )
        s.plot(
            "{hero} won the race and got the {colour} {prize!}! {friend} came {minutes=NUMBERS} minutes later and felt <angry>.",
            '"The winner is {hero}!" somebody <cried>. And {hero} took the {colour} {prize!} home.',
        )
        s.plot(
            'But {hero} <smiled> and <said>, "You can play with the {prize!}, too, {friend}."',
            '"I was too proud," <said> {friend} <soft>. "You ran well, {hero}." And they shared {a shared=FOODS}.',
        )
    else:
        s.plot(
            '{hero} could have won now. But {he} stopped, gave {friend} a hand, and <asked>, "Are you hurt?"*2',
            "At first {hero} ran on. But after {steps=NUMBERS} steps {he} turned back and helped {friend} up.*2",
        )
        s.plot(
            '"Why do you help me? I laughed at you," {friend} <said>. "[Because you are my friend|A race is only a race|That is what friends do]," <said> {hero}.',
            'Now {friend} felt <sad>. "I am sorry that I laughed at you," {friend.he} <said>.',
        )
        s.plot(
            "Arm in arm, they <walked> to {place2!}, and the {colour} {prize!} was given to both of them.",
            "So they came to {place2!} together, {hours=NUMBERS} minutes after {clock_end=CLOCKS}, and shared the {colour} {prize!}.",
        )
    moral(
        s,
        "Slow and steady is better than fast and proud.",
        "Do not laugh at others.",
        "A friend is worth more than a prize.",
    )


PLOTS = (noise, fear, rescue, race)
