"""How long a run is in optimizer steps, whatever its length was given in."""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import torch

from storylm.config import Finetune, TrainConfig, is_first_rank
from storylm.data.loading import Windows
from storylm.model.adapters import add_adapters
from storylm.model.size import flops_per_token
from storylm.model.transformer import Transformer
from storylm.optim.build import build_optimizer
from storylm.optim.schedule import count_steps
from storylm.training.machine import lightning_precision
from storylm.training.step import accumulate_gradients, clip_gradients, gradient_norm
from storylm.whole_files import read_sealed, write_sealed

WARM_UP, STEPS = 2, 5
"""Steps that are not timed, and that are."""
PATIENCE = 600.0
"""Seconds in which other ranks wait for the first one's measurement."""


def length_in_steps(
    config: TrainConfig, home: Path, *, train_tokens: int, measures: bool = True
) -> int:
    """Optimizer steps of the run in `home`. Minutes are turned into steps once, by measuring a few,
    and what was measured is kept in length.json, so that the run ends there on whatever it goes on.

    ValueError where that is missing and `measures` is false.
    """
    pace, file = 0.0, home / "length.json"
    if config.schedule.minutes is not None:
        if not (measures or file.is_file()):
            raise ValueError(f"{file} is missing, so nobody knows how long the run is")
        pace = kept_pace(config, file)
    return count_steps(
        config.schedule,
        train_tokens=train_tokens,
        tokens_per_step=config.run.tokens_per_step,
        flops_per_token=flops_per_token(config.model),
        seconds_per_step=pace,
    )


def kept_pace(config: TrainConfig, file: Path) -> float:
    """Seconds of a step, as measured when the run began."""
    if is_first_rank() and not file.is_file():
        write_sealed(file, {"seconds_per_step": seconds_per_step(config)})
    until = time.monotonic() + PATIENCE
    while not file.is_file():  # the first rank measures
        if time.monotonic() > until:
            raise TimeoutError(f"{file} does not appear: the first rank has not measured its steps")
        time.sleep(0.1)
    return float(read_sealed(file, "delete the run: its length is lost")["seconds_per_step"])


def seconds_per_step(config: TrainConfig) -> float:
    """The median of a few steps over random ids, as training makes them but for its loop."""
    on_cpu = config.trainer.get("accelerator") == "cpu"
    device = torch.device("cuda" if torch.cuda.is_available() and not on_cpu else "cpu")
    threads = torch.get_num_threads()
    if config.run.threads:
        torch.set_num_threads(config.run.threads)
    bf16 = "bf16" in lightning_precision(config.run.precision, config.trainer)
    with torch.random.fork_rng():
        model = Transformer(config.model)
        if config.finetune is Finetune.lora:
            add_adapters(model, config.lora)
    model.to(device)
    model.checkpoint_blocks = config.run.gradient_checkpointing
    hidden = torch.compile(model.hidden) if config.run.compile else model.hidden
    optimizer = build_optimizer(model, config.optim)
    length = config.model.context_length
    devices = int(os.environ.get("WORLD_SIZE", os.environ.get("SLURM_NTASKS", 1)))
    windows = max(1, config.run.tokens_per_step // length // devices)
    draws = torch.Generator().manual_seed(1)
    tokens_BT = torch.randint(config.model.vocab_size, (windows, length + 1), generator=draws)
    batch = Windows(tokens_BT.to(device), None)
    taken = []
    for step in range(WARM_UP + STEPS):
        began = time.perf_counter()
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            loss = accumulate_gradients(
                model, batch, config.run, end_of_story=0, step=step, hidden=hidden
            )
            clip_gradients(model, gradient_norm(model), config.optim.clip)
            optimizer.step()
            optimizer.zero_grad()
            float(loss)
        taken.append(time.perf_counter() - began)
    torch.set_num_threads(threads)
    return statistics.median(taken[WARM_UP:])
