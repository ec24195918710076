"""Stories, tokenizer and shards, each made only if it is missing or its source has changed."""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

from storylm.data.shards import TokenShards, prepare_shards
from storylm.data.stories import sources, stories
from storylm.tokenizer import Tokenizer, build_tokenizer, load_tokenizer, tokenizer_report

from storylm.config import DataConfig, TokenizerConfig, fingerprint, identity

REPORT_STORIES = 1_000


def prepare_tokenizer(config: TokenizerConfig, data: DataConfig) -> Tokenizer:
    """The tokenizer of this config on this text, from its folder or made now.

    The folder's name holds a hash of all that decides the vocabulary, so that another text or
    another dial never finds the wrong one.
    """
    made_here = config.kind.value in ("bpe", "top")
    key = [identity(config), sources(data, "train") if made_here else None]
    folder = Path(config.folder) / f"{config.name}-{fingerprint(key)[:6]}"
    with one_at_a_time(folder):
        if (folder / "tokenizer.json").exists():
            return load_tokenizer(folder)
        began = time.monotonic()
        tokenizer = build_tokenizer(config, lambda: stories(data, "train"))
        tokenizer.save(folder / "tokenizer.json")
        if data.kind.value != "bin":
            held_out = itertools.islice(stories(data, "valid"), REPORT_STORIES)
            (folder / "report.md").write_text(tokenizer_report(tokenizer, held_out))
        took = time.monotonic() - began
        print(f"{folder}: {tokenizer.vocab_size:,} tokens in {took:.0f} s", flush=True)
        return tokenizer


def prepare_data(config: DataConfig, tokenizer: Tokenizer) -> tuple[TokenShards, TokenShards]:
    """The training and the validation shards of this text under this tokenizer."""
    with one_at_a_time(Path(config.folder) / f"{config.name}-{tokenizer.fingerprint[:6]}"):
        return prepare_shards(config, tokenizer)


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Ranks and cells that start together make a thing once: the first works, the others wait."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = folder.parent / f".{folder.name}.lock"
    with lock.open("w") as file:
        if os.name == "posix":
            import fcntl

            fcntl.lockf(file, fcntl.LOCK_EX)  # let go when the file closes, or the process dies
        yield
