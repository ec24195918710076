"""Say what is wrong with a corpus, and mend it: copies, leaks, broken characters, odd lengths.

uv run scripts/doctor.py data=tinystories
"""

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import to_config


@hydra.main(version_base="1.3", config_path="../conf", config_name="doctor")
@command_line.in_one_line
def main(cfg: DictConfig) -> None:
    config = to_config(cfg)
    from storylm.data.doctor import visit

    print(visit(config))


if __name__ == "__main__":
    command_line.run_script(main)
