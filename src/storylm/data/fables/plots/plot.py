"""What a plot is: the sentences that set it going, and the function that tells the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from storylm.data.fables.story import Story

FEATURES = ("Dialogue", "Twist", "BadEnding", "MoralValue", "Conflict", "Foreshadowing")


class Plot(NamedTuple):
    """One plot, with what an instruction may say of it beforehand."""

    hooks: tuple[str, ...]
    """Sentences that continue one that has begun with "One day, "."""
    tell: Callable[[Story], None]
    summaries: tuple[str, ...]
    """The plot in one sentence. The facts drawn in it are facts that every way of telling draws."""
    hints: tuple[str, ...]
    """What is to come, as it continues "{hero} did not know yet that ": nothing is drawn here."""
    features: frozenset[str]
    """"Twist" and "Conflict", where every way of telling has them."""
    long: bool
    """A night may pass in it, so that nothing can wait for the evening of the same day."""
    characters: int
    """How many with a name of their own it needs, the hero included."""


def plot(
    *hooks: str,
    summaries: tuple[str, ...],
    hints: tuple[str, ...],
    features: str = "",
    long: bool = False,
    characters: int = 2,
) -> Callable[[Callable[[Story], None]], Plot]:
    """Make a plot of a function that tells it."""
    named = frozenset(features.split())
    if named - {"Twist", "Conflict"}:
        raise ValueError(f"a plot has Twist or Conflict, not {features!r}")
    return lambda tell: Plot(hooks, tell, summaries, hints, named, long, characters)
