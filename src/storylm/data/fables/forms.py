"""How the prose of the fables is written down, and made ready for telling and reading.

A *form* is a sentence (or several) in a small notation:

    [ran|walked|went*2] home      a choice between words, here with weights 1, 1, 2
    {toy}  {friend.his}  {he}     a fact of the story, by one of its views; {he} is the hero's
    {toy!}  {toy^}                the same, where the plot or an instruction hangs on it
    {toy=TOYS}  {a toy=TOYS}      draw a fact from a set of the world, here, and keep it
    {nook=place.nooks}            draw it from what belongs to a fact already known
    <happy>                       a choice that many sentences share (world.WORDS)

Several forms given together are one choice between sentences. The text of an option is the run of
words and facts up to the next choice inside it. At each choice no option's text may begin
another's: then a text spells its choices in one way only. An option that writes nothing, a
*silence*, is spelled by whatever comes after it. Where two options begin alike, the choices that
follow are moved into them until they differ; if that does not help, the pair is named.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

KINDS = ("grammar", "consistency", "plot", "instruction", "style")
AGREEMENT = ("it", "It", "was", "is_", "has", "this")
"""Views in which a word follows the number of a thing."""
HERO_VIEWS = ("he", "He", "him", "his", "His", "himself")


FOLK_SETS = frozenset({"CHILDREN", "PETS", "FOLK", "GIRL_NAMES", "BOY_NAMES"})
"""Sets of those who go by a name of their own, among whom a story has to keep apart."""


class Slot(NamedTuple):
    """A place where the story must say a fact it already knows."""

    fact: str
    view: str
    kind: str


class Bind(NamedTuple):
    """What a drawn option adds to the facts."""

    fact: str
    options: Options
    index: int


class Options:
    """A set of the world to draw from, such as all girls' names. Checked once, when it is made."""

    def __init__(
        self, name: str, values: Sequence[Any], weights: Sequence[int] | None = None
    ) -> None:
        self.name = name
        self.values = tuple(values)
        self.weights = tuple(weights or [1] * len(values))
        self.sort = "FOLK" if name in FOLK_SETS else name
        """Sets of one sort share values: what is drawn from one is taken in the others."""
        check_prefix_free(name, [value.text for value in self.values])

    def first(self, share: float) -> Options:
        """A smaller world: the first values only, eight at least."""
        count = min(len(self.values), max(8, math.ceil(share * len(self.values))))
        return Options(self.name, self.values[:count], self.weights[:count])

    def only(self, values: Sequence[Any]) -> Options:
        """The same set without all other values."""
        kept = [i for i, value in enumerate(self.values) if any(value is v for v in values)]
        return Options(self.name, [self.values[i] for i in kept], [self.weights[i] for i in kept])


def check_prefix_free(name: str, texts: Iterable[str]) -> None:
    """Refuse two options of which one begins the other (once sorted, they are adjacent)."""
    for first, second in pairwise(sorted(texts)):
        if second.startswith(first):
            raise ValueError(
                f"{name}: option {first!r} begins option {second!r}, so a text could not tell "
                "them apart; reword one of them"
            )


@dataclass
class Branch:
    """One option on its way through the compiler: its weight, what it says, and what it binds."""

    weight: Fraction
    segments: list[Any]
    origin: int
    binds: tuple[Bind, ...] = ()

    def opening(self) -> tuple[list[str | Slot], list[Any]]:
        """The run of words and facts up to the next choice, and the rest. A fact that this very
        option binds belongs to the rest: it is not known before the option is chosen."""
        bound = {bind.fact for bind in self.binds}
        for count, segment in enumerate(self.segments):
            if isinstance(segment, (Fork, Draw)):
                return self.segments[:count], self.segments[count:]
            if isinstance(segment, Slot) and segment.fact in bound:
                return self.segments[:count], self.segments[count:]
        return self.segments, []


@dataclass
class Fork:
    """`[a|b|c]` before it is compiled."""

    branches: list[Branch]


