"""Serve trained runs over HTTP: a page to read in, and an interface like OpenAI's.

uv run scripts/serve.py [runs='[<name>,<name>]']
"""

import os

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import to_config


@hydra.main(version_base="1.3", config_path="../conf", config_name="serve")
@command_line.in_one_line
def main(cfg: DictConfig) -> None:
    config = to_config(cfg)
    config.api_key()  # a missing one is told before torch takes its seconds to load
    import torch

    from storylm.serving.server import serve

    torch.set_num_threads(config.threads or os.cpu_count() or 1)
    serve(config)


if __name__ == "__main__":
    command_line.run_script(main)
