"""Where stories come from: told from seeds, read from local files, or fetched from the hub.

`stories` yields their text, `batches` yields small pieces of work of which each worker tells or
tokenizes one, and `sources` says where the text came from, so that a change is noticed. Files are
read in a stream: however large a corpus is, only a few megabytes of it are in memory.
"""

from __future__ import annotations

import functools
import glob
import gzip
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from storylm.config import DataConfig, DataKind
from storylm.data.fables import Difficulty, tell

SEPARATOR = b"<|endoftext|>"
BOM = b"\xef\xbb\xbf"
CHUNK_BYTES = 1 << 20
BATCH_CHARACTERS = 1_000_000
BATCH_FABLES = 512
LONGEST_STORY = 64 << 20
"""Bytes. A text without separators is one story, and a story must fit in memory."""
WAITS = (1, 2, 4)
"""Seconds before the hub is asked again."""
Answer = TypeVar("Answer")


@dataclass
class Batch:
    """Stories for one worker: their texts, or the seeds from which it tells them."""

    texts: list[str] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)
    world: Difficulty = field(default_factory=Difficulty)
    empty: int = 0
    """Empty stories that were skipped on the way here."""
    position: int = 0
    """How far this is into the split, in the unit of `extent`."""

    def tell(self) -> tuple[list[str], list[float]]:
        """The stories, and for fables the exact information of each in bits."""
        if not self.seeds:
            return self.texts, []
        told = [tell(seed, self.world) for seed in self.seeds]
        return [one.text for one in told], [one.bits for one in told]


def stories(config: DataConfig, split: str) -> Iterator[str]:
    """Every story of a split ("train" or "valid"), in its order, stripped and never empty.

    Raises FileNotFoundError for a pattern that matches nothing, ValueError for what cannot be read
    (file and place named) and for a split without stories, ConnectionError without the hub.
    """
    for batch in batches(config, split):
        yield from batch.tell()[0]


def batches(config: DataConfig, split: str, *, skip: int = 0) -> Iterator[Batch]:
    """The same stories but for the first `skip`, as work for several processes. Raises as
    `stories` does."""
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
    most, held_out = most_stories(config, split), not config.valid
    batch, size, found, seen = Batch(), 0, 0, 0
    for text, position in read_files(find_files(config, split), config.text_field):
        batch.position = position
        if not text:
            batch.empty += 1
            continue
        seen += 1
        if held_out and is_held_out(text, config.valid_share) != (split == "valid"):
            continue
        found += 1
        if found > skip:
            batch.texts.append(text)
            size += len(text)
        if size >= BATCH_CHARACTERS:
            yield batch
            batch, size = Batch(), 0
        if found == most:
            break
    if not found:
        raise ValueError(no_stories(config, split, seen))
    yield batch


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
                raise FileNotFoundError(f"data.{dial}: no file {pattern}{where}; check the path")
            names |= dict.fromkeys(found)
        matched[dial] = list(names)
    if both := set(matched["train"]) & set(matched["valid"]):
        raise ValueError(
            f"{min(both)} is in data.train and in data.valid, but what is learned must not be the "
            "test; take it out of one of them"
        )
    return matched["valid"] if split == "valid" and config.valid else matched["train"]


def read_files(paths: list[Path], text_field: str) -> Iterator[tuple[str, int]]:
    """Each story of these files, stripped, with the bytes of the files that are read by then."""
    before = 0
    for path in paths:
        with path.open("rb") as raw:
            try:
                for text in read_file(raw, path, text_field):
                    yield text.strip(), before + raw.tell()
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                raise ValueError(f"{path} is damaged: {error}; fetch it again") from None
        before += path.stat().st_size


def read_file(raw: BinaryIO, path: Path, text_field: str) -> Iterator[str]:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else path.suffix.lower()
    file = gzip.GzipFile(fileobj=raw) if suffixes[-1:] == [".gz"] else raw
    if kind == ".txt":
        return read_txt(file, path)
    if kind == ".jsonl":
        return read_jsonl(file, path, text_field)
    if kind == ".parquet":
        return read_parquet(file, path, text_field)
    raise ValueError(f"{path} is none of .txt, .jsonl, .parquet, nor .gz of these; convert it")


def read_txt(file: BinaryIO, path: Path) -> Iterator[str]:
    """Stories between separators. What is cut off at the end of a chunk waits for the next one."""
    rest = file.read(len(BOM))
    offset = len(BOM) if rest == BOM else 0
    rest = b"" if rest == BOM else rest
    while chunk := file.read(CHUNK_BYTES):
        *whole, rest = (rest + chunk).split(SEPARATOR)
        for data in whole:
            yield decode(data, path, offset)
            offset += len(data) + len(SEPARATOR)
        if len(rest) > LONGEST_STORY:
            raise ValueError(
                f"{path} has no {SEPARATOR.decode()} in the {LONGEST_STORY >> 20} MiB after byte "
                f"{offset}; put one between stories"
            )
    if text := decode(rest, path, offset).strip():
        yield text


