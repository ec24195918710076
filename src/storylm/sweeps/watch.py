"""What stands around a sweep: its ledger is made before, its progress shown, its table printed."""

from __future__ import annotations

import atexit
import contextlib
import math
import os
import statistics
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from storylm.command_line import in_columns, in_one_line
from storylm.config import TrainConfig, fingerprint, finished_result
from storylm.ledger import Ledger, Row, State, cell_key
from storylm.model.size import flops_per_token
from storylm.processes import SCRIPT, SWEEP
from storylm.sweeps.cells import Cell, cells_at_once, ledger_of, read_cells, sweep_name

OVER = (State.done, State.stopped)
"""States in which there is nothing left to do."""
REFUSED = "refused_"
"""What the keys of cells begin with whose dials are refused."""
EVERY = 30.0
"""Seconds between lines of progress where there is no terminal."""
START_UP = 8.0
"""Seconds of a cell in which it does not train: what it imports, its first validation."""


class WatchSweep(Callback):
    """Hydra calls it where a multirun begins and where it ends."""

    def __getstate__(self) -> dict[str, Any]:
        """Launchers send their callbacks to their workers; none of them needs what is here."""
        return {}

    def on_multirun_start(self, config: DictConfig, **kwargs: Any) -> None:
        or_leave(self.begin, config)

    def on_multirun_end(self, config: DictConfig, **kwargs: Any) -> None:
        or_leave(self.end, config)

    def begin(self, config: DictConfig) -> None:
        """A row for each cell; what is refused is failed before the first cell trains."""
        self.name = sweep_name(config)
        os.environ[SWEEP] = f"{os.getpid()}:{self.name}"
        os.environ[SCRIPT] = os.path.abspath(sys.argv[0])
        self.ledger = ledger_of(config, self.name)
        for file in (self.ledger.folder / "cells").glob(f"{REFUSED}*.json"):
            file.unlink()
        self.before = {row.key: row.attempts for row in self.ledger.rows()}
        self.cells = read_cells(config, list(config.hydra.overrides.task))
        self.rows = [self.enter(cell) for cell in self.cells or []]
        refuse_twins(self.rows)
        for row in self.rows:
            self.ledger.write(row)
        at_once = cells_at_once(config.hydra.launcher)
        print(opening(self.name, self.rows, at_once), flush=True)
        sizes = {cell_key(c.config): flops(c.config) for c in self.cells or [] if c.config}
        self.progress = Progress(self.ledger, [row.key for row in self.rows], sizes, at_once)
        self.progress.start()
        atexit.register(self.progress.over.set)

    def end(self, config: DictConfig) -> None:
        """The table of all cells; leaves with status 1 where one has failed."""
        self.progress.end()
        keys = [row.key for row in self.rows]
        rows = [row for row in self.ledger.rows() if row.key in keys or self.cells is None]
        print("\n" + closing(rows, self.ledger, self.before))
        if any(row.state not in OVER for row in rows):
            sys.exit(1)

    def enter(self, cell: Cell) -> Row:
        """A cell's row as the sweep begins: done where its run is, else to be done."""
        if cell.config is None:
            key = REFUSED + fingerprint(cell.words)[:12]
            return Row(key, " ".join(cell.varied), cell.varied, State.failed, cell.refusal)
        key = cell_key(cell.config)
        row = self.ledger.read(key) or Row(key, str(cell.config.run.name), cell.varied)
        row.run, row.words = str(cell.config.run.name), cell.varied
        if row.state is State.stopped and cell.config.sweep.stop_hopeless:
            return row
        if row.state is not State.done or not finished_result(cell.config):
            row.state, row.reason = State.waiting, ""
        return row


def or_leave(work: Callable[[DictConfig], None], config: DictConfig) -> None:
    """Hydra only warns of what goes wrong in a callback, and goes on; this ends the sweep. Scripts
    that share train.py's tree have no cells of ours."""
    if config.hydra.job.config_name != "train":
        return
    try:
        in_one_line(work)(config)
    except Exception:
        traceback.print_exc()
        sys.exit(1)


def refuse_twins(rows: Sequence[Row]) -> None:
    """Two cells in one folder would overwrite each other."""
    names: dict[str, Row] = {}
    for row in rows:
        other = names.setdefault(row.run, row)
        if other.key != row.key:
            print(
                f"{os.path.basename(sys.argv[0])}: {' '.join(other.words)} and "
                f"{' '.join(row.words)} would both be the run {row.run}; leave run.name out",
                file=sys.stderr,
            )
            sys.exit(1)


def opening(name: str, rows: Sequence[Row], at_once: int) -> str:
    done = sum(row.state in OVER for row in rows)
    words = f"sweep {name}: {len(rows)} cells" if rows else f"sweep {name}"
    words += f", {done} of them done already" if done else ""
    return words + (f", {at_once} at a time" if at_once > 1 else "")


def flops(config: TrainConfig) -> float:
    """Of its training, as far as the config alone says; nan where text or time say it."""
    schedule, run = config.schedule, config.run
    if schedule.flops:
        return schedule.flops
    tokens = schedule.tokens or (schedule.steps or math.nan) * run.tokens_per_step
    return tokens * flops_per_token(config.model)


