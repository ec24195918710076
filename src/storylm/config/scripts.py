"""The trees of the other scripts: generate, atlas, export, import_model, replay, benchmark."""

from __future__ import annotations

import enum
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from omegaconf import MISSING

from storylm.config.checks import (
    at_least,
    at_most,
    check_checkpoint,
    check_file_name,
    check_line,
    check_use,
    check_values,
    require,
)
from storylm.config.model import RopeScaling
from storylm.config.text import DataConfig


@dataclass
class GenerateConfig:
    """The tree of `scripts/generate.py`."""

    run: str = MISSING
    """A folder under `runs/`, its path, or a checkpoint file."""
    checkpoint: str = "best"
    """best (lowest val/bits_per_byte), last, or a step."""
    prompt: str = "Once upon a time"
    count: int = 1
    """Stories told, side by side in one batch."""
    max_tokens: int = 0
    """Longest continuation in tokens; 0 goes on to the end of the context."""
    temperature: float = 0.8
    """0 always takes the likeliest token; 1 samples from the model's own distribution."""
    top_k: int = 0
    """Sample among the k likeliest tokens; 0 among all."""
    top_p: float = 1.0
    """Sample among the likeliest tokens that together hold this probability."""
    min_p: float = 0.0
    """Sample among tokens at least this likely, relative to the likeliest."""
    repetition_penalty: float = 1.0
    """Above 1, tokens that were there before become less likely (Keskar et al. 2019)."""
    stop: list[str] = field(default_factory=list)
    """The story ends before any of these strings; on the command line '[one,other]'."""
    beams: int = 1
    """Above 1, nothing is drawn: the likeliest story as a whole is searched with so many beams, and
    count=<n> gives the n best."""
    length_penalty: float = 1.0
    """With beams: 0 compares whole probabilities, which short stories win; 1 those of a token."""
    slide: bool = False
    """Go on past the context by forgetting its older half; needs rotary positions."""
    int8: bool = False
    """Weights in eight bits, computed with in bf16: faster on CPUs for one story at a time."""
    drafter: str = ""
    """A smaller run of the same tokenizer that guesses ahead; the stories are of the same
    distribution."""
    interactive: bool = False
    """Ask for one opening after another."""
    seed: int = 1
    stream: bool = True
    """Print words as they come (for count=1)."""
    context_length: int = 0
    """Tokens that the model sees at once, beyond what it was trained with; 0 leaves it."""
    rope_scaling: RopeScaling = RopeScaling.ntk
    """With context_length: how the rotary positions reach further."""
    threads: int = 0
    """CPU threads; 0 takes every core."""

    def __post_init__(self) -> None:
        check_values("", self)
        check_line("run", self.run)
        check_checkpoint(self.checkpoint)
        at_least("", self, 1, "count")
        at_least("", self, 0, "max_tokens", "temperature", "top_k", "context_length", "threads")
        require(0 < self.top_p <= 1, f"top_p={self.top_p} must be above 0 and at most 1")
        require(0 <= self.min_p < 1, f"min_p={self.min_p} must be at least 0 and below 1")
        longer = self.context_length > 0
        check_use("", self, longer, "a context_length, to which it reaches", "rope_scaling")
        require(
            0.01 <= self.repetition_penalty <= 100,
            f"repetition_penalty={self.repetition_penalty} must be from 0.01 to 100",
        )
        require(
            len(self.stop) <= 64 and all(isinstance(one, str) and one for one in self.stop),
            f"stop={self.stop} must hold strings that are not empty, 64 at most",
        )
        check_line("drafter", self.drafter, empty=True)
        at_least("", self, 1, "beams")
        at_least("", self, 0, "length_penalty")
        at_most("", self, 1_000, "beams")
        check_use("", self, self.beams > 1, "beams above 1", "length_penalty")
        draws = ("top_k", "top_p", "min_p", "repetition_penalty", "stop", "slide", "int8")
        check_use("", self, self.beams == 1, "beams=1", *draws, "drafter", "interactive")
        check_use("", self, not self.interactive, "interactive=false", "count")
        check_use("", self, not self.drafter, "no drafter", "slide")
        require(
            self.beams == 1 or self.count <= self.beams,
            f"count={self.count} is more than beams={self.beams} can find; raise beams",
        )


