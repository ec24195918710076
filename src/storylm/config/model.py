"""Dials of the model: what is computed, in which sizes."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, field

from storylm.config.checks import at_least, check_file_name, check_use, check_values, require


class Norm(enum.Enum):
    layernorm = "layernorm"
    rmsnorm = "rmsnorm"


class Position(enum.Enum):
    learned = "learned"
    """One trained vector per position, added to the embedding."""
    rope = "rope"
    """Queries and keys are rotated by their position (Su et al. 2021)."""


class MLP(enum.Enum):
    gelu = "gelu"
    """GELU in its tanh form, as GPT-2 has it."""
    swiglu = "swiglu"
    """SiLU gate times a second projection (Shazeer 2020)."""
    relu2 = "relu2"
    """The square of ReLU (So et al. 2021, arXiv 2109.08668)."""


class RopeScaling(enum.Enum):
    none = "none"
    linear = "linear"
    """Positions are divided by the factor (Chen et al. 2023, arXiv 2306.15595)."""
    ntk = "ntk"
    """A larger base, so that the longest wavelength grows by the factor and the shortest stays
    (bloc97 2023)."""
    yarn = "yarn"
    """Long wavelengths are stretched, short ones stay, and scores sharpen a little (Peng et al.
    2023, arXiv 2309.00071)."""


@dataclass
class ModelConfig:
    """What is computed. Sizes are ratios, so that every point of a depth x width grid is a legal
    model."""

    style: str = "llama"
    """The name of the style in a run's name; what it means is said by the dials below."""
    size: str = "s"
    """The name of the size in a run's name."""
    vocab_size: int = 2_048
    """Rows of the embedding. conf/train.yaml sets it to `tokenizer.vocab_size`."""
    context_length: int = 256
    """Tokens that the model sees at once, and the length of a training window."""
    n_layers: int = 4
    d_model: int = 128
    """Width of the residual stream."""
    head_dim: int = 32
    """Width of one attention head; must divide d_model."""
    queries_per_kv: int = 1
    """Query heads that share one key/value head; 1 is plain multi-head attention."""
    mlp_ratio: float = 8 / 3
    """Width of the feed-forward layer over d_model."""
    d_ff_multiple: int = 8
    """The feed-forward width is rounded up to a multiple of this."""
    norm: Norm = Norm.rmsnorm
    norm_eps: float = 1e-5
    norm_weights: bool = True
    """Norms have trained gains; without, they only normalize."""
    norm_embedding: bool = False
    """Normalize the embedding before the first block."""
    embedding_residual: bool = False
    """Each block reads a sum of stream and embedding, with two trained weights of its own."""
    value_residual: bool = False
    """Values of each layer are mixed with the first layer's, by a trained weight (Zhou et al. 2024,
    arXiv 2410.17897)."""
    qk_norm: bool = False
    """Normalize every query and key over its head, by root mean square and without gains."""
    position: Position = Position.rope
    rope_theta: float = 10_000.0
    """Base of the rotary wavelengths."""
    rope_scaling: RopeScaling = RopeScaling.none
    """How a context longer than the trained one is reached; context_length is the longer one."""
    rope_factor: float = 1.0
    """The longer context over the trained one."""
    mlp: MLP = MLP.swiglu
    bias: bool = False
    """Biases in linear layers and in LayerNorm."""
    qkv_bias: bool = False
    """Biases of query, key and value; GPT-2 has them, GPT-Neo and LLaMA have not."""
    scale_attention: bool = True
    """Divide attention scores by the root of head_dim. GPT-Neo does not."""
    windows: list[int] = field(default_factory=lambda: [0])
    """Attention reach per layer in tokens, repeated over depth. 0 sees everything; GPT-Neo is [0,
    256]."""
    tie_embeddings: bool = True
    """The unembedding is the embedding's own matrix."""
    logit_softcap: float = 0.0
    """Logits are bent to stay within this, as softcap tanh(logits / softcap); 0 leaves them."""
    dropout: float = 0.0
    """Probability of zeroing: after the embedding, after attention's and the MLP's output
    projection."""
    init_std: float = 0.02
    """Standard deviation of the initial weights."""
    scale_residual_init: bool = True
    """Output projections start smaller by the root of 2 n_layers (GPT-2), so that the residual
    stream keeps its size."""
    zero_init: bool = False
    """Output projections start at zero, so that each block begins as the identity."""

    def __post_init__(self) -> None:
        for name in ("rope_theta", "norm_eps"):
            value = getattr(self, name)
            require(0 < value < math.inf, f"model.{name}={value} must be positive and finite")
        check_values("model", self)
        for name in ("style", "size"):
            check_file_name(f"model.{name}", getattr(self, name))
        at_least(
            "model",
            self,
            1,
            "vocab_size",
            "context_length",
            "n_layers",
            "d_model",
            "head_dim",
            "queries_per_kv",
            "d_ff_multiple",
        )
        if self.d_model % self.head_dim:
            nearest = max(self.head_dim, round(self.d_model / self.head_dim) * self.head_dim)
            raise ValueError(
                f"model.d_model={self.d_model} is not a multiple of "
                f"model.head_dim={self.head_dim}; try model.d_model={nearest}"
            )
        if self.n_heads % self.queries_per_kv:
            nearest = max(
                n
                for n in range(1, self.n_heads + 1)
                if self.n_heads % n == 0 and n <= self.queries_per_kv
            )
            raise ValueError(
                f"model.queries_per_kv={self.queries_per_kv} does not divide the "
                f"{self.n_heads} heads "
                f"(model.d_model / model.head_dim); try model.queries_per_kv={nearest}"
            )
        if self.position is Position.rope:
            require(
                self.head_dim % 2 == 0,
                f"model.head_dim={self.head_dim} must be even for model.position=rope; try "
                f"{self.head_dim + 1}",
            )
        require(self.mlp_ratio > 0, f"model.mlp_ratio={self.mlp_ratio} must be positive")
        require(self.init_std > 0, f"model.init_std={self.init_std} must be positive")
        at_least("model", self, 0, "logit_softcap")
        self.check_rope_scaling()
        rope = self.position is Position.rope
        check_use("model", self, rope, "model.position=rope", "rope_theta")
        require(
            0 <= self.dropout < 1,
            f"model.dropout={self.dropout} must be at least 0 and less than 1",
        )
        require(
            bool(self.windows) and min(self.windows) >= 0,
            f"model.windows={self.windows} needs one or more reaches, each at least 0",
        )

    def check_rope_scaling(self) -> None:
        kind = self.rope_scaling
        at_least("model", self, 1, "rope_factor")
        if kind is RopeScaling.none:
            require(
                self.rope_factor == 1,
                f"model.rope_factor={self.rope_factor} needs a model.rope_scaling: linear, ntk or "
                "yarn",
            )
            return
        require(
            self.position is Position.rope,
            f"model.rope_scaling={kind.value} needs model.position=rope; learned positions end "
            "where training ended",
        )

    @property
    def trained_context_length(self) -> int:
        """The context before it was extended."""
        return round(self.context_length / self.rope_factor)

    @property
    def n_heads(self) -> int:
        return self.d_model // self.head_dim

    @property
    def n_kv_heads(self) -> int:
        return self.n_heads // self.queries_per_kv

    @property
    def d_ff(self) -> int:
        multiple = self.d_ff_multiple
        return math.ceil(self.d_model * self.mlp_ratio / multiple - 1e-6) * multiple

    def window(self, layer: int) -> int:
        """Attention reach of a layer in tokens; 0 sees everything."""
        return self.windows[layer % len(self.windows)]
