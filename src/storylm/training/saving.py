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

from storylm.checkpoint import read_checkpoint, step_file, step_files, step_of, write_checkpoint
from storylm.config import RunConfig


class WholeFileIO(CheckpointIO):
    """Writes beside, syncs, then renames: a kill or a full disk leaves the older file as it was."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Raises OSError in one line where the file cannot be written."""
        path = Path(path)
        try:
            write_checkpoint(checkpoint, path)
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
    `weights_0000064.ckpt` are snapshots: the weights alone, at steps that are evenly spaced on a
    logarithmic scale. `before_0000123.ckpt` links what a reported step is replayed from.
    """

    def __init__(self, home: Path, run: RunConfig, *, validate_every: int) -> None:
        self.folder = home / "checkpoints"
        self.every = run.checkpoint_every or validate_every
        self.validate_every, self.keep, self.per_doubling = (
            validate_every,
            run.keep_checkpoints,
            run.snapshots,
        )
        self.budget = int(run.checkpoint_gib * 2**30) or math.inf
        self.best = math.inf

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.best = state_dict["best"]

    def on_load_checkpoint(
        self, trainer: Trainer, pl_module: LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        # Also where all steps are made already, so that training never starts.
        if trainer.is_global_zero:
            clear_away(self.folder, checkpoint["global_step"])
            self.drop_old()

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.is_global_zero:
            clear_away(self.folder, trainer.global_step)
        if trainer.global_step == 0 and self.per_doubling:
            self.save(trainer, "weights")

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, *args: Any, **kwargs: Any
    ) -> None:
        step = trainer.global_step
        if trainer.world_size > 1:  # a wish to stop at one rank is every rank's, at the same step
            wish = torch.tensor(float(pl_module.stop_signal or 0), device=pl_module.device)
            most = trainer.strategy.reduce(wish, reduce_op="max")
            pl_module.stop_signal = int(most) or None
        if is_snapshot(step, self.per_doubling):
            self.save(trainer, "weights")
        due = step % self.every == 0 or step % self.validate_every == 0
        if due or step >= trainer.max_steps or pl_module.stop_signal:
            self.save(trainer, "step")

    def save(self, trainer: Trainer, kind: str) -> None:
        """Write a checkpoint of this step, room made before and the oldest removed after."""
        weights_only = kind == "weights"
        if trainer.is_global_zero and self.budget < math.inf:
            self.make_room(checkpoint_bytes(trainer, weights_only=weights_only))
        for logger in trainer.loggers:  # rows before a checkpoint are not logged again
            logger.save()
        trainer.save_checkpoint(step_file(self.folder, trainer.global_step, kind), weights_only)
        if trainer.is_global_zero:
            self.drop_old()

    def drop_old(self) -> None:
        """Keep the newest few full checkpoints."""
        for old in step_files(self.folder)[: -self.keep]:
            old.unlink(missing_ok=True)

    def make_room(self, needed: int) -> None:
        """Remove what may go, oldest first, until `needed` more bytes fit the budget.

        What always stays is the newest whole one and the best. Raises OSError where that is too
        much with the new one.
        """
        while (taken := taken_bytes(self.folder)) + needed > self.budget:
            snapshots = step_files(self.folder, "weights")
            removable = [
                *step_files(self.folder)[:-1],
                *step_files(self.folder, "before"),
                *([most_crowded(snapshots)] if snapshots else []),
            ]
            if not removable:
                raise OSError(
                    f"run.checkpoint_gib={self.budget / 2**30:g} is too little: the newest and the "
                    f"best checkpoint take {taken / 2**20:.1f} MiB, the next one takes "
                    f"{needed / 2**20:.1f} MiB; give {ceil_gib(taken + 2 * needed)} or more, and "
                    "repeat the command to go on"
                )
            removable[0].unlink()

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        value = float(trainer.callback_metrics.get("val/bits_per_byte", math.inf))
        saved = step_file(self.folder, trainer.global_step)
        # Nothing is saved before the first step; a value that is no number is never the best.
        if not value < self.best or not saved.exists():
            return
        self.best = value
        if trainer.is_global_zero:
            link(saved, self.folder / "best.ckpt")

    def keep_for_replay(self, step: int) -> None:
        """Keep what `step` can be replayed from, for the three newest reported steps."""
        earlier = [file for file in step_files(self.folder) if step_of(file) <= step]
        if earlier:
            link(earlier[-1], step_file(self.folder, step, "before"))
        for old in step_files(self.folder, "before")[:-3]:
            old.unlink(missing_ok=True)


def ceil_gib(count: int) -> float:
    """Bytes as a number of GiB that is not too small, with four decimals."""
    return math.ceil(count / 2**30 * 1e4) / 1e4


def is_snapshot(step: int, per_doubling: int) -> bool:
    """Whether a step is one of 1, 2, 4, 8 …, with `per_doubling` - 1 more between two of them."""
    if not per_doubling or step < 1:
        return False
    nearest = round(math.log2(step) * per_doubling)
    return round(2 ** (nearest / per_doubling)) == step


def most_crowded(files: list[Path]) -> Path:
    """The one whose neighbours by step are nearest to each other, as ratios; the first and the last
    only where there is nothing else."""
    if len(files) < 3:
        return files[0]
    inner = range(1, len(files) - 1)
    ratio = {i: (step_of(files[i + 1]) + 1) / (step_of(files[i - 1]) + 1) for i in inner}
    return files[min(inner, key=ratio.__getitem__)]


def taken_bytes(folder: Path) -> int:
    """What the files of a folder take, each once however many names it has."""
    states = [file.stat() for file in folder.iterdir()] if folder.is_dir() else []
    return sum({state.st_ino: state.st_size for state in states}.values())


def checkpoint_bytes(trainer: Trainer, *, weights_only: bool) -> int:
    """How large the next checkpoint will be, a little too much rather than too little."""
    state = trainer.lightning_module.state_dict()
    tensors = [*state.values()]
    if (average := trainer.lightning_module.average) is not None:
        tensors += average.weights.values()
    if not weights_only:
        states = [optimizer.state for optimizer in trainer.optimizers]
        tensors += [value for one in states for each in one.values() for value in each.values()]
    content = sum(t.numel() * t.element_size() for t in tensors if isinstance(t, torch.Tensor))
    return content + 1024 * len(tensors) + 65_536


def clear_away(folder: Path, step: int) -> None:
    """Remove what killed processes left behind: files half-written, and what is damaged.

    A full checkpoint of a later step than the one that a run goes on from is damaged, or the run
    would go on from there; it will be made again.
    """
    for part in folder.glob(".*.part"):
        part.unlink(missing_ok=True)
    for file in step_files(folder):
        if step_of(file) > step:
            file.unlink(missing_ok=True)


def link(saved: Path, name: Path) -> None:
    """Another name for a file, in the place of what had it; a copy where links cannot be had."""
    part = name.with_name(f".{name.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        os.link(saved, part)
    except OSError:  # a file system without hard links
        shutil.copyfile(saved, part)
    os.replace(part, name)
    part.unlink(missing_ok=True)  # where both named one file already, replacing does nothing
