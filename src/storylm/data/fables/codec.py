"""Telling, reading and forecasting: the same program of all stories, run against its listeners.

A seed tells the same story on every platform and every Python from 3.11: choices are made with
integer weights from `random.Random(seed).random()`, whose sequence the standard library
guarantees, and story i needs no story before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from storylm.data.fables import world
from storylm.data.fables.forms import Notation
from storylm.data.fables.labels import Labeller, Reference, Span
from storylm.data.fables.listeners import Continuation, Departure, Offer, Reader, Teller
from storylm.data.fables.plots import tell_fable
from storylm.data.fables.story import Demands, Difficulty, Listener, Story


@dataclass(frozen=True)
class Told:
    """A story with its exact information."""

    text: str
    bits: float
    choices: tuple[int, ...]
    spans: tuple[Span, ...] = ()
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Reading:
    """How far a text is a story of this world."""

    choices: tuple[int, ...]
    bits: float
    complete: bool
    """True when the text is a whole story, no more and no less."""
    position: int
    """The first character that does not fit; the length of the text where all of it fits."""
    kind: str = ""
    """What is broken there, or what is due there when the text merely stops."""
    continuations: tuple[Continuation, ...] = ()
    """What would have fitted from `position` on, with chances that sum to 1."""
    spans: tuple[Span, ...] = ()
    references: tuple[Reference, ...] = ()
    demands: Demands = field(default_factory=Demands, compare=False)
    """What the header asked for, and what of it the story has met so far."""
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What the story had established by then."""

    @property
    def expected(self) -> list[str]:
        """What would have fitted from `position` on, likeliest first."""
        return [c.text for c in sorted(self.continuations, key=lambda c: -c.probability)]


def tell(seed: int, difficulty: Difficulty = Difficulty(), *, labels: bool = False) -> Told:
    """Story number `seed`. With `labels` (slower), `spans` cover every character of it, and
    `references` hold what its facts force.

    Errors: ValueError for a negative seed, which Python's generator would fold onto its positive.
    """
    if seed < 0:
        raise ValueError(f"seed={seed} is negative; stories are numbered from 0")
    teller = Teller(seed)
    hear(teller, difficulty)
    told = Told("".join(teller.pieces), teller.bits, tuple(teller.choices))
    if labels:
        reading = read(told.text, difficulty, labels=True)
        told = replace(told, spans=reading.spans, references=reading.references)
    return told


def read(text: str, difficulty: Difficulty = Difficulty(), *, labels: bool = False) -> Reading:
    """The choices that spell this text, and where it leaves the world, if it does."""
    reader = (
        Labeller(text, lambda prefix: offers_after(prefix, difficulty)) if labels else Reader(text)
    )
    story = Story(reader, notation(difficulty.vocabulary), difficulty)
    reader.facts = story.facts
    try:
        tell_fable(story)
        reader.finish()
    except Departure as departure:
        kind, continuations = departure.kind, departure.continuations
        complete, position = False, departure.position
    else:
        kind, continuations, complete, position = "", (), True, len(text)
    reading = Reading(
        tuple(reader.choices),
        reader.bits,
        complete,
        position,
        kind,
        continuations,
        demands=story.demands,
        facts=story.facts,
    )
    if isinstance(reader, Labeller):
        spans, references = tuple(reader.spans), tuple(reader.references)
        reading = replace(reading, spans=spans, references=references)
    return reading


def forecast(prefix: str, difficulty: Difficulty = Difficulty()) -> list[Continuation]:
    """The possible continuations of a prefix, up to the next choice; their chances sum to 1.

    Errors: ValueError where the prefix itself leaves the world.
    """
    reading = read(prefix, difficulty)
    if reading.complete:
        return [Continuation("", 1.0, "plot")]
    if reading.position < len(prefix):
        raise ValueError(
            f"the prefix leaves the world at {reading.position} ({reading.kind}): "
            f"{prefix[reading.position : reading.position + 20]!r} stands where "
            f"{reading.expected[0]!r} would fit"
        )
    return list(reading.continuations)


def hear(listener: Listener, difficulty: Difficulty) -> None:
    """Run the program of all stories against a listener."""
    tell_fable(Story(listener, notation(difficulty.vocabulary), difficulty))


def offers_after(prefix: str, difficulty: Difficulty) -> list[Offer]:
    """All that could follow a prefix that ends where a choice begins."""
    try:
        hear(Reader(prefix + "\0"), difficulty)  # a character that no story contains
    except Departure as departure:
        return departure.offers
    raise AssertionError("unreachable: no story goes on with a zero character")


@lru_cache(maxsize=8)
def notation(vocabulary: float) -> Notation:
    """The world at one size of vocabulary, with its forms as they are compiled."""
    return Notation(world.sets(vocabulary), world.WORDS, vocabulary)
