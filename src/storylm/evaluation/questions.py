"""Questions with one right answer, asked by likelihood: no word of the model's own is read.

A question is a text and continuations of it, of which one is right. Where they differ in one word,
the rest of the sentence goes with each, so that word and what follows decide together: minimal
pairs, as in BLiMP (Warstadt et al. 2020).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from storylm.checkpoint import Run
from storylm.evaluation.fables import common_prefix, score_endings
from storylm.evaluation.scoring import Estimate, score_tokens

GAIN = frozenset({"ending", "next"})
"""Rules whose candidates are different sentences. They are compared by what the text before adds to
each, ln p(c | before) - ln p(c): a sentence that is short or common is likely after any story, and
this takes it out (Holtzman et al. 2021). It is Bayes' rule with all candidates equally likely
beforehand, so no division by a length is needed. All others are compared by ln p(c | before)."""
TOKENS_AT_ONCE = 512
"""Ids of candidates in one forward."""


@dataclass(frozen=True)
class Question:
    """A text and what may follow; no candidate may begin another."""

    probe: str
    """grammar, consistency, plot, facts, reasoning, context."""
    rule: str
    """The kind within the probe: agreement, names, ending, …"""
    story: int
    """The story it comes from: the bootstrap draws whole stories."""
    before: str
    """What the model is given."""
    right: str
    """The continuation that is right; of a corpus, what stands in the text."""
    wrong: tuple[str, ...]

    @property
    def candidates(self) -> tuple[str, ...]:
        """The right one first."""
        return self.right, *self.wrong

    @property
    def chance(self) -> float:
        return 1 / (1 + len(self.wrong))


@dataclass(frozen=True)
class Answer:
    """What a model makes of a question."""

    question: Question
    nats: tuple[float, ...]
    """-ln p of each candidate, the right one first; by `GAIN`, less what it costs by itself."""

    @property
    def correct(self) -> bool:
        return self.nats[0] < min(self.nats[1:])

    @property
    def share(self) -> float:
        """1 if correct; equal candidates share it, so that who knows nothing gets chance."""
        best = min(self.nats)
        return (self.nats[0] == best) / self.nats.count(best)

    @property
    def chance(self) -> float:
        return self.question.chance


def ask(run: Run, questions: Sequence[Question], *, gain: Collection[str] = GAIN) -> list[Answer]:
    """The answers, in the questions' order; `gain` names the rules compared by what `before` adds.

    All candidates of a story are branches of one text, which is read once. A text longer than the
    context loses its beginning, in steps of half a context.
    """
    parts: dict[tuple[int, int], list[Part]] = defaultdict(list)
    nats = [np.zeros(len(question.candidates)) for question in questions]
    for number, question in enumerate(questions):
        for part in parts_of(run, number, question, alone=question.rule in gain):
            parts[question.story, part.cut].append(part)
    for some in parts.values():
        for batch in batches(sorted(some, key=lambda part: part.first)):
            rows = [row for part in batch for row in part.rows]
            first = [part.first for part in batch for _ in part.rows]
            trunk = max((part.rows[0] for part in batch), key=len)
            scored = iter(score(run, trunk, rows, first))
            for part in batch:
                for candidate in range(len(part.rows)):
                    nats[part.number][candidate] += part.sign * next(scored).sum()
    return [Answer(q, tuple(n.tolist())) for q, n in zip(questions, nats, strict=True)]


def summarize(answers: Sequence[Answer], *, stories: int = 0, seed: int = 0) -> dict[str, Estimate]:
    """Accuracy by probe and, as `probe/rule`, by rule; behind each its chance, as `… chance`.

    A probe is the mean of its rules, however many questions each could ask, so that texts in which
    a rule finds more or less can be compared. `stories` is how many there are, with those of which
    nothing was asked; 0 counts those of the answers.
    """
    drawn = draw(stories or 1 + max((a.question.story for a in answers), default=0), seed=seed)
    found: dict[str, Estimate] = {}
    for probe in in_order(answer.question.probe for answer in answers):
        mine = [answer for answer in answers if answer.question.probe == probe]
        by_rule = {
            f"{probe}/{rule}": [a for a in mine if a.question.rule == rule]
            for rule in in_order(a.question.rule for a in mine)
        }
        for name, some in {probe: mine, **by_rule}.items():
            found[name] = estimate(accuracies(some, drawn))
            chance = float(accuracies(some, drawn, lambda answer: answer.chance)[0])
            found[f"{name} chance"] = Estimate(chance, chance, chance)
    return found


def draw(stories: int, *, seed: int = 0, resamples: int = 1_000) -> np.ndarray:
    """How often each story counts: once in the first row, as drawn in the others (Efron 1979)."""
    generator = np.random.default_rng(seed)
    drawn_RS = generator.multinomial(stories, np.full(stories, 1 / stories), size=resamples)
    return np.vstack([np.ones(stories), drawn_RS])


def accuracies(
    answers: Sequence[Answer],
    drawn_RS: np.ndarray,
    of: Callable[[Answer], float] = lambda answer: answer.share,
) -> np.ndarray:
    """The mean over rules of each rule's accuracy, for each draw of stories; NaN for none."""
    rules = in_order(answer.question.rule for answer in answers)
    right_SK = np.zeros((drawn_RS.shape[1], len(rules)))
    asked_SK = np.zeros_like(right_SK)
    for answer in answers:
        at = answer.question.story, rules.index(answer.question.rule)
        right_SK[at] += of(answer)
        asked_SK[at] += 1
    with np.errstate(invalid="ignore"):
        rates_RK = (drawn_RS @ right_SK) / (drawn_RS @ asked_SK)
    asked_R = np.isfinite(rates_RK).sum(1)
    return np.where(asked_R, np.nansum(rates_RK, 1) / np.maximum(asked_R, 1), np.nan)


