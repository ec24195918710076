"""Where metrics go: metrics.csv always, and Trackio, each with every step once.

A row is one dict per step. A run that goes on from step s hands its loggers `forget(s)`: they drop
what an earlier process wrote from there on, since it is about to happen again.
"""

from __future__ import annotations

import contextlib
import csv
import gc
import io
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from lightning.pytorch.loggers import Logger
from lightning.pytorch.utilities import rank_zero_only

from storylm.training.machine import highest_resident
from storylm.whole_files import whole_file


class MetricsCsv(Logger):
    """metrics.csv: a header, then one line per step; columns appear as metrics do."""

    def __init__(self, folder: str | Path) -> None:
        super().__init__()
        self.path = Path(folder) / "metrics.csv"
        self.columns: list[str] = ["step"]
        if self.path.exists():
            read_lines(self.path)  # refuses what is damaged
            with self.path.open(encoding="utf-8", newline="") as file:
                self.columns = next(csv.reader(file), self.columns)

    @property
    def name(self) -> str:
        return "csv"

    @property
    def version(self) -> str:
        return self.path.parent.name

    @rank_zero_only
    def log_hyperparams(self, params: Any) -> None:
        """The config has a file of its own, config.yaml."""

    @rank_zero_only
    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        row = {"step": step, **metrics}
        if new := [name for name in row if name not in self.columns]:
            earlier = read_lines(self.path)
            self.columns += new
            self.rewrite(earlier)
        try:
            with self.path.open("a", newline="") as file:
                csv.DictWriter(file, self.columns).writerow(row)
        except OSError as error:  # a full disk names no file
            raise OSError(error.errno, error.strerror, str(self.path)) from error

    @rank_zero_only
    def forget(self, step: int) -> None:
        """Drop the rows from `step` on, and a last one that a kill cut short."""
        self.rewrite([line for line in read_lines(self.path) if int(line["step"]) < step])

    def rewrite(self, lines: list[dict[str, str]]) -> None:
        with whole_file(self.path) as file:
            writer = csv.DictWriter(file, self.columns)
            writer.writeheader()
            writer.writerows(lines)


def read_metrics(path: Path) -> list[dict[str, float]]:
    """metrics.csv as rows of numbers; a cell that holds none is left out of its row.

    A last line that a kill cut short is ignored.
    """
    return [
        {name: float(cell) for name, cell in line.items() if cell} | {"step": int(line["step"])}
        for line in read_lines(path)
    ]


def read_lines(path: Path) -> list[dict[str, str]]:
    """The rows as they stand in the file; a last line without its end is none.

    Raises ValueError in one line for a file that is no table of numbers with rising steps.
    """
    if not path.exists():
        return []
    try:
        text = path.read_text(encoding="utf-8")
        header, *rows = csv.reader(io.StringIO(text[: text.rfind("\n") + 1])) or [["step"]]
        if header[:1] != ["step"] or len({*header}) != len(header):
            raise ValueError(f"its first line is {header}")
        steps = [int(row[0]) for row in rows]
        for row in rows:
            [float(cell) for cell in row if cell]
            if len(row) > len(header) or len(row) < 2:
                raise ValueError(f"the row of step {row[0]} has {len(row)} cells")
        if steps != sorted({*steps}):
            raise ValueError("its steps do not rise")
    except (ValueError, IndexError, csv.Error) as error:
        raise ValueError(
            f"{path} is damaged: {' '.join(str(error).split())[:120]}; put it back from a copy, or "
            "delete it and lose its rows"
        ) from None
    return [dict(zip(header, row)) for row in rows]


STORIES = "story/samples"
WAIT_SECONDS = 2.0
"""Rows go to Trackio together: what it writes in the background takes milliseconds from the steps
beside it, however few they are. And its import, a second, comes after the first step."""


