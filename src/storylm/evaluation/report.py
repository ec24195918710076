"""Grading from end to end: which suites, in which order, what each leaves, and the table of all."""

from __future__ import annotations

import contextlib
import csv
import importlib
import io
import json
import math
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from storylm.checkpoint import Run, load_run
from storylm.command_line import in_columns
from storylm.config import DataKind, EvaluateConfig, Suite, read_result, to_plain
from storylm.data.prepare import sources_now
from storylm.evaluation.candidate import Candidate, Findings
from storylm.evaluation.openings import read_openings
from storylm.evaluation.scoring import Estimate
from storylm.model.size import count_parameters
from storylm.whole_files import make_folder, write_whole

ROOMS = {
    Suite.bits: "bits_per_byte",
    Suite.fables: "world",
    Suite.probes: "probes",
    Suite.told: "told",
    Suite.copies: "copies",
    Suite.damage: "validation",
    Suite.judge: "judge",
}
"""Where each suite is, in the order in which they run: `examine` of the file of that name."""

Measures = Mapping[str, Estimate]


def evaluate(config: EvaluateConfig) -> str:
    """Examine every run, write `evaluation/` in its folder, and return the table of all.

    Raises ValueError for a suite that a run's data do not allow, FileNotFoundError for a run that
    is not there; both before anything is examined.
    """
    torch.set_num_threads(config.threads or os.cpu_count() or 1)
    runs = each_once([load_run(name, config.checkpoint) for name in config.runs])
    chosen = [choose(run, config) for run in runs]
    if config.table:
        make_folder("table", Path(config.table).parent)
    read_openings(config.openings)
    for words in told_of_the_data(runs):
        print(words, file=sys.stderr, flush=True)
    names = label(runs)
    found: dict[str, Measures] = {}
    chance: dict[str, float] = {}
    for run, suites, name in zip(runs, chosen, names):
        candidate, measures = Candidate(run, config), {}
        for suite in suites:
            findings = examine(candidate, suite, name)
            write(candidate, suite, findings)
            measures |= findings.measures
            chance |= findings.chance
        write_whole(run.folder / "evaluation" / "evaluation.md", page(run))
        found[name] = measures
    rows = table(found, chance)
    if config.table:
        write_table(rows, Path(config.table))
    places = "\n".join(f"  {run.folder / 'evaluation'}" for run in runs)
    return f"{in_columns(rows)}\n\nAll of it, with pictures:\n{places}"


def choose(run: Run, config: EvaluateConfig) -> list[Suite]:
    """The suites that are asked for, or all that fit a run. ValueError where one does not."""
    data = run.config.data
    if data.kind is DataKind.bin:
        raise ValueError(f"data={data.name} of {run.folder.name} holds ids, no stories to grade")
    world = data.kind is DataKind.fables
    if Suite.fables in config.suite and not world:
        raise ValueError(
            f"data={data.name} of {run.folder.name} is no story world, so nothing is known of its "
            "facts; leave suite=[fables] out, or give a run that was trained with data=fables"
        )
    if config.suite:
        return [suite for suite in ROOMS if suite in config.suite]
    left = {Suite.damage} | ({Suite.fables} if not world else set())
    left |= {Suite.judge} if not config.judge.model else set()
    return [suite for suite in ROOMS if suite not in left]


