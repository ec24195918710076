"""What makes a run the same run, its name and its folder."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from storylm.config.plain import default_of, fingerprint, to_plain
from storylm.config.run import TrainConfig


def identity(config: Any) -> dict[str, Any]:
    """The dials that can change a number and differ from their defaults, by dotted path.

    Defaults are left out so that a dial added later leaves the identity of older runs as it was.
    """
    found: dict[str, Any] = {}

    def walk(node: Any, default: Any, path: str) -> None:
        for f in dataclasses.fields(node):
            if f.metadata.get("free"):
                continue
            value, usual = getattr(node, f.name), getattr(default, f.name)
            if dataclasses.is_dataclass(value):
                walk(value, usual, f"{path}{f.name}.")
            elif value != usual:
                found[path + f.name] = to_plain(value)

    walk(config, default_of(type(config)), "")
    if getattr(config, "init_from", ""):
        found.pop("tokenizer.source", None)  # a path to what init_from names already
    # A callback of the user's may stop a run or change it; ours only watch.
    if extra := {k: v for k, v in getattr(config, "callbacks", {}).items() if k not in WATCHERS}:
        found["callbacks"] = to_plain(extra)
    return found


WATCHERS = ("progress", "samples")


def differing_dials(here: dict[str, Any], there: dict[str, Any], place: str = "there") -> list[str]:
    """The dials in which two identities differ, each with both values."""
    return [
        f"{dial}={here.get(dial, 'default')} ({place} {there.get(dial, 'default')})"
        for dial in sorted(here.keys() | there.keys())
        if here.get(dial) != there.get(dial)
    ]


def run_name(config: TrainConfig, overrides: Sequence[str] = ()) -> str:
    """The run's folder: label, overridden identity dials, six hex digits of the identity's hash.

    `overrides` are the command line's, such as ["model.n_layers=4", "model=llama"]; group choices
    are in the label already.
    """
    if config.run.name is not None:
        return config.run.name
    dials = identity(config)
    name = config.run.label
    for path in sorted({override.lstrip("+~").partition("=")[0] for override in overrides}):
        value = str(dials.get(path, "/"))
        if "/" not in value and len(value) <= 16:  # the hash tells the rest apart
            word = "_" + path.rpartition(".")[2] + re.sub(r"[^A-Za-z0-9.-]+", "-", value).strip("-")
            name += word if len(name) + len(word) <= 80 else ""
    return f"{name}_{fingerprint(dials)[:6]}"


def run_folder(config: TrainConfig) -> Path:
    return Path(config.run.folder) / config.run.name


def runs_path(run: str, folder: str = "runs") -> Path:
    """A run given by its name or its path."""
    path = Path(run)
    return path if path.exists() or len(path.parts) > 1 else Path(folder) / run
