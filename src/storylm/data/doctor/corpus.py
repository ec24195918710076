"""What the doctor keeps of each story, gathered in one pass over the text.

A story takes about 300 bytes of memory, 256 of them for near duplicates; its shingles, some 600
bytes for 150 words, go to a nameless file that is gone with the process. Only words are counted in
Python's own objects, about 100 bytes for each distinct one.
"""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from itertools import islice
from typing import IO, TypeVar

import numpy as np

from storylm.config import DataConfig
from storylm.data.doctor.mending import Mended, mend
from storylm.data.doctor.near_duplicates import Shingles, shingle, sign
from storylm.data.shards import count_cores
from storylm.data.stories import Batch, batches, no_stories
from storylm.data.tokenizing import begin_worker, interrupts_held

WORD = re.compile(r"\w+(?:'\w+)*")
OPENING = 4
"""Words."""
MOJIBAKE, LEFT, REPLACED, CONTROL = 1, 2, 4, 8
"""What was found in a story: bits of `faults`."""
ALONE = 8
"""Batches; so few are not worth the start of other processes."""
AHEAD = 4
Done = TypeVar("Done")


def words_of(text: str) -> list[str]:
    """Its words in lower case; a word is of letters, digits and apostrophes."""
    return WORD.findall(text.lower().replace("’", "'"))


@dataclass
class Columns:
    """One number for each story, in the order of the stories."""

    keys: np.ndarray
    """uint64: a hash of the mended text with single blanks; equal keys are equal texts."""
    raw_keys: np.ndarray
    """The same before it is mended."""
    characters: np.ndarray
    words: np.ndarray
    faults: np.ndarray
    openings: np.ndarray
    """uint64: a hash of the first words; 0 where there are fewer."""


@dataclass
class Examined:
    """A batch, with what a worker has found in it."""

    columns: Columns
    bands: np.ndarray
    shingles: Shingles
    vocabulary: Counter[str]
    found: Counter[str]
    """Mojibake and control characters, as `Mended.found`."""
    empty: int
    seen: int
    position: int


def examine(batch: Batch) -> Examined:
    told = batch.tell()
    mended = [mend(text) for text in told.texts]
    words = [words_of(one.text) for one in mended]
    shingles = shingle(words)
    vocabulary: Counter[str] = Counter()
    for some in words:
        vocabulary.update(some)
    columns = Columns(
        keys=np.array([key_of(one.text) for one in mended], dtype=np.uint64),
        raw_keys=np.array([key_of(text) for text in told.texts], dtype=np.uint64),
        characters=np.array([len(one.text) for one in mended], dtype=np.uint32),
        words=np.array([len(some) for some in words], dtype=np.uint32),
        faults=np.array([faults_of(one) for one in mended], dtype=np.uint8),
        openings=np.array([opening_of(some) for some in words], dtype=np.uint64),
    )
    return Examined(
        columns=columns,
        bands=sign(shingles),
        shingles=shingles,
        vocabulary=vocabulary,
        found=sum((one.found for one in mended if one.found), Counter()),
        empty=told.empty,
        seen=told.seen,
        position=batch.position,
    )


def key_of(text: str) -> int:
    return hash_of(" ".join(text.split()))


def hash_of(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def opening_of(words: list[str]) -> int:
    return hash_of(" ".join(words[:OPENING])) if len(words) >= OPENING else 0


def faults_of(one: Mended) -> int:
    counts = (one.mojibake, one.left, one.replaced, one.control)
    return sum(bit for bit, n in zip((MOJIBAKE, LEFT, REPLACED, CONTROL), counts) if n)


# ------------------------------------------------------------------------------------------- splits


@dataclass
class Split:
    """All that is known of a split's stories."""

    columns: Columns
    ends: np.ndarray
    """Where each story ends among the split's shingles."""
    bands: list[np.ndarray]
    """Those of each batch, (BANDS, stories)."""
    counts: list[int]
    """Stories of each batch."""
    vocabulary: Counter[str]
    found: Counter[str]
    empty: int

    def __len__(self) -> int:
        return len(self.columns.keys)


def gather(examined: Iterable[Examined], config: DataConfig, split: str, file: IO[bytes]) -> Split:
    """A split in one; its shingles are added to the file.

    ValueError where there is no story, OSError for a full disk.
    """
    columns: list[Columns] = []
    sizes: list[np.ndarray] = []
    bands: list[np.ndarray] = []
    vocabulary, found = Counter[str](), Counter[str]()
    empty = seen = 0
    for one in examined:
        columns.append(one.columns)
        bands.append(one.bands)
        sizes.append(one.shingles.sizes)
        with room_for_it():
            file.write(one.shingles.data)
        vocabulary.update(one.vocabulary)
        found.update(one.found)
        empty += one.empty
        seen += one.seen
    with room_for_it():
        file.flush()
    counts = [len(some) for some in sizes]
    if not sum(counts):
        raise ValueError(no_stories(config, split, seen))
    parts = zip(*(vars(some).values() for some in columns))
    ends = np.cumsum(np.concatenate(sizes))
    joined = Columns(*(np.concatenate(part) for part in parts))
    return Split(joined, ends, bands, counts, vocabulary, found, empty)


@contextlib.contextmanager
def room_for_it() -> Iterator[None]:
    """A full disk, in one line."""
    try:
        yield
    except OSError as error:
        raise OSError(
            f"the file in which stories are compared cannot be written: {error.strerror or error}; "
            "make room, or give folder=<a folder on another disk>"
        ) from error


def texts_at(
    config: DataConfig, split: str, counts: list[int], wanted: Iterable[int]
) -> dict[int, str]:
    """The stories with these numbers, as they stand in the files, in a second pass that reads only
    the batches which hold one. `counts` says how many stories each batch has.

    Raises ValueError where the text has changed meanwhile.
    """
    left = sorted(set(wanted), reverse=True)
    texts: dict[int, str] = {}
    before = 0
    for batch, count in zip(batches(config, split), counts):
        here = []
        while left and left[-1] < before + count:
            here.append(left.pop())
        if here and batch.seeds:  # to tell a fable takes long
            batch = replace(batch, seeds=[batch.seeds[number - before] for number in here])
            texts |= zip(here, batch.tell().texts)
        elif here:
            told = batch.tell().texts
            check_unchanged(config, len(told) == count)
            texts |= {number: told[number - before] for number in here}
        before += count
        if not left:
            break
    check_unchanged(config, not left)
    return texts


def check_unchanged(config: DataConfig, same: bool) -> None:
    if not same:
        raise ValueError(f"the text of data={config.name} changed meanwhile; repeat the command")


# --------------------------------------------------------------------------------- on all the cores


def in_processes(
    work: Iterator[Batch], do: Callable[[Batch], Done], workers: int
) -> Iterator[Done]:
    """What `do` gives for each batch, in their order, with a bounded number of them on the way.

    Raises what a batch raises, in its turn, and ChildProcessError where a worker dies.
    """
    yield from map(do, islice(work, None if workers == 1 else ALONE))
    first = next(work, None)
    if first is None:
        return
    # Not "fork", for the reason that stands in storylm.data.tokenizing.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=begin_worker, initargs=(None,))
    waiting: deque[Future[Done]] = deque()
    try:
        for batch in (one for some in ([first], work) for one in some):
            with interrupts_held():  # this may start a worker
                waiting.append(pool.submit(do, batch))
            if len(waiting) > AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise ChildProcessError(
            "a process that reads stories has died, perhaps for lack of memory; set data.workers="
            f"{max(1, workers // 2)} and repeat the command"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def workers_of(config: DataConfig) -> int:
    return config.workers or count_cores()
