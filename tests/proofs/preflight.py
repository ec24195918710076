"""What preflight says beforehand, against what the same runs then take.

    uv run tests/proofs/preflight.py         all the cells below, about 20 minutes on two cores
    uv run tests/proofs/preflight.py --cells 0 3 --steps 40 --threads 1

Time is result.json's seconds; memory the peak of resident memory above its level at the first step,
read by the run itself (`Meter`); disk the bytes of unique files under checkpoints/ at the end.
Leaves with 1 where a ratio is further from 1 than --most. Nothing else should run on the cores.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from lightning.pytorch import Callback

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

CELLS = [
    ["schedule.steps=600"],
    ["model=gpt2", "size=m", "run.micro_batch_size=4", "run.precision=fp32",
     "run.document_masking=false", "schedule.steps=150", "optim.learning_rate=1e-3"],
    ["model=gpt_neo", "size=xs", "optim.average=ema", "run.micro_batch_size=2",
     "run.document_masking=false", "schedule.steps=600"],
    ["size=l", "run.gradient_checkpointing=true", "run.micro_batch_size=4",
     "schedule.steps=40", "run.validate_stories=60"],
    ["optim=muon", "run.tokens_per_step=6144", "run.micro_batch_size=16",
     "schedule.steps=300"],
    ["run.validate_every=25", "run.sample_tokens=0", "schedule.steps=300",
     "run.keep_checkpoints=4", "run.precision=fp32"],
]  # fmt: skip


class Meter(Callback):
    """Writes down the resident memory before the first step and its peak from there to the end."""

    def __init__(self, file: str) -> None:
        self.file, self.before = Path(file), None

    def on_train_batch_start(self, *args, **kwargs) -> None:
        if self.before is None:
            self.before = resident("VmRSS")
            Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here

    def on_train_end(self, *args, **kwargs) -> None:
        found = {"before": self.before, "peak": resident("VmHWM")}
        self.file.write_text(json.dumps(found), encoding="utf-8")


def resident(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, nargs="*", default=list(range(len(CELLS))))
    parser.add_argument("--steps", type=int, help="in place of each cell's own length")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--most", type=float, default=0.15)
    given = parser.parse_args()
    rows, worst = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number in given.cells:
            dials = [*CELLS[number], f"run.threads={given.threads}", f"run.name=cell_{number}"]
            dials += ["data.train_stories=3000", "logger=csv", "trainer=cpu", "preflight=off"]
            dials += [f"run.folder={folder}/runs", f"data.folder={folder}/data"]
            dials += [f"tokenizer.folder={folder}/tokenizers"]
            dials += [f"schedule.steps={given.steps}"] if given.steps else []
            told, took = predict(dials), train(dials, Path(folder))
            for name, unit in (("seconds", 1.0), ("memory", 2**20), ("disk", 2**20)):
                ratio = told[name] / took[name]
                worst = max(worst, abs(ratio - 1))
                rows.append((number, name, told[name] / unit, took[name] / unit, ratio))
                print("cell {} {:8} {:9.1f} told {:9.1f} taken  {:.3f}".format(*rows[-1]))
    print("\n| cell | what | told | taken | told / taken |\n|---|---|---|---|---|")
    for row in rows:
        print("| {} | {} | {:.1f} | {:.1f} | {:.3f} |".format(*row))
    raise SystemExit(worst > given.most)


def predict(dials: list[str]) -> dict[str, float]:
    """The card of a run, from a process of its own; preparing data and tokenizer for it, too."""
    command = [sys.executable, __file__, "--card", *dials]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    facts = json.loads(told.stdout.splitlines()[-1])
    return {
        "seconds": facts["seconds"],
        "memory": facts["training_bytes"],
        "disk": facts["checkpoint_bytes"],
    }


def card(dials: list[str]) -> None:
    """Print the card, then its facts as a line of JSON."""
    from composing import compose_config

    from storylm.data.loading import TokenDataModule
    from storylm.data.prepare import prepare_data, prepare_tokenizer
    from storylm.data.shards import count_cores
    from storylm.optim.schedule import count_steps
    from storylm.training.machine import lightning_precision
    from storylm.training.preflight import preflight

    config = compose_config(dials)
    torch.set_num_threads(config.run.threads or count_cores())
    tokenizer = prepare_tokenizer(config.tokenizer, config.data)
    train, valid = prepare_data(config.data, tokenizer)
    steps = count_steps(
        config.schedule, train_tokens=len(train), tokens_per_step=config.run.tokens_per_step
    )
    told = preflight(
        config,
        TokenDataModule(config, train, valid, tokenizer),
        tokenizer,
        steps=steps,
        device=torch.device("cpu"),
        precision=lightning_precision(config.run.precision, config.trainer),
    )
    print(told.text(), json.dumps(told.facts), sep="\n")


def train(dials: list[str], folder: Path) -> dict[str, float]:
    """Train it, and read what it took."""
    meter = folder / "meter.json"
    node = f"callbacks.meter={{_target_:{Path(__file__).stem}.Meter,file:{meter}}}"
    subprocess.run(
        [sys.executable, ROOT / "scripts" / "train.py", *dials, node],
        env=os.environ | {"PYTHONPATH": str(HERE)}, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    home = folder / "runs" / next(d.partition("=")[2] for d in dials if d.startswith("run.name="))
    read = json.loads(meter.read_text())
    result = json.loads((home / "result.json").read_text())
    states = [file.stat() for file in (home / "checkpoints").iterdir()]
    return {
        "seconds": result.get("seconds") or result["content"]["seconds"],
        "memory": read["peak"] - read["before"],
        "disk": sum({state.st_ino: state.st_size for state in states}.values()),
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["--card"]:
        card(sys.argv[2:])
    else:
        main()
