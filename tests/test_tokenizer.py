"""Text to ids and back: nothing lost, and the same ids wherever the vocabulary is read."""

import json
import os
import pickle
import random
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rustbpe
import tokenizers
from tokenizers import decoders, models, pre_tokenizers, trainers

from storylm.config import TokenizerConfig, TokenizerKind
from storylm.tokenizer import (
    BYTES,
    END_OF_STORY,
    GPT2_SPLIT,
    Tokenizer,
    build_tokenizer,
    load_tokenizer,
    tokenizer_report,
)
from storylm.tokenizer.blanks import may_hold_runs
from storylm.tokenizer.training import read_text

NAMES = ("Mia", "Tom", "Zoë", "the old dog", "a small 🐉", "Ann's cat")
SYLLABLES = ["ba", "lo", "mi", "ter", "gan", "ish", "rou", "ple", "dy", "shine", "nor", "ket"]
STORIES = [
    f"Once upon a time, {who} found {n} red {one}{two}s.\n\n“It's mine!” said {who}.\t{two}{one}."
    for n, who in enumerate(NAMES)
    for one in SYLLABLES
    for two in SYLLABLES[::2]
]


def train(stories=STORIES, vocab_size=420, **dials) -> Tokenizer:
    return build_tokenizer(TokenizerConfig(vocab_size=vocab_size, **dials), lambda: iter(stories))


@pytest.fixture(scope="module")
def trained() -> Tokenizer:
    return train()


@pytest.fixture(scope="module")
def byte_level() -> Tokenizer:
    return build_tokenizer(TokenizerConfig(kind=TokenizerKind.bytes, vocab_size=257), list)


@pytest.fixture(scope="module")
def gpt2_form(tmp_path_factory) -> Path:
    """A small tokenizer.json in the form of GPT-2's, made by `tokenizers` alone."""
    theirs = tokenizers.Tokenizer(models.BPE())
    theirs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    theirs.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=400, initial_alphabet=alphabet, special_tokens=[], show_progress=False
    )
    theirs.train_from_iterator(STORIES, trainer)
    theirs.add_special_tokens([END_OF_STORY])
    file = tmp_path_factory.mktemp("gpt2") / "tokenizer.json"
    theirs.save(str(file))
    return file


def hard_texts(n: int, seed: int = 1) -> list[str]:
    """Random texts over everything that splits and merges could trip over."""
    rng = random.Random(seed)
    scalars = [*range(0xD800), *range(0xE000, 0x110000)]
    pieces = [
        lambda: "".join(chr(rng.choice(scalars)) for _ in range(rng.randint(1, 8))),
        lambda: "".join(chr(rng.randrange(0x250)) for _ in range(rng.randint(1, 8))),
        lambda: rng.choice("a \n\t\r0.é😀\u200d\u0301\x00\xa0\u2028") * rng.randint(1, 40),
        lambda: rng.choice(
            ["it's", "DON'T", "'ll", "12345678", " \n ", "\r\n", "👩‍👩‍👧", "한국어"]
        ),
        lambda: rng.choice(["<|endoftext|>", "<|endof", "text|>", "<|endoftext|", "|>"]),
        lambda: rng.choice(STORIES)[: rng.randint(1, 40)],
    ]
    return ["".join(rng.choice(pieces)() for _ in range(rng.randint(0, 8))) for _ in range(n)]


def read_by_tokenizers(tokenizer: Tokenizer, folder: Path) -> tokenizers.Tokenizer:
    tokenizer.save(folder / "tokenizer.json")
    theirs = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    theirs.encode_special_tokens = True  # the special token's spelling is ordinary text to us
    return theirs


def assert_same_ids(ours: Tokenizer, theirs: tokenizers.Tokenizer, texts: list[str]) -> None:
    for text, encoding in zip(texts, theirs.encode_batch(texts, add_special_tokens=False)):
        assert ours.encode(text) == encoding.ids, repr(text)


