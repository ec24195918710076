"""Plots at home: things that break, promises, presents, and learning how to do it."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import meet_friend, moral, passer_by, sight
from storylm.data.fables.story import Story


@plot(
    "{hero} was {playing=GAMES} in the {room=ROOMS}, {although=WARNINGS}.",
    "there was nothing to do, so {hero} was {playing=GAMES} in the {room=ROOMS}.",
    '{his} {parent=FAMILY} went out and told {hero}, "Please, no {noun=WILD} in the {room=ROOMS}!" But soon {he} was {playing=GAMES}.*2',
)
def broken(s: Story) -> None:
    """Something breaks; to say so is hard."""
    if "parent" not in s.facts:
        s.plot(
            "{He} was having so much fun that {he} did not hear {his} {parent=FAMILY} come home.",
            "In the next room, {his} {parent=FAMILY} was {resting=CHORES}.",
            "{His} {parent=FAMILY} was outside, {doing=DOINGS}.",
        )
    s.plot(
        "<crash>! The {look=LOOKS} {colour=COLOURS} {fragile=FRAGILE} fell {landing=LANDINGS} and broke into {number=NUMBERS} pieces.*2",
        "All at once, {he} bumped into the {look=LOOKS} {colour=COLOURS} {fragile=FRAGILE}. It fell {landing=LANDINGS}. <crash>!",
        "<crash>! Something fell {landing=LANDINGS}. It was the {look=LOOKS} {colour=COLOURS} {fragile=FRAGILE} that {parent.the} loved so much.",
    )
    s.plot(
        '"<oh>!" {he} <whispered>. "What have I done?"',
        "{hero} felt <scared>. {His} {hands=BODY} [shook|trembled|turned cold].",
        "For {count=NUMBERS} minutes, {hero} stood there and felt <sad>.",
        "It sounded like {a crash_like=MEASURES}! {hero} felt <scared>.",
    )
    s.paragraph()
    way = s.turn(
        tell=(
            "{He} took {breaths=NUMBERS} deep breaths and <walked> <adv> to {his} {parent}.*2",
            "{He} counted to {breaths=NUMBERS} and <walked> to {his} {parent}, {colour} pieces in {his} {carrier=GARMENTS}.*2",
        ),
        hide=(
            "Without a sound, {he} picked up the pieces, put them {hiding=HIDEOUTS}, and said nothing.*3",
        ),
        blame=(
            'When {his} {parent} came in, {hero} pointed at the {scapegoat=SCAPEGOATS}. "The {scapegoat} did it!" {he} <say> <adv>.*2',
        ),
    )
    if way == "tell":
        s.plot(
            '"I broke the {fragile!}," {he} <say> <soft>. "I was {playing}, and I am sorry."',
            '"The {colour} {fragile!} is broken," {he} <whispered>. "It was my fault."',
            '"I feel <sad>," {he} <whispered>. "I broke the {colour} {fragile!}."',
        )
    else:
        caught(s, hidden=way == "hide")
    s.plot(
        "{parent.The} was <angry> for {count2=NUMBERS} minutes. Then {parent.he} [gave {hero} a hug|sat down next to {hero}|took {hero} by the hand].",
        "{parent.The} felt <angry> and drank {cups=NUMBERS} cups of {tea=TEAS}.",
        "{parent.The} felt <sad> and swept up the pieces with {a broom_look=LOOKS} broom.",
        "{hero}'s {parent} looked at the pieces <soft>. Then {parent.he} [smiled a little|shook {parent.his} head|sat down].",
        "Without a word, {parent.the} drank {cups=NUMBERS} cups of tea.",
    )
    s.plot(
        '"The truth is {precious=PRECIOUS}," {parent.he} <say> <adv>.',
        'Then {parent.he} gave {hero} {a forgiven=FOODS} and <said>, "You told me the truth."',
        '"Thank you for telling me," {parent.the} <say> <soft>. "You are more {praise=PRECIOUS} than any {fragile}."',
        '"I broke my {elder=FAMILY_OLD}\'s {other_fragile=FRAGILE} when I was small," {parent.he} <said>. "I know how it feels."',
    )
    s.plot(
        "{hero} mended the {colour} {fragile!} with {glue=GLUES}, and {parent.the} felt <happy>.",
        "They made {a mosaic=GIFTS} out of the {colour} pieces, with {glue=GLUES}.",
        "With {glue=GLUES} and a lot of time, they put the {fragile!} together again, {colour} piece by {colour} piece.",
        "The next day, {hero} <walked> to {place=PLACES}, picked {flowers=FLOWERS}, and gave them to {his} {parent}.",
        "From {his} own pocket money, {hero} bought a new {fragile!}. It was {new_colour=COLOURS}, and {parent.the} put {treat=FLOWERS} next to it.",
    )
    moral(
        s,
        "It is brave to tell the truth.",
        "Everybody makes mistakes, but not everybody says so.",
        "A lie makes a small trouble big.",
    )


def caught(s: Story, *, hidden: bool) -> None:
    """A lie does not hold for long."""
    if hidden:
        s.plot(
            'At {meal=MEALS}, {parent.the} <asked>, "Where is my {colour} {fragile!}?" {hero} looked at {his} {feet=BODY}.',
            'At {meal=MEALS}, {parent.the} found {a shard_look=LOOKS} {colour} piece. "Where is my {fragile!}?"',
            "But that evening, {his} {parent} looked {hiding!} and found the pieces of the {fragile!}.",
        )
    else:
        s.plot(
            '"The {scapegoat!}?" <asked> {parent.the}. "The {scapegoat!} has been {alibi=ALIBIS} all day!"',
            '{parent.The} looked at the {scapegoat!} for a long time. "How {odd=ODD}," {parent.he} <said>. "It was {alibi=ALIBIS} when I came in."',
        )
    s.plot(
        '"I was {playing}," {hero} <whispered> and felt <sad>. "It was me."',
        '"It was me," {hero} <whispered>, and {his} {shaky=BODY} shook.',
        '{hero} turned [red|pale|white]. "I did not tell the truth," {he} <whispered>. "I broke the {fragile!}."',
        "Then {hero} began to cry <soft> and told {his} {parent} how {he} had been {playing}.",
        'After {quiet=NUMBERS} seconds, {hero} <whispered>, "It was me."',
    )


@plot(
    "{hero} got {number=FEW} {seed=SEEDS} seeds from the {elder=cast.elders}, who lived {elder_at=WHERE}.",
    "the {elder=cast.elders} gave {hero} {a look=LOOKS} {colour=COLOURS} bag with {number=FEW} {seed=SEEDS} seeds in it.",
)
def seeds(s: Story) -> None:
    """Seeds need patience, and a promise to water them."""
    s.plot(
        '"Give them water every {often=OFTEN}, and do not forget," the {elder} <say> <adv>. "I promise," <said> {hero}.',
        '"You must water them every {often=OFTEN}," <said> the {elder}. {hero} promised to do it.',
        "{hero} promised the {elder} to water them every {often=OFTEN}.",
        '"{number.Text!} seeds, and water every {often=OFTEN}," <said> the {elder}. {hero} promised it.',
    )
    s.plot(
        "{He} planted all {number!} seeds {bed=BEDS} and covered them <adv> with {cover=COVERS}.",
        "{He} took {a tool_look=LOOKS} {tool=TOOLS}, dug {number!} holes {bed=BEDS}, one for each seed.",
        "{He} carried {a tool_look=LOOKS} {tool=TOOLS} and {cover=COVERS} outside and planted the seeds {bed=BEDS}.",
    )
    s.paragraph()
    s.plot(
        "{He} looked {bed!} on [Monday|Tuesday|Wednesday]. Nothing! All {he} saw was {a critter_look=MOODS} {critter=CRITTERS}.",
        "After {days=FEW} days, there was still nothing to see but {a critter_look=MOODS} {critter=CRITTERS}.",
        "For {days=FEW} days, nothing came up, and {hero} felt <sad>.",
        "{hero} told {plural listeners=CRITTERS} about {his} seeds and waited for {days=FEW} days.",
    )
    way = s.turn(
        kept=(
            "Still, {he} brought water every {often!}, as {he} had promised, and {waiting=HABITS_ING} while {he} waited.*2",
        ),
        forgotten=(
            '"Seeds are boring," <say> {hero} <adv>. {He} <walked> to {place=PLACES} to {habit2=HABITS} and forgot {his} promise.*2',
        ),
    )
    if way == "forgotten":
        s.plot(
            "When {he} came back after {count=FEW} days, the earth was [dry|hard|full of cracks], and {he} felt <sad>.",
            'Then {he} met the {elder}. "How are my {seed} seeds?" {elder.he} <asked>. {hero} looked at {his} {feet=BODY}.',
        )
        s.plot(
            '"I broke my promise," {he} <whispered>. "They had no water." "[It may not be too late|Try again|Seeds forgive]," <say> the {elder} <adv>.',
            "{He} ran for water at once. All {day_word=DAYTIMES} long, {he} carried {colour2=COLOURS} buckets and said sorry to the seeds.",
            "{He} felt <sad> and brought {water=FEW} buckets of water.",
        )
        s.plot("From then on, {he} gave them water every {often!}, just as {he} had promised.")
    s.paragraph()
    s.plot(
        "Then, {when=MORNINGS}, there was {a green=LOOKS} green [leaf|tip|sprout] {bed!}!",
        '{hero} saw something green {bed!} {when=MORNINGS}. "<yay>! They are growing!" {he} <cried>.',
        "{His} {finder=FAMILY} saw it first, {when=MORNINGS}: a {green=LOOKS} green leaf {bed!}!",
    )
    s.plot(
        "By the end of the {season=SEASONS}, every {seed!} was as [tall|big] as {a measure=MEASURES}.",
        "In the {season=SEASONS}, there were so many {seed!} plants that {hero} gave some to {his} {giver=FAMILY}, who felt <happy>.",
        "The {seed!} seeds grew and grew, and in the {season=SEASONS} [the whole village|the neighbors|people from far away] came to look at them.",
        "When {season=SEASONS} came, {a guest_look=MOODS} {guest=CRITTERS} moved into the {seed!} plants and felt <happy>.",
    )
    s.plot(
        'The {elder} came to see it. "You kept your promise," {elder.he} <say> <adv>, and {hero} felt <happy>.',
        'The {elder} came and felt <happy>. "You kept your promise," {elder.he} <said>.',
        '{hero} showed it to the {elder}. "All this from {number!} seeds!" <said> {elder.he} with {a grin=LOOKS} smile.',
        "Now {hero} gave {number!} new {seed!} seeds to {his} {heir=FAMILY} and felt <happy>.",
    )
    moral(
        s,
        "Good things take time.",
        "A promise is like a seed: you must take care of it.",
        "Be patient, and never give up too soon.",
    )


@plot(
    "{hero} remembered that it was the birthday of {his} {parent=FAMILY}. But {he} had no present!",
    "{hero} heard that {his} {parent=FAMILY} had a birthday [soon|the next day|on Sunday], and {he} had no present yet.",
)
def birthday(s: Story) -> None:
    """A present that goes wrong, a helper, and a surprise."""
    s.plot(
        '"I will make {a look=LOOKS} {colour=COLOURS} {gift=GIFTS}," {he} <say> <adv>. "{parent.He} likes {colour}."',
        "{He} wanted to make {a look=LOOKS} {colour=COLOURS} {gift=GIFTS}, because {colour} was {parent.his} favorite color.",
        "With {money=NUMBERS} coins one can buy nothing, so {he} began to make {a look=LOOKS} {colour=COLOURS} {gift=GIFTS}.",
    )
    s.plot(
        "So {he} looked for what {he} needed in the {room=ROOMS}. {He} found {a find_look=LOOKS} {find=CARRIED}, {a find2=TREASURES}, and {glue=GLUES}.",
        "In the {room=ROOMS}, {he} worked <adv> for {count=FEW} hours with {glue=GLUES} and {a tool=TOOLS}.",
    )
    s.paragraph()
    s.plot(
        "But {a critter_look=MOODS} {critter=CRITTERS} flew in at the window. {hero} jumped, and the {gift} fell {landing=LANDINGS}.",
        "When it was almost ready, {he} spilled {spill=SPILLS} all over the {gift}.",
        "Then {he} put it {hiding=HIDEOUTS}, and {a sitter_look=LOOKS} {sitter=SCAPEGOATS} sat on it!",
    )
    s.plot(
        '"<oh>! The {gift!} is spoiled!" {he} <cried>. {He} felt <sad>.',
        "Now the {gift!} was not {colour} anymore, and {he} felt <sad>.",
        "{hero} sat down <soft> and cried. All that work for nothing!",
    )
    meet_friend(s)
    s.plot(
        '"May I help you?" <asked> {friend}. "[It is not so bad|We can fix it|Four hands are better than two]."',
        '{friend} looked at the {gift!} <adv>. "I know what to do," {friend.he} <said>. "We need {flowers=FLOWERS}."',
        '"I have {glue2=GLUES} at home," <said> {friend}. "With that, it will be {better=LOOKS} again."',
    )
    s.plot(
        "At {clock=CLOCKS}, the {gift!} was {colour} and {finished=LOOKS} again!",
        "{friend} held the {gift!}, {hero} painted it {colour}, and at {clock=CLOCKS} it was ready.",
    )
    s.paragraph()
    s.plot(
        '"Happy birthday!" <cried> {hero} <adv> and held out the {gift!}.',
        "{parent.The} came {from_where=FROM_WHERE} and had to close {parent.his} eyes. Then {hero} held out the {gift!}.",
        "At {party=CLOCKS}, {hero} gave {parent.the} the {gift!} and {a kiss=FOODS}.",
    )
    s.plot(
        '"[What a|Such a wonderful|My own] {gift}, and it is {colour}!" {parent.the} <said>. "That is my favorite color!"',
        "{parent.He} was so <happy> that {parent.he} hugged {hero} {number=NUMBERS} times and hung {garland=FLOWERS} over the door.",
        '{parent.The} felt <happy>. "It is so {colour} and so {precious=PRECIOUS}!" {parent.he} <said>.',
    )
    s.plot(
        '"{friend} helped me," {hero} <said>. So {friend} got {a slice=FOODS}, too.',
        "Then they all ate {meal=SWEETS} and sang {song_count=NUMBERS} songs, and {friend} sang the loudest.",
        "{friend} was there as well, and together they told the story of the {gift!}.",
    )
    moral(
        s,
        "A present made with love is the best one.",
        "When something goes wrong, do not give up.",
        "Work is easier with a friend.",
    )


@plot(
    "all the other {cast} could {wish=SKILLS}, but {hero} could not.",
    '{hero} <said>, "I want to learn how to {wish=SKILLS}!"',
)
def practice(s: Story) -> None:
    """Learning something is hard, and then it is not."""
    s.plot(
        'So {he} <walked> to {place=PLACES}, where {friend=cast.folk} was {doing=DOINGS}. "Can you show me how to {wish!}?" {he} <asked> <adv>.',
        '"I can show you," <said> {friend=cast.folk}, who lived {friend_at=WHERE}. They met near {place=PLACES}.',
        "{His} {giver=FAMILY} sent {him} to {friend=cast.folk}, {a friend_trait=NICE} friend who could {wish!} very well. They met near {place=PLACES}.",
    )
    sight(s)
    s.plot(
        "The first time, {hero} {mishap=MISHAPS} and felt <sad>. {friend} <smiled>.",
        "{hero} tried <adv>, but {he} {mishap=MISHAPS}. {He} tried again, and then {he} {mishap2=MISHAPS}!",
        "It looked easy when {friend} did it. But {hero} {mishap=MISHAPS}, and that hurt {his} {part=BODY}.",
    )
    s.plot(
        '"I will never learn it," {he} <say> <soft>. "I am too {excuse=EXCUSES}."',
        '{hero} felt <angry>. "To {wish!} is stupid!" {he} <cried>.',
        '"<oh>," {he} <whispered>. "Why can everybody {wish!} but me?"',
    )
    s.plot(
        '"It took me {number=FEW} weeks to learn it," <say> {friend} <adv>. "Come back tomorrow."',
        '"I {own_mishap=MISHAPS}, too, when I began," <said> {friend}. "You need {number=FEW} weeks, and then it is easy."',
        '{friend} gave {him} {a snack=FOODS}. "Nobody can do it in less than {number=FEW} weeks," {friend.he} <say> <adv>.',
    )
    passer_by(s)
    s.paragraph()
    way = s.turn(
        practice=(
            "So {hero} came back every {often=OFTEN}. {He} practiced <adv>, even when {rain=BAD_SKIES}.*2",
            "Every {often=OFTEN}, {hero} practiced <adv>. [Once|Twice] {he} {mishap3=MISHAPS}, but {he} did not mind.*2",
        ),
        give_up=(
            "But {hero} did not come back. {He} sat at home and felt <sad>, while the others had fun.",
        ),
    )
    if way == "give_up":
        s.plot(
            "After {days=FEW} days, there was {a knock_look=LOOKS} knock on the door. It was {friend}, with {a present=FOODS}.",
            '{friend} waited for {days=FEW} days and then <walked> to the {hero.home}. "Where were you?" {friend.he} <asked>.',
        )
        s.plot(
            '"I miss you," <say> {friend} <adv>. "Let us try once more." So they <walked> back to {place!}.',
            '"You cannot {wish!} from your bed," {friend} <said> with a smile, and they <walked> back to {place!}.',
        )
    s.plot(
        "After {number!} weeks, at {exact=CLOCKS}, {hero} could {wish!}!",
        "{number.Text!} weeks later, {hero} could {wish!} better than {friend}!",
        'And then, after {number!} weeks: "<yay>! I can {wish!}!" <cried> {hero}.',
    )
    s.plot(
        "{friend} clapped <adv> and gave {him} {a medal_look=LOOKS} {colour=COLOURS} {prize=GIFTS}.",
        "{hero} felt <happy> and showed it to {his} {proud_one=FAMILY}, who <smiled>.",
        '"You see?" <said> {friend}, who felt <happy>, too.',
    )
    moral(
        s,
        "If you practice, hard things become easy.",
        "Never say that you cannot do it before you have tried.",
        "Nobody is born a master.",
    )


PLOTS = (broken, seeds, birthday, practice)
