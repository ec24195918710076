"""A whole run at tiny size: what it leaves, and that a kill leaves no trace in it."""

import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest
import torch
from composing import tiny_config
from lightning.pytorch import Callback

from storylm.checkpoint import load_run, read_checkpoint, step_files, write_checkpoint
from storylm.config import run_folder
from storylm.data.loading import StoryRows
from storylm.data.prepare import prepare_data, prepare_tokenizer
from storylm.model.loss import bits_per_byte, score_rows
from storylm.runs import delete_run, one_writer
from storylm.tokenizer.scored import BYTE_PIECES, from_scores
from storylm.training.module import PretrainModule
from storylm.training.run import train
from storylm.training.saving import WholeFileIO
from storylm.training.tracking import read_metrics

TIMES = ("speed/", "memory/")


class SignalAt(Callback):
    """Sends this process a signal at the end of a step, or (at="validation") inside one."""

    def __init__(self, number: int, step: int, at: str = "step") -> None:
        self.number, self.step, self.at = number, step, at

    def on_train_batch_end(self, trainer, *args, **kwargs):
        if self.at in ("step", "twice") and trainer.global_step == self.step:
            for _ in range(1 + (self.at == "twice")):
                os.kill(os.getpid(), self.number)

    def on_save_checkpoint(self, trainer, *args):
        if self.at == "save" and trainer.global_step == self.step:
            os.kill(os.getpid(), self.number)

    def on_validation_start(self, trainer, *args):
        if self.at == "validation" and trainer.global_step == self.step:
            os.kill(os.getpid(), self.number)


def signal_at(number: int, step: int, at: str = "step") -> str:
    name = f"{__name__}.{SignalAt.__name__}"
    return f"callbacks.progress={{_target_:{name},number:{int(number)},step:{step},at:{at}}}"


def in_child(config) -> int:
    """Train in a forked process; its exit status (negative: the signal that ended it)."""
    child = multiprocessing.get_context("fork").Process(target=train, args=(config,))
    child.start()
    child.join(120)
    assert child.exitcode is not None, "the child hangs"
    return child.exitcode


def metrics(config):
    """Every logged number but those that measure time and memory."""
    return [
        {name: value for name, value in row.items() if not name.startswith(TIMES)}
        for row in read_metrics(run_folder(config) / "metrics.csv")
    ]


def last_checkpoint(config):
    return WholeFileIO().load_checkpoint(step_files(run_folder(config) / "checkpoints")[-1])


def assert_same_run(one, two):
    """Every logged number, weight and optimizer state is equal to the last bit."""
    assert metrics(one) == metrics(two)
    a, b = last_checkpoint(one), last_checkpoint(two)
    assert a["global_step"] == b["global_step"]
    assert a["progress"] == b["progress"]
    for part in ("state_dict", "average"):
        assert a.get(part, {}).keys() == b.get(part, {}).keys()
        for name, tensor in a.get(part, {}).items():
            assert torch.equal(tensor, b[part][name]), name
    for key, state in a["optimizer_states"][0]["state"].items():
        for name, value in state.items():
            assert torch.equal(value, b["optimizer_states"][0]["state"][key][name])
    samples = [(run_folder(c) / "samples.md").read_text() for c in (one, two)]
    assert samples[0] == samples[1]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    config = tiny_config(tmp_path_factory.mktemp("done"))
    value = train(config, command="uv run scripts/train.py")
    return config, value


def test_a_run_leaves_all_that_its_readme_promises(done):
    config, value = done
    home = run_folder(config)
    names = {"config.yaml", "tokenizer.json", "checkpoints", "metrics.csv", "samples.md"}
    assert {p.name for p in home.iterdir()} == names | {"curves.png", "report.md", "result.json"}
    assert sorted(p.name for p in (home / "checkpoints").iterdir()) == [
        "best.ckpt", "step_0000004.ckpt", "step_0000008.ckpt",
    ]  # fmt: skip
    report = (home / "report.md").read_text()
    assert f"{value:.4f}" in report
    assert "uv run scripts/train.py" in report


def test_rows_stand_at_the_steps_that_were_asked_for(done):
    rows = metrics(done[0])
    assert [row["step"] for row in rows] == [0, 2, 4, 6, 8]
    assert [row["step"] for row in rows if "val/bits_per_byte" in row] == [0, 4, 8]
    assert all("train/loss" in row for row in rows[1:])
    assert rows[-1]["progress/tokens_seen"] == 8 * 512


def test_training_lowers_the_loss(done):
    config, value = done
    result = json.loads((run_folder(config) / "result.json").read_text())
    assert value == result["val/bits_per_byte"]
    assert result["floor_bits_per_byte"] < value < 0.9 * result["untrained_bits_per_byte"]


