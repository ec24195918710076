"""From a model to its optimizer: every parameter in exactly one group, decayed or not."""

from __future__ import annotations

import torch
from torch import nn

from storylm.config import OptimConfig, OptimizerKind
from storylm.optim.muon import MuonAdamW
from storylm.optim.scale import part_of, rate_scale


def group_parameters(
    model: nn.Module, config: OptimConfig, *, tokens: int = 0
) -> list[dict[str, object]]:
    """Matrices, which decay, and the rest (norms, biases, embeddings), which do not; apart where
    `optim.scale` moves them at different rates, or Muon does.

    A tied embedding appears once, as the embedding. With `decay_embeddings` it decays too. For
    kind=muon the weights of linear layers inside blocks are groups of their own, `muon=True`; the
    matrices of adapters are not in them, since their product is what moves the layer.
    Whoever sets a group's "lr" multiplies it with the group's "lr_scale"; what a step takes off a
    weight is the same share at each rate. `tokens` of the whole training, for scale=steplaw.
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
    groups: dict[tuple[bool, bool, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():  # each once, though two modules may share it
        if not parameter.requires_grad:
            continue
        decays = parameter.ndim >= 2 and (
            config.decay_embeddings or id(parameter) not in embeddings
        )
        scale = rate_scale(part_of(name, parameter), model.config, config, tokens)
        muon = id(parameter) in inside
        groups.setdefault((muon, not decays, scale), []).append(parameter)
    return [
        build_group(config, groups[key], muon=key[0], decays=not key[1], scale=key[2])
        for key in sorted(groups)
    ]


def build_group(
    config: OptimConfig, parameters: list[nn.Parameter], *, muon: bool, decays: bool, scale: float
) -> dict[str, object]:
    group: dict[str, object] = {
        "params": parameters,
        "weight_decay": config.weight_decay / scale if decays else 0.0,
    }
    scale *= config.muon_ratio if muon else 1.0
    if muon:
        group["muon"] = True
    if muon or scale != 1:
        group |= {"lr": config.learning_rate * scale, "lr_scale": scale}
    return group


def build_optimizer(
    model: nn.Module, config: OptimConfig, *, tokens: int = 0
) -> torch.optim.Optimizer:
    """AdamW (Loshchilov & Hutter 2017), all parameters in one fused kernel; or Muon beside it.

    `tokens` of the whole training, for scale=steplaw.
    """
    if config.kind is OptimizerKind.muon:
        return MuonAdamW(
            group_parameters(model, config, tokens=tokens),
            lr=config.learning_rate,
            momentum=config.momentum,
            betas=(config.beta1, config.beta2),
            eps=config.eps,
        )
    return torch.optim.AdamW(
        group_parameters(model, config, tokens=tokens),
        lr=config.learning_rate,
        betas=(config.beta1, config.beta2),
        eps=config.eps,
        fused=True,
    )
