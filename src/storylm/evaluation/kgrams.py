"""Which phrases of a few texts stand in a corpus of any size, and where the longest do.

The problem is turned round: not the corpus is indexed but the texts, a few ten thousand words, and
the corpus is read once, piece by piece, and forgotten. Memory is that of the texts and of a piece.

The suffixes of the texts are sorted by their words, so that those which begin with the same k words
lie side by side; such a group is a phrase and has a number. A place of the corpus carries the
number of its k-gram, and with its next word the number of its k+1-gram is looked up among the
sorted pairs (number, word); a place without one is dropped. No k-gram is hashed, so that nothing is
mistaken for another: two phrases are equal where all their words are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from storylm.evaluation.rouge import Bigrams
from storylm.evaluation.word_rows import numbers_of, words_of_many

CURVE = 12
"""What is seen is told for k up to this."""


class Span(NamedTuple):
    """Words of a text that stand in a story side by side."""

    size: int
    """Words."""
    begin: int
    """Which word of the text is the first."""
    story: int
    source: str


class Close(NamedTuple):
    """A story that resembles a text."""

    size: float
    """Rouge-2 F."""
    story: int
    source: str


@dataclass
class Found:
    """What a corpus, or a piece of it, has of the texts."""

    stories: int = 0
    characters: int = 0
    seen: list[np.ndarray] = field(default_factory=list)
    """For k = 1, 2, … `CURVE`: whether it has each phrase of k words, by number."""
    longest: dict[int, Span] = field(default_factory=dict)
    """By text: the longest span that the corpus has, in the first story that has it."""
    closest: dict[int, Close] = field(default_factory=dict)
    """By text: the story with the largest Rouge-2 F, the first of several."""
    position: int = 0
    """How far the piece is into the corpus, for a progress bar."""

    def add(self, piece: Found) -> None:
        """Join the piece that follows."""
        for mine, its in zip(self.seen, piece.seen):
            mine |= its
        self.seen += piece.seen[len(self.seen) :]
        for mine, its in ((self.longest, piece.longest), (self.closest, piece.closest)):
            for text, one in its.items():
                if text not in mine or one.size > mine[text].size:
                    mine[text] = one._replace(story=self.stories + one.story)
        self.stories += piece.stories
        self.characters += piece.characters


class Search:
    """Looks for the texts' phrases in one piece of a corpus after the other."""

    def __init__(self, texts: Sequence[str], deepest: int = 0, *, close: bool = True) -> None:
        """`deepest`: longer phrases are not looked for; 0 goes on to the longest that is there.
        `close`: whether the closest stories are looked for."""
        self.texts, self.deepest = Suffixes(texts), deepest
        self.best = np.zeros(len(texts), dtype=np.int64)
        """Words of each text's longest span so far; only a longer one is told again."""
        self.bigrams = None
        if close:
            numbers_N = next((level.numbers_N for k, level in self.texts.levels() if k == 2), None)
            self.bigrams = Bigrams(numbers_N, self.texts.text_N, self.texts.sizes)

    def look(self, stories: Sequence[str]) -> Found:
        """What these stories have; those that follow are in the next piece."""
        texts, found = self.texts, Found(len(stories), sum(map(len, stories)))
        row = words_of_many(stories)
        ids = numbers_of(row, texts.number_of)
        borders = np.flatnonzero(ids == texts.border)
        places = np.flatnonzero((ids > 0) & (ids < texts.border))
        numbers = ids[places]
        before_N, k = np.full(len(texts.place_N), -1), 0
        for k, level in texts.levels():
            if k > 1:
                keys = numbers * texts.base + ids[places + k - 1]
                at = np.minimum(np.searchsorted(level.keys, keys), len(level.keys) - 1)
                hit = level.keys[at] == keys
                places, numbers = places[hit], at[hit] + 1
            first = np.full(len(level.keys) + 1, -1)
            first[numbers[::-1]] = places[::-1]  # of several places the first one stays
            here_N = first[level.numbers_N]
            self.end_spans(k - 1, before_N, here_N, borders, stories, found)
            if k <= CURVE:
                found.seen.append(first[1:] >= 0)
            if k == 2 and self.bigrams is not None:
                best = self.bigrams.closest(numbers, np.searchsorted(borders, places), borders)
                found.closest = {t: Close(f, s, stories[s]) for t, (f, s) in best.items()}
            before_N = here_N
            if not len(places) or k == self.deepest:
                break
        self.end_spans(k, before_N, np.full_like(before_N, -1), borders, stories, found)
        return found

    def end_spans(
        self,
        k: int,
        before_N: np.ndarray,
        here_N: np.ndarray,
        borders: np.ndarray,
        stories: Sequence[str],
        found: Found,
    ) -> None:
        """Note the spans of k words of texts that have none of k + 1. `before_N` says where the k
        words at each suffix stand, `here_N` the same of k + 1; -1 nowhere."""
        texts, ends = self.texts, np.zeros(len(self.best), dtype=bool)
        ends[texts.text_N[before_N >= 0]] = True
        ends[texts.text_N[here_N >= 0]] = False
        for text in np.flatnonzero(ends & (self.best < k)).tolist():
            there = np.flatnonzero((texts.text_N == text) & (before_N >= 0))
            first = there[np.lexsort((texts.place_N[there], before_N[there]))[0]]
            story = int(np.searchsorted(borders, before_N[first]))
            begin = int(texts.place_N[first] - texts.begin[text])
            found.longest[text] = Span(k, begin, story, stories[story])
            self.best[text] = k