def examine(candidate: Candidate, suite: Suite, name: str) -> Findings:
    """What a suite finds, told on stderr as it begins and ends."""
    print(f"{name}: {suite.value} …", file=sys.stderr, flush=True)
    began = time.monotonic()
    room = importlib.import_module(f"storylm.evaluation.{ROOMS[suite]}")
    findings = room.examine(candidate)
    print(f"{name}: {suite.value} in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return findings


def each_once(runs: Sequence[Run]) -> list[Run]:
    """Without those that are the same file by another path."""
    return list({run.file.resolve(): run for run in reversed(runs)}.values())[::-1]


def label(runs: Sequence[Run]) -> list[str]:
    """A name for each column: the folder's, or its path where another has the same."""
    names = [run.folder.name for run in runs]
    names = [str(run.folder) if names.count(name) > 1 else name for run, name in zip(runs, names)]
    return [
        f"{name} at step {run.step}" if names.count(name) > 1 else name
        for run, name in zip(runs, names)
    ]


def told_of_the_data(runs: Sequence[Run]) -> list[str]:
    """What makes held-out stories others than one thinks, a line each."""
    lines = []
    for run in runs:
        known, now = (read_result(run.folder) or {}).get("sources"), sources_now(run.config)
        for split in ("train", "valid"):
            if known and known.get(split) and now[split] != known[split]:
                lines.append(
                    f"{run.folder.name}: the {split} files of data={run.config.data.name} are not "
                    "those of its training (path, size or time differ); held-out stories may be "
                    "others, or known to it"
                )
    if len({json.dumps(to_plain(run.config.data), sort_keys=True) for run in runs}) > 1:
        lines.append("the runs have different data: their figures are not of the same stories")
    return lines


# --------------------------------------------------------------------------------------- what stays


def write(candidate: Candidate, suite: Suite, findings: Findings) -> None:
    """`<suite>.json`, `.md` and, where there is one, `.png` in the run's `evaluation/`."""
    run = candidate.run
    home = run.folder / "evaluation"
    make_folder("run", home)
    facts = about(candidate)
    title = f"{run.folder.name}, step {run.step:,}"
    lines = [
        f"# {suite.value}: {title}",
        "",
        *markdown(table({"": findings.measures}, findings.chance)),
    ]
    lines += ["", *findings.page, "", INTERVALS, ""]
    measures = {"measures": findings.measures, "chance": findings.chance}
    stored = json.dumps(plain({**facts, **measures, **findings.details}), indent=2) + "\n"
    if findings.draw is not None:
        findings.draw(home / f"{suite.value}.png", title)
        lines += [f"![{suite.value}]({suite.value}.png)", ""]
    write_whole(home / f"{suite.value}.md", "\n".join(lines))
    write_whole(home / f"{suite.value}.json", stored)


INTERVALS = (
    "Intervals hold 95 % of what other stories of the kind would give (bootstrap over stories)."
)


def about(candidate: Candidate) -> dict[str, Any]:
    """What was examined, and how."""
    run, config = candidate.run, candidate.config
    return {
        "run": run.folder.name,
        "checkpoint": run.file.name,
        "step": run.step,
        "parameters": count_parameters(run.config.model),
        "data": run.config.data.name,
        "stories": config.stories,
        "temperature": config.temperature,
        "seed": config.seed,
    }


def page(run: Run) -> str:
    """Of every suite that this checkpoint was examined by, whichever command did."""
    measures: dict[str, Estimate] = {}
    chance: dict[str, float] = {}
    for suite in ROOMS:
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError, KeyError):
            file = run.folder / "evaluation" / f"{suite.value}.json"
            stored = json.loads(file.read_text(encoding="utf-8"))
            if (stored["checkpoint"], stored["step"]) == (run.file.name, run.step):
                measures |= {name: estimate(one) for name, one in stored["measures"].items()}
                chance |= stored["chance"]
    lines = [f"# What {run.folder.name} can do, step {run.step:,}", ""]
    return "\n".join([*lines, *markdown(table({"": measures}, chance)), "", INTERVALS, ""])


def estimate(stored: dict[str, float | None]) -> Estimate:
    """What `plain` made of an estimate."""
    return Estimate(*(math.nan if stored[n] is None else stored[n] for n in Estimate._fields))


def plain(value: Any) -> Any:
    """Estimates as value, low and high; nothing that JSON does not know."""
    if isinstance(value, Estimate):
        return {name: None if n != n else n for name, n in value._asdict().items()}
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value


def graded_stories(home: Path) -> int:
    """On how many stories a run's last grades in the story world stand; 0 where there are none."""
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
        graded = json.loads((home / "evaluation" / "fables.json").read_text(encoding="utf-8"))
        return int(graded.get("stories", 0))
    return 0


# -------------------------------------------------------------------------------------------- table


def table(found: Mapping[str, Measures], chance: Mapping[str, float]) -> list[list[str]]:
    """A header and one row for each measure, one column for each run, and what guessing gets."""
    labels = list(dict.fromkeys(name for measures in found.values() for name in measures))
    rows = [["", *found, *(["chance"] if chance else [])]]
    for name in labels:
        estimates = [measures.get(name) for measures in found.values()]
        if any(e is not None and e.value == e.value for e in estimates):
            shown = [str(e) if e is not None and e.value == e.value else "–" for e in estimates]
            guessed = [f"{chance[name]:.3f}" if name in chance else ""] if chance else []
            rows.append([name, *shown, *guessed])
    return rows


def markdown(rows: Sequence[Sequence[str]]) -> list[str]:
    head, *body = rows
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *body)]


def write_table(rows: Sequence[Sequence[str]], file: Path) -> None:
    """As .csv or as Markdown, by the file's name."""
    make_folder("table", file.parent)
    if file.suffix == ".csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        write_whole(file, text.getvalue())
    else:
        write_whole(file, "\n".join(markdown(rows)) + "\n")
