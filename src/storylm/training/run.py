"""One training run from config to report: every object is made here, in reading order."""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import math
import os
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lightning as L
import torch
from hydra.utils import instantiate
from lightning.pytorch.callbacks import ProgressBar
from lightning.pytorch.plugins.environments import SLURMEnvironment
from lightning.pytorch.utilities.exceptions import MisconfigurationException

from storylm.checkpoint import load_run
from storylm.command_line import requeue
from storylm.config import (
    Finetune,
    Preflight,
    TrainConfig,
    finished_result,
    own_result,
    run_folder,
    say_done,
)
from storylm.data.loading import TokenDataModule
from storylm.data.prepare import prepare_data, prepare_tokenizer
from storylm.data.shards import count_cores
from storylm.generation import Diverged
from storylm.model.adapters import merge_adapters
from storylm.model.outline import outline
from storylm.origin import origin_folder
from storylm.processes import OutOfMemory
from storylm.runs import one_writer
from storylm.tokenizer import Tokenizer, load_tokenizer
from storylm.training.callbacks import StopSignals
from storylm.training.checks import (
    check_folder,
    check_launcher,
    check_prompts,
    check_result,
    check_vocabulary,
    newest_checkpoint,
    origin_seal,
    sources_and_origin,
)
from storylm.training.child import Child
from storylm.training.length import length_in_steps
from storylm.training.machine import lightning_precision, peak_flops
from storylm.training.module import PretrainModule
from storylm.training.preflight import check_memory, preflight
from storylm.training.report import runtime_card, save_config, summarize, write_report
from storylm.training.saving import Checkpoints, WholeFileIO
from storylm.training.tracking import MetricsCsv, TrackioLogger
from storylm.whole_files import write_whole

NEVER = 2**31
"""More epochs than there will ever be: validation is called by step, never by epoch."""