class Level(NamedTuple):
    """The phrases of k words."""

    keys: np.ndarray
    """(number of the first k - 1 words, last word) as one integer, sorted; phrase i + 1 is key i's.
    """
    numbers_N: np.ndarray
    """The phrase that begins each sorted suffix; 0 where it is shorter."""


class Suffixes:
    """All suffixes of some texts in the order of their words; N of them."""

    def __init__(self, texts: Sequence[str]) -> None:
        row = words_of_many(texts)
        known = sorted({*row} - {b"\0"})
        self.border = len(known) + 1
        """The number that stands between two stories of a corpus; an unknown word's is 0."""
        self.base = len(known) + 2
        self.number_of = {word: number for number, word in enumerate(known, 1)}
        ids = np.append(numbers_of(row, self.number_of), 0)  # here 0 ends a text
        ends = np.flatnonzero(ids[:-1] == 0)
        self.number_of[b"\0"] = self.border
        self.begin = np.append(0, ends + 1)[:-1]
        """Where each text begins."""
        self.sizes = ends - self.begin
        """Words of each text."""
        order = sort_suffixes(ids)
        self.ids, self.place_N = ids, order[ids[order] > 0]
        self.text_N = np.searchsorted(ends, self.place_N)
        self.left_N = ends[self.text_N] - self.place_N
        """Words from there to the end of the text."""
        self.shared_N = self.count_shared()
        """Words that begin both this suffix and the one before it."""

    def count_shared(self) -> np.ndarray:
        shared_N = np.zeros_like(self.place_N)
        at = np.arange(1, len(shared_N))
        while len(at):
            words = self.ids[self.place_N[at] + shared_N[at]]
            before = self.ids[self.place_N[at - 1] + shared_N[at]]
            at = at[(words == before) & (words > 0)]
            shared_N[at] += 1
        return shared_N

    def levels(self) -> Iterator[tuple[int, Level]]:
        """k and the phrases of k words, from 1 to the length of the longest text."""
        numbers_N = np.zeros_like(self.place_N)
        for k in range(1, int(self.sizes.max(initial=0)) + 1):
            long_N = self.left_N >= k
            begins_N = long_N & (self.shared_N < k)
            first = np.flatnonzero(begins_N)
            keys = numbers_N[first] * self.base + self.ids[self.place_N[first] + k - 1]
            numbers_N = np.where(long_N, np.cumsum(begins_N), 0)
            yield k, Level(keys, numbers_N)


def sort_suffixes(ids: np.ndarray) -> np.ndarray:
    """The places of a row in the order of what follows from there, by doubling the length that is
    compared (Manber & Myers 1993)."""
    rank, length = ids, 1
    while True:
        behind = np.append(rank[length:], np.full(min(length, len(ids)), -1))
        order = np.lexsort((behind, rank))
        one, other = rank[order], behind[order]
        new = (one[1:] != one[:-1]) | (other[1:] != other[:-1])
        if new.all():
            return order
        rank = np.empty_like(ids)
        rank[order] = np.append(0, np.cumsum(new))
        length *= 2
