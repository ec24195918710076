"""How much of what is told was copied: phrases, spans and whole stories of the training set.

Every phrase is looked for in the whole training set, word by word, so that what is said to be new
is new. Beside the stories told stand real ones that were held out: children's stories share many
phrases, and a model that shares no more than they do has copied nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from storylm.data.shards import count_cores
from storylm.data.stories import Batch, batches, extent
from storylm.evaluation.candidate import Candidate, Findings
from storylm.evaluation.copies_page import ENDING, Copy, page_of
from storylm.evaluation.corpus import search_corpus
from storylm.evaluation.kgrams import CURVE, Found, Search
from storylm.evaluation.real import halves, real_tellings
from storylm.evaluation.rouge import closest_others, rouge_2_precision
from storylm.evaluation.scoring import Estimate
from storylm.evaluation.told import mean, mixed, share
from storylm.evaluation.word_rows import WORD
from storylm.plots.evaluation import plot_novelty

MOST = 200
"""Stories told that are looked at, and as many real ones; memory grows with them."""
CONTINUED = 100
"""Held-out stories that are continued from their middle, at most, as in the paper."""
WHOLE_WORDS = 12
"""From so many words on, a story that stands in the training set in full is called a copy."""


def find_copies(
    texts: Sequence[str],
    corpus: Iterable[str | Batch],
    *,
    workers: int = 1,
    close: bool = True,
) -> list[Copy]:
    """What a corpus has of each text: single stories, or batches for `workers` processes.

    Exact: words are compared, not hashes. The corpus is read once and never kept. `close` looks for
    the closest stories too, which takes a sixth of the time. Errors: as `search_corpus`.
    """
    search = Search(texts, close=close)
    return copies_of(search, texts, search_corpus(search, corpus, workers=workers))


def share_seen(
    texts: Sequence[str], corpus: Iterable[str | Batch], k: int = 8, *, workers: int = 1
) -> list[float]:
    """The share of each text's k-grams of words that a corpus has; 0 for a shorter text."""
    if not 1 <= k <= CURVE:
        raise ValueError(f"k={k} must lie between 1 and {CURVE}")
    search = Search(texts, deepest=k, close=False)
    found = search_corpus(search, corpus, workers=workers)
    return [
        copy.seen[k - 1] / max(1, copy.words - k + 1) for copy in copies_of(search, texts, found)
    ]


def copies_of(search: Search, texts: Sequence[str], found: Found) -> list[Copy]:
    """The findings, text by text."""
    sizes = search.texts.sizes.tolist()
    seen = np.zeros((len(texts), CURVE), dtype=np.int64)
    for (k, level), has in zip(search.texts.levels(), found.seen):
        there_N = np.append(False, has)[level.numbers_N]
        seen[:, k - 1] = np.bincount(search.texts.text_N[there_N], minlength=len(texts))
    copies = []
    for i, text in enumerate(texts):
        span, close = found.longest.get(i), found.closest.get(i)
        copies.append(
            Copy(
                words=sizes[i],
                seen=tuple(seen[i].tolist()),
                longest=span.size if span else 0,
                span=excerpt(text, span.begin, span.size) if span else "",
                source=span.story if span else -1,
                source_text=span.source if span else "",
                rouge=close.size if close else 0.0,
                closest=close.story if close else -1,
                closest_text=close.source if close else "",
            )
        )
    return copies


def excerpt(text: str, begin: int, size: int) -> str:
    """So many words of a text, with what stands between them."""
    spans = [match.span() for match in WORD.finditer(text)][begin : begin + size]
    return text[spans[0][0] : spans[-1][1]]


# -------------------------------------------------------------------------------------------- suite


