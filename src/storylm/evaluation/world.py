"""The suite of the story world: three exact exams as measures, a page and a picture.

What a run learned is graded by the world of now; where that is another world, the page says so.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from storylm.checkpoint import Run
from storylm.config import read_result
from storylm.data.fables import KINDS
from storylm.data.shards import open_manifest
from storylm.data.stories import world_fingerprint
from storylm.evaluation.candidate import Candidate, Findings
from storylm.evaluation.fables import (
    DISTANCES,
    bits_by_kind,
    class_of,
    forced_accuracy,
    held_out,
    told,
)
from storylm.evaluation.scoring import Estimate
from storylm.plots import plot_grades

Row = tuple[str, Callable[[dict[str, Any]], Estimate | None]]


def examine(candidate: Candidate) -> Findings:
    """The gap to the floor, forced accuracy, and what breaks in the stories told.

    Raises ValueError for a run whose data are no story world.
    """
    run, config = candidate.run, candidate.config
    exam = held_out(run.config.data, config.stories)
    grades = {
        "temperature": config.temperature,
        "seed": config.seed,
        "world": world_fingerprint(),
        "trained_on_world": world_of(run),
        "stories": len(exam.stories),
        "bits": bits_by_kind(run, exam),
        "forced": forced_accuracy(run, exam),
        "told": told(run, exam, temperature=config.temperature, seed=config.seed),
    }
    return findings(grades)


def findings(grades: dict[str, Any]) -> Findings:
    """Measures, page and picture of the three exams."""
    page = []
    if words := told_of_the_world(grades):
        page += [f"**{words[0].upper()}{words[1:]}.**", ""]
    page += ["Bits per byte by kind, of the model and of the data:", ""]
    page += ["| kind | share of bytes | model | floor |", "|---|---|---|---|"]
    for group, part in grades["bits"]["by_kind"].items():
        share = f"{100 * part['share_of_bytes']:.1f} %"
        page.append(f"| {group} | {share} | {part['bits_per_byte']:.4f} | {part['floor']:.4f} |")
    found = measures(grades)
    chance = grades["forced"]["chance"]
    guessed = {name: chance for name in found if name.startswith("forced accuracy")}
    return Findings(
        found,
        grades,
        page,
        lambda file, title: plot_grades(grades, file, title=title),
        guessed,
        [name for kind in KINDS if (name := f"forced accuracy, {kind}") in guessed],
    )


def measures(grades: dict[str, Any]) -> dict[str, Estimate]:
    """Those that were counted at all."""
    rows: list[Row] = [
        ("bits per byte in the world", lambda g: g["bits"]["bits_per_byte"]),
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
    found = {label: get(grades) for label, get in rows}
    return {label: e for label, e in found.items() if e is not None and e.value == e.value}


def within(label: str, exam: str, part: str, names: Sequence[str]) -> list[Row]:
    def get(name: str) -> Callable[[dict[str, Any]], Estimate | None]:
        return lambda grades: grades[exam][part].get(name)

    return [(f"{label}{name}", get(name)) for name in names]


def classes() -> list[str]:
    return [class_of(distance) for distance in DISTANCES]


# ------------------------------------------------------------------------------------ which world


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
