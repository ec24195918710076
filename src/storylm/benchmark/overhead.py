"""What the training loop takes beside its step: `scripts/train.py`'s loop against one by hand.

Both take turns of a few steps in one process, and a few processes follow one another.
"""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any, NamedTuple

from storylm.benchmark.race import Contender, module, spread, take_turn
from storylm.command_line import in_columns
from storylm.config import BenchmarkConfig

LOOPS = ("storylm", "bare loop")
Turn = dict[str, dict[str, float]]
"""Of each loop, milliseconds of a step: on the wall, and of the process on all cores."""
WARM_UP = 2
"""Turns that do not count."""


class Size(NamedTuple):
    """A run whose loop is looked at."""

    dials: tuple[str, ...]
    turn_steps: int
    """Steps of a turn; a whole number of rows of metrics."""
    turns: int
    goal: str
    """What the loop may take beside the step."""


SIZES = {
    "5M": Size(
        ("size=m", "model.n_layers=6", "model.tie_embeddings=true", "run.tokens_per_step=2048"),
        turn_steps=10,
        turns=6,
        goal="at most 2 %",
    ),
    "0.3M": Size(
        ("size=xs", "model.tie_embeddings=true", "run.tokens_per_step=512"),
        turn_steps=100,
        turns=20,
        goal="at most 1 ms",
    ),
}
DIALS = (
    "model=llama", "model.context_length=256", "tokenizer=fables-2k", "data=fables_easy",
    "data.train_stories=4000", "data.valid_stories=20", "run.validate_stories=4",
    "run.validate_every=1000000", "run.sample_tokens=8", "schedule.steps=1000000", "preflight=off",
)  # fmt: skip
"""As `scripts/train.py` has it by default, progress and samples and Trackio with it; only the first
validation comes before the steps, and no other."""


def race_overhead(config: BenchmarkConfig, scratch: Path) -> dict[str, Any]:
    """Milliseconds that the loop adds to a step, at each size; print the table."""
    names = [name for name in SIZES if not config.contenders or name in config.contenders]
    if not names:
        raise ValueError(f"contenders={config.contenders[0]} is none; there are {', '.join(SIZES)}")
    found: dict[str, Any] = {"sizes": {}, "failures": []}
    for name in names:
        try:
            rounds = [
                measure(SIZES[name], config, scratch / f"{name}-{i}") for i in range(config.rounds)
            ]
            found["sizes"][name] = in_pairs(rounds) | {"goal": SIZES[name].goal}
        except ChildProcessError as error:
            found["failures"].append(f"{name}: {error}")
    print_table(found["sizes"])
    for line in found["failures"]:
        print(line)
    return found


def measure(size: Size, config: BenchmarkConfig, folder: Path) -> list[Turn]:
    """Milliseconds of a step in each turn of one process. ChildProcessError where it fails."""
    request = {
        "dials": [
            *DIALS,
            *size.dials,
            *folders(folder),
            f"run.seed={config.seed}",
            f"run.threads={config.run_threads}",
        ],
        "turn_steps": size.turn_steps,
        "turns": WARM_UP + size.turns,
    }
    elsewhere = {"TRACKIO_DIR": str(folder / "trackio")}  # not where the user's own runs are
    contender = Contender("loops", module("loops"), request, elsewhere)
    answer = take_turn(contender, config.run_threads)
    if words := answer.get("failed") or answer.get("absent"):
        raise ChildProcessError(words)
    return answer["turns"][WARM_UP:]


def folders(home: Path) -> list[str]:
    return [
        f"run.folder={home}/runs",
        f"data.folder={home}/data",
        f"tokenizer.folder={home}/tokenizers",
    ]


def in_pairs(rounds: list[list[Turn]]) -> dict[str, Any]:
    """Milliseconds of both loops, and what ours takes beyond the bare one, turn by turn."""
    ours, bare = ([turn[name] for one in rounds for turn in one] for name in LOOPS)
    pairs = list(zip(ours, bare))
    return {
        "ours_ms": [one["wall"] for one in ours],
        "bare_ms": [one["wall"] for one in bare],
        "extra_ms": [one["wall"] - other["wall"] for one, other in pairs],
        "extra_percent": [100 * (one["wall"] / other["wall"] - 1) for one, other in pairs],
        "extra_cpu_ms": [one["cpu"] - other["cpu"] for one, other in pairs],
        "extra_cpu_percent": [100 * (one["cpu"] / other["cpu"] - 1) for one, other in pairs],
        "extra_ms_of_each_round": [
            statistics.median(turn[LOOPS[0]]["wall"] - turn[LOOPS[1]]["wall"] for turn in one)
            for one in rounds
        ],
    }


def print_table(sizes: dict[str, dict[str, Any]]) -> None:
    columns = {
        "ours_ms": ("ms a step", "{:.2f}"),
        "bare_ms": ("bare loop", "{:.2f}"),
        "extra_ms": ("extra ms", "{:.2f}"),
        "extra_percent": ("extra %", "{:.1f}"),
        "extra_cpu_ms": ("of CPU: ms", "{:.2f}"),
        "extra_cpu_percent": ("%", "{:.1f}"),
    }
    header = ["parameters", *(title for title, _ in columns.values()), "goal"]
    rows = [
        [name, *(spread(one[key], form) for key, (_, form) in columns.items()), one["goal"]]
        for name, one in sizes.items()
    ]
    print("\n" + in_columns([header, *rows]))
