"""What the paper found, asked again of a sweep: confirmed, not confirmed, or not decidable.

Intervals come from cells drawn anew with replacement (a bootstrap over depths, widths and seeds
together), so they hold what another choice of cells and seeds would have said.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from storylm.atlas.points import Point

DRAWS = 1_000
CONFIRMED, DENIED, OPEN = "confirmed", "not confirmed", "not decidable"


@dataclass(frozen=True)
class Finding:
    """A claim and what this sweep says of it."""

    claim: str
    verdict: str
    words: str
    """The number behind it, with its interval; or what is missing."""


def ask(points: Sequence[Point]) -> list[Finding]:
    """Every finding of the paper that a grid of depth and width can speak of, then the others."""
    return [
        plateaus_first(points, "grammar", "consistency"),
        plateaus_first(points, "grammar", "plot"),
        emerges_at(points, "consistency", 64, 128),
        follows(points, "instruction", "depth"),
        follows(points, "plot", "width"),
        follows(points, "far facts", "depth"),
        one_layer_fails(points),
        power_law(points),
        Finding("facts follow the width", OPEN, "the story world asks for no facts of ours"),
        Finding("creativity comes last", OPEN, "arithmetic does not grade it; a judge does"),
        Finding("more heads help where heads are few", OPEN, "the width of a head is one here"),
    ]


def graded(points: Sequence[Point], grade: str) -> list[Point]:
    return [point for point in points if grade in point.grades]


def drawn(points: Sequence[Point], value: Callable[[Sequence[Point]], float]) -> tuple[float, ...]:
    """A number of all cells, and its 95 % interval; nan where too few cells have it."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(DRAWS):
        chosen = [points[i] for i in random.integers(len(points), size=len(points))]
        found.append(value(chosen))
    usable = [one for one in found if math.isfinite(one)]
    whole = value(points)
    if len(usable) < DRAWS / 2 or not math.isfinite(whole):
        return math.nan, math.nan, math.nan
    return whole, *np.quantile(usable, [0.025, 0.975]).tolist()


def decide(low: float, high: float) -> str:
    """A number that is to be above zero."""
    if math.isnan(low):
        return OPEN
    return CONFIRMED if low > 0 else DENIED if high < 0 else OPEN


def half_way(points: Sequence[Point], grade: str) -> float:
    """log2 of the parameters (without embeddings) at which a grade has come half of its way, from
    the smallest model's to the best one's."""
    by_size = defaultdict(list)
    for point in points:
        by_size[point.body].append(point.grades[grade][0])
    sizes = sorted(by_size)
    if len(sizes) < 3:
        return math.nan
    means = np.array([statistics.fmean(by_size[size]) for size in sizes])
    best = np.maximum.accumulate(means)
    goal = (best[0] + best[-1]) / 2
    if best[-1] <= best[0]:
        return math.nan
    return float(np.interp(goal, best, np.log2(sizes)))


def plateaus_first(points: Sequence[Point], early: str, late: str) -> Finding:
    claim = f"{early} comes before {late}"
    both = [p for p in graded(points, early) if late in p.grades]
    if len(both) < 6:
        return Finding(claim, OPEN, "too few cells are graded")
    value, low, high = drawn(both, lambda drawn: half_way(drawn, late) - half_way(drawn, early))
    words = f"half way at {2**value:.1f} times the size ({2**low:.1f}–{2**high:.1f})"
    return Finding(claim, decide(low, high), words)


def emerges_at(points: Sequence[Point], grade: str, small: int, large: int) -> Finding:
    """Whether this doubling of the width brings more than each of the others."""
    claim = f"{grade} emerges when the width goes from {small} to {large}"
    found = graded(points, grade)
    widths = sorted({point.width for point in found})
    if small not in widths or large not in widths or len(widths) < 3:
        return Finding(claim, OPEN, f"it needs widths {small}, {large} and another")

    pairs = list(pairwise(widths))
    rows = []  # of one depth and seed: what each doubling of the width brings
    for unit in sorted({(p.layers, p.seed) for p in found}):
        here = {p.width: p.grades[grade][0] for p in found if (p.layers, p.seed) == unit}
        if all(width in here for width in widths):
            rows.append([here[b] - here[a] for a, b in pairs])
    if len(rows) < 3:
        return Finding(claim, OPEN, "too few depths and seeds have all widths")
    gains, at = np.array(rows), widths[1:].index(large)

    def more(chosen: np.ndarray) -> np.ndarray:
        means = chosen.mean(axis=-2)
        return means[..., at] - np.delete(means, at, axis=-1).max(axis=-1)

    random = np.random.default_rng(0)
    draws = more(gains[random.integers(len(gains), size=(DRAWS, len(gains)))])
    value, (low, high) = float(more(gains)), np.quantile(draws, [0.025, 0.975]).tolist()
    words = f"that step brings {value:+.3f} ({low:+.3f} to {high:+.3f}) beside the largest other"
    return Finding(claim, decide(low, high), words)


