"""Plots about friends: sharing, making up, winning and losing, being new."""

from __future__ import annotations

from storylm.data.fables.plots.plot import plot
from storylm.data.fables.plots.scenes import moral, passer_by, sight
from storylm.data.fables.story import Story


@plot(
    "{hero} had {a food=FOODS} for lunch. {He} <walked> to {place=PLACES} to eat it in the sun.",
    "{hero} was hungry, so {he} packed {a food=FOODS} and <walked> to {place=PLACES}.*2",
    "{his} {giver=FAMILY} gave {hero} {a food=FOODS} for the long walk to {place=PLACES}.*2",
)
def shared_snack(s: Story) -> None:
    """A snack, somebody hungry, and a choice that is paid back."""
    sight(s)
    s.plot(
        "{He} sat down and was about to take a bite when {friend=cast.folk} came by.",
        "There sat {friend=cast.folk}, all alone[ on a log| on a rock|].",
        "{hero} opened {his} bag. Right then {friend=cast.folk} sat down next to {him}.",
    )
    s.plot(
        '"I am so hungry," <said> {friend}. "I had no breakfast."',
        '"That {food} smells so good," {friend} <whispered>. "I have nothing to eat today."',
        '{friend} looked at the {food} and <said>, "I forgot my lunch at home."',
        "{friend}'s tummy made a loud noise. \"Sorry,\" {friend.he} <said>. \"I did not eat today.\"",
    )
    s.paragraph()
    choice = s.plot(
        "{hero} thought about it. The {food} was not very big. But then {he} broke it in two and gave {friend} one half.*2",
        '"Then we will share," {hero} <said>, and cut the {food} in two.*2',
        '"It is mine!" {hero} <said>, and ate the whole {food} alone.*2',
    )
    if choice == 2:
        selfish(s)
    else:
        s.plot(
            "They ate and talked and laughed. The {food} tasted better than ever.",
            '"Mmm," <said> {friend}. "This is the best {food!} in the world!"',
            "Half of the {food} was enough, because it is more fun to eat together.",
        )
        s.plot(
            "After lunch, {friend} showed {hero} how to {skill=SKILLS}.",
            '"Now I want to give you something, too," {friend} <said>, and gave {hero} {a colour=COLOURS} {toy=TOYS}.',
            "The next day, {friend} brought {a other=FOODS} and gave {hero} the bigger half.",
        )
    s.plot(
        "From then on, {hero} and {friend} ate lunch together every day.",
        "That was how {hero} and {friend} became <friends>.",
        "{hero} and {friend} [walked home arm in arm|sang all the way home].",
    )
    moral(
        s,
        "Sharing makes everything taste better.",
        "When you share, you get more than you give.",
        "Half of a {food} and a friend is better than a whole {food} alone.",
    )


def selfish(s: Story) -> None:
    """The hero keeps the food, gets into need, and is treated better than deserved."""
    s.plot(
        "{friend} said nothing and looked at the ground.",
        "A tear ran down {friend}'s face.",
        '"Oh," <said> {friend}, and turned away.',
    )
    s.plot(
        "But soon {hero}'s tummy began to hurt. {He} had eaten too fast!",
        "On the way home, {hero} [fell into the mud|hurt {his} foot|lost {his} way], and nobody was there to help.",
    )
    s.plot(
        'It was {friend} who came. "[Let me help you|Take my hand|Come with me]," {friend.he} <said>.',
        '{friend} heard {him} cry and came back at once. "I will help you," {friend.he} <said>.',
    )
    s.plot(
        '"But I did not share my {food!} with you," <said> {hero}. "I am sorry."',
        '{hero} felt bad. "Why do you help me? I kept the {food!} for myself," {he} <said>.',
    )
    s.plot(
        '"I know," {friend} <said>. "But I like you anyway."',
        '"Next time, we can share," <said> {friend} with a smile.',
    )


PLOTS = (shared_snack,)
