"""What the judges' grades say: of the run, of the judges, and of how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from storylm.evaluation.candidate import Findings
from storylm.evaluation.judging.agreement import agree
from storylm.evaluation.judging.anchors import HARMED, REAL
from storylm.evaluation.judging.page import agreement_page, examples_page, judge_page
from storylm.evaluation.judging.questions import AGE, AS_ASKED, GRADES, TOLD, Grades, Verdict, Work
from storylm.evaluation.scoring import Estimate, ratio


def report(
    works: Sequence[Work], verdicts: dict[str, list[list[Verdict]]], *, seed: int
) -> Findings:
    """`verdicts` holds, for each judge by name, those of each work."""
    by_judge = {name: [mean_of(some) for some in found] for name, found in verdicts.items()}
    told = of_all(list(by_judge.values()))
    findings = Findings()
    for name in grade_names(works):
        kinds = (TOLD, AS_ASKED) if name == "instruction" else (TOLD,)
        estimate = mean(works, told, kinds, name, seed)
        if estimate.value == estimate.value:
            findings.measures[f"judge: {name}"] = estimate
    judges = [about(works, grades, seed) for grades in by_judge.values()]
    agreement = {
        f"{one} and {other}": agree(
            works, by_judge[one], by_judge[other], names=grade_names(works)[:-1], seed=seed
        )
        for one, other in combinations(by_judge, 2)
    }
    findings.details = {
        "judges": [{"judge": name, **plain(facts)} for name, facts in zip(by_judge, judges)],
        "agreement": plain(agreement),
        "works": [
            {
                "kind": work.kind,
                "opening": work.opening,
                "text": work.text,
                "verdicts": {
                    name: [v._asdict() for v in found[i]] for name, found in verdicts.items()
                },
            }
            for i, work in enumerate(works)
        ],
    }
    for name, facts in zip(by_judge, judges):
        findings.page += judge_page(name, facts)
    findings.page += agreement_page(agreement)
    findings.page += examples_page(works, told, verdicts)
    return findings


def plain(value: Any) -> Any:
    """Estimates as value, low and high, None where there is no number."""
    if isinstance(value, Estimate):
        return {name: None if n != n else n for name, n in value._asdict().items()}
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return value


# ------------------------------------------------------------------------------------------ numbers


def grade_names(works: Sequence[Work]) -> list[str]:
    asked = {name for work in works for name in work.grades}
    return [*(name for name in GRADES if name in asked), AGE]


def mean_of(verdicts: Sequence[Verdict]) -> dict[str, float] | None:
    if not verdicts:
        return None
    rows = [{**verdict.grades, AGE: verdict.age} for verdict in verdicts]
    return {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}


def of_all(judges: Sequence[Grades]) -> Grades:
    """The mean over judges, where all of them gave grades."""
    return [
        None if None in some else {n: sum(g[n] for g in some) / len(some) for n in some[0]}
        for some in zip(*judges)
    ]


def mean(
    works: Sequence[Work], grades: Grades, kinds: Sequence[str], name: str, seed: int
) -> Estimate:
    """Of the works of some kinds, each group drawn whole."""
    rows: dict[int, list[float]] = {}
    for work, grade in zip(works, grades):
        if work.kind in kinds and grade is not None and name in grade:
            rows.setdefault(work.group, []).append(grade[name])
    above = [sum(row) for row in rows.values()]
    return ratio(above, [len(row) for row in rows.values()], seed=seed)


def about(works: Sequence[Work], grades: Grades, seed: int) -> dict[str, Any]:
    """One judge: its means by kind, and how often it puts a whole story above a damaged one."""
    kinds = list(dict.fromkeys(work.kind for work in works))
    names = grade_names(works)
    whole = {work.group: grade for work, grade in zip(works, grades) if work.kind == REAL}
    ranks: dict[str, dict[str, Estimate]] = {}
    of_no_use: list[str] = []
    for damage, kind in HARMED.items():
        pairs = [
            (whole[work.group], grade)
            for work, grade in zip(works, grades)
            if work.kind == kind and grade is not None and whole[work.group] is not None
        ]
        if kind in kinds:
            ranks[kind] = {
                name: share([(1 + np.sign(a[name] - b[name])) / 2 for a, b in pairs if name in a])
                for name in names[:-1]
            }
            if not ranks[kind][damage].low > 0.5:
                of_no_use.append(damage)
    return {
        "unanswered": sum(grade is None for grade in grades),
        "means": {k: {n: mean(works, grades, (k,), n, seed) for n in names} for k in kinds},
        "ranks_real_above": ranks,
        "of_no_use": of_no_use,
    }


def share(wins: Sequence[float]) -> Estimate:
    """A share with its 95 % interval (Wilson 1927), which knows that ten of ten are only ten."""
    n, z = len(wins), 1.959964
    if not n:
        return Estimate(float("nan"), float("nan"), float("nan"))
    p = float(np.mean(wins))
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Estimate(p, max(0.0, float(middle - half)), min(1.0, float(middle + half)))
