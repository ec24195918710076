"""Write the token shards of a training config, if they are not there yet, and verify them.

uv run scripts/tokenize_data.py data=tinystories tokenizer=tinystories-8k
"""

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import to_config
from storylm.origin import take_over


@hydra.main(version_base="1.3", config_path="../conf", config_name="tokenize_data")
@command_line.in_one_line
def main(cfg: DictConfig) -> None:
    if cfg.init_from:
        take_over(cfg, command_line.overrides())
    config = to_config(cfg)
    from storylm.data.prepare import prepare_data, prepare_tokenizer

    tokenizer = prepare_tokenizer(config.tokenizer, config.data)
    for shards in prepare_data(config.data, tokenizer):
        shards.verify()
        split = shards.manifest["splits"][shards.split]
        print(
            f"{shards.folder}, {shards.split}: {split['stories']:,} stories, "
            f"{split['tokens']:,} tokens, {split['bytes']:,} bytes in {len(split['shards'])} "
            "shards, each as its sha256 says"
        )


if __name__ == "__main__":
    command_line.run_script(main)
