"""Text to shards, and text to a vocabulary, beside the libraries that do the work, and peers.

The bare libraries get their text in memory, which is not on their clock. Ours is given a file, and
on its clock is all that a user waits for: reading, cutting into stories, hashing and writing.
"""

from __future__ import annotations

import statistics
from itertools import islice
from pathlib import Path
from typing import Any

from storylm.benchmark.race import Contender, Race, module, run_race, show, spread
from storylm.config import BenchmarkConfig, DataConfig, DataKind, TokenizerConfig
from storylm.data.reading import cut_files
from storylm.data.stories import stories
from storylm.tokenizer import build_tokenizer

SHARDS, TIKTOKEN = "storylm shards", "tiktoken, one core"
TRAINING, RUSTBPE = "storylm training", "rustbpe"
VOCABULARY, FABLES_VOCABULARY = 8_192, 4_096
"""Fables have too few words for more."""
TOLD_BYTES = 16_000_000
"""Fables that are told for want of a text; they are repeated beyond that."""
TRAINED_BYTES = 100_000_000
"""So much of the text, at most, is there for the training of a vocabulary."""
HELD_OUT = 200
"""Stories of the validation split, which the shards have too."""
SEPARATOR = "\n<|endoftext|>\n"


def race_tokenize(config: BenchmarkConfig, scratch: Path) -> dict[str, Any]:
    """MB/s and memory of each contender, and ours over the bare libraries; print the table."""
    files = make_files(config, scratch)
    race = run_race(contenders(config, files, scratch), config, told=in_words)
    cores = config.run_threads
    ratios = {
        f"{SHARDS} over {cores} x {TIKTOKEN}": [
            ratio / cores for ratio in race.ratios(SHARDS, TIKTOKEN, "mb_per_second")
        ],
        f"CPU time of {TIKTOKEN} over {SHARDS}": race.ratios(
            TIKTOKEN, SHARDS, "cpu_seconds_per_gb"
        ),
        f"time of {TRAINING} over {RUSTBPE}": race.ratios(TRAINING, RUSTBPE, "seconds"),
    }
    print_table(race, ratios)
    sizes = {name: path.stat().st_size for name, path in files.items()}
    return race.plain() | {"threads": cores, "files": sizes, "ratios": ratios}


def make_files(config: BenchmarkConfig, scratch: Path) -> dict[str, Path]:
    """The text, a beginning of it to train on, its first stories, and a vocabulary."""
    names = ("text", "training", "valid", "tokenizer")
    files = {
        name: scratch / f"{name}{'.json' if name == 'tokenizer' else '.txt'}" for name in names
    }
    source = Path(config.text).expanduser() if config.text else scratch / "fables.txt"
    if not config.text:
        write_fables(source)
    if not source.is_file() or source.suffix.lower() != ".txt" or not source.stat().st_size:
        raise FileNotFoundError(f"text={config.text} is no .txt with stories; check the path")
    with files["text"].open("wb") as text, files["training"].open("wb") as training:
        while text.tell() < config.mb * 1_000_000:
            for piece in cut_files([source], "text"):
                data = piece.bytes()
                text.write(data)
                if training.tell() < TRAINED_BYTES:
                    training.write(data)
                if text.tell() >= config.mb * 1_000_000:
                    break
            text.write(SEPARATOR.encode())
            training.write(SEPARATOR.encode())
    pieces = cut_files([files["text"]], "text")
    told = (story for piece in pieces for story in piece.read("text") if story)
    files["valid"].write_text(SEPARATOR.join(islice(told, HELD_OUT)), encoding="utf-8")
    data = text_config(files["training"], files["valid"])
    dials = TokenizerConfig(vocab_size=vocabulary(config), max_bytes=TOLD_BYTES)
    build_tokenizer(dials, lambda: stories(data, "train")).save(files["tokenizer"])
    return files


def vocabulary(config: BenchmarkConfig) -> int:
    return VOCABULARY if config.text else FABLES_VOCABULARY


def write_fables(path: Path) -> None:
    """Some megabytes of our own story world, as a text file."""
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for story in stories(DataConfig(train_stories=1_000_000), "train"):
            written += file.write(story + SEPARATOR)
            if written >= TOLD_BYTES:
                return


def text_config(text: Path, valid: Path, workers: int = 0) -> DataConfig:
    """All stories of these two files."""
    return DataConfig(
        name="text",
        kind=DataKind.text,
        train=[str(text)],
        valid=[str(valid)],
        train_stories=0,
        valid_stories=0,
        workers=workers,
    )


def contenders(config: BenchmarkConfig, files: dict[str, Path], scratch: Path) -> list[Contender]:
    request: dict[str, Any] = {name: str(path) for name, path in files.items()}
    request |= {
        "vocabulary": vocabulary(config),
        "scratch": str(scratch),
        "threads": config.run_threads,
    }
    peer = Path(config.peers).expanduser() / "tiny-lm" if config.peers else None
    tiny = peer and peer / "scripts" / "data" / "tokenize_data.py"
    absent = "" if config.peers else "peers=<folder> names none"
    return [
        contender(request, TIKTOKEN, "tiktoken"),
        contender(request, SHARDS, "shards"),
        contender(
            request | {"script": str(tiny)},
            "tiny-lm",
            "tiny_lm",
            absent or ("" if tiny and tiny.is_file() else f"no {tiny}"),
        ),
        contender(
            request,
            "nanoGPT",
            "nanogpt",
            absent or "its prepare.py takes its text and GPT-2's vocabulary from the hub alone",
        ),
        contender(request, RUSTBPE, "rustbpe"),
        contender(request, TRAINING, "training"),
    ]


def contender(request: dict[str, Any], name: str, work: str, absent: str = "") -> Contender:
    threads = {"RAYON_NUM_THREADS": str(request["threads"])}
    request = request | {"work": work}
    return Contender(name, module("tokenize_turns"), request, threads, absent)


def in_words(answer: dict[str, Any]) -> str:
    return f"{answer['mb_per_second']:.1f} MB/s, {answer['peak_mb']:.0f} MB of memory"


def print_table(race: Race, ratios: dict[str, list[float]]) -> None:
    header = ["", "MB/s", "CPU s per GB", "peak memory, MB"]
    rows = [
        [name, *(spread(race.values(name, figure), form) for figure, form in (
            ("mb_per_second", "{:.1f}"), ("cpu_seconds_per_gb", "{:.1f}"), ("peak_mb", "{:,.0f}")
        ))]
        for name in race.answers
    ]  # fmt: skip
    show(header, rows, race)
    print()
    for what, values in ratios.items():
        if values:
            print(f"{what}: {spread(values, '{:.2f}')}, median {statistics.median(values):.2f}")
