"""The trees of the other scripts: generate, evaluate, export, import_model, replay, benchmark."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import Any

from omegaconf import MISSING

from storylm.config.checks import (
    at_least,
    check_file_name,
    check_line,
    check_use,
    check_values,
    require,
)
from storylm.config.model import RopeScaling
from storylm.config.text import DataConfig


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
        check_values("", self)
        check_line("run", self.run)
        check_checkpoint(self.checkpoint)
        at_least("", self, 1, "count")
        at_least("", self, 0, "max_tokens", "temperature", "top_k", "context_length", "threads")
        require(0 < self.top_p <= 1, f"top_p={self.top_p} must be above 0 and at most 1")
        require(0 <= self.min_p < 1, f"min_p={self.min_p} must be at least 0 and below 1")
        longer = self.context_length > 0
        check_use("", self, longer, "a context_length, to which it reaches", "rope_scaling")


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
        check_values("", self)
        named = self.run if isinstance(self.run, list) else [self.run]
        require(
            bool(named) and all(isinstance(run, (str, int)) for run in named),
            f"run={self.run} names no run; give run=<name> or run='[<one>,<other>]'",
        )
        for run in self.runs:
            check_line("run", run)
        check_checkpoint(self.checkpoint)
        at_least("", self, 1, "stories")
        at_least("", self, 0, "temperature", "threads")

    @property
    def runs(self) -> list[str]:
        """The runs by name, each once."""
        named = self.run if isinstance(self.run, list) else [self.run]
        return list(dict.fromkeys(str(run) for run in named))


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
        check_line("run", self.run)
        check_checkpoint(self.checkpoint)
        check_line("folder", self.folder, empty=True)
        check_line("push_to", self.push_to, empty=True)
        check_use("", self, bool(self.push_to), "push_to=<owner/name>", "private")
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
        check_line("run.folder", self.folder)


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

    def __post_init__(self) -> None:
        for name in ("source", "revision"):
            check_line(name, getattr(self, name))
        check_line("tokenizer_file", self.tokenizer_file, empty=True)
        file = self.source.endswith(".bin")
        check_use("", self, file, "a llama2.c .bin file as source", "tokenizer_file")


@dataclass
class ReplayConfig:
    """The tree of `scripts/replay.py`."""

    run: str = MISSING
    """A folder under `folder`, or its path."""
    step: int = MISSING
    """The step to be made again, counted from 0: as many as were made before it."""
    folder: str = "runs"
    threads: int = 0
    """CPU threads; 0 takes the run's own number. Another number changes the last bits."""

    def __post_init__(self) -> None:
        check_values("", self)
        check_line("run", self.run)
        check_line("folder", self.folder)
        at_least("", self, 0, "step", "threads")


class BenchmarkKind(enum.Enum):
    resume = "resume"
    """Runs are killed at any moment and must end with the bits of those that were not."""
    damage = "damage"
    """One file is damaged, and the run must end the same or refuse it by name."""


@dataclass
class BenchmarkConfig:
    """The tree of `scripts/benchmark.py`."""

    what: BenchmarkKind = BenchmarkKind.resume
    """Which proof: resume or damage."""
    kills: int = 50
    """For what=resume: processes that are killed, over all configurations."""
    trials: int = 500
    """For what=damage: files that are damaged, one in each trial."""
    trial: int = -1
    """For what=damage: this trial alone, by its number in the table's list; -1 makes all."""
    seed: int = 1
    """Which moments, files and bytes are drawn."""
    folder: str = ""
    """Where the result goes, and the scratch runs while they are needed; empty: a temporary one."""
    threads: int = 1
    """CPU threads of each run."""

    def __post_init__(self) -> None:
        check_values("", self)
        at_least("", self, 1, "kills", "trials", "threads")
        at_least("", self, 0, "seed")
        at_least("", self, -1, "trial")
        check_line("folder", self.folder, empty=True)
        check_use("", self, self.what is BenchmarkKind.resume, "what=resume", "kills")
        check_use("", self, self.what is BenchmarkKind.damage, "what=damage", "trials", "trial")


def check_checkpoint(checkpoint: str) -> None:
    require(
        re.fullmatch(r"best|last|[0-9]{1,12}", checkpoint) is not None,
        f"checkpoint={checkpoint!r} is none; give best, last, or a step",
    )
