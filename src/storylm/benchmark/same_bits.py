"""Whether two finished runs of one config are the same to the last bit."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from storylm.checkpoint import read_checkpoint, step_files
from storylm.config import TrainConfig, read_result, run_folder
from storylm.training.tracking import read_metrics

TIMES = ("speed/", "memory/")
"""Metrics that measure this machine and not the run."""


def differences(whole: TrainConfig, killed: TrainConfig) -> list[str]:
    """Where two finished runs of one config differ by a bit: weights, optimizer, average, best so
    far, every number that was logged, every story that was told."""
    one, two = (ending(config) for config in (whole, killed))
    return list(compare(one, two, ""))


def ending(config: TrainConfig) -> dict[str, Any]:
    """All that a finished run leaves, without what measures the machine."""
    home = run_folder(config)
    stored = read_checkpoint(step_files(home / "checkpoints")[-1])
    parts = ("global_step", "state_dict", "optimizer_states", "average", "progress", "contract",
             "callbacks")  # fmt: skip
    result = read_result(home) or {}
    return {
        "checkpoint": {part: stored.get(part) for part in parts},
        "checkpoints": sorted(file.name for file in (home / "checkpoints").iterdir()),
        "metrics.csv": [without_times(row) for row in read_metrics(home / "metrics.csv")],
        "samples.md": (home / "samples.md").read_text(encoding="utf-8"),
        "result.json": {
            name: value
            for name, value in result.items()
            if name not in ("seconds", "tokens_per_second")
        },
        "Trackio": trackio_rows(config),
    }


def without_times(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith(TIMES)}


def trackio_rows(config: TrainConfig) -> list[list[Any]]:
    """(step, what Trackio holds of it) in the order of writing; empty where it does not log."""
    found = []
    for file in sorted((Path(config.run.folder) / "_trackio").glob("*.db")):
        with contextlib.closing(sqlite3.connect(file, timeout=30)) as database:
            rows = database.execute("SELECT step, metrics FROM metrics ORDER BY step, id")
            found += [[step, without_times(json.loads(row))] for step, row in rows]
    return found


def compare(one: Any, two: Any, where: str) -> Iterator[str]:
    """The places at which two trees of plain data and tensors differ by a bit."""
    if isinstance(one, dict) and isinstance(two, dict):
        for name in sorted(one.keys() | two.keys(), key=str):
            if name not in one or name not in two:
                yield f"{where}/{name} is only in the {'killed' if name in two else 'whole'} run"
            else:
                yield from compare(one[name], two[name], f"{where}/{name}")
    elif isinstance(one, (list, tuple)) and isinstance(two, (list, tuple)):
        if len(one) != len(two):
            yield f"{where} has {len(one)} entries, and {len(two)} in the killed run"
        for i, (a, b) in enumerate(zip(one, two)):
            yield from compare(a, b, f"{where}/{i}")
    elif isinstance(one, torch.Tensor) and isinstance(two, torch.Tensor):
        same = one.dtype == two.dtype and one.shape == two.shape
        if not same or one.numpy().tobytes() != two.numpy().tobytes():
            yield f"{where} has other bits"
    elif repr(one) != repr(two):  # nan equals nan, and 0.0 is not -0.0
        yield f"{where} is {str(one)[:60]!r}, and {str(two)[:60]!r} in the killed run"
