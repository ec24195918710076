"""Checkpoint files are whole or absent."""

import errno
from types import SimpleNamespace

import pytest
import torch

from storylm.training import saving
from storylm.training.saving import Checkpoints, WholeFileIO, step_file, step_files


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

    monkeypatch.setattr(saving.torch, "save", half_written)
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


def module_with(stop_signal, loss=1.0):
    return SimpleNamespace(stop_signal=stop_signal, losses=[torch.tensor(loss)])


class FakeTrainer(SimpleNamespace):
    is_global_zero = True
    world_size = 1
    max_steps = 100

    def save_checkpoint(self, path):
        WholeFileIO().save_checkpoint({"global_step": self.global_step}, path)


def test_the_newest_few_are_kept_and_the_best_survives_them(tmp_path):
    checkpoints = Checkpoints(tmp_path, every=10, validate_every=20, keep=2)
    module = module_with(None)
    values = {20: 3.0, 40: 1.0, 60: 2.0}
    for step in range(1, 61):
        trainer = FakeTrainer(global_step=step, callback_metrics={})
        checkpoints.on_train_batch_end(trainer, module)
        if step in values:
            trainer.callback_metrics = {"val/bits_per_byte": torch.tensor(values[step])}
            checkpoints.on_validation_end(trainer, module)
    folder = tmp_path / "checkpoints"
    assert step_files(folder) == [step_file(folder, 50), step_file(folder, 60)]
    assert WholeFileIO().load_checkpoint(folder / "best.ckpt") == {"global_step": 40}
    assert checkpoints.state_dict() == {"best": 1.0}


def test_a_stop_and_the_last_step_are_saved_wherever_they_fall(tmp_path):
    checkpoints = Checkpoints(tmp_path, every=10, validate_every=20, keep=9)
    checkpoints.on_train_batch_end(FakeTrainer(global_step=7), module_with(15))
    checkpoints.on_train_batch_end(FakeTrainer(global_step=8), module_with(None))
    checkpoints.on_train_batch_end(FakeTrainer(global_step=100), module_with(None))
    folder = tmp_path / "checkpoints"
    assert step_files(folder) == [step_file(folder, 7), step_file(folder, 100)]


def test_what_has_diverged_is_not_saved_and_never_the_best(tmp_path):
    checkpoints = Checkpoints(tmp_path, every=10, validate_every=10, keep=2)
    trainer = FakeTrainer(global_step=10, callback_metrics={})
    checkpoints.on_train_batch_end(trainer, module_with(None))
    trainer.callback_metrics = {"val/bits_per_byte": torch.tensor(float("nan"))}
    checkpoints.on_validation_end(trainer, module_with(None))
    assert checkpoints.best == float("inf")
    trainer.global_step = 20
    with pytest.raises(ValueError, match=r"the loss is nan at step 20.*optim\.learning_rate"):
        checkpoints.on_train_batch_end(trainer, module_with(None, loss=float("nan")))
    assert [f.name for f in step_files(tmp_path / "checkpoints")] == ["step_0000010.ckpt"]
