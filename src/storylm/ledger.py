"""The runs at hand: what each one is, how far it came, and how two of them differ."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from storylm.config import TrainConfig, from_plain, identity

NUMBERS = ("val/bits_per_byte", "val/loss", "val/perplexity", "train/loss", "parameters", "tokens")


def list_runs(folder: Path) -> str:
    """One line a run: name, state, parameters, tokens, bits per byte."""
    homes = sorted(path.parent for path in folder.glob("[!_]*/config.yaml"))
    if not homes:
        return f"{folder} holds no run yet: uv run scripts/train.py trains one"
    rows = [("run", "state", "parameters", "tokens", "bits per byte", "time")]
    for home in homes:
        result = read_result(home)
        origin = imported_from(home)
        if origin:
            rows.append((home.name, f"from {Path(origin).name}", "", "", "", ""))
            continue
        if not result:
            steps = sorted((home / "checkpoints").glob("step_*.ckpt"))
            reached = int(steps[-1].stem.removeprefix("step_")) if steps else 0
            rows.append((home.name, f"stopped at step {reached}", "", "", "", ""))
            continue
        bits = f"{result['val/bits_per_byte']:.4f}"
        time = f"{result['seconds'] / 60:.1f} min"
        rows.append(
            (home.name, "done", f"{result['parameters']:,}", f"{result['tokens']:,}", bits, time)
        )
    return table(rows)


def imported_from(home: Path) -> str:
    """Where an imported model came from; empty for a run that was trained here."""
    config = OmegaConf.load(home / "config.yaml")
    imported = OmegaConf.select(config, "schedule.steps") == 0
    return str(OmegaConf.select(config, "init_from") or "") if imported else ""


def compare_runs(homes: list[Path]) -> str:
    """The dials in which runs differ, then their final numbers; ValueError for fewer than two."""
    if len(homes) < 2:
        raise ValueError("comparing needs two runs or more: runs.py compare <run> <run>")
    dials = [read_dials(home) for home in homes]
    names = sorted(set().union(*dials))
    rows = [("", *(home.name for home in homes))]
    for name in names:
        values = [str(one.get(name, "default")) for one in dials]
        if len(set(values)) > 1:
            rows.append((name, *values))
    results = [read_result(home) for home in homes]
    for name in NUMBERS:
        rows.append((name, *(number(result.get(name)) for result in results)))
    return table(rows)


def delete_run(home: Path) -> str:
    check_run(home)
    shutil.rmtree(home)
    return f"{home} is deleted"


def check_run(home: Path) -> None:
    if not (home / "config.yaml").is_file():
        raise FileNotFoundError(f"{home} is not a run: it has no config.yaml")


def read_dials(home: Path) -> dict[str, Any]:
    check_run(home)
    plain = OmegaConf.to_container(OmegaConf.load(home / "config.yaml"))
    return identity(from_plain(TrainConfig, plain))


def read_result(home: Path) -> dict[str, Any]:
    """The numbers of a run that is done; empty for one that is not."""
    file = home / "result.json"
    try:
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except ValueError:
        raise ValueError(f"{file} is damaged; delete it and repeat the run's command") from None


def number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows of text in columns; the first row is the head."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