@dataclass
class Draw:
    """`{view fact=SET}` before it is compiled; `owner` when the set belongs to a fact."""

    fact: str
    view: str
    set_name: str
    owner: str | None


class Choice:
    """A point of freedom, ready to be told, read and forecast."""

    def __init__(self, kind: str, branches: Sequence[Branch], compiler: Notation) -> None:
        self.kind = kind
        scale = math.lcm(*(branch.weight.denominator for branch in branches))
        self.weights = [int(branch.weight * scale) for branch in branches]
        self.total = sum(self.weights)
        self.cumulative = list(accumulate(self.weights))
        self.bits = [math.log2(self.total / weight) for weight in self.weights]
        self.uniform = len(branches) if len(set(self.weights)) == 1 else 0
        self.openings: list[tuple[str | Slot, ...]] = []
        self.rests: list[tuple[Any, ...]] = []
        for branch in branches:
            opening, rest = branch.opening()
            self.openings.append(tuple(opening))
            self.rests.append(tuple(compiler.ready(kind, rest)))
        self.texts = [fixed_text(opening) for opening in self.openings]
        self.origins = [branch.origin for branch in branches]
        self.binds = [branch.binds for branch in branches]
        self.spoken = [
            any('"' in part for part in (*opening, *rest) if isinstance(part, str))
            for opening, rest in zip(self.openings, self.rests)
        ]
        """Which options hold direct speech."""
        first = self.binds[0]
        plain_draw = len(first) == 1 and all(
            len(binds) == 1 and binds[0][1:] == (first[0].options, index)
            for index, binds in enumerate(self.binds)
        )
        self.drawn = first[0].options if plain_draw else None
        self.drawing: dict[str, dict[str, list[int]]] = {}
        """Which options draw a text from a set of this sort."""
        for index, binds in enumerate(self.binds):
            for _, options, place in binds:
                places = self.drawing.setdefault(options.sort, {})
                places.setdefault(options.values[place].text, []).append(index)
        self.silence = next((i for i, o in enumerate(self.openings) if not o), None)
        self.by_text = {text: i for i, text in enumerate(self.texts) if text}
        self.lengths = sorted({len(text) for text in self.by_text})
        self.tree = tree_of(
            {opening: i for i, opening in enumerate(self.openings) if self.texts[i] is None}
        )

    def chance(self, index: int, out: Collection[int] = ()) -> float:
        """How likely an option is, when those in `out` are out of the question."""
        return 0.0 if index in out else self.weights[index] / self.left(out)

    def left(self, out: Collection[int]) -> int:
        """The weight of all options but those in `out`."""
        return self.total - sum([self.weights[i] for i in out])


class DrawFromFact(NamedTuple):
    """A draw whose set is known only when the story is told, because it belongs to a fact."""

    draw: Draw
    kind: str


def fixed_text(opening: Sequence[str | Slot]) -> str | None:
    if any(isinstance(part, Slot) for part in opening):
        return None
    return "".join(opening)


Tree = list[tuple[str | Slot, "Tree | int"]]
"""Openings with facts in them, by their parts: what comes first, then what may follow it."""


def tree_of(openings: Mapping[tuple[str | Slot, ...], int]) -> Tree:
    grouped: dict[str | Slot, dict[tuple[str | Slot, ...], int]] = {}
    for opening, index in openings.items():
        grouped.setdefault(opening[0], {})[opening[1:]] = index
    return [(part, rest[()] if () in rest else tree_of(rest)) for part, rest in grouped.items()]


def render(opening: Sequence[str | Slot], facts: Mapping[str, Any]) -> str:
    """The text of an opening in this story."""
    return "".join(
        [p if p.__class__ is str else getattr(facts[p.fact], p.view) for p in opening]  # type: ignore
    )


