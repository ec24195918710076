"""A step that goes wrong is reported and can be made again; nothing of it reaches the weights."""

import math
import signal

import pytest
import torch
from composing import tiny_config
from lightning.pytorch import Callback
from test_training import assert_same_run, in_child, metrics

from storylm.checkpoint import step_files
from storylm.config import ReplayConfig, RunConfig, run_folder
from storylm.training.guards import APART, ENOUGH, Guard
from storylm.training.replay import replay
from storylm.training.run import train
from storylm.training.tracking import read_metrics


class Poison(Callback):
    """Makes the activations of some steps not finite, and remembers the weights around them."""

    seen: dict = {}  # noqa: RUF012

    def __init__(self, steps: list[int], kill_at: int = -1) -> None:
        self.steps, self.kill_at = list(steps), kill_at

    def on_train_batch_start(self, trainer, pl_module, *args):
        if trainer.global_step in self.steps:
            healthy = self.healthy = pl_module.hidden
            pl_module.hidden = lambda *a, **k: healthy(*a, **k) * math.nan
            Poison.seen[trainer.global_step] = self.state(pl_module)

    def on_train_batch_end(self, trainer, pl_module, *args):
        if trainer.global_step == self.kill_at:
            import os

            os.kill(os.getpid(), signal.SIGKILL)
        if (step := trainer.global_step - 1) in self.steps:
            pl_module.hidden = self.healthy
            Poison.seen[step] = Poison.seen[step], self.state(pl_module)

    def state(self, module):
        optimizer = module.optimizers().optimizer.state_dict()["state"]
        tensors = [*module.state_dict().values(), *module.average.weights.values()]
        tensors += [value for state in optimizer.values() for value in state.values()]
        return [tensor.clone() for tensor in tensors]


def poison(*steps, **dials):
    words = "".join(f",{name}:{value}" for name, value in dials.items())
    return f"callbacks.progress={{_target_:{__name__}.Poison,steps:{list(steps)}{words}}}"


def test_what_is_not_finite_or_far_above_the_usual_is_named():
    guard = Guard(RunConfig(spike_sigmas=6.0))
    assert guard.judge(0, math.nan, 1.0) == "the loss is not finite"
    assert guard.judge(0, 1.0, math.inf) == "the gradient is not finite"
    assert [guard.judge(i, 2 + i % 2, 1.0) for i in range(ENOUGH)] == [""] * ENOUGH
    assert guard.judge(99, 5.0, 1.0) == ""  # 5 standard deviations
    assert "standard deviations too high" in guard.judge(100, 9.0, 1.0)
    assert guard.before[0] == pytest.approx(2.576, abs=1e-3)
    assert guard.judge(101, 50.0, 1.0) == ""  # a bad stretch is reported once
    assert guard.judge(100 + APART, 99.0, 1.0)
    silent = Guard(RunConfig(spike_sigmas=0.0))
    assert not any(silent.judge(i, float(i**4), 1.0) for i in range(200))


def test_a_guard_goes_on_where_it_was():
    one, other = Guard(RunConfig()), Guard(RunConfig())
    for i in range(50):
        one.judge(i, 2 + i % 3, 1.0)
    one.skip()
    other.load(one.state())
    assert other.state() == one.state()
    assert other.judge(60, 30.0, 1.0) == one.judge(60, 30.0, 1.0) != ""


def test_a_run_stops_before_a_step_that_is_not_finite(tmp_path):
    config = tiny_config(tmp_path, "optim.average=ema", poison(5))
    with pytest.raises(ValueError, match=r"step 5: the loss is not finite .*step_0000005\.md"):
        train(config)
    page = (run_folder(config) / "incidents" / "step_0000005.md").read_text()
    assert "Training stopped here." in page
    assert f"scripts/replay.py run={run_folder(config)} step=5" in page
    assert page.count("\n| blocks.0.") == 9
    assert page.count("\n## Window ") == 4
    assert [f.name for f in step_files(run_folder(config) / "checkpoints")] == ["step_0000004.ckpt"]
    again = tiny_config(tmp_path, "optim.average=ema")
    train(again)  # without the poison it goes on
    assert len(metrics(again)) == 5


def test_a_step_that_is_left_out_changes_no_weight_and_no_state(tmp_path):
    dials = ["optim.average=ema", "run.on_nonfinite=skip"]
    config = tiny_config(tmp_path, *dials, poison(2, 5))
    train(config)
    for step in (2, 5):
        before, after = Poison.seen[step]
        assert all(torch.equal(a, b) for a, b in zip(before, after))
    assert [row.get("guard/skipped_steps") for row in metrics(config)] == [None, None, 1, 2, 2]
    assert all(math.isfinite(row["train/loss"]) for row in metrics(config)[1:])
    reports = sorted(file.name for file in (run_folder(config) / "incidents").iterdir())
    assert reports == ["step_0000002.md", "step_0000005.md"]
    killed = tiny_config(tmp_path / "killed", *dials, poison(2, 5, kill_at=7))
    assert in_child(killed) == -signal.SIGKILL
    again = tiny_config(tmp_path / "killed", *dials, poison(2, 5))
    assert in_child(again) == 0
    assert_same_run(config, again)


def test_skipping_ends_where_nothing_but_skipping_is_left(tmp_path):
    dials = ["schedule.steps=40", "optim.average=ema", "run.on_nonfinite=skip"]
    config = tiny_config(tmp_path, *dials, poison(*range(10, 40)))
    with pytest.raises(ValueError, match="21 steps in a row were not finite"):
        train(config)
    assert len(list((run_folder(config) / "incidents").iterdir())) == 1


@pytest.mark.parametrize("step", [0, 5, 7])
def test_a_step_made_again_has_the_loss_it_had(tmp_path, step):
    config = tiny_config(tmp_path, "run.log_every=1", "model.dropout=0.1")
    train(config)
    home = run_folder(config)
    files = {f: f.stat().st_mtime_ns for f in home.rglob("*") if f.is_file()}
    shown = replay(ReplayConfig(run=home.name, step=step, folder=str(home.parent)))
    row = read_metrics(home / "metrics.csv")[step + 1]
    assert f"- loss {row['train/loss']:.6g} nats per token" in shown
    assert f"- norm of the gradient {row['optim/grad_norm']:.6g}" in shown
    assert {f: f.stat().st_mtime_ns for f in files} == files
    with pytest.raises(ValueError, match=r"step=8 is beyond .* whose last step is 7"):
        replay(ReplayConfig(run=str(home), step=8))


def test_a_step_is_not_made_again_from_another_text(tmp_path):
    text = tmp_path / "tales.txt"
    text.write_text("<|endoftext|>".join(f"Tale {i}: a red hen ran far off." for i in range(300)))
    words = ["data=text_files", f"data.train=[{text}]", "data.train_stories=0"]
    config = tiny_config(tmp_path, *words, without=("data.",))
    train(config)
    asked = ReplayConfig(run=str(run_folder(config)), step=0)  # from the beginning
    assert "- loss " in replay(asked)
    text.write_text(text.read_text().replace("red", "big"))
    with pytest.raises(ValueError, match="the text has changed"):
        replay(asked)
