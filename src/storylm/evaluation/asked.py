"""Whether stories keep what a header asks of them: words and features, by plain text.

The model is given a header and tells the whole story, so that all that is kept is its own doing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from storylm.config import DataConfig, DataKind
from storylm.data.fables import grade
from storylm.data.stories import difficulty
from storylm.evaluation.candidate import Candidate, Telling
from storylm.evaluation.real import header_and_body
from storylm.evaluation.word_rows import words

SPOKEN = re.compile(r"[\"“]\s*\w")


class Kept(NamedTuple):
    """Counts of one story."""

    words_kept: int
    words_asked: int
    features_kept: int
    features_asked: int


def asked_for(header: str) -> tuple[list[str], list[str]]:
    """The words and the features that a header asks for; empty where it does not."""
    found: dict[str, list[str]] = {"Words": [], "Features": []}
    for line in header.splitlines():
        name, _, rest = line.partition(":")
        if name in found:
            found[name] += [one.strip() for one in rest.split(",") if one.strip()]
    return found["Words"], found["Features"]


def told_as_asked(candidate: Candidate, most: int) -> tuple[list[Telling], list[Telling]]:
    """Stories told from the headers of held-out stories, and those held-out stories; of the first
    `most` whose header asks for words or features and leaves half of the context for the story."""
    tokenizer = candidate.run.tokenizer
    room = candidate.run.config.model.context_length // 2
    real = []
    for story in candidate.held_out:
        header, body = header_and_body(story)
        if any(asked_for(header)) and len(tokenizer.encode(header)) < room:
            real.append(Telling(header, body, ended=True))
    real = real[:most]
    return candidate.go_on([one.opening for one in real]), real


def count_kept(telling: Telling, data: DataConfig) -> Kept:
    """What a story keeps. The story world tells of each of its features whether a story has it;
    where there is no such world, only Dialogue can be seen, and only that is counted."""
    asked, features = asked_for(telling.opening)
    said = set(words(telling.text))
    kept = sum(any(form in said for form in forms_of(word)) for word in asked)
    if data.kind is DataKind.fables:
        graded = grade(telling.text, telling.opening, difficulty(data), whole=telling.ended)
        met = [graded.instructions.get(f"feature {feature}") is True for feature in features]
    else:
        met = [SPOKEN.search(telling.text) is not None for f in features if f == "Dialogue"]
    return Kept(kept, len(asked), sum(met), len(met))


def forms_of(word: str) -> set[str]:
    """A word in lower case and its regular forms: play, plays, played, playing, player."""
    word = word.casefold()
    ends = ("s", "es", "ed", "ing", "er", "est", "ly", "y")
    found = {word} | {word + end for end in ends}
    if word[-1:] == "e":
        found |= {word + end for end in ("d", "r", "st")} | {word[:-1] + "ing"}
    if word[-1:] == "y":
        found |= {word[:-1] + end for end in ("ies", "ied", "ier", "iest", "ily")}
    if re.search(r"[aeiou][bdgklmnprt]$", word):
        found |= {word + word[-1] + end for end in ("ed", "ing", "er", "est", "y")}
    return found
