"""Which tokens of a story are its header, so that training's loss can leave them out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from storylm.data.shards import TokenShards

LOOKED_AT = 1_000
"""Stories among which one must have the marker."""


class Headers:
    """Finds the header of each story: all up to a marker, such as the "Story:" of instruction data.

    A token that holds the marker's last byte is still header. A story without the marker has none.
    """

    def __init__(self, shards: TokenShards, tokens_V: Sequence[bytes], marker: str) -> None:
        """`tokens_V`: the bytes of each id. ValueError where no story has the marker."""
        self.shards, self.tokens_V, self.marker = shards, tokens_V, marker.encode()
        self.starts = shards.story_starts()
        stops = [*self.starts[1 : LOOKED_AT + 1], len(shards)]
        if not any(self.header_tokens(begin + 1, stop) for begin, stop in zip(self.starts, stops)):
            raise ValueError(
                f"run.loss_after={marker} stands in none of the first {len(stops):,} stories; it "
                "ends the header of instruction data, as Story: does"
            )

    def counted(self, start: int, end: int) -> np.ndarray:
        """Whether each of the ids [start, end) of the shards counts, bool (end - start,).

        The `<|endoftext|>` before a header does: it ends the story before.
        """
        counted = np.ones(end - start, dtype=bool)
        first = max(0, np.searchsorted(self.starts, start, side="right") - 1)
        for story in range(first, np.searchsorted(self.starts, end)):
            begin = int(self.starts[story])
            more = story + 1 < len(self.starts)
            stop = int(self.starts[story + 1]) if more else len(self.shards)
            last = begin + self.header_tokens(begin + 1, stop)
            counted[max(0, begin + 1 - start) : max(0, last + 1 - start)] = False
        return counted

    def header_tokens(self, begin: int, stop: int) -> int:
        """How many of the ids [begin, stop) are header."""
        tokens = [self.tokens_V[id] for id in self.shards.read(begin, stop)]
        at = b"".join(tokens).find(self.marker)
        if at < 0:
            return 0
        ends = np.cumsum([len(token) for token in tokens])
        return int(np.searchsorted(ends, at + len(self.marker))) + 1
