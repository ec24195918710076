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
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple, NoReturn

from storylm.data.fables import world
from storylm.data.fables.forms import HERO_VIEWS, Choice, Notation, Options, Slot, Tree, render
from storylm.data.fables.plots import tell_fable
from storylm.data.fables.story import Demands, Difficulty, Listener, Story


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


class Reference(NamedTuple):
    """Words that a fact forces, beside what they would be for another fact of its sort."""

    start: int
    text: str
    kind: str
    fact: str
    distance: int
    """Characters back to where this fact was last said in these words, or else drawn."""
    rivals: tuple[str, ...]
    """What other facts of this story would say here, nearest first; else others of its set."""
    near: bool
    """True where the rivals are in the story: the other child's name, the other toy."""


@dataclass(frozen=True)
class Told:
    """A story with its exact information."""

    text: str
    bits: float
    choices: tuple[int, ...]
    spans: tuple[Span, ...] = ()
    references: tuple[Reference, ...] = ()


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


# ------------------------------------------------------------------------------------------ telling


class Teller:
    """Draws each choice, writes its text, and adds up its information."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random
        self.pieces: list[str] = []
        self.choices: list[int] = []
        self.bits = 0.0

    def say(self, kind: str, text: str, fact: str = "", view: str = "") -> None:
        self.pieces.append(text)

    def choose(
        self,
        choice: Choice,
        gap: str,
        facts: dict[str, Any],
        taken: Collection[int],
        refused: Collection[int] = (),
        demand: str = "",
    ) -> int:
        out = {*taken, *refused} if refused else taken
        while True:
            if choice.uniform:
                chosen = int(self.random() * choice.uniform)
            else:
                chosen = bisect_right(choice.cumulative, self.random() * choice.total)
            if chosen not in out:
                break
            if len(out) == len(choice.weights):
                raise RuntimeError(f"nothing is left to choose from: {choice.texts[:4]} …")
        self.choices.append(chosen)
        self.bits += information(choice, chosen, out)
        text = choice.texts[chosen]
        if text is None:
            text = render(choice.openings[chosen], facts)
        if text:
            self.pieces.append(gap)
            self.pieces.append(text)
        return chosen


def information(choice: Choice, chosen: int, out: Collection[int]) -> float:
    """Bits of an option, when those in `out` cannot be."""
    return -math.log2(choice.chance(chosen, out)) if out else choice.bits[chosen]


# ------------------------------------------------------------------------------------------ reading


class Offer(NamedTuple):
    """A text that may come next: its chance, and its parts for naming what a misfit breaks."""

    text: str
    chance: float
    kind: str
    parts: tuple[Part, ...]
    """Its runs of words and facts; together they are `text`."""


class Part(NamedTuple):
    """A run of words, or what a fact says."""

    text: str
    kind: str
    fact: str = ""
    view: str = ""


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
        self.facts: Mapping[str, Any] = {}
        """Those of the story that is being read."""
        self.chance = 1.0
        """Of all the silences since the last text."""

    def say(self, kind: str, text: str, fact: str = "", view: str = "") -> None:
        if self.open or not self.text.startswith(text, self.position):
            self.weigh([Offer(text, self.chance, kind, (Part(text, kind, fact, view),))])
        self.advance(len(text))

    def choose(
        self,
        choice: Choice,
        gap: str,
        facts: dict[str, Any],
        taken: Collection[int],
        refused: Collection[int] = (),
        demand: str = "",
    ) -> int:
        out = {*taken, *refused} if refused else taken
        chosen = self.spelled(choice, gap, facts)
        if chosen is None or chosen in out or self.open:
            offers = list(self.offers(choice, gap, facts, out, demand if refused else ""))
            if choice.silence is not None and (chosen is None or chosen in out):
                if choice.silence in out:
                    self.weigh(offers)
                self.check_open(offers)
                self.open += offers
                chosen = choice.silence
                self.chance *= choice.chance(chosen, out)
            elif chosen is not None and chosen in refused:
                self.depart(self.open + offers, "instruction")
            else:
                self.weigh(offers)
        self.choices.append(chosen)
        self.bits += information(choice, chosen, out)
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
        self,
        choice: Choice,
        gap: str,
        facts: dict[str, Any],
        out: Collection[int],
        demand: str = "",
    ) -> Iterator[Offer]:
        share = self.chance / choice.left(out)
        before = (Part(gap, "style"),) if gap else ()
        for index, opening in enumerate(choice.openings):
            if not opening or index in out:
                continue
            text = choice.texts[index]
            if text is not None:
                parts = (Part(text, "instruction" if demand else choice.kind, demand),)
            else:
                parts = tuple(
                    Part(getattr(facts[part.fact], part.view), part.kind, part.fact, part.view)
                    if isinstance(part, Slot)
                    else Part(part, choice.kind)
                    for part in opening
                )
                text = "".join([part.text for part in parts])
            chance = share * choice.weights[index]
            yield Offer(gap + text, chance, choice.kind, before + parts)

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
        if not self.open:
            return
        texts = sorted([(o.text, True) for o in self.open] + [(o.text, False) for o in offers])
        for (first, passed), (second, also_passed) in pairwise(texts):
            # Neither kind holds two that begin alike, so such a pair stands side by side.
            if passed != also_passed and second.startswith(first):
                raise RuntimeError(
                    f"not prefix-free after a silence: {first!r} and {second!r}; reword one of them"
                )

    def depart(self, offers: list[Offer], kind: str = "") -> NoReturn:
        remaining = self.text[self.position :]
        shared = [common_length(remaining, offer.text) for offer in offers]
        reach = max(shared)
        fitting = [offer for offer, length in zip(offers, shared) if length == reach]
        whole = sum(offer.chance for offer in fitting)
        continuations = tuple(
            Continuation(offer.text[reach:], offer.chance / whole, offer.kind) for offer in fitting
        )
        kind = kind or broken_kind(fitting, reach)
        raise Departure(self.position + reach, kind, continuations, offers)

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
    for text, kind, fact, _ in offer.parts:
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
        self.references: list[Reference] = []
        self.said: dict[tuple[str, str], int] = {}
        self.drawn_at: dict[str, int] = {}
        self.drawn_from: dict[str, Options] = {}

    def say(self, kind: str, text: str, fact: str = "", view: str = "") -> None:
        rivals = [*self.open, Offer(text, self.chance, kind, (Part(text, kind, fact, view),))]
        start = self.position
        super().say(kind, text, fact, view)
        self.label(start, rivals)

    def choose(
        self,
        choice: Choice,
        gap: str,
        facts: dict[str, Any],
        taken: Collection[int],
        refused: Collection[int] = (),
        demand: str = "",
    ) -> int:
        out = {*taken, *refused} if refused else taken
        rivals = [*self.open, *self.offers(choice, gap, facts, out, demand if refused else "")]
        start = self.position
        chosen = super().choose(choice, gap, facts, taken, refused, demand)
        if chosen != choice.silence:
            if choice.silence is not None and choice.silence not in out:
                rivals = self.probe(self.text[:start])
            against = [choice.texts[i] for i in sorted(refused)] if refused else []
            self.label(start, rivals, [text for text in against if text])
            for bind in choice.binds[chosen]:
                self.drawn_at[bind.fact] = self.position
                self.drawn_from[bind.fact] = bind.options
        return chosen

    def label(self, start: int, rivals: list[Offer], against: Sequence[str] = ()) -> None:
        """Split the text just read into spans, given all that could have stood there."""
        spelled = self.text[start : self.position]
        parts = next(rival.parts for rival in rivals if rival.text == spelled)
        mass = sum(rival.chance for rival in rivals)
        at = 0
        for text, part_kind, fact, view in parts:
            since = self.said.get((fact, text), self.drawn_at.get(fact, start + at))
            distance = start + at - since if fact else 0
            forced = True
            for letter in text:
                kind = broken_kind(rivals, at)
                rivals = [rival for rival in rivals if rival.text[at : at + 1] == letter]
                left = sum(rival.chance for rival in rivals)
                free = left < mass * (1 - 1e-12)
                bits = math.log2(mass / left) if free else 0.0
                why = ("", 0) if free else (fact, distance)
                self.note(Span(start + at, start + at + 1, kind, free, bits, *why))
                forced, mass = forced and not free, left
                at += 1
            if fact:
                if forced:
                    rivals_here, near = self.rivals(text, fact, view, against)
                    if rivals_here:
                        self.references.append(
                            Reference(
                                start + at - len(text),
                                text,
                                part_kind,
                                fact,
                                distance,
                                tuple(rivals_here[:MOST_RIVALS]),
                                near,
                            )
                        )
                self.said[fact, text] = start + at

    def rivals(
        self, text: str, fact: str, view: str, against: Sequence[str]
    ) -> tuple[list[str], bool]:
        """What would be wrong instead of these words, and whether it comes from this story."""
        if against:
            return list(against), False
        own = self.facts[fact]
        sets = self.sets_like(fact, view)
        facts = sorted(self.facts, key=lambda f: -self.drawn_at.get(f, 0))
        others = [self.facts[f] for f in facts if self.drawn_from.get(f) in sets]
        near = [getattr(value, view) for value in others if value.text != own.text]
        near = [other for other in dict.fromkeys(near) if other != text]
        if near or fact not in self.drawn_from:
            return near, True
        values = self.drawn_from[fact].values
        values = tuple(v.value if isinstance(v, world.Asked) else v for v in values)
        place = next((i for i, value in enumerate(values) if value.text == own.text), 0)
        far = [getattr(value, view) for value in (*values[place:], *values[:place])]
        return [other for other in dict.fromkeys(far) if other != text], False

    def sets_like(self, fact: str, view: str) -> list[Options]:
        """The sets that could stand for this fact's; a pronoun could be anybody's."""
        own = self.drawn_from.get(fact)
        if own is None:
            return []
        people = [o for o in self.drawn_from.values() if isinstance(o.values[0], world.Person)]
        if own not in people:
            return [own]
        if view in PRONOUNS:
            return people
        return [o for o in people if o.sort == own.sort]

    def note(self, span: Span) -> None:
        """Append a span, joined to the one before where both are forced by the same thing."""
        if self.spans:
            last = self.spans[-1]
            if not last.free and last[2:] == span[2:]:
                self.spans[-1] = last._replace(end=span.end)
                return
        self.spans.append(span)


MOST_RIVALS = 3
PRONOUNS = frozenset(HERO_VIEWS)
