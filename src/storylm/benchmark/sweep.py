"""Kill sweeps and harm their cells: nothing is trained twice, nothing else is lost, and it is told.

The cells are real runs of a small grid, started by `scripts/train.py` as a user starts them.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storylm.benchmark.same_bits import differences
from storylm.command_line import in_columns
from storylm.config import BenchmarkConfig, TrainConfig, compose_tree, to_config
from storylm.ledger import Ledger, Row, State

DIALS = (
    "sweep.name=proof", "tokenizer=bytes", "size=xs", "model.context_length=128",
    "data.train_stories=400", "data.valid_stories=20", "data.workers=1", "schedule.steps=60",
    "run.tokens_per_step=2048", "run.micro_batch_size=8", "run.validate_every=20",
    "run.checkpoint_every=10", "run.sample_tokens=8", "run.log_every=5", "preflight=off",
    "trainer=cpu", "logger=csv",
)  # fmt: skip
GRID = ("model.n_layers=1,2", "model.d_model=64,128")
TWO_AT_ONCE = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
HARM = ("alone", "crash", "hang", "memory", "after")
"""What becomes of the cells of the second grid, in the order of their seeds."""
LIMIT = 1.0
"""Minutes that a cell of the second grid may take."""
HANGS = 900.0
GONE = 20.0
"""Seconds in which a killed sweep's cells have to be gone."""


def prove_sweep(config: BenchmarkConfig, scratch: Path) -> dict[str, Any]:
    """Kill one sweep, harm the cells of another; print what came of it, and return it."""
    if not Path("/proc").is_dir() or not hasattr(resource, "prlimit"):
        raise ValueError("what=sweep finds and harms processes as Linux does; it needs Linux")
    threads = f"run.threads={config.run_threads}"
    failures: list[str] = []
    whole = Sweep(scratch / "whole", (*DIALS, *GRID, threads))
    failures += ended_with(whole.run(), 0, whole)
    found: dict[str, Any] = {"what": "sweep", "one_after_the_other_seconds": whole.seconds}
    if not failures:
        found["killed"] = kill(config, scratch / "killed", whole, failures)
        found["at_once"] = at_once(scratch, whole, failures)
        found["harmed"] = harm(scratch / "harmed", threads, failures)
    for line in failures:
        print(line)
    return found | {"failures": failures}


