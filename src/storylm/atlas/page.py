"""The atlas as one page: pictures, tables and stories in a file that fetches nothing."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from storylm.atlas.findings import CONFIRMED, DENIED, Finding, neighbours, noise_words
from storylm.atlas.points import GRADES, Point, floor_of
from storylm.ledger import Row

STORIES = 2
"""Of each cell, side by side."""


def page(
    name: str,
    points: Sequence[Point],
    missing: Sequence[Row],
    findings: Sequence[Finding],
    words: Sequence[str],
    rates: Sequence[str],
    home: Path,
    *,
    done: Sequence[Point],
) -> str:
    """All in one file: nothing is fetched from anywhere. `points` are the cells that are drawn, of
    those that are `done`."""
    parts = [f"<h1>{esc(name)}</h1>", f"<p class=lead>{esc(lead(points, done, missing))}</p>"]
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
    parts += [f"<p class=note>{esc(one)}</p>" for one in words]
    if rates:
        parts += ["<h2>Learning rates</h2>", picture(home / "rates.png", "learning rates")]
        parts += [f"<p class=note>{esc(one)}</p>" for one in rates]
    parts += ["<h2>Is it noise?</h2>", f"<p>{esc(noise_words(points))}.</p>", noise_table(points)]
    parts += ["<h2>All cells</h2>", cells_table(points)]
    parts += ["<h2>Their stories</h2>", stories(points)]
    return TEMPLATE.replace("@title", esc(name)).replace("@body", "\n".join(parts))


def lead(points: Sequence[Point], done: Sequence[Point], missing: Sequence[Row]) -> str:
    best = min(points, key=lambda p: p.bits)
    seconds = sum(p.seconds for p in done if p.seconds == p.seconds)
    drawn = f", {len(points)} of them drawn (the longest, at their best rate)"
    words = (
        f"{len(done)} of {len(done) + len(missing)} cells are done"
        f"{drawn if len(points) < len(done) else ''}: {min_max(points, 'body')} "
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
    "characters up to the first mistake."
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
.open { color: var(--soft); }
.yes, .no, .open { white-space: nowrap; } details { margin: .6rem 0; } summary { cursor: pointer; }
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
