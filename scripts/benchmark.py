"""Prove that training can be trusted, or race it against others.

uv run scripts/benchmark.py what=resume kills=50         kill it anywhere, and compare the bits
uv run scripts/benchmark.py what=damage trials=500       damage any file, and compare the bits
uv run scripts/benchmark.py what=sweep                   kill sweeps, harm their cells, and compare
uv run scripts/benchmark.py what=train peers=<folder>    tokens per second and memory of a step
uv run scripts/benchmark.py what=learn peers=<folder>    what is learnt in the same time
uv run scripts/benchmark.py what=tokenize peers=<folder>
uv run scripts/benchmark.py what=generate peers=<folder>
uv run scripts/benchmark.py what=overhead                what the loop takes beside the step
"""

import sys

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import to_config


@hydra.main(version_base="1.3", config_path="../conf", config_name="benchmark")
@command_line.in_one_line
def main(cfg: DictConfig) -> None:
    config = to_config(cfg)
    from storylm.benchmark import benchmark

    sys.exit(benchmark(config))


if __name__ == "__main__":
    command_line.run_script(main)
