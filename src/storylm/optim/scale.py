"""How far weights begin and move at another size than the one that the learning rate was found at.

`optim.learning_rate` is that of BASE: 4 layers of width 128. A rule says what it becomes elsewhere,
for each kind of parameter; at BASE every rule changes nothing.
"""

from __future__ import annotations

import enum

import torch
from torch import nn

from storylm.config import ModelConfig, OptimConfig, OptimizerKind, Scale
from storylm.model.size import non_embedding_parameters

BASE_WIDTH, BASE_DEPTH = 128, 4
BASE_PARAMETERS, BASE_TOKENS = 791_691, 5_529_600
"""Of the main job, without embeddings."""


class Part(enum.Enum):
    """What a parameter is to the residual stream."""

    reader = "reader"
    """A matrix inside a block that reads the stream, or what was made of it."""
    writer = "writer"
    """A matrix inside a block that writes into the stream."""
    unembed = "unembed"
    """An unembedding of its own."""
    shift = "shift"
    """A bias behind a writer; how much of stream and embedding a block reads."""
    rest = "rest"
    """Embeddings, norms, other biases: their width is no sum over inputs."""


def step_law(parameters: float, tokens: float) -> tuple[float, float]:
    """The learning rate and the tokens per step that suit AdamW, from non-embedding parameters and
    training tokens: the step law, as fitted to models below 59M parameters on TinyStories."""
    return 0.0985 * parameters**-0.508 * tokens**0.238, 3.6e-4 * tokens**0.931


def part_of(name: str, parameter: torch.Tensor) -> Part:
    """By the parameter's name in a Transformer."""
    if name == "unembed.weight":
        return Part.unembed
    if name in ("embed_L", "stream_L") or name.endswith((".out.bias", ".down.bias")):
        return Part.shift
    if not name.startswith("blocks.") or parameter.ndim < 2:
        return Part.rest
    return Part.writer if name.endswith((".out.weight", ".down.weight")) else Part.reader


def rate_scale(part: Part, model: ModelConfig, optim: OptimConfig, tokens: int) -> float:
    """What a parameter's learning rate is multiplied with. `tokens` of the whole training, for
    scale=steplaw.

    mup, for heads of one width: Adam moves each entry as far whatever its gradient, so that a sum
    over D inputs moves D times as far (Yang & Hu 2021, arXiv 2203.03466, table 3); Muon's update is
    scaled for that already. With depth the blocks' shares of the stream become smaller as 1 / L
    (Dey et al. 2025, arXiv 2505.01618), here in the writers themselves and not by a multiplier
    behind them.
    """
    if optim.scale is Scale.steplaw:
        here = step_law(non_embedding_parameters(model), tokens or BASE_TOKENS)
        return here[0] / step_law(BASE_PARAMETERS, BASE_TOKENS)[0]
    if optim.scale is Scale.none or part is Part.rest:
        return 1.0
    depth = BASE_DEPTH / model.n_layers
    if part is Part.shift:
        return depth
    by_adam = optim.kind is OptimizerKind.adamw or part is Part.unembed
    width = BASE_WIDTH / model.d_model if by_adam else 1.0
    return width * (depth if part is Part.writer else 1.0)


def start_scale(name: str, part: Part, model: ModelConfig) -> float:
    """What scale=mup multiplies an initial weight with."""
    if part in (Part.rest, Part.shift):
        return BASE_DEPTH / model.n_layers if name == "embed_L" else 1.0
    width = BASE_WIDTH / model.d_model
    if part is Part.unembed:
        return width
    depth = BASE_DEPTH / model.n_layers if part is Part.writer else 1.0
    if model.scale_residual_init:
        depth **= 0.5  # the other root is in the initialization already
    return width**0.5 * depth


@torch.no_grad()
def scale_start(transformer: nn.Module, model: ModelConfig, optim: OptimConfig) -> None:
    """Bring freshly drawn weights to where the rule wants them."""
    if optim.scale is Scale.mup:
        for name, parameter in transformer.named_parameters():
            if (factor := start_scale(name, part_of(name, parameter), model)) != 1:
                parameter.mul_(factor)
