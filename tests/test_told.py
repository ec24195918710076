"""Told stories in plain counts: each measure by hand, and all of them from a run's own stories."""

from __future__ import annotations

import math
import re
from types import SimpleNamespace

import pytest
import torch
from composing import compose_config

from storylm.config import EvaluateConfig
from storylm.data.fables import Difficulty, tell
from storylm.evaluation import told
from storylm.evaluation.asked import asked_for, count_kept, forms_of
from storylm.evaluation.candidate import Candidate, Telling
from storylm.evaluation.openings import read_openings
from storylm.evaluation.readability import count_reading, count_syllables
from storylm.evaluation.real import cut, halves, header_and_body, real_tellings, spread
from storylm.evaluation.told import examine, known_words
from storylm.evaluation.variety import distinct, loops, repeated, self_bleu
from storylm.evaluation.word_rows import words
from storylm.model.transformer import Transformer
from storylm.tokenizer import build_tokenizer

# ----------------------------------------------------------------------------------------- openings


def test_our_openings_are_many_all_different_and_stop_in_mid_sentence():
    ours = read_openings("")
    assert len(ours) >= 60
    assert len({opening[:25] for opening in ours}) == len(ours)
    for opening in ours:
        assert re.search(r"[\w,]$", opening), f"{opening!r} is at its end"
        assert 8 <= len(opening.split()) <= 40
        assert len(re.findall(r"[.!?]", opening)) <= 5


def test_openings_of_a_user_are_read_as_they_are(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text('- Once there\n- "Él dijo: "\n')
    assert read_openings(str(file)) == ["Once there", "Él dijo: "]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no such file"),
        ("", "no list"),
        ("[]", "an empty list"),
        ("a: b", "no list"),
        ("just words", "no list"),
        ("- one\n- 5\n", "entry 2"),
        ("- one\n- ' '\n", "entry 2"),
        ("- one\n-\n", "entry 2"),
        ("- [", "no YAML"),
        (b"\xff\xfe\x00", "no YAML"),
    ],
)
def test_openings_that_are_none_are_refused_in_one_line(tmp_path, text, said):
    file = tmp_path / "mine.yaml"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises((ValueError, FileNotFoundError), match=said) as caught:
        read_openings(str(file))
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"openings={file}")


# ------------------------------------------------------------------------------------------ variety


