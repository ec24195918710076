"""What each cell of a sweep will take: from its config, and from a few steps of each shape."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig

from storylm.command_line import in_columns
from storylm.config import TrainConfig, register
from storylm.config.composing import CONF
from storylm.model.size import count_parameters, flops_per_token, training_memory
from storylm.optim.schedule import count_steps
from storylm.sweeps.admission import HELD_BEFORE
from storylm.sweeps.cells import Cell, read_cells
from storylm.sweeps.watch import START_UP
from storylm.training.length import seconds_per_step


def tell_sizes(words: Sequence[str], *, measure: bool = True) -> str:
    """The table for a command line of train.py. ValueError where a cell's dials are refused."""
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cells = read_cells(sweep_config(words), words)
    if cells is None:
        raise ValueError("this sweeper chooses its cells as it goes; sizes.py needs a grid")
    refused = [cell for cell in cells if cell.config is None]
    if refused:
        raise ValueError(f"{' '.join(refused[0].varied)}: {refused[0].refusal}")
    paces: dict[str, float] = {}
    header = ["cell", "parameters", "tokens", "FLOPs", "memory", "time"]
    rows, total_flops, total_seconds = [], 0.0, 0.0
    for cell in cells:
        config = cell.config
        tokens = count_tokens(config)
        flops = tokens * flops_per_token(config.model)
        seconds = math.nan
        if measure:
            pace = paces.setdefault(shape_of(config), math.nan)
            if math.isnan(pace):
                pace = paces[shape_of(config)] = seconds_per_step(config)
            seconds = START_UP + pace * tokens / config.run.tokens_per_step
        total_flops, total_seconds = total_flops + flops, total_seconds + seconds
        rows.append([
            name_of(cell), f"{count_parameters(config.model):,}", f"{tokens:,.0f}",
            f"{flops:.1e}", f"{memory_of(config) / 2**30:.2f} GiB", said(seconds),
        ])  # fmt: skip
    rows.append([f"{len(cells)} cells", "", "", f"{total_flops:.1e}", "", said(total_seconds)])
    return in_columns([header, *rows])


def sweep_config(words: Sequence[str]) -> DictConfig:
    """What Hydra composes for a multirun: the words that sweep left out, its own dials in."""
    parser = OverridesParser.create()
    plain = [word for word in words if not parser.parse_override(word).is_sweep_override()]
    return compose("train", plain, return_hydra_config=True)


def name_of(cell: Cell) -> str:
    pairs = [word.partition("=") for word in cell.varied]
    words = [f"{dial.rpartition('.')[2]}={value}" for dial, _, value in pairs]
    return " ".join(words) or str(cell.config.run.name)


def count_tokens(config: TrainConfig) -> float:
    """Of training; nan where it is as long as its text or its time."""
    if config.schedule.passes is not None or config.schedule.minutes is not None:
        return math.nan
    per_step = config.run.tokens_per_step
    return per_step * count_steps(
        config.schedule, train_tokens=0, tokens_per_step=per_step,
        flops_per_token=flops_per_token(config.model),
    )  # fmt: skip


def memory_of(config: TrainConfig) -> int:
    """Bytes at most, by the formula."""
    windows = config.run.tokens_per_step // config.model.context_length
    size = min(config.run.micro_batch_size, windows)
    return HELD_BEFORE + training_memory(config.model, size, optimizer=config.optim.kind).total


def shape_of(config: TrainConfig) -> str:
    """What decides the time of a step."""
    run = config.run
    how = (
        run.precision,
        run.compile,
        run.threads,
        run.document_masking,
        run.gradient_checkpointing,
    )
    return repr((config.model, config.optim.kind, run.tokens_per_step, run.micro_batch_size, how))


def said(seconds: float) -> str:
    if math.isnan(seconds):
        return "–"
    minutes = seconds / 60
    return f"{minutes:.1f} min" if minutes < 60 else f"{minutes / 60:.1f} h"
