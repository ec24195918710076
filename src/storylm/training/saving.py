"""Checkpoints that are whole or absent, and which of them are kept."""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.plugins.io import CheckpointIO

from storylm.checkpoint import read_checkpoint
from storylm.whole_files import whole_file


class WholeFileIO(CheckpointIO):
    """Writes beside, syncs, then renames: a kill or a full disk leaves the older file as it was."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Raises OSError in one line where the file cannot be written."""
        path = Path(path)
        try:
            with whole_file(path, "wb") as file:
                torch.save(checkpoint, file)
        except (OSError, RuntimeError) as error:  # torch turns a full disk into a RuntimeError
            left = shutil.disk_usage(path.parent).free / 2**20 if path.parent.exists() else 0
            raise OSError(
                f"cannot write the checkpoint {path} ({left:.0f} MiB free): "
                f"{str(error).splitlines()[0]}; make room, then repeat the command to go on"
            ) from error

    def load_checkpoint(
        self, path: str | Path, map_location: Any = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        return read_checkpoint(Path(path), map_location or "cpu")

    def remove_checkpoint(self, path: str | Path) -> None:
        Path(path).unlink(missing_ok=True)


class Checkpoints(Callback):
    """Saves `step_0001000.ckpt`, keeps the newest few, and links the best one as `best.ckpt`.

    It saves before the validation of the same step, so that a crash in there loses nothing; a
    resumed run makes up for that validation. The best one is a hard link and costs no second write.
    """

    def __init__(self, folder: Path, *, every: int, validate_every: int, keep: int) -> None:
        self.folder = folder / "checkpoints"
        self.every, self.validate_every, self.keep = every, validate_every, keep
        self.best = math.inf

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.best = state_dict["best"]

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, *args: Any, **kwargs: Any
    ) -> None:
        step = trainer.global_step
        if trainer.world_size > 1:  # a wish to stop at one rank is every rank's, at the same step
            wish = torch.tensor(float(pl_module.stop_signal or 0), device=pl_module.device)
            most = trainer.strategy.reduce(wish, reduce_op="max")
            pl_module.stop_signal = int(most) or None
        due = step % self.every == 0 or step % self.validate_every == 0
        if due or step >= trainer.max_steps or pl_module.stop_signal:
            check_finite(pl_module, step)
            trainer.save_checkpoint(step_file(self.folder, step))
            if trainer.is_global_zero:
                self.prune()

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        value = float(trainer.callback_metrics.get("val/bits_per_byte", math.inf))
        saved = step_file(self.folder, trainer.global_step)
        # Nothing is saved before the first step; a value that is no number is never the best.
        if not value < self.best or not saved.exists():
            return
        self.best = value
        if trainer.is_global_zero:
            part = self.folder / "best.ckpt.part"
            part.unlink(missing_ok=True)
            try:
                os.link(saved, part)
            except OSError:  # a file system without hard links
                shutil.copyfile(saved, part)
            os.replace(part, self.folder / "best.ckpt")

    def prune(self) -> None:
        for old in step_files(self.folder)[: -self.keep]:
            old.unlink(missing_ok=True)


def check_finite(pl_module: LightningModule, step: int) -> None:
    """Refuse to save over good checkpoints what has diverged; ValueError says what may help."""
    loss = float(pl_module.losses[-1]) if pl_module.losses else 0.0
    if not math.isfinite(loss):
        raise ValueError(
            f"the loss is {loss} at step {step}, so nothing is saved any more; the checkpoints "
            "before it are kept. Lower optim.learning_rate or optim.clip"
        )


def step_file(folder: Path, step: int) -> Path:
    return folder / f"step_{step:07d}.ckpt"


def step_files(folder: Path) -> list[Path]:
    """The checkpoints of a run by rising step, without the link to the best."""
    return sorted(folder.glob("step_*.ckpt"))
