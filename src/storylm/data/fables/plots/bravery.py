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
    way = s.turn(
        together=(
            "So {he} <walked> to {his} {helper=FAMILY}, who was {chore=CHORES}.*2",
            "{He} called for {his} {helper=FAMILY}, who came with {a lamp_look=LOOKS} lamp.",
        ),
        alone=(
            "{He} counted to {count=NUMBERS}, took {a tool_look=LOOKS} {tool=TOOLS}, and got up alone.*2",
        ),
    )
    if way == "alone":
        s.plot(
            "Step by step, {he} <walked> through the {room=ROOMS}. {His} heart beat like a drum.",
            '"I am not afraid," {he} <whispered> {count!} times, and crept past the {room=ROOMS}.',
        )
    else:
        s.plot(
            '"There is {noise.guess!} {noise_at!}!" <cried> {hero}. "How {odd=ODD}," <said> {helper.the} <soft>.',
            '{helper.The} <smiled>. "I have never met {noise.guess!}," {helper.he} <said>. "Let us go and see."',
        )
        s.plot(
            "Hand in hand, they crept through the {room=ROOMS}, step by step.",
            "{helper.The} went first, and {hero} held on to {helper.his} {sleeve_look=LOOKS} {sleeve=GARMENTS}.",
        )
    s.paragraph()
    s.plot(
        "{hero} took {breaths=NUMBERS} deep breaths and looked {noise_at!}.",
        "With {shaky_look=LOOKS} {shaky=BODY}, {hero} went on and looked {noise_at!}.",
        "First {hero} saw {a clue_look=LOOKS} {clue=GARMENTS}, and then {he} looked {noise_at!}.",
        "<then>, {hero} opened one eye and looked {noise_at!}.",
    )
    s.plot(
        "It was only {noise.truth!} {noise.reason!}.",
        "Not {noise.guess!}, but {noise.truth!} sat there, {noise_size=LOOKS} and {noise_calm=NICE}, {noise.reason!}!",
        '"Look!" {he} <cried>. It was just {noise.truth!} {noise.reason!}.',
    )
    s.plot(
        "{hero} felt <happy> and laughed for {minutes=NUMBERS} minutes.",
        "Now {hero} had to laugh so loudly that {a woken_look=MOODS} {woken=CRITTERS} woke up {perch=PERCHES}.",
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
        "{His} {teller=FAMILY} had seen {him} hide from {fear} {hid=HIDEOUTS}, {count=NUMBERS} times.",
    )
    sight(s)
    s.plot(
        "They played {game=GAMES_NAMES} and ate {a snack=FOODS}, until {friend} ran after {a look=MOODS} {critter=CRITTERS} and did not come back.",
        "After a game of {game=GAMES_NAMES}, {friend} wanted to look for {plural treasure=TREASURES} and went on ahead.",
    )
    s.paragraph()
    s.plot(
        '"Help!" <cried> {friend} {number=NUMBERS} times. "I {mishap=MISHAPS} and I cannot get up!"',
        '<then>, {hero} heard {friend} call for help. "I {mishap=MISHAPS}, and my {hurt=BODY} hurt!"',
        '"<oh>!" <cried> {friend}. "I {mishap=MISHAPS}, and now I cannot move my {hurt=BODY}!"',
    )
    s.plot(
        "Then {he} thought of {his} {elder=FAMILY}, who always said that {fear.comfort!}.",
        '"I know that {fear.comfort!}," {he} <whispered> to {himself}. That was what {his} {elder=FAMILY} always said.',
    )
    s.plot(
        "{He} took {number2=NUMBERS} deep breaths, shut {his} eyes, and went on.*2",
        "With {a stick_look=LOOKS} {stick=TOOLS} in one hand and {a luck_look=LOOKS} {luck=TREASURES} for luck in the other, {he} went on.*2",
        "First {he} ran away. But after {number2=NUMBERS} steps {he} stopped, felt <sad>, and turned back.",
        "{He} put on {a brave_look=LOOKS} {brave_thing=CARRIED_WORN}, counted to {number2=NUMBERS}, and went on.",
    )
    s.plot(
        "After {steps=NUMBERS} steps, {he} saw {friend} {sitting=PERCHES}.",
        "{hero} counted to {number3=NUMBERS}, and then it was over. There was {friend}!",
    )
    s.paragraph()
    s.plot(
        '"You came in spite of {fear!}!" <cried> {friend}. "You are so {brave=NICE}!"',
        '"I knew that you would come," <said> {friend}. "You are the {praise=SUPERLATIVES} friend in the world."',
        '{hero} gave {friend} {his} {wear_colour} {garment} to keep warm and <said>, "I am here."',
        '"How did you do it?" <asked> {friend}. "I thought of {thought=DREAMS} and {thought2=DREAMS}," <said> {hero}.',
        "{friend} felt <happy> and gave {hero} {a gift_look=LOOKS} {gift=TREASURES}.",
    )
    s.plot(
        "{hero} helped {friend} up, and they <walked> home, singing about {song=DREAMS}.",
        "Arm in arm they <walked> back, and {friend} told everybody about it {times=NUMBERS} times.",
        "On the way home they shared {a shared=FOODS}, and {hero} was not afraid of {fear!} anymore.",
        "{hero} <walked> home with {friend} and felt <happy>.",
        "At {clock=CLOCKS}, they ate {supper=SWEETS} and laughed about {fear!}.",
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
        '"Please help me!" the {trouble.short!} <cried>. "I have been here for {number=FEW} hours!"',
        'With big eyes, it looked at {him}. "I feel {blue_face=BLUE}," it <said>. "Nobody hears me, not even the {deaf=PASSERS} who went by."',
        "That poor {trouble.short!} was so <tired> that it could hardly speak.",
        "Its {part=BODY_OF_ANIMAL} hurt, and it felt <sad>.",
        '"I have been here since {since=CLOCKS}, and I feel <sad>," the {trouble.short!} <said>.',
    )
    s.plot(
        "{hero} was on {his} way to a party and had {a gift_look=LOOKS} {gift=GIFTS} in {his} hand. But {he} stopped.",
        "{hero} felt <scared> at first, for {he} had never helped {trouble} before.",
        '"Do not be afraid," {hero} <say> <soft>. "I will help you."',
        '{hero} put down {his} {load_look=LOOKS} {load=CARRIED} and <said>, "Let me see."',
        "Although {he} felt <tired>, {hero} stopped and thought for {thinking=NUMBERS} seconds.",
    )
    s.plot(
        "{He} {trouble.rescue!}. The {trouble.short!} was free!",
        "{He} tried with {a tool_look=LOOKS} {tool=TOOLS}, but it was no use. Then {he} {trouble.rescue!}.",
        "It took {him} {minutes=NUMBERS} minutes, but at last {he} {trouble.rescue!}.",
        "With {steady_look=LOOKS} {steady=BODY}, {he} {trouble.rescue!}.",
    )
    s.plot(
        'The {trouble.short!} {trouble.thanks!}. "I will help you, too," it <say> <adv>.',
        '"Thank you, {hero}! I will never forget this," <said> the {trouble.short!}, and it {trouble.thanks!}.',
    )
    s.plot(
        "{hero} felt <happy> and <walked> on, past {sight3=place.sights}.",
        "{hero} gave it a bit of {his} {snack=FOODS} and went on.",
        "Then they said goodbye, and {hero} <walked> home to eat {supper=SWEETS}.",
        "{hero} felt <happy> and sang about {song=DREAMS} all the way home.",
    )
    s.paragraph()
    s.plot(
        "<later>, {hero} was {doing=DOINGS} when something bad happened: {he} dropped {his} {look=LOOKS} {colour=COLOURS} {lost=TREASURES} into {hole=HOLES}.",
        "<later>, {hero} wanted to show {friend=cast.folk} {his} {look=LOOKS} {colour=COLOURS} {lost=TREASURES}. But it slipped out of {his} hand and fell into {hole=HOLES}!",
    )
    s.plot(
        "{He} tried to reach it with {a tool2_look=LOOKS} {tool2=TOOLS}, but {hole!} was too deep. {He} felt <sad>.",
        '"<oh>! My {lost!}!" {he} <cried>. {hole.Text!} was dark, and {he} felt <scared>.',
        '"It was a present from my {giver=FAMILY}," {he} <say> <soft> and felt <sad>.',
    )
    s.plot(
        "Then {he} heard {a voice_look=NICE} voice. It was the {trouble.short!} from {place!}!",
        "And there, {perch_now=PERCHES}, sat the {trouble.short!} from {place!}!",
        '"Do you remember me?" <asked> somebody. It was the {trouble.short!} from {place!}.',
    )
    s.plot(
        "After {seconds=NUMBERS} seconds, it was back with the {colour} {lost!}.",
        "It went down <adv> and came up with the {colour} {lost!}.",
        "The {trouble.short!} called {helpers=NUMBERS} friends, and together they brought up the {colour} {lost!}.",
        "It came back with the {colour} {lost!}, {bonus=NUMBERS} coins, and {a bonus_look=LOOKS} {bonus_thing=TREASURES}.",
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
        '{friend} showed off {friend.his} {shoe_look=LOOKS} shoes. "I have won {wins=NUMBERS} races," {friend.he} <said> <adv>.',
        '"You look like {a slow=MEASURES} in {a slow_look=LOOKS} {slow_thing=GARMENTS}," {friend} <said> to {hero}.',
    )
    s.plot(
        "{hero} said nothing, but {he} felt <angry>.",
        '"We will see," {hero} <say> <soft>.',
        'That made {hero} <sad>, but {his} {fan=FAMILY} <said>, "Just do your best."',
        "{hero} felt <angry> and <walked> home to practice.",
    )
    s.paragraph()
    s.plot(
        '"One, two, three, go!" {friend} was [soon|quickly|at once] far ahead. {hero} ran on, past {sight=place.sights}.',
        "At {clock=CLOCKS}, they began. {friend} flew like an arrow. {hero} ran past {sight=place.sights} and got <tired>.",
        "The race began at {clock=CLOCKS}. {friend} was fast, but {hero} ran <adv>, past {sight=place.sights}.",
    )
    way = s.turn(
        sleep=(
            "Halfway, {friend} stopped to eat {a snack=FOODS} {perch=STANDING}, and then {friend.he} fell asleep.*2",
        ),
        fall=(
            "But {friend} looked back to laugh at {hero}, and so {friend.he} {mishap=MISHAPS} and could not go on.*2",
        ),
    )
    passer_by(s)
    s.paragraph()
    if way == "sleep":
        s.plot(
            "{hero} <walked> past {friend}, as quiet as {a quiet_look=MOODS} {quiet=CRITTERS}, and saw {place2!} in front of {him}.",
            "On and on went {hero}, and when {friend} woke up, {hero} was already near {place2!}.",
            "{hero} ran on for {minutes2=NUMBERS} minutes and saw {place2!} in front of {him}.",
        )
        s.plot(
            "{hero} won the race and got the {colour} {prize!}! {friend} came {minutes=NUMBERS} minutes later and felt <angry>.",
            '"The winner is {hero}!" somebody <cried>. And {hero} took the {colour} {prize!} home.',
        )
        s.plot(
            'But {hero} <smiled> and <said>, "You can play with the {prize!}, too, {friend}."',
            '"I was too proud," <say> {friend} <soft>. "You ran well, {hero}." And they shared {a shared=FOODS}.',
            "{friend} felt <sad> for {sad_time=FEW} days. Then {friend.he} brought {hero} {a peace=FOODS}.",
        )
    else:
        s.plot(
            '{hero} could have won now. But {he} stopped, gave {friend} a hand, and <asked>, "Are you hurt?"*2',
            "At first {hero} ran on. But after {steps=NUMBERS} steps {he} turned back and helped {friend} up.*2",
        )
        s.plot(
            '"Why do you help me? I laughed at you," {friend} <said>. "[Because you are my friend|A race is only a race|That is what friends do]," <said> {hero}.',
            'Now {friend} felt <sad>. "I am sorry that I laughed at you," {friend.he} <said>.',
            '"You are so {kind_word=NICE}," <say> {friend} <soft>. "I am sorry that I laughed."',
        )
        s.plot(
            "Arm in arm, they <walked> to {place2!}, and the {colour} {prize!} was given to both of them.",
            "So they came to {place2!} together, {hours=NUMBERS} minutes after {clock_end=CLOCKS}, and shared the {colour} {prize!}.",
            "They came to {place2!} last, but felt <happy>, and {a judge_trait=NICE} judge gave them the {colour} {prize!}.",
        )
    moral(
        s,
        "Slow and steady is better than fast and proud.",
        "Do not laugh at others.",
        "A friend is worth more than a prize.",
    )


PLOTS = (noise, fear, rescue, race)
