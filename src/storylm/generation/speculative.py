"""Guessing ahead: a small model proposes a few tokens, the large one reads them all at once.

Speculative sampling (Leviathan et al. 2023, arXiv 2211.17192): a proposal x of the drafter's
distribution q is kept with probability min(1, p(x) / q(x)); the first that is not is drawn anew
from what p has beyond q, max(0, p - q). What comes out is distributed exactly as p, the large
model's own under the same samplers, whatever the drafter proposes; and at temperature 0 it is the
likeliest story.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from storylm.generation.decoder import Decoder
from storylm.generation.samplers import keep_likely, sample_p
from storylm.generation.story import Story, bend, changes
from storylm.generation.telling import Diverged

if TYPE_CHECKING:
    from storylm.generation.engine import Teller


class Speculation:
    """One step of it for many stories: each keeps as many proposals as it accepts."""

    def __init__(self, target: Decoder, drafter: Decoder, guesses: int) -> None:
        self.target, self.drafter, self.guesses = target, drafter, guesses
        self.proposed = self.accepted = 0
        """Counted over all stories: accepted / proposed says what the drafter is worth."""

    def step(self, stories: list[Story]) -> None:
        """One round: every story goes on by one to `guesses` + 1 tokens."""
        guessed, q = self.propose(stories)
        tokens = [[story.ids[-1], *guess] for story, guess in zip(stories, guessed, strict=True)]
        logits = self.target.read(tokens, [story.length for story in stories], every=True)
        if not logits.amax(-1).isfinite().all():
            raise Diverged("the model's logits are not finite: its training has diverged")
        for row, story in enumerate(stories):
            before = len(story.ids)
            for token, place in self.judge(story, guessed[row], q[row], logits[row]):
                story.add(token, logits[row, place])
                if story.over:
                    break
            # What was read is kept as far as it was accepted; the newest token is read next time.
            story.length += len(story.ids) - before

    def propose(self, stories: list[Story]) -> tuple[list[list[int]], list[list[Tensor]]]:
        """The drafter's guesses for each story, and the distributions they were drawn from.

        Of the last round it may not have read its last guess: the newest two tokens are read first.
        """
        guessed: list[list[int]] = [[] for _ in stories]
        q: list[list[Tensor]] = [[] for _ in stories]
        tokens = [story.ids[-2:] for story in stories]
        starts = [story.length - 1 for story in stories]
        for n in range(self.guesses):
            logits_BV = self.drafter.read(tokens, starts)
            for row, story in enumerate(stories):
                q_V = distribution(logits_BV[row, None], story, guessed[row])[0]
                guessed[row].append(take(q_V, story))
                q[row].append(q_V)
            tokens = [guess[-1:] for guess in guessed]
            starts = [story.length + n + 1 for story in stories]
        return guessed, q

    def judge(
        self, story: Story, guessed: list[int], q: list[Tensor], logits_TV: Tensor
    ) -> list[tuple[int, int]]:
        """The tokens that go on the story, each with the place of the logits it was drawn from."""
        kept = []
        p_TV = distribution(logits_TV, story, [], guessed)
        for place, (token, q_V) in enumerate(zip(guessed, q, strict=True)):
            p_V = p_TV[place]
            self.proposed += 1
            if story.uniforms.next() * q_V[token].item() < p_V[token].item():
                self.accepted += 1
                kept.append((token, place))
                continue
            beyond_V = (p_V - q_V).clamp(min=0)
            # Rounding may leave nothing beyond q; then the two are one, and p will do.
            kept.append((take(beyond_V if beyond_V.sum() > 0 else p_V, story), place))
            return kept
        return [*kept, (take(p_TV[-1], story), len(guessed))]


def distribution(
    logits_TV: Tensor, story: Story, before: list[int], between: Sequence[int] = ()
) -> Tensor:
    """What tokens are drawn from under the story's dials, p_TV in fp64. `before` are guesses ahead
    of all of them, `between` those of which each place has seen one more."""
    request = story.request
    if changes(request):
        seen = [[*before, *between[:place]] for place in range(len(logits_TV))]
        logits_TV = torch.stack([bend(*one) for one in zip(logits_TV, repeat(story), seen)])
    if request.temperature == 0:
        return F.one_hot(logits_TV.argmax(-1), logits_TV.size(-1)).double()
    likely_TV = keep_likely(
        logits_TV,
        request.temperature,
        top_k=request.top_k,
        top_p=request.top_p,
        min_p=request.min_p,
    )
    return likely_TV.softmax(-1, dtype=torch.float64)


def take(p_V: Tensor, story: Story) -> int:
    uniform = torch.tensor([story.uniforms.next()], device=p_V.device, dtype=p_V.dtype)
    return int(sample_p(p_V[None], uniform))


def check_drafter(run: Teller, drafter: Teller) -> None:
    """Refuse, with a ValueError, a drafter that speaks otherwise or sees less."""
    if run.tokenizer.fingerprint != drafter.tokenizer.fingerprint:
        raise ValueError(
            f"the drafter's tokenizer is {drafter.tokenizer.fingerprint[:12]}, the run's "
            f"{run.tokenizer.fingerprint[:12]}; give a drafter trained with the same one"
        )
    sees, needed = drafter.model.config.context_length, run.model.config.context_length
    if sees < needed:
        raise ValueError(
            f"the drafter sees {sees} tokens, the run {needed}; give a drafter that sees as many"
        )
