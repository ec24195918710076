"""Text to ids and back: byte-level BPE, trained here or by others, and plain bytes.

rustbpe trains, tiktoken encodes, and one `tokenizer.json` keeps the vocabulary, in the form that
Hugging Face `tokenizers` and `transformers` load as it is. All agree because a vocabulary here is a
genuine BPE: ids stand in the order of the merges, and each token is made by exactly one merge.
Users write plain text; the one special token stands before each story and never comes from text.
"""

from __future__ import annotations

import codecs
import json
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import tiktoken

from storylm.config import TokenizerConfig, TokenizerKind, fingerprint

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
        self.vocab_size = len(self.tokens_V)
        self.dtype = np.dtype(np.uint16 if self.vocab_size <= 65_536 else np.uint32)
        self.bytes_per_token_V = np.array([len(token) for token in self.tokens_V], dtype=np.int64)
        """Bytes of text that each id stands for; 0 for the special token."""
        self.is_bytes = self.tokens_V == [*BYTES, b""]
        self.encoding = tiktoken.Encoding(
            "storylm",
            pat_str=split,
            mergeable_ranks=self.ids,
            special_tokens={END_OF_STORY: self.end_of_story},
            explicit_n_vocab=self.vocab_size,  # else tiktoken accepts colliding ids in silence
        )

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
        data = to_utf8(text)
        return list(data) if self.is_bytes else self.cut(text, set()).tolist()

    def encode_stories(self, stories: Sequence[str]) -> np.ndarray:
        """All ids of these stories in one flat array of `dtype`, each after its `end_of_story`.

        Quickest with about a thousand stories at once. Raises ValueError as `encode` does.
        """
        joined = "".join(END_OF_STORY + story for story in stories)
        data = to_utf8(joined)
        if self.is_bytes:
            rows = [b"\0" + story.encode() for story in stories]
            ids = np.frombuffer(b"".join(rows), dtype=np.uint8).astype(self.dtype)
            starts = np.cumsum([0, *map(len, rows)])[:-1]
            ids[starts] = self.end_of_story
        elif data.count(END_OF_STORY.encode()) == len(stories):
            # One call for all: 25 MB/s, where a list for each story comes to 10 (one Zen 4 core).
            ids = self.cut(joined, {END_OF_STORY})
        else:  # a story spells the special token: only apart can they be told from it
            end = np.array([self.end_of_story])
            parts = [part for story in stories for part in (end, self.cut(story, set()))]
            ids = np.concatenate(parts)
        return ids.astype(self.dtype)

    def cut(self, text: str, allowed_special: set[str]) -> np.ndarray:
        """tiktoken's ids of a text. Its `encode_ordinary` would panic where this raises."""
        try:
            return self.encoding.encode_to_numpy(
                text, allowed_special=allowed_special, disallowed_special=()
            )
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
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        for id in ids:
            if piece := decoder.decode(self.decode_bytes([id])):
                yield piece
        if piece := decoder.decode(b"", final=True):
            yield piece

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
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        text = json.dumps(to_json(self), ensure_ascii=False, indent=2) + "\n"
        try:
            with part.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)


def parts_of(token: bytes, ids: dict[bytes, int]) -> list[bytes]:
    """A token as BPE sees it just before its own merge: two parts, in a genuine BPE."""
    parts = [BYTES[value] for value in token]
    while len(parts) > 2:
        rank, i = min((ids.get(a + b, len(ids)), i) for i, (a, b) in enumerate(pairwise(parts)))
        if rank >= ids[token]:
            break
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    return parts


def to_utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"the text holds a lone surrogate, {text[error.start]!r} at {error.start}, which is no "
            "character: read the text as UTF-8, without errors='surrogateescape'"
        ) from None


# ------------------------------------------------------------------------------------------- making


def build_tokenizer(config: TokenizerConfig, stories: Callable[[], Iterable[str]]) -> Tokenizer:
    """The tokenizer that the config asks for, of exactly `config.vocab_size` ids.

    `stories()` opens the training text, for the kinds that read it. Raises ValueError (too little
    text, a split that loses text, another vocabulary size), FileNotFoundError or ConnectionError
    (no `tokenizer.source`, no network).
    """
    if config.kind is TokenizerKind.bytes:
        return Tokenizer([*BYTES, b""], NO_SPLIT)
    if config.kind is TokenizerKind.bpe:
        return train_tokenizer(config, stories())
    tokenizer = load_tokenizer(find_source(config.source))
    if config.kind is TokenizerKind.top:
        return keep_most_common(tokenizer, config, stories())
    if tokenizer.vocab_size != config.vocab_size:
        raise ValueError(
            f"tokenizer.vocab_size={config.vocab_size}, but {config.source} has "
            f"{tokenizer.vocab_size} ids; set tokenizer.vocab_size={tokenizer.vocab_size}"
        )
    return tokenizer


