"""Processes that we start: none outlives who started it, none runs longer than it may."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import math
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PARENT = "STORYLM_PARENT"
"""In the environment of a process that is to die with its parent: the parent's number."""
SWEEP, SCRIPT = "STORYLM_SWEEP", "STORYLM_SCRIPT"
"""In the environment of a sweep's processes: its own number, a colon, its name; and its script."""
OUT_OF_MEMORY = 12
"""Exit status of a command whose memory is full (ENOMEM's number)."""
PATIENCE = 30.0
"""Seconds in which a process that was asked to end may save what it has."""


class OutOfMemory(ValueError):
    """The memory is full; a smaller micro-batch may fit."""


def memory_is_full(error: BaseException) -> bool:
    """Whether an error comes from that, in whatever words: a library that finds no room for itself
    is no broken installation."""
    if isinstance(error, (OutOfMemory, MemoryError)):
        return True
    said = str(error)
    full = isinstance(error, OSError) and error.errno == errno.ENOMEM
    return full or "failed to map segment" in said or "annot allocate memory" in said


@dataclass
class End:
    """How a process ended."""

    status: int
    """Its exit status; minus its number where a signal ended it."""
    seconds: float
    late: bool
    """Whether it was ended because its time was up."""
    peak_bytes: int
    """The most memory that it held; 0 where nobody tells."""


def die_with_parent() -> None:
    """Where the environment asks for it: be killed when the parent dies, in whatever way. Linux
    only; elsewhere nothing happens."""
    parent = os.environ.pop(PARENT, "")
    if not parent or sys.platform != "linux":
        return
    with contextlib.suppress(OSError, AttributeError):
        set_death_signal = 1  # PR_SET_PDEATHSIG
        ctypes.CDLL(None, use_errno=True).prctl(set_death_signal, int(signal.SIGKILL))
        if os.getppid() != int(parent):  # it was faster
            os.kill(os.getpid(), signal.SIGKILL)


def run_to_its_end(
    words: Sequence[str],
    *,
    log: Path | None = None,
    seconds: float = math.inf,
    environment: dict[str, str] | None = None,
    enough: Callable[[], bool] = lambda: False,
) -> End:
    """Run a command that dies with this process; its output is added to the file `log`.

    It is asked to end after `seconds`, or where `enough`, which is asked a few times a second, says
    so; and killed where it does not. Where an exception comes here (Ctrl-C, SIGTERM), it is asked
    to end first: it saves, and only then the exception goes on.
    """
    with contextlib.ExitStack() as stack:
        file: IO[bytes] | None = None
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(log.open("ab"))
        began = time.monotonic()
        child = subprocess.Popen(
            list(words), stdout=file, stderr=subprocess.STDOUT if file else None,
            env=os.environ | (environment or {}) | {PARENT: str(os.getpid())},
        )  # fmt: skip
        late, usage = False, None
        try:
            while usage is None:
                usage = poll(child)
                if usage is None and time.monotonic() - began > seconds:
                    late = True
                    usage = ask_to_end(child)
                elif usage is None and enough():
                    usage = ask_to_end(child)
                if usage is None:
                    time.sleep(0.05 if time.monotonic() - began < 5 else 0.2)
        except BaseException:
            if child.returncode is None:
                ask_to_end(child)
            raise
    return End(child.returncode, time.monotonic() - began, late, usage)


def poll(child: subprocess.Popen) -> int | None:
    """None while it runs; its peak memory in bytes, or 0, once it has ended."""
    if not hasattr(os, "wait4"):
        return None if child.poll() is None else 0
    try:
        found, status, usage = os.wait4(child.pid, os.WNOHANG)
    except ChildProcessError:  # somebody else has waited for it
        child.poll()
        return 0
    if not found:
        return None
    child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def ask_to_end(child: subprocess.Popen) -> int:
    """End it as SLURM does: a word first, then force. Its peak memory in bytes, or 0."""
    child.terminate()
    until = time.monotonic() + PATIENCE
    while (usage := poll(child)) is None:
        if time.monotonic() > until:
            child.kill()
            until = math.inf
        time.sleep(0.05)
    return usage


def follow_parent() -> None:
    """For a worker: leave Ctrl-C to the parent, and end when it ends, however that is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def end_with_parent() -> None:
        multiprocessing.parent_process().join()
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
