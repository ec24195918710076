"""From a model to its optimizer: every parameter in exactly one group, decayed or not."""

from __future__ import annotations

import torch
from torch import nn

from storylm.config import OptimConfig


def group_parameters(model: nn.Module, config: OptimConfig) -> list[dict[str, object]]:
    """Two groups: matrices, which decay, and the rest (norms, biases, embeddings), which do not.

    A tied embedding appears once, as the embedding. With `decay_embeddings` it decays too.
    """
    embeddings = {
        id(parameter)
        for module in model.modules()
        if isinstance(module, nn.Embedding)
        for parameter in module.parameters()
    }
    decayed, plain = [], []
    for parameter in model.parameters():  # each once, though two modules may share it
        if not parameter.requires_grad:
            continue
        matrix = parameter.ndim >= 2 and (
            config.decay_embeddings or id(parameter) not in embeddings
        )
        (decayed if matrix else plain).append(parameter)
    groups = [
        {"params": decayed, "weight_decay": config.weight_decay},
        {"params": plain, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def build_optimizer(model: nn.Module, config: OptimConfig) -> torch.optim.Optimizer:
    """AdamW (Loshchilov & Hutter 2017), all parameters in one fused kernel."""
    return torch.optim.AdamW(
        group_parameters(model, config),
        lr=config.learning_rate,
        betas=(config.beta1, config.beta2),
        eps=config.eps,
        fused=True,
    )
