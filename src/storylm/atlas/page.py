"""The atlas: one page that holds all of a sweep, and the tables and pictures behind it."""

from __future__ import annotations

import base64
import csv
import html
import io
import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from storylm.atlas.findings import CONFIRMED, DENIED, Finding, ask, neighbours, seed_noise
from storylm.atlas.laws import Law, bootstrap, fit_law, interval
from storylm.atlas.points import GRADES, Point, read_points
from storylm.config import differing_dials, identity
from storylm.ledger import Ledger, Row
from storylm.plots.sweeps import plot_cells, plot_heatmaps, plot_laws
from storylm.whole_files import write_whole

STORIES = 2
"""Of each cell, side by side."""


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
    every = points
    points = [p for p in points if p.tokens == max(q.tokens for q in every)]
    points.sort(key=lambda p: (p.layers, p.width, p.seed))
    home = folder / "atlas"
    home.mkdir(exist_ok=True)
    name, floor = folder.name, floor_of(points)
    findings = ask(points)
    law = lawfully(every, floor, draws)
    draw(points, home, name, floor, law)
    write_whole(home / "cells.csv", cells_csv(points))
    write_whole(home / "findings.md", findings_md(name, points, findings, law))
    write_whole(home / "index.html", page(name, points, missing, findings, law, home))
    state = f"{len(points)} of {len(points) + len(missing)} cells"
    told = [f"  {f.verdict:14} {f.claim}: {f.words}" for f in findings]
    return "\n".join([f"{name}: {state}", *told, *law.words, str(home / "index.html")])


MAY_DIFFER = ("model.n_layers", "model.d_model", "run.seed", "schedule.steps", "schedule.tokens",
              "schedule.flops", "model.size")  # fmt: skip


def check_grid(points: Sequence[Point]) -> None:
    """ValueError where cells differ in more than depth, width, seed and length: a picture of depth
    and width would mix what does not belong together."""
    rest = [{k: v for k, v in identity(p.config).items() if k not in MAY_DIFFER} for p in points]
    for one in rest:
        if one != rest[0]:
            dials = ", ".join(differing_dials(rest[0], one)[:3])
            raise ValueError(
                f"the cells differ in more than depth, width, seed and length: {dials}; give each "
                "value a sweep of its own with sweep.name="
            )


def floor_of(points: Sequence[Point]) -> float | None:
    """The entropy of the data, where all cells have the same and it is known."""
    floors = {p.row.figures.get("floor_bits_per_byte") for p in points}
    return floors.pop() if len(floors) == 1 and None not in floors else None


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
    rest = [p for p in points if p.body < largest]
    try:
        blind = fit_law(*columns(rest), floor=given)
        blinds = bootstrap(*columns(rest), floor=given, draws=draws)
    except (ValueError, np.linalg.LinAlgError):
        return found
    seen = statistics.fmean(p.bits for p in points if p.body == largest)
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
    name: str, points: Sequence[Point], findings: Sequence[Finding], law: FittedLaw
) -> str:
    lines = [f"# {name}: what {len(points)} cells say of the paper's findings", ""]
    lines += ["| finding | here | measured |", "|---|---|---|"]
    lines += [f"| {f.claim} | {f.verdict} | {f.words} |" for f in findings]
    lines += ["", *(f"- {words}" for words in law.words), ""]
    lines += [f"- {noise_words(points)}", ""]
    return "\n".join(lines)


def noise_words(points: Sequence[Point]) -> str:
    deviation, freedom = seed_noise(points)
    if not freedom:
        return "each cell has one seed: nothing is known of the noise between seeds"
    return (
        f"between seeds of one cell bits per byte differ by {deviation:.4f} (standard deviation, "
        f"{freedom} degrees of freedom)"
    )


# --------------------------------------------------------------------------------------------- page


