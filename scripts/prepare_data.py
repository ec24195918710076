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
    from storylm.data.stories import stories

    for split in ("train", "valid"):
        count = n_bytes = n_words = 0
        first = ""
        for story in stories(config.data, split):
            first = first or story
            count, n_bytes = count + 1, n_bytes + len(story.encode())
            n_words += len(story.split())
        print(f"{split}: {count:,} stories, {n_bytes:,} bytes, {n_words / count:.0f} words each")
        print(f"the first one:\n\n{first}\n")


if __name__ == "__main__":
    command_line.run_script(main)
