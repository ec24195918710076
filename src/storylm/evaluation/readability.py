"""How hard English text is to read: Flesch's two formulas, with a rule for syllables of our own.

The rule: a row of vowels (a e i o u y) is a syllable, and a word has at least one. After a
consonant the vowel of a final -e is silent (made); that of -es unless s, x, z, c, g, ch or sh stand
before it (makes, but boxes); that of -ed unless t or d do (jumped, but wanted); and none of the
three after a consonant and l (little, apples, tumbled), where that consonant is not l, r or w
(called, curled).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from storylm.data.figures import SENTENCE_END
from storylm.evaluation.word_rows import words

VOWELS = re.compile(r"[aeiouy]+")
HEARD = re.compile(
    r"([^aeiouylrw]l(e|es|ed)|(s|x|z|c|g|ch|sh)es|[td]ed)$"  # little, boxes, wanted
)
SILENT = re.compile(r"[^aeiouy](e|es|ed)$")


class Reading(NamedTuple):
    """What the formulas count."""

    words: int
    sentences: int
    """One at least. What is cut off before its end counts to the one before."""
    syllables: int

    @property
    def ease(self) -> float:
        """Reading ease (Flesch 1948): 100 is very easy, 0 very hard."""
        return (
            206.835
            - 1.015 * self.words / self.sentences
            - 84.6 * self.syllables / max(1, self.words)
        )

    @property
    def grade(self) -> float:
        """School year in the United States (Kincaid et al. 1975)."""
        long = self.syllables / max(1, self.words)
        return 0.39 * self.words / self.sentences + 11.8 * long - 15.59


def count_reading(text: str) -> Reading:
    found = words(text)
    sentences = len(SENTENCE_END.findall(text))
    return Reading(len(found), max(1, sentences), sum(map(count_syllables, found)))


def count_syllables(word: str) -> int:
    """Of a word in lower case."""
    rows = len(VOWELS.findall(word))
    if rows > 1 and SILENT.search(word) and not HEARD.search(word):
        rows -= 1
    return max(1, rows)
