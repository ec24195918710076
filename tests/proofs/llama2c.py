"""llama2.c tells the same characters as a run does, at temperature 0, up to the end of the context.

    python tests/proofs/llama2c.py --run <run> --program <llama2.c>/run

A vocabulary with scores is also given prompts. `run` may cut a prompt into other tokens than a
byte-level vocabulary does, so that one tells from the empty prompt alone.
"""

import argparse
import subprocess
import tempfile
from itertools import takewhile
from pathlib import Path

import torch

from storylm.checkpoint import Run, load_run
from storylm.export import llama2c
from storylm.generation import generate
from storylm.tokenizer import ScoredTokenizer

PROMPTS = [
    "Once upon a time",
    "Lily and Tom went to the park.",
    "The cat  sat",
    "Tim\nwas",
    "zzz",
    "“Hello”, said é 🐉 the  dragon",
]
SHOWN = {*range(0x20, 0x7F), *b"\t\n\v\f\r"}
"""The bytes that `run` prints when a token is nothing else."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", required=True, help="name or folder of a run")
    parser.add_argument("--program", required=True, type=Path, help="llama2.c's compiled `run`")
    given = parser.parse_args()
    torch.set_num_threads(1)
    run = load_run(given.run)
    prompts = ["", *PROMPTS] if isinstance(run.tokenizer, ScoredTokenizer) else [""]
    with tempfile.TemporaryDirectory() as folder:
        llama2c.check(run)
        llama2c.export(run, Path(folder))
        results = [compare(run, given.program, Path(folder), prompt) for prompt in prompts]
    raise SystemExit(not all(results))


def compare(run: Run, program: Path, folder: Path, prompt: str) -> bool:
    """Print whether the two tell the same, or where they part."""
    ours, theirs = tell_ours(run, prompt), tell_theirs(program, folder, prompt)
    if same := ours == theirs:
        print(f"{prompt!r}: {len(ours):,} characters, equal")
    else:
        at = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs))))
        there = slice(max(0, at - 20), at + 20)
        print(f"{prompt!r}: DIFFER at character {at}: {ours[there]!r} and {theirs[there]!r}")
    return same


def tell_ours(run: Run, prompt: str) -> str:
    """Prompt and continuation, as `run` shows them: without the first blank, and without bytes that
    are not printable when they stand alone."""
    tokenizer = run.tokenizer
    ids = [tokenizer.end_of_story, *tokenizer.encode(prompt)]
    ids += generate(run.model, [ids], ends={tokenizer.end_of_story}, temperature=0.0)[0]
    pieces = [tokenizer.decode_bytes([id]) for id in ids if id != tokenizer.end_of_story]
    shown = [piece for piece in pieces if len(piece) > 1 or piece[0] in SHOWN]
    return b"".join(shown).decode(errors="replace").removeprefix(" ")


def tell_theirs(program: Path, folder: Path, prompt: str) -> str:
    files = [folder / "model.bin", "-z", folder / "tokenizer.bin"]
    dials = ["-t", "0", "-n", "0", "-i", prompt]  # -n 0 is the whole context
    told = subprocess.run([program.resolve(), *files, *dials], capture_output=True, check=True)
    return told.stdout.decode(errors="replace").removesuffix("\n")


if __name__ == "__main__":
    main()
