"""Tokenizer and shards of a text, each made only if it is not there yet."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from storylm.config import (
    DataConfig,
    DataKind,
    TokenizerConfig,
    TokenizerKind,
    TrainConfig,
    fingerprint,
    identity,
)
from storylm.data.shards import SPLITS, TokenShards
from storylm.data.stories import sources, stories
from storylm.data.writing import prepare_shards
from storylm.tokenizer import (
    Tokenizer,
    build_tokenizer,
    load_folder,
    read_origin,
    save_folder,
    source_digest,
    tokenizer_report,
)
from storylm.whole_files import write_whole

REPORT_STORIES = 1_000


def tokenizer_folder(config: TokenizerConfig, data: DataConfig) -> Path:
    """Where this tokenizer on this text is kept.

    The name holds a hash of all that decides the vocabulary, the content of `tokenizer.source`
    included, so that another text, file or dial never finds the wrong one. Where the source is out
    of reach, the one folder is taken that was made of it. Raises as `find_source` and `stories` do.
    """
    origin = tokenizer_origin(config, data)
    if reads_source(config):
        try:
            origin["source"] = source_digest(config.source)
        except OSError:  # ConnectionError and FileNotFoundError are among them
            made = [
                folder
                for folder in sorted(Path(config.folder).glob(f"{config.name}-*"))
                if (found := read_origin(folder)) and found | {"source": None} == origin
            ]
            if len(made) != 1:
                raise
            return made[0]
    parts = [origin["dials"], origin["text"]] + ([origin["source"]] if origin["source"] else [])
    return Path(config.folder) / f"{config.name}-{fingerprint(parts)[:6]}"


def tokenizer_origin(config: TokenizerConfig, data: DataConfig) -> dict[str, Any]:
    """All that decides a vocabulary, but for the content of its source."""
    reads_text = config.kind in (TokenizerKind.bpe, TokenizerKind.top)
    text = sources(data, "train") if reads_text else None
    return {"dials": identity(config), "text": text, "source": None}


def reads_source(config: TokenizerConfig) -> bool:
    return config.kind in (TokenizerKind.pretrained, TokenizerKind.top)


def prepare_tokenizer(config: TokenizerConfig, data: DataConfig) -> Tokenizer:
    """The tokenizer, from its folder or made now; raises as `build_tokenizer` and `stories` do, and
    ValueError for a folder that is damaged. One without its manifest is made again."""
    folder = tokenizer_folder(config, data)
    with one_at_a_time(folder):
        if tokenizer := load_folder(folder):
            return tokenizer
        began = time.monotonic()
        origin = tokenizer_origin(config, data)
        if reads_source(config):
            origin["source"] = source_digest(config.source)
        tokenizer = build_tokenizer(config, lambda: stories(data, "train"))
        held_out: Iterator[str] = iter(())
        if data.kind is not DataKind.bin:
            held_out = itertools.islice(stories(data, "valid"), REPORT_STORIES)
        folder.mkdir(parents=True, exist_ok=True)
        report = tokenizer_report(tokenizer, held_out)
        write_whole(folder / "report.md", report)
        save_folder(folder, tokenizer, origin)
        took = time.monotonic() - began
        print(f"{folder}: {tokenizer.vocab_size:,} tokens, made in {took:.0f} s", flush=True)
        return tokenizer


def prepare_data(config: DataConfig, tokenizer: Tokenizer) -> tuple[TokenShards, TokenShards]:
    """The training and the validation shards of this text under this tokenizer."""
    with one_at_a_time(Path(config.folder) / f"{config.name}-{tokenizer.fingerprint[:6]}"):
        return prepare_shards(config, tokenizer)


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Ranks and cells that start together make a thing once: the first works, the others wait.

    Where nothing can be written, nothing can be made, and all go on at once.
    """
    with contextlib.ExitStack() as held:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            file = held.enter_context((folder.parent / f".{folder.name}.lock").open("w"))
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
                raise
        else:
            if os.name == "posix":
                import fcntl

                fcntl.lockf(file, fcntl.LOCK_EX)  # let go when it closes, or the process dies
        yield


# ---------------------------------------------------------------------------- what a run is made of


def trained_sources(config: TrainConfig, manifest: dict[str, Any]) -> dict[str, str | None]:
    """Fingerprints of the text that a run's shards were made of, by the shards' manifest: of its
    data dials, the story world, both splits, and of a local `tokenizer.source`."""
    return in_fingerprints(
        config, {split: manifest["splits"][split]["sources"] for split in SPLITS}
    )


def sources_now(config: TrainConfig) -> dict[str, str | None]:
    """The same of the text as it is now; None for what is not there any more or out of reach."""
    texts: dict[str, Any] = {}
    for split in SPLITS:
        try:
            texts[split] = sources(config.data, split)
        except (FileNotFoundError, ConnectionError):
            texts[split] = None
    return in_fingerprints(config, texts)


def in_fingerprints(config: TrainConfig, texts: dict[str, Any]) -> dict[str, str | None]:
    source, place = None, Path(config.tokenizer.source).expanduser()
    # What init_from names brings its tokenizer into the run's own folder, and is needed no more.
    # The hub is not asked.
    if reads_source(config.tokenizer) and not config.init_from and place.exists():
        with contextlib.suppress(FileNotFoundError):
            source = source_digest(config.tokenizer.source)
    return {
        "data": fingerprint(identity(config.data)),
        "world": texts["train"] and texts["train"].get("world"),
        "train": texts["train"] and fingerprint(texts["train"]),
        "valid": texts["valid"] and fingerprint(texts["valid"]),
        "tokenizer": source,
    }