def train(config: TrainConfig, *, command: str = "", child: Child | None = None) -> float:
    """Train one run to its end and return its val/bits_per_byte.

    A run that is done says so and returns its number; one that was interrupted goes on from its
    newest checkpoint. `command` is what the report says makes the run again, `child` what measures
    its first steps. With preflight=only nothing is trained, and nan is returned. Raises ValueError
    where the folder holds another run, and what the data, the tokenizer and the disk raise.
    """
    home = run_folder(config)
    if result := finished_result(config, sources_and_origin):
        return say_done(config, result)
    if config.schedule.steps == 0:
        raise ValueError("schedule.steps=0 trains nothing; give it a length")
    check_folder(config, home)
    check_launcher(config)
    quiet_lightning()
    ranks_here = int(os.environ.get("LOCAL_WORLD_SIZE", 1))
    torch.set_num_threads(config.run.threads or max(1, count_cores() // ranks_here))

    if config.init_from and (home / "tokenizer.json").exists():
        tokenizer = load_tokenizer(home)  # it goes on, also where its origin is gone
    else:
        tokenizer = prepare_tokenizer(config.tokenizer, config.data)
    check_vocabulary(config, home, tokenizer)
    check_prompts(config, tokenizer)
    train_shards, valid_shards = prepare_data(config.data, tokenizer)
    data = TokenDataModule(config, train_shards, valid_shards, tokenizer)

    contract = {"tokenizer": tokenizer.fingerprint, "data": train_shards.manifest["fingerprint"]}
    if seal := origin_seal(config):
        contract["origin"] = seal
    if result := own_result(config):  # its text has another date only, or is another one
        check_result(config, result, contract)
        return say_done(config, result)
    lock = one_writer(home)  # held until this function ends
    with memory_in_words(config):
        steps = length_in_steps(config, home, train_tokens=len(train_shards))
    L.seed_everything(config.run.seed, workers=True, verbose=False)
    newest = newest_checkpoint(config, home, contract, steps)
    weights = None
    if config.init_from and newest is None:
        weights = origin_weights(config, tokenizer)
    check_memory(config)
    with memory_in_words(config):
        module = PretrainModule(config, tokenizer, total_steps=steps, weights=weights)
    module.contract, module.home = contract, home
    loggers = [MetricsCsv(home), *build_nodes(config.logger)]
    trainer = build_trainer(config, home, module, loggers)
    device = trainer.strategy.root_device
    module.peak_flops = peak_flops(device, "bf16" in trainer.precision) * trainer.world_size
    module.runtime = runtime_card(trainer, config)
    if trainer.is_global_zero:
        introduce(config, home, module, trainer)
    if config.preflight is not Preflight.off and newest is None and trainer.is_global_zero:
        look_ahead(config, home, data, tokenizer, trainer, steps, child)
    elif child is not None:
        child.end()
    if config.preflight is Preflight.only:
        return math.nan
    if trainer.is_global_zero:
        for part in home.glob(".*.part"):  # of a process that was killed while it wrote
            part.unlink(missing_ok=True)
        tokenizer.save(home / "tokenizer.json")
        save_config(config, home)
    fit(trainer, module, data, newest)

    if not trainer.is_global_zero:
        return math.nan
    result = summarize(config, home, train_shards, steps=steps, seconds=module.elapsed,
                       machine=module.runtime, contract=contract)  # fmt: skip
    stories = tell_stories(config, home)
    shown = dashboard(loggers)
    print(write_report(config, home, result, stories=stories, command=command, dashboard=shown))
    print("\n" + "\n\n---\n\n".join(stories))
    lock.close()
    return result["val/bits_per_byte"]


def origin_weights(config: TrainConfig, tokenizer: Tokenizer) -> dict[str, torch.Tensor]:
    """The weights that `init_from` names, adapters merged, for this run's model and vocabulary.

    Raises ValueError where the vocabulary or a tensor's shape differs.
    """
    home = origin_folder(config.init_from, config.run.folder)
    named = config.init_from.endswith(".ckpt")
    origin = load_run(config.init_from if named else home, folder=config.run.folder)
    if origin.tokenizer.fingerprint != tokenizer.fingerprint:
        raise ValueError(
            f"init_from={config.init_from} has another vocabulary (tokenizer "
            f"{origin.tokenizer.fingerprint[:12]}) than this run ({tokenizer.fingerprint[:12]}); "
            "leave the tokenizer's dials out"
        )
    merge_adapters(origin.model)
    weights = origin.model.state_dict()
    wanted = outline(config.model)
    if "embed_position.weight" in wanted:  # a shorter context keeps the first positions
        positions = weights["embed_position.weight"][: config.model.context_length]
        weights["embed_position.weight"] = positions
    for name in sorted(wanted.keys() | weights.keys()):
        here, there = (
            tuple(tensors[name].shape) if name in tensors else "absent"
            for tensors in (wanted, weights)
        )
        if here != there:
            raise ValueError(
                f"init_from={config.init_from}: {name} is {there} there and {here} in this model; "
                "leave the model's dials out"
            )
    return weights


def build_trainer(
    config: TrainConfig,
    home: Path,
    module: PretrainModule,
    loggers: list[Any],
    *,
    max_steps: int | None = None,
) -> L.Trainer:
    """Lightning's Trainer with all that is ours to say; the rest is `config.trainer`'s.

    `max_steps`: where to end before the module's schedule does.
    """
    callbacks = build_nodes(config.callbacks)
    checkpoints = Checkpoints(home, config.run, validate_every=module.validate_every)
    plugins: list[Any] = [WholeFileIO()]
    if SLURMEnvironment.detect():  # its own requeue file would be preferred at the next start
        plugins.append(SLURMEnvironment(auto_requeue=False))
    ours: dict[str, Any] = {
        "max_steps": max_steps or module.total_steps,
        "max_epochs": -1,
        "precision": lightning_precision(config.run.precision, config.trainer),
        "logger": loggers,
        "callbacks": [*callbacks, StopSignals(), checkpoints],
        "plugins": plugins,
        "enable_checkpointing": False,  # Lightning's own; ours is among the callbacks
        "enable_model_summary": False,
        "enable_progress_bar": any(isinstance(callback, ProgressBar) for callback in callbacks),
        "check_val_every_n_epoch": NEVER,
        "num_sanity_val_steps": 0,
        "use_distributed_sampler": False,
        "default_root_dir": home,
    }
    try:
        return L.Trainer(**instantiate(config.trainer), **ours)
    except (TypeError, ValueError, MisconfigurationException) as error:
        words = " ".join(str(error).split())
        raise ValueError(f"trainer: {words[:200]}; see conf/trainer") from error


def fit(
    trainer: L.Trainer, module: PretrainModule, data: TokenDataModule, newest: Path | None
) -> None:
    """Train from a checkpoint or the start; leaves with 128 + its number after a signal."""
    if newest and trainer.is_global_zero:
        print(f"goes on from {newest}", flush=True)
    try:
        with memory_in_words(module.config), ranks_in_words(trainer):
            trainer.fit(module, data, ckpt_path=str(newest) if newest else None, weights_only=True)
    finally:
        gc.unfreeze()  # frozen when the first step began
    if module.stop_signal:
        if trainer.is_global_zero:
            print(f"\nstopped at step {trainer.global_step} and saved; repeat the command to go on")
            requeue(module.stop_signal)
        sys.exit(128 + module.stop_signal)
    if trainer.global_step >= module.total_steps and not module.finished:
        # Killed between its last save and its last row: the validation is yet to be done.
        module.forget(trainer.global_step)
        trainer.validate(module, data, verbose=False)
        module.finish_step(trainer.global_step, validated=True)
    for logger in trainer.loggers:
        logger.finalize("success")


@contextlib.contextmanager
def memory_in_words(config: TrainConfig) -> Iterator[None]:
    """A memory that is full, in one line."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:  # of which torch's OutOfMemoryError is one
        words = str(error).splitlines()[0][:120] if str(error) else "no words"
        full = isinstance(error, (MemoryError, torch.OutOfMemoryError))
        if not full and "can't allocate memory" not in words:
            raise
        size = config.run.micro_batch_size
        raise OutOfMemory(
            f"the memory is full ({words}); lower run.micro_batch_size={size}, to "
            f"{max(1, size // 2)} say, or add run.gradient_checkpointing=true: the run goes on"
        ) from error


@contextlib.contextmanager
def ranks_in_words(trainer: L.Trainer) -> Iterator[None]:
    """What the end of another process does to this one, in one line."""
    try:
        yield
    except RuntimeError as error:
        if trainer.world_size == 1 or not LOST.search(str(error)):
            raise
        raise ConnectionError(
            f"rank {trainer.global_rank} of {trainer.world_size} lost another rank at step "
            f"{trainer.global_step} ({str(error).splitlines()[0][:120]}); what was saved is kept: "
            "repeat the command to go on"
        ) from error


LOST = re.compile(r"(?i)connection (was )?(closed|reset)|peer|timed out|timeout|gloo|nccl")
"""Words of torch.distributed where a process of the group is gone."""


def look_ahead(
    config: TrainConfig,
    home: Path,
    data: TokenDataModule,
    tokenizer: Tokenizer,
    trainer: L.Trainer,
    steps: int,
    child: Child | None,
) -> None:
    """Say what the run will cost; ValueError where it cannot work. preflight.json keeps it."""
    card = preflight(
        config,
        data,
        tokenizer,
        steps=steps,
        devices=trainer.world_size,
        device=trainer.strategy.root_device,
        precision=str(trainer.precision),
        child=child,
    )
    print(card.text(), flush=True)
    card.refuse()
    if config.preflight is Preflight.on:
        write_whole(home / "preflight.json", json.dumps(card.facts, indent=2) + "\n")


def introduce(config: TrainConfig, home: Path, module: PretrainModule, trainer: L.Trainer) -> None:
    """What is about to happen, in one line."""
    model, run = config.model, config.run
    origin = f" of {config.init_from}" if config.init_from else ""
    if config.finetune is Finetune.lora:
        learning = sum(p.numel() for p in module.parameters() if p.requires_grad)
        origin += f" and {learning:,} of adapters, which alone learn"
    print(
        f"{home}: {model.style} {model.n_layers} x {model.d_model}, "
        f"{module.count_parameters():,} parameters{origin}; {module.total_steps:,} steps of "
        f"{run.tokens_per_step:,} tokens on {trainer.accelerator.name()} in {trainer.precision}",
        flush=True,
    )


def tell_stories(config: TrainConfig, home: Path) -> list[str]:
    """Three stories by the trained model as it was saved, for the report."""
    prompts = (config.run.sample_prompts or [""])[:3]
    run = load_run(home, "last")
    try:
        return [
            run.tell(prompts[i % len(prompts)], temperature=0.8, seed=100 + i).strip()
            for i in range(3)
        ]
    except Diverged as error:
        return [str(error)]


# ----------------------------------------------------------------------------------- the machine


def quiet_lightning() -> None:
    """Lightning's hints are for those who use it bare; what matters is said in our own words."""
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module=r"lightning\..*")
    warnings.filterwarnings("ignore", message=".*does not have many workers.*")
    # The CPU generator's seed is set anew at each micro-batch: nothing here is drawn unseeded.


def build_nodes(nodes: dict[str, Any]) -> list[Any]:
    """Instantiate the `_target_` nodes of an open group; an empty one is left out."""
    return [instantiate(node) for node in nodes.values() if node]


def dashboard(loggers: list[Any]) -> str:
    """The command that opens the run's dashboard, where there is one."""
    for logger in loggers:
        if isinstance(logger, TrackioLogger):
            folder = os.path.relpath(logger.folder)
            return f"TRACKIO_DIR={folder} uv run trackio show --project {logger.project}"
    return ""
