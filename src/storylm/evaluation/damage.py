"""Stories harmed in one way alone: a probe is worth something if it sees its own harm and no other.

Grammar and consistency are harmed where the probes' rules find a spot, which then reads otherwise;
plot by another order of the sentences, and by the ending of another story.
"""

from __future__ import annotations

from collections import defaultdict
from random import Random

from storylm.evaluation.probes import PROBES, RULES
from storylm.evaluation.rules import plot
from storylm.evaluation.rules.lexicon import Lexicon
from storylm.evaluation.rules.text import Spot, Text

DAMAGES = PROBES
"""A damage for each probe, named like it."""
SHARE = 0.5
"""Of the spots of each rule, as many are harmed; but of one rule no more than of the others."""


def damage(
    story: str, kind: str, *, lexicon: Lexicon, seed: int, shelf: plot.Shelf | None = None
) -> str:
    """A story harmed in one way; the same seed harms it in the same places.

    The `shelf` lends endings; without it, only the order of the sentences is harmed. A story in
    which nothing can be harmed comes back as it is. ValueError for a kind that is not known.
    """
    if kind not in DAMAGES:
        raise ValueError(f"damage={kind} is not known; choose one of {', '.join(DAMAGES)}")
    random = Random(f"{kind} {seed} {story}")
    text = Text(story)
    if kind == "plot":
        return without_plot(text, lexicon, random, shelf)
    return text.exchange(
        (spot.start, spot.end, spot.other) for spot in chosen(text, kind, lexicon, random)
    )


def chosen(text: Text, kind: str, lexicon: Lexicon, random: Random) -> list[Spot]:
    """Spots that do not overlap. A rule that finds many takes as many as the others on average: the
    order of words could be harmed in every sentence, and then nothing else would be seen."""
    by_rule: dict[str, list[Spot]] = defaultdict(list)
    for rule in RULES[kind]:
        for spot in rule(text, lexicon):
            by_rule[spot.rule].append(spot)
    most = -(-sum(map(len, by_rule.values())) // len(RULES[kind])) if by_rule else 0
    wanted = [
        spot
        for spots in by_rule.values()
        for spot in random.sample(spots, min(most, round(SHARE * len(spots))))
    ]
    free: list[Spot] = []
    for spot in random.sample(wanted, len(wanted)):
        if all(spot.end <= other.start or other.end <= spot.start for other in free):
            free.append(spot)
    return free


def without_plot(text: Text, lexicon: Lexicon, random: Random, shelf: plot.Shelf | None) -> str:
    """All but the first two sentences in another order, and the end of another story."""
    units = text.units
    if len(units) < plot.LEAST:
        return text.text
    own = plot.ending_of(text)
    found = shelf and plot.foreign(text, own, shelf.endings, lexicon, random, count=1)
    kept = units[2 : -plot.ENDING] if found else units[2:]
    told = plot.in_another_order(text, kept, random)
    if found:
        start, end = units[-plot.ENDING][0], units[-1][1]
        told = told[:start] + found[0] + told[end:]
    return told
