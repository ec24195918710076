"""What a few steps of a run take, measured in a process of its own.

`main` reads a request from its input, `torch.save` of plain data and tensors (preflight.py makes
it), and writes its answer to its output, a line of JSON. The run that waits for it keeps its random
state and its memory, and running out of memory here is only a message there. Lightning is not
imported: it takes longer to load than all of this.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import math
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from storylm.checkpoint import SealedWriter
from storylm.config import Average, Finetune, TrainConfig, from_plain
from storylm.generation import generate_steps
from storylm.model.adapters import add_adapters
from storylm.model.loss import score_rows
from storylm.model.transformer import Transformer
from storylm.optim.average import AveragedWeights
from storylm.optim.build import build_optimizer
from storylm.optim.scale import scale_start
from storylm.optim.schedule import lr_multiplier
from storylm.training.machine import Memory, peak_flops
from storylm.training.step import (
    accumulate_gradients,
    clip_gradients,
    gradient_norm,
    without_probe,
)

STEP_SECONDS = 1.5
"""Steps are measured for so long, or for four times as long until there are FEWEST_STEPS."""
FEWEST_STEPS = 5
"""Memory needs a few to come to rest."""
SLOW_SECONDS = 10.0
"""A step that takes longer is measured once."""
VALIDATION_SECONDS = 0.8
STORY_SECONDS = 0.5
SAVED_BYTES = 2**28
"""A larger checkpoint is measured by a part of this size."""


class Windows(NamedTuple):
    """As data.loading's, which brings Lightning."""

    tokens_BT: Tensor
    counted_BT: Tensor | None


def main() -> None:
    with contextlib.suppress(OSError):  # where memory runs out, this process goes, not the run
        Path("/proc/self/oom_score_adj").write_text("1000")
    import torch._dynamo  # optimizers do: a second that is spent better while the run is loading

    if not (packed := sys.stdin.buffer.read()):
        return  # the run has ended without asking
    request = torch.load(io.BytesIO(packed), weights_only=True)
    torch.set_num_threads(request["threads"])
    try:
        answer = measure(request)
    except (RuntimeError, MemoryError) as error:  # OutOfMemoryError is a RuntimeError
        words = " ".join(str(error).split()) or type(error).__name__
        lacks = ("out of memory", "allocate memory", "not enough memory", "MemoryError")
        if not any(sign in words for sign in lacks):
            raise
        answer = {"out_of_memory": words[:200]}
    print(json.dumps(answer))


def measure(request: dict[str, Any]) -> dict[str, float]:
    """Seconds and bytes of what training does, in the order in which it does them."""
    device = torch.device(request["device"])
    memory = Memory(device)
    trial = Trial(request, device)
    trial.validate(request["rows"][0])  # as a run does before its first step: what it frees stays
    answer = trial.time_stories()
    memory.begin()
    answer |= trial.time_steps()
    answer |= trial.time_validation()
    for _ in itertools.islice(trial.told(), 3):
        pass
    answer |= trial.time_saving()
    return answer | memory.report() | {"peak_flops": peak_flops(device, request["bf16"])}


