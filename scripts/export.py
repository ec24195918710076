"""Take a trained run to transformers, llama2.c or llama.cpp.

uv run scripts/export.py run=<name> format=huggingface|llama2c|gguf
"""

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import to_config


@hydra.main(version_base="1.3", config_path="../conf", config_name="export")
@command_line.in_one_line
def main(cfg: DictConfig) -> None:
    config = to_config(cfg)
    from storylm.export.exporting import export_run

    print(export_run(config))


if __name__ == "__main__":
    command_line.run_script(main)
