"""A block of the decoder: the same sums as `transformer.Block`, in fewer steps."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from storylm.config import MLP, ModelConfig, Norm
from storylm.generation.matrices import MakeMatrix, Matrix
from storylm.model.adapters import AdaptedLinear
from storylm.model.transformer import Block

Norming: TypeAlias = Callable[[Tensor], Tensor]


class Layer(nn.Module):
    """Attention and MLP with keys and values in a cache that others share.

    `make` lays a matrix out. All but the matrices is in fp32.
    """

    def __init__(self, config: ModelConfig, block: Block, make: MakeMatrix) -> None:
        super().__init__()
        attention, mlp = block.attention, block.mlp
        device = attention.out.weight.device
        self.config, self.window = config, attention.window
        self.scale = config.head_dim**-0.5 if config.scale_attention else 1.0
        self.attention_norm, gain = norm_of(config, block.attention_norm, device)
        self.qkv = side_by_side(make, attention.query, attention.key, attention.value, gain=gain)
        self.out = side_by_side(make, attention.out)
        self.mlp_norm, gain = norm_of(config, block.mlp_norm, device)
        self.gated = config.mlp is MLP.swiglu
        self.up = side_by_side(make, *([mlp.gate] if self.gated else []), mlp.up, gain=gain)
        self.down = side_by_side(make, mlp.down)
        mix = attention.value_mix
        self.value_mix = None if mix is None else mix.item()

    def forward(
        self,
        x_BTD: Tensor,
        rotation: tuple[Tensor, Tensor] | None,
        places_N: Tensor,
        cache_NK: Tensor,
        seen_BsSK: Tensor,
        masks: dict[int, Tensor | None],
        first: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        config, (B, T, _) = self.config, x_BTD.shape
        H, G, K = config.n_heads, config.n_kv_heads, config.head_dim
        qkv = self.qkv(self.attention_norm(x_BTD)).view(B, T, H + 2 * G, K)
        qk, v = qkv[:, :, : H + G], qkv[:, :, H + G :]
        if self.value_mix is not None:
            v.add_(first - v, alpha=self.value_mix)
        if config.qk_norm:
            qk.copy_(F.rms_norm(qk, (K,), None, config.norm_eps))
        if rotation is not None:
            cos, sin = rotation
            swapped = qk.roll(K // 2, dims=-1)
            qk.mul_(cos).addcmul_(swapped, sin)
        cache_NK.index_copy_(0, places_N, qkv[:, :, H:].reshape(-1, K))
        k_BGSK, v_BGSK = seen_BsSK[:, :G], seen_BsSK[:, G:]
        q = qkv[:, :, :H].transpose(1, 2)
        mask = masks[self.window]
        if H != G:  # the queries of a key side by side, as if they were further positions
            q = q.reshape(B, G, H // G * T, K)
            mask = mask if mask is None else mask.repeat(1, 1, H // G, 1)
        y = F.scaled_dot_product_attention(q, k_BGSK, v_BGSK, attn_mask=mask, scale=self.scale)
        if H != G:
            y = y.reshape(B, H, T, K)
        x_BTD = self.out(y.transpose(1, 2).reshape(B, T, -1), x_BTD)
        wide = self.up(self.mlp_norm(x_BTD))
        if self.gated:
            gate, up = wide.chunk(2, -1)
            wide = F.silu(gate) * up
        elif config.mlp is MLP.relu2:
            wide = F.relu(wide).square()
        else:
            wide = F.gelu(wide, approximate="tanh")
        return self.down(wide, x_BTD), v


def norm_of(
    config: ModelConfig, part: nn.Module, device: torch.device
) -> tuple[Norming, Tensor | None]:
    """A norm as a function of the stream alone, and the gains that are left for the matrix after
    it: an RMSNorm is then three small steps, and not eight."""
    D = config.d_model
    weight, bias = (
        None if one is None else one.detach().float()
        for one in (part.weight, getattr(part, "bias", None))
    )
    if config.norm is Norm.layernorm:
        return lambda x: F.layer_norm(x, (D,), weight, bias, config.norm_eps), None
    # x / sqrt(mean x² + eps) = sqrt(D) x / sqrt(|x|² + D eps)
    root_eps = torch.tensor(math.sqrt(D * config.norm_eps), device=device)
    gain = (
        torch.full((D,), math.sqrt(D), device=device) if weight is None else math.sqrt(D) * weight
    )

    def norm(x: Tensor) -> Tensor:
        return x / torch.linalg.vector_norm(x, dim=-1, keepdim=True).hypot_(root_eps)

    return norm, gain


def side_by_side(make: MakeMatrix, *parts: nn.Linear, gain: Tensor | None = None) -> Matrix:
    """Several layers of one input as one matrix, with adapters and gains of the input in it."""
    plain = [part.merged() if isinstance(part, AdaptedLinear) else part for part in parts]
    bias = None if plain[0].bias is None else torch.cat([part.bias.detach() for part in plain])
    weight = torch.cat([part.weight.detach() for part in plain]).float()
    return make(weight if gain is None else weight * gain, bias)
