"""The header before a story: what is asked of it, in the lines of the paper's instruction data.

The lines come in any order and any number. What they ask for is settled before the story begins:
the story then draws as it always does, but what is asked for has only one way to go.
"""

from __future__ import annotations

from collections.abc import Sequence

from storylm.data.fables import world
from storylm.data.fables.plots.plot import FEATURES, Plot
from storylm.data.fables.story import Story

STORY = "Story:\n\n"
"""What ends the header."""


def ask(s: Story, plots: Sequence[Plot]) -> list[Plot]:
    """Tell the header. Afterwards the story's demands are known; the plots that can meet them."""
    demands = s.demands
    demands.active = True
    lines = {
        "Words: {verb=ASKED_VERBS}{noun=ASKED_NOUNS}{adjective=ASKED_ADJECTIVES}*2": words,
        "Features: *2": features,
        "Summary: {hero=FOLK} *2": summary,
        "Random sentence: {sentence=SENTENCES}\n*2": nothing_more,
    }
    fitting = [plot for plot in plots if plot.characters <= s.difficulty.characters]
    while True:
        s.gap = ""
        chosen = s.comply(*lines, STORY)
        if chosen == len(lines):
            break
        line = list(lines)[chosen]
        s.gap = ""
        fitting = lines.pop(line)(s, fitting)
    sentence = s.facts.get("sentence")
    s.facts.clear()
    s.taken.clear()
    s.gap = ""
    if sentence is not None:
        s.know(sentence=sentence)
    return fitting


def nothing_more(s: Story, plots: list[Plot]) -> list[Plot]:
    return plots


def words(s: Story, plots: list[Plot]) -> list[Plot]:
    """A verb, a noun and an adjective that the story has to use."""
    for word in ("verb", "noun", "adjective"):
        asked = s.facts[word]
        s.demands.words[word] = (asked.set_name, asked.value)
    return plots


def features(s: Story, plots: list[Plot]) -> list[Plot]:
    """One feature or more, of those that a story can have together."""
    asked = s.demands.features
    while True:
        fitting = [plot for plot in plots if asked & OF_PLOTS <= plot.features]
        possible = [
            feature
            for feature in FEATURES
            if feature not in asked
            and (feature not in OF_PLOTS or any(feature in plot.features for plot in fitting))
        ]
        if asked:
            forms = [f", {feature}" for feature in possible]
            forms.append(f"\n*{len(FEATURES)}")
        else:
            forms = possible
        s.gap = ""
        chosen = s.comply(*forms)
        if chosen == len(possible):
            return fitting
        asked.add(possible[chosen])


OF_PLOTS = frozenset({"Twist", "Conflict"})


def summary(s: Story, plots: list[Plot]) -> list[Plot]:
    """Who the hero is and what happens, with some of the things it happens to."""
    hero = s.facts["hero"]
    before = set(s.facts)
    told = [(plot, form) for plot in plots for form in plot.summaries]
    beginning = "{hero=FOLK} "
    plot, _ = told[s.comply(*(form.removeprefix(beginning) + "\n" for _, form in told))]
    s.demands.settled |= {fact: (s.facts[fact],) for fact in set(s.facts) - before}
    s.demands.settled |= {"hero": (hero,), "kind": world.kinds_of(hero)}
    return [plot]
