"""Our own training in a race of learning: what scripts/train.py runs, with a clock beside it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from storylm.benchmark.learn_curve import Clock
from storylm.benchmark.race import answer_with
from storylm.config import TrainConfig, from_plain, run_folder
from storylm.memory import steady_memory
from storylm.model.size import count_parameters
from storylm.training.callbacks import Callback
from storylm.training.run import train
from storylm.whole_files import write_whole


def train_ours(request: dict[str, Any]) -> dict[str, Any]:
    """Train a run as its `config` says, scored after the steps `points`."""
    config = from_plain(TrainConfig, request["config"])
    file = run_folder(config) / "clock.json"
    config.callbacks = {
        "pacer": {
            "_target_": "storylm.benchmark.learn_ours.Pacer",
            "points": request["points"],
            "file": str(file),
        }
    }
    train(config)
    found = json.loads(file.read_text())
    clock, steps, per_step = Clock(), config.schedule.steps, config.run.tokens_per_step
    clock.laps = found["laps"]
    return {
        "parameters": count_parameters(config.model),
        "precision": found["precision"],
        "tokens": steps * per_step,
        "seconds": clock.seconds()[-1],
        "step_seconds": clock.usual,
        "start_up_seconds": clock.start_up(),
        "curve": clock.curve(dict(found["bits"]), per_step),
    }


class Pacer(Callback):
    """Times every step, reading its windows included, and lets the run validate at steps of the
    race's choosing; neither that nor saving is training."""

    def __init__(self, points: list[int], file: str) -> None:
        self.points, self.file = set(points), Path(file)
        self.laps: list[float] = []
        self.bits: list[tuple[int, float]] = []
        self.mark: float | None = None

    def on_train_batch_start(self, trainer: Any, pl_module: Any, *args: Any) -> None:
        if self.mark is None:  # the module's own is from before this step's windows were read
            self.mark = pl_module.mark

    def on_train_batch_end(self, trainer: Any, pl_module: Any, *args: Any) -> None:
        # Ours is the first of the callbacks, and the module validates and saves after them all.
        now, step = time.perf_counter(), trainer.global_step
        self.laps.append(now - self.mark)
        looked = step in self.points
        pl_module.validate_every = 1 if looked else step + 1
        self.mark = None if looked else now

    def on_row(self, step: int, row: dict[str, float]) -> None:
        if "val/bits_per_byte" in row:
            self.bits.append((step, row["val/bits_per_byte"]))

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        found = {"laps": self.laps, "bits": self.bits, "precision": str(trainer.precision)}
        write_whole(self.file, json.dumps(found))


if __name__ == "__main__":
    steady_memory()  # as every script of ours does at its start
    answer_with(train_ours)
