"""Near duplicates: which stories share much of what they say, among millions.

A story is the set of its *shingles*, all runs of three words; how alike two stories are is the
Jaccard index of their sets, shared over distinct. Not all pairs can be compared, so MinHash (Broder
1997) with banded locality-sensitive hashing (Indyk and Motwani 1998) names candidates, and each of
these is then verified by its true Jaccard index.

**What a copy with changes has.** Replace a share p of the words at random: a shingle stays where
all its three words stay, so the share s that both have is about (1 - p)^3, and J = s / (2 - s).
With p = 0.1, s = 0.729 and J = 0.574; since a word is in at most three shingles, s is never below
1 - 3 p = 0.7 (but for the edges of a short story), and J not below 0.538. The threshold 0.4 is
s = 0.571: about 17 % of the words replaced. Stories that have nothing to do with one another have a
J of about 0.01, of TinyStories as of fables (the largest of 60,000 pairs are 0.09 and 0.11, and
0.15 with the easiest fables), so that 0.4 is far from both.

**What is found.** The smallest hash value of a set is the same for two sets with probability J. A
band is r = 4 such values, and two stories are a candidate if one of b = 64 bands is equal:
1 - (1 - J^4)^64 is 0.9994 at J = 0.574, 0.996 at 0.538, 0.984 at 0.5, 0.81 at the threshold itself,
and 0.000001 at 0.01.

A story takes 4 b = 256 bytes of memory; its shingles lie in a file, 4 bytes each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

SHINGLE = 3
BANDS, ROWS = 64, 4
NEIGHBOURS = 32
"""In a band that more stories share, each is compared with the first and with so many after it."""
POOL = 1 << 22
"""Candidates that are gathered before doubles are taken out."""
AT_ONCE = 1 << 21
"""Shingles that are compared in one go."""
KNOWN_WORDS = 1 << 20

RNG = np.random.default_rng(20_261_121)
FACTORS = RNG.integers(0, 2**32, BANDS * ROWS, dtype=np.uint32) | np.uint32(1)
SHIFTS = RNG.integers(0, 2**32, BANDS * ROWS, dtype=np.uint32)
MIXERS = RNG.integers(0, 2**64, max(SHINGLE, ROWS), dtype=np.uint64) | np.uint64(1)


class WordHashes(dict[str, int]):
    """64 bits for each word, the same in every process."""

    def __missing__(self, word: str) -> int:
        if len(self) >= KNOWN_WORDS:
            self.clear()
        digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
        self[word] = found = int.from_bytes(digest, "little")
        return found


HASHES = WordHashes()


@dataclass
class Shingles:
    """The distinct shingles of stories, one after another."""

    data: np.ndarray
    """uint32, ascending within a story; in memory, or mapped from a file."""
    ends: np.ndarray
    """Where each story ends in `data`."""

    @property
    def sizes(self) -> np.ndarray:
        return np.diff(self.ends, prepend=0)

    def keyed(self, stories: np.ndarray) -> np.ndarray:
        """All shingles of these stories, uint64: above each the place of its story among them."""
        ends = self.ends[stories]
        sizes = ends - np.where(stories > 0, self.ends[stories - 1], 0)
        places = np.repeat(ends - np.cumsum(sizes), sizes) + np.arange(sizes.sum())
        owners = np.repeat(np.arange(len(stories), dtype=np.uint64), sizes)
        return owners << np.uint64(32) | self.data[places]


def shingle(stories: Sequence[Sequence[str]]) -> Shingles:
    """The shingles of stories, each given by its words; one that is shorter has a single one."""
    if not stories:
        return Shingles(np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.int64))
    ids: list[int] = []
    for words in stories:
        ids += map(HASHES.__getitem__, words)
        ids += [0] * (SHINGLE - len(words))
    ids_N = np.array(ids, dtype=np.uint64)
    lengths = [max(SHINGLE, len(words)) for words in stories]
    story_N = np.repeat(np.arange(len(stories), dtype=np.uint64), lengths)
    runs = len(ids_N) - SHINGLE + 1
    mixed_N = sum(mix(ids_N[i : i + runs], i) for i in range(SHINGLE))
    within = np.flatnonzero(story_N[:runs] == story_N[SHINGLE - 1 :])
    distinct = distinct_of(story_N[within] << np.uint64(32) | mixed_N[within] >> np.uint64(32))
    counts = np.bincount((distinct >> np.uint64(32)).astype(np.int64))
    return Shingles(distinct.astype(np.uint32), np.cumsum(counts))


def distinct_of(values: np.ndarray) -> np.ndarray:
    """As np.unique, which hashes first and takes four times as long."""
    values.sort()
    return values[np.diff(values, prepend=values[:1] ^ values.dtype.type(1)) != 0]


def mix(values: np.ndarray, which: int) -> np.ndarray:
    """uint64 -> uint64, another for each `which`: the sum of several depends on their order."""
    mixed = (values ^ (values >> np.uint64(31))) * MIXERS[which]
    return (mixed ^ (mixed >> np.uint64(29))) * MIXERS[which]


def sign(shingles: Shingles) -> np.ndarray:
    """The bands of each story, uint32 (BANDS, stories). No story is without a shingle."""
    starts = shingles.ends - shingles.sizes
    bands = np.zeros((BANDS, len(starts)), dtype=np.uint32)
    values = np.empty_like(shingles.data)
    for band in range(BANDS if len(starts) else 0):
        mixed = np.zeros(len(starts), dtype=np.uint64)
        for row in range(ROWS):
            # A bijection of 32 bits, which orders the shingles anew.
            np.multiply(shingles.data, FACTORS[band * ROWS + row], out=values)
            np.add(values, SHIFTS[band * ROWS + row], out=values)
            mixed += mix(np.minimum.reduceat(values, starts).astype(np.uint64), row)
        bands[band] = mixed >> np.uint64(32)
    return bands


# -------------------------------------------------------------------------------------------- pairs


@dataclass
class Pairs:
    """Stories that are alike, by number, the earlier one first; ascending."""

    first: np.ndarray
    second: np.ndarray
    jaccard: np.ndarray
    """Shared shingles over distinct ones."""
    contained: np.ndarray
    """Shared shingles over those of the shorter story: near 1 where one is a part of the other."""
    candidates: int = 0
    """Pairs that were verified, these among them."""

    def __len__(self) -> int:
        return len(self.first)


def find_pairs(
    bands: Iterable[np.ndarray],
    shingles: Shingles,
    similarity: float,
    numbers: np.ndarray,
    watch: Callable[[Sequence[int]], Iterable[int]] = iter,
) -> Pairs:
    """All pairs of stories with a Jaccard index of at least `similarity`.

    `bands` gives each band in turn, of the stories `numbers`, which ascend. `watch` passes on the
    numbers of the pieces of work and may show them as progress.
    """
    count = np.int64(len(numbers))
    pool, waiting, size = np.empty(0, dtype=np.int64), [], 0
    for keys_N in bands:
        for first, second in equal_pairs(keys_N):
            waiting.append(np.minimum(first, second) * count + np.maximum(first, second))
            size += len(first)
        if size > max(POOL, len(pool)):
            pool, waiting, size = distinct_of(np.concatenate([pool, *waiting])), [], 0
    pool = distinct_of(np.concatenate([pool, *waiting]))
    sizes = shingles.sizes[numbers]
    places = np.cumsum(sizes[pool // count] + sizes[pool % count])
    cuts = [0, *(np.flatnonzero(np.diff(places // AT_ONCE)) + 1).tolist(), len(pool)]
    found = []
    for piece in watch(range(len(cuts) - 1)):
        some = pool[cuts[piece] : cuts[piece + 1]]
        first, second = numbers[some // count], numbers[some % count]
        jaccard, contained = compare(shingles, first, second, similarity)
        alike = jaccard >= similarity
        found.append([part[alike] for part in (first, second, jaccard, contained)])
    return Pairs(*(np.concatenate(parts) for parts in zip(*found)), candidates=len(pool))


def equal_pairs(keys_N: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of places with equal keys: all, or where there are many the nearest ones and those with
    the first."""
    order = np.argsort(keys_N, kind="stable")
    sorted_N = keys_N[order]
    far = np.flatnonzero(sorted_N[1:] == sorted_N[:-1])
    for distance in range(1, NEIGHBOURS + 1):
        far = far[far + distance < len(keys_N)]
        far = far[sorted_N[far] == sorted_N[far + distance]]
        yield order[far], order[far + distance]
    for key in np.unique(sorted_N[far]):
        head, end = np.searchsorted(sorted_N, key), np.searchsorted(sorted_N, key, side="right")
        rest = order[head + NEIGHBOURS + 1 : end]
        yield np.full_like(rest, order[head]), rest


def compare(
    shingles: Shingles, first: np.ndarray, second: np.ndarray, similarity: float
) -> tuple[np.ndarray, np.ndarray]:
    """The Jaccard index and the containment of each pair; 0 where the lengths alone tell that it is
    below `similarity`."""
    sizes = shingles.sizes
    a, b = sizes[first], sizes[second]
    possible = np.flatnonzero(np.minimum(a, b) >= similarity * np.maximum(a, b))
    keys = np.concatenate([shingles.keyed(first[possible]), shingles.keyed(second[possible])])
    keys.sort()
    owner = (keys[1:][keys[1:] == keys[:-1]] >> np.uint64(32)).astype(np.int64)
    shared = np.zeros(len(first))
    shared[possible] = np.bincount(owner, minlength=len(possible))
    return shared / (a + b - shared), shared / np.minimum(a, b)