@dataclass
class AtlasConfig:
    """The tree of `scripts/atlas.py`."""

    sweep: str = MISSING
    """A sweep by its name: a folder under `<folder>/_sweeps`."""
    folder: str = "runs"
    """Where the runs are."""
    stories: int = 100
    """Held-out stories on which each cell is graded that is not yet; 0 grades none."""
    draws: int = 200
    """Cells are drawn anew so often for the intervals of the laws."""
    threads: int = 0
    """CPU threads; 0 takes every core."""

    def __post_init__(self) -> None:
        check_values("", self)
        check_file_name("sweep", self.sweep)
        check_line("folder", self.folder)
        at_least("", self, 0, "stories", "threads")
        at_least("", self, 10, "draws")

    @property
    def home(self) -> Path:
        return Path(self.folder) / "_sweeps" / self.sweep


class Format(enum.Enum):
    huggingface = "huggingface"
    """A folder that transformers loads."""
    llama2c = "llama2c"
    """model.bin and tokenizer.bin for llama2.c's `run`."""
    gguf = "gguf"
    """One file for llama.cpp and Ollama."""


@dataclass
class ExportConfig:
    """The tree of `scripts/export.py`."""

    run: str = MISSING
    """A folder under `runs/`, its path, or a checkpoint file."""
    checkpoint: str = "best"
    """best (lowest val/bits_per_byte), last, or a step."""
    format: Format = MISSING
    """huggingface, llama2c or gguf."""
    folder: str = ""
    """Where the files go; empty: `<run>/export/<format>`."""
    push_to: str = ""
    """For format=huggingface: `owner/name` on the hub, to which the folder is uploaded."""
    private: bool = True
    """For push_to: a repository that is made now is private."""

    def __post_init__(self) -> None:
        check_line("run", self.run)
        check_checkpoint(self.checkpoint)
        check_line("folder", self.folder, empty=True)
        check_line("push_to", self.push_to, empty=True)
        check_use("", self, bool(self.push_to), "push_to=<owner/name>", "private")
        require(
            not self.push_to or self.format is Format.huggingface,
            f"push_to={self.push_to} needs format=huggingface, not {self.format.value}",
        )
        require(
            not self.push_to
            or re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", self.push_to) is not None,
            f"push_to={self.push_to} is no repository of the hub; give owner/name",
        )


@dataclass
class ImportedRunConfig:
    """The run folder that an import makes."""

    name: str = MISSING
    folder: str = "runs"

    def __post_init__(self) -> None:
        check_file_name("run.name", self.name)
        check_line("run.folder", self.folder)


@dataclass
class ImportConfig:
    """The tree of `scripts/import_model.py`."""

    source: str = MISSING
    """A folder with config.json, model.safetensors and tokenizer.json, a llama2.c .bin file, or a
    hub id."""
    tokenizer_file: str = ""
    """For a .bin file: its tokenizer's .bin; empty: tokenizer.bin or the only tok*.bin beside it.
    """
    revision: str = "main"
    """For a hub id: branch, tag or commit."""
    run: ImportedRunConfig = field(default_factory=ImportedRunConfig)
    data: DataConfig = field(default_factory=DataConfig)
    """The stories on which evaluate.py scores it; the model was trained elsewhere."""

    def __post_init__(self) -> None:
        for name in ("source", "revision"):
            check_line(name, getattr(self, name))
        check_line("tokenizer_file", self.tokenizer_file, empty=True)
        file = self.source.endswith(".bin")
        check_use("", self, file, "a llama2.c .bin file as source", "tokenizer_file")


