"""What a prediction costs: nats per token, and bits per byte, which compare across vocabularies."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LOGITS_AT_ONCE = {"cpu": 2**21}
"""Logits that `mean_nats` holds at a time: 8 MiB suit a CPU's caches; elsewhere 256 MiB."""
SLOPES_AT_ONCE = {"cpu": 2**23}
"""Gradients by logits that wait for one product, 16 MiB in bf16; elsewhere those of one piece."""


def token_nats(logits_BTV: Tensor, targets_BT: Tensor) -> Tensor:
    """-ln p of each target, nats_BT, in fp32 (or in fp64 for fp64 logits).

    Targets must be ids in [0, V); a padding position needs one too, and a weight of 0 afterwards.
    """
    logits_NV = logits_BTV.flatten(0, -2)
    logits_NV = logits_NV.to(torch.promote_types(logits_NV.dtype, torch.float32))
    nats_N = F.cross_entropy(logits_NV, targets_BT.flatten(), reduction="none")
    return nats_N.view(targets_BT.shape)


def mean_nats(
    x_BTD: Tensor,
    unembed_VD: Tensor,
    targets_BT: Tensor,
    *,
    softcap: float = 0.0,
    counted_BT: Tensor | None = None,
) -> Tensor:
    """The mean of `token_nats`, for training, never holding all the logits at once.

    `x_BTD` is `Transformer.hidden`'s result and `unembed_VD` the matrix that reads logits off it,
    bent by `softcap` as `Transformer.logits` does. Where `counted_BT` is given, the mean is over
    its True targets (0 where there is none). Whole logits bound the batch that fits, and on a CPU
    fetching fresh memory for them takes longer than computing them. Products run in autocast's
    type. The result can be differentiated once.
    """
    at_once = LOGITS_AT_ONCE.get(x_BTD.device.type, 2**26)
    rows = max(1, at_once // len(unembed_VD))
    counted_N = None if counted_BT is None else counted_BT.flatten()
    return MeanNats.apply(
        x_BTD.flatten(0, -2), unembed_VD, targets_BT.flatten(), counted_N, softcap, rows
    )


class MeanNats(torch.autograd.Function):
    """Takes gradients beside the loss, while a piece's logits are at hand; backward scales them."""

    @staticmethod
    def forward(
        ctx: Any,
        x_ND: Tensor,
        unembed_VD: Tensor,
        targets_N: Tensor,
        counted_N: Tensor | None,
        softcap: float,
        rows: int,
    ) -> Tensor:
        device = x_ND.device.type
        low = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else x_ND.dtype
        high = torch.promote_types(x_ND.dtype, torch.float32)
        x, unembed = x_ND.to(low), unembed_VD.to(low)
        trains_unembed = ctx.needs_input_grad[1]  # not where it is frozen
        x_grad = torch.empty_like(x)
        unembed_grad = torch.zeros_like(unembed_VD, dtype=high) if trains_unembed else None
        nats = torch.zeros((), device=x.device, dtype=high)
        with torch.autocast(device, enabled=False):
            # Gradients by the logits wait until there are enough of them for one large product.
            waiting = rows * max(1, SLOPES_AT_ONCE.get(device, 0) // (rows * len(unembed)))
            slopes = x.new_empty(min(waiting, len(x)), len(unembed))
            for start in range(0, len(x), rows):
                here = slice(start, start + rows)
                piece, targets = x[here], targets_N[here, None]
                logits = (piece @ unembed.T).to(high)
                if softcap:
                    logits = logits.div_(softcap).tanh_().mul_(softcap)
                    bend = 1 - (logits / softcap).square()
                counted = logits.new_ones(targets.shape)
                if counted_N is not None:
                    counted = counted_N[here, None].to(high)
                top, at_target = logits.amax(-1, keepdim=True), logits.gather(1, targets)
                e = logits.sub_(top).exp_()
                total = e.sum(-1, keepdim=True)
                nats += ((top + total.log() - at_target) * counted).sum()
                # The gradient of -ln p(target) by the logits: p, less one at the target.
                slope = e.mul_(counted / total).scatter_add_(1, targets, -counted)
                if softcap:
                    slope *= bend
                first = start // waiting * waiting
                slopes[start - first : start - first + len(piece)] = slope
                if (end := start + len(piece)) == min(first + waiting, len(x)):
                    slope = slopes[: end - first]
                    torch.mm(slope, unembed, out=x_grad[first:end])
                    if trains_unembed:
                        unembed_grad += slope.T @ x[first:end]
        n_counted = len(x) if counted_N is None else counted_N.sum().clamp(min=1)
        ctx.save_for_backward(x_grad, unembed_grad)
        ctx.dtypes, ctx.n_counted = (x_ND.dtype, unembed_VD.dtype), n_counted
        return nats / n_counted

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x_grad, unembed_grad = ctx.saved_tensors
        scale = grad / ctx.n_counted
        unembed = None if unembed_grad is None else (unembed_grad * scale).to(ctx.dtypes[1])
        return (x_grad * scale).to(ctx.dtypes[0]), unembed, None, None, None, None


@torch.no_grad()
def score_rows(
    model: nn.Module, inputs_BT: Tensor, targets_BT: Tensor, mask_BT: Tensor
) -> tuple[Tensor, Tensor]:
    """Sum of nats (fp64) and number (int64) of the targets where `mask_BT` is not 0.

    Validation during training and evaluation afterwards both score with this function. The two sums
    stay on the device, so that a loop over batches need not wait for each; on MPS, which knows no
    fp64, they come to the CPU. Raises RuntimeError for a model in training mode: its dropout would
    change the score.
    """
    if model.training:
        raise RuntimeError("score_rows needs the model in eval mode: call model.eval() first")
    nats_BT = token_nats(model(inputs_BT), targets_BT)
    scored_BT = mask_BT != 0
    if nats_BT.device.type == "mps":
        nats_BT, scored_BT = nats_BT.cpu(), scored_BT.cpu()
    # where, not a product: padding may cost infinitely many nats, and 0 · inf is not 0.
    return torch.where(scored_BT, nats_BT.double(), 0.0).sum(), scored_BT.sum()


def bits_per_byte(nats: float, n_bytes: int) -> float:
    """Bits that a text of `n_bytes` bytes costs per byte, from the sum of its tokens' nats.

    Raises ValueError for a text without bytes.
    """
    if n_bytes <= 0:
        raise ValueError(f"bits per byte need a text of at least one byte, got n_bytes={n_bytes}")
    return nats / math.log(2) / n_bytes
