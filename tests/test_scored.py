"""The scored tokenizer: the ids of llama2.c and of LLaMA's files, nothing lost, nothing special."""

import json
import pickle
import random
from pathlib import Path

import numpy as np
import pytest
import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

from storylm.config import TokenizerConfig, TokenizerKind
from storylm.tokenizer import ScoredTokenizer, build_tokenizer, load_tokenizer, tokenizer_report
from storylm.tokenizer.scored import BYTE_PIECES, from_scores

SPECIALS = ["<unk>", "<s>", "</s>"]
STORY = "Once upon a time, Zoë's cat sat on a mat. The cat said: “no no no!”\n\nThe end  -----"
TOK512 = Path(__file__).parent.parent.parent / "shared" / "checkpoints" / "tok512.bin"


def pieces_of(text: str, longest: int = 5) -> list[str]:
    """Specials, bytes, every short part of a text, shortest last, and runs of blanks."""
    parts = {text[i : i + n] for n in range(2, longest) for i in range(len(text) - n + 1)}
    parts |= {" " * n for n in range(2, 9)} | {"-" * n for n in range(2, 6)}
    ordered = sorted(parts, key=lambda part: (len(part), part))
    return [*SPECIALS, *BYTE_PIECES, *ordered, *sorted(set(text))]


def by_words() -> ScoredTokenizer:
    """Merges within words only, what is longer later; runs of blanks all equal, as LLaMA has."""
    pieces = [
        p for p in pieces_of(STORY) if " " not in p.lstrip(" ") and (p.strip(" ") or p == " ")
    ]
    scores = [-float(id) for id in range(len(pieces))]
    blanks = [" " * n for n in range(2, 9)]
    return from_scores(pieces + blanks, scores + [-1e9] * len(blanks), blank=" ")


def across_words(seed: int = 1) -> ScoredTokenizer:
    """Merges over blanks, in any order, many of them equal."""
    rng, pieces = random.Random(seed), pieces_of(STORY, longest=4)
    scores = [float(rng.randint(-20, 5)) for _ in pieces]
    scores[300] = -2e10  # never merges
    return from_scores(pieces, scores, blank=" ")


TOKENIZERS = {"by words": by_words(), "across words": across_words()}


@pytest.fixture(params=TOKENIZERS)
def tokenizer(request) -> ScoredTokenizer:
    return TOKENIZERS[request.param]


def hard_texts(n: int, seed: int = 1) -> list[str]:
    rng = random.Random(seed)
    scalars = [*range(0xD800), *range(0xE000, 0x110000)]
    pieces = [
        lambda: "".join(chr(rng.choice(scalars)) for _ in range(rng.randint(1, 4))),
        lambda: rng.choice("a \n-o\u2581e😀\x00") * rng.randint(1, 20),
        lambda: rng.choice(["<s>", "</s>", "<unk>", "<0x41>", "\n<s>\n", "no no", " cat "]),
        lambda: "".join(rng.choices("aceno st", k=9)),
        lambda: STORY[rng.randrange(60) :][: rng.randint(1, 30)],
    ]
    return ["".join(rng.choice(pieces)() for _ in range(rng.randint(0, 5))) for _ in range(n)]


def merged_by_hand(tokenizer: ScoredTokenizer, text: str) -> list[int]:
    """The rule of llama2.c, as plainly as it can be said: look at all pairs, merge the best."""
    pieces, scores = tokenizer.pieces_V, tokenizer.scores_V
    ids = []
    for letter in " " + text if text else "":
        known = letter in pieces
        ids += [pieces.index(letter)] if known else [byte + 3 for byte in letter.encode()]
    lookup = {piece: id for id, piece in enumerate(pieces)}
    while True:
        best, at, made = -1e10, -1, -1
        for i in range(len(ids) - 1):
            id = lookup.get(pieces[ids[i]] + pieces[ids[i + 1]])
            if id is not None and scores[id] > best:
                best, at, made = scores[id], i, id
        if at < 0:
            return ids
        ids[at : at + 2] = [made]


# ----------------------------------------------------------------------------------- there and back


def test_ids_are_those_of_llama2c_on_any_text(tokenizer):
    for text in [*hard_texts(300), STORY, ""]:
        assert tokenizer.encode(text) == merged_by_hand(tokenizer, text), repr(text)


def test_words_cut_apart_and_remembered_give_the_ids_of_the_whole():
    tokenizer = by_words()
    assert tokenizer.cuts
    assert not across_words().cuts
    for text in 2 * hard_texts(300):
        assert tokenizer.encode(text) == (tokenizer.merge(" " + text) if text else [])
    assert tokenizer.known


def test_decoding_gives_the_text_back_after_its_opening_blank(tokenizer):
    for text in hard_texts(300):
        ids = tokenizer.encode(text)
        opened = " " * tokenizer.opening_blank + text if text else ""
        assert tokenizer.decode(ids) == opened
        assert "".join(tokenizer.stream(iter(ids))) == opened
        assert tokenizer.bytes_per_token_V[ids].sum() == len(opened.encode())
        assert b"".join(tokenizer.tokens_V[id] for id in ids) == opened.encode()


