"""The LightningModule: what one optimizer step does, and what one validation measures.

A batch is a whole optimizer step. The module splits it into micro-batches and steps by itself
(Lightning's manual optimization), so Lightning's batches, our steps and its global_step are one and
the same number, and no signal, save or validation can fall into the middle of an accumulated step.
"""

from __future__ import annotations

import contextlib
import gc
import math
import time
from pathlib import Path
from typing import Any

import lightning as L
import torch
from lightning.pytorch.strategies import ModelParallelStrategy

from storylm.config import Average, Finetune, NonFinite, TrainConfig, to_plain
from storylm.data.loading import ScoredRows, Windows
from storylm.memory import give_back
from storylm.model.adapters import add_adapters
from storylm.model.loss import bits_per_byte, score_rows
from storylm.model.size import count_parameters, flops_per_token
from storylm.model.transformer import Transformer
from storylm.optim.average import AveragedWeights
from storylm.optim.build import build_optimizer
from storylm.optim.scale import scale_start
from storylm.optim.schedule import lr_multiplier
from storylm.tokenizer import Tokenizer
from storylm.training.guards import Guard, describe
from storylm.training.sharding import deal_out, let_go, numbered
from storylm.training.step import (
    accumulate_gradients,
    clip_gradients,
    gradient_norm,
    whole,
    without_probe,
)
from storylm.training.tracking import peak_resident_gib, read_metrics
from storylm.whole_files import write_whole

MOST_WINDOWS = 512
"""Windows that a report looks at."""


