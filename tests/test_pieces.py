"""Attention in pieces is attention: values and gradients equal torch's own, whatever the pieces."""

import pytest
import torch
import torch.nn.functional as F

import storylm.model.pieces as pieces
from storylm.model.masks import attend, attention_mask, story_mask


@pytest.fixture(params=[(2**20, 128), (300, 4), (1, 7)], ids=["one", "many", "a row each"])
def sizes(request, monkeypatch):
    monkeypatch.setattr(pieces, "SCORES_AT_ONCE", request.param[0])
    monkeypatch.setattr(pieces, "QUERIES_AT_ONCE", request.param[1])


def masks():
    generator = torch.Generator().manual_seed(0)
    starts_BT = torch.rand(3, 19, generator=generator) < 0.2
    return {
        "causal": None,
        "window": attention_mask(slice(0, 19), 19, 5, torch.device("cpu")),
        "stories": story_mask(starts_BT, 0),
        "stories in a window": story_mask(starts_BT, 4),
    }


@pytest.mark.parametrize("name", masks())
@pytest.mark.parametrize("shared", [1, 2])
def test_values_and_gradients_equal_torchs(name, shared, sizes):
    generator = torch.Generator().manual_seed(1)
    shapes = [(3, 4, 19, 6), (3, 4 // shared, 19, 6), (3, 4 // shared, 19, 6)]
    qkv = [
        torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)
        for shape in shapes
    ]
    seed_BHTK = torch.randn(shapes[0], generator=generator, dtype=torch.float64)
    mask = masks()[name]
    expected = F.scaled_dot_product_attention(
        *qkv, attn_mask=mask, is_causal=mask is None, enable_gqa=shared > 1
    )
    found = attend(*qkv, mask, scale=None)
    torch.testing.assert_close(found, expected)
    for ours, theirs in zip(
        torch.autograd.grad(found, qkv, seed_BHTK), torch.autograd.grad(expected, qkv, seed_BHTK)
    ):
        torch.testing.assert_close(ours, theirs)


def test_bf16_is_as_close_as_bf16_gets():
    generator = torch.Generator().manual_seed(2)
    qkv = [torch.randn(2, 3, 150, 16, generator=generator, requires_grad=True) for _ in range(3)]
    exact = F.scaled_dot_product_attention(*qkv, is_causal=True)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = attend(*qkv, None, scale=None)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), exact, atol=0.03, rtol=0.03)
    exact_grads = torch.autograd.grad(exact.sum(), qkv)
    for ours, theirs in zip(torch.autograd.grad(found.float().sum(), qkv), exact_grads):
        assert (ours - theirs).abs().mean() < 0.02 * theirs.abs().mean() + 1e-3


def test_a_compiled_caller_does_not_break_its_graph():
    def twice(q, k, v):
        return attend(attend(q * 2, k, v, None, scale=None), k, v, None, scale=None) + 1

    qkv = [torch.randn(2, 2, 9, 4, dtype=torch.float64, requires_grad=True) for _ in range(3)]
    compiled = torch.compile(twice, fullgraph=True, backend="aot_eager")
    torch.testing.assert_close(compiled(*qkv), twice(*qkv))
    ours = torch.autograd.grad(compiled(*qkv).sum(), qkv)
    for one, other in zip(ours, torch.autograd.grad(twice(*qkv).sum(), qkv)):
        torch.testing.assert_close(one, other)
