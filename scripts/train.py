"""Train a story-telling model: stories → tokenizer → shards → model → report.

uv run scripts/train.py                    the main job, on the embedded fables
uv run scripts/train.py --help             the dials
"""

import hydra
from omegaconf import DictConfig

from storylm import command_line
from storylm.config import TrainConfig, finished_result, say_done, to_config
from storylm.origin import needs_import, origin_folder, take_over
from storylm.whole_files import make_folder


@hydra.main(version_base="1.3", config_path="../conf", config_name="train")
@command_line.in_one_line
def main(cfg: DictConfig) -> float:
    if command_line.in_sweep():
        from storylm.sweeps.cell import run_cell

        return run_cell(cfg, sources_now)
    if cfg.init_from:
        if needs_import(cfg):
            import_origin(cfg)
        take_over(cfg, command_line.overrides())
    config = to_config(cfg, command_line.overrides())  # every dial is checked here …
    if result := finished_result(config, sources_now):
        return say_done(config, result)
    for dials in ("run", "data", "tokenizer"):
        make_folder(f"{dials}.folder", getattr(config, dials).folder)
    from storylm.training.child import begin

    child = begin(config)  # it loads beside us
    from storylm.training.run import train  # … before torch takes its seconds to load

    return train(config, command=command_line.command(), child=child)


def sources_now(config: TrainConfig) -> dict[str, str | None]:
    """What the text is now, so that a run that is done is known for what it was trained on; and the
    weights it began with, where it began with some."""
    from storylm.data import prepare  # late: it takes the tokenizers with it

    found = prepare.sources_now(config)
    if config.init_from:
        from storylm.training.checks import origin_seal  # this one takes torch with it

        found["origin"] = origin_seal(config)
    return found


def import_origin(cfg: DictConfig) -> None:
    """Make a run of what `init_from` names, once."""
    from storylm.export.importing import import_origin

    print(import_origin(cfg.init_from, origin_folder(cfg.init_from, cfg.run.folder)), flush=True)


if __name__ == "__main__":
    command_line.run_script(main)
