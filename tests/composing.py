"""Configs for tests, composed as the command line composes them."""

from pathlib import Path

from hydra import compose, initialize_config_dir

from storylm.config import TrainConfig, register, to_config
from storylm.origin import needs_import, take_over

CONF = Path(__file__).parent.parent / "conf"

TINY = [
    "model=llama",
    "optim=adamw",
    "tokenizer=bytes",
    "data.train_stories=40",
    "data.valid_stories=4",
    "data.workers=1",
    "model.context_length=64",
    "model.n_layers=1",
    "model.d_model=32",
    "model.head_dim=16",
    "schedule.steps=8",
    "run.tokens_per_step=512",
    "run.micro_batch_size=4",
    "run.validate_every=4",
    "run.log_every=2",
    "run.sample_tokens=8",
    "run.precision=fp32",
    "run.threads=1",
    "optim.learning_rate=0.02",
    "preflight=off",
    "trainer=cpu",
    "logger=csv",
]
"""A run of eight steps in two micro-batches each, done in a second."""


def compose_config(overrides: list[str], name: str = "train") -> TrainConfig:
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose(name, overrides)
    if cfg.get("init_from"):
        needs_import(cfg)
        take_over(cfg, overrides)
    return to_config(cfg, overrides)


def tiny_config(folder: Path, *overrides: str, without: tuple[str, ...] = ()) -> TrainConfig:
    """A tiny run whose folders all lie under `folder`; `without` leaves out dials of TINY."""
    folders = [f"run.folder={folder}/runs", f"data.folder={folder}/data"]
    folders.append(f"tokenizer.folder={folder}/tokenizers")
    if any(override.startswith("init_from=") for override in overrides):
        without = (*without, "model=")  # the origin's own
    tiny = [dial for dial in TINY if not dial.startswith(without or "/")]
    return compose_config([*tiny, *folders, *overrides])
