"""Which cells cannot win any more: the median stopping rule (Golovin et al. 2017, Vizier)."""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Sequence
from pathlib import Path

BITS = "val/bits_per_byte"
ENOUGH = 4
"""Cells that must be done before one is judged by them."""
GRACE = 0.25
"""Share of the others' steps in which nothing is stopped."""


def hopeless(home: Path, others: Sequence[Path]) -> str:
    """Why this run is hopeless beside finished ones, in one line; empty while it is not.

    It is where its best bits per byte so far are worse than the median of what the others had by
    the same step, from a quarter of their length on.
    """
    if len(others) < ENOUGH:
        return ""
    own = read_bits(home)
    tables = [bits for bits in map(read_bits, others) if bits]
    if not own or len(tables) < ENOUGH:
        return ""
    step = max(own)
    if step < GRACE * statistics.median(max(table) for table in tables):
        return ""
    theirs = [best for table in tables if (best := best_by(table, step)) is not None]
    best = min(own.values())
    if len(theirs) < ENOUGH or best <= (median := statistics.median(theirs)):
        return ""
    return (
        f"hopeless: {best:.4f} bits per byte at step {step}, where {len(theirs)} others had "
        f"{median:.4f} in the middle"
    )


def best_by(table: dict[int, float], step: int) -> float | None:
    return min((bits for at, bits in table.items() if at <= step), default=None)


def read_bits(home: Path) -> dict[int, float]:
    """Bits per byte by step, as far as its table of metrics is written."""
    try:
        text = (home / "metrics.csv").read_text(encoding="utf-8")
    except OSError:
        return {}
    whole = text[: text.rfind("\n") + 1]
    rows = csv.DictReader(io.StringIO(whole))
    return {int(row["step"]): float(row[BITS]) for row in rows if row.get(BITS)}
