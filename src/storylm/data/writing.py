"""Stories to shards: a folder that is made once, and goes on where it was killed.

A shard appears whole or not at all, and a run that was killed goes on after the last one: the files
are the same, byte for byte, as those of a run that was not, and with any number of workers.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from storylm.config import DataConfig, DataKind, fingerprint, identity
from storylm.data.bin_files import map_files
from storylm.data.shards import (
    FORMAT,
    SPLITS,
    TokenShards,
    count_cores,
    read_origin,
    verify_once,
)
from storylm.data.stories import batches, extent, no_stories, sources
from storylm.data.tokenizing import Encoded, dtype_of, encode_all
from storylm.tokenizer import Tokenizer
from storylm.whole_files import read_sealed, sync_folder, write_sealed


def prepare_shards(
    config: DataConfig, tokenizer: Tokenizer, folder: Path | None = None, *, progress: bool = True
) -> tuple[TokenShards, TokenShards]:
    """The training and the validation shards of this text, made if they are missing or stale.

    The folder is named after the dials and the tokenizer; it is stale where the text has changed.
    With more than one of `data.workers` a script needs the usual `if __name__ == "__main__"`.
    Raises what `stories` raises, OSError in one line for a full disk, ValueError for shards that
    are damaged.
    """
    if folder is None:
        key = fingerprint([identity(config), tokenizer.fingerprint])[:6]
        folder = Path(config.folder) / f"{config.name}-{key}"
    origin = origin_of(config, tokenizer, SPLITS)
    if read_origin(folder) != origin:
        began = time.monotonic()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").unlink(missing_ok=True)
        if config.kind is DataKind.bin:
            splits = {split: map_files(config, tokenizer, split) for split in SPLITS}
        else:
            splits = {
                split: write_shards(config, tokenizer, folder, split, progress=progress)
                for split in SPLITS
            }
        write_manifest(config, tokenizer, folder, splits, origin)
        if progress:
            print(f"{folder}: {summary(splits, time.monotonic() - began)}", flush=True)
    train, valid = TokenShards(folder, "train"), TokenShards(folder, "valid")
    verify_once(folder, [train, valid], progress=progress)
    return train, valid


def origin_of(config: DataConfig, tokenizer: Tokenizer, splits: Iterable[str]) -> str:
    """A hash of all that decides the shards of these splits; equal origins, equal shards."""
    text = {split: sources(config, split) for split in splits}
    return fingerprint([FORMAT, identity(config), tokenizer.fingerprint, text])


def write_shards(
    config: DataConfig, tokenizer: Tokenizer, folder: Path, split: str, *, progress: bool = True
) -> dict[str, Any]:
    """Tokenize a split into shards of about `data.shard_tokens` and return what the manifest says
    of it, with `bits`, the information of its stories (None where unknown).

    Each finished shard has a record beside it until the manifest is there; shards whose record fits
    are kept, and the work goes on after them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = sources(config, split)
    writer = ShardWriter(folder, split, config.shard_tokens, origin_of(config, tokenizer, [split]))
    kept = sum(shard["stories"] for shard in writer.shards)
    work, workers = batches(config, split, skip=kept), config.workers or count_cores()
    told = encode_all(work, tokenizer, workers, extent(config, split)[0])
    empty = seen = 0
    with writer, contextlib.closing(told):
        for encoded in show_progress(told, config, split, folder) if progress else told:
            writer.add(encoded)
            empty, seen = empty + encoded.empty, seen + encoded.seen
        writer.finish()
    if not writer.shards:
        raise ValueError(no_stories(config, split, seen))
    shards = writer.shards
    counts = {name: sum(s[name] for s in shards) for name in ("stories", "tokens", "bytes")}
    bits = None if None in [s["bits"] for s in shards] else math.fsum(s["bits"] for s in shards)
    names = ("file", "stories", "tokens", "bytes", "sha256")
    return counts | {
        "empty": empty,
        "bits": bits,
        "sources": source,
        "shards": [{name: shard[name] for name in names} for shard in shards],
    }


