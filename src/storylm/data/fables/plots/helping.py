"""Plots about helping: a soup from many hands, an errand, a sickbed, a farewell."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import moral, passer_by
from storylm.data.fables.story import Story


@plot(
    (
        "{hero} wanted to cook a soup for the {guest=cast.elders}, who lived all alone "
        "{guest_at=WHERE}. It needed {part=SOUP_PARTS}, {part2=SOUP_PARTS}, and "
        "{part3=SOUP_PARTS}."
    ),
    (
        "nobody had seen the {guest=cast.elders} for {days=FEW} days. {guest.He} lived all "
        "alone {guest_at=WHERE}. So {hero} wanted to cook a soup with {part=SOUP_PARTS}, "
        "{part2=SOUP_PARTS}, and {part3=SOUP_PARTS}."
    ),
    (
        '"A good soup needs {part=SOUP_PARTS}, {part2=SOUP_PARTS}, and {part3=SOUP_PARTS}," '
        "<said> {hero}. It was for the {guest=cast.elders}, who lived {guest_at=WHERE}."
    ),
    summaries=(
        (
            "{hero=FOLK} wants to cook a soup with {part=SOUP_PARTS} and {part2=SOUP_PARTS}, "
            "but the pot is empty."
        ),
        (
            "{hero=FOLK} needs {part=SOUP_PARTS} and {part3=SOUP_PARTS} for a soup, and "
            "others help {him} to get them."
        ),
    ),
    hints=(
        "one pot could bring so many together",
        "everybody would bring something for the pot",
    ),
    characters=3,
)
def soup(s: Story) -> None:
    """A soup needs three things, and each is brought by somebody else."""
    s.plot(
        "But there was only water in {his} {pot_look=LOOKS} {pot_colour=COLOURS} pot.",
        "{He} put {a pot_look=LOOKS} {pot_colour=COLOURS} pot on the fire. But it held only water.",
        '"<oh>!" {he} <said>. "My {pot_look=LOOKS} {pot_colour=COLOURS} pot is empty!"',
        (
            "{His} {lender=FAMILY} gave {him} {a pot_look=LOOKS} {pot_colour=COLOURS} pot. "
            "But it was empty."
        ),
        (
            "{He} had {a pot_look=LOOKS} {pot_colour=COLOURS} pot and {spoons=FEW} spoons, "
            "but no food."
        ),
    )
    s.style(
        '"Water alone is no soup," {he} <say> <soft>.',
        (
            "{He} <looked> {wrong=HIDEOUTS}, but there was only {a wrong_look=LOOKS} "
            "{wrong_thing=TOYS}."
        ),
        "{He} sat down {sit_at=STANDING} and felt <sad>.",
        '"Who eats a soup of nothing?" {he} asked {his} {asked=FAMILY} <soft>.',
        (
            "In the cupboard, {bugs=NUMBERS} [ants|beetles|moths|crickets|flies|spiders] were "
            "playing {game=GAMES_NAMES}."
        ),
    )
    passer_by(s)
    s.paragraph()
    left = ["part", "part2", "part3"]
    first = s.turn(**{part: filled(BROUGHT_FIRST, part) for part in left})
    left.remove(first)
    s.plot(
        '"Take it all," {friend} <say> <adv>.',
        '"You are so {praise=NICE}," {hero} <say> <adv>.',
        '"Is it for the {guest}?" {friend} <asked> <adv>. {hero} nodded.',
        '"That is a good start," {hero} <say> <adv>.',
        '"Now stir for {wait=NUMBERS} minutes," {friend} <say> <adv>.',
    )
    second = s.turn(**{part: filled(BROUGHT_SECOND, first, part) for part in left})
    left.remove(second)
    third = left[0]
    s.plot(*filled(BROUGHT_THIRD, first, second, third))
    s.paragraph()
    way = s.turn(
        good=(
            "They cooked <busy> for {minutes=NUMBERS} minutes, and {hero} felt <happy>.*3",
            (
                "{hero} stirred {stirs=NUMBERS} times to the left and {stirs2=NUMBERS} times "
                "to the right.*3"
            ),
            "At {clock=CLOCKS}, the soup smelled better than {better=SWEETS}.*3",
            '"It is ready!" {hero} <cried> after {songs=FEW} songs about {song=DREAMS}.*3',
        ),
        salt=(
            "But {hero} talked about {talk=DREAMS} and put in salt {salts=FEW} times!*4",
            'But then {hero} <cried>, "<oh>! That was {salts=FEW} spoons of salt!"*4',
        ),
        bad=(
            (
                "The others played {play=GAMES_NAMES}. {hero} ate one spoon of soup, and then "
                "{more=NUMBERS} more.*2"
            ),
            (
                '"Only one spoon," {hero} thought. But it was so good that {he} ate '
                "{more=NUMBERS} bowls.*2"
            ),
        ),
    )
    if way == "bad":
        empty_pot(s, first, second, third)
        return
    if way == "salt":
        s.plot(*filled(SALTED, first, second, third))
    s.plot(
        "At {serve=LATE}, they carried the {pot_colour!} pot to the {guest!}, {guest_at!}.",
        "The {guest!} was {chore=CHORES} when the {pot_colour!} pot came.",
        '"Is that for me?" the {guest!} <asked> at the door and felt <happy>.',
        "The {guest!} felt <sad>, until the {pot_colour!} pot came.",
        "They took the {pot_look!} {pot_colour!} pot to the {guest!}, who ate {bowls=FEW} bowls.",
    )
    parts = {"friend": first, "second": second, "third": third}
    asked = s.turn(**{who: filled(QUESTIONS, part) for who, part in parts.items()})
    names = {"friend": "{friend!}", "second": "{second!}", "third": "the {third!}"}
    named = [names.pop(asked), *names.values()]
    s.plot(*(form.replace("WHO", named[0]).replace("OTHER", named[1]) for form in ANSWERS))
    s.plot(
        "They ate and told stories about {told=DREAMS} and {told2=DREAMS} until {clock2=LATE}.",
        '"You are all so {praise2=NICE}," the {guest} <say> <soft>.',
        "The {guest} felt <happy> and gave {hero} {a thanks=FOODS}.",
        "{hero} felt <happy>. Together, they had made a soup out of water!",
        *filled(
            (("{hero} ate, too, and tasted {FIRST!}, {SECOND!}, and {THIRD!}."),), *parts.values()
        ),
    )
    moral(
        s,
        "Many little gifts make one big meal.",
        "When everybody brings something, nobody goes hungry.",
        "Soup tastes best when friends cook it.",
    )


def filled(forms: tuple[str, ...], *parts: str) -> tuple[str, ...]:
    """The forms with the parts of the soup put in, in the order in which they are brought."""
    for sign, part in zip(("FIRST", "SECOND", "THIRD"), parts):
        forms = tuple(form.replace(sign, part) for form in forms)
    return forms


BROUGHT_FIRST = (
    '"Do you need {FIRST!}?" <asked> {friend=cast.folk}, back from {errand=ERRANDS}.',
    (
        "<then>, somebody came in with {FIRST!}. It was {friend=cast.folk}, who lived "
        "{friend_at=WHERE}."
    ),
    '"Who has {FIRST!}?" {he} thought, and <walked> to {friend=cast.folk}, who was {doing=DOINGS}.',
    (
        "Somebody with {FIRST!} stood at the door. It was {friend=cast.folk} in {a "
        "friend_look=CLOTH_LOOKS} {friend_garment=GARMENTS}."
    ),
    '"How about {FIRST!}?" <asked> {a friend_trait=NICE} voice. It was {friend=cast.folk}.',
)
BROUGHT_SECOND = (
    '"And I have {SECOND!}," <said> {second=cast.folk}, who lived {second_at=WHERE}.',
    (
        "With {SECOND!} in {a bag_look=LOOKS} {bag_colour=COLOURS} bag, {second=cast.folk} "
        "came from {errand2=ERRANDS}."
    ),
    (
        '"Wait for my {SECOND!}!" <cried> {second=cast.folk} in {a second_look=CLOTH_LOOKS} '
        "{second_garment=GARMENTS}."
    ),
    (
        "They got {handfuls=NUMBERS} handfuls of {SECOND!} from {second=cast.folk}, who was "
        "{doing2=DOINGS}."
    ),
    "The {SECOND!} came with {second=cast.folk}, who had smelled {FIRST!} even {second_at=WHERE}.",
)
BROUGHT_THIRD = (
    (
        '"No soup without {THIRD!}!" the {third=cast.elders} <cried>, and gave them '
        "{third_count=NUMBERS} spoons full."
    ),
    'Now for the {THIRD!}. "I have some," the {third=cast.elders} <say> <soft>.',
    (
        '"Is there room for {THIRD!}?" <asked> the {third=cast.elders} with {a '
        "third_smile=SMILES} smile."
    ),
    (
        "But who had {THIRD!}? The {third=cast.elders} did, in {a box_look=LOOKS} box "
        "{box_at=HIDEOUTS}!"
    ),
    "The {THIRD!} came from the {third=cast.elders}, who was {chore3=CHORES}.",
)
SALTED = (
    '"More {FIRST!} will help," {friend!} <say> <adv>, and so it did.',
    '"More {SECOND!} will help," {second!} <say> <adv>, and so it did.',
    '"More {THIRD!} will help," the {third!} <say> <adv>, and so it did.',
)
QUESTIONS = (
    '"Who brought {FIRST!}?" <asked> the {guest} {ask_how=SOFTLY}.',
    '"Mmm, {FIRST!}! Who brought that?" the {guest} <asked>.',
    '"Who knew that I love {FIRST!}?" <asked> the {guest} {ask_how=SOFTLY}.',
)
ANSWERS = (
    '"That was WHO," {hero} <say> <adv>.',
    '"It was WHO," <said> OTHER. So the {guest} bowed to WHO {bows=FEW} times.',
    "{hero} looked at WHO, and they both felt <happy>.",
    '"You can thank WHO for that," {hero} <say> <adv>.',
)


def empty_pot(s: Story, *parts: str) -> None:
    """The cook has eaten it all, and those who gave something come back."""
    s.plot(
        "At {clock=CLOCKS}, the others came back. But the {pot_colour!} pot was empty!",
        (
            "{He} felt as round as {a round=MEASURES}. Then the others saw the empty "
            "{pot_colour!} pot."
        ),
        (
            '"<oh>!" {he} <said> when the others came back. The {pot_look!} {pot_colour!} pot '
            "was empty!"
        ),
    )
    s.plot(
        *filled(
            (
                '"I brought {FIRST!} for the {guest!}, not for you," {friend!} <say> <soft>.',
                '"I gave {SECOND!} for the {guest!}, not for you," {second!} <say> <soft>.',
                '"I found {THIRD!} for the {guest!}, not for you," the {third!} <say> <soft>.',
            ),
            *parts,
        )
    )
    s.plot(
        '"I am sorry," {hero} <say> <soft>. But {sorries=NUMBERS} sorries make no soup.',
        "{hero} wanted to answer, but {he} could only hiccup {hiccups=NUMBERS} times.",
        "They went home without a word, and {hero} felt <sad>.",
        "{friend} and {second} felt <angry> and played {away=GAMES_NAMES} without {him}.",
    )
    s.plot(
        "That evening, the {guest!} sat {guest_sit=STANDING} with {a dry=FOODS}, all alone.",
        "At {clock2=LATE}, the {guest!} went to bed hungry and felt <sad>.",
        "And {guest_at!}, the {guest!} had {a dry=FOODS} for dinner and felt <sad>.",
    )
    moral(
        s,
        "What is meant for others is not for you.",
        "Do not eat alone what many have brought.",
        "If you take everything, you will end up with nothing.",
    )


@plot(
    (
        "{his} {sender=FAMILY} needed something from {shop=SHOPS} and sent {hero} to get it: "
        "{number=FEW} {colour=COLOURS} {plural item=PURCHASES}."
    ),
    (
        '"Can you run to {shop=SHOPS}, {hero}?" {his} {sender=FAMILY} <asked>. "I need '
        '{number=FEW} {colour=COLOURS} {plural item=PURCHASES}."'
    ),
    (
        "it was {hero}'s turn to go to {shop=SHOPS}. {His} {sender=FAMILY} wanted "
        "{number=FEW} {colour=COLOURS} {plural item=PURCHASES}."
    ),
    summaries=(
        (
            "{hero=FOLK} is sent to {shop=SHOPS} for {number=FEW} {colour=COLOURS} {plural "
            "item=PURCHASES}, but there is a game on the way."
        ),
        (
            "{hero=FOLK} has to bring home {number=FEW} {colour=COLOURS} {plural "
            "item=PURCHASES}, which is not so easy."
        ),
    ),
    hints=(
        "a short list can be hard to remember",
        "one game can change a whole afternoon",
    ),
)
def errand(s: Story) -> None:
    """A list to remember, a game on the way, and what is left of the list."""
    s.plot(
        '"Then fetch my {goods=GOODS} from the {keeper=cast.elders}," {sender.the} <say> <adv>.',
        (
            '"And bring my {goods=GOODS}. The {keeper=cast.elders} has {goods.it}," '
            "{sender.the} <say> <adv>."
        ),
        (
            '"The {keeper=cast.elders} still has my {goods=GOODS}," <said> {sender.the}. "I '
            'want {goods.it} back."'
        ),
        (
            '"My {goods=GOODS} {goods.was} left with the {keeper=cast.elders}, '
            '{keeper_at=WHERE}," <said> {sender.the}. "Bring {goods.it}, too."'
        ),
    )
    s.plot(
        '"The {event=EVENTS} begins at {clock=CLOCKS}," {sender.he} <say> <adv>.',
        '"I need it all for the {event=EVENTS} at {clock=CLOCKS}," {sender.he} <say> <soft>.',
        (
            "There was going to be {a event=EVENTS} at {clock=CLOCKS}, with {plural "
            "party=FOODS} for all."
        ),
        '"Come back by {clock=CLOCKS}, or there will be no {event=EVENTS}!" {sender.he} <said>.',
    )
    s.plot(
        '"{number.Text!} {colour!} {item.plural!} and the {goods!}," {hero} <say> <adv>.',
        "{hero} took {a bag_look=LOOKS} {bag_colour=COLOURS} bag and <walked> off.",
        (
            "{hero} tied {knots=FEW} knots in {his} {knot_look=CLOTH_LOOKS} {knot=GARMENTS}, "
            "so as not to forget."
        ),
        '"You can trust me," {hero} <say> <adv>, and <walked> off.',
        "{hero} sang the list like a song about {song=DREAMS}.",
    )
    passer_by(s)
    s.paragraph()
    s.plot(
        '"Come and play {game=GAMES_NAMES}!" <cried> {friend=cast.folk} {spot=PLAY_SPOTS}.',
        (
            "But there was {friend=cast.folk} in {a friend_look=CLOTH_LOOKS} "
            "{friend_garment=GARMENTS}, playing {game=GAMES_NAMES} {spot=PLAY_SPOTS}."
        ),
        (
            'Soon {he} met {friend=cast.folk} {spot=PLAY_SPOTS}. "Let us play '
            '{game=GAMES_NAMES}," {friend.he} <say> <adv>.'
        ),
        (
            "Some {cast} were playing {game=GAMES_NAMES} {spot=PLAY_SPOTS}. One was "
            "{friend=cast.folk}, {his} {old_friend=NICE} friend."
        ),
    )
    s.plot(
        '"Only one round," {hero} <say> <soft>. It became {rounds=NUMBERS}.',
        "{hero} played, too, until {he} {mishap=MISHAPS}.",
        '"Please stay," {friend} <say> <soft>. So {he} played {rounds=NUMBERS} rounds.',
        "They played for {minutes=NUMBERS} minutes and felt <happy>.",
        "They played, ate {plural snack=FOODS}, and felt <happy>.",
    )
    s.plot(
        '"<oh>! Almost {clock!}!" {hero} <cried>.',
        '"It is almost {clock!}," {friend} <say> <soft>.',
        "Then {hero} thought of {his} {sender!} and felt <scared>.",
        '"I must go!" <cried> {hero}, who felt <scared>.',
    )
    passer_by(s)
    s.paragraph()
    way = s.turn(
        remember=(
            'At {shop!}, {he} <say> <adv>, "{number.Text!} {colour!} {item.plural!}, please."*3',
            "{He} bought {number!} {colour!} {item.plural!} and {a extra=FOODS} at {shop!}.*3",
        ),
        forget=(
            (
                "With {number!} {colour!} {item.plural!}, {he} <walked> home. But {he} forgot "
                "the {goods!}.*3"
            ),
            (
                'At {shop!}, {he} sang, "{number.Text!} {colour!} {item.plural!}!" But {he} '
                "forgot the {goods!}.*3"
            ),
        ),
        colour=(
            (
                "At {shop!}, {he} could not remember the color and bought {number!} "
                "{wrong_colour=COLOURS} {item.plural!}.*3"
            ),
            (
                '"Was it {colour!} or {wrong_colour=COLOURS}?" {he} <asked> {himself}. {He} '
                "took {number!} {wrong_colour} {item.plural!}.*3"
            ),
        ),
        bad=(
            "But {shop!} was closed, and nobody heard {him} knock {knocks=NUMBERS} times.*2",
            'But {shop!} was closed. "<oh>!" {he} <whispered>.*2',
        ),
    )
    if way == "bad":
        too_late(s)
        return
    if way != "forget":
        s.plot(
            "The {keeper!} gave {him} the {goods!} and {a treat=FOODS}.",
            '"Here {goods.is_} the {goods!}," the {keeper!} <say> <adv>.',
            "Then {he} got the {goods!} from the {keeper!}, who was {chore=CHORES}.",
            "The {keeper!} put the {goods!} into {a sack_look=LOOKS} {sack_colour=COLOURS} sack.",
        )
    if way == "remember":
        s.plot(
            (
                '"{number.Text!} {colour!} {item.plural!}, and my {goods!}!" <said> '
                '{sender.the!}. "You are so {praise=NICE}!"'
            ),
            '"You forgot nothing," {sender.the!} <say> <adv> at home.',
            ("At {clock!}, {sender.the!} saw the {goods!} and felt <happy>."),
        )
    elif way == "forget":
        s.plot(
            '"Where {goods.is_} my {goods!}?" {sender.the!} <asked> <adv>.',
            '"And my {goods!}?" {sender.the!} <asked> <adv> at home.',
            '"I see no {goods!}," {sender.the!} <say> <soft>.',
            "{sender.The!} looked for the {goods!} and felt <sad>.",
        )
        s.plot(
            '"I will get {goods.it}," {hero} <say> <adv>, and ran to the {keeper!}.',
            "There was {a knock=KNOCKS} knock. The {keeper!} had brought {goods.it}!",
            '"I forgot {goods.it}," {hero} <say> <soft>. But {friend!} had fetched {goods.it}!',
        )
    else:
        s.plot(
            '"I asked for {colour!} ones," {sender.the!} <say> <soft> at home.',
            '"Why are they {wrong_colour!}?" {sender.the!} <asked> <soft> at home.',
            '"{wrong_colour.Text!}, not {colour!}?" {sender.the!} <asked> and felt <sad>.',
        )
        s.plot(
            'Then {sender.he} <smiled>. "It will be {wrong_colour.a!} {event!}!"',
            '"I am sorry," {hero} <say> <soft>, and ran back to {shop!} at once.',
            '"I only thought of {game!}," {hero} <say> <soft>, and {sender.the!} hugged {him}.',
        )
    s.plot(
        "At the {event!}, {hero} ate {treats=NUMBERS} {plural party_food=FOODS} and felt <happy>.",
        (
            "{friend} came to the {event!} in {a friend2_look=CLOTH_LOOKS} "
            "{friend2_garment=GARMENTS}, and {hero} felt <happy>."
        ),
        "So the {event!} could begin, and they sang about {song2=DREAMS} and {song3=DREAMS}.",
        'At the {event!}, {sender.the!} <said>, "{hero} is the {best=SUPERLATIVES} helper of all!"',
    )
    moral(
        s,
        "First do your work, and then you can play.",
        "Others trust you when you keep your promise.",
        "A list is only good if you remember it.",
    )


def too_late(s: Story) -> None:
    """The shop is closed, and a feast comes to nothing."""
    s.plot(
        "The {keeper!} had left at {left_time=CLOCKS}, and the {goods!} {goods.was} locked in.",
        '"The {keeper!} is out," somebody <say> <soft>. So {he} had no {goods!}.',
        "The {keeper!} was at {party_at=WHERE_NAMES} and had locked up the {goods!}.",
    )
    s.plot(
        "{hero} <walked> home with {a empty_look=LOOKS} bag, which was empty, and felt <sad>.",
        "{hero} kicked {a stone_look=LOOKS} {stone_colour=COLOURS} stone and felt <sad>.",
        "{hero} <walked> home past {a sign_look=LOOKS} {sign=CARRIED} and felt <sad>.",
    )
    s.plot(
        '"No {colour!} {item.plural!}? No {goods!}?" {sender.the!} <asked> and felt <sad>.',
        '"And where {goods.is_} my {goods!}?" {sender.the!} <asked> <soft>.',
        '"I only played {game!}," {hero} <say> <soft>. {sender.The!} said nothing.',
    )
    s.plot(
        "The {event!} was called off, and {sender.the!} sent {guests=NUMBERS} guests home.",
        "So there was no {event!}, and {he} ate {a cake=FOODS} alone.",
        "So there was no {event!}, and {sender.the!} felt <sad>.",
    )
    moral(
        s,
        "When others wait for you, a game can wait, too.",
        "Some doors close when you come too late.",
        "It is sad when nobody can trust you.",
    )


@plot(
    (
        "{hero} waited for {his} friend {friend=cast.folk} {wait_at=PLAY_SPOTS}, but "
        "{friend.he} was ill. {friend.He} had {illness=ILLNESSES}."
    ),
    (
        "bad news came from {friend=cast.folk}, who lived {friend_at=WHERE}. {friend.He} was "
        "in bed with {illness=ILLNESSES}."
    ),
    (
        'a small note lay on the doorstep. "Dear {hero}, I cannot play '
        '{note_game=GAMES_NAMES} today. I have {illness=ILLNESSES}. Your {friend=cast.folk}."'
    ),
    summaries=(
        (
            "{hero=FOLK} has a friend who is in bed with {illness=ILLNESSES}, and {he} has "
            "something that helps."
        ),
        "{hero=FOLK} hears that a friend has {illness=ILLNESSES}, and later {he} is ill, too.",
    ),
    hints=(
        "one small thing would help two friends",
        "soon it would be the other way round",
    ),
    long=True,
)
def sick_friend(s: Story) -> None:
    """What helps a friend who is ill comes back when the helper is ill."""
    s.plot(
        '"My {look=LOOKS} {colour=COLOURS} {comfort=COMFORTS} will help," {hero} <say> <adv>.',
        (
            "{hero} had {a look=LOOKS} {colour=COLOURS} {comfort=COMFORTS}. It helped when "
            "{he} felt <sad>."
        ),
        (
            "{His} {giver=FAMILY} had given {him} {a look=LOOKS} {colour=COLOURS} "
            "{comfort=COMFORTS} for bad days."
        ),
        (
            "Now {hero} had {a look=LOOKS} {colour=COLOURS} {comfort=COMFORTS}, which {he} "
            "loved more than {less=SWEETS}."
        ),
    )
    s.style(
        '"It is good against {illness}," <said> {his} {adviser=FAMILY}.',
        "It was {age=AGES} years old and smelled of {smell3=SWEETS}.",
        "It had been to {been=PLACES} and to {been2=PLACES} with {him}.",
        "With it, {he} was not afraid of {fear=FEARS}.",
        "It even had a name: {comfort_name=PET_NAMES}.",
    )
    passer_by(s)
    s.paragraph()
    way = s.turn(
        go=(
            (
                "So {he} took the {comfort} and {number=FEW} {plural food=FOODS} and <walked> "
                "to {friend}.*3"
            ),
            '"{friend} needs it now," {he} <say> <adv>, and <walked> to {friend.him}.*3',
            (
                "{He} put the {comfort} into {a bag_look=LOOKS} {bag_colour=COLOURS} bag and "
                "<walked> to {friend}.*3"
            ),
        ),
        late=(
            (
                "But first {he} played {game=GAMES_NAMES} with {other=cast.folk}. At "
                "{clock=LATE}, {he} <walked> to {friend}.*3"
            ),
            (
                '"Tomorrow," {he} [said|thought|told {himself}] for {wait_days=FEW} days. '
                "Then {he} felt <sad> and <walked> to {friend}.*3"
            ),
        ),
        bad=(
            '"But it is mine," {he} <say> <soft>, and stayed at home to play {game=GAMES_NAMES}.',
            (
                '"What if I get ill, too?" {he} thought, and played {game=GAMES_NAMES} with '
                "{other=cast.folk}."
            ),
        ),
    )
    if way == "bad":
        alone_in_bed(s)
        return
    s.plot(
        ("{friend} lay under {a cover_look=CLOTH_LOOKS} blanket and felt <sad>."),
        '"I feel <sad>," {friend} <say> <soft>.',
        ("{friend} sat in bed with {a scarf_look=CLOTH_LOOKS} {scarf=GARMENTS} on and felt <sad>."),
        '"I have counted {flies=NUMBERS} flies today," {friend} <say> <soft>.',
    )
    s.plot(
        (
            '"Hold my {comfort!}, count to {count=NUMBERS}, and think of {thought=DREAMS}," '
            "{hero} <say> <adv>."
        ),
        (
            '"Look at my {comfort!} and count to {count=NUMBERS}," <said> {hero}. "Then think '
            'of {thought=DREAMS}."'
        ),
        (
            '"With this {comfort!}, I count to {count=NUMBERS} and think of '
            '{thought=DREAMS}," {hero} <say> <adv>.'
        ),
    )
    s.plot(
        "{friend} closed {friend.his} eyes, counted, and felt <happy>.",
        '"That is nice," {friend} <say> <soft>, and felt <happy>.',
        "{friend} ate {soup=FEW} spoons of soup and felt <happy>.",
        '"Keep it until you are well," {hero} <say> <adv>.',
        "It helped, and after {well=FEW} days, {friend} could {skill=SKILLS} again.",
    )
    s.paragraph()
    s.plot(*HERO_IS_ILL)
    s.plot(
        "At {visit=CLOCKS}, {friend!} came in with {flowers=FLOWERS} and {a visit_food=FOODS}.",
        "There was {a knock=KNOCKS} knock. It was {friend!} with {flowers=FLOWERS}!",
        '"{hero}, I am here!" {friend!} <cried> at {visit=CLOCKS}.',
        '"How are you?" {friend!} <asked> at {visit=CLOCKS}. "I feel <sad>," {hero} <whispered>.',
    )
    s.plot(
        '"Now it is your turn," {friend.he} <say> <adv>, and gave {him} the {colour!} {comfort!}.',
        "{friend} had brought the {look!} {colour!} {comfort!}, and {hero} felt <happy>.",
        '"Your {colour!} {comfort!} is back," {friend.he} <say> <adv>.',
        'The {colour!} {comfort!} was there, too. "It helped me," {friend.he} <say> <soft>.',
    )
    s.plot(
        '"Count to {count!} and think of {thought!}," {friend} <say> <soft>. And it helped!',
        '"I must count to {count!} and think of {thought!}," {hero} <say> <soft>.',
        "They counted to {count!}, thought of {thought!}, and felt <happy>.",
        (
            '"And now?" {friend} <asked> <adv>. "Count to {count!} and think of {thought!}!" '
            "<cried> {hero}."
        ),
    )
    moral(
        s,
        "What you give to a friend comes back to you.",
        "A visit is the best medicine.",
        "Friends are there on bad days, too.",
    )


HERO_IS_ILL = (
    "<later>, {hero} was ill, too. {He} had {illness2=ILLNESSES} and felt <sad>.",
    "<later>, {hero} lay in bed with {illness2=ILLNESSES} and felt <sad>.",
    (
        '<later>, [the|a|an old|a kind] doctor <said>, "{hero}, you have '
        '{illness2=ILLNESSES}. Stay in bed!"'
    ),
)


def alone_in_bed(s: Story) -> None:
    """Nobody visits the friend, and later nobody visits the hero."""
    s.plot(
        "{friend} lay alone for {days=FEW} days and felt <sad>.",
        "{friend} counted {flies=NUMBERS} flies and felt <sad>.",
        '"Will {hero} come?" {friend} <asked> every {ask_day=DAYTIMES}, and felt <sad>.',
        "Only {a guest_look=ANIMAL_LOOKS} {guest=CRITTERS} came to see {friend}.",
    )
    s.paragraph()
    s.plot(*HERO_IS_ILL)
    s.plot(
        (
            '"Where is {friend!}?" {hero} <asked> at {visit=CLOCKS}. But {friend} was '
            "{doing=DOINGS}."
        ),
        "{He} waited for {friend!} until {visit=LATE}. But {friend} was {doing=DOINGS}.",
        (
            '"{friend!} will not come," {his} {nurse=FAMILY} <say> <soft>. "Did you visit '
            '{friend.him}?"'
        ),
    )
    s.plot(
        "{He} held the {look!} {colour!} {comfort!} and felt <sad>.",
        '"You are only {look.a} {colour!} {comfort!}," {hero} <say> <soft>.',
        "The {colour!} {comfort!} did not help, and {he} felt <sad>.",
    )
    s.plot(
        "Now {he} knew how {friend!} had felt with {illness!}: {felt=BLUE}.",
        '"Next time, I will go at once," {he} <say> <soft>. But nobody heard it.',
        "{He} lay awake until {awake=NIGHT_HOURS} and cried {tears=NUMBERS} tears.",
    )
    moral(
        s,
        "If you want a friend, you must be one.",
        "Nobody should be alone in bed.",
        "Things cannot take the place of friends.",
    )


@plot(
    (
        '"We are moving to {far=FAR_PLACES}," {hero}\'s {friend_trait=NICE} friend '
        '{friend=cast.folk} <whispered>. "I leave [today|tomorrow|tonight|on Sunday|on '
        'Friday|on Monday|next week|in {leave=FEW} days]."'
    ),
    (
        "a wagon with {boxes=NUMBERS} {box_look=LOOKS} [boxes|chairs|trunks|lamps|baskets] "
        "stood in the street. {hero}'s {friend_trait=NICE} friend {friend=cast.folk} was "
        "moving to {far=FAR_PLACES}."
    ),
    (
        "{hero} helped {his} {friend_trait=NICE} friend {friend=cast.folk} to pack "
        "{boxes=NUMBERS} {box_look=LOOKS} boxes. {friend} had to move to {far=FAR_PLACES}."
    ),
    summaries=(
        (
            "{hero=FOLK} has a friend who moves to {far=FAR_PLACES} and leaves {him} "
            "something to keep."
        ),
        "{hero=FOLK} loses a friend to {far=FAR_PLACES}, but there is a promise.",
    ),
    hints=(
        "a goodbye is not always the end",
        "some promises take a long time",
    ),
    long=True,
)
def farewell(s: Story) -> None:
    """A friend moves away and leaves a keepsake and a promise."""
    s.plot(
        "For {years=FEW} years, they had played {game=GAMES_NAMES} together.",
        '"Who will play {game=GAMES_NAMES} with me now?" {hero} <asked> <soft>.',
        "They played {game=GAMES_NAMES} one last time and felt <sad>.",
        '"I will miss playing {game=GAMES_NAMES}," {hero} <say> <soft>.',
        '"No more {game=GAMES_NAMES} with you!" {hero} <cried> and felt <sad>.',
    )
    s.style(
        "{hero} felt <sad> and could not eat {his} {uneaten=FOODS}.",
        '"That is {days=NUMBERS} days from here!" {hero} <cried>.',
        ("{friend} wore {a friend_look=CLOTH_LOOKS} {friend_garment=GARMENTS} and felt <sad>."),
        "They sat {perch=STANDING} for {minutes=NUMBERS} minutes and said nothing.",
        "{His} voice was as small as {a voice=CRITTERS}.",
    )
    passer_by(s)
    s.paragraph()
    s.plot(
        '"Please take my {colour=COLOURS} {goods=GOODS}," {friend} <say> <soft>.',
        (
            '"Look after my {colour=COLOURS} {goods=GOODS}," {friend} <say> <soft>. "I love '
            '{goods.it}."'
        ),
        (
            '"This box is for you," {friend} <say> <adv>. It held {friend.his} '
            "{colour=COLOURS} {goods=GOODS}."
        ),
        (
            '"My {colour=COLOURS} {goods=GOODS} {goods.was} a present from my '
            '{giver=FAMILY}," <said> {friend}. "Keep {goods.it} for me."'
        ),
    )
    s.plot(
        (
            '"When the {flowers=FLOWERS} bloom, I will come and {skill=SKILLS} with you," '
            "{friend.he} <say> <adv>."
        ),
        (
            '"I will come back with the {flowers=FLOWERS}," {friend.he} <said>, "and we will '
            '{skill=SKILLS}."'
        ),
        (
            '"When the {flowers=FLOWERS} come, so will I," {friend.he} <said>. "Then we will '
            '{skill=SKILLS}."'
        ),
    )
    s.plot(
        "{hero} nodded and gave {friend} {a token_look=LOOKS} {token=TREASURES}.",
        '"And you take my {token_look=LOOKS} {token=TREASURES}," {hero} <say> <soft>.',
        (
            '"I will keep {goods.it} safe," {hero} <say> <soft>, and gave {friend} {a '
            "token_look=LOOKS} {token=TREASURES}."
        ),
    )
    s.paragraph()
    s.plot(
        "They hugged {hugs=NUMBERS} times, and {friend} was gone. {hero} felt <sad>.",
        "{friend} left, and {hero} felt <sad> for {grief=FEW} weeks.",
        "Then {friend} was gone. {hero} wrote {letters=NUMBERS} letters to {far!}.",
        "At {clock=CLOCKS}, {friend} was gone, and {hero} played {alone=GAMES_NAMES} alone.",
        "{hero} waved until {friend}'s wagon was as small as {a small=CRITTERS}.",
    )
    passer_by(s)
    way = s.turn(
        visit=(
            (
                "But one [day|morning|evening|afternoon|Sunday|Monday], the {flowers!} "
                "bloomed, and {friend!} came back {ride=RIDES}.*3"
            ),
            (
                '"The {flowers!} are in bloom!" {his} {caller=FAMILY} <cried>. And {friend!} '
                "came {ride=RIDES}!*3"
            ),
        ),
        letter=(
            (
                'When the {flowers!} bloomed, {friend!} wrote, "Please visit me!" So {hero} '
                "came {ride=RIDES}.*3"
            ),
            (
                'The {flowers!} bloomed, and {friend!} wrote, "I have {illness=ILLNESSES}. '
                'Please come!" {hero} came {ride=RIDES}.*3'
            ),
        ),
        bad=(
            (
                "Then {swapper=cast.folk} offered {him} {a toy_look=LOOKS} {toy=TOYS} for the "
                "{goods!}, and {hero} took it."
            ),
            (
                "{He} saw {a toy_look=LOOKS} {toy=TOYS} and wanted it so much that {he} gave "
                "{swapper=cast.folk} the {goods!} for it."
            ),
        ),
    )
    if way == "bad":
        given_away(s)
        return
    s.plot(
        "How they hugged! They both felt <happy>.",
        '"You are as tall as {a tall=MEASURES}!" {friend} <cried>, and they both felt <happy>.',
        '"At last!" {friend} <say> <soft>, and they both felt <happy>.',
        ("{friend} had grown and wore {a new_look=CLOTH_LOOKS} {new_garment=GARMENTS}."),
    )
    s.plot(
        '"Here {goods.is_} the {colour!} {goods!}," {hero} <say> <adv>.',
        '"And my {goods!}?" {friend} <asked> <adv>. {hero} still had {goods.it}.',
        "The {colour!} {goods!} {goods.was} still {fine=PRETTY}.",
        '"I kept the {colour!} {goods!}," {hero} <say> <adv>.',
    )
    s.plot(
        '"And here is your {token!}," {friend} <say> <adv>.',
        "{friend} still had the {token!} and felt <happy>.",
        '"Your {token!} brought me luck," {friend} <say> <adv>.',
        '"Look, your {token!}," {friend} <say> <soft>.',
    )
    s.plot(
        "Then they learned to {skill!}, until {friend} {mishap=MISHAPS}.",
        '"Now we will {skill!}," {friend} <say> <adv>.',
        "They learned to {skill!} and felt <happy>.",
        "They learned to {skill!}, and at {clock2=LATE} they played {game!}.",
    )
    moral(
        s,
        "True friends keep what they promise.",
        "Even far away, a friend is still a friend.",
        "It is easier to wait with something to hold on to.",
    )


def given_away(s: Story) -> None:
    """The keepsake is swapped for a toy, and the friend comes to ask for it."""
    s.plot(
        "The {flowers!} bloomed, and {friend!} came {ride=RIDES} with the {token!}.",
        "When the {flowers!} bloomed, {friend!} came with the {token!} and felt <happy>.",
        "Soon the {toy!} was boring. Then the {flowers!} bloomed, and {friend!} came {ride=RIDES}.",
    )
    s.plot(
        '"Where {goods.is_} my {colour!} {goods!}?" {friend.he} <asked>. {hero} felt <sad>.',
        '"Show me my {colour!} {goods!}," {friend.he} <say> <adv>. {hero} felt <sad>.',
        '"I still have your {token!}," {friend.he} <said>. "Where {goods.is_} my {goods!}?"',
    )
    s.plot(
        '"{swapper!} has {goods.it}," {hero} <say> <soft>. "I wanted the {toy!}."',
        '"I gave {goods.it} away for {toy.a!}," {hero} <say> <soft>.',
        '{hero} held up the {toy_look!} {toy!}. "I got this for {goods.it}," {he} <say> <soft>.',
    )
    s.plot(
        "{friend} put the {token!} {put_at=STANDING} and left without a word.",
        '"Then take back your {token!}," {friend} <say> <soft>, and left.',
        "{friend} felt <sad> and did not show {hero} how to {skill!}.",
    )
    s.plot(
        "{hero} sat among the {flowers!} and felt <sad>.",
        "{hero} wrote {letters2=NUMBERS} letters to {far!}, but no answer came.",
        "{hero} cried {tears=NUMBERS} tears, and the {toy!} could not help.",
    )
    moral(
        s,
        "What a friend gives you to keep is not yours to give away.",
        "A new toy gets old, and a lost friend is missed.",
        "Think of your promise before you make a swap.",
    )


PLOTS = (soup, errand, sick_friend, farewell)
