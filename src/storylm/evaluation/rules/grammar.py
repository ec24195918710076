"""Places where grammar leaves one of two forms: agreement, tense, determiner, order of words.

Each rule looks at closed words and at those of the lexicon, never at which of two forms stands
there, so that it finds a spot in a sound text and in one that was harmed.
"""

from __future__ import annotations

from collections.abc import Iterator

from storylm.evaluation.rules.lexicon import HELPS, Lexicon
from storylm.evaluation.rules.text import Spot, Text, Word, closed, like

NUMBERS = {"was": "were", "is": "are", "has": "have", "wasn't": "weren't", "isn't": "aren't",
           "doesn't": "don't"}  # fmt: skip
EITHER = NUMBERS | {plural: one for one, plural in NUMBERS.items()}
SINGULAR = closed("he she it")
PLURAL = closed("they we")
SUBJECTS = SINGULAR | PLURAL
UNREAL = closed(
    """
    if wish wished wishes though did does do will would could can should must may might to let
    lets make makes made help helped helps see saw watch watched hear heard felt have had
    """
)
"""Before a subject they ask for another form: if he were, did he have, made him look."""
OPENERS = closed("but because when that so then and while until before after as")
DETERMINERS = closed("the a an his their my your our its")
BEFORE_THE = closed(
    """
    all both half such quite rather what many even only just not so too first last next once
    again now then here there one ones
    """
)
"""Words that may stand before a determiner or behind it."""
COUNTS = closed("a an this every each one these two three four five six many several")
"""A noun behind one of them has one number."""
CLOSES = closed(
    """
    and or but in on at with for from to of that was were is are had said into by under behind
    near because so when who which
    """
)
"""A noun before one of these, or before a stop, ends its phrase: no `toy store`."""
UNSURE = ("hour", "honest", "heir", "honor", "herb", "u", "eu", "one", "once")
"""Beginnings that are not said as they are written."""
NEGATED = closed("did was were is are could would can will had do does")


def agreement(text: Text, lexicon: Lexicon) -> Iterator[Spot]:
    """was or were, and the like, next to a subject whose number is plain."""
    for i, word in enumerate(text.words):
        other = EITHER.get(word.low)
        if other and word.follows and i and plain_subject(text.words, i - 1, lexicon):
            yield Spot("agreement", word.start, word.end, other, f"{word.low}>{other}")


def plain_subject(words: list[Word], i: int, lexicon: Lexicon) -> bool:
    """Whether the subject that ends with word i can only be of one number."""
    word = words[i]
    ahead = words[i - 1].low if i and not word.opens else ""
    if word.low in SUBJECTS:
        return ahead not in UNREAL | {"and", "or", "of", "like"}
    if word.text in lexicon.names:
        if ahead == "and" and word.follows and i > 1 and words[i - 2].text in lexicon.names:
            return i == 2 or words[i - 2].opens
        return word.opens or (ahead in OPENERS - {"and", "as"} and word.follows)
    noun = word.low in lexicon.plurals or word.low in lexicon.singular
    if noun and word.follows and ahead in DETERMINERS - {"a", "an"}:
        article = words[i - 1]
        return article.opens or (i > 1 and words[i - 2].low in OPENERS - {"and", "as"})
    return False


def tense(text: Text, lexicon: Lexicon) -> Iterator[Spot]:
    """The past behind a subject of the narration, the plain form behind `to` or `could`."""
    forms = lexicon.past | {past: base for base, past in lexicon.past.items()}
    of_the_past = in_the_past(text)
    for before, word, i in pairs(text):
        other = forms.get(word.low)
        if not other or word.text != word.low or other == word.low:
            continue
        way = "past>plain" if word.low in lexicon.past.values() else "plain>past"
        told = of_the_past and not before.quoted and tells(text.words, i - 1, lexicon)
        if told or before.low in HELPS:
            yield Spot("tense", word.start, word.end, other, way)


def in_the_past(text: Text) -> bool:
    """Whether the story is told in the past, by words that the rule does not touch."""
    told = [word.low for word in text.words if not word.quoted]
    now = sum(word in ("is", "are", "has", "have", "does", "says", "do") for word in told)
    return 4 * now < sum(word in ("was", "were", "had", "did", "could") for word in told)


def tells(words: list[Word], i: int, lexicon: Lexicon) -> bool:
    """Whether word i is a subject of which the narration tells something."""
    word = words[i]
    if word.low not in ("he", "she", "they") and word.text not in lexicon.names:
        return False
    if word.opens or i == 0:
        return True
    if word.low not in SUBJECTS:
        return words[i - 1].low in OPENERS - {"and", "as", "before", "after", "that"}
    return words[i - 1].low not in UNREAL | {"that"}


def determiner(text: Text, lexicon: Lexicon) -> Iterator[Spot]:
    """a or an; one ball, two balls; this ball, these balls."""
    for before, word, i in pairs(text):
        if before.low in ("a", "an") and before.text != "A" and sounded(word.low):
            other = like("a" if before.low == "an" else "an", before.text)
            way = f"{before.low}>{other.lower()}"
            yield Spot("determiner", before.start, before.end, other, way)
        several = lexicon.plurals.get(word.low)
        other = several or lexicon.singular.get(word.low, "")
        if other and before.low in COUNTS and closes(text.words, i):
            way = "one>more" if several else "more>one"
            yield Spot("determiner", word.start, word.end, like(other, word.text), way)


def sounded(word: str) -> bool:
    """Whether it is plain that a word begins with a vowel, or that it does not."""
    return len(word) > 1 and not word.startswith(UNSURE)


def closes(words: list[Word], i: int) -> bool:
    """Whether word i is the last of its phrase."""
    return i + 1 == len(words) or not words[i + 1].follows or words[i + 1].low in CLOSES


def order(text: Text, lexicon: Lexicon) -> Iterator[Spot]:
    """Two neighbours that cannot change places: the ball, to play, did not."""
    for before, word, _ in pairs(text):
        two = (before.low, word.low)
        plain = before.text == before.low and word.text == word.low and "'" not in "".join(two)
        if not plain or set(two) & BEFORE_THE - {"not"}:
            continue
        one_article = len(DETERMINERS & set(two)) == 1 and "not" not in two
        negation = ("not" in two) and bool(NEGATED & set(two))
        infinitive = "to" in two and bool(set(two) & lexicon.past.keys())
        if one_article or negation or infinitive:
            yield Spot("order", before.start, word.end, f"{word.text} {before.text}")


def pairs(text: Text) -> Iterator[tuple[Word, Word, int]]:
    """Neighbours with only a blank between them, and where the second stands. A formula that all
    stories begin with is known by heart and asks nothing."""
    for i, word in enumerate(text.words):
        formula = {text.words[i - 1].low, word.low} <= {"once", "upon", "a", "time"}
        if i and word.follows and not formula:
            yield text.words[i - 1], word, i
