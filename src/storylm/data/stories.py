"""Where stories come from: told from seeds, read from local files, or fetched from the hub.

`stories` yields their text, `batches` yields small pieces of work of which each worker tells or
reads one, and `sources` says where the text came from, so that a change is noticed. However large a
corpus is, only a few megabytes of it are in memory.
"""

from __future__ import annotations

import functools
import glob
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from storylm.config import DataConfig, DataKind
from storylm.data.fables import Difficulty, tell
from storylm.data.hub import hub_file, hub_listing
from storylm.data.reading import SEPARATOR, Piece, cut_files

BATCH_FABLES = 512


@dataclass
class Told:
    """What a batch gives."""

    texts: list[str] = field(default_factory=list)
    """Stripped, and never empty."""
    bits: list[float] = field(default_factory=list)
    """Of fables: the exact information of each."""
    empty: int = 0
    """Empty stories that were skipped on the way here."""
    seen: int = 0
    """Stories that are not empty; those of the other split are among them."""


@dataclass
class Batch:
    """Stories for one worker: the piece of a file that holds them, or seeds to tell them from."""

    piece: Piece | None = None
    text_field: str = "text"
    held_out: tuple[float, bool] | None = None
    """Where validation has a share of the training stories: that share, and whether its own are
    wanted."""
    seeds: list[int] = field(default_factory=list)
    world: Difficulty = field(default_factory=Difficulty)
    told: Told = field(default_factory=Told)
    """What was read before it came to a worker."""
    position: int = 0
    """How far this is into the split, in the unit of `extent`."""

    def tell(self) -> Told:
        """The stories, in their order. Raises ValueError for a piece that cannot be read."""
        if self.seeds:
            told = [tell(seed, self.world) for seed in self.seeds]
            return Told([one.text for one in told], [one.bits for one in told], seen=len(told))
        if self.piece is None:
            return self.told
        every = self.piece.read(self.text_field)
        texts = [text for text in every if text]
        empty, seen = len(every) - len(texts), len(texts)
        if self.held_out:
            texts = [text for text in texts if self.wants(text)]
        return Told(texts, empty=self.told.empty + empty, seen=self.told.seen + seen)

    def wants(self, text: str) -> bool:
        """Whether a story is in this split."""
        return not self.held_out or is_held_out(text, self.held_out[0]) == self.held_out[1]


def stories(config: DataConfig, split: str) -> Iterator[str]:
    """Every story of a split ("train" or "valid"), in its order, stripped and never empty.

    Raises FileNotFoundError for a pattern that matches nothing, ValueError for what cannot be read
    (file and place named) and for a split without stories, ConnectionError without the hub.
    """
    seen, found = 0, False
    for batch in batches(config, split):
        told = batch.tell()
        seen, found = seen + told.seen, found or bool(told.texts)
        yield from told.texts
    if not found:
        raise ValueError(no_stories(config, split, seen))


def batches(config: DataConfig, split: str, *, skip: int = 0) -> Iterator[Batch]:
    """The same stories but for the first `skip`, as work for several processes. Raises as
    `stories` does, but leaves what is in a piece, even that there is nothing, to who tells it."""
    if config.kind is DataKind.bin:
        raise ValueError(
            f"data={config.name} holds token ids, not text; choose the tokenizer that made them "
            "with tokenizer=gpt2, or tokenizer.kind=pretrained tokenizer.source=<tokenizer.json>"
        )
    if config.kind is DataKind.fables:
        return fable_batches(config, split, skip)
    return text_batches(config, split, skip)


def extent(config: DataConfig, split: str) -> tuple[int, str]:
    """The length of a split for a progress bar, and its unit: stories, or bytes of its files."""
    if config.kind is DataKind.fables:
        return most_stories(config, split), " stories"
    return sum(path.stat().st_size for path in find_files(config, split)), "B"


def sources(config: DataConfig, split: str) -> dict[str, Any]:
    """Where the text of a split comes from, as plain data. Equal sources mean equal stories."""
    if config.kind is DataKind.fables:
        world = {"world": world_fingerprint(), "seed": config.seed}
        return world | asdict(difficulty(config)) | {"stories": most_stories(config, split)}
    if config.kind is DataKind.hub:
        commit, names = hub_files(config, split)
        where = {"hub_id": config.hub_id, "revision": config.revision, "commit": commit}
        return where | {"files": names}
    files = []
    for path in find_files(config, split):
        state = path.stat()
        files.append({"file": str(path), "size": state.st_size, "mtime_ns": state.st_mtime_ns})
    return {"files": files}


def most_stories(config: DataConfig, split: str) -> int:
    """How many stories of a split are told or read at most; 0 for all."""
    return config.train_stories if split == "train" else config.valid_stories


# ------------------------------------------------------------------------------------------- fables


def fable_batches(config: DataConfig, split: str, skip: int) -> Iterator[Batch]:
    total = most_stories(config, split)
    for first in range(skip, total, BATCH_FABLES):
        last = min(first + BATCH_FABLES, total)
        seeds = [fable_seed(config.seed, split, i) for i in range(first, last)]
        yield Batch(seeds=seeds, world=difficulty(config), position=last)


