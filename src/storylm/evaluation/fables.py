"""What a model makes of the story world: three exams, exact, offline, without a judge.

`bits_by_kind` splits the bits of held-out stories: what was free to say has its floor, what the
world forced has floor zero. `forced_accuracy` asks, where the world leaves one word only, whether
the model prefers it to what other facts would have said. `told` lets the model go on from the first
half of a story and grades what it says, up to the first thing that cannot be.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from storylm import generation
from storylm.checkpoint import Run
from storylm.config import DataConfig, DataKind
from storylm.data.fables import KINDS, Difficulty, Grade, Reference, Told, grade, tell
from storylm.data.fables.plots.header import STORY
from storylm.data.stories import difficulty, fable_seed
from storylm.evaluation.scoring import Estimate, by_group, ratio, score_branches, score_tokens
from storylm.model.transformer import Transformer
from storylm.tokenizer import Tokenizer

DISTANCES = (0, 50, 100, 200, 400, 800)
"""Characters: where the classes of distance begin."""
AGREEMENT = [("was", "were"), ("is", "are"), ("has", "have"), ("a", "an"), ("this", "these"),
             ("does", "do"), ("his", "her"), ("he", "she"), ("He", "She"), ("him", "her"),
             ("it", "them"), ("It", "They")]  # fmt: skip
"""Words of which grammar allows one; a pair says what stands against it."""
STORIES_AT_ONCE = 50


@dataclass(frozen=True)
class Exam:
    """Held-out stories with their labels, and the world they come from."""

    world: Difficulty
    stories: tuple[Told, ...]


def held_out(config: DataConfig, count: int) -> Exam:
    """The first `count` validation stories of a run's data; none of them is ever trained on.

    Errors: ValueError for data that are not fables.
    """
    if config.kind is not DataKind.fables:
        raise ValueError(
            f"data={config.name} is no story world, so nothing is known of its facts; give a run "
            "that was trained with data=fables"
        )
    world = difficulty(config)
    seeds = [fable_seed(config.seed, "valid", i) for i in range(count)]
    return Exam(world, tuple(tell(seed, world, labels=True) for seed in seeds))


# --------------------------------------------------------------------------------------------- bits


def bits_by_kind(run: Run, exam: Exam) -> dict[str, Any]:
    """Bits per byte of the model and of the data, in all and by kind, free and forced.

    A token belongs to its first free character, else to its first forced one that is a letter; the
    parts add up to the whole. The end of a story is forced, as plot.
    """
    tokenizer = run.tokenizer
    rows = [story_ids(tokenizer, story.text) for story in exam.stories]
    scored = score_tokens(run.model, rows)
    parts: list[list[tuple[str, float, float, float]]] = []
    for story, ids, nats in zip(exam.stories, rows, scored):
        bits = nats / math.log(2)
        parts.append(
            [
                (group, model_bits, floor_bits, size)
                for (group, floor_bits, size), model_bits in zip(
                    groups_of_tokens(story, tokenizer, ids), bits.tolist(), strict=True
                )
            ]
        )
    sizes = [len(story.text.encode()) for story in exam.stories]
    groups = [f"{kind}, {who}" for who in ("free", "forced") for kind in KINDS]
    total = sum(sizes)
    split = {
        group: {
            "bits_per_byte": sum(p[1] for row in parts for p in row if p[0] == group) / total,
            "floor": sum(p[2] for row in parts for p in row if p[0] == group) / total,
            "share_of_bytes": sum(p[3] for row in parts for p in row if p[0] == group) / total,
        }
        for group in groups
    }
    floor = ratio([story.bits for story in exam.stories], sizes)
    model = ratio([sum(p[1] for p in row) for row in parts], sizes)
    gap = ratio([sum(p[1] - p[2] for p in row) for row in parts], sizes)
    forced = ratio([sum(p[1] for p in row if p[0].endswith("forced")) for row in parts], sizes)
    return {
        "bits_per_byte": model, "floor": floor, "gap": gap, "gap_forced": forced, "by_kind": split
    }  # fmt: skip


def story_ids(tokenizer: Tokenizer, text: str) -> list[int]:
    return [tokenizer.end_of_story, *tokenizer.encode(text), tokenizer.end_of_story]


def groups_of_tokens(
    story: Told, tokenizer: Tokenizer, ids: Sequence[int]
) -> Iterable[tuple[str, float, int]]:
    """For each token after the first: its group, the floor's bits in it, and its bytes."""
    labels = [(s.kind, s.free, s.bits) for s in story.spans for _ in range(s.start, s.end)]
    at = -tokenizer.opening_blank  # a blank of the tokenizer's own is none of the story's
    for token in ids[1:-1]:
        size = len(tokenizer.decode_bytes([token])) + min(at, 0)
        at = max(at, 0)
        inside = labels[at : at + size]
        text = story.text[at : at + size]
        at += size
        free = next((label for label in inside if label[1]), None)
        letter = next((i for i, c in enumerate(text) if c.isalpha()), 0)
        kind, who = (free[0], "free") if free else (inside[letter][0], "forced")
        yield f"{kind}, {who}", sum(label[2] for label in inside), size
    yield "plot, forced", 0.0, 0


