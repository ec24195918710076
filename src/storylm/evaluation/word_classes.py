"""Classes of words, by rule: what a token of a story is part of."""

from __future__ import annotations

import re
from collections.abc import Sequence

END = "the end"
CLASSES = (
    "names", "function words", "verbs", "other words", "quotes", "punctuation", "blanks", END
)  # fmt: skip


def listed(words: str) -> frozenset[str]:
    """A set of words, written with blanks between them."""
    return frozenset(words.split())


FUNCTION = listed(
    """
    a an the this that these those my your his her its our their some any no every each all both
    and or but so if because when while as than then though until before after since of in on at by
    for with from to into onto over under up down out off about around through near behind between
    beside inside outside across along away back again i you he she it we they me him them us who
    what which where why how whose myself himself herself itself themselves yourself one there here
    not too very also just only am is are was were be been being do does did have has had will would
    can could shall should may might must don't didn't can't couldn't wasn't isn't it's i'm let's
    won't wouldn't
    """
)
VERBS = listed(
    """
    go goes went gone come comes came see sees saw seen say says said tell tells told ask asks think
    thinks thought know knows knew known get gets got give gives gave given take takes took taken
    make makes made find finds found want wants like likes love loves look looks play plays run runs
    ran walk walks jump jumps help helps try tries tried put puts keep keeps kept let lets hold
    holds held hear hears heard feel feels felt fall falls fell fallen fly flies flew eat eats ate
    eaten drink drinks drank sleep sleeps slept sit sits sat stand stands stood bring brings brought
    buy buys bought catch catches caught throw throws threw thrown begin begins began begun start
    starts stop stops leave leaves left lose loses lost meet meets met open opens close read reads
    write wrote draw drew sing sang sung win won break broke broken build built cut cuts hide hid
    hidden hit hits hurt hurts learn live move need needs pick point pull push reach rest ride rode
    roll share shine shone shout show smile laugh cry cried speak spoke swim swam teach taught thank
    touch turn use used wait wake woke wash watch wear wore wish work worry yell hug climb clap
    dance decide end happen hop become became grow grew call believe forgot forget remember
    understand understood
    """
)
"""The commonest verbs of children's stories, as they are written; other words that end in -ed or
-ing count as verbs too."""
NOT_VERBS = listed(
    """
    shed sled king ring wing spring string thing something anything nothing everything morning
    evening ceiling seed weed speed hundred sacred
    """
)
PIECES = re.compile(r"(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)|(?P<quote>[\"“”'‘’])|(?P<blank>\s+)|.")
OPENS = re.compile(r"(^|[.!?:\n][\"”’']?\s*|[\"“‘]\s*)$")
"""What stands before a sentence's first word."""


def classify(story: str, places: Sequence[int], sizes: Sequence[int]) -> list[str]:
    """The class of each token, by its place and size in bytes: that of its first letter, else of
    its first character that is not blank, else blanks."""
    by_byte: list[str] = []
    for match in PIECES.finditer(story):
        by_byte += [class_of(story, match)] * len(match.group().encode())
    found = []
    for place, size in zip(places, sizes, strict=True):
        inside = by_byte[place : place + size]
        words = [name for name in inside if name in CLASSES[:4]]
        signs = [name for name in inside if name != "blanks"]
        found.append((words or signs or ["blanks"])[0])
    return found


def class_of(story: str, match: re.Match[str]) -> str:
    """The class of one piece of a story."""
    if match.lastgroup == "blank":
        return "blanks"
    if match.lastgroup == "quote":
        return "quotes"
    if match.lastgroup != "word":
        return "punctuation"
    word = match.group()
    low = word.lower().replace("’", "'")
    if low in FUNCTION or low.removesuffix("'s") in FUNCTION:
        return "function words"
    if word[0].isupper():
        opens = OPENS.search(story[max(0, match.start() - 4) : match.start()])
        if not opens or is_name(story, word):
            return "names"
    endings = low.endswith(("ed", "ing")) and len(low) > 4 and low not in NOT_VERBS
    return "verbs" if low in VERBS or endings else "other words"


def is_name(story: str, word: str) -> bool:
    """Whether a word that opens a sentence stands capitalized inside one too, and nowhere small."""
    if re.search(rf"\b{re.escape(word.lower())}\b", story):
        return False
    return re.search(rf"[a-z,] {re.escape(word)}\b", story) is not None