def page(
    name: str,
    points: Sequence[Point],
    missing: Sequence[Row],
    findings: Sequence[Finding],
    law: FittedLaw,
    home: Path,
) -> str:
    """All in one file: nothing is fetched from anywhere."""
    parts = [f"<h1>{esc(name)}</h1>", f"<p class=lead>{esc(lead(points, missing))}</p>"]
    if missing:
        waiting = "".join(
            f"<li><b>{esc(row.state.value)}</b> {esc(row.run)} {esc(row.reason)}</li>"
            for row in missing
        )
        parts.append(
            f"<details><summary>Cells that are not done</summary><ul>{waiting}</ul></details>"
        )
    parts += ["<h2>Depth by width</h2>", picture(home / "heatmaps.png", "heat-maps")]
    parts.append(f"<p class=note>{esc(LEGEND)}</p>")
    parts += ["<h2>What the paper found, asked here</h2>", findings_table(findings)]
    parts += ["<h2>How each cell learned</h2>", picture(home / "curves.png", "curves")]
    parts += ["<h2>What size buys</h2>", picture(home / "laws.png", "laws")]
    parts += [f"<p class=note>{esc(words)}</p>" for words in law.words]
    parts += ["<h2>Is it noise?</h2>", f"<p>{esc(noise_words(points))}.</p>", noise_table(points)]
    parts += ["<h2>All cells</h2>", cells_table(points)]
    parts += ["<h2>Their stories</h2>", stories(points)]
    return TEMPLATE.replace("@title", esc(name)).replace("@body", "\n".join(parts))


def lead(points: Sequence[Point], missing: Sequence[Row]) -> str:
    best = min(points, key=lambda p: p.bits)
    seconds = sum(p.seconds for p in points if p.seconds == p.seconds)
    words = (
        f"{len(points)} of {len(points) + len(missing)} cells are done: {min_max(points, 'body')} "
        f"parameters without embeddings, {min_max(points, 'tokens')} tokens each, "
        f"{seconds / 60:.0f} minutes of training in all. The best one is {best.layers} x "
        f"{best.width} with {best.bits:.4f} bits per byte"
    )
    floor = floor_of(points)
    return words + (f"; the floor of the data is {floor:.4f}." if floor is not None else ".")


def min_max(points: Sequence[Point], name: str) -> str:
    values = [getattr(p, name) for p in points]
    low, high = min(values), max(values)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def findings_table(findings: Sequence[Finding]) -> str:
    kinds = {CONFIRMED: "yes", DENIED: "no"}
    rows = [
        f"<tr><td>{esc(f.claim)}</td><td class={kinds.get(f.verdict, 'open')}>{esc(f.verdict)}</td>"
        f"<td>{esc(f.words)}</td></tr>"
        for f in findings
    ]
    return f"<table><tr><th>finding<th>here<th>measured</tr>{''.join(rows)}</table>"


def noise_table(points: Sequence[Point]) -> str:
    rows = []
    for words, difference, twice, real in neighbours(points):
        spread = f"± {twice:.4f}" if twice == twice else "one seed"
        said = "more than noise" if real else "noise" if twice == twice else "not known"
        rows.append(f"<tr><td>{esc(words)}</td><td class=number>{difference:+.4f}</td>"
                    f"<td class=number>{spread}</td><td>{said}</td></tr>")  # fmt: skip
    head = "<tr><th>from → to (layers x width)<th>bits per byte<th>two standard errors<th></tr>"
    return folded("Every cell beside its neighbours", f"<table>{head}{''.join(rows)}</table>")


def folded(summary: str, body: str) -> str:
    return f"<details><summary>{esc(summary)}</summary>{body}</details>"


def cells_table(points: Sequence[Point]) -> str:
    grades = [grade for grade in GRADES if any(grade in p.grades for p in points)]
    heads = ["layers", "width", "seed", "parameters", "tokens", "minutes", "bits per byte", *grades]
    rows = []
    for p in points:
        values = [p.layers, p.width, p.seed, f"{p.parameters:,}", f"{p.tokens:,}",
                  f"{p.seconds / 60:.1f}", f"{p.bits:.4f}"]  # fmt: skip
        cells = "".join(f"<td class=number>{value}</td>" for value in values)
        for grade in grades:
            value, low, high = p.grades.get(grade, (math.nan,) * 3)
            said = f"{value:.3f}" if value == value else ""
            cells += f'<td class=number title="{low:.3f} to {high:.3f}">{said}</td>'
        rows.append(f'<tr title="{esc(p.row.run)}">{cells}</tr>')
    head = "".join(f"<th>{esc(one)}" for one in heads)
    return f"<div class=wide><table class=sorts><tr>{head}</tr>{''.join(rows)}</table></div>"


