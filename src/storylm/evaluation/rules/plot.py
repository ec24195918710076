"""Questions of plot: how the story ends, what comes next, and in which order it happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from storylm.evaluation.questions import Question
from storylm.evaluation.rules.lexicon import FEMALE, MALE, Lexicon, bare
from storylm.evaluation.rules.text import Text

ENDING = 3
"""Sentences of an ending."""
RIVALS = 3
"""Passages of other stories against the true one."""
BLOCK = 4
"""Sentences of which the order is asked."""
LEAST = 8
"""Sentences of a story with a plot."""
LENGTHS = 1.5
"""How many times as long as the true passage another may be, or the other way round."""


@dataclass(frozen=True)
class Passage:
    """Some sentences of a story, and who is in them."""

    text: str
    names: tuple[str, ...]
    genders: frozenset[str]
    """Of its pronouns and nouns."""

    @classmethod
    def read(cls, text: str, lexicon: Lexicon) -> Passage:
        """Find out who is in it."""
        words = Text(text).words
        names = dict.fromkeys(bare(w.text) for w in words if bare(w.text) in lexicon.names)
        genders = {"m" if w.low in MALE else "f" for w in words if w.low in MALE | FEMALE}
        return cls(text, tuple(names), frozenset(genders))


@dataclass(frozen=True)
class Shelf:
    """Passages of other stories, to be offered where they do not belong."""

    endings: tuple[Passage, ...]
    sentences: tuple[Passage, ...]

    @classmethod
    def read(cls, texts: Sequence[Text], lexicon: Lexicon) -> Shelf:
        """The endings of all stories that have a plot, and the sentences that open none of them."""
        told = [text for text in texts if len(text.units) >= LEAST]
        sentences = [text.text[start:end] for text in told for start, end in text.units[2:]]
        return cls(
            tuple(Passage.read(ending_of(text), lexicon) for text in told),
            tuple(Passage.read(sentence, lexicon) for sentence in sentences),
        )


def endings(
    story: int, text: Text, shelf: Shelf, lexicon: Lexicon, random: Random
) -> Iterator[Question]:
    """The ending against those of other stories, told of this story's characters."""
    if len(text.units) >= LEAST:
        own = ending_of(text)
        rivals = foreign(text, own, shelf.endings, lexicon, random, count=RIVALS)
        if rivals:
            before = text.text[: text.units[-ENDING][0]]
            yield Question("plot", "ending", story, before, own, tuple(rivals))


def following(
    story: int, text: Text, shelf: Shelf, lexicon: Lexicon, random: Random, *, most: int
) -> Iterator[Question]:
    """The next sentence against sentences of other stories, told of this story's characters."""
    places = list(range(2, len(text.units)))
    for i in sorted(random.sample(places, min(most, len(places)))):
        start, end = text.units[i]
        own = text.text[start:end]
        rivals = foreign(text, own, shelf.sentences, lexicon, random, count=RIVALS)
        if rivals:
            yield Question("plot", "next", story, text.text[:start], own, tuple(rivals))


def shuffled(story: int, text: Text, random: Random, *, most: int) -> Iterator[Question]:
    """Some sentences in their order, and in another: the same words, so their likelihoods say it
    without any correction."""
    places = list(range(2, len(text.units) - BLOCK + 1, BLOCK))
    for i in sorted(random.sample(places, min(most, len(places)))):
        block = text.units[i : i + BLOCK]
        start, end = block[0][0], block[-1][1]
        right = text.text[start:end]
        wrong = in_another_order(text, block, random)[start:end]
        if wrong != right:
            yield Question("plot", "shuffled", story, text.text[:start], right, (wrong,))


def foreign(
    text: Text,
    own: str,
    others: Sequence[Passage],
    lexicon: Lexicon,
    random: Random,
    *,
    count: int,
) -> list[str]:
    """Passages of other stories that nothing but their content gives away: of about the same
    length, with pronouns of the same genders, and under names of this story."""
    found: list[str] = []
    genders = Passage.read(own, lexicon).genders
    cast = list(dict.fromkeys(bare(w.text) for w in text.words if bare(w.text) in lexicon.names))
    for other in random.sample(others, len(others)):
        near = 1 / LENGTHS < len(other.text) / max(1, len(own)) < LENGTHS
        if other.genders != genders or not near or other.text in text.text:
            continue
        told = renamed(other, cast, lexicon)
        taken = [own, *found]
        if told and not any(one.startswith(told) or told.startswith(one) for one in taken):
            found.append(told)
            if len(found) == count:
                break
    return found


def renamed(passage: Passage, cast: Sequence[str], lexicon: Lexicon) -> str:
    """A passage under other names, each gender under its own; empty where they do not suffice."""
    free = list(cast)
    called: dict[str, str] = {}
    for name in passage.names:
        fitting = [c for c in free if lexicon.names[c] == lexicon.names[name]]
        if not fitting:
            return ""
        called[name] = fitting[0]
        free.remove(fitting[0])
    text = Text(passage.text)
    return text.exchange(
        (word.start, word.start + len(bare(word.text)), called[bare(word.text)])
        for word in text.words
        if bare(word.text) in called
    )


def ending_of(text: Text) -> str:
    return text.text[text.units[-ENDING][0] : text.units[-1][1]]


def in_another_order(text: Text, units: Sequence[tuple[int, int]], random: Random) -> str:
    """The text with some of its sentences in another order; what lies between them stays."""
    order = list(range(len(units)))
    while len(units) > 1 and order == sorted(order):
        random.shuffle(order)
    return text.exchange(
        (start, end, text.text[slice(*units[i])]) for (start, end), i in zip(units, order)
    )
