"""A run that starts from another's weights takes over its model and its tokenizer.

That is settled before anything heavy is imported: from config.yaml of the run that `init_from`
names, which for a model that was trained elsewhere is the run folder that its import made.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from storylm.config import (
    ModelConfig,
    Position,
    RopeScaling,
    TrainConfig,
    from_plain,
    require,
    runs_path,
    to_plain,
)

MAY_DIFFER = ("context_length", "rope_scaling", "rope_factor", "dropout", "style", "size")
"""Dials of the model that leave every tensor as it is, or that can be cut to fit."""


def origin_folder(init_from: str, runs: str) -> Path:
    """The run folder whose weights `init_from` names: a run's own, or the one that an import of it
    makes under `<runs>/_imported`."""
    if init_from.endswith(".ckpt"):
        return Path(init_from).parent.parent
    home = runs_path(init_from, runs)
    if (home / "config.yaml").is_file():
        return home
    slug = re.sub(r"[^A-Za-z0-9._-]+", "--", init_from.strip("/.~")) or "model"
    return Path(runs) / "_imported" / slug


def is_run(init_from: str, runs: str) -> bool:
    """Whether `init_from` is a run or a checkpoint here, and nothing that is yet to be imported."""
    return (origin_folder(init_from, runs) / "config.yaml").is_file()


def take_over(cfg: DictConfig, overrides: Sequence[str]) -> None:
    """Write the origin's model and tokenizer into Hydra's tree, under what the command line says.

    Raises ValueError in one line for an override that the origin's tensors contradict.
    """
    home = origin_folder(cfg.init_from, cfg.run.folder)
    stored = read_config(home)
    given = {word.lstrip("+~").partition("=")[0] for word in overrides}
    for name in sorted(given):
        section = name.partition(".")[0]
        if name in ("model", "size") or (section == "tokenizer" and name != "tokenizer.folder"):
            raise ValueError(
                f"{name}=… does not go with init_from={cfg.init_from}, which brings its own "
                f"{'tokenizer' if section == 'tokenizer' else 'model'}; leave it out"
            )
    try:
        asked = {
            name: OmegaConf.select(cfg, f"model.{name}")
            for name in dials()
            if f"model.{name}" in given
        }
    except OmegaConfBaseException as error:
        raise ValueError(str(error).splitlines()[0]) from None
    plain = to_plain(stored.model)
    for name, value in asked.items():
        value = to_plain(OmegaConf.to_container(value) if OmegaConf.is_config(value) else value)
        if value != plain[name] and name not in MAY_DIFFER:
            raise ValueError(
                f"model.{name}={value}, but {home} was trained with {plain[name]}; leave it out"
            )
        plain[name] = value
    check_context(stored.model, from_plain(ModelConfig, plain), home)
    cfg.model = OmegaConf.merge(OmegaConf.structured(ModelConfig), in_enums(plain))
    cfg.tokenizer.name = stored.tokenizer.name
    cfg.tokenizer.kind = "pretrained"
    cfg.tokenizer.vocab_size = stored.model.vocab_size
    cfg.tokenizer.source = (home / "tokenizer.json").as_posix()


def dials() -> list[str]:
    return [f.name for f in dataclasses.fields(ModelConfig)]


def in_enums(plain: dict[str, object]) -> DictConfig:
    """Enums by their names, which OmegaConf turns back (names and values are alike)."""
    return OmegaConf.create(plain)


def check_context(before: ModelConfig, after: ModelConfig, home: Path) -> None:
    """A longer context needs positions that reach so far."""
    longer = after.context_length > before.context_length
    require(
        not longer or before.position is Position.rope,
        f"model.context_length={after.context_length}, but {home} learned only "
        f"{before.context_length} positions; lower it",
    )
    require(
        not longer or after.rope_scaling is not RopeScaling.none,
        f"model.context_length={after.context_length}, but {home} was trained with "
        f"{before.context_length}; add model.rope_scaling=yarn model.rope_factor="
        f"{after.context_length / before.trained_context_length:g}",
    )


def read_config(home: Path) -> TrainConfig:
    file = home / "config.yaml"
    if not file.is_file():
        raise FileNotFoundError(f"there is no run {home}; scripts/runs.py lists the runs")
    return from_plain(TrainConfig, OmegaConf.to_container(OmegaConf.load(file)))
