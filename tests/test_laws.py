"""Scaling laws: what was put in comes out, within the interval that is told."""

import numpy as np
import pytest

from storylm.atlas.laws import Law, bootstrap, fit_law, interval

TRUE = Law(floor=0.2, a=60.0, alpha=0.4, b=400.0, beta=0.45)


def cells(noise=0.0, tokens=(1e6, 2e6, 4e6, 8e6), seed=0):
    random = np.random.default_rng(seed)
    found = [(n, d) for n in (3e4, 1e5, 3e5, 1e6, 3e6) for d in tokens]
    n, d = (np.array(one) for one in zip(*found))
    bits = np.array([TRUE.bits(*one) for one in found])
    return n, d, bits * np.exp(noise * random.standard_normal(len(bits)))


def test_a_law_without_noise_is_found_exactly():
    law = fit_law(*cells())
    for name in ("floor", "a", "alpha", "b", "beta"):
        assert getattr(law, name) == pytest.approx(getattr(TRUE, name), rel=1e-3)


def test_a_known_floor_stays_as_it_is():
    law = fit_law(*cells(), floor=0.2)
    assert law.floor == 0.2
    assert law.alpha == pytest.approx(0.4, rel=1e-4)


def test_the_truth_lies_within_the_interval_of_a_noisy_fit():
    n, d, bits = cells(noise=0.01)
    laws = bootstrap(n, d, bits, floor=0.2, draws=60)
    assert len(laws) == 60
    for value in (lambda law: law.alpha, lambda law: law.bits(1e7, 1.6e7)):
        low, high = interval(laws, value)
        assert low <= value(TRUE) <= high
        assert high - low < 0.2


def test_where_all_have_seen_as_many_tokens_only_the_model_counts():
    n, d, bits = cells(tokens=(2e6,))
    law = fit_law(n, d, bits)
    assert law.b == 0
    assert law.alpha == pytest.approx(0.4, rel=1e-3)
    assert law.floor == pytest.approx(0.2 + 400 * 2e6**-0.45, rel=1e-3)
    with pytest.raises(ValueError, match="as many tokens"):
        law.best_split(1e15)


def test_the_best_split_of_a_budget_is_a_minimum():
    parameters, tokens = TRUE.best_split(1e14)
    assert 6 * parameters * tokens == pytest.approx(1e14)
    best = TRUE.bits(parameters, tokens)
    for factor in (0.8, 1.25):
        assert TRUE.bits(parameters * factor, tokens / factor) > best


def test_too_few_cells_and_impossible_floors_are_refused():
    with pytest.raises(ValueError, match="train more"):
        fit_law([1e5, 1e6], [1e6, 2e6], [0.5, 0.4])
    with pytest.raises(ValueError, match="the floor is"):
        fit_law(*cells(), floor=0.7)


def test_two_lengths_with_nothing_in_common_with_a_power_law_are_no_law():
    points = [(n, d, 0.1 + 9 * n**-0.4 + more) for n in (1e4, 1e5, 1e6, 1e7)
              for d, more in ((1e6, 0.3), (4e6, 0.0))]  # fmt: skip
    assert not fit_law(*zip(*points), floor=0.1).is_found
    assert TRUE.is_found
