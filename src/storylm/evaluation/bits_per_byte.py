"""Bits per byte of held-out stories, exact, and where they go.

Story by story, each token once, given as much of the story as the context holds, in fp64.
Every split puts each token into exactly one part, so that the parts add up to the whole.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from storylm.checkpoint import Run
from storylm.evaluation.candidate import Candidate, Findings
from storylm.evaluation.copies import share_seen
from storylm.evaluation.scoring import Estimate, ratio, score_tokens
from storylm.evaluation.word_classes import CLASSES, END, classify
from storylm.plots.evaluation import plot_parts

AGES = (0, 100, 200, 400, 800, 1_600)
"""Bytes since the story's first: where the parts begin."""
QUARTERS = ("first quarter", "second quarter", "third quarter", "last quarter")
NGRAM = 8
SEEN = (0.0, 0.02, 0.1, 0.3)
"""Shares of a story's 8-grams that the training stories hold: where the parts begin."""


@dataclass(frozen=True)
class Scored:
    """A story's tokens, but for the first id, which is given."""

    bits_N: np.ndarray
    sizes_N: np.ndarray
    """Bytes of each; 0 for the end of the story."""
    places_N: np.ndarray
    """Bytes of the story before it."""
    classes_N: list[str]
    """Of `word_classes.CLASSES`."""


def examine(candidate: Candidate) -> Findings:
    """Bits per byte, and their parts by class of word, by place, by age and by novelty."""
    stories = candidate.held_out
    scored = score_stories(candidate.run, stories)
    seen = share_seen(stories, candidate.training_stories(), k=NGRAM)
    splits: dict[str, dict[str, Part]] = {
        "by class": split(scored, CLASSES, lambda i, s: s.classes_N),
        "by place": split(scored, QUARTERS, lambda i, s: quarters(s)),
        "by age": split(scored, [age_of(a) for a in AGES], lambda i, s: ages(s)),
        "by what was seen": split(
            scored, [seen_of(s) for s in SEEN], lambda i, s: [seen_of(seen[i])] * len(s.bits_N)
        ),
    }
    whole = whole_of(scored)
    measures = {"bits per byte": whole}
    for name, part in splits["by class"].items():
        if part.share_of_bytes:
            measures[f"bits per byte of {name}"] = part.bits_per_byte
    details = {"bytes": int(sum(s.sizes_N.sum() for s in scored)), "stories": len(stories)} | {
        name: {part: plain(found) for part, found in parts.items()}
        for name, parts in splits.items()
    }
    return Findings(
        measures,
        details,
        page_of(splits),
        lambda file, title: plot_parts(
            {n: {k: p.bits_per_byte for k, p in parts.items()} for n, parts in splits.items()},
            whole.value,
            file,
            title=title,
        ),
    )


def score_stories(run: Run, stories: Sequence[str]) -> list[Scored]:
    """Each story's tokens in bits, with the bytes that they stand for.

    In fp64, so that what is scored together changes no digit: in fp32 it does the ninth.
    """
    tokenizer, model = run.tokenizer, copy.deepcopy(run.model).double()
    rows = [[tokenizer.end_of_story, *tokenizer.encode(s), tokenizer.end_of_story] for s in stories]
    found = []
    for story, ids, nats in zip(stories, rows, score_tokens(model, rows), strict=True):
        sizes = [len(tokenizer.decode_bytes([token])) for token in ids[1:-1]] + [0]
        sizes[0] -= tokenizer.opening_blank if len(sizes) > 1 else 0  # none of the story's
        places = np.cumsum([0, *sizes[:-1]])
        classes = [*classify(story, places[:-1].tolist(), sizes[:-1]), END]
        found.append(Scored(nats / math.log(2), np.array(sizes), places, classes))
    return found


def whole_of(scored: Sequence[Scored]) -> Estimate:
    return ratio([s.bits_N.sum() for s in scored], [float(s.sizes_N.sum()) for s in scored])


# -------------------------------------------------------------------------------------------- parts


@dataclass(frozen=True)
class Part:
    """One part of a split."""

    bits_per_byte: Estimate
    """Of its own bytes; nan where it has none."""
    share_of_bytes: float
    share_of_bits: float
    bits: float


def split(
    scored: Sequence[Scored],
    names: Sequence[str],
    name: Callable[[int, Scored], Sequence[str]],
) -> dict[str, Part]:
    """The parts of all tokens, by the name that story i gives to each of its own."""
    numbers = {part: i for i, part in enumerate(names)}
    bits = np.zeros((len(scored), len(names)))
    sizes = np.zeros_like(bits)
    for i, story in enumerate(scored):
        groups = [numbers[part] for part in name(i, story)]
        np.add.at(bits[i], groups, story.bits_N)
        np.add.at(sizes[i], groups, story.sizes_N)
    return {
        part: Part(
            ratio(bits[:, i].tolist(), sizes[:, i].tolist()),
            float(sizes[:, i].sum() / max(1, sizes.sum())),
            float(bits[:, i].sum() / max(1e-300, bits.sum())),
            float(bits[:, i].sum()),
        )
        for part, i in numbers.items()
    }


def quarters(story: Scored) -> list[str]:
    whole = max(1, int(story.sizes_N.sum()))
    return [QUARTERS[min(3, 4 * int(place) // whole)] for place in story.places_N]


def ages(story: Scored) -> list[str]:
    return [age_of(int(place)) for place in story.places_N]


def age_of(place: int) -> str:
    start = max(a for a in AGES if a <= place)
    later = [a for a in AGES if a > start]
    return f"byte {start}–{later[0] - 1}" if later else f"byte {start} and later"


def seen_of(share: float) -> str:
    start = max(s for s in SEEN if s <= share)
    later = [s for s in SEEN if s > start]
    return (
        f"{100 * start:.0f}–{100 * later[0]:.0f} % seen"
        if later
        else f"from {100 * start:.0f} % seen"
    )


def plain(part: Part) -> dict[str, Any]:
    return vars(part) | {"bits_per_byte": part.bits_per_byte}


def page_of(splits: dict[str, dict[str, Part]]) -> list[str]:
    lines: list[str] = []
    for name, parts in splits.items():
        lines += [f"### {name[0].upper()}{name[1:]}", ""]
        lines += ["| | bits per byte | share of bytes | share of bits |", "|---|---|---|---|"]
        for part, found in parts.items():
            if found.bits:
                own = found.bits_per_byte if found.share_of_bytes else "–"
                shares = f"{100 * found.share_of_bytes:.1f} % | {100 * found.share_of_bits:.1f} %"
                lines.append(f"| {part} | {own} | {shares} |")
        lines.append("")
    lines.append(
        f"Seen: the share of a story's {NGRAM}-grams of words that stand in the training stories."
    )
    return lines
