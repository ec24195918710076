"""Rates and first weights at other sizes: what a rule promises holds, and none changes nothing."""

import dataclasses
import math

import pytest
import torch

from storylm.config import ModelConfig, OptimConfig, OptimizerKind, Scale
from storylm.model.loss import mean_nats
from storylm.model.transformer import Transformer
from storylm.optim.build import build_optimizer, group_parameters
from storylm.optim.scale import BASE_DEPTH, BASE_WIDTH, Part, rate_scale, scale_start

ADAM = OptimConfig(learning_rate=3e-3, scale=Scale.mup)
MUON = OptimConfig(learning_rate=1.2e-2, scale=Scale.mup, kind=OptimizerKind.muon)
WIDTHS = (128, 256, 512)
"""Narrower models are still far from the limit that the rule is about."""


def build(width, optim, *, layers=2):
    torch.manual_seed(0)
    config = ModelConfig(
        vocab_size=64, context_length=16, n_layers=layers, d_model=width, head_dim=16,
        tie_embeddings=False,
    )  # fmt: skip
    model = Transformer(config)
    scale_start(model, config, optim)
    return model


def sizes_after(model, optim, steps=4):
    """Root mean square of what each block's MLP and the logits change in a few steps."""
    found = {}

    def watch(name):
        return lambda part, given, out: found.__setitem__(name, out.detach().float())

    for layer, block in enumerate(model.blocks):
        block.mlp.register_forward_hook(watch(f"mlp {layer}"))
        block.attention.register_forward_hook(
            lambda part, given, out, n=f"attention {layer}": found.__setitem__(n, out[0].detach())
        )
    tokens_BT = torch.randint(64, (8, 17), generator=torch.Generator().manual_seed(1))

    def look():
        logits_BTV = model(tokens_BT[:, :-1])
        return dict(found) | {"logits": logits_BTV.detach()}

    before = look()
    optimizer = build_optimizer(model, optim)
    for _ in range(steps):
        hidden_BTD = model.hidden(tokens_BT[:, :-1])
        mean_nats(hidden_BTD, model.unembed_VD, tokens_BT[:, 1:]).backward()
        optimizer.step()
        optimizer.zero_grad()
    after = look()
    return {name: float((after[name] - before[name]).square().mean().sqrt()) for name in after}


@pytest.mark.parametrize("optim", [ADAM, MUON], ids=["adamw", "muon"])
def test_what_a_step_changes_does_not_grow_with_the_width(optim):
    """The coordinate check."""
    found = [sizes_after(build(width, optim), optim) for width in WIDTHS]
    for name in found[0]:
        growth = math.log(found[-1][name] / found[0][name]) / math.log(WIDTHS[-1] / WIDTHS[0])
        assert abs(growth) < 0.25, (name, [one[name] for one in found])


def test_without_a_rule_it_grows():
    plain = dataclasses.replace(ADAM, scale=Scale.none)
    found = [sizes_after(build(width, plain), plain) for width in WIDTHS]
    growth = math.log(found[-1]["logits"] / found[0]["logits"]) / math.log(4)
    assert growth > 0.5


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
