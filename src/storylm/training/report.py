"""What a finished run leaves for people: result.json, curves.png, report.md, and ten lines."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path
from typing import Any

import lightning as L
import torch

from storylm.config import TrainConfig, fingerprint, identity, to_plain
from storylm.data.prepare import trained_sources
from storylm.data.shards import TokenShards
from storylm.model.size import count_parameters
from storylm.plots import plot_curves
from storylm.training.callbacks import minutes
from storylm.training.tracking import read_metrics
from storylm.whole_files import write_sealed, write_whole


def write_result(home: Path, result: dict[str, Any]) -> None:
    """result.json, whole or absent: its presence says that the run is done."""
    write_sealed(home / "result.json", result)


def summarize(
    config: TrainConfig,
    home: Path,
    train: TokenShards,
    *,
    steps: int,
    seconds: float,
    machine: dict[str, Any],
    contract: dict[str, str],
) -> dict[str, Any]:
    """The run's numbers, from metrics.csv and the manifest."""
    rows = read_metrics(home / "metrics.csv")
    scored = [row for row in rows if "val/bits_per_byte" in row]
    untrained = scored[0]["val/bits_per_byte"] if scored[0]["step"] == 0 else None
    final = scored[-1]["val/bits_per_byte"]
    best = min(scored, key=lambda row: row["val/bits_per_byte"])
    floor = train.manifest.get("floor_bits_per_byte")
    losses = [row["train/loss"] for row in rows if "train/loss" in row]
    speeds = [row[SPEED] for row in rows if SPEED in row]
    tokens = scored[-1]["step"] * config.run.tokens_per_step
    way = None
    if floor is not None and untrained is not None and not config.init_from:
        way = (untrained - final) / (untrained - floor)
    return {
        "run": config.run.name,
        "steps": int(scored[-1]["step"]),
        "planned_steps": steps,
        "tokens": int(tokens),
        "passes": tokens / len(train),
        "parameters": count_parameters(config.model),
        "seconds": round(seconds, 1),
        "train/loss": losses[-1] if losses else None,
        "val/loss": scored[-1]["val/loss"],
        "val/perplexity": scored[-1]["val/perplexity"],
        "val/bits_per_byte": final,
        "best_bits_per_byte": best["val/bits_per_byte"],
        "best_step": int(best["step"]),
        "untrained_bits_per_byte": untrained,
        "floor_bits_per_byte": floor,
        "way_to_floor": way,
        "tokens_per_second": sorted(speeds)[len(speeds) // 2] if speeds else None,
        "machine": machine,
        "identity": fingerprint(identity(config)),
        **contract,
        "sources": trained_sources(config, train.manifest),
    }


SPEED = "speed/tokens_per_second"


def write_report(
    config: TrainConfig,
    home: Path,
    result: dict[str, Any],
    *,
    stories: list[str],
    command: str,
    dashboard: str,
) -> str:
    """Write curves.png, report.md and result.json; return the lines for the terminal."""
    floor = result["floor_bits_per_byte"]
    title = f"{config.run.name} · {result['val/bits_per_byte']:.4f} bits per byte"
    plot_curves(read_metrics(home / "metrics.csv"), home / "curves.png", title=title, floor=floor)
    facts = told_facts(config, result)
    page = [f"# {config.run.name}", ""]
    page += [f"| {name} | {value} |" for name, value in [("", ""), ("---", "---"), *facts]]
    page += ["", "![curves](curves.png)", "", "## Three stories", ""]
    for story in stories:
        page += ["> " + line for line in story.strip().splitlines()] + ["", "---", ""]
    page += ["## Make it again", "", "```", command, "```", ""]
    page += [f"- {name}: {value}" for name, value in provenance(result)]
    page += ["", "The config is in config.yaml; samples.md shows how the stories grew.", ""]
    write_whole(home / "report.md", "\n".join(page))
    write_result(home, result)
    width = max(len(name) for name, _ in facts)
    shown = config.run.name if config.run.folder == "runs" else home
    lines = [f"  {name:{width}}  {value}" for name, value in facts]
    return "\n".join(
        [
            f"\n{config.run.name} is done.",
            *lines,
            f"  {'all of it':{width}}  {home / 'report.md'} (curves.png, samples.md, metrics.csv)",
            *([f"  {'dashboard':{width}}  {dashboard}"] if dashboard else []),
            "",
            "Next, let it tell you one:",
            f'  uv run scripts/generate.py run={shown} prompt="One day, a little"',
        ]
    )


def told_facts(config: TrainConfig, result: dict[str, Any]) -> list[tuple[str, str]]:
    """The numbers of a run as people say them."""
    bits = f"{result['val/bits_per_byte']:.4f}"
    if result["untrained_bits_per_byte"] is not None:
        before = "before" if config.init_from else "untrained"
        bits += f" ({before} {result['untrained_bits_per_byte']:.4f}"
        if result["floor_bits_per_byte"] is not None:
            bits += f", floor of the data {result['floor_bits_per_byte']:.4f}"
        bits += ")"
    model = config.model
    facts = [
        ("model", f"{model.style}, {model.n_layers} layers x {model.d_model}, "
                  f"{result['parameters']:,} parameters"),
        *([("starts from", config.init_from)] if config.init_from else []),
        ("data", f"{config.data.name}, {result['tokens']:,} tokens, "
                 f"{result['passes']:.2f} passes"),
        ("time", f"{minutes(result['seconds'])} for {result['steps']} steps"),
        ("bits per byte", bits),
    ]  # fmt: skip
    if result["way_to_floor"] is not None:
        facts.append(("way to the floor", f"{100 * result['way_to_floor']:.1f} %"))
    if result["best_step"] != result["steps"]:
        facts.append(("best", f"{result['best_bits_per_byte']:.4f} at step {result['best_step']}"))
    facts.append(("perplexity", f"{result['val/perplexity']:.2f} per token"))
    if result["tokens_per_second"]:
        facts.append(("speed", f"{result['tokens_per_second']:,.0f} tokens per second"))
    return facts


def provenance(result: dict[str, Any]) -> list[tuple[str, str]]:
    """What is needed to make the run again, beside its config."""
    return [
        ("commit", commit()),
        ("config", result["identity"]),
        ("data", result["data"]),
        ("tokenizer", result["tokenizer"]),
        ("machine", " · ".join(f"{k} {v}" for k, v in result["machine"].items())),
    ]


def commit() -> str:
    """The git commit of the code, with a mark where files differ from it."""
    here = Path(__file__).parent
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],
            cwd=here, capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
        return done.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def runtime_card(trainer: L.Trainer, config: TrainConfig) -> dict[str, Any]:
    """What decides the last bits of a number beside the identity."""
    device = trainer.strategy.root_device
    gpu = torch.cuda.get_device_name(device) if device.type == "cuda" else None
    return {
        "torch": str(torch.__version__),
        "device": gpu or cpu_name(),
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "devices": trainer.world_size,
        "strategy": type(trainer.strategy).__name__,
        "micro_batch_size": config.run.micro_batch_size,
        "precision": str(trainer.precision),
    }


def cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{name} ({os.cpu_count()} cores)"


def save_config(config: TrainConfig, home: Path) -> None:
    """config.yaml: the whole config as it ran."""
    from omegaconf import OmegaConf

    write_whole(home / "config.yaml", OmegaConf.to_yaml(OmegaConf.create(to_plain(config))))
