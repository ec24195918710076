"""Tiny runs, composed as the command line composes them and trained in forked processes.

A fork needs no new imports, so that hundreds of processes can be started and killed in minutes.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storylm.config import TrainConfig, compose_tree, to_config
from storylm.origin import needs_import, take_over

TINY = (
    "tokenizer=bytes",
    "data.train_stories=40",
    "data.valid_stories=4",
    "data.workers=1",
    "size=xs",
    "model.context_length=64",
    "model.n_layers=1",
    "model.d_model=32",
    "model.head_dim=16",
    "run.tokens_per_step=512",
    "run.micro_batch_size=2",
    "run.log_every=2",
    "run.sample_tokens=8",
    "run.precision=fp32",
    "optim.learning_rate=0.02",
    "preflight=off",
    "trainer=cpu",
    "logger=csv",
)
"""A step takes four micro-batches and a few milliseconds."""
OF_THE_MODEL = ("tokenizer", "size", "model")
"""Groups that a run with `init_from` takes from its origin."""


def tiny_config(home: Path | str, *dials: str, threads: int = 1) -> TrainConfig:
    """A tiny run whose folders all lie under `home`."""
    own_model = not any(dial.startswith("init_from=") for dial in dials)
    given = {dial.partition("=")[0] for dial in dials}
    words = [
        dial
        for dial in TINY
        if dial.partition("=")[0] not in given and (own_model or not dial.startswith(OF_THE_MODEL))
    ]
    words += [
        f"run.folder={home}/runs",
        f"data.folder={home}/data",
        f"tokenizer.folder={home}/tokenizers",
    ]
    words += [f"run.threads={threads}", *dials]
    cfg = compose_tree("train", words)
    if not own_model:
        needs_import(cfg)
        take_over(cfg, words)
    return to_config(cfg, words)


class Child:
    """A forked process that does some work, its words in a file."""

    def __init__(self, log: Path, work: Callable[[], Any]) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)

        def into_file() -> None:
            with log.open("ab") as file:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
            # A test runner has replaced these; it is to hear nothing of a child.
            with (
                open(1, "w", closefd=False) as sys.stdout,
                open(2, "w", closefd=False) as sys.stderr,
            ):
                work()

        self.log = log
        self.process = multiprocessing.get_context("fork").Process(target=into_file)
        self.process.start()

    def wait(self, seconds: float) -> int | None:
        """Its exit status, negative for the signal that ended it; None if it still runs."""
        self.process.join(seconds)
        return self.process.exitcode

    def kill(self) -> int:
        """SIGKILL; the exit status tells whether it was in time."""
        self.process.kill()
        self.process.join()
        return self.process.exitcode

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it said nothing"


def run_to_end(log: Path, work: Callable[[], Any], *, seconds: float = 120.0) -> None:
    """Do some work in a child. Raises ChildProcessError where it fails or hangs."""
    child = Child(log, work)
    status = child.wait(seconds)
    if status is None:
        child.kill()
        raise ChildProcessError(f"{log}: still running after {seconds:.0f} s")
    if status != 0:
        raise ChildProcessError(f"{log}: exit status {status}: {child.last_words()}")
