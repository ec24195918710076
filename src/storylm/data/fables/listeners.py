"""Three listeners hear the same story: one tells it, one reads it, one forecasts it.

The teller draws each choice and writes it. The reader is given the text and takes the option that
it spells. Both add up -log2 of the same chances in the same order, so `read(tell(seed).text)` has
the choices and the bits of `tell(seed)`. The forecaster is a reader that reaches the end of its
text early and says what could come next, and how likely each continuation is.

A seed tells the same story on every platform and every Python from 3.11: choices are made with
integer weights from `random.Random(seed).random()`, whose sequence the standard library
guarantees, and story i needs no story before it.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple, NoReturn

from storylm.data.fables import world
from storylm.data.fables.forms import Choice, Notation, Slot, Tree, render
from storylm.data.fables.plots import tell_fable
from storylm.data.fables.story import Listener, Story


@dataclass(frozen=True)
class Difficulty:
    """Which world the stories come from. A text must be read with the dials it was told with."""

    vocabulary: float = 1.0
    """Share of each set of names, things and places that is used (eight of a set at least)."""
    scenes: bool = True
    """False leaves out the side scenes that carry no plot, so that stories are shorter."""

    def __post_init__(self) -> None:
        if not 0 < self.vocabulary <= 1:
            raise ValueError(f"vocabulary={self.vocabulary} must lie above 0 and at most at 1")


class Span(NamedTuple):
    """Characters `start` to `end` of a story: who decided them, and how much they tell."""

    start: int
    end: int
    kind: str
    free: bool
    """False where the world left no other possibility; then `bits` is 0."""
    bits: float
    fact: str
    """The fact that forces these characters; empty where words force them."""
    distance: int
    """Characters back to where this fact was last said in these words, or else drawn; 0 without."""


@dataclass(frozen=True)
class Told:
    """A story with its exact information."""

    text: str
    bits: float
    choices: tuple[int, ...]
    spans: tuple[Span, ...] = ()


class Continuation(NamedTuple):
    """What may come next, of which kind, and how likely. An empty text is the end of the story."""

    text: str
    probability: float
    kind: str


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

    @property
    def expected(self) -> list[str]:
        """What would have fitted from `position` on, likeliest first."""
        return [c.text for c in sorted(self.continuations, key=lambda c: -c.probability)]


def tell(seed: int, difficulty: Difficulty = Difficulty(), *, labels: bool = False) -> Told:
    """Story number `seed`. With `labels`, `spans` cover every character of it (slower).

    Errors: ValueError for a negative seed, which Python's generator would fold onto its positive.
    """
    if seed < 0:
        raise ValueError(f"seed={seed} is negative; stories are numbered from 0")
    teller = Teller(seed)
    hear(teller, difficulty)
    told = Told("".join(teller.pieces), teller.bits, tuple(teller.choices))
    if labels:
        told = replace(told, spans=read(told.text, difficulty, labels=True).spans)
    return told


def read(text: str, difficulty: Difficulty = Difficulty(), *, labels: bool = False) -> Reading:
    """The choices that spell this text, and where it leaves the world, if it does."""
    reader = (
        Labeller(text, lambda prefix: offers_after(prefix, difficulty)) if labels else Reader(text)
    )
    try:
        hear(reader, difficulty)
        reader.finish()
    except Departure as departure:
        kind, continuations = departure.kind, departure.continuations
        complete, position = False, departure.position
    else:
        kind, continuations, complete, position = "", (), True, len(text)
    spans = tuple(reader.spans) if isinstance(reader, Labeller) else ()
    return Reading(
        tuple(reader.choices), reader.bits, complete, position, kind, continuations, spans
    )


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
    tell_fable(Story(listener, notation(difficulty.vocabulary), scenes=difficulty.scenes))


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
    sets = world.SETS
    if vocabulary < 1:
        sets = {name: options.first(vocabulary) for name, options in sets.items()}
    return Notation(sets, world.WORDS)


# ------------------------------------------------------------------------------------------ telling


class Teller:
    """Draws each choice, writes its text, and adds up its information."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random
        self.pieces: list[str] = []
        self.choices: list[int] = []
        self.bits = 0.0

    def say(self, kind: str, text: str, fact: str = "") -> None:
        self.pieces.append(text)

    def choose(self, choice: Choice, gap: str, facts: dict[str, Any], taken: set[int]) -> int:
        while True:
            if choice.uniform:
                chosen = int(self.random() * choice.uniform)
            else:
                chosen = bisect_right(choice.cumulative, self.random() * choice.total)
            if chosen not in taken:
                break
        self.choices.append(chosen)
        self.bits += information(choice, chosen, taken)
        text = choice.texts[chosen]
        if text is None:
            text = render(choice.openings[chosen], facts)
        if text:
            self.pieces.append(gap)
            self.pieces.append(text)
        return chosen