def train_tokenizer(config: TokenizerConfig, stories: Iterable[str]) -> Tokenizer:
    """Byte-pair encoding of this text (Sennrich et al. 2016), deterministic."""
    import rustbpe

    check_split(config.split, "tokenizer.split")
    trainer = rustbpe.Tokenizer()
    with progress_line() as show, merges_shown(show):
        # rustbpe counts pairs in 32 bits, so it must not see more bytes than that.
        text = read_text(stories, min(config.max_bytes, 2**31 - 1), show)
        trainer.train_from_iterator(text, config.vocab_size - 1, pattern=config.split)
    ranks = sorted(trainer.get_mergeable_ranks(), key=lambda pair: pair[1])
    tokens = [bytes(token) for token, _ in ranks]
    if len(tokens) < config.vocab_size - 1:  # rustbpe stops in silence when no pair is left
        raise ValueError(
            f"tokenizer.vocab_size={config.vocab_size} needs {config.vocab_size - 257} merges, but "
            f"the text gives only {len(tokens) - 256}: lower it to "
            f"tokenizer.vocab_size={len(tokens) + 1}, or give more text"
        )
    return Tokenizer([*tokens, b""], config.split)


def keep_most_common(
    tokenizer: Tokenizer, config: TokenizerConfig, stories: Iterable[str]
) -> Tokenizer:
    """The tokens that this text uses most, as the TinyStories paper took GPT-2's top 10,000.

    Lossless, unlike the paper's: all bytes stay, and with a token the two it is merged from, so
    that what is left is a BPE of its own, with the ids closed up. Ties, and places for which the
    text has no token, go to earlier merges.
    """
    if config.vocab_size > tokenizer.vocab_size:
        raise ValueError(
            f"tokenizer.vocab_size={config.vocab_size} is more than the {tokenizer.vocab_size} ids "
            f"of {config.source}; lower it to {tokenizer.vocab_size} or less"
        )
    counts_V = np.zeros(tokenizer.vocab_size, dtype=np.int64)
    with progress_line() as show:
        text = read_text(stories, config.max_bytes, show)
        while batch := list(islice(text, 1_000)):
            counts_V += np.bincount(tokenizer.encode_stories(batch), minlength=len(counts_V))
    made = (token for token in tokenizer.ids if len(token) > 1)
    parents = dict(zip(made, tokenizer.merges()))
    kept = set(BYTES)
    for id in np.argsort(-counts_V, kind="stable"):
        token = tokenizer.tokens_V[id]
        family, line = set(), [token] if token else []
        while line:
            if (one := line.pop()) not in kept:
                family.add(one)
                line.extend(parents[one])
        if len(kept) + len(family) < config.vocab_size:
            kept |= family
    return Tokenizer([*(t for t in tokenizer.ids if t in kept), b""], tokenizer.split)


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


def read_text(stories: Iterable[str], max_bytes: int, show: Callable[[str], None]) -> Iterator[str]:
    """Stories up to `max_bytes` of UTF-8 in all, the last one cut short. ValueError for no text."""
    if isinstance(stories, str):
        raise ValueError("stories must be an iterable of stories, not one str")
    read = 0
    for story in stories:
        data = to_utf8(story)[: max_bytes - read]
        read += len(data)
        show(f"tokenizer: read {read / 1e6:,.1f} MB")
        yield data.decode(errors="ignore")
        if read == max_bytes:
            break
    if read == 0:
        raise ValueError("the training text is empty; a tokenizer needs stories: see data.train")


@contextmanager
def progress_line() -> Iterator[Callable[[str], None]]:
    """A line on stderr, rewritten in place on a terminal, and every ten seconds in a log."""
    terminal = sys.stderr.isatty()
    shown = time.monotonic() - (1 if terminal else 0)

    def show(text: str) -> None:
        nonlocal shown
        if time.monotonic() - shown > (0.1 if terminal else 10):
            line = f"\r\x1b[K{text}" if terminal else f"{text}\n"
            print(line, end="", file=sys.stderr, flush=True)
            shown = time.monotonic()

    try:
        yield show
    finally:
        if terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


