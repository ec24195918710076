"""What a model weighs and costs, from its config alone: parameters, FLOPs, memory."""

from __future__ import annotations

from dataclasses import dataclass

from storylm.config import MLP, ModelConfig, Norm, OptimizerKind, Position


def count_parameters(config: ModelConfig) -> int:
    """Trained numbers in all, each once: a tied unembedding is the embedding."""
    return embedding_parameters(config) + non_embedding_parameters(config)


def embedding_parameters(config: ModelConfig) -> int:
    """What grows with vocabulary and context: embedding, positions, untied unembedding."""
    vectors = config.vocab_size * (1 if config.tie_embeddings else 2)
    if config.position is Position.learned:
        vectors += config.context_length
    return vectors * config.d_model


def non_embedding_parameters(config: ModelConfig) -> int:
    """The blocks and the last norm."""
    D, F = config.d_model, config.d_ff
    norm = D * (2 if config.norm is Norm.layernorm and config.bias else 1) * config.norm_weights
    width_kv = config.n_kv_heads * config.head_dim
    biases = (D + 2 * width_kv) * config.qkv_bias + D * config.bias
    biases += (F * (mlp_matrices(config) - 1) + D) * config.bias
    mixing = 2 * config.n_layers * config.embedding_residual
    mixing += (config.n_layers - 1) * config.value_residual
    blocks = config.n_layers * (block_matrices(config) + biases + 2 * norm)
    return blocks + mixing + norm * (1 + config.norm_embedding)


def matmul_parameters(config: ModelConfig) -> int:
    """Every weight matrix that multiplies each token, and the unembedding, tied or not.

    The embeddings, which are looked up, are not in it.
    """
    return config.n_layers * block_matrices(config) + config.vocab_size * config.d_model


def block_matrices(config: ModelConfig) -> int:
    """Parameters in one block's weight matrices."""
    D, width_kv = config.d_model, config.n_kv_heads * config.head_dim
    return 2 * D * D + 2 * D * width_kv + mlp_matrices(config) * D * config.d_ff


def mlp_matrices(config: ModelConfig) -> int:
    return 3 if config.mlp is MLP.swiglu else 2


def flops_per_token(config: ModelConfig, context_length: int | None = None) -> int:
    """Floating-point operations of forward and backward for one token of a training window.

    6 matmul_parameters + 12 L H K T, as PaLM counts (arXiv 2204.02311, appendix B): a product costs
    2 operations per parameter forwards and 4 backwards; a layer's scores and weighted values cost
    4 H K T forwards and 8 backwards. Attention counts as full T x T, neither halved for causality
    nor cut by windows, and without what fast kernels compute twice. T is `context_length`, the
    model's own by default.
    """
    T = config.context_length if context_length is None else context_length
    attention = config.n_layers * config.n_heads * config.head_dim * T
    return 6 * matmul_parameters(config) + 12 * attention


@dataclass(frozen=True)
class Memory:
    """Bytes that training holds, by what they are for."""

    weights: int
    gradients: int
    optimizer: int
    activations: int

    @property
    def total(self) -> int:
        return self.weights + self.gradients + self.optimizer + self.activations


def training_memory(
    config: ModelConfig,
    micro_batch_size: int,
    *,
    optimizer: OptimizerKind = OptimizerKind.adamw,
    bytes_per_activation: int = 4,
) -> Memory:
    """Bytes of one training step: fp32 weights, gradients and moments, and activations.

    AdamW keeps two moments of each weight; Muon one of each matrix inside blocks. The first three
    are exact. The activations are a rough guide to what autograd keeps of a forward pass in fp32
    without recomputation, the loss being `mean_nats`, which keeps no logits; give 2 bytes per
    activation for bf16 throughout.
    """
    weights = 4 * count_parameters(config)
    D, F, width_kv = config.d_model, config.d_ff, config.n_kv_heads * config.head_dim
    # Per layer: the stream and its normalized copy, twice; queries, keys, values and what attention
    # found; the MLP before and after it bends and, for a gate, the straight half and the product.
    block = 4 * D + 2 * D + 2 * width_kv + F * (4 if config.mlp is MLP.swiglu else 2)
    if config.norm is Norm.rmsnorm:
        block += 2 * D  # the copy before its gain, too
    if config.dropout:
        block += 2 * D  # which numbers were dropped
    token = config.n_layers * block + 3 * D
    activations = token * micro_batch_size * config.context_length * bytes_per_activation
    moments = 2 * weights
    if optimizer is OptimizerKind.muon:
        moments -= 4 * config.n_layers * block_matrices(config)
    return Memory(weights, weights, moments, activations)
