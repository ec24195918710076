"""A process of what=overhead: some steps of training, as many by hand, and so on in turns.

`python -m storylm.benchmark.loops` takes the part of a contender. Both loops move the same model
with the same optimizer, so that they meet the same memory: where a process happens to lie in it
changes the time of a small step by a fifth.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from lightning.pytorch import Callback
from torch.optim import Optimizer
from torch.utils.data import DataLoader

from storylm.benchmark.overhead import LOOPS, Turn
from storylm.benchmark.race import answer_with
from storylm.config import TrainConfig, compose_tree, to_config
from storylm.data.loading import Windows, WindowSampler
from storylm.memory import steady_memory
from storylm.model.transformer import Transformer
from storylm.optim.schedule import lr_multiplier
from storylm.training.machine import lightning_precision
from storylm.training.run import train
from storylm.training.step import accumulate_gradients, clip_gradients, gradient_norm


class Enough(Exception):
    """All turns were taken; here they are."""


class Turns(Callback):
    """Lets training make `steps` steps, then makes as many by hand, `turns` times; then it raises
    Enough."""

    def __init__(self, steps: int, turns: int) -> None:
        self.steps, self.turns = steps, turns
        self.taken: list[Turn] = []
        self.began: dict[str, float] = {}

    def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, batch_idx: int) -> None:
        step = trainer.global_step
        if step % self.steps:
            return
        if step == 0:
            self.windows = batches(module.config, trainer.datamodule.windows)
        else:
            for logger in trainer.loggers:  # what they would write in the background, beside others
                logger.save()
            ours = self.since()
            optimizer = module.optimizers().optimizer
            self.began = clocks()
            for _ in by_hand(module, optimizer, self.windows, range(step, step + self.steps)):
                pass
            self.taken.append(dict(zip(LOOPS, (ours, self.since()))))
            if len(self.taken) == self.turns:
                raise Enough(self.taken)
        self.began = clocks()

    def since(self) -> dict[str, float]:
        return {
            clock: 1e3 * (now - self.began[clock]) / self.steps for clock, now in clocks().items()
        }


def clocks() -> dict[str, float]:
    """Seconds on the wall, and of this process on all cores."""
    return {"wall": time.perf_counter(), "cpu": time.process_time()}


def batches(config: TrainConfig, windows: Any) -> Iterator[Windows]:
    per_step = config.run.tokens_per_step // config.model.context_length
    sampler = WindowSampler(len(windows), per_step, config.run.seed)
    return iter(DataLoader(windows, sampler=sampler, batch_size=None))


def by_hand(
    module: Any, optimizer: Optimizer, windows: Iterator[Windows], steps: Iterable[int]
) -> Iterator[float]:
    """The losses of training's steps, each made when its loss is asked for: without Lightning,
    guards, loggers and progress. `module` is a PretrainModule."""
    config: TrainConfig = module.config
    model: Transformer = module.model
    device = module.device
    bf16 = "bf16" in lightning_precision(config.run.precision, config.trainer)
    learning = list(model.parameters())
    for step, batch in zip(steps, windows):
        batch = batch._replace(tokens_BT=batch.tokens_BT.to(device))
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            loss = accumulate_gradients(
                model,
                batch,
                config.run,
                end_of_story=module.end_of_story,
                step=step,
                hidden=module.hidden,
            )
            for group in optimizer.param_groups:
                progress = (step + 1) / config.schedule.steps
                multiplier = lr_multiplier(progress, config.schedule)
                group["lr"] = config.optim.learning_rate * group.get("lr_scale", 1.0) * multiplier
            clip_gradients(learning, gradient_norm(learning), config.optim.clip)
            said = float(loss)
            optimizer.step()
            optimizer.zero_grad()
        yield said


def take_turns(request: dict[str, Any]) -> dict[str, list[Turn]]:
    """Turns of both loops in a run with the request's dials."""
    turns = f"steps: {request['turn_steps']}, turns: {request['turns']}"
    callback = f"{{_target_: {Turns.__module__}.Turns, {turns}}}"
    words = [*request["dials"], f"+callbacks.turns={callback}"]
    steady_memory()
    try:
        train(to_config(compose_tree("train", words), words))
    except Enough as enough:
        return {"turns": enough.args[0]}
    raise RuntimeError(f"training ended before {request['turns']} turns")


if __name__ == "__main__":
    answer_with(take_turns)
