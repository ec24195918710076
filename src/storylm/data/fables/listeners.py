"""Who hears a story: a teller, who draws each choice, and a reader, who finds it in a text.

The teller draws each choice and writes it. The reader is given the text and takes the option that
it spells. Both add up -log2 of the same chances in the same order, so `read(tell(seed).text)` has
the choices and the bits of `tell(seed)`. A reader that reaches the end of its text early says what
could come next, and how likely each continuation is: that is the forecast.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple, NoReturn

from storylm.data.fables.forms import Choice, Slot, Tree, render


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


class Continuation(NamedTuple):
    """What may come next, of which kind, and how likely. An empty text is the end of the story."""

    text: str
    probability: float
    kind: str


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
