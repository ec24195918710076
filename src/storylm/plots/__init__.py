"""The one door to matplotlib: every picture of the project, in one look. It is slow to load, so
each picture loads it when it is drawn."""

from storylm.plots.runs import plot_curves, plot_grades, plot_race, tokens_of_steps

__all__ = ["plot_curves", "plot_grades", "plot_race", "tokens_of_steps"]
