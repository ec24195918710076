"""Grade what trained runs have learned of the story world.

uv run scripts/evaluate.py run=<name>
"""

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import to_config


@hydra.main(version_base="1.3", config_path="../conf", config_name="evaluate")
@command_line.in_one_line
def main(cfg: DictConfig) -> None:
    config = to_config(cfg)
    from storylm.evaluation.report import evaluate

    print(evaluate(config))


if __name__ == "__main__":
    command_line.run_script(main)
