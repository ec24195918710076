"""The trainings of a race of learning: each is made once, and its result kept in a file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from storylm.benchmark.learn_curve import look_at
from storylm.benchmark.race import Contender, module, take_turn
from storylm.config import (
    MLP,
    BenchmarkConfig,
    ModelConfig,
    Norm,
    Position,
    TrainConfig,
    compose_tree,
    fingerprint,
    identity,
    to_config,
    to_plain,
)
from storylm.model.size import count_parameters
from storylm.whole_files import write_whole

OURS, THEIRS = "storylm", "nanoGPT"
ROOMS = {OURS: "learn_ours", THEIRS: "learn_nanogpt"}
THEIR_DIALS = {
    "n_layer": 6, "n_head": 6, "n_embd": 192, "block_size": 256, "bias": False, "dropout": 0.0,
    "batch_size": 32, "weight_decay": 0.1, "beta1": 0.9, "beta2": 0.95, "grad_clip": 1.0,
    "warmup_iters": 0, "dtype": "auto", "compile": True,
}  # fmt: skip
"""nanoGPT's dials by their names there, its own defaults but for the sizes. warmup_iters=0 takes a
fiftieth of the steps; dtype=auto takes bfloat16 where the hardware multiplies it fast."""
SAID_BY_THE_RACE = {
    "run.seed", "run.threads", "run.name", "run.folder", "run.validate_every", "preflight",
    "run.validate_stories", "schedule.steps", "schedule.tokens", "schedule.passes",
    "schedule.flops", "schedule.minutes", "logger",
    "callbacks", "data.folder", "tokenizer.folder", "init_from",
}  # fmt: skip
PACE_STEPS = 24
"""Steps that each side makes first, so that minutes can be turned into steps."""
LONGEST = 24 * 3600.0
"""Seconds after which a training is ended."""


class Trainings:
    """Makes a training when it is asked for, unless its result is in the folder already."""

    def __init__(self, config: BenchmarkConfig, scratch: Path) -> None:
        """Raises ValueError and FileNotFoundError in one line for what cannot be raced."""
        self.config, self.scratch, self.folder = config, scratch, scratch.parent
        self.dials = read_dials(in_words(config.theirs))
        self.missing: list[str] = []
        """Who does not train, and why."""
        self.failures: list[str] = []
        self.count = 0
        """Processes started, for the names of their runs."""
        self.text = [digest("text", config.text), digest("valid", config.valid)]
        self.ours_words = in_words(config.ours)
        for word in self.ours_words:
            name = word.partition("=")[0].lstrip("+~")
            if name in SAID_BY_THE_RACE or (config.text and name.split(".")[0] == "data"):
                raise ValueError(f"ours=[{word}] is what the race itself says; leave it out")
        self.sample = self.compose(config.seed, steps=1)
        gpt = self.dials
        shape = ModelConfig(
            style="nanogpt",
            vocab_size=self.sample.model.vocab_size,
            context_length=gpt["block_size"],
            n_layers=gpt["n_layer"],
            d_model=gpt["n_embd"],
            head_dim=gpt["n_embd"] // gpt["n_head"],
            norm=Norm.layernorm,
            position=Position.learned,
            mlp=MLP.gelu,
            mlp_ratio=4,
            bias=gpt["bias"],
            qkv_bias=gpt["bias"],
        )
        self.parameters = {
            OURS: count_parameters(self.sample.model),
            THEIRS: count_parameters(shape),
        }
        self.peer = Path(config.peers).expanduser().resolve() / THEIRS
        self.trains = self.who_trains()

    def who_trains(self) -> set[str]:
        """Who may be trained now; of others only results that are there already take part."""
        asked = self.config.contenders or list(ROOMS)
        if unknown := [name for name in asked if name not in ROOMS]:
            raise ValueError(f"contenders={unknown[0]} is none; there are {', '.join(ROOMS)}")
        found = set(asked)
        if THEIRS in found and not (self.peer / "model.py").is_file():
            why = f"there is no {self.peer}/model.py" if self.config.peers else "no peers are given"
            self.missing.append(f"{THEIRS} is not there: {why}; give peers=<folder with {THEIRS}>")
            found -= {THEIRS}
        return found

    def ours(self, seed: int, minutes: float) -> dict[str, Any] | None:
        """A training of ours over so many minutes, or what is kept of it."""
        rate = self.sample.optim.learning_rate
        decides = without_places(identity(self.sample)) | {"run.seed": seed}
        return self.result(OURS, decides, seed=seed, rate=rate, minutes=minutes)

    def theirs(self, seed: int, rate: float) -> dict[str, Any] | None:
        """A training of nanoGPT at this rate, or what is kept of it."""
        text = {
            name: value
            for name, value in without_places(identity(self.sample)).items()
            if name.startswith(("data.", "tokenizer."))
        }
        decides = {**self.dials, **text, "seed": seed, "rate": rate}
        return self.result(THEIRS, decides, seed=seed, rate=rate, minutes=self.config.minutes)

    def result(
        self, contender: str, decides: dict[str, Any], *, seed: int, rate: float, minutes: float
    ) -> dict[str, Any] | None:
        """What came of a training; None where it is not there and cannot be made."""
        config = self.config
        steps = config.budget_steps if minutes == config.minutes else 0
        said = [self.text, config.run_threads, config.points, config.valid_stories]
        key = fingerprint([contender, decides, steps or minutes, *said])[:8]
        file = self.folder / f"{contender}_rate{rate:g}_seed{seed}_{key}.json"
        if file.is_file():
            return json.loads(file.read_text())
        name, by_time = f"{contender}, rate {rate:g}, seed {seed}", not steps
        if contender not in self.trains:
            if not any(line.startswith(contender) for line in self.missing):
                self.missing.append(f"{name} has not been trained yet")
            return None
        if by_time:
            pace = self.pace(contender)
            if pace is None:
                return None
            steps = max(1, round(60 * minutes / pace))
            name += f", {minutes:g} minutes at {1e3 * pace:.0f} ms a step"
        print(f"{name}: {steps:,} steps …", flush=True)
        answer = self.train(contender, seed=seed, rate=rate, steps=steps)
        if answer is None:
            return None
        found = {"contender": contender, "rate": rate, "seed": seed, "steps": steps,
                 "minutes": minutes, "by_time": by_time, "threads": config.run_threads,
                 "decides": decides}  # fmt: skip
        found |= answer
        write_whole(file, json.dumps(found, indent=1) + "\n")
        last = found["curve"][-1] if found["curve"] else {"step": 0, "bits_per_byte": float("nan")}
        print(
            f"    {last['bits_per_byte']:.4f} bits/byte at step {last['step']:,}, "
            f"{found['seconds']:.1f} s of training, {found['start_up_seconds']:.1f} s of start-up",
            flush=True,
        )
        return found

    def pace(self, contender: str) -> float | None:
        """Seconds of a usual step, measured once for a race's folder."""
        ours = without_places(identity(self.sample))
        decides = ours if contender == OURS else self.dials
        key = fingerprint([decides, self.text, self.config.run_threads])[:8]
        file = self.folder / f"pace_{contender}_{key}.json"
        if not file.is_file():
            rate = self.sample.optim.learning_rate if contender == OURS else self.config.rates[0]
            answer = self.train(contender, seed=self.config.seed, rate=rate, steps=PACE_STEPS,
                                stories=1)  # fmt: skip
            if answer is None:
                return None
            write_whole(file, json.dumps(answer, indent=1) + "\n")
        return json.loads(file.read_text())["step_seconds"]

    def train(
        self, contender: str, *, seed: int, rate: float, steps: int, stories: int = 0
    ) -> dict[str, Any] | None:
        """A training in a process of its own; None, and a failure more, where it fails.

        `stories`: how many are scored, where that is another number than the race's.
        """
        self.count += 1
        config = self.compose(seed, steps=steps)
        config.run.name = f"{contender}_{self.count}"
        points = look_at(steps, self.config.points)
        if stories:
            config.run.validate_stories, points = stories, [steps]
        request = {"config": to_plain(config), "points": points}
        if contender == THEIRS:
            request |= {"peer": str(self.peer), "dials": self.dials, "rate": rate}
        racer = Contender(contender, module(ROOMS[contender]), request)
        answer = take_turn(racer, self.config.run_threads, LONGEST)
        if why := answer.get("absent") or answer.get("failed"):
            self.failures.append(f"{contender}, rate {rate:g}, seed {seed}: {why}")
            print(f"    failed: {why}", flush=True)
            return None
        return answer

    def compose(self, seed: int, *, steps: int) -> TrainConfig:
        """Our run's config; nanoGPT takes text, tokenizer, seed, steps and threads from it."""
        config = self.config
        ours = list(self.ours_words)
        if not any(word.startswith("trainer=") for word in ours):
            ours.append("trainer=cpu")
        if config.text:
            ours.append("data=text_files")
            if not any(word.startswith("tokenizer=") for word in ours):
                ours.append("tokenizer=tinystories-8k")
        ours += ["preflight=off", "logger=csv", "callbacks=none", "schedule.tokens=null"]
        ours += ["schedule.passes=null", f"schedule.steps={steps}", f"run.validate_every={steps}"]
        ours += [f"run.seed={seed}", f"run.threads={config.run_threads}"]
        ours += [f"run.validate_stories={config.valid_stories}"]
        tree = compose_tree("train", ours)
        if config.text:
            tree.data.train = [str(Path(config.text).resolve())]
            tree.data.valid = [str(Path(config.valid).resolve())] if config.valid else []
        tree.run.folder = str(self.scratch / "runs")
        tree.data.folder, tree.tokenizer.folder = (
            str(self.folder / name) for name in ("data", "tokenizers")
        )
        return to_config(tree, ours)


