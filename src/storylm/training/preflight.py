"""What a run will take, said before it starts: memory, time and disk, from a few measured steps.

The measuring is done by a process of its own (measure.py), so that the run's random state, memory
and numbers are those of a run that was never measured.
"""

from __future__ import annotations

import io
import math
import shutil
import time
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from storylm.config import Average, Finetune, TrainConfig, run_folder, to_plain
from storylm.data.loading import TokenDataModule, WindowSampler
from storylm.model.adapters import add_adapters
from storylm.model.size import count_parameters, flops_per_token
from storylm.model.transformer import Transformer
from storylm.optim.build import group_parameters
from storylm.tokenizer import Tokenizer
from storylm.training.advice import advice, halved
from storylm.training.card import Card
from storylm.training.child import Child
from storylm.training.machine import available_bytes, nearest_folder, own_bytes, process_age

LOOP_SECONDS = 1e-3
"""What Lightning's loop, the loggers and the progress bar add to each step and validation batch."""
QUANTILES = (0.9, 0.3, 0.5, 0.7, 0.1)
"""Which validation batches are measured after the largest, in this order, as far as there is time;
the batches are sorted by the length of their rows."""
TENSOR_BYTES, FILE_BYTES = 330, 8_192
"""What a checkpoint holds beside its numbers: names and places of each tensor, and the config."""


def preflight(
    config: TrainConfig,
    data: TokenDataModule,
    tokenizer: Tokenizer,
    *,
    steps: int,
    device: torch.device,
    precision: str,
    devices: int = 1,
    child: Child | None = None,
) -> Card:
    """Measure a few steps of a new run and say what all of them will take.

    `child` is the process that measures, where it was begun beforehand; else it is begun here.
    `precision` is Lightning's word ("bf16-mixed" or "32-true"). With several devices this is one
    device's share, and only one process should ask. Raises ValueError where the devices cannot
    share a step's windows; whatever else cannot work is for `Card.refuse`.
    """
    home = run_folder(config)
    facts = plain_facts(config, data, steps=steps, devices=devices)
    at_end, at_most = checkpoint_bytes(config, steps)
    folder = nearest_folder(home)
    free = shutil.disk_usage(folder).free
    facts |= {"checkpoint_bytes": at_end, "checkpoint_bytes_at_most": at_most}
    facts |= {"disk_free_bytes": free, "memory_available_bytes": available_bytes(device)}
    card = Card(home, facts)
    if at_most > free:
        card.refusals.append(
            f"its checkpoints take up to {at_most:,} bytes, but the disk has {free:,} free; lower "
            f"run.keep_checkpoints={config.run.keep_checkpoints} or run.snapshots="
            f"{config.run.snapshots}, set run.checkpoint_gib, or give another run.folder"
        )
        return card
    unlimited = replace(config, run=replace(config.run, checkpoint_gib=0.0))
    _, least = checkpoint_bytes(unlimited, steps, keep=1, snapshots=0)
    if 0 < config.run.checkpoint_gib * 2**30 < least:
        card.refusals.append(
            f"run.checkpoint_gib={config.run.checkpoint_gib:g} cannot hold the newest checkpoint, "
            f"the best one and the next: give {math.ceil(least / 2**30 * 1e4) / 1e4:g} or more"
        )
        return card
    request, reading = build_request(config, data, tokenizer, steps=steps, devices=devices)
    facts["story_tokens"] = told_tokens(config, data, facts["validations"])
    request |= {"device": str(device), "bf16": "bf16" in precision, "folder": str(folder)}
    answer = ask(request, child)
    if words := answer.get("out_of_memory"):
        card.too_large = True
        card.refusals.append(
            f"its first steps run out of memory ({words}; "
            f"{facts['memory_available_bytes']:,} bytes were free); "
            f"give run.micro_batch_size={halved(config)} or run.gradient_checkpointing=true"
        )
    elif words := answer.get("failed"):
        card.warnings.append(f"time and memory could not be measured: {words}")
    else:
        facts |= predict(config, facts, answer, reading=reading)
        facts["memory_bytes_in_all"] = answer["work_bytes"] + own_bytes(device)
    card.warnings += advice(config, facts)
    return card


# -------------------------------------------------------------------------------- what is known


