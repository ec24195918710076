"""Generation by one contender, timed in a process of its own.

`python -m storylm.benchmark.telling` is what the race of generation starts. Everybody has the same
weights, drawn from the race's seed, and tells greedily from one token on. Two contenders are of a
trained pair instead: a run alone, and with a smaller one that guesses ahead.
"""

from __future__ import annotations

import re
import statistics
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
Tell = Callable[[list[list[int]], int], list[list[int]]]
"""Prompts told on by so many tokens each, as ids."""
PROMPT = 64
"""Tokens of the prompt after which the first new one is waited for."""
STORIES = 8
"""Told one after another by each of a pair, drawn at temperature 1."""


def time_telling(request: dict[str, Any]) -> dict[str, Any]:
    """Tokens per second for each number of stories told side by side, and the ids of one."""
    torch.set_num_threads(request["threads"])
    name, tokens = request["contender"], request["tokens"]
    shape = from_plain(ModelConfig, request["shape"])
    torch.manual_seed(request["seed"])
    model = Transformer(shape).eval()
    if name == "llama2.c":
        return tell_in_c(model, request)
    if request.get("pair"):
        return tell_pair(request)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype = torch.bfloat16 if name.endswith("bf16") else torch.float32
    if name.startswith("storylm"):
        slots = max(request["batches"])
        tell = build_ours(model.to(device), name, dtype, slots)
    else:
        tell = build_transformers(model, device, dtype)
    answer: dict[str, Any] = {}
    for batch in request["batches"]:
        prompts = [[BEGIN]] * batch
        tell(prompts, WARM_UP if "compiled" not in name else tokens)  # it meets every length
        began = time.perf_counter()
        told = tell(prompts, tokens)
        answer[f"rate_{batch}"] = batch * tokens / (time.perf_counter() - began)
        answer.setdefault("ids", told[0])
        if {len(ids) for ids in told} != {tokens}:
            raise ValueError(f"it told {len(told[0])} tokens, and not {tokens}")
    answer["first_ms"] = first_token(tell, min(PROMPT, shape.context_length - 1))
    return answer


def first_token(tell: Tell, length: int) -> float:
    """Milliseconds until a prompt's first new token is there: the median of some."""
    taken = []
    for _ in range(7):
        began = time.perf_counter()
        tell([[BEGIN] * length], 1)
        taken.append(1e3 * (time.perf_counter() - began))
    return statistics.median(taken[1:])


def build_ours(model: Transformer, name: str, dtype: torch.dtype, slots: int) -> Tell:
    """The engine, as `scripts/generate.py` and the server have it."""
    from storylm.generation import Engine, Request

    dials = {"compile": "compiled" in name, "int8": "int8" in name, "dtype": dtype}
    engine = Engine(types.SimpleNamespace(model=model, tokenizer=Wordless()), slots=slots, **dials)

    def tell(prompts: list[list[int]], tokens: int) -> list[list[int]]:
        asked = [Request(tuple(ids), temperature=0.0, max_tokens=tokens) for ids in prompts]
        return [[piece.token for piece in pieces] for pieces in engine.tell_all(asked)]

    return tell


class Wordless:
    """A tokenizer for ids that mean nothing, and never end."""

    end_of_story, ends, opening_blank, fingerprint = BEGIN, frozenset(), 0, ""

    def decode_bytes(self, ids: list[int]) -> bytes:
        return b" word" * len(ids)


def tell_pair(request: dict[str, Any]) -> dict[str, Any]:
    """A trained run's tokens per second, alone or with its drafter, and what became of guesses."""
    from storylm.checkpoint import load_run
    from storylm.generation import Engine, Request

    drafter, run = (load_run(name) for name in request["pair"])
    guessing = "drafter" in request["contender"]
    engine = Engine(run, slots=1, drafter=drafter if guessing else None)
    prompt = (run.tokenizer.end_of_story,)
    engine.tell_all([Request(prompt, max_tokens=WARM_UP)])
    answer: dict[str, Any] = {}
    for figure, temperature in (("rate_drawn", 1.0), ("rate_likeliest", 0.0)):
        stories = STORIES if temperature else 1
        asked = [Request(prompt, temperature=temperature, story=k) for k in range(stories)]
        if guessing:
            engine.speculation.proposed = engine.speculation.accepted = 0
        began = time.perf_counter()
        told = engine.tell_all(asked)
        answer[figure] = sum(map(len, told)) / (time.perf_counter() - began)
        if guessing:
            counts = engine.speculation
            answer[f"accepted_{figure}"] = counts.accepted / max(1, counts.proposed)
    return answer | {"likeliest": [piece.token for piece in told[0]]}


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

    def tell(prompts: list[list[int]], tokens: int) -> list[list[int]]:
        begin = torch.tensor(prompts, device=device)
        told = theirs.generate(
            begin,
            attention_mask=torch.ones_like(begin),
            max_new_tokens=tokens,
            do_sample=False,
            pad_token_id=0,
        )
        return told[:, begin.size(1) :].tolist()

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
