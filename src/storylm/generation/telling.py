"""The plain way to tell: from a prompt to a story, one sampled token after another.

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
from storylm.generation.samplers import keep_likely, repel, sample, story_generator
from storylm.model.cache import KVCache
from storylm.model.transformer import Transformer

if TYPE_CHECKING:
    from storylm.tokenizer import Tokenizer

DIALS = {"max_tokens", "temperature", "top_k", "top_p", "min_p", "repetition_penalty", "seed"}
"""What `generate_steps` understands of `GenerateConfig`."""


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

    With `beams` above 1 it is the likeliest that beam search finds, and `length_penalty` counts.
    A continuation whose last id is in `ends` came to its end; any other was cut off by `max_tokens`
    or by the end of the context.
    """
    if dials.get("beams", 1) > 1:
        from storylm.generation.beam import search_each

        return search_each(model, prompts_ids, **dials)
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
    temperature, top_k, top_p, min_p, repetition_penalty, seed. The model's training mode and global
    random state stay as they are. Raises ValueError, before the first step, for a prompt that is
    empty or longer than the context, and for a dial out of range.
    """
    config = GenerateConfig(**dials)
    if unknown := dials.keys() - DIALS:
        raise ValueError(f"{min(unknown)} is no dial of generate; storylm.generation.Engine has it")
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
    seen = [set(prompt) for prompt in prompts_ids]
    while rows:
        logits_BV = next_logits(model, inputs_BT, cache, last)
        if not logits_BV.amax(-1).isfinite().all():  # a nan is the largest of all
            raise Diverged("the model's logits are not finite: its training has diverged")
        cache.cut(lengths)  # drops the padding of the prompts
        if config.repetition_penalty != 1:
            pairs = zip(logits_BV, rows, strict=True)
            repelled = [repel(row_V, seen[row], config.repetition_penalty) for row_V, row in pairs]
            logits_BV = torch.stack(repelled)
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
        for row, token in zip(rows, tokens, strict=True):
            seen[row].add(token)
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
