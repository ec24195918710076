"""Low-rank adapters beside frozen weights: W x + alpha / rank · B A x (Hu et al. 2021, LoRA)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from storylm.config import LoraConfig


class AdaptedLinear(nn.Linear):
    """A linear layer that keeps its weight and learns a low-rank change of it.

    A starts random and B at zero, so that training begins at exactly the frozen layer.
    """

    def __init__(self, frozen: nn.Linear, config: LoraConfig) -> None:
        super().__init__(frozen.in_features, frozen.out_features, frozen.bias is not None, "meta")
        self.weight, self.bias = frozen.weight, frozen.bias
        rank, like = config.rank, {"device": frozen.weight.device, "dtype": frozen.weight.dtype}
        self.scale = config.alpha / rank
        self.adapter_a = nn.Parameter(torch.empty(rank, self.in_features, **like))
        self.adapter_b = nn.Parameter(torch.zeros(self.out_features, rank, **like))
        nn.init.normal_(self.adapter_a, std=self.in_features**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        change = F.linear(F.linear(x, self.adapter_a), self.adapter_b)
        return super().forward(x) + self.scale * change

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        """A plain layer that computes the same, up to rounding."""
        plain = nn.Linear(self.in_features, self.out_features, self.bias is not None, "meta")
        change = self.adapter_b.double() @ self.adapter_a.double()
        weight = self.weight.double() + self.scale * change
        plain.weight = nn.Parameter(weight.to(self.weight.dtype))
        plain.bias = self.bias
        return plain


def add_adapters(model: nn.Module, config: LoraConfig) -> None:
    """Freeze the model and give the layers that `lora.targets` names an adapter each.

    ValueError where the model has none of them.
    """
    model.requires_grad_(False)
    layers = [
        (parent, name, layer)
        for parent in model.modules()
        for name, layer in parent.named_children()
        if isinstance(layer, nn.Linear) and name in config.targets
    ]
    if not layers:
        raise ValueError(f"lora.targets={config.targets} names no linear layer of this model")
    for parent, name, layer in layers:
        if config.rank > (most := min(layer.in_features, layer.out_features)):
            raise ValueError(
                f"lora.rank={config.rank} is more than {name} has itself: {most} at most, and a "
                "small part of that is usual"
            )
        setattr(parent, name, AdaptedLinear(layer, config))


def merge_adapters(model: nn.Module) -> None:
    """Put plain layers in the place of adapted ones; does nothing to a model without adapters."""
    layers = [
        (parent, name, layer)
        for parent in model.modules()
        for name, layer in parent.named_children()
        if isinstance(layer, AdaptedLinear)
    ]
    for parent, name, layer in layers:
        setattr(parent, name, layer.merged())