class PretrainModule(L.LightningModule):
    """Next-token prediction over windows; validation in bits per byte over whole stories."""

    def __init__(
        self,
        config: TrainConfig,
        tokenizer: Tokenizer,
        *,
        total_steps: int,
        weights: dict[str, torch.Tensor] | None = None,
    ) -> None:
        """`weights` are those to start from; without, they are drawn anew."""
        super().__init__()
        self.automatic_optimization = False
        self.config, self.tokenizer = config, tokenizer
        self.total_steps = total_steps
        self.validate_every = config.run.validate_every or max(1, total_steps // 10)
        self.save_hyperparameters({"config": to_plain(config), "total_steps": total_steps})
        self.model = Transformer(config.model)
        scale_start(self.model, config.model, config.optim)
        if weights is not None:
            self.model.load_state_dict(weights)
        if config.finetune is Finetune.lora:
            add_adapters(self.model, config.lora)
        self.model.checkpoint_blocks = config.run.gradient_checkpointing
        self.hidden = torch.compile(self.model.hidden) if config.run.compile else self.model.hidden
        self.end_of_story = tokenizer.end_of_story
        self.bytes_per_token_V = torch.from_numpy(tokenizer.bytes_per_token_V)
        self.flops_per_token = flops_per_token(config.model, config.model.context_length)
        self.peak_flops = math.nan
        """What all devices multiply in a second at best; nan until somebody measures it."""
        self.average = None
        if config.optim.average is not Average.none:
            self.average = AveragedWeights(self.model, config.optim.average_decay)
        self.sharded = False
        """Whether each device holds a part of every weight only."""
        self.stop_signal: int | None = None
        self.finished = False
        self.runtime: dict[str, Any] = {}
        """What decides the last bits of a number beside the config; kept in checkpoints."""
        self.row: dict[str, float] = {}
        self.stories: list[tuple[str, str]] = []  # (opening, story), told at this validation
        self.losses: list[float] = []  # of the steps since the last row, all devices' mean
        self.seconds, self.mark = 0.0, time.perf_counter()
        self.elapsed = 0.0
        """Seconds since the run began, validation and saving included, over all its processes."""
        self.guard = Guard(config.run)
        self.home = Path(config.run.folder) / str(config.run.name)
        """The run's folder, where reports go."""
        self.report_at: int | None = None
        """A step to be reported though nothing is wrong with it: a replay's."""
        self.contract: dict[str, str] = {}
        """Hashes of what the run stands on: its tokenizer, its shards, the weights it began with.
        """

    # ------------------------------------------------------------------------------- one step

    def training_step(self, windows: Windows, batch_idx: int) -> None:
        """One optimizer step over all of this device's windows."""
        step, optim = self.trainer.global_step, self.config.optim
        loss = accumulate_gradients(
            self.model,
            windows,
            self.config.run,
            end_of_story=self.end_of_story,
            step=step,
            rank=self.global_rank,
            hidden=self.hidden,
            backward=self.manual_backward,
            stays_here=self.gradients_stay_here,
            mean_over_devices=self.mean_over_devices,
        )
        optimizer = self.optimizers()
        for group in optimizer.param_groups:
            scale = group.get("lr_scale", 1.0)
            group["lr"] = optim.learning_rate * scale * self.multiplier(step)
        norm = gradient_norm(self.learning)
        both = torch.stack([self.mean_over_devices(loss), whole(norm)])
        loss, grad_norm = both.tolist()  # one wait for the device, not two
        if self.is_sound(step, loss, grad_norm):
            clip_gradients(self.learning, norm, optim.clip)
            self.losses.append(loss)
            self.grad_norm = grad_norm
        else:
            optimizer.zero_grad()  # without gradients the optimizer leaves everything as it is …
        optimizer.step()  # … and Lightning counts the step all the same
        optimizer.zero_grad()
        if self.average is not None and self.guard.in_a_row == 0:
            self.average.update(self.model)

    def is_sound(self, step: int, loss: float, norm: float) -> bool:
        """Whether the optimizer may use this step's gradients; what is strange is reported.

        Raises ValueError where they are not finite and `run.on_nonfinite` is stop.
        """
        trouble = self.guard.judge(step, loss, norm)
        sound = math.isfinite(loss) and math.isfinite(norm)
        stops = not sound and self.config.run.on_nonfinite is NonFinite.stop
        first = trouble and not self.guard.in_a_row  # of several that follow one another
        if stops or first or step == self.report_at:
            went_on = "Training went on after it." if sound else "It was left out."
            done = "Training stopped here." if stops else went_on
            file = self.report(step, loss, norm, trouble or "as it was", done)
            if stops:
                raise ValueError(
                    f"step {step}: {trouble} (loss {loss:.4g}, gradient {norm:.4g}), so training "
                    f"stops; {file} shows the windows and the layers. Lower optim.learning_rate "
                    "or optim.clip, or add run.on_nonfinite=skip"
                )
            if self.global_rank == 0 and self.report_at is None:
                print(f"\nstep {step}: {trouble}; {file}", flush=True)
        if not sound:
            self.guard.skip()
        return sound

    def report(self, step: int, loss: float, norm: float, title: str, done: str) -> Path:
        """Look closely at this step, whose gradients are still there, and write it down."""
        data = self.trainer.datamodule
        numbers = data.windows_of(step)[:MOST_WINDOWS]
        incident = describe(
            self.model,
            data.windows[numbers].tokens_BT.to(self.device),
            numbers,
            self.config.run,
            self.end_of_story,
            step=step,
            title=title,
            loss=loss,
            norm=norm,
            usual=self.guard.before,
            learning_rate=self.config.optim.learning_rate * self.multiplier(step),
        )
        let_go(self.model)
        name = "step" if self.report_at is None else "replay"
        file = self.home / "incidents" / f"{name}_{step:07d}.md"
        if self.global_rank != 0:
            return file
        for callback in self.trainer.callbacks:
            if hasattr(callback, "keep_for_replay"):
                callback.keep_for_replay(step)
        write_whole(file, incident.report(self.home, self.tokenizer, done=done))
        return file

    def multiplier(self, step: int) -> float:
        """The schedule at a step that is yet to be made, counted from 0."""
        return lr_multiplier(min(1.0, (step + 1) / self.total_steps), self.config.schedule)

    def gradients_stay_here(self, here: bool) -> contextlib.AbstractContextManager:
        """Gradients need to cross devices once a step, after its last micro-batch."""
        if self.sharded:
            self.model.set_requires_gradient_sync(not here)
            return contextlib.nullcontext()
        model = self.trainer.strategy.model
        return model.no_sync() if here and hasattr(model, "no_sync") else contextlib.nullcontext()

    def configure_model(self) -> None:
        """Lightning's place for it: deal the weights out, where the strategy is FSDP2's."""
        if self.sharded or not isinstance(self.trainer.strategy, ModelParallelStrategy):
            return
        deal_out(self.model, self.device_mesh["data_parallel"])
        hidden = self.model.hidden
        self.hidden = torch.compile(hidden) if self.config.run.compile else hidden
        self.sharded = True

    def configure_optimizers(self) -> torch.optim.Optimizer:
        tokens = self.total_steps * self.config.run.tokens_per_step
        optimizer = build_optimizer(self.model, self.config.optim, tokens=tokens)
        return without_probe(optimizer, self.trainer.strategy.root_device)

    # ----------------------------------------------------------------------------- validation

    def on_validation_epoch_start(self) -> None:
        self.scored = torch.zeros(3, dtype=torch.float64)  # nats, tokens, bytes
        if self.average is not None:
            self.average.swap(self.model)

    def validation_step(self, rows: ScoredRows, batch_idx: int) -> None:
        # In fp32 whatever the training's precision: the number that any later evaluation finds.
        with torch.autocast(self.device.type, enabled=False):
            nats, tokens = score_rows(self.model, rows.inputs_BR, rows.targets_BR, rows.scored_BR)
        bytes_V = self.bytes_per_token_V = self.bytes_per_token_V.to(self.device)
        n_bytes = bytes_V[rows.targets_BR][rows.scored_BR].sum()
        if blank := self.tokenizer.opening_blank:  # which no story holds
            opens_BR = (rows.inputs_BR == self.end_of_story) & rows.scored_BR
            n_bytes -= blank * (opens_BR & (rows.targets_BR != self.end_of_story)).sum()
        self.scored += torch.tensor(
            [float(nats), float(tokens), float(n_bytes)], dtype=torch.float64
        )

    def on_validation_epoch_end(self) -> None:
        nats, tokens, n_bytes = self.all_ranks(self.scored).tolist()
        loss = nats / tokens
        metrics = {
            "val/loss": loss,
            "val/bits_per_byte": bits_per_byte(nats, n_bytes),
            "val/perplexity": math.exp(min(loss, 700.0)),
        }
        self.row |= metrics
        # For Lightning's callbacks (early stopping, say); the loggers get the whole row at once.
        self.log_dict({k: torch.tensor(v) for k, v in metrics.items()}, logger=False)

    def on_validation_end(self) -> None:
        let_go(self.model)
        if self.average is not None:
            self.average.swap(self.model)

    def all_ranks(self, values: torch.Tensor) -> torch.Tensor:
        if self.trainer.world_size == 1:
            return values
        ours = values.to(self.device, copy=True)  # it is added to in its place
        return self.trainer.strategy.reduce(ours, reduce_op="sum")

    def mean_over_devices(self, value: torch.Tensor) -> torch.Tensor:
        return self.all_ranks(value) / self.trainer.world_size

    # ------------------------------------------------------------------- what happens between

    def on_train_start(self) -> None:
        step = self.trainer.global_step
        self.learning = [p for p in self.model.parameters() if p.requires_grad]
        self.forget(step)
        began = time.perf_counter()
        self.finish_step(step)  # validates the untrained model, or what a kill has left undone
        gc.freeze()  # else collections walk over all that was ever imported; run.py undoes it
        give_back()
        self.mark = time.perf_counter()
        self.elapsed += self.mark - began

    def forget(self, step: int) -> None:
        """Drop what an earlier process logged from `step` on: it is about to happen again. What it
        had no time to hand on, as a kill has it, is made up for."""
        for logger in self.trainer.loggers:
            if hasattr(logger, "forget"):
                logger.forget(step)
        if step and self.global_rank == 0 and (self.home / "metrics.csv").exists():
            rows = read_metrics(self.home / "metrics.csv")
            for logger in self.trainer.loggers:
                if hasattr(logger, "fill_in"):
                    logger.fill_in(rows)

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        # Runs after all callbacks, so the checkpoint of this step is written already.
        now, before = time.perf_counter(), self.mark
        self.seconds += now - before
        self.finish_step(self.trainer.global_step)
        if self.stop_signal:
            self.trainer.should_stop = True
        self.mark = time.perf_counter()
        self.elapsed += self.mark - before

    def finish_step(self, step: int, *, validated: bool = False) -> None:
        """Validate (unless it has just been done) and write the step's row, where they are due."""
        if self.report_at is not None:  # a replay looks at one step only
            return
        last = self.finished = step >= self.total_steps
        if not validated and (step % self.validate_every == 0 or last):
            self.validate()
        if self.losses and (step % self.config.run.log_every == 0 or last):
            self.row |= self.progress(step)
        if self.row:
            self.write_row(step)
        for logger in self.trainer.loggers:
            if hasattr(logger, "hand_on_in_time"):
                logger.hand_on_in_time()

    def write_row(self, step: int) -> None:
        """Hand the step's metrics and stories to every logger, once."""
        row, self.row = self.row, {}
        stories, self.stories = self.stories, []
        for logger in self.trainer.loggers:
            if stories and hasattr(logger, "with_stories"):
                logger.log_metrics(logger.with_stories(row, stories), step)
            else:
                logger.log_metrics(row, step)
        for callback in self.trainer.callbacks:
            if hasattr(callback, "on_row"):
                callback.on_row(step, row)

    def validate(self) -> None:
        """Run Lightning's validation loop in the middle of fit, at a step of our choosing."""
        trainer = self.trainer
        loop = trainer.fit_loop.epoch_loop.val_loop
        loop.restarting = False  # else a resumed run skips a batch, and the number is wrong
        first = trainer._logger_connector._first_loop_iter  # as Lightning keeps it around its own
        trainer.validating = True
        loop.run()
        trainer.training = True
        trainer._logger_connector._first_loop_iter = first

    def progress(self, step: int) -> dict[str, float]:
        """The training part of a row, over the steps since the last one."""
        run = self.config.run
        row = {
            "train/loss": math.fsum(self.losses) / len(self.losses),
            "optim/learning_rate": self.config.optim.learning_rate * self.multiplier(step - 1),
            "progress/tokens_seen": step * run.tokens_per_step,
            "memory/peak_gib": peak_memory_gib(self.device),
        }
        if hasattr(self, "grad_norm"):
            row["optim/grad_norm"] = self.grad_norm
        if self.guard.skipped:
            row["guard/skipped_steps"] = self.guard.skipped
        if self.seconds > 0:
            rate = len(self.losses) * run.tokens_per_step / self.seconds
            row["speed/tokens_per_second"] = rate
            if math.isfinite(self.peak_flops):
                row["speed/model_flops_utilization"] = rate * self.flops_per_token / self.peak_flops
        self.losses, self.seconds = [], 0.0
        return row

    # ---------------------------------------------------------------------------- checkpoints

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        if not self.sharded and (states := checkpoint.get("optimizer_states")):
            optimizer = self.optimizers().optimizer
            checkpoint["optimizer_states"] = [numbered(states[0], optimizer, self)]
        checkpoint["runtime"] = self.runtime
        checkpoint["contract"] = self.contract
        checkpoint["elapsed"] = self.elapsed
        checkpoint["progress"] = {
            "losses": self.losses,
            "grad_norm": getattr(self, "grad_norm", math.nan),
            "guard": self.guard.state(),
        }
        if self.average is not None:
            checkpoint["average"] = self.average.whole_weights()

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.elapsed = checkpoint["elapsed"]
        then = checkpoint["runtime"]
        changed = [f"{k} {then.get(k)} → {v}" for k, v in self.runtime.items() if then.get(k) != v]
        if changed and self.global_rank == 0:
            print(f"goes on, but not bit for bit: {', '.join(changed)}", flush=True)
        progress = checkpoint["progress"]
        self.losses = progress["losses"]
        self.grad_norm = progress["grad_norm"]
        self.guard.load(progress["guard"])
        if self.average is not None:
            self.average.weights = checkpoint["average"]

    def count_parameters(self) -> int:
        return count_parameters(self.config.model)


def peak_memory_gib(device: torch.device) -> float:
    """Allocated on a GPU, resident on a CPU; both at their peak so far."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**30
    return peak_resident_gib()
