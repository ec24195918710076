"""A race: contenders in turns, each turn in a fresh process, compared turn by turn.

A contender is a command. It reads a request (JSON) from its input, and its last line of output is
its answer (JSON): figures, or `{"absent": why}` where what it needs is not there. Turns go A B A B,
so that what else the machine does falls on all alike, and ratios are taken within a turn.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from storylm.command_line import in_columns
from storylm.config import BenchmarkConfig

SECONDS = 1_800.0
"""A turn that takes longer is ended."""


@dataclass
class Contender:
    """One that takes part in a race."""

    name: str
    command: list[str]
    request: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    absent: str = ""
    """Why it cannot take part, where that is known before."""


@dataclass
class Race:
    """What came out: a contender's answers in the order of the turns, and why others have none."""

    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def values(self, name: str, figure: str) -> list[float]:
        return [answer[figure] for answer in self.answers[name]]

    def ratios(self, ours: str, theirs: str, figure: str) -> list[float]:
        """Ours over theirs, turn by turn; empty where one of them did not run."""
        if not (self.answers.get(ours) and self.answers.get(theirs)):
            return []
        pairs = zip(self.values(ours, figure), self.values(theirs, figure))
        return [mine / other for mine, other in pairs]

    def plain(self) -> dict[str, Any]:
        """For the JSON file."""
        failures = [f"{name}: {why}" for name, why in self.failures.items()]
        return {"answers": self.answers, "absent": self.absent, "failures": failures}

    def left_out(self) -> str:
        """Who has no figures, a line each."""
        lines = [f"{name} is not there: {why}" for name, why in self.absent.items()]
        lines += [f"{name} failed: {why}" for name, why in self.failures.items()]
        return "\n".join(lines)


def module(name: str) -> list[str]:
    """The command of a contender that is a room of ours."""
    return [sys.executable, "-m", f"storylm.benchmark.{name}"]


def run_race(
    contenders: Sequence[Contender],
    config: BenchmarkConfig,
    *,
    told: Callable[[dict[str, Any]], str] = lambda answer: "",
    seconds: float = SECONDS,
) -> Race:
    """`config.rounds` turns of each contender; one that fails leaves the race, the others go on.

    `told` makes a few words of an answer, shown as the turns go by. Raises ValueError for a name in
    `config.contenders` that nobody has.
    """
    race = Race()
    known = [contender.name for contender in contenders]
    if unknown := [name for name in config.contenders if name not in known]:
        raise ValueError(f"contenders={unknown[0]} is none; there are {', '.join(known)}")
    taking_part = [c for c in contenders if not config.contenders or c.name in config.contenders]
    race.absent = {c.name: c.absent for c in taking_part if c.absent}
    for turn in range(1, config.rounds + 1):
        for contender in taking_part:
            if contender.name in race.absent | race.failures:
                continue
            answer = take_turn(contender, config.run_threads, seconds)
            words = answer.get("absent") or answer.get("failed") or told(answer)
            print(f"turn {turn} of {config.rounds}: {contender.name}: {words}", flush=True)
            if "absent" in answer:
                race.absent[contender.name] = answer["absent"]
            elif "failed" in answer:
                race.failures[contender.name] = answer["failed"]
                race.answers.pop(contender.name, None)
            else:
                race.answers.setdefault(contender.name, []).append(answer)
    return race


def take_turn(contender: Contender, threads: int, seconds: float = SECONDS) -> dict[str, Any]:
    """The answer of a contender's process, or `{"failed": its last words}`."""
    child = subprocess.Popen(
        contender.command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=os.environ
        | {"OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1"}
        | contender.environment,
        start_new_session=True,  # what it starts itself, compilers above all, ends with it
    )
    try:
        said, complained = child.communicate(json.dumps(contender.request), timeout=seconds)
    except subprocess.TimeoutExpired:
        return {"failed": f"still running after {seconds:g} s"}
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if child.returncode:
        return {"failed": last_line(complained) or f"exit status {child.returncode}"}
    try:
        answer = json.loads(last_line(said, limit=None))
        if not isinstance(answer, dict):
            raise ValueError
    except ValueError:
        return {"failed": f"its last line is no answer: {last_line(said) or 'it said nothing'}"}
    return answer


def last_line(text: str, limit: int | None = 200) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "".join(c for c in lines[-1][:limit] if c.isprintable()) if lines else ""


def answer_with(work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """What a contender's process does: read the request, work, answer. What cannot be imported is
    absent; what others print on the way does no harm."""
    request = json.loads(sys.stdin.read())
    try:
        with contextlib.redirect_stdout(sys.stderr):
            answer = work(request)
    except ImportError as error:
        answer = {"absent": " ".join(str(error).split())[:200]}
    print(json.dumps(answer), flush=True)


def spread(values: Sequence[float], form: str = "{:,.0f}") -> str:
    """Median, and from the smallest to the largest, as people read them."""
    if not values:
        return "–"
    middle, least, most = (
        form.format(x) for x in (statistics.median(values), min(values), max(values))
    )
    return middle if len(values) == 1 else f"{middle} ({least}–{most})"


def show(header: Sequence[str], rows: Sequence[Sequence[str]], race: Race) -> None:
    """The race's table, and below it who is not in it."""
    print("\n" + in_columns([header, *rows]))
    if words := race.left_out():
        print("\n" + words)
