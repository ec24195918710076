"""Rates and first weights at other sizes: what a rule promises holds, and none changes nothing."""

import dataclasses
import math

import pytest
import torch

from storylm.benchmark.coordinates import FLAT, GROWS, build, sizes_after
from storylm.config import ModelConfig, OptimConfig, OptimizerKind, Scale
from storylm.model.transformer import Transformer
from storylm.optim.build import group_parameters
from storylm.optim.scale import BASE_DEPTH, BASE_WIDTH, Part, rate_scale, scale_start

ADAM = OptimConfig(learning_rate=3e-3, scale=Scale.mup)
MUON = OptimConfig(learning_rate=1.2e-2, scale=Scale.mup, kind=OptimizerKind.muon)
WIDTHS = (128, 512)


@pytest.mark.parametrize("optim", [ADAM, MUON], ids=["adamw", "muon"])
def test_what_a_step_changes_does_not_grow_with_the_width(optim):
    """The coordinate check, as `scripts/benchmark.py what=coordinates` makes it at more widths."""
    first, last = (sizes_after(build(width, optim), optim) for width in WIDTHS)
    for name in first:
        power = math.log(last[name][1] / first[name][1]) / math.log(WIDTHS[1] / WIDTHS[0])
        assert abs(power) < FLAT, (name, first[name], last[name])


def test_without_a_rule_it_grows():
    plain = dataclasses.replace(ADAM, scale=Scale.none)
    first, last = (sizes_after(build(width, plain), plain)["logits"][1] for width in WIDTHS)
    assert math.log(last / first) / math.log(WIDTHS[1] / WIDTHS[0]) > GROWS


@pytest.mark.parametrize("optim", [ADAM, MUON], ids=["adamw", "muon"])
def test_at_the_size_of_the_base_a_rule_changes_nothing(optim):
    plain = dataclasses.replace(optim, scale=Scale.none)
    one, two = (build(BASE_WIDTH, o, layers=BASE_DEPTH) for o in (optim, plain))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters()))
    sides = (group_parameters(one, optim), group_parameters(two, plain))
    numbers = [[{k: v for k, v in g.items() if k != "params"} for g in side] for side in sides]
    assert numbers[0] == numbers[1]


def test_every_parameter_is_in_one_group_and_decays_by_the_same_share():
    model = build(256, ADAM, layers=8)
    groups = group_parameters(model, ADAM)
    grouped = [id(p) for group in groups for p in group["params"]]
    assert sorted(grouped) == sorted(id(p) for p in model.parameters())
    shares = {
        round(group["weight_decay"] * group.get("lr", ADAM.learning_rate), 12) for group in groups
    }
    assert shares == {0.0, round(ADAM.weight_decay * ADAM.learning_rate, 12)}


def test_single_weights_of_the_stream_follow_the_depth():
    config = ModelConfig(n_layers=16, d_model=32, embedding_residual=True, tie_embeddings=False)
    model = Transformer(config)
    scale_start(model, config, MUON)
    assert torch.allclose(model.embed_L, torch.full((16,), 0.1 / 4))
    assert torch.equal(model.stream_L, torch.ones(16))
    assert rate_scale(Part.shift, config, MUON, 0) == 1 / 4


def test_writers_of_deep_models_move_less():
    shallow, deep = (ModelConfig(n_layers=n, d_model=128) for n in (4, 16))
    assert rate_scale(Part.writer, deep, MUON, 0) == rate_scale(Part.writer, shallow, MUON, 0) / 4
    assert rate_scale(Part.reader, deep, MUON, 0) == 1


def test_the_step_law_lowers_the_rate_of_large_models_and_raises_that_of_long_trainings():
    law = dataclasses.replace(ADAM, scale=Scale.steplaw)
    small, large = ModelConfig(d_model=128), ModelConfig(d_model=256)
    rate = rate_scale(Part.rest, large, law, 10**7)
    assert rate < rate_scale(Part.rest, small, law, 10**7)
    assert rate_scale(Part.rest, large, law, 10**8) / rate == pytest.approx(10**0.238)
    groups = group_parameters(build(256, law), law, tokens=10**7)
    assert len({group["lr_scale"] for group in groups}) == 1