def effects(points: Sequence[Point], grade: str) -> tuple[float, float]:
    """What a doubling of the parameters brings, through depth and through width (least squares over
    all cells; a doubled width has four times the parameters)."""
    rows = np.array([[1.0, math.log2(p.layers), math.log2(p.width)] for p in points])
    if len({p.layers for p in points}) < 2 or len({p.width for p in points}) < 2:
        return math.nan, math.nan
    values = np.array([p.grades[grade][0] for p in points])
    _, depth, width = np.linalg.lstsq(rows, values, rcond=None)[0]
    return float(depth), float(width) / 2


def follows(points: Sequence[Point], grade: str, what: str) -> Finding:
    claim = f"{grade} {'follow' if grade.endswith('s') else 'follows'} the {what}"
    found = graded(points, grade)
    if len(found) < 6:
        return Finding(claim, OPEN, "too few cells are graded for it")
    sign = 1 if what == "depth" else -1

    def more(chosen: Sequence[Point]) -> float:
        depth, width = effects(chosen, grade)
        return sign * (depth - width)

    value, low, high = drawn(found, more)
    depth, width = effects(found, grade)
    words = (
        f"twice the parameters bring {depth:+.3f} by depth, {width:+.3f} by width; the difference "
        f"is {value:+.3f} ({low:+.3f} to {high:+.3f})"
    )
    return Finding(claim, decide(low, high), words)


def one_layer_fails(points: Sequence[Point]) -> Finding:
    """One layer against two of the same width."""
    claim = "one layer fails at instructions, two begin to follow them"
    found = graded(points, "instruction")
    pairs = defaultdict(dict)
    for point in found:
        pairs[point.width, point.seed][point.layers] = point.grades["instruction"][0]
    gains = [pair[2] - pair[1] for pair in pairs.values() if 1 in pair and 2 in pair]
    if len(gains) < 3:
        return Finding(claim, OPEN, "it needs graded cells of one and of two layers")
    random = np.random.default_rng(0)
    means = np.array(gains)[random.integers(len(gains), size=(DRAWS, len(gains)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    words = f"the second layer brings {statistics.fmean(gains):+.3f} ({low:+.3f} to {high:+.3f})"
    return Finding(claim, decide(float(low), float(high)), words)


def power_law(points: Sequence[Point]) -> Finding:
    """How straight log bits above the floor are over log parameters."""
    claim = "size trades by a power law"
    floors = [p.row.figures.get("floor_bits_per_byte") for p in points]
    if len({p.body for p in points}) < 4 or not all(floors):
        return Finding(claim, OPEN, "it needs four sizes and a floor that is known")
    x = np.log([p.body for p in points])
    y = np.log([p.bits - floor for p, floor in zip(points, floors)])
    correlation = float(np.corrcoef(x, y)[0, 1])
    words = (
        f"a straight line of logs explains {correlation**2:.0%} of the bits above the floor, what "
        "few tokens cost included"
    )
    return Finding(claim, CONFIRMED if correlation < 0 and correlation**2 > 0.9 else OPEN, words)


# -------------------------------------------------------------------------------------- is it noise


def seed_noise(points: Sequence[Point]) -> tuple[float, int]:
    """The standard deviation of bits per byte between seeds of one cell, pooled over all cells, and
    its degrees of freedom; nan where no cell has two seeds."""
    cells = defaultdict(list)
    for point in points:
        cells[point.layers, point.width].append(point.bits)
    several = [bits for bits in cells.values() if len(bits) > 1]
    freedom = sum(len(bits) - 1 for bits in several)
    if not freedom:
        return math.nan, 0
    squares = sum((b - statistics.fmean(bits)) ** 2 for bits in several for b in bits)
    return math.sqrt(squares / freedom), freedom


def neighbours(points: Sequence[Point]) -> list[tuple[str, float, float, bool]]:
    """Each cell against the next deeper and the next wider one: the words, the mean difference over
    seeds that both have, twice its standard error, and whether it is more than noise."""
    deviation, _ = seed_noise(points)
    cells: dict[tuple[int, int], dict[int, float]] = defaultdict(dict)
    for point in points:
        cells[point.layers, point.width][point.seed] = point.bits
    depths, widths = sorted({k[0] for k in cells}), sorted({k[1] for k in cells})
    pairs = [((a, w), (b, w)) for w in widths for a, b in pairwise(depths)]
    pairs += [((d, a), (d, b)) for d in depths for a, b in pairwise(widths)]
    found = []
    for one, other in pairs:
        seeds = sorted(cells[one].keys() & cells[other].keys()) if one in cells else []
        if not seeds or other not in cells:
            continue
        difference = statistics.fmean(cells[other][s] - cells[one][s] for s in seeds)
        twice = 2 * deviation * math.sqrt(2 / len(seeds))
        words = f"{one[0]} x {one[1]} → {other[0]} x {other[1]}"
        found.append((words, difference, twice, abs(difference) > twice))
    return found


def noise_words(points: Sequence[Point]) -> str:
    deviation, freedom = seed_noise(points)
    if not freedom:
        return "each cell has one seed: nothing is known of the noise between seeds"
    return (
        f"between seeds of one cell bits per byte differ by {deviation:.4f} (standard deviation, "
        f"{freedom} degrees of freedom)"
    )
