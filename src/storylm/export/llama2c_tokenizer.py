"""llama2.c's tokenizer.bin: pieces with scores, ids 0 to 2 special, then the 256 bytes.

A scored vocabulary stands there as it is. One of ours is moved: `run` starts and stops at id 1, and
takes byte b for id b + 3, so `<|endoftext|>` goes to 1, the bytes to 3 to 258, and merges fill the
rest in their order.
"""

from __future__ import annotations

import struct
from pathlib import Path

from storylm.tokenizer import BYTES, Tokenizer
from storylm.tokenizer.scored import BEGIN, BYTE_PIECES, END, UNKNOWN, ScoredTokenizer, from_scores

OPENING = [UNKNOWN, BEGIN, END, *BYTE_PIECES]
SPELLED = {BEGIN: f"\n{BEGIN}\n", END: f"\n{END}\n"}
"""As these two stand in the file, so that no text spells them."""
SHOWN = {*range(0x20, 0x7F), *b"\t\n\v\f\r"}
"""Bytes that `run` prints when they stand alone."""


def find_tokenizer(model: Path) -> Path:
    """The `tokenizer.bin` beside a model, or the only `tok*.bin`."""
    if (file := model.parent / "tokenizer.bin").is_file():
        return file
    found = sorted(model.parent.glob("tok*.bin"))
    if len(found) == 1:
        return found[0]
    listed = f"; there are {', '.join(f.name for f in found[:8])}" if found else ""
    raise FileNotFoundError(
        f"{model} has no tokenizer.bin beside it{listed}; give tokenizer_file=<its .bin file>"
    )


def read_tokenizer(file: Path, vocab_size: int) -> ScoredTokenizer:
    """A tokenizer.bin of exactly `vocab_size` pieces.

    Raises FileNotFoundError, and ValueError in one line for a file that is not whole, is none of
    llama2.c's, or belongs to another model.
    """
    if not file.is_file():
        raise FileNotFoundError(f"there is no tokenizer {file}")
    data, start, pieces_V, scores_V = file.read_bytes(), 4, [], []
    try:
        while len(pieces_V) < vocab_size:
            score, length = struct.unpack_from("<fi", data, start)
            start += 8 + length
            if not 0 < length <= len(data) or start > len(data):
                raise ValueError(f"it ends within piece {len(pieces_V)} of {vocab_size}")
            pieces_V.append(data[start - length : start].decode())
            scores_V.append(score)
        if start < len(data):
            raise ValueError(f"it goes on after the {vocab_size} pieces that the model has")
        names = {spelled: piece for piece, spelled in SPELLED.items()}
        pieces_V[:3] = [names.get(piece, piece) for piece in pieces_V[:3]]
        if pieces_V[: len(OPENING)] != OPENING:
            raise ValueError("its first ids are not <unk>, <s>, </s> and the 256 bytes")
        if " " not in pieces_V:
            raise ValueError("it has no piece for a blank")
        return from_scores(pieces_V, scores_V, blank=" ")
    except struct.error:
        fault = f"it ends after {len(pieces_V)} of {vocab_size} pieces"
    except UnicodeDecodeError:
        fault = f"piece {len(pieces_V)} is no UTF-8"
    except ValueError as error:
        fault = str(error)
    raise ValueError(f"{file} is not this model's tokenizer: {fault}")


def to_bytes(tokenizer: Tokenizer | ScoredTokenizer) -> bytes:
    """The contents of a tokenizer.bin. ValueError for a vocabulary that it cannot hold."""
    if isinstance(tokenizer, ScoredTokenizer):
        rows = scored_rows(tokenizer)
    else:
        rows = byte_level_rows(tokenizer)
    listed = [struct.pack("<fi", score, len(piece)) + piece for piece, score in rows]
    return struct.pack("<i", max(len(piece) for piece, _ in rows)) + b"".join(listed)


def order_of_ids(tokenizer: Tokenizer | ScoredTokenizer) -> list[int]:
    """Our id of each id in the file."""
    if isinstance(tokenizer, ScoredTokenizer):
        return list(range(tokenizer.vocab_size))
    first, second, *others = [id for token, id in tokenizer.ids.items() if len(token) > 1]
    values = [tokenizer.ids[byte] for byte in BYTES]
    return [first, tokenizer.end_of_story, second, *values, *others]


def scored_rows(tokenizer: ScoredTokenizer) -> list[tuple[bytes, float]]:
    """Pieces as they stand in the file, with their scores."""
    form = tokenizer.pieces_V[: len(OPENING)], tokenizer.blank, tokenizer.opening
    if tokenizer.scores_V is None or form != (OPENING, " ", "always"):
        raise ValueError(
            "format=llama2c needs a vocabulary with scores, as tokenizer.bin has it; this one came "
            "with ranks of pairs: take format=huggingface or format=gguf"
        )
    spelled = [SPELLED.get(piece, piece).encode() for piece in tokenizer.pieces_V]
    return list(zip(spelled, tokenizer.scores_V.tolist()))


def byte_level_rows(tokenizer: Tokenizer) -> list[tuple[bytes, float]]:
    """Tokens by their new ids; the earlier a merge, the higher its score."""
    merged = [token for token in tokenizer.ids if len(token) > 1]
    if len(merged) < 2:
        raise ValueError(
            "format=llama2c needs a vocabulary of at least two merges, for ids 0 and 2 of "
            f"tokenizer.bin, but this has {len(merged)}: take tokenizer.vocab_size=259 or more"
        )
    for token in merged:
        if b"\0" in token or token.startswith(b"<0x"):
            raise ValueError(
                f"format=llama2c cannot hold the token {token!r}: strings of C end at a zero byte, "
                "and <0x… is how tokenizer.bin spells bytes; train the tokenizer on cleaner text"
            )
    scores = {token: -float(rank) for rank, token in enumerate(merged)}
    rows = []
    for id in order_of_ids(tokenizer):
        token = tokenizer.tokens_V[id]
        piece = token or tokenizer.decode_bytes([id])
        if len(token) == 1 and token[0] not in SHOWN:
            piece = BYTE_PIECES[token[0]].encode()
        rows.append((piece, scores.get(token, 0.0)))
    return rows
