"""What a run will take, said beforehand: arithmetic, warnings, refusals, and one measuring."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from composing import compose_config, tiny_config

from storylm.config import run_folder
from storylm.data.loading import TokenDataModule
from storylm.data.prepare import prepare_data, prepare_tokenizer
from storylm.optim.scale import step_law
from storylm.training import child as children
from storylm.training import preflight as room
from storylm.training.advice import advice
from storylm.training.measure import Trial
from storylm.training.module import PretrainModule
from storylm.training.preflight import (
    ask,
    build_request,
    checkpoint_bytes,
    count_saves,
    count_snapshots,
    preflight,
    told_tokens,
)
from storylm.training.run import train
from storylm.training.saving import is_snapshot
from storylm.training.tracking import read_metrics

CPU = {"device": torch.device("cpu"), "precision": "32-true"}
ANSWER = {
    "step_seconds": 2.0,
    "first_step_seconds": 1.0,
    "steps_measured": 3,
    "worst_loss": 5.0,
    "validation_token_seconds": 0.001,
    "story_token_seconds": 0.5,
    "save_seconds": 0.25,
    "training_bytes": 10**6,
    "work_bytes": 2 * 10**6,
    "peak_flops": 1e9,
}


def prepare(config):
    tokenizer = prepare_tokenizer(config.tokenizer, config.data)
    train_shards, valid_shards = prepare_data(config.data, tokenizer)
    return TokenDataModule(config, train_shards, valid_shards, tokenizer), tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("preflight")


@pytest.fixture
def answered(monkeypatch):
    """Puts an answer in the place of the measuring."""

    def put(answer):
        monkeypatch.setattr(room, "ask", lambda *_: answer)

    put(ANSWER)
    return put


# --------------------------------------------------------------------------------- arithmetic


def test_a_run_takes_the_sum_of_its_parts(folder, answered):
    config = tiny_config(folder, "run.workers=1")  # whose reading costs the steps nothing
    data, tokenizer = prepare(config)
    facts = preflight(config, data, tokenizer, steps=8, **CPU).facts
    padded = sum(rows.inputs_BR.numel() for rows in (data.rows[i] for i in range(len(data.rows))))
    assert facts["validations"] == 3  # at 0, 4 and 8
    assert facts["training_seconds"] == pytest.approx(8 * 2.0 + 1.0, abs=0.1)
    assert facts["validation_seconds"] == pytest.approx(3 * padded * 0.001, abs=0.1)
    assert facts["sample_seconds"] == pytest.approx(3 * 8 * 0.5)  # all come to sample_tokens=8
    assert facts["saving_seconds"] == pytest.approx(2 * 0.25)
    parts = ("training", "validation", "sample", "saving")
    assert facts["seconds"] == pytest.approx(sum(facts[f"{part}_seconds"] for part in parts))
    assert facts["passes"] == facts["tokens"] / len(data.windows.shards)
    assert json.loads(json.dumps(facts)) == facts  # it is kept beside the run


def test_a_device_of_two_scores_half_and_reads_half(folder, answered):
    config = tiny_config(folder)
    data, tokenizer = prepare(config)
    one, two = (preflight(config, data, tokenizer, steps=8, devices=n, **CPU).facts for n in (1, 2))
    assert two["validation_tokens"] == math.ceil(one["validation_tokens"] / 2)
    share = [build_request(config, data, tokenizer, steps=8, devices=n)[0] for n in (1, 2)]
    assert [request["share"] for request in share] == [8, 4]
    with pytest.raises(ValueError, match="cannot share evenly"):
        preflight(config, data, tokenizer, steps=8, devices=3, **CPU)


@pytest.mark.parametrize("seed", range(20))
def test_saves_are_counted_as_they_fall(seed):
    steps, every, validate_every = np.random.default_rng(seed).integers(1, 60, 3).tolist()
    due = {s for s in range(1, steps + 1) if s % every == 0 or s % validate_every == 0} | {steps}
    assert count_saves(steps, every, validate_every) == len(due)


@pytest.mark.parametrize("per_doubling", [0, 1, 2, 5])
@pytest.mark.parametrize("steps", [1, 2, 7, 64, 300])
def test_snapshots_are_counted_as_they_fall(steps, per_doubling):
    due = [s for s in range(1, steps + 1) if is_snapshot(s, per_doubling)]
    assert count_snapshots(steps, per_doubling) == len(due) + (per_doubling > 0)  # untrained, too


def test_stories_are_told_until_the_longest_ends(folder):
    config = tiny_config(folder, "run.sample_tokens=60", "model.context_length=64")
    data, _ = prepare(config)
    lengths = np.diff(data.rows.shards.story_starts(), append=len(data.rows.shards))
    drawn = np.random.default_rng(0).choice(np.minimum(lengths, 60), (4_000, 3)).max(1).mean()
    assert told_tokens(config, data, 5) == pytest.approx(60 + 4 * drawn, rel=0.02)
    silent = tiny_config(folder, "callbacks=none")
    assert told_tokens(silent, data, 5) == 0


@pytest.mark.parametrize(
    "dials", [["optim.average=ema", "run.snapshots=1", "optim=muon"], ["run.keep_checkpoints=1"]]
)
def test_checkpoints_take_what_was_said_and_the_first_step_is_the_runs_own(folder, dials):
    """One real run for both."""
    config = tiny_config(folder, *dials, "run.log_every=1")
    train(config)
    home = run_folder(config)
    states = [file.stat() for file in (home / "checkpoints").iterdir()]
    taken = sum({state.st_ino: state.st_size for state in states}.values())
    at_end, at_most = checkpoint_bytes(config, 8)
    assert at_end == pytest.approx(taken, rel=0.05)
    assert at_end <= at_most
    data, tokenizer = prepare(config)
    request, _ = build_request(config, data, tokenizer, steps=8, devices=1)
    trial = Trial(request | {"bf16": False}, torch.device("cpu"))
    losses = [row["train/loss"] for row in read_metrics(home / "metrics.csv") if row["step"]]
    assert [trial.step(step, 8)[2] for step in range(3)] == losses[:3]


def test_a_budget_bounds_the_disk_and_counts_may_be_given(folder):
    config = tiny_config(folder, "run.checkpoint_gib=0.0001")
    assert checkpoint_bytes(config, 8) == (int(0.0001 * 2**30),) * 2
    config = tiny_config(folder, "run.validate_every=1")
    one, many = (checkpoint_bytes(config, 99, keep=n, snapshots=0)[0] for n in (1, 5))
    assert many == 5 * one
    three = checkpoint_bytes(config, 99, keep=1, snapshots=3)[0] - one
    assert three == pytest.approx(one, rel=0.05)  # weights are a third of what AdamW needs


# ------------------------------------------------------------------------ warnings and refusals


def facts_of(config, **given):
    steps = config.schedule.steps or 1_000
    tokens, train_tokens = steps * config.run.tokens_per_step, 7_188_360
    return {
        "steps": steps,
        "tokens": tokens,
        "train_tokens": train_tokens,
        "passes": tokens / train_tokens,
        "validate_every": 180,
        "validations": 11,
        "validation_stories": 300,
        "checkpoint_bytes_at_most": 60 * 2**20,
        "disk_free_bytes": 2**36,
        "memory_bytes_in_all": 2**30,
        "memory_available_bytes": 2**34,
        "seconds": 265.0,
        "evaluation_seconds": 26.0,
        "worst_loss": 7.6,
    } | given


@pytest.mark.parametrize(
    "dials", [[], ["size=xs"], ["size=m"], ["model=gpt2"], ["model=llama"], ["optim=adamw"]]
)
def test_the_quickstart_is_not_scolded(dials):
    config = compose_config(dials)
    assert advice(config, facts_of(config)) == []


@pytest.mark.parametrize(
    ("dials", "given", "word"),
    [
        (["optim.learning_rate=0.016"], {}, "optim.learning_rate=0.016 is 4.0 times"),
        (["optim.learning_rate=1e-4"], {}, "optim.learning_rate=0.0001 is 1/"),
        (["size=xl"], {}, "tokens per parameter"),
        (["run.tokens_per_step=49152", "schedule.steps=150"], {}, "run.tokens_per_step=49152 is"),
        (["schedule.warmup=0.001"], {}, "schedule.warmup=0.006"),
        (["tokenizer.vocab_size=50000"], {}, "% of the parameters are embeddings"),
        ([], {"passes": 9.0}, "9.0 passes"),
        ([], {"passes": 0.1}, "schedule.passes=1 schedule.steps=null takes 10 times"),
        ([], {"train_tokens": 1_000}, "one step reads the data 3.1 times"),
        ([], {"validation_stories": 12}, "only 12 stories"),
        ([], {"validations": 2}, "run.validate_every=180 shows"),
        ([], {"validations": 601}, "601 validations"),
        ([], {"evaluation_seconds": 100.0}, "evaluation takes 38 %"),
        ([], {"memory_bytes_in_all": 2**34}, "run.micro_batch_size=4"),
        ([], {"checkpoint_bytes_at_most": 2**35 + 1}, "run.keep_checkpoints"),
        ([], {"worst_loss": math.inf}, "the loss is inf"),
    ],
)
def test_a_warning_names_the_dial(dials, given, word):
    config = compose_config(["model=llama", "optim=adamw", *dials])
    assert any(word in warning for warning in advice(config, facts_of(config, **given)))


def test_a_finetuned_model_is_not_measured_by_the_step_law():
    config = compose_config(["optim=adamw", "optim.learning_rate=1e-4"])
    config.init_from = "another"
    assert advice(config, facts_of(config)) == []


def test_the_step_law_agrees_with_a_published_sweep():
    """36M parameters (22M in the blocks), 164 M tokens: 2e-3 was best of 3e-4, 1e-3, 2e-3, 5e-3."""
    assert step_law(22e6, 164e6)[0] == pytest.approx(2e-3, rel=0.3)


def refused(config, **given):
    data, tokenizer = prepare(config)
    with pytest.raises(ValueError, match=config.run.name) as error:
        preflight(config, data, tokenizer, steps=8, **CPU, **given).refuse()
    assert "\n" not in str(error.value)
    return str(error.value)


def test_too_little_disk_is_refused_before_anything_is_measured(folder, monkeypatch):
    config = tiny_config(folder)
    _, at_most = checkpoint_bytes(config, 8)
    free = type("Usage", (), {"free": at_most - 1})
    monkeypatch.setattr(room.shutil, "disk_usage", lambda path: free)
    monkeypatch.setattr(room, "ask", lambda *_: pytest.fail("measured"))
    words = refused(config)
    assert f"{at_most:,} bytes" in words
    assert f"{at_most - 1:,} free" in words
    assert "run.keep_checkpoints=2" in words


def test_running_out_of_memory_is_refused_with_what_takes_less(folder, answered):
    answered({"out_of_memory": "DefaultCPUAllocator: can't allocate memory"})
    words = refused(tiny_config(folder))
    assert "run.micro_batch_size=2 or run.gradient_checkpointing=true" in words


def test_a_measuring_that_fails_otherwise_only_warns(folder, answered):
    answered({"failed": "ImportError: no"})
    config = tiny_config(folder)
    card = preflight(config, *prepare(config), steps=8, **CPU)
    card.refuse()
    assert "could not be measured: ImportError: no" in card.text()


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("import os; os.kill(os.getpid(), 9)", {"out_of_memory": "the system ended them"}),
        ("raise SystemExit(1)", {"failed": "exit status 1"}),
        ("raise ValueError('x')", {"failed": "ValueError: x"}),
        ("print('noise\\n{\"a\": 1}')", {"a": 1}),
    ],
)
def test_a_death_while_measuring_is_only_a_message(monkeypatch, code, answer):
    monkeypatch.setattr(children, "CODE", code)
    assert ask({"windows": []}) == answer


def test_a_child_that_nobody_asks_ends(monkeypatch):
    child = children.Child()
    child.process.stdin.close()  # as the end of this process does
    assert child.process.wait(60) == 0
    monkeypatch.setattr(children, "CODE", "import time; time.sleep(600)")
    children.Child().end()


def test_a_child_is_begun_for_a_run_that_will_look_ahead(tmp_path, monkeypatch):
    monkeypatch.setattr(children, "Child", lambda: "begun")
    config = tiny_config(tmp_path, "preflight=on")
    assert children.begin(config) == "begun"
    assert children.begin(tiny_config(tmp_path, "preflight=off")) is None
    monkeypatch.setenv("RANK", "1")
    assert children.begin(config) is None
    monkeypatch.delenv("RANK")
    file = run_folder(config) / "checkpoints" / "step_0000004.ckpt"
    file.parent.mkdir(parents=True)
    file.touch()
    assert children.begin(config) is None


# ---------------------------------------------------------------------------------- measuring


def test_measuring_leaves_the_run_as_it_was_and_says_all(folder):
    config = tiny_config(folder, "run.sample_prompts=[One]", "run.gradient_checkpointing=true")
    data, tokenizer = prepare(config)
    torch.manual_seed(7)
    module = PretrainModule(config, tokenizer, total_steps=8)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    files = set(Path(config.run.folder).rglob("*"))
    threads = torch.get_num_threads()
    card = preflight(config, data, tokenizer, steps=8, **CPU)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])
    assert torch.get_num_threads() == threads
    assert module.training
    card.refuse()
    facts = card.facts
    assert facts["steps_measured"] == 5
    assert 0 < facts["seconds"] < 60
    assert facts["training_bytes"] < facts["memory_bytes_in_all"] < facts["memory_available_bytes"]
    assert "could not be measured" not in card.text()
    rows = [line.split()[0] for line in card.text().splitlines()[1:9]]
    assert rows == [
        "parameters", "compute", "tokens", "memory", "time", "speed", "evaluation", "disk",
    ]  # fmt: skip
    assert set(Path(config.run.folder).rglob("*")) == files
