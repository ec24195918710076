"""The race of training steps: tokens per second and memory, beside peers and beside what the step's
matrix products alone would take."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from storylm.benchmark.race import Contender, Race, module, run_race, show, spread
from storylm.config import MLP, BenchmarkConfig, ModelConfig, Norm, Position, to_plain

OURS = "storylm"
BOUND = "products alone"
FOLDERS = {"nanoGPT": "nanoGPT", "tiny-lm": "tiny-lm", "litgpt": "litgpt"}
"""The folder in `peers` that a contender's code lies in, by the first word of its name."""
CONTENDERS = {
    OURS: "compiled",
    "storylm eager": "",
    "nanoGPT": "compiled; exact GELU",
    "nanoGPT eager": "exact GELU",
    "tiny-lm": "as it ships: not compiled, attention written out, no biases of q, k and v",
    "litgpt": "compiled, tied; it has no learned positions: rotary ones over a quarter of a head",
    "transformers": "GPT2LMHeadModel, not compiled",
    "transformers compiled": "GPT2LMHeadModel",
    BOUND: "each product of the step once, forwards and backwards, and nothing else",
}
"""Who takes part, and in what each differs from our step."""


def race_train(config: BenchmarkConfig, scratch: Path) -> dict[str, Any]:
    """Time the same step of each contender, on the same ids; print the table."""
    request = {
        "shape": to_plain(gpt2_shape(config)),
        "batch_size": config.batch_size,
        "steps": config.steps,
        "seed": config.seed,
        "threads": config.run_threads,
    }
    contenders = [contender(name, config, request) for name in CONTENDERS]
    race = run_race(contenders, config, told=lambda a: f"{1e3 * a['seconds']:,.1f} ms a step")
    found = race.plain() | {"request": request, "notes": CONTENDERS}
    found["summary"] = {name: summary(race, name, config) for name in race.answers}
    print_table(race, found["summary"])
    return found


def gpt2_shape(config: BenchmarkConfig) -> ModelConfig:
    """GPT-2 of the race's shape, without dropout."""
    return ModelConfig(
        style="gpt2",
        vocab_size=config.vocab_size,
        context_length=config.context_length,
        n_layers=config.n_layers,
        d_model=config.d_model,
        head_dim=config.head_dim,
        norm=Norm.layernorm,
        position=Position.learned,
        mlp=MLP.gelu,
        mlp_ratio=4,
        bias=True,
        qkv_bias=True,
    )


def contender(name: str, config: BenchmarkConfig, request: dict[str, Any]) -> Contender:
    """A contender's command; absent where its code is not there."""
    asked = request | {"contender": name}
    absent = ""
    if folder := FOLDERS.get(name.split()[0]):
        path = Path(config.peers) / folder
        asked["folder"] = str(path.resolve())
        if not config.peers:
            absent = f"give peers=<a folder with a checkout {folder}>"
        elif not path.is_dir():
            absent = f"there is no {path}"
    room = "products" if name == BOUND else "steps"
    return Contender(name, module(room), asked, absent=absent)


def summary(race: Race, name: str, config: BenchmarkConfig) -> dict[str, Any]:
    """A contender's figures over its turns; ratios are medians of those within a turn."""
    from storylm.model.size import flops_per_token  # here, and not before a dial is refused

    tokens = config.batch_size * config.context_length
    seconds = race.values(name, "seconds")
    # A rate is one over a time: ours over theirs is their time over ours.
    faster = race.ratios(name, OURS, "seconds")
    bound = race.ratios(BOUND, name, "seconds")
    usual = statistics.median
    found = {
        "milliseconds": [1e3 * s for s in seconds],
        "tokens_per_second": [tokens / s for s in seconds],
        "ours_over_theirs": faster,
        "share_of_bound": bound,
        "flops_per_second": flops_per_token(gpt2_shape(config)) * tokens / usual(seconds),
    }
    for figure in ("level_mib", "peak_mib", "parameters", "first_seconds"):
        if figure in race.answers[name][0]:
            found[figure] = usual(race.values(name, figure))
    return found


def print_table(race: Race, summaries: dict[str, dict[str, Any]]) -> None:
    header = [
        "", "tokens/s", "ms a step", "ours is", "of the bound", "GFLOP/s", "MiB before",
        "MiB above", "parameters",
    ]  # fmt: skip
    rows = []
    for name, one in summaries.items():
        ours, bound = one["ours_over_theirs"], one["share_of_bound"]
        memory = [f"{one[figure]:,.0f}" if figure in one else "" for figure in MEMORY]
        rows.append(
            [
                name,
                spread(one["tokens_per_second"]),
                spread(one["milliseconds"], "{:,.1f}"),
                f"{spread(ours, '{:.2f}')} x" if ours and name not in (OURS, BOUND) else "",
                f"{statistics.median(bound):.0%}" if bound and name != BOUND else "",
                f"{one['flops_per_second'] / 1e9:,.0f}",
                *memory,
            ]
        )
    show(header, rows, race)
    print("\n" + "\n".join(f"{name}: {CONTENDERS[name]}" for name in summaries if CONTENDERS[name]))


MEMORY = ("level_mib", "peak_mib", "parameters")
