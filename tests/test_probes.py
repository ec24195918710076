"""The probes: what is asked stands in the story, harm is seen where it was done."""

from __future__ import annotations

import re
from collections import Counter
from random import Random
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from composing import compose_config

from storylm.data.fables import tell
from storylm.evaluation import questions as asking
from storylm.evaluation import validation
from storylm.evaluation.damage import DAMAGES, damage
from storylm.evaluation.probes import MOST, PROBES, RULES, balanced, evenly, examine, questions
from storylm.evaluation.questions import Answer, Question, ask, summarize
from storylm.evaluation.rules.lexicon import Lexicon
from storylm.evaluation.rules.plot import Passage, Shelf, foreign, renamed
from storylm.evaluation.rules.text import Spot, Text
from storylm.evaluation.scoring import Estimate, score_tokens
from storylm.evaluation.validation import clean, damage_matrix, grade_texts, table
from storylm.model.transformer import Transformer
from storylm.plots.damage import plot_damage
from storylm.tokenizer import build_tokenizer

PARK = """Tom and Sara were in the park. Tom had a kite. He wanted to fly his kite, but an owl sat
on it. "It is an old owl," said Sara. They saw two dogs. The dogs were loud. Sara ran to the tree.
She did not like the dogs. Tom looked for his kite. "This dog is mine," Sara said to Tom."""


@pytest.fixture(scope="module")
def texts():
    return [tell(seed).text for seed in range(40)]


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon.read([tell(seed).text for seed in range(200)])


@pytest.fixture(scope="module")
def shelf(texts, lexicon):
    return Shelf.read([Text(text) for text in texts], lexicon)


@pytest.fixture(scope="module")
def run():
    tokenizer = build_tokenizer(compose_config(["tokenizer=bytes"]).tokenizer, list)
    torch.manual_seed(0)
    shape = ["model.d_model=16", "model.n_layers=1", "model.head_dim=8", "model.context_length=128"]
    config = compose_config(["model=gpt2", "size=xs", *shape]).model
    config.vocab_size = tokenizer.vocab_size
    return SimpleNamespace(model=Transformer(config).double().eval(), tokenizer=tokenizer)


def knowing(texts, *, last=False):
    """A scorer for which what stands in one of the texts costs nothing, all else a nat; `last`
    looks at the last sentence alone."""

    def score(run, trunk, rows, first):
        told = [run.tokenizer.decode(row[1:]) for row in rows]
        told = [re.split(r'(?<=[.!?])["”]?\s+', one)[-1] if last else one for one in told]
        return [np.array([float(not any(one in text for text in texts))]) for one in told]

    return score


# ------------------------------------------------------------------------------------------- rules


def test_text_splits_into_sentences_that_keep_speech_whole():
    text = Text('Tim ran. "Stop! Wait!" he said. “No. Never,” said Tim.\nThe end')
    assert [text.text[slice(*unit)] for unit in text.units] == [
        "Tim ran.", '"Stop! Wait!" he said.', "“No. Never,” said Tim.", "The end"
    ]  # fmt: skip
    assert [w.low for w in text.words if w.quoted] == ["stop", "wait", "no", "never"]
    assert text.text[slice(*text.sentence(text.text.index("Never")))] == "Never,” said Tim."


def test_rules_find_what_they_are_for():
    lexicon = Lexicon(
        {"Tom": "m", "Sara": "f"},
        {"want": "wanted", "fly": "flew", "run": "ran", "look": "looked", "like": "liked"},
        {"dog": "dogs", "kite": "kites", "owl": "owls", "tree": "trees"},
        ("dog", "kite", "ball"),
    )
    text = Text(PARK)
    spots = [spot for rules in RULES.values() for rule in rules for spot in rule(text, lexicon)]
    found = {(s.rule, PARK[s.start : s.end], s.other) for s in spots if s.rule != "order"}
    assert found >= {
        ("agreement", "were", "was"), ("agreement", "is", "are"), ("tense", "wanted", "want"),
        ("tense", "fly", "flew"), ("tense", "ran", "run"), ("determiner", "an", "a"),
        ("determiner", "dogs", "dog"), ("determiner", "dog", "dogs"), ("owners", "his", "her"),
        ("names", "Tom", "Sara"),
    }  # fmt: skip
    order = {PARK[s.start : s.end] for s in spots if s.rule == "order"}
    assert order >= {"the park", "to fly", "did not", "the tree"}
    assert not any(PARK[s.end :].startswith(" sat") and s.rule == "determiner" for s in spots)


@pytest.mark.parametrize("rule", [*RULES["grammar"], RULES["consistency"][1]])
def test_a_rule_finds_the_same_spot_in_the_harmed_text(rule, texts, lexicon):
    seen = 0
    for text in map(Text, texts):
        for spot in list(rule(text, lexicon))[:6]:
            harmed = text.exchange([(spot.start, spot.end, spot.other)])
            back = [s for s in rule(Text(harmed), lexicon) if s.start == spot.start]
            stood = text.text[spot.start : spot.end]
            assert any(s.other == stood and s.way == spot.back for s in back), (spot, stood)
            seen += 1
    assert seen > 20


