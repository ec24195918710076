"""A tokenizer is made: trained on stories, cut down from another's, or read as it is."""

from __future__ import annotations

import logging
import queue
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, islice

import numpy as np

from storylm.config import TokenizerConfig, TokenizerKind
from storylm.tokenizer.blanks import QUICK, cut_runs
from storylm.tokenizer.bpe import BYTES, NO_SPLIT, Tokenizer, check_split, to_utf8
from storylm.tokenizer.files import find_source, load_tokenizer
from storylm.tokenizer.scored import ScoredTokenizer

STORIES_AT_ONCE = 512
LISTS_AHEAD = 32
"""Twice what rustbpe takes in at once (8,192 stories)."""


def build_tokenizer(
    config: TokenizerConfig, stories: Callable[[], Iterable[str]]
) -> Tokenizer | ScoredTokenizer:
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
        if isinstance(tokenizer, ScoredTokenizer):
            raise ValueError(
                f"tokenizer.kind=top needs a byte-level BPE such as GPT-2's, but "
                f"{config.source} is a scored one; take it whole, with tokenizer.kind=pretrained"
            )
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
        if config.split in QUICK:  # the same pieces of text, and so the same merges
            text = chain.from_iterable(map(cut_runs, text))
        with read_ahead(text) as text:
            pattern = QUICK.get(config.split, config.split)
            trainer.train_from_iterator(text, config.vocab_size - 1, pattern=pattern)
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


def read_text(stories: Iterable[str], max_bytes: int, show: Callable[[str], None]) -> Iterator[str]:
    """Stories up to `max_bytes` of UTF-8 in all, the last one cut short. ValueError for no text."""
    if isinstance(stories, str):
        raise ValueError("stories must be an iterable of stories, not one str")
    read = 0
    for count, story in enumerate(stories):
        size = len(story) if story.isascii() else len(to_utf8(story))
        if read + size > max_bytes:
            story = to_utf8(story)[: max_bytes - read].decode(errors="ignore")
        read = min(read + size, max_bytes)
        if count % 64 == 0:
            show(f"tokenizer: read {read / 1e6:,.1f} MB")
        yield story
        if read == max_bytes:
            break
    if read == 0:
        raise ValueError("the training text is empty; a tokenizer needs stories: see data.train")


@contextmanager
def read_ahead(text: Iterator[str]) -> Iterator[Iterator[str]]:
    """The same text, read in a thread while rustbpe counts without the interpreter's lock."""
    lists: queue.Queue[list[str] | BaseException] = queue.Queue(LISTS_AHEAD)
    over = threading.Event()

    def read() -> None:
        last: list[str] | BaseException = []
        try:
            while (some := list(islice(text, STORIES_AT_ONCE))) and not over.is_set():
                lists.put(some)
        except BaseException as error:
            last = error
        lists.put(last)

    def taken() -> Iterator[list[str]]:
        while some := lists.get():
            if isinstance(some, BaseException):
                raise some
            yield some

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield chain.from_iterable(taken())
    finally:
        over.set()
        while reader.is_alive():  # it may wait for room
            with suppress(queue.Empty):
                lists.get(timeout=0.05)


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
