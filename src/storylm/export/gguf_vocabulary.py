"""A tokenizer as llama.cpp reads it: tokens, their kinds, and merges or scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from storylm.config import LLAMA3_SPLIT
from storylm.tokenizer import END_OF_STORY, GPT2_SPLIT, ScoredTokenizer, Tokenizer
from storylm.tokenizer.bpe_file import to_letters
from storylm.tokenizer.scored import BYTE_PIECES, UNKNOWN, from_scores

SPLITS = {LLAMA3_SPLIT: "llama-bpe", GPT2_SPLIT: "gpt-2"}
"""llama.cpp has its splits written by hand, and a file chooses one by name."""
NORMAL, UNKNOWN_KIND, CONTROL, BYTE = 1, 2, 3, 6
"""Kinds of tokens. A control token is never read from ordinary text, whatever that spells."""


def check_tokenizer(tokenizer: Tokenizer | ScoredTokenizer) -> None:
    """Raises ValueError in one line for a tokenizer that would give other ids in llama.cpp."""
    if isinstance(tokenizer, ScoredTokenizer):
        if tokenizer.opening == "unless blank":
            raise ValueError(
                "format=gguf cannot express that a text which begins with a blank gets no other: "
                "llama.cpp adds one to every text or to none; format=huggingface can"
            )
        scores_of(tokenizer)
    elif tokenizer.split not in SPLITS and not tokenizer.is_bytes:
        raise ValueError(
            f"format=gguf cannot express tokenizer.split={tokenizer.split!r}: llama.cpp knows only "
            "splits that have a name there; the nearest is tokenizer.split's default, its llama-bpe"
        )


def vocabulary(tokenizer: Tokenizer | ScoredTokenizer) -> dict[str, Any]:
    """All that stands under `tokenizer.ggml.`; every text begins with the id that begins a story.

    Raises ValueError as `check_tokenizer`.
    """
    begin = tokenizer.end_of_story
    scored = isinstance(tokenizer, ScoredTokenizer)
    plain = scored_pieces(tokenizer) if scored else byte_pairs(tokenizer)
    plain |= {"bos_token_id": begin, "eos_token_id": begin}
    if other := tokenizer.ends - {begin}:
        plain["eot_token_id"] = min(other)
    return plain | {"add_bos_token": True, "add_eos_token": False}


def byte_pairs(tokenizer: Tokenizer) -> dict[str, Any]:
    """A byte-level BPE. Bytes alone never merge, so for them any split will do."""
    merges = [" ".join(map(to_letters, pair)) for pair in tokenizer.merges()]
    return {
        "model": "gpt2",
        "pre": SPLITS.get(tokenizer.split, "llama-bpe"),
        "tokens": [to_letters(token) or END_OF_STORY for token in tokenizer.tokens_V],
        "token_type": [NORMAL if token else CONTROL for token in tokenizer.tokens_V],
        # llama.cpp refuses a file without merges; this one can never happen.
        "merges": merges or [f"{END_OF_STORY} {END_OF_STORY}"],
    }


def scored_pieces(tokenizer: ScoredTokenizer) -> dict[str, Any]:
    """Pieces with scores, blanks spelled as SentencePiece does. That letter in a text is a blank
    there too, which it is not for llama2.c; no story has it."""
    kinds = dict.fromkeys(BYTE_PIECES, BYTE) | dict.fromkeys(tokenizer.specials, CONTROL)
    kinds |= {UNKNOWN: UNKNOWN_KIND}
    plain = {
        "model": "llama",
        "pre": "default",
        "tokens": [piece.replace(tokenizer.blank, "▁") for piece in tokenizer.pieces_V],
        "token_type": [kinds.get(piece, NORMAL) for piece in tokenizer.pieces_V],
        "scores": scores_of(tokenizer),
        "add_space_prefix": bool(tokenizer.opening_blank),
    }
    if UNKNOWN in tokenizer.ids:
        plain["unknown_token_id"] = tokenizer.ids[UNKNOWN]
    return plain


def scores_of(tokenizer: ScoredTokenizer) -> list[float]:
    """Scores by which llama.cpp, where any neighbours merge that spell a piece, merges as we do.
    Raises ValueError where there are none."""
    pieces_V, merges = tokenizer.pieces_V, tokenizer.merges
    in_order = sorted(merges, key=lambda pair: merges[pair][0])
    scores_V = tokenizer.scores_V
    if scores_V is None:
        scores_V = np.zeros(len(pieces_V), dtype=np.float32)
        for pair in reversed(in_order):
            order, id = merges[pair]
            scores_V[id] = -order
    theirs = from_scores(pieces_V, scores_V.clip(min=-1e9), tokenizer.specials).merges
    found = [theirs[pair][0] for pair in in_order if pair in theirs]
    apart = {*BYTE_PIECES, *tokenizer.specials}
    letters = {letter for piece in pieces_V if piece not in apart for letter in piece}
    if merges.keys() != theirs.keys() or found != sorted(found) or letters - tokenizer.ids.keys():
        raise ValueError(
            "format=gguf cannot express the order of this tokenizer's merges: in llama.cpp any "
            "neighbours merge that spell a piece, by its score; format=huggingface can"
        )
    return scores_V.tolist()
