"""What watches each step's loss and gradient, and the report of a step that went wrong.

The guard judges before the optimizer moves a weight, so that a step that cannot be used changes
nothing. Its report names the windows, the layers, and the command that makes the step again.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from storylm.config import RunConfig
from storylm.model.loss import mean_nats
from storylm.model.transformer import Transformer
from storylm.tokenizer import Tokenizer
from storylm.training.step import whole

REMEMBERED = 128
"""Steps over which a loss is called usual."""
ENOUGH = 32
"""Steps before which no loss is called a spike: it is still falling."""
APART = 100
"""Steps between two reports of spikes, so that a bad stretch is reported once."""
SKIPS_IN_A_ROW = 20
"""More skipped steps than that mean that the run is lost."""


class Guard:
    """Judges steps by their loss (nats per token) and their gradient's norm."""

    def __init__(self, run: RunConfig) -> None:
        self.sigmas = run.spike_sigmas
        self.losses: deque[float] = deque(maxlen=REMEMBERED)
        self.last_spike = -APART
        self.before = math.nan, math.nan
        """Mean and standard deviation of the losses before the last one."""
        self.skipped = 0
        """Steps that were left out because something was not finite, in all."""
        self.in_a_row = 0

    def judge(self, step: int, loss: float, norm: float) -> str:
        """What is wrong with a step, in words for a title; empty where nothing is."""
        self.before = mean, spread = self.usual()
        if not (math.isfinite(loss) and math.isfinite(norm)):
            what = "loss" if not math.isfinite(loss) else "gradient"
            return f"the {what} is not finite"
        spike = (
            self.sigmas > 0
            and len(self.losses) >= ENOUGH
            and loss > mean + self.sigmas * spread
            and step - self.last_spike >= APART
        )
        self.losses.append(loss)
        self.in_a_row = 0
        if not spike:
            return ""
        self.last_spike = step
        return f"the loss is {(loss - mean) / max(spread, 1e-12):.1f} standard deviations too high"

    def skip(self) -> None:
        """Count a step that is left out. ValueError where too many follow one another."""
        self.skipped += 1
        self.in_a_row += 1
        if self.in_a_row > SKIPS_IN_A_ROW:
            raise ValueError(
                f"{self.in_a_row} steps in a row were not finite, so skipping does not help; "
                "lower optim.learning_rate or optim.clip, under another run.name"
            )

    def usual(self) -> tuple[float, float]:
        """Mean and standard deviation of the remembered losses."""
        if len(self.losses) < 2:
            return math.nan, math.nan
        mean = statistics.fmean(self.losses)
        # statistics.stdev sums exact fractions, and takes ten times as long at every step.
        squares = math.fsum((loss - mean) ** 2 for loss in self.losses)
        return mean, math.sqrt(squares / (len(self.losses) - 1))

    def state(self) -> dict[str, Any]:
        counts = {"last_spike": self.last_spike, "skipped": self.skipped}
        return counts | {"losses": list(self.losses), "in_a_row": self.in_a_row}

    def load(self, state: dict[str, Any]) -> None:
        self.losses = deque(state["losses"], maxlen=REMEMBERED)
        self.last_spike, self.skipped = state["last_spike"], state["skipped"]
        self.in_a_row = state["in_a_row"]


@dataclass
class Incident:
    """A step that is reported: what was seen of it before the optimizer moved."""

    step: int
    """Counted from 0, as many as the steps made before it."""
    title: str
    loss: float
    norm: float
    usual: tuple[float, float]
    learning_rate: float
    layers: list[tuple[str, float, float]]
    """Of each parameter: its name, its own norm, its gradient's."""
    windows: list[tuple[int, float, Tensor]]
    """Of each window of the step: its number in the shards, its mean nats, its ids."""

    def report(self, home: Path, tokenizer: Tokenizer, *, done: str) -> str:
        """A page in Markdown on this step of the run in `home`; `done` says what followed."""
        mean, spread = self.usual
        lines = [f"# Step {self.step}: {self.title}", "", done, ""]
        lines += [
            f"- loss {self.loss:.6g} nats per token; over the steps before it {mean:.4f} "
            f"± {spread:.4f}",
            f"- norm of the gradient {self.norm:.6g}; learning rate {self.learning_rate:.3g}",
            "",
            "This step again, with all that is below, from the checkpoint before it:",
            "",
            "```",
            f"uv run scripts/replay.py run={home.as_posix()} step={self.step}",
            "```",
            "",
            "## Layers",
            "",
            "| parameter | its norm | its gradient's |",
            "|---|---|---|",
        ]
        lines += [f"| {name} | {own:.4g} | {slope:.4g} |" for name, own, slope in self.layers]
        worst = sorted(self.windows, key=lambda window: -rank(window[1]))
        lines += ["", "## Windows, the worst first", "", "| window | nats per token | begins |"]
        lines += ["|---|---|---|"]
        for number, nats, ids_T in worst:
            begins = readable(tokenizer, ids_T[:24]).replace("\n", " ").replace("|", "¦")
            lines.append(f"| {number} | {nats:.4f} | {begins} |")
        for number, nats, ids_T in worst[:4]:
            lines += ["", f"## Window {number}: {nats:.4f} nats per token", ""]
            lines += ["> " + line for line in readable(tokenizer, ids_T).splitlines()]
        return "\n".join(lines) + "\n"


def rank(nats: float) -> float:
    """What is no number is worst of all."""
    return nats if math.isfinite(nats) else math.inf


def readable(tokenizer: Tokenizer, ids_T: Tensor) -> str:
    """A window as text, the ends of stories marked by a line."""
    stories, story = [], []
    for id in ids_T.tolist():
        if id == tokenizer.end_of_story:
            stories.append(story)
            story = []
        else:
            story.append(id)
    return "\n———\n".join(tokenizer.decode(ids) for ids in [*stories, story])


def layer_norms(model: nn.Module) -> list[tuple[str, float, float]]:
    """Name, norm and gradient's norm of each parameter that learns."""
    return [
        (name, norm_of(p.detach()), math.nan if p.grad is None else norm_of(p.grad))
        for name, p in model.named_parameters()
        if p.requires_grad
    ]


def norm_of(tensor: Tensor) -> float:
    return float(whole(torch.linalg.vector_norm(tensor)))


@torch.no_grad()
def window_nats(
    model: Transformer, tokens_BT: Tensor, run: RunConfig, end_of_story: int
) -> list[float]:
    """Mean nats per token of each window, without dropout."""
    was_training = model.training
    model.eval()
    found = []
    for row_1T in tokens_BT.split(1):
        inputs_BT, targets_BT = row_1T[:, :-1], row_1T[:, 1:]
        starts_BT = inputs_BT == end_of_story if run.document_masking else None
        x_BTD = model.hidden(inputs_BT, starts_BT=starts_BT)
        softcap = model.config.logit_softcap
        found.append(float(mean_nats(x_BTD, model.unembed_VD, targets_BT, softcap=softcap)))
    model.train(was_training)
    return found


def describe(
    model: Transformer,
    tokens_BT: Tensor,
    numbers: Sequence[int],
    run: RunConfig,
    end_of_story: int,
    **seen: Any,
) -> Incident:
    """Look at a step whose gradients are still there; where weights are sharded, on all devices."""
    layers = layer_norms(model)
    nats = window_nats(model, tokens_BT, run, end_of_story)
    windows = list(zip(numbers, nats, tokens_BT.cpu()))
    return Incident(layers=layers, windows=windows, **seen)
