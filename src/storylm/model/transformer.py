"""A decoder-only transformer, from ids to logits. GPT-2, GPT-Neo and LLaMA are settings of it.

Shapes ride in names: B batch, T positions fed in, S positions attended to, D model width, H query
heads, G key/value heads, K width of a head, F feed-forward width, V vocabulary, L layers. So
`x_BTD` is the residual stream, and `q_BHTK @ k_BHSK.mT` can be checked by eye.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from storylm.config import MLP, ModelConfig, Norm, Position
from storylm.model.cache import KVCache


class Transformer(nn.Module):
    """Embed, let each block add what it found to the residual stream, read off the next token."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab_size, config.d_model)
        self.embed_position = None
        if config.position is Position.learned:
            self.embed_position = nn.Embedding(config.context_length, config.d_model)
        self.dropout = build_dropout(config)
        self.blocks = nn.ModuleList(Block(config, layer) for layer in range(config.n_layers))
        self.norm = build_norm(config)
        self.unembed = None
        if not config.tie_embeddings:
            self.unembed = nn.Linear(config.d_model, config.vocab_size, bias=False)
        self.windows = sorted({config.window(layer) for layer in range(config.n_layers)})
        rotation_2TK = None
        if config.position is Position.rope:
            rotation_2TK = torch.empty(2, config.context_length, config.head_dim)
        self.register_buffer("rotation_2TK", rotation_2TK, persistent=False)
        self.initialize()

    def forward(self, inputs_BT: Tensor, cache: KVCache | None = None) -> Tensor:
        """Logits of the token after each position: ids_BT in, logits_BTV out.

        With a cache, `inputs_BT` goes on where the cache ends, and the cache grows by T.
        Raises ValueError where the text would outgrow `context_length`.
        """
        return F.linear(self.hidden(inputs_BT, cache), self.unembed_VD)

    def hidden(self, inputs_BT: Tensor, cache: KVCache | None = None) -> Tensor:
        """The residual stream after the last norm, x_BTD: all of the forward but the logits."""
        T = inputs_BT.size(1)
        end = T if cache is None else cache.length + T
        if end > self.config.context_length:
            raise ValueError(
                f"the text is {end} tokens long, but the model sees only "
                f"model.context_length={self.config.context_length}; shorten it by "
                f"{end - self.config.context_length}"
            )
        # Positions are those of all rows, or, where the rows of a cache differ, of each row.
        positions = slice(0, T) if cache is None else cache.extend(T)
        x_BTD = self.embed(inputs_BT)
        if self.embed_position is not None:
            x_BTD = x_BTD + self.embed_position.weight[positions]
        x_BTD = self.dropout(x_BTD)
        rotation = None
        if self.rotation_2TK is not None:
            rotation = rotation_at(self.rotation_2TK, positions)
        masks = {w: attention_mask(positions, end, w, x_BTD.device) for w in self.windows}
        for block in self.blocks:
            x_BTD = block(x_BTD, rotation, masks, cache)
        return self.norm(x_BTD)

    @property
    def unembed_VD(self) -> Tensor:
        """The matrix that reads logits off the residual stream; the embedding's own where tied."""
        return self.embed.weight if self.unembed is None else self.unembed.weight

    @torch.no_grad()
    def initialize(self) -> None:
        """Draw all weights anew: normal matrices, zero biases, norms of one (GPT-2).

        What writes into the residual stream starts smaller by the root of the number of writers,
        two a layer, so that the stream has the same size at any depth.
        """
        config = self.config
        for part in self.modules():
            if isinstance(part, (nn.Linear, nn.Embedding)):
                nn.init.normal_(part.weight, std=config.init_std)
            elif isinstance(part, (nn.LayerNorm, nn.RMSNorm)):
                part.reset_parameters()
            if isinstance(part, nn.Linear) and part.bias is not None:
                nn.init.zeros_(part.bias)
        if config.scale_residual_init:
            for block in self.blocks:
                for part in (block.attention.out, block.mlp.down):
                    part.weight.div_(math.sqrt(2 * config.n_layers))
        if self.rotation_2TK is not None:
            self.rotation_2TK.copy_(build_rotation(config))


