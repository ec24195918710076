"""llama.cpp computes what a run computes: ids, 100 greedy tokens, and the logits of all of them.

In the project's environment, then in llama.cpp's, with a file that carries one to the other:

    python tests/proofs/llama_cpp_logits.py ours --run <run> <file.json>
    python tests/proofs/llama_cpp_logits.py theirs <model.gguf> <file.json>
"""

import argparse
import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

TOKENS = 100
PROMPTS = [
    "",
    "Once upon a time",
    "One day, a little girl named Lily",
    "The dog's ball — it's 12 o'clock!\n\n\"No,\" said Tom.",
    "zxq 😀 日本 \t\t  123456",
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    steps = parser.add_subparsers(required=True)
    ours = steps.add_parser("ours", help="write what the run computes")
    ours.add_argument("--run", required=True, help="name or folder of a run")
    ours.set_defaults(step=lambda given: write_ours(given.run, given.file))
    theirs = steps.add_parser("theirs", help="compute the same with llama.cpp and compare")
    theirs.add_argument("gguf", type=Path, help="the run's export")
    theirs.add_argument("--most", type=float, default=1e-5, help="relative difference of logits")
    theirs.set_defaults(step=lambda given: compare_theirs(given.gguf, given.file, given.most))
    for step in (ours, theirs):
        step.add_argument("file", type=Path, help="what is carried over")
    given = parser.parse_args()
    given.step(given)


def write_ours(name: str, file: Path) -> None:
    """Each prompt with its ids, the greedy continuation, and the logits at every position."""
    import torch

    from storylm.checkpoint import load_run
    from storylm.generation import generate

    torch.set_num_threads(1)
    run = load_run(name)
    rows = []
    for prompt in PROMPTS:
        ids = [run.tokenizer.end_of_story, *run.tokenizer.encode(prompt)]
        told = generate(run.model, [ids], temperature=0.0, max_tokens=TOKENS)[0]
        with torch.no_grad():  # one forward without a cache, where `generate` has one
            logits_TV = run.model(torch.tensor([ids + told]))[0].float().numpy()
        packed = base64.b64encode(logits_TV.astype("<f4").tobytes()).decode()
        rows.append({"prompt": prompt, "ids": ids, "told": told, "logits": packed})
    file.write_text(json.dumps(rows), encoding="utf-8")
    print(f"{file}: {len(rows)} prompts of {name}, step {run.step}")


def compare_theirs(gguf: Path, file: Path, most: float) -> None:
    """A line for each prompt. Leaves with 1 where ids, tokens, or logits by more than `most`,
    differ."""
    tokenize, forward = open_llama_cpp(gguf)
    rows = json.loads(file.read_text(encoding="utf-8"))
    results = [compare(row, most, tokenize, forward) for row in rows]
    raise SystemExit(not all(results))


def compare(row: dict[str, Any], most: float, tokenize: Callable, forward: Callable) -> bool:
    ids, told = row["ids"], row["told"]
    same_ids = tokenize(row["prompt"]) == ids
    greedy, last_V = [], forward(ids, afresh=True)[-1]
    for _ in told:
        greedy.append(int(last_V.argmax()))
        last_V = forward(greedy[-1:])[-1]
    same_tokens = greedy == told
    ours_TV = np.frombuffer(base64.b64decode(row["logits"]), "<f4").reshape(len(ids + told), -1)
    theirs_TV = forward(ids + told, afresh=True)
    difference = np.abs(ours_TV - theirs_TV).max() / np.abs(ours_TV).max()
    print(
        f"{row['prompt'][:24]!r}: {len(ids)} ids {'equal' if same_ids else 'DIFFER'}, "
        f"{len(told)} greedy tokens {'equal' if same_tokens else 'DIFFER'} "
        f"({len({*told})} distinct), largest relative difference of logits {difference:.1e}"
    )
    return same_ids and same_tokens and bool(difference <= most)


def open_llama_cpp(gguf: Path) -> tuple[Callable, Callable]:
    """Its tokenizer, and its forward over the ids that follow: F32 cache, one thread."""
    from llama_cpp import Llama

    threads = {"n_threads": 1, "n_threads_batch": 1}
    exact = {"type_k": 0, "type_v": 0, "flash_attn": False, "logits_all": True}
    llama = Llama(str(gguf), n_ctx=0, verbose=False, **threads, **exact)

    def tokenize(text: str) -> list[int]:
        return llama.tokenize(text.encode(), add_bos=True, special=False)

    def forward(ids: list[int], afresh: bool = False) -> np.ndarray:
        if afresh:
            llama.reset()
        llama.eval(ids)
        return np.array(llama.scores[llama.n_tokens - len(ids) : llama.n_tokens])

    return tokenize, forward


if __name__ == "__main__":
    main()
