"""The door of every script: a mistake ends in one line.

Dials are composed and checked here before torch is imported, so that a refusal takes half a second.
"""

from __future__ import annotations

import functools
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf.errors import OmegaConfBaseException

from storylm.config import dial_names, is_first_rank, register, unknown_dial
from storylm.config.composing import SCHEMAS
from storylm.memory import steady_memory
from storylm.processes import OUT_OF_MEMORY, SWEEP, OutOfMemory, die_with_parent, memory_is_full

WANTED = {
    "format": "huggingface, llama2c or gguf",
    "source": "<folder, .bin file or hub id>",
    "sweep": "<name>, a folder under runs/_sweeps",
    "step": "<the step to be made again>",
    "run.name": "<name>, the folder that is made under runs/",
}
"""What a dial without a default may be, where it is not a run."""
GROUPS = (
    "tokenizer", "data", "model", "size", "optim", "schedule",
    "trainer", "callbacks", "logger", "experiment",
)  # fmt: skip


EXPECTED = (HydraException, OmegaConfBaseException, ValueError, OSError, ImportError, MemoryError)
"""Errors that end in one line; others are mistakes of ours, and show where."""


def run_script(main: Callable[[], Any]) -> None:
    """Run a script's Hydra main; leave with status 0, 1 (one line says why), 12 (the same, and it
    is the memory), 130 (Ctrl-C), 143."""

    def begin() -> None:
        die_with_parent()
        steady_memory()
        register()
        os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra then raises, and we find the words
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        main()

    in_one_line(begin)()


def in_one_line(task: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, but for a mistake it ends the process with one line.

    Scripts decorate their main with it below `hydra.main`, which adds lines of its own to errors.
    """

    @functools.wraps(task)
    def guarded(*arguments: Any) -> Any:
        try:
            end_in_order()
            return task(*arguments)
        except Terminated as error:
            leave(stopped(), error.code)
        except KeyboardInterrupt:
            leave(stopped(), 130)
        except BrokenPipeError:  # the reader of our output has left, as `head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except EXPECTED as error:
            if os.environ.get("STORYLM_TRACEBACK"):
                raise
            words, full = one_line(error), memory_is_full(error)
            if full and not isinstance(error, OutOfMemory):
                words = f"the memory is full: {words}"
            leave(words, OUT_OF_MEMORY if full else 1)

    return guarded


def stopped() -> str:
    """What begins anew when it is repeated says no more; all else goes on where it was."""
    begins_anew = Path(sys.argv[0]).stem in ("benchmark", "doctor", "evaluate")
    return "stopped" if begins_anew else "stopped; repeat the command to go on"


class Terminated(SystemExit):
    """SIGTERM or SIGUSR1 came: as Ctrl-C, it ends the process by way of everyone's `finally`."""


def end_in_order() -> None:
    """Let SIGTERM, and SIGUSR1 by which SLURM warns, raise Terminated where nobody else listens."""

    def end(number: int, _: Any) -> None:
        requeue(number)
        raise Terminated(128 + number)

    numbers = [getattr(signal, name) for name in STOPPING if hasattr(signal, name)]
    if threading.current_thread() is threading.main_thread():
        for number in numbers:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, end)


STOPPING = ("SIGTERM", "SIGUSR1")


def requeue(number: int) -> None:
    """SLURM is about to take the machine away and said so by SIGUSR1: put the job back in line."""
    job = os.environ.get("SLURM_JOB_ID")
    if job is None or number != getattr(signal, "SIGUSR1", None) or not is_first_rank():
        return
    done = subprocess.run(["scontrol", "requeue", job], capture_output=True, text=True)
    words = f"job {job} is put back in line" if done.returncode == 0 else done.stderr.strip()
    print(words, flush=True)


def take_literally(*dials: str) -> None:
    """A prompt is text, not Hydra's grammar: its commas, quotes and brackets mean themselves."""
    for i, word in enumerate(sys.argv):
        dial, given, value = word.partition("=")
        if given and dial in dials:
            quoted = re.sub(r"(\\*)('|$)", lambda m: m[1] * 2 + ("\\'" if m[2] else ""), value)
            sys.argv[i] = f"{dial}='" + quoted.replace("${", "\\${") + "'"


def leave(line: str, status: int) -> None:
    print(f"{Path(sys.argv[0]).name}: {line}", file=sys.stderr)
    sys.exit(status)


def one_line(error: BaseException) -> str:
    """What went wrong, for a person: where, what it was, what would work."""
    text = str(error)
    known = [name for tree in SCHEMAS.values() for name in dial_names(tree)]
    if found := re.search(r"has missing mandatory value: (\w+)", text):
        dial = "run.name" if "ImportedRunConfig" in text else found[1]
        what = WANTED.get(dial, "<name> (scripts/runs.py lists the runs)")
        return f"{dial} is missing; give {dial}={what}"
    if (found := re.search(r"Could not override '([^']+)'", text)) and found[1] not in known:
        return unknown_dial(found[1], known)
    if found := re.search(r"Key '([^']+)' is not in struct", text):
        return unknown_dial(found[1], known)
    if found := re.search(r"Could not find '([^']+)/([^']*)'(.*)", text, re.DOTALL):
        listed = found[3].partition(":")[2].partition("Config search path")[0].split()
        return f"there is no {found[1]}={found[2]}; choose one of {', '.join(listed)}"
    if found := re.match(r"Error merging override (.+)", text):
        dial, _, value = found[1].partition("=")
        words = first_line(error.__cause__ or error)
        if "not a ListConfig" in words:
            words = f"this dial is a list; write {dial}='[{value}]'"
        return f"{found[1]}: {words}"
    if found := re.search(r"Error parsing override '(.*)'", text):
        return f"{found[1]}: a dial is given as name=value; quote brackets, braces and commas"
    if "Config group override must be" in text:
        words = [word for word in sys.argv[1:] if not re.search(r"=[A-Za-z]", word)]
        named = next((word for word in words if word.lstrip("+~").partition("=")[0] in GROUPS), "")
        if not named:
            return "a dial is given as name=value; --cfg job lists them"
        return f"{named}: a group takes the name of a choice; --help lists them"
    if isinstance(error, OmegaConfBaseException) and error.full_key:
        return f"{error.full_key}: {first_line(error)}"
    if isinstance(error, OSError) and error.errno is not None and error.filename:
        return f"{error.filename}: {error.strerror}"
    return first_line(error)


def first_line(error: BaseException) -> str:
    """An error's own words, without the places that OmegaConf lists below them."""
    words = " ".join(str(error).partition("full_key:")[0].split())
    return words or type(error).__name__


def overrides() -> list[str]:
    """The command line's overrides, as Hydra saw them."""
    return list(HydraConfig.get().overrides.task) if HydraConfig.initialized() else []


def in_sweep() -> bool:
    return HydraConfig.initialized() and HydraConfig.get().mode is RunMode.MULTIRUN


def command() -> str:
    """The command that makes this run again; of a sweep's cell, that cell alone."""
    alone = ["hydra.mode=RUN"] if SWEEP in os.environ else []
    return "uv run " + shlex.join([os.path.relpath(sys.argv[0]), *overrides(), *alone])


def in_columns(rows: Sequence[Sequence[str]]) -> str:
    """A table for the terminal: columns as wide as their widest entry."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(entry.ljust(width) for entry, width in zip(row, widths)).rstrip() for row in rows
    )
