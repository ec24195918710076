"""Fables: a story world that tells, scores and reads.

`tell(seed)` gives a story with its exact information in bits; `read(text)` gives the same choices
and bits back, or says where the text leaves the world; `forecast(prefix)` gives all continuations
with their chances; `grade(text, prefix)` judges what a model wrote.
"""

from storylm.data.fables.codec import Reading, Told, forecast, read, tell
from storylm.data.fables.forms import KINDS
from storylm.data.fables.grade import Grade, grade
from storylm.data.fables.labels import Reference, Span
from storylm.data.fables.listeners import Continuation
from storylm.data.fables.story import Difficulty

__all__ = [
    "KINDS",
    "Continuation",
    "Difficulty",
    "Grade",
    "Reading",
    "Reference",
    "Span",
    "Told",
    "forecast",
    "grade",
    "read",
    "tell",
]
