"""The author's verbs: what a plot may ask of a story while it is told, read or forecast.

A plot never knows which of the three is going on. It says sentences by kind (`plot`, `style`),
looks at the facts that they established, and goes on. Where the story forks, `turn` says which way
it went.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from storylm.data.fables.forms import Choice, DrawFromFact, Notation, Slot

MOST_CHARACTERS, LONGEST, FARTHEST = 4, 3, 3


@dataclass(frozen=True)
class Difficulty:
    """Which world the stories come from. A text must be read with the dials it was told with."""

    vocabulary: float = 1.0
    """Share of each set of names, things and places that is used (eight of a set at least)."""
    characters: int = 3
    """Children or animals with a name of their own that a story has at most, 2 to 4."""
    length: int = 1
    """Episodes that are woven into the plot at most, 0 to 3."""
    distance: int = 1
    """How much is told between a fact and what it forces, 0 to 3: 0 leaves out the scenes that
    carry no plot, 1 may tell one at each place for it, 2 always does, 3 tells two."""
    instruct: bool = False
    """Puts a header before the story that asks for words, features, a plot or a sentence."""

    def __post_init__(self) -> None:
        check_range("vocabulary", self.vocabulary, 0, 1, above=True)
        check_range("characters", self.characters, 2, MOST_CHARACTERS)
        check_range("length", self.length, 0, LONGEST)
        check_range("distance", self.distance, 0, FARTHEST)


def check_range(dial: str, value: float, low: int, high: int, *, above: bool = False) -> None:
    if not above and type(value) is not int:
        raise ValueError(f"{dial}={value!r} must be a whole number")
    if not (low < value <= high if above else low <= value <= high):
        where = f"above {low} and at most at {high}" if above else f"between {low} and {high}"
        raise ValueError(f"{dial}={value} must lie {where}")


class Listener(Protocol):
    """What hears a story: a teller, a reader or a forecaster."""

    def choose(
        self,
        choice: Choice,
        gap: str,
        facts: dict[str, Any],
        taken: Collection[int],
        refused: Collection[int] = (),
        demand: str = "",
    ) -> int:
        """The option that is told. `taken` ones stand for something else in this story already;
        `refused` ones are against an instruction, `demand` being its fact."""
        ...

    def say(self, kind: str, text: str, fact: str = "", view: str = "") -> None: ...


class Story:
    """One story under way: its facts, and the listener that hears it."""

    def __init__(self, listener: Listener, notation: Notation, difficulty: Difficulty) -> None:
        self.listener = listener
        self.notation = notation
        self.difficulty = difficulty
        self.facts: dict[str, Any] = {}
        self.taken: dict[str, list[str]] = {}
        """What stands for something already, by the sort of set that it was drawn from."""
        self.gap = ""
        self.episodes: list[Iterator[None]] = []
        """Sub-plots that have begun and wait for their end."""
        self.demands = Demands()

    def __getattr__(self, fact: str) -> Any:
        """A fact by its name: `story.hero`, `story.toy`."""
        try:
            return self.facts[fact]
        except KeyError:
            raise AttributeError(f"the story has no fact {fact!r} yet") from None

    # ------------------------------------------------------------------------------ sentences

    def plot(self, *forms: str) -> int:
        """Sentences on which the story turns: goals, causes, outcomes. Which form was chosen."""
        return self.sentence("plot", forms)

    def style(self, *forms: str) -> int:
        """Sentences that colour the story and decide nothing. Which form was chosen."""
        return self.sentence("style", forms)

    def turn(self, **ways: tuple[str, ...]) -> str:
        """A turn of the plot, each way told by forms of its own. Which way it went.

        The way called `bad` leads to a sad end.
        """
        forms: tuple[str, ...] = sum(ways.values(), ())
        way_of = [way for way, told_by in ways.items() for _ in told_by]
        refused = ()
        if "bad" in ways and self.demands.wants("BadEnding"):
            refused = tuple(i for i, way in enumerate(way_of) if way != "bad")
        way = way_of[self.sentence("plot", forms, refused, "Features")]
        if way == "bad":
            self.demands.met.add("BadEnding")
        return way

    def choose(self, *forms: str, refused: Collection[int] = (), demand: str = "") -> int:
        """Sentences of which an instruction may refuse some. Which form was chosen."""
        return self.sentence("plot", forms, refused, demand)

    def comply(self, *forms: str) -> int:
        """Sentences that only an instruction has called for. Which form was chosen."""
        return self.sentence("instruction", forms)

    def begin(self, *forms: str) -> int:
        """The beginning of a sentence: what comes next continues it."""
        chosen = self.sentence("style", forms)
        self.gap = ""
        return chosen

    def paragraph(self) -> None:
        """The next sentence opens a new paragraph."""
        self.gap = "\n\n" if self.facts else ""

    def sentence(
        self,
        kind: str,
        forms: tuple[str, ...],
        refused: Collection[int] = (),
        demand: str = "",
    ) -> int:
        kept: Sequence[int] | None = None
        if len(self.taken.get("FOLK", ())) >= self.difficulty.characters:
            kept = without_newcomers(forms)
            if all(i in refused for i in kept):  # an instruction counts for more
                kept = tuple(range(len(forms)))
            forms = tuple([forms[i] for i in kept])
        choice = self.notation.compiled.get((kind, forms)) or self.notation.choice(kind, forms)
        gap = self.gap
        if len(choice.openings) == 1 and not choice.openings[0]:
            self.listener.say("style", gap)
            gap = ""
        if refused:
            if kept is not None:
                refused = {i for i, form in enumerate(kept) if form in refused}
            refused = {i for i, origin in enumerate(choice.origins) if origin in refused}
        chosen = self.decide(choice, gap, refused, demand)
        if choice.openings[chosen] or choice.rests[chosen]:
            self.gap = " "
        origin = choice.origins[chosen]
        return origin if kept is None else kept[origin]

    def decide(
        self, choice: Choice, gap: str, refused: Collection[int] = (), demand: str = ""
    ) -> int:
        """Put a choice to the listener, keep what it binds, and walk through the rest of it."""
        facts = self.facts
        taken = self.taken_of(choice) if choice.drawing else NOTHING
        if self.demands.active:
            taken, refused, demand = self.demands.weigh(choice, taken, refused, demand)
            chosen = self.listener.choose(choice, gap, facts, taken, refused, demand)
            self.demands.see(choice, chosen)
        else:
            chosen = self.listener.choose(choice, gap, facts, taken, refused, demand)
        for bind in choice.binds[chosen]:
            value = facts[bind.fact] = bind.options.values[bind.index]
            self.taken.setdefault(bind.options.sort, []).append(value.text)
        listener = self.listener
        for segment in choice.rests[chosen]:
            made = segment.__class__
            if made is str:
                listener.say(choice.kind, segment)
            elif made is Slot:
                fact, view, kind = segment
                listener.say(kind, getattr(facts[fact], view), fact, view)
            elif made is Choice:
                self.decide(segment, "")
            else:
                self.draw_from_fact(segment)
        return chosen

    def taken_of(self, choice: Choice) -> Collection[int]:
        """The options that stand for something else already: one ball is enough."""
        taken = {
            index
            for sort, places in choice.drawing.items()
            for text in self.taken.get(sort, ())
            for index in places.get(text, ())
        }
        # All of a small set has been told: begin again.
        return NOTHING if len(taken) == len(choice.binds) else taken

    def draw_from_fact(self, segment: DrawFromFact) -> None:
        draw, kind = segment
        options = getattr(self.facts[draw.owner], draw.set_name)  # type: ignore[index]
        options = self.notation.in_this_world(options)
        self.decide(self.notation.draw(options, draw, kind), "")

    # ---------------------------------------------------------------------------------- facts

    def know(self, **facts: Any) -> None:
        """Facts that follow from others, without words."""
        self.facts.update(facts)

    # ------------------------------------------------------------------------------- episodes

    def close_episodes(self) -> None:
        """Tell the ends of the sub-plots that are still open, the last one first."""
        while self.episodes:
            next(self.episodes.pop(), None)


@cache
def without_newcomers(forms: tuple[str, ...]) -> tuple[int, ...]:
    """Which forms bring in nobody with a name of their own; all of them, where each does."""
    kept = tuple(i for i, form in enumerate(forms) if not re.search(r"=(cast\.folk|FOLK)}", form))
    return kept or tuple(range(len(forms)))


NOTHING: frozenset[int] = frozenset()


class Demands:
    """What the header asks of the story, until the story has done it."""

    def __init__(self) -> None:
        self.active = False
        self.features: set[str] = set()
        """Features asked for."""
        self.met: set[str] = set()
        """Features that the story has had, asked for or not."""
        self.settled: dict[str, tuple[Any, ...]] = {}
        """Facts of the summary, and which values they may take."""
        self.words: dict[str, tuple[str, Any]] = {}
        """Words asked for and not yet told: the name of a set, and its value that has the word."""

    def wants(self, feature: str) -> bool:
        """Whether a feature is asked for and still missing."""
        return feature in self.features and feature not in self.met

    def weigh(
        self, choice: Choice, taken: Collection[int], refused: Collection[int], demand: str
    ) -> tuple[Collection[int], Collection[int], str]:
        """Which options are taken, because a value is kept for later, and which are refused."""
        taken, refused = set(taken), set(refused)
        promised = [value for _, value in self.words.values()]
        promised += [values[0] for values in self.settled.values() if len(values) == 1]
        for index, binds in enumerate(choice.binds):
            for fact, options, place in binds:
                value = options.values[place]
                if fact in self.settled:
                    taken.discard(index)
                    if not is_one_of(value, self.settled[fact]):
                        refused.add(index)
                        demand = demand or fact
                elif is_one_of(value, promised):
                    taken.add(index)
        if choice.drawn is not None and choice.binds[0][0].fact not in self.settled:
            for word, (set_name, value) in self.words.items():
                if choice.drawn.name == set_name and is_one_of(value, choice.drawn.values):
                    index = next(i for i, v in enumerate(choice.drawn.values) if v is value)
                    taken.discard(index)
                    return taken, set(range(len(choice.binds))) - {index}, word
        if len(taken | refused) == len(choice.binds):
            taken = set()  # a small set, and what is left of it is kept for another fact
        return taken, refused, demand

    def see(self, choice: Choice, chosen: int) -> None:
        """Cross out what has been told."""
        for fact, options, place in choice.binds[chosen]:
            value = options.values[place]
            self.settled.pop(fact, None)
            self.words = {w: asked for w, asked in self.words.items() if asked[1] is not value}
        if choice.spoken[chosen]:
            self.met.add("Dialogue")


def is_one_of(value: Any, values: Iterable[Any]) -> bool:
    return any(value is other for other in values)
