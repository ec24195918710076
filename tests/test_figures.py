"""Figures of a corpus, against small corpora that can be counted by hand."""

import pytest

from storylm.data.figures import LABELS, describe, in_lines


def test_figures_can_be_counted_by_hand():
    figures = describe(['Tom ran. "Stop!" said Mia.', "It is Tom's.", "It is Tom's."])
    assert (figures.stories, figures.n_bytes) == (3, 26 + 12 + 12)
    assert figures.words_per_story == pytest.approx(11 / 3)
    assert figures.words_per_sentence == pytest.approx(11 / 5)
    assert figures.distinct_words == len({"tom", "ran", "stop", "said", "mia", "it", "is", "tom's"})
    assert figures.distinct_4_grams == pytest.approx(1_000 * 2 / 11)
    assert figures.dialogue == pytest.approx(7 / 50)
    assert figures.with_dialogue == pytest.approx(1 / 3)
    assert figures.duplicates == pytest.approx(1 / 3)
    assert (figures.words_1_percent, figures.words_99_percent) == (3, 5)


def test_text_that_repeats_itself_compresses_better():
    same = describe(["the cat sat on the mat and slept"] * 500)
    mixed = describe([f"the cat {i} sat on mat {i * i} and slept {i * 7}" for i in range(500)])
    assert same.compressed < mixed.compressed


def test_every_figure_has_a_line():
    lines = in_lines({"a": describe(["One."]), "b": describe(["Two."])})
    assert len(lines) == len(LABELS)  # a header, and no floor
    assert lines[0] == ["", "a", "b"]


def test_an_empty_corpus_is_refused():
    with pytest.raises(ValueError, match="no story"):
        describe([])
