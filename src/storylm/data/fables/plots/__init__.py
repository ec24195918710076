"""The plots, and the story around them: who it is about, what happens, how it ends.

A plot is a function with a *hook*: the sentences that set it going. The story draws one hook among
those of all plots, so that the first words of a plot tell the reader which plot it is.
"""

from __future__ import annotations

from storylm.data.fables.plots import bravery, friendship, home, kindness, losing, patience
from storylm.data.fables.plots.scenes import introduce, weather
from storylm.data.fables.story import Story

PLOTS = (
    *losing.PLOTS,
    *friendship.PLOTS,
    *home.PLOTS,
    *patience.PLOTS,
    *bravery.PLOTS,
    *kindness.PLOTS,
)
HOOKS = tuple(form for plot in PLOTS for form in plot.hooks)
PLOT_OF_HOOK = tuple(plot for plot in PLOTS for _ in plot.hooks)


def tell_fable(s: Story) -> None:
    """One whole story, from its opening to its last word."""
    introduce(s)
    s.paragraph()
    s.begin("<when> ")
    plot = PLOT_OF_HOOK[s.plot(*HOOKS)]
    weather(s)
    plot.tell(s)
