"""How a run learned: the same questions to every checkpoint that it kept."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from storylm.checkpoint import load_run, step_files, step_of
from storylm.command_line import in_columns
from storylm.config import EvaluateConfig, Suite, runs_path
from storylm.evaluation.bits_per_byte import score_stories, whole_of
from storylm.evaluation.candidate import Candidate
from storylm.evaluation.report import (
    INTERVALS,
    choose,
    examine,
    markdown,
    plain,
    table,
    write_table,
)
from storylm.evaluation.scoring import Estimate
from storylm.plots.evaluation import plot_learning
from storylm.whole_files import make_folder, write_whole


def follow_learning(config: EvaluateConfig) -> str:
    """Examine every checkpoint that a run has kept: which ability comes when, as a picture.

    ValueError for several runs, and for a run that keeps fewer than two.
    """
    if len(config.runs) > 1:
        raise ValueError("checkpoint=all follows one run; give run=<name>")
    torch.set_num_threads(config.threads or os.cpu_count() or 1)
    files = kept_checkpoints(config.runs[0])
    first = load_run(files[0])
    suites = choose(first, config)
    if not config.suite:  # what is told early is noise, and costs most
        suites = [suite for suite in suites if suite in (Suite.fables, Suite.probes)]
    name, moments, chance, abilities = first.folder.name, [], {}, []
    for number, file in enumerate(files, 1):
        run = load_run(file)
        candidate = Candidate(run, config)
        measures = {"bits per byte": whole_of(score_stories(run, candidate.held_out))}
        for suite in suites:
            findings = examine(
                candidate, suite, f"{name}, step {run.step:,} ({number} of {len(files)})"
            )
            measures |= findings.measures
            chance |= findings.chance
            abilities = list(dict.fromkeys([*abilities, *findings.abilities]))
        moments.append(Moment(run.step, run.step * run.config.run.tokens_per_step, measures))
    home = first.folder / "evaluation"
    make_folder("run", home)
    plot_learning(moments, abilities, chance, home / "learning.png", title=name)
    came = [["", "chance", "at the end", "tokens to half of it"]]
    for ability, tokens in halfway(moments, abilities, chance):
        shown = f"{tokens:,.0f}" if tokens else "–"
        last = moments[-1].measures.get(ability)
        came.append([ability, f"{chance[ability]:.3f}", str(last), shown])
    found = {f"step {moment.step:,}": moment.measures for moment in moments}
    rows = table(found, chance)
    lines = [f"# How {name} learned", "", *markdown(came), "", "![learning](learning.png)", ""]
    write_whole(home / "learning.md", "\n".join([*lines, *markdown(rows), "", INTERVALS, ""]))
    stored = [vars(moment) for moment in moments]
    write_whole(home / "learning.json", json.dumps(plain({"chance": chance, "moments": stored})))
    if config.table:
        write_table(rows, Path(config.table))
    return f"{in_columns(came)}\n\nAll of it, with a picture:\n  {home / 'learning.png'}"


@dataclass(frozen=True)
class Moment:
    """What a checkpoint can do."""

    step: int
    tokens: int
    """Seen in training until then."""
    measures: Mapping[str, Estimate]


def kept_checkpoints(name: str) -> list[Path]:
    """Every step of a run that a file remains of, by rising step.

    FileNotFoundError where there is no such run; ValueError where fewer than two are left.
    """
    home = runs_path(name)
    if not home.is_dir():
        raise FileNotFoundError(f"there is no run {home}; uv run scripts/runs.py lists them")
    folder = home / "checkpoints"
    steps = {step_of(f): f for kind in ("weights", "step") for f in step_files(folder, kind)}
    if len(steps) < 2:
        raise ValueError(
            f"{home} keeps {len(steps)} checkpoint{'s' * (len(steps) != 1)}, but checkpoint=all "
            "follows how learning went; train with run.snapshots=2 to keep two for each doubling"
        )
    return [steps[step] for step in sorted(steps)]


def halfway(
    moments: Sequence[Moment], abilities: Sequence[str], chance: Mapping[str, float]
) -> list[tuple[str, float | None]]:
    """The tokens after which each ability was half of what it is in the end above chance, those
    that came first at the head; None where it never left chance.

    Interpolated over the logarithm of the tokens, from the last time that it was below half.
    """
    found: list[tuple[str, float | None]] = []
    for ability in abilities:
        known = [(m.tokens, m.measures[ability]) for m in moments if ability in m.measures]
        last = known[-1][1]
        if last.low <= chance[ability]:
            found.append((ability, None))
            continue
        half = (chance[ability] + last.value) / 2
        below = [i for i, (_, e) in enumerate(known) if e.value < half]
        if not below:
            found.append((ability, float(known[0][0])))
            continue
        (early, low), (late, high) = known[below[-1]], known[below[-1] + 1]
        share = (half - low.value) / (high.value - low.value)
        logs = math.log(max(1, early)), math.log(late)
        found.append((ability, math.exp(logs[0] + share * (logs[1] - logs[0]))))
    return sorted(found, key=lambda one: one[1] or math.inf)
