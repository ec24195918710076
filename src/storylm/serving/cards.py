"""The runs as the page lists them, with what their folders say of them."""

from __future__ import annotations

import asyncio
import functools
import json
import math
from pathlib import Path
from typing import Any

from storylm.checkpoint import step_files, step_of
from storylm.config import DataKind, TrainConfig, read_config, read_result
from storylm.model.size import count_parameters
from storylm.serving.desk import Desk
from storylm.serving.orders import is_instructed


async def list_runs(desk: Desk) -> dict[str, Any]:
    """All runs that are served, with what their folders say of them."""
    loaded = desk.shelf.loaded
    homes = desk.shelf.homes()
    cards = await asyncio.to_thread(lambda: [describe(home) for home in homes.values()])
    runs = [
        {"name": name, "loaded": name in loaded, **card}
        for name, card in zip(homes, cards, strict=True)
        if card
    ]
    return {"runs": runs}


def describe(home: Path) -> dict[str, Any]:
    """What the page shows of a run; nothing of one that is damaged."""
    files = [home / "config.yaml", home / "result.json", home / "evaluation" / "fables.json"]
    state = tuple(file.stat().st_mtime_ns if file.is_file() else 0 for file in files)
    try:
        facts = read_facts(home, state)
    except (ValueError, OSError, KeyError, TypeError):
        return {}
    folder = home / "checkpoints"
    steps = {step_of(file) for file in [*step_files(folder), *step_files(folder, "weights")]}
    return {"checkpoints": sorted(step for step in steps if step >= 0), **facts}


@functools.lru_cache(maxsize=1_000)
def read_facts(home: Path, state: tuple[int, ...]) -> dict[str, Any]:
    """The same, read once for each state of the files."""
    config, result = read_config(home), read_result(home) or {}
    return {
        "best": result.get("best_step"),
        "world": config.data.kind is DataKind.fables,
        "instruct": is_instructed(config),
        "card": card(config, result) | {"grades": grades(home)},
    }


def card(config: TrainConfig, result: dict[str, Any]) -> dict[str, Any]:
    model, bits = config.model, result.get("val/bits_per_byte")
    return {
        "parameters": result.get("parameters") or count_parameters(model),
        "style": model.style,
        "n_layers": model.n_layers,
        "d_model": model.d_model,
        "n_heads": model.n_heads,
        "vocab_size": model.vocab_size,
        "context_length": model.context_length,
        "data": config.data.name,
        "tokens": result.get("tokens"),
        "bits_per_byte": bits if bits is not None and math.isfinite(bits) else None,
        "floor": result.get("floor_bits_per_byte"),
    }


def grades(home: Path) -> dict[str, Any]:
    """What an evaluation found, where there is one."""
    file = home / "evaluation" / "fables.json"
    if not file.is_file():
        return {}
    exam = json.loads(file.read_text(encoding="utf-8"))
    told = exam.get("told", {})
    found = {"forced_accuracy": exam.get("forced", {}).get("accuracy")}
    found |= {
        name: told.get(name) for name in ("share_kept", "breaks_per_1000", "instructions_kept")
    }
    return {name: value for name, value in found.items() if value is not None}
