"""A scored vocabulary as a `tokenizer.json`, both ways.

The file lists the pairs that merge in one order. Where scores leave two pairs equal, the one with
the longer left part is listed first, as in the files of LLaMA; the scores stand beside the list, in
a place that `tokenizers` passes over, so that they come back to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from storylm.tokenizer.scored import (
    BEGIN,
    BYTE_PIECES,
    END,
    UNKNOWN,
    ScoredTokenizer,
    from_scores,
)

LOWER = "▁"
"""U+2581, which SentencePiece writes for a blank."""


def prepend(blank: str) -> dict[str, Any]:
    return {"type": "Prepend", "prepend": blank}


def metaspace(scheme: str) -> dict[str, Any]:
    return {"type": "Metaspace", "replacement": LOWER, "prepend_scheme": scheme, "split": False}


REPLACE = {"type": "Replace", "pattern": {"String": " "}, "content": LOWER}
FORMS = [
    (" ", "always", prepend(" "), None),
    (" ", "never", None, None),
    (LOWER, "always", {"type": "Sequence", "normalizers": [prepend(LOWER), REPLACE]}, None),
    (LOWER, "never", REPLACE, None),
    (LOWER, "unless blank", None, metaspace("first")),
    (LOWER, "unless blank", None, metaspace("always")),
    (LOWER, "never", None, metaspace("never")),
]
"""(blank, opening, normalizer, pre_tokenizer): the steps of a file that mean these dials."""


def is_scored(plain: dict[str, Any]) -> bool:
    """Whether a `tokenizer.json` holds pieces of characters with bytes to fall back to."""
    model = plain["model"]
    return bool(model.get("byte_fallback")) and BYTE_PIECES[0] in model["vocab"]


def to_json(tokenizer: ScoredTokenizer) -> dict[str, Any]:
    """The vocabulary as the plain data of a `tokenizer.json`."""
    blank, opening = tokenizer.blank, tokenizer.opening
    normalizer, pre_tokenizer = next(form[2:] for form in FORMS if form[:2] == (blank, opening))
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    specials = sorted((tokenizer.ids[piece], piece) for piece in tokenizer.specials)
    decoders: list[dict[str, Any]] = [{"type": "ByteFallback"}, {"type": "Fuse"}]
    if blank == LOWER:
        decoders.insert(0, {"type": "Replace", "pattern": {"String": LOWER}, "content": " "})
    if tokenizer.opening_blank:
        decoders.append({"type": "Strip", "content": " ", "start": 1, "stop": 0})
    begin = {"SpecialToken": {"id": BEGIN, "type_id": 0}}
    first, second = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    post_processor = {
        "type": "TemplateProcessing",
        "single": [begin, first],
        "pair": [begin, first, begin, second],
        "special_tokens": {
            BEGIN: {"id": BEGIN, "ids": [tokenizer.end_of_story], "tokens": [BEGIN]}
        },
    }
    model = {"type": "BPE", "dropout": None, "continuing_subword_prefix": None}
    model |= {"unk_token": UNKNOWN if UNKNOWN in tokenizer.ids else None}
    model |= {"end_of_word_suffix": None, "fuse_unk": True, "byte_fallback": True}
    model |= {"ignore_merges": False}
    model |= {"vocab": {piece: id for id, piece in enumerate(tokenizer.pieces_V)}}
    model |= {"merges": listed(tokenizer)}
    if tokenizer.scores_V is not None:
        model["scores"] = tokenizer.scores_V.tolist()
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, "content": p, **flags, "special": True} for i, p in specials],
        "normalizer": normalizer,
        "pre_tokenizer": pre_tokenizer,
        "post_processor": post_processor,
        "decoder": {"type": "Sequence", "decoders": decoders},
        "model": model,
    }


def listed(tokenizer: ScoredTokenizer) -> list[list[str]]:
    """The pairs that merge, spelled, in the order in which `tokenizers` shall try them."""
    pieces_V, rows = tokenizer.pieces_V, []
    for (left, right), (order, _) in tokenizer.merges.items():
        a, b = pieces_V[left], pieces_V[right]
        rows.append((order, -len(a), -len(b), a, b))
    return [[a, b] for *_, a, b in sorted(rows)]


def from_json(plain: dict[str, Any], refuse: Callable[[str], NoReturn]) -> ScoredTokenizer:
    """The inverse of `to_json`, and more: whatever gives the same ids in `tokenizers`."""
    model = plain["model"]
    if model.get("type", "BPE") != "BPE":
        refuse(f"model.type is {model['type']}")
    for name in ("dropout", "continuing_subword_prefix", "end_of_word_suffix", "ignore_merges"):
        if model.get(name):
            refuse(f"model.{name} is {model[name]!r}")
    blank, opening = read_form(plain.get("normalizer"), plain.get("pre_tokenizer"), refuse)
    added = plain.get("added_tokens") or []
    if other := [token["content"] for token in added if not token.get("special")]:
        refuse(f"the added token {other[0]!r} is found in text, and is not special")
    specials = [token["content"] for token in added]
    if not {BEGIN, END} <= set(specials):
        refuse(f"added_tokens are {specials[:8]}, without {BEGIN} or {END}")
    ids = model["vocab"] | {token["content"]: token["id"] for token in added}
    if strange := [p for p in specials if model["vocab"].get(p, ids[p]) != ids[p]]:
        refuse(f"{strange[0]} has two ids")
    if sorted(ids.values()) != list(range(len(ids))):
        refuse("its ids have gaps")
    pieces_V = sorted(ids, key=ids.__getitem__)
    pairs = [merge.split(" ") if isinstance(merge, str) else merge for merge in model["merges"]]
    merges = {(ids[a], ids[b]): (rank, ids[a + b]) for rank, (a, b) in enumerate(pairs)}
    if len(merges) < len(pairs):
        refuse("it lists a merge twice")
    scores_V = model.get("scores")
    try:
        if scores_V is None:
            return ScoredTokenizer(pieces_V, merges, specials, blank=blank, opening=opening)
        tokenizer = from_scores(pieces_V, scores_V, specials, blank=blank, opening=opening)
    except ValueError as error:
        refuse(str(error))
    if listed(tokenizer) != [list(pair) for pair in pairs]:
        refuse("its merges do not follow from its scores")
    return tokenizer


def read_form(
    normalizer: dict[str, Any] | None,
    pre_tokenizer: dict[str, Any] | None,
    refuse: Callable[[str], NoReturn],
) -> tuple[str, str]:
    """What a file does with blanks: how it spells them, and when it puts one first."""
    if normalizer == {"type": "Sequence", "normalizers": []}:
        normalizer = None
    for blank, opening, *steps in FORMS:
        if steps == [normalizer, pre_tokenizer]:
            return blank, opening
    steps = [step["type"] if step else "none" for step in (normalizer, pre_tokenizer)]
    refuse(f"its normalizer ({steps[0]}) and pre_tokenizer ({steps[1]}) are not those of LLaMA")
