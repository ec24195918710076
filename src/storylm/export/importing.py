"""A model that was trained elsewhere becomes a run folder, like one that was trained here."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from omegaconf import OmegaConf
from torch import Tensor

from storylm.checkpoint import step_file, write_checkpoint
from storylm.config import (
    DataConfig,
    ImportConfig,
    ImportedRunConfig,
    ModelConfig,
    RunConfig,
    ScheduleConfig,
    TokenizerConfig,
    TokenizerKind,
    TrainConfig,
    to_plain,
)
from storylm.data.prepare import one_at_a_time
from storylm.model.outline import outline
from storylm.model.size import count_parameters
from storylm.tokenizer import ScoredTokenizer, Tokenizer
from storylm.whole_files import write_whole

LONGEST = 2**20
"""Tokens of context at most: rotary positions are laid out in a table."""


@dataclass
class Imported:
    """A model as its files describe it, in our terms."""

    model: ModelConfig
    weights: dict[str, Tensor]
    """By the names of `Transformer.state_dict`, fp32."""
    tokenizer: Tokenizer | ScoredTokenizer


def import_run(config: ImportConfig) -> str:
    """Read `config.source`, write the run folder, and say in two lines what it is.

    Raises ValueError or OSError in one line for what cannot be read exactly or whose folder exists;
    then nothing is written.
    """
    home = Path(config.run.folder) / config.run.name
    if home.exists():
        raise ValueError(f"{home} exists already; take another run.name, or delete it first")
    imported = read_source(
        config.source, tokenizer_file=config.tokenizer_file, revision=config.revision
    )
    save_as_run(imported, home, source=config.source, data=config.data)
    model = imported.model
    return (
        f"{home}: {model.style} {model.n_layers} x {model.d_model}, "
        f"{count_parameters(model):,} parameters, {model.vocab_size:,} ids, from {config.source}\n"
        f'  uv run scripts/generate.py run={home} prompt="Once upon a time"'
    )


def import_origin(source: str, home: Path) -> str:
    """The same for a run that starts from `source`; ranks and cells that start together import it
    once."""
    with one_at_a_time(home):
        if home.exists():
            return f"{home} is there already"
        run = ImportedRunConfig(name=home.name, folder=str(home.parent))
        return import_run(ImportConfig(source=source, run=run)).splitlines()[0]


def read_source(source: str, *, tokenizer_file: str = "", revision: str = "main") -> Imported:
    """A model from a folder, a llama2.c file or the hub. Errors as `import_run`'s."""
    from storylm.export import huggingface, llama2c

    path = Path(source).expanduser()
    if path.is_file() and path.suffix == ".bin":
        return llama2c.import_model(path, tokenizer_file)
    if tokenizer_file:
        raise ValueError(
            f"tokenizer_file={tokenizer_file} belongs to a llama2.c .bin file, not to {source}"
        )
    return huggingface.import_model(source, revision)


def save_as_run(imported: Imported, home: Path, *, source: str, data: DataConfig) -> None:
    """Write a run folder, whole or not at all: config.yaml, tokenizer.json and a checkpoint of
    step 0. Raises ValueError for weights that do not fit the model."""
    model = imported.model
    if imported.tokenizer.vocab_size != model.vocab_size:
        raise ValueError(
            f"{source}: its tokenizer has {imported.tokenizer.vocab_size} ids, but its model "
            f"{model.vocab_size}; both must agree"
        )
    if model.context_length > LONGEST:
        raise ValueError(f"{source}: a context of {model.context_length:,} tokens is beyond reason")
    wanted = {name: tensor.shape for name, tensor in outline(model).items()}
    check_tensors(wanted, {name: t.shape for name, t in imported.weights.items()}, source)
    for name, tensor in imported.weights.items():
        if not tensor.isfinite().all():
            raise ValueError(f"{source}: {name} holds a number that is not finite; fetch it again")
    config = TrainConfig(
        run=RunConfig(name=home.name, label=home.name, folder=str(home.parent),
                      tokens_per_step=model.context_length),
        tokenizer=TokenizerConfig(name=home.name, kind=TokenizerKind.pretrained,
                                  vocab_size=model.vocab_size, source=str(home)),
        data=data,
        model=model,
        schedule=ScheduleConfig(steps=0),
        init_from=source,
    )  # fmt: skip
    plain = to_plain(config)
    stored = {
        "state_dict": {"model." + name: t.contiguous() for name, t in imported.weights.items()},
        "hyper_parameters": {"config": plain, "total_steps": 0},
        "contract": {"tokenizer": imported.tokenizer.fingerprint},
        "global_step": 0,
    }
    with whole_folder(home) as part:
        imported.tokenizer.save(part / "tokenizer.json")
        write_whole(part / "config.yaml", OmegaConf.to_yaml(plain))
        write_checkpoint(stored, step_file(part / "checkpoints", 0))


def check_tensors(wanted: dict[str, torch.Size], given: dict[str, torch.Size], source: str) -> None:
    """Exactly the tensors that the model has, in their shapes; ValueError names the first other."""
    for name in sorted(wanted.keys() | given.keys()):
        if name not in given:
            raise ValueError(f"{source} lacks the tensor {name}")
        if name not in wanted:
            raise ValueError(f"{source} has a tensor that its model has no place for: {name}")
        if wanted[name] != given[name]:
            raise ValueError(
                f"{source}: {name} is {tuple(given[name])}, but its config wants "
                f"{tuple(wanted[name])}"
            )


@contextlib.contextmanager
def whole_folder(home: Path) -> Iterator[Path]:
    """A folder to fill that appears as `home` when all went well, and leaves nothing when not."""
    for left in home.parent.glob(f"_{home.name}.*.part"):  # by a process that was killed
        shutil.rmtree(left, ignore_errors=True)
    part = home.parent / f"_{home.name}.{os.getpid()}.part"
    part.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        part.rename(home)
    finally:
        shutil.rmtree(part, ignore_errors=True)
