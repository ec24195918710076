"""From Hydra's merged tree to checked dataclasses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from storylm.config.identity import run_name
from storylm.config.plain import default_of, refuse_extra
from storylm.config.run import TrainConfig
from storylm.config.scripts import EvaluateConfig, ExportConfig, GenerateConfig, ImportConfig


def register() -> None:
    """Store the schemas where Hydra finds them, with the open nodes open to any key."""
    train = OmegaConf.structured(default_of(TrainConfig))
    for name in ("trainer", "callbacks", "logger"):
        train[name]._set_flag("struct", False)
    ConfigStore.instance().store(name="train_schema", node=train)
    ConfigStore.instance().store(name="generate_schema", node=GenerateConfig)
    ConfigStore.instance().store(name="evaluate_schema", node=EvaluateConfig)
    ConfigStore.instance().store(name="export_schema", node=ExportConfig)
    ConfigStore.instance().store(
        name="import_schema", node=OmegaConf.structured(default_of(ImportConfig))
    )


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
    except OmegaConfBaseException as error:
        cause = error.__cause__ or error
        raise ValueError(str(cause).splitlines()[0]) from None
    return config
