"""What is wrong with a corpus: copies, near copies, and training stories that stand in validation.

Stories have one number over both splits, those of validation first, so that "the earlier of two"
means that validation is kept.
"""

from __future__ import annotations

import enum
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from tqdm import tqdm

from storylm.config import DataConfig, DoctorConfig
from storylm.data.doctor.corpus import (
    LEFT,
    REPLACED,
    Split,
    examine,
    gather,
    in_processes,
    workers_of,
)
from storylm.data.doctor.near_duplicates import BANDS, Pairs, Shingles, find_pairs
from storylm.data.stories import batches
from storylm.data.writing import show_progress


class Fate(enum.IntEnum):
    """What becomes of a story in the cleaned copy."""

    kept = 0
    broken = 1
    """Characters of it are lost, or it has no word."""
    copy = 2
    """An earlier one of its split says the same."""
    near_copy = 3
    leak = 4
    """It is a training story that stands in validation."""
    near_leak = 5


@dataclass
class Diagnosis:
    """What was found, by the stories' numbers over both splits, validation first."""

    splits: dict[str, Split]
    original: np.ndarray
    """For each story the first one with the same text, which may be itself."""
    near: Pairs
    """Near duplicates among the stories that are no copies."""
    fates: np.ndarray

    @property
    def held_out(self) -> int:
        """Stories of validation, and the number of the first training story."""
        return len(self.splits["valid"])

    def part(self, split: str) -> slice:
        """The numbers of a split's stories."""
        return slice(self.held_out) if split == "valid" else slice(self.held_out, None)

    def near_of(self, first: str, second: str) -> np.ndarray:
        """Which of the near pairs have their stories in these splits."""
        in_valid = (self.near.first < self.held_out, self.near.second < self.held_out)
        return (in_valid[0] == (first == "valid")) & (in_valid[1] == (second == "valid"))


def diagnose(config: DoctorConfig) -> Diagnosis:
    """Read all stories once and compare them.

    Raises as `stories` does, and ValueError where the folder, in which a nameless file lies
    meanwhile, cannot be written.
    """
    with temporary_file(config.home) as file:
        splits = {split: read_split(config.data, split, file) for split in ("valid", "train")}
        columns = [splits[split].columns for split in ("valid", "train")]
        keys, words, faults = (
            np.concatenate([getattr(some, name) for some in columns])
            for name in ("keys", "words", "faults")
        )
        _, firsts, groups = np.unique(keys, return_index=True, return_inverse=True)
        original = firsts[groups]
        compared = np.flatnonzero((original == np.arange(len(original))) & (words > 0))
        near = compare_all(splits, compared, file, config.similarity)
    broken = (words == 0) | ((faults & (LEFT | REPLACED)) > 0)
    fates = decide(original, near, broken, len(splits["valid"]))
    return Diagnosis(splits, original, near, fates)


def temporary_file(folder: Path) -> IO[bytes]:
    try:
        return tempfile.TemporaryFile(dir=folder)
    except OSError as error:
        raise ValueError(
            f"folder={folder}: {error.strerror}; give a folder that can be written"
        ) from None


def read_split(config: DataConfig, split: str, file: IO[bytes]) -> Split:
    examined = in_processes(batches(config, split), examine, workers_of(config))
    watched = show_progress(examined, config, split, Path(f"reading {config.name}"))
    return gather(watched, config, split, file)


def compare_all(
    splits: dict[str, Split], compared: np.ndarray, file: IO[bytes], similarity: float
) -> Pairs:
    """The near duplicates among the stories `compared`."""
    data = np.memmap(file, dtype=np.uint32, mode="r")
    valid_ends = splits["valid"].ends
    ends = np.concatenate([valid_ends, splits["train"].ends + valid_ends[-1]])
    parts = [part for split in splits.values() for part in split.bands]

    def bands() -> Iterator[np.ndarray]:
        for band in tqdm(range(BANDS), "comparing", unit=" bands", disable=None, leave=False):
            yield np.concatenate([part[band] for part in parts])[compared]

    def watch(pieces: Sequence[int]) -> Iterator[int]:
        yield from tqdm(pieces, "verifying", unit=" pieces", disable=None, leave=False)

    pairs = find_pairs(bands(), Shingles(data, ends), similarity, numbers=compared, watch=watch)
    for split in splits.values():
        split.bands.clear()  # the most of what it holds
    return pairs


def decide(original: np.ndarray, near: Pairs, broken: np.ndarray, held_out: int) -> np.ndarray:
    """The fate of each story, uint8.

    Of stories that are alike the first is kept; one that resembles only stories which are dropped
    is kept too, so that a chain of small steps does not take away what has become another story.
    """
    numbers = np.arange(len(original))
    fates = np.zeros(len(original), dtype=np.uint8)
    copies = original != numbers
    leaks = (numbers >= held_out) & (original < held_out)
    fates[copies], fates[leaks], fates[broken] = Fate.copy, Fate.leak, Fate.broken
    order = np.lexsort((near.first, near.second))
    for first, second in zip(near.first[order], near.second[order]):
        if fates[second] == Fate.kept or fates[second] == Fate.near_copy:
            if first < held_out <= second:
                fates[second] = Fate.near_leak
            elif fates[first] == Fate.kept:
                fates[second] = Fate.near_copy
    return fates
