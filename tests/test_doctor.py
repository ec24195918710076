"""The doctor finds what is wrong with a corpus, nothing else, and can mend it."""

import dataclasses
import errno
import io
import json
import random
import re

import numpy as np
import pytest
from composing import compose_config

from storylm.config import DataConfig, DataKind, DoctorConfig
from storylm.data import reading
from storylm.data.doctor import cleaning, corpus, visit
from storylm.data.doctor.corpus import texts_at, words_of
from storylm.data.doctor.diagnosis import Fate, decide, diagnose
from storylm.data.doctor.facts import histogram
from storylm.data.doctor.mending import mend
from storylm.data.doctor.near_duplicates import (
    BANDS,
    NEIGHBOURS,
    ROWS,
    Pairs,
    equal_pairs,
    find_pairs,
    shingle,
    sign,
)
from storylm.data.stories import batches, stories

END = "<|endoftext|>"
VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in "bdgklmnprst"]


def make_story(rng, n_words=80):
    """Words as uneven as in a language."""
    return " ".join(VOCABULARY[int(len(VOCABULARY) * rng.random() ** 2)] for _ in range(n_words))


def change(text, rng, share=0.1):
    words = text.split()
    for place in rng.sample(range(len(words)), round(share * len(words))):
        words[place] = rng.choice(VOCABULARY)
    return " ".join(words)


# ------------------------------------------------------------------------------------------ mending

