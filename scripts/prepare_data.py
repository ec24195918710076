"""Fetch or tell the stories of a config and show what they are, before anything is trained.

uv run scripts/prepare_data.py data=tinystories
"""

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import to_config


@hydra.main(version_base="1.3", config_path="../conf", config_name="prepare_data")
@command_line.in_one_line
def main(cfg: DictConfig) -> None:
    config = to_config(cfg)
    from storylm.data.figures import describe_split, in_lines
    from storylm.data.stories import stories

    splits = ("train", "valid")
    for split in splits:
        first = next(iter(stories(config.data, split)))
        print(f"the first story of {split}:\n\n{first}\n", flush=True)
    figures = {split: describe_split(config.data, split) for split in splits}
    print(command_line.in_columns(in_lines(figures)))


if __name__ == "__main__":
    command_line.run_script(main)
