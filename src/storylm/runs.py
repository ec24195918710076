"""The runs at hand: what each one is, how far it came, and how two of them differ."""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path
from typing import IO, Any

from storylm.config import identity, is_first_rank, read_config, read_result

NUMBERS = ("val/bits_per_byte", "val/loss", "val/perplexity", "train/loss", "parameters", "tokens")


def list_runs(folder: Path) -> str:
    """One line a run: name, state, parameters, tokens, bits per byte; then what is damaged."""
    homes = [home for home in sorted(folder.glob("[!_]*")) if is_run(home)]
    if not homes:
        return f"{folder} holds no run yet: uv run scripts/train.py trains one"
    rows = [("run", "state", "parameters", "tokens", "bits per byte", "time")]
    damage = []
    for home in homes:
        try:
            rows.append((home.name, *describe(home)))
        except (ValueError, OSError) as error:
            rows.append((home.name, "damaged", "", "", "", ""))
            damage.append(str(error))
    return "\n".join([table(rows), *([""] if damage else []), *damage])


def describe(home: Path) -> tuple[str, str, str, str, str]:
    """A run's state and numbers, for people. Raises ValueError where a file of it is damaged."""
    config, result = read_config(home), read_result(home)
    if config.schedule.steps == 0 and config.init_from:  # an import
        return f"from {Path(config.init_from).name}", "", "", "", ""
    if not result:
        steps = sorted((home / "checkpoints").glob("step_*.ckpt"))
        reached = int(steps[-1].stem.removeprefix("step_")) if steps else 0
        return f"stopped at step {reached}", "", "", "", ""
    try:
        bits = f"{result['val/bits_per_byte']:.4f}"
        time = f"{result['seconds'] / 60:.1f} min"
        return "done", f"{result['parameters']:,}", f"{result['tokens']:,}", bits, time
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"{home / 'result.json'} is damaged: {error!r}; delete it and repeat the run's command"
        ) from None


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
    results = [read_result(home) or {} for home in homes]
    for name in NUMBERS:
        rows.append((name, *(number(result.get(name)) for result in results)))
    return table(rows)


def delete_run(home: Path) -> str:
    """Remove a run's folder. ValueError where it is being trained."""
    check_run(home)
    with one_writer(home):
        shutil.rmtree(home)
    return f"{home} is deleted"


def one_writer(home: Path) -> IO[str]:
    """Hold a run's lock, on rank 0, until the file is closed; a second process is refused.

    Other ranks get a file that locks nothing. A process that dies lets go at once.
    """
    if not is_first_rank() or os.name != "posix":
        return open(os.devnull)
    import fcntl

    locks = home.parent / "_locks"
    locks.mkdir(parents=True, exist_ok=True)
    file = (locks / home.name).open("a+")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # free at once when its holder dies
    except OSError:
        file.seek(0)
        raise ValueError(
            f"{home} is in the hands of process {file.read().strip() or '?'}; wait for it, or "
            "take another run"
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()} on {platform.node()}")
    file.flush()
    return file


def is_run(home: Path) -> bool:
    """Whether a folder is a run, be it a damaged one."""
    return (home / "config.yaml").is_file() or (home / "checkpoints").is_dir()


def check_run(home: Path) -> None:
    if not is_run(home):
        raise FileNotFoundError(f"{home} is not a run: it has no config.yaml")


def read_dials(home: Path) -> dict[str, Any]:
    check_run(home)
    return identity(read_config(home))


def number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows of text in columns; the first row is the head."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)) for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
