"""A run's card: what it will take, as numbers to be kept and as one screen for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storylm.processes import OutOfMemory
from storylm.training.callbacks import minutes


@dataclass
class Card:
    """What a run will take; `facts` are plain numbers, to be kept and compared with what it took.

    `seconds` are those of result.json: training, validation, samples and saving. Not in them is
    `start_up_seconds`, from the start of this process to the first step. Bytes of memory are
    `training_bytes`, above the level just before the first step, and `memory_bytes_in_all`, of the
    whole process. What could not be measured is missing.
    """

    home: Path
    facts: dict[str, Any]
    warnings: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    too_large: bool = False
    """Whether it is the memory that refuses; a smaller micro-batch may fit."""

    def refuse(self) -> None:
        """Raise ValueError, in one line, for a run that cannot work."""
        if self.refusals:
            kind = OutOfMemory if self.too_large else ValueError
            raise kind(f"{self.home}: {'; '.join(self.refusals)}")

    def text(self) -> str:
        """One screen for a person."""
        rows = told_facts(self.facts)
        width = max(len(name) for name, _ in rows)
        lines = [f"  {name:{width}}  {value}" for name, value in rows]
        notes = [f"  ! {warning}" for warning in self.warnings]
        return "\n".join([f"{self.home} will take", *lines, *notes])


def told_facts(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """A card's numbers as people say them."""
    adapters = facts["parameters"] != facts["trained_parameters"]
    learning = f", and {facts['trained_parameters']:,} of adapters, which alone learn"
    each = f", {facts['devices']} devices" if facts["devices"] > 1 else ""
    rows = [
        ("parameters", f"{facts['parameters']:,}{learning if adapters else ''}"),
        ("compute", f"{facts['flops']:.2g} FLOPs"),
        ("tokens", f"{facts['tokens']:,} in {facts['steps']:,} steps{each}, "
                   f"{facts['passes']:.2f} passes over the data"),
    ]  # fmt: skip
    if "seconds" in facts:
        share = 100 * facts["evaluation_seconds"] / facts["seconds"]
        parts = ("training", "validation", "sample", "saving", "start_up")
        times = ", ".join(f"{p.replace('_', '-')} {minutes(facts[f'{p}_seconds'])}" for p in parts)
        whole = minutes(facts["seconds"] + facts["start_up_seconds"])
        rows += [
            ("memory", f"{size(facts['memory_bytes_in_all'])}"
                       f"{of(facts['memory_available_bytes'])}, "
                       f"{size(facts['training_bytes'])} of it from the first step on"),
            ("time", f"{whole} in all: {times.replace('sample', 'samples')}"),
            ("speed", f"{facts['tokens_per_second']:,.0f} tokens per second, "
                      f"{100 * facts['utilization']:.0f} % of what the device multiplies"),
            ("evaluation", f"{share:.0f} % of the time: {facts['validations']} times "
                           f"{facts['validation_stories']:,} stories"),
        ]  # fmt: skip
    rows.append(
        ("disk", f"{size(facts['checkpoint_bytes'])} of checkpoints at the end, "
                 f"{size(facts['checkpoint_bytes_at_most'])} at most"
                 f"{of(facts['disk_free_bytes'])}")
    )  # fmt: skip
    return rows


def of(free: int) -> str:
    return f" of {size(free)}" if free else ""


def size(count: float) -> str:
    """Bytes as people say them."""
    return f"{count / 2**30:.2f} GiB" if count >= 2**30 else f"{count / 2**20:.1f} MiB"
