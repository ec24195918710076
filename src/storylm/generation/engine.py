"""Many stories at once: whoever asks joins the running batch at its next token, and leaves alone.

The engine holds a fixed number of rows. A request is read into a free row by itself; from then on
it takes one step with all others. When it ends, the last row moves into its place, so that those
in use always lie side by side. A story is the same whatever it travels with: it has random numbers
of its own, and its row's logits are no other row's business.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from storylm.config import Position
from storylm.generation.decoder import Decoder
from storylm.generation.requests import Piece, Request, Ticket
from storylm.generation.speculative import Speculation, check_drafter
from storylm.generation.story import Story, draw
from storylm.generation.telling import Diverged, check_prompt
from storylm.model.transformer import Transformer

if TYPE_CHECKING:
    from storylm.tokenizer import ScoredTokenizer, Tokenizer

GUESSES = 4
"""Tokens that a drafter proposes at a time."""
PROMPT_TOKENS = 512
"""With the prompt that passes this, a step has read enough of them."""


class Teller(Protocol):
    """What the engine needs of a run."""

    model: Transformer
    tokenizer: Tokenizer | ScoredTokenizer


class Engine:
    """Tells stories for many at once. `submit` from any thread, `start` and `close` around it all;
    or `step` by hand, as tests and `tell_all` do.

    `slots` stories at most travel together, others wait in order. With `compile` the steps are
    compiled, which takes a while at first; `int8` keeps weights in eight bits and computes in bf16;
    `dtype` is the type of weights and cache, the model's own by default; a `drafter` guesses ahead.
    The run's model is read once, now: what happens to it later changes nothing here.
    """

    def __init__(
        self,
        run: Teller,
        *,
        slots: int = 32,
        compile: bool = False,
        int8: bool = False,
        dtype: torch.dtype | None = None,
        drafter: Teller | None = None,
        guesses: int = GUESSES,
    ) -> None:
        if slots < 1:
            raise ValueError(f"slots={slots} must be at least 1")
        self.config, self.tokenizer = run.model.config, run.tokenizer
        self.slots, self.compile = slots, compile
        dials = {"ahead": guesses if drafter else 0, "int8": int8, "dtype": dtype}
        self.speculation = None
        if drafter is not None:
            check_drafter(run, drafter)
        self.decoder = Decoder(run.model, slots, compile=compile, **dials)
        if drafter is not None:
            guessing = Decoder(drafter.model, slots, compile=compile, **dials)
            self.speculation = Speculation(self.decoder, guessing, guesses)
        self.stories: list[Story] = []
        """Of row 0, 1, …: those that are being told."""
        self.queue: deque[Ticket] = deque()
        self.changed = threading.Condition()
        self.closed = False
        self.thread: threading.Thread | None = None

    # ------------------------------------------------------------------------ from any thread

    def submit(self, request: Request) -> Ticket:
        """Ask for a story. ValueError, in one line, for a request that this model cannot take."""
        self.check(request)
        ticket = Ticket(request)
        with self.changed:
            if self.closed:
                raise RuntimeError("the engine is closed; make another")
            self.queue.append(ticket)
            self.changed.notify()
        return ticket

    def check(self, request: Request) -> None:
        """Refuse what `Request` could not know of: the context, the vocabulary, the positions."""
        size, length = self.config.vocab_size, self.config.context_length
        if (largest := max((*request.prompt_ids, *request.logit_bias))) >= size:
            raise ValueError(f"id {largest} is outside the vocabulary of {size}")
        if request.slide and self.config.position is not Position.rope:
            raise ValueError(
                "slide needs rotary positions, but this model learned its "
                f"{length}; leave slide out, or take a model of model=llama or swift"
            )
        if request.slide and self.speculation is not None:
            raise ValueError("slide and a drafter do not go together; leave one of them out")
        banned = [id for id, bias in request.logit_bias.items() if bias == -torch.inf]
        if len(banned) == size:
            raise ValueError("logit_bias bans every token; leave at least one")
        check_prompt(list(request.prompt_ids), length)

    @property
    def waiting(self) -> int:
        """Requests that no row is free for yet."""
        return len(self.queue)

    @property
    def active(self) -> int:
        """Stories being told."""
        return len(self.stories)

    def start(self) -> Engine:
        """Step in a thread of its own until `close`."""
        self.thread = threading.Thread(target=self.run, name="storylm-engine", daemon=True)
        self.thread.start()
        return self

    def close(self) -> None:
        """End the thread, and every ticket as it stands."""
        with self.changed:
            self.closed = True
            self.changed.notify()
        if self.thread is not None and self.thread is not threading.current_thread():
            self.thread.join()
        self.drop_all(None)

    def __enter__(self) -> Engine:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def tell_all(self, requests: Sequence[Request]) -> list[list[Piece]]:
        """The pieces of each, when all are told; without a thread."""
        tickets = [self.submit(request) for request in requests]
        while self.step():
            pass
        return [list(ticket) for ticket in tickets]

    # ---------------------------------------------------------------------- the engine's thread

    def run(self) -> None:
        while True:
            with self.changed:
                while not (self.closed or self.queue or self.stories):
                    self.changed.wait()
                if self.closed:
                    return
            self.step()

    def step(self) -> bool:
        """Let who waits in, then give every story its next token; whether anything is left to do.

        An error, of the memory say, ends the stories that were being told with it, and the engine
        goes on.
        """
        try:
            with torch.inference_mode():
                self.leave()
                self.admit()
                if self.stories and self.speculation is not None:
                    self.speculation.step(self.stories)
                elif self.stories:
                    self.advance()
                self.leave()
        except Exception as error:
            self.drop_all(error)
        return bool(self.queue or self.stories)

    def admit(self) -> None:
        """Read the prompts of requests for which there are rows, but not so many that those who
        are being told would stand still."""
        tokens = 0
        while self.queue and len(self.stories) < self.slots and tokens < PROMPT_TOKENS:
            with self.changed:
                ticket = self.queue.popleft()
            story = Story(ticket, self.tokenizer, self.config.context_length)
            self.stories.append(story)
            tokens += len(story.ids)
            self.read(story, len(self.stories) - 1)
            self.leave()

    def read(self, story: Story, row: int) -> None:
        """Read a story's ids into its row, from the beginning, and draw what follows."""
        logits_BV = self.decoder.read([story.ids], [0], row)
        if self.speculation is not None:
            self.speculation.drafter.read([story.ids], [0], row)
        story.length = len(story.ids)
        self.take(logits_BV, [story])

    def advance(self) -> None:
        """One more token for every story; where one slides on, for that one alone."""
        full = self.config.context_length
        if slides := [row for row, story in enumerate(self.stories) if story.length == full]:
            for row in slides:
                self.stories[row].forget()
                self.read(self.stories[row], row)
            return
        n = len(self.stories)
        empty = [0] * (padded(n, self.slots) - n if self.compile else 0)
        tokens = [[story.ids[-1]] for story in self.stories] + [[0] for _ in empty]
        starts = [story.length for story in self.stories] + empty
        logits_BV = self.decoder.read(tokens, starts)
        for story in self.stories:
            story.length += 1
        self.take(logits_BV[:n], self.stories)

    def take(self, logits_BV: Tensor, stories: list[Story]) -> None:
        """Draw each story's next token and hand it out."""
        finite = logits_BV.amax(-1).isfinite().tolist()  # a nan is the largest of all
        if not all(finite):
            raise Diverged("the model's logits are not finite: its training has diverged")
        for story, token, row_V in zip(stories, draw(logits_BV, stories), logits_BV, strict=True):
            story.add(token, row_V)

    def leave(self) -> None:
        """Free the rows of stories that have ended or are wanted no more."""
        for row in reversed(range(len(self.stories))):
            story = self.stories[row]
            if not (story.over or story.ticket.cancelled.is_set()):
                continue
            story.ticket.end()
            last = len(self.stories) - 1
            if row != last:
                moved = self.stories[row] = self.stories[last]
                self.decoder.copy_row(last, row, moved.length)
                if self.speculation is not None:
                    self.speculation.drafter.copy_row(last, row, moved.length)
            self.stories.pop()
        with self.changed:
            for ticket in [one for one in self.queue if one.cancelled.is_set()]:
                self.queue.remove(ticket)
                ticket.end()

    def drop_all(self, error: BaseException | None) -> None:
        """End every story that is being told, and if the engine is closed those that wait."""
        for story in self.stories:
            story.ticket.end(error)
        self.stories.clear()
        while self.closed and self.queue:
            self.queue.popleft().end(error)


def padded(rows: int, slots: int) -> int:
    """The next power of two: compiled steps come in few sizes."""
    return min(1 << (rows - 1).bit_length(), slots)
