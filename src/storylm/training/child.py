"""The process that measures a run's first steps (measure.py): begun early, asked late.

It loads torch while the run itself is loading and then waits for its request, so that nothing of
that competes with what is measured. Imports no torch, to be there before it.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from typing import Any

from storylm.config import Preflight, TrainConfig, is_first_rank, run_folder

CODE = """
from storylm.memory import steady_memory
steady_memory()  # as scripts do, before torch is loaded
from storylm.training.measure import main
main()
"""


class Child:
    """A process that waits for one request and answers it; left alone, it ends with this one."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CODE],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, request: bytes) -> dict[str, Any]:
        """Its answer, or `out_of_memory` or `failed` with the words.

        One that was killed without a word ran out of memory: the system ends it before this one.
        """
        try:
            said, complaints = self.process.communicate(request)
        except BaseException:  # Ctrl-C, say
            self.end()
            raise
        if self.process.returncode == -9:
            return {"out_of_memory": "the system ended them"}
        try:
            return json.loads(said.decode().splitlines()[-1])
        except (IndexError, ValueError):
            words = complaints.decode(errors="replace").strip().splitlines()
            words = words or [f"exit status {self.process.returncode}"]
            return {"failed": words[-1][:200]}

    def end(self) -> None:
        """For one that nobody will ask."""
        self.process.kill()
        with contextlib.suppress(OSError):
            self.process.communicate()


def begin(config: TrainConfig) -> Child | None:
    """The child of a run that will look ahead, in the one process that will ask; else None."""
    goes_on = any((run_folder(config) / "checkpoints").glob("*.ckpt"))
    if config.preflight is Preflight.off or goes_on or not is_first_rank():
        return None
    return Child()
