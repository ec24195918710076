"""nanoGPT in a race of learning: its own model, imported where it lies, in a loop that does what
its train.py does, scored by our rule.

Its data loader, schedule and defaults are followed: windows at random places, a linear warm-up,
a cosine down to a tenth of the rate over the whole budget, AdamW by `configure_optimizers`,
clipping, autocast and torch.compile. Its own estimate of the loss, over random windows, is replaced
by the story-by-story score that our validation gives.
"""

from __future__ import annotations

import contextlib
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from storylm.benchmark.learn_curve import Clock
from storylm.benchmark.race import answer_with
from storylm.benchmark.steps import load_file
from storylm.config import TrainConfig, from_plain
from storylm.data.loading import StoryRows
from storylm.data.prepare import prepare_data, prepare_tokenizer
from storylm.model.loss import bits_per_byte, score_rows
from storylm.tokenizer import Tokenizer
from storylm.training.machine import has_fast_bf16


def train_nanogpt(request: dict[str, Any]) -> dict[str, Any]:
    """Train nanoGPT on the text, tokenizer, seed, steps and threads of our own run's `config`.

    `dials` are nanoGPT's, by their names there; `rate` is its peak; `points` are the steps after
    which it is scored; `peer` is its folder.
    """
    config = from_plain(TrainConfig, request["config"])
    dials, rate, points = request["dials"], request["rate"], set(request["points"])
    run, steps, block = config.run, config.schedule.steps, dials["block_size"]
    torch.set_num_threads(run.threads)
    torch.manual_seed(run.seed)
    device = "cuda" if config.trainer.get("accelerator") in ("gpu", "cuda") else "cpu"
    tokenizer = prepare_tokenizer(config.tokenizer, config.data)
    train, valid = prepare_data(config.data, tokenizer)
    ids_N = np.asarray(train.read(0, len(train)))
    rows = StoryRows(
        valid, context_length=block, max_stories=run.validate_stories, rows_tokens=32 * block
    )
    code = load_file("nanogpt_model", Path(request["peer"]) / "model.py")
    names = ("n_layer", "n_head", "n_embd", "block_size", "bias", "dropout")
    shape = {name: dials[name] for name in names}
    model = code.GPT(code.GPTConfig(vocab_size=tokenizer.vocab_size, **shape)).to(device)
    optimizer = model.configure_optimizers(
        dials["weight_decay"], rate, (dials["beta1"], dials["beta2"]), device
    )
    compiled = torch.compile(model) if dials["compile"] else model
    low = dials["dtype"] == "bfloat16" or (
        dials["dtype"] == "auto" and has_fast_bf16(config.trainer)
    )
    autocast = torch.autocast(device, torch.bfloat16) if low else contextlib.nullcontext()
    warmup = dials["warmup_iters"] or max(1, steps // 50)

    clock, found = Clock(), {0: score(model, rows, tokenizer)}
    for step in range(steps):
        began = time.perf_counter()
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, peak=rate, warmup=warmup, steps=steps)
        inputs_BT, targets_BT = draw_windows(ids_N, dials["batch_size"], block, device)
        with autocast:
            loss = compiled(inputs_BT, targets_BT)[1]
        loss.backward()
        if dials["grad_clip"]:
            torch.nn.utils.clip_grad_norm_(model.parameters(), dials["grad_clip"])
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        loss.item()  # waits for the device; it logs each step
        clock.laps.append(time.perf_counter() - began)
        if step + 1 in points:
            found[step + 1] = score(model, rows, tokenizer)
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "precision": "bf16-mixed" if low else "32-true",
        "tokens": steps * dials["batch_size"] * block,
        "seconds": clock.seconds()[-1],
        "step_seconds": clock.usual,
        "start_up_seconds": clock.start_up(),
        "curve": clock.curve(found, dials["batch_size"] * block),
    }


def draw_windows(ids_N: np.ndarray, batch: int, block: int, device: str) -> tuple[Tensor, Tensor]:
    """Inputs and targets at random places of the text, which know nothing of stories."""
    starts = torch.randint(len(ids_N) - block, (batch,)).tolist()
    windows = np.stack([ids_N[start : start + block + 1] for start in starts]).astype(np.int64)
    tokens_BT = torch.from_numpy(windows).to(device)
    return tokens_BT[:, :-1].contiguous(), tokens_BT[:, 1:].contiguous()


def rate_at(step: int, *, peak: float, warmup: int, steps: int) -> float:
    """Its learning rate at a step counted from 0: warm-up, then half a cosine to a tenth."""
    if step < warmup:
        return peak * (step + 1) / (warmup + 1)
    turned = min(1.0, (step - warmup) / max(1, steps - warmup))
    return peak * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * turned)))


class Logits(nn.Module):
    """Its logits at every position, which its forward gives only beside targets."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, inputs_BT: Tensor) -> Tensor:
        return self.model(inputs_BT, inputs_BT.contiguous())[0]


def score(model: nn.Module, rows: StoryRows, tokenizer: Tokenizer) -> float:
    """Bits per byte of the held-out stories, in fp32, by the rule of our own validation."""
    was_training = model.training
    scored, device = Logits(model).eval(), next(model.parameters()).device
    bytes_V = torch.from_numpy(tokenizer.bytes_per_token_V)
    nats, n_bytes = 0.0, 0
    for batch in (rows[i] for i in range(len(rows))):
        counted_BR = batch.scored_BR
        rows_BR = (batch.inputs_BR, batch.targets_BR, counted_BR)
        nats += float(score_rows(scored, *(part.to(device) for part in rows_BR))[0])
        n_bytes += int(bytes_V[batch.targets_BR][counted_BR].sum())
        if blank := tokenizer.opening_blank:  # which no story holds
            opens_BR = (batch.inputs_BR == rows.padding) & (batch.targets_BR != rows.padding)
            n_bytes -= blank * int((opens_BR & counted_BR).sum())
    model.train(was_training)
    return bits_per_byte(nats, n_bytes)


if __name__ == "__main__":
    answer_with(train_nanogpt)
