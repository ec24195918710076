"""The tree of `scripts/evaluate.py`: which runs are graded, by which suites, on how much."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

from omegaconf import MISSING

from storylm.config.checks import at_least, check_checkpoint, check_line, check_values, require
from storylm.config.judging import JudgeConfig


class Suite(enum.Enum):
    bits = "bits"
    """Bits per byte of held-out stories, exact, and split by position, age, word class, novelty."""
    fables = "fables"
    """What the story world knows for certain: the gap to its floor, forced accuracy, breaks."""
    probes = "probes"
    """Grammar, consistency and plot by likelihood, from held-out stories; facts, reasoning and
    context from questions written by hand."""
    told = "told"
    """Stories told from openings: variety, loops, endings, words, readability."""
    copies = "copies"
    """How much of what is told stands in the training set, and which story it was copied from."""
    damage = "damage"
    """Whether each probe measures what it claims: real stories beside the same stories broken."""
    judge = "judge"
    """Grades of a judge model behind an OpenAI-compatible endpoint."""


@dataclass
class EvaluateConfig:
    """The tree of `scripts/evaluate.py`."""

    run: Any = MISSING
    """A folder under `runs/`, its path, or a checkpoint file; several as '[a,b]' give a table."""
    checkpoint: str = "best"
    """best (lowest val/bits_per_byte), last, a step, or all: every one that is kept, in a picture.
    """
    suite: list[Suite] = field(default_factory=list)
    """Which suites; empty takes all that the data allow, the judge where `judge.model` is given."""
    stories: int = 200
    """Held-out stories that are scored, and asked about."""
    openings: str = ""
    """A YAML list of openings to tell from; empty: our own."""
    tellings: int = 2
    """Stories told from each opening."""
    temperature: float = 1.0
    """Of the stories told; at 1 the rates are those of the model's own distribution."""
    top_p: float = 1.0
    """Sample among the likeliest tokens that together hold this probability."""
    max_tokens: int = 0
    """Longest story told, in tokens; 0 goes on to the end of the context."""
    table: str = ""
    """A .csv or .md file to which the table of all runs is written too."""
    judge: JudgeConfig = field(default_factory=JudgeConfig)
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
        if self.checkpoint != "all":
            check_checkpoint(self.checkpoint)
        at_least("", self, 1, "stories", "tellings")
        at_least("", self, 0, "temperature", "threads", "max_tokens", "seed")
        require(0 < self.top_p <= 1, f"top_p={self.top_p} must be above 0 and at most 1")
        for name in ("openings", "table"):
            check_line(name, getattr(self, name), empty=True)
        require(
            not self.table or self.table.endswith((".csv", ".md")),
            f"table={self.table} must end in .csv or .md",
        )
        require(
            Suite.judge not in self.suite or bool(self.judge.model),
            "suite=[judge] needs a judge: give judge.base_url=<endpoint> judge.model=<name>",
        )

    @property
    def runs(self) -> list[str]:
        """The runs by name, each once."""
        named = self.run if isinstance(self.run, list) else [self.run]
        return list(dict.fromkeys(str(run) for run in named))