def test_text_never_spells_a_special_id(tokenizer):
    assert (tokenizer.end_of_story, tokenizer.ends) == (1, {1, 2})
    for text in hard_texts(300):
        assert not {0, 1, 2} & set(tokenizer.encode(text))
    assert tokenizer.bytes_per_token_V[:3].tolist() == [0, 0, 0]
    assert tokenizer.decode([1, *tokenizer.encode("a"), 2]) == "<s> a</s>"


def test_stories_are_laid_flat_with_the_special_id_before_each(tokenizer):
    for stories in [hard_texts(20), ["", "a", ""], []]:
        flat = tokenizer.encode_stories(stories)
        assert flat.tolist() == [id for s in stories for id in [1, *tokenizer.encode(s)]]
        assert flat.dtype == tokenizer.dtype == np.uint16


def test_ids_outside_the_vocabulary_and_lone_surrogates_are_refused(tokenizer):
    for id in (tokenizer.vocab_size, -1):
        with pytest.raises(ValueError, match="outside the vocabulary"):
            tokenizer.decode([id])
    with pytest.raises(ValueError, match="lone surrogate"):
        tokenizer.encode("a \ud83d b")


def test_a_tokenizer_travels_to_other_processes(tokenizer):
    other = pickle.loads(pickle.dumps(tokenizer))
    assert other.fingerprint == tokenizer.fingerprint
    assert other.encode(STORY) == tokenizer.encode(STORY)


@pytest.mark.parametrize(
    ("pieces", "complaint"),
    [
        ([*SPECIALS, *BYTE_PIECES[1:], "a"], "no piece <0x00>"),
        (["<unk>", "<s>", *BYTE_PIECES], "no piece </s>"),
        ([*SPECIALS, *BYTE_PIECES, "a", "a"], "'a' twice"),
        ([*SPECIALS, *BYTE_PIECES, "<s", ">"], "'<s' and '>' into '<s>'"),
    ],
)
def test_a_vocabulary_that_is_none_is_refused(pieces, complaint):
    with pytest.raises(ValueError, match=complaint):
        from_scores(pieces, [0.0] * len(pieces))
    with pytest.raises(ValueError, match="without a score"):
        from_scores(pieces, [float("nan")] * len(pieces))


# ------------------------------------------------------------------------------------------ storing


def test_a_stored_tokenizer_comes_back_with_its_ids_and_scores(tokenizer, tmp_path):
    tokenizer.save(tmp_path / "tokenizer.json")
    again = load_tokenizer(tmp_path)
    assert isinstance(again, ScoredTokenizer)
    assert again.fingerprint == tokenizer.fingerprint
    assert again.scores_V.tobytes() == tokenizer.scores_V.tobytes()
    first = (tmp_path / "tokenizer.json").read_bytes()
    again.save(tmp_path / "tokenizer.json")
    assert (tmp_path / "tokenizer.json").read_bytes() == first


def test_tokenizers_reads_the_file_to_the_same_ids(tmp_path):
    tokenizer = by_words()
    tokenizer.save(tmp_path / "tokenizer.json")
    theirs = tokenizers.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert theirs.encode("no").ids == [1, *tokenizer.encode("no")]
    assert_same_ids(tokenizer, theirs, [*hard_texts(1_000), STORY])
    assert theirs.decode(tokenizer.encode(STORY)) == STORY


def assert_same_ids(ours: ScoredTokenizer, theirs: tokenizers.Tokenizer, texts: list[str]) -> None:
    theirs.encode_special_tokens = True  # a special token's spelling is ordinary text to us
    for text, encoding in zip(texts, theirs.encode_batch(texts, add_special_tokens=False)):
        assert ours.encode(text) == encoding.ids, repr(text)


def test_transformers_loads_the_file_as_it_is(tmp_path):
    transformers = pytest.importorskip("transformers")
    tokenizer = by_words()
    tokenizer.save(tmp_path / "tokenizer.json")
    theirs = transformers.PreTrainedTokenizerFast(tokenizer_file=str(tmp_path / "tokenizer.json"))
    assert len(theirs) == tokenizer.vocab_size
    assert theirs.encode(STORY) == [1, *tokenizer.encode(STORY)]
    assert theirs.decode(tokenizer.encode(STORY)) == STORY


# ------------------------------------------------------------------------------------------- others


