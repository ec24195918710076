"""Rotary positions: every query and key is turned by angles that grow with its position.

Su et al. 2021 (arXiv 2104.09864). A model reads further than it was trained to where the angles are
slowed down (`RopeScaling`).
"""

from __future__ import annotations

import dataclasses
import math

import torch
from torch import Tensor

from storylm.config import ModelConfig, Position, RopeScaling


def build_rotation(config: ModelConfig) -> Tensor:
    """Cosines and signed sines of every position's angles, rotation_2TK in fp32.

    The first half of a head is rotated against the second, as in LLaMA's public weights.
    """
    position_T = torch.arange(config.context_length, dtype=torch.float32)
    angle = torch.outer(position_T, frequencies(config))
    sharpen = 1.0
    if config.rope_scaling is RopeScaling.yarn:
        sharpen = 0.1 * math.log(config.rope_factor) + 1  # of queries and keys; scores: its square
    cos, sin = angle.cos() * sharpen, angle.sin() * sharpen
    return torch.stack([torch.cat([cos, cos], dim=-1), torch.cat([-sin, sin], dim=-1)])


def frequencies(config: ModelConfig) -> Tensor:
    """Radians per position of each of the K/2 pairs of a head, fp32."""
    K, factor = config.head_dim, config.rope_factor
    exponent = torch.arange(0, K, 2, dtype=torch.float32) / K
    # 1 / theta^e, not theta^-e: the last bit is then that of LLaMA's public code.
    plain = 1.0 / scaled_theta(config) ** exponent
    if config.rope_scaling is RopeScaling.linear:
        return plain / factor
    if config.rope_scaling is not RopeScaling.yarn:
        return plain

    def pair_that_turns(times: float) -> float:
        """Which pair, as a real number, makes so many turns within the trained context."""
        length = config.trained_context_length
        return K * math.log(length / (times * 2 * math.pi)) / (2 * math.log(config.rope_theta))

    # Pairs of more than 32 turns stay; those of less than one are stretched like `linear`.
    low = max(0, math.floor(pair_that_turns(32)))
    high = min(K - 1, math.ceil(pair_that_turns(1)))
    pair = torch.arange(K // 2, dtype=torch.float32)
    stretched = ((pair - low) / max(high - low, 1e-3)).clamp(0, 1)
    return plain / factor * stretched + plain * (1 - stretched)


def scaled_theta(config: ModelConfig) -> float:
    """The base of the wavelengths; with ntk so large that the longest grows by the factor."""
    if config.rope_scaling is RopeScaling.ntk and config.head_dim > 2:
        return config.rope_theta * config.rope_factor ** (config.head_dim / (config.head_dim - 2))
    return config.rope_theta


def extend_context(config: ModelConfig, length: int, scaling: RopeScaling) -> ModelConfig:
    """The same model reading `length` tokens at once. ValueError where it cannot reach further."""
    if config.position is not Position.rope:
        raise ValueError(
            f"context_length={length} needs rotary positions, but this model learned its "
            f"{config.context_length}; models of model=llama can be extended"
        )
    trained = config.trained_context_length
    if config.rope_factor > 1 and length < config.context_length:
        raise ValueError(
            f"context_length={length} would undo the scaling that this model was trained with; "
            f"leave it at {config.context_length} or more"
        )
    if length <= trained or scaling is RopeScaling.none:
        scaling = RopeScaling.none
    factor = 1.0 if scaling is RopeScaling.none else length / trained
    return dataclasses.replace(
        config, context_length=length, rope_scaling=scaling, rope_factor=factor
    )


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
