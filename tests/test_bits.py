"""Bits per byte and its parts: exact, and each token in one part of every split."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from composing import compose_config

from storylm.config import EvaluateConfig
from storylm.data.fables import tell
from storylm.evaluation import bits_per_byte, scoring
from storylm.evaluation.bits_per_byte import age_of, examine, score_stories, seen_of, whole_of
from storylm.evaluation.candidate import Candidate
from storylm.evaluation.learning import Moment, halfway
from storylm.evaluation.scoring import Estimate
from storylm.evaluation.word_classes import CLASSES, END, classify
from storylm.model.transformer import Transformer
from storylm.tokenizer import build_tokenizer

STORIES = [tell(seed).text for seed in range(8)] + ["Zoë said: “Où?”\n\nBen didn't look."]


def tokenizer_of(*words):
    config = compose_config(list(words)).tokenizer
    return build_tokenizer(config, lambda: [tell(seed).text for seed in range(100)])


@pytest.fixture(scope="module")
def tokenizer():
    return tokenizer_of("tokenizer=fables-2k", "tokenizer.vocab_size=400")


@pytest.fixture(scope="module")
def run(tokenizer, tmp_path_factory):
    torch.manual_seed(0)
    shape = ["model.d_model=16", "model.n_layers=1", "model.head_dim=8", "model.context_length=96"]
    config = compose_config(
        ["model=gpt2", "size=xs", *shape, "data.train_stories=20", "data.valid_stories=5"]
    )
    config.model.vocab_size = tokenizer.vocab_size
    model = Transformer(config.model).double().eval()
    folder = tmp_path_factory.mktemp("bits")
    return SimpleNamespace(model=model, tokenizer=tokenizer, config=config, folder=folder)


def test_the_parts_of_every_split_add_up_to_the_whole(run):
    found = examine(Candidate(run, EvaluateConfig(run="x", stories=5)))
    scored = score_stories(run, held_out(run))
    bits, size = sum(s.bits_N.sum() for s in scored), sum(s.sizes_N.sum() for s in scored)
    assert found.measures["bits per byte"].value == pytest.approx(bits / size, rel=1e-12)
    splits = [split for name, split in found.details.items() if name.startswith("by ")]
    assert len(splits) == 4
    for parts in splits:
        assert sum(part["bits"] for part in parts.values()) == pytest.approx(bits, rel=1e-12)
        assert sum(part["share_of_bytes"] for part in parts.values()) == pytest.approx(1)
        assert sum(part["share_of_bits"] for part in parts.values()) == pytest.approx(1)
    assert found.details["bytes"] == sum(len(story.encode()) for story in held_out(run))


def held_out(run):
    return Candidate(run, EvaluateConfig(run="x", stories=5)).held_out


def test_the_sum_does_not_depend_on_what_is_scored_together(run, monkeypatch):
    run.model.float()  # as it is trained
    together = whole_of(score_stories(run, STORIES)).value
    monkeypatch.setattr(scoring, "ROWS_TOKENS", 1)
    assert whole_of(score_stories(run, STORIES)).value == pytest.approx(together, abs=1e-12)


def test_a_model_in_fp32_is_scored_in_fp64(run):
    (scored,) = score_stories(SimpleNamespace(**vars(run) | {"model": run.model.float()}), ["Tim."])
    ids = [run.tokenizer.end_of_story, *run.tokenizer.encode("Tim."), run.tokenizer.end_of_story]
    (nats,) = scoring.score_tokens(run.model.double(), [ids])
    np.testing.assert_allclose(scored.bits_N, nats / math.log(2), rtol=1e-13)


def test_each_token_stands_where_it_begins_in_the_story(run):
    story = STORIES[-1]
    (scored,) = score_stories(run, [story])
    pieces = [run.tokenizer.decode_bytes([i]) for i in run.tokenizer.encode(story)]
    for piece, place in zip(pieces, scored.places_N.tolist()):
        assert story.encode()[place:].startswith(piece)
    assert scored.places_N[-1] == len(story.encode())
    assert scored.classes_N[-1] == END


@pytest.mark.parametrize("words", [["tokenizer=bytes"], ["tokenizer.vocab_size=300"],
                                   ["tokenizer.vocab_size=700"]], ids=str)  # fmt: skip
def test_a_model_that_knows_no_byte_better_than_another_needs_eight_bits(words, monkeypatch):
    """Whatever the tokenizer: a token of n bytes costs n ln 256, the end of a story nothing."""
    tokenizer = tokenizer_of(*words)

    def uniform(model, rows):
        sizes = [[len(tokenizer.decode_bytes([i])) for i in row[1:-1]] + [0] for row in rows]
        return [np.array(row) * math.log(256) for row in sizes]

    monkeypatch.setattr(bits_per_byte, "score_tokens", uniform)
    run = SimpleNamespace(model=torch.nn.Identity(), tokenizer=tokenizer)
    assert whole_of(score_stories(run, STORIES)).value == pytest.approx(8.0, abs=1e-12)


def test_a_real_model_of_bytes_without_any_weight_needs_eight_bits_but_for_the_end():
    tokenizer = tokenizer_of("tokenizer=bytes")
    config = compose_config(["model=gpt2", "size=xs", "model.context_length=64"]).model
    config.vocab_size = tokenizer.vocab_size
    model = Transformer(config).double().eval()
    torch.nn.init.zeros_(model.unembed_VD)
    run = SimpleNamespace(model=model, tokenizer=tokenizer)
    size = sum(len(story.encode()) for story in STORIES)
    expected = math.log2(257) * (size + len(STORIES)) / size
    assert whole_of(score_stories(run, STORIES)).value == pytest.approx(expected, abs=1e-9)


def test_words_have_the_class_that_a_reader_gives_them():
    story = 'One day, Tim went to the red shed. "Look, Mia!" said Tim. Mia smiled.'
    tokens = ["One", " day", ",", " Tim", " went", " to", " the", " red", " shed", ".", ' "',
              "Look", ",", " Mia", '!"', " said", " Tim", ".", " Mia", " smiled", "."]  # fmt: skip
    places = np.cumsum([0, *(len(token) for token in tokens)])[:-1]
    found = classify(story, places.tolist(), [len(token) for token in tokens])
    short = dict(zip(CLASSES, ["name", "function", "verb", "other", "quote", "sign", "blank", END]))
    assert [short[name] for name in found] == [
        "function", "other", "sign", "name", "verb", "function", "function", "other", "other",
        "sign", "quote", "verb", "sign", "name", "sign", "verb", "name", "sign", "name", "verb",
        "sign",
    ]  # fmt: skip


def test_parts_are_named_by_where_they_begin_and_end():
    assert [age_of(n) for n in (0, 99, 100, 5_000)] == [
        "byte 0–99", "byte 0–99", "byte 100–199", "byte 1600 and later",
    ]  # fmt: skip
    assert [seen_of(s) for s in (0.0, 0.05, 1.0)] == [
        "0–2 % seen", "2–10 % seen", "from 30 % seen",
    ]  # fmt: skip


def test_the_ability_that_came_first_stands_first():
    def at(value):
        return Estimate(value, value - 0.01, value + 0.01)

    curves = {"quick": [0.5, 0.8, 0.9, 0.9], "slow": [0.5, 0.5, 0.6, 0.9], "never": [0.5] * 4}
    moments = [
        Moment(step, 100 * step, {name: at(curve[i]) for name, curve in curves.items()})
        for i, step in enumerate((1, 2, 4, 8))
    ]
    found = halfway(moments, ["never", "slow", "quick"], dict.fromkeys(curves, 0.5))
    assert [name for name, _ in found] == ["quick", "slow", "never"]
    assert found[0][1] == pytest.approx(100 * 2 ** (2 / 3))
    assert found[1][1] == pytest.approx(400 * 2 ** (1 / 3))
    assert found[2][1] is None
