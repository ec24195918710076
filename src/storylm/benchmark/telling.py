"""Generation by one contender, timed in a process of its own.

`python -m storylm.benchmark.telling` is what the race of generation starts. Everybody has the same
weights, drawn from the race's seed, and tells greedily from one token on.
"""

from __future__ import annotations

import re
import subprocess
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from storylm.benchmark.race import answer_with
from storylm.config import ModelConfig, from_plain
from storylm.model.transformer import Transformer

BEGIN = 1
"""The id from which all is told: LLaMA's <s>."""
WARM_UP = 16
"""Tokens told before the clock is read."""
Tell = Callable[[int, int], list[list[int]]]
"""So many stories of so many tokens, as ids."""


def time_telling(request: dict[str, Any]) -> dict[str, Any]:
    """Tokens per second for each number of stories told side by side, and the ids of one."""
    torch.set_num_threads(request["threads"])
    name, tokens = request["contender"], request["tokens"]
    shape = from_plain(ModelConfig, request["shape"])
    torch.manual_seed(request["seed"])
    model = Transformer(shape).eval()
    if name == "llama2.c":
        return tell_in_c(model, request)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype = torch.bfloat16 if name.endswith("bf16") else torch.float32
    build = build_ours if name.startswith("storylm") else build_transformers
    tell = build(model, device, dtype)
    answer: dict[str, Any] = {}
    for batch in request["batches"]:
        tell(batch, WARM_UP)
        began = time.perf_counter()
        told = tell(batch, tokens)
        answer[f"rate_{batch}"] = batch * tokens / (time.perf_counter() - began)
        answer.setdefault("ids", told[0])
        if {len(ids) for ids in told} != {tokens}:
            raise ValueError(f"it told {len(told[0])} tokens, and not {tokens}")
    return answer


def build_ours(model: Transformer, device: torch.device, dtype: torch.dtype) -> Tell:
    from storylm.generation import generate

    model.to(device, dtype)

    def tell(batch: int, tokens: int) -> list[list[int]]:
        return generate(model, [[BEGIN]] * batch, max_tokens=tokens, temperature=0.0)

    return tell


def build_transformers(model: Transformer, device: torch.device, dtype: torch.dtype) -> Tell:
    """The model as it is exported, and what `generate` makes of it."""
    from transformers import AutoConfig, AutoModelForCausalLM

    from storylm.export.architectures import architecture_of

    architecture = architecture_of(model.config)
    plain = architecture.describe(model.config)
    weights = architecture.to_theirs(model.config, model.state_dict())
    theirs = AutoModelForCausalLM.from_config(AutoConfig.for_model(**plain))
    _, unknown = theirs.load_state_dict(weights, strict=False)  # a tied matrix is there once
    if unknown:
        raise ValueError(f"transformers knows no {unknown[0]}")
    theirs.to(device, dtype).eval()
    theirs.generation_config.eos_token_id = None  # all tell to the end

    def tell(batch: int, tokens: int) -> list[list[int]]:
        begin = torch.full((batch, 1), BEGIN, device=device)
        told = theirs.generate(
            begin,
            attention_mask=torch.ones_like(begin),
            max_new_tokens=tokens,
            do_sample=False,
            pad_token_id=0,
        )
        return told[:, 1:].tolist()

    return tell


def tell_in_c(model: Transformer, request: dict[str, Any]) -> dict[str, Any]:
    """llama2.c's `run` on an export of the model, at the speed that it says itself."""
    from storylm.export import llama2c

    peer, folder = Path(request["folder"]), Path(request["scratch"])
    shape = model.config
    tokenizer = llama2c.read_tokenizer(peer / "tokenizer.bin", shape.vocab_size)
    config = types.SimpleNamespace(model=shape)
    llama2c.export(types.SimpleNamespace(config=config, model=model, tokenizer=tokenizer), folder)
    dials = ["-t", "0", "-n", str(request["tokens"]), "-z", str(folder / "tokenizer.bin")]
    done = subprocess.run(
        [str(peer / "run"), str(folder / "model.bin"), *dials], capture_output=True, text=True,
        errors="replace",
    )  # fmt: skip
    speed = re.search(r"achieved tok/s: ([0-9.]+)", done.stdout + done.stderr)
    if done.returncode or not speed:
        raise ValueError(f"run left with {done.returncode}, and said no speed")
    return {"rate_1": float(speed[1])}


if __name__ == "__main__":
    answer_with(time_telling)
