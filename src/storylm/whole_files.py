"""Files that are whole or absent: written beside, on the disk, then renamed.

A kill, a full disk or a crash of the machine leaves the older file as it was. A sealed file holds
the sha256 of its own content, so that what is damaged later is not believed either.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any


@contextlib.contextmanager
def whole_file(path: Path, mode: str = "w") -> Iterator[IO[Any]]:
    """A file to write that appears as `path` when all went well, and leaves nothing when not.

    Its folder is made. OSError, which names the file, where it cannot be written.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    text = {} if "b" in mode else {"encoding": "utf-8", "newline": ""}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open(mode, **text) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        sync_folder(path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    except RuntimeError as error:  # as which torch.save reports a full disk
        if "unexpected pos" not in str(error) and "file write failed" not in str(error):
            raise
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """A small text file, whole or absent."""
    with whole_file(path) as file:
        file.write(text)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk too; Windows has no such call."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# ------------------------------------------------------------------------------------------- sealed


def write_sealed(path: Path, plain: dict[str, Any]) -> None:
    """Plain data as JSON, whole or absent, with one field more: `seal`, the sha256 of the rest.

    Raises ValueError where the data have a field of that name.
    """
    if "seal" in plain:
        raise ValueError(f"{path}: the field seal is the file's own; name yours otherwise")
    write_whole(path, json.dumps(plain | {"seal": seal_of(plain)}, indent=2) + "\n")


def read_sealed(
    path: Path, remedy: str, *, unsealed: Callable[[dict[str, Any]], bool] | None = None
) -> dict[str, Any]:
    """What `write_sealed` wrote, without the seal. `unsealed` says which contents need none: those
    of a time before there were seals.

    Raises ValueError in one line, which ends with the remedy, for a file that is no JSON object,
    has no seal or another one than its content; FileNotFoundError where it is absent.
    """
    try:
        plain = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:  # no UTF-8, or no JSON
        raise ValueError(f"{path} is damaged: it is no JSON ({error}); {remedy}") from None
    if not isinstance(plain, dict):
        raise ValueError(f"{path} is damaged: it is no JSON object; {remedy}")
    if "seal" not in plain:
        if unsealed is not None and unsealed(plain):
            return plain
        raise ValueError(f"{path} is damaged: it has no seal; {remedy}")
    seal, found = str(plain.pop("seal")), seal_of(plain)
    if seal != found:
        raise ValueError(
            f"{path} is damaged: its seal is {seal[:12]}, but its content has {found[:12]}; "
            f"{remedy}"
        )
    return plain


def seal_of(plain: dict[str, Any]) -> str:
    """sha256 of plain data in its canonical JSON form, as hex."""
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def make_folder(dial: str, folder: Path | str) -> None:
    """Make the folder that a dial names, where it is not. ValueError in one line where it cannot be
    made."""
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        words = "it is a file" if folder.is_file() else error.strerror
        raise ValueError(f"{dial}={folder}: {words}; give a folder that can be made") from None