@dataclass
class ReplayConfig:
    """The tree of `scripts/replay.py`."""

    run: str = MISSING
    """A folder under `folder`, or its path."""
    step: int = MISSING
    """The step to be made again, counted from 0: as many as were made before it."""
    folder: str = "runs"
    threads: int = 0
    """CPU threads; 0 takes the run's own number. Another number changes the last bits."""

    def __post_init__(self) -> None:
        check_values("", self)
        check_line("run", self.run)
        check_line("folder", self.folder)
        at_least("", self, 0, "step", "threads")


class BenchmarkKind(enum.Enum):
    resume = "resume"
    """Runs are killed at any moment and must end with the bits of those that were not."""
    damage = "damage"
    """One file is damaged, and the run must end the same or refuse it by name."""
    sweep = "sweep"
    """Sweeps are killed and their cells harmed, and each must tell what became of it."""
    coordinates = "coordinates"
    """Models of four widths learn a few steps, and under optim.scale=mup nothing may grow."""
    train = "train"
    """Tokens per second and memory of a training step, beside peers and what products allow."""
    learn = "learn"
    """What is learnt in the same time or tokens, beside peers."""
    tokenize = "tokenize"
    """Tokenizers: how fast they are trained and encode, beside peers."""
    generate = "generate"
    """Tokens per second of generation, beside peers; seconds from a command to its first word."""
    overhead = "overhead"
    """What the training loop takes beyond a bare loop of the same step."""

    @property
    def proves(self) -> bool:
        """Whether it tries to prove training wrong; the others race."""
        kinds = BenchmarkKind
        return self in (kinds.resume, kinds.damage, kinds.sweep, kinds.coordinates)


