"""GPT-2 and GPT-Neo as transformers knows them."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from storylm.config import MLP, ModelConfig, Norm, Position
from storylm.export.tables import (
    GAINS_ONLY,
    Architecture,
    Field,
    Form,
    Refuse,
    Row,
    as_it_is,
    attention_rows,
    see_everything,
    short_windows,
)


def transposed(tensor: Tensor, config: ModelConfig) -> Tensor:
    """GPT-2's Conv1D keeps its matrices as inputs x outputs."""
    return tensor.t()


def gpt_rows(*attention: Row, form: Form) -> tuple[Row, ...]:
    return (
        Row("wte", ("embed",)),
        Row("wpe", ("embed_position",)),
        Row("h.{}.ln_1", ("blocks.{}.attention_norm",)),
        *attention,
        Row("h.{}.ln_2", ("blocks.{}.mlp_norm",)),
        Row("h.{}.mlp.c_fc", ("blocks.{}.mlp.up",), form),
        Row("h.{}.mlp.c_proj", ("blocks.{}.mlp.down",), form),
        Row("ln_f", ("norm",)),
    )


GPT_FIELDS = {
    "vocab_size": Field("vocab_size", int),
    "norm_eps": Field("layer_norm_epsilon", float, 1e-5),
    "tie_embeddings": Field("tie_word_embeddings", bool, True),
}
GPT_DIALS = GAINS_ONLY | {
    "norm": Norm.layernorm,
    "position": Position.learned,
    "mlp": MLP.gelu,
    "bias": True,
    "queries_per_kv": 1,
    "logit_softcap": 0.0,
}
TANH_GELU = {"activation_function": ("gelu_new", "gelu_pytorch_tanh")}


def four_widths(dials: dict[str, Any]) -> int:
    return 4 * dials["d_model"]


def one_window(config: ModelConfig) -> dict[str, Any]:
    several = len(short_windows(config)) > 1
    return {"windows": [0, max(short_windows(config))] if several else config.windows}


def tell_kinds(config: ModelConfig) -> dict[str, Any]:
    """GPT-Neo has layers of two kinds, and one window for the local ones."""
    reaches = [config.window(layer) for layer in range(config.n_layers)]
    window = max(short_windows(config) or set(reaches) - {0} or {256})
    kinds = ["local" if reach == window else "global" for reach in reaches]
    pattern = shortest_pattern(kinds)
    whole = len(kinds) % len(pattern) == 0
    types = [[pattern, len(kinds) // len(pattern)]] if whole else [[kinds, 1]]
    return {"attention_types": types, "attention_layers": kinds, "window_size": window}


def ask_kinds(plain: dict[str, Any], dials: dict[str, Any], refuse: Refuse) -> dict[str, Any]:
    types = plain.get("attention_types") or [[["global", "local"], 12]]
    window = plain.get("window_size", 256)
    told = sum(len(entry[0]) * entry[1] for entry in types)
    if told != dials["n_layers"]:
        refuse(f"attention_types speak of {told} layers, num_layers of {dials['n_layers']}")
    kinds = [kind for pattern, times in types for kind in pattern * times]
    if unknown := set(kinds) - {"global", "local"}:
        refuse(f"attention_types name {min(unknown)!r}; only global and local are supported")
    if type(window) is not int or window < 1:
        refuse(f"window_size={window!r} must be a whole number of at least 1")
    return {"windows": shortest_pattern([window if kind == "local" else 0 for kind in kinds])}


def shortest_pattern(items: list[Any]) -> list[Any]:
    """The fewest first items that, repeated, give all of them."""
    lengths = range(1, len(items) + 1)
    repeats = (n for n in lengths if all(item == items[i % n] for i, item in enumerate(items)))
    return items[: next(repeats)]


GPT2 = Architecture(
    style="gpt2",
    name="GPT2LMHeadModel",
    model_type="gpt2",
    prefix="transformer.",
    rows=gpt_rows(
        Row(
            "h.{}.attn.c_attn",
            tuple(f"blocks.{{}}.attention.{part}" for part in ("query", "key", "value")),
            transposed,
        ),
        Row("h.{}.attn.c_proj", ("blocks.{}.attention.out",), transposed),
        form=transposed,
    ),
    fields=GPT_FIELDS
    | {
        "context_length": Field("n_positions", int),
        "d_model": Field("n_embd", int),
        "n_layers": Field("n_layer", int),
        "n_heads": Field("n_head", int),
        "d_ff": Field("n_inner", int, four_widths),
    },
    # Unscaled scores are in its config too, but transformers 4 with SDPA scales them all the same.
    fixed=TANH_GELU | {"scale_attn_weights": (True,), "scale_attn_by_inverse_layer_idx": (False,)},
    dials=GPT_DIALS | {"qkv_bias": True, "scale_attention": True},
    limits=see_everything,
    tell=lambda config: {
        "resid_pdrop": config.dropout,
        "embd_pdrop": config.dropout,
        "attn_pdrop": 0.0,
    },
    ask=lambda plain, dials, refuse: {},
)
GPT_NEO = Architecture(
    style="gpt_neo",
    name="GPTNeoForCausalLM",
    model_type="gpt_neo",
    prefix="transformer.",
    rows=gpt_rows(*attention_rows("h.{}.attn.attention", out="out_proj"), form=as_it_is),
    fields=GPT_FIELDS
    | {
        "context_length": Field("max_position_embeddings", int),
        "d_model": Field("hidden_size", int),
        "n_layers": Field("num_layers", int),
        "n_heads": Field("num_heads", int),
        "d_ff": Field("intermediate_size", int, four_widths),
    },
    fixed=TANH_GELU,
    dials=GPT_DIALS | {"qkv_bias": False, "scale_attention": False},
    limits=one_window,
    tell=lambda config: (
        tell_kinds(config)
        | {
            "resid_dropout": config.dropout,
            "embed_dropout": config.dropout,
            "attention_dropout": 0.0,
        }
    ),
    ask=ask_kinds,
)
