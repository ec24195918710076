"""A picture of what each damage does to each probe."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from storylm.plots.runs import INK
from storylm.plots.saving import save
from storylm.plots.sweeps import load


def plot_damage(
    matrix: Mapping[str, Mapping[str, tuple[float, float, float]]], file: Path, *, title: str
) -> None:
    """damage.png: change in accuracy, (value, low, high), for each damage (rows) and probe
    (columns); a star where the interval excludes 0."""
    plt = load()
    rows, columns = list(matrix), list(dict.fromkeys(c for row in matrix.values() for c in row))
    nothing = (float("nan"),) * 3
    table = np.array([[matrix[row].get(c, nothing) for c in columns] for row in rows])
    values = table[:, :, 0]
    reach = max(0.01, float(np.nanmax(np.abs(values), initial=0.0)))
    size = (1.9 * len(columns) + 2.2, 0.9 * len(rows) + 1.6)
    figure, axis = plt.subplots(figsize=size, layout="constrained")
    figure.suptitle(title, color=INK, fontsize=13)
    image = axis.imshow(values, cmap="RdBu", vmin=-reach, vmax=reach, aspect="auto")
    axis.set_xticks(range(len(columns)), columns)
    axis.set_yticks(range(len(rows)), rows)
    axis.set_xlabel("probe")
    axis.set_ylabel("damage")
    for (row, column), value in np.ndenumerate(values):
        _, low, high = table[row, column]
        if value == value:
            star = "*" if low > 0 or high < 0 else ""
            color = "white" if abs(value) > 0.6 * reach else INK
            text = f"{value:+.2f}{star}\n{low:+.2f} … {high:+.2f}"
            axis.text(column, row, text, ha="center", va="center", fontsize=9, color=color)
    figure.colorbar(image, ax=axis, label="change in accuracy")
    save(figure, file)
    plt.close(figure)
