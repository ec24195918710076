"""What watches a run and changes no number: progress, a wish to stop, the stories it tells."""

from __future__ import annotations

import re
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from lightning.pytorch import Callback, LightningModule, Trainer
from lightning.pytorch.callbacks import ProgressBar
from tqdm import tqdm

from storylm.config import RunConfig
from storylm.generation import Diverged, tell
from storylm.whole_files import write_whole


class StepProgressBar(ProgressBar):
    """Optimizer steps, loss, bits per byte, tokens per second and the time left.

    On a terminal it is one moving line; elsewhere (a log file, say) a line now and then.
    """

    def __init__(self, every_seconds: float = 20.0) -> None:
        """`every_seconds`: between lines where there is no terminal."""
        super().__init__()
        self.every_seconds = every_seconds
        self.bar: tqdm | None = None
        self.figures: dict[str, float] = {}
        self.began: float | None = None

    def disable(self) -> None:
        self.every_seconds = float("inf")

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        super().setup(trainer, pl_module, stage)
        self.total = self.first = trainer.max_steps

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.first = trainer.global_step
        self.began, self.said = None, time.monotonic()
        if sys.stderr.isatty() and trainer.is_global_zero:
            self.bar = tqdm(
                total=self.total,
                initial=self.first,
                bar_format="{desc} {percentage:3.0f}% |{bar:24}| {n}/{total} steps{postfix}",
                desc="training",
                dynamic_ncols=True,
                leave=False,
            )

    def on_train_batch_start(self, *args: Any, **kwargs: Any) -> None:
        self.began = self.began or time.monotonic()  # the first validation is no measure of steps

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, *args: Any, **kwargs: Any
    ) -> None:
        step = trainer.global_step
        if self.bar is not None:
            self.bar.update(step - self.bar.n)
        elif trainer.is_global_zero and time.monotonic() - self.said > self.every_seconds:
            self.said = time.monotonic()
            print(f"step {step}/{self.total} · {self.text(step)}", flush=True)

    def on_row(self, step: int, row: dict[str, float]) -> None:
        """New figures (from PretrainModule)."""
        self.figures |= row
        if self.bar is not None:
            self.bar.set_postfix_str(self.text(step), refresh=True)
        elif "val/bits_per_byte" in row and self.every_seconds < float("inf"):
            print(f"step {step}/{self.total} · {self.text(step)}", flush=True)

    def text(self, step: int) -> str:
        forms = {
            "train/loss": "loss {:.3f}",
            "val/bits_per_byte": "{:.4f} bits/byte",
            "speed/tokens_per_second": "{:,.0f} tokens/s",
        }
        parts = [f.format(self.figures[name]) for name, f in forms.items() if name in self.figures]
        if step > self.first and self.began:
            pace = (time.monotonic() - self.began) / (step - self.first)
            parts.append(f"{minutes(pace * (self.total - step))} left")
        return " · ".join(parts)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        self.close()

    def on_exception(self, trainer: Trainer, pl_module: LightningModule, exception: Any) -> None:
        self.close()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None


def minutes(seconds: float) -> str:
    """A duration as people say it: 0:42, 12:05, 3:20:00."""
    seconds = round(seconds)
    hours, rest = divmod(seconds, 3_600)
    tail = f"{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
    return f"{hours}:{tail}" if hours else tail


class StopSignals(Callback):
    """SIGTERM, Ctrl-C and SIGUSR1 (by which SLURM warns) let the step finish, be saved, and then
    leave; a second Ctrl-C leaves at once. Installed after Lightning's own handlers, which would
    leave in the middle of a step with status 0; Lightning puts back what was there before."""

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        def ask(number: int, _: Any) -> None:
            if pl_module.stop_signal == number == signal.SIGINT:
                sys.exit(130)  # not KeyboardInterrupt, after which Lightning leaves with 1
            pl_module.stop_signal = number
            if trainer.is_global_zero:
                print("\nfinishing this step, then saving …", file=sys.stderr, flush=True)

        if threading.current_thread() is threading.main_thread():
            for name in ("SIGTERM", "SIGINT", "SIGUSR1"):
                if hasattr(signal, name):  # Windows has no SIGUSR1
                    signal.signal(getattr(signal, name), ask)


class TellSamples(Callback):
    """Tells a few stories at each validation, always with the same draws, and keeps them in
    samples.md: how the model's stories grew."""

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        if trainer.is_global_zero:
            write_samples(samples_file(trainer), trainer.global_step)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        run: RunConfig = pl_module.config.run
        step, value = trainer.global_step, float(trainer.callback_metrics["val/bits_per_byte"])
        if not run.sample_prompts:
            return
        # Where weights are sharded, all devices have to take part in a forward pass.
        if not (trainer.is_global_zero or pl_module.sharded):
            return
        try:
            stories = tell(
                pl_module.model,
                pl_module.tokenizer,
                run.sample_prompts,
                max_tokens=run.sample_tokens,
                temperature=run.sample_temperature,
                seed=run.seed,
            )
        except Diverged:
            return
        if not trainer.is_global_zero:
            return
        pl_module.stories = list(zip(run.sample_prompts, stories))
        quoted = "\n\n---\n\n".join(stories)
        section = f"## Step {step}: {value:.4f} bits per byte\n\n{quoted}\n\n"
        write_samples(samples_file(trainer), step, section)


def samples_file(trainer: Trainer) -> Path:
    return Path(trainer.default_root_dir) / "samples.md"


def write_samples(path: Path, step: int, section: str = "") -> None:
    """Add a step's section, and drop those from this step on that an earlier process wrote."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    sections = re.split(r"(?m)^(?=## Step \d+:)", text)[1:]
    kept = [section for section in sections if int(re.match(r"## Step (\d+)", section)[1]) < step]
    write_whole(path, "# How its stories grew\n\n" + "".join(kept) + section)
