"""Pictures of what an evaluation found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from storylm.plots.runs import INK, TRAIN, VALID
from storylm.plots.saving import save
from storylm.plots.sweeps import dress, load


def plot_parts(
    splits: Mapping[str, Mapping[str, Any]], whole: float, file: Path, *, title: str
) -> None:
    """bits.png: bits per byte of each part of each split, as estimates, beside the whole."""
    plt = load()
    figure, axes = plt.subplots(
        1, len(splits), figsize=(4.0 * len(splits), 4.0), layout="constrained", squeeze=False
    )
    figure.suptitle(title, color=INK, fontsize=13)
    for axis, (name, parts) in zip(axes[0], splits.items()):
        known = {part: e for part, e in parts.items() if e.value == e.value}
        places = range(len(known))
        spread = [
            [max(0.0, e.value - e.low) for e in known.values()],
            [max(0.0, e.high - e.value) for e in known.values()],
        ]
        axis.barh(places, [e.value for e in known.values()], color=TRAIN, xerr=spread, ecolor=INK)
        axis.axvline(whole, color=VALID, linestyle="--", label=f"whole, {whole:.3f}")
        axis.set_yticks(places, known)
        axis.invert_yaxis()
        axis.set_xlabel("bits per byte")
        axis.set_title(name, color=INK, fontsize=10.5)
        dress(axis)
    axes[0][0].legend(frameon=False, fontsize=9)
    save(figure, file)
    plt.close(figure)


def plot_novelty(seen: Mapping[str, Mapping[int, Any]], file: Path, *, title: str) -> None:
    """copies.png: the share of k-grams that the training set does not have, over k, for each side
    (told, real). `seen` holds estimates of the share that it has."""
    plt = load()
    figure, axis = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
    figure.suptitle(title, color=INK, fontsize=13)
    for (side, curve), color in zip(seen.items(), (VALID, TRAIN)):
        known = {k: e for k, e in curve.items() if e.value == e.value}
        axis.plot(
            list(known), [1 - e.value for e in known.values()], color=color, marker="o", ms=4,
            label=side,
        )  # fmt: skip
        low, high = ([1 - ends[i] for ends in known.values()] for i in (2, 1))
        axis.fill_between(list(known), low, high, color=color, alpha=0.2)
    axis.set_xlabel("words in a row")
    axis.set_ylabel("share that stands nowhere in training")
    axis.set_ylim(-0.02, 1.02)
    axis.legend(frameon=False)
    dress(axis)
    save(figure, file)
    plt.close(figure)


def plot_learning(
    moments: Sequence[Any],
    abilities: Sequence[str],
    chance: Mapping[str, float],
    file: Path,
    *,
    title: str,
) -> None:
    """learning.png: over the training tokens bits per byte, and each ability from chance (0) to
    what it is in the end (1), so that one sees which comes first. `moments` are those of
    `evaluation.learning`."""
    plt = load()
    figure, (bits, share) = plt.subplots(1, 2, figsize=(12, 4.6), layout="constrained")
    figure.suptitle(title, color=INK, fontsize=13)
    moments = [moment for moment in moments if moment.tokens]  # the axis has no zero
    tokens = [moment.tokens for moment in moments]
    whole = [moment.measures["bits per byte"] for moment in moments]
    bits.plot(tokens, [e.value for e in whole], color=VALID, marker="o", ms=3.5)
    bits.fill_between(
        tokens, [e.low for e in whole], [e.high for e in whole], color=VALID, alpha=0.2
    )
    bits.set_ylabel("bits per byte")
    colors = plt.get_cmap("turbo")(np.linspace(0.05, 0.95, max(1, len(abilities))))
    for color, ability in zip(colors, abilities):
        curve = [moment.measures[ability] for moment in moments]
        base, gain = chance[ability], curve[-1].value - chance[ability]
        if curve[-1].low <= base:
            continue  # it never left chance
        line, low, high = (
            [(end - base) / gain for end in ends]
            for ends in zip(*((e.value, e.low, e.high) for e in curve))
        )
        words = f"{ability} ({base:.2f} → {curve[-1].value:.2f})"
        share.plot(tokens, line, color=color, marker="o", ms=3, label=words)
        share.fill_between(tokens, low, high, color=color, alpha=0.12)
    share.axhline(0.5, color=INK, linestyle=":", linewidth=1)
    share.set_ylim(-0.25, 1.3)
    share.set_ylabel("from chance (0) to the end of training (1)")
    for axis in (bits, share):
        axis.set_xscale("log")
        axis.set_xlabel("training tokens")
        dress(axis)
    if share.get_legend_handles_labels()[0]:
        share.legend(frameon=False, fontsize=8, loc="upper left")
    save(figure, file)
    plt.close(figure)
