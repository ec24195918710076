"""Stories to shards of ids, and the shards back as one array.

`prepare_shards` makes a folder of `train_00000.bin …`, `valid_00000.bin …` and, last of all,
`manifest.json`, which says how many stories, tokens and bytes they hold, where the text came from
and each shard's sha256. A shard appears whole or not at all, and a run that was killed goes on
after the last one: the files are the same, byte for byte, as those of a run that was not.
`TokenShards` reads them. Before they are trained on, every byte is compared with the manifest, once
for each version of a file: `verified.json` remembers which.
"""

from __future__ import annotations

import bisect
import contextlib
import hashlib
import itertools
import math
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from storylm.config import DataConfig, DataKind, fingerprint, identity
from storylm.data.stories import Batch, batches, extent, find_files, sources
from storylm.tokenizer import Tokenizer
from storylm.whole_files import read_sealed, sync_folder, write_sealed

FORMAT = 2
SPLITS = ("valid", "train")
"""In the order of writing: too little text to validate on is known before the long work."""
ALONE_SECONDS = 2.0
"""Work that is done within this time is not worth the start of other processes."""
BLOCK = 1 << 22
"""Ids, or bytes, that are looked through at once."""
QUIET_SECONDS = 2.0
"""Verifying that takes longer says so."""


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


class TokenShards:
    """All shards of a split ("train" or "valid") as one array of ids, mapped and not loaded.

    `manifest` is the whole manifest.json; `stories` and `bytes` count this split's (UTF-8 bytes of
    the stories' text). Raises FileNotFoundError for a missing file, ValueError for a truncated one
    or a strange manifest.
    """

    def __init__(self, folder: Path, split: str) -> None:
        self.folder, self.split = Path(folder), split
        self.manifest = read_manifest(self.folder)
        self.dtype = np.dtype(self.manifest["dtype"]).newbyteorder("<")
        self.vocab_size: int = self.manifest["vocab_size"]
        self.end_of_story: int = self.manifest["end_of_story"]
        counts = self.manifest["splits"][split]
        self.stories: int = counts["stories"]
        self.bytes: int = counts["bytes"]
        self.shards: list[dict[str, Any]] = counts["shards"]
        self.arrays = [self.open(shard) for shard in self.shards]
        self.ends = list(itertools.accumulate(len(array) for array in self.arrays))

    def __reduce__(self) -> tuple[Any, ...]:
        return TokenShards, (self.folder, self.split)  # a loader's process maps them itself

    def __len__(self) -> int:
        return self.ends[-1]

    def open(self, shard: dict[str, Any]) -> np.ndarray:
        path = self.folder / shard["file"]
        remedy = self.remedy
        if not path.is_file():
            raise FileNotFoundError(f"{path} is missing; {remedy}")
        size, expected = path.stat().st_size, shard["tokens"] * self.dtype.itemsize
        if size != expected:
            raise ValueError(
                f"{path} has {size:,} bytes, but the manifest says {expected:,}; {remedy}"
            )
        return np.memmap(path, dtype=self.dtype, mode="r").view(np.ndarray)

    def read(self, start: int, stop: int) -> np.ndarray:
        """The ids [start, stop) in the shards' own dtype, uint16 or uint32; read-only."""
        if not 0 <= start <= stop <= len(self):
            raise IndexError(f"[{start}, {stop}) is outside the {len(self):,} ids of {self.folder}")
        parts = []
        shard = bisect.bisect_right(self.ends, start, hi=len(self.ends) - 1)
        while True:
            first = self.ends[shard] - len(self.arrays[shard])
            parts.append(self.arrays[shard][max(start - first, 0) : stop - first])
            if stop <= self.ends[shard]:
                return parts[0] if len(parts) == 1 else np.concatenate(parts)
            shard += 1

    def story_starts(self) -> np.ndarray:
        """Positions of all `end_of_story` ids as int64: one stands before each story."""
        found = [np.empty(0, dtype=np.int64)]
        for start in range(0, len(self), BLOCK):
            ids = self.read(start, min(start + BLOCK, len(self)))
            found.append(start + np.flatnonzero(ids == self.end_of_story))
        return np.concatenate(found)

    def check_tokenizer(self, tokenizer: Tokenizer) -> None:
        """Raises ValueError where another tokenizer has made these shards."""
        if tokenizer.fingerprint != self.manifest["tokenizer"]:
            raise ValueError(
                f"{self.folder} was made with tokenizer {self.manifest['tokenizer'][:12]}, not "
                f"with {tokenizer.fingerprint[:12]}; take that one, or make shards of this one"
            )

    def verify(self) -> None:
        """Compare every shard with its sha256. Raises ValueError for the first that differs."""
        for shard in self.shards:
            self.verify_shard(shard)

    def verify_shard(self, shard: dict[str, Any], watch: Callable[[], None] = lambda: None) -> None:
        """The same for one shard. `watch` is called between blocks."""
        path, digest = self.folder / shard["file"], hashlib.sha256()
        with path.open("rb") as file:
            while data := file.read(BLOCK):
                digest.update(data)
                watch()
        if (found := digest.hexdigest()) != shard["sha256"]:
            raise ValueError(
                f"{path} has sha256 {found[:12]}, but the manifest says "
                f"{shard['sha256'][:12]}; {self.remedy}"
            )

    @property
    def remedy(self) -> str:
        if self.manifest["kind"] == DataKind.bin.value:  # the files are not ours to make
            return f"copy it again, or delete {self.folder} if it is meant to be another now"
        return f"delete {self.folder} and repeat the command, which makes it again"


