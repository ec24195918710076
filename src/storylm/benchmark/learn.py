"""Who learns more in the same time: our training and nanoGPT's, on one text, scored by one rule.

Both get the same seconds of training, stories, tokenizer and seeds. Each training is a process of
its own, and its result a file in the race's folder, so that the repeated command does only what is
missing. nanoGPT is trained at each of `rates`; with the best of them it meets us at every seed.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from storylm.benchmark.learn_curve import reached, stays_ahead
from storylm.benchmark.learn_trainings import OURS, THEIRS, Trainings
from storylm.command_line import in_columns
from storylm.config import BenchmarkConfig
from storylm.plots import plot_race

APART = 0.03
"""Most by which the numbers of parameters may differ in a race of equals."""
OFF = 0.05
"""A training time farther from the budget than that is said."""


def race_learn(config: BenchmarkConfig, scratch: Path) -> dict[str, Any]:
    """Train what is missing; print the table and what follows from it, and draw learn.png."""
    trainings = Trainings(config, scratch)
    sizes = trainings.parameters
    apart = abs(sizes[OURS] / sizes[THEIRS] - 1)
    print(
        f"{OURS} has {sizes[OURS]:,} parameters, {THEIRS} {sizes[THEIRS]:,}: {apart:.1%} apart"
        + ("" if apart <= APART else f", more than {APART:.0%}: no race of equals"),
        flush=True,
    )
    seeds = [config.seed + i for i in range(config.seeds)]
    tried = [trainings.theirs(seeds[0], rate) for rate in config.rates]
    found = [training for training in tried if training]
    best = min(found, key=final)["rate"] if found else None
    outcome = []
    for seed in seeds:
        theirs = None if best is None else trainings.theirs(seed, best)
        ours = trainings.ours(seed, config.minutes)
        short = trainings.ours(seed, config.ours_minutes) if config.ours_minutes else None
        found += [one for one in (theirs, ours, short) if one and one not in found]
        outcome.append(meet(seed, theirs, ours, short))
    print("\n" + table(found) + "\n")
    off = [words for one in found if (words := off_budget(one))]
    for line in [*(meeting["words"] for meeting in outcome), *off, *trainings.missing]:
        print(line)
    picture = scratch.parent / "learn.png"
    if curves := curves_of(found, best):
        plot_race(curves, picture, title="Bits per byte of the same held-out stories")
        print(picture)
    return {
        "what": "learn",
        "text": config.text or "fables",
        "stories_scored": config.valid_stories,
        "threads": config.run_threads,
        "minutes": config.minutes,
        "budget_steps": config.budget_steps,
        "parameters": sizes,
        "parameters_apart": apart,
        "best_rate": best,
        "outcome": outcome,
        "off_budget": off,
        "trainings": found,
        "missing": trainings.missing,
        "failures": trainings.failures,
    }


def off_budget(training: dict[str, Any]) -> str:
    """That a training took longer or shorter than was asked for, if it did."""
    asked, took = 60 * training["minutes"], training["seconds"]
    if not training["by_time"] or abs(took / asked - 1) <= OFF:
        return ""
    return (
        f"{training['contender']}, rate {training['rate']:g}, seed {training['seed']}, trained "
        f"{took:.1f} s instead of {asked:.1f}: the machine was busy then, or when its pace was "
        "measured; for equal time remove its file and its pace_ file, and repeat the command"
    )


def final(training: dict[str, Any]) -> float:
    """Its last bits per byte; infinite where they are no number, or there is none at the end."""
    curve = training["curve"]
    whole = curve and curve[-1]["step"] == training["steps"]
    return curve[-1]["bits_per_byte"] if whole else math.inf


def meet(
    seed: int,
    theirs: dict[str, Any] | None,
    ours: dict[str, Any] | None,
    short: dict[str, Any] | None,
) -> dict[str, Any]:
    """What two trainings of one seed say: the share of their time after which ours was as good.

    `short` is ours with a schedule that ends early, of which the end alone counts.
    """
    found: dict[str, Any] = {"seed": seed}
    if theirs is None or (ours is None and short is None):
        return found | {"words": f"seed {seed}: not both sides have trained yet"}
    goal, budget = final(theirs), theirs["seconds"]
    found |= {"goal": goal, "seconds": budget}
    words = [f"seed {seed}: {THEIRS} ends at {goal:.4f} bits/byte after {budget:.1f} s"]
    if ours is not None:
        since = reached(ours["curve"], goal)
        found["final"] = final(ours)
        found["share"] = None if since is None else since / budget
        found["stays_ahead"] = since is not None and stays_ahead(
            ours["curve"], theirs["curve"], since
        )
        words.append(
            f"{OURS} ends at {final(ours):.4f} after {ours['seconds'] / budget:.3f} of that time"
        )
        words.append(
            "and never gets there before"
            if since is None
            else f"gets there after {since / budget:.3f} of it, and from then on is "
            + ("better at every point" if found["stays_ahead"] else "not always better")
        )
    if short is not None:
        share = short["seconds"] / budget
        found["short"] = {"final": final(short), "share": share, "reached": final(short) <= goal}
        words.append(f"a schedule that ends after {share:.3f} of it ends at {final(short):.4f}")
    return found | {"words": "; ".join(words)}


def table(found: list[dict[str, Any]]) -> str:
    """One line a training."""
    header = ["contender", "parameters", "rate", "seed", "steps", "tokens", "seconds", "start-up",
              "ms/step", "bits/byte"]  # fmt: skip
    rows = [
        [
            one["contender"],
            f"{one['parameters']:,}",
            f"{one['rate']:g}",
            str(one["seed"]),
            f"{one['steps']:,}",
            f"{one['tokens']:,}",
            f"{one['seconds']:.1f}",
            f"{one['start_up_seconds']:.1f}",
            f"{1e3 * one['step_seconds']:.0f}",
            f"{final(one):.4f}",
        ]
        for one in found
    ]
    return in_columns([header, *rows])


def curves_of(found: list[dict[str, Any]], best: float | None) -> dict[str, list[Any]]:
    """What is drawn, by name: nanoGPT at its best rate, ours, and ours where it ends early."""
    curves: dict[str, list[Any]] = {}
    longest = max((one["steps"] for one in found if one["contender"] == OURS), default=0)
    for one in found:
        if one["contender"] == THEIRS and one["rate"] != best:
            continue
        short = one["contender"] == OURS and one["steps"] < longest
        name = one["contender"] + (", ending early" if short else "")
        curves.setdefault(name, []).append([p for p in one["curve"] if p["step"]])
    return curves
