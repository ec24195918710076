"""The atlas: one page that holds all of a sweep, and the tables and pictures behind it."""

from __future__ import annotations

import csv
import io
import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from storylm.atlas.findings import Finding, ask, noise_words
from storylm.atlas.laws import Law, bootstrap, fit_law, interval
from storylm.atlas.page import page
from storylm.atlas.points import GRADES, Point, floor_of, read_points
from storylm.config import differing_dials, identity
from storylm.ledger import Ledger
from storylm.plots.sweeps import plot_cells, plot_heatmaps, plot_laws, plot_rates
from storylm.whole_files import write_whole


def build_atlas(folder: Path, *, draws: int = 200) -> str:
    """Write index.html, its PNGs, cells.csv and findings.md into `<folder>/atlas`; say where, and
    what they say. `folder` is the sweep's, and may still be at work.

    FileNotFoundError where there is no such sweep, or none of its cells is done.
    """
    ledger = Ledger(folder)
    points, missing = read_points(ledger)
    if not points:
        raise FileNotFoundError(f"{folder}: none of its {len(missing)} cells is done yet")
    check_grid(points)
    home = folder / "atlas"
    home.mkdir(exist_ok=True)
    rates, done = draw_rates(points, home, folder.name), points
    points = every = at_best_rate(points)
    points = [p for p in points if p.tokens == max(q.tokens for q in every)]
    points.sort(key=lambda p: (p.layers, p.width, p.seed))
    name, floor = folder.name, floor_of(points)
    findings = ask(points)
    law = lawfully(every, floor, draws)
    draw(points, home, name, floor, law)
    write_whole(home / "cells.csv", cells_csv(points))
    write_whole(home / "findings.md", findings_md(name, points, findings, [*law.words, *rates]))
    write_whole(
        home / "index.html",
        page(name, points, missing, findings, law.words, rates, home, done=done),
    )
    state = f"{len(done)} of {len(done) + len(missing)} cells"
    told = [f"  {f.verdict:14} {f.claim}: {f.words}" for f in findings]
    told += [f"  {words}" for words in rates]
    return "\n".join([f"{name}: {state}", *told, *law.words, str(home / "index.html")])


MAY_DIFFER = ("model.n_layers", "model.d_model", "run.seed", "schedule.steps", "schedule.tokens",
              "schedule.flops", "model.size", "optim.learning_rate", "optim.scale")  # fmt: skip


def check_grid(points: Sequence[Point]) -> None:
    """ValueError where cells differ in more than depth, width, seed, length and rate: a picture of
    depth and width would mix what does not belong together."""
    rest = [{k: v for k, v in identity(p.config).items() if k not in MAY_DIFFER} for p in points]
    for one in rest:
        if one != rest[0]:
            dials = ", ".join(differing_dials(rest[0], one)[:3])
            raise ValueError(
                f"the cells differ in more than depth, width, seed, length and rate: {dials}; give "
                "each value a sweep of its own with sweep.name="
            )


# -------------------------------------------------------------------------------------------- rates


def at_best_rate(points: Sequence[Point]) -> list[Point]:
    """Of cells that differ in learning rate and its rule alone, the one that ended best."""
    best: dict[tuple[int, ...], Point] = {}
    for point in sorted(points, key=lambda p: p.bits):
        best.setdefault((point.layers, point.width, point.seed, point.tokens), point)
    return list(best.values())


def draw_rates(points: Sequence[Point], home: Path, name: str) -> list[str]:
    """Draw rates.png where cells differ in their learning rate; say which is best for each size."""
    curves: dict[str, dict[tuple[int, int], dict[float, list[float]]]] = {}
    for p in points:
        sizes = curves.setdefault(p.scale, {})
        sizes.setdefault((p.layers, p.width), defaultdict(list))[p.rate].append(p.bits)
    if len({p.rate for p in points}) < 2:
        (home / "rates.png").unlink(missing_ok=True)
        return []
    means = {
        scale: {
            size: sorted((rate, statistics.fmean(bits)) for rate, bits in rates.items())
            for size, rates in sorted(sizes.items())
        }
        for scale, sizes in sorted(curves.items())
    }
    plot_rates(means, home / "rates.png", title=f"{name}: the best learning rate")
    return [
        f"best rates under scale={scale}: "
        + ", ".join(
            f"{layers} x {width} {min(rates, key=lambda one: one[1])[0]:g}"
            for (layers, width), rates in sizes.items()
        )
        for scale, sizes in means.items()
    ]


# ---------------------------------------------------------------------------------------------- law


class FittedLaw:
    """The law of the cells, if they allow one, its interval, and how well it foretells."""

    def __init__(self) -> None:
        self.law: Law | None = None
        self.laws: list[Law] = []
        self.words: list[str] = []


