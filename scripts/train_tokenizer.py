"""Make the tokenizer of a training config, if it is not there yet, and show its report.

uv run scripts/train_tokenizer.py tokenizer=tinystories-8k data=tinystories
"""

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import to_config


@hydra.main(version_base="1.3", config_path="../conf", config_name="train_tokenizer")
@command_line.in_one_line
def main(cfg: DictConfig) -> None:
    config = to_config(cfg)
    from storylm.data.prepare import prepare_tokenizer, tokenizer_folder

    prepare_tokenizer(config.tokenizer, config.data)
    folder = tokenizer_folder(config.tokenizer, config.data)
    print((folder / "report.md").read_text(encoding="utf-8"))
    print(f"it is {folder / 'tokenizer.json'}")


if __name__ == "__main__":
    command_line.run_script(main)
