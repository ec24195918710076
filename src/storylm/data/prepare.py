"""Tokenizer and shards of a text, each made only if it is not there yet."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

from storylm.config import (
    DataConfig,
    DataKind,
    TokenizerConfig,
    TokenizerKind,
    fingerprint,
    identity,
)
from storylm.data.shards import TokenShards, prepare_shards
from storylm.data.stories import sources, stories
from storylm.tokenizer import Tokenizer, build_tokenizer, load_tokenizer, tokenizer_report

REPORT_STORIES = 1_000


def tokenizer_folder(config: TokenizerConfig, data: DataConfig) -> Path:
    """Where this tokenizer on this text is kept.

    The name holds a hash of all that decides the vocabulary, so that another text or another dial
    never finds the wrong one.
    """
    reads_text = config.kind in (TokenizerKind.bpe, TokenizerKind.top)
    key = fingerprint([identity(config), sources(data, "train") if reads_text else None])
    return Path(config.folder) / f"{config.name}-{key[:6]}"


def prepare_tokenizer(config: TokenizerConfig, data: DataConfig) -> Tokenizer:
    """The tokenizer, from its folder or made now; raises as `build_tokenizer` and `stories` do."""
    folder = tokenizer_folder(config, data)
    with one_at_a_time(folder):
        if (folder / "tokenizer.json").exists():
            return load_tokenizer(folder)
        began = time.monotonic()
        tokenizer = build_tokenizer(config, lambda: stories(data, "train"))
        held_out: Iterator[str] = iter(())
        if data.kind is not DataKind.bin:
            held_out = itertools.islice(stories(data, "valid"), REPORT_STORIES)
        folder.mkdir(parents=True, exist_ok=True)
        report = tokenizer_report(tokenizer, held_out)
        (folder / "report.md").write_text(report, encoding="utf-8")
        tokenizer.save(folder / "tokenizer.json")  # last: its presence says that all is there
        took = time.monotonic() - began
        print(f"{folder}: {tokenizer.vocab_size:,} tokens, made in {took:.0f} s", flush=True)
        return tokenizer


def prepare_data(config: DataConfig, tokenizer: Tokenizer) -> tuple[TokenShards, TokenShards]:
    """The training and the validation shards of this text under this tokenizer."""
    with one_at_a_time(Path(config.folder) / f"{config.name}-{tokenizer.fingerprint[:6]}"):
        return prepare_shards(config, tokenizer)


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Ranks and cells that start together make a thing once: the first works, the others wait."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as file:
        if os.name == "posix":
            import fcntl

            fcntl.lockf(file, fcntl.LOCK_EX)  # let go when the file closes, or the process dies
        yield
