"""Muon for the matrices inside blocks, AdamW for all else, in one optimizer.

One, because Lightning counts the steps of every optimizer that a module has: two would count each
step twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.adamw import adamw

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5
SCALE = 0.2 * 128**0.5
"""So that a square matrix of width 128 moves as far as under AdamW, whose updates have a root mean
square of about 0.2 (Liu et al. 2025, arXiv 2502.16982, section 2.2)."""


class MuonAdamW(torch.optim.Optimizer):
    """Matrices move by their momentum with all its singular values near 1 (Muon, Jordan 2024,
    kellerjordan.github.io/posts/muon); groups with `muon=False` take a step of AdamW.

    A group with `muon=True` holds matrices only (else ValueError). What its update can do to a
    vector of unit root mean square does not depend on the width: it is scaled by
    SCALE sqrt(max(1, rows / columns)), so that one learning rate serves all widths (Yang, Simon &
    Bernstein 2023, arXiv 2310.17813). Weight decay is decoupled. A parameter without a gradient
    stays as it is and gets no state.

    Sharded parameters (DTensor) keep their momentum sharded; every rank gathers each whole matrix
    for the iteration and applies its own part of the update.
    """

    def __init__(
        self,
        params: Any,
        *,
        lr: float,
        momentum: float = 0.95,
        betas: tuple[float, float] = (0.9, 0.95),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        defaults = {
            "lr": lr,
            "muon": False,
            "momentum": momentum,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "fused": True,  # torch then restores AdamW's step counter to the parameter's device
        }
        super().__init__(params, defaults)
        for group in self.param_groups:
            for parameter in group["params"]:
                if group["muon"] and parameter.ndim != 2:
                    raise ValueError(f"Muon moves matrices, not a shape of {parameter.shape}")

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step of every parameter that has a gradient; returns what `closure` returns."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            moved = [p for p in group["params"] if p.grad is not None]
            if group["muon"]:
                # Matrices of one shape go through the iteration as one batch of products.
                for shape in dict.fromkeys(parameter.shape for parameter in moved):
                    self.step_muon([p for p in moved if p.shape == shape], group)
            elif moved:
                self.step_adamw(moved, group)
        return loss

    def step_muon(self, parameters: list[Tensor], group: dict[str, Any]) -> None:
        momentum, lr = group["momentum"], group["lr"]
        for parameter in parameters:
            if not self.state[parameter]:
                self.state[parameter]["momentum"] = torch.zeros_like(parameter)
        gradients = [parameter.grad for parameter in parameters]
        means = [self.state[parameter]["momentum"] for parameter in parameters]
        torch._foreach_lerp_(means, gradients, 1 - momentum)
        ahead = torch._foreach_lerp(gradients, means, momentum)  # Nesterov's
        updates = orthogonalize(torch.stack([whole(update) for update in ahead]))
        updates = [like(update, p) for update, p in zip(updates, parameters)]
        torch._foreach_mul_(parameters, 1 - lr * group["weight_decay"])
        rows, columns = parameters[0].shape
        scale = SCALE * max(1, rows / columns) ** 0.5
        torch._foreach_add_(parameters, updates, alpha=-lr * scale)

    def step_adamw(self, parameters: list[Tensor], group: dict[str, Any]) -> None:
        """Bit for bit torch.optim.AdamW(fused=True)."""
        for parameter in parameters:
            state = self.state[parameter]
            if not state:
                state["step"] = torch.zeros((), device=parameter.device)
                state["exp_avg"] = torch.zeros_like(parameter)
                state["exp_avg_sq"] = torch.zeros_like(parameter)
        states = [self.state[parameter] for parameter in parameters]
        adamw(
            parameters,
            [parameter.grad for parameter in parameters],
            [state["exp_avg"] for state in states],
            [state["exp_avg_sq"] for state in states],
            [],
            [state["step"] for state in states],
            fused=True,
            amsgrad=False,
            beta1=group["betas"][0],
            beta2=group["betas"][1],
            lr=group["lr"],
            weight_decay=group["weight_decay"],
            eps=group["eps"],
            maximize=False,
        )


def orthogonalize(matrices: Tensor) -> Tensor:
    """A matrix, or each of a batch, with its singular values moved near 1 (0.7 to 1.2) and its
    singular vectors kept.

    Newton-Schulz: each iteration maps every singular value s to a s + b s^3 + c s^5, with
    coefficients that lift small ones fast rather than settle exactly. In autocast's type where the
    caller autocasts, several times as fast as fp32 and exact enough, since a value need only come
    near 1.
    """
    a, b, c = COEFFICIENTS
    device = matrices.device.type
    low = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else torch.float32
    with torch.autocast(device, enabled=False):
        x = matrices.float()
        tall = x.size(-2) > x.size(-1)
        x = x.mT if tall else x  # the smaller Gram matrix is the cheaper one
        x = x / x.norm(dim=(-2, -1), keepdim=True).clamp(min=1e-7)  # no singular value is above 1
        x = x.to(low)
        for _ in range(ITERATIONS):
            gram = x @ x.mT
            x = a * x + (b * gram + c * gram @ gram) @ x
        return (x.mT if tall else x).to(matrices.dtype)


def whole(tensor: Tensor) -> Tensor:
    """All of a sharded tensor, on every rank; any other as it is."""
    return tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor


def like(tensor: Tensor, sharded: Tensor) -> Tensor:
    """The part of a whole tensor that this rank keeps of `sharded`."""
    if not hasattr(sharded, "full_tensor"):
        return tensor
    from torch.distributed.tensor import distribute_tensor

    # Every rank has the same whole matrix already: nothing needs to be sent.
    return distribute_tensor(tensor, sharded.device_mesh, sharded.placements, src_data_rank=None)