def test_self_bleu_by_hand():
    stories = ["the cat sat on the mat", "the cat sat on a mat", "the the the"]
    found = self_bleu([words(story) for story in stories])
    # Of the first, the second has 5 of 6 words (one "the" only: the third has the other), 3 of 5
    # pairs, 2 of 4 triples, 1 of 3 fours; the third knows "the" three times, so all 6 words.
    assert found[0] == pytest.approx((6 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** (1 / 4))
    assert found[1] == pytest.approx((5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** (1 / 4))
    # Three words against six: exp(1 - 6 / 3); "the" twice of three; no pair, no triple.
    assert found[2] == pytest.approx(math.exp(-1) * (2 / 3 * 0.1 / 2 * 0.1 / 1) ** (1 / 3))
    same = [words("once upon a time there was a fox")] * 2
    assert self_bleu(same) == [pytest.approx(1.0)] * 2
    assert self_bleu([[], ["a"]])[0] == 0.0


def test_distinct_looks_at_equally_much_whatever_the_length():
    story = [f"w{i}" for i in range(25)] * 2
    assert distinct([story] * 10, 1) == [(25, 500)]
    assert distinct([story] * 10, 2) == [(25, 490)]
    assert distinct([story + ["more"] * 90] * 10, 1) == [(25, 500)]
    assert distinct([story[:49]] * 10, 1) == []
    assert len(distinct([story] * 29, 3)) == 2


def test_a_phrase_three_times_in_a_row_is_a_loop():
    assert loops(words("he ran and ran and ran")) == (False, False)
    assert loops(words("he ran and ran and ran and so")) == (True, False)
    assert loops(words("no no no he said")) == (True, False)
    assert loops(words("he said no no no")) == (True, True)
    assert loops(words("we go up we go up we go up we")) == (True, True)
    assert loops(words("we go up we go up we go")) == (False, False)
    assert loops([]) == (False, False)
    long = [f"w{i}" for i in range(21)]
    assert loops(long[:20] * 3) == (True, True)
    assert loops(long * 3) == (False, False)


def test_repeated_n_grams_are_those_that_came_before():
    assert repeated(words("a b c d a b c d")) == (1, 5)
    assert repeated(["a"] * 10) == (6, 7)
    assert repeated(words("a b c")) == (0, 0)


# -------------------------------------------------------------------------------------- readability


def test_syllables_follow_the_rule_that_is_stated():
    expected = {
        "the": 1, "made": 1, "makes": 1, "boxes": 2, "houses": 2, "jumped": 1, "wanted": 2,
        "little": 2, "apples": 2, "tumbled": 2, "called": 1, "curled": 1, "played": 1, "happy": 2,
        "beautiful": 3, "don't": 1, "hm": 1, "3rd": 1,
    }  # fmt: skip
    assert {word: count_syllables(word) for word in expected} == expected


def test_readability_by_hand():
    reading = count_reading('The cat sat. "Is it happy?" asked')
    assert reading == (7, 2, 8)
    assert reading.ease == pytest.approx(206.835 - 1.015 * 3.5 - 84.6 * 8 / 7)
    assert reading.grade == pytest.approx(0.39 * 3.5 + 11.8 * 8 / 7 - 15.59)
    assert count_reading("no end").sentences == 1


# ---------------------------------------------------------------------------- real ones and headers


def test_real_stories_are_cut_as_the_openings_are(candidate):
    real = real_tellings(candidate)
    for i, (story, telling) in enumerate(zip(candidate.held_out, real, strict=True)):
        assert telling.opening + telling.text == header_and_body(story)[1]
        assert len(telling.opening.split()) == (3, 5)[i % 2]
    assert cut("one two", 9) == 3
    assert cut("...", 2) == 0


def test_halves_keep_the_header_and_leave_room(candidate):
    for story, (begin, end) in zip(candidate.held_out, halves(candidate, 9)):
        header, body = header_and_body(story)
        assert begin + end == story
        assert begin.startswith(header)
        assert 1 + len(candidate.run.tokenizer.encode(begin)) <= 192
        assert len(header) < len(begin) <= len(header) + len(body) / 1.5
    assert header_and_body("Words: a\nStory:\n\nOne.") == ("Words: a\nStory:\n\n", "One.")
    assert header_and_body("A story: no header.") == ("", "A story: no header.")


def test_second_tellings_come_after_all_first_ones():
    one, two = (Telling("a", text, True) for text in "xy")
    assert spread([one, two, Telling("b", "z", True)]) == [one, Telling("b", "z", True), two]


def test_real_fables_keep_all_that_their_header_asks(candidate):
    data = candidate.run.config.data
    seen = set()
    for story in candidate.held_out:
        header, body = header_and_body(story)
        kept = count_kept(Telling(header, body, ended=True), data)
        assert kept.words_kept == kept.words_asked
        assert kept.features_kept == kept.features_asked
        none = count_kept(Telling(header, "Nothing.", ended=True), data)
        assert (none.words_kept, none.features_kept) == (0, 0)
        seen |= {name for name, asked in zip(("words", "features"), asked_for(header)) if asked}
    assert seen == {"words", "features"}


def test_of_other_data_words_and_dialogue_are_counted():
    data = compose_config(["data=text_files", "data.train=[x.txt]"]).data
    header = "Features: Dialogue, Twist\nWords: quit, Oak, carry\nSummary: x\nStory:\n\n"
    story = "They were quitting. She carried it. “Go!” he said."
    assert tuple(count_kept(Telling(header, story, True), data)) == (2, 3, 1, 1)
    assert "making" in forms_of("make")
    assert "bigger" in forms_of("big")


# ------------------------------------------------------------------------------------------- suite


@pytest.fixture(scope="module")
def run():
    config = compose_config(
        ["data=fables", "data.instruct=true", "data.train_stories=40", "data.valid_stories=12",
         "tokenizer.vocab_size=500",
         "model=gpt2", "size=xs", "model.d_model=16", "model.n_layers=1", "model.head_dim=8",
         "model.context_length=384"]
    )  # fmt: skip
    stories = [tell(seed, Difficulty(instruct=True)).text for seed in range(40)]
    tokenizer = build_tokenizer(config.tokenizer, lambda: stories)
    config.model.vocab_size = tokenizer.vocab_size
    torch.manual_seed(0)
    model = Transformer(config.model).eval()
    return SimpleNamespace(config=config, model=model, tokenizer=tokenizer)


@pytest.fixture
def candidate(run, tmp_path):
    file = tmp_path / "openings.yaml"
    file.write_text("- Once there was\n- One day a little dog\n")
    config = EvaluateConfig(
        run="x", openings=str(file), tellings=6, stories=12, max_tokens=90, threads=1
    )
    return Candidate(run, config)


def test_the_suite_measures_told_and_real_stories_alike(candidate):
    findings = examine(candidate)
    measures, real = findings.measures, findings.details["real"]
    assert real["told: came to an end"].value == 1
    assert real["told: words kept that were asked for"].value == 1
    assert measures["told: words kept that were asked for"].value < 0.5
    assert measures["told: words"].value < real["told: words"].value
    assert measures["told: unknown words"].value > real["told: unknown words"].value
    assert all(e.low <= e.value <= e.high for e in measures.values())
    assert {"told: distinct-2", "told: self-BLEU", "told: hold a loop"} <= {*real}
    assert len(findings.details["tellings"]) == 12
    for name in measures:
        assert sum(name.removeprefix("told: ") == line[2:].split(" |")[0]
                   for line in findings.page) == 1  # fmt: skip


def test_known_words_are_those_of_the_corpus_up_to_a_limit(monkeypatch):
    texts = ["A Lily ran.", "zzz"]
    assert known_words(["lily", "A frog RAN"], texts) == {"a", "lily", "ran"}
    monkeypatch.setattr(told, "VOCABULARY_CHARACTERS", 3)
    assert known_words(["lily", "A frog RAN"], texts) == {"lily"}
    corpus = iter(["lily a ran zzz"] + ["x"] * 1_500)
    assert known_words(corpus, texts) == {"a", "lily", "ran", "zzz"}
