"""The exams: parts add up, what is batched together does not matter, and the extremes are exact."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from composing import compose_config

from storylm.command_line import in_columns
from storylm.config import EvaluateConfig, Suite
from storylm.data.fables import Difficulty, Reference, tell
from storylm.evaluation import fables, report, scoring, world
from storylm.evaluation.candidate import Candidate
from storylm.evaluation.fables import Exam, bits_by_kind, forced_accuracy, told
from storylm.evaluation.report import plain, table, write
from storylm.evaluation.scoring import Estimate, ratio, score_branches, score_tokens
from storylm.model.transformer import Transformer
from storylm.tokenizer import build_tokenizer
from storylm.whole_files import write_sealed


@pytest.fixture(scope="module")
def exam():
    return Exam(Difficulty(), tuple(tell(seed, labels=True) for seed in range(6)))


@pytest.fixture(scope="module")
def tokenizer():
    config = compose_config(["tokenizer=fables-2k", "tokenizer.vocab_size=500"])
    return build_tokenizer(config.tokenizer, lambda: [tell(seed).text for seed in range(100)])


@pytest.fixture(scope="module")
def model(tokenizer):
    torch.manual_seed(0)
    config = compose_config(
        ["model=gpt2", "size=xs", "model.d_model=16", "model.n_layers=1", "model.head_dim=8",
         "model.context_length=128"]
    ).model  # fmt: skip
    config.vocab_size = tokenizer.vocab_size
    return Transformer(config).double().eval()


@pytest.fixture(scope="module")
def run(model, tokenizer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "exam"
    folder.mkdir()
    config = SimpleNamespace(model=model.config, data=compose_config([]).data)
    return SimpleNamespace(
        folder=folder, file=folder / "x.ckpt", step=1, model=model, tokenizer=tokenizer,
        config=config,
    )  # fmt: skip


class Knowing(torch.nn.Module):
    """A model that knows some stories by heart, and what to say instead where `wrong` is set."""

    def __init__(self, stories, tokenizer, *, sure: float) -> None:
        super().__init__()
        self.config = SimpleNamespace(context_length=2_000)
        self.embed = torch.nn.Embedding(1, 1)
        self.rows = [fables.story_ids(tokenizer, story.text) for story in stories]
        self.vocab_size, self.sure = tokenizer.vocab_size, sure

    def logits(self, x_BTV):
        return x_BTV

    def hidden(self, ids_BT, branches=None):
        if branches is not None:  # each token's own text, alone
            texts = [ids_BT[0][sees_T] for sees_T in branches.sees_TT]
            return torch.stack([self.hidden(text[None])[0, -1] for text in texts])[None]
        logits_BTV = torch.zeros(*ids_BT.shape, self.vocab_size, dtype=torch.double)
        for b, ids in enumerate(ids_BT.tolist()):
            for row in self.rows:
                for t in range(min(len(ids), len(row) - 1)):
                    if ids[t] != row[t]:
                        break
                    logits_BTV[b, t, row[t + 1]] = self.sure
        return logits_BTV


@pytest.mark.parametrize("style", ["gpt2", "gpt_neo", "llama", "nanochat", "swift"])
def test_branches_score_what_whole_texts_score(style):
    shape = ["size=xs", "model.d_model=16", "model.head_dim=8", "model.context_length=64"]
    config = compose_config([f"model={style}", *shape]).model
    config.vocab_size = 50
    if config.windows != [0]:
        config.windows = [0, 8]  # within the text
    torch.manual_seed(0)
    model = Transformer(config).double().eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    text = torch.randint(config.vocab_size, (40,)).tolist()
    branches = [(1, [3]), (40, [1, 2, 3]), (17, [9, 8]), (17, text[17:30]), (30, [5])]
    rows = [text[:place] + ids for place, ids in branches]
    whole = score_tokens(model, rows, [place for place, _ in branches])
    found = score_branches(model, text, branches)
    for one, other in zip(found, whole, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9)
    assert score_branches(model, text, []) == []
    with pytest.raises(ValueError, match="context_length=64"):
        score_branches(model, text, [(40, [1] * 26)])


def test_scores_do_not_depend_on_what_is_scored_together(model, monkeypatch):
    rows = [[1, 2, 3], list(range(400)), [5] * 90, [7, 8]]
    together = score_tokens(model, rows)
    monkeypatch.setattr(scoring, "ROWS_TOKENS", 1)
    for one, alone in zip(together, score_tokens(model, rows), strict=True):
        np.testing.assert_allclose(one, alone, atol=1e-9)
    assert [len(nats) for nats in together] == [2, 399, 89, 1]
    assert all((nats > 0).all() for nats in together)


def test_scoring_from_a_later_token_gives_the_same_numbers(model):
    rows = [list(range(300)), [3, 1, 4, 1, 5]]
    whole = score_tokens(model, rows)
    later = score_tokens(model, rows, [250, 3])
    np.testing.assert_allclose(later[0], whole[0][249:], atol=1e-9)
    np.testing.assert_allclose(later[1], whole[1][2:], atol=1e-9)


def test_a_model_in_training_is_not_scored(model):
    with pytest.raises(RuntimeError, match="eval mode"):
        score_tokens(model.train(), [[1, 2]])
    model.eval()


def test_bits_by_kind_add_up_to_the_whole(run, exam):
    bits = bits_by_kind(run, exam)
    parts = bits["by_kind"].values()
    assert sum(p["bits_per_byte"] for p in parts) == pytest.approx(bits["bits_per_byte"].value)
    assert sum(p["floor"] for p in parts) == pytest.approx(bits["floor"].value)
    assert sum(p["share_of_bytes"] for p in parts) == pytest.approx(1)
    assert all(p["floor"] == 0 for name, p in bits["by_kind"].items() if name.endswith("forced"))
    total = sum(len(story.text) for story in exam.stories)
    assert bits["floor"].value == pytest.approx(sum(s.bits for s in exam.stories) / total)
    assert bits["gap"].value == pytest.approx(bits["bits_per_byte"].value - bits["floor"].value)


def test_who_knows_the_stories_is_always_right_and_who_knows_nothing_guesses(run, exam):
    knows = SimpleNamespace(
        tokenizer=run.tokenizer, model=Knowing(exam.stories, run.tokenizer, sure=30.0).eval()
    )
    right = forced_accuracy(knows, exam, most=8)
    assert right["accuracy"].value == 1
    assert right["probability"].value == pytest.approx(1, abs=1e-6)
    wrong = SimpleNamespace(
        tokenizer=run.tokenizer, model=Knowing(exam.stories, run.tokenizer, sure=-30.0).eval()
    )
    assert forced_accuracy(wrong, exam, most=8)["probability"].value < 1e-6
    assert right["count"] <= 8 * len(exam.stories)
    assert 0.25 < right["chance"] < 0.6


def test_words_of_which_one_begins_another_are_told_apart_by_what_follows():
    text = "Once there was a ball, and it was red."
    a = Reference(text.index("a ball"), "a", "grammar", "", 0, ("an",), False)
    assert fables.candidates(a, text) == ["a ball", "an ball"]
    was = Reference(text.index("was red"), "was", "grammar", "", 0, ("were",), False)
    assert fables.candidates(was, text) == ["was", "were"]


def test_who_knows_the_stories_tells_them_to_the_end(run, exam, monkeypatch):
    ends = {fables.first_half(story.text): story.text for story in exam.stories}

    def generate(model, prompts_ids, **dials):
        prefixes = [run.tokenizer.decode(ids[1:]) for ids in prompts_ids]
        texts = [ends[prefix].removeprefix(prefix) for prefix in prefixes]
        return [[*run.tokenizer.encode(text), run.tokenizer.end_of_story] for text in texts]

    monkeypatch.setattr(fables.generation, "generate", generate)
    knows = SimpleNamespace(
        tokenizer=run.tokenizer, model=Knowing(exam.stories, run.tokenizer, sure=30.0)
    )
    grades = told(knows, exam)
    assert grades["whole"] == (1, 1, 1)
    assert grades["breaks_per_1000"].value == 0


def test_an_interval_holds_its_value_and_narrows_with_more_stories():
    values = np.random.default_rng(1).random(400)
    few, many = ratio(values[:50], np.ones(50)), ratio(values, np.ones(400))
    assert few.low < few.value < few.high
    assert many.high - many.low < few.high - few.low
    assert abs(many.value - 0.5) < 0.1
    assert math.isnan(ratio([0.0], [0.0]).value)


def test_an_interval_covers_the_truth_about_95_times_in_100():
    generator = np.random.default_rng(2)
    covered = 0
    for i in range(200):
        sizes = generator.integers(1, 5, 60)
        found = ratio(generator.binomial(sizes, 0.3), sizes, seed=i, resamples=400)
        covered += found.low <= 0.3 <= found.high
    assert 180 <= covered <= 199


def test_a_suite_leaves_json_page_and_picture(run, exam):
    grades = {
        "stories": 6,
        "bits": bits_by_kind(run, exam),
        "forced": forced_accuracy(run, exam, most=5),
        "told": told(run, exam),
    }
    found = world.findings(grades)
    settings = EvaluateConfig(run="exam", stories=6)
    write(Candidate(run, settings), Suite.fables, found)
    home = run.folder / "evaluation"
    stored = json.loads((home / "fables.json").read_text())
    assert stored["bits"]["floor"] == plain(grades["bits"]["floor"])
    assert stored["measures"]["forced accuracy"] == plain(grades["forced"]["accuracy"])
    assert (home / "fables.png").stat().st_size > 10_000
    assert "forced accuracy" in (home / "fables.md").read_text()
    assert report.graded_stories(run.folder) == 6
    shown = in_columns(table({"a": found.measures, "b": {}}, found.chance))
    assert "gap to the floor" in shown
    assert "–" in shown


def test_another_story_world_than_the_one_that_was_learned_is_told(run, exam, tmp_path):
    now = world.world_fingerprint()
    home = tmp_path / "older"
    home.mkdir()
    config = SimpleNamespace(
        model=run.config.model, data=compose_config([f"data.folder={tmp_path}/data"]).data
    )
    older = SimpleNamespace(**vars(run) | {"folder": home, "config": config})
    assert world.world_of(older) is None  # nobody knows
    for trained, words in ((now, ""), ("0123456789abcdef", "trained on story world 0123456789ab")):
        write_sealed(home / "result.json", {"sources": {"world": trained}})
        assert world.world_of(older) == trained
        facts = {"trained_on_world": trained, "world": now}
        assert world.told_of_the_world(facts).startswith(words)
        assert bool(world.told_of_the_world(facts)) == bool(words)
    grades = {"bits": bits_by_kind(run, exam), "forced": forced_accuracy(run, exam, most=5)}
    found = world.findings({**facts, **grades, "told": told(run, exam)})
    assert found.page[0].startswith(f"**Trained on story world 0123456789ab, graded by {now[:12]}")


def test_instructions_are_asked_of_whole_stories(run):
    asked = Exam(Difficulty(instruct=True), (tell(3, Difficulty(instruct=True), labels=True),))
    grades = told(run, asked)
    assert grades["instructions_kept"].value == 0.0  # it speaks no English
    header = fables.header_of(asked.stories[0].text)
    assert header.endswith("Story:\n\n")
    assert asked.stories[0].text.startswith(header)


def test_the_world_of_an_older_run_is_found_by_the_shards_it_was_trained_on(run, tmp_path):
    data = compose_config([f"data.folder={tmp_path}/data"]).data
    older = SimpleNamespace(folder=tmp_path, config=SimpleNamespace(data=data))
    (tmp_path / "result.json").write_text('{"data": "ab12"}')
    for name, shards in (("123456", "cd34"), ("abcdef", "ab12")):
        sources = {"world": f"world of {shards}"}
        manifest = {"format": 1, "fingerprint": shards, "splits": {"train": {"sources": sources}}}
        file = tmp_path / "data" / f"{data.name}-{name}" / "manifest.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(manifest))
    assert world.world_of(older) == "world of ab12"


def test_text_without_a_world_is_refused():
    config = compose_config(["data=text_files", "data.train=[a.txt]"]).data
    with pytest.raises(ValueError, match="is no story world"):
        fables.held_out(config, 3)


def test_held_out_stories_are_those_of_the_validation_split(tmp_path):
    from storylm.data.stories import stories

    config = compose_config([f"data.folder={tmp_path}", "data.valid_stories=4"]).data
    assert [s.text for s in fables.held_out(config, 4).stories] == list(stories(config, "valid"))


def test_one_run_or_several_are_named():
    assert EvaluateConfig(run="a").runs == ["a"]
    assert EvaluateConfig(run=["a", "b"]).runs == ["a", "b"]
    assert str(Estimate(0.5, 0.25, 0.75)) == "0.500 (0.250–0.750)"