class TrackioLogger(Logger):
    """Metrics, config, system figures and sample stories in a local Trackio project."""

    def __init__(
        self, project: str, name: str, folder: str = "runs/_trackio", group: str | None = None
    ) -> None:
        super().__init__()
        self.project, self.run_name, self.group = project, name, group or None
        # Trackio reads its folder when it is imported, so this has to come first.
        self.folder = Path(os.environ.setdefault("TRACKIO_DIR", str(Path(folder).resolve())))
        self.config: dict[str, Any] = {}
        self.run: Any = None
        self.waiting: list[tuple[dict[str, Any], int | None]] = []
        """Rows that Trackio is yet to be given, and their steps."""
        self.waiting_since = 0.0
        self.handed_on: set[int | None] = set()
        """Steps whose rows Trackio was given, to be looked for in the end."""
        self.last_system = 0.0

    @property
    def name(self) -> str:
        return self.project

    @property
    def version(self) -> str:
        return self.run_name

    def current_run(self) -> Any:
        """The one current Trackio run, begun with the first row and again after `finalize`.

        Not Lightning's `experiment`, which is touched before the config is there: Trackio takes the
        config when a run begins, and only then.
        """
        if self.run is None:
            import trackio  # late: it takes a second to import

            if gc.get_freeze_count():  # training has frozen all it knew, and here is more
                gc.freeze()
            with quiet():
                self.run = trackio.init(
                    project=self.project,
                    name=self.run_name,
                    group=self.group,
                    config=self.config,
                    resume="allow",
                    embed=False,
                )
        return self.run

    @rank_zero_only
    def log_hyperparams(self, params: Any) -> None:
        """The config as it is; Trackio sends it with the first row."""
        self.config = dict(params)

    @rank_zero_only
    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Keep a row for a moment: `hand_on_in_time`, or whatever writes, gives it to Trackio."""
        if not self.waiting:
            self.waiting_since = time.monotonic()
        self.waiting.append((dict(metrics), step))
        if STORIES in metrics and self.run is not None:  # metrics.csv could not make up for these
            self.hand_on()

    @rank_zero_only
    def hand_on_in_time(self) -> None:
        """Give Trackio the rows once the oldest has waited for WAIT_SECONDS; asked at each step."""
        if self.waiting and time.monotonic() - self.waiting_since > WAIT_SECONDS:
            self.hand_on()

    def hand_on(self) -> None:
        run, rows = self.current_run(), self.waiting
        self.waiting = []
        for row, step in rows:
            if STORIES in row:
                from trackio import Table

                row[STORIES] = Table(columns=["opening", "story"], data=row[STORIES])
            run.log(row, step=step)
            self.handed_on.add(step)
        if time.monotonic() - self.last_system > 10:
            self.last_system = time.monotonic()
            run.log_system(system_figures())

    @rank_zero_only
    def save(self) -> None:
        """Write what is queued. Trackio itself does so twice a second, and a kill loses the rest;
        nobody logs it again where a checkpoint lies behind it."""
        if self.waiting:
            self.hand_on()
        if self.run is not None and hasattr(self.run, "_flush_queues_inline"):
            with self.run._client_lock:
                self.run._flush_queues_inline()

    def with_stories(self, row: dict[str, float], stories: list[tuple[str, str]]) -> dict[str, Any]:
        """A row together with (opening, story) pairs, which become a table of the dashboard."""
        return row | {STORIES: stories}

    @rank_zero_only
    def forget(self, step: int) -> None:
        """Drop this run's rows from `step` on; Trackio itself would keep both copies."""
        self.ask("DELETE FROM metrics WHERE run_name = ? AND step >= ?", self.run_name, step)

    @rank_zero_only
    def fill_in(self, rows: list[dict[str, float]]) -> None:
        """Log the rows, each with its step, that are not there: Trackio writes in the background,
        and a kill loses what it has not written yet."""
        found = self.steps()
        for row in rows:
            if row["step"] not in found:
                metrics = {name: value for name, value in row.items() if name != "step"}
                self.log_metrics(metrics, int(row["step"]))

    def steps(self) -> set[int]:
        """The steps of this run that the database holds."""
        rows = self.ask("SELECT step FROM metrics WHERE run_name = ?", self.run_name)
        return {step for (step,) in rows}

    @property
    def database(self) -> Path:
        return self.folder / f"{self.project}.db"

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Trackio's own database; nothing where there is none yet. OSError where it is damaged."""
        if not self.database.exists():
            return []
        with contextlib.closing(sqlite3.connect(self.database, timeout=30)) as connection:
            try:
                found = connection.execute(query, values).fetchall()
                connection.commit()
            except sqlite3.Error as error:
                if "no such table" in str(error):  # Trackio makes it with the first row
                    return []
                raise OSError(
                    f"{self.database}: {error}; move it away (it holds all runs of the project "
                    f"{self.project}), or log with logger=csv alone"
                ) from None
        return found

    @rank_zero_only
    def finalize(self, status: str) -> None:
        """Write what is queued. Lightning calls this after every fit and validate."""
        if self.waiting:
            self.hand_on()
        if self.run is not None:
            import trackio

            with quiet():
                trackio.finish()
            self.run = None
            missing = self.handed_on - self.steps()
            if missing and status == "success":
                raise OSError(
                    f"{self.database} lacks {len(missing)} rows that it was given: is its disk "
                    "full? Make room, then repeat the command; or log with logger=csv alone"
                )


def system_figures() -> dict[str, float]:
    """Load and memory of this process, as far as the standard library knows them."""
    figures = {"memory_peak_gib": peak_resident_gib()}
    if hasattr(os, "getloadavg"):  # Windows has none
        figures["cpu_load_1min"] = os.getloadavg()[0]
    return figures


def peak_resident_gib() -> float:
    """The most memory this process has held so far, in GiB."""
    return highest_resident() / 2**30


@contextlib.contextmanager
def quiet() -> Any:
    """Trackio prints hints of its own; the run says what matters in one place."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield
