"""From a model to its optimizer: every parameter in exactly one group, decayed or not."""

from __future__ import annotations

import torch
from torch import nn

from storylm.config import OptimConfig, OptimizerKind
from storylm.optim.muon import MuonAdamW


def group_parameters(model: nn.Module, config: OptimConfig) -> list[dict[str, object]]:
    """Matrices, which decay, and the rest (norms, biases, embeddings), which do not.

    A tied embedding appears once, as the embedding. With `decay_embeddings` it decays too. For
    kind=muon the weights of linear layers inside blocks are a group of their own, `muon=True`; the
    matrices of adapters are not in it, since their product is what moves the layer.
    Whoever sets a group's "lr" multiplies it with the group's "lr_scale".
    """
    embeddings = {
        id(parameter)
        for module in model.modules()
        if isinstance(module, nn.Embedding)
        for parameter in module.parameters()
    }
    inside = set()
    if config.kind is OptimizerKind.muon:
        linear = [part for part in model.blocks.modules() if isinstance(part, nn.Linear)]
        inside = {id(part.weight) for part in linear}
    decayed, plain, muon = [], [], []
    for parameter in model.parameters():  # each once, though two modules may share it
        if not parameter.requires_grad:
            continue
        matrix = parameter.ndim >= 2 and (
            config.decay_embeddings or id(parameter) not in embeddings
        )
        rest = decayed if matrix else plain
        (muon if id(parameter) in inside else rest).append(parameter)
    groups = [
        {"params": decayed, "weight_decay": config.weight_decay},
        {"params": plain, "weight_decay": 0.0},
        {
            "params": muon,
            "weight_decay": config.weight_decay,
            "muon": True,
            "lr": config.learning_rate * config.muon_ratio,
            "lr_scale": config.muon_ratio,
        },
    ]
    return [group for group in groups if group["params"]]


def build_optimizer(model: nn.Module, config: OptimConfig) -> torch.optim.Optimizer:
    """AdamW (Loshchilov & Hutter 2017), all parameters in one fused kernel; or Muon beside it."""
    if config.kind is OptimizerKind.muon:
        return MuonAdamW(
            group_parameters(model, config),
            lr=config.learning_rate,
            momentum=config.momentum,
            betas=(config.beta1, config.beta2),
            eps=config.eps,
        )
    return torch.optim.AdamW(
        group_parameters(model, config),
        lr=config.learning_rate,
        betas=(config.beta1, config.beta2),
        eps=config.eps,
        fused=True,
    )