def in_words(given: list[str]) -> list[str]:
    """`model:swift` as `model=swift`."""
    return [word if "=" in word else word.replace(":", "=", 1) for word in given]


def read_dials(words: list[str]) -> dict[str, Any]:
    """nanoGPT's dials with what `theirs` says of them. ValueError for what it has not."""
    dials = dict(THEIR_DIALS)
    for word in words:
        name, _, value = word.partition("=")
        if name not in dials:
            raise ValueError(f"theirs=[{word}]: choose of {', '.join(dials)}")
        usual = dials[name]
        try:
            dials[name] = (
                {"true": True, "false": False}[value.lower()]
                if isinstance(usual, bool)
                else type(usual)(value)
            )
        except (KeyError, ValueError):
            raise ValueError(f"theirs=[{word}]: {name} is a {type(usual).__name__}") from None
    if dials["n_embd"] % dials["n_head"]:
        raise ValueError(f"theirs: n_embd={dials['n_embd']} is no multiple of n_head")
    if dials["dtype"] not in ("auto", "bfloat16", "float32"):
        raise ValueError(f"theirs=[dtype={dials['dtype']}]: give auto, bfloat16 or float32")
    return dials


def digest(dial: str, file: str) -> str:
    """What tells one text from another, wherever it lies. FileNotFoundError where there is none."""
    if not file:
        return ""
    if not Path(file).is_file():
        raise FileNotFoundError(f"{dial}={file} is no file; give a .txt of stories")
    with Path(file).open("rb") as text:
        return hashlib.file_digest(text, "sha256").hexdigest()


def without_places(dials: dict[str, Any]) -> dict[str, Any]:
    """The identity's dials but for the text's files, whose content counts instead."""
    return {
        name: value for name, value in dials.items() if name not in ("data.train", "data.valid")
    }