def test_the_validation_number_is_that_of_a_loop_written_by_hand(done):
    config, value = done
    run = load_run(run_folder(config), "last")
    tokenizer = prepare_tokenizer(config.tokenizer, config.data)
    _, valid = prepare_data(config.data, tokenizer)
    rows = StoryRows(valid, context_length=64, max_stories=0, rows_tokens=1)  # one by one
    nats = sum(
        float(score_rows(run.model, r.inputs_BR, r.targets_BR, r.scored_BR)[0])
        for r in (rows[i] for i in range(len(rows)))
    )
    n_bytes = valid.manifest["splits"]["valid"]["bytes"]
    assert bits_per_byte(nats, n_bytes) == pytest.approx(value, rel=1e-6)


def test_the_dashboard_holds_the_whole_config_and_the_stories(tmp_path):
    config = tiny_config(tmp_path, "logger=trackio", "logger.trackio.project=storylm-whole")
    train(config)
    with sqlite3.connect(Path(os.environ["TRACKIO_DIR"]) / "storylm-whole.db") as database:
        (stored,) = database.execute("SELECT config FROM configs").fetchone()
        rows = database.execute("SELECT step, metrics FROM metrics").fetchall()
    stored = json.loads(stored)["config"]
    assert stored["model"]["d_model"] == 32
    assert stored["schedule"]["steps"] == 8
    assert [step for step, _ in rows] == [0, 2, 4, 6, 8]
    assert [step for step, row in rows if "story/samples" in str(row)] == [0, 4, 8]


def test_a_finished_run_repeated_says_so_and_returns_its_number(done, capsys):
    config, value = done
    before = (run_folder(config) / "metrics.csv").stat().st_mtime_ns
    assert train(config) == value
    assert "is done" in capsys.readouterr().out
    assert (run_folder(config) / "metrics.csv").stat().st_mtime_ns == before


def test_another_config_under_the_same_name_is_refused(done, tmp_path):
    config, _ = done
    home = run_folder(config)
    other = tiny_config(home.parent.parent, f"run.name={home.name}", "optim.learning_rate=0.5")
    with pytest.raises(ValueError, match=r"optim\.learning_rate=0\.5 \(there 0\.02\)"):
        train(other)


def test_a_run_folder_can_be_copied_and_told_from_elsewhere(done, tmp_path):
    config, _ = done
    home = shutil.copytree(run_folder(config), tmp_path / "elsewhere" / "copy")
    shutil.rmtree(home / "checkpoints", ignore_errors=False)
    shutil.copytree(run_folder(config) / "checkpoints", home / "checkpoints")
    story = load_run(home).tell("Once", max_tokens=5, seed=3)
    assert story.startswith("Once")
    assert load_run(home).tell("Once", max_tokens=5, seed=3) == story


def test_micro_batches_change_only_the_order_of_summation(done, tmp_path):
    config, _ = done
    whole = tiny_config(tmp_path, "run.micro_batch_size=8")
    train(whole)
    for a, b in zip(metrics(config), metrics(whole)):
        assert a == pytest.approx(b, rel=1e-4)


def test_masked_targets_weigh_the_same_in_any_micro_batch(tmp_path):
    whole, halves = (
        tiny_config(tmp_path, "run.loss_after=.", f"run.micro_batch_size={n}", f"run.name=of{n}")
        for n in (8, 3)
    )
    train(whole)
    train(halves)
    for a, b in zip(metrics(whole), metrics(halves)):
        assert a == pytest.approx(b, rel=1e-4)


def test_masking_and_checkpointing_reach_the_model(tmp_path):
    long = ["model.context_length=512", "run.tokens_per_step=2048"]  # so that stories meet
    config, masked, again = (
        tiny_config(tmp_path, *long, f"run.document_masking={masks}", *more)
        for masks, more in (
            ("false", []),
            ("true", []),
            ("false", ["run.gradient_checkpointing=true", "run.name=a"]),
        )
    )
    for one in (config, masked, again):
        train(one)
    losses = [[row.get("train/loss") for row in metrics(c)] for c in (config, masked, again)]
    assert losses[0] != losses[1]
    assert losses[0] == losses[2]
    tokenizer = load_run(run_folder(config)).tokenizer
    assert PretrainModule(again, tokenizer, total_steps=8).model.checkpoint_blocks
    assert not PretrainModule(config, tokenizer, total_steps=8).model.checkpoint_blocks


