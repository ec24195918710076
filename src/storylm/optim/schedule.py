"""Learning-rate multipliers as pure functions of progress in [0, 1], and the length of a run."""

from __future__ import annotations

import math

from storylm.config import ScheduleConfig, ScheduleKind


def lr_multiplier(progress: float, schedule: ScheduleConfig) -> float:
    """What the peak learning rate is multiplied with, at a share `progress` of the run's steps.

    Step i of n has progress (i + 1) / n: the first step already learns a little, and the last one
    runs at exactly `schedule.final`.
    """
    if progress < schedule.warmup:
        return progress / schedule.warmup
    if schedule.kind is ScheduleKind.constant:
        return 1.0
    if schedule.kind is ScheduleKind.wsd:
        left = (1 - progress) / schedule.decay if schedule.decay else 1.0
        return schedule.final + (1 - schedule.final) * min(1.0, left)
    span = 1 - schedule.warmup
    turned = (progress - schedule.warmup) / span if span else 1.0
    return schedule.final + (1 - schedule.final) * 0.5 * (1 + math.cos(math.pi * turned))


def count_steps(
    schedule: ScheduleConfig,
    *,
    train_tokens: int,
    tokens_per_step: int,
    flops_per_token: int = 0,
    seconds_per_step: float = 0.0,
) -> int:
    """Optimizer steps of the run, from whichever length is given; at least one. FLOPs are not
    exceeded by more than a step, and minutes are those of training's steps alone."""
    if schedule.steps is not None:
        return schedule.steps
    if schedule.tokens is not None:
        return max(1, math.ceil(schedule.tokens / tokens_per_step))
    if schedule.flops is not None:
        return max(1, math.ceil(schedule.flops / (flops_per_token * tokens_per_step)))
    if schedule.minutes is not None:
        return max(1, round(60 * schedule.minutes / seconds_per_step))
    return max(1, math.ceil(schedule.passes * train_tokens / tokens_per_step))
