"""Low-rank adapters: they begin as nothing, only they learn, and merging changes no number."""

import pytest
import torch
from test_transformer import build, some_ids

from storylm.config import LoraConfig, OptimConfig
from storylm.model.adapters import AdaptedLinear, add_adapters, merge_adapters
from storylm.model.loss import mean_nats
from storylm.optim.build import build_optimizer


def adapted(style="llama", **dials):
    model = build(style)
    add_adapters(model, LoraConfig(**dials))
    return model


def learn(model, steps=3):
    """A few steps at a rate that moves everything that can move."""
    optimizer = build_optimizer(model, OptimConfig(learning_rate=0.05))
    ids = some_ids()
    for _ in range(steps):
        mean_nats(model.hidden(ids[:, :-1]), model.unembed_VD, ids[:, 1:]).backward()
        optimizer.step()
        optimizer.zero_grad()


@pytest.mark.parametrize("style", ["gpt2", "gpt_neo", "llama", "swift"])
def test_an_untrained_adapter_changes_nothing(style):
    assert torch.equal(adapted(style)(some_ids()), build(style)(some_ids()))


@pytest.mark.parametrize("style", ["gpt2", "llama", "tied", "swift"])
def test_only_the_adapters_parameters_change(style):
    model = adapted(style)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    learn(model)
    changed = {name for name, p in model.named_parameters() if not torch.equal(p, before[name])}
    assert changed == {name for name in before if "adapter_" in name}


@pytest.mark.parametrize("style", ["gpt2", "llama", "swift"])
def test_the_merged_model_computes_the_same(style):
    model = adapted(style, rank=3, alpha=12.0)
    learn(model)
    expected = model(some_ids())
    merge_adapters(model)
    assert not any(isinstance(part, AdaptedLinear) for part in model.modules())
    assert model.state_dict().keys() == build(style).state_dict().keys()
    logits = model(some_ids())
    torch.testing.assert_close(logits, expected, rtol=1e-5, atol=1e-5 * expected.abs().max().item())
    assert not torch.allclose(logits, build(style)(some_ids()), atol=1e-2)


def test_targets_choose_the_layers():
    model = adapted(targets=["query", "down"])
    names = {n for n, part in model.named_modules() if isinstance(part, AdaptedLinear)}
    wanted = {f"blocks.{i}.{n}" for i in range(4) for n in ("attention.query", "mlp.down")}
    assert names == wanted
    assert sum(p.numel() for p in model.parameters() if p.requires_grad) == 4 * 8 * (
        (32 + 32) + (model.config.d_ff + 32)
    )


def test_targets_that_the_model_lacks_are_refused():
    with pytest.raises(ValueError, match="names no linear layer"):
        adapted("gpt2", targets=["gate"])
    with pytest.raises(ValueError, match=r"lora.rank=33 is more than query has itself: 32"):
        adapted(rank=33)
    with pytest.raises(ValueError, match="finite"):
        LoraConfig(alpha=float("inf"))
    with pytest.raises(ValueError, match=r"lora\.targets"):
        LoraConfig(targets=["qeury"])
