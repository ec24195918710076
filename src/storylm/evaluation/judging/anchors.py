"""Held-out stories as a judge gets them: whole, and harmed in ways that it ought to see."""

from __future__ import annotations

from itertools import islice
from random import Random

from storylm.data.stories import stories
from storylm.evaluation.candidate import Candidate
from storylm.evaluation.damage import DAMAGES, chosen, damage
from storylm.evaluation.judging.questions import Work
from storylm.evaluation.probes import LEXICON_STORIES
from storylm.evaluation.real import header_and_body
from storylm.evaluation.rules.lexicon import Lexicon
from storylm.evaluation.rules.text import Text

REAL = "real"
HARMED = {kind: f"{kind} harmed" for kind in DAMAGES}
"""What the anchors are called that are harmed in one way; the grade of that name has to fall."""
BEGINNING = 2
"""Sentences of a held-out story that are given as its beginning, and are never harmed."""
LEAST = 4
"""Sentences after these, without which there is little to grade."""


def anchor_works(candidate: Candidate) -> list[Work]:
    """Held-out stories, each as it is and harmed in every way: the first ones that can be, and
    others in fewer forms where these are too few.

    They are the same for every run on these data, so that they are paid for once.
    """
    wanted = candidate.config.judge.anchors
    if not wanted:
        return []
    data = candidate.run.config.data
    lexicon = Lexicon.read(list(islice(stories(data, "valid"), LEXICON_STORIES)))
    found: list[list[Work]] = []
    for story in candidate.held_out:
        header, body = header_and_body(story) if data.instruct else ("", story)
        units = Text(body).units
        if len(units) < BEGINNING + LEAST:
            continue
        at = units[BEGINNING - 1][1]
        forms = {REAL: body}
        forms |= {HARMED[kind]: harm(body, kind, lexicon, after=at) for kind in DAMAGES}
        found.append(
            [
                Work(name, len(found), header + body[:at], form[at:], bool(header))
                for name, form in forms.items()
                if name == REAL or form != body
            ]
        )
        if sum(len(works) == len(forms) for works in found) == wanted:
            break
    best = sorted(found, key=len, reverse=True)[:wanted]
    return [work for works in best for work in works]


def harm(body: str, kind: str, lexicon: Lexicon, *, after: int) -> str:
    """A story that is harmed in one way, and not before the character `after`."""
    if kind == "plot":  # the first two sentences stay where they are
        harmed = damage(body, kind, lexicon=lexicon, seed=0)
        return harmed if harmed.startswith(body[:after]) else body
    text = Text(body)
    spots = chosen(text, kind, lexicon, Random(f"{kind} {body}"))
    return text.exchange((s.start, s.end, s.other) for s in spots if s.start >= after)
