"""How far two judges agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from storylm.evaluation.judging.questions import AS_ASKED, TOLD, Grades, Work
from storylm.evaluation.scoring import Estimate

RESAMPLES = 1_000


def agree(
    works: Sequence[Work], one: Grades, other: Grades, *, names: Sequence[str], seed: int
) -> dict[str, dict[str, Estimate]]:
    """By grade, on what the run told: anchors would make it look better than it is."""
    found: dict[str, dict[str, Estimate]] = {}
    for name in names:
        groups: dict[int, list[tuple[float, float]]] = {}
        for work, a, b in zip(works, one, other):
            if work.kind in (TOLD, AS_ASKED) and a is not None and b is not None and name in a:
                groups.setdefault(work.group, []).append((a[name], b[name]))
        if groups:
            rows = [np.array(pairs) for pairs in groups.values()]
            found[name] = {what: bootstrap(f, rows, seed) for what, f in STATISTICS.items()}
    return found


def spearman(pairs_N2: np.ndarray) -> float:
    """Correlation of ranks (Spearman 1904), ties in their middle; NaN where a judge sees no
    difference."""
    a, b = ranks(pairs_N2[:, 0]), ranks(pairs_N2[:, 1])
    a, b = a - a.mean(), b - b.mean()
    size = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / size) if size > 0 else float("nan")


def ranks(values: np.ndarray) -> np.ndarray:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[places]


def difference(pairs_N2: np.ndarray) -> float:
    return float(np.abs(pairs_N2[:, 0] - pairs_N2[:, 1]).mean())


def weighted_kappa(pairs_N2: np.ndarray) -> float:
    """Quadratic weights (Cohen 1968): one minus the squared difference over that of pairs drawn at
    random from both judges' grades; for grades with fractions too."""
    a, b = pairs_N2.T
    chance = a.var() + b.var() + (a.mean() - b.mean()) ** 2
    return float(1 - ((a - b) ** 2).mean() / chance) if chance > 0 else float("nan")


STATISTICS: dict[str, Callable[[np.ndarray], float]] = {
    "rank correlation": spearman,
    "mean difference": difference,
    "weighted kappa": weighted_kappa,
}


def bootstrap(
    statistic: Callable[[np.ndarray], float], groups: Sequence[np.ndarray], seed: int
) -> Estimate:
    """With a 95 % interval over groups, drawn whole (Efron 1979)."""
    generator = np.random.default_rng(seed)
    draws = generator.integers(len(groups), size=(RESAMPLES, len(groups)))
    drawn = [statistic(np.concatenate([groups[i] for i in draw])) for draw in draws]
    known = [value for value in drawn if value == value]
    low, high = np.percentile(known, [2.5, 97.5]) if known else (float("nan"), float("nan"))
    return Estimate(statistic(np.concatenate(groups)), float(low), float(high))
