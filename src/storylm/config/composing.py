"""From Hydra's merged tree to checked dataclasses."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from omegaconf import BooleanNode, DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from storylm.config.doctor import DoctorConfig
from storylm.config.evaluating import EvaluateConfig
from storylm.config.identity import run_name
from storylm.config.plain import default_of, refuse_extra
from storylm.config.run import TrainConfig
from storylm.config.scripts import (
    AtlasConfig,
    BenchmarkConfig,
    ExportConfig,
    GenerateConfig,
    ImportConfig,
    ReplayConfig,
)
from storylm.config.serving import ServeConfig

SCHEMAS = {
    "train": TrainConfig,
    "generate": GenerateConfig,
    "evaluate": EvaluateConfig,
    "atlas": AtlasConfig,
    "export": ExportConfig,
    "import": ImportConfig,
    "replay": ReplayConfig,
    "benchmark": BenchmarkConfig,
    "doctor": DoctorConfig,
    "serve": ServeConfig,
}
"""What each script's tree is, by the name that its YAML gives it before `_schema`."""
CONF = Path(__file__).resolve().parents[3] / "conf"
"""The menu."""


def register() -> None:
    """Store the schemas where Hydra finds them."""
    for name, kind in SCHEMAS.items():
        ConfigStore.instance().store(name=f"{name}_schema", node=build_schema(kind))


def compose_tree(script: str, overrides: Sequence[str]) -> DictConfig:
    """What the command line of a script gives for these overrides, before its dials are checked."""
    register()
    if GlobalHydra.instance().is_initialized():  # inside a script's main
        return compose(script, list(overrides))
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose(script, list(overrides))


def build_schema(kind: type) -> DictConfig:
    """A typed tree of defaults: open nodes are open to any key, a switch takes true or false only.

    OmegaConf itself would read any number but 0 as true.
    """
    tree = OmegaConf.structured(default_of(kind))
    nodes = [tree]
    while nodes:
        node = nodes.pop()
        for name in node:
            child = node._get_node(name)
            if isinstance(child, BooleanNode):
                child._set_flag("convert", False)
            elif isinstance(child, DictConfig):
                ours = dataclasses.is_dataclass(OmegaConf.get_type(child))
                nodes += [child] if ours else []
                child._set_flag("struct", None if ours else False)
    return tree


def to_config(cfg: DictConfig, overrides: Sequence[str] = ()) -> Any:
    """Hydra's merged tree as real dataclasses, every dial checked, and a training run named.

    `overrides` are the command line's, for the name. Raises ValueError in one line that names the
    dial, its value and a remedy.
    """
    try:
        config = OmegaConf.to_object(cfg)
        refuse_extra(config)
        if isinstance(config, TrainConfig) and config.run.name is None:
            cfg.run.name = run_name(config, overrides)  # loggers may refer to ${run.name}
            config = OmegaConf.to_object(cfg)
    except MissingMandatoryValue as error:
        # Those that a script must be given have no default; the command line finds words for them.
        needed = OmegaConf.missing_keys(OmegaConf.structured(default_of(OmegaConf.get_type(cfg))))
        dial = error.full_key
        words = f"{dial}=??? is no value; leave {dial} out"
        raise ValueError(str(error).splitlines()[0] if dial in needed else words) from None
    except OmegaConfBaseException as error:
        words = str(error.__cause__ or error).splitlines()[0]
        if error.full_key:
            words = f"{error.full_key}: {words}"
        raise ValueError(words) from None
    return config
