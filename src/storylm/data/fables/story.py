"""The author's verbs: what a plot may ask of a story while it is told, read or forecast.

A plot never knows which of the three is going on. It says sentences by kind (`plot`, `style`),
looks at the facts that they established, and goes on. Where the story forks, `turn` says which way
it went.
"""

from __future__ import annotations

from typing import Any, Protocol

from storylm.data.fables.forms import Choice, DrawFromFact, Notation, Slot


class Listener(Protocol):
    """What hears a story: a teller, a reader or a forecaster."""

    def choose(self, choice: Choice, gap: str, facts: dict[str, Any], taken: set[int]) -> int: ...

    def say(self, kind: str, text: str, fact: str = "") -> None: ...


class Story:
    """One story under way: its facts, and the listener that hears it."""

    def __init__(self, listener: Listener, notation: Notation, *, scenes: bool = True) -> None:
        self.listener = listener
        self.notation = notation
        self.scenes = scenes
        self.facts: dict[str, Any] = {}
        self.taken: dict[int, set[int]] = {}
        self.gap = ""

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
        """A turn of the plot, each way told by forms of its own. Which way it went."""
        forms: tuple[str, ...] = sum(ways.values(), ())
        chosen = self.sentence("plot", forms)
        for way, told_by in ways.items():
            chosen -= len(told_by)
            if chosen < 0:
                return way
        raise AssertionError("unreachable: the choice was among these forms")

    def begin(self, *forms: str) -> int:
        """The beginning of a sentence: what comes next continues it."""
        chosen = self.sentence("style", forms)
        self.gap = ""
        return chosen

    def paragraph(self) -> None:
        """The next sentence opens a new paragraph."""
        self.gap = "\n\n" if self.facts else ""

    def sentence(self, kind: str, forms: tuple[str, ...]) -> int:
        choice = self.notation.compiled.get((kind, forms)) or self.notation.choice(kind, forms)
        gap = self.gap
        if len(choice.openings) == 1 and not choice.openings[0]:
            self.listener.say("style", gap)
            gap = ""
        chosen = self.decide(choice, gap)
        if choice.openings[chosen] or choice.rests[chosen]:
            self.gap = " "
        return choice.origins[chosen]

    def decide(self, choice: Choice, gap: str) -> int:
        """Put a choice to the listener, keep what it binds, and walk through the rest of it."""
        facts = self.facts
        drawn = choice.drawn
        if drawn is None:
            chosen = self.listener.choose(choice, gap, facts, NOTHING)
        else:
            chosen = self.listener.choose(choice, gap, facts, self.taken.get(id(drawn), NOTHING))
        for bind in choice.binds[chosen]:
            facts[bind.fact] = bind.options.values[bind.index]
            self.taken.setdefault(id(bind.options), set()).add(bind.index)
        listener = self.listener
        for segment in choice.rests[chosen]:
            made = segment.__class__
            if made is str:
                listener.say(choice.kind, segment)
            elif made is Slot:
                fact, view, kind = segment
                listener.say(kind, getattr(facts[fact], view), fact)
            elif made is Choice:
                self.decide(segment, "")
            else:
                self.draw_from_fact(segment)
        return chosen

    def draw_from_fact(self, segment: DrawFromFact) -> None:
        draw, kind = segment
        options = getattr(self.facts[draw.owner], draw.set_name)  # type: ignore[index]
        self.decide(self.notation.draw(options, draw, kind), "")

    # ---------------------------------------------------------------------------------- facts

    def know(self, **facts: Any) -> None:
        """Facts that follow from others, without words."""
        self.facts.update(facts)


NOTHING: set[int] = set()
