"""Files of stories, cut into pieces of about a megabyte that workers read one by one.

Whoever cuts looks only for the place where a story or a line ends; what is expensive (reading,
decoding, parsing) is the worker's. A piece of a plain file is named and not read, so that the text
itself never passes from one process to another; what comes out of a .gz or .parquet has to.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SEPARATOR = b"<|endoftext|>"
BOM = b"\xef\xbb\xbf"
PIECE_BYTES = 1 << 20
LOOK_BYTES = 1 << 12
"""So much is read at a time where a piece may end; a story is shorter than that."""
LONGEST_STORY = 64 << 20
"""Bytes. A text without separators is one story, and a story must fit in memory."""


@dataclass
class Piece:
    """Whole stories of a file, in their order."""

    path: Path
    offset: int = 0
    """Where it begins in the file, unpacked."""
    size: int = 0
    """Bytes, for those that are still in the file."""
    line: int = 0
    """The number of its first line, from 1; 0 for a text of stories between separators."""
    data: bytes | None = None
    """The bytes themselves, where they cannot be read from the file alone."""
    rows: list[str | None] | None = None
    """The stories themselves, where they come as rows of a table."""
    position: int = 0
    """Bytes of all the files that are read when it is."""

    def read(self, text_field: str) -> list[str]:
        """Its stories, stripped, the empty ones too. Raises ValueError, which names the place."""
        if self.rows is not None:
            return [(story or "").strip() for story in self.rows]
        data = self.bytes()
        if self.line:
            return [text.strip() for text in read_lines(self, data, text_field)]
        *whole, rest = data.split(SEPARATOR)
        try:
            texts = [story.decode().strip() for story in whole]
            if text := rest.decode().strip():
                texts.append(text)
        except UnicodeDecodeError:
            decode(data, self.path, self.offset)  # says where
            raise
        return texts

    def bytes(self) -> bytes:
        """Its part of the file, unpacked."""
        if self.data is not None:
            return self.data
        with self.path.open("rb", buffering=0) as file:
            file.seek(self.offset)
            return read_all(file, self.size)


def read_all(file: BinaryIO, size: int) -> bytes:
    data = file.read(size)
    while len(data) < size and (more := file.read(size - len(data))):
        data += more
    return data


def cut_files(paths: list[Path], text_field: str) -> Iterator[Piece]:
    """All pieces of these files. Raises ValueError in one line for a file that cannot be read."""
    before = 0
    for path in paths:
        with path.open("rb") as raw:
            try:
                for piece in cut_file(raw, path, text_field):
                    piece.position += before
                    yield piece
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                raise ValueError(f"{path} is damaged: {error}; fetch it again") from None
        before += path.stat().st_size


def cut_file(raw: BinaryIO, path: Path, text_field: str) -> Iterator[Piece]:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] == [".gz"]
    kind = suffixes[-2] if packed and len(suffixes) > 1 else path.suffix.lower()
    if kind == ".parquet":
        return cut_parquet(raw, path, text_field, packed)
    if kind not in (".txt", ".jsonl"):
        raise ValueError(f"{path} is none of .txt, .jsonl, .parquet, nor .gz of these; convert it")
    if kind == ".txt" and not packed:
        return cut_plain(raw, path)
    return cut_stream(raw, path, packed, lines=kind == ".jsonl")


def cut_plain(raw: BinaryIO, path: Path) -> Iterator[Piece]:
    """Pieces of a plain text, each up to the first separator beyond its size."""
    size = os.fstat(raw.fileno()).st_size
    start = len(BOM) if raw.read(len(BOM)) == BOM else 0
    while start < size:
        end = find_end(raw, path, start, min(start + PIECE_BYTES, size))
        yield Piece(path, offset=start, size=end - start, position=end)
        start = end


def find_end(raw: BinaryIO, path: Path, start: int, target: int) -> int:
    """The end of the first separator that begins at `target` or later, else that of the file."""
    raw.seek(target)
    seen, end, story = b"", target, None
    while more := raw.read(LOOK_BYTES):
        # No separator begins inside another one, so that it is enough to keep its length.
        kept = seen[1 - len(SEPARATOR) :]
        seen = kept + more
        if (found := seen.find(SEPARATOR)) >= 0:
            return end - len(kept) + found + len(SEPARATOR)
        end += len(more)
        if end - start > LONGEST_STORY:
            if story is None:
                raw.seek(start)
                before = read_all(raw, end - start).rfind(SEPARATOR)
                story = start + (before + len(SEPARATOR) if before >= 0 else 0)
                raw.seek(end)
            check_length(path, story, end)
    return end


def check_length(path: Path, start: int, end: int) -> None:
    if end - start > LONGEST_STORY:
        raise ValueError(
            f"{path} has no {SEPARATOR.decode()} in the {LONGEST_STORY >> 20} MiB after byte "
            f"{start}; put one between stories"
        )


def cut_stream(raw: BinaryIO, path: Path, packed: bool, *, lines: bool) -> Iterator[Piece]:
    """Pieces of what can only be read from its beginning: packed, or with lines to be counted."""
    file = gzip.GzipFile(fileobj=raw) if packed else raw
    mark = b"\n" if lines else SEPARATOR
    rest = file.read(len(BOM))
    offset, line = (len(BOM) if rest == BOM else 0), int(lines)
    rest = b"" if rest == BOM else rest
    while chunk := file.read(PIECE_BYTES):
        # The mark may lie across the border.
        found = chunk.rfind(mark)
        whole = len(rest) + found if found >= 0 else (rest + chunk).rfind(mark)
        rest += chunk
        if whole < 0:
            if not lines:
                check_length(path, offset, offset + len(rest))
            continue
        data, rest = rest[: whole + len(mark)], rest[whole + len(mark) :]
        yield whole_piece(path, data, offset, line, packed, raw.tell())
        offset += len(data)
        line += data.count(mark) if lines else 0
    if rest:
        yield whole_piece(path, rest, offset, line, packed, raw.tell())


def whole_piece(
    path: Path, data: bytes, offset: int, line: int, packed: bool, position: int
) -> Piece:
    kept = data if packed else None
    return Piece(path, offset, size=len(data), line=line, data=kept, position=position)


def cut_parquet(file: BinaryIO, path: Path, text_field: str, packed: bool) -> Iterator[Piece]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        command = f"uv run --extra parquet {os.path.relpath(sys.argv[0])} …"
        raise ImportError(f"{path} needs the package pyarrow: {command}") from None
    with tempfile.TemporaryFile() as unpacked:
        if packed:  # parquet is read from its end
            shutil.copyfileobj(gzip.GzipFile(fileobj=file), unpacked)
        try:
            table = parquet.ParquetFile(unpacked if packed else file)
            check_field(text_field, table.schema_arrow.names, str(path))
            for rows in table.iter_batches(1_024, columns=[text_field]):
                stories = rows.column(0).to_pylist()
                for story in stories:
                    if story is not None and not isinstance(story, str):
                        raise ValueError(f"{path}: {text_field} is no text but {str(story)[:40]}")
                yield Piece(path, rows=stories, position=file.tell())
        except (ArrowException, UnicodeDecodeError) as error:
            raise ValueError(f"{path} cannot be read as parquet: {error}") from None


def read_lines(piece: Piece, data: bytes, text_field: str) -> Iterator[str]:
    """The stories of JSON objects, one in each line."""
    offset = piece.offset
    for number, line in enumerate(data.split(b"\n"), piece.line):
        text = decode(line, piece.path, offset)
        offset += len(line) + 1
        if not text.strip():
            continue
        where = f"{piece.path}, line {number}"
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
