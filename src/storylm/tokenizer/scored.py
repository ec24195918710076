"""Text to ids and back by SentencePiece's BPE, as LLaMA 1 and 2 and llama2.c have it.

Pieces are made of characters, not of bytes, and merge across words; a blank stands before every
text, so that its first word is spelled like any other. A character without a piece falls back to
its bytes, so that nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from storylm.config import fingerprint
from storylm.tokenizer.bpe import to_utf8, whole_characters

UNKNOWN, BEGIN, END = "<unk>", "<s>", "</s>"
BYTE_PIECES = [f"<0x{value:02X}>" for value in range(256)]
KEPT_WORDS = 100_000
"""Words whose ids are remembered; a corpus of children's stories has fewer."""
LOWEST_SCORE = -1e10
"""llama2.c merges no pair of this score or less."""


class ScoredTokenizer:
    """A vocabulary of pieces and of the pairs that merge, ready to encode and decode.

    `pieces_V` spells each id, blanks as `blank` and bytes as <0x0A>. `merges` gives, for two
    neighbours, how early they merge (0 is first, the leftmost among equals) and the id they make.
    `specials` never come from text. `opening` says when a blank is put before a text: "always"
    (but for the empty one), "unless blank" where it begins with one, or "never".
    Raises ValueError for a vocabulary without all 256 bytes, <s> and </s>, or with a piece twice.
    """

    def __init__(
        self,
        pieces_V: Sequence[str],
        merges: Mapping[tuple[int, int], tuple[int, int]],
        specials: Collection[str] = (UNKNOWN, BEGIN, END),
        *,
        blank: str = "▁",
        opening: str = "always",
        scores_V: np.ndarray | None = None,
    ) -> None:
        self.pieces_V, self.merges, self.specials = list(pieces_V), dict(merges), sorted(specials)
        self.blank, self.opening = blank, opening
        self.scores_V = scores_V
        """From which the merges follow, fp32; None where those have ranks of their own."""
        self.ids = {piece: id for id, piece in enumerate(self.pieces_V)}
        check_pieces(self.pieces_V, self.ids, self.merges, self.specials)
        self.vocab_size = len(self.pieces_V)
        self.end_of_story = self.ids[BEGIN]
        self.ends = frozenset([self.ids[BEGIN], self.ids[END]])
        """Ids at which a story is over."""
        self.opening_blank = int(opening != "never")
        """Blanks that `encode` puts before a text."""
        self.tokens_V = [bytes_of(piece, blank, self.specials) for piece in self.pieces_V]
        self.dtype = np.dtype(np.uint16 if self.vocab_size <= 65_536 else np.uint32)
        self.bytes_per_token_V = np.array([len(token) for token in self.tokens_V], dtype=np.int64)
        """Bytes of text that each id stands for; 0 for a special one."""
        self.byte_ids = [self.ids[piece] for piece in BYTE_PIECES]
        # Where no piece goes on after a word's end, words can be merged one by one, and remembered.
        made = [self.pieces_V[id] for _, id in self.merges.values()]
        goes_on = re.compile(f"[^{blank}]{blank}")
        self.cuts = not any(goes_on.search(piece) for piece in made)
        self.words = re.compile(f"{blank}*[^{blank}]+|{blank}+")
        self.known: dict[str, list[int]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return rebuild, (self.pieces_V, self.merges, self.specials, self.blank, self.opening,
                         self.scores_V)  # fmt: skip

    @cached_property
    def fingerprint(self) -> str:
        """sha256 as hex of all that decides the ids; equal for equal tokenizers, however stored."""
        merges = sorted((order, a, b) for (a, b), (order, _) in self.merges.items())
        plain = {"pieces": self.pieces_V, "merges": merges, "specials": self.specials}
        return fingerprint(plain | {"blank": self.blank, "opening": self.opening})

    def encode(self, text: str) -> list[int]:
        """The ids of ordinary text, its opening blank included, without special ones, whatever the
        text spells.

        Raises ValueError for text with lone surrogates, which has no UTF-8 form.
        """
        to_utf8(text)
        text = text.replace(" ", self.blank)
        begins_blank = text.startswith(self.blank)
        if text and (self.opening == "always" or (self.opening_blank and not begins_blank)):
            text = self.blank + text
        if not self.cuts:
            return self.merge(text)
        return [id for word in self.words.findall(text) for id in self.word(word)]

    def encode_stories(self, stories: Sequence[str]) -> np.ndarray:
        """All ids of these stories in one flat array of `dtype`, each after its `end_of_story`.

        Raises ValueError as `encode` does.
        """
        ids = [id for story in stories for id in (self.end_of_story, *self.encode(story))]
        return np.array(ids, dtype=self.dtype)

    def word(self, word: str) -> list[int]:
        """`merge`, remembered."""
        if (ids := self.known.get(word)) is None:
            ids = self.merge(word)
            if len(self.known) < KEPT_WORDS:
                self.known[word] = ids
        return ids

    def merge(self, text: str) -> list[int]:
        """The ids of text whose blanks are in place: of all pairs the first merges, until none is
        left that does."""
        ids = []
        for letter in text:
            id = self.ids.get(letter)
            ids += [self.byte_ids[value] for value in letter.encode()] if id is None else [id]
        n = len(ids)
        before, after = list(range(-1, n - 1)), list(range(1, n + 1))
        found = []
        for i, pair in enumerate(pairwise(ids)):
            if merge := self.merges.get(pair):
                found.append((merge[0], i, pair, merge[1]))
        heapify(found)
        while found:
            _, i, pair, made = heappop(found)
            j = after[i]
            if j == n or (ids[i], ids[j]) != pair:
                continue  # one of them has merged meanwhile
            ids[i], ids[j], after[i] = made, -1, after[j]
            if after[i] < n:
                before[after[i]] = i
            for left in (before[i], i):
                if left >= 0 and (right := after[left]) < n:
                    pair = ids[left], ids[right]
                    if merge := self.merges.get(pair):
                        heappush(found, (merge[0], left, pair, merge[1]))
        return [id for id in ids if id >= 0]

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The bytes that ids stand for, from anywhere in a story, so that an opening blank stays;
        a special one gives its spelling. ValueError for an id outside the vocabulary."""
        ids = [int(id) for id in ids]
        if strange := [id for id in ids if not 0 <= id < self.vocab_size]:
            raise ValueError(f"an id is outside the vocabulary of {self.vocab_size} ({strange[0]})")
        return b"".join(self.tokens_V[id] or self.pieces_V[id].encode() for id in ids)

    def decode(self, ids: Iterable[int]) -> str:
        """Text of ids; bytes that are no UTF-8 become U+FFFD."""
        return self.decode_bytes(ids).decode(errors="replace")

    def stream(self, ids: Iterable[int]) -> Iterator[str]:
        """Text of ids as they come, in pieces that never split a character."""
        return whole_characters(self.decode_bytes([id]) for id in ids)

    def save(self, path: Path) -> None:
        """Write a `tokenizer.json`, whole or not at all, and its folder. OSError if it fails."""
        from storylm.tokenizer import files, scored_file  # they know this class

        files.write_json(path, scored_file.to_json(self))


def from_scores(
    pieces_V: Sequence[str],
    scores_V: Sequence[float],
    specials: Collection[str] = (UNKNOWN, BEGIN, END),
    *,
    blank: str = "▁",
    opening: str = "always",
) -> ScoredTokenizer:
    """The tokenizer of llama2.c: any two neighbours merge that spell a piece, the highest score
    first. Raises ValueError as `ScoredTokenizer` does, and unless each piece has a finite score.
    """
    scores_V = np.array(scores_V, dtype=np.float32)
    if scores_V.shape != (len(pieces_V),) or not np.isfinite(scores_V).all():
        raise ValueError("the vocabulary has a piece without a score")
    ids = {piece: id for id, piece in enumerate(pieces_V)}
    made = {}
    for id, piece in enumerate(pieces_V):
        if scores_V[id] > LOWEST_SCORE:
            for cut in range(1, len(piece)):
                left, right = ids.get(piece[:cut]), ids.get(piece[cut:])
                if left is not None and right is not None:
                    made[left, right] = id
    falling = sorted({float(scores_V[id]) for id in made.values()}, reverse=True)
    order = {score: i for i, score in enumerate(falling)}
    merges = {pair: (order[float(scores_V[id])], id) for pair, id in made.items()}
    return ScoredTokenizer(
        pieces_V, merges, specials, blank=blank, opening=opening, scores_V=scores_V
    )


def rebuild(
    pieces_V: list[str],
    merges: dict[tuple[int, int], tuple[int, int]],
    specials: list[str],
    blank: str,
    opening: str,
    scores_V: np.ndarray | None,
) -> ScoredTokenizer:
    """What a pickled tokenizer becomes in another process."""
    return ScoredTokenizer(
        pieces_V, merges, specials, blank=blank, opening=opening, scores_V=scores_V
    )


def check_pieces(
    pieces_V: list[str],
    ids: dict[str, int],
    merges: dict[tuple[int, int], tuple[int, int]],
    specials: list[str],
) -> None:
    """Refuse, with a ValueError, a vocabulary that would lose text or let it spell a special id."""
    if len(ids) < len(pieces_V):
        twice = next(piece for id, piece in enumerate(pieces_V) if ids[piece] != id)
        raise ValueError(f"the vocabulary holds the piece {twice!r} twice")
    if missing := [piece for piece in (*BYTE_PIECES, *specials, BEGIN, END) if piece not in ids]:
        raise ValueError(f"the vocabulary has no piece {missing[0]}")
    apart = {ids[piece] for piece in (*BYTE_PIECES, *specials)}
    for (left, right), (_, id) in merges.items():
        if id in apart or pieces_V[id] != pieces_V[left] + pieces_V[right]:
            raise ValueError(
                f"the vocabulary merges {pieces_V[left]!r} and {pieces_V[right]!r} into "
                f"{pieces_V[id]!r}, which is no piece of theirs"
            )


def bytes_of(piece: str, blank: str, specials: list[str]) -> bytes:
    """The text that a piece stands for."""
    if piece in specials:
        return b""
    if re.fullmatch("<0x[0-9A-F]{2}>", piece):
        return bytes([int(piece[3:5], 16)])
    return piece.replace(blank, " ").encode()
