"""One story on its way: its ids, its random numbers, its text, and the ticket it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from storylm.generation.requests import Piece, Request, Ticket
from storylm.generation.samplers import Uniforms, keep_likely, repel, sample, shift
from storylm.generation.text import StoryText

if TYPE_CHECKING:
    from storylm.tokenizer import ScoredTokenizer, Tokenizer


class Story:
    """What the engine knows of a request that it is answering."""

    def __init__(
        self, ticket: Ticket, tokenizer: Tokenizer | ScoredTokenizer, context_length: int
    ) -> None:
        self.ticket, self.request = ticket, ticket.request
        self.ends, self.context_length = tokenizer.ends, context_length
        self.ids = list(self.request.prompt_ids)
        """What the row's cache is of, the newest token last; older ones may be forgotten."""
        self.length = 0
        """How many of them the cache holds."""
        self.seen = set(self.ids) if self.request.repetition_penalty != 1 else set()
        self.told = 0
        self.over = False
        self.uniforms = Uniforms(self.request.seed, self.request.story)
        opens = self.ids[-1] in tokenizer.ends
        self.text = StoryText(tokenizer, self.request.stop, opens=opens)

    def add(self, token: int, logits_V: Tensor) -> None:
        """Take the drawn token in, and hand out what became certain with it. `logits_V` are the
        model's own for it."""
        self.ids.append(token)
        self.told += 1
        if self.request.repetition_penalty != 1:
            self.seen.add(token)
        text, finish = "", ""
        if token in self.ends:
            finish = "stop"
        else:
            text = self.text.add(token)
            if self.text.stopped:
                finish = "stop"
            elif self.told == self.request.max_tokens or self.full:
                finish = "length"
        if finish and not self.text.stopped:
            text += self.text.end()
        self.over = bool(finish)
        logprob, alternatives = 0.0, ()
        if self.request.logprobs >= 0:
            logprob, alternatives = logprobs(logits_V, token, self.request.logprobs)
        self.ticket.give(Piece(token, text, logprob, alternatives, finish))

    @property
    def full(self) -> bool:
        """Whether the context is, and the story may not slide on. The last token is drawn from a
        full context, and stands one beyond it."""
        return len(self.ids) > self.context_length and not self.request.slide

    def forget(self) -> None:
        """Keep the newer half of the context: it is read anew, as if a text began with it."""
        self.ids = self.ids[-max(1, self.context_length // 2) :]
        self.length = 0


def logprobs(
    logits_V: Tensor, token: int, alternatives: int
) -> tuple[float, tuple[tuple[int, float], ...]]:
    """The logarithm of a token's probability, and the likeliest ids with theirs."""
    logp_V = logits_V.log_softmax(-1)
    best, index = logp_V.topk(min(alternatives, len(logp_V)))
    return logp_V[token].item(), tuple(zip(index.tolist(), best.tolist(), strict=True))


def draw(logits_BV: Tensor, stories: Sequence[Story]) -> list[int]:
    """Each story's next token."""
    requests = [story.request for story in stories]
    if any(changes(request) for request in requests):
        rows = [bend(row_V, story) for row_V, story in zip(logits_BV, stories, strict=True)]
        logits_BV = torch.stack(rows)
    tokens = [0] * len(stories)
    alike: dict[tuple[float, ...], list[int]] = {}
    for row, request in enumerate(requests):
        alike.setdefault(dials(request), []).append(row)
    for (temperature, top_k, top_p, min_p), rows in alike.items():
        of_rows_BV = logits_BV if len(rows) == len(stories) else logits_BV[rows]
        # Drawn also where the likeliest is taken, so that a story's numbers do not depend on dials.
        uniform = [stories[row].uniforms.next() for row in rows]
        if temperature == 0:
            drawn = of_rows_BV.argmax(-1)
        else:
            likely = keep_likely(of_rows_BV, temperature, top_k=top_k, top_p=top_p, min_p=min_p)
            drawn = sample(likely, torch.tensor(uniform, device=likely.device))
        for row, token in zip(rows, drawn.tolist(), strict=True):
            tokens[row] = token
    return tokens


def dials(request: Request) -> tuple[float, int, float, float]:
    return request.temperature, request.top_k, request.top_p, request.min_p


def changes(request: Request) -> bool:
    """Whether a request bends the logits before the samplers."""
    return request.repetition_penalty != 1 or bool(request.logit_bias)


def bend(logits_V: Tensor, story: Story, guessed: Sequence[int] = ()) -> Tensor:
    """The model's logits with penalty and bias; `guessed` tokens count as seen."""
    request = story.request
    seen = story.seen.union(guessed) if request.repetition_penalty != 1 else ()
    return shift(repel(logits_V, seen, request.repetition_penalty), request.logit_bias)
