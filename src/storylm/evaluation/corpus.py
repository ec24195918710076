"""A search over all training stories, by one process or by several, in memory that stays small.

One process begins. Where there is more than a few seconds' work others come to its aid; each has
the texts and reads, or tells, its own pieces of the corpus, so that only what is found travels.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from storylm.data.stories import Batch, Told
from storylm.data.tokenizing import interrupts_held
from storylm.evaluation.kgrams import Found, Search
from storylm.processes import follow_parent

PIECE = 1_000_000
"""Characters of stories that are looked at together, where they come one by one."""
ALONE_SECONDS = 3.0
"""Work of which there is no more is not worth the start of other processes."""
AHEAD = 3
"""Pieces of each process that are on the way."""
SPOKEN_SECONDS = 20.0
"""Between two lines about the progress, where there is no terminal."""


def search_corpus(
    search: Search,
    corpus: Iterable[str | Batch],
    *,
    workers: int = 1,
    extent: tuple[int, str] | None = None,
) -> Found:
    """What all stories together have of the texts; they may come one by one or in batches.

    The same with any number of workers. With `extent`, the corpus's length and its unit, it says on
    stderr how far it is. Raises what reading raises, ChildProcessError where a process dies.
    """
    parts = look_at_all(search, cut(corpus), workers)
    if extent is not None:
        parts = show_progress(parts, "training stories", extent)
    whole = Found()
    for found in parts:
        whole.add(found)
    return whole


def cut(corpus: Iterable[str | Batch]) -> Iterator[Batch]:
    """Single stories, bundled; batches as they are."""
    texts: list[str] = []
    size = 0
    for one in corpus:
        if isinstance(one, Batch):
            yield one
            continue
        texts.append(one)
        size += len(one)
        if size >= PIECE:
            yield Batch(told=Told(texts))
            texts, size = [], 0
    if texts:
        yield Batch(told=Told(texts))


def look_at_all(search: Search, pieces: Iterator[Batch], workers: int) -> Iterator[Found]:
    """What each piece has, in their order."""
    began = time.monotonic()
    for piece in pieces:
        yield look(search, piece)
        if workers > 1 and time.monotonic() - began > ALONE_SECONDS:
            break
    else:
        return
    # Not "fork": torch may be here already, with threads and locks that a copy would find locked.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=begin_worker, initargs=(search,))
    waiting: deque[Future[Found]] = deque()
    try:
        for piece in pieces:
            with interrupts_held():  # this may start a worker
                waiting.append(pool.submit(look_in_worker, piece))
            if len(waiting) > AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise ChildProcessError(
            "a process that reads the training stories has died, perhaps for lack of memory; set "
            "threads=1 and repeat the command"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def look(search: Search, piece: Batch) -> Found:
    found = search.look(piece.tell().texts)
    found.position = piece.position
    return found


worker_search: Search
"""Each worker's own, there from its beginning."""


def begin_worker(search: Search) -> None:
    """Keep the search, leave Ctrl-C to the parent, and end when it ends, however that is."""
    global worker_search
    worker_search = search
    follow_parent()


def look_in_worker(piece: Batch) -> Found:
    return look(worker_search, piece)


def show_progress(parts: Iterator[Found], name: str, extent: tuple[int, str]) -> Iterator[Found]:
    """Pass everything on: under a bar on a terminal, elsewhere with a line now and then."""
    from tqdm import tqdm

    (total, unit), spoken = extent, time.monotonic()
    with tqdm(total=total, unit=unit, desc=name, unit_scale=True, disable=None, leave=False) as bar:
        for found in parts:
            yield found
            bar.update(found.position - bar.n)
            if bar.disable and time.monotonic() - spoken > SPOKEN_SECONDS:
                print(f"{name}: {found.position / total:.0%}", file=sys.stderr, flush=True)
                spoken = time.monotonic()
