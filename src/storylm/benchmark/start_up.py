"""How long people wait: from the start of a command to its first word, or to its first step."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from storylm.benchmark.race import last_line
from storylm.config import BenchmarkConfig
from storylm.config.composing import CONF

SCRIPTS = CONF.parent / "scripts"
GOALS = {
    "generate.py to its first token": 5.0,
    "train.py to its first step": 13.0,
    "train.py to its first step, preflight=off": 11.0,
}
"""In seconds; training on data that are prepared, without compilation."""
DIALS = ("data.train_stories=4000", "run.log_every=1")
"""The main job with less text, and a row of metrics for its first step."""
PROMPT = "Once upon a time"
PATIENCE = 300.0
"""Seconds after which a command is given up."""


def time_start_up(
    config: BenchmarkConfig, scratch: Path, dials: tuple[str, ...] = DIALS
) -> dict[str, list[float]]:
    """Seconds of each start, once a round. ChildProcessError where a command ends before that."""
    words = [*dials, f"run.threads={config.run_threads}"]
    words += [f"run.folder={scratch}/runs", f"data.folder={scratch}/data"]
    words += [f"tokenizer.folder={scratch}/tokenizers"]
    told = ["run.name=told", "schedule.steps=20", "run.validate_stories=20", "preflight=off"]
    with started("train.py", scratch, *words, *told) as child:  # it prepares the data, too
        child.communicate(timeout=PATIENCE)
        if child.returncode:
            raise failed(child, scratch)
    taken: dict[str, list[float]] = {name: [] for name in GOALS}
    word, step, bare_step = taken.values()
    for i in range(config.rounds):
        word.append(first_token(scratch))
        for seconds, preflight in ((step, "on"), (bare_step, "off")):
            name = f"{preflight}-{i}"
            here = [*words, f"run.name={name}", f"preflight={preflight}"]
            seconds.append(first_step(scratch, name, here))
    return taken


def first_token(scratch: Path) -> float:
    """Until more than the prompt stands on the screen."""
    began, said = time.perf_counter(), ""
    words = [f"run={scratch}/runs/told", f"prompt={PROMPT}", "max_tokens=20"]
    with started("generate.py", scratch, *words) as child:
        while len(said) <= len(PROMPT):
            if not (more := child.stdout.read(1)):
                raise failed(child, scratch)
            said += more
        return time.perf_counter() - began


def first_step(scratch: Path, name: str, words: list[str]) -> float:
    """Until the row of the first step stands in metrics.csv."""
    began, metrics = time.perf_counter(), scratch / "runs" / name / "metrics.csv"
    with started("train.py", scratch, *words) as child:
        while not made_a_step(metrics):
            if child.poll() is not None or time.perf_counter() - began > PATIENCE:
                raise failed(child, scratch)
            time.sleep(0.01)
        return time.perf_counter() - began


def made_a_step(metrics: Path) -> bool:
    with contextlib.suppress(OSError):
        return any(line.startswith("1,") for line in metrics.read_text().splitlines())
    return False


def failed(child: subprocess.Popen[str], scratch: Path) -> ChildProcessError:
    """A command's last words."""
    words = last_line((scratch / "start-up.log").read_text(errors="replace"))
    return ChildProcessError(words or f"{child.args[1]} ended, or took over {PATIENCE:.0f} s")


@contextlib.contextmanager
def started(script: str, scratch: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A script of ours as people start it; what is left of it ends with the block."""
    with (scratch / "start-up.log").open("w") as log:
        child = subprocess.Popen(
            [sys.executable, str(SCRIPTS / script), *words],
            stdout=subprocess.PIPE if script == "generate.py" else log,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        try:
            yield child
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            if child.stdout:
                child.stdout.close()
