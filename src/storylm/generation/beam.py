"""Beam search: the likeliest stories as wholes, rather than of the likeliest tokens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import torch

from storylm.config import GenerateConfig
from storylm.generation.telling import Diverged, check_prompt, next_logits
from storylm.model.cache import KVCache
from storylm.model.transformer import Transformer


@dataclass(frozen=True)
class Beam:
    """A continuation and what it is worth."""

    ids: tuple[int, ...]
    logprob: float
    """Sum of the logarithms of its tokens' probabilities."""

    def score(self, length_penalty: float) -> float:
        """logprob / length ** penalty: 0 compares whole probabilities, which short ones win, 1 the
        mean of a token (Wu et al. 2016, arXiv 1609.08144, without their constant)."""
        return self.logprob / len(self.ids) ** length_penalty if self.ids else self.logprob


@torch.no_grad()
def search(
    model: Transformer,
    prompt: list[int],
    *,
    beams: int,
    max_tokens: int = 0,
    ends: Collection[int] = (),
    length_penalty: float = 1.0,
) -> list[Beam]:
    """The best continuations found, best first: `beams` at most, without the prompt.

    Each step keeps the likeliest `beams` of what goes on the ones before; those that reach an id of
    `ends` are put by. With as many beams as there are continuations it finds the best of all. It
    ends at `max_tokens` (0: none) or the context's end, or when nothing that is open can win any
    more. Raises ValueError for a prompt that does not fit, Diverged where logits are not finite.
    """
    check_prompt(prompt, model.config.context_length)
    room = model.config.context_length - len(prompt) + 1
    steps = min(max_tokens or room, room)
    cache = KVCache(
        model.config,
        1,
        capacity=min(len(prompt) + steps, model.config.context_length),
        device=model.embed.weight.device,
        dtype=model.embed.weight.dtype,
    )
    opened, ended = [Beam((), 0.0)], []
    inputs, last = [prompt], [len(prompt) - 1]
    for _ in range(steps):
        inputs_BT = torch.tensor(inputs, device=model.embed.weight.device)
        logits_BV = next_logits(model, inputs_BT, cache, last)
        if not logits_BV.amax(-1).isfinite().all():
            raise Diverged("the model's logits are not finite: its training has diverged")
        sums_B1 = torch.tensor([beam.logprob for beam in opened], dtype=torch.float64)[:, None]
        sums_BV = logits_BV.double().log_softmax(-1).cpu() + sums_B1
        V = sums_BV.size(1)
        # Every one of them may end now, and as many shall go on.
        found = sums_BV.flatten().topk(min(beams * (1 + len(ends)), sums_BV.numel()))
        going_on: list[tuple[int, Beam]] = []
        for total, at in zip(found.values.tolist(), found.indices.tolist(), strict=True):
            row, token = divmod(at, V)
            beam = Beam((*opened[row].ids, token), total)
            if token in ends:
                ended.append(beam)
            elif len(going_on) < beams:
                going_on.append((row, beam))
        ended = best(ended, beams, length_penalty)
        opened = [beam for _, beam in going_on]
        attainable = max((beam.logprob / steps**length_penalty for beam in opened), default=None)
        if attainable is None or len(opened[0].ids) == steps:
            break
        if len(ended) == beams and ended[-1].score(length_penalty) >= attainable:
            break
        cache.select([row for row, _ in going_on])
        inputs, last = [[beam.ids[-1]] for beam in opened], [0] * len(opened)
    cut_off = opened if opened and len(opened[0].ids) == steps else []
    return best([*ended, *cut_off], beams, length_penalty)


def search_each(
    model: Transformer,
    prompts_ids: list[list[int]],
    *,
    beams: int,
    ends: Collection[int] = (),
    **dials: Any,
) -> list[list[int]]:
    """The best continuation of each prompt; dials are max_tokens and length_penalty. ValueError for
    one that draws, since nothing is drawn here."""
    config = GenerateConfig(beams=beams, **dials)
    if others := dials.keys() - {"max_tokens", "length_penalty", "temperature", "seed"}:
        raise ValueError(f"{min(others)} would do nothing: it needs beams=1")
    asked = {"max_tokens": config.max_tokens, "length_penalty": config.length_penalty}
    found = [search(model, ids, beams=config.beams, ends=ends, **asked) for ids in prompts_ids]
    return [list(beams[0].ids) for beams in found]


def best(beams: list[Beam], count: int, length_penalty: float) -> list[Beam]:
    return sorted(beams, key=lambda beam: -beam.score(length_penalty))[:count]