@dataclass
class Sweep:
    """A sweep with folders of its own."""

    home: Path
    words: tuple[str, ...]
    seconds: float = 0.0

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.home / "runs" / "_sweeps" / "proof")

    @property
    def log(self) -> Path:
        return self.home / "sweep.log"

    def start(self) -> subprocess.Popen:
        self.home.mkdir(parents=True, exist_ok=True)
        folders = [f"{name}.folder={self.home}/{name}" for name in ("data", "tokenizer")]
        words = ["-m", *folders, f"run.folder={self.home}/runs", *self.words]
        with self.log.open("ab") as file:
            return subprocess.Popen(
                [sys.executable, os.path.abspath(script()), *words],
                stdout=file, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def run(self) -> int:
        began = time.monotonic()
        status = self.start().wait(HANGS)
        self.seconds = time.monotonic() - began
        return status

    def config(self, row: Row) -> TrainConfig:
        folders = [f"{name}.folder={self.home}/{name}" for name in ("data", "tokenizer")]
        swept = (*GRID, *TWO_AT_ONCE)
        words = [word for word in self.words if word not in swept and "=" in word]
        words = [*folders, f"run.folder={self.home}/runs", *words, *row.words]
        return to_config(compose_tree("train", words), words)


def script() -> Path:
    return Path(sys.argv[0]).resolve().parent / "train.py"


def ended_with(status: int, wanted: int, sweep: Sweep) -> list[str]:
    if status == wanted:
        return []
    lines = sweep.log.read_text(errors="replace").strip().splitlines()
    last = lines[-1] if lines else "it said nothing"
    return [f"{sweep.home.name}: exit status {status} and not {wanted}: {last}"]


# ----------------------------------------------------------------------------------------- kills


def kill(config: BenchmarkConfig, home: Path, whole: Sweep, failures: list[str]) -> dict[str, Any]:
    """SIGKILL for the sweep at any moment, again and again; then it comes to its end."""
    chance = random.Random(config.seed)
    sweep, interrupted, kills = Sweep(home, whole.words), 0, 0
    for _ in range(config.run_kills):
        before = {row.key: row.attempts for row in sweep.ledger.rows()}

        def running(before: dict[str, int] = before) -> list[Row]:
            """The cells that this life of the sweep is training."""
            rows = sweep.ledger.rows()
            return [row for row in rows if row.state is State.running
                    and row.attempts != before.get(row.key, 0)]  # fmt: skip

        child, until = sweep.start(), time.monotonic() + HANGS
        while child.poll() is None and not running() and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, whole.seconds / 5))
        children = cells_of(child.pid)
        kills += child.poll() is None
        child.kill()
        child.wait()
        if alive := outlived(children):
            failures.append(f"killed: cells {alive} outlived their sweep by {GONE:.0f} s")
        # One that had just come to its end is taken over as it is.
        results = [home / "runs" / row.run / "result.json" for row in running()]
        interrupted += sum(not file.exists() for file in results)
    failures += ended_with(sweep.run(), 0, sweep)
    rows = sweep.ledger.rows()
    attempts = sum(row.attempts for row in rows)
    if attempts != len(rows) + interrupted:
        failures.append(
            f"killed: {attempts} processes for {len(rows)} cells of which {interrupted} were "
            "interrupted: some were trained twice"
        )
    failures += other_bits("killed", whole, sweep)
    print(
        f"\nkilled {kills} times: {len(rows)} cells, {interrupted} of them interrupted on their "
        f"way, {attempts} processes; {'the same bits' if not failures else 'NOT the same'} as "
        "one that was left alone"
    )
    return {"kills": kills, "interrupted": interrupted, "processes": attempts, "cells": len(rows)}


def other_bits(name: str, whole: Sweep, sweep: Sweep) -> list[str]:
    """Where the cells of two sweeps differ, in their rows or in anything that their runs left."""
    pairs = list(zip(whole.ledger.rows(), sweep.ledger.rows(), strict=True))
    found = []
    for one, two in pairs:
        if one.run != two.run or two.state is not State.done:
            found.append(f"{name}: {two.run} is {two.state.value}: {two.reason}")
            continue
        found += [f"{name}: {two.run}: {d}" for d in
                  differences(whole.config(one), sweep.config(two))]  # fmt: skip
    return found


# ------------------------------------------------------------------------------- several at a time


def at_once(scratch: Path, whole: Sweep, failures: list[str]) -> dict[str, Any]:
    """The grid with every core for one cell after the other, and with a core for each of two."""
    every = tuple(word for word in whole.words if not word.startswith("run.threads="))
    cores = len(os.sched_getaffinity(0))
    wide = Sweep(scratch / "wide", (*every, f"run.threads={cores}"))
    two = Sweep(scratch / "two", (*whole.words, *TWO_AT_ONCE))
    for sweep in (wide, two):
        failures += ended_with(sweep.run(), 0, sweep)
    failures += other_bits("two at a time", whole, two)
    rows = [
        ["the grid", "seconds", "beside"],
        [f"one cell after the other, {cores} threads", f"{wide.seconds:.0f}", ""],
        ["one cell after the other, 1 thread", f"{whole.seconds:.0f}", ""],
        ["two cells at a time, 1 thread each", f"{two.seconds:.0f}",
         f"{wide.seconds / two.seconds:.2f} and {whole.seconds / two.seconds:.2f} as fast; the "
         "bits of the second"],
    ]  # fmt: skip
    print("\n" + in_columns(rows))
    return {"wide_seconds": wide.seconds, "two_seconds": two.seconds, "cores": cores}


