"""Who may start now: a place, threads and a device for each cell, and memory that is measured.

Cells of one machine find each other by locks in the ledger's folder, which a process that dies lets
go at once. They keep processes apart, not threads: a cell has a process of its own.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from storylm.config import TrainConfig
from storylm.ledger import Ledger
from storylm.model.size import training_memory

HELD_BEFORE = 900 * 2**20
"""Bytes that a process holds before it has a model: what it imports."""
SETTLED = 15.0
"""Seconds after which a cell that was admitted holds what it will hold, as a rule."""
LOOK_AGAIN = 0.5


@dataclass
class Place:
    """What a cell is given of the machine."""

    words: list[str] = field(default_factory=list)
    """For its command line."""
    environment: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def admitted(
    config: TrainConfig, ledger: Ledger, at_once: int, *, micro_batch_size: int = 0
) -> Iterator[Place]:
    """Hold one of `at_once` places, and wait until there is memory for this cell beside the
    others; a cell that is alone is never kept waiting."""
    if at_once <= 1:
        yield Place()
        return
    place = Place()
    if not config.run.threads:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        place.words.append(f"run.threads={max(1, (cores or 1) // at_once)}")
    folder = ledger.folder / "places"
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as held:
        with locked(folder / "door"):  # who waits for memory holds no place yet
            number = held.enter_context(first_free(folder, at_once))
            if gpus := visible_gpus():
                place.environment["CUDA_VISIBLE_DEVICES"] = gpus[number % len(gpus)]
            device = place.environment.get("CUDA_VISIBLE_DEVICES")
            needed = memory_needed(config, ledger, micro_batch_size, on_gpu=device is not None)
            while others_run(folder, number, at_once) and 0 <= free_bytes(device) < needed:
                time.sleep(LOOK_AGAIN)
            tight = 0 <= free_bytes(device) < 3 * needed
            if tight and others_run(folder, number, at_once):
                time.sleep(SETTLED)  # who came before may not hold all of it yet
        yield place


def memory_needed(
    config: TrainConfig, ledger: Ledger, micro_batch_size: int, *, on_gpu: bool
) -> int:
    """Bytes that a cell will hold at most, by the formula and, of the machine's memory, by the
    least that a cell has held so far."""
    windows = config.run.tokens_per_step // config.model.context_length
    size = micro_batch_size or min(config.run.micro_batch_size, windows)
    told = training_memory(config.model, size, optimizer=config.optim.kind).total
    measured = [] if on_gpu else [row.peak_bytes for row in ledger.rows() if row.peak_bytes]
    return max(min(measured, default=HELD_BEFORE), HELD_BEFORE) + told


def free_bytes(gpu: str | None) -> int:
    """Of the machine's memory, or of a GPU's; -1 where nobody tells."""
    if gpu is not None:
        said = ask_nvidia("--query-gpu=memory.free", "--format=csv,noheader,nounits", f"--id={gpu}")
        return int(said[0]) * 2**20 if said and said[0].isdigit() else -1
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return -1


def visible_gpus() -> list[str]:
    """The GPUs that this process may use, by their numbers; no torch is imported to ask."""
    if (given := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        return [gpu for gpu in given.split(",") if gpu.strip()]
    return [line for line in ask_nvidia("--query-gpu=index", "--format=csv,noheader") if line]


def ask_nvidia(*words: str) -> list[str]:
    try:
        said = subprocess.run(["nvidia-smi", *words], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [line.strip() for line in said.stdout.splitlines()] if said.returncode == 0 else []


@contextlib.contextmanager
def first_free(folder: Path, places: int) -> Iterator[int]:
    """The number of the first place that nobody holds."""
    while True:
        for number in range(places):
            if file := try_lock(folder / str(number)):
                with file:
                    yield number
                return
        time.sleep(LOOK_AGAIN)


def others_run(folder: Path, number: int, places: int) -> bool:
    for other in range(places):
        if other != number:
            file = try_lock(folder / str(other))
            if file is None:
                return True
            file.close()
    return False


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    while (file := try_lock(path)) is None:
        time.sleep(LOOK_AGAIN)
    with file:
        yield


def try_lock(path: Path) -> IO[str] | None:
    """The file, locked until it is closed; None where another process holds it."""
    if os.name != "posix":
        return open(os.devnull)
    import fcntl

    file = path.open("a+")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
