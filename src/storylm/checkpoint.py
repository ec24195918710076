"""The one door to a trained model: from a run's folder to a model, its tokenizer and its config."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from storylm import generation
from storylm.config import Finetune, RopeScaling, TrainConfig, from_plain, runs_path
from storylm.model.adapters import add_adapters
from storylm.model.rotary import extend_context
from storylm.model.transformer import Transformer
from storylm.tokenizer import ScoredTokenizer, Tokenizer, load_tokenizer


@dataclass
class Run:
    """A trained model with all that belongs to it."""

    folder: Path
    file: Path
    """The checkpoint that was read."""
    step: int
    config: TrainConfig
    model: Transformer
    tokenizer: Tokenizer | ScoredTokenizer

    def tell(self, prompt: str = "Once upon a time", **dials: Any) -> str:
        """One story that begins with `prompt`; the dials are those of `generation.tell`."""
        return generation.tell(self.model, self.tokenizer, prompt, **dials)[0]


def load_run(
    run: str | Path,
    checkpoint: str | int = "best",
    *,
    device: str = "cpu",
    folder: str = "runs",
    context_length: int = 0,
    rope_scaling: RopeScaling | str = RopeScaling.ntk,
) -> Run:
    """Load a run by name, by folder, or by one of its checkpoint files.

    `checkpoint` is "best" (lowest val/bits_per_byte), "last", or a step. `context_length` lets the
    model read more than it was trained with, its rotary positions scaled. A run with adapters comes
    with them; `merge_adapters` makes it plain. Raises FileNotFoundError where there is none,
    ValueError where a file is not a checkpoint of ours or does not fit.
    """
    path = Path(run) if str(run).endswith(".ckpt") else runs_path(str(run), folder)
    file = path if path.suffix == ".ckpt" else find_checkpoint(path, checkpoint)
    home = file.parent.parent
    stored = read_checkpoint(file, device)
    config = from_plain(TrainConfig, stored["hyper_parameters"]["config"])
    tokenizer = load_tokenizer(home / "tokenizer.json")
    if tokenizer.vocab_size != config.model.vocab_size:
        raise ValueError(
            f"{home / 'tokenizer.json'} has {tokenizer.vocab_size} ids, but the model in {file} "
            f"was trained with {config.model.vocab_size}; put the run's own tokenizer.json back"
        )
    if context_length:
        scaling = RopeScaling(rope_scaling)
        config.model = extend_context(config.model, context_length, scaling)
    model = Transformer(config.model)
    if config.finetune is Finetune.lora:
        add_adapters(model, config.lora)
    try:
        model.load_state_dict(weights_of(stored), strict=True)
    except RuntimeError as error:
        raise ValueError(f"{file} does not fit its own config: {brief(error)}") from None
    model.to(device).eval()
    return Run(home, file, stored["global_step"], config, model, tokenizer)


def weights_of(stored: dict[str, Any]) -> dict[str, torch.Tensor]:
    """The model's weights in a checkpoint; their average, where the run kept one."""
    prefix = "model."
    weights = {
        name.removeprefix(prefix): tensor
        for name, tensor in stored["state_dict"].items()
        if name.startswith(prefix)
    }
    average = stored.get("average", {})
    return {name: average.get(name, tensor) for name, tensor in weights.items()}


def find_checkpoint(home: Path, checkpoint: str | int) -> Path:
    """The file that "best", "last" or a step names in a run's folder."""
    if not home.is_dir():
        known = sorted(p.name for p in home.parent.glob("[!_]*") if (p / "checkpoints").is_dir())
        listed = f"there are {', '.join(known[:8])}" if known else "train one first"
        raise FileNotFoundError(f"there is no run {home}; {listed}")
    folder = home / "checkpoints"
    steps = {int(p.stem.removeprefix("step_")): p for p in sorted(folder.glob("step_*.ckpt"))}
    if checkpoint == "best" and (folder / "best.ckpt").exists():
        return folder / "best.ckpt"
    if checkpoint in ("best", "last") and steps:
        return steps[max(steps)]
    if str(checkpoint).isdigit() and int(checkpoint) in steps:
        return steps[int(checkpoint)]
    names = ", ".join(map(str, steps)) or "none yet"
    raise FileNotFoundError(f"{home} has no checkpoint {checkpoint}; its steps: {names}")


def read_checkpoint(file: Path, device: str = "cpu") -> dict[str, Any]:
    """The contents of a checkpoint file of ours. Never runs code that a file may carry."""
    if not file.is_file():
        raise FileNotFoundError(f"there is no checkpoint {file}")
    try:
        stored = torch.load(file, map_location=device, weights_only=True)
        stored["global_step"]
    except DAMAGE as error:
        raise ValueError(
            f"{file} is damaged or not a storylm checkpoint ({brief(error)}); delete it, and the "
            "one before is used"
        ) from None
    return stored


DAMAGE = (RuntimeError, OSError, EOFError, KeyError, TypeError, pickle.UnpicklingError)
"""What torch.load raises for a file that is cut, is none of torch's, or carries code."""


def brief(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
