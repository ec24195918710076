"""How varied told stories are, and whether they go round in circles: counts of words, nothing else.

A story is the list of its words (`word_rows.words`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import islice

BEGINNING = 50
"""Words of each story that measures over many stories look at, so that its length plays no part."""
TOGETHER = 10
"""Stories whose beginnings make one sample of `distinct`."""
LONGEST_PHRASE = 20
"""Words of a phrase that a loop may repeat."""
TIMES = 3
"""So often a phrase stands in a row, and it is a loop."""
NEARLY_NONE = 0.1
"""Counts for n-grams where a text has none in common, in BLEU: else its geometric mean is 0."""


def ngrams(words: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return list(zip(*(words[i:] for i in range(n))))


def distinct(stories: Sequence[Sequence[str]], n: int) -> list[tuple[int, int]]:
    """Distinct n-grams and all n-grams of each sample (Li et al. 2016, distinct-n).

    How many are distinct depends on how much is looked at. So a sample always holds the first 50
    words of ten stories that have as many, n-grams within a story; what is left over is left out.
    """
    long = [story[:BEGINNING] for story in stories if len(story) >= BEGINNING]
    found = []
    for start in range(0, len(long) - TOGETHER + 1, TOGETHER):
        grams = [gram for story in long[start : start + TOGETHER] for gram in ngrams(story, n)]
        found.append((len(set(grams)), len(grams)))
    return found


def self_bleu(stories: Sequence[Sequence[str]]) -> list[float]:
    """BLEU-4 of each story against all others as its references (Zhu et al. 2018, Texygen)."""
    counted = [[Counter(ngrams(story, n)) for n in range(1, 5)] for story in stories]
    most: list[dict[tuple[str, ...], list[tuple[int, int]]]] = [{}, {}, {}, {}]
    for i, story in enumerate(counted):
        for n, grams in enumerate(story):
            for gram, count in grams.items():
                two = [*most[n].get(gram, []), (count, i)]
                most[n][gram] = sorted(two, reverse=True)[:2]  # the best, and the best of others
    sizes = [len(story) for story in stories]
    found = []
    for i, story in enumerate(counted):
        matches = [
            sum(
                min(count, next((c for c, whose in most[n][gram] if whose != i), 0))
                for gram, count in grams.items()
            )
            for n, grams in enumerate(story)
        ]
        totals = [grams.total() for grams in story]
        others = sizes[:i] + sizes[i + 1 :]
        found.append(bleu(matches, totals, sizes[i], others))
    return found


def bleu(matches: Sequence[int], totals: Sequence[int], size: int, others: Sequence[int]) -> float:
    """BLEU (Papineni et al. 2002) from n-grams in common and n-grams in all, for each n; `size`
    words, and those of each reference, of which the nearest length counts."""
    if not size or not others:
        return 0.0
    nearest = min(others, key=lambda other: (abs(other - size), other))
    known = [(match, total) for match, total in zip(matches, totals) if total]
    logs = [math.log((match or NEARLY_NONE) / total) for match, total in known]
    brevity = min(0.0, 1 - nearest / size)
    return math.exp(brevity + sum(logs) / len(logs))


def loops(story: Sequence[str]) -> tuple[bool, bool]:
    """Whether a phrase of up to 20 words stands at least three times in a row anywhere, and whether
    the story stops inside such a row."""
    anywhere = at_the_end = False
    for size in range(1, LONGEST_PHRASE + 1):
        row = 0
        for word, before in zip(islice(story, size, None), story):
            row = row + 1 if word == before else 0
            anywhere = anywhere or row >= (TIMES - 1) * size
        at_the_end = at_the_end or row >= (TIMES - 1) * size
    return anywhere, at_the_end


def repeated(story: Sequence[str], n: int = 4) -> tuple[int, int]:
    """n-grams that the story had before, and all (Welleck et al. 2020, seq-rep-n)."""
    grams = ngrams(story, n)
    return len(grams) - len(set(grams)), len(grams)
