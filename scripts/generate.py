"""Let a trained run tell stories.

uv run scripts/generate.py run=<name> prompt="Once upon a time"
uv run scripts/generate.py run=<name> interactive=true
"""

import os

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import to_config


@hydra.main(version_base="1.3", config_path="../conf", config_name="generate")
@command_line.in_one_line
def main(cfg: DictConfig) -> None:
    config = to_config(cfg)
    import torch

    from storylm.checkpoint import load_run
    from storylm.generation.prompt import Prompt, tell_asked

    torch.set_num_threads(config.threads or os.cpu_count() or 1)
    reach = {"context_length": config.context_length, "rope_scaling": config.rope_scaling}
    run = load_run(config.run, config.checkpoint, **reach)
    drafter = load_run(config.drafter, **reach) if config.drafter else None
    if config.interactive:
        Prompt(run, config, drafter).ask()
    else:
        tell_asked(run, config, drafter)


if __name__ == "__main__":
    command_line.take_literally("prompt")
    command_line.run_script(main)
