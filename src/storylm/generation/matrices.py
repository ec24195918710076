"""Matrices as decoding likes them: read once for each token, so that the layout is what counts.

Each is a function x, add ↦ W x + bias + add of fp32 numbers, whatever it keeps of W.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from storylm.generation.int8 import Int8Matrix


class Matrix(Protocol):
    def __call__(self, x: Tensor, add: Tensor | None = None) -> Tensor: ...


MakeMatrix: TypeAlias = Callable[[Tensor, "Tensor | None"], Matrix]
"""From weight_NK and bias_N."""


def matrices_of(
    device: torch.device, dtype: torch.dtype, *, int8: bool = False, compiled: bool = False
) -> MakeMatrix:
    """How matrices are kept here: in eight bits, packed, or as they are."""
    if int8:
        return Int8Matrix
    packed = can_pack(device, dtype) and not compiled  # the compiler has a packing of its own
    return partial(PackedMatrix if packed else PlainMatrix, dtype=dtype)


class PlainMatrix(nn.Module):
    """The weight as it is, or in bf16; a module, so that the compiler may lay it out."""

    def __init__(self, weight_NK: Tensor, bias_N: Tensor | None, dtype: torch.dtype) -> None:
        super().__init__()
        self.weight_NK = nn.Parameter(weight_NK.to(dtype), requires_grad=False)
        self.bias_N = None
        if bias_N is not None:
            self.bias_N = nn.Parameter(bias_N.to(dtype), requires_grad=False)

    def forward(self, x: Tensor, add: Tensor | None = None) -> Tensor:
        y = F.linear(x.to(self.weight_NK.dtype), self.weight_NK, self.bias_N).float()
        return y if add is None else y + add


class PackedMatrix:
    """Laid out once in the blocks that oneDNN's kernels read.

    For one token a plain fp32 matrix of 32,000 x 288 is read at 15 GB/s, a packed one at 100.
    """

    def __init__(self, weight_NK: Tensor, bias_N: Tensor | None, dtype: torch.dtype) -> None:
        self.packed = torch.ops.mkldnn._reorder_linear_weight(weight_NK.to(dtype).contiguous())
        self.bias_N = None if bias_N is None else bias_N.to(dtype)
        self.low = dtype is not torch.float32
        self.plain = torch.ops.mkldnn._linear_pointwise.default
        self.adding = torch.ops.mkldnn._linear_pointwise.binary

    def __call__(self, x: Tensor, add: Tensor | None = None) -> Tensor:
        if not self.low:
            if add is not None:
                return self.adding(x, add, self.packed, self.bias_N, "add")
            return self.plain(x, self.packed, self.bias_N, "none", [], "")
        y = self.plain(x.bfloat16(), self.packed, self.bias_N, "none", [], "")
        return y.float() if add is None else add + y


def can_pack(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether this torch on this CPU has packed products of this type."""
    ops = getattr(torch.ops, "mkldnn", None)
    if device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    if not (hasattr(ops, "_reorder_linear_weight") and hasattr(ops, "_linear_pointwise")):
        return False
    return dtype is torch.float32 or (dtype is torch.bfloat16 and ops._is_mkldnn_bf16_supported())
