"""Kill a run at any moment, go on, and find the bits of a run that was left alone."""

from __future__ import annotations

import math
import random
import signal
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from storylm.benchmark.same_bits import differences
from storylm.benchmark.tiny import Child, run_to_end, tiny_config
from storylm.benchmark.victim import PHASES, Watch, victim
from storylm.checkpoint import read_checkpoint, step_files, step_of
from storylm.command_line import in_columns
from storylm.config import BenchmarkConfig, TrainConfig, run_folder
from storylm.training.run import train

STEPS = 36
COMMON = (
    "run.validate_every=6", "run.checkpoint_every=3", f"schedule.steps={STEPS}",
    "run.sample_tokens=24",
)  # fmt: skip
MASKED = ("run.document_masking=true", "run.workers=2", "data.train_stories=6")
CONFIGURATIONS = {
    "llama, accumulation": ("model=llama", "run.snapshots=1"),
    "gpt2, dropout, EMA, clip": (
        "model=gpt2",
        "model.dropout=0.1",
        "optim.average=ema",
        "optim.average_decay=0.9",
        "optim.clip=0.1",
    ),
    "2 workers, masks, passes": (*MASKED, "model.dropout=0.1"),
    "swift, Muon, Trackio": ("model=swift", "optim=muon", "logger=trackio"),
    "LoRA from a tiny run": ("finetune=lora", "optim=adamw", "run.loss_after=."),
}
"""What is trained: one row of the table each."""

AIMED = ("validation", "save", "accumulated step")
"""Phases into each of which a tenth of the kills must fall: some are aimed until it is so."""
HANGS = 120.0
"""Seconds after which a tiny run is said to hang."""


@dataclass
class Usual:
    """What a run does that is left alone."""

    duration: float
    """Seconds, start-up included."""
    entries: list[int]
    """For each phase, how often it is entered."""
    seconds: list[float]
    """For each phase, seconds in it, all entries together."""

    def remaining(self, left: float) -> float:
        """Seconds that a run takes of which a share is left; it starts up all the same."""
        starting = self.seconds[0]
        return starting + left * (self.duration - starting)


@dataclass
class Tally:
    """What happened to one configuration."""

    configuration: str
    kills: int = 0
    restarts: int = 0
    runs: int = 0
    """Runs that were killed at least once, and then came to their end."""
    fell_into: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PHASES, 0))
    differences: list[str] = field(default_factory=list)