def stories(points: Sequence[Point]) -> str:
    """One seed of each cell, side by side."""
    first = {(p.layers, p.width): p for p in reversed(points)}
    cards = []
    for (layers, width), point in sorted(first.items()):
        told = "".join(f"<p>{esc(story)}</p>" for story in point.stories[:STORIES])
        cards.append(f"<article><h3>{layers} x {width}</h3><small>{point.bits:.4f} bits per byte"
                     f"</small>{told or '<p>(none kept)</p>'}</article>")  # fmt: skip
    return f"<div class=stories>{''.join(cards)}</div>"


def picture(file: Path, words: str) -> str:
    data = base64.b64encode(file.read_bytes()).decode()
    return f'<img alt="{esc(words)}" src="data:image/png;base64,{data}">'


def esc(text: Any) -> str:
    return html.escape(str(text))


LEGEND = (
    "Means over seeds. Grades: forced accuracy (the world leaves one word, does the model prefer "
    "it?), by kind and by the distance of the fact in characters; of stories told, the "
    "instructions kept and the characters up to the first mistake."
)
TEMPLATE = """<!doctype html>
<html lang=en><head><meta charset=utf-8><meta name=viewport content="width=device-width">
<title>@title</title><style>
:root { color-scheme: light dark; --ink: #22303c; --paper: #fdfdfb; --line: #dfe4e8;
  --soft: #5c6b78; --card: #f3f5f4; --yes: #217a6f; --no: #b23a48; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebef; --paper: #161b20; --line: #323b44;
  --soft: #9fb0be; --card: #1f262d; --yes: #57c4b4; --no: #ef8a95; } }
body { margin: 0 auto; max-width: 1180px; padding: 2rem 1.2rem 5rem; background: var(--paper);
  color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
h1 { font-size: 1.9rem; margin: 0 0 .3rem; } h2 { margin: 2.6rem 0 .8rem; font-size: 1.25rem; }
.lead { color: var(--soft); max-width: 60rem; } .note { color: var(--soft); font-size: .88rem; }
img { max-width: 100%; height: auto; background: white; border-radius: 8px; }
table { border-collapse: collapse; font-size: .9rem; } .wide { overflow-x: auto; }
th, td { padding: .32rem .7rem; border-bottom: 1px solid var(--line); text-align: left; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; } .sorts th { cursor: pointer; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.yes { color: var(--yes); font-weight: 600; } .no { color: var(--no); font-weight: 600; }
.open { color: var(--soft); } details { margin: .6rem 0; } summary { cursor: pointer; }
.stories { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1rem; }
article { background: var(--card); border-radius: 8px; padding: .8rem 1rem; font-size: .88rem;
  max-height: 24rem; overflow-y: auto; white-space: pre-line; } article h3 { margin: 0; }
small { color: var(--soft); }
</style></head><body>
@body
<script>
for (const table of document.querySelectorAll("table.sorts"))
  table.rows[0].querySelectorAll("th").forEach((th, i) => {
    let up = false;
    const sort = () => {
      const value = row => parseFloat(row.cells[i].textContent.replaceAll(",", "")) || 0;
      up = !up;
      [...table.rows].slice(1).sort((a, b) => (up ? 1 : -1) * (value(a) - value(b)))
        .forEach(row => row.parentNode.append(row));
    };
    th.tabIndex = 0; th.onclick = sort;
    th.onkeydown = event => { if (event.key === "Enter") sort(); };
  });
</script></body></html>
"""
