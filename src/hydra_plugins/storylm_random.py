"""Where Hydra looks for sweepers: `hydra/sweeper=random`."""

from __future__ import annotations

from collections.abc import Sequence

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.types import Override


class RandomSweeper(BasicSweeper):
    """Cells drawn at random, each from all that its words allow, instead of every combination."""

    def __init__(
        self,
        trials: int,
        seed: int,
        max_batch_size: int | None = None,
        params: dict[str, str] | None = None,
    ) -> None:
        super().__init__(max_batch_size, params)
        self.trials, self.seed = trials, seed

    def split_arguments(
        self, overrides: Sequence[Override], max_batch_size: int | None
    ) -> list[list[list[str]]]:
        from storylm.sweeps.draws import draw_cells

        cells = draw_cells(overrides, self.trials, self.seed)
        return list(self.split_overrides_to_chunks(cells, max_batch_size))