def prove_resume(
    config: BenchmarkConfig, scratch: Path, names: tuple[str, ...] = tuple(CONFIGURATIONS)
) -> dict[str, Any]:
    """Kill `config.run_kills` runs of these configurations; print and return the tallies."""
    chance = random.Random(config.seed)
    wanted = max(1, config.run_kills // 10)
    names = names[: config.run_kills]  # each is killed at least once
    tallies: list[Tally] = []
    for i, name in enumerate(names):
        quota = config.run_kills // len(names) + (i < config.run_kills % len(names))
        missing = {
            phase: wanted - sum(tally.fell_into[phase] for tally in tallies) for phase in AIMED
        }
        # Each of the configurations left takes its share of what is still missing.
        share = {phase: math.ceil(n / (len(names) - i)) for phase, n in missing.items()}
        began = time.monotonic()
        tally = torture(name, scratch / f"{i}", quota, share, chance, config.run_threads)
        tallies.append(tally)
        print(f"{name}: {tally.kills} kills in {time.monotonic() - began:.0f} s", flush=True)
    print("\n" + told(tallies))
    failures = [f"{tally.configuration}: {d}" for tally in tallies for d in tally.differences]
    for failure in failures[:20]:
        print(failure)
    return {
        "what": "resume",
        "kills": sum(tally.kills for tally in tallies),
        "seed": config.seed,
        "configurations": [asdict(tally) for tally in tallies],
        "failures": failures,
    }


def told(tallies: list[Tally]) -> str:
    """The table: one line a configuration, and their sums."""
    rows = [("configuration", "kills", *PHASES, "restarts", "differences")]
    for t in tallies:
        rows.append((t.configuration, t.kills, *t.fell_into.values(), t.restarts,
                     len(t.differences)))  # fmt: skip
    sums = [sum(row[i] for row in rows[1:]) for i in range(1, len(rows[0]))]
    return in_columns([[str(cell) for cell in row] for row in [*rows, ("in all", *sums)]])


def torture(
    name: str, scratch: Path, quota: int, share: dict[str, int], chance: random.Random, threads: int
) -> Tally:
    """Kill runs of one configuration `quota` times or until each phase has its share."""
    tally = Tally(name)
    dials = [*COMMON, *CONFIGURATIONS[name]]
    if "finetune=lora" in dials:
        base = tiny_config(scratch / "base", "schedule.steps=4", "run.name=base", threads=threads)
        run_to_end(scratch / "base.log", lambda: train(base))
        dials.append(f"init_from={run_folder(base)}")
    whole, watch = tiny_config(scratch / "whole", *dials, threads=threads), Watch()
    began = time.monotonic()
    run_to_end(scratch / "whole.log", lambda: victim(whole, watch))
    usual = Usual(time.monotonic() - began, list(watch.entries), list(watch.seconds))

    while needs(tally, quota, share) and not tally.differences:
        tally.runs += 1
        killed = tiny_config(scratch / f"killed{tally.runs}", *dials, threads=threads)
        log = scratch / f"killed{tally.runs}.log"
        kill_until_done(killed, log, usual, tally, quota, share, chance)
        if not tally.differences:
            found = [f"run {tally.runs}: {d}" for d in differences(whole, killed)]
            tally.differences += found
    return tally


def needs(tally: Tally, quota: int, share: dict[str, int]) -> bool:
    """Whether there are kills to come: of any kind, or of a phase that was never met."""
    unmet = any(tally.fell_into[phase] < n for phase, n in share.items())
    return tally.kills < quota or (unmet and tally.kills < 3 * quota)


def kill_until_done(
    config: TrainConfig,
    log: Path,
    usual: Usual,
    tally: Tally,
    quota: int,
    share: dict[str, int],
    chance: random.Random,
) -> None:
    """One run: start, kill, start again … until it comes to its end."""
    for life in range(1_000):
        watch = Watch()
        left = 1 - reached(config) / STEPS
        child = Child(log, lambda watch=watch: victim(config, watch))
        tally.restarts += life > 0
        if needs(tally, quota, share):
            unmet = [phase for phase, n in share.items() if tally.fell_into[phase] < n]
            if unmet and (quota - tally.kills <= len(unmet) or chance.random() < 0.5):
                wait_for(chance.choice(unmet), child, watch, usual, left, chance)
            else:
                child.wait(chance.uniform(0, usual.remaining(left)))
            if child.process.exitcode is None and child.kill() == -signal.SIGKILL:
                tally.kills += 1
                tally.fell_into[PHASES[watch.now.value]] += 1
                if broken := half_files(config):
                    tally.differences += broken
                    return
                continue
        status = child.wait(HANGS)
        if status == 0:
            return
        words = "hangs" if status is None else f"ends with status {status}: {child.last_words()}"
        child.kill()
        tally.differences.append(f"run {tally.runs}, {log}: {words}")
        return


def wait_for(
    phase: str, child: Child, watch: Watch, usual: Usual, left: float, chance: random.Random
) -> None:
    """Come back some time within a phase, one of those that the run will yet enter."""
    i = PHASES.index(phase)
    nth = chance.randint(1, max(1, round(usual.entries[i] * left)))
    delay = chance.uniform(0, 0.7 * usual.seconds[i] / max(1, usual.entries[i]))
    until = time.monotonic() + HANGS
    while child.process.exitcode is None and time.monotonic() < until:
        if watch.entries[i] >= nth and watch.now.value == i:
            break
        time.sleep(1e-4)
    time.sleep(delay)


def reached(config: TrainConfig) -> int:
    files = step_files(run_folder(config) / "checkpoints")
    return step_of(files[-1]) if files else 0


def half_files(config: TrainConfig) -> list[str]:
    """What counts as a checkpoint and cannot be read; nothing, however the kill fell."""
    found = []
    for file in sorted((run_folder(config) / "checkpoints").glob("[!.]*")):
        try:
            read_checkpoint(file)
        except (ValueError, OSError) as error:
            found.append(f"after a kill: {error}")
    return found
