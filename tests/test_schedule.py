"""The learning rate over a run, and how long a run is."""

from itertools import pairwise

import pytest

from storylm.config import ScheduleConfig, ScheduleKind
from storylm.optim.schedule import count_steps, lr_multiplier

FINAL = {ScheduleKind.constant: {"final": 1.0}}


def rates(kind, steps=100, **dials):
    schedule = ScheduleConfig(kind=kind, steps=steps, **dials)
    return [lr_multiplier((i + 1) / steps, schedule) for i in range(steps)]


@pytest.mark.parametrize("kind", list(ScheduleKind))
def test_the_first_step_learns_and_no_step_exceeds_the_peak(kind):
    for warmup in (0.0, 0.02, 0.5):
        found = rates(kind, warmup=warmup, **FINAL.get(kind, {}))
        assert found[0] > 0
        assert max(found) == pytest.approx(1.0, abs=0.01)
        assert max(found) <= 1.0


@pytest.mark.parametrize("kind", [ScheduleKind.cosine, ScheduleKind.wsd])
def test_the_last_step_runs_at_the_final_rate(kind):
    assert rates(kind, final=0.1)[-1] == pytest.approx(0.1)
    assert rates(kind, final=0.0)[-1] == pytest.approx(0.0, abs=1e-12)


def test_cosine_falls_all_the_way_and_is_halfway_in_the_middle():
    found = rates(ScheduleKind.cosine, warmup=0.0, final=0.0)
    assert all(a > b for a, b in pairwise(found))
    assert found[49] == pytest.approx(0.5)


def test_wsd_stays_at_the_peak_until_its_decay():
    found = rates(ScheduleKind.wsd, warmup=0.1, decay=0.2, final=0.0)
    assert found[4] == pytest.approx(0.5)
    assert found[9:80] == pytest.approx([1.0] * 71)
    assert found[89] == pytest.approx(0.5)


def test_constant_stays():
    assert rates(ScheduleKind.constant, warmup=0.0, final=1.0) == [1.0] * 100


def test_length_in_any_of_its_units():
    sizes = {"train_tokens": 1_000, "tokens_per_step": 64}
    assert count_steps(ScheduleConfig(steps=7), **sizes) == 7
    assert count_steps(ScheduleConfig(tokens=640), **sizes) == 10
    assert count_steps(ScheduleConfig(tokens=641), **sizes) == 11
    assert count_steps(ScheduleConfig(passes=2), **sizes) == 32
    assert count_steps(ScheduleConfig(passes=1e-9), **sizes) == 1
    assert count_steps(ScheduleConfig(flops=6_400), **sizes, flops_per_token=10) == 10
    assert count_steps(ScheduleConfig(flops=6_401), **sizes, flops_per_token=10) == 11
    assert count_steps(ScheduleConfig(minutes=2), **sizes, seconds_per_step=1.5) == 80
