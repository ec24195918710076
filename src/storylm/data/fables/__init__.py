"""Fables: a story world that tells, scores and reads.

`tell(seed)` gives a story with its exact information in bits; `read(text)` gives the same choices
and bits back, or says where the text leaves the world; `forecast(prefix)` gives all continuations
with their chances; `grade(text, prefix)` judges what a model wrote.
"""

from storylm.data.fables.grade import Grade, grade
from storylm.data.fables.listeners import (
    Continuation,
    Difficulty,
    Reading,
    Span,
    Told,
    forecast,
    read,
    tell,
)

__all__ = [
    "Continuation",
    "Difficulty",
    "Grade",
    "Reading",
    "Span",
    "Told",
    "forecast",
    "grade",
    "read",
    "tell",
]
