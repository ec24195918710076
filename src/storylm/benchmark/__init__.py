"""Proofs that users run by command: a table for people, a JSON file for machines."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

import torch

from storylm.benchmark.damage import prove_damage
from storylm.benchmark.resume import prove_resume
from storylm.config import BenchmarkConfig, BenchmarkKind
from storylm.whole_files import write_whole

PROOFS = {BenchmarkKind.resume: prove_resume, BenchmarkKind.damage: prove_damage}
"""Each takes the config and a scratch folder, prints its table, and returns plain data, whose
`failures` are empty where all went well."""


def benchmark(config: BenchmarkConfig) -> int:
    """Run a proof in scratch runs of its own; write `<folder>/<what>.json`; return the exit status.

    The scratch runs are removed when all went well, and named where they are kept.
    """
    name = config.what.value
    folder = Path(config.folder or tempfile.mkdtemp(prefix="storylm-benchmark-")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=folder))
    torch.set_num_threads(1)  # no pool of threads yet: none survives the forks
    found = PROOFS[config.what](config, scratch)
    file = folder / f"{name}.json"
    write_whole(file, json.dumps(found, indent=2) + "\n")
    print(f"\n{file}")
    if found["failures"]:
        print(f"the scratch runs are kept in {scratch}")
        return 1
    shutil.rmtree(scratch)
    return 0
