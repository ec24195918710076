"""Grades of a judge: a model behind an endpoint, which is itself examined.

Beside what the run tells, it grades held-out stories, whole and harmed, without being told which is
which. A judge that does not put the whole ones first is of no use, and that is said.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable

from storylm.config.judging import JudgeConfig
from storylm.evaluation.asked import told_as_asked
from storylm.evaluation.candidate import Candidate, Findings
from storylm.evaluation.judging.anchors import anchor_works
from storylm.evaluation.judging.asking import Asking
from storylm.evaluation.judging.findings import report
from storylm.evaluation.judging.questions import AS_ASKED, TOLD, Work
from storylm.evaluation.real import MARK

ASKED = 50
"""Headers of held-out stories from which a run tells that has learned to follow them."""


def examine(candidate: Candidate) -> Findings:
    """Ask every judge about everything.

    Raises ValueError where the endpoint refuses, or more would be asked than `judge.most_requests`,
    ConnectionError where it is gone. What was answered until then is kept, so that the same command
    goes on from there.
    """
    config = candidate.config.judge
    works = told_works(candidate) + anchor_works(candidate)
    names = judge_names(config)
    askings = [
        Asking(judge, config, works, say=speaker(name)) for name, judge in zip(names, config.judges)
    ]
    for asking in askings:
        asking.say(asking.estimate())
    needed = sum(len(asking.left) for asking in askings)
    if 0 < config.most_requests < needed:
        for asking in askings:
            asking.close()
        raise ValueError(
            f"judge.most_requests={config.most_requests}, but {needed:,} are needed; raise it, or "
            "lower tellings, judge.samples or judge.anchors"
        )
    verdicts = {name: asking.verdicts() for name, asking in zip(names, askings)}
    findings = report(works, verdicts, seed=candidate.config.seed)
    for asking, judge in zip(askings, findings.details["judges"]):
        judge |= asking.facts()
        if judge["of_no_use"]:
            asking.say(f"of no use for {', '.join(judge['of_no_use'])}: the page says why")
    return findings


def judge_names(config: JudgeConfig) -> list[str]:
    """The models' names; with the address where two are called the same."""
    count = Counter(judge.model for judge in config.judges)
    return [
        f"{judge.model} at {judge.base_url}" if count[judge.model] > 1 else judge.model
        for judge in config.judges
    ]


def speaker(name: str) -> Callable[[str], None]:
    return lambda words: print(f"judge {name}: {words}", file=sys.stderr, flush=True)


def told_works(candidate: Candidate) -> list[Work]:
    """What the run tells from the openings; and from headers, where it was trained on such."""
    instruct = candidate.run.config.data.instruct
    told = [(TOLD, telling) for telling in candidate.tellings]
    if instruct:
        told += [(AS_ASKED, telling) for telling in told_as_asked(candidate, ASKED)[0]]
    groups: dict[str, int] = {}
    return [
        Work(
            kind,
            groups.setdefault(telling.opening, len(groups)),
            telling.opening,
            telling.text,
            instruct and MARK in telling.opening,
        )
        for kind, telling in told
    ]