def plain_facts(
    config: TrainConfig, data: TokenDataModule, *, steps: int, devices: int
) -> dict[str, Any]:
    """What follows from the dials and the data alone."""
    tokens = steps * config.run.tokens_per_step
    every = config.run.validate_every or max(1, steps // 10)
    batches = data.rows.batches
    return {
        "parameters": count_parameters(config.model),
        "trained_parameters": sum(p.numel() for group in groups(config) for p in group["params"]),
        "steps": steps,
        "tokens": tokens,
        "train_tokens": len(data.windows.shards),
        "passes": tokens / len(data.windows.shards),
        "flops": flops_per_token(config.model) * tokens,
        "devices": devices,
        "validate_every": every,
        "validations": 1 + math.ceil(steps / every),  # untrained, every so often, at the end
        "validation_stories": data.rows.n_stories,
        "validation_batches": math.ceil(len(batches) / devices),
        "validation_tokens": math.ceil(
            sum(padded(data, batch) for batch in range(len(batches))) / devices
        ),
    }


def checkpoint_bytes(
    config: TrainConfig, steps: int, *, keep: int | None = None, snapshots: int | None = None
) -> tuple[int, int]:
    """Bytes of all checkpoints at the end of a run, and at most meanwhile.

    `keep` full ones and so many `snapshots` of weights alone, by default as the dials say. At the
    end the best one is taken to be among the newest; at most it is an older one, kept beside them
    while another is being written. Never more than `run.checkpoint_gib`.
    """
    run, model = config.run, meta_model(config)
    keep = run.keep_checkpoints if keep is None else keep
    if snapshots is None:
        snapshots = count_snapshots(steps, run.snapshots)
    every = run.validate_every or max(1, steps // 10)
    saves = count_saves(steps, run.checkpoint_every or every, every)
    shapes = [p.numel() for p in model.parameters()]
    averaged = 2 if config.optim.average is not Average.none else 1
    weights, tensors = 4 * averaged * sum(shapes), averaged * len(shapes)
    state, states = 0, 0
    for group in groups(config):
        moments = 1 if group.get("muon") else 2
        state += 4 * moments * sum(p.numel() for p in group["params"])
        states += (moments if group.get("muon") else 3) * len(group["params"])  # 3: the step, too
    light = weights + TENSOR_BYTES * tensors + FILE_BYTES
    full = light + state + TENSOR_BYTES * states
    at_end = min(keep, saves) * full + snapshots * light
    at_most = min(keep + 2, saves) * full + snapshots * light
    limit = int(run.checkpoint_gib * 2**30) or math.inf
    return int(min(at_end, limit)), int(min(at_most, limit))


def check_memory(config: TrainConfig) -> None:
    """ValueError where the weights alone, or on a CPU they with their gradients and the optimizer's
    state, are more than the machine has; nothing is measured or made for that."""
    needed = 4 * sum(p.numel() for p in meta_model(config).parameters())
    if not torch.cuda.is_available():
        for group in groups(config):
            copies = 2 if group.get("muon") else 3  # the gradient, and one moment or two
            needed += 4 * copies * sum(p.numel() for p in group["params"])
    free = available_bytes(torch.device("cpu"))
    if 0 < free < needed:
        raise ValueError(
            f"a model of {count_parameters(config.model):,} parameters takes {needed:,} bytes to "
            f"train before its first window, but {free:,} are free; lower size, model.n_layers or "
            "model.d_model"
        )


def count_saves(steps: int, every: int, validate_every: int) -> int:
    """Steps at which a full checkpoint is written; the last one always is."""
    both = math.lcm(every, validate_every)
    last = bool(steps % every and steps % validate_every)
    return steps // every + steps // validate_every - steps // both + last


def count_snapshots(steps: int, per_doubling: int) -> int:
    """Snapshots of a run: the untrained weights, then as saving.is_snapshot says."""
    if not per_doubling:
        return 0
    most = math.ceil(math.log2(max(2, steps)) * per_doubling)
    rounded = {round(2 ** (i / per_doubling)) for i in range(most + 1)}
    return 1 + sum(step <= steps for step in rounded)


def meta_model(config: TrainConfig) -> Transformer:
    """The model's shapes, without memory."""
    with torch.device("meta"):
        model = Transformer(config.model)
        if config.finetune is Finetune.lora:
            add_adapters(model, config.lora)
    return model


def groups(config: TrainConfig) -> list[dict[str, Any]]:
    """What the optimizer moves, as it groups it; shapes only."""
    return group_parameters(meta_model(config), config.optim)


# ---------------------------------------------------------------------------- what is measured


def build_request(
    config: TrainConfig, data: TokenDataModule, tokenizer: Tokenizer, *, steps: int, devices: int
) -> tuple[dict[str, Any], float]:
    """What measure.py is given: real windows of the first steps, real validation rows, prompts.

    Also the seconds that reading a step's windows takes.
    """
    run, model = config.run, config.model
    sampler = WindowSampler(
        n_windows=len(data.windows),
        windows_per_step=run.tokens_per_step // model.context_length,
        seed=run.seed,
        world_size=devices,
    )
    share = sampler.windows_per_step // devices
    sent = min(share, 8 * run.micro_batch_size)
    data.windows[sampler.windows(0)[:sent]]  # wakes the disk's cache
    began = time.perf_counter()
    windows = [tuple(data.windows[sampler.windows(step)[:sent]]) for step in range(4)]
    reading = (time.perf_counter() - began) / len(windows) * share / sent
    places = [int(quantile * len(data.rows)) for quantile in QUANTILES]
    places.insert(0, max(range(len(data.rows)), key=lambda place: padded(data, place)))
    rows = [data.rows[place] for place in dict.fromkeys(places)]
    prompts = run.sample_prompts if tells_samples(config) else []
    request = {
        "config": to_plain(config) | {"trainer": {}, "callbacks": {}, "logger": {}},
        "threads": torch.get_num_threads(),
        "steps": steps,
        "share": share,
        "windows": windows,
        "rows": [(part.inputs_BR, part.targets_BR, part.scored_BR) for part in rows],
        "prompts": [[tokenizer.end_of_story, *tokenizer.encode(prompt)] for prompt in prompts],
        "end_of_story": tokenizer.end_of_story,
    }
    return request, 0.0 if run.workers else reading


def padded(data: TokenDataModule, batch: int) -> int:
    """Tokens of a validation batch, padding included: the largest one needs the most memory."""
    spans = data.rows.batches[batch]
    return len(spans) * max(end - first for first, _, end in spans)


def tells_samples(config: TrainConfig) -> bool:
    """Whether the callback that tells stories at each validation is there."""
    names = [(node or {}).get("_target_", "") for node in config.callbacks.values()]
    return any(name.endswith(".TellSamples") for name in names)


def told_tokens(config: TrainConfig, data: TokenDataModule, validations: int) -> int:
    """How often the samples of a run grow by a token: to their limit while the model is untrained,
    afterwards until the longest of them, each as long as a story of the data, has come to its end.
    """
    count = len(config.run.sample_prompts) * tells_samples(config)
    limit = config.run.sample_tokens or config.model.context_length
    limit = min(limit, config.model.context_length)
    shards = data.rows.shards
    lengths = np.minimum(np.diff(shards.story_starts(), append=len(shards)), limit)
    below = (np.arange(len(lengths) + 1) / len(lengths)) ** count  # P(the longest is among these)
    longest = float((np.sort(lengths) * np.diff(below)).sum())
    return round(limit + (validations - 1) * longest) if count else 0


def ask(request: dict[str, Any], child: Child | None = None) -> dict[str, Any]:
    """Measure in a process of its own; its answer is as `Child.ask` gives it."""
    packed = io.BytesIO()
    torch.save(request, packed)
    return (child or Child()).ask(packed.getvalue())


def predict(
    config: TrainConfig, facts: dict[str, Any], answer: dict[str, float], *, reading: float
) -> dict[str, Any]:
    """The whole run's seconds, and the bytes of its training, from what was measured."""
    steps, count, every = facts["steps"], facts["validations"], facts["validate_every"]
    moving = steps * (answer["step_seconds"] + reading + LOOP_SECONDS)
    scoring = facts["validation_tokens"] * answer["validation_token_seconds"]
    validation = count * (scoring + facts["validation_batches"] * LOOP_SECONDS)
    samples = facts["story_tokens"] * answer["story_token_seconds"]
    saves = count_saves(steps, config.run.checkpoint_every or every, every)
    saving = saves * answer["save_seconds"]
    training = moving + answer["first_step_seconds"]
    peak = answer["peak_flops"] * facts["devices"]
    return {
        "seconds": training + validation + samples + saving,
        "training_seconds": training,
        "first_step_seconds": answer["first_step_seconds"],
        "validation_seconds": validation,
        "sample_seconds": samples,
        "evaluation_seconds": validation + samples,
        "saving_seconds": saving,
        "start_up_seconds": process_age(),
        "tokens_per_second": facts["tokens"] / moving,
        "utilization": facts["flops"] / moving / peak,
        "training_bytes": answer["training_bytes"],
        "worst_loss": answer["worst_loss"],
        "steps_measured": answer["steps_measured"],
    }
