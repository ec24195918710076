"""Dials of a training run, and the whole tree of `scripts/train.py`."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

from storylm.config.checks import (
    at_least,
    at_most,
    check_file_name,
    check_line,
    check_values,
    free,
    require,
)
from storylm.config.learning import OptimConfig, OptimizerKind, Scale, ScheduleConfig
from storylm.config.model import ModelConfig
from storylm.config.plain import default_of
from storylm.config.text import DataConfig, DataKind, TokenizerConfig, TokenizerKind


class Precision(enum.Enum):
    auto = "auto"
    """bf16 where the hardware multiplies it fast (CUDA from Ampere on, CPUs with AVX512-BF16 or
    AMX), else fp32."""
    fp32 = "fp32"
    bf16 = "bf16"
    """bf16 products with fp32 weights (Lightning's bf16-mixed)."""


class NonFinite(enum.Enum):
    stop = "stop"
    skip = "skip"
    """The optimizer leaves weights and state as they are, and the next step follows."""


class Preflight(enum.Enum):
    on = "on"
    """Measure a few steps, say what the run will take, refuse what cannot work."""
    only = "only"
    """Say it, and do not train."""
    off = "off"


@dataclass
class RunConfig:
    """One training run: its name, its seed, its batch, and what it does beside training."""

    name: str | None = free(None)
    """Folder under `run.folder`. Empty: made from label, overrides and a hash of the config, so
    that no two configs share one."""
    label: str = free("run")
    """What a made name begins with."""
    folder: str = free("runs")
    seed: int = 1
    """Initial weights, order of the windows, dropout."""
    tokens_per_step: int = 16_384
    """Tokens per optimizer step, over all devices. Accumulation follows from it."""
    micro_batch_size: int = free(32)
    """Windows per device in one forward pass."""
    precision: Precision = Precision.auto
    compile: bool = False
    """Compile the model with torch.compile: a slow start, then faster steps."""
    gradient_checkpointing: bool = free(False)
    """Keep only the stream between blocks for the backward pass and compute each block's inside
    again: less memory, about a third more work, the same gradients."""
    document_masking: bool = False
    """Stories in one window do not see each other, and each counts its positions from its own
    beginning."""
    loss_after: str = ""
    """Training's loss counts only what follows this text in each story, as "Story:" for
    instruction data; a story without it counts whole. Empty: everything counts. Validation counts
    every token all the same, the header's too."""
    threads: int = free(0)
    """CPU threads; 0 takes every core."""
    workers: int = free(0)
    """Loader processes; 0 cuts windows in the main process."""
    validate_every: int = 0
    """Optimizer steps between validations; 0 validates ten times a run."""
    validate_stories: int = 0
    """At most so many stories of the validation split are scored; 0 scores all."""
    checkpoint_every: int = free(0)
    """Optimizer steps between checkpoints, besides those at each validation; 0 saves only those."""
    keep_checkpoints: int = free(2)
    """Newest checkpoints kept beside the best one."""
    snapshots: int = free(0)
    """Weight-only checkpoints that stay, so many for each doubling of the step, to look at how
    learning went; 0 keeps none."""
    checkpoint_gib: float = free(0.0)
    """Most that the run's checkpoints ever take on the disk, the one that is being written
    included; 0 sets no limit. Older ones go first, the newest and the best stay."""
    on_nonfinite: NonFinite = free(NonFinite.stop)
    """Where a loss or a gradient is not finite: stop, or skip the step; reported in both cases."""
    spike_sigmas: float = free(6.0)
    """A loss so many standard deviations above the mean of the last 128 steps is reported; 0
    reports none."""
    log_every: int = 10
    """Optimizer steps between rows of metrics."""
    sample_prompts: list[str] = free(["Once upon a time", "One day,", ""])
    """Openings of the stories told at each validation; an empty one lets the model begin."""
    sample_temperature: float = free(0.8)
    sample_tokens: int = free(300)
    """Longest sample story, in tokens; 0 goes on to the end of the context."""

    def __post_init__(self) -> None:
        check_values("run", self)
        at_least(
            "run", self, 1, "tokens_per_step", "micro_batch_size", "keep_checkpoints", "log_every"
        )
        at_least(
            "run",
            self,
            0,
            "threads",
            "workers",
            "validate_every",
            "validate_stories",
            "checkpoint_every",
            "sample_temperature",
            "sample_tokens",
            "snapshots",
            "checkpoint_gib",
            "spike_sigmas",
        )
        at_most("run", self, 1024, "threads", "workers")
        at_most("run", self, 1e6, "checkpoint_gib")
        at_most("run", self, 2**32, "tokens_per_step")
        require(0 <= self.seed < 2**32, f"run.seed={self.seed} must lie between 0 and 2**32 - 1")
        if self.name is not None:
            check_file_name("run.name", self.name)
        check_line("run.folder", self.folder)


@dataclass
class SweepConfig:
    """The sweep whose cell this run is."""

    name: str = free("")
    """Folder under `run.folder`/_sweeps, and the group in Trackio. Empty: the experiment's name, or
    one made of what is swept."""
    minutes: float = free(0.0)
    """Wall time of a cell, start-up included; one that takes longer is stopped, and is failed until
    the sweep is repeated. 0 sets no limit."""
    stop_hopeless: bool = free(False)
    """Stop a cell whose bits per byte stay behind the median of those that are done, step for step.
    For searches; in a grid small models would never end."""

    def __post_init__(self) -> None:
        check_values("sweep", self)
        at_least("sweep", self, 0, "minutes")
        if self.name:
            check_file_name("sweep.name", self.name)


OURS_NOT_THE_TRAINERS = {
    "max_steps": "schedule.steps",
    "max_epochs": "schedule.passes",
    "min_steps": "schedule.steps",
    "min_epochs": "schedule.passes",
    "accumulate_grad_batches": "run.tokens_per_step",
    "gradient_clip_val": "optim.clip",
    "gradient_clip_algorithm": "optim.clip",
    "precision": "run.precision",
    "val_check_interval": "run.validate_every",
    "check_val_every_n_epoch": "run.validate_every",
    "limit_val_batches": "run.validate_stories",
    "log_every_n_steps": "run.log_every",
    "num_sanity_val_steps": "run.validate_every",
    "use_distributed_sampler": "run.seed",
    "default_root_dir": "run.folder",
    "logger": "logger",
    "callbacks": "callbacks",
    "enable_checkpointing": "run.checkpoint_every",
    "enable_progress_bar": "callbacks",
    "reload_dataloaders_every_n_epochs": "run.seed",
    "plugins": "run.checkpoint_every",
    "enable_model_summary": "callbacks",
    "limit_train_batches": "schedule.steps",
    "overfit_batches": "data.train_stories",
    "fast_dev_run": "schedule.steps",
    "max_time": "schedule.steps",
}
"""Arguments of Lightning's Trainer that run.py sets itself, each with the dial of ours that governs
it."""


class Finetune(enum.Enum):
    full = "full"
    """Every weight is trained."""
    lora = "lora"
    """Only low-rank adapters are trained, beside frozen weights (Hu et al. 2021, arXiv 2106.09685).
    """


@dataclass
class LoraConfig:
    """Adapters for finetune=lora: a linear layer W becomes W + alpha / rank · B A."""

    rank: int = 8
    """Width of an adapter."""
    alpha: float = 16.0
    targets: list[str] = field(
        default_factory=lambda: ["query", "key", "value", "out", "gate", "up", "down"]
    )
    """Linear layers of a block that get an adapter, by their names."""

    def __post_init__(self) -> None:
        check_values("lora", self)
        at_least("lora", self, 1, "rank")
        require(self.alpha > 0, f"lora.alpha={self.alpha} must be positive")
        known = default_of(LoraConfig).targets
        require(
            bool(self.targets) and set(self.targets) <= set(known),
            f"lora.targets={self.targets} must name one or more of {', '.join(known)}",
        )


MAX_LAYERS = 1_000


@dataclass
class TrainConfig:
    """The whole tree of `scripts/train.py`."""

    run: RunConfig = field(default_factory=RunConfig)
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    optim: OptimConfig = field(default_factory=OptimConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    init_from: str = ""
    """Start from these weights instead of drawn ones: a run by name or path, a folder or file that
    import_model.py reads, or a hub id. Model and tokenizer are then its own."""
    finetune: Finetune = Finetune.full
    """With init_from: train all weights, or low-rank adapters."""
    lora: LoraConfig = field(default_factory=LoraConfig)
    sweep: SweepConfig = field(default_factory=SweepConfig)
    preflight: Preflight = free(Preflight.on)
    """What happens before a new run's first step; a run that goes on is not measured again."""
    trainer: dict[str, Any] = free({})
    """Passed to lightning.Trainer as it is, but for what our own dials say."""
    callbacks: dict[str, Any] = free({})
    """Lightning callbacks, each a `_target_` node."""
    logger: dict[str, Any] = free({})
    """Lightning loggers, each a `_target_` node."""

    def __post_init__(self) -> None:
        check_file_name("run.label", self.run.label)  # after the names that it is made of
        check_line("init_from", self.init_from, empty=True)
        layers = self.model.n_layers
        require(layers <= MAX_LAYERS, f"model.n_layers={layers} must be at most {MAX_LAYERS}")
        require(
            self.finetune is Finetune.full or bool(self.init_from),
            f"finetune={self.finetune.value} adapts a trained model: give init_from=<run>",
        )
        require(
            self.finetune is Finetune.full or self.optim.kind is OptimizerKind.adamw,
            f"optim.kind={self.optim.kind.value} moves whole matrices, but finetune=lora has only "
            "adapters, which are left to AdamW: give optim=adamw",
        )
        require(
            self.optim.scale is not Scale.mup or not self.model.tie_embeddings,
            "optim.scale=mup needs an unembedding of its own, which begins and moves in another "
            "way than the embedding: give model.tie_embeddings=false",
        )
        require(
            self.optim.scale is not Scale.mup or not self.init_from,
            "optim.scale=mup says where weights begin, but init_from brings its own: leave it out",
        )
        require(
            self.schedule.steps != 0 or bool(self.init_from), "schedule.steps=0 must be positive"
        )
        for name, ours in OURS_NOT_THE_TRAINERS.items():
            require(
                name not in self.trainer,
                f"trainer.{name} is set by the run itself; use {ours} instead",
            )
        for section in ("callbacks", "logger"):
            for name, node in getattr(self, section).items():
                made = not node or (isinstance(node, dict) and "_target_" in node)
                require(made, f"{section}.{name} needs a `_target_`: the class to be made")
        window, batch = self.model.context_length, self.run.tokens_per_step
        if batch % window:
            nearest = max(1, round(batch / window)) * window
            raise ValueError(
                f"run.tokens_per_step={batch} is not a whole number of windows of "
                f"model.context_length={window}; try run.tokens_per_step={nearest}"
            )
        require(
            self.data.kind is not DataKind.bin
            or self.tokenizer.kind in (TokenizerKind.pretrained, TokenizerKind.bytes),
            f"tokenizer.kind={self.tokenizer.kind.value} would be trained on text, but "
            "data.kind=bin holds ids: give tokenizer.kind=pretrained "
            "and tokenizer.source=<its tokenizer.json>",
        )
