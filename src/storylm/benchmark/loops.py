"""The two loops that what=overhead compares; each makes a turn's steps, then stops itself.

`python -m storylm.benchmark.loops <file descriptor>` reads a request and writes a turn's seconds to
the file descriptor; SIGCONT is the next turn.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any

import torch
from lightning.pytorch import Callback
from torch import nn
from torch.utils.data import DataLoader

from storylm.config import TrainConfig, compose_tree, to_config
from storylm.memory import give_back, steady_memory


class Turns(Callback):
    """Reads the clock every so many steps; the time in which the process stands still is no
    part of a turn. Training takes it for one of its callbacks."""

    def __init__(self, steps: int, descriptor: int) -> None:
        self.steps, self.descriptor = steps, descriptor
        self.began: tuple[float, float] | None = None

    def on_train_batch_start(self, trainer: Any, module: Any, batch: Any, batch_idx: int) -> None:
        self.before_step(trainer.global_step)

    def before_step(self, step: int) -> None:
        if step % self.steps:
            return
        wall, cpu = (now - then for now, then in zip(clocks(), self.began or clocks()))
        os.write(self.descriptor, f'{{"wall": {wall}, "cpu": {cpu}}}\n'.encode())
        os.kill(os.getpid(), signal.SIGSTOP)
        self.began = clocks()


def clocks() -> tuple[float, float]:
    """Seconds on the wall, and of this process on all cores."""
    return time.perf_counter(), time.process_time()


def main() -> None:
    steady_memory()
    request = json.loads(sys.stdin.read())
    steps, descriptor = request["turn_steps"], int(sys.argv[1])
    words = request["dials"]
    if request["loop"] == "storylm":
        from storylm.training.run import train

        here = (
            f"{{_target_: storylm.benchmark.loops.Turns, steps: {steps}, descriptor: {descriptor}}}"
        )
        words = [*words, f"+callbacks.turns={here}"]
        train(to_config(compose_tree("train", words), words))
        return
    train_bare(to_config(compose_tree("train", words), words), Turns(steps, descriptor))


def train_bare(config: TrainConfig, turns: Turns) -> nn.Module:
    """The same steps without Lightning, guards, loggers and progress; the loss is read at each."""
    from storylm.data.loading import TokenWindows, WindowSampler
    from storylm.data.prepare import prepare_data, prepare_tokenizer
    from storylm.model.transformer import Transformer
    from storylm.optim.build import build_optimizer
    from storylm.optim.schedule import lr_multiplier
    from storylm.training.run import lightning_precision
    from storylm.training.step import (
        accumulate_gradients,
        clip_gradients,
        gradient_norm,
        without_probe,
    )

    torch.set_num_threads(config.run.threads)
    tokenizer = prepare_tokenizer(config.tokenizer, config.data)
    shards, _ = prepare_data(config.data, tokenizer)
    torch.manual_seed(config.run.seed)
    run, optim, device = config.run, config.optim, torch.device("cpu")
    bf16 = "bf16" in lightning_precision(run.precision, config.trainer)
    if config.trainer.get("accelerator") != "cpu" and torch.cuda.is_available():
        device = torch.device("cuda")
    model = Transformer(config.model).to(device)
    hidden = torch.compile(model.hidden) if run.compile else model.hidden
    optimizer = without_probe(build_optimizer(model, optim), device)
    learning = list(model.parameters())
    windows = TokenWindows(shards, config.model.context_length)
    per_step = run.tokens_per_step // config.model.context_length
    batches = DataLoader(
        windows, sampler=WindowSampler(len(windows), per_step, run.seed), batch_size=None
    )
    give_back()
    for step, batch in zip(range(config.schedule.steps), batches):
        turns.before_step(step)
        batch = batch._replace(tokens_BT=batch.tokens_BT.to(device))
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            loss = accumulate_gradients(
                model,
                batch,
                run,
                end_of_story=tokenizer.end_of_story,
                step=step,
                hidden=hidden,
            )
            for group in optimizer.param_groups:
                progress = (step + 1) / config.schedule.steps
                group["lr"] = optim.learning_rate * lr_multiplier(progress, config.schedule)
            clip_gradients(learning, gradient_norm(learning), optim.clip)
            float(loss)
            optimizer.step()
            optimizer.zero_grad()
    return model


if __name__ == "__main__":
    main()