def test_the_blank_before_a_scored_story_is_no_byte_of_it(tmp_path):
    pieces = ["<unk>", "<s>", "</s>", *BYTE_PIECES, "▁", "e", "t", "▁t", "a", "n", "o"]
    tokenizer = from_scores(pieces, [float(-id) for id in range(len(pieces))])
    tokenizer.save(tmp_path / "scored" / "tokenizer.json")
    config = tiny_config(
        tmp_path,
        "tokenizer.name=scored",
        "tokenizer.kind=pretrained",
        f"tokenizer.vocab_size={len(pieces)}",
        f"tokenizer.source={tmp_path}/scored",
        without=("tokenizer=",),
    )
    value = train(config)
    _, valid = prepare_data(config.data, tokenizer)
    nats = json.loads((run_folder(config) / "result.json").read_text())["val/loss"] * len(valid)
    # Each token after the first id of a story is scored, its end too: as many as the split holds.
    assert value == pytest.approx(bits_per_byte(nats, valid.bytes), rel=1e-6)


DIALS = {
    "plain": [],
    "dropout_average_clip": ["model.dropout=0.1", "optim.average=ema", "optim.clip=0.1"],
    "workers": ["run.workers=2"],
    "muon": ["optim=muon", "model=swift"],
    "masks": [
        "run.document_masking=true",
        "run.gradient_checkpointing=true",
        "run.loss_after=.",
        "model.dropout=0.1",
    ],
}
KILLS = [
    ("plain", 5, "step"),
    ("plain", 4, "validation"),
    ("plain", 8, "validation"),
    ("dropout_average_clip", 5, "step"),
    ("dropout_average_clip", 4, "validation"),
    ("workers", 5, "step"),
    ("masks", 5, "step"),
    ("muon", 5, "step"),
    ("muon", 4, "save"),
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Runs that nothing interrupts, each made once, in a process of its own."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = tiny_config(tmp_path_factory.mktemp(name), *DIALS[name])
            assert in_child(made[name]) == 0
        return made[name]

    return of


@pytest.mark.parametrize(("dials", "step", "at"), KILLS)
def test_a_run_killed_anywhere_goes_on_bit_for_bit(tmp_path, whole, dials, step, at):
    words = DIALS[dials]
    killed = tiny_config(tmp_path, *words, signal_at(signal.SIGKILL, step, at))
    assert in_child(killed) == -signal.SIGKILL
    again = tiny_config(tmp_path, *words)
    assert run_folder(again) == run_folder(killed)
    assert in_child(again) == 0
    assert_same_run(whole(dials), again)


def test_adapters_go_on_bit_for_bit(tmp_path, whole):
    origin = run_folder(whole("plain"))
    words = [f"init_from={origin}", "finetune=lora", "model.dropout=0.1"]
    here, there = ([*words, f"run.folder={tmp_path}/{place}"] for place in ("a", "b"))
    config = tiny_config(tmp_path, *here, without=("tokenizer=", "model."))
    assert in_child(config) == 0
    kill = signal_at(signal.SIGKILL, 5)
    killed = tiny_config(tmp_path, *there, kill, without=("tokenizer=", "model."))
    assert in_child(killed) == -signal.SIGKILL
    again = tiny_config(tmp_path, *there, without=("tokenizer=", "model."))
    assert in_child(again) == 0
    assert_same_run(config, again)


@pytest.fixture
def stopped(tmp_path):
    """A run that was killed in the middle, with its checkpoints of steps 4 and 6."""
    words = ["run.checkpoint_every=2"]
    assert in_child(tiny_config(tmp_path, *words, signal_at(signal.SIGKILL, 7))) == -signal.SIGKILL
    config = tiny_config(tmp_path, *words)
    assert [f.name[-6:] for f in files_of(config)] == ["4.ckpt", "6.ckpt"]
    return config


def files_of(config):
    return step_files(run_folder(config) / "checkpoints")


def test_where_the_newest_checkpoint_is_damaged_the_one_before_goes_on(stopped, whole, capfd):
    newest = files_of(stopped)[-1]
    newest.write_bytes(newest.read_bytes()[:-7])
    (newest.parent / ".step_0000007.ckpt.1.part").write_bytes(b"half")
    assert in_child(stopped) == 0
    said = capfd.readouterr().out
    assert f"{newest} is damaged" in said
    assert f"goes on from {newest.parent}/step_0000004.ckpt" in said
    assert_same_run(whole("plain"), stopped)
    assert not list(newest.parent.glob(".*"))


def test_where_no_checkpoint_can_be_read_nothing_is_begun_anew(stopped):
    for file in files_of(stopped):
        file.write_bytes(b"")
    with pytest.raises(ValueError, match=r"none of the 3 checkpoints in .* can be read; delete"):
        train(stopped)


def test_where_only_the_best_checkpoint_is_left_it_goes_on(stopped, whole, capfd):
    for file in files_of(stopped):
        file.unlink()
    assert in_child(stopped) == 0
    assert "goes on from" in (said := capfd.readouterr().out)
    assert "best.ckpt" in said
    assert_same_run(whole("plain"), stopped)


def test_a_run_that_is_being_trained_is_not_deleted(stopped):
    holder = f"in the hands of process {os.getpid()} on"
    with one_writer(run_folder(stopped)):
        if not (child := os.fork()):  # a lock holds against other processes
            try:
                delete_run(run_folder(stopped))
            except ValueError as error:
                os._exit(7 if holder in str(error) else 8)
            os._exit(9)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert files_of(stopped)


def test_a_second_ctrl_c_leaves_at_once_with_130(tmp_path, whole):
    config = tiny_config(tmp_path, signal_at(signal.SIGINT, 5, "twice"))
    assert in_child(config) == 130
    assert files_of(config)[-1].name == "step_0000004.ckpt"
    again = tiny_config(tmp_path)
    assert in_child(again) == 0
    assert_same_run(whole("plain"), again)


def test_a_checkpoint_of_another_run_is_refused(stopped, whole, tmp_path):
    other = tiny_config(tmp_path / "other", "run.seed=2")
    train(other)
    newest = files_of(stopped)[-1]
    shutil.copy(files_of(other)[-1], newest)
    with pytest.raises(ValueError, match=r"0006\.ckpt is of another run: run\.seed=2 \(here def"):
        train(stopped)


def test_a_run_does_not_go_on_with_other_data_or_another_length(stopped, monkeypatch):
    file = files_of(stopped)[-1]
    stored = read_checkpoint(file)
    changed = stored | {"contract": stored["contract"] | {"data": "beef" * 16}}
    write_checkpoint(changed, file)
    with pytest.raises(ValueError, match="trained on its shards beefbeefbeef, but now there is"):
        train(stopped)
    longer = stored["hyper_parameters"] | {"total_steps": 9}
    write_checkpoint(stored | {"hyper_parameters": longer}, file)
    with pytest.raises(ValueError, match="was to end at step 9, but now the schedule gives 8"):
        train(stopped)


def test_slurms_warning_saves_and_puts_the_job_back_in_line(tmp_path, monkeypatch, capfd):
    scontrol = tmp_path / "scontrol"
    scontrol.write_text(f"#!/bin/sh\necho $@ > {tmp_path}/asked\n")
    scontrol.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    config = tiny_config(tmp_path, signal_at(signal.SIGUSR1, 5))
    assert in_child(config) == 128 + signal.SIGUSR1  # outside of SLURM it only stops
    assert not (tmp_path / "asked").exists()
    monkeypatch.setenv("SLURM_JOB_ID", "77")
    assert in_child(tiny_config(tmp_path, signal_at(signal.SIGUSR1, 7))) == 138
    assert (tmp_path / "asked").read_text() == "requeue 77\n"
    assert "job 77 is put back in line" in capfd.readouterr().out
    assert files_of(config)[-1].name == "step_0000007.ckpt"


def test_a_signal_while_saving_waits_for_the_whole_file(tmp_path, whole):
    assert in_child(tiny_config(tmp_path, signal_at(signal.SIGTERM, 4, "save"))) == 143
    config = tiny_config(tmp_path)
    assert [file.name for file in files_of(config)] == ["step_0000004.ckpt"]
    assert in_child(config) == 0
    assert_same_run(whole("plain"), config)


def test_sigterm_finishes_the_step_saves_and_leaves_with_143(tmp_path, whole):
    stopped = tiny_config(tmp_path, signal_at(signal.SIGTERM, 5))
    assert in_child(stopped) == 128 + signal.SIGTERM
    assert step_files(run_folder(stopped) / "checkpoints")[-1].name == "step_0000005.ckpt"
    again = tiny_config(tmp_path)
    assert in_child(again) == 0
    assert metrics(whole("plain")) == metrics(again)


def test_a_callback_may_stop_a_run_early(tmp_path):
    config = tiny_config(
        tmp_path,
        "callbacks=early_stopping",
        "callbacks.early_stopping.patience=1",
        "callbacks.early_stopping.min_delta=100",
    )
    train(config)
    result = json.loads((run_folder(config) / "result.json").read_text())
    assert (result["steps"], result["planned_steps"]) == (4, 8)


def test_a_run_is_done_for_its_text_whatever_the_date_and_not_for_another(tmp_path, capsys):
    text = tmp_path / "tales.txt"
    text.write_text("<|endoftext|>".join(f"Tale {i}: a red hen ran far off." for i in range(300)))
    words = ["data=text_files", f"data.train=[{text}]", "data.train_stories=0"]
    config = tiny_config(tmp_path, *words, without=("data.",))
    value = train(config)
    capsys.readouterr()
    os.utime(text, (1, 1))
    assert train(config) == value
    assert "is done" in capsys.readouterr().out
    text.write_text(text.read_text().replace("red", "big"))
    with pytest.raises(ValueError, match=r"is done, but its text has changed since: its shards"):
        train(config)
