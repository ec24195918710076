"""Rotary positions that reach beyond the trained context."""

import math

import pytest
import torch
from test_transformer import build, some_ids

from storylm.config import ModelConfig, RopeScaling
from storylm.model.rotary import build_rotation, extend_context, frequencies

PLAIN = ModelConfig(context_length=64, head_dim=32, d_model=64)


def test_linear_scaling_puts_the_old_positions_between_the_new():
    longer = extend_context(PLAIN, 256, RopeScaling.linear)
    assert (longer.rope_factor, longer.trained_context_length) == (4.0, 64)
    torch.testing.assert_close(build_rotation(longer)[:, ::4], build_rotation(PLAIN))


def test_ntk_stretches_the_longest_wavelength_by_the_factor_and_keeps_the_shortest():
    ratio = frequencies(PLAIN) / frequencies(extend_context(PLAIN, 256, RopeScaling.ntk))
    assert ratio[0] == 1
    assert ratio[-1].item() == pytest.approx(4, rel=1e-5)
    assert (ratio.diff() > 0).all()


def test_yarn_keeps_what_turns_often_and_stretches_what_never_turns_round():
    trained = ModelConfig(context_length=1_024, head_dim=32, d_model=64)
    longer = extend_context(trained, 4_096, RopeScaling.yarn)
    plain, scaled = frequencies(trained), frequencies(longer)
    turns = 1_024 * plain / (2 * math.pi)
    often, never = turns > 40, turns < 0.5
    assert often.sum() >= 2
    assert never.sum() >= 2
    torch.testing.assert_close(scaled[often], plain[often])
    torch.testing.assert_close(scaled[never], plain[never] / 4)
    between = ~often & ~never
    assert ((scaled < plain) & (scaled > plain / 4))[between].any()
    assert (scaled <= plain).all()
    assert (scaled >= plain / 4).all()
    cos_sin = build_rotation(longer)
    assert cos_sin[0, 0, 0].item() == pytest.approx(0.1 * math.log(4) + 1)


@pytest.mark.parametrize("kind", [k for k in RopeScaling if k is not RopeScaling.none])
def test_scaling_agrees_with_transformers(kind):
    pytest.importorskip("transformers")
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    longer = extend_context(PLAIN, 256, kind)
    theta = 10_000 * (4 ** (32 / 30) if kind is RopeScaling.ntk else 1)
    name = "default" if kind is RopeScaling.ntk else kind.value
    rope = {"rope_type": name, "rope_theta": theta}
    if kind is not RopeScaling.ntk:
        rope |= {"factor": 4.0, "original_max_position_embeddings": 64}
    config = LlamaConfig(
        hidden_size=64, num_attention_heads=2, max_position_embeddings=256, rope_parameters=rope
    )
    if name == "default":
        theirs = 1.0 / (theta ** (torch.arange(0, 32, 2) / 32))
    else:
        theirs, _ = ROPE_INIT_FUNCTIONS[name](config, "cpu")
    torch.testing.assert_close(frequencies(longer), theirs, rtol=1e-6, atol=0)


def test_a_context_within_the_trained_one_is_only_cut():
    shorter = extend_context(PLAIN, 32, RopeScaling.yarn)
    assert shorter.rope_scaling is RopeScaling.none
    assert torch.equal(build_rotation(shorter), build_rotation(PLAIN)[:, :32])


def test_an_extended_model_reads_further_and_refuses_only_beyond():
    model = build("llama")
    longer = type(model)(extend_context(model.config, 48, RopeScaling.ntk)).eval()
    longer.load_state_dict(model.state_dict())
    ids = some_ids(length=48)
    assert longer(ids).shape == (3, 48, 97)
    with pytest.raises(ValueError, match="sees only"):
        model(ids)


def test_learned_positions_cannot_be_extended():
    model = build("gpt2")
    with pytest.raises(ValueError, match="needs rotary positions"):
        extend_context(model.config, 48, RopeScaling.ntk)


@pytest.mark.parametrize(
    ("dials", "words"),
    [
        ({"rope_factor": 2.0}, "needs a model.rope_scaling"),
        ({"rope_scaling": RopeScaling.yarn, "rope_factor": 0.5}, "at least 1"),
    ],
)
def test_contradictions_are_refused(dials, words):
    with pytest.raises(ValueError, match=words):
        ModelConfig(**dials)