@dataclass
class BenchmarkConfig:
    """The tree of `scripts/benchmark.py`."""

    what: BenchmarkKind = BenchmarkKind.resume
    """A proof (resume, damage, sweep, coordinates) or a race (train, learn, tokenize, generate,
    overhead)."""
    kills: int = 0
    """For what=resume: processes that are killed, over all configurations; 0: fifty. For
    what=sweep: how often a sweep is killed; 0: three times."""
    trials: int = 500
    """For what=damage: files that are damaged, one in each trial."""
    trial: int = -1
    """For what=damage: this trial alone, by its number in the table's list; -1 makes all."""
    peers: str = ""
    """For races: a folder with checkouts of others' code (nanoGPT, tiny-lm, litgpt, llama2.c)."""
    rounds: int = 3
    """For races: how often each contender runs, all of them in turns."""
    contenders: list[str] = field(default_factory=list)
    """For races: these alone, by their names in the table; empty takes all that are there."""
    steps: int = 10
    """For what=train: steps that each turn times."""
    n_layers: int = 4
    """For what=train: the shape, as `model` has it; of GPT-2's style."""
    d_model: int = 256
    head_dim: int = 64
    vocab_size: int = 8_192
    context_length: int = 256
    batch_size: int = 32
    """For what=train: windows of a step, all in one micro-batch."""
    text: str = ""
    """For what=learn and tokenize: a .txt of stories, `<|endoftext|>` between them; empty: the
    fables."""
    valid: str = ""
    """For what=learn with a text: the held-out stories; empty: 1 % of the text's."""
    valid_stories: int = 200
    """For what=learn: at most so many of them are scored."""
    ours: list[str] = field(
        default_factory=lambda: [
            "model=llama", "size=m", "model.n_layers=6", "model.d_model=192",
            "model.tie_embeddings=true", "model.context_length=256", "optim=muon",
        ]
    )  # fmt: skip
    """For what=learn: our own run, in the words of train.py's command line, as
    '[model:swift,optim:muon]': a colon for each equals sign spares quotes."""
    theirs: list[str] = field(default_factory=list)
    """For what=learn: nanoGPT's dials, by their names there: '[n_layer:6,batch_size:32]'."""
    rates: list[float] = field(default_factory=lambda: [5e-4, 1e-3, 2e-3, 4e-3, 8e-3])
    """For what=learn: learning rates of nanoGPT, each tried with the first seed."""
    seeds: int = 2
    """For what=learn: with the best rate, so many seeds from `seed` on."""
    minutes: float = 10.0
    """For what=learn: training of each, without start-up and validation."""
    ours_minutes: float = 0.0
    """For what=learn: one more training of ours per seed, whose schedule ends that early."""
    budget_steps: int = 0
    """For what=learn: steps of each, instead of minutes, which need no idle machine; 0: minutes."""
    points: int = 12
    """For what=learn: how often each is scored on its way, more often early."""
    pair: list[str] = field(default_factory=list)
    """For what=generate: two runs of one tokenizer, a small one that guesses ahead and the one that
    it guesses for, '[small,large]'."""
    mb: int = 64
    """For what=tokenize: so many million bytes of the text, which is repeated up to it."""
    seed: int = 1
    """Which moments, files and bytes are drawn; which ids a race reads."""
    folder: str = ""
    """Where the result goes, and the scratch runs while they are needed; empty: a temporary one."""
    threads: int = 0
    """CPU threads of each run; 0 takes one for a proof and every core for a race."""

    def __post_init__(self) -> None:
        check_values("", self)
        shape = ("n_layers", "d_model", "head_dim", "vocab_size", "context_length", "batch_size")
        at_least("", self, 1, "trials", "rounds", "steps", *shape)
        at_least("", self, 0, "kills", "seed", "threads")
        at_least("", self, -1, "trial")
        check_line("folder", self.folder, empty=True)
        check_line("peers", self.peers, empty=True)
        for name in self.contenders:
            check_line("contenders", name)
        what, kind = self.what, BenchmarkKind
        races = "what=train, learn, tokenize, generate or overhead"
        kills = what in (kind.resume, kind.sweep)
        check_use("", self, kills, "what=resume or sweep", "kills")
        check_use("", self, what is kind.damage, "what=damage", "trials", "trial")
        check_use("", self, not what.proves, races, "peers", "rounds", "contenders")
        check_use("", self, what is kind.train, "what=train", "steps", *shape)
        self.check_learn()
        at_least("", self, 1, "mb")
        check_use("", self, what is kind.tokenize, "what=tokenize", "mb")
        for name in self.pair:
            check_line("pair", name)
        require(
            len(self.pair) in (0, 2), f"pair={self.pair} must be two runs, a small and a large one"
        )
        check_use("", self, what is kind.generate, "what=generate", "pair")
        check_use("", self, what in (kind.learn, kind.tokenize), "what=learn or tokenize", "text")
        require(
            self.d_model % self.head_dim == 0,
            f"d_model={self.d_model} is not a multiple of head_dim={self.head_dim}; try "
            f"d_model={max(1, round(self.d_model / self.head_dim)) * self.head_dim}",
        )

    def check_learn(self) -> None:
        learns = self.what is BenchmarkKind.learn
        at_least("", self, 1, "valid_stories", "seeds", "points")
        at_least("", self, 0, "ours_minutes", "budget_steps")
        require(self.minutes > 0, f"minutes={self.minutes} must be positive")
        for name in ("text", "valid"):
            check_line(name, getattr(self, name), empty=True)
        for name in ("ours", "theirs"):
            for word in getattr(self, name):
                check_line(name, word)
                given = re.fullmatch(r"[+~\w.@/]+[=:].*", word) is not None
                require(given, f"{name}=[{word}] sets nothing; write {name}='[<dial>:<value>,…]'")
        require(
            bool(self.rates) and min(self.rates) > 0,
            f"rates={self.rates} needs one or more learning rates above 0",
        )
        dials = ("valid_stories", "ours", "theirs", "rates", "seeds", "minutes")
        dials += ("ours_minutes", "budget_steps", "points")
        check_use("", self, learns, "what=learn", *dials)
        check_use("", self, bool(self.text), "a text, to which it belongs", "valid")
        others = "what=train, tokenize, generate or overhead; what=learn has seeds"
        check_use("", self, not learns, others, "rounds")

    @property
    def run_threads(self) -> int:
        """CPU threads of each run or contender."""
        return self.threads or (1 if self.what.proves else os.cpu_count() or 1)

    @property
    def run_kills(self) -> int:
        return self.kills or (3 if self.what is BenchmarkKind.sweep else 50)
