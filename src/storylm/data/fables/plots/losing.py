"""Plots about things that are lost, found, and given back."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import meet_friend, moral, passer_by, sight, thank
from storylm.data.fables.story import Story


@plot(
    "{hero} took {his} {look=LOOKS} {colour=COLOURS} {toy=TOYS} to {place=PLACES}.",
    (
        "{hero} wanted to play in the fresh air. {He} took {his} {look=LOOKS} "
        "{colour=COLOURS} {toy=TOYS} and <walked> to {place=PLACES}."
    ),
    (
        "a present came for {hero} from {his} {giver=FAMILY}: {a look=LOOKS} {colour=COLOURS} "
        "{toy=TOYS}. {He} <walked> to {place=PLACES} to play with it."
    ),
    summaries=(
        "{hero=FOLK} loses {a toy=TOYS} at {place=PLACES} and looks for it with a friend.",
        "{hero=FOLK} does not remember where {he} put {his} {colour=COLOURS} {toy=TOYS}.",
    ),
    hints=(
        "soon {he} would be looking for something",
        "before the end of the day {he} would need a friend",
        "{he} would forget something important",
    ),
)
def lost_toy(s: Story) -> None:
    """A toy is laid aside, missed, and looked for with a friend."""
    sight(s)
    s.plot(
        (
            "[Soon|After a while|Before long|In the end] {he} felt <tired>, put the {toy} "
            "{nook=place.nooks}, and [took a nap|lay down|had a rest]."
        ),
        (
            "[But soon|After a while|Before long] {he} put the {toy} {nook=place.nooks} to "
            "[eat|look for|buy] {a snack=FOODS}."
        ),
        (
            "{hero} hid the {toy} {nook=place.nooks} and played {game=GAMES_NAMES} with "
            "{his} {playmate=FAMILY}."
        ),
        (
            "{hero} laid it {nook=place.nooks} and went to [watch|draw|count] {number=FEW} "
            "{plural counted=CRITTERS}."
        ),
        (
            "For {number=FEW} hours {he} played. Then {he} left the {toy} {nook=place.nooks} "
            "and [talked to|ran after|followed] {a counted=CRITTERS}."
        ),
    )
    s.paragraph()
    s.plot(
        (
            "At {clock=CLOCKS}, {hero} wanted to [go home|play again|leave]. [But where "
            "was|But where had {he} put] the {toy}?"
        ),
        (
            "At {clock=CLOCKS}, {his} {caller=FAMILY} called {him}. [But where was|But where "
            "had {he} put] the {toy}?"
        ),
        (
            "<then>, it was [time to go|dinner time|late|time for {supper2=SWEETS}]. [But "
            "where was|But where had {he} put] the {toy}?"
        ),
        'At {clock=CLOCKS}, {hero} stopped. "<oh>!" {he} <cried>. "Where is my {toy!}?"',
        "<then>, {hero} could not [find|remember where {he} had put] the {toy}!",
    )
    s.plot(
        "{hero} felt <sad> and [cried|wept|sobbed] for {cry=FEW} minutes.",
        "{He} [looked|searched|ran] here and there and felt <sad>.",
        "{He} felt <sad>[. How {he} loved it!|, for it was {his} favorite.| and sat down.]",
        '"Think, {hero}, think!" {he} told {himself}, but {he} felt <sad>.',
        "{He} [wept|cried] until {his} [eyes|nose|face] turned red.",
        "{He} felt <sad> and looked through {his} pockets {times=FEW} times.",
    )
    passer_by(s)
    s.paragraph()
    meet_friend(s)
    s.plot(
        (
            '"What is [wrong|the matter]?" {friend} <asked>. "My {toy!} is gone," {hero} '
            "<said> <soft>."
        ),
        (
            '"You look [sad|unhappy|worried|upset]," <say> {friend}. "I lost my {toy!}," '
            "{hero} <said> <soft>."
        ),
        (
            '"Why are you [crying|so sad|so quiet]?" {friend} <asked>. "My {toy!} is gone," '
            "{hero} <said> <soft>."
        ),
        (
            '{hero} told {friend} about the {colour} {toy!}. "I will [help you|look for it, '
            'too]," {friend} <said> <adv>.'
        ),
        '"I lost my {toy!}," {hero} <say> <soft>. "I will help you," {friend} <said> <adv>.',
        (
            '"Have you seen my {toy!}?" {hero} <asked>. "No, but [I will help you|we will '
            'find it]," {friend} <said> <adv>.'
        ),
    )
    way = s.turn(
        found=(
            (
                "[First|At first], they [looked|searched|dug] {wrong=place.nooks}. Then they "
                "looked {nook!}.*3"
            ),
            (
                "They [looked|searched] <busy>. [In the end|At last|<then>], {friend} looked "
                "{nook!}.*3"
            ),
            (
                "{friend} found {a wrong_thing=TREASURES} {wrong=place.nooks}. Then {hero} "
                "looked {nook!}.*3"
            ),
            (
                "It was not {wrong=place.nooks}. [In the end|At last|<then>], {friend} looked "
                "{nook!}.*3"
            ),
        ),
        bad=(
            (
                "Until {find_time=NIGHTS}, they [looked|searched] <busy>. But the {toy!} was "
                "not {nook!} [anymore|now]."
            ),
            (
                "[Side by side|Together], they looked {nook!}, but there was only {a "
                "wrong_thing=TREASURES}!"
            ),
        ),
    )
    if way == "bad":
        gone_for_good(s)
        return
    s.plot(
        "There was the {colour} {toy!}, with {a sitter=CRITTERS} [on top|beside it|next to it]!",
        '"[Hooray|Yay|Look|Over here|I see it|I have it]!" {friend} <cried>. It was the {toy!}.',
        "And there it was, {colour} and {found_look=PRETTY}: the {toy!}!",
        "Something {colour} [was shining|was waiting|peeped out] there. It was the {toy!}!",
        "There it lay, and {a sitter=CRITTERS} was asleep [on it|under it|beside it]!",
    )
    thank(s)
    s.plot(
        "They played with it until {clock2=NIGHTS} and felt <happy>.",
        "After that, {friend} and {hero} took turns with it and sang about {song=DREAMS}.",
        "{hero} held it [tight|close] and <walked> <home> to eat {supper=SWEETS}.",
        (
            "Now {hero} let {friend} play with it and [taught|showed] {friend.him} how to "
            "{skill2=SKILLS}."
        ),
        '"I will never leave you [alone|behind] again," {hero} told the {toy} and felt <happy>.',
        "Then they shared {a shared=FOODS} and felt <happy>.",
    )
    moral(
        s,
        "A good friend is better than any {toy}.",
        "Remember where you put your things.",
        "Two pairs of eyes see more than one.",
    )


def gone_for_good(s: Story) -> None:
    """The toy is not found, and the friend can only comfort."""
    s.plot(
        '"Somebody has [found|taken] it," {friend} <say> <soft>. {hero} felt <sad>.',
        '"I should have [taken it along|held it tight]," {hero} <say> <soft> and felt <sad>.',
        '"My [poor|dear|lovely] {toy!}!" {hero} <cried> and felt <sad>.',
    )
    s.plot(
        "{friend} gave {him} {a comfort=FOODS}, but it did not taste like anything.",
        '"You can have my {other=TOYS}," <say> {friend} <adv>. But it was not the same.',
        "{friend} <walked> home with {him}, and they did not [talk|sing|laugh] at all.",
    )
    s.plot(
        (
            "For {nights=FEW} nights, {hero} [thought|dreamed] of the {colour} {toy!}. It "
            "never came back."
        ),
        (
            "{hero} asked everybody, even the {asked=PASSERS}. Nobody had seen [the {colour} "
            "{toy!}|it]."
        ),
        "{hero} put up a sign {sign_at=WHERE}, but the {colour} {toy!} never came back.",
    )
    moral(
        s,
        "Take good care of what you love.",
        "What you leave lying about may be gone tomorrow.",
        "A friend cannot mend everything, but it helps to have one.",
    )


@plot(
    (
        "{hero} found {some goods=GOODS} near {place=SPOTS}. {goods.It} {goods.was} "
        "{colour=COLOURS} and [almost new|very pretty|a little wet|a bit dusty|quite clean]."
    ),
    (
        "on the way to {place=SPOTS}, {hero} [saw|found] {some goods=GOODS} [in the grass|on "
        "a stone|beside the road|under a bush|on a bench|under a tree|on a stump|near a "
        "puddle]. {goods.It} {goods.was} {colour=COLOURS}."
    ),
    (
        "something [sparkled|lay|waited] [in the grass|on a stone|beside the road|under a "
        "bush|on a bench|under a tree|on a stump|near a puddle], on the path to "
        "{place=SPOTS}. {hero} [went closer|bent down|stopped] and found {some goods=GOODS}. "
        "{goods.It} {goods.was} {colour=COLOURS}."
    ),
    summaries=(
        "{hero=FOLK} finds {some goods=GOODS} near {place=SPOTS} and meets the owner.",
        "{hero=FOLK} finds {some goods=GOODS} and must choose whether to give {goods.it} back.",
    ),
    hints=(
        "somebody was looking for what {he} had found",
        "it would be hard to be honest that day",
    ),
    long=True,
)
def found_treasure(s: Story) -> None:
    """Finders would be keepers, but what was found has an owner."""
    s.plot(
        (
            '"[Hooray|Yay|Wow|Oh boy|What luck|Hurrah]!" {he} <cried>. "Now {goods.this} '
            '{goods} [will be|can be|must be] mine!"'
        ),
        "{He} wanted to keep {goods.it} [forever|for {himself}|more than anything].",
        "{He} took {goods.it} along and felt <happy>.",
        "{hero} had never [had|seen|owned] anything like {goods.it} and felt <happy>.",
        "{He} [looked around|called out|waited], but nobody was there. {He} felt <happy>.",
        '"I could swap {goods.it} for {a dream_thing=TOYS}," {he} thought.',
    )
    passer_by(s)
    s.paragraph()
    s.plot(
        (
            "But then {hero} saw the {owner=cast.elders}, who was [looking for "
            "something|searching] [under the bushes|in the grass|behind the trees|along the "
            "road]."
        ),
        "<then>, {he} heard somebody [cry|sob|sigh]. It was the {owner=cast.elders}.",
        "Not far away sat the {owner=cast.elders} with a [sad|worried|gloomy] face.",
        "[Soon|Later], {he} came past the {owner=cast.elders}, who felt <sad>.",
    )
    s.plot(
        (
            '"I have lost my {goods!}," {owner.he} <say> <soft>. "My {giver=FAMILY} gave '
            '{goods.it} to me."'
        ),
        '"My {goods!} {goods.is_} gone," {owner.he} <say> <soft>. "I feel <sad>."',
        '"Have you seen my {goods!}?" {owner.he} <asked> <adv>. "{goods.It} {goods.is_} {colour}."',
        '"My {goods!} {goods.has} been gone since {since=CLOCKS}," {owner.he} <say> <soft>.',
        (
            '"But where {goods.is_} my {goods!}?" {owner.he} <asked>. "My {giver=FAMILY} will '
            'be [sad|angry|upset]."'
        ),
        '"I lost {goods.it} near {place!}," {owner.he} <say> <soft>. "My {colour} {goods!}!"',
    )
    s.plot(
        "{hero} felt <sad>, because {he} [liked|loved|wanted] {goods.it} so much.",
        '"But I found {goods.it}!" {hero} thought. "I could [keep|hide|trade] {goods.it}."',
        "{hero} had wanted such a thing for {years=FEW} years.",
        (
            "{hero} thought [about it|for a long time|for a while]. It was [hard|not "
            "easy|bitter] to give {goods.it} away."
        ),
        "{hero}'s heart [beat fast|felt heavy|sank]. What should {he} do?",
        "{hero} felt <sad>. [What should {he} do?|What now?|Why now?]",
    )
    s.paragraph()
    way = s.turn(
        give=(
            '{He} held out the {goods!}. "{goods.It} {goods.is_} yours," {he} <say> <soft>.*3',
            (
                '"{goods.It} {goods.is_} here," {he} <say> <soft>. "I found {goods.it} '
                '[today|near {place!}|this morning]."*3'
            ),
            (
                '"Look what I found," {he} <say> <soft>. "[Is this yours|Are you looking for '
                '{goods.it}]?"*3'
            ),
            "After {thought=FEW} minutes, {he} gave {owner.him} the {goods!}.*3",
        ),
        keep=('"I have not seen {goods.it}," {he} <said> <soft>, and <walked> home.*3',),
        bad=(
            (
                '"No, I have [seen|found] nothing," {he} <said> <soft>, hid the {goods}, and '
                "<walked> home."
            ),
            (
                '"I must go home to [eat|cook|have] {supper=SWEETS}," {he} <said>, hid the '
                "{goods}, and <walked> off."
            ),
        ),
    )
    if way == "bad":
        kept_for_good(s)
        return
    if way == "keep":
        s.plot(
            (
                "All night, {hero} [could not sleep|lay awake]. The {goods} {goods.was} no "
                "fun anymore."
            ),
            "At home, {he} [looked|stared] at the {goods} and felt <sad>.",
            (
                "That evening, {his} {dish=SWEETS} tasted [bad|like sand|of nothing], and "
                "{he} felt <sad>."
            ),
            "At {night_time=NIGHT_HOURS}, {he} was still awake and felt <sad>.",
        )
        s.plot(
            (
                '[The next morning|As soon as it was light], {he} <walked> back. "[I did find '
                '{goods.it}|I told you a lie|Here {goods.is_} your {goods!}]," {he} '
                '<whispered>. "I am sorry."'
            ),
            (
                "[The next morning|After {nights=FEW} days], {he} took the {goods!} and went "
                "back to say [sorry|that {he} had told a lie]."
            ),
        )
    s.plot(
        "The {owner} felt <happy> and gave {hero} {a prize=FOODS}.",
        'The {owner} felt <happy>. "How {honest=HONEST} of you!" {owner.he} <cried>.',
        '"How {honest=HONEST} of you!" <cried> the {owner}, and gave {hero} {a prize=FOODS}.',
        (
            '"Thank you for [being honest|the truth], {hero}," {owner.he} <said>, and gave '
            "{him} {a prize=FOODS}."
        ),
        'The {owner} [smiled|laughed|nodded]. "You are {honest=HONEST}," {owner.he} <said> <adv>.',
    )
    s.plot(
        "All the way home, {hero} sang about {song=DREAMS} and felt <happy>.",
        "{hero} told {his} {sharer=FAMILY} about it, who felt <happy>, too.",
        "{hero} felt <happy>, even without the {goods}.",
        (
            '{owner.He} [waved|laughed|looked after {him}] for {waving=FEW} minutes. "Come '
            'again!" {owner.he} <cried>.'
        ),
        "From then on, {hero} [visited|helped] {owner.him} every {often=OFTEN}.",
    )
    moral(
        s,
        "It feels good to give a thing back.",
        "What belongs to others is not ours to keep.",
        "An honest heart is worth more than gold.",
    )


def kept_for_good(s: Story) -> None:
    """The hero waits too long to be honest."""
    s.plot(
        (
            "That night, {he} [lay awake|could not sleep|slept badly] and felt <sad>. At "
            "{morning=CLOCKS} the next day, {he} <walked> back."
        ),
        "The {goods!} {goods.was} no fun at all. After {days=FEW} days, {hero} <walked> back.",
        "For {days=FEW} days, {he} felt <sad>. Then {he} took the {goods!} and <walked> back.",
    )
    s.plot(
        (
            'But the door was [closed|shut|locked]. "{owner.He} moved to {far=FAR_PLACES}," a '
            "neighbor <say> <soft>."
        ),
        'But nobody was there. "{owner.He} went to {far=FAR_PLACES}," <say> the {told_by=PASSERS}.',
    )
    s.plot(
        (
            "From then on, the {goods!} lay {hiding=HIDEOUTS}, and {hero} never "
            "[touched|used|looked at] {goods.it} again."
        ),
        (
            '"I waited too long," {hero} <whispered>. {He} put the {goods!} {hiding=HIDEOUTS} '
            "and felt <sad>."
        ),
        (
            "The {colour} {goods!} lay {hiding=HIDEOUTS} for {years2=FEW} years, and {hero} "
            "felt <sad>."
        ),
    )
    moral(
        s,
        "Do what is right at once.",
        "What you keep with a lie will not make you happy.",
        "Tomorrow may be too late to be honest.",
    )


@plot(
    (
        "a friend named {friend=cast.folk}, who lived {friend_at=WHERE}, let {hero} borrow "
        "{some goods=GOODS}. {goods.It} {goods.was} {colour=COLOURS}."
    ),
    (
        '{hero} asked {friend=cast.folk}, "May I borrow your {colour=COLOURS} {goods=GOODS}?" '
        '"[Yes|Of course|With pleasure|Why not]!" {friend} <said> <adv>.'
    ),
    summaries=(
        "{hero=FOLK} borrows {some goods=GOODS} from a friend and leaves {goods.it} outside.",
        "{hero=FOLK} makes a promise about {some goods=GOODS} and does not keep it.",
    ),
    hints=(
        "it is easier to make a promise than to keep it",
        "{he} would have to say something very hard the next day",
    ),
    long=True,
)
def borrowed(s: Story) -> None:
    """What was borrowed with a promise is asked for later."""
    s.plot(
        (
            '"[Please bring|But bring] {goods.it} back [tonight|tomorrow|soon]," {friend.he} '
            '<say> <adv>. "I promise," {hero} <said> <adv>.'
        ),
        '"I will guard {goods.it} like [a dragon|a king|a treasure|gold]," {hero} <say> <adv>.',
        '"You can trust me," {hero} <say> <adv>, and gave {friend} {a thanks=FOODS}.',
        "{hero} promised to be careful and felt <happy>.",
        "{hero} [loved|liked] everything {colour}. {He} promised to be careful.",
        (
            '"[Take care|Be careful|Do not lose {goods.it}]!" <cried> {friend}. "I promise," '
            "{hero} <said> <adv>."
        ),
    )
    s.paragraph()
    s.plot(
        (
            "At {clock=CLOCKS}, {hero} [felt <tired>|wanted {a snack=FOODS}] and left "
            "{goods.it} {nook=NIGHT_PLACES}."
        ),
        (
            "But soon {hero} wanted {a snack=FOODS}, put the {goods} {nook=NIGHT_PLACES}, and "
            "<walked> away."
        ),
        "After {hours=FEW} hours, {hero} felt <tired> and left the {goods} {nook=NIGHT_PLACES}.",
        "Then {his} {caller=FAMILY} called, and {hero} left the {goods} {nook=NIGHT_PLACES}.",
        (
            "{hero} showed {goods.it} to {shown=cast.folk} and then forgot {goods.it} "
            "{nook=NIGHT_PLACES}."
        ),
    )
    s.plot(
        "It rained for {rain=FEW} hours, and the water carried {goods.it} away.",
        (
            "At {gone_at=LATE}, [a magpie|a big dog|a goat|a puppy|a raven|a fox|a monkey] "
            "carried {goods.it} away."
        ),
        "At {gone_at=LATE}, a [storm|strong wind] came and blew {goods.it} away.",
        "The {rascal=PASSERS} [saw|found] {goods.it} there and took {goods.it} along.",
    )
    passer_by(s)
    s.paragraph()
    s.plot(
        '"May I have my {goods!} back?" {friend} <asked> <adv> at {ask_time=CLOCKS} the next day.',
        '"Where {goods.is_} my {goods!}?" {friend} <asked> <adv> the next [morning|day|evening].',
        "After {days=FEW} days, {friend} <walked> to the {hero.home} and asked for the {goods!}.",
        '"Please give me back my {goods!}," {friend} <say> <adv> the next [morning|day|evening].',
    )
    way = s.turn(
        truth=(
            '"I left {goods.it} {nook!}," {hero} <said> <soft>. "I am so sorry."*3',
            '"You may have my {own=TOYS}," {hero} <said> <soft>. "I lost your {goods!}."*3',
            '{hero} felt <sad>. "I forgot {goods.it} {nook!}," {he} <said> <soft>.*3',
            (
                '"I broke my promise," {hero} <said> <soft> and felt <sad>. "{goods.It} '
                '{goods.is_} gone."*3'
            ),
        ),
        lie=('"I never had {goods.it}," {hero} <said> <adv>. But that was [a lie|not true].*3',),
        bad=(
            '"I gave {goods.it} back to you [long ago|yesterday|last night]," {hero} <said> <adv>.',
            '"{goods.It} {goods.was} [ugly|old|broken] anyway," {hero} <said> <adv>.',
        ),
    )
    if way == "bad":
        a_friend_less(s)
        return
    if way == "lie":
        s.plot(
            "{friend} went away without a word. Now {hero} was alone and felt <sad>.",
            '"You are not my friend anymore," {friend} <said>, and <walked> off.',
            "{friend} felt <sad>, turned around, and <walked> home.",
            '"I do not believe you," {friend} <said> <soft>, and left.',
        )
        s.plot(
            "For {lonely=FEW} days, nobody came to play. Then {hero} <walked> to {friend}.",
            (
                "{hero} [did not sleep|lay awake|slept badly] and felt <sad>. At "
                "{early=CLOCKS}, {he} <walked> to {friend}."
            ),
            "{hero} felt <sad> for {lonely=FEW} days. Then {he} brought {friend} {a peace=FOODS}.",
        )
        s.plot(
            '"It was not true what I said," {he} <whispered>. "I forgot {goods.it} {nook!}."',
            '"I am sorry that I lied," {hero} <whispered>. "I left {goods.it} {nook!}."',
            '"I told a lie," {he} <whispered>. "I left your {goods!} {nook!}."',
        )
    s.plot(
        (
            '"That makes me feel <angry>," {friend} <said> <soft>. "But [come, we will '
            'look|let us look] together."'
        ),
        (
            '{friend} felt <angry>, but only for {angry_time=FEW} minutes. "Let us look for '
            '{goods.it}," {friend.he} <say> <adv>.'
        ),
        '"I feel <sad>," {friend} <said> <soft>. "But I am glad that you told me."',
        '"[Come|Come on], we will look for {goods.it} together," {friend} <said> <adv>.',
        "{friend} felt <angry> at first, but then {friend.he} gave {hero} {a forgiven=FOODS}.",
    )
    s.plot(
        "They found the {colour} {goods!} near {found_at=SPOTS}.",
        (
            "At {found_time=NIGHTS}, they found the {goods!} near {found_at=SPOTS}. [What "
            "luck|Hooray|How lucky]!"
        ),
        "The {goods!} {goods.was} gone for good. So {hero} gave {friend} {his} own {gift=GIFTS}.",
        "They asked the {asked=PASSERS}, who had seen the {goods!} near {found_at=SPOTS}.",
        (
            "At {found_time=LATE}, the {goods!} {goods.was} found near {found_at=SPOTS}, [a "
            "bit dirty|only a little wet|as good as new]."
        ),
    )
    s.plot(
        "After that, {friend} and {hero} were <friends>.",
        (
            '"[Friends|Still friends|Are we friends again]?" {hero} <asked> <soft>. "[Of '
            'course|Friends|Always]!" {friend} <said>.'
        ),
        (
            "From then on, {hero} tied {a knot_colour=COLOURS} thread around {his} {garment}, "
            "so as not to forget."
        ),
        "They felt <happy>, and {friend} showed {hero} how to {skill2=SKILLS}.",
        "Then they ate {shared=SWEETS} and talked about {talk=DREAMS}.",
    )
    moral(
        s,
        "If you make a promise, keep it.",
        "Take good care of what others lend you.",
        "The truth can hurt, but a lie hurts more.",
    )


def a_friend_less(s: Story) -> None:
    """Neither what was borrowed nor the friend comes back."""
    s.plot(
        '"That is a lie, and I [trusted|believed] you," {friend} <said> <soft>, and <walked> away.',
        "{friend} [looked|stared] at {him}, felt <sad>, and <walked> away.",
        '"I will not lend you anything again," {friend} <said> <soft>, and left.',
    )
    s.plot(
        (
            "For {days=FEW} days, {hero} [searched|looked] near {found_at=SPOTS}, but the "
            "{goods!} {goods.was} gone."
        ),
        (
            "{hero} <walked> back to look {nook!}, but the {colour} {goods!} {goods.was} "
            "gone. {He} felt <sad>."
        ),
    )
    s.plot(
        (
            "After that, {friend} played {game=GAMES_NAMES} with {other=cast.folk}, and "
            "{hero} [watched|sat alone] and felt <sad>."
        ),
        (
            "{hero} [wrote|brought|sent] {friend} a letter and {flowers=FLOWERS}, but there "
            "was no answer."
        ),
        "{friend} never came to play again, and {hero} felt <sad>.",
    )
    moral(
        s,
        "If you break your word, you may lose a friend.",
        "It is hard to mend what a lie has broken.",
        "Say sorry while there is still time.",
    )


PLOTS = (lost_toy, found_treasure, borrowed)
