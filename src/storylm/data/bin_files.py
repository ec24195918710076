"""Token files that others made: looked through once, and left where they are."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from storylm.config import DataConfig
from storylm.data.shards import BLOCK
from storylm.data.stories import find_files, sources
from storylm.tokenizer import Tokenizer


def map_files(config: DataConfig, tokenizer: Tokenizer, split: str) -> dict[str, Any]:
    """What the manifest says of token files that others made. They stay where they are.

    Raises ValueError for half an id, an id outside the vocabulary, or no end of a story.
    """
    shards = [count_ids(path, config.dtype, tokenizer) for path in find_files(config, split)]
    counts = {name: sum(s[name] for s in shards) for name in ("stories", "tokens", "bytes")}
    if split == "valid" and not counts["stories"]:
        raise ValueError(
            f"data.{split}={getattr(config, split)} never holds {tokenizer.end_of_story}, the id "
            "that ends a story; is this the tokenizer that made it?"
        )
    return counts | {"empty": 0, "sources": sources(config, split), "shards": shards}


def count_ids(path: Path, dtype: str, tokenizer: Tokenizer) -> dict[str, Any]:
    """One token file, read once: its hash, its counts, and whether the vocabulary has its ids."""
    little = np.dtype(dtype).newbyteorder("<")
    size, item = path.stat().st_size, little.itemsize
    if size % item or not size:
        raise ValueError(
            f"{path} has {size:,} bytes, which are no whole ids of data.dtype={dtype} ({item} "
            "bytes each); check data.dtype, or copy it again"
        )
    counts_V = np.zeros(tokenizer.vocab_size, dtype=np.int64)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(BLOCK * item):
            ids = np.frombuffer(data, dtype=little)
            if (largest := int(ids.max())) >= tokenizer.vocab_size:
                raise ValueError(
                    f"{path} holds id {largest}, but the tokenizer has {tokenizer.vocab_size}; "
                    f"check data.dtype={dtype} and that this tokenizer made it"
                )
            counts_V += np.bincount(ids, minlength=tokenizer.vocab_size)
            digest.update(data)
    return {
        "file": str(path.resolve()),
        "stories": int(counts_V[tokenizer.end_of_story]),
        "tokens": size // item,
        "bytes": int(counts_V @ tokenizer.bytes_per_token_V),
        "sha256": digest.hexdigest(),
    }