def verify_once(folder: Path, splits: Sequence[TokenShards], *, progress: bool = True) -> None:
    """Verify the shards whose file is another than when it was last verified.

    What was verified is remembered where the folder can be written to; without that, all is
    verified each time. Raises as `TokenShards.verify`.
    """
    began, told = time.monotonic(), not progress

    def watch() -> None:
        nonlocal told
        if not told and time.monotonic() - began > QUIET_SECONDS:
            told = True
            size = sum(shard["tokens"] * s.dtype.itemsize for s in splits for shard in s.shards)
            print(f"{folder}: verifying {size / 1e6:,.1f} MB of shards, once", flush=True)

    record = folder / "verified.json"
    try:
        before = read_sealed(record, "").get("files")
    except (OSError, ValueError):
        before = None
    before = before if isinstance(before, dict) else {}
    now: dict[str, Any] = {}
    for shards in splits:
        for shard in shards.shards:
            seen = {"sha256": shard["sha256"], "version": file_version(folder / shard["file"])}
            if before.get(shard["file"]) != seen:
                shards.verify_shard(shard, watch)
            now[shard["file"]] = seen
    if now != before:
        with contextlib.suppress(OSError):
            write_sealed(record, {"files": now})


def file_version(path: Path) -> list[int]:
    """Numbers of which one changes when a file is written to or replaced."""
    state = path.stat()
    return [state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns]


# ----------------------------------------------------------------------------------------- manifest


def origin_of(config: DataConfig, tokenizer: Tokenizer, splits: Iterable[str]) -> str:
    """A hash of all that decides the shards of these splits; equal origins, equal shards."""
    text = {split: sources(config, split) for split in splits}
    return fingerprint([FORMAT, identity(config), tokenizer.fingerprint, text])


def read_origin(folder: Path) -> str | None:
    """The origin of the finished shards in a folder; None where there are none or of an older
    format, which are made again. Raises ValueError for a damaged manifest."""
    file = folder / "manifest.json"
    if not file.is_file():
        return None
    manifest = open_manifest(file)
    older = manifest.get("format") in range(1, FORMAT)
    return None if older else read_manifest(folder)["origin"]


