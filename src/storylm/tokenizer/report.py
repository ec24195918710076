"""A page about a vocabulary: how it does on text that it was not trained on."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np

from storylm.tokenizer.bpe import Tokenizer
from storylm.tokenizer.scored import ScoredTokenizer


def tokenizer_report(tokenizer: Tokenizer | ScoredTokenizer, held_out: Iterable[str]) -> str:
    """A short page in Markdown: how the vocabulary does on text that it was not trained on."""
    counts_V = np.zeros(tokenizer.vocab_size, dtype=np.int64)
    first, texts = "", iter(held_out)
    while batch := list(islice(texts, 1_000)):
        first = first or batch[0]
        counts_V += np.bincount(tokenizer.encode_stories(batch), minlength=len(counts_V))
    stories, counts_V[tokenizer.end_of_story] = int(counts_V[tokenizer.end_of_story]), 0
    n_bytes, n_tokens = int(counts_V @ tokenizer.bytes_per_token_V), int(counts_V.sum())
    lines = ["# Tokenizer", ""]
    end = tokenizer.end_of_story
    lines += [f"{tokenizer.vocab_size:,} ids, `{tokenizer.decode([end])}` is {end}. "]
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
    if longest := sorted((t for t in tokenizer.tokens_V if len(t) > 1), key=len, reverse=True)[:20]:
        lines += ["", "The longest tokens: " + ", ".join(f"`{visible(t)}`" for t in longest) + "."]
    return "\n".join(lines) + "\n"


def visible(token: bytes) -> str:
    """A token for the eye: a dot for a blank, and no line ends or backquotes."""
    text = token.decode(errors="replace").replace(" ", "·").replace("`", "ˋ")
    return "".join(c if c.isprintable() else "␤" if c == "\n" else "�" for c in text)