def llama_form() -> tokenizers.Tokenizer:
    """A small tokenizer.json in the form of LLaMA's, made by `tokenizers` alone."""
    trained = tokenizers.Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace(split=False)
    trainer = trainers.BpeTrainer(vocab_size=150, show_progress=False)
    trained.train_from_iterator([STORY, "no cat, no mat", "the cat's hat"] * 3, trainer)
    model = json.loads(trained.to_str())["model"]
    pieces = [*SPECIALS, *BYTE_PIECES, *model["vocab"]]
    theirs = tokenizers.Tokenizer(
        models.BPE(
            {piece: id for id, piece in enumerate(pieces)},
            [tuple(pair) for pair in model["merges"]],
            unk_token="<unk>",
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    theirs.add_special_tokens(SPECIALS)
    theirs.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    return theirs


def metaspace(scheme: str) -> pre_tokenizers.Metaspace:
    return pre_tokenizers.Metaspace(prepend_scheme=scheme, split=False)


REPLACE = normalizers.Replace(" ", "▁")
FORMS = {
    "prepend": (normalizers.Sequence([normalizers.Prepend("▁"), REPLACE]), None),
    "metaspace": (None, metaspace("first")),
    "metaspace always": (None, metaspace("always")),
    "metaspace never": (None, metaspace("never")),
    "replace": (REPLACE, None),
    "prepend a blank": (normalizers.Prepend(" "), None),
    "nothing": (None, None),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_file_in_the_form_of_llama_loads_with_equal_ids(form, tmp_path):
    theirs, (normalizer, pre_tokenizer) = llama_form(), FORMS[form]
    if normalizer:
        theirs.normalizer = normalizer
    if pre_tokenizer:
        theirs.pre_tokenizer = pre_tokenizer
    theirs.save(str(tmp_path / "tokenizer.json"))
    ours = load_tokenizer(tmp_path)
    assert_same_ids(ours, theirs, [*hard_texts(500), STORY, " two", "\u2581two"])
    assert ours.opening_blank == ("never" not in form and form not in ("replace", "nothing"))
    ours.save(tmp_path / "again" / "tokenizer.json")
    again = load_tokenizer(tmp_path / "again")
    assert again.fingerprint == ours.fingerprint
    assert again.scores_V is None
    assert_same_ids(
        again, tokenizers.Tokenizer.from_file(str(tmp_path / "again" / "tokenizer.json")), [STORY]
    )


def change(**parts):
    return lambda plain: plain.update(parts)


def change_model(**parts):
    return lambda plain: plain["model"].update(parts)


def found_in_text(plain):
    plain["added_tokens"][0]["special"] = False


def no_end(plain):
    del plain["added_tokens"][2]


def twice(plain):
    plain["model"]["merges"].append(plain["model"]["merges"][0])


def swapped(plain):
    merges = plain["model"]["merges"]
    merges[0], merges[-1] = merges[-1], merges[0]


@pytest.mark.parametrize(
    ("damage", "feature"),
    [
        (change(normalizer={"type": "NFC"}), r"normalizer \(NFC\)"),
        (change(pre_tokenizer={"type": "Whitespace"}), r"pre_tokenizer \(Whitespace\)"),
        (change_model(type="Unigram"), "model.type is Unigram"),
        (change_model(dropout=0.1), "dropout"),
        (change_model(ignore_merges=True), "ignore_merges"),
        (change_model(scores=[0.0]), "without a score"),
        (change_model(merges=[["a", "bc"]]), "no tokenizer.json"),
        (swapped, "do not follow from its scores"),
        (found_in_text, "'<unk>' is found in text"),
        (no_end, "without <s> or </s>"),
        (twice, "a merge twice"),
        (lambda plain: plain["model"]["vocab"].pop("no"), "gaps"),
    ],
)
def test_what_cannot_be_had_exactly_is_refused(damage, feature, tmp_path):
    file = tmp_path / "tokenizer.json"
    by_words().save(file)
    plain = json.loads(file.read_text(encoding="utf-8"))
    damage(plain)
    file.write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(ValueError, match=feature) as caught:
        load_tokenizer(file)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_scored_vocabulary_is_taken_whole_and_reported(tmp_path):
    tokenizer = by_words()
    tokenizer.save(tmp_path / "tokenizer.json")
    dials = {"source": str(tmp_path), "vocab_size": tokenizer.vocab_size}
    config = TokenizerConfig(kind=TokenizerKind.pretrained, **dials)
    assert build_tokenizer(config, list).fingerprint == tokenizer.fingerprint
    with pytest.raises(ValueError, match="kind=top needs a byte-level BPE"):
        build_tokenizer(TokenizerConfig(kind=TokenizerKind.top, **dials), list)
    assert "`<s>` is 1" in tokenizer_report(tokenizer, [STORY])


def test_the_vocabulary_of_stories260k_is_read_and_stored_exactly(tmp_path):
    if not TOK512.is_file():
        pytest.skip(f"{TOK512.name} is not here")
    from storylm.export.llama2c_tokenizer import read_tokenizer, to_bytes

    tokenizer = read_tokenizer(TOK512, 512)
    assert to_bytes(tokenizer) == TOK512.read_bytes()
    tokenizer.save(tmp_path / "tokenizer.json")
    assert load_tokenizer(tmp_path).fingerprint == tokenizer.fingerprint
    theirs = tokenizers.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    texts = [*hard_texts(300), STORY]
    assert_same_ids(tokenizer, theirs, texts)
    assert all(tokenizer.encode(text) == merged_by_hand(tokenizer, text) for text in texts)
