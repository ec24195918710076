"""Stories to ids on all cores, in their order.

A worker is told which piece of which file to read, or from which seeds to tell, and gives back
arrays; the process that asks for them only appends. It also works itself until the others are
there, and alone where there is little to do.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

import numpy as np

from storylm.data.stories import Batch
from storylm.memory import steady_memory
from storylm.processes import follow_parent
from storylm.tokenizer import Tokenizer

ALONE_SECONDS = 2.0
"""Work of which so little is left is not worth the start of other processes."""
AHEAD = 4
"""Batches of each worker that are on the way, so that none waits while a shard goes to the disk."""
AHEAD_AT_FIRST = 64
"""The same over all, until the workers are there."""


@dataclass
class Encoded:
    """A batch of stories as ids, with what the manifest counts."""

    ids: np.ndarray
    ends: np.ndarray
    """Where each story ends in `ids`."""
    bytes: np.ndarray
    """UTF-8 bytes of each story."""
    bits: list[float]
    """Information of each story; empty where it is not known."""
    empty: int
    seen: int
    position: int


def encode(batch: Batch, tokenizer: Tokenizer) -> Encoded:
    told = batch.tell()
    texts = told.texts
    ids = tokenizer.encode_stories(texts) if texts else np.empty(0, dtype=dtype_of(tokenizer))
    starts = np.flatnonzero(ids == tokenizer.end_of_story)
    if len(starts) != len(texts):
        raise ValueError(f"the tokenizer marks {len(starts)} stories in {len(texts)}")
    sizes = [len(text) if text.isascii() else len(text.encode()) for text in texts]
    return Encoded(
        ids=ids,
        ends=np.append(starts, len(ids))[1:] if texts else starts,
        bytes=np.array(sizes, dtype=np.int64),
        bits=told.bits,
        empty=told.empty,
        seen=told.seen,
        position=batch.position,
    )


def encode_all(
    work: Iterator[Batch], tokenizer: Tokenizer, workers: int, total: int
) -> Iterator[Encoded]:
    """All batches as ids, in their order, with a bounded number of them on the way.

    `total` is the position of the last. Raises what a batch raises, in its turn, and
    ChildProcessError where a worker dies.
    """
    first: tuple[float, int] | None = None
    for batch in work:
        yield encode(batch, tokenizer)
        now = time.monotonic()
        began, start = first = first or (now, batch.position)
        left = (now - began) * (total - batch.position)  # in units of what is done since the first
        if workers > 1 and left > ALONE_SECONDS * (batch.position - start):
            break
    else:
        return
    yield from encode_in_processes(work, tokenizer, workers)


def encode_in_processes(
    work: Iterator[Batch], tokenizer: Tokenizer, workers: int
) -> Iterator[Encoded]:
    # Not "fork": torch may be here already, with threads and locks that a copy would find locked.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=begin_worker, initargs=(tokenizer,))
    waiting: deque[Future[Encoded]] = deque()
    firsts: list[Future[Encoded]] = []
    started = False
    try:
        for batch in work:
            started = started or any(one.done() for one in firsts)
            if started or len(firsts) < workers:
                with interrupts_held():  # this may start a worker
                    waiting.append(pool.submit(encode_in_worker, batch))
                if not started:
                    firsts.append(waiting[-1])
            else:
                waiting.append(done_here(batch, tokenizer))
            if len(waiting) > (AHEAD * workers if started else AHEAD_AT_FIRST):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise ChildProcessError(
            "a process that tokenizes has died, perhaps for lack of memory; set data.workers="
            f"{workers // 2} and repeat the command"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def done_here(batch: Batch, tokenizer: Tokenizer) -> Future[Encoded]:
    """As from a worker: what goes wrong is told in its turn."""
    done: Future[Encoded] = Future()
    try:
        done.set_result(encode(batch, tokenizer))
    except Exception as error:
        done.set_exception(error)
    return done


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C waits until this is over, and processes that are started in it never hear it: they
    would else end in a traceback while they are still importing."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


worker_tokenizer: Tokenizer
"""Each worker's own, there from its beginning."""


def begin_worker(tokenizer: Tokenizer) -> None:
    """Keep the tokenizer, leave Ctrl-C to the parent, and end when it ends, however that is."""
    global worker_tokenizer
    worker_tokenizer = tokenizer
    steady_memory()  # a tenth quicker: what a batch needs, the next one needs again
    follow_parent()


def encode_in_worker(batch: Batch) -> Encoded:
    return encode(batch, worker_tokenizer)


def dtype_of(tokenizer: Tokenizer) -> np.dtype:
    return np.dtype(np.uint16 if tokenizer.vocab_size <= 65_536 else np.uint32)
