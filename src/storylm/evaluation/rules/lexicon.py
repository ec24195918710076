"""What the rules know of a corpus: its names, verbs, nouns and things, counted in the held-out
stories themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from storylm.evaluation.rules.text import Text, closed

MALE = closed(
    """
    he him his himself boy boys man men dad daddy father king prince grandpa grandfather
    brother uncle son mr sir
    """
)
FEMALE = closed(
    """
    she her hers herself girl girls woman women mom mommy mum mummy mama mother queen princess
    grandma grandmother sister aunt daughter mrs ms miss lady
    """
)
PRONOUNS = closed("he him his himself she her hers herself")
TITLES = closed("Mr Mrs Ms Miss Dr Mister")
NO_NAMES = closed(
    """
    i i'm i'll i've i'd monday tuesday wednesday thursday friday saturday sunday christmas
    halloween easter january february march april may june july august september october
    november december ok tv english god
    """
)
IRREGULAR = {
    "go": "went", "run": "ran", "see": "saw", "take": "took", "give": "gave", "come": "came",
    "make": "made", "say": "said", "tell": "told", "think": "thought", "know": "knew",
    "get": "got", "begin": "began", "sit": "sat", "stand": "stood", "hear": "heard",
    "feel": "felt", "find": "found", "keep": "kept", "sleep": "slept", "eat": "ate",
    "drink": "drank", "swim": "swam", "sing": "sang", "fall": "fell", "fly": "flew",
    "grow": "grew", "throw": "threw", "catch": "caught", "buy": "bought", "bring": "brought",
    "teach": "taught", "win": "won", "lose": "lost", "hide": "hid", "ride": "rode",
    "drive": "drove", "write": "wrote", "break": "broke", "speak": "spoke", "wake": "woke",
    "shake": "shook", "forget": "forgot", "hold": "held", "meet": "met", "build": "built",
    "send": "sent", "dig": "dug", "draw": "drew", "wear": "wore", "climb": "climbed",
    "understand": "understood", "become": "became", "choose": "chose", "blow": "blew",
}  # fmt: skip
NOT_VERBS = closed("be need bed red")
HELPS = closed(
    """
    to could would can will didn't couldn't can't wouldn't won't don't did must should let's
    """
)
LEFT_OUT = closed(
    """
    way time day night side end rest top bottom middle thing things place other others same
    next world idea bit lot one ones morning evening afternoon corner edge back front water
    air sky sun moon ground kind sound noise moment week name piece adventure surprise rain
    word wish secret task problem joke treat mark pile number measure goal
    """
)
"""Nouns that are no things one can hold, or that need no first mention, as the sun."""


@dataclass(frozen=True)
class Lexicon:
    """Words of a corpus."""

    names: dict[str, str] = field(default_factory=dict)
    """Gender of each name: m, f, or nothing where the stories do not tell."""
    past: dict[str, str] = field(default_factory=dict)
    """Past of each verb."""
    plurals: dict[str, str] = field(default_factory=dict)
    """Plural of each noun that has both."""
    things: tuple[str, ...] = ()
    """Nouns that a story mentions before it says `the`, the commonest first."""

    @cached_property
    def singular(self) -> dict[str, str]:
        """Noun of each plural."""
        return {plural: noun for noun, plural in self.plurals.items()}

    @classmethod
    def read(cls, stories: Sequence[str]) -> Lexicon:
        """Count the words of stories."""
        texts = [Text(story) for story in stories]
        low = Counter(w.low for text in texts for w in text.words if w.text == w.low)
        names = find_names(texts, low)
        past = find_verbs(texts, low)
        plurals = find_plurals(texts, low)
        return cls(names, past, plurals, find_things(texts, plurals, past))


def find_names(texts: Sequence[Text], low: Counter[str]) -> dict[str, str]:
    """Words that are capital within sentences and nowhere small; twice, so that a slip of the pen
    is none. Where one opens a sentence, the pronoun that comes next tells its gender."""
    seen = Counter(
        bare(w.text) for t in texts for w in t.words if w.text[:1].isupper() and not w.opens
    )
    known = {
        name
        for name, count in seen.items()
        if count > 1
        and name[1:].islower()
        and name not in TITLES
        and low[name.lower()] == 0
        and name.lower() not in NO_NAMES
    }
    votes: Counter[tuple[str, str]] = Counter()
    for text in texts:
        name, left = "", 0
        for word in text.words:
            left -= 1
            if bare(word.text) in known:
                name, left = bare(word.text), 25 if word.opens and not word.quoted else 0
            elif word.low in PRONOUNS and left > 0 and not word.quoted:
                votes[name, "m" if word.low in MALE else "f"] += 1
                left = 0
    for name in known & {"Grandpa", "Grandma", "Dad", "Daddy", "Mom", "Mommy"}:
        votes[name, "m" if name.lower() in MALE else "f"] += 1_000
    return {name: of_votes(votes[name, "m"], votes[name, "f"]) for name in sorted(known)}


def of_votes(male: int, female: int) -> str:
    most = max(male, female)
    return "" if most < 3 or most < 0.8 * (male + female) else "m" if male > female else "f"


def find_verbs(texts: Sequence[Text], low: Counter[str]) -> dict[str, str]:
    """Verbs that stand behind `to`, `could` and the like, and whose past is in the corpus too."""
    helped: Counter[str] = Counter()
    for text in texts:
        for before, word in zip(text.words, text.words[1:]):
            helped[word.low] += before.low in HELPS and word.follows
    found = {base: past for base, past in IRREGULAR.items() if low[past] and low[base]}
    for base, count in sorted(helped.items()):
        if count > 1 and base not in IRREGULAR and base not in NOT_VERBS and len(base) > 2:
            past = next((form for form in regular(base) if low[form] > 1), None)
            if past:
                found[base] = past
    return found


def regular(base: str) -> tuple[str, ...]:
    """How the past of a verb may be spelt."""
    if base.endswith("e"):
        return (base + "d",)
    if base.endswith("y") and base[-2] not in "aeiou":
        return (base[:-1] + "ied",)
    doubled = base + base[-1] + "ed"  # hopped is of hop, hoped of hope
    return (
        (doubled, base + "ed")
        if re.fullmatch(r".*[^aeiou][aeiou][^aeiouwxy]", base)
        else (base + "ed",)
    )


def find_plurals(texts: Sequence[Text], low: Counter[str]) -> dict[str, str]:
    """Nouns: what stands behind `a` and `the`, and with an s elsewhere."""
    behind: Counter[str] = Counter()
    for text in texts:
        for before, word in zip(text.words, text.words[1:]):
            behind[word.low] += before.low in ("a", "an", "the") and word.follows
    nouns = [w for w, n in sorted(behind.items()) if n > 2 and n > 0.2 * low[w] and len(w) > 2]
    pairs = {noun: plural_of(noun) for noun in nouns if not noun.endswith("s")}
    return {noun: plural for noun, plural in pairs.items() if low[plural]}


def plural_of(noun: str) -> str:
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def find_things(
    texts: Sequence[Text], plurals: dict[str, str], past: dict[str, str]
) -> tuple[str, ...]:
    """Nouns whose first mention in a story seldom is `the` one, and which no verb is spelt like."""
    stories: Counter[str] = Counter()
    sudden: Counter[str] = Counter()
    for text in texts:
        seen: set[str] = set()
        for before, word in zip(text.words, text.words[1:]):
            if word.low in plurals and word.low not in seen:
                seen.add(word.low)
                stories[word.low] += 1
                sudden[word.low] += before.low == "the" and word.follows
    good = [
        (count, noun)
        for noun, count in stories.items()
        if count >= 4 and sudden[noun] <= 0.3 * count
        and noun not in past and noun not in LEFT_OUT and noun not in MALE | FEMALE
    ]  # fmt: skip
    return tuple(noun for _, noun in sorted(good, key=lambda pair: (-pair[0], pair[1])))


def bare(word: str) -> str:
    """A word without its 's."""
    return re.sub(r"['’]s?$", "", word)
