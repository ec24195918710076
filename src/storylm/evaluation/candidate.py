"""What every suite is given: a run, the stories it never saw, and what it tells.

A suite is a function `examine(candidate) -> Findings`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from storylm import generation
from storylm.checkpoint import Run
from storylm.config import EvaluateConfig
from storylm.data.stories import stories
from storylm.evaluation.openings import read_openings
from storylm.evaluation.scoring import Estimate

AT_ONCE = 50
"""Stories told side by side."""


@dataclass(frozen=True)
class Telling:
    """A story told from an opening."""

    opening: str
    text: str
    """What follows the opening."""
    ended: bool
    """Whether the model came to its end; else the context or `max_tokens` cut it off."""

    @property
    def story(self) -> str:
        return self.opening + self.text


@dataclass
class Findings:
    """What a suite leaves."""

    measures: dict[str, Estimate] = field(default_factory=dict)
    """By name, in the order in which the table shows them."""
    details: dict[str, Any] = field(default_factory=dict)
    """Plain data for the JSON."""
    page: list[str] = field(default_factory=list)
    """Lines of Markdown below the suite's own measures."""
    draw: Callable[[Path, str], None] | None = None
    """Draws the suite's picture into a file, under a title."""
    chance: dict[str, float] = field(default_factory=dict)
    """What guessing gets, of those measures that are shares of right answers."""
    abilities: list[str] = field(default_factory=list)
    """Of these, those that a picture of the learning follows."""


@dataclass
class Candidate:
    """A run under examination."""

    run: Run
    config: EvaluateConfig

    @cached_property
    def held_out(self) -> list[str]:
        """The first `stories` validation stories of the run's data; none is ever trained on."""
        return list(islice(stories(self.run.config.data, "valid"), self.config.stories))

    def training_stories(self) -> Iterator[str]:
        """All of them, one after the other, from the start."""
        return stories(self.run.config.data, "train")

    @cached_property
    def tellings(self) -> list[Telling]:
        """`tellings` stories from each opening, in the openings' order."""
        openings = self.with_room(read_openings(self.config.openings))
        return self.go_on([o for o in openings for _ in range(self.config.tellings)])

    def with_room(self, openings: Sequence[str]) -> list[str]:
        """Those that leave half of the context to the story; what is left out is told.

        ValueError where none does.
        """
        tokenizer, room = self.run.tokenizer, self.run.model.config.context_length // 2
        fit = [opening for opening in openings if len(tokenizer.encode(opening)) < room]
        words = f"of {len(openings)} openings {len(openings) - len(fit)} take more than half"
        if not fit:
            raise ValueError(
                f"{words} of the model's context, {2 * room} tokens; give shorter ones with "
                "openings=<a YAML list>"
            )
        if len(fit) < len(openings):
            print(f"{words} of the context, and are left out", file=sys.stderr, flush=True)
        return fit

    def go_on(self, openings: Sequence[str]) -> list[Telling]:
        """A story told from each opening; the dials are the config's."""
        config, tokenizer = self.config, self.run.tokenizer
        told: list[Telling] = []
        for start in range(0, len(openings), AT_ONCE):
            some = openings[start : start + AT_ONCE]
            ids = [[tokenizer.end_of_story, *tokenizer.encode(opening)] for opening in some]
            found = generation.generate(
                self.run.model,
                ids,
                ends=tokenizer.ends,
                first=start,
                temperature=config.temperature,
                top_p=config.top_p,
                max_tokens=config.max_tokens,
                seed=config.seed,
            )
            for opening, story in zip(some, found, strict=True):
                ended = bool(story) and story[-1] in tokenizer.ends
                text = generation.continuation(tokenizer, opening, story[:-1] if ended else story)
                told.append(Telling(opening, text, ended))
        return told