def read_manifest(folder: Path) -> dict[str, Any]:
    """Raises FileNotFoundError without one, ValueError where it is damaged or of another format."""
    file = folder / "manifest.json"
    if not file.is_file():
        raise FileNotFoundError(f"{folder} has no finished shards; scripts/train.py makes them")
    manifest = open_manifest(file)
    if manifest.get("format") != FORMAT:
        raise ValueError(
            f"{file} has format {manifest.get('format')}, not {FORMAT}; delete {folder} and repeat "
            "the command"
        )
    return manifest


def open_manifest(file: Path) -> dict[str, Any]:
    remedy = f"delete {file.parent} and repeat the command, which makes it again"
    return read_sealed(file, remedy, unsealed=lambda manifest: manifest.get("format") == 1)


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


# ------------------------------------------------------------------------------------------ writing


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
    told = encode_all(batches(config, split, skip=kept), tokenizer, config.workers or count_cores())
    empty = 0
    with writer, contextlib.closing(told):
        for encoded in show_progress(told, config, split, folder) if progress else told:
            writer.add(encoded)
            empty += encoded.empty
        writer.finish()
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


# --------------------------------------------------------------------------------------- tokenizing


@dataclass
class Encoded:
    """A batch of stories as ids, with what the manifest counts."""

    ids: np.ndarray
    ends: np.ndarray
    """Where each story ends in `ids`."""
    bytes: np.ndarray
    """UTF-8 bytes of each story."""
    bits: list[float]
    """Information of each story; empty where it is not known."""
    empty: int
    position: int


def encode(batch: Batch, tokenizer: Tokenizer) -> Encoded:
    texts, bits = batch.tell()
    ids = tokenizer.encode_stories(texts) if texts else np.empty(0, dtype=dtype_of(tokenizer))
    starts = np.flatnonzero(ids == tokenizer.end_of_story)
    if len(starts) != len(texts):
        raise ValueError(f"the tokenizer marks {len(starts)} stories in {len(texts)}")
    sizes = [len(text) if text.isascii() else len(text.encode()) for text in texts]
    return Encoded(
        ids=ids,
        ends=np.append(starts, len(ids))[1:] if texts else starts,
        bytes=np.array(sizes, dtype=np.int64),
        bits=bits,
        empty=batch.empty,
        position=batch.position,
    )


def encode_all(work: Iterator[Batch], tokenizer: Tokenizer, workers: int) -> Iterator[Encoded]:
    """All batches as ids, in their order, with a bounded number of them on the way."""
    began = time.monotonic()
    while workers == 1 or time.monotonic() - began < ALONE_SECONDS:
        if (batch := next(work, None)) is None:
            return
        yield encode(batch, tokenizer)
    # Not "fork": torch may be here already, with threads and locks that a copy would find locked.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, initializer=begin_worker, initargs=(tokenizer,))
    waiting: deque[Any] = deque()
    try:
        for batch in work:
            with interrupts_held():  # this may start a worker
                waiting.append(pool.submit(encode_in_worker, batch))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise ChildProcessError(
            "a process that tokenizes has died, perhaps for lack of memory; set data.workers="
            f"{workers // 2} and repeat the command"
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def interrupts_held() -> Iterator[None]:
    """Ctrl-C waits until this is over, and processes that are started in it never hear it: they
    would else end in a traceback while they are still importing."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


worker_tokenizer: Tokenizer
"""Each worker's own, there from its beginning."""


def begin_worker(tokenizer: Tokenizer) -> None:
    """Keep the tokenizer, leave Ctrl-C to the parent, and end when it ends, however that is."""
    global worker_tokenizer
    worker_tokenizer = tokenizer
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def end_with_parent() -> None:
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


def encode_in_worker(batch: Batch) -> Encoded:
    return encode(batch, worker_tokenizer)


def count_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def dtype_of(tokenizer: Tokenizer) -> np.dtype:
    return np.dtype(np.uint16 if tokenizer.vocab_size <= 65_536 else np.uint32)


# ---------------------------------------------------------------------------------------- bin files


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