# ------------------------------------------------------------------------------------------- making


@pytest.mark.parametrize("vocab_size", [257, 258, 420])
def test_a_trained_vocabulary_has_exactly_the_size_asked_for(vocab_size):
    tokenizer = train(vocab_size=vocab_size)
    assert tokenizer.vocab_size == vocab_size == len(tokenizer.bytes_per_token_V)
    assert tokenizer.end_of_story == vocab_size - 1
    assert sorted(tokenizer.ids.values()) == list(range(vocab_size - 1))


def test_too_little_text_is_refused_with_the_number_of_merges_it_gives():
    with pytest.raises(ValueError, match=r"vocab_size=420 needs 163 merges.*only 3:.*=260"):
        train(["abc abc abc"])
    assert train(["abc abc abc"], vocab_size=259).encode("abc") == [257]


def test_training_is_deterministic(trained):
    assert train().fingerprint == trained.fingerprint
    assert train(STORIES[:60]).fingerprint != trained.fingerprint
    assert Tokenizer(trained.tokens_V, GPT2_SPLIT).fingerprint != trained.fingerprint


@pytest.mark.parametrize("stories", [[], ["", ""]], ids=["no story", "empty stories"])
def test_an_empty_text_is_refused(stories):
    with pytest.raises(ValueError, match="training text is empty"):
        train(stories)


def test_one_string_is_no_iterable_of_stories():
    with pytest.raises(ValueError, match="not one str"):
        build_tokenizer(TokenizerConfig(), lambda: "a story")


def test_training_reads_no_more_than_max_bytes():
    taken = []

    def stories():
        for story in ["ééé", "abab", "never read"]:
            taken.append(story)
            yield story

    text = list(read_text(stories(), 9, lambda line: None))
    assert text == ["ééé", "aba"]
    assert taken == ["ééé", "abab"]
    assert list(read_text(["ééé"], 3, lambda line: None)) == ["é"]  # no half character


