"""Rouge-2 (Lin 2004): how many pairs of neighbouring words two texts have in common.

A pair that stands n times in one text and m times in the other is common min(n, m) times. Precision
is the common ones over those of the text, recall over those of the reference, F their harmonic
mean, which is 2 · common / (pairs of the one + pairs of the other). Words are as everywhere here:
not stemmed, in lower case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from storylm.evaluation.word_rows import words

LANES = 255
"""So many ones can be added up in a byte."""


def rouge_2_precision(text: str, reference: str) -> float:
    """The share of a text's pairs that its reference has; 0 where it has none."""
    mine, its = pairs(text), pairs(reference)
    return (mine & its).total() / max(1, mine.total())


def rouge_2(one: str, other: str) -> float:
    """F, the same both ways; 0 where neither has a pair."""
    mine, its = pairs(one), pairs(other)
    return 2 * (mine & its).total() / max(1, mine.total() + its.total())


def closest_others(texts: Sequence[str]) -> list[float]:
    """The largest F of each text against the other ones; 0 where there is none."""
    counted = [pairs(text) for text in texts]
    best = [0.0] * len(texts)
    for i, one in enumerate(counted):
        for j, other in enumerate(counted[:i]):
            f = 2 * (one & other).total() / max(1, one.total() + other.total())
            best[i], best[j] = max(best[i], f), max(best[j], f)
    return best


def pairs(text: str) -> Counter[tuple[str, str]]:
    return Counter(pairwise(words(text)))


class Bigrams:
    """The pairs of many texts, against which one story after the other is held.

    The second time that a text has a pair is a thing of its own, so that what is common is counted
    by adding up rows of zeros and ones: a byte for each text, eight of them in one addition.
    """

    def __init__(self, numbers_N: np.ndarray | None, text_N: np.ndarray, sizes: np.ndarray) -> None:
        """`numbers_N`: which pair each place of the texts begins, 0 none; `text_N`: whose it is;
        `sizes`: words of each text."""
        self.pairs = np.maximum(sizes - 1, 0)
        self.best = np.zeros(len(sizes))
        """The largest F of each text so far; only a larger one is told again."""
        begins = np.flatnonzero(numbers_N) if numbers_N is not None else np.zeros(0, dtype=np.int64)
        numbers = numbers_N[begins] if numbers_N is not None else begins
        most = int(numbers.max(initial=0))
        entries, counts = np.unique(np.stack([numbers, text_N[begins]]), axis=1, return_counts=True)
        self.times = np.zeros(most + 1, dtype=np.int64)
        """How often a text has a pair at most."""
        np.maximum.at(self.times, entries[0], counts)
        self.first = np.cumsum(self.times) - self.times
        width = -(-len(sizes) // 8) * 8
        rows = np.zeros((int(self.times.sum()), width), dtype=np.uint8)
        for (number, text), count in zip(entries.T, counts):
            rows[self.first[number] : self.first[number] + count, text] = 1
        self.rows = rows.view(np.uint64)

    def closest(
        self, numbers: np.ndarray, story: np.ndarray, borders: np.ndarray
    ) -> dict[int, tuple[float, int]]:
        """By text: the largest F and the first story that has it, where it is larger than before.

        `numbers`: the pairs of the stories that any text has, `story`: whose they are, `borders`:
        where the stories end, in words.
        """
        n_texts, n_stories = len(self.pairs), len(borders)
        keys = np.sort(story * len(self.times) + numbers)
        story, numbers = np.divmod(keys, len(self.times))
        fresh = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if len(keys) else keys
        again = np.arange(len(keys)) - np.repeat(fresh, np.diff(fresh, append=len(keys)))
        counted = again < self.times[numbers]
        items, story = (self.first[numbers] + again)[counted], story[counted]
        starts = np.searchsorted(story, np.arange(n_stories + 1))
        common = np.zeros((n_stories, self.rows.shape[1] * 8), dtype=np.int64)
        for s, (start, stop) in enumerate(pairwise(starts.tolist())):
            for at in range(start, stop, LANES):
                some = self.rows.take(items[at : min(at + LANES, stop)], axis=0)
                common[s] += some.sum(axis=0, dtype=np.uint64).view(np.uint8)
        sizes = np.maximum(np.diff(borders, prepend=-1) - 2, 0)
        f = 2 * common[:, :n_texts] / np.maximum(sizes[:, None] + self.pairs, 1)
        best = f.argmax(axis=0) if n_stories else np.zeros(0, dtype=np.int64)
        found = {}
        for text, s in enumerate(best.tolist()):
            if f[s, text] > self.best[text]:
                self.best[text] = f[s, text]
                found[text] = (float(f[s, text]), s)
        return found
