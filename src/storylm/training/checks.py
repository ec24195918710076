"""What is checked before a run begins or goes on: is it this run, on this text, and ours alone?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch

from storylm.checkpoint import (
    find_checkpoint,
    read_checkpoint,
    read_seal,
    refuse_another,
    step_files,
)
from storylm.config import (
    TrainConfig,
    differing_dials,
    from_plain,
    identity,
    is_first_rank,
    read_config,
    run_folder,
)
from storylm.data.prepare import sources_now
from storylm.origin import origin_folder
from storylm.tokenizer import Tokenizer, load_tokenizer


def sources_and_origin(config: TrainConfig) -> dict[str, str | None]:
    """What a finished run is compared with: its text, and the weights it began with."""
    return sources_now(config) | {"origin": origin_seal(config)}


def check_result(config: TrainConfig, result: dict[str, Any], contract: dict[str, str]) -> None:
    """ValueError where a finished run was trained on other shards than its text gives now."""
    for name, now in contract.items():
        if name in WHAT and (then := result.get(name, now)) != now:
            raise ValueError(
                f"{run_folder(config)} is done, but its text has changed since: {WHAT[name]} were "
                f"{then[:12]}, now they are {now[:12]}; take another run.name, or delete that run"
            )


def check_folder(config: TrainConfig, home: Path) -> None:
    """A run goes on only under the config it was begun with; the dials that differ are named."""
    if not (home / "config.yaml").exists():
        return
    if differing := differing_dials(identity(config), identity(read_config(home))):
        raise ValueError(
            f"{home} was begun with another config: {', '.join(differing[:6])}; "
            "take another run.name, or delete that run"
        )


def newest_checkpoint(
    config: TrainConfig, home: Path, contract: dict[str, str], steps: int
) -> Path | None:
    """The newest whole checkpoint of this run; None for one that starts anew.

    A damaged one is named and passed over. ValueError where one belongs to another run, where what
    it stands on has changed, or where none can be read.
    """
    folder = home / "checkpoints"
    files = [*reversed(step_files(folder)), *reversed(step_files(folder, "before"))]
    files += [folder / "best.ckpt"] if (folder / "best.ckpt").is_file() else []
    for file in files:
        try:
            stored = read_checkpoint(file)
        except ValueError as error:
            if is_first_rank():
                print(f"{error}; trying the one before", flush=True)
            continue
        check_contract(file, stored, config, contract)
        if stored["hyper_parameters"]["total_steps"] != steps:
            raise ValueError(
                f"{file} was to end at step {stored['hyper_parameters']['total_steps']}, but now "
                f"the schedule gives {steps}; take another run.name"
            )
        return file
    if files:
        raise ValueError(
            f"none of the {len(files)} checkpoints in {home / 'checkpoints'} can be read; delete "
            f"{home} to train it anew"
        )
    return None


def check_contract(
    file: Path, stored: dict[str, Any], config: TrainConfig, contract: dict[str, str]
) -> None:
    """Refuse a checkpoint of another run, and one that stands on other text or other weights."""
    before = from_plain(TrainConfig, stored["hyper_parameters"]["config"])
    refuse_another(file, before, config, "here")
    for name, now in contract.items():
        then = stored["contract"].get(name, now)
        if then != now and name == "origin":
            raise ValueError(changed_origin(config, run_folder(config), then, now))
        if then != now:
            raise ValueError(
                f"{file} was trained on {WHAT[name]} {then[:12]}, but now there is {now[:12]}: the "
                "text has changed; take another run.name"
            )


WHAT = {"tokenizer": "the tokenizer's tokens", "data": "its shards"}


def origin_seal(config: TrainConfig) -> str:
    """A hash of the weights that `init_from` names; empty where there are none, or no more."""
    if not config.init_from:
        return ""
    try:
        home = origin_folder(config.init_from, config.run.folder)
        named = config.init_from.endswith(".ckpt")
        file = Path(config.init_from) if named else find_checkpoint(home, "best")
        return read_seal(file).hex()
    except (OSError, ValueError):
        return ""


def changed_origin(config: TrainConfig, home: Path, then: str, now: str) -> str:
    return (
        f"{home} began with other weights than init_from={config.init_from} has now (sha256 "
        f"{then[:12]}, now {now[:12]}); take another run.name, or delete that run"
    )


def check_vocabulary(config: TrainConfig, home: Path, tokenizer: Tokenizer) -> None:
    if tokenizer.vocab_size != config.model.vocab_size:
        raise ValueError(
            f"model.vocab_size={config.model.vocab_size}, but the tokenizer "
            f"{config.tokenizer.name} has {tokenizer.vocab_size} ids; leave model.vocab_size out"
        )
    file = home / "tokenizer.json"
    if not file.exists():
        return
    try:
        old = load_tokenizer(file).fingerprint
    except ValueError as error:
        raise ValueError(f"{error}; delete it: the run writes its own again") from None
    if old != tokenizer.fingerprint:
        raise ValueError(
            f"{file} is tokenizer {old[:12]}, but this text now gives "
            f"{tokenizer.fingerprint[:12]}: the training text has changed, or that file; take "
            "another run.name, or put it back"
        )


def check_prompts(config: TrainConfig, tokenizer: Tokenizer) -> None:
    for prompt in config.run.sample_prompts:
        length = 1 + len(tokenizer.encode(prompt))
        if length > config.model.context_length:
            raise ValueError(
                f"run.sample_prompts: {prompt[:30]!r} is {length} tokens with the story's start, "
                f"but model.context_length={config.model.context_length}; shorten it"
            )


def check_launcher(config: TrainConfig) -> None:
    """Several devices are started by torchrun or SLURM: Lightning's own launcher would start
    Hydra anew in each process."""
    devices = config.trainer.get("devices", 1)
    count = len(devices) if isinstance(devices, list) else devices
    if count in ("auto", "-1", -1):
        count = max(1, torch.cuda.device_count())
    count = whole_number("trainer.devices", count)
    wanted = count * whole_number("trainer.num_nodes", config.trainer.get("num_nodes", 1))
    named = "WORLD_SIZE" if "WORLD_SIZE" in os.environ else "SLURM_NTASKS"
    started = whole_number(named, os.environ.get(named, 1))
    if wanted > 1 and started == 1:
        raise ValueError(
            f"trainer.devices={devices} needs one process each: start it by "
            f"`uv run torchrun --nproc-per-node {count} scripts/train.py …`"
        )
    if wanted == 1 and started > 1:
        raise ValueError(
            f"{started} processes were started, but trainer.devices=1: add trainer=ddp"
        )


def whole_number(name: str, value: object) -> int:
    """A number from 1 on; ValueError names what is none."""
    if not str(value).isdigit() or int(str(value)) < 1:
        raise ValueError(f"{name}={value} is no number of devices; give 1 or more")
    return int(str(value))
