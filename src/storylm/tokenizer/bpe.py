"""Text to ids and back by byte-level BPE, trained here or by others, and by plain bytes.

rustbpe trains, tiktoken encodes, and one `tokenizer.json` keeps the vocabulary, in the form that
Hugging Face `tokenizers` and `transformers` load as it is. All agree because a vocabulary here is a
genuine BPE: ids stand in the order of the merges, and each token is made by exactly one merge.
Users write plain text; the one special token stands before each story and never comes from text.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import tiktoken

from storylm.config import fingerprint
from storylm.tokenizer.blanks import QUICK, cut_runs

END_OF_STORY = "<|endoftext|>"
"""The one special token. It stands before each story, so it also ends the one before."""
GPT2_SPLIT = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
"""What `ByteLevel` with `use_regex` means (Radford et al. 2019)."""
NO_SPLIT = r"[\s\S]+"
BYTES = [bytes([value]) for value in range(256)]


class Tokenizer:
    """A vocabulary, ready to encode and decode.

    `tokens_V` holds the bytes of each id; the empty one is the special token's place. `split` cuts
    text into the pieces within which pairs merge. Raises ValueError for a vocabulary without all
    256 bytes, with a token twice, or with the special token's spelling as an ordinary token.
    """

    opening_blank = 0
    """Blanks that `encode` puts before a text."""

    def __init__(self, tokens_V: Sequence[bytes], split: str) -> None:
        self.tokens_V, self.split = list(tokens_V), split
        self.ids = {token: id for id, token in enumerate(self.tokens_V)}
        if missing := [byte for byte in [b"", *BYTES] if byte not in self.ids]:
            raise ValueError(f"the vocabulary has no token for {missing[0] or END_OF_STORY!r}")
        if len(self.ids) < len(self.tokens_V):
            raise ValueError("the vocabulary holds a token twice")
        if END_OF_STORY.encode() in self.ids:
            raise ValueError(f"the vocabulary spells {END_OF_STORY}; keep that out of the text")
        self.end_of_story: int = self.ids.pop(b"")
        self.ends = frozenset([self.end_of_story])
        """Ids at which a story is over."""
        self.vocab_size = len(self.tokens_V)
        self.dtype = np.dtype(np.uint16 if self.vocab_size <= 65_536 else np.uint32)
        self.bytes_per_token_V = np.array([len(token) for token in self.tokens_V], dtype=np.int64)
        """Bytes of text that each id stands for; 0 for the special token."""
        self.is_bytes = self.tokens_V == [*BYTES, b""]
        self.encoding = self.build_encoding(split)

    def build_encoding(self, split: str) -> tiktoken.Encoding:
        return tiktoken.Encoding(
            "storylm",
            pat_str=split,
            mergeable_ranks=self.ids,
            special_tokens={END_OF_STORY: self.end_of_story},
            explicit_n_vocab=self.vocab_size,  # else tiktoken accepts colliding ids in silence
        )

    @cached_property
    def quick_encoding(self) -> tiktoken.Encoding | None:
        """For texts whose runs of blanks are cut; None for a split that has no quicker form."""
        return self.build_encoding(QUICK[self.split]) if self.split in QUICK else None

    def __reduce__(self) -> tuple[Any, ...]:
        return Tokenizer, (self.tokens_V, self.split)

    @cached_property
    def fingerprint(self) -> str:
        """sha256 as hex of all that decides the ids; equal for equal tokenizers, however stored."""
        tokens = [token.hex() for token in self.tokens_V]
        return fingerprint({"special": END_OF_STORY, "split": self.split, "tokens": tokens})

    def encode(self, text: str) -> list[int]:
        """The ids of ordinary text, without the special one, whatever the text spells.

        Raises ValueError for text with lone surrogates, which has no UTF-8 form.
        """
        if self.is_bytes:
            return list(to_utf8(text))
        return [id for part in self.parts(text) for id in self.cut(part, set()).tolist()]

    def encode_stories(self, stories: Sequence[str]) -> np.ndarray:
        """All ids of these stories in one flat array of `dtype`, each after its `end_of_story`.

        Quickest with about a thousand stories at once. Raises ValueError as `encode` does.
        """
        if self.is_bytes:
            rows = [b"\0" + to_utf8(story) for story in stories]
            ids = np.frombuffer(b"".join(rows), dtype=np.uint8).astype(self.dtype)
            ids[np.cumsum([0, *map(len, rows)])[:-1]] = self.end_of_story
            return ids
        rows = [self.parts(story) for story in stories]
        # One call for all, with the special token at every cut: 50 MB/s and more, where a list for
        # each story comes to 10 (one Zen 4 core).
        parts = [part for row in rows for part in row]
        if not parts:
            return np.empty(0, dtype=self.dtype)
        ids = self.cut(END_OF_STORY + END_OF_STORY.join(parts), {END_OF_STORY}).astype(self.dtype)
        ends = np.flatnonzero(ids == self.end_of_story)
        if len(ends) > len(parts):  # a story spells the special token: only apart can they be told
            lists = ([self.end_of_story, *self.encode(story)] for story in stories)
            return np.array([id for ids in lists for id in ids], dtype=self.dtype)
        if len(parts) > len(stories):
            opens = [i == 0 for row in rows for i in range(len(row))]
            ids = np.delete(ids, ends[~np.array(opens)])
        return ids

    def parts(self, text: str) -> Sequence[str]:
        """The text as `cut` takes it: where it must be, in parts that need no look-ahead."""
        return (text,) if self.quick_encoding is None else cut_runs(text)

    def cut(self, text: str, allowed_special: set[str]) -> np.ndarray:
        """tiktoken's ids of a text. Its `encode_ordinary` would panic where this raises."""
        try:
            return (self.quick_encoding or self.encoding).encode_to_numpy(
                text, allowed_special=allowed_special, disallowed_special=()
            )
        except UnicodeEncodeError:
            to_utf8(text)  # says which
            raise
        except ValueError as error:
            raise ValueError(
                f"the tokenizer cannot split this text ({error}): it holds a run of nearly a "
                "million blanks; shorten it"
            ) from None

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The bytes that ids stand for; the special one gives its spelling. ValueError for an id
        outside the vocabulary."""
        try:
            return self.encoding.decode_bytes([int(id) for id in ids])
        except (KeyError, OverflowError) as error:
            raise ValueError(
                f"an id is outside the vocabulary of {self.vocab_size} ({error})"
            ) from None

    def decode(self, ids: Iterable[int]) -> str:
        """Text of ids; bytes that are no UTF-8 become U+FFFD."""
        return self.decode_bytes(ids).decode(errors="replace")

    def stream(self, ids: Iterable[int]) -> Iterator[str]:
        """Text of ids as they come, in pieces that never split a character."""
        return whole_characters(self.decode_bytes([id]) for id in ids)

    def merges(self) -> list[tuple[bytes, bytes]]:
        """The pairs that merge, in order: the i-th makes the i-th token of more than one byte.

        Raises ValueError for a token that no merge of earlier ones makes: tiktoken and `tokenizers`
        would then read some texts differently.
        """
        pairs = []
        for token in self.ids:
            if len(token) > 1:
                parts = parts_of(token, self.ids)
                if len(parts) != 2:
                    raise ValueError(f"token {self.ids[token]} {token!r} is no merge of two others")
                pairs.append((parts[0], parts[1]))
        return pairs

    def save(self, path: Path) -> None:
        """Write a `tokenizer.json`, whole or not at all, and its folder. OSError if it fails."""
        from storylm.tokenizer import bpe_file, files  # they know this class

        files.write_json(path, bpe_file.to_json(self))


def parts_of(token: bytes, ids: dict[bytes, int]) -> list[bytes]:
    """A token as BPE sees it just before its own merge: two parts, in a genuine BPE."""
    parts = [BYTES[value] for value in token]
    while len(parts) > 2:
        rank, i = min((ids.get(a + b, len(ids)), i) for i, (a, b) in enumerate(pairwise(parts)))
        if rank >= ids[token]:
            break
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    return parts


def whole_characters(pieces: Iterable[bytes]) -> Iterator[str]:
    """The text of bytes as they come, cut only between characters."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for piece in pieces:
        if text := decoder.decode(piece):
            yield text
    if text := decoder.decode(b"", final=True):
        yield text


def to_utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"the text holds a lone surrogate, {text[error.start]!r} at {error.start}, which is no "
            "character: read the text as UTF-8, without errors='surrogateescape'"
        ) from None


def check_split(split: str, where: str) -> None:
    """Refuse a split that is no regular expression or that some character falls through."""
    probe = "".join(map(chr, range(0x250))) + " it's 12 o’clock\n\n\t“no”  日本 😀 "
    try:
        encoding = tiktoken.Encoding(
            "probe", pat_str=split, mergeable_ranks=dict(zip(BYTES, range(256))), special_tokens={}
        )
        lost = set(probe) - set(encoding.decode(encoding.encode(probe)))
    except Exception as error:
        raise ValueError(f"{where}={split!r} is no split: {error}") from None
    except BaseException as error:  # a Rust panic is no Exception
        if type(error).__name__ != "PanicException":
            raise
        raise ValueError(f"{where}={split!r} is no split: it matches empty text") from None
    if lost:
        raise ValueError(
            f"{where}={split!r} loses text, such as {min(lost)!r}: every character must be in some "
            r"match; add |\s+|\S"
        )