def test_progress_of_reading_and_merging_is_shown(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(time, "monotonic", iter(range(10_000)).__next__)
    train()
    shown = capsys.readouterr().err
    assert "read 0.0 MB" in shown
    assert "merge 163 of 163" in shown
    assert shown.endswith("\r\x1b[K")


@pytest.mark.parametrize(
    ("split", "complaint"), [("(", "is no split"), (r"\w+|\s+", r"loses text, such as '\\x00'")]
)
def test_a_split_that_is_none_or_loses_text_is_refused(split, complaint):
    with pytest.raises(ValueError, match=rf"tokenizer\.split=.*{complaint}"):
        train(split=split)


def test_lone_surrogates_are_refused(trained, byte_level):
    for tokenizer in (trained, byte_level):
        with pytest.raises(ValueError, match="lone surrogate"):
            tokenizer.encode("a \ud83d b")
        with pytest.raises(ValueError, match="lone surrogate"):
            tokenizer.encode_stories(["fine", "\udcff"])
    with pytest.raises(ValueError, match="lone surrogate"):
        train(["\ud800"])


def test_a_run_of_blanks_too_long_for_the_splitter_is_one_clear_error(trained):
    with pytest.raises(ValueError, match="run of nearly a million blanks"):
        Tokenizer(trained.tokens_V, GPT2_SPLIT).encode(" " * 1_100_000)
    assert len(trained.encode(" " * 1_100_000 + "x")) > 1_000  # the default split has no such limit


def test_runs_of_blanks_are_split_as_the_look_ahead_would(trained):
    rng = random.Random(5)
    letters = "aé1.'  \n\n\r\t\v\x85\xa0\u2003\u3000\u200b\x1c<"
    texts = ["".join(rng.choice(letters) for _ in range(rng.randint(0, 30))) for _ in range(3_000)]
    assert sum(map(may_hold_runs, texts)) > 1_000
    plain = [trained.encoding.encode_ordinary(text) for text in texts]
    assert [trained.encode(text) for text in texts] == plain
    flat = [id for ids in plain for id in [trained.end_of_story, *ids]]
    assert trained.encode_stories(texts).tolist() == flat


def test_a_vocabulary_that_is_none_is_refused():
    whole = [*BYTES, b""]
    for tokens, complaint in [
        (BYTES, "no token for"),
        (whole[1:], "no token for"),
        ([*whole, b"a"], "twice"),
        ([*whole, END_OF_STORY.encode()], "spells"),
    ]:
        with pytest.raises(ValueError, match=complaint):
            Tokenizer(tokens, GPT2_SPLIT)
    with pytest.raises(ValueError, match="no merge of two others"):
        Tokenizer([*BYTES, b"abc", b""], GPT2_SPLIT).merges()


# ---------------------------------------------------------------------------------- there and back


@pytest.mark.parametrize("kind", ["trained", "byte_level"])
def test_decoding_gives_the_text_back(kind, request):
    tokenizer = request.getfixturevalue(kind)
    for text in [*hard_texts(500), *STORIES]:
        ids = tokenizer.encode(text)
        assert tokenizer.decode(ids) == text
        assert tokenizer.end_of_story not in ids
        assert tokenizer.bytes_per_token_V[ids].sum() == len(text.encode())


@pytest.mark.parametrize("kind", ["trained", "byte_level"])
def test_ids_are_those_of_tokenizers_on_any_text(kind, request, tmp_path):
    tokenizer = request.getfixturevalue(kind)
    theirs = read_by_tokenizers(tokenizer, tmp_path)
    assert theirs.get_vocab_size() == tokenizer.vocab_size
    assert theirs.token_to_id(END_OF_STORY) == tokenizer.end_of_story
    long_runs = [c * 3_000 for c in " \na.é😀"] + ["ab " * 2_000]
    assert_same_ids(tokenizer, theirs, [*hard_texts(2_000), *STORIES, *long_runs])
    ids = tokenizer.encode(STORIES[0])
    assert theirs.decode(ids) == tokenizer.decode(ids) == STORIES[0]


def test_ids_are_those_of_tokenizers_for_a_vocabulary_of_random_text(tmp_path):
    """Tokens that cut through characters and merge in odd orders."""
    rng = random.Random(3)
    stories = ["".join(rng.choice("aab é😀\n1'") for _ in range(60)) for _ in range(60)]
    tokenizer = train([*stories, *hard_texts(200, seed=2)], vocab_size=700)
    texts = ["".join(rng.choice("aab é😀\n1'") for _ in range(50)) for _ in range(500)]
    assert_same_ids(tokenizer, read_by_tokenizers(tokenizer, tmp_path), texts + hard_texts(500))


def test_rustbpe_itself_encodes_to_the_same_ids():
    trainer = rustbpe.Tokenizer()
    trainer.train_from_iterator(iter(STORIES), 419, pattern=TokenizerConfig().split)
    tokenizer = train()
    for text in STORIES[:20]:
        assert tokenizer.encode(text) == trainer.encode(text)


@pytest.mark.parametrize("kind", ["trained", "byte_level"])
def test_stories_are_laid_flat_with_the_special_id_before_each(kind, request):
    tokenizer = request.getfixturevalue(kind)
    for stories in [STORIES[:9], ["", "a", ""], hard_texts(60), [END_OF_STORY], []]:
        flat = tokenizer.encode_stories(stories)
        expected = [id for s in stories for id in [tokenizer.end_of_story, *tokenizer.encode(s)]]
        assert flat.tolist() == expected
        assert flat.dtype == np.uint16


def test_ids_of_a_large_vocabulary_are_uint32():
    pairs = [bytes([a, b]) for a in range(256) for b in range(256)]
    for count, dtype in [(65_536 - 257, np.uint16), (65_536 - 256, np.uint32)]:
        tokenizer = Tokenizer([*BYTES, *pairs[:count], b""], GPT2_SPLIT)
        flat = tokenizer.encode_stories(["ab"])
        assert flat.dtype == dtype
        assert flat.tolist() == [tokenizer.vocab_size - 1, 256 + 256 * ord("a") + ord("b")]


def test_a_stream_never_splits_a_character(trained):
    text = "a 🐉, 한국어 and naïve é😀" * 3
    ids = train(["ab " * 9], vocab_size=258).encode(text)  # bytes, but for one merge
    tokenizer = train(["ab " * 9], vocab_size=258)
    pieces = list(tokenizer.stream(iter(ids)))
    assert "".join(pieces) == text
    assert all(pieces)
    assert "\ufffd" not in "".join(pieces)
    broken = list(tokenizer.stream([ord("a"), *"🐉".encode()[:2]]))
    assert broken == ["a", "\ufffd"]
    assert "".join(trained.stream(trained.encode(STORIES[4]))) == STORIES[4]


def test_bytes_that_are_no_utf8_decode_to_the_replacement_character(byte_level):
    assert byte_level.decode([0xFF, ord("a"), 0xC3]) == "\ufffda\ufffd"
    assert byte_level.decode_bytes(np.array([0xFF, 0x61], dtype=np.uint16)) == b"\xffa"
    for id in (257, -1):
        with pytest.raises(ValueError, match="outside the vocabulary of 257"):
            byte_level.decode([id])


def test_a_tokenizer_travels_to_other_processes(trained):
    other = pickle.loads(pickle.dumps(trained))
    assert other.fingerprint == trained.fingerprint
    assert other.encode(STORIES[0]) == trained.encode(STORIES[0])


# ------------------------------------------------------------------------------------------ storing


def test_a_stored_tokenizer_comes_back_with_its_ids_and_fingerprint(trained, byte_level, tmp_path):
    for tokenizer in (trained, byte_level):
        tokenizer.save(tmp_path / "new" / "tokenizer.json")
        for path in (tmp_path / "new", tmp_path / "new" / "tokenizer.json"):
            again = load_tokenizer(path)
            assert again.fingerprint == tokenizer.fingerprint
            assert again.tokens_V == tokenizer.tokens_V
            assert again.is_bytes == tokenizer.is_bytes
        first = (tmp_path / "new" / "tokenizer.json").read_bytes()
        again.save(tmp_path / "new" / "tokenizer.json")
        assert (tmp_path / "new" / "tokenizer.json").read_bytes() == first
        assert [file.name for file in (tmp_path / "new").iterdir()] == ["tokenizer.json"]


def test_a_retrained_file_is_read_anew(trained, tmp_path):
    trained.save(tmp_path / "tokenizer.json")
    load_tokenizer(tmp_path)
    train(STORIES[:60], vocab_size=300).save(tmp_path / "tokenizer.json")
    assert load_tokenizer(tmp_path).vocab_size == 300


def test_a_failed_save_leaves_the_old_file_and_no_other(trained, tmp_path, monkeypatch):
    trained.save(tmp_path / "tokenizer.json")
    before = (tmp_path / "tokenizer.json").read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        train(vocab_size=300).save(tmp_path / "tokenizer.json")
    assert (tmp_path / "tokenizer.json").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_transformers_loads_the_file_as_it_is(trained, tmp_path):
    transformers = pytest.importorskip("transformers")
    trained.save(tmp_path / "tokenizer.json")
    theirs = transformers.PreTrainedTokenizerFast(tokenizer_file=str(tmp_path / "tokenizer.json"))
    assert len(theirs) == trained.vocab_size
    for text in STORIES[:10]:
        assert theirs.encode(text) == trained.encode(text)
        assert theirs.decode(trained.encode(text)) == text
    assert theirs.convert_tokens_to_ids(END_OF_STORY) == trained.end_of_story


# ------------------------------------------------------------------------------------------- others


def test_a_file_in_the_form_of_gpt2_loads_with_equal_ids(gpt2_form):
    ours = load_tokenizer(gpt2_form)
    theirs = tokenizers.Tokenizer.from_file(str(gpt2_form))
    theirs.encode_special_tokens = True
    assert ours.split == GPT2_SPLIT
    assert ours.end_of_story == 400
    assert_same_ids(ours, theirs, [*hard_texts(1_000), *STORIES])


def test_merges_may_be_pairs_or_strings_and_the_special_id_anywhere(gpt2_form, tmp_path):
    plain = json.loads(gpt2_form.read_text())
    merges = [m if isinstance(m, list) else m.split(" ") for m in plain["model"]["merges"]]
    for form in (merges, [" ".join(pair) for pair in merges]):
        plain["model"]["merges"] = form
        (tmp_path / "tokenizer.json").write_text(json.dumps(plain))
        assert load_tokenizer(tmp_path).fingerprint == load_tokenizer(gpt2_form).fingerprint
    vocab = {END_OF_STORY: 0} | {t: id + 1 for t, id in plain["model"]["vocab"].items()}
    plain["model"]["vocab"], plain["added_tokens"][0]["id"] = vocab, 0
    (tmp_path / "tokenizer.json").write_text(json.dumps(plain))
    tokenizer = load_tokenizer(tmp_path)
    assert tokenizer.end_of_story == 0
    assert_same_ids(tokenizer, read_by_tokenizers(tokenizer, tmp_path), STORIES)


def swap_ids(plain):
    vocab = plain["model"]["vocab"]
    a, b = sorted(vocab, key=vocab.__getitem__)[-2:]
    vocab[a], vocab[b] = vocab[b], vocab[a]


def drop_merge(plain):
    del plain["model"]["merges"][3]


def gap(plain):
    plain["added_tokens"][0]["id"] = 401


def change(**parts):
    return lambda plain: plain.update(parts)


def change_model(**parts):
    return lambda plain: plain["model"].update(parts)


SPLIT = {"type": "Split", "pattern": {"String": " "}, "behavior": "Isolated", "invert": False}
BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False}


