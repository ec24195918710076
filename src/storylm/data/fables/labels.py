"""Labels: for each character of a story who decided it, and what each fact forces in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from storylm.data.fables import world
from storylm.data.fables.forms import HERO_VIEWS, Choice, Options
from storylm.data.fables.listeners import Offer, Part, Reader, broken_kind


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
