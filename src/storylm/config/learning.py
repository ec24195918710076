"""Dials of optimizer and schedule: how weights follow gradients, for how long."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from storylm.config.checks import at_least, check_use, check_values, in_unit_interval, require


class OptimizerKind(enum.Enum):
    adamw = "adamw"
    muon = "muon"
    """The matrices inside blocks move by their orthogonalized momentum (Jordan 2024), all else by
    AdamW."""


class Scale(enum.Enum):
    """What becomes of the learning rate at another size than 4 layers of width 128."""

    none = "none"
    mup = "mup"
    """Maximal-update parametrization for width (Yang & Hu 2021, arXiv 2203.03466), and for depth
    its companion (Dey et al. 2025, arXiv 2505.01618): initial weights and rates per kind of
    parameter, so that the best rate stays where it is."""
    steplaw = "steplaw"
    """A power law of parameters and tokens, for all parameters alike: N ** -0.508 D ** 0.238."""


class Average(enum.Enum):
    none = "none"
    ema = "ema"
    """Exponential moving average of the weights, used for validation, samples and export."""


@dataclass
class OptimConfig:
    """How weights follow gradients."""

    kind: OptimizerKind = OptimizerKind.adamw
    learning_rate: float = 2e-3
    """The peak; the schedule multiplies it."""
    momentum: float = 0.95
    """For kind=muon: the share of a matrix's momentum that stays at each step."""
    muon_ratio: float = 1.0
    """For kind=muon: the learning rate of the matrices over that of all else. At 1 a square
    matrix of width 128 moves as far as under AdamW, whatever is wider less far, so that one rate
    serves all widths."""
    beta1: float = 0.9
    """AdamW's: the share of the mean gradient that stays at each step."""
    beta2: float = 0.95
    """AdamW's: the share of the mean squared gradient that stays at each step."""
    eps: float = 1e-8
    weight_decay: float = 0.1
    """Decoupled; for matrices only, not for norms, biases and embeddings."""
    decay_embeddings: bool = False
    """Decay the embeddings too, as GPT-2's own training did."""
    clip: float = 1.0
    """Largest norm of the whole gradient; 0 does not clip."""
    scale: Scale = Scale.none
    """How the learning rate follows the size; it is meant for 4 layers of width 128."""
    average: Average = Average.none
    average_decay: float = 0.999
    """For average=ema: the share of the average that stays at each step."""

    def __post_init__(self) -> None:
        check_values("optim", self)
        require(
            self.learning_rate > 0, f"optim.learning_rate={self.learning_rate} must be positive"
        )
        for name in ("momentum", "beta1", "beta2", "average_decay"):
            value = getattr(self, name)
            require(0 <= value < 1, f"optim.{name}={value} must be at least 0 and less than 1")
        for name in ("eps", "muon_ratio"):
            value = getattr(self, name)
            require(value > 0, f"optim.{name}={value} must be positive")
        at_least("optim", self, 0, "weight_decay", "clip")
        muon = self.kind is OptimizerKind.muon
        require(
            not muon or self.scale is not Scale.steplaw,
            "optim.scale=steplaw is a law of AdamW's rate: give optim=adamw or optim.scale=mup",
        )
        check_use("optim", self, muon, "optim=muon", "momentum", "muon_ratio")
        ema = self.average is Average.ema
        check_use("optim", self, ema, "optim.average=ema", "average_decay")


LENGTHS = ("steps", "tokens", "passes", "flops", "minutes")


class ScheduleKind(enum.Enum):
    cosine = "cosine"
    wsd = "wsd"
    """Warm up, stay, decay: the rate is constant until the last `decay` share of the run."""
    constant = "constant"


@dataclass
class ScheduleConfig:
    """How long training lasts, and the learning rate on the way. Give exactly one of steps,
    tokens, passes, flops and minutes."""

    kind: ScheduleKind = ScheduleKind.cosine
    steps: int | None = None
    """Optimizer steps; 0 for an imported model, which is not trained here."""
    tokens: int | None = None
    """Training tokens, rounded up to whole steps."""
    passes: float | None = None
    """Times through the training data, rounded up to whole steps."""
    flops: float | None = None
    """Floating-point operations of training (`flops_per_token` says how they are counted), rounded
    up to whole steps."""
    minutes: float | None = None
    """Time of training's steps, validation and saving not included. It is turned into steps once,
    when the run begins, by measuring a few; another machine would make another run of it."""
    warmup: float = 0.02
    """Share of the run in which the rate rises from nearly 0 to its peak."""
    decay: float = 0.2
    """For kind=wsd: share of the run in which the rate falls, at its end."""
    final: float = 0.1
    """Learning rate at the end, over the peak; 1 for kind=constant."""

    def __post_init__(self) -> None:
        check_values("schedule", self)
        given = {name: getattr(self, name) for name in LENGTHS if getattr(self, name) is not None}
        told = (
            ", ".join(f"schedule.{name}={value}" for name, value in given.items()) or "none of them"
        )
        require(
            len(given) == 1,
            f"exactly one of schedule.{', schedule.'.join(LENGTHS[:-1])} and "
            f"schedule.{LENGTHS[-1]} is needed, got {told}; unset one with =null",
        )
        for name, value in given.items():
            nothing = name == "steps" and value == 0
            require(value > 0 or nothing, f"schedule.{name}={value} must be positive")
        in_unit_interval("schedule", self, "warmup", "decay", "final")
        require(
            self.kind is not ScheduleKind.wsd or self.warmup + self.decay <= 1,
            f"schedule.warmup={self.warmup} and schedule.decay={self.decay} together exceed "
            "the run; lower one",
        )
        wsd = self.kind is ScheduleKind.wsd
        check_use("schedule", self, wsd, "schedule=wsd", "decay")
        require(
            self.kind is not ScheduleKind.constant or self.final == 1,
            f"schedule.final={self.final} contradicts schedule.kind=constant, which ends at its "
            "peak: give schedule=constant without schedule.final, or schedule=cosine or wsd",
        )
