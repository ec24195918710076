"""What a model makes of a text that is given: its surprise at each token, and where it looked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from storylm.generation.requests import Piece
from storylm.generation.story import logprobs
from storylm.generation.telling import check_prompt
from storylm.generation.text import StoryText
from storylm.model.masks import attention_mask
from storylm.model.rotary import rotate

if TYPE_CHECKING:
    from storylm.generation.engine import Teller


@torch.inference_mode()
def score(run: Teller, ids: Sequence[int], alternatives: int = 5) -> list[Piece]:
    """Each given token with its log-probability and the likeliest ids in its place.

    The first one follows nothing: its log-probability is 0, and it has no alternatives. Texts join
    to that of the whole. Raises ValueError for ids that do not fit the context or the vocabulary.
    """
    check_ids(run, ids)
    logits_TV = run.model(tensor(run, ids))[0].float()
    text = StoryText(run.tokenizer, opens=ids[0] in run.tokenizer.ends)
    pieces = []
    for place, token in enumerate(ids):
        known = (0.0, ()) if place == 0 else logprobs(logits_TV[place - 1], token, alternatives)
        words = "" if token in run.tokenizer.ends else text.add(token)
        pieces.append(Piece(token, words, *known))
    return pieces


@torch.inference_mode()
def attention_of(run: Teller, ids: Sequence[int], layer: int, head: int) -> list[list[float]]:
    """How much one head at each position attends to each one up to it: T rows of T weights that
    sum to one. Raises ValueError for ids that do not fit, and for a layer or a head that is not."""
    check_ids(run, ids)
    config = run.model.config
    for name, value, count in (("layer", layer, config.n_layers), ("head", head, config.n_heads)):
        if not 0 <= value < count:
            raise ValueError(f"{name}={value} is none; the model has 0 to {count - 1}")
    attention, given = run.model.blocks[layer].attention, []

    def keep(_: Any, inputs: tuple[Any, ...]) -> None:
        given.extend(inputs[:2])

    hook = attention.register_forward_pre_hook(keep)
    try:
        run.model(tensor(run, ids))
    finally:
        hook.remove()
    x_BTD, rotation = given
    heads = (-1, config.head_dim)
    q_TK = attention.query(x_BTD).unflatten(-1, heads)[:, :, head, None].transpose(1, 2)
    k_TK = attention.key(x_BTD).unflatten(-1, heads)[:, :, head // config.queries_per_kv, None]
    q_TK, k_TK = attention.qk_norm(q_TK), attention.qk_norm(k_TK.transpose(1, 2))
    if rotation is not None:
        q_TK, k_TK = rotate(q_TK, rotation), rotate(k_TK, rotation)
    T = len(ids)
    scores_TT = (q_TK @ k_TK.mT)[0, 0].float() * (attention.scale or config.head_dim**-0.5)
    mask_TT = attention_mask(slice(0, T), T, attention.window, scores_TT.device)
    if mask_TT is None:
        mask_TT = torch.ones_like(scores_TT, dtype=torch.bool).tril()
    return scores_TT.masked_fill(~mask_TT, -torch.inf).softmax(-1).tolist()


def check_ids(run: Teller, ids: Sequence[int]) -> None:
    check_prompt(list(ids), run.model.config.context_length)
    if not 0 <= min(ids) <= max(ids) < (size := run.model.config.vocab_size):
        raise ValueError(f"the text holds an id outside the vocabulary of {size}")


def tensor(run: Teller, ids: Sequence[int]) -> Tensor:
    return torch.tensor([list(ids)], device=run.model.embed.weight.device)
