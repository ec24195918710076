"""Pictures of a sweep: heat-maps over depth and width, curves of all cells, laws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from storylm.plots.runs import FLOOR, GRID, INK, VALID
from storylm.plots.saving import save

Table = Sequence[Sequence[float]]
"""A number for each depth (rows) and width (columns); nan where no cell is done."""


def plot_heatmaps(
    maps: Mapping[str, tuple[Table, bool]],
    lines: Mapping[str, Table],
    depths: Sequence[int],
    widths: Sequence[int],
    file: Path,
    *,
    title: str,
) -> None:
    """heatmaps.png: one map for each measure, `(values, whether less is better)`, with lines along
    which a cost (parameters, FLOPs, time) is the same."""
    plt = load()
    columns = min(3, len(maps))
    rows = -(-len(maps) // columns)
    figure, axes = plt.subplots(
        rows,
        columns,
        figsize=(4.3 * columns, 3.7 * rows + 0.4),
        layout="constrained",
        squeeze=False,
    )
    figure.suptitle(title, color=INK, fontsize=13)
    for axis in axes.flat[len(maps) :]:
        axis.set_visible(False)
    for axis, (name, (values, less)) in zip(axes.flat, maps.items()):
        table = np.array(values, dtype=float)
        image = axis.imshow(table, cmap="viridis_r" if less else "viridis", aspect="auto")
        axis.set_title(name, color=INK, fontsize=10.5)
        axis.set_xticks(range(len(widths)), widths)
        axis.set_yticks(range(len(depths)), depths)
        axis.set_xlabel("width")
        axis.set_ylabel("layers")
        low, high = np.nanmin(table), np.nanmax(table)
        for (row, column), value in np.ndenumerate(table):
            if value == value:
                share = (value - low) / (high - low) if high > low else 0.5
                dark = share > 0.6 if less else share < 0.4
                axis.text(column, row, short(value), ha="center", va="center", fontsize=9,
                          color="white" if dark else INK)  # fmt: skip
        styles = zip(lines.items(), ("-", "--", ":"), ("white", "#ffd166", "#ff9f80"))
        for (cost, at), style, color in styles:
            logs = np.log2(np.array(at, dtype=float))
            if min(logs.shape) > 1 and np.isfinite(logs).all():
                levels = np.arange(np.floor(logs.min()), np.ceil(logs.max()), 2.0)
                axis.contour(logs, levels=levels, colors=color, linestyles=style, linewidths=1.1)
                axis.plot([], [], color=color, linestyle=style, label=f"equal {cost}")
        figure.colorbar(image, ax=axis, shrink=0.9)
    handles, labels = axes.flat[0].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside lower center", ncols=len(labels),
                      facecolor="#8aa0b2", edgecolor="none", fontsize=9)  # fmt: skip
    save(figure, file)
    plt.close(figure)


def plot_cells(
    curves: Sequence[tuple[int, int, Sequence[tuple[float, float]]]],
    file: Path,
    *,
    title: str,
    floor: float | None,
) -> None:
    """curves.png: bits per byte of every cell against its training tokens; `curves` holds
    (layers, width, points). Colour is the width, the kind of line the depth."""
    plt = load()
    from matplotlib.ticker import EngFormatter

    figure, axis = plt.subplots(figsize=(9, 5.2), layout="constrained")
    figure.suptitle(title, color=INK, fontsize=13)
    widths = sorted({width for _, width, _ in curves})
    depths = sorted({layers for layers, _, _ in curves})
    colors = plt.get_cmap("plasma")(np.linspace(0.05, 0.85, max(1, len(widths))))
    styles = [":", "-.", "--", "-"]
    for layers, width, points in curves:
        if points:
            style = styles[min(len(styles) - 1, depths.index(layers))]
            axis.plot(*zip(*points), color=colors[widths.index(width)], linestyle=style, lw=1.3)
    for color, width in zip(colors, widths):
        axis.plot([], [], color=color, label=f"width {width}")
    for i, layers in enumerate(depths):
        style = styles[min(len(styles) - 1, i)]
        axis.plot([], [], color=INK, linestyle=style, label=layers_in_words(layers))
    if floor is not None:
        axis.axhline(floor, color=FLOOR, linestyle="--", label=f"floor of the data, {floor:.3f}")
    axis.set_yscale("log")
    axis.set_xlabel("training tokens")
    axis.set_ylabel("bits per byte")
    axis.xaxis.set_major_formatter(EngFormatter())
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.yaxis.set_minor_formatter(lambda value, _: f"{value:g}")
    dress(axis)
    axis.legend(frameon=False, ncols=2, fontsize=9)
    save(figure, file)
    plt.close(figure)


def plot_laws(
    against: Mapping[str, Sequence[tuple[float, float, int]]],
    law: Callable[[np.ndarray], np.ndarray] | None,
    band: tuple[np.ndarray, np.ndarray, np.ndarray] | None,
    file: Path,
    *,
    title: str,
    floor: float | None,
) -> None:
    """laws.png: bits per byte against each cost; `against` holds (cost, bits, layers) of each cell.
    `law` gives bits for parameters, `band` its interval (parameters, low, high)."""
    plt = load()
    figure, axes = plt.subplots(
        1, len(against), figsize=(4.6 * len(against), 4.2), layout="constrained", sharey=True
    )
    figure.suptitle(title, color=INK, fontsize=13)
    depths = sorted({layers for points in against.values() for *_, layers in points})
    colors = plt.get_cmap("plasma")(np.linspace(0.05, 0.85, max(1, len(depths))))
    for axis, (cost, points) in zip(np.atleast_1d(axes), against.items()):
        for depth, color in zip(depths, colors):
            chosen = [(x, y) for x, y, layers in points if layers == depth and x == x]
            if chosen:
                axis.scatter(*zip(*chosen), color=color, s=22, label=layers_in_words(depth))
        if cost in ("FLOPs", "seconds"):
            edge = frontier((x, y) for x, y, _ in points if x == x)
            axis.step(*zip(*edge), where="post", color=INK, lw=1, alpha=0.5, label="frontier")
        if cost == "parameters" and law is not None:
            xs = np.array([x for x, *_ in points])
            grid = np.geomspace(xs.min() / 1.3, xs.max() * 4, 60)
            axis.plot(grid, law(grid), color=VALID, lw=1.4, label="law")
            if band is not None:
                axis.fill_between(*band, color=VALID, alpha=0.15, lw=0, label="95 %")
        if floor is not None:
            axis.axhline(floor, color=FLOOR, linestyle="--", label="floor of the data")
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlabel(cost)
        axis.xaxis.set_minor_formatter(lambda value, _: "")
        axis.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.yaxis.set_minor_formatter(lambda value, _: f"{value:g}")
        dress(axis)
    first = np.atleast_1d(axes)[0]
    first.set_ylabel("bits per byte")
    first.legend(frameon=False, fontsize=9)
    save(figure, file)
    plt.close(figure)


def frontier(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of (cost, bits), those that nothing cheaper beats."""
    found: list[tuple[float, float]] = []
    for cost, bits in sorted(points):
        if not found or bits < found[-1][1]:
            found.append((cost, bits))
    return found


