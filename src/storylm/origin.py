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
    TokenizerKind,
    TrainConfig,
    fingerprint,
    read_config,
    require,
    runs_path,
    to_plain,
)

MAY_DIFFER = ("context_length", "rope_scaling", "rope_factor", "dropout", "style", "size")
"""Dials of the model that leave every tensor as it is, or that can be cut to fit."""


def origin_folder(init_from: str, runs: str) -> Path:
    """The run folder whose weights `init_from` names: a run's own, or the one that an import of it
    makes under `<runs>/_imported`, another for every source and every state of its files."""
    if init_from.endswith(".ckpt"):
        return Path(init_from).parent.parent
    home = runs_path(init_from, runs)
    if (home / "config.yaml").is_file():
        return home
    path, name, stamps = Path(init_from).expanduser(), init_from, []
    if path.exists():
        init_from, name = str(path.resolve()), path.resolve().stem
        files = [path] if path.is_file() else sorted([*path.glob("*.json"), *path.glob("*.safe*")])
        stamps = [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")
    return Path(runs) / "_imported" / f"{slug}-{fingerprint([init_from, stamps])[:8]}"


def own_config(cfg: DictConfig) -> TrainConfig | None:
    """The config of this run itself where it is begun already: it needs its origin no more."""
    if cfg.run.name is None or not (Path(cfg.run.folder) / cfg.run.name / "config.yaml").is_file():
        return None
    own = read_config(Path(cfg.run.folder) / cfg.run.name)
    return own if own.init_from == cfg.init_from and own.schedule.steps != 0 else None


def needs_import(cfg: DictConfig) -> bool:
    """Whether `init_from` is no run yet. FileNotFoundError for what can never be one."""
    init_from, runs = cfg.init_from, cfg.run.folder
    if cfg.run.name and runs_path(init_from, runs) == Path(runs) / cfg.run.name:
        raise ValueError(f"init_from={init_from} is this run itself; take another run.name")
    if own_config(cfg) or (origin_folder(init_from, runs) / "config.yaml").is_file():
        return False
    if Path(init_from).expanduser().exists() or re.fullmatch(
        r"[\w-][\w.-]*/[\w-][\w.-]*", init_from
    ):
        return True
    known = sorted(path.parent.name for path in Path(runs).glob("[!_]*/config.yaml"))
    more = "; scripts/runs.py lists all" if len(known) > 3 else ""
    listed = f"there are {', '.join(known[:3])}{more}" if known else "there is none yet"
    raise FileNotFoundError(
        f"init_from={init_from} is no run ({listed}), no folder, no .bin file and no hub id"
    )


def take_over(cfg: DictConfig, overrides: Sequence[str]) -> None:
    """Write the origin's model and tokenizer into Hydra's tree, under what the command line says.

    Raises ValueError in one line for an override that the origin's tensors contradict.
    """
    given = {word.lstrip("+~").partition("=")[0] for word in overrides}
    for name in sorted(given):
        section = name.partition(".")[0]
        if name in ("model", "size") or (section == "tokenizer" and name != "tokenizer.folder"):
            raise ValueError(
                f"{name}=… does not go with init_from={cfg.init_from}, which brings its own "
                f"{'tokenizer' if section == 'tokenizer' else 'model'}; leave it out"
            )
    asked = {name: asked_dial(cfg, name) for name in dials() if f"model.{name}" in given}
    home = origin_folder(cfg.init_from, cfg.run.folder)
    if own := own_config(cfg):
        plain = to_plain(own.model) | asked  # what differs is named where the run goes on
        tokenizer = own.tokenizer
    else:
        stored = read_config(home)
        plain = merge_model(stored.model, asked, home)
        tokenizer = dataclasses.replace(
            stored.tokenizer,
            kind=TokenizerKind.pretrained,
            vocab_size=stored.model.vocab_size,
            source=(home / "tokenizer.json").as_posix(),
        )
    cfg.model = OmegaConf.merge(OmegaConf.structured(ModelConfig), OmegaConf.create(plain))
    for name in ("name", "kind", "vocab_size", "source"):
        cfg.tokenizer[name] = to_plain(getattr(tokenizer, name))


def asked_dial(cfg: DictConfig, name: str) -> object:
    """A dial of the model as the command line has it, as plain data."""
    try:
        value = OmegaConf.select(cfg, f"model.{name}")
    except OmegaConfBaseException as error:
        raise ValueError(str(error).splitlines()[0]) from None
    return to_plain(OmegaConf.to_container(value) if OmegaConf.is_config(value) else value)


def merge_model(before: ModelConfig, asked: dict[str, object], home: Path) -> dict[str, object]:
    """The origin's model with the dials that were asked for, as plain data."""
    plain = to_plain(before)
    for name, value in asked.items():
        if value != plain[name] and name not in MAY_DIFFER:
            raise ValueError(
                f"model.{name}={value}, but {home} was trained with {plain[name]}; leave it out"
            )
    plain |= asked
    length, trained = plain["context_length"], before.trained_context_length
    scaled = plain["rope_scaling"] != RopeScaling.none.value
    if length == before.context_length and plain["rope_factor"] == before.rope_factor:
        return plain
    if length > before.context_length and not scaled:
        require(
            before.position is Position.rope,
            f"model.context_length={length}, but {home} learned only {before.context_length} "
            "positions; lower it",
        )
        raise ValueError(
            f"model.context_length={length}, but {home} was trained with {before.context_length}; "
            "add model.rope_scaling=yarn (or ntk, linear)"
        )
    require(
        before.rope_factor == 1 or length >= before.context_length,
        f"model.context_length={length} would undo the scaling that {home} was trained with; "
        f"leave it at {before.context_length} or more",
    )
    factor = length / trained if scaled else 1.0
    require(
        asked.get("rope_factor", factor) == factor and (scaled or before.rope_factor == 1),
        f"model.context_length={length} model.rope_factor={plain['rope_factor']}, but {home} was "
        f"trained with {trained}: that is a factor of {length / trained:g}; leave the factor out",
    )
    return plain | {"rope_factor": factor}


def dials() -> list[str]:
    return [f.name for f in dataclasses.fields(ModelConfig)]
