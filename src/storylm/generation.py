"""Telling: from a prompt to a story, one sampled token after another.

`generate` works on ids, `tell` and `stream` on text. Story k of a seed is the same whatever the
batch it travels in: each row draws from a generator of its own, one uniform number per token.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from storylm.config import GenerateConfig
from storylm.model.cache import KVCache
from storylm.model.transformer import Transformer

if TYPE_CHECKING:
    from storylm.tokenizer import Tokenizer


def tell(
    model: Transformer,
    tokenizer: Tokenizer,
    prompt: str | Sequence[str],
    count: int = 1,
    **dials: Any,
) -> list[str]:
    """`count` stories that begin with the prompt, prompt included; of several prompts, each.

    Dials are those of `generate`. Raises ValueError for a prompt longer than the context.
    """
    prompts = [prompt] if isinstance(prompt, str) else prompt
    openings = [opening for opening in prompts for _ in range(count)]
    prompts_ids = [[tokenizer.end_of_story, *tokenizer.encode(opening)] for opening in openings]
    told = generate(model, prompts_ids, ends=tokenizer.ends, **dials)
    return [
        opening + continuation(tokenizer, opening, [id for id in ids if id not in tokenizer.ends])
        for opening, ids in zip(openings, told, strict=True)
    ]


def continuation(tokenizer: Tokenizer, opening: str, ids: list[int]) -> str:
    """Text of what follows an opening; the blank that some tokenizers put first is none of it."""
    text = tokenizer.decode(ids)
    return text if opening else text.removeprefix(" " * tokenizer.opening_blank)


def stream(model: Transformer, tokenizer: Tokenizer, prompt: str, **dials: Any) -> Iterator[str]:
    """The first story of `tell` in pieces, as they come: the prompt, then whole characters."""
    prompts_ids = [[tokenizer.end_of_story, *tokenizer.encode(prompt)]]
    steps = generate_steps(model, prompts_ids, ends=tokenizer.ends, **dials)
    pieces = tokenizer.stream(step[0] for step in steps if step[0] not in tokenizer.ends)
    if prompt:
        return chain([prompt], pieces)
    first = next(pieces, "").removeprefix(" " * tokenizer.opening_blank)
    return chain([first], pieces)


def generate(model: Transformer, prompts_ids: list[list[int]], **dials: Any) -> list[list[int]]:
    """The continuation of each prompt, without the prompt; dials as in `generate_steps`.

    A continuation whose last id is in `ends` came to its end; any other was cut off by `max_tokens`
    or by the end of the context.
    """
    told: list[list[int]] = [[] for _ in prompts_ids]
    for step in generate_steps(model, prompts_ids, **dials):
        for row, token in step.items():
            told[row].append(token)
    return told


def generate_steps(
    model: Transformer,
    prompts_ids: list[list[int]],
    *,
    ends: Collection[int] = (),
    first: int = 0,
    **dials: Any,
) -> Iterator[dict[int, int]]:
    """Continue prompts of any lengths side by side: each step gives every open row its next token.

    A row closes with an id of `ends` (which it yields), after `max_tokens` tokens (0: no such
    limit), or when its context is full. Row k is story `first + k` of the seed, so that many
    stories can be told in several batches. The dials are `GenerateConfig`'s: max_tokens,
    temperature, top_k, top_p, min_p, seed. The model's training mode and global random state stay
    as they are. Raises ValueError, before the first step, for a prompt that is empty or longer
    than the context, and for a dial out of range.
    """
    config = GenerateConfig(**dials)
    for prompt in prompts_ids:
        check_prompt(prompt, model.config.context_length)
    generators = [story_generator(config.seed, first + row) for row in range(len(prompts_ids))]
    return decode(model, prompts_ids, config, generators, ends)


def decode(
    model: Transformer,
    prompts_ids: list[list[int]],
    config: GenerateConfig,
    generators: list[torch.Generator],
    ends: Collection[int],
) -> Iterator[dict[int, int]]:
    """The loop of `generate_steps`: read the prompts once, then feed back what was drawn."""
    if not prompts_ids:
        return
    device, context_length = model.embed.weight.device, model.config.context_length
    lengths = [len(prompt) for prompt in prompts_ids]
    padded = [prompt + [0] * (max(lengths) - len(prompt)) for prompt in prompts_ids]
    room = max(lengths) + config.max_tokens if config.max_tokens else context_length
    cache = KVCache(
        model.config,
        len(prompts_ids),
        capacity=min(room, context_length),
        device=device,
        dtype=model.embed.weight.dtype,
    )
    inputs_BT = torch.tensor(padded, device=device)
    last = [length - 1 for length in lengths]
    rows, drawn = list(range(len(prompts_ids))), 0
    while rows:
        logits_BV = next_logits(model, inputs_BT, cache, last)
        if not logits_BV.amax(-1).isfinite().all():  # a nan is the largest of all
            raise Diverged("the model's logits are not finite: its training has diverged")
        cache.cut(lengths)  # drops the padding of the prompts
        likely_BV = keep_likely(
            logits_BV,
            config.temperature,
            top_k=config.top_k,
            top_p=config.top_p,
            min_p=config.min_p,
        )
        uniform_B = torch.stack([torch.rand((), generator=generators[row]) for row in rows])
        tokens = sample(likely_BV, uniform_B).tolist()
        drawn += 1
        yield dict(zip(rows, tokens, strict=True))
        going_on = [
            i
            for i, token in enumerate(tokens)
            if token not in ends and drawn != config.max_tokens and lengths[i] < context_length
        ]
        if len(going_on) < len(rows):
            cache.select(going_on)
        rows = [rows[i] for i in going_on]
        lengths = [lengths[i] + 1 for i in going_on]
        inputs_BT = torch.tensor([[tokens[i]] for i in going_on], device=device)
        last = [0] * len(rows)


@torch.no_grad()
def next_logits(model: Transformer, inputs_BT: Tensor, cache: KVCache, last: list[int]) -> Tensor:
    """Logits of the token after position `last[b]` of each row b of the inputs, fp32 logits_BV.

    The model is in eval mode meanwhile, and no longer: a stream may be left half read.
    """
    training = model.training
    if training:
        model.eval()
    try:
        x_BTD = model.hidden(inputs_BT, cache)
        last_B = torch.tensor(last, device=x_BTD.device)
        x_BD = x_BTD[torch.arange(len(last), device=x_BTD.device), last_B]
        return model.logits(x_BD).float()
    finally:
        if training:
            model.train()


class Diverged(ValueError):
    """A model whose numbers are no longer finite tells nothing."""


def check_prompt(prompt: list[int], context_length: int) -> None:
    if not prompt:
        raise ValueError("the prompt has no tokens; begin it with the end-of-story token")
    if (over := len(prompt) - context_length) > 0:
        raise ValueError(
            f"the prompt is {len(prompt)} tokens long, but the model sees only {context_length}; "
            f"shorten it by {over}"
        )


def story_generator(seed: int, story: int) -> torch.Generator:
    """The private source of randomness of one story."""
    # 2^64 over the golden ratio keeps the stories of neighbouring seeds apart.
    mixed = (seed * 0x9E3779B97F4A7C15 + story) % 2**63
    return torch.Generator().manual_seed(mixed)


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
    if temperature == 0:
        top_k, temperature = 1, 1.0
    # The likeliest at 0, so that no temperature, however small, overflows.
    logits_BV = (logits_BV - logits_BV.amax(-1, keepdim=True)) / temperature
    ruled_out_BV = torch.full_like(logits_BV, -torch.inf)
    if 0 < top_k < logits_BV.size(-1):
        kept, index = logits_BV.topk(top_k)
        logits_BV = ruled_out_BV.scatter(-1, index, kept)
    if top_p < 1:
        ordered, index = logits_BV.sort(descending=True, stable=True)
        p = ordered.softmax(-1)
        before = p.cumsum(-1) - p
        kept = ordered.masked_fill(before >= top_p, -torch.inf)
        logits_BV = ruled_out_BV.scatter(-1, index, kept)
    if min_p > 0:
        logits_BV = logits_BV.masked_fill(logits_BV.exp() < min_p, -torch.inf)
    return logits_BV


def sample(logits_BV: Tensor, uniform_B: Tensor) -> Tensor:
    """One token per row, tokens_B: where the cumulative distribution passes the uniform number.

    A token of logit -inf is never drawn, also where rounding puts the number at the very end.
    """
    cumulative_BV = logits_BV.softmax(-1).cumsum(-1)
    total_B1 = cumulative_BV[:, -1:].contiguous()
    last_B1 = torch.searchsorted(cumulative_BV, total_B1)
    point_B1 = uniform_B.to(cumulative_BV)[:, None] * total_B1
    drawn_B1 = torch.searchsorted(cumulative_BV, point_B1, right=True)
    return torch.minimum(drawn_B1, last_B1)[:, 0]
