"""A training process that says in shared memory what it is doing, so that kills can be aimed.

The code that trains is the one that always does; only in the victim's process there are wrappers
around it that speak.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from multiprocessing.sharedctypes import RawArray, RawValue
from pathlib import Path
from typing import Any

import torch

from storylm.config import TrainConfig
from storylm.training import module as training_module
from storylm.training.callbacks import TellSamples
from storylm.training.module import PretrainModule
from storylm.training.run import train
from storylm.training.saving import WholeFileIO

PHASES = (
    "start-up", "between steps", "accumulated step", "validation", "sampling", "save"
)  # fmt: skip


class Watch:
    """Shared memory in which a victim says what it is doing; it outlives the victim."""

    def __init__(self) -> None:
        self.now = RawValue("i", 0)
        self.entries = RawArray("q", len(PHASES))
        self.seconds = RawArray("d", len(PHASES))
        self.began = time.perf_counter()

    def enter(self, phase: str) -> int:
        """Say that a phase has begun; returns the one before, for `enter_again`."""
        before = self.now.value
        i = PHASES.index(phase)
        self.entries[i] += 1
        self.turn(i)
        return before

    def turn(self, i: int) -> None:
        now = time.perf_counter()
        self.seconds[self.now.value] += now - self.began
        self.began, self.now.value = now, i

    @contextlib.contextmanager
    def during(self, phase: str) -> Iterator[None]:
        before = self.enter(phase)
        try:
            yield
        finally:
            self.turn(before)


def victim(config: TrainConfig, watch: Watch) -> None:
    """Train in this process, which is a child's, and say at every turn what is being done."""
    watch.began = time.perf_counter()
    # Trackio reads it when it is imported; a folder of someone else's is no scratch.
    os.environ["TRACKIO_DIR"] = str(Path(config.run.folder).resolve() / "_trackio")

    def say(owner: Any, name: str, phase: str) -> None:
        inner = getattr(owner, name)

        def spoken(*arguments: Any, **more: Any) -> Any:
            with watch.during(phase):
                return inner(*arguments, **more)

        setattr(owner, name, spoken)

    say(WholeFileIO, "save_checkpoint", "save")
    say(PretrainModule, "validate", "validation")
    say(TellSamples, "on_validation_end", "sampling")
    begin = PretrainModule.on_train_start

    def on_train_start(self: PretrainModule) -> None:
        watch.enter("between steps")
        begin(self)

    PretrainModule.on_train_start = on_train_start
    accumulate = training_module.accumulate_gradients

    def accumulate_gradients(*arguments: Any, backward: Callable[..., Any], **more: Any) -> Any:
        before = watch.now.value
        first = True

        def spoken(loss: torch.Tensor) -> None:
            nonlocal first
            backward(loss)
            if first:  # from here on a kill falls between the micro-batches of a step
                watch.enter("accumulated step")
                first = False

        try:
            return accumulate(*arguments, backward=spoken, **more)
        finally:
            watch.turn(before)

    training_module.accumulate_gradients = accumulate_gradients
    train(config)
    watch.turn(watch.now.value)
