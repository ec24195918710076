"""The one door to a trained model: from a run's folder to a model, its tokenizer and its config.

A checkpoint file ends with a seal, the sha256 of all before it, so that damage is found on reading.
"""

from __future__ import annotations

import hashlib
import math
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import torch

from storylm import generation
from storylm.config import (
    Finetune,
    RopeScaling,
    TrainConfig,
    differing_dials,
    from_plain,
    identity,
    read_config,
    read_result,
    runs_path,
)
from storylm.model.adapters import add_adapters
from storylm.model.rotary import extend_context
from storylm.model.transformer import Transformer
from storylm.tokenizer import ScoredTokenizer, Tokenizer, load_tokenizer
from storylm.whole_files import whole_file

SEAL = b"storylm1"
"""What stands before the 32 bytes of the sha256, at the very end of a checkpoint file."""


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
    check_belongs(file, config, home)
    tokenizer = load_tokenizer(home / "tokenizer.json")
    check_tokenizer(file, stored, tokenizer)
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
    full = step_files(folder)
    steps = {step_of(file): file for file in [*folder.glob("weights_*.ckpt"), *full]}
    if checkpoint == "best" and (folder / "best.ckpt").exists():
        return folder / "best.ckpt"
    if checkpoint in ("best", "last") and full:
        result = result_of(home)
        return full[-1] if result is None else of_done(result, home, checkpoint)
    if str(checkpoint).isdigit() and int(checkpoint) in steps:
        return steps[int(checkpoint)]
    names = ", ".join(map(str, sorted(steps))) or "none yet"
    raise FileNotFoundError(f"{home} has no checkpoint {checkpoint}; its steps: {names}")


def result_of(home: Path) -> dict[str, Any] | None:
    """What a run that is done says of its end; None for one that goes on, or diverged."""
    try:
        result = read_result(home)
    except ValueError:  # damaged: training names it
        return None
    known = result is not None and {"steps", "best_step"} <= result.keys()
    return result if known and math.isfinite(result["val/bits_per_byte"]) else None


def of_done(result: dict[str, Any], home: Path, checkpoint: str) -> Path:
    """The file of a finished run's best or last step, where it has no `best.ckpt`. Any other file
    would be another model: FileNotFoundError."""
    step = result["steps"] if checkpoint == "last" else result["best_step"]
    file = step_file(home / "checkpoints", step)
    if not file.exists():
        name = file.name if checkpoint == "last" else "best.ckpt"
        raise FileNotFoundError(
            f"{file.with_name(name)} is missing, the {checkpoint} of a run that is done; put it "
            "back from a copy, or give checkpoint=<a step that is there>"
        )
    return file


def step_file(folder: Path, step: int, kind: str = "step") -> Path:
    """The file of a full checkpoint, or (kind="weights") of the weights alone."""
    return folder / f"{kind}_{step:07d}.ckpt"


def step_files(folder: Path, kind: str = "step") -> list[Path]:
    """The checkpoints of a kind by rising step."""
    files = [file for file in folder.glob(f"{kind}_*.ckpt") if file.is_file()]
    return sorted(files, key=step_of)


def step_of(file: Path) -> int:
    digits = file.stem.rpartition("_")[2]
    return int(digits) if digits.isdigit() else -1


# --------------------------------------------------------------------------------- the file itself


def write_checkpoint(stored: dict[str, Any], file: Path) -> None:
    """Write a checkpoint with its seal, whole or not at all. OSError where it cannot be written."""
    with whole_file(file, "wb") as out:
        sealed = SealedWriter(out)
        torch.save(stored, sealed)
        out.write(SEAL + sealed.digest.digest())


class SealedWriter:
    """Passes bytes on to a file and hashes them on the way."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self.file.write(data)

    def flush(self) -> None:
        self.file.flush()


def read_checkpoint(file: Path, device: str = "cpu") -> dict[str, Any]:
    """The contents of a checkpoint file of ours. Never runs code that a file may carry.

    FileNotFoundError where there is none, ValueError where it is damaged or none of ours.
    """
    if not file.is_file():
        raise FileNotFoundError(f"there is no checkpoint {file}")
    check_seal(file)
    try:
        stored = torch.load(file, map_location=device, weights_only=True)
        stored["global_step"]
    except DAMAGE as error:
        raise ValueError(f"{file} is not a storylm checkpoint ({brief(error)})") from None
    return stored


def check_seal(file: Path) -> None:
    """Compare a checkpoint with the sha256 at its end; ValueError names both where they differ."""
    seal = read_seal(file)
    digest = hashlib.sha256()
    with file.open("rb") as content:
        left = file.stat().st_size - len(SEAL) - len(seal)
        while data := content.read(min(left, 1 << 24)):
            digest.update(data)
            left -= len(data)
    if digest.digest() != seal:
        raise ValueError(
            f"{file} is damaged: its content has sha256 {digest.hexdigest()[:12]}, its seal says "
            f"{seal.hex()[:12]}; delete it, and take another checkpoint"
        )


def read_seal(file: Path) -> bytes:
    """The sha256 that a checkpoint file ends with; ValueError where it has none."""
    with file.open("rb") as content:
        content.seek(max(0, file.stat().st_size - len(SEAL) - 32))
        end = content.read()
    if not end.startswith(SEAL) or len(end) != len(SEAL) + 32:
        raise ValueError(
            f"{file} is damaged or not a storylm checkpoint: it does not end with a seal; delete "
            "it, and take another checkpoint"
        )
    return end[len(SEAL) :]


def check_tokenizer(file: Path, stored: dict[str, Any], tokenizer: Any) -> None:
    """Refuse a checkpoint that was trained with another vocabulary."""
    trained = stored["contract"]["tokenizer"]
    if tokenizer.fingerprint != trained:
        raise ValueError(
            f"{file} was trained with tokenizer {trained[:12]}, but the run's tokenizer.json is "
            f"{tokenizer.fingerprint[:12]}; put its own back"
        )


def check_belongs(file: Path, config: TrainConfig, home: Path) -> None:
    """Refuse a checkpoint whose config is another than the run folder's config.yaml."""
    if (home / "config.yaml").is_file():
        refuse_another(file, config, read_config(home), "config.yaml")


def refuse_another(file: Path, config: TrainConfig, wanted: TrainConfig, place: str) -> None:
    """ValueError names the dials in which a checkpoint's config is another run's."""
    if differing := differing_dials(identity(config), identity(wanted), place):
        raise ValueError(
            f"{file} is of another run: {', '.join(differing[:6])}; put the run's own file back"
        )


DAMAGE = (RuntimeError, OSError, EOFError, KeyError, TypeError, pickle.UnpicklingError)
"""What torch.load raises for a file that is cut, is none of torch's, or carries code."""


def brief(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
