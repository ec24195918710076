"""Grade what trained runs can do: bits per byte, probes, stories told, copies, a judge.

uv run scripts/evaluate.py run=<name>                    every suite that fits
uv run scripts/evaluate.py run='[<one>,<other>]'         one table
uv run scripts/evaluate.py run=<name> checkpoint=all     how it learned
"""

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import to_config


@hydra.main(version_base="1.3", config_path="../conf", config_name="evaluate")
@command_line.in_one_line
def main(cfg: DictConfig) -> None:
    config = to_config(cfg)
    if config.checkpoint == "all":
        from storylm.evaluation.learning import follow_learning

        print(follow_learning(config))
        return
    from storylm.evaluation.report import evaluate

    print(evaluate(config))


if __name__ == "__main__":
    command_line.run_script(main)
