"""Make a run of a model that was trained elsewhere.

uv run scripts/import_model.py source=<folder, .bin file or hub id> run.name=<name>
"""

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import to_config


@hydra.main(version_base="1.3", config_path="../conf", config_name="import_model")
@command_line.in_one_line
def main(cfg: DictConfig) -> None:
    config = to_config(cfg)
    from storylm.export.importing import import_run

    print(import_run(config))


if __name__ == "__main__":
    command_line.run_script(main)
