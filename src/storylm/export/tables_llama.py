"""LLaMA and NanoChat as transformers knows them."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from storylm.config import MLP, ModelConfig, Norm, Position, RopeScaling
from storylm.export.tables import (
    GAINS_ONLY,
    STREAM_ONLY,
    Architecture,
    Field,
    Refuse,
    Row,
    attention_rows,
    see_everything,
)
from storylm.model.rotary import scaled_theta


def halves_swapped(tensor: Tensor, config: ModelConfig) -> Tensor:
    """NanoChat turns the other way: with the halves of every head swapped, that is our way, and
    scores do not see it, as queries and keys are swapped alike."""
    heads = tensor.unflatten(0, (-1, config.head_dim))
    return heads.roll(config.head_dim // 2, dims=1).flatten(0, 1)


def llama_rows(*attention: Row, mlp: dict[str, str], norms: bool) -> tuple[Row, ...]:
    named = tuple(Row(f"layers.{{}}.mlp.{name}", (f"blocks.{{}}.mlp.{mlp[name]}",)) for name in mlp)
    gains = (
        Row("layers.{}.input_layernorm", ("blocks.{}.attention_norm",)),
        Row("layers.{}.post_attention_layernorm", ("blocks.{}.mlp_norm",)),
        Row("norm", ("norm",)),
    )
    return (Row("embed_tokens", ("embed",)), *attention, *named, *(gains if norms else ()))


LLAMA_FIELDS = {
    "vocab_size": Field("vocab_size", int),
    "context_length": Field("max_position_embeddings", int),
    "d_model": Field("hidden_size", int),
    "n_layers": Field("num_hidden_layers", int),
    "n_heads": Field("num_attention_heads", int),
    "n_kv_heads": Field("num_key_value_heads", int, lambda dials: dials["n_heads"]),
    "d_ff": Field("intermediate_size", int),
    "norm_eps": Field("rms_norm_eps", float, 1e-6),
    "tie_embeddings": Field("tie_word_embeddings", bool, False),
}
LLAMA_DIALS = {"norm": Norm.rmsnorm, "position": Position.rope, "scale_attention": True}


def tell_rope(config: ModelConfig) -> dict[str, Any]:
    """Rotary positions: `rope_parameters` for transformers 5, the other two for 4."""
    theta = scaled_theta(config)  # ntk is nothing but a larger base
    kind, scaling = config.rope_scaling, {}
    if kind in (RopeScaling.linear, RopeScaling.yarn):
        scaling = {"rope_type": kind.value, "factor": config.rope_factor}
    if kind is RopeScaling.yarn:
        scaling["original_max_position_embeddings"] = config.trained_context_length
    return {
        "rope_parameters": {"rope_type": "default", "rope_theta": theta} | scaling,
        "rope_theta": theta,
        "rope_scaling": scaling or None,
        "head_dim": config.head_dim,
        "attention_dropout": 0.0,
    }


def ask_rope(plain: dict[str, Any], dials: dict[str, Any], refuse: Refuse) -> dict[str, Any]:
    if plain.get("head_dim") not in (None, dials["d_model"] / dials["n_heads"]):
        refuse(f"head_dim={plain['head_dim']} is not hidden_size / num_attention_heads")
    rope = plain.get("rope_scaling") or plain.get("rope_parameters") or {}
    if not isinstance(rope, dict) or any(isinstance(value, dict) for value in rope.values()):
        refuse(f"rope_parameters={rope!r} are not those of one kind for all layers")
    kind = rope.get("rope_type", rope.get("type", "default"))
    theta = 1.0 * rope.get("rope_theta", plain.get("rope_theta", 10_000))
    context, factor = dials["context_length"], rope.get("factor")
    usual: dict[str, tuple[Any, ...]] = {"partial_rotary_factor": (None, 1)}
    if kind == "yarn":
        trained = rope.get("original_max_position_embeddings", context)
        trained = plain.get("original_max_position_embeddings", trained)
        factor = context / trained if factor is None else factor
        if not isinstance(factor, (int, float)) or factor < 1:
            refuse(f"yarn with factor={factor!r} is not supported; it must be at least 1")
        usual |= {"beta_fast": (None, 32), "beta_slow": (None, 1), "truncate": (True,)}
        usual |= {"mscale": (None,), "mscale_all_dim": (None,)}
        usual["attention_factor"] = (None, 0.1 * math.log(max(factor, 1)) + 1)
        if trained != round(context / factor):
            refuse(
                f"yarn with factor={factor} and original_max_position_embeddings={trained} reaches "
                f"{round(trained * factor)}; set max_position_embeddings={context} to that"
            )
    elif kind not in ("default", "linear"):
        refuse(f"rope_type={kind!r} is not supported; default, linear and yarn are")
    for name, allowed in usual.items():
        if (value := rope.get(name, allowed[0])) not in allowed:
            refuse(f"{kind} rope with {name}={value!r} is not supported; only {allowed[0]!r} is")
    if kind == "default":
        return {"rope_theta": theta}
    return {"rope_theta": theta, "rope_scaling": RopeScaling(kind), "rope_factor": 1.0 * factor}


def ask_llama(plain: dict[str, Any], dials: dict[str, Any], refuse: Refuse) -> dict[str, Any]:
    bias = plain.get("mlp_bias", False)
    if plain.get("attention_bias", False) != bias:
        refuse(f"attention_bias and mlp_bias={bias} differ; both or neither are supported")
    return ask_rope(plain, dials, refuse) | {"bias": bool(bias), "qkv_bias": bool(bias)}


def ask_nanochat(plain: dict[str, Any], dials: dict[str, Any], refuse: Refuse) -> dict[str, Any]:
    found = ask_rope(plain, dials, refuse)
    if found.get("rope_scaling") is RopeScaling.yarn:
        refuse("yarn is not supported, as this architecture normalizes its sharper scores away")
    return found | {"logit_softcap": 1.0 * (plain.get("final_logit_softcapping", 15) or 0)}


LLAMA = Architecture(
    style="llama",
    name="LlamaForCausalLM",
    model_type="llama",
    prefix="model.",
    rows=llama_rows(
        *attention_rows("layers.{}.self_attn"),
        mlp={"gate_proj": "gate", "up_proj": "up", "down_proj": "down"},
        norms=True,
    ),
    fields=LLAMA_FIELDS,
    fixed={"hidden_act": ("silu", "swish")},
    dials=LLAMA_DIALS | GAINS_ONLY | {"mlp": MLP.swiglu, "logit_softcap": 0.0},
    limits=lambda config: see_everything(config) | {"qkv_bias": config.bias},
    tell=lambda config: (
        tell_rope(config) | {"attention_bias": config.bias, "mlp_bias": config.bias}
    ),
    ask=ask_llama,
)
NANOCHAT = Architecture(
    style="nanochat",
    name="NanoChatForCausalLM",
    model_type="nanochat",
    prefix="model.",
    rows=llama_rows(
        *attention_rows("layers.{}.self_attn", halves_swapped),
        mlp={"fc1": "up", "fc2": "down"},
        norms=False,
    ),
    fields=LLAMA_FIELDS,
    fixed={"hidden_act": ("relu2",), "attention_bias": (False,)},
    dials=LLAMA_DIALS
    | {"mlp": MLP.relu2, "norm_weights": False, "norm_embedding": True, "qk_norm": True}
    | {"bias": False, "qkv_bias": False}
    | STREAM_ONLY,
    # It normalizes after the rotation, so that yarn's sharper scores would be lost.
    limits=lambda config: (
        see_everything(config)
        | {
            "rope_scaling": RopeScaling.linear
            if config.rope_scaling is RopeScaling.yarn
            else config.rope_scaling
        }
    ),
    tell=lambda config: (
        tell_rope(config) | {"final_logit_softcapping": config.logit_softcap or None}
    ),
    ask=ask_nanochat,
)
