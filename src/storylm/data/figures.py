"""What a corpus is like, in figures that compare across corpora."""

from __future__ import annotations

import hashlib
import lzma
import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace

from storylm.config import DataConfig
from storylm.data.stories import batches

COMPARED_WORDS = 2_000_000
COMPARED_BYTES = 10_000_000
WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")
SENTENCE_END = re.compile(r"[.!?][\"”']*(?=\s|$)")
QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]")


@dataclass(frozen=True)
class Figures:
    """Variety is counted in the first 2,000,000 words and compression in the first 10,000,000
    bytes, since both depend on how much is looked at."""

    stories: int
    n_bytes: int
    words_per_story: float
    words_1_percent: int
    """One story in a hundred is shorter."""
    words_99_percent: int
    """One story in a hundred is longer."""
    words_per_sentence: float
    distinct_words: int
    distinct_4_grams: float
    """Per 1,000 words."""
    dialogue: float
    """Share of characters inside quotation marks."""
    with_dialogue: float
    """Share of stories that have any."""
    duplicates: float
    """Share of stories that are an exact copy of one before."""
    compressed: float
    """Bits per byte after xz."""
    floor: float | None = None
    """Bits per byte of the source itself, where it is known."""


LABELS = {
    "stories": ("stories", "{:,}"),
    "n_bytes": ("bytes", "{:,}"),
    "words_per_story": ("words per story", "{:.0f}"),
    "words_1_percent": ("shortest 1 %, words", "{}"),
    "words_99_percent": ("longest 1 %, words", "{}"),
    "words_per_sentence": ("words per sentence", "{:.1f}"),
    "distinct_words": ("distinct words", "{:,}"),
    "distinct_4_grams": ("distinct 4-grams per 1,000 words", "{:.0f}"),
    "dialogue": ("text in dialogue", "{:.1%}"),
    "with_dialogue": ("stories with dialogue", "{:.1%}"),
    "duplicates": ("exact duplicates", "{:.2%}"),
    "compressed": ("bits per byte after xz", "{:.3f}"),
    "floor": ("floor in bits per byte", "{:.4f}"),
}


def describe_split(config: DataConfig, split: str) -> Figures:
    """The figures of a split of a config's data, for fables with the floor.

    Raises as `stories` does.
    """
    bits = [0.0]

    def told() -> Iterator[str]:
        for batch in batches(config, split):
            one = batch.tell()
            bits[0] += sum(one.bits)
            yield from one.texts

    figures = describe(told())
    return replace(figures, floor=bits[0] / figures.n_bytes if bits[0] else None)


def describe(stories: Iterable[str]) -> Figures:
    """The figures of a corpus in one pass, in memory that hardly grows with it.

    Errors: ValueError where there is no story.
    """
    lengths, seen = array("L"), set()
    n_bytes = n_characters = sentences = quoted = spoken = copies = words_seen = 0
    distinct: set[str] = set()
    four_grams: set[int] = set()
    beginning = bytearray()
    for story in stories:
        data = story.encode()
        n_bytes, n_characters = n_bytes + len(data), n_characters + len(story)
        key = hashlib.blake2b(data, digest_size=8).digest()
        copies += key in seen
        seen.add(key)
        sentences += len(SENTENCE_END.findall(story))
        inside = sum(len(quote) for quote in QUOTED.findall(story))
        quoted, spoken = quoted + inside, spoken + (inside > 0)
        if len(beginning) < COMPARED_BYTES:
            beginning += data + b"\n"
        words = WORD.findall(story.lower().replace("’", "'"))
        lengths.append(len(words))
        if words_seen < COMPARED_WORDS:
            words = words[: COMPARED_WORDS - words_seen]
            words_seen += len(words)
            distinct.update(words)
            four_grams.update(map(hash, zip(words, words[1:], words[2:], words[3:])))
    if not lengths:
        raise ValueError("there is no story to describe")
    beginning = beginning[:COMPARED_BYTES]
    ordered = sorted(lengths)
    return Figures(
        stories=len(lengths),
        n_bytes=n_bytes,
        words_per_story=sum(lengths) / len(lengths),
        words_1_percent=ordered[len(ordered) // 100],
        words_99_percent=ordered[len(ordered) * 99 // 100],
        words_per_sentence=sum(lengths) / max(1, sentences),
        distinct_words=len(distinct),
        distinct_4_grams=1_000 * len(four_grams) / max(1, words_seen),
        dialogue=quoted / n_characters,
        with_dialogue=spoken / len(lengths),
        duplicates=copies / len(lengths),
        compressed=8 * len(lzma.compress(bytes(beginning))) / len(beginning),
    )


def in_lines(columns: dict[str, Figures]) -> list[list[str]]:
    """A header and one row for each figure, one column for each corpus."""
    rows = [["", *columns]]
    for field in fields(Figures):
        label, form = LABELS[field.name]
        values = [getattr(figures, field.name) for figures in columns.values()]
        if any(value is not None for value in values):
            rows.append([label, *("–" if v is None else form.format(v) for v in values)])
    return rows