@contextmanager
def merges_shown(show: Callable[[str], None]) -> Iterator[None]:
    """rustbpe reports each hundredth of its merges to a logger, and only there: its loop holds the
    interpreter's lock, so no thread of ours could watch it."""

    class Shower(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if done := re.search(r"\((\d+)/(\d+) merges\)", record.getMessage()):
                show(f"tokenizer: merge {int(done[1]):,} of {int(done[2]):,}")

    logger, handler = logging.getLogger("rustbpe"), Shower()
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


# ------------------------------------------------------------------------------------------ storing


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


def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer in a `tokenizer.json`, given by its path or its folder: ours, or another's
    byte-level BPE such as GPT-2's.

    Truncation, padding and post-processing are of no concern: they do not change the ids of a text.
    Raises FileNotFoundError, and ValueError in one line for what cannot be had exactly here.
    """
    file = Path(path)
    file = file / "tokenizer.json" if file.is_dir() else file
    if not file.is_file():
        raise FileNotFoundError(f"{file} does not exist: train.py makes it, or give its right path")

    def refuse(feature: str) -> NoReturn:
        raise ValueError(
            f"{file}: {feature}; only byte-level BPE with {END_OF_STORY} as its one added token "
            "can be read"
        )

    try:
        return from_json(json.loads(file.read_text(encoding="utf-8")), refuse)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        refuse(f"is no JSON ({error})")
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        refuse(f"is no tokenizer.json ({type(error).__name__} {error})")


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


def find_source(source: str) -> Path:
    """A `tokenizer.json` or its folder by its path, or fetched from the Hugging Face hub."""
    path = Path(source).expanduser()
    if path.exists():
        return path
    if not re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*(?<!\.json)", source):
        raise FileNotFoundError(
            f"tokenizer.source={source} does not exist; give a tokenizer.json, its folder, or a "
            "hub id such as openai-community/gpt2"
        )
    from huggingface_hub import hf_hub_download

    try:
        return Path(hf_hub_download(source, "tokenizer.json"))
    except Exception as error:  # no network, no such repository, a gate, a full disk: one line
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ConnectionError(
            f"tokenizer.source={source} is no local file, and the hub did not give it ({reason}); "
            "download its tokenizer.json and give tokenizer.source=<that file>"
        ) from error


# ---------------------------------------------------------------------------------------- reporting


def tokenizer_report(tokenizer: Tokenizer, held_out: Iterable[str]) -> str:
    """A short page in Markdown: how the vocabulary does on text that it was not trained on."""
    counts_V = np.zeros(tokenizer.vocab_size, dtype=np.int64)
    first, texts = "", iter(held_out)
    while batch := list(islice(texts, 1_000)):
        first = first or batch[0]
        counts_V += np.bincount(tokenizer.encode_stories(batch), minlength=len(counts_V))
    stories, counts_V[tokenizer.end_of_story] = int(counts_V[tokenizer.end_of_story]), 0
    n_bytes, n_tokens = int(counts_V @ tokenizer.bytes_per_token_V), int(counts_V.sum())
    lines = ["# Tokenizer", ""]
    lines += [f"{tokenizer.vocab_size:,} ids, `{END_OF_STORY}` is {tokenizer.end_of_story}. "]
    lines[-1] += f"Fingerprint {tokenizer.fingerprint[:12]}."
    if n_tokens:
        lines += ["", f"On {stories:,} held-out stories, {n_bytes:,} bytes:", ""]
        lines += [f"- **{n_bytes / n_tokens:.2f} bytes per token**"]
        lines += [f"- {n_tokens / stories:,.0f} tokens per story"]
        used = np.count_nonzero(counts_V)
        lines += [f"- {used:,} tokens occur, {used / (tokenizer.vocab_size - 1):.1%} of all"]
        opening = tokenizer.encode(first[:400])[:40]
        lines += ["", "The first one, cut into tokens:", ""]
        lines += ["> `" + "|".join(visible(tokenizer.tokens_V[id]) for id in opening) + "`"]
    if longest := sorted((t for t in tokenizer.ids if len(t) > 1), key=len, reverse=True)[:20]:
        lines += ["", "The longest tokens: " + ", ".join(f"`{visible(t)}`" for t in longest) + "."]
    return "\n".join(lines) + "\n"


def visible(token: bytes) -> str:
    """A token for the eye: a dot for a blank, and no line ends or backquotes."""
    text = token.decode(errors="replace").replace(" ", "·").replace("`", "ˋ")
    return "".join(c if c.isprintable() else "␤" if c == "\n" else "�" for c in text)