class Block(nn.Module):
    """Attention, then the MLP, each on a normalized copy of the stream that it adds to."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self.attention_norm = build_norm(config)
        self.attention = Attention(config, layer)
        self.mlp_norm = build_norm(config)
        self.mlp = GeluMLP(config) if config.mlp is MLP.gelu else SwigluMLP(config)
        self.dropout = build_dropout(config)

    def forward(
        self,
        x_BTD: Tensor,
        rotation: tuple[Tensor, Tensor] | None,
        masks: dict[int, Tensor | None],
        cache: KVCache | None,
    ) -> Tensor:
        found_BTD = self.attention(self.attention_norm(x_BTD), rotation, masks, cache)
        x_BTD = x_BTD + self.dropout(found_BTD)
        return x_BTD + self.dropout(self.mlp(self.mlp_norm(x_BTD)))


class Attention(nn.Module):
    """Each position gathers values from positions before it, where its query meets their keys."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.window = config.window(layer)
        self.head_dim = config.head_dim
        self.scale = None if config.scale_attention else 1.0  # None is 1 / sqrt(K)
        self.shares_keys = config.queries_per_kv > 1
        width_kv = config.n_kv_heads * config.head_dim
        self.query = nn.Linear(config.d_model, config.d_model, bias=config.qkv_bias)
        self.key = nn.Linear(config.d_model, width_kv, bias=config.qkv_bias)
        self.value = nn.Linear(config.d_model, width_kv, bias=config.qkv_bias)
        self.out = nn.Linear(config.d_model, config.d_model, bias=config.bias)

    def forward(
        self,
        x_BTD: Tensor,
        rotation: tuple[Tensor, Tensor] | None,
        masks: dict[int, Tensor | None],
        cache: KVCache | None,
    ) -> Tensor:
        heads = (-1, self.head_dim)
        q_BHTK = self.query(x_BTD).unflatten(-1, heads).transpose(1, 2)
        k_BGSK = self.key(x_BTD).unflatten(-1, heads).transpose(1, 2)
        v_BGSK = self.value(x_BTD).unflatten(-1, heads).transpose(1, 2)
        if rotation is not None:
            q_BHTK, k_BGSK = rotate(q_BHTK, rotation), rotate(k_BGSK, rotation)
        if cache is not None:
            k_BGSK, v_BGSK = cache.append(self.layer, k_BGSK, v_BGSK)
        mask = masks[self.window]
        y_BHTK = F.scaled_dot_product_attention(
            q_BHTK,
            k_BGSK,
            v_BGSK,
            attn_mask=mask,
            is_causal=mask is None and q_BHTK.size(2) > 1,
            scale=self.scale,
            enable_gqa=self.shares_keys,
        )
        return self.out(y_BHTK.transpose(1, 2).flatten(2))


class GeluMLP(nn.Module):
    """Widen, bend, narrow (GPT-2); GELU in its tanh form."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.up = nn.Linear(config.d_model, config.d_ff, bias=config.bias)
        self.down = nn.Linear(config.d_ff, config.d_model, bias=config.bias)

    def forward(self, x_BTD: Tensor) -> Tensor:
        return self.down(F.gelu(self.up(x_BTD), approximate="tanh"))


class SwigluMLP(nn.Module):
    """A bent projection gates a straight one (Shazeer 2020, arXiv 2002.05202)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.gate = nn.Linear(config.d_model, config.d_ff, bias=config.bias)
        self.up = nn.Linear(config.d_model, config.d_ff, bias=config.bias)
        self.down = nn.Linear(config.d_ff, config.d_model, bias=config.bias)

    def forward(self, x_BTD: Tensor) -> Tensor:
        return self.down(F.silu(self.gate(x_BTD)) * self.up(x_BTD))


def build_norm(config: ModelConfig) -> nn.Module:
    if config.norm is Norm.layernorm:
        return nn.LayerNorm(config.d_model, eps=config.norm_eps, bias=config.bias)
    return nn.RMSNorm(config.d_model, eps=config.norm_eps)


def build_dropout(config: ModelConfig) -> nn.Module:
    return nn.Dropout(config.dropout) if config.dropout else nn.Identity()


def attention_mask(
    positions: slice | Tensor, end: int, window: int, device: torch.device
) -> Tensor | None:
    """Who sees whom: True where position t may look at s < end; None where no mask is needed.

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


def build_rotation(config: ModelConfig) -> Tensor:
    """Cosines and signed sines of every position's angles, in fp32 (Su et al., arXiv 2104.09864).

    The first half of a head is rotated against the second, as in LLaMA's public weights.
    """
    exponent = torch.arange(0, config.head_dim, 2, dtype=torch.float32) / config.head_dim
    position_T = torch.arange(config.context_length, dtype=torch.float32)
    angle = torch.outer(position_T, config.rope_theta**-exponent)
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([torch.cat([cos, cos], dim=-1), torch.cat([-sin, sin], dim=-1)])


def rotation_at(rotation_2TK: Tensor, positions: slice | Tensor) -> tuple[Tensor, Tensor]:
    """Cosines and sines of some positions, shaped to multiply x_BHTK."""
    cos, sin = rotation_2TK[:, positions]
    if isinstance(positions, Tensor):
        cos, sin = cos[:, None], sin[:, None]
    return cos, sin


def rotate(x_BHTK: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    """Turn each pair (k, k + K/2) of a head by its position's angle, in fp32 under autocast too."""
    cos, sin = rotation
    swapped_BHTK = x_BHTK.roll(x_BHTK.size(-1) // 2, dims=-1)
    return torch.addcmul(x_BHTK * cos, swapped_BHTK, sin).to(x_BHTK.dtype)
