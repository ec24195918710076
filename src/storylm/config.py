"""Every dial of ours in one place: meaning, unit, default, and which values contradict another.

Hydra merges YAML and the command line into these dataclasses (`register` stores them as its
schema); `to_config` turns the result into real objects, whose `__post_init__` checks them. Nothing
here imports torch, so that a mistake is refused at once. What belongs to a run's *identity* can
change its numbers and names its folder; a dial marked `free` can not.
"""

from __future__ import annotations

import dataclasses
import difflib
import enum
import hashlib
import json
import math
import re
import typing
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException


def free(default: Any) -> Any:
    """A dial that may change when a run goes on: the same run, though not always the same bits."""
    if isinstance(default, (list, dict)):
        return field(default_factory=lambda: type(default)(default), metadata={"free": True})
    return field(default=default, metadata={"free": True})


def require(condition: bool, message: str) -> None:
    """Refuse a config with one line: where, what it was, what would work."""
    if not condition:
        raise ValueError(message)


def at_least(section: str, config: Any, minimum: float, *names: str) -> None:
    for name in names:
        value = getattr(config, name)
        require(value >= minimum, f"{section}.{name}={value} must be at least {minimum}")


def in_unit_interval(section: str, config: Any, *names: str) -> None:
    for name in names:
        value = getattr(config, name)
        require(0 <= value <= 1, f"{section}.{name}={value} must lie between 0 and 1")


# --------------------------------------------------------------------------------------------- text


class TokenizerKind(enum.Enum):
    bpe = "bpe"
    """Byte-pair encoding trained here, on the training split."""
    pretrained = "pretrained"
    """A `tokenizer.json` that others made: a local file, or a Hugging Face hub id such as
    openai-community/gpt2."""
    top = "top"
    """The most common `vocab_size` tokens of a pretrained vocabulary on this corpus, as the
    TinyStories paper did."""
    bytes = "bytes"
    """One token per byte: no training, 257 ids."""


