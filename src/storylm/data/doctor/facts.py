"""A diagnosis as plain data: counts, lengths, openings, words, and examples of each finding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from storylm.config import DoctorConfig
from storylm.data.doctor.corpus import (
    CONTROL,
    LEFT,
    MOJIBAKE,
    OPENING,
    REPLACED,
    Split,
    hash_of,
    texts_at,
    words_of,
)
from storylm.data.doctor.diagnosis import Diagnosis
from storylm.data.doctor.mending import place_of_fault
from storylm.data.doctor.near_duplicates import BANDS, ROWS, SHINGLE

LISTED = 20
"""Most common words, openings and odd characters."""
QUANTILES = {
    "shortest": 0,
    "1 %": 1,
    "5 %": 5,
    "median": 50,
    "95 %": 95,
    "99 %": 99,
    "longest": 100,
}
BARS = 12
SHOWN = 300
"""Characters of an example."""
ONCE = hash_of("once upon a time")


def facts_of(config: DoctorConfig, found: Diagnosis) -> dict[str, Any]:
    """All that the report says. Reads the stories of the examples; raises as `texts_at`."""
    chosen = choose_examples(config, found)
    openings = {name: common_openings(split) for name, split in found.splits.items()}
    texts: dict[tuple[str, int], str] = {}
    for name, split in found.splits.items():
        wanted = {number for some in chosen.values() for one in some
                  for where, number in one["stories"] if where == name}  # fmt: skip
        wanted |= {number for number, _ in openings[name]}
        read = texts_at(config.data, name, split.counts, wanted)
        texts |= {(name, number): text for number, text in read.items()}
    for kind, some in chosen.items():
        for one in some:
            one["texts"] = [excerpt(texts[where], kind) for where in one["stories"]]
            one["stories"] = [f"{name} {number + 1}" for name, number in one["stories"]]
    return {
        "data": config.data.name,
        "stories": {name: len(split) for name, split in found.splits.items()},
        "empty": {name: split.empty for name, split in found.splits.items()},
        "copies": {name: count_copies(found, name) for name in found.splits},
        "leaks": count_leaks(found),
        "characters": {name: count_faults(split) for name, split in found.splits.items()},
        "lengths": {name: lengths(split) for name, split in found.splits.items()},
        "openings": {
            name: {
                "once_upon_a_time": float((split.columns.openings == ONCE).mean()),
                "distinct": len(np.unique(split.columns.openings)),
                "most_common": [
                    [" ".join(words_of(texts[name, number])[:OPENING]), count]
                    for number, count in openings[name]
                ],
            }
            for name, split in found.splits.items()
        },
        "words": count_words(found),
        "examples": chosen,
        "method": {
            "shingle": SHINGLE,
            "bands": BANDS,
            "rows": ROWS,
            "similarity": config.similarity,
            "candidates": found.near.candidates,
        },
    }


def count_copies(found: Diagnosis, split: str) -> dict[str, int]:
    """Within a split: how many stories repeat an earlier one, to the letter or nearly."""
    columns, near = found.splits[split].columns, found.near_of(split, split)
    sizes = np.unique_counts(columns.keys).counts
    return {
        "exact": int(sizes.sum() - len(sizes)),
        "exact_once_mended": len(np.unique(columns.raw_keys)) - len(sizes),
        "most_copied": int(sizes.max()),
        "near_pairs": int(near.sum()),
        "near": len(np.unique(found.near.second[near])),
    }


def count_leaks(found: Diagnosis) -> dict[str, Any]:
    """Stories of one split that stand in the other too, to the letter or nearly."""
    train = found.original[found.part("train")]
    exact = train[train < found.held_out]
    near = found.near_of("valid", "train")
    held_out = np.arange(found.held_out)
    same = np.isin(found.original[: found.held_out], exact)
    alike = np.isin(found.original[: found.held_out], found.near.first[near])
    return {
        "exact_train": len(exact),
        "exact_valid": int(same.sum()),
        "near_train": len(np.unique(found.near.second[near])),
        "near_valid": int((alike & ~same).sum()),
        "share_of_valid": float((same | alike).sum() / len(held_out)),
    }


def count_faults(split: Split) -> dict[str, Any]:
    """Stories with each fault, and the odd sequences and characters themselves."""
    faults = split.columns.faults
    bits = {"mojibake": MOJIBAKE, "unclear": LEFT, "replaced": REPLACED, "control": CONTROL}
    counts: dict[str, Any] = {name: int((faults & bit > 0).sum()) for name, bit in bits.items()}
    counts["without_words"] = int((split.columns.words == 0).sum())
    return counts | {"found": split.found.most_common(LISTED)}


def lengths(split: Split) -> dict[str, Any]:
    columns = split.columns
    counted = {"words": columns.words, "characters": columns.characters}
    quantiles = {
        name: dict(zip(QUANTILES, np.percentile(values, [*QUANTILES.values()]).round().tolist()))
        for name, values in counted.items()
    }
    return quantiles | {"histogram": histogram(columns.words)}


def histogram(values: np.ndarray) -> list[list[int]]:
    """[from, to, count] in steps of 1, 2 or 5 times a power of ten; the last has all that is longer
    than the longest but 1 %."""
    top = max(1.0, float(np.percentile(values, 99)))
    power = 10 ** np.floor(np.log10(max(1.0, top / BARS)))
    step = int(next(power * n for n in (1, 2, 5, 10) if power * n * BARS >= top))
    edges = np.arange(0, top + step, step).astype(np.int64)
    counts, _ = np.histogram(np.minimum(values, edges[-1] - 1), bins=edges)
    ends = [*edges[1:-1].tolist(), max(int(values.max()) + 1, int(edges[-1]))]
    return [[int(low), high - 1, int(n)] for low, high, n in zip(edges, ends, counts)]


def common_openings(split: Split) -> list[tuple[int, int]]:
    """A story with each of the most common openings, and how many have it."""
    has = np.flatnonzero(split.columns.openings)
    _, firsts, counts = np.unique(
        split.columns.openings[has], return_index=True, return_counts=True
    )
    best = np.argsort(-counts, kind="stable")[:LISTED]
    return [(int(has[firsts[i]]), int(counts[i])) for i in best]


def count_words(found: Diagnosis) -> dict[str, Any]:
    train, valid = (found.splits[name].vocabulary for name in ("train", "valid"))
    new = {word: count for word, count in valid.items() if word not in train}
    facts: dict[str, Any] = {
        name: {
            "words": words.total(),
            "distinct": len(words),
            "once": sum(count == 1 for count in words.values()),
            "most_common": words.most_common(LISTED),
        }
        for name, words in (("train", train), ("valid", valid))
    }
    common = sorted(new, key=lambda word: (-new[word], word))[:LISTED]
    facts["only_valid"] = {
        "distinct": len(new),
        "words": sum(new.values()),
        "most_common": [[word, new[word]] for word in common],
    }
    return facts


# ----------------------------------------------------------------------------------------- examples


def choose_examples(config: DoctorConfig, found: Diagnosis) -> dict[str, list[dict[str, Any]]]:
    """For each finding a few stories, by (split, number)."""
    most, near = config.examples, found.near

    def place(number: int) -> tuple[str, int]:
        held_out = found.held_out
        return ("valid", int(number)) if number < held_out else ("train", int(number) - held_out)

    def pairs(firsts: Iterable[int], seconds: Iterable[int]) -> list[dict[str, Any]]:
        both = list(zip(firsts, seconds))[:most]
        return [{"stories": [place(first), place(second)]} for first, second in both]

    def near_pairs(chosen: np.ndarray) -> list[dict[str, Any]]:
        """The most alike, and the least, which shows what the threshold means."""
        order = np.flatnonzero(chosen)
        order = order[np.argsort(-near.jaccard[order], kind="stable")]
        if len(order) > most:
            order = np.concatenate([order[: (most + 1) // 2], order[len(order) - most // 2 :]])
        some = pairs(near.first[order], near.second[order])
        for one, i in zip(some, order):
            one["jaccard"] = round(float(near.jaccard[i]), 3)
            one["contained"] = round(float(near.contained[i]), 3)
        return some

    numbers = np.arange(len(found.original))
    copies = np.flatnonzero(found.original != numbers)
    leaks = (copies >= found.held_out) & (found.original[copies] < found.held_out)
    chosen = {
        "copies": pairs(found.original[copies[~leaks]], copies[~leaks]),
        "near copies": near_pairs(
            found.near_of("train", "train") | found.near_of("valid", "valid")
        ),
        "leaks": pairs(found.original[copies[leaks]], copies[leaks]),
        "near leaks": near_pairs(found.near_of("valid", "train")),
    }
    columns = [found.splits[name].columns for name in ("valid", "train")]
    faults, words = (
        np.concatenate([vars(c)[name] for c in columns]) for name in ("faults", "words")
    )
    for name, bits in (("odd characters", MOJIBAKE | CONTROL), ("broken", LEFT | REPLACED)):
        chosen[name] = [{"stories": [place(i)]} for i in np.flatnonzero(faults & bits)[:most]]
    order = np.argsort(words, kind="stable")
    chosen["shortest"] = [{"stories": [place(i)], "words": int(words[i])} for i in order[:most]]
    longest = order[::-1][:most]
    chosen["longest"] = [{"stories": [place(i)], "words": int(words[i])} for i in longest]
    return chosen


def excerpt(text: str, kind: str) -> str:
    """The beginning of a story in one line, or of what surrounds the first odd character."""
    at = place_of_fault(text) if kind in ("odd characters", "broken") else 0
    begin = max(0, at - SHOWN // 4)
    shown = text[begin : begin + SHOWN]
    line = " ".join(shown.split())
    spelled = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in line)
    return "…" * (begin > 0) + spelled + "…" * (begin + SHOWN < len(text))