class ShardWriter:
    """Appends stories to a split's shards. `shards` are the records of the finished ones."""

    def __init__(self, folder: Path, split: str, shard_tokens: int, origin: str) -> None:
        self.folder, self.split = folder, split
        self.shard_tokens, self.origin = shard_tokens, origin
        self.shards: list[dict[str, Any]] = []
        while record := self.read_record(len(self.shards)):
            self.shards.append(record)
        kept = {shard["file"] for shard in self.shards}
        for path in own_files(folder, split):
            if path.with_suffix(".bin").name not in kept:
                path.unlink()
        self.file = None

    def path(self, number: int) -> Path:
        return self.folder / f"{self.split}_{number:05d}.bin"

    def read_record(self, number: int) -> dict[str, Any] | None:
        """The record of a finished shard; None where it is damaged or of another origin."""
        path = self.path(number)
        try:
            record = read_sealed(path.with_suffix(".json"), "")
            fits = record["origin"] == self.origin and record["size"] == path.stat().st_size
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return record if fits else None

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(self, *_: Any) -> None:
        if self.file:  # something went wrong on the way
            with contextlib.suppress(OSError):  # what is left in the buffer may not fit either
                self.file.close()
            Path(self.file.name).unlink(missing_ok=True)

    def add(self, told: Encoded) -> None:
        """Append stories; a shard is closed at the first end of a story at or beyond its size."""
        story, position = 0, 0
        while story < len(told.ends):
            if not self.file:
                self.begin()
            full = position + self.shard_tokens - self.tokens
            last = min(int(np.searchsorted(told.ends, full)), len(told.ends) - 1)
            self.append(told, slice(story, last + 1), told.ids[position : told.ends[last]])
            story, position = last + 1, int(told.ends[last])
            if self.tokens >= self.shard_tokens:
                self.finish()

    def begin(self) -> None:
        self.stories = self.tokens = self.bytes = 0
        self.bits: list[float] = []
        self.hash = hashlib.sha256()
        with in_words(self.folder):
            self.file = self.path(len(self.shards)).with_suffix(".bin.part").open("wb")

    def append(self, told: Encoded, chosen: slice, ids: np.ndarray) -> None:
        little = np.ascontiguousarray(ids, dtype=ids.dtype.newbyteorder("<"))
        with in_words(self.folder):
            self.file.write(little)
        self.hash.update(little)
        self.stories += chosen.stop - chosen.start
        self.tokens += len(ids)
        self.bytes += int(told.bytes[chosen].sum())
        self.bits += told.bits[chosen]

    def finish(self) -> None:
        """Close the shard, if one is begun: on the disk, then under its name, then its record."""
        if not self.file:
            return
        path = self.path(len(self.shards))
        with in_words(self.folder):
            self.file.flush()
            os.fsync(self.file.fileno())
            size = self.file.tell()
            self.file.close()
            os.replace(self.file.name, path)
            sync_folder(self.folder)
        self.file = None
        record = {
            "file": path.name,
            "stories": self.stories,
            "tokens": self.tokens,
            "bytes": self.bytes,
            "bits": math.fsum(self.bits) if self.bits else None,
            "sha256": self.hash.hexdigest(),
            "size": size,
            "origin": self.origin,
        }
        with in_words(self.folder):
            write_sealed(path.with_suffix(".json"), record)
        self.shards.append(record)


@contextlib.contextmanager
def in_words(folder: Path) -> Iterator[None]:
    """A disk that is full or read-only, in one line."""
    try:
        yield
    except OSError as error:
        raise OSError(
            f"cannot write into {folder}: {error.strerror or error}; make room or set data.folder, "
            "then repeat the command: it goes on after the last whole shard"
        ) from error


def show_progress(
    told: Iterable[Encoded], config: DataConfig, split: str, folder: Path
) -> Iterator[Encoded]:
    """Pass everything on: under a bar on a terminal, elsewhere with a line now and then."""
    from tqdm import tqdm

    total, unit = extent(config, split)
    name, spoken = f"{folder.name} {split}", time.monotonic()
    with tqdm(total=total, unit=unit, desc=name, unit_scale=True, disable=None, leave=False) as bar:
        for encoded in told:
            yield encoded
            bar.update(encoded.position - bar.n)
            if bar.disable and time.monotonic() - spoken > 20:
                print(f"{name}: {encoded.position / total:.0%}", file=sys.stderr, flush=True)
                spoken = time.monotonic()


# ----------------------------------------------------------------------------------------- manifest


def write_manifest(
    config: DataConfig,
    tokenizer: Tokenizer,
    folder: Path,
    splits: dict[str, dict[str, Any]],
    origin: str,
) -> None:
    """Say what the folder holds. With this file the shards count as finished.

    `origin` is from before the reading: a text that changes meanwhile makes stale shards.
    """
    bits = splits["valid"].pop("bits", None)
    splits["train"].pop("bits", None)
    dtype = config.dtype if config.kind is DataKind.bin else dtype_of(tokenizer).name
    hashes = {name: [shard["sha256"] for shard in splits[name]["shards"]] for name in SPLITS}
    manifest = {
        "format": FORMAT,
        "name": config.name,
        "kind": config.kind.value,
        "dtype": dtype,
        "vocab_size": tokenizer.vocab_size,
        "end_of_story": tokenizer.end_of_story,
        "tokenizer": tokenizer.fingerprint,
        "floor_bits_per_byte": bits and bits / splits["valid"]["bytes"],
        "fingerprint": fingerprint([dtype, hashes]),
        "origin": origin,
        "splits": {name: splits[name] for name in ("train", "valid")},
    }
    with in_words(folder):
        write_sealed(folder / "manifest.json", manifest)
    kept = {shard["file"] for split in splits.values() for shard in split["shards"]}
    for path in own_files(folder, *SPLITS):
        if path.name not in kept:
            path.unlink()


def own_files(folder: Path, *splits: str) -> list[Path]:
    """Shards of these splits, the records beside them, and parts of either."""
    name = re.compile(rf"({'|'.join(splits)})_\d{{5,}}\.(bin|json)(\.part)?")
    return [path for path in sorted(folder.iterdir()) if name.fullmatch(path.name)]


def summary(splits: dict[str, dict[str, Any]], seconds: float) -> str:
    stories, tokens, size = (
        sum(split[name] for split in splits.values()) for name in ("stories", "tokens", "bytes")
    )
    skipped = sum(split["empty"] for split in splits.values())
    return (
        f"{stories:,} stories, {tokens / 1e6:,.1f} M tokens, {size / 1e6:,.1f} MB in "
        f"{seconds:.0f} s" + (f" ({skipped:,} empty ones skipped)" if skipped else "")
    )
