"""The plots, and the story around them: who it is about, what happens, how it ends.

A plot is a function with *hooks*: the sentences that set it going. The story draws one hook among
those of all plots, so that the first words of a plot tell the reader which plot it is. An episode,
a smaller plot that begins before and ends after, has hooks of its own among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from storylm.data.fables.plots import (
    bravery,
    cleverness,
    friendship,
    helping,
    home,
    kindness,
    losing,
    patience,
    seasons,
    surprises,
)
from storylm.data.fables.plots.episodes import EPISODES, Episode
from storylm.data.fables.plots.header import ask
from storylm.data.fables.plots.plot import Plot
from storylm.data.fables.plots.scenes import foreshadow, introduce, weather
from storylm.data.fables.story import Story

PLOTS = (
    *losing.PLOTS,
    *friendship.PLOTS,
    *home.PLOTS,
    *patience.PLOTS,
    *bravery.PLOTS,
    *kindness.PLOTS,
    *surprises.PLOTS,
    *seasons.PLOTS,
    *cleverness.PLOTS,
    *helping.PLOTS,
)


def tell_fable(s: Story) -> None:
    """One whole story, from its opening to its last word."""
    fitting: Sequence[Plot] = PLOTS
    if s.difficulty.instruct:
        fitting = ask(s, PLOTS)
    introduce(s)
    s.paragraph()
    s.begin("<when> ")
    plot = choose_plot(s, fitting)
    if "sentence" in s.facts:
        s.comply("{sentence^}")
    else:
        weather(s)
    foreshadow(s, plot.hints)
    plot.tell(s)
    s.demands.met |= plot.features


def choose_plot(s: Story, fitting: Sequence[Plot]) -> Plot:
    """Tell the hook of a plot, and before it those of episodes."""
    begun: list[Episode] = []
    while True:
        plots = possible_plots(
            s.difficulty.characters - sum(episode.characters for episode in begun),
            any(episode.same_day for episode in begun),
        )
        episodes = tuple(e for e in EPISODES if may_begin(s, e, begun, fitting))
        forms, ways = hooks(plots, episodes)
        refused = ()
        if len(fitting) < len(PLOTS):
            refused = [i for i, way in enumerate(ways) if way in PLOTS and way not in fitting]
        way = ways[s.choose(*forms, refused=refused, demand="Summary")]
        if isinstance(way, Plot):
            return way
        episode = way.tell(s)
        next(episode)
        s.episodes.append(episode)
        begun.append(way)
        s.paragraph()
        s.begin("{afterwards=AFTERWARDS} ")


@cache
def possible_plots(characters: int, same_day: bool) -> tuple[Plot, ...]:
    """The plots that need no more characters, and if need be no night."""
    return tuple(
        plot for plot in PLOTS if plot.characters <= characters and not (same_day and plot.long)
    )


@cache
def hooks(
    plots: tuple[Plot, ...], episodes: tuple[Episode, ...]
) -> tuple[tuple[str, ...], tuple[Plot | Episode, ...]]:
    """What may begin now, and whose beginning it is. All plots weigh the same, and all episodes
    together weigh as much as all plots."""
    forms: list[str] = []
    ways: list[Plot | Episode] = []
    for choices in (plots, episodes):
        for choice in choices:
            weight = WEIGHT * len(plots) // len(choices) // len(choice.hooks)
            forms += [f"{hook}*{weight}" for hook in choice.hooks]
            ways += [choice] * len(choice.hooks)
    return tuple(forms), tuple(ways)


WEIGHT = 12
"""Of a plot, shared among its hooks."""


def may_begin(
    s: Story, episode: Episode, begun: Sequence[Episode], fitting: Sequence[Plot]
) -> bool:
    """Whether a story that has begun these episodes can begin this one too."""
    if episode in begun or len(begun) == s.difficulty.length:
        return False
    told = [*begun, episode]
    room = s.difficulty.characters - sum(e.characters for e in told)
    left = possible_plots(room, any(e.same_day for e in told))
    return any(plot in left for plot in fitting)
