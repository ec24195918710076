"""Draw what a sweep says: one page of heat-maps, curves, laws, findings and stories.

uv run scripts/atlas.py sweep=<name>                 grades what is not graded yet, then draws
uv run scripts/atlas.py sweep=<name> stories=0       without grading
"""

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import AtlasConfig, to_config


@hydra.main(version_base="1.3", config_path="../conf", config_name="atlas")
@command_line.in_one_line
def main(cfg: DictConfig) -> None:
    config = to_config(cfg)
    if config.stories:
        grade_cells(config)
    from storylm.atlas.build import build_atlas

    print(build_atlas(config.home, draws=config.draws))


def grade_cells(config: AtlasConfig) -> None:
    """Evaluate the cells that are done and have no grades of so many stories yet."""
    from storylm.atlas.points import read_points
    from storylm.config import EvaluateConfig, Suite
    from storylm.evaluation.report import evaluate, graded_stories
    from storylm.ledger import Ledger

    points, _ = read_points(Ledger(config.home))
    longest = max((point.tokens for point in points), default=0)  # those that the maps show
    homes = [config.home.parent.parent / point.row.run for point in points
             if point.config.data.kind.value == "fables" and point.tokens == longest]  # fmt: skip
    todo = [str(home) for home in homes if graded_stories(home) != config.stories]
    if todo:
        evaluate(
            EvaluateConfig(
                run=todo,
                checkpoint="last",
                suite=[Suite.fables],
                stories=config.stories,
                threads=config.threads,
            )
        )


if __name__ == "__main__":
    command_line.run_script(main)
