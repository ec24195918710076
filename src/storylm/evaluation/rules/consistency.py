"""Places where the story so far leaves one of two: whose name, whose thing, he or she, which thing.

What a rule knows of the story it takes from words that the rivals are not among: the gender from
names, titles and words such as `boy`, never from the pronouns that it asks about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from storylm.evaluation.rules.lexicon import FEMALE, MALE, PRONOUNS, Lexicon, bare
from storylm.evaluation.rules.text import Spot, Text, Word, closed, like

INTRODUCES = closed("named called name is was friend mr mrs ms miss dr and with met")
KIN = closed(
    """
    mom mommy mum dad daddy mother father parents family friend friends sister brother grandma
    grandpa name hand hands head eyes eye face arms arm heart best own room house home way
    turn bed mind feet foot back legs nose mouth ears tail wings hair dog cat bird aunt uncle
    """
)
"""What each of two can have one of."""
OBJECT_ENDS = closed(
    """
    to and with in on at for from of that but so up down out off because when if what how a an
    the as by again too very away not over about
    have get go know feel see happy smile laugh
    """
)
"""Behind `her` they say that it is him, not his."""


def names(text: Text, lexicon: Lexicon) -> Iterator[Spot]:
    """A name, where another character's would be wrong: where that one is named in the sentence
    already, or where nobody else is in the story, so that it would be a stranger's."""
    counts: Counter[str] = Counter()
    last: tuple[int, str] = (-1, "")
    cast = characters(text, lexicon)
    for i, word in enumerate(text.words):
        name = bare(word.text)
        if name not in lexicon.names:
            continue
        rival, begins = "", text.sentence(word.start)[0]
        if last[0] == begins and len(counts) > 1:
            rivals = [last[1]] if last[1] != name else [c for c in cast if c != name]
            rival = rivals[0] if rivals and name in counts and rivals[0] in counts else ""
        elif counts.total() > 2 and not (i and text.words[i - 1].low in INTRODUCES):
            most, often = counts.most_common(1)[0]
            if often >= 0.7 * counts.total() and name == most:
                rival = stranger(text, lexicon, name, word.start)
            elif often >= 0.7 * counts.total() and name not in counts:
                rival = most
        if rival:
            yield Spot("names", word.start, word.end, rival + word.text[len(name) :])
        counts[name] += 1
        last = (begins, name)


def characters(text: Text, lexicon: Lexicon) -> list[str]:
    """Names of a story, the commonest first."""
    counts = Counter(bare(w.text) for w in text.words if bare(w.text) in lexicon.names)
    return [name for name, _ in counts.most_common()]


def stranger(text: Text, lexicon: Lexicon, name: str, at: int) -> str:
    """A name of the same gender that the story has not; another one at another place. Nothing for a
    name of no known gender: it may be a dragon's."""
    here = {bare(word.text) for word in text.words}
    mine = lexicon.names[name]
    free = [n for n, gender in lexicon.names.items() if gender == mine != "" and n not in here]
    return free[at % len(free)] if free else ""


def pronouns(text: Text, lexicon: Lexicon) -> Iterator[Spot]:
    """he or she, where all names and nouns so far are of one gender."""
    known: set[str] = set()
    for i, word in enumerate(text.words):
        gender = gender_of(word, lexicon)
        if gender:
            known.add(gender)
        elif known in ({"m"}, {"f"}) and (other := exchanged(text.words, i)):
            yield Spot("pronouns", word.start, word.end, other, f"{word.low}>{other.lower()}")


def gender_of(word: Word, lexicon: Lexicon) -> str:
    """m, f; ? for a name that may be either; nothing for other words."""
    name = bare(word.text)
    if name in lexicon.names:
        return lexicon.names[name] or "?"
    low = bare(word.low)
    if low in PRONOUNS:
        return ""
    return "m" if low in MALE else "f" if low in FEMALE else ""


def exchanged(words: list[Word], i: int) -> str:
    """The same pronoun of the other gender, or nothing where that could not be told back: `her` is
    him or his by what follows."""
    word = words[i]
    ends = i + 1 == len(words) or not words[i + 1].follows or words[i + 1].low in OBJECT_ENDS
    pairs = {"he": "she", "she": "he", "himself": "herself", "herself": "himself"}
    pairs |= {"him": "her", "her": "him"} if ends else {"his": "her", "her": "his"}
    return like(pairs[word.low], word.text) if word.low in pairs else ""


def owners(text: Text, lexicon: Lexicon) -> Iterator[Spot]:
    """Whose thing it is, in a story of both genders: the one's who alone is named in the sentence,
    or who had it before. Tim looked for his kite; where was Tim's kite?"""
    if not {"m", "f"} <= {gender_of(word, lexicon) for word in text.words}:
        return
    cast = characters(text, lexicon)
    owner: dict[str, set[str]] = {}
    named: set[str] = set()
    for word, thing in pairwise(text.words):
        name, gender = bare(word.text), gender_of(word, lexicon)
        if word.opens:
            named = set()
        named |= {gender} if gender else set()
        noun = lexicon.singular.get(thing.low, thing.low)
        if not thing.follows:
            continue
        held = owner.get(noun, set())
        if word.low in ("his", "her") and thing.low not in OBJECT_ENDS and not word.quoted:
            if named in ({"m"}, {"f"}) or (len(held) == 1 and "?" not in held and not named):
                other = like("her" if word.low == "his" else "his", word.text)
                yield Spot("owners", word.start, word.end, other, f"{word.low}>{other.lower()}")
        elif name != word.text and name in lexicon.names and len(held) == 1:
            rivals = [c for c in cast if lexicon.names[c] and {lexicon.names[c]} != {gender}]
            if rivals and lexicon.names[name]:
                other = rivals[0] + word.text[len(name) :]
                yield Spot("owners", word.start, word.end, other, "name>name")
        owns = gender if name != word.text else {"his": "m", "her": "f"}.get(word.low)
        if owns and noun in lexicon.plurals and noun not in KIN:
            owner.setdefault(noun, set()).add(owns)


def things(text: Text, lexicon: Lexicon) -> Iterator[Spot]:
    """`the` thing that was mentioned, against one that never was."""
    seen: list[str] = []
    here = {word.low for word in text.words}
    unseen = [thing for thing in lexicon.things if thing not in here]
    for i, word in enumerate(text.words):
        noun = word.low
        if noun not in lexicon.things:
            continue
        definite = i > 0 and text.words[i - 1].low == "the" and word.follows
        if definite and not word.quoted:
            if noun in seen and unseen:
                other = unseen[word.start % len(unseen)]
                yield Spot("things", word.start, word.end, other, "seen")
            elif noun not in seen and seen:
                yield Spot("things", word.start, word.end, seen[-1], "unseen")
        seen.append(noun)
