"""What a plot is: the sentences that set it going, and the function that tells the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from storylm.data.fables.story import Story


class Plot(NamedTuple):
    """`hooks` continue a sentence that has begun with "One day, "."""

    hooks: tuple[str, ...]
    tell: Callable[[Story], None]


def plot(*hooks: str) -> Callable[[Callable[[Story], None]], Plot]:
    """Make a plot of a function that tells it."""
    return lambda tell: Plot(hooks, tell)
