"""The race of generation: tokens per second beside transformers and llama2.c with the same weights,
and how long a command takes to its first word and its first step."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from storylm.benchmark.race import Contender, Race, module, run_race, show, spread
from storylm.benchmark.start_up import GOALS, time_start_up
from storylm.command_line import in_columns
from storylm.config import BenchmarkConfig, ModelConfig, to_plain

OURS, OURS_LOW = "storylm", "storylm bf16"
CONTENDERS = {
    OURS: "fp32",
    OURS_LOW: "",
    "transformers": "fp32",
    "transformers bf16": "",
    "llama2.c": "fp32; one story at a time; a story that it ends itself is shorter",
}
BATCHES = (1, 32)
"""Stories side by side."""
STORIES_15M = ModelConfig(
    size="15m",
    vocab_size=32_000,
    context_length=256,
    n_layers=6,
    d_model=288,
    head_dim=48,
    d_ff_multiple=32,
)
"""The shape of llama2.c's stories15M."""
TOKENS = 200
"""Told of each story, greedily."""
NEEDED = ("run", "tokenizer.bin")


def race_generate(config: BenchmarkConfig, scratch: Path) -> dict[str, Any]:
    """Time generation, then the start of the two commands that people wait for; print tables."""
    request = {
        "shape": to_plain(STORIES_15M),
        "batches": list(BATCHES),
        "tokens": TOKENS,
        "seed": config.seed,
        "threads": config.run_threads,
        "scratch": str(scratch),
    }
    contenders = [contender(name, config, request) for name in CONTENDERS]
    race = run_race(contenders, config, told=lambda a: f"{a['rate_1']:,.0f} tokens/s of one story")
    found = race.plain() | {"request": request, "notes": CONTENDERS}
    found["summary"] = {name: summary(race, name) for name in race.answers}
    print_table(race, found["summary"])
    try:
        found["start_up"] = time_start_up(config, scratch)
    except ChildProcessError as error:
        found["failures"].append(f"start-up: {error}")
        print(f"\nstart-up failed: {error}")
    else:
        rows = [
            [name, spread(seconds, "{:.1f}"), f"{GOALS[name]:.0f}"]
            for name, seconds in found["start_up"].items()
        ]
        print("\n" + in_columns([["start-up", "seconds", "goal"], *rows]))
    return found


def contender(name: str, config: BenchmarkConfig, request: dict[str, Any]) -> Contender:
    """A contender's command; llama2.c takes part where its `run` is compiled."""
    asked, absent = request | {"contender": name}, ""
    if name == "llama2.c":
        folders = [Path(config.peers) / folder for folder in ("llama2.c", "llama2c")]
        folder = next((f for f in folders if f.is_dir()), folders[0])
        asked["folder"] = str(folder.resolve())
        missing = [file for file in NEEDED if not (folder / file).is_file()]
        if not config.peers:
            absent = "give peers=<a folder with a checkout llama2.c, its `run` compiled>"
        elif missing:
            absent = f"there is no {folder / missing[0]}"
    return Contender(name, module("telling"), asked, absent=absent)


def summary(race: Race, name: str) -> dict[str, Any]:
    """Tokens per second by stories told side by side; ours, in the same precision, over theirs
    within each turn."""
    answers, found = race.answers[name], {}
    base = OURS_LOW if name.endswith("bf16") else OURS
    for batch in BATCHES:
        rate = f"rate_{batch}"
        if rate in answers[0]:
            found[rate] = race.values(name, rate)
            found[f"ours_over_theirs_{batch}"] = race.ratios(base, name, rate)
    ours = race.answers.get(OURS)
    if ours and "ids" in answers[0]:
        found["same_ids"] = answers[0]["ids"] == ours[0]["ids"]
    return found


def print_table(race: Race, summaries: dict[str, dict[str, Any]]) -> None:
    header = [""]
    for batch in BATCHES:
        header += [f"tokens/s, {batch} at once", "ours is"]
    rows = []
    for name, one in summaries.items():
        row = [name]
        for batch in BATCHES:
            ours = one.get(f"ours_over_theirs_{batch}")
            told = ours and name not in (OURS, OURS_LOW)
            row += [
                spread(one.get(f"rate_{batch}", [])),
                f"{statistics.median(ours):.2f} x" if told else "",
            ]
        rows.append([*row, {True: "yes", False: "no"}.get(one.get("same_ids"), "")])
    show([*header, "our ids"], rows, race)