def test_names_come_back_where_a_stranger_took_their_place(texts, lexicon):
    names, seen = RULES["consistency"][0], []
    for text in map(Text, texts):
        for spot in names(text, lexicon):
            harmed = text.exchange([(spot.start, spot.end, spot.other)])
            back = [s.other for s in names(Text(harmed), lexicon) if s.start == spot.start]
            seen.append(text.text[spot.start : spot.end] in back)
    assert len(seen) > 20
    assert sum(seen) > 0.6 * len(seen), "all but those of three who meet"


# --------------------------------------------------------------------------------------- questions


def test_what_is_right_stands_in_the_story_and_what_is_wrong_differs(texts, lexicon):
    asked = questions(texts, lexicon, seed=1)
    assert {q.probe for q in asked} == set(PROBES)
    for q in asked:
        assert q.before + q.right in texts[q.story]
        assert q.wrong
        assert len(set(q.candidates)) == len(q.candidates)
        assert not any(a.startswith(b) for a in q.candidates for b in q.candidates if a != b)
    most = Counter((q.story, q.rule) for q in asked)
    assert max(most.values()) <= MOST
    assert asked == questions(texts, lexicon, seed=1) != questions(texts, lexicon, seed=2)


def test_who_always_says_the_same_word_is_right_half_the_time():
    spots = [[Spot("agreement", i, i + 3, "were", "was>were")] * 9 for i in range(50)]
    spots += [[Spot("agreement", i, i + 4, "was", "were>was")] for i in range(50)]
    ways = Counter(spot.way for some in balanced(spots, 1) for spot in some)
    assert ways["were>was"] == 50
    assert 30 < ways["was>were"] < 75
    assert [s.start for s in evenly([Spot("x", i, i, "") for i in range(10)], 4)] == [0, 2, 5, 7]


def test_who_knows_the_stories_is_always_right(run, texts, lexicon, monkeypatch):
    run.model.config.context_length = 100_000
    monkeypatch.setattr(asking, "score", knowing([" " + text for text in texts] + texts))
    found = summarize(ask(run, questions(texts[:8], lexicon, seed=1), gain=()))
    run.model.config.context_length = 128
    assert {name for name in found if "/" not in name} >= set(PROBES)
    for name, estimate in found.items():
        if not name.endswith("chance"):
            assert estimate == Estimate(1.0, 1.0, 1.0), name


def test_who_knows_nothing_gets_chance():
    answers = [
        Answer(Question("plot", rule, n, "", "a", wrong), (2.0,) * (1 + len(wrong)))
        for n in range(5) for rule, wrong in (("next", ("b", "c", "d")), ("shuffled", ("b",)))
    ]  # fmt: skip
    found = summarize(answers)
    assert found["plot/next"] == found["plot/next chance"] == Estimate(0.25, 0.25, 0.25)
    assert found["plot"].value == found["plot chance"].value == 0.375
    assert not any(answer.correct for answer in answers)


def test_answers_are_those_of_whole_texts_whatever_is_asked_together(run, texts, monkeypatch):
    text = texts[0]
    asked = [
        Question("grammar", "order", 0, text[:at], text[at : at + 9], (text[at : at + 9][::-1],))
        for at in (3, 40, 70, 300, 420)
    ]  # fmt: skip
    asked.append(Question("plot", "ending", 0, text[:60], " The end", (" A bad end", " No")))
    asked.append(Question("plot", "shuffled", 0, text[:9], text[9:300], (text[300:9:-1],)))  # long
    together = ask(run, asked)
    monkeypatch.setattr(asking, "TOKENS_AT_ONCE", 1)
    for one, alone in zip(together, ask(run, asked), strict=True):
        np.testing.assert_allclose(one.nats, alone.nats, atol=1e-9)
    end, encode = run.tokenizer.end_of_story, run.tokenizer.encode
    for answer in together[:3]:
        q = answer.question
        rows = [[end, *encode(q.before + c)] for c in q.candidates]
        whole = score_tokens(run.model, rows, [1 + len(q.before.encode())] * 2)
        differences = [nats.sum() for nats in whole]
        assert answer.nats[1] - answer.nats[0] == pytest.approx(differences[1] - differences[0])
    gain = together[-2]
    for candidate, nats in zip(gain.question.candidates, gain.nats, strict=True):
        behind = score_tokens(run.model, [[end, *encode(text[:60] + candidate)]], [61])
        alone = score_tokens(run.model, [[end, *encode(candidate.lstrip())]])
        assert nats == pytest.approx(behind[0].sum() - alone[0].sum())


