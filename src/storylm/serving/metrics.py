"""Counts for Prometheus, in its text format (version 0.0.4)."""

from __future__ import annotations

import bisect
import os
import time
from collections.abc import Callable
from pathlib import Path

SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)


class Count:
    """A number that only grows, one for each combination of its labels."""

    kind = "counter"

    def __init__(self, name: str, words: str, *labels: str) -> None:
        self.name, self.words, self.labels = name, words, labels
        self.values: dict[tuple[str, ...], float] = {} if labels else {(): 0.0}

    def add(self, *labels: str, by: float = 1.0) -> None:
        self.values[labels] = self.values.get(labels, 0.0) + by

    def lines(self) -> list[str]:
        return [line(self.name, self.labels, labels, v) for labels, v in self.values.items()]


class Level:
    """A number as it is at the moment of asking."""

    def __init__(
        self, name: str, words: str, read: Callable[[], float], kind: str = "gauge"
    ) -> None:
        self.name, self.words, self.read, self.kind = name, words, read, kind

    def lines(self) -> list[str]:
        return [line(self.name, (), (), self.read())]


class Spread:
    """How long things took: how many of them within each of some bounds."""

    kind = "histogram"

    def __init__(self, name: str, words: str, *labels: str) -> None:
        self.name, self.words, self.labels = name, words, labels
        self.counts: dict[tuple[str, ...], list[int]] = {}
        self.sums: dict[tuple[str, ...], float] = {}

    def add(self, *labels: str, value: float) -> None:
        counts = self.counts.setdefault(labels, [0] * (len(SECONDS) + 1))
        counts[bisect.bisect_left(SECONDS, value)] += 1
        self.sums[labels] = self.sums.get(labels, 0.0) + value

    def lines(self) -> list[str]:
        found = []
        for labels, counts in self.counts.items():
            names, total = (*self.labels, "le"), 0
            for bound, count in zip((*map(str, SECONDS), "+Inf"), counts):
                total += count
                found.append(line(self.name + "_bucket", names, (*labels, bound), total))
            found.append(line(self.name + "_sum", self.labels, labels, self.sums[labels]))
            found.append(line(self.name + "_count", self.labels, labels, total))
        return found


class Metrics:
    """Everything that is counted while the server runs."""

    def __init__(self) -> None:
        self.requests = Count("storylm_requests_total", "Requests", "route", "method", "status")
        self.seconds = Spread(
            "storylm_request_seconds", "From a request to the end of its answer", "route"
        )
        self.first_token = Spread(
            "storylm_first_token_seconds", "From a request to its first token", "route"
        )
        self.stories = Count("storylm_stories_total", "Stories told", "finish")
        self.read = Count("storylm_prompt_tokens_total", "Tokens read", "model")
        self.told = Count("storylm_completion_tokens_total", "Tokens told", "model")
        started = time.time()
        self.all: list[Count | Level | Spread] = [
            self.requests, self.seconds, self.first_token, self.stories, self.read, self.told,
            Level("process_start_time_seconds", "Start, in seconds since 1970", lambda: started),
            Level("process_resident_memory_bytes", "Memory in use", resident_bytes),
        ]  # fmt: skip

    def watch(self, name: str, words: str, read: Callable[[], float], kind: str = "gauge") -> None:
        """One number more, which someone else counts."""
        self.all.append(Level(name, words, read, kind))

    def text(self) -> str:
        lines = []
        for metric in self.all:
            lines.append(f"# HELP {metric.name} {metric.words}.")
            lines.append(f"# TYPE {metric.name} {metric.kind}")
            lines += metric.lines()
        return "\n".join(lines) + "\n"


def line(name: str, names: tuple[str, ...], labels: tuple[str, ...], value: float) -> str:
    pairs = ",".join(f'{key}="{escape(label)}"' for key, label in zip(names, labels))
    number = str(int(value)) if value == int(value) else repr(float(value))
    return f"{name}{{{pairs}}} {number}" if pairs else f"{name} {number}"


def escape(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def resident_bytes() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return float(pages * os.sysconf("SC_PAGE_SIZE"))
