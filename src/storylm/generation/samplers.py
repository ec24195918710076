"""From logits to a token: what is ruled out, what is likelier than it was, and the draw itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import torch
from torch import Tensor


def keep_likely(
    logits_BV: Tensor,
    temperature: float = 1.0,
    *,
    top_k: int = 0,
    top_p: float = 1.0,
    min_p: float = 0.0,
) -> Tensor:
    """Logits of the distribution to draw from, -inf for what is ruled out.

    Temperature first, then each sampler on what the one before it left: `top_k` keeps the k
    likeliest tokens (0 all); `top_p` the fewest likeliest tokens that together reach this
    probability (Holtzman et al., arXiv 1904.09751); `min_p` those at least so likely relative to
    the likeliest (Nguyen et al., arXiv 2407.01082). Temperature 0 leaves only the likeliest token.
    """
    if temperature < 1e-30:  # fp32 holds little less, and division by it is none
        top_k, temperature = 1, 1.0
    # The likeliest at 0, so that no temperature, however small, overflows.
    logits_BV = (logits_BV - logits_BV.amax(-1, keepdim=True)) / temperature
    ruled_out_BV = torch.full_like(logits_BV, -torch.inf)
    if 0 < top_k < logits_BV.size(-1):
        kept, index = logits_BV.topk(top_k)
        logits_BV = ruled_out_BV.scatter(-1, index, kept)
    if top_p < 1:
        kept, index = reach(logits_BV, top_p)
        logits_BV = ruled_out_BV.scatter(-1, index, kept)
    if min_p > 0:
        logits_BV = logits_BV.masked_fill(logits_BV.exp() < min_p, -torch.inf)
    return logits_BV


def reach(logits_BV: Tensor, top_p: float) -> tuple[Tensor, Tensor]:
    """Logits by falling size, -inf for those after the fewest that reach `top_p`; and their ids.

    A few of the likeliest nearly always reach it, and are found in a tenth of a sort's time.
    """
    total_B1 = logits_BV.logsumexp(-1, keepdim=True)
    for few in (128, logits_BV.size(-1)):
        if few < logits_BV.size(-1):
            ordered, index = logits_BV.topk(few)
        else:
            ordered, index = logits_BV.sort(descending=True, stable=True)
        p = (ordered - total_B1).exp()
        before = p.cumsum(-1) - p
        if few >= logits_BV.size(-1) or bool((before[:, -1] >= top_p).all()):
            break
    ruled_out = before >= top_p
    ruled_out[:, 0] = False  # the likeliest stays, however little is asked for
    return ordered.masked_fill(ruled_out, -torch.inf), index


def repel(logits_V: Tensor, seen: Collection[int], penalty: float) -> Tensor:
    """Logits in which tokens seen before are less likely: positive ones are divided by the penalty,
    negative ones multiplied (CTRL, Keskar et al. 2019, arXiv 1909.05858)."""
    if penalty == 1 or not seen:
        return logits_V
    index = torch.tensor(sorted(seen), device=logits_V.device)
    there = logits_V[index]
    there = torch.where(there > 0, there / penalty, there * penalty)
    return logits_V.index_copy(0, index, there)


def shift(logits_V: Tensor, bias: Mapping[int, float]) -> Tensor:
    """Logits with a bias on some ids; -inf bans one."""
    if not bias:
        return logits_V
    index = torch.tensor(list(bias), device=logits_V.device)
    added = torch.tensor(list(bias.values()), device=logits_V.device, dtype=logits_V.dtype)
    return logits_V.index_add(0, index, added)


def sample(logits_BV: Tensor, uniform_B: Tensor) -> Tensor:
    """One token per row, tokens_B: where the cumulative distribution passes the uniform number.

    A token of logit -inf is never drawn, also where rounding puts the number at the very end.
    """
    return sample_p(logits_BV.softmax(-1), uniform_B)


def sample_p(p_BV: Tensor, uniform_B: Tensor) -> Tensor:
    """The same from probabilities, which need not sum to one."""
    cumulative_BV = p_BV.cumsum(-1)
    total_B1 = cumulative_BV[:, -1:].contiguous()
    last_B1 = torch.searchsorted(cumulative_BV, total_B1)
    point_B1 = uniform_B.to(cumulative_BV)[:, None] * total_B1
    drawn_B1 = torch.searchsorted(cumulative_BV, point_B1, right=True)
    return torch.minimum(drawn_B1, last_B1)[:, 0]


def story_generator(seed: int, story: int) -> torch.Generator:
    """The private source of randomness of one story."""
    # 2^64 over the golden ratio keeps the stories of neighbouring seeds apart.
    mixed = (seed * 0x9E3779B97F4A7C15 + story) % 2**63
    return torch.Generator().manual_seed(mixed)


class Uniforms:
    """The numbers of a story's generator, one after another, drawn many at a time."""

    def __init__(self, seed: int, story: int) -> None:
        self.generator, self.ready = story_generator(seed, story), []

    def next(self) -> float:
        if not self.ready:
            self.ready = torch.rand(64, generator=self.generator).tolist()[::-1]
        return self.ready.pop()
