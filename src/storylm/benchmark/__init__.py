"""Proofs and races that users run by command: a table for people, a JSON file for machines.

A proof tries to break training; a race runs us beside others. Each kind is a room of its own, which
is imported only when it is asked for.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storylm.config import BenchmarkConfig, BenchmarkKind
from storylm.whole_files import make_folder, write_whole


def benchmark(config: BenchmarkConfig) -> int:
    """Run a proof or a race in a scratch folder; write `<folder>/<what>.json`; return the status.

    What it ran in is removed when all went well, and named where it is kept.
    """
    if config.peers and not Path(config.peers).expanduser().is_dir():
        raise FileNotFoundError(f"peers={config.peers} is no folder; give one with checkouts")
    name, room = config.what.value, find_room(config.what)
    folder = Path(config.folder or tempfile.mkdtemp(prefix="storylm-benchmark-")).resolve()
    make_folder("folder", folder)
    scratch = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=folder))
    if config.what.proves:
        import torch

        torch.set_num_threads(1)  # no pool of threads yet: none survives the forks
    found = room(config, scratch)
    file = folder / f"{name}.json"
    write_whole(file, json.dumps(found, indent=2) + "\n")
    print(f"\n{file}")
    if found["failures"]:
        print(f"what it ran in is kept in {scratch}")
        return 1
    shutil.rmtree(scratch)
    return 0


def find_room(kind: BenchmarkKind) -> Callable[[BenchmarkConfig, Path], dict[str, Any]]:
    """`prove_<kind>` or `race_<kind>` of the room `<kind>`.

    Each takes the config and a scratch folder, prints its table, and returns plain data, whose
    `failures` are empty where all went well. Raises ValueError where there is no such room.
    """
    room = f"storylm.benchmark.{kind.value}"
    if importlib.util.find_spec(room) is None:
        raise ValueError(f"what={kind.value} is not there yet")
    verb = "prove" if kind.proves else "race"
    return getattr(importlib.import_module(room), f"{verb}_{kind.value}")