def difficulty(config: DataConfig) -> Difficulty:
    """The dials of the story world, among those of the data."""
    return Difficulty(
        vocabulary=config.vocabulary,
        characters=config.characters,
        length=config.length,
        distance=config.distance,
        instruct=config.instruct,
    )


def fable_seed(seed: int, split: str, i: int) -> int:
    """The seed in [0, 2^63) of story i of a split.

    With one `seed` no two stories share theirs, over both splits: what follows is a bijection of
    2 i + (split is valid). Another `seed` shifts by a random number, so that overlaps have a chance
    of about 2^-40.
    """
    mask = (1 << 63) - 1
    key = hashlib.blake2b(str(seed).encode(), digest_size=8).digest()
    x = (2 * i + (split == "valid")) ^ (int.from_bytes(key, "little") & mask)
    # The finalizer of splitmix64 (Steele et al. 2014), modulo 2^63, where it stays a bijection.
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
    return x ^ (x >> 31)


@functools.cache
def world_fingerprint() -> str:
    """sha256 over the code that tells: another world tells other stories from the same seeds."""
    folder = Path(__file__).parent / "fables"
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


# -------------------------------------------------------------------------------------------- files


def text_batches(config: DataConfig, split: str, skip: int) -> Iterator[Batch]:
    most = most_stories(config, split)
    held_out = None if config.valid else (config.valid_share, split == "valid")
    found, told, position = 0, Told(), 0
    for piece in cut_files(find_files(config, split), config.text_field):
        position = piece.position
        batch = Batch(piece, config.text_field, held_out, told=told, position=position)
        if found >= skip and not most:
            yield batch
            told = Told()
            continue
        for text in piece.read(config.text_field):  # here, since they must be counted
            told.empty += not text
            told.seen += bool(text)
            if text and batch.wants(text):
                found += 1
                if found > skip:
                    told.texts.append(text)
                if found == most:
                    break
        if told.texts:
            yield Batch(told=told, position=position)
            told = Told()
        if most and found >= most:
            break
    if told != Told():
        yield Batch(told=told, position=position)


def no_stories(config: DataConfig, split: str, seen: int) -> str:
    """Why a split has no story, in one line."""
    if not seen:
        dial = "valid" if split == "valid" and config.valid else "train"
        return f"data.{dial}={getattr(config, dial)} holds no story, only empty text"
    share = f"data.valid_share={config.valid_share} of {seen:,} stories leaves none"
    return (
        f"{share} for the {split} split; give data.valid files, another share, or separate the "
        f"stories with {SEPARATOR.decode()}"
    )


def is_held_out(text: str, share: float) -> bool:
    """Whether a story belongs to the held-out share: by its text alone, so the same in every run,
    and equal stories are never parted."""
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") < share * 2**64


def find_files(config: DataConfig, split: str) -> list[Path]:
    """The files of a split, each once; those of the hub are downloaded first."""
    if config.kind is DataKind.hub:
        return download(config, split)

    def find(pattern: str) -> list[str]:
        pattern = os.path.expanduser(pattern)
        found = [pattern] if os.path.exists(pattern) else glob.glob(pattern, recursive=True)
        return sorted(str(Path(name)) for name in found if os.path.isfile(name))

    return [Path(name) for name in match_files(config, split, find)]


def match_files(config: DataConfig, split: str, find: Callable[[str], list[str]]) -> list[str]:
    """What `find` gives for a split's patterns, in the order of the patterns."""
    matched: dict[str, list[str]] = {}
    for dial in ("train", "valid"):
        names: dict[str, None] = {}
        for pattern in getattr(config, dial):
            if not (found := find(pattern)):
                where = f" in the data set {config.hub_id}" if config.hub_id else ""
                if os.path.isdir(os.path.expanduser(pattern)) and not where:
                    raise FileNotFoundError(
                        f"data.{dial}: {pattern} is a folder; name its files, as {pattern}/*.txt"
                    )
                raise FileNotFoundError(f"data.{dial}: no file {pattern}{where}; check the path")
            names |= dict.fromkeys(found)
        matched[dial] = list(names)
    if both := set(matched["train"]) & set(matched["valid"]):
        raise ValueError(
            f"{min(both)} is in data.train and in data.valid, but what is learned must not be the "
            "test; take it out of one of them"
        )
    return matched["valid"] if split == "valid" and config.valid else matched["train"]


def download(config: DataConfig, split: str) -> list[Path]:
    """The local copies of a split's files on the hub."""
    commit, names = hub_files(config, split)
    return [hub_file(config.hub_id, config.revision, commit, name) for name in names]


def hub_files(config: DataConfig, split: str) -> tuple[str, list[str]]:
    """The commit that the revision means now, and the names of a split's files in it."""
    commit, names, complete = hub_listing(config.hub_id, config.revision)
    # Offline, a pattern with wildcards may mean more than the files that are here.
    unknown = [pattern for pattern in [*config.train, *config.valid] if pattern not in names]
    if unknown and not complete:
        raise ConnectionError(
            f"cannot reach the hub, and {unknown[0]} of {config.hub_id} is not here yet; go online"
        )

    def find(pattern: str) -> list[str]:
        return sorted(name for name in names if name == pattern or fnmatchcase(name, pattern))

    return commit, match_files(config, split, find)
