"""A story as the rules read it: words, sentences, what is said aloud, and where it could change."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
STOP = re.compile(r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bMrs)[.!?]+[\"”'’]*(?=\s|$|[A-Z“\"])|\n+")
QUOTES = {'"': 0, "“": 1, "”": -1}


@dataclass(frozen=True)
class Spot:
    """A place that could read otherwise. What stands there and `other` are each other's rival: a
    text in which they were exchanged has the same spot, the other way round."""

    rule: str
    start: int
    end: int
    other: str
    way: str = ""
    """Which way round, where one way is commoner than the other: `was>were`."""

    @property
    def back(self) -> str:
        """The other way round."""
        return ">".join(reversed(self.way.split(">")))


@dataclass(frozen=True)
class Word:
    start: int
    end: int
    text: str
    """As it stands."""
    low: str
    quoted: bool
    """Within speech."""
    after: str
    """What stands between the word before and this one; after a sentence's end, that end too."""

    @property
    def follows(self) -> bool:
        """Whether nothing but a blank parts it from the word before."""
        return self.after == " "

    @property
    def opens(self) -> bool:
        """Whether a sentence, a line or speech begins with it."""
        return self.after == "" or bool(re.search(r"[.!?:\n\"“”]", self.after))


@dataclass(frozen=True)
class Text:
    """A story, read once for all rules."""

    text: str

    @cached_property
    def words(self) -> list[Word]:
        found, at, depth, open_ = [], 0, 0, False
        for match in WORD.finditer(self.text):
            between = self.text[at : match.start()]
            for mark in between:
                if mark == '"':
                    open_ = not open_
                elif mark == "\n":
                    open_, depth = False, 0  # a quotation mark that was forgotten harms one line
                else:
                    depth = max(0, min(1, depth + QUOTES.get(mark, 0)))
            word = match.group()
            quoted = open_ or depth > 0
            low = word.lower().replace("’", "'")
            found.append(Word(match.start(), match.end(), word, low, quoted, between))
            at = match.end()
        return found

    @cached_property
    def stops(self) -> list[int]:
        """Where sentences end, in speech too; the last one is the end of the text."""
        found = [match.end() for match in STOP.finditer(self.text)]
        return found if found and found[-1] == len(self.text) else [*found, len(self.text)]

    def sentence(self, at: int) -> tuple[int, int]:
        """Beginning and end of the sentence that holds a character, blanks around it aside."""
        i = bisect_right(self.stops, at)
        start = self.stops[i - 1] if i else 0
        end = self.stops[min(i, len(self.stops) - 1)]
        start += len(self.text[start:end]) - len(self.text[start:end].lstrip())
        return start, start + len(self.text[start:end].rstrip())

    @cached_property
    def units(self) -> list[tuple[int, int]]:
        """Whole sentences that can change places: speech stays in one piece with its quotes."""
        found: list[tuple[int, int]] = []
        start = 0
        for stop in self.stops:
            piece = self.text[start:stop]
            whole = piece.count('"') % 2 == 0 and piece.count("“") == piece.count("”")
            if not piece.strip():
                start = stop
            elif whole or piece.endswith("\n") or stop == len(self.text):
                begin = start + len(piece) - len(piece.lstrip())
                found.append((begin, begin + len(piece.strip())))
                start = stop
        # What is said and who says it belong together: "Yes!" he said.
        joined: list[tuple[int, int]] = []
        for begin, end in found:
            if joined and self.text[begin].islower():
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((begin, end))
        return joined

    def exchange(self, changes: Iterable[tuple[int, int, str]]) -> str:
        """The text with other words at some places, which do not overlap."""
        pieces, at = [], 0
        for start, end, other in sorted(changes):
            pieces += [self.text[at:start], other]
            at = end
        return "".join([*pieces, self.text[at:]])


def like(word: str, model: str) -> str:
    """A word, capital where its model is."""
    return word[:1].upper() + word[1:] if model[:1].isupper() else word


def closed(listed: str) -> frozenset[str]:
    """A closed list."""
    return frozenset(listed.split())
