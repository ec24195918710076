"""A table says what transformers calls our dials and tensors; here it is read, both ways.

So what leaves comes back bit for bit. The tables themselves are in `tables_gpt.py` and
`tables_llama.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

import torch
from torch import Tensor

from storylm.config import ModelConfig
from storylm.model.outline import outline

Refuse = Callable[[str], NoReturn]
"""Raises ValueError in one line, with the file before the words."""
Form = Callable[[Tensor, ModelConfig], Tensor]
"""How a tensor of ours lies in a file of theirs; done twice, it is undone."""


def as_it_is(tensor: Tensor, config: ModelConfig) -> Tensor:
    return tensor


class Row(NamedTuple):
    """A module of theirs, and the one or several of ours that it holds, one after another. `{}`
    counts the layers."""

    theirs: str
    ours: tuple[str, ...]
    form: Form = as_it_is


class Field(NamedTuple):
    """A field of config.json that says a dial of ours."""

    theirs: str
    kind: type
    default: Any = None
    """What transformers takes for a missing one, maybe as a function of the dials before; None:
    it must be there."""


@dataclass(frozen=True)
class Architecture:
    """A model class of transformers, and which of our models it computes."""

    style: str
    name: str
    model_type: str
    prefix: str
    """Stands before every tensor's name but the unembedding's; some files leave it out."""
    rows: tuple[Row, ...]
    fields: dict[str, Field]
    """By the dial, or the size that follows from dials."""
    fixed: dict[str, tuple[Any, ...]]
    """Fields of config.json with the values that mean what we compute; we write the first."""
    dials: dict[str, Any]
    """Dials that it has no choice in."""
    limits: Callable[[ModelConfig], dict[str, Any]]
    """What further dials would have to be; what they are, where that is fine."""
    tell: Callable[[ModelConfig], dict[str, Any]]
    """Further fields of config.json."""
    ask: Callable[[dict[str, Any], dict[str, Any], Refuse], dict[str, Any]]
    """The inverse of `tell`: dials from those fields; it is given the dials read so far."""

    # ------------------------------------------------------------------------------- config.json

    def mismatches(self, config: ModelConfig) -> dict[str, Any]:
        """The dials with which it cannot compute this model, and what they would have to be."""
        needs = self.dials | self.limits(config)
        return {dial: value for dial, value in needs.items() if getattr(config, dial) != value}

    def describe(self, config: ModelConfig) -> dict[str, Any]:
        """The config.json of a model without mismatches."""
        plain = {"architectures": [self.name], "model_type": self.model_type, "dtype": "float32"}
        plain |= {field.theirs: getattr(config, dial) for dial, field in self.fields.items()}
        plain |= {name: values[0] for name, values in self.fixed.items()}
        return plain | self.tell(config) | {"initializer_range": config.init_std}

    def read(self, plain: dict[str, Any], refuse: Refuse) -> ModelConfig:
        """The inverse of `describe`, for any config.json of this architecture. Refuses what we do
        not compute."""
        for name, allowed in (self.fixed | ORDINARY).items():
            if (value := plain.get(name, allowed[0])) not in allowed:
                refuse(f"{name}={value!r} is not supported; only {allowed[0]!r} is")
        dials: dict[str, Any] = {}
        for dial, field in self.fields.items():
            dials[dial] = read_field(plain, field, dials, refuse)
        dials |= self.ask(plain, dials, refuse)
        return build_model(self.dials | dials | {"style": self.style, "size": "imported"}, refuse)

    # ----------------------------------------------------------------------------------- tensors

    def to_theirs(self, config: ModelConfig, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """Weights by our names, as they lie in model.safetensors."""
        found = {}
        for theirs, ours, form in self.tensors(config, weights):
            parts = [weights[name] for name in ours]
            whole = parts[0] if len(parts) == 1 else torch.cat(parts)
            found[theirs] = form(whole, config).contiguous()
        return found

    def shapes(self, config: ModelConfig) -> dict[str, torch.Size]:
        """The tensors that `to_theirs` makes, by name."""
        ours_shapes, found = outline(config), {}
        for theirs, ours, form in self.tensors(config, ours_shapes):
            height = sum(ours_shapes[name].size(0) for name in ours)
            blank = torch.zeros(()).expand(height, *ours_shapes[ours[0]].shape[1:])
            found[theirs] = form(blank, config).shape
        return found

    def to_ours(self, config: ModelConfig, theirs: dict[str, Tensor]) -> dict[str, Tensor]:
        """The inverse of `to_theirs`, for exactly the tensors that it makes."""
        shapes, found = outline(config), {}
        for name, ours, form in self.tensors(config, shapes):
            heights = [shapes[one].size(0) for one in ours]
            parts = form(theirs[name], config).split(heights)
            found |= {one: part.contiguous() for one, part in zip(ours, parts, strict=True)}
        return found

    def tensors(
        self, config: ModelConfig, weights: dict[str, Tensor]
    ) -> Iterator[tuple[str, list[str], Form]]:
        """Their name, our names and the form of every tensor among these weights of ours."""
        for row in (*self.rows, Row("lm_head", ("unembed",))):
            prefix = "" if row.theirs == "lm_head" else self.prefix
            for layer in range(config.n_layers if "{}" in row.theirs else 1):
                for leaf in ("weight", "bias"):
                    ours = [f"{module.format(layer)}.{leaf}" for module in row.ours]
                    if ours[0] in weights:
                        yield f"{prefix}{row.theirs.format(layer)}.{leaf}", ours, row.form

    def full_names(self, given: dict[str, Tensor], refuse: Refuse) -> dict[str, Tensor]:
        """A file's tensors with the prefix that it may leave out, and without what follows from the
        config: masks and wavelengths."""
        found = {}
        for name, tensor in given.items():
            whole = name.startswith((self.prefix, "lm_head."))
            full = name if whole else self.prefix + name
            if full in found:
                refuse(f"{full} is there twice, with its prefix and without")
            if not BUFFERS.fullmatch(full):
                found[full] = tensor
        return found


BUFFERS = re.compile(r".*\.attn\.(attention\.)?(masked_)?bias|.*\brotary_emb\.inv_freq")
ORDINARY = {
    "quantization_config": (None,),
    "sliding_window": (None,),
    "partial_rotary_factor": (None, 1),
    "add_cross_attention": (False, None),
    "is_encoder_decoder": (False, None),
}
"""Fields that any config.json may have, with what leaves the model as it is."""


def read_field(plain: dict[str, Any], field: Field, dials: dict[str, Any], refuse: Refuse) -> Any:
    value = plain.get(field.theirs)
    if value is None:
        value = field.default(dials) if callable(field.default) else field.default
    if value is None:
        refuse(f"it has no {field.theirs}")
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if field.kind is float and number:
        return float(value)
    if type(value) is not field.kind or (field.kind is int and value < 1):
        wanted = {int: "a whole number of at least 1", float: "a number", bool: "true or false"}
        refuse(f"{field.theirs}={value!r} must be {wanted[field.kind]}")
    return value


def build_model(dials: dict[str, Any], refuse: Refuse) -> ModelConfig:
    """A config with exactly these sizes, which are ratios with us."""
    width, heads, d_ff = dials["d_model"], dials.pop("n_heads"), dials.pop("d_ff")
    kv_heads = dials.pop("n_kv_heads", heads)
    if width % heads or heads % kv_heads:
        refuse(
            f"a width of {width}, {heads} heads and {kv_heads} key/value heads do not divide one "
            "another"
        )
    dials |= {"head_dim": width // heads, "queries_per_kv": heads // kv_heads}
    try:
        config = ModelConfig(mlp_ratio=d_ff / width, d_ff_multiple=1, **dials)
    except ValueError as error:
        refuse(str(error))
    assert config.d_ff == d_ff
    return config


# ------------------------------------------------------------------------------ what tables share

STREAM_ONLY = {"embedding_residual": False, "value_residual": False}
GAINS_ONLY = {"norm_weights": True, "norm_embedding": False, "qk_norm": False} | STREAM_ONLY


def attention_rows(theirs: str, form: Form = as_it_is, out: str = "o_proj") -> tuple[Row, ...]:
    """Query, key, value and output of a layer, one by one; `form` is that of query and key."""
    return (
        Row(theirs + ".q_proj", ("blocks.{}.attention.query",), form),
        Row(theirs + ".k_proj", ("blocks.{}.attention.key",), form),
        Row(theirs + ".v_proj", ("blocks.{}.attention.value",)),
        Row(f"{theirs}.{out}", ("blocks.{}.attention.out",)),
    )


def short_windows(config: ModelConfig) -> set[int]:
    """Reaches that end within the context."""
    reaches = {config.window(layer) for layer in range(config.n_layers)}
    return {reach for reach in reaches if 0 < reach < config.context_length}


def see_everything(config: ModelConfig) -> dict[str, Any]:
    return {"windows": [0] if short_windows(config) else config.windows}
