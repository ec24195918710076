"""Averages of the weights over training, which are often better than the last ones."""

from __future__ import annotations

import torch
from torch import nn
from torch.distributed.tensor import DTensor, distribute_tensor


class AveragedWeights:
    """An exponential moving average of the weights, kept beside them.

    It starts at the initial weights, and the share that stays rises with the number of updates to
    `decay`, so that it is useful from the first validation on.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights = {name: p.detach().clone() for name, p in model.named_parameters()}
        self.weights["updates"] = torch.zeros((), dtype=torch.int64)

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        updates = self.weights["updates"]
        updates += 1
        stays = min(self.decay, (1 + int(updates)) / (10 + int(updates)))
        pairs = [(self.on(name, p), p.detach()) for name, p in model.named_parameters()]
        torch._foreach_lerp_([a for a, _ in pairs], [p for _, p in pairs], 1 - stays)

    @torch.no_grad()
    def swap(self, model: nn.Module) -> None:
        """Exchange the model's weights with the average; twice leaves both as they were."""
        for name, parameter in model.named_parameters():
            average = self.on(name, parameter)
            kept = parameter.detach().clone()
            parameter.copy_(average)
            average.copy_(kept)

    def whole_weights(self) -> dict[str, torch.Tensor]:
        """The average by name, put together where it is dealt out to devices."""
        return {
            name: tensor.full_tensor() if isinstance(tensor, DTensor) else tensor
            for name, tensor in self.weights.items()
        }

    def on(self, name: str, parameter: torch.Tensor) -> torch.Tensor:
        average = self.weights[name]
        if isinstance(parameter, DTensor) and not isinstance(average, DTensor):
            average = distribute_tensor(
                average.to(parameter.device), parameter.device_mesh, parameter.placements
            )
        elif average.device != parameter.device:
            average = average.to(parameter.device)
        self.weights[name] = average
        return average
