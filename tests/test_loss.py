"""Nats per token, bits per byte, and the one function that scores."""

import math

import pytest
import torch

from storylm.config import ModelConfig
from storylm.model.loss import LOGITS_AT_ONCE, bits_per_byte, mean_nats, score_rows, token_nats
from storylm.model.transformer import Transformer

TINY = ModelConfig(vocab_size=50, context_length=16, n_layers=2, d_model=16, head_dim=8)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Transformer(TINY).eval()


def rows(batch: int = 4, length: int = 17) -> tuple[torch.Tensor, torch.Tensor]:
    ids = torch.randint(0, 50, (batch, length), generator=torch.Generator().manual_seed(1))
    return ids[:, :-1], ids[:, 1:]


def test_token_nats_are_minus_log_probabilities():
    logits = torch.randn(2, 3, 5)
    targets = torch.tensor([[0, 4, 2], [1, 1, 3]])
    nats = token_nats(logits, targets)
    assert nats.shape == (2, 3)
    p = logits.exp() / logits.exp().sum(-1, keepdim=True)
    torch.testing.assert_close(nats, -p.gather(-1, targets[..., None])[..., 0].log())


def test_half_precision_logits_are_scored_in_fp32():
    logits = torch.randn(2, 3, 500).bfloat16()
    targets = torch.randint(0, 500, (2, 3))
    nats = token_nats(logits, targets)
    assert nats.dtype == torch.float32
    assert (nats == token_nats(logits.float(), targets)).all()
    assert token_nats(logits.double(), targets).dtype == torch.float64


@pytest.mark.parametrize("tied", [True, False])
def test_mean_nats_and_its_gradients_are_those_of_all_logits_at_once(tied, monkeypatch):
    torch.manual_seed(0)
    config = ModelConfig(
        vocab_size=50, context_length=16, n_layers=1, d_model=16, head_dim=8, tie_embeddings=tied
    )
    model = Transformer(config).double()
    inputs, targets = rows()
    plain = token_nats(model(inputs), targets).mean()
    expected = torch.autograd.grad(3 * plain, list(model.parameters()))
    # Pieces of 7 of the 64 positions: the last piece is a short one.
    monkeypatch.setattr("storylm.model.loss.LOGITS_AT_ONCE", {"cpu": 7 * 50})
    pieced = mean_nats(model.hidden(inputs), model.unembed_VD, targets)
    found = torch.autograd.grad(3 * pieced, list(model.parameters()))
    torch.testing.assert_close(pieced, plain, rtol=1e-12, atol=0)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("softcap", [0.0, 3.0])
@pytest.mark.parametrize("share", [None, 0.6, 0.0])
def test_mean_nats_bends_logits_and_leaves_out_what_does_not_count(softcap, share, monkeypatch):
    monkeypatch.setitem(LOGITS_AT_ONCE, "cpu", 5 * 97)
    generator = torch.Generator().manual_seed(2)
    x_BTD = torch.randn(3, 7, 16, dtype=torch.float64, generator=generator).requires_grad_()
    unembed_VD = torch.randn(97, 16, dtype=torch.float64, generator=generator).requires_grad_()
    targets_BT = torch.randint(0, 97, (3, 7), generator=generator)
    counted_BT = None if share is None else torch.rand(3, 7, generator=generator) < share
    loss = mean_nats(x_BTD, unembed_VD, targets_BT, softcap=softcap, counted_BT=counted_BT)
    ours = torch.autograd.grad(loss, [x_BTD, unembed_VD])
    logits_BTV = x_BTD @ unembed_VD.T
    if softcap:
        logits_BTV = softcap * (logits_BTV / softcap).tanh()
    weights = torch.ones(3, 7) if counted_BT is None else counted_BT.double()
    plain = (token_nats(logits_BTV, targets_BT) * weights).sum() / weights.sum().clamp(min=1)
    torch.testing.assert_close(loss, plain)
    expected = torch.autograd.grad(plain, [x_BTD, unembed_VD])
    torch.testing.assert_close(ours, expected)


def test_a_frozen_unembedding_gets_no_gradient():
    x_BTD, unembed_VD = torch.randn(1, 3, 4, requires_grad=True), torch.randn(9, 4)
    mean_nats(x_BTD, unembed_VD, torch.tensor([[1, 2, 3]])).backward()
    assert unembed_VD.grad is None
    assert x_BTD.grad.abs().sum() > 0


def test_mean_nats_is_near_under_bf16_autocast(model):
    inputs, targets = rows()
    exact = token_nats(model(inputs), targets).mean()
    expected = torch.autograd.grad(exact, list(model.parameters()))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        near = mean_nats(model.hidden(inputs), model.unembed_VD, targets)
    found = torch.autograd.grad(near, list(model.parameters()))
    assert near.dtype == torch.float32
    assert near.item() == pytest.approx(exact.item(), rel=1e-3)
    for a, b in zip(found, expected, strict=True):
        assert a.dtype == b.dtype
        assert (a - b).norm() / b.norm() < 0.05


def test_scores_are_sums_in_fp64_over_what_the_mask_marks(model):
    inputs, targets = rows()
    mask = torch.rand(inputs.shape, generator=torch.Generator().manual_seed(2)) < 0.5
    nats, scored = score_rows(model, inputs, targets, mask)
    assert nats.dtype == torch.float64
    assert scored.item() == mask.sum().item()
    expected = token_nats(model(inputs), targets)[mask].double().sum()
    assert nats.item() == pytest.approx(expected.item(), abs=1e-12)
    assert not nats.requires_grad


def test_batch_size_and_padding_do_not_change_the_score(model):
    model = model.double()
    inputs, targets = rows(batch=6, length=12)
    mask = torch.ones_like(inputs)
    whole, count = score_rows(model, inputs, targets, mask)
    for batch in (1, 2, 4):
        pieces = zip(inputs.split(batch), targets.split(batch), mask.split(batch), strict=True)
        parts = [score_rows(model, *piece) for piece in pieces]
        assert sum(nats for nats, _ in parts).item() == pytest.approx(whole.item(), rel=1e-9)
        assert sum(n for _, n in parts) == count
    padded = [torch.nn.functional.pad(t, (0, 5)) for t in (inputs, targets, mask)]
    nats, n = score_rows(model, *padded)
    assert nats.item() == pytest.approx(whole.item(), rel=1e-9)
    assert n == count


def test_padding_of_infinite_cost_costs_nothing():
    class Certain(torch.nn.Module):
        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            logits = torch.full((*inputs.shape, 3), -torch.inf)
            logits[..., 0] = 0.0
            return logits

    nats, n = score_rows(
        Certain().eval(),
        torch.zeros(1, 2, dtype=torch.long),
        torch.tensor([[0, 2]]),
        torch.tensor([[1, 0]]),
    )
    assert (nats.item(), n.item()) == (0.0, 1)


def test_a_model_in_training_mode_is_not_scored(model):
    inputs, targets = rows()
    with pytest.raises(RuntimeError, match="eval"):
        score_rows(model.train(), inputs, targets, torch.ones_like(inputs))


def test_bits_per_byte_are_nats_in_base_two_over_bytes():
    assert bits_per_byte(math.log(2) * 30, 10) == pytest.approx(3.0)
    # A fair guess among 256 bytes is 8 bits each.
    assert bits_per_byte(7 * math.log(256), 7) == pytest.approx(8.0)
    with pytest.raises(ValueError, match="at least one byte"):
        bits_per_byte(1.0, 0)
