"""Questions written by hand: each can be asked, none is won by a habit, and the harness asks the
same."""

import json
import re
from collections import Counter, defaultdict
from itertools import permutations
from pathlib import Path

import pytest
import yaml

from storylm.evaluation.lm_eval import write_lm_eval_tasks
from storylm.evaluation.questions import Question
from storylm.evaluation.written import FOLDER, PROBES, habits, questions, read_questions

ASKED = questions()
OF = {probe: [q for q in ASKED if q.probe == probe] for probe in PROBES}
WORDS_EACH = 1_000
LETTERS = 10
"""The longest word, `flashlight`, has as many."""


# -------------------------------------------------------------------------------------------- forms


@pytest.mark.parametrize("probe", PROBES)
def test_each_probe_asks_much_and_each_kind_as_much_as_the_others(probe):
    """So the mean over kinds is the mean over questions."""
    assert len(OF[probe]) >= 60
    assert len(set(Counter(q.rule for q in OF[probe]).values())) == 1


def test_every_question_is_a_story_of_its_own():
    assert [q.story for q in ASKED] == list(range(len(ASKED)))
    assert len({" ".join(re.findall(r"\w+", q.before.lower())) for q in ASKED}) == len(ASKED)


@pytest.mark.parametrize("probe", PROBES)
def test_candidates_go_on_from_the_story_and_exclude_one_another(probe):
    for question in OF[probe]:
        candidates, before = question.candidates, question.before
        assert before == " ".join(before.split()), before
        assert before[-1].isalpha(), before
        for candidate in candidates:
            assert re.fullmatch(r"( [A-Za-z]+){1,3}", candidate), question
            assert len(candidate.split()) == len(question.right.split()), question
            if probe == "context":
                assert re.search(rf"\b{candidate.strip()}\b", before), question
        assert not any(a.startswith(b) for a, b in permutations(candidates, 2)), question


@pytest.mark.parametrize("probe", PROBES)
def test_words_are_those_of_a_small_child(probe):
    texts = [" ".join([q.before, *q.candidates]) for q in OF[probe]]
    assert all(text.isascii() and not re.search(r"[\d;:()]", text) for text in texts)
    words = {word.lower() for text in texts for word in re.findall(r"[A-Za-z]+", text)}
    assert len(words) < WORDS_EACH
    assert max(map(len, words)) <= LETTERS


# ------------------------------------------------------------------------------------------- habits


@pytest.mark.parametrize("probe", PROBES)
def test_every_candidate_is_right_as_often_as_the_others_it_stands_against(probe):
    """Whatever is preferred without reading the story, be it the commonest word, the shortest or
    the last in the alphabet, is then right as often as chance."""
    right: dict[frozenset[str], Counter[str]] = defaultdict(Counter)
    for question in OF[probe]:
        right[frozenset(question.candidates)][question.right] += 1
    for candidates, counts in right.items():
        assert len({counts[candidate] for candidate in candidates}) == 1, (candidates, counts)


@pytest.mark.parametrize("probe", ["reasoning", "context"])
def test_where_and_how_often_a_candidate_is_mentioned_does_not_tell(probe):
    for habit, accuracy in habits(OF[probe]).items():
        assert accuracy == pytest.approx(1 / 3, abs=0.06), habit


def test_habits_are_counted_with_equal_candidates_sharing():
    asked = [
        Question("context", "has", 0, "Tom saw Ben and Sam. Tom saw", " Tom", (" Ben", " Sam")),
        Question("context", "has", 1, "Tom, Ben and Sam ran after", " Sam", (" Tom", " Ben")),
        Question("context", "has", 2, "Nobody is named in front of", " Sam", (" Tom", " Ben")),
    ]
    assert habits(asked) == {
        "last mentioned": 1.0,
        "first mentioned": 1 / 2,
        "most often mentioned": pytest.approx((1 + 1 / 3) / 2),
    }


# ---------------------------------------------------------------------------------------- refusals


GOOD = {"kind": "has", "before": "Tom saw Ben, so", "right": " Tom", "wrong": [" Ben", " saw"]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"note": "x"}, "kind, before, right, wrong, and nothing else"),
        ({"before": "Tom saw Ben, so "}, "without a blank"),
        ({"before": "Tom saw Ben."}, "within a sentence"),
        ({"kind": 3}, "kind is no text"),
        ({"right": "Tom"}, "'Tom' must be one to three words"),
        ({"right": " Tom "}, "' Tom ' must be one to three words"),
        ({"right": True}, "True must be one to three words"),
        ({"wrong": [" Ben"]}, "two or three"),
        ({"wrong": " Ben"}, "two or three"),
        ({"wrong": [" Ben", " Tom"]}, "begins"),
        ({"wrong": [" Ben", " Tom saw"]}, "' Tom' begins ' Tom saw'"),
        ({"wrong": [" Ben", " Sam"]}, "does not mention Sam"),
        ({"wrong": [" Ben", " aw"]}, "does not mention aw"),
    ],
)
def test_an_item_that_cannot_be_asked_is_refused_in_one_line(tmp_path, change, words):
    path = tmp_path / "mine.yaml"
    other = {**GOOD, "before": "Ben saw Tom and"}
    path.write_text(yaml.safe_dump([other, GOOD]), encoding="utf-8")
    assert [q.story for q in read_questions(path, "context", first=5)] == [5, 6]
    path.write_text(yaml.safe_dump([other, GOOD | change]), encoding="utf-8")
    with pytest.raises(ValueError, match=r"mine\.yaml, item 2: ") as refusal:
        read_questions(path, "context")
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "no YAML"),
        ("", "no list"),
        ("facts: 1", "no list"),
        (yaml.safe_dump([GOOD, GOOD]), "item 2: its story is that of item 1"),
        ("- 3", "item 1: it needs kind"),
    ],
)
def test_a_file_that_is_no_list_of_questions_is_refused_in_one_line(tmp_path, text, words):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"mine\.yaml") as refusal:
        read_questions(path, "context")
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


# ------------------------------------------------------------------------------------- the harness


def test_the_harness_is_given_every_question_with_the_right_one_in_each_place(tmp_path):
    tasks = write_lm_eval_tasks(tmp_path / "tasks")
    assert [task.stem for task in tasks] == [f"storylm_{probe}" for probe in PROBES]
    for probe, path in zip(PROBES, tasks, strict=True):
        task = yaml.safe_load(path.read_text(encoding="utf-8"))
        data = Path(task["dataset_kwargs"]["data_files"]["test"])
        rows = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
        assert [(row["before"], row["choices"][row["label"]]) for row in rows] == [
            (q.before, q.right) for q in OF[probe]
        ]
        assert [set(row["choices"]) for row in rows] == [set(q.candidates) for q in OF[probe]]
        assert Counter(row["label"] for row in rows) == dict.fromkeys(range(3), len(rows) // 3)
        assert task["target_delimiter"] == ""
        assert {task["doc_to_text"], task["doc_to_choice"], task["doc_to_target"]} < set(rows[0])


def test_the_questions_lie_beside_the_code():
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(PROBES)
