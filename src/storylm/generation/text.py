"""Text as it becomes certain: never half a character, never the beginning of a stop string."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storylm.tokenizer import ScoredTokenizer, Tokenizer


class StoryText:
    """Turns the ids of one story into text, piece by piece.

    `opens` says that the story begins with these ids, so that the blank that some tokenizers put
    first is none of it. Text that could begin a stop string is held back until it does not.
    """

    def __init__(
        self, tokenizer: Tokenizer | ScoredTokenizer, stop: Sequence[str] = (), *, opens: bool
    ) -> None:
        self.tokenizer, self.stop = tokenizer, tuple(stop)
        self.blank = " " * tokenizer.opening_blank if opens else ""
        self.decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.held = ""
        self.stopped = False

    def add(self, token: int) -> str:
        """What is new and certain with one more id; `stopped` says that a stop string came."""
        text = self.decoder.decode(self.tokenizer.decode_bytes([token]))
        if text and self.blank:
            text, self.blank = text.removeprefix(self.blank), ""
        text = self.held + text
        if found := [place for stop in self.stop if (place := text.find(stop)) >= 0]:
            self.held, self.stopped = "", True
            return text[: min(found)]
        certain = len(text) - could_begin(text, self.stop)
        self.held = text[certain:]
        return text[:certain]

    def end(self) -> str:
        """What was held back, now that nothing more comes; half a character is left out."""
        text, self.held = self.held, ""
        return text


def could_begin(text: str, stop: Sequence[str]) -> int:
    """Letters at the end of the text with which a stop string could begin: the most there are."""
    longest = max((len(string) for string in stop), default=1) - 1
    for n in range(min(longest, len(text)), 0, -1):
        if any(string.startswith(text[-n:]) for string in stop):
            return n
    return 0
