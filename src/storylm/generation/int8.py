"""Weights in eight bits: a quarter of what fp32 makes a CPU read for each token.

Symmetric, one scale for each output of a matrix: weight ≈ scale_N1 · int8_NK. Norms, biases and
the embedding that ids look up stay as they are. Three runs on fables, of 0.1 to 7 million
weights, lost less than 0.05 % of their bits per byte by it.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

ROWS_BY_KERNEL = 32
"""torch's int8 kernel is written for few rows; with more, products of the weight
made plain again are faster."""


def quantize(weight_NK: Tensor) -> tuple[Tensor, Tensor]:
    """int8_NK and scale_N in fp32, the largest of each row becoming 127."""
    weight_NK = weight_NK.float()
    scale_N = weight_NK.abs().amax(1).clamp(min=torch.finfo(torch.float32).tiny) / 127
    int8_NK = (weight_NK / scale_N[:, None]).round().clamp(-127, 127).to(torch.int8)
    return int8_NK, scale_N


def dequantize(int8_NK: Tensor, scale_N: Tensor) -> Tensor:
    return int8_NK * scale_N[:, None]


class Int8Matrix:
    """x, add ↦ W x + bias + add of fp32 numbers, where W is kept in eight bits; products are bf16's
    where torch's kernel for them is at hand, else fp32's."""

    def __init__(self, weight_NK: Tensor, bias_N: Tensor | None) -> None:
        self.int8_NK, self.scale_N = quantize(weight_NK)
        self.bias_N = None if bias_N is None else bias_N.float()
        # Written for bf16 and for sixteen inputs at a time: in fp32 it is slower than plain
        # products, and of other widths it reads past the end.
        self.kernel = weight_NK.size(1) % 16 == 0 and kernel_is_there(weight_NK.device)
        self.low_scale_N = self.scale_N.bfloat16()

    def __call__(self, x: Tensor, add: Tensor | None = None) -> Tensor:
        rows = x.numel() // x.size(-1)
        if self.kernel and rows <= ROWS_BY_KERNEL:
            x_MK = x.reshape(rows, -1).bfloat16()
            y = torch._weight_int8pack_mm(x_MK, self.int8_NK, self.low_scale_N)
            y = y.view(*x.shape[:-1], -1)
            y = y.float() if add is None else add + y
        else:
            low = torch.bfloat16 if self.kernel else x.dtype
            y = F.linear(x.to(low), self.int8_NK.to(low)) * self.scale_N
            y = y if add is None else add + y
        return y if self.bias_N is None else y + self.bias_N


def kernel_is_there(device: torch.device) -> bool:
    """Whether torch multiplies by int8 weights here."""
    return device.type == "cpu" and hasattr(torch, "_weight_int8pack_mm")


@torch.no_grad()
def round_weights(model: torch.nn.Module) -> None:
    """Give a model the weights that eight bits leave of its own, so that what they cost can be
    scored (bits per byte) by the usual means."""
    for part in model.modules():
        if isinstance(part, torch.nn.Linear):
            part.weight.copy_(dequantize(*quantize(part.weight)))
