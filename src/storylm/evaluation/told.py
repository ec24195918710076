"""The stories told, by plain counts: variety, loops, endings, length, words, readability.

Each measure stands beside that of real stories, which went on from as many words as the openings
have: nobody knows by heart what a good distinct-2 is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from storylm.evaluation.asked import count_kept, told_as_asked
from storylm.evaluation.candidate import Candidate, Findings, Telling
from storylm.evaluation.readability import count_reading
from storylm.evaluation.real import real_tellings, spread
from storylm.evaluation.scoring import Estimate, ratio
from storylm.evaluation.variety import BEGINNING, distinct, loops, repeated, self_bleu
from storylm.evaluation.word_rows import words, words_of_many

COMPARED = 100
"""Stories that are held against each other, or told from a header, at most."""
VOCABULARY_CHARACTERS = 10_000_000
"""Of the training stories, for the words that the model may know."""


def examine(candidate: Candidate) -> Findings:
    """The measures of the stories told, with those of real stories beside them on the page."""
    seed, data = candidate.config.seed, candidate.run.config.data
    told, real = mixed(candidate.tellings, seed), mixed(real_tellings(candidate), seed)
    known = known_words(candidate.training_stories(), [t.text for t in (*told, *real)])
    compared = min(len(told), len(real), COMPARED)
    sides = {
        "told": measure(told, known, compared, seed),
        "real": measure(real, known, compared, seed),
    }
    for side, tellings in zip(sides.values(), told_as_asked(candidate, COMPARED)):
        kept = [count_kept(telling, data) for telling in tellings]
        side["words kept that were asked for"] = share(
            [k.words_kept for k in kept], [k.words_asked for k in kept], seed
        )
        side["features kept that were asked for"] = share(
            [k.features_kept for k in kept], [k.features_asked for k in kept], seed
        )
    sides = {
        side: {f"told: {name}": e for name, e in found.items() if e.value == e.value}
        for side, found in sides.items()
    }
    details = {
        "real": sides["real"],
        "compared": compared,
        "tellings": [vars(telling) for telling in candidate.tellings],
    }
    return Findings(sides["told"], details, page_of(sides, len(told), len(real)))


def measure(
    tellings: Sequence[Telling], known: set[str], compared: int, seed: int
) -> dict[str, Estimate]:
    """All measures of one side, by name. nan where nothing was counted."""
    texts = [telling.text for telling in tellings]
    stories = [words(text) for text in texts]
    found: dict[str, Estimate] = {}
    for n in (1, 2, 3):
        samples = distinct(stories, n)
        found[f"distinct-{n}"] = share([s[0] for s in samples], [s[1] for s in samples], seed)
    beginnings = [story[:BEGINNING] for story in stories[:compared]]
    found["self-BLEU"] = mean(self_bleu(beginnings) if compared > 1 else [], seed)
    circles = [loops(story) for story in stories]
    found["hold a loop"] = mean([anywhere for anywhere, _ in circles], seed)
    found["stop in a loop"] = mean([at_the_end for _, at_the_end in circles], seed)
    again = [repeated(story) for story in stories]
    found["repeated 4-grams"] = share([a for a, _ in again], [all for _, all in again], seed)
    found["came to an end"] = mean([telling.ended for telling in tellings], seed)
    sizes = [len(story) for story in stories]
    found["words"] = mean(sizes, seed)
    found["characters"] = mean([len(text) for text in texts], seed)
    unknown = [sum(word not in known for word in story) for story in stories]
    found["unknown words"] = share(unknown, sizes, seed)
    readings = [reading for text in texts if (reading := count_reading(text)).words]
    found["words per sentence"] = share(
        [r.words for r in readings], [r.sentences for r in readings], seed
    )
    found["reading ease"] = mean([reading.ease for reading in readings], seed)
    found["school grade"] = mean([reading.grade for reading in readings], seed)
    return found


def mixed(tellings: Iterable[Telling], seed: int) -> list[Telling]:
    """In an order by chance, but one story of each opening before the second of any."""
    tellings = list(tellings)
    order = np.random.default_rng(seed).permutation(len(tellings))
    return spread([tellings[i] for i in order])


def known_words(corpus: Iterable[str], texts: Sequence[str]) -> set[str]:
    """The words of the texts, in lower case, that stand in the corpus, of which only the first
    10,000,000 characters are read, or fewer where all words are known before."""
    missing = {*words_of_many(texts)} - {b"\0"}
    known: set[bytes] = set()
    waiting: list[str] = []
    read = 0
    for story in corpus:
        waiting.append(story)
        read += len(story)
        if len(waiting) == 1_000 or read >= VOCABULARY_CHARACTERS:
            known |= missing.intersection(words_of_many(waiting))
            missing, waiting = missing - known, []
            if not missing or read >= VOCABULARY_CHARACTERS:
                break
    known |= missing.intersection(words_of_many(waiting))
    return {word.decode() for word in known}


def share(above: Sequence[float], below: Sequence[float], seed: int) -> Estimate:
    if not len(above):
        return Estimate(float("nan"), float("nan"), float("nan"))
    return ratio(above, below, seed=seed)


def mean(values: Sequence[float], seed: int) -> Estimate:
    return share([float(value) for value in values], [1.0] * len(values), seed)


# --------------------------------------------------------------------------------------------- page


def page_of(sides: dict[str, dict[str, Estimate]], told: int, real: int) -> list[str]:
    """Told beside real, and what the names mean."""
    lines = ["| | told | real |", "|---|---|---|"]
    for name, estimate in sides["told"].items():
        lines.append(f"| {name.removeprefix('told: ')} | {estimate} | {beside(sides, name)} |")
    return [*lines, "", f"Of {told} stories told and {real} real ones. {MEANING}"]


def beside(sides: dict[str, dict[str, Any]], name: str) -> str:
    return str(sides["real"].get(name, "–"))


MEANING = (
    "Real stories are held-out ones, cut in mid-sentence after as many words as an opening has; "
    "only what follows is measured, in both. distinct-n: different n-grams among those of ten "
    "stories' first 50 words. self-BLEU: BLEU-4 of a story's first 50 words against all others. A "
    "loop is a phrase of up to 20 words three times in a row; what stops in one was cut off there, "
    "or ended so. Unknown words stand nowhere in the first 10 MB of the training stories, whatever "
    "their case. Reading ease (Flesch) is 100 for the easiest; school grade is Flesch-Kincaid's."
)
