"""Damage one file of a run, its data or its tokenizer: the outcome is the same, or one clear line.

A workspace holds a finished run and one that was killed on its way, on the same data. Each trial
copies it, damages one file, and then does in a child what a user would do next: repeat the training
commands, and let the models tell. What comes out is compared with the workspace left as it was.
Of metrics.csv, which is for people and has no seal, only the run's own outcome is asked: a changed
digit in it stays.
"""

from __future__ import annotations

import collections
import os
import random
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storylm.benchmark.workspace import OTHER, RUNS, SNAPSHOT, build, check_expected, visit
from storylm.command_line import in_columns
from storylm.config import BenchmarkConfig, TrainConfig
from storylm.plots import plot_curves

ARTIFACTS = {
    "train shard": ("data/*/train_*.bin", RUNS),
    "valid shard": ("data/*/valid_*.bin", RUNS),
    "data manifest": ("data/*/manifest.json", RUNS),
    "verified.json": ("data/*/verified.json", RUNS),
    "tokenizer.json": ("tokenizers/*/tokenizer.json", RUNS),
    "tokenizer manifest": ("tokenizers/*/manifest.json", RUNS),
    **{
        f"{run}: {label}": (f"runs/{run}/{pattern}", (run,))
        for run in RUNS
        for label, pattern in {
            "config.yaml": "config.yaml",
            "tokenizer.json": "tokenizer.json",
            "step checkpoint": "checkpoints/step_*.ckpt",
            "best checkpoint": "checkpoints/best.ckpt",
            "snapshot": f"checkpoints/weights_*{SNAPSHOT}.ckpt",
            "metrics.csv": "metrics.csv",
        }.items()
    },
    "done: result.json": ("runs/done/result.json", ("done",)),
}
"""What is damaged: the files of each kind, and the runs that stand on them."""
KINDS = ("flip", "truncate", "delete", "zeros", "zero range", "swap")
OUTCOMES = ("no effect", "refused", "WRONG")
FIELDS = ("run.seed", "data.seed", "tokenizer", "shards", "config.yaml", "its text")
"""What a line may name where a file is whole but another's."""


@dataclass
class Trial:
    """One damage and what came of it."""

    number: int
    artifact: str
    kind: str
    file: str = ""
    names: tuple[str, ...] = ()
    """Those under which the file was damaged: links are names of one file."""
    how: str = ""
    outcome: str = ""
    words: str = ""


def prove_damage(config: BenchmarkConfig, scratch: Path) -> dict[str, Any]:
    """Make the trials; print and return what came of them."""
    plot_curves([], scratch / "empty.png", title="", floor=None)  # loads matplotlib, once for all
    mine, other = scratch / "mine", scratch / "other"
    configs = build(mine, config.run_threads)
    build(other, config.run_threads, *OTHER)
    expected = visit(mine, scratch / "whole", configs, RUNS)
    check_expected(expected)
    numbers = range(config.trials) if config.trial < 0 else [config.trial]
    trials, began = [], time.monotonic()
    for number in numbers:
        trial = try_one(number, config.seed, scratch, configs, expected)
        trials.append(trial)
        if trial.outcome == "WRONG":
            print(in_words(trial, config), flush=True)
        elif config.trial >= 0:
            print(f"{trial.outcome}: {trial.file}: {trial.how}; {trial.words}")
        if len(trials) % 50 == 0:
            print(f"{len(trials)} trials in {time.monotonic() - began:.0f} s", flush=True)
    print("\n" + table(trials))
    wrong = [in_words(trial, config) for trial in trials if trial.outcome == "WRONG"]
    return {
        "what": "damage",
        "seed": config.seed,
        "trials": [vars(trial) for trial in trials],
        "failures": wrong,
    }


def in_words(trial: Trial, config: BenchmarkConfig) -> str:
    return (
        f"WRONG: {trial.file}: {trial.how}: {trial.words}\n    again: uv run scripts/benchmark.py "
        f"what=damage seed={config.seed} trial={trial.number}"
    )


def table(trials: list[Trial]) -> str:
    """One line an artifact, one column a kind of damage; in each: no effect, refused, WRONG."""
    counts = collections.Counter((t.artifact, t.kind, t.outcome) for t in trials)
    rows = [["no effect · refused · WRONG", *KINDS]]
    for artifact in [a for a in ARTIFACTS if any(t.artifact == a for t in trials)]:
        cells = [[counts[artifact, kind, outcome] for outcome in OUTCOMES] for kind in KINDS]
        rows.append([artifact, *(" · ".join(map(str, cell)) for cell in cells)])
    sums = collections.Counter(trial.outcome for trial in trials)
    told = ", ".join(f"{sums[outcome]} {outcome}" for outcome in OUTCOMES)
    return f"{in_columns(rows)}\n\n{len(trials)} trials: {told}"


