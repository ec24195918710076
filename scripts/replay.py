"""Make one step of a run again and look at it closely: its windows, its layers, its loss.

uv run scripts/replay.py run=<name> step=123
"""

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import to_config


@hydra.main(version_base="1.3", config_path="../conf", config_name="replay")
@command_line.in_one_line
def main(cfg: DictConfig) -> None:
    config = to_config(cfg)
    from storylm.training.replay import replay

    print(replay(config))


if __name__ == "__main__":
    command_line.run_script(main)
