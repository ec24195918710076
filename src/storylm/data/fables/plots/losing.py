"""Plots about things that are lost, found, and given back."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import meet_friend, moral, passer_by, sight, thank
from storylm.data.fables.story import Story


@plot(
    "{hero} took {his} {look=LOOKS} {colour=COLOURS} {toy=TOYS} to {place=PLACES}.*2",
    "{hero} wanted to play in the fresh air. {He} took {his} {look=LOOKS} {colour=COLOURS} {toy=TOYS} and <walked> to {place=PLACES}.",
    "{his} {giver=FAMILY} gave {hero} {a look=LOOKS} {colour=COLOURS} {toy=TOYS}. {He} <walked> to {place=PLACES} to play with it.*2",
)
def lost_toy(s: Story) -> None:
    """A toy is laid aside, missed, and found with a friend where it was left."""
    sight(s)
    s.plot(
        "When {he} got <tired>, {he} put the {toy} {nook=place.nooks} and took a nap.",
        "For a while {he} played, and then {he} left the {toy} {nook=place.nooks} to [chase a butterfly|drink some water|eat a snack].",
        "To keep it safe, {he} hid the {toy} {nook=place.nooks}. Then {he} [had a snack|picked some flowers|lay down in the shade].",
    )
    s.paragraph()
    s.plot(
        "When {hero} wanted to go home, the {toy} was not there! {He} had forgotten where it was.",
        "Later, {hero} could not remember where the {toy} was.",
        'Then it was time to go. "<oh>!" {he} <cried>. "Where is my {toy!}?"',
    )
    s.plot(
        "{hero} was very <sad> and began to cry.",
        "{He} <looked> here and there, but {he} could not find it.",
        "This made {him} <sad>. {He} loved that {toy}!",
        "{He} felt <sad>, because it was {his} favorite.",
    )
    passer_by(s)
    s.paragraph()
    meet_friend(s)
    s.plot(
        '"What is wrong, {hero}?" <asked> {friend}. "I lost my {colour} {toy!}," {hero} <said>.',
        '"Why are you crying?" {friend} <asked>. "My {toy!} is gone," <said> {hero}. "It is {colour}."',
        '{hero} told {friend} about the {toy!}. "Do not worry," {friend} <said>. "I will help you find it."',
        '"Have you seen my {colour} {toy!}?" <asked> {hero}. "No," {friend} <said>, "but let us look together."',
    )
    s.plot(
        "They <looked> [high and low|everywhere|up and down], and at last they looked {nook!}.",
        "First {friend} looked {wrong=place.nooks}, but it was not there. Then {hero} looked {nook!}.*2",
        "Together they <looked> {wrong=place.nooks} and {wrong2=place.nooks}. In the end, {friend} looked {nook!}.",
    )
    s.plot(
        "There was the {colour} {toy!}!",
        '"<yay>! Here it is!" {friend} <cried>. It was the {colour} {toy!}.',
        "And there it was, {colour} as ever: the {toy!}!",
    )
    thank(s)
    s.plot(
        "They played with the {toy} [until the sun went down|all afternoon|until it was dark].",
        "After that, {friend} and {hero} took turns with the {toy}.",
        "{hero} held the {toy} [tight|close|in both arms] and went <home>.",
        "Now {hero} let {friend} play with it, too.",
    )
    moral(
        s,
        "A friend who helps you look is better than any {toy}.",
        "Always remember where you put your things.",
        "Two pairs of eyes see more than one.",
    )


@plot(
    "{hero} found {a look=LOOKS} {colour=COLOURS} {treasure=TREASURES} near {place=PLACES}.",
    "on the way to {place=PLACES}, {hero} saw something in the grass. It was {a look=LOOKS} {colour=COLOURS} {treasure=TREASURES}!",
    "something [sparkled|lay|waited] on the path to {place=PLACES}. {hero} bent down. It was {a look=LOOKS} {colour=COLOURS} {treasure=TREASURES}.",
)
def found_treasure(s: Story) -> None:
    """Finders would be keepers, but the thing has an owner."""
    s.plot(
        '"<yay>!" {he} <said>. "Now it is mine!"',
        "{He} wanted to keep it [forever|for {himself}|more than anything].",
        "{He} put the {treasure} in {his} [pocket|bag|hat] and felt <happy>.",
        "{hero} had never seen such a {look} thing before.",
    )
    passer_by(s)
    s.paragraph()
    s.plot(
        "But then {hero} saw the {owner=cast.elders}, who was looking for something. {owner.He} looked <sad>.",
        "<then>, {he} heard somebody cry. It was the {owner=cast.elders}.",
        "Not far away sat the {owner=cast.elders} with a sad face.",
    )
    s.plot(
        '"What is the matter?" <asked> {hero}. "I have lost my {treasure!}," <said> the {owner}. "It was a gift from my {giver=FAMILY}."',
        '"Have you seen my {treasure!}?" the {owner} <asked>. "My {giver=FAMILY} gave it to me long ago."',
        '"I cannot find my {treasure!} anywhere," {owner.he} <said>. "My {giver=FAMILY} will be so sad."',
    )
    s.plot(
        "{hero} [looked down|turned red|was quiet for a moment]. {He} really liked the {treasure}.",
        "{hero} thought about it. It was hard to give away such a {look} thing.",
        "{hero}'s heart [beat fast|felt heavy]. What should {he} do?",
    )
    s.paragraph()
    ending = s.plot(
        'In the end, {he} held out the {treasure}. "I found it near {place}," {he} <said>. "It is yours."*2',
        '"Here it is," {he} <said> at last. "I found it near {place}."*2',
        'But {he} shook {his} head. "I have not seen it," {he} <said>, and <walked> home.',
    )
    if ending == 2:
        s.plot(
            "All night, {hero} could not sleep. The {treasure} was not fun anymore.",
            "At home, {he} looked at the {treasure}, but it did not make {him} happy.",
            "That evening, {his} food tasted [bad|like sand|of nothing], and {he} knew why.",
        )
        s.plot(
            'The next morning, {hero} <walked> back to the {owner}. "I am sorry. I did find it," {he} <said>, and gave {owner.him} the {treasure!}.',
            'As soon as it was light, {he} brought the {treasure!} to the {owner}. "I told you a lie," {he} <whispered>. "I am sorry."',
        )
    s.plot(
        "The {owner} was so <happy> that {owner.he} [danced|cried|sang]. {owner.He} gave {hero} {a prize=FOODS}.",
        '"Thank you for being honest, {hero}," the {owner} <said>, and gave {him} {a prize=FOODS}.',
        'A big smile came over the face of the {owner}. "You have a good heart," {owner.he} <said>. "Take this {prize=FOODS}."',
    )
    s.plot(
        "The {prize!} was [sweet|warm|very good], and {hero} [ate it all|ate every bit|took it home].",
        "{hero} shared the {prize!} with {his} family that evening.",
        "On the way home, {hero} ate the {prize!} and felt light as a feather.",
    )
    moral(
        s,
        "It feels better to give a thing back than to keep it.",
        "What belongs to others is not ours to keep.",
        "An honest heart is worth more than a {treasure}.",
    )


@plot(
    'a friend named {friend=cast.folk} let {hero} borrow {a look=LOOKS} {colour=COLOURS} {toy=TOYS}. "Please bring it back by [tonight|tomorrow|Sunday]," {friend} <said>.',
    '{hero} asked {friend=cast.folk}, "May I borrow your {look=LOOKS} {colour=COLOURS} {toy=TOYS}?" "Yes, but please take good care of it," {friend} <said>.',
)
def borrowed(s: Story) -> None:
    """A thing changes hands with a promise, and is asked for later."""
    s.plot(
        '"I promise," <said> {hero}.',
        "{hero} promised to be careful.",
        '{hero} <smiled>. "You can trust me," {he} <said>.',
    )
    s.paragraph()
    s.plot(
        "All day, {hero} played with the {toy}. When it got dark, {he} left it outside, {nook=yard.nooks}.",
        "{hero} <walked> to {place=PLACES} with it. There {he} met other {cast}, and they played. At the end {he} left the {toy} {nook=place.nooks}.",
        "At first {hero} took good care of the {toy}. But then {he} got hungry, put it {nook=yard.nooks}, and forgot it.",
    )
    s.plot(
        "In the night, it [rained|snowed|stormed]. The {toy} got [wet|dirty|wet and dirty].",
        "A [puppy|goat|crow] came and carried it away.",
        "Then a strong wind came and blew it away.",
    )
    s.paragraph()
    s.plot(
        'The next day, {friend} came to the {hero.home}. "May I have my {toy!} back?" {friend.he} <asked>.',
        '"Where is my {toy!}?" {friend} <asked> the next morning.',
        "When {friend} came back, {friend.he} <asked> for the {colour} {toy!}.",
    )
    ending = s.plot(
        'For a moment, {hero} wanted to tell a lie. But {he} looked {friend} in the eyes and told the truth. "I left it {nook!}," {he} <said>. "I am so sorry."*2',
        '{hero} turned red. "I forgot it {nook!}," {he} <whispered>. "I broke my promise."*2',
        '"I never had your {toy!}," <said> {hero}. But that was not true, and {friend} knew it.',
    )
    if ending == 2:
        s.plot(
            "{friend} went away without a word. Now {hero} was alone, and {he} felt <sad>.",
            '"You are not my friend anymore," {friend} <said>, and left.',
        )
        s.plot(
            "For three days, nobody came to play. Then {hero} took all {his} courage and <walked> to {friend}.",
            "{hero} did not sleep that night. In the morning, {he} <walked> to {friend}.",
        )
        s.plot(
            '"It was not true what I said," {he} <whispered>. "I left your {toy!} {nook!}. Please forgive me."',
            '"I am sorry that I lied," {hero} <said>. "Your {toy!} was {nook!}, and I forgot it."',
        )
    s.plot(
        '{friend} was <angry> at first. Then {friend.he} <said>, "Thank you for telling me. Let us look for it."',
        '"That makes me <sad>," {friend} <said>. "But I am glad that you told me. Come, we will look together."',
    )
    s.plot(
        "They found the {toy!} in the mud, washed it, and dried it in the sun. It was {colour} again!",
        "It took them all morning, but they found the {toy!} at last. It was still {colour}.",
        "The {toy!} was gone for good. So {hero} gave {friend} {his} own {gift=GIFTS} instead.",
    )
    s.plot(
        "{hero} never forgot a promise again.",
        "After that, {friend} and {hero} were <friends> again.",
        'They shook hands. "Friends?" <asked> {hero}. "Friends!" <said> {friend}.',
    )
    moral(
        s,
        "If you make a promise, you must keep it.",
        "Take good care of what others lend you.",
        "The truth can hurt, but a lie hurts more.",
    )


PLOTS = (lost_toy, found_treasure, borrowed)
