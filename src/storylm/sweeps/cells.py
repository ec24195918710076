"""Which cells a sweep's command line stands for, before any of them runs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from storylm.command_line import one_line
from storylm.config import TrainConfig, check_file_name, compose_tree, fingerprint, to_config
from storylm.ledger import Ledger
from storylm.origin import needs_import, origin_folder, take_over
from storylm.sweeps.draws import draw_cells

AT_ONCE = "STORYLM_AT_ONCE"
"""In the environment of a sweep's processes: how many cells this machine trains at a time."""


@dataclass
class Cell:
    """A point of the grid: the words of the command line that make it, and what they say."""

    words: list[str]
    varied: list[str]
    """Those of its words in which the cells differ."""
    config: TrainConfig | None
    refusal: str = ""
    """Why its dials are refused, where they are."""


def grid(config: DictConfig, words: Sequence[str]) -> list[list[str]] | None:
    """The words of each cell of a multirun with these words, as Hydra's own sweeper or our random
    one deals them out; None under another, which decides as it goes."""
    sweeper = config.hydra.sweeper
    kind = str(sweeper._target_).rpartition(".")[2]
    if kind not in ("BasicSweeper", "RandomSweeper"):
        return None
    params = [f"{name}={value}" for name, value in (sweeper.params or {}).items()]
    hydra = GlobalHydra.instance()
    loader = hydra.config_loader() if hydra.is_initialized() else None
    overrides = OverridesParser.create(config_loader=loader).parse_overrides([*params, *words])
    if kind == "RandomSweeper":
        return draw_cells(overrides, sweeper.trials, sweeper.seed)
    return BasicSweeper.split_arguments(overrides, None)[0]


def read_cells(config: DictConfig, words: Sequence[str]) -> list[Cell] | None:
    """The cells of a multirun, each with its dials checked; None where nobody knows them yet."""
    found = grid(config, words)
    if found is None:
        return None
    everywhere = set.intersection(*(set(words) for words in found)) if len(found) > 1 else set()
    cells = []
    for words in found:
        varied = [word for word in words if word not in everywhere]
        try:
            tree = compose_tree("train", words)
            settle_origin(tree, words)
            cells.append(Cell(words, varied, to_config(tree, words)))
        except (HydraException, OmegaConfBaseException, ValueError, OSError) as error:
            cells.append(Cell(words, varied, None, one_line(error)))
    return cells


def settle_origin(tree: DictConfig, words: Sequence[str]) -> None:
    """Bring what `init_from` names here, where it is not, and take over its model."""
    if not tree.init_from:
        return
    if needs_import(tree):
        from storylm.export.importing import import_origin

        home = origin_folder(tree.init_from, tree.run.folder)
        print(import_origin(tree.init_from, home), flush=True)
    take_over(tree, words)


def sweep_name(config: DictConfig) -> str:
    """`sweep.name`; else the experiment's; else made of what is swept."""
    if config.sweep.name:
        check_file_name("sweep.name", str(config.sweep.name))
        return str(config.sweep.name)
    chosen = OmegaConf.to_container(config.hydra.runtime.choices).get("experiment")
    if chosen and chosen != "quickstart":
        return str(chosen)
    params = dict(config.hydra.sweeper.get("params") or {})
    return f"sweep_{fingerprint([sorted(params.items()), sorted(config.hydra.overrides.task)])[:6]}"


def ledger_of(config: DictConfig, name: str) -> Ledger:
    return Ledger(Path(config.run.folder) / "_sweeps" / name)


def cells_at_once(launcher: DictConfig) -> int:
    """How many cells the launcher trains at a time on this machine."""
    jobs = int(launcher.get("n_jobs") or 1) if launcher is not None else 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return jobs if jobs > 0 else max(1, (cores or 1) + 1 + jobs)
