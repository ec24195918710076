"""Answer the questions with a run itself, and compare with what lm_eval logged for its export.

python tests/proofs/lm_eval/ours.py --run <run> <questions.jsonl> [--samples <lm_eval's output>]
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from storylm.checkpoint import Run, load_run
from storylm.evaluation.scoring import score_tokens


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", type=Path, help="the .jsonl of questions.py")
    parser.add_argument("--run", required=True, help="name or folder of a run")
    parser.add_argument("--samples", type=Path, help="where lm_eval wrote, with --log_samples")
    given = parser.parse_args()
    torch.set_num_threads(1)
    with given.questions.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    ours = log_likelihoods(load_run(given.run), rows)
    right = [int(np.argmax(nats)) == row["answer"] for nats, row in zip(ours, rows, strict=True)]
    print(f"ours: acc {np.mean(right):.3f} of {len(rows)} questions")
    if given.samples:
        compare(ours, read_samples(given.samples))


def log_likelihoods(run: Run, rows: list[dict[str, Any]]) -> list[list[float]]:
    """ln p of each choice of each question, in nats."""
    encode, begin = run.tokenizer.encode, run.tokenizer.end_of_story
    pairs = [(row["context"], choice) for row in rows for choice in row["choices"]]
    ids = [[begin, *encode(context + choice)] for context, choice in pairs]
    if (longest := max(map(len, ids))) > (length := run.config.model.context_length):
        raise ValueError(f"a question is {longest} tokens long, but the run sees only {length}")
    first = [1 + len(encode(context)) for context, _ in pairs]
    scores = iter([-float(nats.sum()) for nats in score_tokens(run.model, ids, first)])
    return [[next(scores) for _ in row["choices"]] for row in rows]


def read_samples(folder: Path) -> list[dict[str, Any]]:
    """The newest samples that lm_eval wrote below a folder, in the order of the questions."""
    named = folder.rglob("samples_fables_references_*.jsonl")
    found = sorted(named, key=lambda file: file.name)  # which ends with the time
    if not found:
        raise FileNotFoundError(f"{folder} has no samples: run lm_eval with --log_samples")
    with found[-1].open(encoding="utf-8") as lines:
        return sorted(map(json.loads, lines), key=lambda sample: sample["doc_id"])


def compare(ours: list[list[float]], samples: list[dict[str, Any]]) -> None:
    theirs = [[float(answer[0]) for (answer,) in sample["resps"]] for sample in samples]
    both = list(zip(ours, theirs, strict=True))
    gaps = [abs(a - b) for one, other in both for a, b in zip(one, other, strict=True)]
    other_choice = sum(int(np.argmax(a)) != int(np.argmax(b)) for a, b in both)
    print(f"lm_eval: acc {np.mean([sample['acc'] for sample in samples]):.3f}")
    print(
        f"log-likelihoods of {len(gaps)} choices differ by at most {max(gaps):.1e} nats "
        f"(the largest is {max(abs(nats) for row in ours for nats in row):.1f}); "
        f"{other_choice} of {len(both)} questions are answered differently"
    )


if __name__ == "__main__":
    main()
