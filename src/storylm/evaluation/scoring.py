"""What a model thinks of given texts, token by token, and how sure a mean over stories is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch

from storylm.data.loading import strides
from storylm.model.loss import token_nats
from storylm.model.masks import grow_branches
from storylm.model.transformer import Transformer

ROWS_TOKENS = 8_192
"""Ids in one forward, with their padding."""


@torch.no_grad()
def score_tokens(
    model: Transformer, rows: Sequence[Sequence[int]], first: Sequence[int] | None = None
) -> list[np.ndarray]:
    """-ln p of each id of each row but its first, given those before it; fp64, in the rows' order.

    A row longer than the context is scored in strides of half a context, as validation does. With
    `first`, row i is scored from its id `first[i]` on, and what lies a context before is not read.
    The result does not depend on what is scored together. Raises RuntimeError in training mode.
    """
    if model.training:
        raise RuntimeError("score_tokens needs the model in eval mode: call model.eval() first")
    context, device = model.config.context_length, model.embed.weight.device
    first = first or [1] * len(rows)
    found = [np.zeros(len(row) - start) for row, start in zip(rows, first, strict=True)]
    pieces: list[tuple[int, int, int, int]] = []
    for i, row in enumerate(rows):
        for begin, scored_from, end in strides(0, len(row) - 1, context):
            if end >= first[i]:
                pieces.append((end - begin, i, begin, max(scored_from, first[i] - 1)))
    pieces.sort()
    while pieces:
        width = pieces[-1][0]
        batch = pieces[-max(1, ROWS_TOKENS // width) :]
        del pieces[-len(batch) :]
        ids_BR = torch.zeros(len(batch), width + 1, dtype=torch.long)
        for b, (length, i, begin, _) in enumerate(batch):
            ids_BR[b, : length + 1] = torch.tensor(rows[i][begin : begin + length + 1])
        ids_BR = ids_BR.to(device)
        counts_BR = torch.zeros(len(batch), width, dtype=torch.bool)
        for b, (length, _, begin, scored_from) in enumerate(batch):
            counts_BR[b, scored_from - begin : length] = True
        counts_BR = counts_BR.to(device)
        hidden_ND = model.hidden(ids_BR[:, :-1])[counts_BR]  # no logits but of what is scored
        nats_N = token_nats(model.logits(hidden_ND)[None], ids_BR[:, 1:][counts_BR][None])
        nats, done = nats_N.flatten().double().cpu().numpy(), 0
        for length, i, begin, scored_from in batch:
            at, size = scored_from + 1 - first[i], length - (scored_from - begin)
            found[i][at : at + size] = nats[done : done + size]
            done += size
    return found


@torch.no_grad()
def score_branches(
    model: Transformer, text: Sequence[int], branches: Sequence[tuple[int, Sequence[int]]]
) -> list[np.ndarray]:
    """-ln p of each id of each branch (place, ids), which goes on from the first `place` of a text;
    fp64. One forward for all: the text is read once.

    ValueError where a branch ends beyond the context.
    """
    device = model.embed.weight.device
    trunk = max((place for place, _ in branches), default=0)
    inputs, read, targets, places = list(text[:trunk]), [], [], []
    for place, ids in branches:
        read += [place - 1, *range(len(inputs), len(inputs) + len(ids) - 1)]
        inputs += ids[:-1]
        targets += ids
        places.append((place, len(ids) - 1))
    if not targets:
        return [np.zeros(0) for _ in branches]
    grown = grow_branches(trunk, places, device)
    hidden_TD = model.hidden(torch.tensor([inputs], device=device), branches=grown)[0]
    logits_NV = model.logits(hidden_TD[torch.tensor(read, device=device)])
    nats_N = token_nats(logits_NV[None], torch.tensor([targets], device=device)).flatten()
    ends = np.cumsum([len(ids) for _, ids in branches])
    return np.split(nats_N.double().cpu().numpy(), ends[:-1])


class Estimate(NamedTuple):
    """A number with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if self.low != self.low:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


def ratio(
    above: Sequence[float], below: Sequence[float], *, seed: int = 0, resamples: int = 1_000
) -> Estimate:
    """sum(above) / sum(below) over stories, with a bootstrap interval over them (Efron 1979).

    One pair a story: what happens within one is not independent, so stories are drawn whole. The
    same seed draws the same stories for every quantity. NaN where nothing was counted.
    """
    top, bottom = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    if bottom.sum() == 0:
        return Estimate(float("nan"), float("nan"), float("nan"))
    if len(top) == 1:  # one story says nothing of others
        return Estimate(float(top.sum() / bottom.sum()), float("nan"), float("nan"))
    generator = np.random.default_rng(seed)
    counts = generator.multinomial(len(top), np.full(len(top), 1 / len(top)), size=resamples)
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = (counts @ top) / (counts @ bottom)
    drawn[~np.isfinite(drawn)] = np.nan
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Estimate(float(top.sum() / bottom.sum()), float(low), float(high))


def by_group(
    names: Sequence[str], rows: Sequence[Sequence[tuple[str, float, float]]], **dials: int
) -> dict[str, Estimate]:
    """The ratio of each group; a row holds (group, above, below) of one story."""

    def total(row: Sequence[tuple[str, float, float]], name: str, which: int) -> float:
        return sum(entry[which] for entry in row if entry[0] == name)

    return {
        name: ratio([total(r, name, 1) for r in rows], [total(r, name, 2) for r in rows], **dials)
        for name in names
    }


Progress = Callable[[str], None]
