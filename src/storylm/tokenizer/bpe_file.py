"""A byte-level vocabulary as a `tokenizer.json`, both ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from storylm.tokenizer.bpe import END_OF_STORY, GPT2_SPLIT, NO_SPLIT, Tokenizer, check_split


def to_json(tokenizer: Tokenizer) -> dict[str, Any]:
    """The vocabulary as the plain data of a `tokenizer.json`."""
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    split = {"type": "Split", "pattern": {"Regex": tokenizer.split}, "behavior": "Isolated"}
    special = {"id": tokenizer.end_of_story, "content": END_OF_STORY, "single_word": False}
    special |= {"lstrip": False, "rstrip": False, "normalized": False, "special": True}
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None}
    model |= {"end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False}
    # Every token is made by a merge, so nothing would change if merges were ignored for whole ones.
    model |= {
        "ignore_merges": False,
        "vocab": {to_letters(t) or END_OF_STORY: id for id, t in enumerate(tokenizer.tokens_V)},
        "merges": [" ".join(map(to_letters, pair)) for pair in tokenizer.merges()],
    }
    steps = [split | {"invert": False}, byte_level | {"use_regex": False}]
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [special],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps},
        "post_processor": None,
        "decoder": byte_level | {"use_regex": False},
        "model": model,
    }


def from_json(plain: dict[str, Any], refuse: Callable[[str], NoReturn]) -> Tokenizer:
    """The inverse of `to_json`, and more: whatever gives the same ids in `tokenizers`."""
    model = plain["model"]
    if model.get("type", "BPE") != "BPE":
        refuse(f"model.type is {model['type']}")
    for name in ("dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback"):
        if model.get(name):
            refuse(f"model.{name} is {model[name]!r}")
    if (normalizer := plain.get("normalizer")) and normalizer != EMPTY_NORMALIZER:
        refuse(f"it has a normalizer, {normalizer['type']}, which changes text")
    split = read_split(plain.get("pre_tokenizer") or {"type": "null"}, refuse)
    added = {token["content"]: token["id"] for token in plain.get("added_tokens") or []}
    if list(added) != [END_OF_STORY]:
        refuse(f"added_tokens are {list(added)[:8]}")
    ids = model["vocab"] | added
    if model["vocab"].get(END_OF_STORY, added[END_OF_STORY]) != added[END_OF_STORY]:
        refuse(f"{END_OF_STORY} has two ids")
    if sorted(ids.values()) != list(range(len(ids))):
        refuse("its ids have gaps")
    spelled = sorted(ids, key=ids.__getitem__)
    if strange := [t for t in spelled if t != END_OF_STORY and not VALUES.keys() >= set(t)]:
        refuse(f"token {strange[0]!r} is not spelled in bytes")
    tokens = [b"" if t == END_OF_STORY else bytes(VALUES[c] for c in t) for t in spelled]
    listed = [merge.split(" ") if isinstance(merge, str) else merge for merge in model["merges"]]
    try:
        check_split(split, "its split")
        tokenizer = Tokenizer(tokens, split)
        merges = tokenizer.merges()
    except ValueError as error:
        refuse(str(error))
    if [list(map(to_letters, pair)) for pair in merges] != [list(pair) for pair in listed]:
        refuse("its merges do not make its tokens in the order of their ids")
    return tokenizer


EMPTY_NORMALIZER = {"type": "Sequence", "normalizers": []}


def read_split(step: dict[str, Any], refuse: Callable[[str], NoReturn]) -> str:
    """The regular expression of a `pre_tokenizer`: `ByteLevel`, alone or after one `Split`."""
    steps = step["pretokenizers"] if step["type"] == "Sequence" else [step]
    kinds = [step["type"] for step in steps]
    if kinds not in (["ByteLevel"], ["Split", "ByteLevel"]):
        refuse(f"pre_tokenizer is {' + '.join(kinds)}")
    if steps[-1].get("add_prefix_space", True):
        refuse("pre_tokenizer.add_prefix_space is true")
    use_regex = steps[-1].get("use_regex", True)
    if len(steps) == 1:
        return GPT2_SPLIT if use_regex else NO_SPLIT
    if use_regex or steps[0]["behavior"] != "Isolated" or steps[0].get("invert"):
        refuse("pre_tokenizer.Split is not isolated, or ByteLevel splits again")
    if "Regex" not in steps[0]["pattern"]:
        refuse("pre_tokenizer.Split has no regular expression")
    return steps[0]["pattern"]["Regex"]


def byte_letters() -> list[str]:
    """The letter that stands for each byte in a tokenizer.json: printable Latin-1 for itself, the
    rest from U+0100 on (Radford et al. 2019)."""
    shown = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    hidden = iter(range(0x100, 0x200))
    return [chr(value if value in shown else next(hidden)) for value in range(256)]


LETTERS = byte_letters()
VALUES = {letter: value for value, letter in enumerate(LETTERS)}


def to_letters(token: bytes) -> str:
    return "".join(LETTERS[value] for value in token)
