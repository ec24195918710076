"""Parameter groups and the optimizer."""

import itertools

import pytest
import torch

from storylm.config import ModelConfig, Norm, OptimConfig, OptimizerKind, Position
from storylm.model.transformer import Transformer
from storylm.optim.average import AveragedWeights
from storylm.optim.build import build_optimizer, group_parameters

TINY = {"n_layers": 2, "d_model": 16, "head_dim": 8, "vocab_size": 32, "context_length": 8}


@pytest.fixture(params=["tied", "untied", "gpt2"])
def model(request):
    dials = {"tie_embeddings": request.param != "untied"}
    if request.param == "gpt2":
        dials |= {"norm": Norm.layernorm, "position": Position.learned, "bias": True}
    return Transformer(ModelConfig(**TINY, **dials))


def test_every_parameter_is_in_exactly_one_group(model):
    for kind, decay_embeddings in itertools.product(OptimizerKind, (False, True)):
        config = OptimConfig(kind=kind, decay_embeddings=decay_embeddings)
        groups = group_parameters(model, config)
        grouped = [id(p) for group in groups for p in group["params"]]
        assert sorted(grouped) == sorted({id(p) for p in model.parameters()})


@pytest.mark.parametrize("kind", list(OptimizerKind))
def test_only_matrices_decay(model, kind):
    groups = group_parameters(model, OptimConfig(kind=kind))
    decayed = {id(p) for group in groups if group["weight_decay"] for p in group["params"]}
    for name, parameter in model.named_parameters():
        is_matrix = parameter.ndim == 2 and not name.startswith("embed")
        assert (id(parameter) in decayed) == is_matrix, name


def test_frozen_parameters_are_left_out(model):
    model.blocks[0].requires_grad_(False)
    groups = group_parameters(model, OptimConfig())
    assert all(p.requires_grad for group in groups for p in group["params"])


def test_the_optimizer_has_the_dials_it_was_given(model):
    config = OptimConfig(learning_rate=3e-4, beta1=0.8, beta2=0.9, eps=1e-7, weight_decay=0.3)
    optimizer = build_optimizer(model, config)
    assert {group["weight_decay"] for group in optimizer.param_groups} == {0.3, 0.0}
    for group in optimizer.param_groups:
        assert (group["lr"], group["betas"], group["eps"]) == (3e-4, (0.8, 0.9), 1e-7)


def test_a_step_of_ours_is_a_step_of_plain_adamw(model):
    plain = Transformer(model.config)
    plain.load_state_dict(model.state_dict())
    config = OptimConfig(weight_decay=0.0)
    ours = build_optimizer(model, config)
    reference = torch.optim.AdamW(plain.parameters(), lr=2e-3, betas=(0.9, 0.95), weight_decay=0.0)
    tokens = torch.randint(32, (2, 8), generator=torch.Generator().manual_seed(0))
    for _ in range(3):
        for one, optimizer in ((model, ours), (plain, reference)):
            optimizer.zero_grad()
            one(tokens).square().mean().backward()
            optimizer.step()
    for a, b in zip(model.parameters(), plain.parameters()):
        torch.testing.assert_close(a, b)


def test_an_average_of_constant_weights_is_those_weights(model):
    average = AveragedWeights(model, decay=0.9)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    for _ in range(3):
        average.update(model)
    average.swap(model)
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(parameter, before[name])


def test_an_average_moves_by_its_share_and_swapping_twice_changes_nothing(model):
    average = AveragedWeights(model, decay=0.9)
    start = model.embed.weight.detach().clone()
    with torch.no_grad():
        model.embed.weight += 1.0
    average.update(model)  # after one update (1 + 1) / (10 + 1) of the old average stays
    average.swap(model)
    torch.testing.assert_close(model.embed.weight, start + 9 / 11)
    average.swap(model)
    assert torch.equal(model.embed.weight, start + 1.0)
