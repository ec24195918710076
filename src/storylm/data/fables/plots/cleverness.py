"""Plots about being clever: a bully, a false alarm, three wishes, and a show."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import moral, passer_by, sight
from storylm.data.fables.story import Story


@plot(
    (
        "{hero} met {his} friend {friend=cast.folk} near {place=PLACES}. {friend.He} had {some "
        "goods=GOODS} with {friend.him}, a present from {friend.his} {giver=FAMILY}."
    ),
    (
        '"Look, my {giver=FAMILY} gave me {some goods=GOODS}!" <cried> {hero}\'s friend '
        "{friend=cast.folk} near {place=PLACES}."
    ),
    (
        "a friend of {hero}'s felt <happy>. {friend=cast.folk} had {some goods=GOODS} from "
        "{friend.his} {giver=FAMILY}. They took {goods.it} to {place=PLACES}."
    ),
    summaries=(
        (
            "{hero=FOLK} has to think fast when somebody big wants to have {some goods=GOODS} "
            "near {place=PLACES}."
        ),
        (
            "{hero=FOLK} wants to help a friend who has {some goods=GOODS} with {a "
            "colour=COLOURS} {mark=MARKS}."
        ),
    ),
    hints=(
        "a big shadow was about to fall on the day",
        "a clever head would soon be worth more than a strong arm",
        "not everybody near there was friendly",
    ),
    features="Conflict",
    characters=3,
)
def bully(s: Story) -> None:
    """Somebody big takes a thing away, which is marked; wit or kindness gets it back."""
    s.plot(
        "{friend.His} {giver} had painted {a colour=COLOURS} {mark=MARKS} on {goods.it}.",
        '"I painted {a colour=COLOURS} {mark=MARKS} on {goods.it}," {friend} <say> <adv>.',
        (
            "{goods.It} {goods.was} [beautiful|lovely|splendid|wonderful|charming|special], with "
            "{a colour=COLOURS} {mark=MARKS} on one side."
        ),
        '"Look at the {colour=COLOURS} {mark=MARKS} on {goods.it}!" {friend} <cried>.',
        (
            "So as not to lose {goods.it}, {friend} had painted {a colour=COLOURS} {mark=MARKS} "
            "on {goods.it}."
        ),
    )
    s.style(
        "{friend} had waited for {goods.it} for {wait=FEW} months and felt <happy>.",
        (
            '"I would not even take {offer=NUMBERS} {plural offered=FOODS} for {goods.it}," '
            "{friend.he} <said>."
        ),
        "{hero} was allowed to hold {goods.it} for {hold=NUMBERS} minutes.",
        '"I only got {a poor_look=LOOKS} {poor=GIFTS}," <say> {hero} <adv>.',
        "{giver.The!} had saved up for {saved=FEW} weeks to buy {goods.it}.",
        "{friend} felt <happy> and showed {goods.it} to {plural shown=CRITTERS}.",
    )
    sight(s)
    s.paragraph()
    s.plot(
        "But then came {rival=cast.folk}, as big as {a big=MEASURES}.",
        "A big shadow fell on the {goods}. It was {rival=cast.folk}, who looked <angry>.",
        "Somebody pushed {hero} aside. It was {rival=cast.folk}, as tall as {a big=MEASURES}.",
        (
            '"What is that?" somebody <cried>. It was {rival=cast.folk}, who was big and not very '
            "{rival_trait=NICE}."
        ),
        "In their way stood {rival=cast.folk}, who lived {rival_at=WHERE} and looked <angry>.*2",
    )
    s.plot(
        '"Give me the {goods!}!" {rival.he} <cried>, and took {goods.it}.',
        '"Now {goods.this} {goods.is_} mine!" {rival.he} <cried>, and pulled at the {goods!}.',
        "{rival.He} took the {goods!} and held {goods.it} as high as {a high=MEASURES}.",
        '"You are too {excuse=EXCUSES} for that!" {rival.he} <cried>, and took the {goods!}.',
        '"I need the {goods!} for my {kin=FAMILY}!" {rival.he} <cried>, and took {goods.it}.',
        "{rival.He} took the {goods!} and laughed for {laugh=NUMBERS} seconds.",
        (
            "{rival.He} took the {goods!} and danced like {a dance_look=ANIMAL_LOOKS} "
            "{dance=CRITTERS}."
        ),
    )
    s.plot(
        '"My {giver!} gave {goods.it} to me!" <cried> {friend}, who felt <sad>.',
        '"Please give {goods.it} back," <say> {friend} <soft>.',
        "{friend} felt <sad> and cried for {cry=NUMBERS} minutes.",
        "{friend} felt <scared> and hid behind {hero}.",
        "{friend} felt <sad>. What would {friend.his} {giver!} say?",
        '"I will give you {a ransom=FOODS} for {goods.it}," <say> {friend} <soft>.',
        '"That is not fair!" <cried> {friend}, who felt <angry>.',
    )
    s.style(
        "{hero} felt <angry> and stepped up to {rival}.",
        "{hero} felt <scared>, but a friend is a friend.",
        "{hero} thought about it for {thinking=NUMBERS} seconds.",
        '"Do not feel <sad>," {hero} <said> to {friend}.',
        "{hero} took {breaths=FEW} deep breaths and felt <angry>.",
    )
    passer_by(s)
    s.paragraph()
    way = s.turn(
        proof=(
            '"What is painted on your {goods!}?" {hero} <asked> <adv>.*3',
            '"Then what is painted on {goods.it}? Do not look!" {hero} <say> <adv>.*3',
            '"Close your eyes, {rival}," <said> {hero}. "What is painted on {goods.it}?"*2',
        ),
        bait=(
            (
                '"I left my {bait=FOODS} {nook=place.nooks}," {hero} <say> <adv>. "I hope nobody '
                'eats it!"*3'
            ),
            '"Whoever is first can have my {bait=FOODS} {nook=place.nooks}," {hero} <say> <adv>.*3',
        ),
        kind=(
            '"Do you want to play {game=GAMES_NAMES} with us, {rival}?" {hero} <asked> <adv>.*2',
            '"Do you feel <sad>, {rival}?" {hero} <asked>. "Is that why you do it?"*2',
            '"This {gift=FOODS} is for you, {rival}," {hero} <say> <soft>.*2',
        ),
        bad=(
            '"Let go!" <cried> {hero}, and pulled. {rival} felt <angry> and pulled, too.*2',
            "{hero} and {rival} fought about the {goods!} for {fight=NUMBERS} minutes.*2",
            "{hero} jumped at {rival}, and both felt <angry> and pulled <busy>.*1",
        ),
    )
    if way == "bad":
        torn_apart(s)
        return
    if way == "proof":
        s.plot(
            '"{A wrong_colour=COLOURS} {wrong_mark=MARKS}," <say> {rival} <soft>.',
            (
                '{rival} turned red. "{A wrong_colour=COLOURS} {wrong_mark=MARKS}?" {rival.he} '
                "<asked>."
            ),
            '"That is easy! It is {a wrong_colour=COLOURS} {wrong_mark=MARKS}," <said> {rival}.',
            (
                '{rival} thought for {long=NUMBERS} seconds. "{A wrong_colour=COLOURS} '
                '{wrong_mark=MARKS}," {rival.he} <said>.'
            ),
        )
        s.plot(
            (
                '"No, {colour.a!} {mark!}!" <cried> {friend}. {rival} felt <sad> and gave the '
                "{goods!} back."
            ),
            "The {judge=cast.elders} saw {colour.a!} {mark!}. So {rival} gave the {goods!} back.",
            (
                '"It is {colour.a!} {mark!}," <say> {friend} <adv>. So {rival} had to give the '
                "{goods!} back."
            ),
            (
                '"I see {colour.a!} {mark!}!" <cried> {a witness_look=MOODS} {witness=PASSERS}. '
                "So {rival} let go of the {goods!}."
            ),
            (
                'But there was {colour.a!} {mark!}. "You are too clever for me," <said> {rival}, '
                "and let go of the {goods!}."
            ),
        )
    elif way == "bait":
        s.plot(
            (
                "{rival} loved {bait.plural!}. {rival.He} dropped the {goods!} and was gone in "
                "{run=NUMBERS} seconds."
            ),
            '"That {bait!} is mine!" <cried> {rival}, and dropped the {goods!}.',
            '"{A bait_look=FOOD_LOOKS} {bait!}!" <cried> {rival}, and forgot the {goods!}.',
            "{rival} felt <happy>, let go of the {goods!}, and ran.",
        )
        s.plot(
            "While {rival} <looked> {nook!}, {friend} took the {goods!} and felt <happy>.",
            (
                "{rival} ate {nook!} for {minutes=NUMBERS} minutes, and {friend} had the {goods!} "
                "back."
            ),
            (
                '"Mmm!" <cried> {rival} {nook!}. And {friend}, who felt <happy>, took the '
                "{goods!} back."
            ),
            'Soon {rival} was full and felt <happy>. "Keep the {goods!}," {rival.he} <said>.',
        )
    else:
        s.plot(
            '"I feel <sad>, because nobody likes me," <say> {rival} <soft>.',
            '"Nobody was ever so {praise2=NICE} to me," <say> {rival} <soft>.',
            "{rival} felt <sad> and looked at the ground for {ground=NUMBERS} seconds.",
            '"Since my {lost=FAMILY} went to {far=FAR_PLACES}, I feel <sad>," <said> {rival}.',
        )
        s.plot(
            (
                'Then {rival.he} turned to {friend}. "Here {goods.is_} your {goods!}," {rival.he} '
                "<say> <soft>."
            ),
            (
                "So {rival.he} gave the {goods!} back, and they all played {game2=GAMES_NAMES} "
                "until {play_end=LATE}."
            ),
            "{rival.He} felt <happy> and gave the {goods!} back to {friend}.",
            "So {rival.he} gave the {goods!} back and showed them how to {skill=SKILLS}.",
        )
    s.plot(
        "{friend} kissed the {colour!} {mark!} {kisses=NUMBERS} times and felt <happy>.",
        "As a thank-you, {friend} painted {colour.a!} {mark!} on {hero}'s {garment!}.",
        (
            '"You are the {best=SUPERLATIVES} friend of all," <said> {friend}, and the {colour!} '
            "{mark!} shone in the sun."
        ),
        (
            "{giver.The!} gave {hero} {a reward_look=LOOKS} {reward=GIFTS} with {colour.a!} "
            "{mark!} on it."
        ),
        "{friend} let {hero} have the {goods!} with the {colour!} {mark!} for {lent=FEW} days.",
    )
    moral(
        s,
        "A clever head is stronger than a strong arm.",
        "Being big does not make you right.",
        "You do not need to fight to win.",
    )


def torn_apart(s: Story) -> None:
    """Both pull, and nobody has anything."""
    s.plot(
        "<crash>! After {pull=NUMBERS} minutes, the {goods!} {goods.was} ruined, {mark!} and all.",
        (
            "In the end, the {goods!} lay in {pieces=NUMBERS} pieces, and the {colour!} {mark!} "
            "was gone."
        ),
        "Then {rival} fell on the {goods!}, and nobody could use {goods.it} anymore.",
        "Soon the {goods!} {goods.was} ruined, and {rival} felt <sad>, too.",
    )
    s.plot(
        '"What shall I tell my {giver!}?" {friend} <asked> <soft>.',
        "{friend} picked up what was left and felt <sad>.",
        '"You are no better than {rival}!" <cried> {friend}, who felt <angry>.',
        '"Now nobody has {goods.it}," <say> {friend} <soft>.',
    )
    s.plot(
        '"I only wanted to help," {hero} <say> <soft>.',
        "{rival} went away without a word, and {hero} felt <sad>.",
        '"I will buy you something," <said> {hero}. But {he} had only {coins=FEW} coins.',
        (
            "{hero} gave {friend} {a sorry_look=FOOD_LOOKS} {sorry=FOODS}, but {friend} still "
            "felt <sad>."
        ),
    )
    s.plot(
        "{hero} painted {colour.a!} {mark!} on a card, but the {goods!} {goods.was} gone for good.",
        (
            "{hero} sat {sit=STANDING} until {clock=LATE}, thought of the {colour!} {mark!}, and "
            "felt <sad>."
        ),
        "For {sad_days=FEW} days, {friend} did not want to see {him}, and {he} felt <sad>.",
    )
    moral(
        s,
        "When two pull at a thing, nobody gets it.",
        "Fighting breaks more than it mends.",
        "Think first, before you pull.",
    )


@plot(
    (
        "nothing but {a bug_look=ANIMAL_LOOKS} {bug=CRITTERS} moved near {spot=SPOTS}, and {hero} "
        "felt <tired>."
    ),
    (
        '"I know {a joke_look=ODD} joke," {hero} told {a told_look=ANIMAL_LOOKS} {told=CRITTERS} '
        "near {spot=SPOTS}."
    ),
    "{hero} sat near {spot=SPOTS}, ate {a lunch_look=FOOD_LOOKS} {lunch=FOODS}, and felt <tired>.",
    summaries=(
        "{hero=FOLK} cries that {he} is {peril=PERILS}, but it is only a joke.",
        (
            "{hero=FOLK} plays a joke on the others near {spot=SPOTS}, until {he} really is "
            "{peril=PERILS}."
        ),
    ),
    hints=(
        "a joke can be told once too often",
        "one little joke would come back to {him}",
    ),
    long=True,
)
def false_alarm(s: Story) -> None:
    """Help is called for as a joke, and then in earnest."""
    s.plot(
        (
            "Not far away, the {helper=cast.elders} was {chore=CHORES}, and {friend=cast.folk} "
            "was {doing=DOINGS}."
        ),
        (
            "Down by the road, {friend=cast.folk} was {doing=DOINGS}, and the "
            "{helper=cast.elders} lived {helper_at=WHERE}."
        ),
        (
            "Next to {him}, {friend=cast.folk} was {doing=DOINGS}, and the {helper=cast.elders} "
            "lived {helper_at=WHERE}."
        ),
        "Close by lived the {helper=cast.elders}, who was {chore=CHORES} with {friend=cast.folk}.",
    )
    s.plot(
        '"Help! I am {peril=PERILS}!" {hero} <cried> {times=NUMBERS} times.',
        'At {clock=CLOCKS}, {hero} <cried>, "Help me! I am {peril=PERILS}!"',
        '{hero} hid {hide=PERCHES}. "Help! I am {peril=PERILS}!" {he} <cried>.',
        '"Save me! I am {peril=PERILS}!" {hero} <cried>, and felt <happy>.',
        'Then {hero} <cried>, "Help me, {friend}! I am {peril=PERILS}!"',
    )
    s.plot(
        "The {helper} dropped {a load_look=LOOKS} {load=CARRIED} and ran. {friend} ran, too.",
        (
            "The {helper} came with {a tool_look=LOOKS} {tool_colour=COLOURS} "
            "[rope|ladder|pole|blanket|lamp|sack]. {friend} came, too.*2"
        ),
        (
            "{friend} came in {a friend_look=CLOTH_LOOKS} {friend_garment=GARMENTS}, and the "
            "{helper} in {a helper_colour=COLOURS} {helper_garment=GARMENTS}.*2"
        ),
        "They ran so fast that {friend} {fall=FALLS}.",
        "After {minutes=NUMBERS} minutes, both of them were there and felt <scared>.",
    )
    s.plot(
        '"It was only a joke!" {hero} <cried>, and felt <happy>.',
        '"I am not {peril!}!" <said> {hero}, and laughed {laugh=NUMBERS} times.',
        "There sat {hero} {sit=PERCHES}, ate {a snack=FOODS}, and felt <happy>.",
        '"You look like {plural two=CRITTERS}!" <cried> {hero}. It was only a joke.',
        '"You should see your faces!" <cried> {hero}, who felt <happy>.',
    )
    s.plot(
        '"Very funny," the {helper} <say> <soft>. But {hero} did it again.',
        "{friend} felt <sad>. But at {clock2=CLOCKS}, {hero} did it again.",
        "{friend} felt <angry>. But {hero} did it {more=NUMBERS} more times.",
        "{friend} felt <sad>. But {hero} felt <happy> and did it again.",
        (
            '"My [soup|bread|cake|pie|porridge] is burned," the {helper} <say> <soft>. But {hero} '
            "did it again."
        ),
        '"Shame on you!" <cried> {friend}, who felt <angry>. But {hero} did it again.',
        "The {helper} felt <angry>. But {hero} did it again on {days=FEW} days.",
    )
    passer_by(s)
    s.paragraph()
    s.plot(
        "<later>, {hero} really was {peril!} and called {calls=NUMBERS} times.",
        (
            "<later>, {hero} saw {a chased_look=ANIMAL_LOOKS} {chased=CRITTERS}, and then {he} "
            "really was {peril!}."
        ),
        "<later>, {hero} felt <scared>. {He} really was {peril!}!",
        "<later>, near {spot!}, {hero} really was {peril!} and felt <scared>.",
        '<later>, {hero} really was {peril!}. "Help!" {he} <cried>, and felt <scared>.',
    )
    s.plot(
        '"Only a joke," <said> the {helper!}, who was {chore2=CHORES}.',
        "The {helper!} felt <angry> and did not come.",
        '"I have no time for jokes," <said> the {helper!}, who was {chore2=CHORES}.',
        "But the {helper!} went on {chore2=CHORES}.",
        '"Let {him} shout," <said> the {helper!}, and ate {a eaten_look=FOOD_LOOKS} {eaten=FOODS}.',
        '"Not for {offer=NUMBERS} {plural offered=FOODS}!" <said> the {helper!}.',
    )
    s.paragraph()
    way = s.turn(
        friend=(
            "But {friend!} felt <scared> and <walked> to {spot!}.*3",
            '"And if it is true?" {friend!} <asked>, and <walked> to {spot!}.*3',
            "But {friend!} stopped {doing2=DOINGS} and <walked> to {spot!}.*3",
            '"{hero} needs me," {friend!} <say> <adv>, and stopped {doing2=DOINGS}.*2',
            '"I will go and see," <say> {friend!} <adv>.*3',
        ),
        truth=(
            '"I lied to you, {friend!}, and I feel <sad>!" {he} <cried>. And so they came.*3',
            (
                '"Dear {friend!}! Dear {helper!}! I am sorry!" {he} <cried>. That was new, and so '
                "they came.*3"
            ),
            "Then {hero} felt <sad> and began to cry. That was no joke, and {friend!} came.*3",
        ),
        bad=(
            "{friend!} heard {him}, too, but went on {doing2=DOINGS}.*4",
            '"Not again," <said> {friend!}, and went on {doing2=DOINGS}.*4',
        ),
    )
    if way == "bad":
        nobody_came(s)
        return
    s.plot(
        "{friend} worked <busy> for {work=NUMBERS} minutes, and {hero} was free.",
        '"You really are {peril!}!" <cried> {friend}, and helped {him} <busy>.',
        "It cost {friend} {a lost_colour=COLOURS} {lost=GARMENTS}, but {hero} was free.",
        "At {free=LATE}, {friend} found {him} and helped {him} <busy>.",
        "{friend} set {him} free <busy>. It took {work=NUMBERS} minutes.",
    )
    s.plot(
        (
            '"Thank you," {hero} <say> <soft>, and took {a sorry_look=FOOD_LOOKS} {sorry=FOODS} '
            "to the {helper!}."
        ),
        (
            "{hero} hugged {friend} {hugs=NUMBERS} times and helped the {helper!} for {hours=FEW} "
            "days."
        ),
        (
            '"I will never do that again," {hero} <say> <soft>, and gave the {helper!} '
            "{flower_count=NUMBERS} {flowers=FLOWERS}."
        ),
        '"Why did you come?" {hero} <asked> <soft>. "You are my friend," <said> {friend}.',
        '"You are so {praise=NICE}, {friend}," <say> {hero} <soft>. "I am sorry for my jokes."',
        '"I am sorry, dear {helper!}," {hero} <say> <soft>. {friend} <smiled>.',
        (
            "{hero} gave {friend} {a thanks_look=LOOKS} {thanks=GIFTS} and said sorry to the "
            "{helper!}."
        ),
    )
    moral(
        s,
        "If you lie for fun, nobody believes you when it counts.",
        "Call for help only when you need it.",
        "True friends come when others stay at home.",
    )


def nobody_came(s: Story) -> None:
    """The hero gets free alone, late, and is not believed at home either."""
    s.plot(
        "{hero} was {peril!} until {late=LATE} and felt <sad>.",
        "Nobody came but {a guest_look=ANIMAL_LOOKS} {guest=CRITTERS}, and {hero} felt <sad>.",
        "It [rained|snowed|got cold|got dark], and {hero} felt <sad>.",
    )
    s.plot(
        "After {free_time=FEW} hours, {he} got free, but {his} {wear_colour!} {garment!} was gone.",
        "{He} tore {his} {wear_colour!} {garment!} in {rags=NUMBERS} places, but {he} got free.",
        "At {free=NIGHT_HOURS}, {he} got free. {His} {wear_colour!} {garment!} was ruined.",
        (
            "Then {he} got free, but {a thief_look=ANIMAL_LOOKS} {thief=CRITTERS} had taken {his} "
            "{wear_colour!} {garment!}."
        ),
    )
    s.plot(
        '"I was {peril!}!" {he} <said> at home. "Is that a joke?" {his} {asker=FAMILY} <asked>.',
        '"Why did you not come?" {he} <asked>. "I had enough of jokes," {friend} <say> <soft>.',
        '"Nobody helped me," {he} <say> <soft>. The {helper!} felt <sad>.',
    )
    s.plot(
        "{hero} lay in bed with {illness=ILLNESSES} for {ill=FEW} days, and nobody laughed.",
        "That night, {hero} felt <sad>. It was {his} own fault.",
        "{hero} said sorry {sorries=NUMBERS} times, but {friend} still felt <angry>.",
        "It took {weeks=FEW} weeks until somebody believed {him} again.",
    )
    moral(
        s,
        "Those who cry for fun will cry alone.",
        "Nobody believes a liar, even when it is true.",
        "Trust is lost in a day and comes back slowly.",
    )


@plot(
    (
        "there was a strange light near {place=PLACES}. It was {a colour=COLOURS} "
        "{treasure=TREASURES} {nook=place.nooks}."
    ),
    (
        "{hero} looked for {plural searched=CRITTERS} near {place=PLACES}. But "
        "{nook=place.nooks}, {he} found {a colour=COLOURS} {treasure=TREASURES}."
    ),
    (
        '"Psst, {hero}!" somebody <whispered> near {place=PLACES}. It was {a colour=COLOURS} '
        "{treasure=TREASURES} {nook=place.nooks}."
    ),
    summaries=(
        "{hero=FOLK} finds {a colour=COLOURS} {treasure=TREASURES} that can grant three wishes.",
        (
            "{hero=FOLK} gets three wishes from {a treasure=TREASURES} near {place=PLACES}, and "
            "one of them goes wrong."
        ),
    ),
    hints=(
        "three wishes can be used up very fast",
        "magic can be a lot of trouble",
        "one of three wishes would be a mistake",
    ),
    features="Twist",
)
def wish(s: Story) -> None:
    """A magic thing grants three wishes: a small one, a foolish one, and one to mend it."""
    s.plot(
        '"You have three wishes," the {treasure!} <say> <adv>.',
        '"I slept for {years=NUMBERS} years," it <say> <adv>. "Now you have three wishes."',
        '{hero} rubbed it {rubs=NUMBERS} times. "Three wishes are yours," it <say> <adv>.',
        '"I am magic," it <say> <adv>. "You have three wishes."',
        'In {a voice_look=NICE} voice, it <said>, "What are your three wishes?"',
        (
            '{He} rubbed it with {a cloth_look=CLOTH_LOOKS} {cloth=GARMENTS}. "You have three '
            'wishes," it <said>.'
        ),
    )
    s.plot(
        "{His} friend {friend=cast.folk} came from {errand=ERRANDS} and heard it, too.",
        "Nearby, {his} friend {friend=cast.folk} was {doing=DOINGS} and heard it, too.",
        (
            "{hero} called {his} friend {friend=cast.folk}, who lived {friend_at=WHERE} and was "
            "very {friend_trait=NICE}."
        ),
        (
            "Then {his} friend {friend=cast.folk} came along in {a friend_look=CLOTH_LOOKS} "
            "{friend_garment=GARMENTS}.*2"
        ),
    )
    sight(s)
    s.plot(
        (
            '"First, {a first=FOODS}, please," <said> {hero}. And there it was, '
            "{first_look=FOOD_LOOKS} and {first_look2=FOOD_LOOKS}."
        ),
        "{hero} wished for {a first_look=FOOD_LOOKS} {first=FOODS}, and there it was!",
        '"I wish for {a first_look=FOOD_LOOKS} {first=FOODS}," {hero} <say> <adv>. Puff!',
        '"I wish I had {a first=FOODS}," <say> {hero} <adv>. One wish was gone.',
    )
    s.style(
        '"It works!" <cried> {friend}, who felt <happy>.',
        "{friend} got a bite, and they both felt <happy>.",
        "{hero} felt <happy>. What else could {he} wish for?",
        "It smelled of {smell3=SMELLS}, and they both felt <happy>.",
        "They danced around it like {plural scared=CRITTERS}.",
        '"Now think for {think=NUMBERS} minutes," <say> {friend} <adv>.',
    )
    passer_by(s)
    s.paragraph()
    way = s.turn(
        colour=(
            '"I wish that everything were {wish_colour=COLOURS}!" {hero} <cried>.*3',
            '"And now, let everything be {wish_colour=COLOURS}," {hero} <say> <adv>.*3',
        ),
        food=(
            '"I wish for {plural flood=FOODS}, as many as there are stars!" {hero} <cried>.*2',
            '"And now I want {plural flood=FOODS} without end!" {hero} <cried>.*2',
            '"I wish that it rained {plural flood=FOODS}," {hero} <say> <adv>.*2',
        ),
        big=(
            '"I wish to be as big as {a size=HEIGHTS}!" {hero} <cried>.*2',
            '"And now, make me as tall as {a size=HEIGHTS}," {hero} <say> <adv>.*2',
            '"I feel so small. I wish to be as tall as {a size=HEIGHTS}!" {hero} <cried>.*2',
        ),
        friend=(
            (
                '"Let me have one wish, too," <said> {friend}. "No! I wish you were {a '
                'beast=CRITTERS}!" <cried> {hero}.*3'
            ),
            (
                '"Be careful," <said> {friend}. {hero} felt <angry>. "I wish you were {a '
                'beast=CRITTERS}!" {he} <cried>.*3'
            ),
        ),
        bad=(
            (
                '"Could you wish my {ill=FAMILY} well again?" {friend} <asked> <soft>. "Later," '
                "<said> {hero}.*3"
            ),
            (
                '"My {ill=FAMILY} has {illness=ILLNESSES}," <said> {friend}. "One wish could '
                'help." "Later," <said> {hero}.*3'
            ),
        ),
    )
    if way == "bad":
        too_big(s)
        return
    WRONG[way](s)
    s.paragraph()
    s.plot(
        'And so it was. "I am sorry, {friend}," {hero} <say> <soft>.',
        'Puff! "That was close!" <cried> {friend}, who felt <happy>.',
        'And so it was. "Do you still like me?" {hero} <asked>. "Yes," <say> {friend} <adv>.',
        "Puff! {hero} felt <happy> and hugged {friend} {hugs=NUMBERS} times.",
        'Puff! "That was your last wish," the {treasure!} <say> <adv>.',
        'Puff! "Now I have all I need," {hero} <say> <adv>.',
    )
    s.plot(
        "They ate the {first!} {eat_at=STANDING} and left the {colour!} {treasure!} {nook!}.",
        '"At least we still have the {first!}," <say> {friend} <adv>.',
        "{hero} put the {colour!} {treasure!} back {nook!} and felt <happy>.",
        "At home, {hero} hid the {colour!} {treasure!} {hideout=HIDEOUTS} and felt <happy>.",
        "Then {friend} got the {bigger=HALVES} half of the {first!} and felt <happy>.",
        "They shared the {first!} with {plural guests=CRITTERS} and felt <happy>.",
        "The {treasure!} turned from {colour!} to {faded=COLOURS}, and they ate the {first!}.",
    )
    moral(
        s,
        "Be careful what you wish for.",
        "What you have is often better than what you want.",
        "Think twice before you wish once.",
    )


def all_one_colour(s: Story) -> None:
    """Everything is of one color."""
    s.plot(
        "Puff! The houses were {wish_colour!}, and so were {friend}'s {part=BODY}.",
        '"<oh>! I am {wish_colour!} from top to toe!" <cried> {friend}.',
        "Puff! The {first!} turned {wish_colour!} and tasted of {smell4=SMELLS}.",
        "Puff! The sun was {wish_colour!}, and so were all {plural dyed=CRITTERS}.",
    )
    s.plot(
        (
            '"Where is my {missing_look=CLOTH_LOOKS} {missing=GARMENTS}?" {friend} <asked>. '
            "Nobody could see it."
        ),
        "They did not find the way home and felt <sad>.",
        "{hero} could not tell {a one=CRITTERS} from {a other=CRITTERS} and felt <sad>.",
        "Soon {hero} missed {missed=COLOURS}, and {friend} missed {missed2=COLOURS}.",
    )
    s.plot(
        '"Bring all the colors back!" {hero} <cried>.',
        '"No more {wish_colour!}, please!" {hero} <cried>.',
        '"I want all the other colors again," {hero} <say> <soft>.',
        '"Please, take away the {wish_colour!}," <say> {hero} <soft>.',
    )


def too_much(s: Story) -> None:
    """It rains food and does not stop."""
    s.plot(
        (
            "Puff! Down came {count=NUMBERS} {flood.plural!}, and {count2=NUMBERS} more, and they "
            "did not stop."
        ),
        "Soon {flood.plural!} lay {here=place.nooks} and {there=place.nooks}.",
        "It rained {flood.plural!}! {A wet_look=MOODS} {wet=PASSERS} ran away.",
    )
    s.plot(
        '"I cannot see you!" <cried> {friend} from under {heap=NUMBERS} {flood.plural!}.',
        "{hero} ate {eaten=NUMBERS} of them and felt <sad>.",
        "Soon {friend} stood in {flood.plural!} up to the neck and felt <scared>.",
        '"Where can we put all these {flood.plural!}?" {friend} <asked>, and felt <scared>.',
    )
    s.plot(
        '"I wish that the {flood.plural!} were gone!" {hero} <cried>.',
        '"Not one {flood!} more!" {hero} <cried>.',
        '"Please, take away the {flood.plural!}," <say> {hero} <soft>.',
        '"I never want to see {flood.a!} again," {hero} <say> <soft>.',
    )


def too_tall(s: Story) -> None:
    """The hero grows, and is alone up there."""
    s.plot(
        (
            "Puff! {hero} grew until {friend} looked like {a speck_look=ANIMAL_LOOKS} "
            "{speck=CRITTERS}."
        ),
        "{He} grew so fast that {his} {wear_colour!} {garment!} tore in {tears=NUMBERS} places.",
        "{He} grew into the clouds, and {plural birds=CRITTERS} sat on {his} nose.",
        '"<oh>! You are as big as {size.a!}!" <cried> {friend}, who felt <scared>.',
    )
    s.plot(
        "{He} did not dare to move. What if {he} stepped on {friend}?",
        (
            '"Come and play {game=GAMES_NAMES} with me!" {he} <said>. But {friend} hid '
            "{hide=place.nooks}."
        ),
        "It was cold up there, and {he} felt <sad>.",
        "Nobody plays {game=GAMES_NAMES} with {size.a!}, and {he} felt <sad>.",
    )
    s.plot(
        '"I wish to be as small as before!" {hero} <cried>.',
        '"Who wants to be {size.a!}?" {hero} <cried>. "I wish to be small!"',
        '"My last wish is to be small," {hero} <say> <soft>.',
        '"Please, make me small again," <say> {hero} <soft>.',
    )


def turned(s: Story) -> None:
    """The friend has become an animal."""
    s.plot(
        "Puff! {friend} was {a beast_look=ANIMAL_LOOKS} {beast_colour=COLOURS} {beast!}.",
        '"<oh>!" <cried> {friend}, and then {friend.he} was {beast.a!}.',
        (
            "Where {friend} had been, there was {beast.a!} in {a beast_wear=CLOTH_LOOKS} "
            "{beast_garment=GARMENTS}."
        ),
    )
    s.plot(
        '"I did not mean it!" <cried> {hero}. The {beast!} felt <sad>.',
        "The {beast!} felt <scared> and hid {hide=place.nooks}.",
        '"Shall we play {game=GAMES_NAMES}?" {hero} <asked>. But how can {beast.a!} play {game}?',
        "{hero} gave the {beast!} a piece of the {first!} and felt <sad>.",
    )
    s.plot(
        '"I wish that {friend!} were {friend!} again!" {hero} <cried>.',
        '"Who needs {beast.a!}?" {hero} <cried>. "I want {friend!} back!"',
        '"My last wish is to have {friend!} back," {hero} <say> <soft>.',
        '"Please, give me {friend!} again," <say> {hero} <soft>.',
    )


WRONG = {"colour": all_one_colour, "food": too_much, "big": too_tall, "friend": turned}


def too_big(s: Story) -> None:
    """The wishes go to a toy that is too big, and nothing is left for the friend."""
    s.plot(
        '"I wish for a big {toy_colour=COLOURS} {toy=TOYS}, bigger than all others!" {he} <cried>.',
        '"I wish for {a toy_colour=COLOURS} {toy=TOYS}, a really big one," {he} <say> <adv>.',
        'Then {he} <cried>, "I want the biggest {toy_colour=COLOURS} {toy=TOYS} in the world!"',
    )
    s.plot(
        "Puff! The {toy_colour!} {toy!} was as big as {a size=HEIGHTS}. {hero} felt <scared>.",
        '"<oh>!" <cried> {friend}. The {toy!} was as big as {a size=HEIGHTS}!',
        "<crash>! Down came {toy_colour.a!} {toy!} as big as {a size=HEIGHTS}.",
    )
    s.plot(
        '"Take it away!" {hero} <cried>, and felt <angry>. And it was gone.',
        '"I do not want that {toy!}!" {hero} <cried>. And it was gone.',
        '"I wish it were gone," <say> {hero} <soft>. And it was gone.',
        '"Away with it!" <cried> {hero}, who felt <scared>. And it was gone.',
    )
    s.plot(
        '"And my {ill!}?" {friend} <asked> <soft>. But the {colour!} {treasure!} was dark.',
        '"Now help my {ill!}," <say> {friend} <soft>. But the {colour!} {treasure!} was silent.',
        '"Now you," <said> {hero}. But the {colour!} {treasure!} had turned {faded=COLOURS}.',
        '"And who will help my {ill!}?" {friend} <asked>, and felt <sad>.',
    )
    s.plot(
        "{friend} felt <sad> and <walked> home to {friend.his} {ill!}.",
        '"You could have waited," <say> {friend} <soft>, and <walked> home.',
        "{Text drops=FEW} tears fell on the {treasure!}, and {friend} <walked> home.",
    )
    s.plot(
        "{hero} rubbed the {colour!} {treasure!} {rubs2=NUMBERS} times and felt <sad>.",
        "{hero} did not want the {first!} anymore and felt <sad>.",
        "{hero} put the {treasure!} back {nook!} and felt <sad>.",
    )
    moral(
        s,
        "Think of others before you wish for yourself.",
        "When a friend asks for help, later may be too late.",
        "Bigger is not always better.",
    )


@plot(
    "there was {a show=SHOWS} {show_at=WHERE}, and {hero} wanted to {act=ACTS}.",
    (
        '{a poster=COLOURS} poster said, "Come to the {show=SHOWS} {show_at=WHERE}!" {hero} '
        "wanted to {act=ACTS} there."
    ),
    '"I will {act=ACTS} at the {show=SHOWS} {show_at=WHERE}!" {hero} told {his} {asker=FAMILY}.',
    summaries=(
        "{hero=FOLK} wants to {act=ACTS} at {a show=SHOWS}, and a friend helps {him}.",
        "{hero=FOLK} makes a promise before {a show=SHOWS} {show_at=WHERE}.",
    ),
    hints=(
        "it takes a friend to stand on a stage",
        "a promise is made faster than it is kept",
        "something would go wrong in front of everybody",
    ),
    long=True,
)
def show(s: Story) -> None:
    """Practice for a show, a mishap on the stage, a friend who helps, and a promise."""
    s.plot(
        "But the first time, {he} {blunder=SLIPS} and felt <sad>.",
        "But {he} had only {days=FEW} days and felt <scared>.",
        "{He} tried it {tries=NUMBERS} times, and each time {he} {blunder=SLIPS}.",
        "It was not easy. {He} {blunder=SLIPS} and felt <sad>.",
    )
    s.plot(
        '"I will help you," <say> {his} friend {friend=cast.folk} <adv>.',
        "{He} asked {his} friend {friend=cast.folk}, who lived {friend_at=WHERE}, to help {him}.",
        "Luckily, {his} friend {friend=cast.folk}, who was {doing=DOINGS}, wanted to help.",
        (
            "{His} friend {friend=cast.folk} in {a friend_look=CLOTH_LOOKS} "
            "{friend_garment=GARMENTS} wanted to help {him}."
        ),
    )
    promise = s.turn(
        toy=(
            '"Then you may have my {colour=COLOURS} {toy=TOYS}," {hero} <say> <adv>.',
            (
                '"After the {show}, you may have my {look=LOOKS} {colour=COLOURS} {toy=TOYS}," '
                "<said> {hero}."
            ),
        ),
        teach=(
            '"Then I will teach you to {skill=SKILLS}," {hero} <say> <adv>.',
            '"After the {show}, I will show you how to {skill=SKILLS}," <said> {hero}.',
        ),
        trip=(
            '"Then we will go to {place=PLACES} together," {hero} <say> <adv>.',
            '"After the {show}, we will take a trip to {place=PLACES}," <said> {hero}.',
        ),
        food=(
            '"Then I will give you {number=NUMBERS} {plural treat=FOODS}," {hero} <say> <adv>.',
            (
                '"After the {show}, you will get {number=NUMBERS} {plural treat=FOODS}," <said> '
                "{hero}."
            ),
        ),
    )
    s.plot(
        (
            "They practiced {practice_at=STANDING} every {often=DAYTIMES}, and {friend} clapped "
            "{claps=NUMBERS} times."
        ),
        'They practiced {practice_at=STANDING}. "Only look at me," <say> {friend} <adv>.',
        (
            "For {practice=FEW} days, they practiced {practice_at=STANDING}, until {plural "
            "gone=CRITTERS} ran away."
        ),
        (
            "They practiced {practice_at=STANDING} and ate {plural snack=FOODS} when they felt "
            "<tired>."
        ),
        '"Once more!" <said> {friend}. So they practiced {practice_at=STANDING} and felt <tired>.',
    )
    passer_by(s)
    s.paragraph()
    s.style(
        (
            "{His} {tailor2=FAMILY} made a "
            "[splendid|wonderful|beautiful|lovely|charming|funny|fancy|shiny] "
            "{costume_colour=COLOURS} {costume=GARMENTS} for {him}."
        ),
        (
            "{friend} lent {him} a "
            "[splendid|wonderful|beautiful|lovely|charming|funny|fancy|shiny] "
            "{costume_colour=COLOURS} {costume=GARMENTS} for the {show!}."
        ),
        (
            "For the {show!}, {he} wore a "
            "[splendid|wonderful|beautiful|lovely|charming|funny|fancy|shiny] "
            "{costume_colour=COLOURS} {costume=GARMENTS}."
        ),
    )
    s.plot(
        "At {clock=LATE}, {hero} came out to {act!}.",
        "Even the {guest=cast.elders} from {guest_home=WHERE_NAMES} came to see {hero} {act!}.",
        '"Now {hero} will {act!}!" <cried> {a host_look=MOODS} {host=PASSERS}.',
        "First, {plural band=CRITTERS} danced at the {show!}. Then {hero} came out.",
        "First, the {guest=cast.elders} sang about {song=DREAMS}. Then {hero} came out.",
    )
    way = s.turn(
        fright=(
            "But {hero} felt <scared> and stood there like {a stiff=MEASURES}.",
            "But {hero}'s {part=BODY_OF_ANIMAL} began to shake, and {he} felt <scared>.",
            '"I cannot do it," {he} <whispered>, and felt <scared>.',
        ),
        slip=(
            "{hero} began. But then {he} {slip=SLIPS}, and somebody laughed.",
            "All went well, until {he} {slip=SLIPS} and felt <sad>.",
        ),
        dark=(
            "But just then, the lamps went out, and {hero} felt <scared>.",
            "But the wind blew out {lamps=NUMBERS} lamps. It was dark, and {hero} felt <scared>.",
        ),
    )
    if way == "fright":
        s.plot(
            '"We are {practice_at!}, you and I," {friend} <say> <soft>.',
            (
                "{friend} came and stood next to {him} in {a stage_look=CLOTH_LOOKS} "
                "{stage_garment=GARMENTS}.*2"
            ),
            "{friend} winked {winks=FEW} times, and {hero} felt <happy>.",
        )
    elif way == "slip":
        s.plot(
            '"Once more, as if we were {practice_at!}!" <cried> {friend}.',
            "But {friend} clapped {claps2=NUMBERS} times, and {hero} felt <happy>.",
            '"That was the funny part," <say> {friend} <adv>.',
            '"Begin again," {friend} <whispered>, and {hero} felt <happy>.',
        )
    else:
        s.plot(
            "Then {friend} came with {a lamp_look=LOOKS} {lamp_colour=COLOURS} lantern.",
            '"Just think that we are {practice_at!}!" <cried> {friend}.',
            (
                "{friend} lit {candles=NUMBERS} {candle_colour=COLOURS} candles, and {hero} felt "
                "<happy>."
            ),
        )
    s.plot(
        "So {hero} began to {act!}, and they clapped for {clapping=NUMBERS} minutes.",
        "Then {hero} began to {act!}. It was [beautiful|lovely|splendid|wonderful|perfect|great]!",
        "Now {he} could {act!} as never before, and {he} felt <happy>.",
        "Then {he} could {act!}, and even {plural fans=CRITTERS} came closer.",
        (
            'Then all went well. "[Bravo|Hooray|Wow|Hurrah|Encore|Well done]!" <cried> {a '
            "critic_look=MOODS} {critic=PASSERS}.*2"
        ),
        "After {breaths=FEW} deep breaths, {hero} began to {act!} and felt <happy>.",
    )
    s.paragraph()
    end = s.turn(kept=KEPT[promise], bad=BROKEN[promise])
    if end == "bad":
        alone_on_stage(s)
        return
    s.plot(
        "They laughed about the {show!} until {clock2=LATE} and felt <happy>.",
        "{friend} felt <happy> and sang about {song2=DREAMS}.",
        '"You kept your promise," <say> {friend} <adv>.',
        '"A promise is a promise," <said> {hero}, and {friend} felt <happy>.',
        '"You are so {praise2=NICE}, {hero}," <say> {friend} <adv>.',
    )
    moral(
        s,
        "What you promise before, you must keep afterwards.",
        "Nobody stands on a stage all alone.",
        "Mistakes are not so bad when a friend is near.",
    )


KEPT = {
    "toy": (
        "{friend} got the {colour!} {toy!} with {a bow=COLOURS} bow.*3",
        '"Now take the {colour!} {toy!}," {hero} <say> <adv>.*3',
        "At {toy_time=LATE}, {hero} gave {friend} the {colour!} {toy!}.*3",
        "{friend} danced home with the {colour!} {toy!} and felt <happy>.*3",
    ),
    "teach": (
        "The next {lesson=DAYTIMES}, {hero} showed {friend} how to {skill!}.*3",
        '"Now I will teach you to {skill!}," {hero} <say> <adv>.*3',
        "After {tries2=NUMBERS} tries, {friend} could {skill!}, too.*3",
        '"It is easy to {skill!}!" <said> {hero}, who felt <happy>.*3',
    ),
    "trip": (
        "So they <walked> to {place!} and saw {sight3=place.sights} and {sight4=place.sights}.*3",
        '"Now we will go to {place!}," {hero} <say> <adv>.*3',
        "Near {place!}, they saw {a seen_look=ANIMAL_LOOKS} {seen=CRITTERS} {nook=place.nooks}.*3",
        "They <walked> to {place!} and played {game=GAMES_NAMES} {nook=place.nooks}.*3",
    ),
    "food": (
        "{friend} got {number!} {treat.plural!} in {a bag_look=LOOKS} {bag_colour=COLOURS} bag.*3",
        '"{number.Text!} {treat.plural!}, as I promised!" {hero} <say> <adv>.*3',
        "{friend} ate the {number!} {treat.plural!} {eat_at=STANDING} and felt <happy>.*3",
        "{friend} got all {number!} {treat.plural!}, gave one back to {hero}, and felt <happy>.*3",
    ),
}
BROKEN = {
    "toy": (
        '"And the {colour!} {toy!}?" {friend} <asked> <soft>. "It is mine," <said> {hero}.*2',
        (
            '"You promised me the {colour!} {toy!}," <said> {friend}. "I am a star now," <said> '
            "{hero}.*2"
        ),
    ),
    "teach": (
        (
            '"But you wanted to show me how to {skill!}," <say> {friend} <soft>. "I am a star '
            'now," <said> {hero}.*2'
        ),
        '"When will you teach me to {skill!}?" {friend} <asked> <soft>. "Never," <said> {hero}.*2',
    ),
    "trip": (
        '"And when do we go to {place!}?" {friend} <asked> <soft>. "Go alone," <said> {hero}.*2',
        (
            "The next day, {friend} waited near {place!} for {waited=FEW} hours. {hero} did not "
            "come.*2"
        ),
    ),
    "food": (
        (
            '"And my {number!} {treat.plural!}?" {friend} <asked> <soft>. "I ate them," <said> '
            "{hero}.*2"
        ),
        (
            '"You promised me {number!} {treat.plural!}," <said> {friend}. "I am a star now," '
            "<said> {hero}.*2"
        ),
    ),
}


def alone_on_stage(s: Story) -> None:
    """The promise was broken, and there is nobody to help the next time."""
    s.plot(
        "{friend} felt <sad> and <walked> home.",
        '"I see," <say> {friend} <soft>, and <walked> away.',
        "{friend} felt <sad>, but {hero} did not see it.",
    )
    s.plot(
        "<later>, {hero} had to {act!} again and {slip2=SLIPS}.",
        "<later>, there was {a show2=SHOWS}. {hero} {slip2=SLIPS}, and everybody laughed.",
        "<later>, at {a show2=SHOWS}, {hero} {slip2=SLIPS} and could not go on.",
    )
    s.plot(
        "{He} looked for {friend!} and felt <sad>, but the chair was empty.",
        "This time, there was no {friend!} to help, and {he} felt <scared>.",
        "{friend!} was far away, {doing2=DOINGS}.",
    )
    s.plot(
        "{hero} took off the {costume_colour!} {costume!} and felt <sad>.",
        "{hero} stood there in the {costume_colour!} {costume!} and felt <sad>.",
        (
            '"Where is {friend!}?" {his} {last=FAMILY} <asked>. But {hero} felt <sad> and did not '
            "answer."
        ),
    )
    moral(
        s,
        "A broken promise can cost you a friend.",
        "Do not forget who helped you.",
        "Pride leaves you all alone.",
    )


PLOTS = (bully, false_alarm, wish, show)