def test_a_candidate_is_asked_about_its_held_out_stories(run, texts):
    data = compose_config(["tokenizer=bytes", "data=fables", "data.valid_stories=40"]).data
    examined = SimpleNamespace(**vars(run), config=SimpleNamespace(data=data))
    dials = SimpleNamespace(seed=1)
    found = examine(SimpleNamespace(run=examined, config=dials, held_out=texts[:3]))
    assert set(found.measures) >= {"grammar", "plot"}
    assert list(found.measures) == found.abilities == list(found.chance)
    assert all(0 <= estimate.value <= 1 for estimate in found.measures.values())
    assert found.chance["grammar"] == 0.5
    assert len(found.page) == 2 + len(found.details["questions"])


# ------------------------------------------------------------------------------------------ damage


def test_a_damage_changes_only_what_it_says(texts, lexicon, shelf):
    closed = {"he", "she", "him", "her", "his", "himself", "herself", *lexicon.things}
    changed: Counter[str] = Counter()
    for number, text in enumerate(texts):
        before = Counter(w.text for w in Text(text).words)
        harmed = {kind: damage(text, kind, lexicon=lexicon, seed=1) for kind in DAMAGES}
        after = Counter(w.text for w in Text(harmed["grammar"]).words)
        for name in [*lexicon.names, "he", "she", "He", "She"]:
            assert before[name] == after[name]
        after = Counter(w.text for w in Text(harmed["consistency"]).words)
        for word in {w for w in before | after if before[w] != after[w]}:
            bare = word.removesuffix("'s").removesuffix("’s")
            assert word.lower() in closed or bare in lexicon.names, word
        sentences = [sorted(Text(t).text[slice(*u)] for u in Text(t).units)
                     for t in (text, harmed["plot"])]  # fmt: skip
        assert sorted(" ".join(sentences[0])) == sorted(" ".join(sentences[1])), number
        changed.update(kind for kind, one in harmed.items() if one != text)
        again = {kind: damage(text, kind, lexicon=lexicon, seed=1) for kind in DAMAGES}
        assert again == harmed
    ending = damage(texts[0], "plot", lexicon=lexicon, seed=1, shelf=shelf)
    assert texts[0][-30:] not in ending
    assert all(changed[kind] > 0.5 * len(texts) for kind in DAMAGES), changed
    with pytest.raises(ValueError, match="choose one of grammar, consistency, plot"):
        damage(texts[0], "spelling", lexicon=lexicon, seed=1)


def test_a_foreign_ending_is_told_of_the_storys_own_characters(texts, lexicon, shelf):
    lent = Passage.read("Then Tom hugged Sara's dog.", Lexicon({"Tom": "m", "Sara": "f"}))
    names = Lexicon({"Tom": "m", "Sara": "f", "Ben": "m", "Mia": "f"})
    assert renamed(lent, ["Mia", "Ben"], names) == "Then Ben hugged Mia's dog."
    assert renamed(lent, ["Ben"], names) == ""
    text = Text(texts[3])
    here = {w.text for w in text.words}
    own = text.text[text.units[-3][0] :]
    for told in foreign(text, own, shelf.endings, lexicon, Random(1), count=3):
        assert {w.text for w in Text(told).words if w.text in lexicon.names} <= here


# -------------------------------------------------------------------------------------- validation


def test_each_damage_lowers_its_own_probe_most(run, texts, lexicon, monkeypatch, tmp_path):
    run.model.config.context_length = 100_000
    monkeypatch.setattr(asking, "score", knowing(texts, last=True))
    monkeypatch.setattr(validation, "ask", lambda run, asked: ask(run, asked, gain=()))
    rules = damage_matrix(run, texts[:16], lexicon)
    grades = grade_texts(run, texts[:8], texts[8:16], lexicon=lexicon)
    run.model.config.context_length = 128
    matrix = {kind: {probe: row[probe] for probe in PROBES} for kind, row in rules.items()}
    assert matrix["grammar"]["grammar"].high < -0.1
    assert abs(matrix["plot"]["grammar"].value) < 0.02, "a sentence is as good elsewhere"
    assert grades["grammar"] == Estimate(0.0, 0.0, 0.0)
    lines = table(matrix)
    assert len(lines) == 5
    assert "*" in lines[2]
    plot_damage(matrix, tmp_path / "damage.png", title="damage")
    assert (tmp_path / "damage.png").read_bytes().startswith(b"\x89PNG")


def test_a_clean_row_is_lowest_where_it_should_be():
    low, none = Estimate(-0.3, -0.4, -0.2), Estimate(-0.1, -0.2, 0.0)
    assert clean({"plot": {"plot": low, "grammar": none}}, "plot")
    assert not clean({"plot": {"plot": none, "grammar": none}}, "plot")
    assert not clean({"plot": {"plot": low, "grammar": Estimate(-0.4, -0.5, -0.3)}}, "plot")
