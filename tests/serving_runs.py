"""Untrained runs on disk, and a server in a thread, for the tests of serving."""

from __future__ import annotations

import contextlib
import gc
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from composing import tiny_config
from omegaconf import OmegaConf

from storylm.checkpoint import step_file, write_checkpoint
from storylm.config import ServeConfig, to_plain
from storylm.model.transformer import Transformer
from storylm.serving.app import build_app
from storylm.serving.server import Server
from storylm.tokenizer import BYTES, NO_SPLIT, Tokenizer

gc.freeze()  # as the server does: a model is let go in no time
NEVER_ENDS = {"256": -100}
"""A bias that forbids the end of a story."""


def write_run(folder: Path, name: str, *dials: str, steps: tuple[int, ...] = (4, 8)) -> Path:
    """A run under `folder` with random weights; other ones at each step."""
    config = tiny_config(folder.parent, f"run.folder={folder}", f"run.name={name}", *dials)
    home = folder / name
    home.mkdir(parents=True)
    tokenizer = Tokenizer([*BYTES, b""], NO_SPLIT)
    tokenizer.save(home / "tokenizer.json")
    (home / "config.yaml").write_text(OmegaConf.to_yaml(to_plain(config)))
    for step in steps:
        torch.manual_seed(step)
        weights = Transformer(config.model).state_dict()
        stored = {
            "state_dict": {"model." + part: tensor for part, tensor in weights.items()},
            "hyper_parameters": {"config": to_plain(config), "total_steps": 8},
            "contract": {"tokenizer": tokenizer.fingerprint},
            "global_step": step,
        }
        write_checkpoint(stored, step_file(home / "checkpoints", step))
    return home


def serve_config(folder: Path, **dials: Any) -> ServeConfig:
    return ServeConfig(
        **{"folder": str(folder), "concurrency": 4, "queue": 8, "grace": 5.0} | dials
    )


@contextlib.contextmanager
def running(config: ServeConfig, key: str = "") -> Iterator[Server]:
    """A real server on a free port, `.url`; afterwards nothing may be left of any story."""
    app = build_app(config, key=key)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = Server(app, config.grace)
    server.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    until(lambda: server.started)
    try:
        yield server
    finally:
        server.stop()
        thread.join(timeout=20)
        assert not thread.is_alive(), "the server does not end"
        assert app.desk.line.inside == app.desk.line.active == 0


def until(holds: Any, seconds: float = 20.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it does not come true"
        time.sleep(0.01)