def examine(candidate: Candidate) -> Findings:
    """The paper's four measures, the curve of novelty, and the longest copied spans."""
    config, data = candidate.config, candidate.run.config.data
    told = mixed(candidate.tellings, config.seed)[:MOST]
    real = mixed(real_tellings(candidate), config.seed)[: len(told)]
    texts = [telling.text for telling in (*told, *real)]
    search, began = Search(texts), time.monotonic()
    found = search_corpus(
        search,
        batches(data, "train"),
        workers=config.threads or count_cores(),
        extent=extent(data, "train"),
    )
    speed = found.characters / 1e6 / max(1e-9, time.monotonic() - began)
    copies = copies_of(search, texts, found)
    sides = {"told": copies[: len(told)], "real": copies[len(told) :]}
    equal = len(real)  # the more others there are, the closer is the closest
    measures = {
        "told": endings(candidate)
        | measure(sides["told"], texts[: len(told)][:equal], config.seed),
        "real": measure(sides["real"], texts[len(told) :], config.seed),
    }
    curves = {side: curve(copies, config.seed) for side, copies in sides.items()}
    searched = f"{found.stories:,} training stories ({found.characters / 1e6:,.0f} MB)"
    details = {
        "real": measures["real"],
        "k_grams_seen": curves,
        "training_stories": found.stories,
        "training_characters": found.characters,
        "megabytes_per_second": speed,
        "tellings": [
            {"opening": telling.opening, "text": telling.text} | facts(copy)
            for telling, copy in zip(told, sides["told"])
        ],
    }
    return Findings(
        measures["told"],
        details,
        page_of(measures, curves, list(zip(told, sides["told"])), f"{searched}, {speed:.1f} MB/s"),
        lambda file, title: plot_novelty(curves, file, title=title),
        another_ending(candidate),
    )


def endings(candidate: Candidate) -> dict[str, Estimate]:
    """Rouge-2 precision of what the run makes of the second half of held-out stories (paper, 1)."""
    cut = halves(candidate, CONTINUED)
    told = candidate.go_on([beginning for beginning, _ in cut])
    found = [rouge_2_precision(t.text, ending) for t, (_, ending) in zip(told, cut)]
    return {ENDING: mean(found, candidate.config.seed)}


def another_ending(candidate: Candidate) -> dict[str, float]:
    """The same of the ending of another real story: what is shared by mere convention."""
    real = [ending for _, ending in halves(candidate, CONTINUED)]
    if len(real) < 2:
        return {}
    found = [rouge_2_precision(other, true) for other, true in zip(real[1:] + real[:1], real)]
    return {ENDING: sum(found) / len(found)}


def measure(copies: Sequence[Copy], texts: Sequence[str], seed: int) -> dict[str, Estimate]:
    """Measures of one side by name; `texts` are those that are held against each other."""
    long = [copy for copy in copies if copy.words >= WHOLE_WORDS]
    spans = [len(copy.span) for copy in copies]
    seen = curve(copies, seed)
    return {
        "copied: Rouge-2 F, closest other one": mean(closest_others(texts), seed),
        "copied: Rouge-2 F, closest training story": mean([c.rouge for c in copies], seed),
        **{f"copied: {k}-grams seen in training": seen[k] for k in (2, 4, 8, 12)},
        "copied: longest span, words": mean([copy.longest for copy in copies], seed),
        "copied: longest span, characters": mean(spans, seed),
        "copied: longest span, share of the story": share(
            [copy.longest for copy in copies], [copy.words for copy in copies], seed
        ),
        "copied: whole stories": mean([copy.whole for copy in long], seed),
    }


def curve(copies: Sequence[Copy], seed: int) -> dict[int, Estimate]:
    """The share of k-grams that were seen in training, for k = 1, 2, … 12."""
    return {
        k: share(
            [copy.seen[k - 1] for copy in copies],
            [max(0, copy.words - k + 1) for copy in copies],
            seed,
        )
        for k in range(1, CURVE + 1)
    }


def facts(copy: Copy) -> dict[str, Any]:
    """For the JSON: all but the sources' texts."""
    return {name: value for name, value in vars(copy).items() if not name.endswith("_text")}
