"""What is known of each cell of a sweep: its ledger row, its curve, its grades, its stories."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from storylm.config import TrainConfig, read_config
from storylm.ledger import Ledger, Row, State
from storylm.model.size import flops_per_token, non_embedding_parameters

Estimate = tuple[float, float, float]
"""A number and its 95 % interval."""
GRADES = {
    "grammar": ("forced", "by_kind", "grammar"),
    "consistency": ("forced", "by_kind", "consistency"),
    "plot": ("forced", "by_kind", "plot"),
    "instruction": ("forced", "by_kind", "instruction"),
    "near facts": ("forced", "by_distance", "0–49"),
    "far facts": ("forced", "by_distance", "200–399"),
    "stories kept": ("told", "characters_kept"),
}
"""Where each grade stands in an evaluation: forced accuracy by kind and by distance of the fact in
characters; of the stories told, characters up to the first mistake."""


@dataclass(frozen=True)
class Point:
    """A cell that is done."""

    row: Row
    config: TrainConfig
    bits: float
    parameters: int
    tokens: int
    flops: float
    seconds: float
    curve: list[tuple[float, float]] = field(default_factory=list)
    """(training tokens, bits per byte) of each validation but the untrained one."""
    grades: dict[str, Estimate] = field(default_factory=dict)
    stories: list[str] = field(default_factory=list)

    @property
    def layers(self) -> int:
        return self.config.model.n_layers

    @property
    def width(self) -> int:
        return self.config.model.d_model

    @property
    def seed(self) -> int:
        return self.config.run.seed

    @property
    def rate(self) -> float:
        """The learning rate, as its dial says; its rule over sizes not applied."""
        return self.config.optim.learning_rate

    @property
    def scale(self) -> str:
        """That rule."""
        return self.config.optim.scale.value

    @property
    def body(self) -> int:
        """Parameters without embeddings."""
        return non_embedding_parameters(self.config.model)


def read_points(ledger: Ledger) -> tuple[list[Point], list[Row]]:
    """The cells that are done, and the rows of those that are not. FileNotFoundError where there is
    no such sweep."""
    rows = ledger.rows()
    if not rows:
        sweeps = sorted(path.parent.name for path in ledger.folder.parent.glob("*/cells"))
        known = f"there are {', '.join(sweeps)}" if sweeps else "no sweep has been started yet"
        raise FileNotFoundError(f"there is no sweep {ledger.folder}; {known}")
    done = [row for row in rows if row.state is State.done]
    return [read_point(row, ledger) for row in done], [row for row in rows if row not in done]


def read_point(row: Row, ledger: Ledger) -> Point:
    home = ledger.folder.parent.parent / row.run
    config = read_config(home)
    figures = row.figures
    tokens = int(figures["tokens"])
    return Point(
        row=row,
        config=config,
        bits=float(figures["val/bits_per_byte"]),
        parameters=int(figures["parameters"]),
        tokens=tokens,
        flops=float(tokens * flops_per_token(config.model)),
        seconds=float(figures.get("seconds", math.nan)),
        curve=read_curve(home, config),
        grades=read_grades(home),
        stories=read_stories(home),
    )


def read_curve(home: Path, config: TrainConfig) -> list[tuple[float, float]]:
    points = []
    with contextlib.suppress(OSError, ValueError, KeyError):
        text = (home / "metrics.csv").read_text(encoding="utf-8")
        for line in csv.DictReader(io.StringIO(text)):
            if line.get("val/bits_per_byte") and int(line["step"]):
                tokens = int(line["step"]) * config.run.tokens_per_step
                points.append((float(tokens), float(line["val/bits_per_byte"])))
    return points


def read_grades(home: Path) -> dict[str, Estimate]:
    """What `scripts/evaluate.py` found, where it has been there."""
    try:
        graded = json.loads((home / "evaluation" / "fables.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found = {}
    for name, path in GRADES.items():
        node = graded
        for part in path:
            node = node.get(part) if isinstance(node, dict) else None
        if isinstance(node, dict) and node.get("value") is not None:
            value = float(node["value"])
            low, high = (node.get(side) for side in ("low", "high"))
            found[name] = (value, value if low is None else low, value if high is None else high)
    return found


def read_stories(home: Path) -> list[str]:
    """What it told last."""
    with contextlib.suppress(OSError):
        sections = re.split(r"(?m)^## Step .*$", (home / "samples.md").read_text(encoding="utf-8"))
        told = sections[-1] if len(sections) > 1 else ""
        return [story.strip() for story in told.split("\n\n---\n\n") if story.strip()]
    return []


def floor_of(points: Sequence[Point]) -> float | None:
    """The entropy of the data, where all cells have the same and it is known."""
    floors = {p.row.figures.get("floor_bits_per_byte") for p in points}
    return floors.pop() if len(floors) == 1 and None not in floors else None
