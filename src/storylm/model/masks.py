"""Who sees whom: causality, windows, and stories that share a row without seeing one another.

FlexAttention is imported where it is used: it takes a second and a half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

from storylm.model.pieces import attend_in_pieces

if TYPE_CHECKING:
    from torch.nn.attention.flex_attention import BlockMask

Mask: TypeAlias = "Tensor | BlockMask | None"
"""A boolean tensor, FlexAttention's blocks, or nothing but causality."""


def attention_mask(
    positions: slice | Tensor, end: int, window: int, device: torch.device
) -> Tensor | None:
    """True where position t may look at s < end; None where no mask is needed.

    A window of w lets position t see t-w+1 to t. Positions of all rows give a mask_TS, positions of
    each row a mask_B1TS, the same for all heads.
    """
    if isinstance(positions, slice):
        new = end - positions.start
        if (window == 0 or end <= window) and new in (1, end):
            return None  # one token that sees everything, or plain causality, which SDPA knows
        t = torch.arange(positions.start, end, device=device)[:, None]
    else:
        t = positions[:, None, :, None]
    s_S = torch.arange(end, device=device)
    mask = s_S <= t
    return mask & (s_S > t - window) if window else mask


def positions_in_stories(starts_BT: Tensor) -> Tensor:
    """How far each token is from the beginning of its story, positions_BT.

    `starts_BT` is True at the first token of each story; what comes before the first one counts
    from the row's beginning.
    """
    t_T = torch.arange(starts_BT.size(1), device=starts_BT.device)
    begun_BT = torch.where(starts_BT, t_T, 0).cummax(1).values
    return t_T - begun_BT


def story_mask(starts_BT: Tensor, window: int) -> Mask:
    """Causality within each story, mask_B1TT; on CUDA in blocks, of which empty ones cost nothing
    (FlexAttention, arXiv 2412.05496)."""
    story_BT = starts_BT.cumsum(1)
    if starts_BT.device.type == "cuda":
        return block_mask(story_BT, window)
    t_T = torch.arange(starts_BT.size(1), device=starts_BT.device)
    sees_TT = t_T <= t_T[:, None]
    if window:
        sees_TT = sees_TT & (t_T > t_T[:, None] - window)
    return (sees_TT & (story_BT[:, :, None] == story_BT[:, None, :]))[:, None]


@dataclass(frozen=True)
class Branches:
    """A text and continuations of it in one row: each sees the text up to its place, and itself.

    What they share is computed once, however many there are.
    """

    positions_1T: Tensor
    """Where each token stands in the text that it belongs to."""
    sees_TT: Tensor

    def mask(self, window: int) -> Tensor:
        t_T = self.positions_1T[0]
        return self.sees_TT & (t_T > t_T[:, None] - window) if window else self.sees_TT


def grow_branches(
    trunk: int, places: Sequence[tuple[int, int]], device: torch.device | None = None
) -> Branches:
    """For a row of `trunk` tokens and, behind them, for each (place, length) as many tokens that go
    on from the trunk's first `place` ones."""
    lengths = torch.tensor([length for _, length in places], dtype=torch.long)
    starts = torch.tensor([place for place, _ in places], dtype=torch.long)
    owner_T = torch.arange(1, len(places) + 1).repeat_interleave(lengths)
    within = torch.arange(len(owner_T)) - (lengths.cumsum(0) - lengths).repeat_interleave(lengths)
    place_T = starts.repeat_interleave(lengths)
    t_T = torch.arange(trunk)
    positions_T = torch.cat([t_T, place_T + within]).to(device)
    owner_T = torch.cat([torch.zeros(trunk, dtype=torch.long), owner_T]).to(device)
    limit_T = torch.cat([torch.full((trunk,), trunk), place_T]).to(device)
    s_T = torch.arange(len(owner_T), device=device)
    before_TT = s_T <= s_T[:, None]
    own_TT = owner_T == owner_T[:, None]
    shared_TT = (owner_T == 0) & (s_T < limit_T[:, None])
    return Branches(positions_T[None], before_TT & (own_TT | shared_TT))


def block_mask(story_BT: Tensor, window: int) -> BlockMask:
    from torch.nn.attention.flex_attention import create_block_mask

    def sees(b: Tensor, h: Tensor, t: Tensor, s: Tensor) -> Tensor:
        near = (s <= t) & (story_BT[b, t] == story_BT[b, s])
        return near & (s > t - window) if window else near

    B, T = story_BT.shape
    return create_block_mask(sees, B, None, T, T, device=str(story_BT.device))


def attend(
    q_BHTK: Tensor,
    k_BGSK: Tensor,
    v_BGSK: Tensor,
    mask: Mask,
    *,
    scale: float | None,
) -> Tensor:
    """What each query finds, y_BHTK; without a mask, plain causality. `scale` None is 1/sqrt(K)."""
    shared = q_BHTK.size(1) != k_BGSK.size(1)
    # Unscaled scores (GPT-Neo's) are too large for the sixteen bits that pieces hold them in.
    if q_BHTK.device.type == "cpu" and q_BHTK.requires_grad and scale is None:
        queries = q_BHTK.size(1) // k_BGSK.size(1)
        k_BHSK, v_BHSK = (x.repeat_interleave(queries, 1) for x in (k_BGSK, v_BGSK))
        return attend_in_pieces(q_BHTK * q_BHTK.size(-1) ** -0.5, k_BHSK, v_BHSK, mask)
    if mask is not None and not isinstance(mask, Tensor):
        flex = flex_attention(compiled=q_BHTK.is_cuda)
        return flex(q_BHTK, k_BGSK, v_BGSK, block_mask=mask, scale=scale, enable_gqa=shared)
    return F.scaled_dot_product_attention(
        q_BHTK,
        k_BGSK,
        v_BGSK,
        attn_mask=mask,
        is_causal=mask is None and q_BHTK.size(2) > 1,
        scale=scale,
        enable_gqa=shared,
    )


@lru_cache
def flex_attention(*, compiled: bool) -> Any:
    from torch.nn.attention import flex_attention as flex

    # Uncompiled, it writes out all scores.
    return torch.compile(flex.flex_attention) if compiled else flex.flex_attention
