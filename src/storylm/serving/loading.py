"""From a checkpoint to a model that tells stories, and out of memory again."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from storylm.checkpoint import Run, load_run
from storylm.config import ModelConfig, ServeConfig
from storylm.generation.engine import Engine
from storylm.memory import give_back
from storylm.model.size import count_parameters
from storylm.runs import is_run


@dataclass
class Model:
    """A run in memory, and the engine that tells its stories."""

    run: Run
    engine: Engine


Load = Callable[[Path], Model]
"""From a checkpoint file to a model that is ready; ValueError or OSError where it is damaged."""


class Loader:
    """Loads a checkpoint and starts an engine on it."""

    def __init__(self, config: ServeConfig) -> None:
        """FileNotFoundError, ValueError where the drafter cannot be loaded."""
        self.config = config
        self.drafter = load_run(config.drafter, folder=config.folder) if config.drafter else None

    def __call__(self, file: Path) -> Model:
        run = load_run(file)
        drafter = self.drafter
        if drafter is not None:
            same = drafter.tokenizer.fingerprint == run.tokenizer.fingerprint
            drafter = drafter if same and drafter.file != run.file else None
        engine = Engine(
            run,
            slots=self.config.concurrency,
            compile=self.config.compile,
            int8=self.config.int8,
            drafter=drafter,
        )
        return Model(run, engine.start())


def let_go(model: Model) -> None:
    model.engine.close()
    del model
    gc.collect()
    give_back()


def needed_bytes(model: ModelConfig, config: ServeConfig) -> int:
    """What a model takes in memory: its weights, once as they are read and once as the engine
    arranges them, and the keys and values of all stories at once."""
    weights = count_parameters(model) * (4 + (1 if config.int8 else 4))
    width = 2 * model.n_layers * model.n_kv_heads * model.head_dim
    cache = width * model.context_length * config.concurrency * (2 if config.int8 else 4)
    return weights + cache


def homes_in(folder: str) -> dict[str, Path]:
    """The runs in a folder that have a checkpoint, by name."""
    return {
        home.name: home
        for home in sorted(Path(folder).glob("[!_.]*"))
        if is_run(home) and next((home / "checkpoints").glob("*.ckpt"), None)
    }
