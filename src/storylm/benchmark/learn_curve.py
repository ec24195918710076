"""Curves of learning: how both sides of a race are timed, when they are looked at, who is ahead.

A curve is a list of points in their order, each with `step`, `tokens`, `seconds` of training and
`bits_per_byte`.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence

Curve = Sequence[dict[str, float]]
WARM_UP = 3
"""First steps, which compile and fill caches; they count as long as a usual one."""
EARLIEST = 0.02
"""Share of the steps at which a curve is first looked at."""


class Clock:
    """Seconds of training alone, step by step; what the first steps take beyond is start-up."""

    def __init__(self) -> None:
        self.laps: list[float] = []

    @property
    def usual(self) -> float:
        """Seconds of a usual step."""
        return statistics.median(self.laps[WARM_UP:] or self.laps)

    def start_up(self) -> float:
        return max(0.0, sum(lap - self.usual for lap in self.laps[:WARM_UP]))

    def seconds(self) -> list[float]:
        """Seconds of training after 0, 1, 2, … steps."""
        usual = self.usual
        warm = [usual] * len(self.laps[:WARM_UP])
        return list(itertools.accumulate([*warm, *self.laps[WARM_UP:]], initial=0.0))

    def curve(self, found: dict[int, float], tokens_per_step: int) -> list[dict[str, float]]:
        """The points of these bits per byte by step; one that is no number is left out."""
        seconds = self.seconds()
        return [
            {
                "step": step,
                "tokens": step * tokens_per_step,
                "seconds": seconds[step],
                "bits_per_byte": bits,
            }
            for step, bits in sorted(found.items())
            if math.isfinite(bits)
        ]


def look_at(steps: int, points: int) -> list[int]:
    """The steps after which both are scored: spaced geometrically, the last one among them."""
    shares = [EARLIEST ** (i / max(1, points - 1)) for i in range(points)]
    return sorted({max(1, round(share * steps)) for share in shares})


def bits_at(curve: Curve, seconds: float) -> float:
    """Bits per byte at a moment, on the line between two points; after the last one, its own."""
    for before, after in itertools.pairwise(curve):
        if before["seconds"] <= seconds < after["seconds"]:
            passed = (seconds - before["seconds"]) / (after["seconds"] - before["seconds"])
            return before["bits_per_byte"] + passed * (
                after["bits_per_byte"] - before["bits_per_byte"]
            )
    return curve[-1]["bits_per_byte"] if seconds >= curve[-1]["seconds"] else math.inf


def reached(curve: Curve, bits: float) -> float | None:
    """The first moment at which the line through the points comes down to `bits`; None if never."""
    for before, after in itertools.pairwise(curve):
        if before["bits_per_byte"] > bits >= after["bits_per_byte"]:
            passed = (before["bits_per_byte"] - bits) / (
                before["bits_per_byte"] - after["bits_per_byte"]
            )
            return before["seconds"] + passed * (after["seconds"] - before["seconds"])
    return curve[0]["seconds"] if curve and curve[0]["bits_per_byte"] <= bits else None


def stays_ahead(ours: Curve, theirs: Curve, since: float) -> bool:
    """Whether ours is lower at every moment from `since` on, until both have ended."""
    moments = {p["seconds"] for p in [*ours, *theirs] if p["seconds"] >= since} | {since}
    return all(bits_at(ours, moment) < bits_at(theirs, moment) for moment in moments)
