"""Plots about things that are lost, found, and given back."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import meet_friend, moral, passer_by, sight, thank
from storylm.data.fables.story import Story


@plot(
    "{hero} took {his} {look=LOOKS} {colour=COLOURS} {toy=TOYS} to {place=PLACES}.",
    (
        "{hero} wanted to play in the fresh air. {He} took {his} {look=LOOKS} {colour=COLOURS} "
        "{toy=TOYS} and <walked> to {place=PLACES}."
    ),
    (
        "{his} {giver=FAMILY} gave {hero} {a look=LOOKS} {colour=COLOURS} {toy=TOYS}. {He} "
        "<walked> to {place=PLACES} to play with it."
    ),
)
def lost_toy(s: Story) -> None:
    """A toy is laid aside, missed, and found with a friend where it was left."""
    sight(s)
    s.plot(
        "Feeling <tired>, {he} put the {toy} {nook=place.nooks} and took a nap.",
        (
            "For {a_while=FEW} hours {he} played, and then {he} left the {toy} {nook=place.nooks} "
            "to [eat|look for|buy] {a snack=FOODS}."
        ),
        (
            "To keep it safe, {he} hid the {toy} {nook=place.nooks}. Then {he} picked "
            "{number=FEW} {flowers=FLOWERS}."
        ),
    )
    s.paragraph()
    s.plot(
        "At {clock=CLOCKS}, {hero} wanted to go home. But where was the {toy}?",
        "At {clock=CLOCKS}, {his} {caller=FAMILY} called {him} home. But where was the {toy}?",
        "<then>, {he} wanted to play with {new_friend=cast.folk}. But where was the {toy}?",
        "After {later=FEW} hours, {hero} could not remember where the {toy} was.",
        'Then it was time to go. "<oh>!" {he} <cried>. "Where is my {toy!}?"',
    )
    s.plot(
        "{hero} felt <sad> and cried for {cry=NUMBERS} minutes.",
        "{He} <looked> here and there, but {he} could not find it.",
        "This made {him} <sad>. {He} loved that {toy}!",
        "{He} felt <sad>, because it was {his} favorite.",
    )
    passer_by(s)
    s.paragraph()
    meet_friend(s)
    s.plot(
        '"What is wrong?" <asked> {friend} <soft>. "My {colour} {toy!} is gone," <said> {hero}.',
        '"You look <sad>," <said> {friend}. "It is my {toy!}," <said> {hero} <soft>. "It is gone!"',
        (
            '"Why do you feel <sad>?" <asked> {friend}. {hero} told {friend.him} about the '
            "{look} {colour} {toy!}."
        ),
        (
            '"Why are you crying?" {friend} <asked>. "My {toy!} is gone," <said> {hero}. "It is '
            '{colour}."'
        ),
        '{hero} told {friend} about the {toy!}. "I will help you," {friend} <say> <adv>.',
        (
            '"Have you seen my {colour} {toy!}?" <asked> {hero}. "No," {friend} <say> <soft>, '
            '"but I will help you."'
        ),
    )
    s.plot(
        (
            "They <looked> {wrong=place.nooks} for {minutes=NUMBERS} minutes, and then they "
            "looked {nook!}."
        ),
        (
            "{friend} <looked> {wrong=place.nooks}, {hero} <looked> {wrong2=place.nooks}. At "
            "{find_time=LATE}, they looked {nook!}."
        ),
        (
            "They found {a wrong_look=LOOKS} {wrong_thing=TREASURES} {wrong=place.nooks}. Then "
            "they looked {nook!}."
        ),
        (
            "First {friend} looked {wrong=place.nooks}, but it was not there. Then {hero} looked "
            "{nook!}.*2"
        ),
        (
            "Together they <looked> {wrong=place.nooks} and {wrong2=place.nooks}. In the end, "
            "{friend} looked {nook!}."
        ),
    )
    s.plot(
        "There was the {colour} {toy!}, with {a sitter=CRITTERS} on top!",
        '"<yay>! Here it is!" {friend} <cried>. It was the {colour} {toy!}.',
        "And there it was, {colour} and {found_look=PRETTY}: the {toy!}!",
    )
    thank(s)
    s.plot(
        "They played with the {toy} until {clock2=LATE} and felt <happy>.",
        "After that, {friend} and {hero} took turns with the {toy} and sang about {song=DREAMS}.",
        "{hero} held the {toy} [tight|close|in both arms] and went <home> to eat {supper=SWEETS}.",
        (
            "Now {hero} let {friend} play with it, too, and showed {friend.him} how to "
            "{skill2=SKILLS}."
        ),
    )
    moral(
        s,
        "A friend who helps you look is better than any {toy}.",
        "Always remember where you put your things.",
        "Two pairs of eyes see more than one.",
    )


@plot(
    "{hero} found {a look=LOOKS} {colour=COLOURS} {treasure=TREASURES} near {place=PLACES}.",
    (
        "on the way to {place=PLACES}, {hero} saw something in the grass. It was {a look=LOOKS} "
        "{colour=COLOURS} {treasure=TREASURES}!"
    ),
    (
        "something [sparkled|lay|waited] on the path to {place=PLACES}. {hero} bent down. It was "
        "{a look=LOOKS} {colour=COLOURS} {treasure=TREASURES}."
    ),
)
def found_treasure(s: Story) -> None:
    """Finders would be keepers, but the thing has an owner."""
    s.plot(
        '"<yay>!" {he} <said>. "Now it is mine!"',
        "{He} wanted to keep it [forever|for {himself}|more than anything].",
        "{He} put the {treasure} in {his} [pocket|bag|hat] and felt <happy>.",
        "{hero} had never seen such {look.a} thing before.",
    )
    passer_by(s)
    s.paragraph()
    s.plot(
        (
            "But then {hero} saw the {owner=cast.elders}, who was looking for something. "
            "{owner.He} felt <sad>."
        ),
        "<then>, {he} heard somebody cry. It was the {owner=cast.elders}.",
        "Not far away sat the {owner=cast.elders} with a sad face.",
    )
    s.plot(
        (
            '"I have lost my {treasure!}," <say> the {owner} <soft>. "It was a gift from my '
            '{giver=FAMILY}."'
        ),
        (
            '"Somewhere near {place}, I lost my {treasure!}," <say> the {owner} <soft>. "My '
            '{giver=FAMILY} will feel <sad>."'
        ),
        (
            '"Have you seen my {treasure!}?" the {owner} <asked>. "My {giver=FAMILY} gave it to '
            'me long ago."'
        ),
        (
            '"I cannot find my {treasure!} anywhere," {owner.he} <said>. "My {giver=FAMILY} will '
            'be so sad."'
        ),
    )
    s.plot(
        "{hero} turned [red|pale]. {He} felt <sad>, because {he} liked the {treasure}.",
        "{hero} felt the {look} {treasure} in {his} {pocket=GARMENTS} and felt <sad>.",
        '"I could buy {a dream_thing=TOYS} for that," {hero} thought.',
        "It was {colour} and {look}, and {hero} had wanted one for {years=FEW} years.",
        "{hero} thought about it. It was hard to give away such {look.a} thing.",
        "{hero}'s heart [beat fast|felt heavy]. What should {he} do?",
    )
    s.paragraph()
    way = s.turn(
        give=(
            'In the end, {he} held out the {treasure}. "It is yours," {he} <say> <soft>.*2',
            '"I found this {treasure!} today," {he} <say> <soft>. "Is it yours?"*2',
            '"Here it is," {he} <say> <soft>. "I found it near {place}."*2',
        ),
        keep=('But {he} shook {his} head. "I have not seen it," {he} <said>, and <walked> home.',),
    )
    if way == "keep":
        s.plot(
            "All night, {hero} could not sleep. The {treasure} was not fun anymore.",
            "At home, {he} looked at the {treasure}, but it did not make {him} happy.",
            "That evening, {his} food tasted [bad|like sand|of nothing], and {he} knew why.",
        )
        s.plot(
            (
                'The next morning, {hero} <walked> back to the {owner}. "I am sorry. I did find '
                'it," {he} <said>, and gave {owner.him} the {treasure!}.'
            ),
            (
                'As soon as it was light, {he} brought the {treasure!} to the {owner}. "I told '
                'you a lie," {he} <whispered>. "I am sorry."'
            ),
        )
    s.plot(
        (
            "The {owner} felt <happy> and [danced|cried|sang]. {owner.He} gave "
            "{hero} {a prize=FOODS}."
        ),
        (
            'The {owner} felt <happy>. "You are {honest=HONEST}," {owner.he} <said>, and gave '
            "{hero} {a prize=FOODS}."
        ),
        '"How {honest=HONEST} of you!" <cried> the {owner}, and gave {hero} {a prize=FOODS}.',
        '"Thank you for being honest, {hero}," the {owner} <said>, and gave {him} {a prize=FOODS}.',
        (
            'A big smile came over the face of the {owner}. "You have a good heart," {owner.he} '
            '<said>. "Take this {prize=FOODS}."'
        ),
    )
    s.plot(
        "The {prize!} smelled of {smell3=SMELLS}, and {hero} felt <happy>.",
        "{hero} shared the {prize!} with {his} {sharer=FAMILY} that evening.",
        "On the way home, {hero} ate the {prize!} {eat_at=STANDING} and felt <happy>.",
    )
    moral(
        s,
        "It feels better to give a thing back than to keep it.",
        "What belongs to others is not ours to keep.",
        "An honest heart is worth more than {treasure.a}.",
    )


@plot(
    (
        "a friend named {friend=cast.folk} let {hero} borrow {a look=LOOKS} {colour=COLOURS} "
        '{toy=TOYS}. "Please bring it back by [tonight|tomorrow|Sunday]," {friend} <said>.'
    ),
    (
        '{hero} asked {friend=cast.folk}, "May I borrow your {look=LOOKS} {colour=COLOURS} '
        '{toy=TOYS}?" "Yes, but please take good care of it," {friend} <said>.'
    ),
)
def borrowed(s: Story) -> None:
    """A thing changes hands with a promise, and is asked for later."""
    s.plot(
        '"I promise," <said> {hero}.',
        "{hero} promised to be careful.",
        '{hero} <smiled>. "You can trust me," {he} <said>.',
        '"I will guard it like {guarded=DREAMS}," <said> {hero}.',
        "{hero} felt <happy> and gave {friend} {a thanks=FOODS} for it.",
    )
    s.paragraph()
    s.plot(
        (
            "Until {clock=CLOCKS}, {hero} played with the {toy}. Then {he} left it outside, "
            "{nook=yard.nooks}."
        ),
        (
            "{hero} <walked> to {place=PLACES} with it. There {he} met {a new_trait=NICE} friend, "
            "and they played. At {clock=CLOCKS}, {he} left the {toy} {nook=place.nooks}."
        ),
        "But soon {hero} wanted {a snack=FOODS}, put the {toy} {nook=yard.nooks}, and forgot it.",
    )
    s.plot(
        "It rained for {rain=FEW} hours, and the {toy} got [wet|dirty|muddy|cold].",
        "Then {a thief=CRITTERS} came and carried it away.",
        "Then {a wind_look=DAYS} wind came and blew it away.",
        "The {rascal=PASSERS} found it and took it for {a mistake=CARRIED}.",
        "Soon {plural crawlers=CRITTERS} crawled all over it.",
    )
    s.paragraph()
    s.plot(
        (
            'The next day, {friend} came to the {hero.home}. "May I have my {toy!} back?" '
            "{friend.he} <asked>."
        ),
        '"Where is my {toy!}?" {friend} <asked> the next morning.',
        "When {friend} came back, {friend.he} <asked> for the {colour} {toy!}.",
        (
            "At {ask_time=CLOCKS}, {friend} <walked> to {hero} and <asked> for the {look} "
            "{colour} {toy!}."
        ),
    )
    way = s.turn(
        truth=(
            (
                '{hero} took {breaths=NUMBERS} deep breaths. "I left it {nook!}," {he} <say> '
                '<soft>. "I am so sorry."*2'
            ),
            (
                '"You may have my {own_look=LOOKS} {own=TOYS}," {hero} <say> <soft>, "because I '
                'left yours {nook!}."*2'
            ),
            '{hero} felt <sad>. "I forgot it {nook!}," {he} <whispered>. "I broke my promise."*2',
        ),
        lie=(
            (
                '"I never had your {toy!}," <said> {hero}. But that was not true, and {friend} '
                "knew it."
            ),
        ),
    )
    if way == "lie":
        s.plot(
            "{friend} went away without a word. Now {hero} was alone, and {he} felt <sad>.",
            '"You are not my friend anymore," {friend} <said>, and left.',
            "{friend} felt <sad>, turned around, and <walked> home.",
            '"I do not believe you," {friend} <say> <soft>, and left.',
        )
        s.plot(
            (
                "For three days, nobody came to play. Then {hero} took all {his} courage and "
                "<walked> to {friend}."
            ),
            "{hero} did not sleep that night. In the morning, {he} <walked> to {friend}.",
            "{hero} felt <sad> for {lonely=FEW} days. Then {he} took {friend} {a peace=FOODS}.",
        )
        s.plot(
            (
                '"It was not true what I said," {he} <whispered>. "I left your {toy!} {nook!}. '
                'Please forgive me."'
            ),
            '"I am sorry that I lied," {hero} <said>. "Your {toy!} was {nook!}, and I forgot it."',
            '"I told a lie," {he} <whispered>. "Your {colour} {toy!} was {nook!}."',
        )
    s.plot(
        '"That makes me feel <angry>," {friend} <say> <soft>. "But come, we will look together."',
        (
            '{friend} felt <angry>, but only for {angry_time=NUMBERS} seconds. "Let us look for '
            'it," {friend.he} <said>.'
        ),
        (
            '"That makes me <sad>," {friend} <said>. "But I am glad that you told me. Come, we '
            'will look together."'
        ),
    )
    s.plot(
        (
            "They found the {toy!} {found_at=PERCHES}. After a bath with {soap=NUMBERS} bubbles, "
            "it was {colour} again!"
        ),
        "After {hours=FEW} hours, they found the {toy!} {found_at=PERCHES}. It was still {colour}.",
        "The {toy!} was gone for good. So {hero} gave {friend} {his} own {gift=GIFTS} instead.",
    )
    s.plot(
        "{hero} never forgot a promise again.",
        "After that, {friend} and {hero} were <friends> again.",
        'They shook hands. "Friends?" <asked> {hero}. "Friends!" <said> {friend}.',
        (
            "From then on, {hero} tied {a knot_colour=COLOURS} thread around {his} "
            "{knot=GARMENTS}, so as not to forget."
        ),
        "Both of them felt <happy>, and {friend} showed {hero} how to {skill2=SKILLS}.",
    )
    moral(
        s,
        "If you make a promise, you must keep it.",
        "Take good care of what others lend you.",
        "The truth can hurt, but a lie hurts more.",
    )


PLOTS = (lost_toy, found_treasure, borrowed)
