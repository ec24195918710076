"""A decoder-only transformer, from ids to logits. GPT-2, GPT-Neo, LLaMA and swift are settings of
it.

Shapes ride in names: B batch, T positions fed in, S positions attended to, D model width, H query
heads, G key/value heads, K width of a head, F feed-forward width, V vocabulary, L layers. So
`x_BTD` is the residual stream, and `q_BHTK @ k_BHSK.mT` can be checked by eye.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from storylm.config import MLP, ModelConfig, Norm, Position
from storylm.model.cache import KVCache
from storylm.model.masks import (
    Branches,
    Mask,
    attend,
    attention_mask,
    positions_in_stories,
    story_mask,
)
from storylm.model.rotary import build_rotation, rotate, rotation_at


class Transformer(nn.Module):
    """Embed, let each block add what it found to the residual stream, read off the next token."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab_size, config.d_model)
        self.embed_position = None
        if config.position is Position.learned:
            self.embed_position = nn.Embedding(config.context_length, config.d_model)
        self.embed_norm = build_norm(config) if config.norm_embedding else None
        self.dropout = build_dropout(config)
        self.stream_L = self.embed_L = None
        if config.embedding_residual:
            self.stream_L = nn.Parameter(torch.empty(config.n_layers))
            self.embed_L = nn.Parameter(torch.empty(config.n_layers))
        self.blocks = nn.ModuleList(Block(config, layer) for layer in range(config.n_layers))
        self.norm = build_norm(config)
        self.unembed = None
        if not config.tie_embeddings:
            self.unembed = nn.Linear(config.d_model, config.vocab_size, bias=False)
        self.windows = sorted({config.window(layer) for layer in range(config.n_layers)})
        self.checkpoint_blocks = False
        """Keep only the stream between blocks for the backward pass, and compute the rest again."""
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
        return self.logits(self.hidden(inputs_BT, cache))

    def hidden(
        self,
        inputs_BT: Tensor,
        cache: KVCache | None = None,
        starts_BT: Tensor | None = None,
        branches: Branches | None = None,
    ) -> Tensor:
        """The residual stream after the last norm, x_BTD: all of the forward but the logits.

        With `starts_BT`, True at each story's first token, every story in a row is read as if it
        stood alone. That is for training, and excludes a cache. With `branches`, one row holds a
        text and continuations of it.
        """
        T = inputs_BT.size(1)
        end = T if cache is None else cache.length + T
        if branches is not None:
            end = int(branches.positions_1T.max()) + 1
        if end > self.config.context_length:
            raise ValueError(
                f"the text is {end} tokens long, but the model sees only "
                f"model.context_length={self.config.context_length}; shorten it by "
                f"{end - self.config.context_length}"
            )
        if branches is not None:
            positions = branches.positions_1T
            masks = {w: branches.mask(w) for w in self.windows}
        elif starts_BT is None:
            # Those of all rows, or, where the rows of a cache differ, of each row.
            positions = slice(0, T) if cache is None else cache.extend(T)
            device = inputs_BT.device
            masks = {w: attention_mask(positions, end, w, device) for w in self.windows}
        else:
            positions = positions_in_stories(starts_BT)
            masks = {w: story_mask(starts_BT, w) for w in self.windows}
        x_BTD = self.embed(inputs_BT)
        if self.embed_position is not None:
            x_BTD = x_BTD + self.embed_position.weight[positions]
        if self.embed_norm is not None:
            x_BTD = self.embed_norm(x_BTD)
        x_BTD = self.dropout(x_BTD)
        rotation = None
        if self.rotation_2TK is not None:
            rotation = rotation_at(self.rotation_2TK, positions)
        again = self.checkpoint_blocks and torch.is_grad_enabled()
        embedded_BTD, first_BGTK = x_BTD, None
        for layer, block in enumerate(self.blocks):
            if self.embed_L is not None:
                x_BTD = self.stream_L[layer] * x_BTD + self.embed_L[layer] * embedded_BTD
            if again:
                x_BTD, v_BGTK = checkpoint(
                    block, x_BTD, rotation, masks, None, first_BGTK, use_reentrant=False
                )
            else:
                x_BTD, v_BGTK = block(x_BTD, rotation, masks, cache, first_BGTK)
            if self.config.value_residual and layer == 0:
                first_BGTK = v_BGTK
        return self.norm(x_BTD)

    def logits(self, x_BTD: Tensor) -> Tensor:
        """Logits read off what `hidden` returns."""
        logits_BTV = F.linear(x_BTD, self.unembed_VD)
        if cap := self.config.logit_softcap:
            logits_BTV = cap * torch.tanh(logits_BTV / cap)
        return logits_BTV

    @property
    def unembed_VD(self) -> Tensor:
        """The matrix that reads logits off the residual stream; the embedding's own where tied."""
        return self.embed.weight if self.unembed is None else self.unembed.weight

    @torch.no_grad()
    def initialize(self) -> None:
        """Draw all weights anew: normal matrices, zero biases, norms of one (GPT-2).

        What writes into the residual stream starts smaller by the root of the number of writers,
        two a layer, so that the stream has the same size at any depth; or, with `zero_init`, at 0.
        """
        config = self.config
        for part in self.modules():
            if isinstance(part, (nn.Linear, nn.Embedding)):
                nn.init.normal_(part.weight, std=config.init_std)
            elif isinstance(part, (nn.LayerNorm, nn.RMSNorm)) and config.norm_weights:
                part.reset_parameters()
            if isinstance(part, nn.Linear) and part.bias is not None:
                nn.init.zeros_(part.bias)
        for block in self.blocks:
            for part in (block.attention.out, block.mlp.down):
                if config.zero_init:
                    part.weight.zero_()
                elif config.scale_residual_init:
                    part.weight.div_(math.sqrt(2 * config.n_layers))
            if block.attention.value_mix is not None:
                block.attention.value_mix.fill_(0.5)
        if self.embed_L is not None:
            self.stream_L.fill_(1.0)
            self.embed_L.fill_(0.1)
        if self.rotation_2TK is not None:
            self.rotation_2TK.copy_(build_rotation(config))


