"""One cell: found done, or trained in a process of its own, and written down whatever happens."""

from __future__ import annotations

import math
import os
import re
import sys
import time
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from storylm.command_line import one_line, overrides
from storylm.config import TextSources, TrainConfig, finished_result, to_config
from storylm.ledger import Ledger, Row, State, cell_key
from storylm.processes import (
    OUT_OF_MEMORY,
    PARENT,
    SCRIPT,
    SWEEP,
    End,
    die_with_parent,
    run_to_its_end,
)
from storylm.sweeps.admission import admitted
from storylm.sweeps.cells import cells_at_once, ledger_of, settle_origin
from storylm.sweeps.hopeless import hopeless, read_bits

LESS = 4
"""By what a micro-batch is divided after the memory was full."""
LOOK_EVERY = 2.0
"""Seconds between looks at a cell that may be hopeless."""
LAST_WORDS = 4_096
"""Bytes at the end of a log in which the reason is looked for."""


def run_cell(cfg: DictConfig, sources_now: TextSources | None = None) -> float:
    """Hydra's task in a sweep: val/bits_per_byte, or nan where the cell failed. Never raises but
    for what ends the whole sweep (Ctrl-C, SIGTERM).

    A cell that is done fails all the same where `sources_now` gives another text than it was
    trained on.
    """
    die_with_sweep()
    name = os.environ.get(SWEEP, ":").partition(":")[2] or cfg.sweep.name
    if not name:
        raise ValueError("a cell of no sweep: give sweep.name=<name>")
    ledger, words = ledger_of(cfg, name), overrides()
    try:
        settle_origin(cfg, words)
        config = to_config(cfg, words)
    except (ValueError, OSError, HydraException, OmegaConfBaseException):
        return math.nan  # refused, as the ledger says since the sweep began
    key = cell_key(config)
    row = Row(key, str(config.run.name), list(words))
    try:
        row = ledger.read(key) or row
        if result := finished_result(config, sources_now):
            ledger.take_over(row, result)
            return result["val/bits_per_byte"]
        if row.state is State.stopped and config.sweep.stop_hopeless:
            return min(read_bits(Path(config.run.folder) / row.run).values(), default=math.nan)
        at_once = cells_at_once(HydraConfig.get().launcher)
        return train_cell(config, row, ledger, [*words, f"sweep.name={name}"], at_once)
    except (ValueError, OSError) as error:
        return fail(row, ledger, one_line(error))


def train_cell(
    config: TrainConfig, row: Row, ledger: Ledger, words: list[str], at_once: int
) -> float:
    """Train it, once more with a smaller micro-batch where the memory was full."""
    row.log = f"logs/{row.run}.log"
    log = ledger.folder / row.log
    command = [sys.executable, os.environ.get(SCRIPT, sys.argv[0]), *words, "hydra.mode=RUN"]
    judge = Judge(config, row, ledger)
    while True:
        extra, size = [], row.micro_batch_size
        if size:
            extra.append(f"run.micro_batch_size={size}")
        with admitted(config, ledger, at_once, micro_batch_size=size) as place:
            row.state, row.reason, row.attempts = State.running, "", row.attempts + 1
            ledger.write(row)
            began_at = log.stat().st_size if log.exists() else 0
            end = run_to_its_end(
                [*command, *extra, *place.words],
                log=log,
                seconds=60 * config.sweep.minutes or math.inf,
                environment=place.environment,
                enough=judge,
            )
        row.peak_bytes, row.wall_seconds = end.peak_bytes, round(end.seconds, 1)
        result = finished_result(config) if end.status == 0 else None
        if result:
            row.reason = f"micro-batches of {size}: the memory was full" if size else ""
            ledger.take_over(row, result)
            return result["val/bits_per_byte"]
        if judge.verdict:
            row.state, row.reason = State.stopped, judge.verdict
            ledger.write(row)
            return judge.bits
        if end.late:
            words = f"still running after {config.sweep.minutes:g} minutes; raise sweep.minutes"
            return fail(row, ledger, f"{words}: the repeated sweep goes on with it")
        most = config.run.micro_batch_size
        if not memory_was_full(end) or size or most == 1:
            return fail(row, ledger, last_words(log, end, began_at))
        windows = config.run.tokens_per_step // config.model.context_length
        row.micro_batch_size = max(1, min(most, windows) // LESS)


class Judge:
    """Looks now and then whether a cell is hopeless beside those that are done."""

    def __init__(self, config: TrainConfig, row: Row, ledger: Ledger) -> None:
        self.wanted, self.row, self.ledger = config.sweep.stop_hopeless, row, ledger
        self.runs = Path(config.run.folder)
        self.looked, self.verdict, self.bits = time.monotonic(), "", math.nan

    def __call__(self) -> bool:
        if not self.wanted or time.monotonic() - self.looked < LOOK_EVERY:
            return False
        self.looked = time.monotonic()
        done = [row.run for row in self.ledger.rows() if row.state is State.done]
        home = self.runs / self.row.run
        self.verdict = hopeless(home, [self.runs / run for run in done])
        if self.verdict:
            self.bits = min(read_bits(home).values())
        return bool(self.verdict)


def memory_was_full(end: End) -> bool:
    """It said so, or the system has killed it, which it does to whoever takes all memory."""
    return end.status in (OUT_OF_MEMORY, -9)


def fail(row: Row, ledger: Ledger, reason: str) -> float:
    row.state, row.reason = State.failed, reason
    try:
        ledger.write(row)
    except OSError as error:  # a full disk, say: the others go on all the same
        print(f"{row.run}: {reason}; and {one_line(error)}", file=sys.stderr, flush=True)
    return math.nan


def last_words(log: Path, end: End, began_at: int) -> str:
    """Why a process failed: the line with which it left, or how it was ended. Its own words begin
    at that byte of the log."""
    if end.status < 0:
        by = "the system, as it does where memory runs out" if end.status == -9 else "a signal"
        return f"ended by {by} (signal {-end.status})"
    with log.open("rb") as file:
        file.seek(max(began_at, file.seek(0, os.SEEK_END) - LAST_WORDS))
        lines = file.read().decode("utf-8", "replace").splitlines()
    said = [line.strip() for line in lines if line.strip()]
    script = re.compile(r"^\w+\.py: ")
    line = next((line for line in reversed(said) if script.match(line)), said[-1] if said else "")
    return script.sub("", line)[:400] or f"exit status {end.status}"


def die_with_sweep() -> None:
    """A launcher's worker on this machine ends with the sweep that started it."""
    parent = os.environ.get(SWEEP, "").partition(":")[0]
    if parent and int(parent) == os.getppid():
        os.environ[PARENT] = parent
        die_with_parent()
