"""How well a model's story holds together, judged by the world instead of by a reader."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from storylm.data.fables.codec import Reading, read
from storylm.data.fables.plots.header import STORY
from storylm.data.fables.story import Difficulty


@dataclass(frozen=True)
class Grade:
    """How far a text stays a possible story, and what breaks first."""

    characters: int
    """Length of the text after the prefix."""
    kept: int
    """So many of them fit."""
    broken: str
    """The kind that breaks first: grammar, consistency, plot, instruction or style; `ending` where
    the text merely stops before the story does; empty where nothing breaks."""
    where: int
    """The first character that does not fit, counted from the start of prefix and text together."""
    expected: tuple[str, ...]
    """What would have fitted there, likeliest first."""
    ended: bool
    """True when the text is a whole story."""
    bits: float
    """Information of the choices that fit, the prefix included."""
    instructions: dict[str, bool | None] = field(default_factory=dict)
    """What the header asks for, and whether the story keeps it; None where the text left the world
    before that was decided."""

    @property
    def share_kept(self) -> float:
        """0 where the first character breaks, 1 where all of it fits."""
        return self.kept / self.characters if self.characters else 1.0

    @property
    def per_1000(self) -> dict[str, float]:
        """Breaks per 1,000 characters that fit, by kind: of one text, 0 or one over its length."""
        return {self.broken: 1_000 / max(1, self.kept)} if self.broken else {}


def grade(
    text: str, prefix: str = "", difficulty: Difficulty = Difficulty(), *, whole: bool = True
) -> Grade:
    """Grade a continuation `text` of `prefix`; blank space after the end does not count.

    With `whole`, the text claims to be at its end: a story that stops too early breaks its ending.
    Errors: ValueError where the prefix itself is no beginning of a story.
    """
    both = prefix + text.rstrip()
    reading = read(both, difficulty)
    start = min(len(prefix), len(both))
    if reading.position < start:
        raise ValueError(
            f"the prefix leaves the story world at character {reading.position} ({reading.kind}); "
            "give the beginning of a fable, or none"
        )
    stopped = not reading.complete and reading.position == len(both)
    broken = "" if reading.complete else reading.kind
    if stopped:
        broken = "ending" if whole else ""
    return Grade(
        characters=len(both) - start,
        kept=reading.position - start,
        broken=broken,
        where=reading.position,
        expected=() if reading.complete else tuple(reading.expected),
        ended=reading.complete,
        bits=reading.bits,
        instructions=instructions_kept(both, reading, over=whole and stopped),
    )


def instructions_kept(text: str, reading: Reading, *, over: bool) -> dict[str, bool | None]:
    """Line by line of the header: kept by what fits of the story, not kept by a story that is
    `over`, or undecided."""
    if STORY not in text:
        return {}
    header, _, story = text[: reading.position].partition(STORY)
    demands = reading.demands
    kept: dict[str, bool | None] = {}
    undecided = False if over or reading.complete else None
    for line in header.splitlines():
        name, _, asked = line.partition(": ")
        if name == "Words":
            for word in asked.split(", "):
                forms = f"{re.escape(word)}(s|es)?|{re.escape(word[:-1])}ies"
                found = re.search(rf"\b({forms})\b", story, re.IGNORECASE)
                kept[f"word {word}"] = True if found else undecided
        elif name == "Features":
            for feature in asked.split(", "):
                met = feature in demands.met or (feature == "Dialogue" and '"' in story)
                kept[f"feature {feature}"] = True if met else undecided
        elif name == "Random sentence":
            kept["sentence"] = True if asked in story else undecided
        elif name == "Summary":
            kept["summary"] = True if reading.complete else undecided
    return kept
