"""The race of learning: equal rules for both sides, and no training made twice."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from storylm.benchmark import learn, learn_nanogpt, learn_trainings
from storylm.benchmark.learn_curve import Clock, bits_at, look_at, reached, stays_ahead
from storylm.benchmark.learn_nanogpt import draw_windows, rate_at, score, train_nanogpt
from storylm.benchmark.learn_ours import train_ours
from storylm.benchmark.learn_trainings import OURS, THEIRS, Trainings
from storylm.checkpoint import load_run
from storylm.config import BenchmarkConfig, BenchmarkKind
from storylm.data.loading import StoryRows
from storylm.data.prepare import prepare_data, prepare_tokenizer
from storylm.training.module import PretrainModule

PEER = '''
from dataclasses import dataclass
import torch
from torch import nn
from torch.nn.functional import cross_entropy

@dataclass
class GPTConfig:
    block_size: int
    vocab_size: int
    n_layer: int
    n_head: int
    n_embd: int
    dropout: float
    bias: bool

class GPT(nn.Module):
    """Knows the last token only; logits of all positions come with targets, as nanoGPT's do."""
    def __init__(self, config):
        super().__init__()
        self.embed = nn.Embedding(config.vocab_size, config.n_embd)
        self.head = nn.Linear(config.n_embd, config.vocab_size)
    def forward(self, idx, targets=None):
        if targets is None:
            return self.head(self.embed(idx[:, [-1]])), None
        logits = self.head(self.embed(idx))
        return logits, cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1))
    def configure_optimizers(self, weight_decay, learning_rate, betas, device_type):
        return torch.optim.AdamW(self.parameters(), lr=learning_rate, betas=betas)
