"""What an evaluation leaves: JSON, a page, a picture in the run's folder, and one screen."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from storylm.checkpoint import Run, load_run
from storylm.command_line import in_columns
from storylm.config import EvaluateConfig, read_result
from storylm.data.fables import KINDS
from storylm.data.shards import open_manifest
from storylm.data.stories import world_fingerprint
from storylm.evaluation.fables import DISTANCES, class_of, examine, held_out
from storylm.evaluation.scoring import Estimate
from storylm.model.size import count_parameters
from storylm.plots import plot_grades
from storylm.whole_files import write_whole

Row = tuple[str, Callable[[dict[str, Any]], Estimate | None]]


def evaluate(config: EvaluateConfig) -> str:
    """Examine every run, write `evaluation/` in its folder, and return the table of all.

    Raises ValueError for a run whose data are no story world, FileNotFoundError for one that is not
    there; both before anything is examined.
    """
    torch.set_num_threads(config.threads or os.cpu_count() or 1)
    runs = [load_run(name, config.checkpoint) for name in config.runs]
    exams = [held_out(run.config.data, config.stories) for run in runs]
    graded: dict[str, dict[str, Any]] = {}
    for run, exam in zip(runs, exams):
        began = time.monotonic()
        name = run.folder.name
        print(f"{name}: {config.stories} held-out stories …", file=sys.stderr, flush=True)
        facts = about(run, config)
        if words := told_of_the_world(facts):
            print(f"{name}: {words}", file=sys.stderr, flush=True)
        grades = examine(run, exam, temperature=config.temperature, seed=config.seed)
        graded[name] = {**facts, **grades}
        write(run, graded[name])
        took = time.monotonic() - began
        print(f"{name}: examined in {took:.0f} s", file=sys.stderr, flush=True)
    places = "\n".join(f"  {run.folder / 'evaluation'}" for run in runs)
    return f"{in_columns(table(graded))}\n\nAll of it, with a picture:\n{places}"


def about(run: Run, config: EvaluateConfig) -> dict[str, Any]:
    """What was examined, and how."""
    return {
        "run": run.folder.name,
        "checkpoint": run.file.name,
        "step": run.step,
        "parameters": count_parameters(run.config.model),
        "temperature": config.temperature,
        "seed": config.seed,
        "world": world_fingerprint(),
        "trained_on_world": world_of(run),
    }


def graded_stories(home: Path) -> int:
    """On how many stories a run's last evaluation stands; 0 where there is none."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        graded = json.loads((home / "evaluation" / "fables.json").read_text(encoding="utf-8"))
        return int(graded.get("stories", 0))
    return 0


def world_of(run: Run) -> str | None:
    """The fingerprint of the story world that a run was trained on: from its result, or from the
    manifest of its shards where they are still there; None where neither knows."""
    result = read_result(run.folder) or {}
    if "sources" in result:
        return result["sources"]["world"]
    data = run.config.data
    for file in sorted(Path(data.folder).glob(f"{data.name}-*/manifest.json")):
        with contextlib.suppress(ValueError, KeyError, TypeError, OSError):
            manifest = open_manifest(file)
            if result and manifest["fingerprint"] == result["data"]:
                return manifest["splits"]["train"]["sources"].get("world")
    return None


def told_of_the_world(facts: dict[str, Any]) -> str:
    """One line where a run is graded by another story world than it learned; empty where not."""
    trained, now = facts.get("trained_on_world"), facts.get("world")
    if not trained or trained == now:
        return ""
    return (
        f"trained on story world {trained[:12]}, graded by {now[:12]}: the world has changed, so "
        "its grades are not comparable with those of that time"
    )


def write(run: Run, grades: dict[str, Any]) -> None:
    home = run.folder / "evaluation"
    home.mkdir(exist_ok=True)
    rows = table({run.folder.name: grades})
    page = [f"# What {run.folder.name} knows of the story world", ""]
    if words := told_of_the_world(grades):
        page += [f"**{words[0].upper()}{words[1:]}.**", ""]
    page += ["| " + " | ".join(row) + " |" for row in (rows[0], ["---"] * len(rows[0]), *rows[1:])]
    page += ["", "Bits per byte by kind, of the model and of the data:", ""]
    page += ["| kind | share of bytes | model | floor |", "|---|---|---|---|"]
    for group, part in grades["bits"]["by_kind"].items():
        share = f"{100 * part['share_of_bytes']:.1f} %"
        page.append(f"| {group} | {share} | {part['bits_per_byte']:.4f} | {part['floor']:.4f} |")
    page += ["", "Intervals hold 95 % of what other held-out stories would give (bootstrap).", ""]
    plot_grades(grades, home / "fables.png", title=run.folder.name)
    write_whole(home / "fables.md", "\n".join(page))
    write_whole(home / "fables.json", json.dumps(plain(grades), indent=2) + "\n")


def plain(value: Any) -> Any:
    """Estimates as value, low and high; nothing that JSON does not know."""
    if isinstance(value, Estimate):
        return {name: None if n != n else n for name, n in value._asdict().items()}
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return value


# -------------------------------------------------------------------------------------------- table


def table(graded: dict[str, dict[str, Any]]) -> list[list[str]]:
    """A header and one row for each grade, one column for each run."""
    rows: list[Row] = [
        ("bits per byte", lambda g: g["bits"]["bits_per_byte"]),
        ("floor of the data", lambda g: g["bits"]["floor"]),
        ("gap to the floor", lambda g: g["bits"]["gap"]),
        ("gap where all is forced", lambda g: g["bits"]["gap_forced"]),
        ("forced accuracy", lambda g: g["forced"]["accuracy"]),
        ("forced probability", lambda g: g["forced"]["probability"]),
        *within("forced accuracy, ", "forced", "by_kind", KINDS),
        *within("forced accuracy, fact back ", "forced", "by_distance", classes()),
        *within(
            "forced accuracy, others of the story, ",
            "forced",
            "others_of_the_story",
            ["names", "the rest"],
        ),
        ("told: whole stories", lambda g: g["told"]["whole"]),
        ("told: characters kept", lambda g: g["told"]["characters_kept"]),
        ("told: breaks per 1,000", lambda g: g["told"]["breaks_per_1000"]),
        *within("told: breaks per 1,000, ", "told", "by_kind", (*KINDS, "ending")),
        ("told: instructions kept", lambda g: g["told"].get("instructions_kept")),
    ]
    found = [["", *graded]]
    for label, get in rows:
        estimates = [get(grades) for grades in graded.values()]
        if any(e is not None and e.value == e.value for e in estimates):
            found.append([label, *(str(e) if e is not None else "–" for e in estimates)])
    return found


def within(label: str, exam: str, part: str, names: Sequence[str]) -> list[Row]:
    def get(name: str) -> Callable[[dict[str, Any]], Estimate | None]:
        return lambda grades: grades[exam][part].get(name)

    return [(f"{label}{name}", get(name)) for name in names]


def classes() -> list[str]:
    return [class_of(distance) for distance in DISTANCES]
