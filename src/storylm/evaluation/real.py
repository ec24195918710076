"""Real stories beside told ones: held-out stories, cut and continued as openings are.

A measure of told stories means little alone. So the same is measured of how held-out stories went
on, each cut in mid-sentence after as many words as an opening has.
"""

from __future__ import annotations

from collections.abc import Sequence

from storylm.data.fables.plots.header import STORY
from storylm.evaluation.candidate import Candidate, Telling
from storylm.evaluation.word_rows import WORD

MARK = STORY.strip()
"""What ends the header of instruction data."""


def header_and_body(story: str) -> tuple[str, str]:
    """The lines that ask for something, to the mark that ends them, and the story; no header where
    there is no such mark on a line of its own, or at its beginning."""
    at = ("\n" + story).find("\n" + MARK)
    if at < 0:
        return "", story
    body = story[at + len(MARK) :].lstrip()
    return story[: len(story) - len(body)], body


def cut(text: str, words: int) -> int:
    """Where the first so many words end; half of them, where there are no more."""
    spans = [match.span() for match in WORD.finditer(text)]
    if not spans:
        return 0
    return spans[(words if words < len(spans) else max(1, len(spans) // 2)) - 1][1]


def real_tellings(candidate: Candidate) -> list[Telling]:
    """How the held-out stories went on, after as many words as our openings have, in turn. The
    header of instruction data is left out."""
    openings = list(dict.fromkeys(telling.opening for telling in candidate.tellings))
    sizes = [len(WORD.findall(opening)) for opening in openings]
    found = []
    for i, story in enumerate(candidate.held_out):
        body = header_and_body(story)[1]
        at = cut(body, sizes[i % len(sizes)])
        found.append(Telling(body[:at], body[at:], ended=True))
    return found


def halves(candidate: Candidate, most: int) -> list[tuple[str, str]]:
    """The first `most` held-out stories, cut at the word in their middle, or earlier where the
    beginning would take more than half of the context. A header goes with the beginning."""
    tokenizer = candidate.run.tokenizer
    room = candidate.run.config.model.context_length // 2
    found = []
    for story in candidate.held_out[:most]:
        header, body = header_and_body(story)
        words = len(WORD.findall(body)) // 2
        while words:
            begin = header + body[: cut(body, words)]
            if (size := 1 + len(tokenizer.encode(begin))) <= room:
                found.append((begin, story[len(begin) :]))
                break
            words = min(words - 1, words * room // size)
    return found


def spread(tellings: Sequence[Telling]) -> list[Telling]:
    """The first telling of each opening, then the second ones …, so that neighbours differ."""
    rounds: dict[str, int] = {}
    keyed = []
    for telling in tellings:
        rounds[telling.opening] = rounds.get(telling.opening, -1) + 1
        keyed.append((rounds[telling.opening], telling))
    return [telling for _, telling in sorted(keyed, key=lambda one: one[0])]