class Trial:
    """Model, optimizer and average as training makes them, from weights of its own."""

    def __init__(self, request: dict[str, Any], device: torch.device) -> None:
        self.request, self.device = request, device
        self.config = config = from_plain(TrainConfig, request["config"])
        torch.manual_seed(config.run.seed)
        self.model = Transformer(config.model)
        scale_start(self.model, config.model, config.optim)
        if config.finetune is Finetune.lora:
            add_adapters(self.model, config.lora)
        self.model.checkpoint_blocks = config.run.gradient_checkpointing
        self.model.to(device)
        self.compile()
        tokens = request["steps"] * config.run.tokens_per_step
        optimizer = build_optimizer(self.model, config.optim, tokens=tokens)
        self.optimizer = without_probe(optimizer, device)
        self.learning = [p for p in self.model.parameters() if p.requires_grad]
        self.average = None
        if config.optim.average is not Average.none:
            self.average = AveragedWeights(self.model, config.optim.average_decay)

    def compile(self) -> None:
        run = self.config.run
        self.hidden = torch.compile(self.model.hidden) if run.compile else self.model.hidden

    def step(self, number: int, windows: int) -> tuple[float, float, float]:
        """The first so many windows of a step: seconds for gradients, for the update; the loss."""
        sent, config = self.request["windows"], self.config
        began = time.perf_counter()
        batch = Windows(
            *(
                None if part is None else part[:windows].to(self.device)
                for part in sent[number % len(sent)]
            )
        )
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.request["bf16"]):
            loss = accumulate_gradients(
                self.model,
                batch,
                config.run,
                end_of_story=self.request["end_of_story"],
                step=number,
                hidden=self.hidden,
            )
            loss = float(loss)  # waits for the device
            between = time.perf_counter()
            progress = min(1.0, (number + 1) / self.request["steps"])
            for group in self.optimizer.param_groups:
                rate = config.optim.learning_rate * group.get("lr_scale", 1.0)
                group["lr"] = rate * lr_multiplier(progress, config.schedule)
            clip_gradients(self.learning, gradient_norm(self.learning), config.optim.clip)
            self.optimizer.step()
            self.optimizer.zero_grad()
        if self.average is not None:
            self.average.update(self.model)
        self.wait()
        return between - began, time.perf_counter() - between, loss

    def time_steps(self) -> dict[str, float]:
        """Seconds per step, and what the first one takes beyond that: compilation above all.

        Where a step is long it is made of fewer micro-batches, two at least, and scaled up.
        """
        share, sent = self.request["share"], len(self.request["windows"][0][0])
        few = min(share, 2 * self.config.run.micro_batch_size)
        first, second = self.step(0, few), self.step(1, few)
        if self.config.run.compile:  # the run will find on the disk what was compiled here
            torch.compiler.reset()
            self.compile()
            first, second = self.step(0, few), self.step(1, few)
        slow = sum(second[:2]) > SLOW_SECONDS
        taken = sent if second[0] / few * sent < STEP_SECONDS else few
        most = max(FEWEST_STEPS, self.request["steps"] // 20)  # a short run waits shortly
        made, count, seconds = [], 2, 0.0
        while not slow and len(made) < most:
            if seconds > STEP_SECONDS * (4 if len(made) < FEWEST_STEPS else 1):
                break
            made.append(self.step(count, taken))
            seconds, count = seconds + sum(made[-1][:2]), count + 1
        if slow:
            made, taken = [second], few
        # A run's time is the mean's, but for what the machine did beside it in these seconds.
        usual = 2 * statistics.median(sum(step[:2]) for step in made)
        kept = [step for step in made if sum(step[:2]) <= usual]
        gradients, update = (statistics.fmean(step[i] for step in kept) for i in (0, 1))
        losses = [first[2], second[2], *(step[2] for step in made)]
        return {
            "step_seconds": gradients * share / taken + update,
            "first_step_seconds": max(0.0, sum(first[:2]) - gradients * few / taken - update),
            "steps_measured": len(made),
            "worst_loss": max(losses, key=lambda loss: loss if math.isfinite(loss) else math.inf),
        }

    def validate(self, rows: tuple[Tensor, ...]) -> float:
        """Seconds that a batch of (inputs_BR, targets_BR, scored_BR) takes."""
        began = time.perf_counter()
        self.model.eval()
        nats, _ = score_rows(self.model, *(part.to(self.device) for part in rows))
        float(nats)
        self.model.train()
        return time.perf_counter() - began

    def time_validation(self) -> dict[str, float]:
        """Seconds per token of validation, padding included."""
        if self.average is not None:
            self.average.swap(self.model)
        seconds, tokens = 0.0, 0
        for i, rows in enumerate(self.request["rows"]):
            if i >= 2 and seconds > VALIDATION_SECONDS:
                break
            seconds, tokens = seconds + self.validate(rows), tokens + rows[0].numel()
        if self.average is not None:
            self.average.swap(self.model)
        return {"validation_token_seconds": seconds / tokens}

    def told(self) -> Any:
        """The sample stories of the run, a token of each at a time."""
        prompts_ids, run = self.request["prompts"], self.config.run
        dials = {"temperature": run.sample_temperature, "max_tokens": run.sample_tokens}
        return generate_steps(self.model, prompts_ids, seed=run.seed, **dials)

    def time_stories(self) -> dict[str, float]:
        """Seconds for the next token of all sample stories, told side by side."""
        began, count = time.perf_counter(), 0
        for _ in self.told():
            count += 1
            if time.perf_counter() - began > STORY_SECONDS:
                break
        return {"story_token_seconds": (time.perf_counter() - began) / max(1, count)}

    def time_saving(self) -> dict[str, float]:
        """Seconds to write a checkpoint to the disk that the run will be on."""
        tensors = [
            *self.model.state_dict().values(),
            *(x for state in self.optimizer.state.values() for x in state.values()),
            *(self.average.weights.values() if self.average is not None else ()),
        ]
        sizes = [tensor.numel() * tensor.element_size() for tensor in tensors]
        before = itertools.accumulate(sizes, initial=0)
        part = [tensor for tensor, bytes_ in zip(tensors, before) if bytes_ < SAVED_BYTES]
        began = time.perf_counter()
        try:
            with tempfile.TemporaryFile(dir=self.request["folder"]) as file:
                torch.save(part, SealedWriter(file))
                file.flush()
                os.fsync(file.fileno())
        except OSError:  # the run itself will say what is wrong with the folder
            return {"save_seconds": 0.0}
        share = sum(sizes[: len(part)]) / sum(sizes)
        return {"save_seconds": (time.perf_counter() - began) / share}

    def wait(self) -> None:
        """Until the device has done all that it was told to do."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
        elif self.device.type == "mps":
            torch.mps.synchronize()