def information(choice: Choice, chosen: int, taken: set[int]) -> float:
    return -math.log2(choice.chance(chosen, taken)) if taken else choice.bits[chosen]


# ------------------------------------------------------------------------------------------ reading


class Offer(NamedTuple):
    """A text that may come next: its chance, and its parts for naming what a misfit breaks."""

    text: str
    chance: float
    kind: str
    parts: tuple[tuple[str, str, str], ...]
    """(text, kind, fact) of each run of words and each fact; together they are `text`."""


class Departure(Exception):
    """The text leaves the world, or ends before the story does."""

    def __init__(
        self,
        position: int,
        kind: str,
        continuations: tuple[Continuation, ...],
        offers: list[Offer],
    ) -> None:
        super().__init__(position, kind)
        self.position = position
        self.kind = kind
        self.continuations = continuations
        self.offers = offers


class Reader:
    """Takes the option that the text spells next, and stops where none does.

    An option in silence leaves no trace of its own. The options that it passed over stay `open`
    until the next text has been read: they might have come here too.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.choices: list[int] = []
        self.bits = 0.0
        self.open: list[Offer] = []
        self.chance = 1.0
        """Of all the silences since the last text."""

    def say(self, kind: str, text: str, fact: str = "") -> None:
        if self.open or not self.text.startswith(text, self.position):
            self.weigh([Offer(text, self.chance, kind, ((text, kind, fact),))])
        self.advance(len(text))

    def choose(self, choice: Choice, gap: str, facts: dict[str, Any], taken: set[int]) -> int:
        chosen = self.spelled(choice, gap, facts)
        if chosen is None or chosen in taken or self.open:
            offers = list(self.offers(choice, gap, facts, taken))
            if choice.silence is not None and (chosen is None or chosen in taken):
                self.check_open(offers)
                self.open += offers
                chosen = choice.silence
                self.chance *= choice.chance(chosen)
            else:
                self.weigh(offers)
        self.choices.append(chosen)
        self.bits += information(choice, chosen, taken)
        if chosen != choice.silence:
            text = choice.texts[chosen]
            length = len(render(choice.openings[chosen], facts) if text is None else text)
            self.advance(len(gap) + length)
        return chosen

    def spelled(self, choice: Choice, gap: str, facts: dict[str, Any]) -> int | None:
        """The option that stands in the text here, silence aside."""
        if gap and not self.text.startswith(gap, self.position):
            return None
        start = self.position + len(gap)
        for length in choice.lengths:
            found = choice.by_text.get(self.text[start : start + length])
            if found is not None:
                return found
        return self.follow(choice.tree, facts, start)

    def follow(self, tree: Tree, facts: dict[str, Any], at: int) -> int | None:
        """The opening of a tree that stands in the text here."""
        for part, rest in tree:
            piece = part if isinstance(part, str) else getattr(facts[part.fact], part.view)
            if self.text.startswith(piece, at):
                if isinstance(rest, int):
                    return rest
                found = self.follow(rest, facts, at + len(piece))
                if found is not None:
                    return found
        return None

    def offers(
        self, choice: Choice, gap: str, facts: dict[str, Any], taken: set[int]
    ) -> Iterator[Offer]:
        for index, opening in enumerate(choice.openings):
            if opening and index not in taken:
                parts = [(gap, "style", "")] if gap else []
                for part in opening:
                    if isinstance(part, Slot):
                        parts.append((getattr(facts[part.fact], part.view), part.kind, part.fact))
                    else:
                        parts.append((part, choice.kind, ""))
                chance = self.chance * choice.chance(index, taken)
                text = "".join(part[0] for part in parts)
                yield Offer(text, chance, choice.kind, tuple(parts))

    def advance(self, length: int) -> None:
        self.position += length
        self.open = []
        self.chance = 1.0

    def weigh(self, offers: list[Offer]) -> None:
        """Go on if the text spells one of these offers; else say what would have fitted."""
        self.check_open(offers)
        if any(offer.text and self.text.startswith(offer.text, self.position) for offer in offers):
            return
        self.depart(self.open + offers)

    def check_open(self, offers: list[Offer]) -> None:
        """After a silence, what follows must not begin like what was passed over."""
        for passed in self.open:
            for offer in offers:
                if passed.text.startswith(offer.text) or offer.text.startswith(passed.text):
                    raise RuntimeError(
                        f"not prefix-free after a silence: {passed.text!r} and {offer.text!r}; "
                        "reword one of them"
                    )

    def depart(self, offers: list[Offer]) -> NoReturn:
        remaining = self.text[self.position :]
        shared = [common_length(remaining, offer.text) for offer in offers]
        reach = max(shared)
        fitting = [offer for offer, length in zip(offers, shared) if length == reach]
        whole = sum(offer.chance for offer in fitting)
        continuations = tuple(
            Continuation(offer.text[reach:], offer.chance / whole, offer.kind) for offer in fitting
        )
        raise Departure(self.position + reach, broken_kind(fitting, reach), continuations, offers)

    def finish(self) -> None:
        """The story has ended: so must the text, and no silence may still be open."""
        if self.open:
            raise RuntimeError(f"a story ends in a silence: {self.open[0].text!r} was possible")
        if self.position < len(self.text):
            raise Departure(self.position, "plot", (Continuation("", 1.0, "plot"),), [])


def common_length(text: str, other: str) -> int:
    """How many characters two texts share from their start."""
    length = min(len(text), len(other))
    if text[:length] == other[:length]:
        return length
    return next(i for i in range(length) if text[i] != other[i])


# Words that carry the sentence rather than the story: a slip here is a slip of grammar.
FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an the and or but so to of in on at by for from with into as than that this these those "
        "is are was were be been had has have did do does not it its he they she him her them his "
        "their who what when where there",
    )
)


def broken_kind(offers: list[Offer], at: int) -> str:
    """What breaks where none of these offers is followed any further."""
    kinds = {kind_at(offer, at) for offer in offers}
    return kinds.pop() if len(kinds) == 1 else offers[-1].kind


def kind_at(offer: Offer, at: int) -> str:
    """Which kind of thing breaks if the offer is left at this character."""
    for text, kind, fact in offer.parts:
        if at < len(text):
            return kind if fact else kind_of_word(text, at, kind)
        at -= len(text)
    return offer.kind


def kind_of_word(text: str, at: int, kind: str) -> str:
    """Grammar for small words, for the marks between words and for endings; else `kind`."""
    if kind == "grammar" or not text[at].isalpha():
        return "grammar" if text[at] != "\n" else kind
    start = end = at
    while start and text[start - 1].isalpha():
        start -= 1
    while end < len(text) and text[end].isalpha():
        end += 1
    word = text[start:end]
    ending = next(
        (e for e in ("ing", "ed", "s") if len(word) > len(e) + 2 and word.endswith(e)), ""
    )
    if word.lower() in FUNCTION_WORDS or (ending and at >= end - len(ending)):
        return "grammar"
    return kind


# ---------------------------------------------------------------------------------------- labelling


class Labeller(Reader):
    """A reader that notes for each character who decided it and how much it tells."""

    def __init__(self, text: str, probe: Callable[[str], list[Offer]]) -> None:
        super().__init__(text)
        self.probe = probe
        """All that could follow a prefix, silences looked through."""
        self.spans: list[Span] = []
        self.said: dict[tuple[str, str], int] = {}
        self.drawn_at: dict[str, int] = {}

    def say(self, kind: str, text: str, fact: str = "") -> None:
        rivals = [*self.open, Offer(text, self.chance, kind, ((text, kind, fact),))]
        start = self.position
        super().say(kind, text, fact)
        self.label(start, rivals)

    def choose(self, choice: Choice, gap: str, facts: dict[str, Any], taken: set[int]) -> int:
        rivals = [*self.open, *self.offers(choice, gap, facts, taken)]
        start = self.position
        chosen = super().choose(choice, gap, facts, taken)
        if chosen != choice.silence:
            if choice.silence is not None:
                rivals = self.probe(self.text[:start])
            self.label(start, rivals)
            for bind in choice.binds[chosen]:
                self.drawn_at[bind.fact] = self.position
        return chosen

    def label(self, start: int, rivals: list[Offer]) -> None:
        """Split the text just read into spans, given all that could have stood there."""
        spelled = self.text[start : self.position]
        parts = next(rival.parts for rival in rivals if rival.text == spelled)
        mass = sum(rival.chance for rival in rivals)
        at = 0
        for text, _, fact in parts:
            since = self.said.get((fact, text), self.drawn_at.get(fact, start + at))
            distance = start + at - since if fact else 0
            for letter in text:
                kind = broken_kind(rivals, at)
                rivals = [rival for rival in rivals if rival.text[at : at + 1] == letter]
                left = sum(rival.chance for rival in rivals)
                free = left < mass * (1 - 1e-12)
                bits = math.log2(mass / left) if free else 0.0
                why = ("", 0) if free else (fact, distance)
                self.note(Span(start + at, start + at + 1, kind, free, bits, *why))
                mass = left
                at += 1
            if fact:
                self.said[fact, text] = start + at

    def note(self, span: Span) -> None:
        """Append a span, joined to the one before where both are forced by the same thing."""
        if self.spans:
            last = self.spans[-1]
            if not last.free and last[2:] == span[2:]:
                self.spans[-1] = last._replace(end=span.end)
                return
        self.spans.append(span)