def estimate(values_R: np.ndarray) -> Estimate:
    """The first value, and the interval of the others; NaN where nothing was asked."""
    if not np.isfinite(values_R[0]):
        return Estimate(float("nan"), float("nan"), float("nan"))
    low, high = np.nanpercentile(values_R[1:], [2.5, 97.5])
    return Estimate(float(values_R[0]), float(low), float(high))


# ------------------------------------------------------------------------------------------ scoring


@dataclass(frozen=True)
class Part:
    """Rows of ids that all count for one question, scored from the id `first` on."""

    number: int
    rows: list[list[int]]
    first: int
    sign: float = 1.0
    cut: int = 0
    """How many ids the rows have lost at their beginning."""


def parts_of(run: Run, number: int, question: Question, *, alone: bool) -> list[Part]:
    """The candidates behind their text and, for a gain, by themselves."""
    encode, end = run.tokenizer.encode, run.tokenizer.end_of_story
    rows = [[end, *encode(question.before + c)] for c in question.candidates]
    # A gain needs every id of a candidate, also those with which all of them begin.
    bare = [[end, *encode(question.before), -1]] if alone else []
    first, half = common_prefix([*bare, *rows]), run.model.config.context_length // 2
    beyond = max(map(len, rows)) - run.model.config.context_length
    cut = -(-beyond // half) * half if beyond > 0 else 0
    cut = cut if cut < first else 0  # a candidate of more than half a context
    parts = [Part(number, [row[cut:] for row in rows], first - cut, cut=cut)]
    if alone:
        by_itself = [[end, *encode(c.lstrip())] for c in question.candidates]
        parts.append(Part(number, by_itself, 1, sign=-1.0))
    return parts


def score(run: Run, trunk: list[int], rows: list[list[int]], first: list[int]) -> list[np.ndarray]:
    if max(map(len, rows)) > run.model.config.context_length:
        return score_tokens(run.model, rows, first)
    return score_endings(run.model, trunk, rows, first)


def batches(parts: Iterable[Part]) -> Iterable[list[Part]]:
    """Parts that are scored together."""
    batch: list[Part] = []
    size = 0
    for part in parts:
        mine = sum(len(row) - part.first for row in part.rows)
        if batch and size + mine > TOKENS_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(part)
        size += mine
    if batch:
        yield batch


def in_order(names: Iterable[str]) -> list[str]:
    """Each once, as they come."""
    return list(dict.fromkeys(names))