LLAMA3_SPLIT = (
    r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@dataclass
class TokenizerConfig:
    """How text becomes ids."""

    name: str = "fables-2k"
    """Names the folder under `tokenizer.folder`."""
    kind: TokenizerKind = TokenizerKind.bpe
    vocab_size: int = 2_048
    """Ids in all, `<|endoftext|>` included."""
    split: str = LLAMA3_SPLIT
    """Regular expression that cuts text into the pieces within which pairs merge. llama.cpp knows
    the default one."""
    source: str = ""
    """For kind=pretrained and top: a local `tokenizer.json`, its folder, or a hub id."""
    max_bytes: int = 1_000_000_000
    """Training (or counting) reads at most so many bytes of the training split."""
    folder: str = free("tokenizers")

    def __post_init__(self) -> None:
        pretrained = self.kind in (TokenizerKind.pretrained, TokenizerKind.top)
        require(
            not pretrained or bool(self.source),
            f"tokenizer.source is empty, but tokenizer.kind={self.kind.value} needs a file or "
            "hub id",
        )
        require(
            self.kind is not TokenizerKind.bytes or self.vocab_size == 257,
            f"tokenizer.vocab_size={self.vocab_size} does not fit tokenizer.kind=bytes, which "
            "has 257 ids (256 bytes and <|endoftext|>)",
        )
        at_least("tokenizer", self, 257, "vocab_size")
        at_least("tokenizer", self, 1, "max_bytes")
        check_file_name("tokenizer.name", self.name)


class DataKind(enum.Enum):
    fables = "fables"
    """The embedded story world: told from seeds, no file needed."""
    hub = "hub"
    """Files of a data set on the Hugging Face hub."""
    text = "text"
    """Local files: .txt with `<|endoftext|>` between stories, .jsonl, .parquet, and .gz of these.
    """
    bin = "bin"
    """Token files that others made: raw uint16 or uint32."""


@dataclass
class DataConfig:
    """Where the stories come from."""

    name: str = "fables"
    """Names the folder under `data.folder`."""
    kind: DataKind = DataKind.fables
    train: list[str] = field(default_factory=list)
    """Files of the training split: globs, local or (kind=hub) inside the data set."""
    valid: list[str] = field(default_factory=list)
    """Files of the validation split. Empty: `valid_share` of the training stories is held out
    instead."""
    valid_share: float = 0.01
    """Share of the stories held out when `valid` is empty, chosen story by story by a hash of its
    text."""
    hub_id: str = ""
    """For kind=hub: `owner/name` of the data set."""
    revision: str = "main"
    """For kind=hub: branch, tag or commit."""
    text_field: str = "text"
    """Field of a .jsonl or .parquet row that holds the story."""
    train_stories: int = 30_000
    """Fables: stories told for training. Files: at most so many are read; 0 reads all."""
    valid_stories: int = 300
    """Fables: stories told for validation. Files: at most so many are read; 0 reads all."""
    seed: int = 1
    """Fables: which stories are told."""
    vocabulary: float = 1.0
    """Fables: the share of each set of names, things and places that is used; less is easier."""
    characters: int = 3
    """Fables: children or animals with a name of their own that a story has at most, 2 to 4."""
    length: int = 1
    """Fables: episodes that are woven into the plot at most, 0 to 3."""
    distance: int = 1
    """Fables: how much is told between a fact and what it forces, 0 (nothing) to 3."""
    instruct: bool = False
    """Fables: a header before each story asks for words, features, a plot or a sentence."""
    dtype: str = "uint16"
    """For kind=bin: uint16 or uint32, little-endian."""
    shard_tokens: int = 16_777_216
    """Tokens per shard, about: a shard ends with the story that fills it."""
    folder: str = free("data")
    workers: int = free(0)
    """Processes that tell and tokenize; 0 takes every core."""

    def __post_init__(self) -> None:
        files = self.kind is not DataKind.fables
        require(
            not files or bool(self.train),
            f"data.train is empty, but data.kind={self.kind.value} reads files: give "
            "data.train='[path/*.txt]'",
        )
        require(
            self.kind is not DataKind.hub or bool(self.hub_id),
            "data.hub_id is empty, but data.kind=hub needs owner/name of a data set",
        )
        require(
            self.kind is not DataKind.bin or bool(self.valid),
            "data.valid is empty, but data.kind=bin has no stories to hold out: give "
            "data.valid='[path/valid.bin]'",
        )
        require(
            self.dtype in ("uint16", "uint32"), f"data.dtype={self.dtype} must be uint16 or uint32"
        )
        at_least("data", self, 0, "train_stories", "valid_stories", "workers")
        at_least("data", self, 0 if files else 1, "train_stories", "valid_stories")
        at_least("data", self, 1_024, "shard_tokens")
        require(
            0 < self.vocabulary <= 1,
            f"data.vocabulary={self.vocabulary} must lie above 0 and at most at 1",
        )
        for dial, low, high in [("characters", 2, 4), ("length", 0, 3), ("distance", 0, 3)]:
            value = getattr(self, dial)
            require(low <= value <= high, f"data.{dial}={value} must lie between {low} and {high}")
        require(
            0 < self.valid_share < 1,
            f"data.valid_share={self.valid_share} must lie between 0 and 1",
        )
        check_file_name("data.name", self.name)


# -------------------------------------------------------------------------------------------- model


class Norm(enum.Enum):
    layernorm = "layernorm"
    rmsnorm = "rmsnorm"


class Position(enum.Enum):
    learned = "learned"
    """One trained vector per position, added to the embedding."""
    rope = "rope"
    """Queries and keys are rotated by their position (Su et al. 2021)."""


class MLP(enum.Enum):
    gelu = "gelu"
    """GELU in its tanh form, as GPT-2 has it."""
    swiglu = "swiglu"
    """SiLU gate times a second projection (Shazeer 2020)."""
    relu2 = "relu2"
    """The square of ReLU (So et al. 2021, arXiv 2109.08668)."""


class RopeScaling(enum.Enum):
    none = "none"
    linear = "linear"
    """Positions are divided by the factor (Chen et al. 2023, arXiv 2306.15595)."""
    ntk = "ntk"
    """A larger base, so that the longest wavelength grows by the factor and the shortest stays
    (bloc97 2023)."""
    yarn = "yarn"
    """Long wavelengths are stretched, short ones stay, and scores sharpen a little (Peng et al.
    2023, arXiv 2309.00071)."""


@dataclass
class ModelConfig:
    """What is computed. Sizes are ratios, so that every point of a depth x width grid is a legal
    model."""

    style: str = "llama"
    """The name of the style in a run's name; what it means is said by the dials below."""
    size: str = "s"
    """The name of the size in a run's name."""
    vocab_size: int = 2_048
    """Rows of the embedding. conf/train.yaml sets it to `tokenizer.vocab_size`."""
    context_length: int = 256
    """Tokens that the model sees at once, and the length of a training window."""
    n_layers: int = 4
    d_model: int = 128
    """Width of the residual stream."""
    head_dim: int = 32
    """Width of one attention head; must divide d_model."""
    queries_per_kv: int = 1
    """Query heads that share one key/value head; 1 is plain multi-head attention."""
    mlp_ratio: float = 8 / 3
    """Width of the feed-forward layer over d_model."""
    d_ff_multiple: int = 8
    """The feed-forward width is rounded up to a multiple of this."""
    norm: Norm = Norm.rmsnorm
    norm_eps: float = 1e-5
    norm_weights: bool = True
    """Norms have trained gains; without, they only normalize."""
    norm_embedding: bool = False
    """Normalize the embedding before the first block."""
    qk_norm: bool = False
    """Normalize every query and key over its head, by root mean square and without gains."""
    position: Position = Position.rope
    rope_theta: float = 10_000.0
    """Base of the rotary wavelengths."""
    rope_scaling: RopeScaling = RopeScaling.none
    """How a context longer than the trained one is reached; context_length is the longer one."""
    rope_factor: float = 1.0
    """The longer context over the trained one."""
    mlp: MLP = MLP.swiglu
    bias: bool = False
    """Biases in linear layers and in LayerNorm."""
    qkv_bias: bool = False
    """Biases of query, key and value; GPT-2 has them, GPT-Neo and LLaMA have not."""
    scale_attention: bool = True
    """Divide attention scores by the root of head_dim. GPT-Neo does not."""
    windows: list[int] = field(default_factory=lambda: [0])
    """Attention reach per layer in tokens, repeated over depth. 0 sees everything; GPT-Neo is [0,
    256]."""
    tie_embeddings: bool = True
    """The unembedding is the embedding's own matrix."""
    logit_softcap: float = 0.0
    """Logits are bent to stay within this, as softcap tanh(logits / softcap); 0 leaves them."""
    dropout: float = 0.0
    """Probability of zeroing: after the embedding, after attention's and the MLP's output
    projection."""
    init_std: float = 0.02
    """Standard deviation of the initial weights."""
    scale_residual_init: bool = True
    """Output projections start smaller by the root of 2 n_layers (GPT-2), so that the residual
    stream keeps its size."""
    zero_init: bool = False
    """Output projections start at zero, so that each block begins as the identity."""

    def __post_init__(self) -> None:
        at_least(
            "model",
            self,
            1,
            "vocab_size",
            "context_length",
            "n_layers",
            "d_model",
            "head_dim",
            "queries_per_kv",
            "d_ff_multiple",
        )
        if self.d_model % self.head_dim:
            nearest = max(self.head_dim, round(self.d_model / self.head_dim) * self.head_dim)
            raise ValueError(
                f"model.d_model={self.d_model} is not a multiple of "
                f"model.head_dim={self.head_dim}; try model.d_model={nearest}"
            )
        if self.n_heads % self.queries_per_kv:
            nearest = max(
                n
                for n in range(1, self.n_heads + 1)
                if self.n_heads % n == 0 and n <= self.queries_per_kv
            )
            raise ValueError(
                f"model.queries_per_kv={self.queries_per_kv} does not divide the "
                f"{self.n_heads} heads "
                f"(model.d_model / model.head_dim); try model.queries_per_kv={nearest}"
            )
        if self.position is Position.rope:
            require(
                self.head_dim % 2 == 0,
                f"model.head_dim={self.head_dim} must be even for model.position=rope; try "
                f"{self.head_dim + 1}",
            )
        require(self.mlp_ratio > 0, f"model.mlp_ratio={self.mlp_ratio} must be positive")
        for name in ("rope_theta", "norm_eps"):
            value = getattr(self, name)
            require(0 < value < math.inf, f"model.{name}={value} must be positive and finite")
        require(self.init_std > 0, f"model.init_std={self.init_std} must be positive")
        at_least("model", self, 0, "logit_softcap")
        self.check_rope_scaling()
        require(
            0 <= self.dropout < 1,
            f"model.dropout={self.dropout} must be at least 0 and less than 1",
        )
        require(
            bool(self.windows) and min(self.windows) >= 0,
            f"model.windows={self.windows} needs one or more reaches, each at least 0",
        )

    def check_rope_scaling(self) -> None:
        kind = self.rope_scaling
        at_least("model", self, 1, "rope_factor")
        if kind is RopeScaling.none:
            require(
                self.rope_factor == 1,
                f"model.rope_factor={self.rope_factor} needs a model.rope_scaling: linear, ntk or "
                "yarn",
            )
            return
        require(
            self.position is Position.rope,
            f"model.rope_scaling={kind.value} needs model.position=rope; learned positions end "
            "where training ended",
        )

    @property
    def trained_context_length(self) -> int:
        """The context before it was extended."""
        return round(self.context_length / self.rope_factor)

    @property
    def n_heads(self) -> int:
        return self.d_model // self.head_dim

    @property
    def n_kv_heads(self) -> int:
        return self.n_heads // self.queries_per_kv

    @property
    def d_ff(self) -> int:
        multiple = self.d_ff_multiple
        return math.ceil(self.d_model * self.mlp_ratio / multiple - 1e-6) * multiple

    def window(self, layer: int) -> int:
        """Attention reach of a layer in tokens; 0 sees everything."""
        return self.windows[layer % len(self.windows)]


# ----------------------------------------------------------------------------------------- learning


class OptimizerKind(enum.Enum):
    adamw = "adamw"


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
    beta1: float = 0.9
    beta2: float = 0.95
    eps: float = 1e-8
    weight_decay: float = 0.1
    """Decoupled; for matrices only, not for norms, biases and embeddings."""
    decay_embeddings: bool = False
    """Decay the embeddings too, as GPT-2's own training did."""
    clip: float = 1.0
    """Largest norm of the whole gradient; 0 does not clip."""
    average: Average = Average.none
    average_decay: float = 0.999
    """For average=ema: the share of the average that stays at each step."""

    def __post_init__(self) -> None:
        require(
            self.learning_rate > 0, f"optim.learning_rate={self.learning_rate} must be positive"
        )
        for name in ("beta1", "beta2", "average_decay"):
            value = getattr(self, name)
            require(0 <= value < 1, f"optim.{name}={value} must be at least 0 and less than 1")
        require(self.eps > 0, f"optim.eps={self.eps} must be positive")
        at_least("optim", self, 0, "weight_decay", "clip")


class ScheduleKind(enum.Enum):
    cosine = "cosine"
    wsd = "wsd"
    """Warm up, stay, decay: the rate is constant until the last `decay` share of the run."""
    constant = "constant"


@dataclass
class ScheduleConfig:
    """How long training lasts, and the learning rate on the way. Give exactly one of steps, tokens
    and passes."""

    kind: ScheduleKind = ScheduleKind.cosine
    steps: int | None = None
    """Optimizer steps; 0 for an imported model, which is not trained here."""
    tokens: int | None = None
    """Training tokens, rounded up to whole steps."""
    passes: float | None = None
    """Times through the training data, rounded up to whole steps."""
    warmup: float = 0.02
    """Share of the run in which the rate rises from nearly 0 to its peak."""
    decay: float = 0.2
    """For kind=wsd: share of the run in which the rate falls, at its end."""
    final: float = 0.1
    """Learning rate at the end, over the peak."""

    def __post_init__(self) -> None:
        given = {
            name: getattr(self, name)
            for name in ("steps", "tokens", "passes")
            if getattr(self, name) is not None
        }
        told = (
            ", ".join(f"schedule.{name}={value}" for name, value in given.items()) or "none of them"
        )
        require(
            len(given) == 1,
            "exactly one of schedule.steps, schedule.tokens and schedule.passes is needed, "
            f"got {told}; unset one with =null",
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


# ---------------------------------------------------------------------------------------------- run


class Precision(enum.Enum):
    auto = "auto"
    """bf16 where the hardware multiplies it fast (CUDA from Ampere on, CPUs with AVX512-BF16 or
    AMX), else fp32."""
    fp32 = "fp32"
    bf16 = "bf16"
    """bf16 products with fp32 weights (Lightning's bf16-mixed)."""


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
    log_every: int = 10
    """Optimizer steps between rows of metrics."""
    sample_prompts: list[str] = free(["Once upon a time", "One day,", ""])
    """Openings of the stories told at each validation; an empty one lets the model begin."""
    sample_temperature: float = free(0.8)
    sample_tokens: int = free(300)
    """Longest sample story, in tokens; 0 goes on to the end of the context."""

    def __post_init__(self) -> None:
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
        )
        require(0 <= self.seed < 2**32, f"run.seed={self.seed} must lie between 0 and 2**32 - 1")
        if self.name is not None:
            check_file_name("run.name", self.name)
        check_file_name("run.label", self.label)


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
        at_least("lora", self, 1, "rank")
        require(0 < self.alpha < math.inf, f"lora.alpha={self.alpha} must be positive and finite")
        known = default_of(LoraConfig).targets
        require(
            bool(self.targets) and set(self.targets) <= set(known),
            f"lora.targets={self.targets} must name one or more of {', '.join(known)}",
        )


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
    trainer: dict[str, Any] = free({})
    """Passed to lightning.Trainer as it is, but for what our own dials say."""
    callbacks: dict[str, Any] = free({})
    """Lightning callbacks, each a `_target_` node."""
    logger: dict[str, Any] = free({})
    """Lightning loggers, each a `_target_` node."""

    def __post_init__(self) -> None:
        require(
            self.finetune is Finetune.full or bool(self.init_from),
            f"finetune={self.finetune.value} adapts a trained model: give init_from=<run>",
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


@dataclass
class GenerateConfig:
    """The tree of `scripts/generate.py`."""

    run: str = MISSING
    """A folder under `runs/`, its path, or a checkpoint file."""
    checkpoint: str = "best"
    """best (lowest val/bits_per_byte), last, or a step."""
    prompt: str = "Once upon a time"
    count: int = 1
    """Stories told, side by side in one batch."""
    max_tokens: int = 0
    """Longest continuation in tokens; 0 goes on to the end of the context."""
    temperature: float = 0.8
    """0 always takes the likeliest token; 1 samples from the model's own distribution."""
    top_k: int = 0
    """Sample among the k likeliest tokens; 0 among all."""
    top_p: float = 1.0
    """Sample among the likeliest tokens that together hold this probability."""
    min_p: float = 0.0
    """Sample among tokens at least this likely, relative to the likeliest."""
    seed: int = 1
    stream: bool = True
    """Print words as they come (for count=1)."""
    context_length: int = 0
    """Tokens that the model sees at once, beyond what it was trained with; 0 leaves it."""
    rope_scaling: RopeScaling = RopeScaling.ntk
    """With context_length: how the rotary positions reach further."""
    threads: int = 0
    """CPU threads; 0 takes every core."""

    def __post_init__(self) -> None:
        for name, least in (("count", 1), ("max_tokens", 0), ("temperature", 0), ("top_k", 0)):
            value = getattr(self, name)
            require(value >= least, f"{name}={value} must be at least {least}")
        require(
            math.isfinite(self.temperature),
            f"temperature={self.temperature} must be a finite number",
        )
        require(0 < self.top_p <= 1, f"top_p={self.top_p} must be above 0 and at most 1")
        require(0 <= self.min_p < 1, f"min_p={self.min_p} must be at least 0 and below 1")


# ----------------------------------------------------------------------------------------- evaluate


@dataclass
class EvaluateConfig:
    """The tree of `scripts/evaluate.py`."""

    run: Any = MISSING
    """A folder under `runs/`, its path, or a checkpoint file; several as '[a,b]' give a table."""
    checkpoint: str = "best"
    """best (lowest val/bits_per_byte), last, or a step."""
    stories: int = 200
    """Held-out stories that are scored, and whose second half the model tells."""
    temperature: float = 1.0
    """Of the stories told; at 1 the rates are those of the model's own distribution."""
    seed: int = 1
    threads: int = 0
    """CPU threads; 0 takes every core."""

    def __post_init__(self) -> None:
        require(bool(self.runs), "run=[] names no run; give run=<name> or run='[<one>,<other>]'")
        require(self.stories >= 1, f"stories={self.stories} must be at least 1")
        require(
            math.isfinite(self.temperature) and self.temperature >= 0,
            f"temperature={self.temperature} must be a finite number of at least 0",
        )

    @property
    def runs(self) -> list[str]:
        """The runs by name, each once."""
        named = self.run if isinstance(self.run, list) else [self.run]
        return list(dict.fromkeys(str(run) for run in named))


# ------------------------------------------------------------------------------------------- travel


class Format(enum.Enum):
    huggingface = "huggingface"
    """A folder that transformers loads."""
    llama2c = "llama2c"
    """model.bin and tokenizer.bin for llama2.c's `run`."""
    gguf = "gguf"
    """One file for llama.cpp and Ollama."""


@dataclass
class ExportConfig:
    """The tree of `scripts/export.py`."""

    run: str = MISSING
    """A folder under `runs/`, its path, or a checkpoint file."""
    checkpoint: str = "best"
    """best (lowest val/bits_per_byte), last, or a step."""
    format: Format = MISSING
    """huggingface, llama2c or gguf."""
    folder: str = ""
    """Where the files go; empty: `<run>/export/<format>`."""
    push_to: str = ""
    """For format=huggingface: `owner/name` on the hub, to which the folder is uploaded."""
    private: bool = True
    """For push_to: a repository that is made now is private."""

    def __post_init__(self) -> None:
        require(
            not self.push_to or self.format is Format.huggingface,
            f"push_to={self.push_to} needs format=huggingface, not {self.format.value}",
        )
        require(
            not self.push_to
            or re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", self.push_to) is not None,
            f"push_to={self.push_to} is no repository of the hub; give owner/name",
        )


@dataclass
class ImportedRunConfig:
    """The run folder that an import makes."""

    name: str = MISSING
    folder: str = "runs"

    def __post_init__(self) -> None:
        check_file_name("run.name", self.name)


@dataclass
class ImportConfig:
    """The tree of `scripts/import_model.py`."""

    source: str = MISSING
    """A folder with config.json, model.safetensors and tokenizer.json, a llama2.c .bin file, or a
    hub id."""
    tokenizer_file: str = ""
    """For a .bin file: its tokenizer's .bin; empty: tokenizer.bin or the only tok*.bin beside it.
    """
    revision: str = "main"
    """For a hub id: branch, tag or commit."""
    run: ImportedRunConfig = field(default_factory=ImportedRunConfig)
    data: DataConfig = field(default_factory=DataConfig)
    """The stories on which evaluate.py scores it; the model was trained elsewhere."""


# ---------------------------------------------------------------------------- between dict and dial


def register() -> None:
    """Store the schemas where Hydra finds them, with the open nodes open to any key."""
    train = OmegaConf.structured(default_of(TrainConfig))
    for name in ("trainer", "callbacks", "logger"):
        train[name]._set_flag("struct", False)
    ConfigStore.instance().store(name="train_schema", node=train)
    ConfigStore.instance().store(name="generate_schema", node=GenerateConfig)
    ConfigStore.instance().store(name="evaluate_schema", node=EvaluateConfig)
    ConfigStore.instance().store(name="export_schema", node=ExportConfig)
    ConfigStore.instance().store(
        name="import_schema", node=OmegaConf.structured(default_of(ImportConfig))
    )


def to_config(cfg: DictConfig, overrides: Sequence[str] = ()) -> Any:
    """Hydra's merged tree as real dataclasses, every dial checked, and a training run named.

    `overrides` are the command line's, for the name. Raises ValueError in one line that names the
    dial, its value and a remedy.
    """
    try:
        config = OmegaConf.to_object(cfg)
        refuse_extra(config)
        if isinstance(config, TrainConfig) and config.run.name is None:
            cfg.run.name = run_name(config, overrides)  # loggers may refer to ${run.name}
            config = OmegaConf.to_object(cfg)
    except OmegaConfBaseException as error:
        cause = error.__cause__ or error
        raise ValueError(str(cause).splitlines()[0]) from None
    return config


def refuse_extra(config: Any, path: str = "") -> None:
    """Hydra's `+section.dial=1` slips unknown attributes into dataclasses: refuse them by name."""
    known = [f.name for f in dataclasses.fields(config)]
    for name in vars(config):
        if name not in known:
            raise ValueError(unknown_dial(path + name, [path + other for other in known]))
        if dataclasses.is_dataclass(value := getattr(config, name)):
            refuse_extra(value, f"{path}{name}.")


def dial_names(schema: Any, path: str = "") -> list[str]:
    """Every dial of a dataclass by its dotted path, in order."""
    names = []
    hints = typing.get_type_hints(schema)
    for f in dataclasses.fields(schema):
        names.append(path + f.name)
        if dataclasses.is_dataclass(hints[f.name]):
            names += dial_names(hints[f.name], f"{path}{f.name}.")
    return names


def unknown_dial(name: str, known: list[str]) -> str:
    """One line for a misspelt dial, with the nearest right ones."""
    word = name.rpartition(".")[2]
    near = [other for other in known if other.rpartition(".")[2] == word]  # in another section
    near = near or difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"there is no dial {name}" + (
        f"; did you mean {near[0]}?" if near else "; --cfg job lists them all"
    )


def to_plain(value: Any) -> Any:
    """Dataclasses, enums and containers as plain dicts, lists, numbers and strings."""
    if dataclasses.is_dataclass(value):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    return value


def from_plain(kind: type, plain: dict[str, Any], path: str = "") -> Any:
    """The inverse of `to_plain`. A missing dial takes its default; an unknown one is refused by
    name (ValueError)."""
    hints = typing.get_type_hints(kind)
    known = {f.name for f in dataclasses.fields(kind)}
    for name in plain:
        require(name in known, unknown_dial(path + name, [path + other for other in sorted(known)]))
    arguments = {}
    for name, value in plain.items():
        hint = hints[name]
        if dataclasses.is_dataclass(hint):
            arguments[name] = from_plain(hint, value, f"{path}{name}.")
        elif isinstance(hint, type) and issubclass(hint, enum.Enum):
            arguments[name] = hint(value)
        else:
            arguments[name] = value
    return kind(**arguments)


# ----------------------------------------------------------------------------------------- identity


def identity(config: Any) -> dict[str, Any]:
    """The dials that can change a number and differ from their defaults, by dotted path.

    Defaults are left out so that a dial added later leaves the identity of older runs as it was.
    """
    found: dict[str, Any] = {}

    def walk(node: Any, default: Any, path: str) -> None:
        for f in dataclasses.fields(node):
            if f.metadata.get("free"):
                continue
            value, usual = getattr(node, f.name), getattr(default, f.name)
            if dataclasses.is_dataclass(value):
                walk(value, usual, f"{path}{f.name}.")
            elif value != usual:
                found[path + f.name] = to_plain(value)

    walk(config, default_of(type(config)), "")
    if getattr(config, "init_from", ""):
        found.pop("tokenizer.source", None)  # a path to what init_from names already
    # A callback of the user's may stop a run or change it; ours only watch.
    if extra := {k: v for k, v in getattr(config, "callbacks", {}).items() if k not in WATCHERS}:
        found["callbacks"] = to_plain(extra)
    return found


WATCHERS = ("progress", "samples")


def default_of(kind: type) -> Any:
    """A dataclass of its defaults, unchecked: alone they may be illegal (a length is needed)."""
    blank = object.__new__(kind)
    hints = typing.get_type_hints(kind)
    for f in dataclasses.fields(kind):
        if dataclasses.is_dataclass(hints[f.name]):
            value = default_of(hints[f.name])
        else:
            value = f.default_factory() if f.default is dataclasses.MISSING else f.default
        setattr(blank, f.name, value)
    return blank


def fingerprint(plain: Any) -> str:
    """sha256 of plain data in its canonical JSON form, as hex."""
    return hashlib.sha256(
        json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def run_name(config: TrainConfig, overrides: Sequence[str] = ()) -> str:
    """The run's folder: label, overridden identity dials, six hex digits of the identity's hash.

    `overrides` are the command line's, such as ["model.n_layers=4", "model=llama"]; group choices
    are in the label already.
    """
    if config.run.name is not None:
        return config.run.name
    dials = identity(config)
    name = config.run.label
    for path in sorted({override.lstrip("+~").partition("=")[0] for override in overrides}):
        value = str(dials.get(path, "/"))
        if "/" not in value and len(value) <= 16:  # the hash tells the rest apart
            word = "_" + path.rpartition(".")[2] + re.sub(r"[^A-Za-z0-9.-]+", "-", value).strip("-")
            name += word if len(name) + len(word) <= 80 else ""
    return f"{name}_{fingerprint(dials)[:6]}"


def run_folder(config: TrainConfig) -> Path:
    return Path(config.run.folder) / config.run.name


def finished_result(config: TrainConfig) -> dict[str, Any] | None:
    """The numbers of a run of exactly this identity that is done; else None."""
    file = run_folder(config) / "result.json"
    if not file.is_file():
        return None
    result = json.loads(file.read_text(encoding="utf-8"))
    return result if result.get("identity") == fingerprint(identity(config)) else None


def check_file_name(dial: str, name: str) -> None:
    require(
        re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", name) is not None,
        f"{dial}={name!r} cannot name a folder; use letters, digits, '.', '_' and '-' only",
    )


def runs_path(run: str, folder: str = "runs") -> Path:
    """A run given by its name or its path."""
    path = Path(run)
    return path if path.exists() or len(path.parts) > 1 else Path(folder) / run
