"""Let a trained run tell stories.

uv run scripts/generate.py run=<name> prompt="Once upon a time"
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
    from storylm.generation import stream, tell

    torch.set_num_threads(config.threads or os.cpu_count() or 1)
    run = load_run(
        config.run,
        config.checkpoint,
        context_length=config.context_length,
        rope_scaling=config.rope_scaling,
    )
    dials = {
        name: getattr(config, name)
        for name in ("max_tokens", "temperature", "top_k", "top_p", "min_p", "seed")
    }
    if config.count == 1 and config.stream:
        for piece in stream(run.model, run.tokenizer, config.prompt, **dials):
            print(piece, end="", flush=True)
        print()
        return
    stories = tell(run.model, run.tokenizer, config.prompt, count=config.count, **dials)
    print("\n\n---\n\n".join(story.strip() for story in stories))


if __name__ == "__main__":
    command_line.take_literally("prompt")
    command_line.run_script(main)