# ----------------------------------------------------------------------------------------- injuries


def harm(home: Path, threads: str, failures: list[str]) -> list[dict[str, Any]]:
    """A crash, a hang and a full memory in the middle of training; the table that comes of it."""
    seeds = ",".join(str(i + 1) for i in range(len(HARM)))
    grid = ("model.n_layers=2", "model.d_model=128", f"run.seed={seeds}")
    sweep = Sweep(home, (*DIALS, *grid, threads, f"sweep.minutes={LIMIT}"))
    child = sweep.start()
    injuries: dict[str, Callable[[int], None]] = {
        "crash": lambda number: os.kill(number, signal.SIGSEGV),
        "hang": lambda number: os.kill(number, signal.SIGSTOP),
        "memory": no_more_memory,
    }
    until = time.monotonic() + HANGS
    while child.poll() is None and time.monotonic() < until:
        for kind, number in list(cells_in_training(sweep, child.pid)):
            if injury := injuries.pop(kind, None):
                injury(number)
        time.sleep(0.05)
    failures += ended_with(child.wait(10), 1, sweep)
    rows = {HARM[int(read_seed(row)) - 1]: row for row in sweep.ledger.rows()}
    wanted = {
        "alone": ("done", ""),
        "crash": ("failed", "signal 11"),
        "hang": ("failed", f"still running after {LIMIT:g} minutes"),
        "memory": ("done", "micro-batches of 2: the memory was full"),
        "after": ("done", ""),
    }
    table = [["cell", "state", "reason"]]
    for kind, (state, words) in wanted.items():
        row = rows[kind]
        table.append([kind, row.state.value, row.reason])
        if row.state.value != state or words not in row.reason or "\n" in row.reason:
            failures.append(f"{kind}: is {row.state.value}: {row.reason}; not {state}: {words}")
    print("\n" + in_columns(table))
    return [{"cell": kind, "state": row.state.value, "reason": row.reason}
            for kind, row in rows.items()]  # fmt: skip


def read_seed(row: Row) -> str:
    return next(word.partition("=")[2] for word in row.words if word.startswith("run.seed="))


def no_more_memory(number: int) -> None:
    """From now on this process is given no byte more than it has."""
    size = int(Path(f"/proc/{number}/statm").read_text().split()[0]) * resource.getpagesize()
    resource.prlimit(number, resource.RLIMIT_AS, (size, size))


def cells_in_training(sweep: Sweep, number: int) -> Iterator[tuple[str, int]]:
    """What is to become of a cell and its process, of those that have taken a step."""
    with contextlib.suppress(OSError, ValueError):
        for row in sweep.ledger.rows():
            table = sweep.home / "runs" / row.run / "metrics.csv"
            if row.state is State.running and table.exists():
                if len(table.read_text().splitlines()) < 4:
                    continue
                for cell in cells_of(number):
                    if f"run.seed={read_seed(row)}" in words_of(cell):
                        yield HARM[int(read_seed(row)) - 1], cell


def cells_of(number: int) -> list[int]:
    """The processes that train cells of the sweep with this number, at any depth below it."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                stat = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = int(stat[1])
    found, seen = [], [number]
    for parent in seen:
        below = [child for child, its in parents.items() if its == parent]
        seen += below
        found += [child for child in below if "hydra.mode=RUN" in words_of(child)]
    return found


def words_of(number: int) -> list[str]:
    try:
        return Path(f"/proc/{number}/cmdline").read_text().split("\0")
    except OSError:
        return []


def outlived(numbers: list[int]) -> list[int]:
    until = time.monotonic() + GONE
    while alive := [number for number in numbers if words_of(number)]:
        if time.monotonic() > until:
            return alive
        time.sleep(0.1)
    return []