def read_jsonl(file: BinaryIO, path: Path, text_field: str) -> Iterator[str]:
    offset = 0
    for number, line in enumerate(file, 1):
        text = decode(line, path, offset).removeprefix("\ufeff" if number == 1 else "")
        offset += len(line)
        if not text.strip():
            continue
        where = f"{path}, line {number}"
        try:
            row = json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(
                f"{where} is no JSON: {error.msg} at column {error.colno}; mend or remove the line"
            ) from None
        if not isinstance(row, dict):
            raise ValueError(f"{where} is no JSON object such as {{{text_field!r}: 'Once …'}}")
        check_field(text_field, list(row), where)
        story = row[text_field]
        if story is not None and not isinstance(story, str):
            raise ValueError(f"{where}: {text_field} is no text but {json.dumps(story)[:40]}")
        if story and re.search("[\ud800-\udfff]", story):
            raise ValueError(f"{where} holds half a surrogate pair, which is no character")
        yield story or ""


def read_parquet(file: BinaryIO, path: Path, text_field: str) -> Iterator[str]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        command = f"uv run --extra parquet {os.path.relpath(sys.argv[0])} …"
        raise ImportError(f"{path} needs the package pyarrow: {command}") from None
    with tempfile.TemporaryFile() as unpacked:
        if isinstance(file, gzip.GzipFile):  # parquet is read from its end
            shutil.copyfileobj(file, unpacked)
        try:
            table = parquet.ParquetFile(unpacked if isinstance(file, gzip.GzipFile) else file)
            check_field(text_field, table.schema_arrow.names, str(path))
            for rows in table.iter_batches(1_024, columns=[text_field]):
                for story in rows.column(0).to_pylist():
                    if story is not None and not isinstance(story, str):
                        raise ValueError(f"{path}: {text_field} is no text but {str(story)[:40]}")
                    yield story or ""
        except (ArrowException, UnicodeDecodeError) as error:
            raise ValueError(f"{path} cannot be read as parquet: {error}") from None


def check_field(text_field: str, names: list[str], where: str) -> None:
    if text_field not in names:
        raise ValueError(
            f"{where} has no field {text_field}, but {', '.join(names[:8]) or 'none at all'}; set "
            "data.text_field"
        )


def decode(data: bytes, path: Path, offset: int) -> str:
    """UTF-8 text of bytes that begin at `offset` in a file."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not UTF-8 at byte {offset + error.start}: convert it, for example with "
            "iconv -f latin1 -t utf-8"
        ) from None


# ---------------------------------------------------------------------------------------------- hub


def download(config: DataConfig, split: str) -> list[Path]:
    """The local copies of a split's files on the hub, fetched with its own progress bars; a
    download that was broken off goes on."""
    from huggingface_hub import hf_hub_download

    commit, names = hub_files(config, split)
    offline = not hub_listing(config.hub_id, config.revision)[2]
    paths = []
    for name in names:
        fetch = functools.partial(
            hf_hub_download,
            config.hub_id,
            name,
            repo_type="dataset",
            revision=config.revision,
            local_files_only=offline,
        )
        paths.append(Path(ask_hub(config.hub_id, f"fetch {name}", fetch)))
        if commit not in paths[-1].parts:
            raise ConnectionError(
                f"{config.hub_id} has changed on the hub meanwhile; repeat the command"
            )
    return paths


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


@functools.cache
def hub_listing(hub_id: str, revision: str) -> tuple[str, tuple[str, ...], bool]:
    """(commit, names of its files, True), asked once in a process; without network what is here
    already, and False."""
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        ask = functools.partial(HfApi().dataset_info, hub_id, revision=revision)
        info = ask_hub(hub_id, f"list the data set at {revision}", ask)
        return info.sha, tuple(sibling.rfilename for sibling in info.siblings or ()), True
    except ConnectionError:
        try:
            home = snapshot_download(
                hub_id, repo_type="dataset", revision=revision, local_files_only=True
            )
        except LocalEntryNotFoundError:
            home = None
        if home is None:
            raise
    folder = Path(home)
    names = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return folder.name, tuple(sorted(name.as_posix() for name in names)), False


def ask_hub(hub_id: str, what: str, ask: Callable[[], Answer]) -> Answer:
    """The hub's answer; what may pass is tried again, what will not is said in one line."""
    from huggingface_hub import constants, errors

    where = f"cannot {what}: {hub_id} on {constants.ENDPOINT}"
    remedy = "go online, or take local files: data=text_files data.train='[<path>/*.txt]'"
    for wait in (*WAITS, None):
        try:
            return ask()
        except errors.OfflineModeIsEnabled:
            raise ConnectionError(
                f"{where} is out of reach (HF_HUB_OFFLINE is set); {remedy}"
            ) from None
        except errors.HFValidationError as error:
            raise ValueError(
                f"data.hub_id={hub_id} is no owner/name: {first_line(error)}"
            ) from None
        # Its bases are all errors of the transport, whichever library that is, and OSError.
        except errors.HfHubHTTPError.__bases__ as error:
            status = getattr(getattr(error, "response", None), "status_code", None)
            if status is not None and status < 500 and status not in (408, 429):
                raise FileNotFoundError(
                    f"{where} does not give it ({first_line(error)}); check data.hub_id, "
                    "data.revision and data.train, or log in with `hf auth login`"
                ) from None
            if is_local(error):
                raise
            reason = first_line(error)
            if wait is None:
                raise ConnectionError(f"{where} is out of reach ({reason}); {remedy}") from None
            print(f"{hub_id}: {reason}; trying again in {wait} s", file=sys.stderr, flush=True)
            time.sleep(wait)
    raise AssertionError("unreachable")


def is_local(error: BaseException) -> bool:
    """A full disk and its like: an error of this machine, which no waiting mends."""
    network = isinstance(error, (ConnectionError, TimeoutError))
    return isinstance(error, OSError) and error.errno is not None and not network


def first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:160]