def try_one(
    number: int, seed: int, scratch: Path, configs: dict[str, TrainConfig], expected: dict[str, Any]
) -> Trial:
    """The trial of this number: it depends on nothing but the number and the seed."""
    chance = random.Random(f"{seed}:{number}")
    artifact = list(ARTIFACTS)[number % len(ARTIFACTS)]
    trial = Trial(number, artifact, KINDS[number // len(ARTIFACTS) % len(KINDS)])
    pattern, runs = ARTIFACTS[artifact]
    workspace = scratch / f"trial{number}"

    def damage(workspace: Path) -> None:
        files, twins = (sorted(place.glob(pattern)) for place in (workspace, scratch / "other"))
        place = chance.randrange(min(len(files), len(twins)))
        trial.file = str(files[place].relative_to(workspace))
        before = inodes(workspace)
        trial.how = damage_file(trial.kind, files[place], twins[place], chance)
        one, after = before[files[place]], inodes(workspace)
        same = {file for file, inode in after.items() if inode == one}
        trial.names = tuple(sorted({file.name for file in same} | {files[place].name}))

    found = visit(scratch / "mine", workspace, configs, runs, damage)
    trial.outcome, trial.words = judge(found, expected, trial)
    if trial.outcome != "WRONG":
        shutil.rmtree(workspace)
    return trial


def damage_file(kind: str, file: Path, twin: Path, chance: random.Random) -> str:
    """Damage a file, under this one of its names or under all, its date left or not; say how."""
    whole, state = file.read_bytes(), file.stat()
    size = len(whole)
    all_names, old_date = chance.random() < 0.5, chance.random() < 0.5
    if kind == "delete":
        file.unlink()
        return "deleted"
    at = chance.randrange(size)
    if kind == "truncate":
        data, how = whole[:at], f"cut to {at} of {size} bytes"
    elif kind == "zeros":
        data, how = bytes(size), f"{size} zero bytes"
    elif kind == "zero range":
        at = chance.randrange(max(1, size - 512))
        data, how = whole[:at] + bytes(512) + whole[at + 512 :], f"512 zero bytes from {at}"
        data = data[:size]
    elif kind == "swap":
        data, how = twin.read_bytes(), "the other run's"
    else:
        data, how = whole, ""
    if data == whole:  # there were zeros already, or the other run's is the same
        bit = 1 << chance.randrange(8)
        data, how = whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :], f"byte {at} ^ {bit}"
    if all_names:
        with file.open("r+b") as out:
            out.write(data)
            out.truncate()
    else:
        part = file.with_name("part")
        part.write_bytes(data)
        os.replace(part, file)
    if old_date:
        os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    return how + (", in place" if all_names else "") + (", its old date" if old_date else "")


def inodes(workspace: Path) -> dict[Path, int]:
    return {file: file.stat().st_ino for file in workspace.rglob("*") if file.is_file()}


def judge(found: dict[str, Any], expected: dict[str, Any], trial: Trial) -> tuple[str, str]:
    """The outcome, and the words of the door that decides it."""
    refused = ""
    for door, said in found.items():
        if "broken" in said:
            return "WRONG", f"{door}: {said['broken']}"
        if "refused" in said:
            if not names(said["refused"], trial):
                return "WRONG", f"{door}: does not name the file: {said['refused']}"
            refused = refused or f"{door}: {said['refused']}"
        else:
            now, then = said["value"], expected[door]["value"]
            common = now.keys() & then.keys()  # a finished run has no weights to show, mostly
            if any(now[name] != then[name] for name in common):
                return "WRONG", f"{door}: gives {now}, not {then}"
    return ("refused", refused) if refused else ("no effect", "")


def names(line: str, trial: Trial) -> bool:
    """Whether a refusal says what is wrong: the file, or of a whole one the field."""
    if "\n" in line:
        return False
    if trial.kind == "swap" and any(field in line for field in FIELDS):
        return True
    if trial.kind == "delete" and f"has no checkpoint {SNAPSHOT};" in line:
        return True
    return any(name in line for name in trial.names)
