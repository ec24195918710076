"""What a run's folder says of the run: its config, and once it is done its result.

Everyone who opens a run reads these two files here, so that damage is told in one line everywhere.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from storylm.config.identity import identity, run_folder
from storylm.config.plain import fingerprint, from_plain
from storylm.config.run import TrainConfig
from storylm.whole_files import read_sealed

TextSources = Callable[[TrainConfig], dict[str, str | None]]
"""Fingerprints of what a config names, as it is now: the text, by `data.prepare.sources_now`, and
where a run starts from another one that one's weights."""


def read_config(home: Path) -> TrainConfig:
    """The config of a run's folder, every dial checked.

    Raises FileNotFoundError where there is no run, ValueError in one line for a file that is no
    YAML, or has a dial that is unknown or of an illegal value.
    """
    file = Path(home) / "config.yaml"
    if not file.is_file():
        raise FileNotFoundError(f"there is no run {home}; scripts/runs.py lists the runs")
    try:
        plain = OmegaConf.to_container(OmegaConf.load(file))
        if not isinstance(plain, dict) or not plain:
            raise ValueError("it holds no dials")
        config = from_plain(TrainConfig, plain)
        OmegaConf.structured(config)  # refuses values of another type than the dial's
    except (
        ValueError, TypeError, AttributeError, KeyError, YAMLError, OmegaConfBaseException
    ) as error:  # fmt: skip
        words = " ".join(str(error).partition("full_key:")[0].split())
        raise ValueError(
            f"{file} is damaged: {words[:200]}; mend it, put it back from a copy, or delete the run"
        ) from None
    return config


def read_result(home: Path) -> dict[str, Any] | None:
    """The numbers of a run that is done; None for one that is not. ValueError in one line where
    result.json is damaged."""
    file = Path(home) / "result.json"
    if not file.is_file():
        return None
    remedy = "delete it and repeat the run's command, which makes it again"
    # Results without `sources` are of a time before seals.
    return read_sealed(file, remedy, unsealed=lambda result: "sources" not in result)


def finished_result(
    config: TrainConfig, sources_now: TextSources | None = None
) -> dict[str, Any] | None:
    """The numbers of a run of exactly this identity that is done; else None.

    With `sources_now` it must have been trained on the text as it is now: ValueError names what has
    changed since. A text that is not there any more is no change. Files with another date give
    None, since only their content can tell: the shards are to be made and compared.
    """
    home = run_folder(config)
    result = own_result(config)
    if result is None:
        return None
    unsure = False
    then = (result.get("sources") or {}) | {"origin": result.get("origin")}
    now = sources_now(config) if sources_now and any(then.values()) else {}
    for name, was in then.items():
        found = now.get(name)
        if was and found and was != found:
            if name in ("train", "valid"):
                unsure = True
                continue
            raise ValueError(
                f"{home} is done, but {WHAT.get(name, name)} has changed since: it was {was[:12]}, "
                f"now it is {found[:12]}; take another run.name, or delete that run"
            )
    return None if unsure else result


def own_result(config: TrainConfig) -> dict[str, Any] | None:
    """The numbers in the folder of a config, if they are of exactly this identity."""
    result = read_result(run_folder(config))
    same = result is not None and result.get("identity") == fingerprint(identity(config))
    return result if same else None


def say_done(config: TrainConfig, result: dict[str, Any]) -> float:
    """Say that a run is done, and return its val/bits_per_byte."""
    value = result["val/bits_per_byte"]
    if is_first_rank():
        home = run_folder(config)
        print(f"{home} is done: {value:.4f} bits per byte. To train it anew, delete it first.")
    return value


def is_first_rank() -> bool:
    """Whether this is the process that writes and speaks, among those that train together."""
    return os.environ.get("RANK", os.environ.get("SLURM_PROCID", "0")) == "0"


WHAT = {
    "data": "the meaning of its data dials",
    "world": "the story world",
    "tokenizer": "the file that tokenizer.source names",
    "origin": "the model that init_from names",
}
"""The parts of a result's `sources`, and its `origin`, for people."""
