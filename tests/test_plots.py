"""Pictures are drawn from whatever rows there are."""

from storylm.plots import plot_curves, tokens_of_steps
from storylm.plots.sweeps import frontier

ROWS = [
    {"step": 0, "val/loss": 5.0, "val/bits_per_byte": 2.0, "val/perplexity": 148.0},
    {"step": 10, "train/loss": 3.0, "progress/tokens_seen": 640, "speed/tokens_per_second": 9.0},
    {"step": 15, "val/loss": 2.0, "val/bits_per_byte": 1.0, "val/perplexity": 7.4},
]


def test_rows_without_tokens_take_them_from_one_that_has(tmp_path):
    assert tokens_of_steps(ROWS) == {0: 0.0, 10: 640.0, 15: 960.0}
    assert tokens_of_steps(ROWS[:1]) == {0: 0.0}


def test_curves_are_drawn_with_and_without_a_floor_and_from_a_single_row(tmp_path):
    for name, rows, floor in (("a", ROWS, 0.3), ("b", ROWS, None), ("c", ROWS[:1], None)):
        plot_curves(rows, tmp_path / f"{name}.png", title=name, floor=floor)
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_the_frontier_is_what_nothing_cheaper_beats():
    assert frontier([(3, 1.0), (1, 2.0), (2, 2.5), (4, 1.0), (5, 0.5)]) == [
        (1, 2),
        (3, 1),
        (5, 0.5),
    ]
