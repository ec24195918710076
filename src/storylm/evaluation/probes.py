"""Grammar, consistency and plot of any story corpus by likelihood, from its held-out stories.

What stands in a story is right; against it stands what a rule would make of it: `were` for `was`,
another character's name, the ending of another story. No judge is asked, and no label is needed.
The same questions grade a text with a model that stays the same: `validation.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from random import Random

from storylm.data.stories import stories
from storylm.evaluation import written
from storylm.evaluation.candidate import Candidate, Findings
from storylm.evaluation.questions import Answer, Question, ask, summarize
from storylm.evaluation.rules import consistency, grammar, plot
from storylm.evaluation.rules.lexicon import Lexicon
from storylm.evaluation.rules.text import Spot, Text
from storylm.evaluation.scoring import Estimate

RULES: dict[str, tuple[Callable[[Text, Lexicon], Iterator[Spot]], ...]] = {
    "grammar": (grammar.agreement, grammar.tense, grammar.determiner, grammar.order),
    "consistency": (
        consistency.names,
        consistency.pronouns,
        consistency.owners,
        consistency.things,
    ),
}
"""Rules that exchange words in place."""
PROBES = (*RULES, "plot")
MOST = 4
"""Questions of one rule on one story."""
LEXICON_STORIES = 2_000
"""Held-out stories that the words are counted in."""


def examine(candidate: Candidate) -> Findings:
    """Ask the candidate about its held-out stories, and what was written by hand."""
    told = stories(candidate.run.config.data, "valid")
    lexicon = Lexicon.read(list(islice(told, LEXICON_STORIES)))
    asked = questions(candidate.held_out, lexicon, seed=candidate.config.seed)
    answers = ask(candidate.run, asked)
    found = summarize(answers, stories=len(candidate.held_out))
    by_hand = ask(candidate.run, written.questions())
    found |= summarize(by_hand)
    answers += by_hand
    asked_of = [probe for probe in (*PROBES, *written.PROBES) if probe in found]
    return Findings(
        measures={probe: found[probe] for probe in asked_of},
        details={"rules": found, "questions": counted(answers)},
        page=table(answers, found),
        chance={probe: found[f"{probe} chance"].value for probe in asked_of},
        abilities=asked_of,
    )


def questions(
    texts: Sequence[str], lexicon: Lexicon, *, seed: int, others: Sequence[str] = ()
) -> list[Question]:
    """At most `MOST` questions of each rule on each text. `others` lend the plot probe their
    endings; without them, the texts do."""
    read = [Text(text) for text in texts]
    found = [
        q for probe, rules in RULES.items() for rule in rules
        for q in of_spots(probe, [list(rule(text, lexicon)) for text in read], read, seed)
    ]  # fmt: skip
    shelf = plot.Shelf.read([Text(other) for other in others] or read, lexicon)
    for number, text in enumerate(read):
        random = Random(f"plot {seed} {number}")
        found += plot.endings(number, text, shelf, lexicon, random)
        found += plot.following(number, text, shelf, lexicon, random, most=MOST)
        found += plot.shuffled(number, text, random, most=MOST // 2)
    return found


def of_spots(
    probe: str, spots: Sequence[Sequence[Spot]], texts: Sequence[Text], seed: int
) -> Iterator[Question]:
    """Questions at some spots of each text, evenly over it.

    Before each stands the whole story so far, for grammar too: a model that is given a sentence
    alone takes it for the beginning of a story, and was/were is then known less well.
    """
    for number, (some, text) in enumerate(zip(balanced(spots, seed), texts, strict=True)):
        for spot in evenly(some, MOST):
            rest = text.text[spot.end : text.sentence(spot.start)[1]]
            right = text.text[spot.start : spot.end] + rest
            before = text.text[: spot.start]
            yield Question(probe, spot.rule, number, before, right, (spot.other + rest,))


def balanced(spots: Sequence[Sequence[Spot]], seed: int) -> list[list[Spot]]:
    """The spots of each text, and of a pair as many one way as the other: who always says `was`
    is right half the time."""
    counts = Counter(spot.way for some in spots for spot in some)
    random = Random(f"balance {seed}")

    def kept(spot: Spot) -> bool:
        share = counts[spot.back] / counts[spot.way] if spot.way else 1.0
        return random.random() < share

    return [[spot for spot in some if kept(spot)] for some in spots]


def evenly(found: Sequence[Spot], most: int) -> list[Spot]:
    if len(found) <= most:
        return list(found)
    return [found[i * len(found) // most] for i in range(most)]


# ------------------------------------------------------------------------------------------- report


def counted(answers: Sequence[Answer]) -> dict[str, int]:
    """How many questions each rule asked."""
    return dict(Counter(f"{a.question.probe}/{a.question.rule}" for a in answers))


def table(answers: Sequence[Answer], measures: dict[str, Estimate]) -> list[str]:
    """Accuracy of each rule, in Markdown."""
    lines = ["| probe | rule | accuracy | chance | questions |", "|---|---|---|---|---|"]
    for name, count in counted(answers).items():
        probe, rule = name.split("/")
        chance = measures[f"{name} chance"].value
        lines.append(f"| {probe} | {rule} | {measures[name]} | {chance:.2f} | {count} |")
    return lines