def plot_rates(
    curves: Mapping[str, Mapping[tuple[int, int], Sequence[tuple[float, float]]]],
    file: Path,
    *,
    title: str,
) -> None:
    """rates.png: bits per byte against the learning rate, a curve for each (layers, width), its
    best rate marked; one panel for each rule by which the rate follows the size."""
    plt = load()
    figure, axes = plt.subplots(
        1, len(curves), figsize=(5.2 * len(curves), 4.2), layout="constrained", sharey=True
    )
    figure.suptitle(title, color=INK, fontsize=13)
    for axis, (scale, sizes) in zip(np.atleast_1d(axes), curves.items()):
        colors = plt.get_cmap("plasma")(np.linspace(0.05, 0.85, max(1, len(sizes))))
        for color, ((layers, width), points) in zip(colors, sizes.items()):
            axis.plot(*zip(*points), color=color, marker="o", ms=3.5, label=f"{layers} x {width}")
            best = min(points, key=lambda one: one[1])
            axis.plot(*best, color=color, marker="*", ms=13)
        axis.set_title(f"optim.scale={scale}", color=INK, fontsize=10.5)
        axis.set_xscale("log")
        axis.set_xlabel("optim.learning_rate")
        tried = sorted({rate for points in sizes.values() for rate, _ in points})
        if len(tried) <= 8:  # else where matplotlib would have them
            axis.set_xticks(tried, [f"{rate:g}" for rate in tried])
            axis.minorticks_off()
        dress(axis)
        axis.legend(frameon=False, fontsize=9)
    np.atleast_1d(axes)[0].set_ylabel("bits per byte")
    save(figure, file)
    plt.close(figure)


def plot_coordinates(
    curves: Mapping[str, Mapping[str, Sequence[Mapping[str, tuple[float, float]]]]],
    widths: Sequence[int],
    file: Path,
) -> None:
    """coordinates.png: for each optimizer a row, for each rule two panels over the width: how large
    what each part gives is after a few steps, and how much of it the steps changed."""
    plt = load()
    rules = list(next(iter(curves.values())))
    figure, axes = plt.subplots(
        len(curves),
        2 * len(rules),
        figsize=(3.7 * 2 * len(rules), 3.6 * len(curves)),
        layout="constrained",
        squeeze=False,
        sharey="row",
    )
    figure.suptitle("Coordinate check: flat over the width, or not", color=INK, fontsize=13)
    panels = [(rule, which) for which in (0, 1) for rule in rules]
    for row, (kind, found) in zip(axes, curves.items()):
        for axis, (rule, which) in zip(row, panels):
            parts = list(found[rule][0])
            colors = plt.get_cmap("plasma")(np.linspace(0.05, 0.85, len(parts)))
            for color, part in zip(colors, parts):
                sizes = [width[part][which] for width in found[rule]]
                axis.plot(widths, sizes, color=color, marker="o", ms=3.5, label=part)
            word = "changed by the steps" if which else "after the steps"
            axis.set_title(f"{kind}, optim.scale={rule}: {word}", color=INK, fontsize=10)
            axis.set_xscale("log", base=2)
            axis.set_yscale("log")
            axis.set_xticks(widths, widths)
            axis.minorticks_off()
            axis.set_xlabel("width")
            dress(axis)
        row[0].set_ylabel("root mean square")
    axes[0][-1].legend(frameon=False, fontsize=8)
    save(figure, file)
    plt.close(figure)


def load() -> Any:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def dress(axis: Any) -> None:
    axis.grid(color=GRID)
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)


def layers_in_words(layers: int) -> str:
    return f"{layers} layer{'s' * (layers > 1)}"


def short(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"