def lawfully(points: Sequence[Point], floor: float | None, draws: int) -> FittedLaw:
    """Fit L(N, D), N without embeddings; then again without the largest model, to foretell it."""
    found = FittedLaw()
    several = len({p.tokens for p in points}) > 1
    given = floor if several else None  # with one D, E holds what few tokens cost
    try:
        found.law = fit_law(*columns(points), floor=given)
        found.laws = bootstrap(*columns(points), floor=given, draws=draws)
    except (ValueError, np.linalg.LinAlgError) as error:
        found.words = [f"no law: {error}"]
        return found
    low, high = interval(found.laws, lambda one: one.alpha)
    found.words = [
        f"law: bits = {found.law.floor:.4f} + {found.law.a:.3g} N^-{found.law.alpha:.3f} "
        f"({low:.3f}–{high:.3f})"
        + (f" + {found.law.b:.3g} D^-{found.law.beta:.3f}" if found.law.b else "")
    ]
    largest = max(p.body for p in points)
    tokens = max(p.tokens for p in points)
    low, high = interval(found.laws, lambda one: one.bits(4 * largest, tokens))
    found.words.append(
        f"four times the largest model's {largest:,} parameters would have "
        f"{found.law.bits(4 * largest, tokens):.4f} ({low:.4f}–{high:.4f})"
    )
    if found.law.b and not found.law.is_found:
        found.words.append(
            "these cells determine no law of tokens: its exponent ran to its limit; add cells of "
            "other lengths"
        )
    elif found.law.b:
        budget = 10 * max(p.flops for p in points)
        parameters, seen = found.law.best_split(budget)
        found.words.append(
            f"{budget:.2g} FLOPs, ten times the largest cell's, are best spent on "
            f"{parameters:,.0f} parameters without embeddings and {seen:,.0f} tokens: "
            f"{found.law.bits(parameters, seen):.4f}"
        )
    rest = [p for p in points if p.body < largest]
    try:
        blind = fit_law(*columns(rest), floor=given)
        blinds = bootstrap(*columns(rest), floor=given, draws=draws)
    except (ValueError, np.linalg.LinAlgError):
        return found
    ends = [p.bits for p in points if p.body == largest and p.tokens == tokens]
    seen = statistics.fmean(ends)
    low, high = interval(blinds, lambda one: one.bits(largest, tokens))
    found.words.append(
        f"without its largest model it foretells {blind.bits(largest, tokens):.4f} "
        f"({low:.4f}–{high:.4f}) for that; measured: {seen:.4f}"
    )
    return found


def columns(points: Sequence[Point]) -> tuple[list[float], list[float], list[float]]:
    return [p.body for p in points], [p.tokens for p in points], [p.bits for p in points]


# ----------------------------------------------------------------------------------------- pictures


def draw(
    points: Sequence[Point], home: Path, name: str, floor: float | None, law: FittedLaw
) -> None:
    depths, widths = sorted({p.layers for p in points}), sorted({p.width for p in points})

    def table(value: Callable[[Point], float | None]) -> list[list[float]]:
        cells = defaultdict(list)
        for point in points:
            if (found := value(point)) is not None:
                cells[point.layers, point.width].append(found)
        return [
            [statistics.fmean(cells[d, w]) if cells[d, w] else math.nan for w in widths]
            for d in depths
        ]

    maps: dict[str, tuple[list[list[float]], bool]] = {
        "bits per byte": (table(lambda p: p.bits), True)
    }
    for grade in GRADES:
        if any(grade in p.grades for p in points):
            get = lambda p, grade=grade: p.grades[grade][0] if grade in p.grades else None  # noqa: E731
            maps[grade] = (table(get), False)
    lines = {
        "parameters": table(lambda p: float(p.body)),
        "FLOPs": table(lambda p: p.flops),
        "time": table(lambda p: p.seconds),
    }
    plot_heatmaps(maps, lines, depths, widths, home / "heatmaps.png", title=name)
    plot_cells([(p.layers, p.width, p.curve) for p in points], home / "curves.png",
               title=f"{name}: how each cell learned", floor=floor)  # fmt: skip
    against = {
        "parameters": [(float(p.body), p.bits, p.layers) for p in points],
        "FLOPs": [(p.flops, p.bits, p.layers) for p in points],
        "seconds": [(p.seconds, p.bits, p.layers) for p in points],
    }
    if len({p.tokens for p in points}) > 1:
        against["tokens"] = [(float(p.tokens), p.bits, p.layers) for p in points]
    tokens = max(p.tokens for p in points)
    curve = band = None
    if law.law is not None:
        curve = lambda n: np.array([law.law.bits(one, tokens) for one in n])  # noqa: E731
        bodies = [p.body for p in points]
        grid = np.geomspace(min(bodies) / 1.3, max(bodies) * 4, 40)
        sides = np.array([interval(law.laws, lambda one, n=n: one.bits(n, tokens)) for n in grid])
        band = (grid, sides[:, 0], sides[:, 1])
    plot_laws(against, curve, band, home / "laws.png", title=f"{name}: what size buys", floor=floor)


# ------------------------------------------------------------------------------------------- tables


def cells_csv(points: Sequence[Point]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    grades = [grade for grade in GRADES if any(grade in p.grades for p in points)]
    heads = ["run", "layers", "width", "seed", "parameters", "parameters_without_embeddings",
             "tokens", "flops", "seconds", "bits_per_byte"]  # fmt: skip
    for grade in grades:
        column = grade.replace(" ", "_")
        heads += [column, f"{column}_low", f"{column}_high"]
    writer.writerow(heads)
    for p in points:
        row: list[Any] = [p.row.run, p.layers, p.width, p.seed, p.parameters, p.body, p.tokens,
                          f"{p.flops:.4g}", f"{p.seconds:.1f}", f"{p.bits:.5f}"]  # fmt: skip
        for grade in grades:
            row += [f"{x:.4f}" for x in p.grades.get(grade, ())] or ["", "", ""]
        writer.writerow(row)
    return text.getvalue()


def findings_md(
    name: str, points: Sequence[Point], findings: Sequence[Finding], words: Sequence[str]
) -> str:
    lines = [f"# {name}: what {len(points)} cells say of the paper's findings", ""]
    lines += ["| finding | here | measured |", "|---|---|---|"]
    lines += [f"| {f.claim} | {f.verdict} | {f.words} |" for f in findings]
    lines += ["", *(f"- {one}" for one in words), ""]
    lines += [f"- {noise_words(points)}", ""]
    return "\n".join(lines)
