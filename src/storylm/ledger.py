"""The ledger of a sweep: one row per cell, in a file of its own, so that many processes write it.

A row's key is the hash of its config: the same cell has the same row however it is spelt, and
another config is another cell.
"""

from __future__ import annotations

import csv
import enum
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storylm.config import TrainConfig, fingerprint, from_plain, identity, to_plain
from storylm.whole_files import read_sealed, write_sealed, write_whole


class State(enum.Enum):
    waiting = "waiting"
    running = "running"
    done = "done"
    failed = "failed"
    stopped = "stopped"
    """It was hopeless."""


@dataclass
class Row:
    """What is known of a cell."""

    key: str
    run: str
    """Its run's name."""
    words: list[str]
    """What it adds to the sweep's command line."""
    state: State = State.waiting
    reason: str = ""
    """Why it failed, or what is to be known of how it went, in one line."""
    log: str = ""
    """What it printed, as a path from the ledger's folder."""
    attempts: int = 0
    """Processes that were started for it, over all repetitions of the sweep."""
    micro_batch_size: int = 0
    """Where it ran out of memory: what it was tried with after that; else 0."""
    peak_bytes: int = 0
    """The most memory that its process held."""
    wall_seconds: float = 0.0
    """Of its last process, start-up included."""
    figures: dict[str, Any] = field(default_factory=dict)
    """Of its result: parameters, tokens, seconds, val/bits_per_byte and the rest."""

    @property
    def bits(self) -> float | None:
        return self.figures.get("val/bits_per_byte")


FIGURES = ("parameters", "tokens", "steps", "seconds", "tokens_per_second", "train/loss",
           "val/loss", "val/bits_per_byte", "floor_bits_per_byte")  # fmt: skip
"""What a row takes over from a run's result."""


def cell_key(config: TrainConfig) -> str:
    return fingerprint(identity(config))[:12]


class Ledger:
    """The rows of a sweep's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def file(self, key: str) -> Path:
        return self.folder / "cells" / f"{key}.json"

    def read(self, key: str) -> Row | None:
        """ValueError in one line where the row is damaged."""
        file = self.file(key)
        if not file.is_file():
            return None
        remedy = "delete it: its cell is then looked at anew"
        try:
            return from_plain(Row, read_sealed(file, remedy))
        except (TypeError, KeyError) as error:
            raise ValueError(f"{file} is damaged: {error}; {remedy}") from None

    def write(self, row: Row) -> None:
        write_sealed(self.file(row.key), to_plain(row))

    def rows(self) -> list[Row]:
        """All of them, in the order of their names."""
        files = sorted((self.folder / "cells").glob("*.json"))
        found = [self.read(file.stem) for file in files]
        return sorted((row for row in found if row), key=lambda row: row.run)

    def take_over(self, row: Row, result: dict[str, Any]) -> None:
        """The cell is done, and these are its run's numbers."""
        row.state, row.figures = State.done, {k: result[k] for k in FIGURES if k in result}
        self.write(row)

    def save_table(self, rows: list[Row]) -> Path:
        """ledger.csv, for people and spreadsheets: a line a cell, with the dials that differ."""
        dials = [read_words(row.words) for row in rows]
        names = list(dict.fromkeys(name for one in dials for name in one))
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["cell", "run", "state", *names, *FIGURES, "peak_bytes", "reason"])
        for row, one in zip(rows, dials):
            cells = [row.figures.get(name, "") for name in FIGURES]
            values = [one.get(name, "") for name in names]
            writer.writerow(
                [row.key, row.run, row.state.value, *values, *cells, row.peak_bytes, row.reason]
            )
        write_whole(self.folder / "ledger.csv", text.getvalue())
        return self.folder / "ledger.csv"


def read_words(words: list[str]) -> dict[str, str]:
    """`["model.n_layers=2"]` as a dict."""
    return dict(word.lstrip("+~").split("=", 1) for word in words if "=" in word)
