"""Plots that turn out otherwise: a parcel, a birthday, a swap, and a way that is lost."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import moral, passer_by
from storylm.data.fables.story import Story


@plot(
    (
        "a parcel in {colour=COLOURS} paper came for {hero}, all the way from {far=FAR_PLACES}. "
        "It was from {his} {sender=FAMILY}."
    ),
    (
        "when {hero} [woke up|came home|looked outside|went out to play], a parcel in "
        "{colour=COLOURS} paper lay [at the door|on the steps|on the mat|by the gate]. It was "
        "from {his} {sender=FAMILY}."
    ),
    (
        '"There is a parcel for you, {hero}!" <cried> the [mailman|milkman|bus driver|mail '
        "lady|baker]. It was wrapped in {colour=COLOURS} paper and came from {his} "
        "{sender=FAMILY}."
    ),
    summaries=(
        "{hero=FOLK} gets a parcel in {colour=COLOURS} paper, and everybody guesses what is in it.",
        "{hero=FOLK} gets a parcel from {his} {sender=FAMILY} and must not open it yet.",
    ),
    hints=(
        "everybody would guess wrong that day",
        "it would be very hard to wait",
    ),
    features="Twist",
)
def parcel(s: Story) -> None:
    """Everybody guesses what is in the parcel, and nobody is right."""
    s.plot(
        'A card said, "[Do not|Please do not|Never] open it before {clock=CLOCKS}!"',
        '"[Wait|Please wait|Just wait] until {clock=CLOCKS}!" said {a card_colour=COLOURS} card.',
        '"Not before {clock=CLOCKS}, [please|my dear|{hero}]!" said {a card_colour=COLOURS} card.',
        '"No [peeking|shaking|poking] before {clock=CLOCKS}!" said {a card_look=LOOKS} card.',
        'On it hung {a card_look=LOOKS} {card_colour=COLOURS} card: "Wait until {clock=CLOCKS}!"',
    )
    s.plot(
        "{hero} [turned|tapped|lifted|poked] it. [Bump|Clink|Thump|Tick|Swish|Rattle], it went.",
        "{hero} sniffed at it. It smelled of {smell3=SMELLS} and {smell4=SMELLS}.",
        "{hero} put it {hiding=HIDEOUTS}, but [it was no use|that did not help|not for long].",
        "{hero} walked around it {rounds=TIMES} times and felt <happy>.",
        (
            '"[Why must I wait|How long that is|I want to know now]!" {he} <cried>, and '
            "[hopped|danced|ran|marched] around it."
        ),
    )
    s.paragraph()
    s.plot(
        (
            "<then>, {friend=cast.folk} came by in {a friend_look=CLOTH_LOOKS} "
            "{friend_colour=COLOURS} {friend_garment=GARMENTS}."
        ),
        "[Of course|Luckily], {friend=cast.folk}, who lived {friend_at=WHERE}, came to see it.",
        "{His} friend {friend=cast.folk} came home from {errand=ERRANDS} and [saw it|found {him}].",
        '"What is that?" <asked> {friend=cast.folk}, who came home from {errand=ERRANDS}.',
        '"Is that for you?" <asked> {his} friend {friend=cast.folk}, who had been {doing=DOINGS}.',
    )
    s.plot(
        (
            '"[I know|Easy|I can tell]! It is {a guess_look=LOOKS} {guess=PARCELS}!" {friend.he} '
            "<cried>.*2"
        ),
        '"I bet {a stake=FOODS} that it is {a guess=PARCELS}," {friend.he} <say> <adv>.*2',
        (
            '{friend} [tapped|sniffed at|listened to] it. "It is {a guess=PARCELS}," {friend.he} '
            "<say> <adv>.*2"
        ),
        (
            '"My {giver=FAMILY} sent me one, too," {friend.he} <say> <adv>. "It was {a '
            'guess=PARCELS}."'
        ),
        '"It must be {a guess=PARCELS}," {friend.he} <say> <adv>.*2',
    )
    s.plot(
        (
            'The {guesser=cast.elders} came closer. "No, {a guess2=PARCELS}," {guesser.he} <said> '
            "<adv>."
        ),
        (
            '"[Wrong|Never|Nonsense]! That is {a guess2=PARCELS}," <cried> the '
            "{guesser=cast.elders} from next door."
        ),
        (
            'But the {guesser=cast.elders} [laughed|frowned|blinked]. "No, {a guess2=PARCELS}!" '
            "{guesser.he} <said> <adv>."
        ),
        '"It looks like {a guess2=PARCELS} to me," the {guesser=cast.elders} <said> <adv>.',
    )
    passer_by(s)
    s.paragraph()
    way = s.turn(
        thing=(
            (
                "At {clock!}, {hero} [tore|took|pulled] off the paper. There was {a "
                "truth_look=LOOKS} {truth_colour=COLOURS} {truth=PARCELS}!*2"
            ),
            (
                "At last it was {clock!}. Out came {a truth_look=LOOKS} {truth_colour=COLOURS} "
                "{truth=PARCELS}!*2"
            ),
            (
                "{hero} waited <busy> until {clock!}. It was {a truth_look=LOOKS} "
                "{truth_colour=COLOURS} {truth=PARCELS}!*2"
            ),
        ),
        visit=(
            (
                'At {clock!}, {hero} opened it. There was only a [note|letter|card]: "Look '
                '{there=NIGHT_PLACES}!"*2'
            ),
            (
                'At last, {clock!} came. But the box was empty! "[Now look|Go and look] '
                '{there=NIGHT_PLACES}," it said on the bottom.*2'
            ),
            (
                "{hero} waited <busy> until {clock!}. There was a smaller box, and in it a "
                '[note|letter|card]: "Look {there=NIGHT_PLACES}!"*2'
            ),
        ),
        bad=(
            "But {hero} did not wait until {clock!}. {He} shook it {shakes=TIMES} times. <crash>!",
            (
                '"Just one [peek|little look]," {hero} <whispered>, long before {clock!}. It fell '
                "{landing=LANDINGS}. <crash>!"
            ),
        ),
    )
    if way == "bad":
        opened_too_soon(s)
        return
    if way == "visit":
        s.plot(
            (
                "There, {there!}, stood {his} {sender!} with {a bag_look=LOOKS} "
                "{bag_colour=COLOURS} [suitcase|bag|trunk]!"
            ),
            (
                "They ran out. With {a bag_colour=COLOURS} [suitcase|bag|trunk] and "
                "{flowers=FLOWERS}, there stood {his} {sender!}!"
            ),
            (
                "Somebody [laughed|sneezed|coughed] there. It was {his} {sender!}, with {a "
                "present_look=LOOKS} {present=GIFTS}!"
            ),
        )
        s.plot(
            '"I am too [big|round|tall|old] for a parcel," {sender.he} <said> <adv>.',
            '"I did not fit into the [box|parcel]," {sender.he} <said> <adv>.',
            '"I will stay for {days=FEW} [days|weeks]," {sender.he} <said> <adv>.',
            "{sender.He} had come {ride=RIDES}, and {hero} felt <happy>.",
        )
        s.plot(
            '"So no {guess!} and no {guess2!}," {friend} <said> <adv>.',
            (
                '"[Much|Far|Even] better than {guess.a!} or {guess2.a!}!" {hero} <cried>, and '
                "felt <happy>."
            ),
            '"That is no {guess2!}," the {guesser!} <said> <adv>. "And no {guess!}!"',
            "Nobody thought of {guess.a!} or {guess2.a!} anymore, and all felt <happy>.",
        )
    else:
        s.plot(
            '"That is no {guess!}," {friend} <said> <adv>. "And no {guess2!}!"',
            '"No {guess!}, and no {guess2!}," the {guesser!} <said> <adv>.',
            (
                "So it was not {guess.a!} and not {guess2.a!}! [Both|They both] felt <happy> all "
                "the same."
            ),
            (
                '"[And|But] where is my {guess2!}?" <asked> the {guesser!}. "And my {guess!}?" '
                "<asked> {friend}."
            ),
        )
        s.plot(
            '"I had one when I was {sender_age=AGES}," {his} {sender!} wrote. {hero} felt <happy>.',
            (
                '"[Have fun|Play well|Take care of it]! Your {sender!}," said {a '
                "note_colour=COLOURS} note."
            ),
            "{hero} felt <happy> and sang about {song=DREAMS}.",
            "{hero} felt <happy> and wrote to {his} {sender!} [at once|that night|the next day].",
            (
                "There were {sweets=NUMBERS} [candies|cookies|nuts] in it, too, and {hero} felt "
                "<happy>."
            ),
        )
    if "stake" in s.facts:
        s.plot(
            '"[I lost the bet|You win]," {friend} <said> <soft>, and gave {hero} {stake.a!}.',
            '"You owe me {stake.a!}, {friend}," {hero} <said> <adv>.',
            '"Here is your {stake!}," {friend} <said> <soft>, for {friend.he} had lost the bet.',
        )
    s.plot(
        "Then they all [ate|had] {meal=SWEETS} and felt <happy>.",
        "Until {late=NIGHTS}, they talked about {talk=DREAMS} and {talk2=DREAMS}.",
        "From the {colour!} paper, {friend} made {a paper_thing=PAPERS}[ for {hero}|].",
        "The {guesser!} folded the {colour!} paper into {a paper_thing=PAPERS}.",
        "They played {game=GAMES_NAMES} until {late=NIGHTS}, even the {guesser!}.",
    )
    moral(
        s,
        "Good things come to those who wait.",
        "Do not be too sure before you have looked.",
        "The best surprise is one that nobody can guess.",
    )


def opened_too_soon(s: Story) -> None:
    """What the hero could not wait for is broken."""
    s.plot(
        (
            "It was not {guess.a!} and not {guess2.a!}. It was {a truth_colour=COLOURS} "
            "{fragile=FRAGILE}, in {pieces=NUMBERS} pieces."
        ),
        (
            "There was no {guess!} and no {guess2!}, but {a truth_colour=COLOURS} "
            "{fragile=FRAGILE}, in {pieces=NUMBERS} pieces."
        ),
    )
    s.plot(
        '"[Oh, {hero}|Too late]," the {guesser!} <say> <soft>. {hero} felt <sad>.',
        '"<oh>! Why did I not wait?" {hero} <cried>, and felt <sad>.',
        '{hero} felt <sad> and [wept|cried|sobbed]. "Do not cry," {friend} <said> <soft>.',
    )
    s.plot(
        (
            'At {clock!}, {his} {sender!} came in person. "[I wanted to open it with you|It was '
            'once mine]," {sender.he} <say> <soft>.'
        ),
        (
            'At {clock!}, {his} {sender!} stood at the door. "It took me {weeks=FEW} weeks to '
            'make it," {sender.he} <say> <soft>.'
        ),
    )
    s.plot(
        "They tried {glue=MENDERS}, but the {fragile!} could not be mended.",
        "{hero} kept one {truth_colour!} piece {kept=HIDEOUTS} and felt <sad>.",
        "{hero} said sorry {sorry=TIMES} times, but the {fragile!} stayed broken.",
    )
    moral(
        s,
        "If you cannot wait, you may spoil what you are waiting for.",
        "Some things break only once.",
        "A promise to wait is a promise, too.",
    )


@plot(
    (
        "{hero} jumped for joy. It was {his} birthday! All {he} wanted was {a look=LOOKS} "
        "{colour=COLOURS} {wish=TOYS}."
    ),
    (
        "it was {hero}'s birthday at last! For {weeks=FEW} weeks, {he} had dreamed of {a "
        "colour=COLOURS} {wish=TOYS}."
    ),
    (
        '"Today is my birthday!" <cried> {hero} [in bed|at sunrise|and jumped out of bed|and '
        'danced]. "I hope that I get {a colour=COLOURS} {wish=TOYS}!"'
    ),
    summaries=(
        (
            "{hero=FOLK} has a birthday and wants {a wish=TOYS}, but everybody seems to have "
            "forgotten it."
        ),
        "{hero=FOLK} hopes for {a colour=COLOURS} {wish=TOYS}, but nobody says happy birthday.",
    ),
    hints=(
        "the others had a secret",
        "{his} friends would act very strangely all day",
        "nobody had really forgotten {him}",
    ),
    features="Twist",
    characters=3,
)
def forgotten_birthday(s: Story) -> None:
    """Everybody acts strangely, because there will be a party."""
    s.plot(
        (
            'But {his} {family=FAMILY} was {chore=YARD_WORK} and only said, "[Good morning|Eat '
            'your soup|Wash your ears|Shut the door|Mind the puddle]."'
        ),
        (
            '"Is this a special day?" {he} asked {his} {family=FAMILY}. "Yes, [washing day|market '
            'day|bath day|soup day]," {family.he} <said> <adv>.'
        ),
        (
            "But there was no cake, and {his} {family=FAMILY} was {chore=YARD_WORK} and "
            "[hummed|yawned|said nothing]."
        ),
        (
            "But {his} {family=FAMILY} talked about [the weather|the roof|eggs|socks] and went on "
            "{chore=YARD_WORK}."
        ),
        (
            '"[Not now|Later|Go and play], I am {chore=YARD_WORK}," {his} {family=FAMILY} <said> '
            "<adv>."
        ),
    )
    s.plot(
        "No song, no cake, no {wish!}! {hero} felt <sad>.",
        "{hero} looked {hiding=HIDEOUTS} for the {wish!} and felt <sad>.",
        "{hero} felt <sad>, took {his} {wear_colour} {garment}, and <walked> out.",
        '"[Maybe|Perhaps|I hope that] my friends know," {hero} <whispered>, and felt <sad>.',
    )
    s.paragraph()
    s.plot(
        (
            "{His} friend {friend=cast.folk} hid something {secret=COLOURS} behind a "
            '[tree|wall|door|bush]. "[No time|Not now|Later]!" {friend.he} <cried>.'
        ),
        (
            "<then>, {he} met {friend=cast.folk} {stand=PLAY_SPOTS} with something "
            '{secret=COLOURS}. "[Not now|No time|Tomorrow|Sorry]!" {friend.he} <cried>.'
        ),
        (
            "{He} <walked> to {friend=cast.folk}, who lived {friend_at=WHERE}. {friend.He} sat on "
            "something {secret=COLOURS} and [whistled|turned red|said nothing]."
        ),
        (
            '"What is that {secret=COLOURS} thing?" {he} asked {his} friend {friend=cast.folk}. '
            '"[A potato|Nothing|A pancake|Only a sock]," {friend.he} <said> <adv>.'
        ),
        (
            '"Will you play {game=GAMES_NAMES} with me?" {he} asked {friend=cast.folk}, who hid '
            'something {secret=COLOURS}. "I am [ill|asleep|busy]," {friend.he} <said> <adv>.'
        ),
    )
    s.plot(
        (
            '<then>, {other=cast.folk} came by with {stuff=CAKE_STUFF}. "For my '
            '{pet2=HOUSE_PETS}," {other.he} <said> <soft>.'
        ),
        (
            'Near {spot=SPOTS}, {he} met {other=cast.folk} with {stuff=CAKE_STUFF}. "For my '
            '{pet2=HOUSE_PETS}," {other.he} <said> <soft>.'
        ),
        (
            '"Why do you have {stuff=CAKE_STUFF}?" {hero} asked {other=cast.folk}. "For my '
            '{pet2=HOUSE_PETS}," {other.he} <said> <soft>.'
        ),
        (
            'Around the corner came {other=cast.folk} with {stuff=CAKE_STUFF}. "[Lunch|Supper|A '
            'bath|A treat] for my {pet2=HOUSE_PETS}," {other.he} <said> <soft>.'
        ),
    )
    passer_by(s)
    s.paragraph()
    way = s.turn(
        home=(
            ("At {late=NIGHTS}, {hero} felt <sad> and <walked> home. The {hero.home!} was dark.*3"),
            (
                '"[Supper|Bedtime|Come], {hero}!" {his} {family!} <cried> at {late=NIGHTS}. But '
                "the {hero.home!} was dark.*3"
            ),
        ),
        angry=(
            (
                '"You [forgot me|do not like me|are all so mean]!" {hero} told {friend}, and felt '
                "<angry>. {friend} led {him} to a table {party=PLAY_SPOTS}.*2"
            ),
            (
                '{hero} felt <angry>. "[False friends|You forgot me|Go away]!" {he} <cried>. '
                "{friend} only led {him} to a table {party=PLAY_SPOTS}.*2"
            ),
            (
                '{hero} felt <angry>. "I [do not need|do not want|never liked] you!" {he} told '
                "{friend}. But {party=PLAY_SPOTS} stood a [long|big|round] table.*2"
            ),
        ),
        bad=(
            (
                '"[I do not need them|They will be sorry]," {hero} <said> <adv>, and hid '
                "{hide=NIGHT_PLACES} until {late=NIGHTS}."
            ),
            (
                "{hero} felt <angry> and hid {hide=NIGHT_PLACES}. They called {him}, but {he} "
                "stayed there until {late=NIGHTS}."
            ),
        ),
    )
    if way == "bad":
        party_missed(s)
        return
    s.plot(
        '"Surprise!" <cried> {friend}, {other}, and {guests=NUMBERS} [others|more friends|guests].',
        (
            '"Happy birthday!" <cried> {friend}, {other}, {family.the}, and {guests=NUMBERS} '
            "[others|more friends|guests]."
        ),
        (
            "Then {lights=NUMBERS} [torches|lamps|lanterns] shone. {friend}, {other}, and "
            "{family.the} [sang|cheered|clapped]!"
        ),
        (
            "It was a surprise party, with {guests=NUMBERS} guests! {friend} and {other} "
            "[sang|cheered|clapped|danced]."
        ),
    )
    s.plot(
        (
            "With {stuff!}, {other} had made a [big|tall|round|fine] cake. The {pet2!} got [a "
            "crumb|nothing|one bite]."
        ),
        (
            '"It all went into your cake," {other} <said> <adv>. "My {pet2!} got [a '
            'crumb|nothing|one bite]."'
        ),
        '"I made a [cake|pie|tart] with {stuff!}," {other} <said> <adv>. "Poor {pet2!}!"',
        'There was a cake, too. "My {pet2!} [must wait|is not hungry]," {other} <said> <adv>.',
    )
    s.plot(
        (
            "The {secret!} thing was {a gift_look=LOOKS} {gift=GIFTS}[ from {friend}|, made by "
            "{friend}]."
        ),
        (
            '"For you," {friend} <said> <adv>, and gave {him} {a gift_look=LOOKS} {secret!} '
            "{gift=GIFTS}."
        ),
        "{friend} had hidden {a gift_look=LOOKS} {secret!} {gift=GIFTS} for {him}.",
        "And what was {secret!}? It was {a gift_look=LOOKS} {gift=GIFTS} from {friend}!",
    )
    s.plot(
        "From {his} {family!} came {colour.a!} {wish!}, and {hero} felt <happy>.",
        (
            '"Look [behind you|under the cake|up]," {family.the} <said> <adv>. There was '
            "{colour.a!} {wish!}!"
        ),
        '"[Here|For you|With love]," {family.the} <said> <adv>. It was {colour.a!} {wish!}!',
        '"Who forgot you?" {family.the} <asked> <adv>, and gave {him} {colour.a!} {wish!}.',
    )
    if way == "angry":
        s.plot(
            '"I am sorry that I was [so angry|so rude|unfair]," {hero} <said> <soft>.',
            '"And I was so [mean|rude|unfair]," {hero} <said> <soft>. They [laughed|hugged {him}].',
            "So {hero} said sorry <soft> and gave {friend} the [first|biggest|best] piece.",
        )
    else:
        s.plot(
            '"You are [great|terrible|wonderful|funny] liars!" {hero} <cried>, and felt <happy>.',
            "Then they played {party_game=GAMES_NAMES}, sang {songs=FEW} songs, and felt <happy>.",
            "{hero} felt <happy> and blew out the candles [in one breath|with a wish|at once].",
            "They danced for {hours=FEW} hours and felt <happy>.",
        )
    moral(
        s,
        "True friends do not forget you.",
        "Do not be angry before you know why.",
        "Some secrets are kept out of love.",
    )


def party_missed(s: Story) -> None:
    """The hero hides from a party that was for the hero."""
    s.plot(
        "At home, {lights=NUMBERS} lamps had burned down. On the table lay {colour.a!} {wish!}.",
        (
            "At last {he} <walked> home. There were {guests=NUMBERS} [empty plates|paper "
            "flowers|chairs] and {colour.a!} {wish!}, but no guests."
        ),
    )
    s.plot(
        (
            '"It was a surprise party," {family.the} <say> <soft>. "{friend} and {other} waited '
            'for {hours=FEW} hours."'
        ),
        (
            '"We [called|looked for] you," {family.the} <say> <soft>. "{friend} and {other} have '
            'gone home."'
        ),
        (
            '"With {stuff!}, {other} made you a cake," {family.the} <say> <soft>. "Now the party '
            'is over."'
        ),
    )
    s.plot(
        (
            "The {secret!} thing lay there, too. It was {a gift=GIFTS} from {friend}, and {hero} "
            "felt <sad>."
        ),
        (
            "{friend} had left {a secret_look=LOOKS} {secret!} {gift=GIFTS} for {him}. {hero} "
            "felt <sad>."
        ),
    )
    s.plot(
        (
            "{He} ate [one piece of cake|a bit of cake] all alone, and it tasted of "
            "[nothing|dust|tears]."
        ),
        "{He} put the {wish!} {put=HIDEOUTS} and [cried|wept] until {night=NIGHT_HOURS}.",
    )
    moral(
        s,
        "Do not think badly of your friends too soon.",
        "If you hide from others, you may miss the best.",
        "An angry heart sees what is not there.",
    )


@plot(
    (
        "{hero} showed {friend=cast.folk} {his} {colour=COLOURS} {goods=GOODS}. {friend.He} had "
        "{a look2=LOOKS} {colour2=COLOURS} {other=SWAPS} with {friend.him}."
    ),
    (
        "two friends met {meet=PLAY_SPOTS}. {hero} had {his} {colour=COLOURS} {goods=GOODS} "
        "there. {friend=cast.folk} had {a colour2=COLOURS} {other=SWAPS}."
    ),
    (
        '"I like your {colour=COLOURS} {goods=GOODS}," {friend=cast.folk} [said|called|whispered] '
        'to {hero}. "[Look|See], I have {a look2=LOOKS} {colour2=COLOURS} {other=SWAPS}."'
    ),
    summaries=(
        "{hero=FOLK} swaps {his} {goods=GOODS} for {a other=SWAPS} and is soon sorry.",
        (
            "{hero=FOLK} has {some goods=GOODS} and swaps {goods.it} with a friend for {a "
            "other=SWAPS}."
        ),
    ),
    hints=(
        "{he} would soon want something back",
        "a swap is easily made and hard to undo",
    ),
)
def swap(s: Story) -> None:
    """A swap is made, and soon it is a pity."""
    s.plot(
        (
            '"My {goods!} for your {other!}?" <asked> {hero}. "[Yes|Done|All right|Why not]!" '
            "{friend} <said> <adv>."
        ),
        '"Shall we swap?" {hero} <asked> <adv>. "[Yes|Gladly|Of course]!" {friend} <said>.',
        (
            "How [pretty|lovely|clever|fine|funny] that {other!} was! After {thinking=NUMBERS} "
            "seconds, they swapped."
        ),
        '"I [want|need|love] that {other!}," {hero} <say> <adv>. So they swapped.',
        '"Let us swap," {hero} <say> <adv>, for {he} [loved|wanted|liked] the {other!}.',
    )
    s.plot(
        '"A swap is a swap," {hero} <said> <adv>. "[No going back|Remember that|It is for good]!"',
        '"[Forever|For good|For always]," {hero} <said> <adv>. "A swap is a swap."',
        "They promised {nods=FEW} times [never to swap back|not to be sorry|that it was for good].",
        '"But we will [never|not] swap back," {hero} <said> <adv>.',
    )
    s.plot(
        "{hero} felt <happy> and called the {other} {other_name=PET_NAMES}.",
        (
            "For {days=FEW} [days|weeks], {hero} [thought of nothing|loved nothing|wanted "
            "nothing] else and felt <happy>."
        ),
        (
            "{hero} [took|carried] it to everybody, even to {a audience_look=ANIMAL_LOOKS} "
            "{audience=CRITTERS}."
        ),
        (
            "{hero} [tried it out|played with it|showed it around] {play_at=PLAY_SPOTS} and felt "
            "<happy>."
        ),
        "Until {late=NIGHTS}, {hero} [played with it|tried it out|looked at it] and felt <happy>.",
    )
    s.paragraph()
    s.plot(
        'But at {meal=MEALS}, {his} {giver=FAMILY} <asked>, "Where {goods.is_} your {goods!}?"',
        (
            '"Where {goods.is_} the {goods!} that I gave you?" <asked> {his} {giver=FAMILY} at '
            "{meal=MEALS}."
        ),
        (
            'Then {his} {giver=FAMILY} [looked around|came in]. "Where {goods.is_} the {goods!}?" '
            "{giver.he} <asked> <adv>."
        ),
        '"You need your {goods!} [today|tomorrow|on Sunday]," {his} {giver=FAMILY} <say> <adv>.',
    )
    s.plot(
        '"I swapped {goods.it} for {other.a!}," {hero} <said> <soft>, and felt <sad>.',
        '{hero} turned [red|pale|white]. "{friend} has {goods.it} now," {he} <said> <soft>.',
        '"I have {other.a!} [instead|now]," {hero} <said> <soft>, and felt <sad>.',
        (
            '"{friend} wanted {goods.it} so much," {hero} <said> <soft>. But that was not '
            "[quite|really] true."
        ),
    )
    s.plot(
        '"I made {goods.it} for you," {giver.the} <say> <soft>. Now {hero} felt <sad>.',
        "{giver.The} felt <sad>, and {hero} could not sleep until {night=NIGHT_HOURS}.",
        (
            '"[Are you glad|Is that better]?" {giver.the} <asked> <soft>. {hero} [did not '
            "know|said nothing|felt <sad>]."
        ),
        (
            '"It took me {weeks=FEW} weeks to [make|find|choose] {goods.it}," {giver.the} <say> '
            "<soft>."
        ),
        "{hero} felt <sad>. {colour2.A!} {other!} was not the same[ at all| as that|].",
    )
    passer_by(s)
    s.paragraph()
    s.plot(
        "{hero} took the {other} and <walked> to {friend}, who lived {friend_at=WHERE}.",
        "[The next day|In the morning|After {wait=FEW} days], {hero} <walked> <busy> to {friend}.",
        "In {his} {wear_colour} {garment}, {hero} <walked> <busy> to {friend}.",
        '"I want {goods.it} back," {hero} told {a told=CRITTERS}, and <walked> to {friend}.',
    )
    way = s.turn(
        back=(
            '"I miss my {other!}," {friend} <said> <soft>[ at the door| and felt <sad>|].*2',
            (
                '"[Oh, good|At last|I am so glad]," {friend} <said> <soft>. "I want my {other!} '
                'back!"*2'
            ),
            (
                '{friend} sat {perch=PERCHES} and felt <sad>. "How is my {other!}?" {friend.he} '
                "<asked>.*2"
            ),
        ),
        third_way=(
            (
                '"But I love the {goods!}," {friend} <said> <soft>, and felt <sad>. "A swap is a '
                'swap."*3'
            ),
            (
                '{friend} held the {goods!} [tight|close]. "You said that it was for good," '
                "{friend.he} <said> <soft>.*3"
            ),
        ),
        chain=(
            (
                '"I have {a next=SWAPS} now," {friend} <said> <soft>. "{third=cast.folk} gave it '
                'to me for your {goods!}."*3'
            ),
            (
                'But {friend} had {a next=SWAPS} now. "I swapped again, with {third=cast.folk}," '
                "{friend.he} <said> <soft>.*3"
            ),
        ),
        bad=(
            '"A swap is a swap!" {friend} <cried>, and [shut|locked|closed] the door.',
            (
                '"{goods.It} {goods.is_} mine now," {friend} <said> <adv>, and [went in|turned '
                "away|walked off]."
            ),
        ),
    )
    if way == "bad":
        no_way_back(s)
        return
    if way == "back":
        s.plot(
            '"And I miss my {goods!}," {hero} <said> <soft>. They both [laughed|giggled|grinned].',
            '"Then let us swap [again|back]!" {hero} <cried>, and felt <happy>.',
            '"[Here it is|You can have it]," {hero} <said> <adv>. "But I want my {goods!}!"',
            (
                '"Shall we swap [again|once more|back]?" {hero} <asked> <adv>. '
                '"[Yes|Quick|Please]!" <cried> {friend}.'
            ),
        )
        s.plot(
            (
                "So {hero} got {his} {goods!}, {friend} got {friend.his} {other!}, and they both "
                "felt <happy>."
            ),
            "The {colour!} {goods!} {goods.was} back, and {giver.the} felt <happy>.",
            (
                "{hero} took the {goods!}, {friend} took the {other!}, and they shared {a "
                "treat=FOODS}."
            ),
        )
        s.plot(
            (
                '"From now on, we [only|will only] swap [cookies|jokes|riddles|songs]," {friend} '
                "<said> <adv>."
            ),
            (
                "They played {game=GAMES_NAMES} until {night_end=NIGHTS} and talked about "
                "{talk=DREAMS}."
            ),
            "Then they ate {meal2=SWEETS} and sang about {song=DREAMS}.",
        )
    elif way == "third_way":
        s.plot(
            (
                '"[You are right|That is true|I know]," {hero} <said> <soft>. "But my {giver!} is '
                'sad."'
            ),
            "{hero} thought of {his} {giver!} and felt <sad>. {friend} felt <sad>, too.",
            "They [sat down|said nothing|thought hard] for {minutes=FEW} minutes and felt <sad>.",
        )
        s.plot(
            '"We can take turns," {friend} <said> <adv>, "with the {goods!} and the {other!}."',
            '"[Then let us share|We can share]," {friend} <said> <adv>. "Everything is ours."',
            '"Let us share the {goods!} and the {other!}," {hero} <said> <adv>.',
        )
        s.plot(
            (
                "So on [Mondays|Sundays|Fridays] {hero} had the {goods!}, and {friend} had the "
                "{other!}. They felt <happy>."
            ),
            (
                "From then on, {hero} had the {goods!} every [evening|second day|weekend], and "
                "both felt <happy>."
            ),
            "{giver.The} heard about it, felt <happy>, and cooked {meal2=SWEETS} for them.",
        )
    else:
        s.plot(
            (
                "So they <walked> to {third}, who lived {third_at=WHERE}. And there {goods.was} "
                "the {goods!}!"
            ),
            "They found {third} {third_spot=PLAY_SPOTS} with the {colour!} {goods!}.",
            (
                'They ran to {third}, who was {third_doing=DOINGS}. "I want my {goods!} back!" '
                "{hero} <cried>."
            ),
        )
        s.plot(
            (
                '"The {other!} is [just what I want|better|prettier]," {third} <said> <adv>. "Let '
                'us swap!"'
            ),
            '"For that {colour2!} {other!} you can have {goods.it}," {third} <said> <adv>.',
            (
                '"Give me the {other!} and {a extra=FOODS}," {third} <said> <adv>. '
                '"[Agreed|Done]!" <cried> {hero}.'
            ),
        )
        s.plot(
            (
                "Now {hero} had the {goods!}, {third} the {other!}, and {friend} the {next!}. "
                "[All|All three] felt <happy>."
            ),
            (
                "{hero} took the {goods!}, {third} the {other!}, and {friend} the {next!}, and "
                "they ate {meal2=SWEETS}."
            ),
            (
                '"My {next!} is [better|nicer] anyway," {friend} <said> <adv>, and {hero} took '
                "the {goods!} home."
            ),
            (
                "{hero} hugged the {colour!} {goods!}, {third} hugged the {other!}, and all felt "
                "<happy>."
            ),
        )
    moral(
        s,
        "Think twice before you swap.",
        "What is dear to you has no price.",
        "Friends can always find a way.",
    )


def no_way_back(s: Story) -> None:
    """A friend who will not undo the swap."""
    s.plot(
        '"But I am [so sorry|sad without {goods.it}]!" {hero} <cried>. There was no answer.',
        '"You can have {a offer=FOODS}, too," {hero} <said> <soft>. But it was no use.',
        "{hero} begged for {minutes=FEW} minutes, but [it was no use|nothing helped].",
    )
    s.plot(
        "{hero} felt <angry> and threw the {other!} into {hole=HOLES}. Now {he} had nothing.",
        "On the way home, the {other!} fell into {hole=HOLES}. Now {hero} had nothing.",
        "{hero} felt <angry> and kicked the {other!}. It broke into {pieces=NUMBERS} pieces.",
    )
    s.plot(
        "{friend} never spoke to {him} again, and both felt <sad>.",
        "Every {often=OFTEN}, {he} saw {friend} with the {colour!} {goods!} and felt <sad>.",
        '"Now you know," {giver.the} <said> <soft>, and {hero} felt <sad>.',
    )
    moral(
        s,
        "What you give away may never come back.",
        "No swap is worth a friend.",
        "First think, and then say yes.",
    )


@plot(
    (
        "{hero} followed {a critter_look=ANIMAL_LOOKS} {critter=CRITTERS}, past {a "
        "colour=COLOURS} {mark=WAYMARKS} and on to {spot=SPOTS}."
    ),
    (
        "{hero} set out for {spot=SPOTS}. {He} [passed|came past|saw] {a look=LOOKS} "
        "{colour=COLOURS} {mark=WAYMARKS} on the way."
    ),
    (
        "all alone, {hero} <walked> to {spot=SPOTS} to look for {flowers=FLOWERS}. {He} passed {a "
        "colour=COLOURS} {mark=WAYMARKS}."
    ),
    summaries=(
        "{hero=FOLK} loses {his} way near {spot=SPOTS} and must remember what {he} has seen.",
        (
            "{hero=FOLK} gets lost far from home, after {he} has passed {a colour=COLOURS} "
            "{mark=WAYMARKS}."
        ),
    ),
    hints=(
        "it would be a long way home",
        "{he} would soon be lost",
        "one small thing by the road would become important",
    ),
)
def lost_way(s: Story) -> None:
    """Lost, the hero has to remember what stood beside the way."""
    s.plot(
        (
            "Behind it stood {a colour2=COLOURS} {mark2=WAYMARKS} with {number=FEW} "
            "[birds|snails|crows|pigeons] on it."
        ),
        "[A little later|Next|Then] came {a look2=LOOKS} {colour2=COLOURS} {mark2=WAYMARKS}.",
        (
            '"What a [funny|fine|pretty] {mark}!" {he} <said>. Soon after came {a '
            "colour2=COLOURS} {mark2=WAYMARKS}."
        ),
        (
            "[Not far from|Close to] it was {a colour2=COLOURS} {mark2=WAYMARKS}, and {he} felt "
            "<happy>."
        ),
    )
    s.plot(
        (
            "{hero} [watched|chased|counted] {counted_number=FEW} {plural counted=CRITTERS} and "
            "forgot the time."
        ),
        "{hero} played {game=GAMES_NAMES} with {a playmate=CRITTERS} until {late=NIGHTS}.",
        (
            "{hero} ate {a snack=FOODS} there and fell asleep. When {he} woke up, it was "
            "{late=NIGHTS}."
        ),
        "{hero} found {a find_look=LOOKS} {find=TREASURES} and dug for more until {late=NIGHTS}.",
        "It was so [nice|lovely|quiet|pretty] there that {hero} stayed until {late=NIGHTS}.",
    )
    passer_by(s)
    s.paragraph()
    s.plot(
        "Now there was fog. {hero} could not see the [way|path|road] and felt <scared>.",
        "But which was the way home? {hero} saw {paths=FEW} paths and felt <scared>.",
        (
            '"[Left or right|This way or that way|Where is the path]?" {hero} <whispered>, and '
            "felt <scared>."
        ),
        (
            "{hero} <walked> on for {minutes=NUMBERS} minutes and was back at {spot!}! {He} felt "
            "<scared>."
        ),
        (
            "In the dark, everything [looked|seemed] different. {hero} felt <scared> and "
            "[cried|called for help|sat down]."
        ),
    )
    way = s.turn(
        helped=(
            'There came the {helper=cast.elders}. "Are you lost?" {helper.he} <asked> <adv>.*3',
            '"Who is [crying|sitting|sighing] there?" <asked> the {helper=cast.elders} <adv>.*3',
            (
                'A lamp shone. It was the {helper=cast.elders}. "[So late|All alone]?" '
                "{helper.he} <asked> <adv>.*3"
            ),
        ),
        friend=(
            (
                '"[Hello|Help|Oh dear]," somebody <said> <soft>. It was {friend=cast.folk}, and '
                "{friend.he} was lost, too!*3"
            ),
            (
                'Then {he} heard {friend=cast.folk}, who lived {friend_at=WHERE}. "I am lost, '
                'too," {friend.he} <said> <soft>.*3'
            ),
        ),
        bad=(
            (
                '"Are you lost?" <asked> the {helper=cast.elders}. "No," {hero} <said> <adv>, for '
                "{he} was proud, and <walked> on."
            ),
            (
                'The {helper=cast.elders} came by. "Do you need help?" {helper.he} <asked>. '
                '"[No|Not at all|Never]," {hero} <said> <adv>.'
            ),
        ),
    )
    if way == "bad":
        too_proud(s)
        return
    if way == "helped":
        s.plot(
            (
                '{hero} [nodded|sniffed|gulped]. "Where do you live?" {helper.he} <asked>. "I do '
                'not know," {hero} <said> <soft>.'
            ),
            '"I am lost," {hero} <said> <soft>. "I cannot find my {hero.home!}."',
            '"I want to go [home|to my {hero.home!}]," {hero} <said> <soft>, and felt <sad>.',
            '"I do not know where I [live|am]," {hero} <said> <soft>, and felt <sad>.',
        )
        s.plot(
            '"What [did you see|do you remember]?" {helper.he} <asked> <adv>.',
            '"[Think|Close your eyes], {hero}," {helper.he} <said> <adv>. "What did you pass?"',
            '"Tell me what you [saw|remember|passed]," {helper.he} <said> <adv>.',
            (
                '{helper.He} gave {him} {a comfort=FOODS}. "What [did you see|do you remember]?" '
                "{helper.he} <asked>."
            ),
        )
    else:
        s.plot(
            '"[Then|Now] we are lost together," {hero} <said> <adv>.',
            (
                '"[Do not cry|Cheer up|Come], {friend}," {hero} <said> <adv>. "[Two are better '
                'than one|I am here]."'
            ),
            (
                '{hero} let {friend} wear {his} {wear_colour} {garment}. "Do not be afraid," {he} '
                "<said> <adv>."
            ),
            "{hero} gave {friend} {a comfort=FOODS}, and they did not feel quite so <scared>.",
        )
        s.plot(
            '"What [did you see|do you remember]?" {friend} <asked> <adv>.',
            '"I saw only my own [feet|nose]," {friend} <said> <soft>. "And you?"',
            '"I remember only {flowers2=FLOWERS}," {friend} <said> <soft>. "And you?"',
        )
    s.plot(
        '"{colour.A!} {mark!}," {hero} <said> <adv>, "and then {colour2.a!} {mark2!}."',
        '"First {colour.a!} {mark!}," {hero} <said> <adv>, "and then {colour2.a!} {mark2!}."',
        (
            'After {thinking=NUMBERS} seconds, {hero} <said> <adv>, "{colour2.A!} {mark2!} and '
            '{colour.a!} {mark!}!"'
        ),
        '"I saw {colour2.a!} {mark2!}," {hero} <said> <adv>, "not far from {colour.a!} {mark!}."',
    )
    s.paragraph()
    if way == "helped":
        s.plot(
            (
                '"[I know it|That is not far|Come with me]!" {helper.he} <cried>. They <walked> '
                "<busy> past {pass_by=SPOTS}."
            ),
            '"The {mark2!}? I pass it every {often=OFTEN}!" {helper.he} <said> <adv>.',
            '"Then we must go past {pass_by=SPOTS}," the {helper} <said> <adv>.',
            (
                '"[Then it is not far|I know where that is]," {helper.he} <said> <adv>, and held '
                "up {a lamp_colour=COLOURS} lamp."
            ),
        )
    else:
        s.plot(
            (
                '"We [must|will] find them," {friend} <said> <adv>. They <walked> past '
                "{pass_by=SPOTS}."
            ),
            (
                '{friend} climbed [a tree|a wall|a rock]. "I see something {colour2!}!" '
                "{friend.he} <cried>."
            ),
            (
                "They tried path after path <busy>. On the {path_number=ORDINALS} one, {friend} "
                '<cried>, "Look!"'
            ),
        )
    s.plot(
        (
            "There was the {mark2!}! [There|And there|Next|Then] came the {colour!} {mark!}, and "
            "{hero} felt <happy>."
        ),
        (
            "First they came to the {mark2!}, and after {steps=NUMBERS} [steps|jumps|minutes] to "
            "the {mark!}."
        ),
        (
            "<then>, something {colour2!} [shone|appeared]. It was the {mark2!}! The {mark!} was "
            "not far."
        ),
        (
            "{hero} saw the {mark2!} and felt <happy>. And [there|here|behind it] was the "
            "{colour!} {mark!}!"
        ),
    )
    s.plot(
        (
            '"[Now I know the way|There is my {hero.home!}]!" {hero} <cried>. {His} '
            "{family=FAMILY} was [at the gate|still awake|waiting]."
        ),
        (
            '"[There you are|At last|Oh, {hero}]!" <cried> {his} {family=FAMILY} in front of the '
            "{hero.home!}."
        ),
        (
            '"Where have you been?" <asked> {his} {family=FAMILY}, who had waited for {hours=FEW} '
            "hours."
        ),
        "Soon {he} was home, and {his} {family=FAMILY} hugged {him} {hugs=NUMBERS} times.",
    )
    if way == "helped":
        s.plot(
            "The {helper} stayed for {meal=SWEETS}, and they all felt <happy>.",
            '"Thank you," {hero} told the {helper}. "You are so {praise=NICE}."',
            "{hero} gave the {helper} {a thanks=FOODS} and felt <happy>.",
            "The next day, {hero} painted {a sign_colour=COLOURS} {sign=MARKS} on the {mark!}.",
        )
    else:
        s.plot(
            "{friend} stayed for {meal=SWEETS}, and they both felt <happy>.",
            '"You are so {praise=NICE}, {hero}," {friend} <said> <adv>.',
            "After that, {friend} and {hero} met at the {mark!} every {often=OFTEN}.",
            "The next day, they painted {a sign_colour=COLOURS} {sign=MARKS} on the {mark!}.",
        )
    moral(
        s,
        "Keep your eyes open wherever you go.",
        "Small things can show you the way.",
        "If you are lost, ask and remember.",
    )


def too_proud(s: Story) -> None:
    """The hero does not ask, and spends the night outside."""
    s.plot(
        "{He} looked <busy> for the {colour!} {mark!}, but it was too dark.",
        '"Where is the {colour!} {mark!}?" {he} <whispered>. "And where is the {mark2!}?"',
        (
            "{He} found {a wrong_colour=COLOURS} {wrong_mark=WAYMARKS}, but not the {mark!} and "
            "not the {mark2!}."
        ),
    )
    s.plot(
        "At {night=NIGHT_HOURS}, {hero} lay down under a [bush|tree|hedge] and felt <sad>.",
        "It rained until {night=NIGHT_HOURS}, and {hero} felt <sad> under a [bush|tree|hedge].",
        '"[Help|Please help me|Come back]!" {he} <cried> at {night=NIGHT_HOURS}. But nobody came.',
    )
    s.plot(
        (
            'In the morning, {his} {family=FAMILY} found {him}. "Why did you not ask for help?" '
            "{family.he} <said> <soft>."
        ),
        (
            "At [sunrise|daybreak|dawn], the {helper!} found {him}, wet and [cold|hungry|worn "
            "out|sleepy]."
        ),
        (
            "After {hours=FEW} hours, {his} {family=FAMILY} found {him}, wet and "
            "[cold|hungry|worn out|sleepy]."
        ),
    )
    s.plot(
        "{hero} had to stay in bed with {illness=ILLNESSES} for {days=FEW} days.",
        "{hero} had {illness=ILLNESSES} and missed the {event=EVENTS}.",
        "{hero} had lost {his} {wear_colour} {garment} for good and felt <sad>.",
    )
    moral(
        s,
        "It is no shame to ask for help.",
        "Pride does not show you the way home.",
        "Say yes when somebody wants to help you.",
    )


PLOTS = (parcel, forgotten_birthday, swap, lost_way)
