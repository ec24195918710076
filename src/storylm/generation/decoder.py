"""The model once more, arranged for telling: few large products, and a cache that stays in place.

It computes what `Transformer` does (tests compare them in every style), but queries, keys and
values come from one matrix, gate and up from one, matrices lie as the CPU's kernels like them, and
each row of the cache has a place of its own that no other row's coming and going moves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from storylm.generation.layer import Layer, norm_of
from storylm.generation.matrices import matrices_of
from storylm.model.transformer import Transformer

BUCKET = 64
"""Attention reads the cache up to a multiple of this, so that few shapes occur."""


class Decoder(nn.Module):
    """Reads tokens into the rows of a cache and says what may follow.

    `rows` texts at most, each up to the context's end and `ahead` further, where guesses may stand
    for a while. Nothing here knows which rows are in use: those that `read` is given.
    """

    @torch.no_grad()
    def __init__(
        self,
        model: Transformer,
        rows: int,
        *,
        ahead: int = 0,
        dtype: torch.dtype | None = None,
        int8: bool = False,
        compile: bool = False,
    ) -> None:
        super().__init__()
        config, self.device = model.config, model.embed.weight.device
        dtype = dtype or model.embed.weight.dtype
        self.config, self.context_length = config, config.context_length
        # One more than is ever looked at: the compiler would take the whole for a case of its own.
        self.capacity = config.context_length + ahead + 1
        make = matrices_of(self.device, dtype, int8=int8, compiled=compile)
        like: dict[str, Any] = {"device": self.device, "dtype": torch.float32}
        self.streams = 2 * config.n_kv_heads
        """Keys of each head, then values of each: so many to a row."""
        places = rows * self.streams * self.capacity
        self.caches = [torch.zeros(places, config.head_dim, **like) for _ in range(config.n_layers)]
        """Of each layer, cache_NK: row by row, stream by stream, position by position."""
        self.embed_VD = model.embed.weight.detach().float()
        self.embed_position_TD = None
        if model.embed_position is not None:
            self.embed_position_TD = model.embed_position.weight.detach().float()
        self.embed_norm = (
            None if model.embed_norm is None else norm_of(config, model.embed_norm, self.device)
        )
        self.rotation_2TK = None
        if model.rotation_2TK is not None:
            self.rotation_2TK = model.rotation_2TK.float()
        self.stream_L, self.embed_L = None, None
        if model.stream_L is not None:
            self.stream_L, self.embed_L = model.stream_L.tolist(), model.embed_L.tolist()
        self.layers = nn.ModuleList(Layer(config, block, make) for block in model.blocks)
        self.last_norm, gain = norm_of(config, model.norm, self.device)
        unembed_VD = model.unembed_VD.detach().float()
        self.unembed = make(unembed_VD if gain is None else unembed_VD * gain, None)
        self.windows = model.windows
        self.step = ahead + 1
        """Tokens of a row that a step reads at most; more are a prompt, of any length."""
        self.compiled = compile_step(self.forward) if compile else None

    @torch.inference_mode()
    def read(
        self, tokens: list[list[int]], starts: list[int], row: int = 0, *, every: bool = False
    ) -> Tensor:
        """Read as many tokens for each row from `row` on, at positions from `starts` on, and keep
        their keys and values.

        fp32 logits of what follows each row's last token, logits_BV, or (every) each of them.
        """
        tokens_BT = torch.tensor(tokens, device=self.device)
        B, T = tokens_BT.shape
        positions_BT = torch.tensor(starts, device=self.device)[:, None]
        if T > 1:
            positions_BT = positions_BT + torch.arange(T, device=self.device)
        end = max(starts) + T
        S = min(-(-end // BUCKET) * BUCKET, self.capacity - 1)
        stepping = self.compiled is not None and self.step >= T
        compute = self.compiled if stepping else self.forward
        if B == T == 1 and self.windows == [0] and not stepping:
            S, masks = end, {0: None}  # it sees all that there is
        else:
            masks = self.masks(positions_BT, S)
        first = row * self.streams
        streams = torch.arange(first, first + B * self.streams, device=self.device)
        places_BTs = positions_BT[:, :, None] + streams.view(B, 1, -1) * self.capacity
        if end > self.context_length:  # guesses that will not be kept
            positions_BT = positions_BT.clamp(max=self.context_length - 1)
        seen = row, S
        return compute(
            tokens_BT, positions_BT, places_BTs.flatten(), self.caches, seen, masks, every
        )

    def masks(self, positions_BT: Tensor, S: int) -> dict[int, Tensor]:
        """For each reach: 0 where a position may look, -inf elsewhere, mask_B1TS."""
        t_B1T1 = positions_BT[:, None, :, None]
        s_S = torch.arange(S, device=self.device)
        masks = {}
        for window in self.windows:
            hidden = s_S > t_B1T1
            if window:
                hidden |= s_S <= t_B1T1 - window
            mask = torch.zeros(hidden.shape, device=self.device, dtype=torch.float32)
            masks[window] = mask.masked_fill_(hidden, -torch.inf)
        return masks

    def forward(
        self,
        tokens_BT: Tensor,
        positions_BT: Tensor,
        places_N: Tensor,
        caches: list[Tensor],
        seen: tuple[int, int],
        masks: dict[int, Tensor | None],
        every: bool,
    ) -> Tensor:
        """All of `read` that computes. `places_N` are the new tokens' in the cache as one long row;
        `seen` are the first row, and the length that is looked at."""
        row, S = seen
        if (mask := masks[self.windows[0]]) is not None:
            S = mask.size(-1)  # which the compiler may see as any number
        rows = slice(row, row + len(tokens_BT))
        shape_RsCK = (-1, self.streams, self.capacity, self.config.head_dim)
        x_BTD = F.embedding(tokens_BT, self.embed_VD)
        if self.embed_position_TD is not None:
            x_BTD = x_BTD + self.embed_position_TD[positions_BT]
        if self.embed_norm is not None:
            norm, gain = self.embed_norm
            x_BTD = norm(x_BTD) if gain is None else norm(x_BTD) * gain
        rotation = None
        if self.rotation_2TK is not None:
            cos, sin = self.rotation_2TK[:, positions_BT, None]  # the same for every head
            rotation = cos, sin
        embedded_BTD, first = x_BTD, None
        for i, layer in enumerate(self.layers):
            if self.stream_L is not None:
                x_BTD = torch.add(x_BTD * self.stream_L[i], embedded_BTD, alpha=self.embed_L[i])
            seen = caches[i].view(shape_RsCK)[rows, :, :S]
            x_BTD, v = layer(x_BTD, rotation, places_N, caches[i], seen, masks, first)
            if i == 0 and self.config.value_residual:
                first = v
        if not every:
            x_BTD = x_BTD[:, -1]
        logits = self.unembed(self.last_norm(x_BTD))
        if cap := self.config.logit_softcap:
            logits = cap * torch.tanh(logits / cap)
        return logits

    def copy_row(self, source: int, target: int, length: int) -> None:
        """Let one row hold the first positions of another."""
        for cache_NK in self.caches:
            rows_RsCK = cache_NK.view(-1, self.streams, self.capacity, cache_NK.size(1))
            rows_RsCK[target, :, :length] = rows_RsCK[source, :, :length]


def compile_step(forward: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The step compiled: once for each number of rows, whatever the length that it looks at."""
    # One more than the sizes that there are would be left as it is, with a warning.
    torch._dynamo.config.recompile_limit = max(64, torch._dynamo.config.recompile_limit)
    compiled = torch.compile(forward, options={"freezing": True})

    def step(
        tokens_BT: Tensor,
        positions_BT: Tensor,
        places_N: Tensor,
        caches: list[Tensor],
        seen: tuple[int, int],
        masks: dict[int, Tensor],
        every: bool,
    ) -> Tensor:
        for mask in masks.values():
            torch._dynamo.maybe_mark_dynamic(mask, 3)
        seen = seen[0], 0
        return compiled(tokens_BT, positions_BT, places_N, caches, seen, masks, every)

    return step