@pytest.mark.parametrize(
    ("damage", "feature"),
    [
        (change(normalizer={"type": "NFC"}), "normalizer, NFC"),
        (change(added_tokens=[]), r"added_tokens are \[\]"),
        (change(pre_tokenizer={"type": "Whitespace"}), "pre_tokenizer is Whitespace"),
        (change(pre_tokenizer=None), "pre_tokenizer is null"),
        (change(pre_tokenizer=BYTE_LEVEL | {"add_prefix_space": True}), "add_prefix_space"),
        (
            change(pre_tokenizer={"type": "Sequence", "pretokenizers": [SPLIT, BYTE_LEVEL]}),
            "no regular expression",
        ),
        (change_model(type="Unigram"), "model.type is Unigram"),
        (change_model(byte_fallback=True), "byte_fallback"),
        (change_model(dropout=0.1), "dropout"),
        (change_model(vocab={"hello": 0}), "gaps"),
        (change_model(vocab={f"▁{i}": i for i in range(400)}), "not spelled in bytes"),
        (change_model(vocab={chr(97 + i % 26) * (i // 26 + 1): i for i in range(400)}), "no token"),
        (swap_ids, "order of their ids"),
        (drop_merge, "order of their ids"),
        (gap, "gaps"),
        (lambda plain: plain.pop("model"), "no tokenizer.json"),
    ],
)
def test_what_cannot_be_had_exactly_is_refused(damage, feature, gpt2_form, tmp_path):
    plain = json.loads(gpt2_form.read_text())
    damage(plain)
    file = tmp_path / "tokenizer.json"
    file.write_text(json.dumps(plain))
    with pytest.raises(ValueError, match=feature) as caught:
        load_tokenizer(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing_or_no_json_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"tokenizer\.json does not exist"):
        load_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_bytes(b'{"model": \xff')
    with pytest.raises(ValueError, match="is no JSON"):
        load_tokenizer(tmp_path)


def test_a_pretrained_vocabulary_must_have_the_size_of_the_config(gpt2_form):
    config = TokenizerConfig(kind=TokenizerKind.pretrained, source=str(gpt2_form), vocab_size=401)
    assert build_tokenizer(config, list).fingerprint == load_tokenizer(gpt2_form).fingerprint
    config.vocab_size = 400
    with pytest.raises(ValueError, match=r"vocab_size=400, but .* has 401 ids"):
        build_tokenizer(config, list)


def test_without_a_source_the_remedy_is_a_local_file(monkeypatch):
    import huggingface_hub

    def no_network(*_):
        raise OSError("no route\nmuch more")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", no_network)
    config = TokenizerConfig(kind=TokenizerKind.pretrained, source="some/one", vocab_size=300)
    with pytest.raises(ConnectionError, match=r"\(no route\).*tokenizer\.source=<that file>"):
        build_tokenizer(config, list)
    config.source = "lost/tokenizer.json"
    with pytest.raises(FileNotFoundError, match=r"lost/tokenizer\.json does not exist"):
        build_tokenizer(config, list)


@pytest.mark.parametrize("vocab_size", [257, 258, 300, 401])
def test_a_top_vocabulary_is_closed_under_merges_and_lossless(vocab_size, gpt2_form, tmp_path):
    config = TokenizerConfig(kind=TokenizerKind.top, source=str(gpt2_form), vocab_size=vocab_size)
    stories = [story.replace("red", "blue") for story in STORIES[:40]]
    tokenizer = build_tokenizer(config, lambda: iter(stories))
    assert (tokenizer.vocab_size, tokenizer.end_of_story) == (vocab_size, vocab_size - 1)
    for pair in tokenizer.merges():
        assert set(pair) <= tokenizer.ids.keys()
    whole = load_tokenizer(gpt2_form)
    assert [t for t in whole.ids if t in tokenizer.ids] == list(tokenizer.ids)
    theirs = read_by_tokenizers(tokenizer, tmp_path)
    assert_same_ids(tokenizer, theirs, [*hard_texts(200), *stories])
    assert all(tokenizer.decode(tokenizer.encode(text)) == text for text in hard_texts(100))


def test_a_top_vocabulary_keeps_what_the_text_uses(gpt2_form):
    whole = load_tokenizer(gpt2_form)
    counts = dict.fromkeys(whole.ids, 0)
    story = "They found it. They found it."
    for id in whole.encode(story):
        counts[whole.tokens_V[id]] += 1
    config = TokenizerConfig(kind=TokenizerKind.top, source=str(gpt2_form), vocab_size=330)
    tokenizer = build_tokenizer(config, lambda: [story])
    assert tokenizer.decode(tokenizer.encode(story)) == story
    assert {token for token, n in counts.items() if n} <= tokenizer.ids.keys()
    assert len(tokenizer.encode(story)) == len(whole.encode(story))
    config.vocab_size = 402
    with pytest.raises(ValueError, match="more than the 401 ids"):
        build_tokenizer(config, lambda: [story])


def test_the_report_counts_bytes_and_tokens(trained):
    held_out = STORIES[::7]
    n_tokens = sum(len(trained.encode(story)) for story in held_out)
    n_bytes = sum(len(story.encode()) for story in held_out)
    report = tokenizer_report(trained, iter(held_out))
    assert f"{n_bytes / n_tokens:.2f} bytes per token" in report
    assert f"{len(held_out)} held-out stories, {n_bytes:,} bytes" in report
    assert "longest tokens" in tokenizer_report(trained, [])
