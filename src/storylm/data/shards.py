"""Shards of ids as one array, and whether they are whole.

`writing.py` makes a folder of `train_00000.bin …`, `valid_00000.bin …` and, last of all,
`manifest.json`, which says how many stories, tokens and bytes they hold, where the text came from
and each shard's sha256. `TokenShards` reads them. Before they are trained on, every byte is
compared with the manifest, once for each version of a file: `verified.json` remembers which.
"""

from __future__ import annotations

import bisect
import contextlib
import hashlib
import itertools
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from storylm.config import DataKind
from storylm.tokenizer import Tokenizer
from storylm.whole_files import read_sealed, write_sealed

FORMAT = 2
SPLITS = ("valid", "train")
"""In the order of writing: too little text to validate on is known before the long work."""
BLOCK = 1 << 22
"""Ids, or bytes, that are looked through at once."""
QUIET_SECONDS = 2.0
"""Verifying that takes longer says so."""


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
        at_once(self.verify_shard, self.shards)

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
    began, told, lock = time.monotonic(), not progress, threading.Lock()

    def watch() -> None:
        nonlocal told
        if time.monotonic() - began > QUIET_SECONDS:
            with lock:
                before, told = told, True
            if before:
                return
            size = sum(shard["tokens"] * s.dtype.itemsize for s in splits for shard in s.shards)
            print(f"{folder}: verifying {size / 1e6:,.1f} MB of shards, once", flush=True)

    record = folder / "verified.json"
    try:
        before = read_sealed(record, "").get("files")
    except (OSError, ValueError):
        before = None
    before = before if isinstance(before, dict) else {}
    now: dict[str, Any] = {}
    unseen = []
    for shards in splits:
        for shard in shards.shards:
            seen = {"sha256": shard["sha256"], "version": file_version(folder / shard["file"])}
            if before.get(shard["file"]) != seen:
                unseen.append((shards, shard))
            now[shard["file"]] = seen
    at_once(lambda pair: pair[0].verify_shard(pair[1], watch), unseen)
    if now != before:
        with contextlib.suppress(OSError):
            write_sealed(record, {"files": now})


def at_once(work: Callable[[Any], None], items: Sequence[Any]) -> None:
    """Work on all items, as many at a time as there are cores; the first error in their order."""
    with ThreadPoolExecutor(max(1, min(count_cores(), len(items)))) as pool:
        for _ in pool.map(work, items):
            pass


def file_version(path: Path) -> list[int]:
    """Numbers of which one changes when a file is written to or replaced."""
    state = path.stat()
    return [state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns]


# ----------------------------------------------------------------------------------------- manifest


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


def count_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
