"""Pictures of single runs and of races."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from storylm.plots.saving import save

INK, GRID, TRAIN, VALID, FLOOR = "#22303c", "#dfe4e8", "#9db4c8", "#d1495b", "#2a9d8f"


def plot_curves(
    rows: Sequence[dict[str, float]], file: Path, *, title: str, floor: float | None
) -> None:
    """curves.png: loss, bits per byte (with the data's floor, where it is known), perplexity and
    tokens per second against training tokens. `rows` are those of metrics.csv."""
    import matplotlib  # late: it is slow to load

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import EngFormatter

    figure, axes = plt.subplots(2, 2, figsize=(11, 7), layout="constrained")
    figure.suptitle(title, color=INK, fontsize=13)
    tokens = tokens_of_steps(rows)

    def line(axis: object, metric: str, *, color: str, label: str, marker: str = "") -> None:
        points = [(tokens[row["step"]], row[metric]) for row in rows if metric in row]
        if points:
            axis.plot(*zip(*points), color=color, label=label, marker=marker, markersize=4)

    loss, bits, perplexity, speed = axes.flat
    line(loss, "train/loss", color=TRAIN, label="training")
    line(loss, "val/loss", color=VALID, label="validation", marker="o")
    loss.set_ylabel("nats per token")
    line(bits, "val/bits_per_byte", color=VALID, label="validation", marker="o")
    bits.set_ylabel("bits per byte")
    if floor is not None:
        bits.axhline(floor, color=FLOOR, linestyle="--", label=f"floor of the data, {floor:.3f}")
    bits.set_ylim(bottom=0)
    line(perplexity, "val/perplexity", color=VALID, label="validation", marker="o")
    perplexity.set_yscale("log")
    perplexity.set_ylabel("perplexity")
    line(speed, "speed/tokens_per_second", color=INK, label="training")
    speed.set_ylabel("tokens per second")
    speed.set_ylim(bottom=0)
    speed.yaxis.set_major_formatter(EngFormatter())
    for axis in axes.flat:
        axis.set_xlabel("training tokens")
        axis.xaxis.set_major_formatter(EngFormatter())
        axis.grid(color=GRID)
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
        if axis.get_legend_handles_labels()[0]:
            axis.legend(frameon=False)
    save(figure, file)
    plt.close(figure)


def plot_grades(grades: dict[str, Any], file: Path, *, title: str) -> None:
    """fables.png: bits by kind over their floor, forced accuracy by distance of the fact, and what
    breaks first in the stories told. `grades` are those of `evaluation.fables.examine`."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (bits, forced, told) = plt.subplots(1, 3, figsize=(14, 4.2), layout="constrained")
    figure.suptitle(title, color=INK, fontsize=13)
    kinds = {
        name: part for name, part in grades["bits"]["by_kind"].items() if part["share_of_bytes"]
    }
    places = range(len(kinds))
    bits.barh(places, [p["bits_per_byte"] for p in kinds.values()], color=TRAIN, label="model")
    bits.barh(places, [p["floor"] for p in kinds.values()], color=FLOOR, height=0.4, label="floor")
    bits.set_yticks(places, kinds)
    bits.invert_yaxis()
    bits.set_xlabel("bits per byte of the whole")
    bits.legend(frameon=False)

    def points(axis: Any, found: dict[str, Any], color: str) -> None:
        known = {name: e for name, e in found.items() if e.value == e.value}
        spread = [
            [max(0.0, e.value - e.low) for e in known.values()],
            [max(0.0, e.high - e.value) for e in known.values()],
        ]
        axis.errorbar(
            range(len(known)),
            [e.value for e in known.values()],
            yerr=spread,
            fmt="o",
            color=color,
            capsize=3,
        )
        axis.set_xticks(range(len(known)), known, rotation=30, ha="right")

    points(forced, grades["forced"]["by_distance"], VALID)
    forced.axhline(grades["forced"]["chance"], color=FLOOR, linestyle="--", label="chance")
    forced.legend(frameon=False)
    forced.set_ylim(0, 1.02)
    forced.set_ylabel("forced accuracy")
    forced.set_xlabel("characters back to the fact")
    points(told, grades["told"]["by_kind"], INK)
    told.set_ylim(bottom=0)
    told.set_ylabel("breaks per 1,000 characters")
    for axis in (bits, forced, told):
        axis.grid(color=GRID)
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
    save(figure, file)
    plt.close(figure)


def plot_race(
    curves: dict[str, Sequence[Sequence[dict[str, float]]]], file: Path, *, title: str
) -> None:
    """learn.png: held-out bits per byte against seconds of training and against tokens. `curves`
    holds for each contender those of its seeds, as `benchmark.learn_curve` has them."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import EngFormatter

    figure, axes = plt.subplots(1, 2, figsize=(12, 4.6), layout="constrained", sharey=True)
    figure.suptitle(title, color=INK, fontsize=13)
    for axis, measure in zip(axes, ("seconds", "tokens")):
        for (name, seeds), color in zip(curves.items(), (INK, VALID, FLOOR, TRAIN)):
            for i, curve in enumerate(seeds):
                points = [(point[measure], point["bits_per_byte"]) for point in curve]
                axis.plot(*zip(*points), color=color, label="" if i else name, marker="o",
                          markersize=3.5, linestyle=("-", "--", ":", "-.")[i % 4])  # fmt: skip
        axis.set_xlabel("seconds of training" if measure == "seconds" else "training tokens")
        axis.xaxis.set_major_formatter(EngFormatter())
        axis.set_xlim(left=0)
        axis.grid(color=GRID)
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("bits per byte")
    axes[0].legend(frameon=False)
    save(figure, file)
    plt.close(figure)


def tokens_of_steps(rows: Sequence[dict[str, float]]) -> dict[float, float]:
    """Training tokens at each row's step; rows that do not say take them from a row that does."""
    said = [row for row in rows if "progress/tokens_seen" in row and row["step"]]
    each = said[-1]["progress/tokens_seen"] / said[-1]["step"] if said else 1.0
    return {row["step"]: row["step"] * each for row in rows}
