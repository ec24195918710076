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
    OURS_LOW: "matrices in bf16",
    "storylm int8": "matrices in eight bits",
    "storylm compiled": "fp32",
    "storylm compiled bf16": "",
    "storylm compiled int8": "",
    "transformers": "fp32",
    "transformers bf16": "",
    "llama2.c": "fp32; one story at a time; a story that it ends itself is shorter",
}
PAIR = ("target alone", "target with drafter")
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
    names = [*CONTENDERS, *(PAIR if config.pair else ())]
    contenders = [contender(name, config, request) for name in names]
    race = run_race(contenders, config, told=in_words)
    found = race.plain() | {"request": request, "notes": CONTENDERS}
    pair = {name: race.answers.pop(name) for name in PAIR if name in race.answers}
    found["summary"] = {name: summary(race, name) for name in race.answers}
    print_table(race, found["summary"])
    found["best"] = best_against_best(race)
    print("\n" + "\n".join(line["words"] for line in found["best"].values()))
    if pair:
        print_pair(pair)
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
    if name in PAIR:
        asked["pair"] = config.pair
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
    if "first_ms" in answers[0]:
        found["first_ms"] = race.values(name, "first_ms")
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
            told = ours and not name.startswith(OURS)
            row += [
                spread(one.get(f"rate_{batch}", [])),
                f"{statistics.median(ours):.2f} x" if told else "",
            ]
        row.append(spread(one.get("first_ms", []), "{:.1f}"))
        rows.append([*row, {True: "yes", False: "no"}.get(one.get("same_ids"), "")])
    show([*header, "ms to a first token", "our ids"], rows, race)


def in_words(answer: dict[str, Any]) -> str:
    rate = answer.get("rate_1", answer.get("rate_drawn", 0.0))
    return f"{rate:,.0f} tokens/s of one story"


def best_against_best(race: Race) -> dict[str, dict[str, Any]]:
    """Our quickest over each peer's quickest, whatever their precision, turn by turn."""
    found: dict[str, dict[str, Any]] = {}
    for peer in ("transformers", "llama2.c"):
        for batch in BATCHES:
            rate = f"rate_{batch}"
            there = [name for name in race.answers if rate in race.answers[name][0]]
            sides = [
                max(
                    (name for name in there if name.startswith(side)),
                    key=lambda name: statistics.median(race.values(name, rate)),
                    default="",
                )
                for side in (OURS, peer)
            ]
            if all(sides):
                ratios = race.ratios(*sides, rate)
                times = f"{statistics.median(ratios):.2f} x"
                words = f"{batch} at once, each at its best: {sides[0]} is {times} {sides[1]}"
                found[f"{peer} {batch}"] = {"sides": sides, "ratios": ratios, "words": words}
    return found


def print_pair(pair: dict[str, list[dict[str, Any]]]) -> None:
    """What guessing ahead brings, and how much of it was kept."""
    rows = []
    for name, answers in pair.items():
        row = [name]
        for figure in ("rate_drawn", "rate_likeliest"):
            row.append(spread([answer[figure] for answer in answers]))
            kept = [answer.get(f"accepted_{figure}") for answer in answers]
            row.append("" if None in kept else f"{statistics.median(kept):.0%}")
        rows.append(row)
    header = ["", "tokens/s at temperature 1", "kept", "tokens/s at 0", "kept"]
    print("\n" + in_columns([header, *rows]))
