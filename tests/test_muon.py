"""Muon for matrices and AdamW for the rest, against references written by hand."""

import dataclasses
import io
import json

import pytest
import torch
from composing import tiny_config

from storylm.config import LoraConfig, ModelConfig, OptimConfig, OptimizerKind
from storylm.model.adapters import add_adapters
from storylm.model.transformer import Transformer
from storylm.optim.build import build_optimizer
from storylm.optim.muon import MuonAdamW, orthogonalize

TINY = {"n_layers": 2, "d_model": 16, "head_dim": 8, "vocab_size": 32, "context_length": 8}
MUON = OptimConfig(kind=OptimizerKind.muon, learning_rate=0.01)


def draw(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def build(**dials):
    torch.manual_seed(0)
    return Transformer(ModelConfig(**TINY | dials))


def step(model, optimizer, times=1, start=0):
    for i in range(start, start + times):
        tokens = torch.randint(32, (2, 8), generator=torch.Generator().manual_seed(i))
        optimizer.zero_grad()
        model(tokens).square().mean().backward()
        optimizer.step()


def weights(model):
    return [p.detach().clone() for p in model.parameters()]


@pytest.mark.parametrize("shape", [(24, 24), (16, 40), (40, 16), (1, 8)])
def test_all_singular_values_come_near_one_and_the_singular_vectors_stay(shape):
    matrix = draw(*shape) * 1e-4
    u, _, vh = torch.linalg.svd(matrix, full_matrices=False)
    found = u.mT @ orthogonalize(matrix) @ vh.mT
    values = found.diag()
    assert 0.6 < values.min() <= values.max() < 1.25
    torch.testing.assert_close(found, values.diag(), atol=1e-4, rtol=0)


def test_nothing_comes_of_nothing():
    assert torch.equal(orthogonalize(torch.zeros(3, 4)), torch.zeros(3, 4))


def test_steps_are_those_of_muon_written_by_hand():
    """By singular value decomposition, the polynomial applied to the singular values."""
    weight = torch.nn.Parameter(draw(6, 10))
    group = {"params": [weight], "muon": True, "weight_decay": 0.1}
    optimizer = MuonAdamW([group], lr=0.02, momentum=0.9)
    expected, mean = weight.detach().double(), torch.zeros(6, 10, dtype=torch.float64)
    for i in range(4):
        weight.grad = draw(6, 10, seed=i + 1)
        optimizer.step()
        gradient = weight.grad.double()
        mean = 0.9 * mean + 0.1 * gradient
        u, s, vh = torch.linalg.svd(0.9 * mean + 0.1 * gradient, full_matrices=False)
        s = s / s.norm()
        for _ in range(5):
            s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
        expected = expected * (1 - 0.02 * 0.1) - 0.02 * 0.2 * 128**0.5 * (u * s) @ vh
    torch.testing.assert_close(weight.detach().double(), expected, atol=1e-5, rtol=0)


def test_an_update_does_the_same_to_a_vector_at_any_width():
    """Its largest gain in root mean square, from columns to rows."""
    gains = []
    for rows, columns in [(32, 32), (128, 128), (128, 512), (512, 128)]:
        weight = torch.nn.Parameter(torch.zeros(rows, columns))
        weight.grad = draw(rows, columns)
        MuonAdamW([{"params": [weight], "muon": True}], lr=1.0).step()
        largest = torch.linalg.matrix_norm(weight.detach(), 2)
        gains.append(largest * min(1, columns / rows) ** 0.5)
        if rows == columns == 128:
            assert 0.15 < weight.detach().square().mean().sqrt() < 0.25  # AdamW's
    assert max(gains) < 1.25 * min(gains)


def test_what_is_no_matrix_of_a_block_takes_steps_of_adamw_bit_for_bit():
    one, two = build(bias=True, tie_embeddings=False), build(bias=True, tie_embeddings=False)
    for model in (one, two):
        for part in model.blocks.modules():
            if isinstance(part, torch.nn.Linear):
                part.weight.requires_grad_(False)
    plain = dataclasses.replace(MUON, kind=OptimizerKind.adamw)
    ours, reference = build_optimizer(one, MUON), build_optimizer(two, plain)
    step(one, ours, 4)
    step(two, reference, 4)
    assert all(torch.equal(a, b) for a, b in zip(weights(one), weights(two)))
    assert not torch.equal(one.embed.weight, build().embed.weight)


def test_exactly_the_matrices_inside_blocks_are_muons():
    model = build(tie_embeddings=False, bias=True)
    groups = build_optimizer(model, MUON).param_groups
    grouped = [id(p) for group in groups for p in group["params"]]
    assert sorted(grouped) == sorted(id(p) for p in model.parameters())
    moved = {id(p) for group in groups if group["muon"] for p in group["params"]}
    for name, parameter in model.named_parameters():
        wanted = name.startswith("blocks.") and parameter.ndim == 2
        assert (id(parameter) in moved) == wanted, name


def test_adapters_are_left_to_adamw():
    model = build()
    add_adapters(model, LoraConfig(rank=2))
    groups = build_optimizer(model, MUON).param_groups
    assert [group["muon"] for group in groups] == [False]
    assert all(p.requires_grad for p in groups[0]["params"])


def test_a_group_says_its_rate_over_the_others():
    config = dataclasses.replace(MUON, muon_ratio=3.0)
    groups = build_optimizer(build(), config).param_groups
    rates = {(group["muon"], group.get("lr_scale", 1), group["lr"]) for group in groups}
    assert rates == {(False, 1, 0.01), (True, 3.0, 0.03)}


def test_a_state_that_was_saved_goes_on_to_the_same_bits():
    one, two = build(), build()
    first = build_optimizer(one, MUON)
    step(one, first, 3)
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    two.load_state_dict(one.state_dict())
    second = build_optimizer(two, MUON)
    second.load_state_dict(torch.load(file, weights_only=True))
    for a, b in zip(one.parameters(), two.parameters()):
        assert first.state[a].keys() == second.state[b].keys()
        for name, value in first.state[a].items():
            assert torch.equal(value, second.state[b][name])
    step(one, first, 3, start=3)
    step(two, second, 3, start=3)
    assert all(torch.equal(a, b) for a, b in zip(weights(one), weights(two)))


def test_a_parameter_without_a_gradient_neither_moves_nor_decays_nor_has_a_state():
    model = build()
    optimizer = build_optimizer(model, MUON)
    step(model, optimizer)
    fresh = build_optimizer(model, MUON)
    left = [model.blocks[0].mlp.up.weight, model.embed.weight, model.norm.weight]
    before = [p.detach().clone() for p in left]
    for p in left:
        p.grad = None
    fresh.step()
    assert all(torch.equal(a, b) for a, b in zip(left, before))
    assert all(p not in fresh.state for p in left)
    assert model.blocks[1].mlp.up.weight in fresh.state


def test_autocast_changes_the_type_of_the_products_and_nothing_else():
    one, two = build(), build()
    for model, autocast in ((one, False), (two, True)):
        optimizer = build_optimizer(model, MUON)
        for i, parameter in enumerate(model.parameters()):
            parameter.grad = draw(*parameter.shape, seed=i)  # of full rank, unlike a tiny batch's
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
            assert optimizer.step(lambda: 7.0) == 7.0  # the closure's value
    moved = {id(p) for group in optimizer.param_groups if group["muon"] for p in group["params"]}
    for a, b, start in zip(one.parameters(), two.parameters(), weights(build())):
        if id(b) in moved:
            assert not torch.equal(a, b)
            assert (a - b).norm() < 0.05 * (a - start).norm()
        else:
            assert torch.equal(a, b)


def test_matrices_of_a_batch_do_not_mix():
    matrices = torch.stack([draw(12, 20, seed=i) * 10**i for i in range(3)])
    for one, of_batch in zip(matrices, orthogonalize(matrices)):
        torch.testing.assert_close(orthogonalize(one), of_batch)


def test_muon_refuses_what_is_no_matrix():
    with pytest.raises(ValueError, match="moves matrices"):
        MuonAdamW([{"params": [torch.nn.Parameter(torch.zeros(3))], "muon": True}], lr=0.1)


def test_a_run_with_muon_learns(tmp_path):
    from storylm.training.run import train

    config = tiny_config(tmp_path, "optim=muon", "callbacks=none")
    value = train(config)
    result = json.loads((tmp_path / "runs" / config.run.name / "result.json").read_text())
    assert value < 0.9 * result["untrained_bits_per_byte"]