# ------------------------------------------------------------------------------------------- forced


def forced_accuracy(run: Run, exam: Exam, *, most: int = 40) -> dict[str, Any]:
    """How often the model finds the right words likelier than every wrong one that the world
    offers, by kind and by distance of the fact, and the probability that it gives them.

    Both are whole continuations, scored given the story so far: exact, whatever their tokens. At
    most `most` references of a story count, taken evenly over it. Chance is what guessing gets.
    """
    tokenizer = run.tokenizer
    asked: list[tuple[int, Reference]] = []
    scored: list[np.ndarray] = []
    for number, story in enumerate(exam.stories):
        rows: list[list[int]] = []
        first: list[int] = []
        for reference in evenly([*story.references, *agreements(story)], most):
            prefix = story.text[: reference.start]
            texts = candidates(reference, story.text)
            ids = [[tokenizer.end_of_story, *tokenizer.encode(prefix + text)] for text in texts]
            rows += ids
            first += [common_prefix(ids)] * len(ids)
            asked.append((number, reference))
        scored += score_endings(run.model, story_ids(tokenizer, story.text), rows, first)
    results: list[list[tuple[Reference, float, float]]] = [[] for _ in exam.stories]
    at = 0
    for number, reference in asked:
        nats = [float(n.sum()) for n in scored[at : at + 1 + len(reference.rivals)]]
        at += len(nats)
        chance = 1 / sum(math.exp(min(nats[0] - other, 700.0)) for other in nats)
        results[number].append((reference, float(nats[0] < min(nats[1:])), chance))

    def split(name: Any, names: Sequence[str], which: int) -> dict[str, Estimate]:
        return by_group(names, [[(name(r[0]), r[which], 1.0) for r in row] for row in results])

    kinds = [kind for kind in KINDS if any(r[0].kind == kind for row in results for r in row)]
    guesses = [1 / (1 + len(r[0].rivals)) for row in results for r in row]
    facts = [[r for r in row if r[0].fact] for row in results]
    ones = [float(len(row)) for row in results]
    return {
        "accuracy": ratio([sum(r[1] for r in row) for row in results], ones),
        "probability": ratio([sum(r[2] for r in row) for row in results], ones),
        "chance": sum(guesses) / max(1, len(guesses)),
        "count": len(asked),
        "by_kind": split(lambda r: r.kind, kinds, 1),
        "by_distance": by_group(
            [class_of(d) for d in DISTANCES],
            [[(class_of(r[0].distance), r[1], 1.0) for r in row] for row in facts],
        ),
        "others_of_the_story": by_group(
            ["names", "the rest"],
            [[(sort_of(r[0]), r[1], 1.0) for r in row if r[0].near] for row in facts],
        ),
    }


def score_endings(
    model: Transformer, story: Sequence[int], rows: Sequence[Sequence[int]], first: Sequence[int]
) -> list[np.ndarray]:
    """-ln p of each row's ids from `first` on. Rows begin as the story does, which is read but once
    where it fits the context."""
    if max(map(len, rows), default=0) > model.config.context_length:
        return score_tokens(model, rows, first)
    shared = [min(begin, common_prefix([story, row])) for row, begin in zip(rows, first)]
    branches = [(place, row[place:]) for place, row in zip(shared, rows)]
    nats = score_branches(model, story, branches)
    return [n[begin - place :] for n, begin, place in zip(nats, first, shared)]


def candidates(reference: Reference, text: str) -> list[str]:
    """The right words and the wrong ones. Where one begins another, as `a` does `an`, the word that
    follows in the story is added to all of them: only then do they exclude one another."""
    texts = [reference.text, *reference.rivals]
    if any(b.startswith(a) for a, b in pairwise(sorted(texts))):
        after = text[reference.start + len(reference.text) :]
        following = re.match(r"\W*\w*", after)
        texts = [one + following.group() for one in texts]  # type: ignore[union-attr]
    return texts


def sort_of(reference: Reference) -> str:
    """Whether the other child's name is the wrong answer, or another thing."""
    return (
        "names"
        if reference.text[:1].isupper() and reference.rivals[0][:1].isupper()
        else "the rest"
    )


