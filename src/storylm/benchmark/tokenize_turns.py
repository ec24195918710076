"""One turn of one contender in `what=tokenize`, in a process of its own."""

from __future__ import annotations

import importlib.util
import os
import resource
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storylm.benchmark.race import answer_with
from storylm.benchmark.tokenize import text_config
from storylm.config import LLAMA3_SPLIT, DataConfig, TokenizerConfig
from storylm.data.reading import cut_files
from storylm.data.stories import stories
from storylm.data.writing import prepare_shards
from storylm.memory import steady_memory
from storylm.tokenizer import END_OF_STORY, Tokenizer, build_tokenizer, load_tokenizer

SAMPLED = 0.25
"""Seconds between two looks at the memory."""
Clocks = tuple[float, float]
"""Seconds on the wall, and of all cores."""


class Memory:
    """The most memory that this process and those it started had together, in MB."""

    def __enter__(self) -> Memory:
        self.peak, self.over = 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.over.set()
        self.thread.join()

    def watch(self) -> None:
        while True:
            self.peak = max(self.peak, sum(map(resident, family(os.getpid()))))
            if self.over.wait(SAMPLED):
                return

    @property
    def megabytes(self) -> float:
        kibibytes = self.peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return kibibytes * 1024 / 1e6


def family(pid: int) -> list[int]:
    """A process and all that descend from it; itself alone where nobody knows."""
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    except OSError:
        pass
    return found


def resident(pid: int) -> int:
    """KiB of a process, what it shares divided among those who share it; 0 where it has ended."""
    for name, field in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            for line in Path(f"/proc/{pid}/{name}").read_text().splitlines():
                if line.startswith(field):
                    return int(line.split()[1])
        except OSError:
            continue
    return 0


def clocks() -> Clocks:
    own, started = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    cpu = own.ru_utime + own.ru_stime + started.ru_utime + started.ru_stime
    return time.perf_counter(), cpu


def since(before: Clocks) -> Clocks:
    now = clocks()
    return now[0] - before[0], now[1] - before[1]


# -------------------------------------------------------------------------------------- contenders


def tiktoken(request: dict[str, Any]) -> tuple[int, Clocks]:
    """Nothing but `encode_to_numpy`, on the pieces that our workers have."""
    encoding = plain_tokenizer(request).encoding
    size, wall, cpu = 0, 0.0, 0.0
    for piece in cut_files([Path(request["text"])], "text"):
        text, before = piece.bytes().decode(), clocks()
        encoding.encode_to_numpy(text, allowed_special={END_OF_STORY}, disallowed_special=())
        took = since(before)
        size, wall, cpu = size + piece.size, wall + took[0], cpu + took[1]
    return size, (wall, cpu)


def shards(request: dict[str, Any]) -> tuple[int, Clocks]:
    """What `scripts/tokenize_data.py` does."""
    folder = Path(request["scratch"]) / "shards"
    tokenizer, before = plain_tokenizer(request), clocks()
    prepare_shards(read_config(request, "text"), tokenizer, folder, progress=False)
    took = since(before)
    shutil.rmtree(folder)
    return sum(Path(request[name]).stat().st_size for name in ("text", "valid")), took


def rustbpe(request: dict[str, Any]) -> tuple[int, Clocks]:
    """Nothing but `train_from_iterator`, on a list of stories."""
    from rustbpe import Tokenizer as Trainer

    told = list(stories(read_config(request, "training"), "train"))
    trainer, before = Trainer(), clocks()
    trainer.train_from_iterator(iter(told), request["vocabulary"] - 1, pattern=LLAMA3_SPLIT)
    took = since(before)
    return Path(request["training"]).stat().st_size, took


def training(request: dict[str, Any]) -> tuple[int, Clocks]:
    """What `scripts/train_tokenizer.py` does, reading included."""
    before = clocks()
    config = read_config(request, "training")
    build_tokenizer(
        TokenizerConfig(vocab_size=request["vocabulary"]), lambda: stories(config, "train")
    )
    took = since(before)
    return Path(request["training"]).stat().st_size, took


def tiny_lm(request: dict[str, Any]) -> tuple[int, Clocks]:
    """Its `tokenize_split`, on our text and with our vocabulary; the cache of `datasets` is new."""
    from datasets import Dataset

    script = Path(request["script"])
    folder = Path(request["scratch"]) / "tiny-lm"
    sys.path.insert(0, str(script.parents[2]))
    spec = importlib.util.spec_from_file_location("tiny_lm_tokenize", script)
    room = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = room  # by which name `datasets` hashes its functions
    spec.loader.exec_module(room)
    tokenizer = plain_tokenizer(request)
    config = read_config(request, "text")
    rows = Dataset.from_generator(
        lambda: ({"text": one} for one in stories(config, "train")), cache_dir=str(folder)
    )
    ends = (tokenizer.end_of_story,) * 2
    before = clocks()
    room.tokenize_split(
        rows, "text", tokenizer.encoding, tokenizer.vocab_size, *ends, folder, "train.bin",
        num_threads=request["threads"],
    )  # fmt: skip
    took = since(before)
    shutil.rmtree(folder)
    return Path(request["text"]).stat().st_size, took


def read_config(request: dict[str, Any], name: str) -> DataConfig:
    return text_config(Path(request[name]), Path(request["valid"]), request["threads"])


def plain_tokenizer(request: dict[str, Any]) -> Tokenizer:
    tokenizer = load_tokenizer(Path(request["tokenizer"]))
    assert isinstance(tokenizer, Tokenizer)
    return tokenizer


WORKS: dict[str, Callable[[dict[str, Any]], tuple[int, Clocks]]] = {
    "tiktoken": tiktoken,
    "shards": shards,
    "rustbpe": rustbpe,
    "training": training,
    "tiny_lm": tiny_lm,
}


def work(request: dict[str, Any]) -> dict[str, Any]:
    with Memory() as memory:
        size, (seconds, cpu) = WORKS[request["work"]](request)
    return {
        "seconds": seconds,
        "mb_per_second": size / 1e6 / seconds,
        "cpu_seconds_per_gb": cpu / (size / 1e9),
        "peak_mb": memory.megabytes,
    }


if __name__ == "__main__":
    steady_memory()  # as scripts do
    answer_with(work)
