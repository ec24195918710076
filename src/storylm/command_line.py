"""The door of every script: a mistake ends in one line, a sweep's cell runs in its own process.

Dials are composed and checked here before torch is imported, so that a refusal takes half a second.
"""

from __future__ import annotations

import functools
import math
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from storylm.config import (
    EvaluateConfig,
    ExportConfig,
    GenerateConfig,
    ImportConfig,
    TrainConfig,
    dial_names,
    finished_result,
    register,
    to_config,
    unknown_dial,
)

WANTED = {
    "format": "huggingface, llama2c or gguf",
    "source": "<folder, .bin file or hub id>",
    "run.name": "<name>, the folder that is made under runs/",
}
"""What a dial without a default may be, where it is not a run."""
cells: list[tuple[str, float, str]] = []
"""(run, val/bits_per_byte, what happened) of each cell of this process's sweep."""


def run_script(main: Callable[[], Any]) -> None:
    """Run a script's Hydra main; leave with status 0, 1 (one line says why) or 130 (Ctrl-C)."""
    register()
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra then raises, and we find the words
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    in_one_line(main)()
    if cells:
        sys.exit(print_cells())


def in_one_line(task: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, but for a mistake it ends the process with one line.

    Scripts decorate their main with it below `hydra.main`, which adds lines of its own to errors.
    """

    @functools.wraps(task)
    def guarded(*arguments: Any) -> Any:
        try:
            return task(*arguments)
        except KeyboardInterrupt:
            leave("stopped; repeat the command to go on", 130)
        except BrokenPipeError:  # the reader of our output has left, as `head` does
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        except (HydraException, OmegaConfBaseException, ValueError, OSError, ImportError) as error:
            if os.environ.get("STORYLM_TRACEBACK"):
                raise
            leave(one_line(error), 1)

    return guarded


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
    trees = (TrainConfig, GenerateConfig, EvaluateConfig, ExportConfig, ImportConfig)
    known = [name for tree in trees for name in dial_names(tree)]
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
    """The command that makes this run again."""
    return "uv run " + shlex.join([os.path.relpath(sys.argv[0]), *overrides()])


def run_cell(cfg: DictConfig) -> float:
    """One cell of a sweep, in a process of its own: nothing leaks from cell to cell.

    Returns its val/bits_per_byte, or nan where it failed; the sweep goes on.
    """
    try:
        config = to_config(cfg, overrides())
        name = config.run.name
        result, state = finished_result(config), "done already"
        if result is None:
            words = [*overrides(), "hydra.mode=RUN"]
            status = run_to_its_end([sys.executable, sys.argv[0], *words])
            result = finished_result(config)
            state = "done" if result else f"failed (exit status {status})"
    except ValueError as error:
        name, result, state = " ".join(overrides()), None, f"failed: {one_line(error)}"
    value = result["val/bits_per_byte"] if result else math.nan
    cells.append((name, value, state))
    return value


def run_to_its_end(words: list[str]) -> int:
    """Run a cell. Ctrl-C reaches it as well: wait while it saves, then end the sweep."""
    child = subprocess.Popen(words)
    try:
        return child.wait()
    except KeyboardInterrupt:
        child.wait()
        raise


def print_cells() -> int:
    """The sweep's table; 1 if a cell failed."""
    width = max(len(name) for name, _, _ in cells)
    print(f"\n{'run':{width}}  bits per byte")
    for name, value, state in cells:
        print(f"{name:{width}}  {value:13.4f}  {state}")
    if all(state == "done already" for _, _, state in cells):
        print(f"all {len(cells)} runs are done already: nothing was trained")
    failed = sum(math.isnan(value) for _, value, _ in cells)
    if failed:
        print(f"{failed} of {len(cells)} runs failed; repeat the command to try those again")
    return int(failed > 0)


def in_columns(rows: Sequence[Sequence[str]]) -> str:
    """A table for the terminal: columns as wide as their widest entry."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(entry.ljust(width) for entry, width in zip(row, widths)).rstrip() for row in rows
    )