def evenly(found: list[Reference], most: int) -> list[Reference]:
    found.sort(key=lambda reference: reference.start)
    if len(found) <= most:
        return found
    return [found[i * len(found) // most] for i in range(most)]


def common_prefix(rows: Sequence[Sequence[int]]) -> int:
    """How many ids all rows begin with, at most all but the last of the shortest."""
    shortest = min(len(row) for row in rows)
    for at in range(shortest):
        if len({row[at] for row in rows}) > 1:
            return at
    return shortest - 1


def agreements(story: Told) -> list[Reference]:
    """Places where grammar leaves one of two words: `was`, not `were`."""
    found = []
    against = {word: other for pair in AGREEMENT for word, other in (pair, pair[::-1])}
    spans = [s for s in story.spans if not s.free and s.kind == "grammar"]
    covered = {at for span in spans for at in range(span.start, span.end)}
    taken = {reference.start for reference in story.references}
    for match in re.finditer(r"[A-Za-z]+", story.text):
        word = match.group()
        inside = range(match.start(), match.end())
        if word in against and match.start() not in taken and all(at in covered for at in inside):
            found.append(Reference(match.start(), word, "grammar", "", 0, (against[word],), False))
    return found


def class_of(distance: int) -> str:
    """The class of a distance in characters, as people read it."""
    start = max(d for d in DISTANCES if d <= distance)
    later = [d for d in DISTANCES if d > start]
    return f"{start}–{later[0] - 1}" if later else f"{start} and more"


# --------------------------------------------------------------------------------------------- told


def told(run: Run, exam: Exam, *, temperature: float = 1.0, seed: int = 1) -> dict[str, Any]:
    """Grades of stories that the model goes on with from their first half; where the world has
    instructions, the share of them that is kept by stories told from their header alone.

    The rate of a kind is how often it is the first to break, per 1,000 characters that were still
    possible: a hazard, which does not punish long stories. At temperature 1 it is the model's own.
    """
    half = run.model.config.context_length // 2
    grades = tell_on(run, exam, first_half, half, temperature=temperature, seed=seed)
    thousands = [g.kept / 1_000 for g in grades]
    kinds = [kind for kind in (*KINDS, "ending") if kind != "instruction" or exam.world.instruct]
    result = {
        "whole": ratio([float(g.ended) for g in grades], [1.0] * len(grades)),
        "characters_kept": ratio([float(g.kept) for g in grades], [1.0] * len(grades)),
        "share_kept": ratio([g.share_kept for g in grades], [1.0] * len(grades)),
        "breaks_per_1000": ratio([float(bool(g.broken)) for g in grades], thousands),
        "by_kind": {
            kind: ratio([float(g.broken == kind) for g in grades], thousands) for kind in kinds
        },
    }
    if exam.world.instruct:
        most = run.model.config.context_length  # a header that is cut asks for nothing
        grades = tell_on(run, exam, header_of, most, temperature=temperature, seed=seed)
        asked = [list(g.instructions.values()) for g in grades]
        result["instructions_kept"] = ratio(
            [float(sum(kept is True for kept in row)) for row in asked],
            [float(len(row)) for row in asked],
        )
    return result


def tell_on(
    run: Run,
    exam: Exam,
    beginning: Callable[[str], str],
    room: int,
    *,
    temperature: float,
    seed: int,
) -> list[Grade]:
    """Grades of what the model makes of each beginning, cut to fewer than `room` ids."""
    prefixes = [fitting(beginning(story.text), run.tokenizer, room) for story in exam.stories]
    grades: list[Grade] = []
    for start in range(0, len(prefixes), STORIES_AT_ONCE):
        some = prefixes[start : start + STORIES_AT_ONCE]
        ids = [[run.tokenizer.end_of_story, *run.tokenizer.encode(prefix)] for prefix in some]
        told_ids = generation.generate(
            run.model,
            ids,
            ends=run.tokenizer.ends,
            first=start,
            temperature=temperature,
            seed=seed,
        )
        for prefix, story in zip(some, told_ids, strict=True):
            ended = bool(story) and story[-1] in run.tokenizer.ends
            text = run.tokenizer.decode(story[:-1] if ended else story)
            grades.append(grade(text, prefix, exam.world, whole=ended))
    return grades


def fitting(prefix: str, tokenizer: Tokenizer, room: int) -> str:
    """The beginning of a prefix, to a blank, that is shorter than `room` ids with the first."""
    ids = tokenizer.encode(prefix)
    if len(ids) < room:
        return prefix
    text = tokenizer.decode(ids[: room - 1])[tokenizer.opening_blank :]
    return text[: text.rindex(" ")]


def header_of(text: str) -> str:
    """The header alone, with the line that opens the story."""
    return text[: text.index(STORY) + len(STORY)]


def first_half(text: str) -> str:
    """Up to a space in the middle of the story, the header aside."""
    start = text.index(STORY) + len(STORY) if STORY in text else 0
    return text[: text.rindex(" ", start, start + (len(text) - start) // 2)]
