"""Random search: cells drawn from what a command line allows."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from hydra.core.override_parser.types import IntervalSweep, Override


def draw_cells(overrides: Sequence[Override], trials: int, seed: int) -> list[list[str]]:
    """The words of `trials` cells. The same seed draws the same cells, and more trials only add to
    them, so that a search can be gone on with; a cell that is drawn again is left out.

    ValueError where there is nothing to draw from.
    """
    if trials < 1:
        raise ValueError(f"hydra.sweeper.trials={trials} must be at least 1")
    swept = [override for override in overrides if override.is_sweep_override()]
    if not swept:
        raise ValueError(
            "nothing to draw from; give choices, as size=xs,s, or an interval, as "
            "optim.learning_rate='tag(log,interval(0.001,0.1))'"
        )
    cells: dict[tuple[str, ...], None] = {}
    for trial in range(trials):
        chance = random.Random(f"{seed} {trial}")
        cells[
            tuple(f"{o.get_key_element()}={draw(o, chance)}" for o in last_of_each(overrides))
        ] = None
    return [list(words) for words in cells]


def last_of_each(overrides: Sequence[Override]) -> list[Override]:
    """What comes later on a command line replaces what came before."""
    return list({override.get_key_element(): override for override in overrides}.values())


def draw(override: Override, chance: random.Random) -> str:
    """A value, in the words of a command line: evenly over choices and over an interval; over its
    logarithms where it is tagged with log."""
    if not override.is_sweep_override():
        return override.get_value_element_as_str()
    if override.is_discrete_sweep():
        return chance.choice(list(override.sweep_string_iterator()))
    span = override.value()
    assert isinstance(span, IntervalSweep)
    low, high, logs = span.start, span.end, "log" in span.tags
    name = override.get_key_element()
    if not low <= high or (logs and low <= 0):
        raise ValueError(f"{name}: interval({low},{high}) must rise" + " from above 0" * logs)
    if isinstance(low, int) and isinstance(high, int) and not logs:
        return str(chance.randint(low, high))
    value = chance.uniform(*(map(math.log, (low, high)) if logs else (low, high)))
    return f"{math.exp(value) if logs else value:.4g}"
