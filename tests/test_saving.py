"""Checkpoint files are whole or absent."""

import errno
import random
from types import SimpleNamespace
from typing import ClassVar

import pytest
import torch

from storylm import checkpoint
from storylm.checkpoint import step_file, step_files, step_of
from storylm.config import RunConfig
from storylm.training import saving
from storylm.training.saving import Checkpoints, WholeFileIO, is_snapshot, taken_bytes


def test_what_is_saved_is_read_back(tmp_path):
    file = tmp_path / "checkpoints" / "step_0000001.ckpt"
    saved = {"state_dict": {"a": torch.arange(3)}, "global_step": 1, "names": ["x", None, 2.5]}
    WholeFileIO().save_checkpoint(saved, file)
    loaded = WholeFileIO().load_checkpoint(file)
    assert torch.equal(loaded.pop("state_dict")["a"], torch.arange(3))
    assert loaded == {"global_step": 1, "names": ["x", None, 2.5]}
    assert [p.name for p in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left"), RuntimeError("pos 1")])
def test_a_write_that_fails_leaves_the_older_file_and_says_so(tmp_path, monkeypatch, error):
    file = tmp_path / "a.ckpt"
    WholeFileIO().save_checkpoint({"global_step": 1}, file)

    def half_written(checkpoint, target):
        target.write(b"half")
        raise error

    monkeypatch.setattr(checkpoint.torch, "save", half_written)
    with pytest.raises(OSError, match=r"cannot write the checkpoint .*a\.ckpt .*make room"):
        WholeFileIO().save_checkpoint({"global_step": 2}, file)
    monkeypatch.undo()
    assert WholeFileIO().load_checkpoint(file) == {"global_step": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["a.ckpt"]


def test_a_pickle_that_carries_code_is_not_run(tmp_path):
    import pickle

    class Trap:
        def __reduce__(self):
            return (exec, ("raise SystemExit('the trap ran')",))

    file = tmp_path / "a.ckpt"
    file.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(ValueError, match="is damaged or not"):
        WholeFileIO().load_checkpoint(file)


class FakeTrainer(SimpleNamespace):
    """Saves files of 10 kB, or of 4 kB for weights alone."""

    is_global_zero = True
    world_size = 1
    max_steps = 1000
    optimizers = ()
    loggers = ()
    callback_metrics: ClassVar = {}
    lightning_module = SimpleNamespace(average=None, state_dict=lambda: {})

    def save_checkpoint(self, path, weights_only=False):
        path.parent.mkdir(parents=True, exist_ok=True)
        filling = bytes(3_992 if weights_only else 9_992)
        path.write_bytes(self.global_step.to_bytes(8) + filling)


MODULE = SimpleNamespace(stop_signal=None)


def checkpoints_of(folder, *, validate_every, **dials):
    return Checkpoints(folder, RunConfig(**dials), validate_every=validate_every)


def walk(checkpoints, steps, values=()):
    """Go through steps, validating where `values` has one; yield each step when it is done."""
    for step in steps:
        trainer = FakeTrainer(global_step=step)
        checkpoints.on_train_batch_end(trainer, MODULE)
        if step in values:
            trainer.callback_metrics = {"val/bits_per_byte": torch.tensor(values[step])}
            checkpoints.on_validation_end(trainer, MODULE)
        yield step


def names(folder):
    return sorted(file.name for file in (folder / "checkpoints").iterdir())


def test_the_newest_few_are_kept_and_the_best_survives_them(tmp_path):
    checkpoints = checkpoints_of(tmp_path, validate_every=20, checkpoint_every=10)
    list(walk(checkpoints, range(1, 61), {20: 3.0, 40: 1.0, 60: 2.0}))
    folder = tmp_path / "checkpoints"
    assert step_files(folder) == [step_file(folder, 50), step_file(folder, 60)]
    assert int.from_bytes((folder / "best.ckpt").read_bytes()[:8]) == 40
    assert checkpoints.state_dict() == {"best": 1.0}


def test_a_stop_and_the_last_step_are_saved_wherever_they_fall(tmp_path):
    checkpoints = checkpoints_of(tmp_path, validate_every=20, keep_checkpoints=9)
    checkpoints.on_train_batch_end(FakeTrainer(global_step=7), SimpleNamespace(stop_signal=15))
    checkpoints.on_train_batch_end(FakeTrainer(global_step=8), MODULE)
    checkpoints.on_train_batch_end(FakeTrainer(global_step=1000), MODULE)
    folder = tmp_path / "checkpoints"
    assert step_files(folder) == [step_file(folder, 7), step_file(folder, 1000)]


def test_a_value_that_is_no_number_is_never_the_best(tmp_path):
    checkpoints = checkpoints_of(tmp_path, validate_every=10)
    list(walk(checkpoints, range(1, 11), {10: float("nan")}))
    assert checkpoints.best == float("inf")
    assert names(tmp_path) == ["step_0000010.ckpt"]


def test_snapshots_lie_evenly_on_a_logarithmic_scale_and_stay(tmp_path):
    checkpoints = checkpoints_of(tmp_path, validate_every=500, snapshots=1)
    checkpoints.on_train_start(FakeTrainer(global_step=0), MODULE)
    list(walk(checkpoints, range(1, 101)))
    kept = [0, 1, 2, 4, 8, 16, 32, 64]
    assert [step_of(f) for f in step_files(tmp_path / "checkpoints", "weights")] == kept
    assert [step for step in range(100) if is_snapshot(step, 2)][-4:] == [32, 45, 64, 91]


@pytest.mark.parametrize("seed", range(4))
def test_the_budget_holds_at_every_moment(tmp_path, monkeypatch, seed):
    draw = random.Random(seed)
    sizes = {False: 10_000, True: 4_000}
    monkeypatch.setattr(
        saving, "checkpoint_bytes", lambda trainer, weights_only: sizes[weights_only]
    )
    checkpoints = checkpoints_of(
        tmp_path,
        validate_every=draw.choice([3, 10]),
        keep_checkpoints=draw.choice([1, 2, 9]),
        snapshots=draw.choice([0, 3]),
    )
    checkpoints.budget = draw.choice([30_000, 47_000])
    values = {step: draw.random() for step in range(0, 200, checkpoints.validate_every)}
    for step in walk(checkpoints, range(1, 200), values):
        if draw.random() < 0.05:
            checkpoints.keep_for_replay(step)
        assert taken_bytes(tmp_path / "checkpoints") <= checkpoints.budget
    folder = tmp_path / "checkpoints"
    last = 199 - 199 % checkpoints.validate_every
    assert step_files(folder)[-1] == step_file(folder, last)
    assert (folder / "best.ckpt").exists()


def test_a_budget_that_cannot_hold_is_named_with_what_is_needed(tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "checkpoint_bytes", lambda trainer, weights_only: 10_000)
    checkpoints = checkpoints_of(tmp_path, validate_every=1)
    checkpoints.budget = 15_000
    with pytest.raises(OSError, match=r"run\.checkpoint_gib=.* is too little: .* or more"):
        list(walk(checkpoints, range(1, 3)))
    assert names(tmp_path) == ["step_0000001.ckpt"]


def test_what_killed_processes_left_is_cleared_away(tmp_path):
    checkpoints = checkpoints_of(tmp_path, validate_every=10, keep_checkpoints=9)
    list(walk(checkpoints, range(1, 31)))
    (tmp_path / "checkpoints" / ".step_0000040.ckpt.77.part").write_bytes(b"half")
    checkpoints.on_train_start(FakeTrainer(global_step=20), MODULE)
    assert names(tmp_path) == ["step_0000010.ckpt", "step_0000020.ckpt"]


def test_what_a_reported_step_is_replayed_from_outlives_the_rolling_ones(tmp_path):
    checkpoints = checkpoints_of(tmp_path, validate_every=10, keep_checkpoints=1)
    for step in walk(checkpoints, range(1, 61)):
        if step % 10 == 4:
            checkpoints.keep_for_replay(step)
    kept = [step_of(f) for f in step_files(tmp_path / "checkpoints", "before")]
    assert kept == [34, 44, 54]
    assert (tmp_path / "checkpoints" / "before_0000034.ckpt").stat().st_size == 10_000
