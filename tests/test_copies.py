"""Copies: what is said to stand in the training set stands there, and nothing else does."""

from __future__ import annotations

import random
from itertools import chain, pairwise
from types import SimpleNamespace

import pytest

from storylm.config import DataConfig, DataKind, EvaluateConfig
from storylm.data import reading
from storylm.data.fables import tell
from storylm.data.stories import batches
from storylm.evaluation import corpus
from storylm.evaluation.candidate import Candidate, Telling
from storylm.evaluation.copies import curve, examine, find_copies, share_seen
from storylm.evaluation.copies_page import example, marked
from storylm.evaluation.kgrams import CURVE
from storylm.evaluation.real import cut
from storylm.evaluation.rouge import closest_others, rouge_2, rouge_2_precision
from storylm.evaluation.word_rows import words, words_of_many
from storylm.plots.evaluation import plot_novelty

STORIES = [tell(seed).text for seed in range(60)]
HELD_OUT = [tell(seed).text for seed in range(1_000, 1_020)]


def test_a_planted_story_is_a_copy_in_full_with_its_source():
    planted = HELD_OUT[0]
    corpus = [*STORIES[:40], planted, *STORIES[40:], planted]
    (copy,) = find_copies([planted.upper().replace(" ", "\n")], corpus)
    assert copy.whole
    assert (copy.source, copy.source_text) == (40, planted)
    assert (copy.rouge, copy.closest, copy.closest_text) == (1.0, 40, planted)
    assert copy.seen == tuple(copy.words - k for k in range(CURVE))
    middle = planted[cut(planted, 5) : cut(planted, 40)]
    (part,) = find_copies([f"Qwx, zzk:{middle} qwx"], corpus)
    assert (part.whole, part.longest, part.words, part.source) == (False, 35, 38, 40)
    assert part.span == middle.strip()


def test_random_words_give_nearly_nothing_and_unknown_ones_nothing():
    draw = random.Random(1)
    known = sorted({word for story in STORIES for word in words(story)})
    nonsense = " ".join(draw.choice(known) for _ in range(300))
    mixed, strange = find_copies([nonsense, "Qwx fghj. Zzkl!"], STORIES)
    assert mixed.seen[0] == 300
    assert mixed.seen[3] == 0
    assert mixed.longest <= 3
    assert mixed.rouge < 0.1
    assert (strange.longest, strange.source, strange.rouge, strange.seen[0]) == (0, -1, 0.0, 0)


def test_findings_are_those_of_looking_everywhere(monkeypatch):
    monkeypatch.setattr(corpus, "PIECE", 20)  # many pieces
    draw = random.Random(2)
    for _ in range(40):
        letters = "ab" if draw.random() < 0.5 else "abcde"
        texts = [row(draw, letters, 14) for _ in range(draw.randint(0, 5))]
        stories = [row(draw, letters, 25) for _ in range(draw.randint(0, 8))]
        split = [words(story) for story in stories]
        for text, copy in zip(texts, find_copies(texts, stories), strict=True):
            own = words(text)
            for k in range(1, CURVE + 1):
                grams = [own[i : i + k] for i in range(len(own) - k + 1)]
                assert copy.seen[k - 1] == sum(first(gram, split) >= 0 for gram in grams)
            k = max((k for k in range(1, len(own) + 1) if any_of(own, k, split)), default=0)
            assert copy.longest == k == len(words(copy.span))
            if k:
                spans = [first(own[i : i + k], split) for i in range(len(own) - k + 1)]
                assert copy.source == min(s for s in spans if s >= 0)
                assert copy.source_text == stories[copy.source]
            near = [rouge_2(text, story) for story in stories]
            assert copy.rouge == pytest.approx(max(near, default=0.0), abs=1e-12)
            assert copy.closest == (near.index(max(near)) if max(near, default=0) > 0 else -1)


def row(draw, letters, most):
    return " ".join(draw.choice(letters) for _ in range(draw.randint(0, most)))


def first(gram, split):
    """The first story that has these words side by side; -1 where none has."""
    found = (
        number
        for number, story in enumerate(split)
        if any(story[i : i + len(gram)] == gram for i in range(len(story) - len(gram) + 1))
    )
    return next(found, -1)


def any_of(own, k, split):
    return any(first(own[i : i + k], split) >= 0 for i in range(len(own) - k + 1))


def test_a_pair_that_a_text_has_more_than_255_times_is_counted():
    text = "tick tock " * 200
    (copy,) = find_copies([text], ["tick tock " * 150, "tick " * 9])
    assert copy.rouge == pytest.approx(rouge_2(text, "tick tock " * 150))
    assert copy.longest == 300


def test_several_processes_find_the_same_in_batches_of_the_data(tmp_path, monkeypatch):
    file = tmp_path / "train.txt"
    file.write_text("<|endoftext|>".join(STORIES))
    data = DataConfig(kind=DataKind.text, train=[str(file)], train_stories=0, valid_share=1e-9)
    monkeypatch.setattr(reading, "PIECE_BYTES", 8_000)
    texts = [*HELD_OUT[:5], STORIES[40], "nothing of it"]
    alone = find_copies(texts, batches(data, "train"))
    assert alone == find_copies(texts, STORIES)
    monkeypatch.setattr(corpus, "ALONE_SECONDS", 0.0)
    assert alone == find_copies(texts, batches(data, "train"), workers=2)


