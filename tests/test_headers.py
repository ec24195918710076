"""Instruction data: the header costs training nothing."""

import numpy as np
import pytest
from test_loading import Shards

from storylm.data.headers import Headers
from storylm.data.loading import TokenWindows

TOKENS = [b"", b"Words: cat\n", b"Sto", b"ry:\n\nOnce", b" upon", b" a time.", b"Story", b": x"]
STORIES = [[0, 1, 2, 3, 4, 5], [0, 4, 5], [0, 6, 7, 5], [0], [0, 1, 1, 1, 2, 3, 5]]
COUNTS = [[1, 0, 0, 0, 1, 1], [1, 1, 1], [1, 0, 0, 1], [1], [1, 0, 0, 0, 0, 0, 1]]
IDS = [id for story in STORIES for id in story]
COUNTED = np.array([count for story in COUNTS for count in story], dtype=bool)


@pytest.fixture
def headers():
    return Headers(Shards(IDS), TOKENS, "Story:")


def test_a_marker_that_no_story_has_is_refused():
    with pytest.raises(ValueError, match=r"run\.loss_after=Tale: stands in none of the first"):
        Headers(Shards(IDS), TOKENS, "Tale:")


def test_what_follows_the_marker_counts_and_so_does_each_end(headers):
    assert headers.counted(0, len(IDS)).tolist() == COUNTED.tolist()


def test_a_window_that_begins_anywhere_counts_the_same(headers):
    for start in range(len(IDS)):
        for end in range(start + 1, len(IDS) + 1):
            assert headers.counted(start, end).tolist() == COUNTED[start:end].tolist()


def test_windows_carry_what_counts(headers):
    windows = TokenWindows(Shards(IDS), context_length=4, headers=headers)[[2, 0]]
    assert windows.tokens_BT.tolist() == [IDS[8:13], IDS[0:5]]
    assert windows.counted_BT.tolist() == [COUNTED[8:13].tolist(), COUNTED[0:5].tolist()]
    assert TokenWindows(Shards(IDS), context_length=4)[[0]].counted_BT is None
