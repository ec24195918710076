"""What was copied, for people: told beside real, the curve, the longest spans and their sources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from storylm.evaluation.candidate import Telling
from storylm.evaluation.scoring import Estimate

SHOWN = 3
"""Copies on the page."""
ENDING = "copied: Rouge-2 precision, true ending"


@dataclass(frozen=True)
class Copy:
    """What a corpus has of a text. Stories are counted from 0; -1 where none has anything of it."""

    words: int
    """Of the text."""
    seen: tuple[int, ...]
    """For k = 1, 2, … 12: how many places of the text begin a k-gram that the corpus has."""
    longest: int
    """Words of the longest span of the text that stands in a story."""
    span: str
    """That span, as the text has it."""
    source: int
    """The first story that has it."""
    source_text: str
    rouge: float
    """The largest Rouge-2 F of the text and a story."""
    closest: int
    """The first story that has it."""
    closest_text: str

    @property
    def whole(self) -> bool:
        """Whether all of the text stands in one story."""
        return 0 < self.words == self.longest


def page_of(
    measures: dict[str, dict[str, Estimate]],
    curves: dict[str, dict[int, Estimate]],
    told: Sequence[tuple[Telling, Copy]],
    searched: str,
) -> list[str]:
    """`measures` and `curves` by side, told and real; `searched` says in how much was looked."""
    lines = ["| | told | real |", "|---|---|---|"]
    for name, estimate in measures["told"].items():
        real = measures["real"].get(name, "")
        lines.append(f"| {name.removeprefix('copied: ')} | {estimate} | {real} |")
    lines += ["", f"Searched: {searched}. {MEANING}", "", "### Seen in training, by length", ""]
    lines += ["| words in a row | told | real |", "|---|---|---|"]
    for k, estimate in curves["told"].items():
        lines.append(f"| {k} | {estimate} | {curves['real'][k]} |")
    lines += ["", "### The longest copied spans", ""]
    worst = sorted(told, key=lambda one: -one[1].longest)[:SHOWN]
    for number, (telling, copy) in enumerate(worst, 1):
        lines += example(number, telling, copy)
    return lines


def example(number: int, telling: Telling, copy: Copy) -> list[str]:
    """A story told and the story its span was copied from, side by side."""
    if copy.source < 0:
        return []
    share = f"{copy.longest} of {copy.words} words, {len(copy.span)} characters"
    told = escape(telling.opening) + " … " + marked(telling.text.strip(), copy.span)
    source = marked(copy.source_text, copy.span)
    head = f"| told: {share} | training story {copy.source:,} |"
    return [f"{number}.", "", head, "|---|---|", f"| {told} | {source} |", ""]


def marked(text: str, span: str) -> str:
    """A text for a cell of a table, with the words of a span in bold where it first has them."""
    words = [re.escape(word) for word in re.findall(r"\w+", span)]
    found = re.search(r"(?<!\w)" + r"\W+".join(words) + r"(?!\w)", text, re.IGNORECASE)
    if found is None:
        return escape(text)
    begin, end = found.span()
    middle = escape(text[begin:end]).replace("<br>", "**<br>**")
    return f"{escape(text[:begin])}**{middle}**{escape(text[end:])}"


def escape(text: str) -> str:
    """Plain text inside a cell of a Markdown table."""
    text = re.sub(r"([\\`*_|<>\[\]#])", r"\\\1", text)
    return re.sub(r"\s*\n\s*", "<br>", text)


MEANING = (
    "Training stories are counted from 0. Real: how held-out stories went on, after as many words "
    "as an opening has. Precision is the share of the pairs of words that stand in the true second "
    "half of a held-out story; chance is what the second half of another real story gets. The two "
    "F of Rouge-2 are the largest against any other story of the same side, and against any story "
    "of the training set. A k-gram is k words in a row, whatever their case and the marks between "
    "them; a span is a row of words that stands in one training story. Whole: of the stories of 12 "
    "words or more, those that stand in one in full."
)
