"""Whether the probes see what they are for: real stories beside the same ones, harmed in one way.

Here the model stays the same and the texts differ, so that the probes grade texts. Each damage
must lower the accuracy of its own probe, and of no other as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from storylm.checkpoint import Run
from storylm.data.stories import stories
from storylm.evaluation.candidate import Candidate, Findings
from storylm.evaluation.damage import DAMAGES, damage
from storylm.evaluation.probes import LEXICON_STORIES, PROBES, questions
from storylm.evaluation.questions import Answer, accuracies, ask, draw, estimate
from storylm.evaluation.rules.lexicon import Lexicon
from storylm.evaluation.rules.plot import Shelf
from storylm.evaluation.rules.text import Text
from storylm.evaluation.scoring import Estimate
from storylm.plots.damage import plot_damage

Matrix = dict[str, dict[str, Estimate]]
"""For each damage, the change in accuracy of each probe."""


def examine(candidate: Candidate) -> Findings:
    """Grade the candidate's held-out stories with the candidate, sound and harmed."""
    told = stories(candidate.run.config.data, "valid")
    lexicon = Lexicon.read(list(islice(told, LEXICON_STORIES)))
    rules = damage_matrix(candidate.run, candidate.held_out, lexicon, seed=candidate.config.seed)
    matrix = {kind: {probe: row[probe] for probe in PROBES} for kind, row in rules.items()}
    return Findings(
        measures={f"{kind}: {probe}": e for kind, r in matrix.items() for probe, e in r.items()},
        details={"matrix": matrix, "rules": rules, "clean": {k: clean(matrix, k) for k in matrix}},
        page=[*table(matrix), "", *table(rules)],
        draw=lambda file, title: plot_damage(matrix, file, title=title),
    )


def damage_matrix(run: Run, texts: Sequence[str], lexicon: Lexicon, *, seed: int = 1) -> Matrix:
    """The change in accuracy on harmed stories, by probe and by `probe/rule`; its interval comes
    from whole stories, drawn in pairs."""
    shelf = Shelf.read([Text(text) for text in texts], lexicon)
    sound = ask(run, questions(texts, lexicon, seed=seed))
    drawn_RS = draw(len(texts))
    matrix: Matrix = {}
    for kind in DAMAGES:
        harmed = [damage(text, kind, lexicon=lexicon, seed=seed, shelf=shelf) for text in texts]
        answers = ask(run, questions(harmed, lexicon, seed=seed, others=texts))
        before, after = by_name(sound, drawn_RS), by_name(answers, drawn_RS)
        matrix[kind] = {
            name: estimate(after[name] - before[name]) for name in before if name in after
        }
    return matrix


def by_name(answers: Sequence[Answer], drawn_RS: np.ndarray) -> dict[str, np.ndarray]:
    """The accuracy of each probe and of each rule, for each draw of stories."""
    found: dict[str, list[Answer]] = {probe: [] for probe in PROBES}
    for answer in answers:
        question = answer.question
        found[question.probe].append(answer)
        found.setdefault(f"{question.probe}/{question.rule}", []).append(answer)
    return {name: accuracies(some, drawn_RS) for name, some in found.items()}


def grade_texts(
    run: Run,
    texts: Sequence[str],
    real: Sequence[str] | None = None,
    *,
    lexicon: Lexicon | None = None,
    seed: int = 1,
) -> dict[str, Estimate]:
    """Grammar, consistency and plot of told stories by a model that stays the same, without a
    judge: how much less often it prefers what stands there than in real stories; 0 is as good.

    `real` are the run's own held-out stories, as many as there are texts, unless given.
    """
    known = list(islice(stories(run.config.data, "valid"), LEXICON_STORIES)) if real is None else []
    real = known[: len(texts)] if real is None else real
    lexicon = lexicon or Lexicon.read(known or real)
    told = ask(run, questions(texts, lexicon, seed=seed, others=real))
    sound = ask(run, questions(real, lexicon, seed=seed))
    # Other stories than the real ones, so they are drawn by themselves.
    ours = by_name(told, draw(len(texts), seed=1))
    theirs = by_name(sound, draw(len(real), seed=2))
    return {name: estimate(ours[name] - theirs[name]) for name in theirs if name in ours}


# ------------------------------------------------------------------------------------------- report


def clean(matrix: Matrix, kind: str) -> bool:
    """Whether a damage lowers its own probe for certain, and every other one less."""
    row = matrix[kind]
    own = row[kind]
    return own.high < 0 and all(abs(row[p].value) < -own.value for p in row if p != kind)


def table(matrix: Matrix) -> list[str]:
    """The matrix in Markdown; a star where the interval excludes 0."""
    columns = list(dict.fromkeys(name for row in matrix.values() for name in row))
    lines = [f"| damage | {' | '.join(columns)} |", "|---" * (1 + len(columns)) + "|"]
    for kind, row in matrix.items():
        cells = [in_words(row[c]) if c in row else "–" for c in columns]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return lines


def in_words(change: Estimate) -> str:
    star = "*" if change.low > 0 or change.high < 0 else ""
    return f"{change.value:+.3f}{star} ({change.low:+.3f} to {change.high:+.3f})"
