"""A folder with a finished run and one that was killed on its way, and what users do with it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from storylm.benchmark.tiny import Child, run_to_end, tiny_config
from storylm.checkpoint import load_run, read_checkpoint, step_files
from storylm.command_line import one_line
from storylm.config import TrainConfig, run_folder
from storylm.data.shards import TokenShards, verify_once
from storylm.training.module import PretrainModule
from storylm.training.run import train

RUNS = ("done", "half")
"""The finished run, and the one that goes on."""
DIALS = (
    "tokenizer=fables-2k", "tokenizer.vocab_size=300", "data.train_stories=24",
    "data.shard_tokens=4096", "run.tokens_per_step=256", "run.validate_every=2",
    "run.snapshots=1", "run.sample_prompts=[]", "schedule.steps=6",
    "schedule=constant", "optim.learning_rate=0.7",
)  # fmt: skip
"""At so high a rate step 4 of 6 is the best: what is best is not what is last."""
OTHER = ("run.seed=2", "data.seed=2")
"""The workspace with whose files ours are swapped: as large in every part, other in content."""
KILLED_AT = 5
SNAPSHOT = 1
"""A step of which there are weights alone."""
HANGS = 60.0


def build(workspace: Path, threads: int, *dials: str) -> dict[str, TrainConfig]:
    """A workspace with both runs; returns their configs, whose folders are relative to it."""
    configs = {
        run: tiny_config(".", *DIALS, *dials, f"run.name={run}", threads=threads) for run in RUNS
    }

    def begin(run: str, killed: bool) -> None:
        os.chdir(workspace)
        inner = PretrainModule.on_train_batch_end

        def until(self: PretrainModule, *arguments: Any) -> None:
            inner(self, *arguments)
            if killed and self.trainer.global_step == KILLED_AT:
                os.kill(os.getpid(), signal.SIGKILL)

        PretrainModule.on_train_batch_end = until
        train(configs[run])

    workspace.mkdir()
    log = workspace.with_suffix(".log")
    run_to_end(log, lambda: begin("done", killed=False))
    child = Child(log, lambda: begin("half", killed=True))
    if (status := child.wait(HANGS)) != -signal.SIGKILL:
        raise ChildProcessError(f"{log}: exit status {status}: {child.last_words()}")
    return configs


def copy_workspace(source: Path, target: Path) -> None:
    """Copy a tree with its dates; names of one file become names of one copy."""
    copies: dict[int, Path] = {}
    for path in sorted(source.rglob("*")):
        there = target / path.relative_to(source)
        if path.is_dir():
            there.mkdir(parents=True)
        elif (inode := path.stat().st_ino) in copies:
            os.link(copies[inode], there)
        else:
            copies[inode] = Path(shutil.copy2(path, there))


def visit(
    source: Path,
    workspace: Path,
    configs: dict[str, TrainConfig],
    runs: tuple[str, ...],
    damage: Callable[[Path], None] = lambda workspace: None,
) -> dict[str, Any]:
    """Copy a workspace, damage it, and do in a child what a user would do next."""
    copy_workspace(source, workspace)
    for folder in workspace.glob("data/*/"):  # so that the next who reads them trusts them
        verify_once(folder, [TokenShards(folder, split) for split in ("train", "valid")])
    time.sleep(0.01)  # a tick of the file system's clock
    damage(workspace)
    child = Child(workspace / "log", lambda: knock(workspace, configs, runs))
    status = child.wait(HANGS)
    if status is None:
        child.kill()
    file = workspace / "found.json"
    found = json.loads(file.read_text()) if file.is_file() else {}
    if status is None or status != 0:
        words = f"hangs for {HANGS:.0f} s" if status is None else f"ends with status {status}"
        found["process"] = {"broken": f"{words}: {child.last_words()}"}
    return found


def knock(workspace: Path, configs: dict[str, TrainConfig], runs: tuple[str, ...]) -> None:
    """Knock at every door of these runs; write down what each said, as soon as it has."""
    os.chdir(workspace)
    found: dict[str, Any] = {}

    def door(name: str, work: Callable[[], Any]) -> bool:
        try:
            found[name] = {"value": work()}
        except (ValueError, OSError) as error:
            found[name] = {"refused": one_line(error)}
        except BaseException as error:  # a traceback, or an exit without a word
            found[name] = {"broken": f"{type(error).__name__}: {error}"[:300]}
        Path("found.json").write_text(json.dumps(found))
        return "value" in found[name]

    for run in runs:
        home = run_folder(configs[run])
        trained = door(f"{run}: train", lambda run=run, home=home: trained_run(configs[run], home))
        if run == "half" and not trained:
            continue  # it is not where it would be otherwise
        for checkpoint in ("best", "last", SNAPSHOT):
            door(f"{run}: tell {checkpoint}", lambda home=home, c=checkpoint: told_story(home, c))


def trained_run(config: TrainConfig, home: Path) -> dict[str, str]:
    """Repeat the training command; the number that it gives and, where it went on, the weights."""
    goes_on = not (home / "result.json").exists()
    found = {"bits": train(config).hex()}
    if goes_on:
        last = read_checkpoint(step_files(home / "checkpoints")[-1])
        found["weights"] = hash_of(last["state_dict"])
    return found


def hash_of(state: dict[str, torch.Tensor]) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(state.items()):
        digest.update(name.encode() + tensor.numpy().tobytes())
    return digest.hexdigest()


def told_story(home: Path, checkpoint: str | int) -> dict[str, Any]:
    """What a model tells by its likeliest tokens, and which weights it has."""
    run = load_run(home, checkpoint)
    story = run.tell("One day", temperature=0.0, max_tokens=24)
    return {"story": story, "step": run.step, "weights": hash_of(run.model.state_dict())}


def check_expected(expected: dict[str, Any]) -> None:
    """The undamaged workspace itself must be in order."""
    if broken := {name: said for name, said in expected.items() if "value" not in said}:
        raise ChildProcessError(f"the undamaged runs do not work: {broken}")
    if len({expected[f"{run}: train"]["value"]["bits"] for run in RUNS}) > 1:
        raise ChildProcessError("the run that was killed ends with another number than the other")
