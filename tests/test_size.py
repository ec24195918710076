"""Parameters, FLOPs and memory from the config alone equal those of the built model."""

import random

import pytest
import torch
from test_transformer import STYLES, build
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode, register_flop_formula

from storylm.config import MLP, ModelConfig, Norm, OptimConfig, OptimizerKind, Position
from storylm.model.loss import token_nats
from storylm.model.outline import outline
from storylm.model.size import (
    count_parameters,
    embedding_parameters,
    flops_per_token,
    matmul_parameters,
    non_embedding_parameters,
    training_memory,
)
from storylm.model.transformer import Transformer
from storylm.optim.build import build_optimizer


def any_config(seed: int) -> ModelConfig:
    """A legal model drawn from all dials that change its shape."""
    draw = random.Random(seed)
    head_dim, n_kv_heads = draw.choice([2, 4, 8, 12]), draw.choice([1, 2, 3])
    queries_per_kv = draw.choice([1, 1, 2, 4])
    return ModelConfig(
        vocab_size=draw.randint(2, 90),
        context_length=draw.randint(2, 20),
        n_layers=draw.randint(1, 4),
        d_model=head_dim * n_kv_heads * queries_per_kv,
        head_dim=head_dim,
        queries_per_kv=queries_per_kv,
        mlp_ratio=draw.choice([1.0, 8 / 3, 4.0, 3.7]),
        d_ff_multiple=draw.choice([1, 4, 8, 32]),
        norm=draw.choice(list(Norm)),
        position=draw.choice(list(Position)),
        mlp=draw.choice(list(MLP)),
        bias=draw.random() < 0.5,
        qkv_bias=draw.random() < 0.5,
        scale_attention=draw.random() < 0.5,
        windows=draw.choice([[0], [0, 3], [2]]),
        tie_embeddings=draw.random() < 0.5,
        embedding_residual=draw.random() < 0.5,
        value_residual=draw.random() < 0.5,
    )


@pytest.mark.parametrize("seed", range(60))
def test_counts_equal_the_built_model(seed):
    config = any_config(seed)
    with torch.device("meta"):
        model = Transformer(config)
    sizes = {name: p.numel() for name, p in model.named_parameters()}
    embeddings = {n for n in sizes if n.split(".")[0] in ("embed", "embed_position", "unembed")}
    assert count_parameters(config) == sum(sizes.values())
    assert embedding_parameters(config) == sum(sizes[name] for name in embeddings)
    assert non_embedding_parameters(config) == sum(sizes.values()) - embedding_parameters(config)
    linear = [part for part in model.blocks.modules() if isinstance(part, torch.nn.Linear)]
    unembed = model.unembed_VD.numel()
    assert matmul_parameters(config) == sum(part.weight.numel() for part in linear) + unembed


@register_flop_formula(torch.ops.storylm.attend)
def scores_and_values(q_shape, *others, **rest):
    B, H, T, K = q_shape
    return 4 * B * H * T * T * K


@register_flop_formula(torch.ops.storylm.attend_backward)
def their_gradients(grad_shape, *others, **rest):
    return 2 * scores_and_values(grad_shape)  # without the scores, which are computed again


@pytest.mark.parametrize("seed", range(25))
def test_flops_formula_equals_flop_counter(seed):
    """Attention counts as its plain kernel: the fast ones compute the scores twice."""
    config = any_config(seed)
    model = Transformer(config)
    T = random.Random(seed).randint(1, config.context_length)
    ids = torch.randint(0, config.vocab_size, (3, T + 1))
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        token_nats(model(ids[:, :-1]), ids[:, 1:]).mean().backward()
    assert counter.get_total_flops() == 3 * T * flops_per_token(config, T)


def test_flops_are_the_glossarys():
    config = ModelConfig()
    L, H, K, T = 4, 4, 32, 256
    assert flops_per_token(config) == 6 * matmul_parameters(config) + 12 * L * H * K * T


@pytest.mark.parametrize(
    "dials",
    [
        {},
        {"queries_per_kv": 2, "dropout": 0.1},
        {"norm": Norm.layernorm, "position": Position.learned, "mlp": MLP.gelu, "bias": True},
    ],
)
def test_memory_is_near_what_autograd_keeps(dials):
    config = ModelConfig(**{"n_layers": 3, "context_length": 64, **dials})
    model = Transformer(config)
    weights = {p.untyped_storage().data_ptr() for p in [*model.parameters(), *model.buffers()]}
    kept = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        kept[storage.data_ptr()] = storage  # held, so that no address is used twice
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        x_BTD = model.hidden(torch.zeros(4, 64, dtype=torch.long))
    found = sum(storage.nbytes() for at, storage in kept.items() if at not in weights)
    memory = training_memory(config, micro_batch_size=4)
    assert x_BTD.requires_grad
    assert memory.activations == pytest.approx(found, rel=0.1)


def test_memory_counts_weights_gradients_and_two_moments():
    config = ModelConfig()
    memory = training_memory(config, micro_batch_size=4)
    assert memory.weights == memory.gradients == 4 * count_parameters(config)
    assert memory.optimizer == 8 * count_parameters(config)
    parts = memory.weights + memory.gradients + memory.optimizer + memory.activations
    assert memory.total == parts
    assert training_memory(config, 4, bytes_per_activation=2).activations * 2 == memory.activations


@pytest.mark.parametrize("kind", list(OptimizerKind))
@pytest.mark.parametrize("style", STYLES)
def test_memory_of_the_optimizer_is_what_it_keeps(style, kind):
    model = build(style)
    optimizer = build_optimizer(model, OptimConfig(kind=kind))
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    kept = [t.nbytes for state in optimizer.state.values() for t in state.values() if t.ndim]
    assert training_memory(model.config, 1, optimizer=kind).optimizer == sum(kept)


@pytest.mark.parametrize("style", STYLES)
def test_an_outline_has_the_names_and_shapes_of_the_model(style):
    model = build(style)
    wanted = {name: (t.shape, t.dtype) for name, t in model.state_dict().items()}
    assert {n: (t.shape, t.dtype) for n, t in outline(model.config).items()} == wanted
    assert all(tensor.is_meta for tensor in outline(model.config).values())