WRONG = {
    "itâ€™s": "it’s",
    "â€œhiâ€": "“hi”",
    "said, â€œQuick!â€. It": "said, “Quick!”. It",
    "â€œoneâ€ and â€œtwoâ€": "“one” and “two”",
    "it\xe2\x80\x99s": "it’s",  # by way of Latin-1
    "cafÃ© niÃ±o NoÃ«l straÃŸe": "café niño Noël straße",
    "a naÃ¯ve Ã‰clair": "a naïve Éclair",
    "ðŸ˜€": "😀",
    "Itâ€“well": "It–well",
    "waitâ€¦": "wait…",
    "â€œGo!â€â€” â€œNo.â€": "“Go!”— “No.”",
    "Â£5": "£5",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_mojibake_is_turned_back(wrong):
    mended = mend(wrong)
    assert (mended.text, mended.left) == (WRONG[wrong], 0)
    assert mended.mojibake > 0
    if not re.search("â€(?![œ™“…”])", wrong):  # one that has lost a byte cannot lose another
        twice = mend("".join(sloppy(char) for char in wrong))
        assert (twice.text, twice.left) == (WRONG[wrong], 0)


def sloppy(char):
    """UTF-8 read once more as Windows-1252, where that has the byte, else as Latin-1."""
    decoded = (bytes([byte]) for byte in char.encode())
    return "".join(b.decode("cp1252") if b[0] not in NONE else chr(b[0]) for b in decoded)


NONE = (0x81, 0x8D, 0x8F, 0x90, 0x9D)


@pytest.mark.parametrize(
    "text",
    ["“AMANHÃ”", "«IRMÃ»", "naïve café, ÄÖÜ, “Ä”", "â la", "5 € – “it’s” …", "日本語", "👩‍👧",
     "a\tb\n\nc", "ÂME, Ângela, PÃO", "“Å” och Ö", "“haï»…", "“lâ”…", "við”…—"],
)  # fmt: skip
def test_what_is_right_stays(text):
    mended = mend(text)
    assert mended == dataclasses.replace(mended, text=text)
    assert (mended.mojibake, mended.left, mended.control) == (0, 0, 0)


def test_what_cannot_be_known_is_left_and_counted():
    mended = mend('He said "go!â€ and we\ufffdnt')
    assert (mended.left, mended.replaced, mended.mojibake) == (1, 1, 0)
    assert mended.text == 'He said "go!â€ and we\ufffdnt'


def test_control_characters_are_removed_and_lines_end_alike():
    mended = mend("\ufeffone\0\r\ntwo\u200b\rthree\x0bfour\x7f")
    assert (mended.text, mended.control) == ("one\ntwo\nthree\nfour", 5)
    assert mended.found["U+200B ZERO WIDTH SPACE"] == 1


# ---------------------------------------------------------------------------------- near duplicates


def pairs_among(texts, similarity):
    shingles = shingle([words_of(text) for text in texts])
    return find_pairs(iter(sign(shingles)), shingles, similarity, np.arange(len(texts)))


def sets_of(texts):
    return [{tuple(w[i : i + 3]) for i in range(len(w) - 2)} for w in map(words_of, texts)]


def test_pairs_are_those_of_sets_of_words():
    """Jaccard index and containment as Python's own sets have them, for every pair above."""
    rng = random.Random(1)
    texts = [make_story(rng) for _ in range(40)]
    texts += [change(text, rng, share) for text in texts[:10] for share in (0.0, 0.03, 0.1)]
    texts += [texts[11][: len(texts[11]) * 3 // 4]]  # a part
    found = pairs_among(texts, 0.45)
    sets = sets_of(texts)
    expected = {}
    for second in range(len(texts)):
        for first in range(second):
            a, b = sets[first], sets[second]
            if len(a & b) >= 0.45 * len(a | b):
                expected[first, second] = (
                    len(a & b) / len(a | b),
                    len(a & b) / min(len(a), len(b)),
                )
    assert list(zip(found.first, found.second)) == sorted(expected)
    for *pair, jaccard, contained in zip(found.first, found.second, found.jaccard, found.contained):
        assert (jaccard, contained) == pytest.approx(expected[tuple(pair)])
    assert len(found) > 50
    assert found.contained[list(zip(found.first, found.second)).index((11, 70))] > 0.99


def test_nine_of_ten_words_are_found_again_and_strangers_are_not():
    rng = random.Random(2)
    texts = [make_story(rng) for _ in range(1_500)]
    copies = rng.sample(range(1_500), 200)
    texts += [change(texts[i], rng) for i in copies]
    found = pairs_among(texts, 0.4)
    pairs = set(zip(found.first.tolist(), found.second.tolist()))
    planted = {(i, 1_500 + place) for place, i in enumerate(copies)}
    assert len(planted & pairs) >= 0.95 * len(planted)
    assert not pairs - planted
    assert found.jaccard.mean() == pytest.approx(0.574, abs=0.03)  # as the arithmetic says


def test_a_band_is_equal_as_often_as_minhash_promises():
    """P(band equal) = J^4, over bands and pairs; equal or dependent hash functions would show."""
    rng = random.Random(3)
    texts = [make_story(rng, 60) for _ in range(400)]
    texts += [change(text, rng, 0.05) for text in texts]
    bands = sign(shingle([words_of(text) for text in texts]))
    equal = bands[:, :400] == bands[:, 400:]
    sets = sets_of(texts)
    jaccard = [len(a & b) / len(a | b) for a, b in zip(sets[:400], sets[400:])]
    expected = np.mean([j**ROWS for j in jaccard])
    assert equal.mean() == pytest.approx(expected, abs=0.02)
    variance = np.mean([BANDS * j**ROWS * (1 - j**ROWS) for j in jaccard])
    means = np.array([BANDS * j**ROWS for j in jaccard])
    assert np.mean((equal.sum(axis=0) - means) ** 2) == pytest.approx(variance, rel=0.25)


def test_many_equal_bands_are_all_joined_with_the_first():
    keys = np.array([7] * (3 * NEIGHBOURS) + [1, 2, 2], dtype=np.uint32)
    found = {tuple(sorted(map(int, pair))) for some in equal_pairs(keys) for pair in zip(*some)}
    many = 3 * NEIGHBOURS
    assert {(0, i) for i in range(1, many)} <= found
    assert {
        (i, j) for i in range(many) for j in range(i + 1, min(many, i + NEIGHBOURS + 1))
    } <= found
    assert (many + 1, many + 2) in found
    assert all(keys[a] == keys[b] for a, b in found)


def test_stories_of_no_and_of_few_words_are_sets_too():
    shingles = shingle([["a"], ["a", "b"], ["a", "b", "c"], list("abcabca"), []])
    assert shingles.sizes.tolist() == [1, 1, 1, 3, 1]
    assert len(set(shingles.data[:3].tolist())) == 3
    assert not len(shingle([]).data)
    assert sign(shingle([])).shape == (BANDS, 0)


def test_the_first_of_a_kind_is_kept():
    def fates(pairs, *, held_out=0, broken=(), original=range(6)):
        first, second = (np.array(some, dtype=int) for some in zip(*pairs)) if pairs else ([], [])
        near = Pairs(np.array(first), np.array(second), np.ones(len(pairs)), np.ones(len(pairs)))
        found = decide(np.array(original), near, np.isin(np.arange(6), broken), held_out)
        return [Fate(fate).name for fate in found]

    kept = "kept"
    # A chain: 2 is like 1 alone, and 1 is dropped.
    assert fates([(0, 1), (1, 2)]) == [kept, "near_copy", kept, kept, kept, kept]
    # What stands in validation leaves train, even for a story that validation itself drops.
    chain = [(0, 1), (1, 3)]
    assert fates(chain, held_out=2) == [kept, "near_copy", kept, "near_leak", kept, kept]
    copies = [0, 0, 2, 0, 4, 4]
    assert fates([], held_out=2, original=copies) == [kept, "copy", kept, "leak", kept, "copy"]
    # A broken story takes no intact one with it.
    assert fates([(0, 1)], broken=[0]) == ["broken", kept, kept, kept, kept, kept]


# --------------------------------------------------------------------------------------- the corpus


@pytest.fixture
def sick(tmp_path):
    """A corpus with one of each fault, and its config."""
    rng = random.Random(5)
    valid = [make_story(rng) for _ in range(12)]
    train = [make_story(rng) for _ in range(60)]
    train[3] = "Once upon a time, “hello” it’s " + train[3]
    train[40] = "Once upon a time, â€œhelloâ€ itâ€™s " + train[3].partition("it’s ")[2]
    train[41] = train[4].replace(" ", "\n")
    train[42] = change(train[5], rng)
    train[43] = valid[1]
    train[44] = change(valid[2], rng)
    train[45] += "\ufffd"
    train[50] = change(valid[1], rng)  # its story has been copied to the letter, too
    train[46] += "\0x"
    train[47] = "…!"
    train[48] = ""
    valid[9] = valid[0]
    for name, texts in (("train", train), ("valid", valid)):
        (tmp_path / f"{name}.txt").write_text(f"\n{END}\n".join(texts), encoding="utf-8")
    return config_of(tmp_path, folder=str(tmp_path / "out"))


def config_of(source, name="sick", **dials):
    files = {split: [str(source / f"{split}.txt")] for split in ("train", "valid")}
    sizes = {"train_stories": 0, "valid_stories": 0, "workers": 1}
    return DoctorConfig(DataConfig(name=name, kind=DataKind.text, **files, **sizes), **dials)


def test_every_fault_is_found_and_the_cleaned_copy_has_none(sick, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "PIECE_BYTES", 2_000)  # many batches
    said = visit(dataclasses.replace(sick, clean=True))
    facts = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert facts["stories"] == {"valid": 12, "train": 59}
    assert facts["empty"]["train"] == 1
    train = facts["copies"]["train"]
    assert (train["exact"], train["exact_once_mended"], train["near"]) == (2, 1, 1)
    assert facts["copies"]["valid"]["exact"] == 1
    leaks = {"exact_train": 1, "exact_valid": 1, "near_train": 2, "near_valid": 1}
    assert facts["leaks"] == leaks | {"share_of_valid": pytest.approx(2 / 12)}
    found = facts["characters"]["train"]
    assert [found[name] for name in ("mojibake", "unclear", "replaced", "control")] == [1, 0, 1, 1]
    assert found["without_words"] == 1
    assert facts["openings"]["train"]["most_common"][0] == ["once upon a time", 2]
    assert facts["lengths"]["train"]["words"]["shortest"] == 0
    assert facts["examples"]["leaks"][0]["stories"] == ["valid 2", "train 44"]
    assert facts["examples"]["near copies"][0]["stories"] == ["train 6", "train 43"]
    assert 0.45 < facts["examples"]["near leaks"][0]["jaccard"] < 0.7
    fates = facts["clean"]["fates"]["train"]
    assert (
        list(fates.values()) == [53, 2, 2, 1, 0 + 1, 0 + 1][: len(fates)]
        or sum(fates.values()) == 59
    )
    assert facts["clean"]["command"] in said
    out = tmp_path / "out"
    cleaned = config_of(out, name="well", folder=str(tmp_path / "again"))
    kept = list(stories(cleaned.data, "train"))
    assert "“hello” it’s" in kept[3]
    visit(cleaned)
    well = json.loads((tmp_path / "again" / "report.json").read_text(encoding="utf-8"))
    assert well["stories"] == {"valid": 11, "train": fates["kept"]}
    assert well["leaks"]["share_of_valid"] == 0
    counts = [*well["copies"].values(), *well["characters"].values()]
    assert all(value in (0, 1, []) for some in counts for value in some.values())
    assert not any(well["copies"][s][f] for s in well["copies"] for f in ("exact", "near"))


def test_workers_and_pieces_change_nothing(sick, monkeypatch):
    def found():
        one = diagnose(sick)
        return one.original.tolist(), one.near.jaccard.tolist(), one.splits["train"].found

    sick.home.mkdir()
    alone = found()
    monkeypatch.setattr(reading, "PIECE_BYTES", 2_000)
    monkeypatch.setattr(corpus, "ALONE", 1)
    sick.data.workers = 2
    assert found() == alone


def test_a_story_that_spells_the_separator_stays_one(tmp_path):
    rows = [{"text": f"one {END} two"}, {"text": "three four"}, {"text": "five"}]
    lines = "\n".join(map(json.dumps, rows))
    (tmp_path / "train.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "valid.txt").write_text("six", encoding="utf-8")
    config = config_of(tmp_path, clean=True, folder=str(tmp_path / "out"))
    config.data.train = [str(tmp_path / "train.jsonl")]
    visit(config)
    kept = list(stories(config_of(tmp_path / "out").data, "train"))
    assert kept == ["one \n two", "three four", "five"]


def test_fables_are_read_too_and_examples_told_alone(tmp_path):
    data = DataConfig(train_stories=6, valid_stories=3, workers=1)
    visit(DoctorConfig(data=data, folder=str(tmp_path), clean=True, examples=2))
    facts = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert facts["stories"] == {"valid": 3, "train": 6}
    every = list(stories(data, "train"))
    assert texts_at(data, "train", [6], [5, 2]) == {2: every[2], 5: every[5]}
    assert (tmp_path / "train.txt").read_text(encoding="utf-8").split(f"\n{END}\n")[:-1] == every


def test_a_histogram_has_every_story_once():
    for values in ([1], [0, 0], [3, 3, 3], list(range(1_000)), [5] * 500 + [90_000]):
        bars = histogram(np.array(values))
        assert sum(count for *_, count in bars) == len(values)
        assert all(low <= high for low, high, _ in bars)
        assert [low for low, *_ in bars[1:]] == [high + 1 for _, high, _ in bars[:-1]]
        assert bars[-1][1] >= max(values)


# ---------------------------------------------------------------------------------------- refusals


def test_ids_are_no_text():
    with pytest.raises(ValueError, match=r"data\.kind=bin holds token ids, but the doctor reads"):
        compose_config(["data=bin", "data.train=[a.bin]", "data.valid=[b.bin]"], "doctor")


def test_what_cannot_be_done_is_said_in_one_line(sick, tmp_path):
    def refused(**dials):
        with pytest.raises((ValueError, OSError)) as refusal:
            visit(dataclasses.replace(sick, **dials))
        line = str(refusal.value)
        assert "\n" not in line
        return line

    a_file = tmp_path / "file"
    a_file.write_text("")
    assert "it is a file; give a folder" in refused(folder=str(a_file))
    assert f"might write over {tmp_path / 'train.txt'}" in refused(folder=str(tmp_path), clean=True)
    (tmp_path / "valid.txt").write_text("…", encoding="utf-8")
    assert "nothing of the valid split would be kept" in refused(clean=True)
    (tmp_path / "valid.txt").write_text("", encoding="utf-8")
    assert "holds no story" in refused()
    (tmp_path / "valid.txt").unlink()
    assert "data.valid: no file" in refused()


def test_a_full_disk_is_said_in_one_line(sick):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    examined = map(corpus.examine, batches(sick.data, "train"))
    with pytest.raises(OSError, match="No space left on device; make room, or give folder="):
        corpus.gather(examined, sick.data, "train", Full())


def test_a_text_that_changes_meanwhile_is_noticed(sick, tmp_path, monkeypatch):
    known = diagnose_then(sick, monkeypatch, tmp_path / "train.txt")
    with pytest.raises(ValueError, match="changed meanwhile; repeat the command"):
        cleaning.write_clean(sick, known)
    assert not (tmp_path / "out" / "train.txt").exists()


def diagnose_then(config, monkeypatch, file):
    config.home.mkdir()
    known = diagnose(config)
    file.write_text(f"one more {END}" + file.read_text(encoding="utf-8"), encoding="utf-8")
    return known
