"""One step of a run again, in memory, with a close look at its windows and layers."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lightning as L
import torch

from storylm.checkpoint import read_checkpoint, step_files
from storylm.config import NonFinite, ReplayConfig, read_config, read_result, runs_path
from storylm.data.loading import TokenDataModule
from storylm.data.prepare import prepare_data
from storylm.data.shards import count_cores
from storylm.tokenizer import load_tokenizer
from storylm.training.checks import check_contract, check_result, origin_seal
from storylm.training.length import length_in_steps
from storylm.training.module import PretrainModule
from storylm.training.report import runtime_card
from storylm.training.run import build_trainer, origin_weights, quiet_lightning


def replay(asked: ReplayConfig) -> str:
    """Train from the nearest checkpoint before `asked.step` up to it, and report that step.

    The run's folder gets nothing but `incidents/replay_0000123.md`. Returns what the terminal
    shows. Raises FileNotFoundError where there is no such run, ValueError for a step beyond its
    end and where its data or tokenizer have changed.
    """
    home, step = runs_path(asked.run, asked.folder), asked.step
    config = read_config(home)
    config.callbacks, config.logger = {}, {}
    config.run.on_nonfinite, config.run.spike_sigmas = NonFinite.skip, 0.0
    quiet_lightning()
    torch.set_num_threads(asked.threads or config.run.threads or count_cores())
    tokenizer = load_tokenizer(home)
    train, valid = prepare_data(config.data, tokenizer)
    contract = {"tokenizer": tokenizer.fingerprint, "data": train.manifest["fingerprint"]}
    if seal := origin_seal(config):
        contract["origin"] = seal
    known = sorted(whole_checkpoints(home), key=lambda found: found[0])
    for _, file, stored in known[-1:]:
        check_contract(file, stored, config, contract)
    if result := read_result(home):
        check_result(config, result, contract)
    total = length_in_steps(config, home, train_tokens=len(train), measures=False)
    if step >= total:
        raise ValueError(f"step={step} is beyond {home}, whose last step is {total - 1}")
    began, file = max(((at, file) for at, file, _ in known if at <= step), default=(0, None))
    L.seed_everything(config.run.seed, workers=True, verbose=False)
    weights = origin_weights(config, tokenizer) if config.init_from and file is None else None
    module = PretrainModule(config, tokenizer, total_steps=total, weights=weights)
    module.contract, module.report_at, module.home = contract, step, home
    print(f"{home}: steps {began} to {step}, from {file or 'the beginning'}", flush=True)
    with tempfile.TemporaryDirectory(prefix="storylm-") as folder:
        trainer = build_trainer(config, Path(folder), module, [], max_steps=step + 1)
        module.runtime = runtime_card(trainer, config)
        data = TokenDataModule(config, train, valid, tokenizer)
        trainer.fit(module, data, ckpt_path=str(file) if file else None, weights_only=True)
        if module.stop_signal:
            sys.exit(128 + module.stop_signal)
    incidents = home / "incidents"
    return in_brief(incidents / f"replay_{step:07d}.md", incidents / f"step_{step:07d}.md")


def whole_checkpoints(home: Path) -> Iterator[tuple[int, Path, dict[str, Any]]]:
    """Step, file and contents of each full checkpoint of a run that can be read."""
    folder = home / "checkpoints"
    for file in [*step_files(folder), *step_files(folder, "before"), folder / "best.ckpt"]:
        with contextlib.suppress(ValueError, OSError):  # damaged, or pruned by its run meanwhile
            stored = read_checkpoint(file)
            yield stored["global_step"], file, {**stored, "state_dict": {}, "optimizer_states": []}


def in_brief(written: Path, before: Path) -> str:
    """The figures and the layers of a report, and whether an earlier one says the same."""
    page = written.read_text(encoding="utf-8")
    lines = [page.partition("## Windows")[0].strip(), "", f"windows and stories: {written}"]
    if before.exists():
        then, now = (figures(p.read_text(encoding="utf-8")) for p in (before, written))
        same = "the same" if then == now else "NOT the same"
        lines.append(f"loss and gradient are {same} as in {before}")
    return "\n".join(lines)


def figures(page: str) -> list[str]:
    """The lines of a report that hold its loss and its gradient's norm, without the usual loss."""
    return [line.partition(";")[0] for line in page.splitlines() if line.startswith("- ")]