class Notation:
    """Turns forms into choices, once each, for one world."""

    def __init__(
        self, sets: Mapping[str, Options], words: Mapping[str, str], vocabulary: float = 1.0
    ) -> None:
        self.sets = sets
        self.words = words
        self.vocabulary = vocabulary
        self.smaller: dict[int, Options] = {}
        self.compiled: dict[tuple[str, tuple[str, ...]], Choice] = {}
        self.drawn: dict[tuple[int, str, str, str], Choice] = {}

    def choice(self, kind: str, forms: tuple[str, ...]) -> Choice:
        """The choice between these forms. Errors: ValueError names the two that begin alike."""
        found = self.compiled.get((kind, forms))
        if found is None:
            branches = []
            for origin, form in enumerate(forms):
                form, weight = split_weight(form)
                branches.append(Branch(weight, self.parse(kind, form), origin))
            found = self.compiled[kind, forms] = self.build(kind, branches)
        return found

    def draw(self, options: Options, draw: Draw, kind: str) -> Choice:
        """The choice of one value of a set, which then is a fact of the story."""
        key = (id(options), draw.fact, draw.view, kind)
        found = self.drawn.get(key)
        if found is None:
            found = self.drawn[key] = Choice(kind, self.branches_of(options, draw), self)
            check_prefix_free(f"{options.name}.{draw.view}", found.by_text)
        return found

    def in_this_world(self, options: Options) -> Options:
        """A set that belongs to a fact, as small as the vocabulary of this world."""
        if self.vocabulary == 1:
            return options
        if options.name in self.sets:
            return self.sets[options.name]
        if id(options) not in self.smaller:
            self.smaller[id(options)] = options.first(self.vocabulary)
        return self.smaller[id(options)]

    def branches_of(self, options: Options, draw: Draw) -> list[Branch]:
        return [
            Branch(Fraction(weight), [getattr(value, draw.view)], 0, (Bind(draw.fact, options, i),))
            for i, (value, weight) in enumerate(zip(options.values, options.weights))
        ]

    def ready(self, kind: str, segments: Sequence[Any]) -> list[Any]:
        """Compile what follows an opening."""
        done: list[Any] = []
        for segment in segments:
            if isinstance(segment, Fork):
                segment = self.build(kind, segment.branches)
            elif isinstance(segment, Draw):
                if segment.owner:
                    segment = DrawFromFact(segment, kind)
                else:
                    segment = self.draw(self.sets[segment.set_name], segment, kind)
            done.append(segment)
        return done

    def build(self, kind: str, branches: list[Branch]) -> Choice:
        """Make branches differ in their openings, by moving choices into them where needed."""
        if len(branches) == 1:
            return Choice(kind, branches, self)
        while True:
            marked = sorted((symbolic(b.opening()[0]), i) for i, b in enumerate(branches))
            clashes = {
                marked[j][1]
                for j in range(len(marked) - 1)
                if marked[j + 1][0].startswith(marked[j][0])
                and (marked[j][0] or branches[marked[j][1]].segments)
            }
            if not clashes:
                return Choice(kind, branches, self)
            grown: list[Branch] = []
            for i, branch in enumerate(branches):
                grown.extend(self.unfold(branch, branches) if i in clashes else [branch])
            branches = grown

    def unfold(self, branch: Branch, rivals: list[Branch]) -> list[Branch]:
        """Replace a branch by one for each option of the first choice inside it."""
        opening, rest = branch.opening()
        inner = rest[0] if rest else None
        if isinstance(inner, Fork):
            options = inner.branches
        elif isinstance(inner, Draw) and not inner.owner:
            options = self.branches_of(self.sets[inner.set_name], inner)
        else:
            text = symbolic(opening)
            rival = next(
                symbolic(r.opening()[0])
                for r in rivals
                if r is not branch and symbolic(r.opening()[0]).startswith(text)
            )
            check_prefix_free("form", [readable(text), readable(rival)])
            raise AssertionError("unreachable: the pair was refused above")
        total = sum(option.weight for option in options)
        return [
            Branch(
                branch.weight * option.weight / total,
                join_literals([*opening, *option.segments, *rest[1:]]),
                branch.origin,
                branch.binds + option.binds,
            )
            for option in options
        ]

    def parse(self, kind: str, form: str) -> list[Any]:
        segments, end = self.parse_run(kind, form, 0, inside=False)
        if end != len(form):
            raise ValueError(f"form {form!r}: unexpected {form[end]!r} at {end}")
        return segments

    def parse_run(self, kind: str, form: str, at: int, *, inside: bool) -> tuple[list[Any], int]:
        """Segments up to the end, or to the `|` or `]` that closes this alternative."""
        segments: list[Any] = []
        while at < len(form):
            mark = form[at]
            if mark in "|]" and inside:
                break
            if mark == "[":
                fork, at = self.parse_fork(kind, form, at + 1)
                segments.append(fork)
            elif mark == "{":
                close = form.index("}", at)
                segments.append(parse_fact(form[at + 1 : close]))
                at = close + 1
            elif mark == "<":
                close = form.index(">", at)
                segments.extend(self.parse(kind, f"[{self.words[form[at + 1 : close]]}]"))
                at = close + 1
            else:
                run = re.compile(r"[^\[\]{}<|]+" if inside else r"[^\[{<]+").match(form, at)
                if run is None:
                    raise ValueError(f"form {form!r}: unexpected {mark!r} at {at}")
                segments.append(run.group())
                at = run.end()
        return absorb(join_literals(segments)), at

    def parse_fork(self, kind: str, form: str, at: int) -> tuple[Fork, int]:
        branches: list[Branch] = []
        while True:
            segments, at = self.parse_run(kind, form, at, inside=True)
            if at >= len(form):
                raise ValueError(f"form {form!r}: a [ is never closed")
            weight = Fraction(1)
            if segments and isinstance(segments[-1], str):
                segments[-1], weight = split_weight(segments[-1])
            segments = [segment for segment in segments if segment != ""]
            branches.append(Branch(weight, segments, len(branches)))
            at += 1
            if form[at - 1] == "]":
                return Fork(branches), at


