"""Questions written by hand, of three kinds: what a small child knows of the world (`facts`), what
follows from what was said (`reasoning`), and what the story has said itself (`context`).

The three are those of Eldan & Li (2023), the questions our own, to be graded by likelihood. They
are few, so none may be won by a habit: each set of candidates is asked about as often with one of
them right as with another, and who goes by the candidates alone is right by chance. `habits` says
what it is worth to go by where, or how often, the story names them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

import yaml

from storylm.evaluation.questions import Question

FOLDER = Path(__file__).with_name("written")
PROBES = ("facts", "reasoning", "context")
FIELDS = ("kind", "before", "right", "wrong")


def questions() -> list[Question]:
    """All of them. Each is a story of its own, numbered through the three probes."""
    found: list[Question] = []
    for probe in PROBES:
        found += read_questions(FOLDER / f"{probe}.yaml", probe, first=len(found))
    return found


def read_questions(path: Path, probe: str, *, first: int = 0) -> list[Question]:
    """The questions of a YAML list, numbered from `first`.

    ValueError in one line, which names the file and the item, for a list or an item that cannot be
    asked.
    """
    try:
        items = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        words = " ".join(str(error).split())[:120]
        raise ValueError(f"{path} is no YAML: {words}") from None
    if not isinstance(items, list) or not items:
        raise ValueError(f"{path} is no list of questions; each has {', '.join(FIELDS)}")
    found: list[Question] = []
    seen: dict[str, int] = {}
    for number, item in enumerate(items, 1):
        wrong = fault(item, probe)
        if not wrong and seen.setdefault(item["before"], number) != number:
            wrong = f"its story is that of item {seen[item['before']]}"
        if wrong:
            raise ValueError(f"{path}, item {number}: {wrong}")
        story = first + number - 1
        rest = item["before"], item["right"], tuple(item["wrong"])
        found.append(Question(probe, item["kind"], story, *rest))
    return found


def fault(item: Any, probe: str) -> str:
    """What is wrong with an item, or nothing."""
    if not isinstance(item, dict) or set(item) != set(FIELDS):
        return f"it needs {', '.join(FIELDS)}, and nothing else"
    before, right, wrong = item["before"], item["right"], item["wrong"]
    for name in ("kind", "before"):
        if not isinstance(item[name], str) or not item[name].strip():
            return f"{name} is no text"
    if before != before.strip() or before[-1] in '.!?"':
        return "before must end within a sentence, without a blank"
    if not isinstance(wrong, list) or not 2 <= len(wrong) <= 3:
        return "wrong needs two or three candidates"
    candidates = [right, *wrong]
    for candidate in candidates:
        if not isinstance(candidate, str) or not re.fullmatch(r"( [A-Za-z'-]+){1,3}", candidate):
            return f"{candidate!r} must be one to three words, with a blank before each"
        if probe == "context" and not mentions(before, candidate):
            return f"the story does not mention{candidate}"
    for one, other in permutations(candidates, 2):
        if other.startswith(one):
            return f"{one!r} begins {other!r}"
    return ""


# ------------------------------------------------------------------------------------------- habits


def mentions(before: str, candidate: str) -> list[int]:
    """Where a story names a candidate."""
    word = re.escape(candidate.strip())
    return [match.start() for match in re.finditer(rf"\b{word}\b", before)]


HABITS: dict[str, Callable[[list[int]], float]] = {
    "last mentioned": lambda places: places[-1],
    "first mentioned": lambda places: -places[0],
    "most often mentioned": lambda places: len(places),
}
"""By which candidates may be preferred, given where the story names each."""


def habits(asked: Sequence[Question]) -> dict[str, float]:
    """The accuracy of whoever always takes the candidate that is last mentioned, and so on, over
    the questions whose stories name all candidates; equal candidates share. NaN for none."""
    places = [[mentions(q.before, candidate) for candidate in q.candidates] for q in asked]
    named = [row for row in places if all(row)]
    found: dict[str, float] = {}
    for name, habit in HABITS.items():
        scores = [[habit(one) for one in row] for row in named]
        shares = [(row[0] == max(row)) / row.count(max(row)) for row in scores]
        found[name] = sum(shares) / len(shares) if shares else float("nan")
    return found