def test_the_share_that_was_seen_is_that_of_all_places_of_a_text():
    for k in (1, 3, 8):
        have = {gram for story in STORIES for gram in zip(*(words(story)[i:] for i in range(k)))}
        for text, found in zip(HELD_OUT, share_seen(HELD_OUT, STORIES, k)):
            grams = list(zip(*(words(text)[i:] for i in range(k))))
            assert found == pytest.approx(sum(gram in have for gram in grams) / len(grams))
    assert share_seen(["too short", ""], STORIES) == [0.0, 0.0]
    with pytest.raises(ValueError, match="k=13"):
        share_seen(["x"], STORIES, 13)


def test_words_of_many_texts_are_those_of_each():
    draw = random.Random(3)
    for _ in range(1_000):
        texts = [
            "".join(draw.choice("ab'’ \"\0\n.-“éÉß1Z—ΣςС、中") for _ in range(draw.randint(0, 12)))
            for _ in range(draw.randint(0, 3))
        ]
        found = [[*(word.encode() for word in words(text)), b"\0"] for text in texts]
        assert words_of_many(texts) == list(chain(*found))
    assert words("Don’t 'go', she said—ÉLAN’s 3rd!") == [
        "don't",
        "go",
        "she",
        "said",
        "élan's",
        "3rd",
    ]


def test_rouge_2_by_hand():
    one, other = "the cat sat on the mat", "the cat sat, the cat ran"
    # 5 pairs each; in common: the cat (once), cat sat.
    assert rouge_2_precision(one, other) == pytest.approx(2 / 5)
    assert rouge_2(one, other) == pytest.approx(2 / 5)
    assert rouge_2_precision("The cat. Sat!", other) == 1.0
    assert rouge_2("The cat. Sat!", other) == pytest.approx(2 * 2 / (2 + 5))
    assert (rouge_2("", ""), rouge_2_precision("one", "one")) == (0.0, 0.0)
    assert closest_others([one, other, "a dog"]) == [pytest.approx(0.4), pytest.approx(0.4), 0.0]
    assert closest_others([one]) == [0.0]


def test_a_model_that_tells_training_stories_is_found_out(tmp_path):
    data = DataConfig(train_stories=40, valid_stories=20)
    trained = [text for batch in batches(data, "train") for text in batch.tell().texts]
    tokenizer = SimpleNamespace(encode=str.encode)
    config = SimpleNamespace(data=data, model=SimpleNamespace(context_length=10_000))
    run = SimpleNamespace(config=config, tokenizer=tokenizer)
    candidate = Candidate(run, EvaluateConfig(run="x", stories=20, threads=1))
    halves = [(text, cut(text, 6)) for text in trained[5:12]]
    told = [Telling(text[:at], text[at:], ended=True) for text, at in halves]
    candidate.__dict__["tellings"] = told
    candidate.go_on = lambda openings: [Telling(o, " The end.", ended=True) for o in openings]
    findings = examine(candidate)
    measures, real = findings.measures, findings.details["real"]
    assert measures["copied: whole stories"].value == 1
    assert measures["copied: longest span, share of the story"].value == 1
    assert real["copied: whole stories"].value == 0
    assert real["copied: 8-grams seen in training"].value < 0.9
    numbers = [telling["source"] for telling in findings.details["tellings"]]
    assert sorted(numbers) == list(range(5, 12))
    assert all(
        a.value >= b.value
        for a, b in pairwise(list(findings.details["k_grams_seen"]["real"].values()))
    )
    assert sum(f"training story {n}" in line for n in range(5, 12) for line in findings.page) == 3
    assert 0 < findings.chance["copied: Rouge-2 precision, true ending"] < 1
    findings.draw(tmp_path / "copies.png", "title")
    assert (tmp_path / "copies.png").read_bytes().startswith(b"\x89PNG")


def test_a_copied_span_is_marked_on_both_sides_whatever_stands_between_its_words():
    (copy,) = find_copies(["She saw a | big, red\nball and"], ["One day: SAW A BIG RED BALL! *Oh*"])
    cells = example(1, Telling("Once", " She saw a | big, red\nball and", ended=True), copy)[-2]
    assert "She **saw a \\| big, red**<br>**ball** and" in cells
    assert "One day: **SAW A BIG RED BALL**! \\*Oh\\*" in cells
    assert marked("no such words", "a span") == "no such words"


def test_curves_without_any_long_text_are_drawn(tmp_path):
    (copy,) = find_copies(["a b"], ["a b"])
    plot_novelty({"told": curve([copy], 1)}, tmp_path / "x.png", title="x")
    assert (tmp_path / "x.png").stat().st_size > 1_000