class Block(nn.Module):
    """Attention, then the MLP, each on a normalized copy of the stream that it adds to."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self.attention_norm = build_norm(config)
        self.attention = Attention(config, layer)
        self.mlp_norm = build_norm(config)
        self.mlp = SwigluMLP(config) if config.mlp is MLP.swiglu else PlainMLP(config)
        self.dropout = build_dropout(config)

    def forward(
        self,
        x_BTD: Tensor,
        rotation: tuple[Tensor, Tensor] | None,
        masks: dict[int, Mask],
        cache: KVCache | None,
        first_BGTK: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        """The stream after this block, and its attention's values; those of the first go in."""
        found_BTD, v_BGTK = self.attention(
            self.attention_norm(x_BTD), rotation, masks, cache, first_BGTK
        )
        x_BTD = x_BTD + self.dropout(found_BTD)
        return x_BTD + self.dropout(self.mlp(self.mlp_norm(x_BTD))), v_BGTK


class Attention(nn.Module):
    """Each position gathers values from positions before it, where its query meets their keys."""

    def __init__(self, config: ModelConfig, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.window = config.window(layer)
        self.head_dim = config.head_dim
        self.scale = None if config.scale_attention else 1.0  # None is 1 / sqrt(K)
        self.qk_norm = nn.RMSNorm(self.head_dim, config.norm_eps, elementwise_affine=False)
        if not config.qk_norm:
            self.qk_norm = nn.Identity()
        width_kv = config.n_kv_heads * config.head_dim
        self.query = nn.Linear(config.d_model, config.d_model, bias=config.qkv_bias)
        self.key = nn.Linear(config.d_model, width_kv, bias=config.qkv_bias)
        self.value = nn.Linear(config.d_model, width_kv, bias=config.qkv_bias)
        self.out = nn.Linear(config.d_model, config.d_model, bias=config.bias)
        self.value_mix = nn.Parameter(torch.empty(1)) if config.value_residual and layer else None

    def forward(
        self,
        x_BTD: Tensor,
        rotation: tuple[Tensor, Tensor] | None,
        masks: dict[int, Mask],
        cache: KVCache | None,
        first_BGTK: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        heads = (-1, self.head_dim)
        q_BHTK = self.query(x_BTD).unflatten(-1, heads).transpose(1, 2)
        k_BGSK = self.key(x_BTD).unflatten(-1, heads).transpose(1, 2)
        v_BGSK = v_BGTK = self.value(x_BTD).unflatten(-1, heads).transpose(1, 2)
        if self.value_mix is not None:
            v_BGSK = v_BGTK = v_BGTK + self.value_mix[0] * (first_BGTK - v_BGTK)
        q_BHTK, k_BGSK = self.qk_norm(q_BHTK), self.qk_norm(k_BGSK)
        if rotation is not None:
            q_BHTK, k_BGSK = rotate(q_BHTK, rotation), rotate(k_BGSK, rotation)
        if cache is not None:
            k_BGSK, v_BGSK = cache.append(self.layer, k_BGSK, v_BGSK)
        y_BHTK = attend(q_BHTK, k_BGSK, v_BGSK, masks[self.window], scale=self.scale)
        return self.out(y_BHTK.transpose(1, 2).flatten(2)), v_BGTK


class PlainMLP(nn.Module):
    """Widen, bend, narrow (GPT-2): by GELU in its tanh form, or by the square of ReLU."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.squares = config.mlp is MLP.relu2
        self.up = nn.Linear(config.d_model, config.d_ff, bias=config.bias)
        self.down = nn.Linear(config.d_ff, config.d_model, bias=config.bias)

    def forward(self, x_BTD: Tensor) -> Tensor:
        x_BTF = self.up(x_BTD)
        if self.squares:
            return self.down(F.relu(x_BTF).square())
        return self.down(F.gelu(x_BTF, approximate="tanh"))


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
    affine, eps = config.norm_weights, config.norm_eps
    if config.norm is Norm.layernorm:
        return nn.LayerNorm(config.d_model, eps, elementwise_affine=affine, bias=config.bias)
    return nn.RMSNorm(config.d_model, eps, elementwise_affine=affine)


def build_dropout(config: ModelConfig) -> nn.Module:
    return nn.Dropout(config.dropout) if config.dropout else nn.Identity()
