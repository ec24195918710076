"""Answers that were paid for: a line each, on the disk as soon as it came.

A kill leaves at most a torn last line, which counts as nothing. Two processes share a file, and
have the same question answered once.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from storylm.config.judging import Judge
from storylm.evaluation.judging.responses import Reply
from storylm.whole_files import make_folder, sync_folder

LOOK_AGAIN = 0.1
FIELDS = [field.name for field in dataclasses.fields(Reply)]


class AnswerCache:
    """One judge's answers, by key. Its methods may be called from many threads."""

    def __init__(self, folder: str, judge: Judge) -> None:
        """Raises ValueError where the folder cannot be made, OSError for what cannot be read."""
        make_folder("judge.cache", folder)
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", judge.model).strip("-.")[:80]
        owner = hashlib.sha256(f"{judge.base_url} {judge.model}".encode()).hexdigest()
        self.file = Path(folder) / f"{name or 'judge'}-{owner[:8]}.jsonl"
        self.locks: IO[str] = self.file.with_suffix(".lock").open("a")
        self.lock = threading.Lock()
        self.answers: dict[str, Reply] = {}
        self.read_to = 0
        with self.lock:
            self.read()

    def get(self, key: str) -> Reply | None:
        return self.answers.get(key)

    @contextlib.contextmanager
    def asking(self, key: str) -> Iterator[Reply | None]:
        """Hold a question. Another process may just be asking it: its answer is waited for."""
        place = 1 + int(key[:15], 16)
        while not self.hold(place, wait=False):  # free at once when its holder dies
            time.sleep(LOOK_AGAIN)
        try:
            with self.lock:
                self.read()
            yield self.get(key)
        finally:
            self.let_go(place)

    def put(self, key: str, reply: Reply) -> None:
        """Keep an answer: it is on the disk when this returns. OSError names the file."""
        line = json.dumps({"key": key, **dataclasses.asdict(reply)}) + "\n"
        with self.lock:
            self.hold(0, wait=True)
            try:
                new = not self.file.exists()
                with self.file.open("a+b") as file:
                    if file.tell() and not ends_a_line(file):
                        file.write(b"\n")  # after what a kill has torn
                    file.write(line.encode())
                    file.flush()
                    os.fsync(file.fileno())
                if new:
                    sync_folder(self.file.parent)
            except OSError as error:
                raise OSError(error.errno, error.strerror or str(error), str(self.file)) from error
            finally:
                self.let_go(0)
            self.answers[key] = reply

    def read(self) -> None:
        """Take over whole lines that were added since; damaged ones count as nothing."""
        if not self.file.is_file():
            return
        with self.file.open("rb") as file:
            file.seek(self.read_to)
            added = file.read()
        added = added[: added.rfind(b"\n") + 1]
        self.read_to += len(added)
        for line in added.splitlines():
            with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
                plain: dict[str, Any] = json.loads(line)
                known = {name: plain[name] for name in FIELDS}
                if isinstance(plain["key"], str) and isinstance(plain["text"], str):
                    self.answers[plain["key"]] = Reply(**known)

    def hold(self, place: int, *, wait: bool) -> bool:
        """Lock a byte of the lock file, against other processes."""
        if os.name != "posix":
            return True
        import fcntl

        try:
            fcntl.lockf(self.locks, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB), 1, place)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAGAIN):
                raise
            return False
        return True

    def let_go(self, place: int) -> None:
        if os.name == "posix":
            import fcntl

            fcntl.lockf(self.locks, fcntl.LOCK_UN, 1, place)

    def close(self) -> None:
        self.locks.close()


def key_of(judge: Judge, body: dict[str, Any], sample: int, attempt: int) -> str:
    """Names a question: who is asked, the whole request, and the how-manieth time."""
    text = json.dumps([judge.base_url, judge.model, body, sample, attempt], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def ends_a_line(file: IO[bytes]) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"
