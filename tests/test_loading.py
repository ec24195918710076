"""Which windows a step reads, and how stories are cut into scored rows."""

import numpy as np
import pytest
import torch

from storylm.data.loading import StoryRows, TokenWindows, WindowSampler, shuffled, strides


class Shards:
    """Token shards in memory."""

    folder = "memory"
    end_of_story = 0

    def __init__(self, ids):
        self.ids = np.asarray(ids, dtype=np.uint16)

    def __len__(self):
        return len(self.ids)

    def read(self, start, stop):
        return self.ids[start:stop]

    def story_starts(self):
        return np.flatnonzero(self.ids == 0)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 64, 1_000, 4_097])
def test_a_pass_visits_every_window_once(n):
    places = np.arange(n)
    for key in ((1, 0), (1, 1), (9, 0)):
        assert sorted(shuffled(places, n, key=key)) == list(range(n))


def test_passes_and_seeds_have_orders_of_their_own():
    places = np.arange(1_000)
    orders = [tuple(shuffled(places, 1_000, key=key)) for key in ((1, 0), (1, 1), (2, 0))]
    assert len(set(orders)) == 3
    for order in orders:  # no order is a near copy of the natural one
        assert np.mean(np.array(order) == places) < 0.01
        assert abs(np.corrcoef(order, places)[0, 1]) < 0.15


def test_the_order_is_the_same_on_every_machine():
    assert shuffled(np.arange(6), 100, key=(1, 0)).tolist() == [23, 27, 87, 20, 90, 41]


def test_resumed_run_sees_the_same_windows():
    whole = WindowSampler(n_windows=10, windows_per_step=4, seed=1)
    steps = [step for step, _ in zip(iter(whole), range(6))]
    again = WindowSampler(n_windows=10, windows_per_step=4, seed=1, first_step=3)
    assert [step for step, _ in zip(iter(again), range(3))] == steps[3:]


def test_a_step_may_cross_the_end_of_a_pass():
    sampler = WindowSampler(n_windows=10, windows_per_step=4, seed=1)
    seen = [w for step in range(5) for w in sampler.windows(step)]
    assert sorted(seen[:10]) == sorted(seen[10:]) == list(range(10))


@pytest.mark.parametrize("world_size", [1, 2, 4])
def test_more_devices_read_the_same_windows_together(world_size):
    alone = WindowSampler(n_windows=50, windows_per_step=8, seed=3)
    ranks = [
        WindowSampler(50, windows_per_step=8, seed=3, rank=rank, world_size=world_size)
        for rank in range(world_size)
    ]
    for step in (0, 5, 30):
        assert [w for r in ranks for w in r.windows(step)] == alone.windows(step)


def test_devices_that_cannot_share_a_step_evenly_are_refused():
    with pytest.raises(ValueError, match=r"run\.tokens_per_step is 4 windows.*3 devices"):
        WindowSampler(n_windows=10, windows_per_step=4, seed=1, world_size=3)


def test_windows_hold_one_token_more_than_the_context_and_share_it():
    windows = TokenWindows(Shards(range(1, 23)), context_length=5)
    assert len(windows) == 4
    ids = windows[[0, 3]].tokens_BT
    assert ids.tolist() == [[1, 2, 3, 4, 5, 6], [16, 17, 18, 19, 20, 21]]
    assert ids.dtype == torch.int64


@pytest.mark.parametrize("vocab_size", [2**15, 2**16])
def test_windows_are_the_same_where_all_ids_lie_on_the_device(vocab_size, monkeypatch):
    monkeypatch.setattr("storylm.data.loading.MOVED_AT_ONCE", 7)
    shards = Shards(range(vocab_size - 40, vocab_size))
    shards.vocab_size = vocab_size
    windows = TokenWindows(shards, context_length=5)
    before = windows[[6, 0, 2]].tokens_BT
    windows.move_to(torch.device("cpu"))
    assert windows.there.nbytes == windows.bytes_there
    after = windows[[6, 0, 2]].tokens_BT
    assert torch.equal(after, before)
    assert after.dtype == before.dtype


def test_fewer_tokens_than_one_window_are_refused():
    with pytest.raises(ValueError, match=r"holds 5 training tokens, fewer than one window"):
        TokenWindows(Shards(range(5)), context_length=5)


@pytest.mark.parametrize("length", [1, 2, 7, 8, 9, 20, 33])
@pytest.mark.parametrize("context", [1, 2, 8])
def test_strides_score_each_token_once_with_as_much_context_as_fits(length, context):
    scored = []
    for first, scored_from, end in strides(100, 100 + length, context):
        assert 100 <= first <= scored_from < end <= 100 + length
        assert end - first == min(context, end - 100)  # as much context as fits
        scored += range(scored_from, end)
    assert scored == list(range(100, 100 + length))


def make_stories(rng, n=9):
    ids = []
    for _ in range(n):
        ids += [0, *rng.integers(1, 50, size=rng.integers(1, 40)).tolist()]
    return ids


@pytest.mark.parametrize("rows_tokens", [8, 64, 1_000])
def test_each_token_of_each_story_is_a_target_once(rows_tokens):
    ids = make_stories(np.random.default_rng(0))
    rows = StoryRows(Shards(ids), context_length=8, max_stories=0, rows_tokens=rows_tokens)
    targets = [
        target
        for batch in (rows[i] for i in range(len(rows)))
        for target in batch.targets_BR[batch.scored_BR].tolist()
    ]
    # Every id but the first separator is some row's target, and a separator closes the last story.
    assert sorted(targets) == sorted([*ids[1:], 0])
    assert rows.n_stories == 9


def test_targets_follow_inputs_and_padding_is_never_scored():
    rows = StoryRows(Shards([0, 5, 6, 0, 7]), context_length=8, max_stories=0, rows_tokens=1_000)
    (batch,) = [rows[i] for i in range(len(rows))]
    assert batch.inputs_BR.tolist() == [[0, 7, 0], [0, 5, 6]]
    assert batch.targets_BR.tolist() == [[7, 0, 0], [5, 6, 0]]
    assert batch.scored_BR.tolist() == [[True, True, False], [True, True, True]]


def test_at_most_so_many_stories_are_scored():
    ids = make_stories(np.random.default_rng(1))
    rows = StoryRows(Shards(ids), context_length=64, max_stories=2, rows_tokens=1_000)
    second = int(np.flatnonzero(np.array(ids) == 0)[2])
    assert sum(int(rows[i].scored_BR.sum()) for i in range(len(rows))) == second
