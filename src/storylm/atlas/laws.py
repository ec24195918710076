"""Scaling laws: bits per byte from parameters N and training tokens D, fitted and judged.

L(N, D) = E + A / N^alpha + B / D^beta (Hoffmann et al. 2022, arXiv 2203.15556, section 3.3). On
fables E is known: it is the floor.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 200
STARTS = tuple(itertools.product((0.1, 0.3, 0.6), (0.1, 0.3, 0.6)))
"""Pairs of alpha and beta from which the fit sets out; the best end counts."""
ROUNDS = 300
STEEPEST = 5.0
"""No exponent is looked for beyond it; one that ends there was not found."""


@dataclass(frozen=True)
class Law:
    """What is lost to a finite model and to finite text. Where all D are one number, B is 0 and E
    holds what they cost."""

    floor: float
    """E, in bits per byte."""
    a: float
    alpha: float
    b: float
    beta: float

    @property
    def is_found(self) -> bool:
        """Whether the points determine its exponents."""
        return max(self.alpha, self.beta if self.b else 0.0) < 0.99 * STEEPEST

    def bits(self, parameters: float, tokens: float) -> float:
        """Bits per byte that it foretells."""
        return self.floor + self.a * parameters**-self.alpha + self.b * tokens**-self.beta

    def best_split(self, flops: float) -> tuple[float, float]:
        """Parameters and tokens that make the most of a budget of 6 N D FLOPs (the paper's equation
        4). ValueError where the law knows only one number of tokens."""
        if not self.b:
            raise ValueError("all cells have seen as many tokens: no law of tokens was fitted")
        ratio = self.alpha * self.a / (self.beta * self.b)
        product = flops / 6
        parameters = (ratio * product**self.beta) ** (1 / (self.alpha + self.beta))
        return parameters, product / parameters


def fit_law(
    parameters: Sequence[float],
    tokens: Sequence[float],
    bits: Sequence[float],
    *,
    floor: float | None = None,
) -> Law:
    """The law with the least squared error of log bits; with `floor`, E is given.

    ValueError for fewer points than it has unknowns, or bits that lie below the floor.
    """
    columns = (parameters, tokens, bits)
    n_P, d_P, y_P = (np.log(np.asarray(values, dtype=float)) for values in columns)
    with_tokens = len(set(d_P.round(9).tolist())) > 1
    unknowns = 2 + 2 * with_tokens + (floor is None)
    if len(set(zip(n_P.tolist(), d_P.tolist()))) < unknowns:
        raise ValueError(f"{unknowns} unknowns need as many different cells; train more of them")
    if floor is not None and floor >= min(bits):
        raise ValueError(f"a cell has {min(bits):.4f} bits per byte, the floor is {floor:.4f}")
    centre_n, centre_d = n_P.mean(), d_P.mean()
    best: tuple[float, np.ndarray] | None = None
    for alpha, beta in STARTS:
        above = math.exp(float(y_P.mean())) - (floor or 0.0)
        start = np.log([above / 3, above / 3, above / 3 if floor is None else max(floor, 1e-12)])
        theta = np.array([start[0], alpha, start[1], beta, start[2]])
        free = [True, True, with_tokens, with_tokens, floor is None]
        found = least_squares(theta, free, n_P - centre_n, d_P - centre_d, y_P, with_tokens)
        if best is None or found[0] < best[0] - 1e-15:
            best = found
    a, alpha, b, beta, e = best[1]
    return Law(
        floor=math.exp(e) if floor is None else floor,
        a=math.exp(a + alpha * centre_n),
        alpha=float(alpha),
        b=math.exp(b + beta * centre_d) if with_tokens else 0.0,
        beta=float(beta) if with_tokens else 0.0,
    )


def least_squares(
    theta: np.ndarray,
    free: list[bool],
    n_P: np.ndarray,
    d_P: np.ndarray,
    y_P: np.ndarray,
    with_tokens: bool,
) -> tuple[float, np.ndarray]:
    """Levenberg and Marquardt's way downhill from `theta` = (log a, alpha, log b, beta, log E)."""
    damping, chosen = 1e-2, np.flatnonzero(free)

    def look(at: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        terms = np.stack([at[0] - at[1] * n_P, at[2] - at[3] * d_P, np.full_like(n_P, at[4])])
        if not with_tokens:
            terms[1] = -np.inf
        top = terms.max(axis=0)
        shares = np.exp(terms - top)
        whole = shares.sum(axis=0)
        shares /= whole
        rest = top + np.log(whole) - y_P
        slopes = np.stack(
            [shares[0], -shares[0] * n_P, shares[1], -shares[1] * d_P, shares[2]], axis=1
        )
        return float(rest @ rest), rest, slopes[:, chosen]

    error, rest, slopes = look(theta)
    for _ in range(ROUNDS):
        square = slopes.T @ slopes
        step = np.linalg.lstsq(
            square + damping * np.diag(np.diag(square) + 1e-12), slopes.T @ rest, rcond=None
        )[0]
        there = theta.copy()
        there[chosen] -= np.clip(step, -2, 2)
        there[[1, 3]] = np.clip(there[[1, 3]], 1e-3, STEEPEST)
        found = look(there)
        if found[0] < error:
            gained = error - found[0]
            theta, (error, rest, slopes), damping = there, found, max(damping / 3, 1e-12)
            if gained < 1e-14 * (1 + error):
                break
        else:
            damping *= 4
            if damping > 1e12:
                break
    return error, theta


def bootstrap(
    parameters: Sequence[float],
    tokens: Sequence[float],
    bits: Sequence[float],
    *,
    floor: float | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> list[Law]:
    """Laws of as many cells drawn anew with replacement: how far the fit depends on which there
    happened to be. Draws with too few different cells are drawn again."""
    random = np.random.default_rng(seed)
    values = np.array([parameters, tokens, bits], dtype=float)
    laws: list[Law] = []
    for _ in range(20 * draws):
        chosen = random.integers(values.shape[1], size=values.shape[1])
        try:
            laws.append(fit_law(*values[:, chosen], floor=floor))
        except (ValueError, np.linalg.LinAlgError):
            continue
        if len(laws) == draws:
            break
    return laws


def interval(
    laws: Sequence[Law], value: Callable[[Law], float], level: float = 0.95
) -> tuple[float, float]:
    """Where that share of the laws puts a number."""
    values = np.array([value(law) for law in laws])
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