'''
TINY = [
    "tokenizer=bytes", "data.train_stories=40", "data.workers=1", "model.context_length=64",
    "model.n_layers=1", "model.d_model=32", "model.head_dim=16", "run.tokens_per_step=512",
    "run.micro_batch_size=4", "run.precision=fp32", "optim.learning_rate=0.02",
]  # fmt: skip
TINY_GPT = ["n_layer:1", "n_head:2", "n_embd:32", "block_size:64", "batch_size:8", "compile:false",
            "dtype:float32"]  # fmt: skip


def race_config(folder, **more):
    given = {"what": BenchmarkKind.learn, "folder": str(folder), "threads": 1, "points": 6,
             "ours": TINY, "theirs": TINY_GPT, "valid_stories": 4}  # fmt: skip
    return BenchmarkConfig(**given | more)


@pytest.fixture
def peers(tmp_path):
    (tmp_path / "peers" / THEIRS).mkdir(parents=True)
    (tmp_path / "peers" / THEIRS / "model.py").write_text(PEER)
    return str(tmp_path / "peers")


@pytest.fixture
def turns(monkeypatch):
    """The trainings asked for, by contender, rate, seed and steps; none is made."""
    asked = []

    def take_turn(contender, threads, seconds):
        request = json.loads(json.dumps(contender.request))
        config, rate = request["config"], request.get("rate", 0.02)
        steps = config["schedule"]["steps"]
        asked.append((contender.name, rate, config["run"]["seed"], steps))
        bits = 2.0 if contender.name == OURS else 1 + abs(rate - 0.004) * 100
        curve = [
            {"step": s, "tokens": s, "seconds": s / 2, "bits_per_byte": bits * steps / s}
            for s in request["points"]
        ]
        return {"parameters": 1, "precision": "32-true", "tokens": steps, "seconds": steps / 2,
                "step_seconds": 0.5, "start_up_seconds": 0.0, "curve": curve}  # fmt: skip

    monkeypatch.setattr(learn_trainings, "take_turn", take_turn)
    monkeypatch.setattr(learn, "plot_race", lambda *_, **__: None)
    return asked


def scratch_in(tmp_path, name="scratch"):
    (tmp_path / "race" / name).mkdir(parents=True, exist_ok=True)
    return tmp_path / "race" / name


class AsNanoGPT(nn.Module):
    """Our model behind nanoGPT's interface."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, idx, targets=None):
        logits_BTV = self.model(idx)
        return (logits_BTV if targets is not None else logits_BTV[:, [-1]]), None


def test_both_sides_are_scored_by_one_rule(tmp_path, peers, monkeypatch):
    """A real race of a few steps: our run's own validation is what nanoGPT's side would say."""
    work = {OURS: train_ours, THEIRS: train_nanogpt}

    def here(contender, threads, seconds):
        return work[contender.name](json.loads(json.dumps(contender.request)))

    monkeypatch.setattr(learn_trainings, "take_turn", here)
    validate, calls = PretrainModule.validate, []

    def slow_validate(module):
        time.sleep(0.5 * (module.trainer.global_step == 4))
        validate(module)

    def slow_score(*arguments):
        calls.append(0)
        time.sleep(0.5 * (len(calls) == 4))
        return score(*arguments)

    monkeypatch.setattr(PretrainModule, "validate", slow_validate)
    monkeypatch.setattr(learn_nanogpt, "score", slow_score)
    config = race_config(tmp_path / "race", peers=peers, budget_steps=8, rates=[0.02], seeds=1)
    scratch = scratch_in(tmp_path)
    found = learn.race_learn(config, scratch)
    assert found["failures"] == found["missing"] == []
    assert (tmp_path / "race" / "learn.png").stat().st_size > 10_000
    theirs, ours = found["trainings"]
    for one in (theirs, ours):
        assert [point["step"] for point in one["curve"]] == [0, 1, 2, 4, 8]
        assert one["seconds"] < 0.5  # a validation is no training
        assert one["tokens"] == 8 * 512 == one["curve"][-1]["tokens"]
        assert one["curve"][-1]["seconds"] == pytest.approx(one["seconds"])
        assert 0 < one["curve"][-1]["bits_per_byte"] < one["curve"][0]["bits_per_byte"]
    trained = Trainings(config, scratch).compose(1, steps=8)
    tokenizer = prepare_tokenizer(trained.tokenizer, trained.data)
    rows = StoryRows(prepare_data(trained.data, tokenizer)[1], context_length=64, max_stories=4,
                     rows_tokens=999)  # fmt: skip
    (run,) = (scratch / "runs").glob("storylm_*")
    model = AsNanoGPT(load_run(run, "last").model).train()
    bits = score(model, rows, tokenizer)
    assert bits == pytest.approx(ours["curve"][-1]["bits_per_byte"], rel=1e-6)
    assert model.training


def test_the_best_rate_meets_us_at_every_seed_and_nothing_is_trained_twice(tmp_path, peers, turns):
    config = race_config(tmp_path / "race", peers=peers, minutes=0.1, rates=[0.002, 0.004, 0.008])
    found = learn.race_learn(config, scratch_in(tmp_path))
    assert turns == [
        (THEIRS, 0.002, 1, 24),  # the pace: 0.5 s a step, so that 0.1 minutes are 12 steps
        (THEIRS, 0.002, 1, 12),
        (THEIRS, 0.004, 1, 12),
        (THEIRS, 0.008, 1, 12),
        (OURS, 0.02, 1, 24),
        (OURS, 0.02, 1, 12),
        (THEIRS, 0.004, 2, 12),
        (OURS, 0.02, 2, 12),
    ]
    assert found["best_rate"] == 0.004
    turns.clear()
    assert learn.race_learn(config, scratch_in(tmp_path, "again")) == found
    assert turns == []
    (kept,) = Path(config.folder).glob("nanoGPT_rate0.004_seed2_*.json")
    kept.unlink()
    config.ours_minutes = 0.05
    learn.race_learn(config, scratch_in(tmp_path))
    assert turns == [(OURS, 0.02, 1, 6), (THEIRS, 0.004, 2, 12), (OURS, 0.02, 2, 6)]
    turns.clear()
    config.theirs = [*TINY_GPT, "beta2:0.99"]  # other dials are other trainings
    config.contenders = [OURS]
    found = learn.race_learn(config, scratch_in(tmp_path))
    assert turns == []
    assert "nanoGPT, rate 0.002, seed 1 has not been trained yet" in found["missing"]


def test_a_peer_that_is_not_there_is_said(tmp_path, turns):
    config = race_config(tmp_path / "race", budget_steps=5, seeds=1)
    found = learn.race_learn(config, scratch_in(tmp_path))
    assert found["missing"] == [
        "nanoGPT is not there: no peers are given; give peers=<folder with nanoGPT>"
    ]
    assert turns == [(OURS, 0.02, 1, 5)]
    assert found["outcome"][0]["words"] == "seed 1: not both sides have trained yet"


@pytest.mark.parametrize(
    ("dials", "line"),
    [
        ({"ours": ["run.seed:3"]}, "ours=.run.seed=3. is what the race itself says"),
        ({"theirs": ["n_layers:3"]}, "theirs=.n_layers=3.: choose of n_layer, n_head"),
        ({"theirs": ["n_layer:many"]}, "n_layer is a int"),
        ({"theirs": ["n_head:5"]}, "n_embd=192 is no multiple of n_head"),
        ({"contenders": ["litgpt"]}, "contenders=litgpt is none; there are storylm, nanoGPT"),
        ({"text": "nowhere.txt"}, "text=nowhere.txt is no file"),
    ],
)
def test_what_cannot_be_raced_is_refused_in_one_line(tmp_path, dials, line):
    with pytest.raises((ValueError, FileNotFoundError), match=line):
        Trainings(race_config(tmp_path / "race", **dials), scratch_in(tmp_path))


def test_the_default_shapes_are_equals_and_nanogpts_size_is_known(tmp_path):
    """4,278,720 is what nanoGPT's own 6 x 192 has with 8,192 ids and 256 positions."""
    config = BenchmarkConfig(what=BenchmarkKind.learn, folder=str(tmp_path / "race"))
    config.ours = [*config.ours, "tokenizer=tinystories-8k"]
    sizes = Trainings(config, scratch_in(tmp_path)).parameters
    assert sizes[THEIRS] == 4_278_720
    assert abs(sizes[OURS] / sizes[THEIRS] - 1) < learn.APART


def curve(*points):
    return [{"step": i, "seconds": s, "bits_per_byte": b} for i, (s, b) in enumerate(points)]


def test_the_share_is_read_off_the_line_between_two_points():
    ours, theirs = curve((0, 8), (10, 4), (20, 2), (100, 1)), curve((0, 8), (50, 5), (100, 3))
    assert reached(ours, 3) == pytest.approx(15)
    assert bits_at(ours, 15) == pytest.approx(3)
    assert reached(ours, 0.9) is None
    assert stays_ahead(ours, theirs, since=15)
    later = curve((0, 8), (10, 4), (20, 2), (60, 6), (100, 1))  # forgets, and is overtaken
    assert not stays_ahead(later, theirs, since=15)
    sides = [{"curve": c, "seconds": 100.0, "steps": len(c) - 1} for c in (theirs, ours)]
    short = {"curve": curve((0, 8), (18, 2.9)), "seconds": 18.0, "steps": 1}
    met = learn.meet(1, *sides, short)
    assert met["share"] == pytest.approx(0.15)
    assert met["stays_ahead"]
    assert met["short"] == {"final": 2.9, "share": 0.18, "reached": True}


def test_a_curve_that_ends_early_is_no_result():
    """As after a loss that is no number: such a rate is never the best."""
    whole = {"curve": curve((0, 8), (9, 3)), "steps": 1}
    assert learn.final(whole) == 3
    assert learn.final(whole | {"steps": 2}) == float("inf")
    clock = Clock()
    clock.laps = [1.0]
    assert [point["step"] for point in clock.curve({0: 8.0, 1: float("nan")}, 64)] == [0]


def test_start_up_is_no_training():
    clock = Clock()
    clock.laps = [30.0, 3.0, 2.0, 2.0, 1.0, 2.0]
    assert clock.usual == 2
    assert clock.start_up() == pytest.approx(29)
    assert clock.seconds() == [0, 2, 4, 6, 8, 9, 11]


def test_a_race_is_looked_at_early_and_at_its_end():
    steps = look_at(1_000, 12)
    assert len(steps) == 12
    assert steps[0] == 20
    assert steps[-1] == 1_000
    assert sum(step <= 200 for step in steps) >= 7
    assert look_at(3, 12) == [1, 2, 3]


def test_nanogpts_rate_rises_and_falls_to_a_tenth():
    rates = [rate_at(step, peak=1.0, warmup=4, steps=100) for step in range(100)]
    assert rates[0] == pytest.approx(1 / 5)
    assert rates[4] == max(rates) == 1
    assert rates[52] == pytest.approx(0.55)
    assert rates[4:] == sorted(rates[4:], reverse=True)
    assert rate_at(100, peak=1.0, warmup=4, steps=100) == pytest.approx(0.1)


def test_nanogpts_windows_lie_anywhere_in_the_text():
    torch.manual_seed(1)
    inputs_BT, targets_BT = draw_windows(np.arange(20, dtype=np.uint16), 400, 8, "cpu")
    assert torch.equal(inputs_BT[:, 1:], targets_BT[:, :-1])
    assert torch.equal(inputs_BT + 1, targets_BT)
    assert set(inputs_BT[:, 0].tolist()) == set(range(12))
