"""What one asks of the engine and what comes back: a request, its pieces, the ticket between."""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MOST_STOPS = 64


@dataclass(frozen=True)
class Request:
    """A story to be told on from a prompt. Raises ValueError, in one line, for what cannot be."""

    prompt_ids: tuple[int, ...]
    max_tokens: int = 0
    """Longest continuation in tokens; 0 goes on to the end of the context."""
    temperature: float = 1.0
    """0 always takes the likeliest token; 1 samples from the model's own distribution."""
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    """Tokens seen before lose this factor of their logits, if positive, or gain it, if negative."""
    logit_bias: Mapping[int, float] = field(default_factory=dict)
    """Added to the logits of these ids; -inf bans one."""
    seed: int = 1
    story: int = 0
    """Which story of the seed this is; each has random numbers of its own."""
    stop: tuple[str, ...] = ()
    """The story ends before any of these strings, wherever tokens begin and end."""
    logprobs: int = -1
    """So many alternatives with each piece; -1 gives none, nor the piece's own."""
    slide: bool = False
    """Go on past the context by forgetting the oldest half; needs rotary positions."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "prompt_ids", tuple(self.prompt_ids))
        object.__setattr__(self, "stop", tuple(self.stop))
        object.__setattr__(self, "logit_bias", dict(self.logit_bias))
        require(bool(self.prompt_ids), "prompt_ids is empty; begin with the end-of-story token")
        require(
            all(type(id) is int and id >= 0 for id in self.prompt_ids),
            "prompt_ids holds something that is no id: a whole number from 0 on",
        )
        for name, least in (("max_tokens", 0), ("top_k", 0), ("logprobs", -1), ("story", 0)):
            value = getattr(self, name)
            whole = type(value) is int
            require(
                whole and value >= least, f"{name}={value} must be a whole number, {least} or more"
            )
        require(type(self.seed) is int, f"seed={self.seed} must be a whole number")
        for name in ("temperature", "top_p", "min_p", "repetition_penalty"):
            value = getattr(self, name)
            number = type(value) in (int, float) and math.isfinite(value)
            require(number, f"{name}={value} must be a finite number")
        require(self.temperature >= 0, f"temperature={self.temperature} must be 0 or more")
        require(0 < self.top_p <= 1, f"top_p={self.top_p} must be above 0 and at most 1")
        require(0 <= self.min_p < 1, f"min_p={self.min_p} must be at least 0 and below 1")
        penalty = self.repetition_penalty
        require(
            0.01 <= penalty <= 100,
            f"repetition_penalty={penalty} must be from 0.01 to 100; 1 changes nothing",
        )
        for id, bias in self.logit_bias.items():
            known = type(id) is int and id >= 0
            require(known, f"logit_bias names {id!r}, which is no id: a whole number from 0 on")
            number = type(bias) in (int, float) and (abs(bias) <= 1e4 or bias == -math.inf)
            require(number, f"logit_bias of {id} is {bias}; give a number, or -inf to ban it")
        require(len(self.stop) <= MOST_STOPS, f"stop has more than {MOST_STOPS} strings")
        require(
            all(type(text) is str and text for text in self.stop),
            "stop holds something that is no string, or an empty one",
        )


def require(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)


@dataclass(frozen=True)
class Piece:
    """One token of a story, and the text that became certain with it."""

    token: int
    text: str
    """What is new and certain: never half a character, never part of a stop string."""
    logprob: float = 0.0
    """Natural logarithm of its probability by the model itself, before any sampler."""
    alternatives: tuple[tuple[int, float], ...] = ()
    """The likeliest ids, likeliest first, with theirs."""
    finish: str = ""
    """stop: the story or a stop string ended it; length: max_tokens or the context did."""


class Ticket:
    """What `submit` returns: iterate over it for the pieces of one story, as they come.

    Iterating waits for the engine, and raises what the engine raised. A ticket is read once.
    """

    def __init__(self, request: Request) -> None:
        self.request = request
        self.pieces: queue.SimpleQueue[Piece | BaseException | None] = queue.SimpleQueue()
        self.cancelled = threading.Event()
        self.ended = threading.Event()

    def __iter__(self) -> Iterator[Piece]:
        while (piece := self.pieces.get()) is not None:
            if isinstance(piece, BaseException):
                self.pieces.put(None)
                raise piece
            yield piece
        self.pieces.put(None)  # who asks again is told again that there is no more

    def cancel(self) -> None:
        """Ask for no more of it: the engine drops the story at its next step."""
        self.cancelled.set()

    @property
    def done(self) -> bool:
        """Whether its last piece lies ready, also if it was cancelled or failed."""
        return self.ended.is_set()

    def give(self, piece: Piece) -> None:
        """For the engine: one more piece."""
        self.pieces.put(piece)

    def end(self, error: BaseException | None = None) -> None:
        """For the engine: nothing more comes; a second call changes nothing."""
        if not self.ended.is_set():
            self.ended.set()
            self.pieces.put(error)