def absorb(segments: list[Any]) -> list[Any]:
    """Move the words after `[|very ]` or `[wet|wet and cold]` into it, so that they tell which."""
    done: list[Any] = []
    for segment in segments:
        previous = done[-1] if done else None
        if (
            isinstance(segment, str)
            and isinstance(previous, Fork)
            and begin_alike(previous.branches)
        ):
            for branch in previous.branches:
                branch.segments = join_literals([*branch.segments, segment])
        else:
            done.append(segment)
    return done


def begin_alike(branches: Sequence[Branch]) -> bool:
    marked = sorted(symbolic(branch.opening()[0]) for branch in branches)
    return any(second.startswith(first) for first, second in pairwise(marked))


def join_literals(segments: Sequence[Any]) -> list[Any]:
    done: list[Any] = []
    for segment in segments:
        if isinstance(segment, str) and done and isinstance(done[-1], str):
            done[-1] += segment
        elif segment != "":
            done.append(segment)
    return done


def split_weight(form: str) -> tuple[str, Fraction]:
    found = re.search(r"\*(\d+)$", form)
    return (form[: found.start()], Fraction(found[1])) if found else (form, Fraction(1))


def parse_fact(inside: str) -> Slot | Draw:
    """`toy`, `friend.his`, `toy!`, `toy^`, `he`, `toy=TOYS`, `a toy=TOYS` or `nook=place.nooks`."""
    if "=" in inside:
        left, set_name = inside.split("=")
        *view, fact = left.split()
        owner = set_name.split(".")[0] if "." in set_name else None
        return Draw(fact, view[0] if view else "text", set_name.split(".")[-1], owner)
    kind = {"!": "plot", "^": "instruction"}.get(inside[-1], "consistency")
    fact, _, view = inside.rstrip("!^").partition(".")
    if view in AGREEMENT:
        kind = "grammar"
    if fact in HERO_VIEWS:
        fact, view = "hero", fact
    return Slot(fact, view or "text", kind)


def symbolic(opening: Sequence[str | Slot]) -> str:
    """An opening with each fact as a sign of its own, so that forms compare without a story."""
    return "".join(p if isinstance(p, str) else f"\ue000{p.fact}.{p.view}\ue001" for p in opening)


def readable(text: str) -> str:
    return text.replace("\ue000", "{").replace("\ue001", "}")
