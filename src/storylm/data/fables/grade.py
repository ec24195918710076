"""How well a model's story holds together, judged by the world instead of by a reader."""

from __future__ import annotations

from dataclasses import dataclass

from storylm.data.fables.listeners import Difficulty, read


@dataclass(frozen=True)
class Grade:
    """How far a text stays a possible story, and what breaks first."""

    characters: int
    """Length of the text after the prefix."""
    kept: int
    """So many of them fit."""
    broken: str
    """The kind that breaks first: grammar, consistency, plot or style; empty where nothing does."""
    where: int
    """The first character that does not fit, counted from the start of prefix and text together."""
    expected: tuple[str, ...]
    """What would have fitted there, likeliest first."""
    ended: bool
    """True when the text is a whole story."""
    bits: float
    """Information of the choices that fit, the prefix included."""

    @property
    def share_kept(self) -> float:
        """0 where the first character breaks, 1 where all of it fits."""
        return self.kept / self.characters if self.characters else 1.0


def grade(text: str, prefix: str = "", difficulty: Difficulty = Difficulty()) -> Grade:
    """Grade a continuation `text` of `prefix`; blank space after the end does not count.

    Errors: ValueError where the prefix itself is no beginning of a story.
    """
    whole = (prefix + text).rstrip()
    reading = read(whole, difficulty)
    start = min(len(prefix), len(whole))
    if reading.position < start:
        raise ValueError(
            f"the prefix leaves the story world at character {reading.position} ({reading.kind}); "
            "give the beginning of a fable, or none"
        )
    fits = reading.complete or reading.position == len(whole)
    return Grade(
        characters=len(whole) - start,
        kept=reading.position - start,
        broken="" if fits else reading.kind,
        where=reading.position,
        expected=() if reading.complete else tuple(reading.expected),
        ended=reading.complete,
        bits=reading.bits,
    )
