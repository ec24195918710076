"""Attention for training on a CPU, a few heads and a few queries at a time.

torch's fused kernel is written for long texts: at a few hundred positions its backward pass runs at
an eighth of what matrix products reach. Here the scores are plain batched products, small enough to
stay in the caches, and softmax and its gradient are torch's own kernels on them. No gradient needs
the scores kept: the backward pass computes them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

SCORES_AT_ONCE = 2**20
"""Scores held at a time: 2 MiB in bf16."""
QUERIES_AT_ONCE = 128
"""Queries to a piece. They look at no key after their last one, which saves nearly half the work
of a long text; smaller pieces cost more in calls than they save."""


def attend_in_pieces(q_BHTK: Tensor, k_BHTK: Tensor, v_BHTK: Tensor, mask: Tensor | None) -> Tensor:
    """softmax(q k + mask) v for each head, y_BHTK, causal at least; it can be differentiated once.

    Queries come scaled. `mask` is True where position t may look at s ≤ t, as mask_TT, mask_1TT or
    mask_B1TT; None is plain causality. Products run in autocast's type, scores are of that type
    too, and softmax sums in fp32.
    """
    device = q_BHTK.device.type
    if torch.is_autocast_enabled(device):
        low = torch.get_autocast_dtype(device)
        q_BHTK, k_BHTK, v_BHTK = q_BHTK.to(low), k_BHTK.to(low), v_BHTK.to(low)
    return attend_op(q_BHTK, k_BHTK, v_BHTK, mask)


@torch.library.custom_op("storylm::attend", mutates_args=())
def attend_op(q_BHTK: Tensor, k_BHTK: Tensor, v_BHTK: Tensor, mask: Tensor | None) -> Tensor:
    y_BHTK = empty_like(q_BHTK)
    for rows in batches_of_rows(q_BHTK):
        q_NTK, k_NTK, v_NTK = (x[rows].flatten(0, 1) for x in (q_BHTK, k_BHTK, v_BHTK))
        for now, p_NtS in attention_pieces(q_NTK, k_NTK, mask, rows):
            found_NtK = p_NtS @ v_NTK[:, : now.stop]
            y_BHTK[rows, :, now] = found_NtK.unflatten(0, (-1, q_BHTK.size(1)))
    return y_BHTK


@torch.library.custom_op("storylm::attend_backward", mutates_args=())
def attend_backward_op(
    grad_BHTK: Tensor, q_BHTK: Tensor, k_BHTK: Tensor, v_BHTK: Tensor, mask: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    heads = (-1, q_BHTK.size(1))
    q_grad, k_grad, v_grad = empty_like(q_BHTK), empty_like(k_BHTK), empty_like(v_BHTK)
    for rows in batches_of_rows(q_BHTK):
        g_NTK, q_NTK, k_NTK, v_NTK = (
            x[rows].flatten(0, 1) for x in (grad_BHTK, q_BHTK, k_BHTK, v_BHTK)
        )
        # Each piece of queries adds to the gradients of all keys before it.
        k_sum = torch.zeros_like(k_NTK, dtype=torch.promote_types(k_NTK.dtype, torch.float32))
        v_sum = torch.zeros_like(k_sum)
        for now, p_NtS in attention_pieces(q_NTK, k_NTK, mask, rows):
            seen = slice(0, now.stop)
            v_sum[:, seen] += p_NtS.mT @ g_NTK[:, now]
            slope_NtS = g_NTK[:, now] @ v_NTK[:, seen].mT
            slope_NtS = torch._softmax_backward_data(slope_NtS, p_NtS, -1, p_NtS.dtype)
            q_grad[rows, :, now] = (slope_NtS @ k_NTK[:, seen]).unflatten(0, heads)
            k_sum[:, seen] += slope_NtS.mT @ q_NTK[:, now]
        k_grad[rows], v_grad[rows] = k_sum.unflatten(0, heads), v_sum.unflatten(0, heads)
    return q_grad, k_grad, v_grad


def attention_pieces(
    q_NTK: Tensor, k_NTK: Tensor, mask: Tensor | None, rows: slice
) -> Iterator[tuple[slice, Tensor]]:
    """For a piece of queries after another: which positions they are, and how much each of them
    attends to every position up to the last of them, p_NtS."""
    T = q_NTK.size(1)
    for start in range(0, T, QUERIES_AT_ONCE):
        now = slice(start, min(start + QUERIES_AT_ONCE, T))
        score_NtS = q_NTK[:, now] @ k_NTK[:, : now.stop].mT
        # Adding -inf takes a third of the time of filling it in.
        if mask is None:
            n = now.stop - start
            score_NtS[:, :, start:] += hide(torch.ones(n, n, dtype=torch.bool).tril(), score_NtS)
        else:
            of_rows = mask if mask.dim() < 4 or mask.size(0) == 1 else mask[rows]
            hidden = hide(of_rows[..., now, : now.stop], score_NtS)
            if hidden.dim() == 4:
                score_NtS.unflatten(0, (hidden.size(0), -1)).add_(hidden)
            else:
                score_NtS += hidden
        yield now, score_NtS.softmax(-1)


def hide(mask: Tensor, scores: Tensor) -> Tensor:
    """0 where the mask is True, -inf elsewhere."""
    return torch.zeros(mask.shape, dtype=scores.dtype).masked_fill_(~mask, -torch.inf)


def batches_of_rows(q_BHTK: Tensor) -> Iterator[slice]:
    B, H, T, _ = q_BHTK.shape
    n = max(1, SCORES_AT_ONCE // (H * T * min(T, QUERIES_AT_ONCE)))
    return (slice(start, min(start + n, B)) for start in range(0, B, n))


def empty_like(x_BHTK: Tensor) -> Tensor:
    """Laid out with a position's heads side by side, as the projections write and read them."""
    B, H, T, K = x_BHTK.shape
    return x_BHTK.new_empty(B, T, H, K).transpose(1, 2)


@attend_op.register_fake
def _(q_BHTK: Tensor, k_BHTK: Tensor, v_BHTK: Tensor, mask: Tensor | None) -> Tensor:
    return empty_like(q_BHTK)


@attend_backward_op.register_fake
def _(
    grad_BHTK: Tensor, q_BHTK: Tensor, k_BHTK: Tensor, v_BHTK: Tensor, mask: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    return empty_like(q_BHTK), empty_like(k_BHTK), empty_like(v_BHTK)


def keep(ctx: Any, inputs: tuple[Tensor | None, ...], output: Tensor) -> None:
    ctx.save_for_backward(*inputs)


def backward(ctx: Any, grad_BHTK: Tensor) -> tuple[Tensor | None, ...]:
    return *attend_backward_op(grad_BHTK, *ctx.saved_tensors), None


attend_op.register_autograd(backward, setup_context=keep)