class Progress(threading.Thread):
    """Says how far the sweep is, from the ledger alone, so that it does not matter who trains."""

    def __init__(
        self, ledger: Ledger, keys: Sequence[str], sizes: dict[str, float], at_once: int
    ) -> None:
        super().__init__(daemon=True)
        self.ledger, self.keys, self.sizes, self.at_once = ledger, keys, sizes, at_once
        self.began, self.said, self.last = time.monotonic(), 0.0, ""
        self.first_done: set[str] | None = None
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(1.0):
            with contextlib.suppress(OSError, ValueError):  # a damaged row is said at the end
                self.look()

    def end(self) -> None:
        self.over.set()
        self.join()
        if self.last and sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def look(self) -> None:
        rows = [row for row in self.ledger.rows() if not self.keys or row.key in self.keys]
        line = self.line(rows)
        if sys.stderr.isatty():
            print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)
        elif line.split(" · ")[0] != self.last.split(" · ")[0] or self.is_due():
            self.said = time.monotonic()
            print(line, flush=True)
        self.last = line

    def is_due(self) -> bool:
        return time.monotonic() - self.said > EVERY

    def line(self, rows: Sequence[Row]) -> str:
        """`3 of 32 done · running swift_s_… step 120 · about 0:42:10 left`."""
        done = [row for row in rows if row.state is State.done]
        failed = sum(row.state is State.failed for row in rows)
        running = [row for row in rows if row.state is State.running]
        words = [f"{len(done)} of {len(rows)} done" + (f", {failed} failed" if failed else "")]
        if stopped := sum(row.state is State.stopped for row in rows):
            words[0] += f", {stopped} stopped"
        words += [f"{row.run} {self.reached(row)}".rstrip() for row in running]
        if left := self.time_left(rows):
            words.append(f"about {left} left")
        return " · ".join(words)

    def reached(self, row: Row) -> str:
        """The last step in its table of metrics."""
        file = self.ledger.folder.parent.parent / row.run / "metrics.csv"
        try:
            with file.open("rb") as table:
                table.seek(max(0, table.seek(0, os.SEEK_END) - 1_000))
                lines = table.read().decode("utf-8", "replace").split("\n")[:-1]
            return f"at step {int(lines[-1].split(',')[0])}"
        except (OSError, ValueError, IndexError):
            return ""

    def time_left(self, rows: Sequence[Row]) -> str:
        """By what the cells that are done took for their FLOPs; empty before anything is done."""
        found = [
            (self.sizes[row.key], row.wall_seconds)
            for row in rows
            if row.state is State.done and row.wall_seconds and self.sizes.get(row.key)
        ]
        open_ = [row for row in rows if row.state in (State.waiting, State.running)]
        sizes = [self.sizes.get(row.key, math.nan) for row in open_]
        seconds = sum(fit_seconds(found, size) for size in sizes) if found else math.nan
        if not math.isfinite(seconds) or seconds == 0:
            return ""
        minutes = round(seconds / self.at_once / 60)
        return f"{minutes // 60}:{minutes % 60:02d} h" if minutes >= 60 else f"{minutes} min"


def fit_seconds(found: Sequence[tuple[float, float]], size: float) -> float:
    """What a cell of so many FLOPs takes, from the (FLOPs, seconds) of others: a part for each
    FLOP, and a part that every cell takes, since small models multiply slowly. nan where those say
    nothing of so large a cell."""
    sizes = {flops for flops, _ in found}
    if len(sizes) < 3:
        seconds = statistics.fmean(max(0.0, wall - START_UP) / flops for flops, wall in found)
        return START_UP + size * seconds if size <= 2 * max(sizes) else math.nan
    slope, start = statistics.linear_regression(*zip(*found))
    mean = statistics.fmean(seconds for _, seconds in found)
    return max(START_UP, start + slope * size) if slope > 0 else mean


def closing(rows: Sequence[Row], ledger: Ledger, before: dict[str, int]) -> str:
    """The table of all cells, and what remains to be done; writes ledger.csv. `before` holds the
    attempts of each cell before this sweep."""
    lines = [["run", "parameters", "tokens", "bits per byte", "state"]]
    for row in rows:
        found = row.figures
        numbers = [f"{found[name]:,}" if name in found else "" for name in ("parameters", "tokens")]
        bits = "" if row.bits is None else f"{row.bits:.4f}"
        state = row.state.value + (f": {row.reason}" if row.reason else "")
        lines.append([row.run, *numbers, bits, state])
    words = [in_columns(lines), ""]
    failed = sum(row.state not in OVER for row in rows)
    if failed:
        words.append(f"{failed} of {len(rows)} cells failed; repeat the command to try those again")
    elif rows and all(row.attempts == before.get(row.key) for row in rows):
        words.append(f"all {len(rows)} cells were done already")
    with contextlib.suppress(OSError):
        words.append(str(ledger.save_table(list(rows))))
    return "\n".join(words)
