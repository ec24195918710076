"""What the judges' grades say, for a reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storylm.evaluation.judging.questions import AGE, AS_ASKED, TOLD, Grades, Verdict, Work
from storylm.evaluation.scoring import Estimate

LONGEST = 2_000
"""Characters of an example that are shown."""


def judge_page(name: str, facts: dict[str, Any]) -> list[str]:
    """Its mean grades of what the run told and of the anchors, and what these prove of itself."""
    means: dict[str, dict[str, Estimate]] = facts["means"]
    columns = list(next(iter(means.values()), ()))
    page = [f"### Grades of {name}", ""]
    if facts["unanswered"]:
        page += [f"**{facts['unanswered']} works have no grade: no answer could be read.**", ""]
    page += head("", *columns)
    page += [row(kind, *map(number, found.values())) for kind, found in means.items()]
    if ranks := facts["ranks_real_above"]:
        page += [
            "",
            "How often it puts a whole story above its harmed twin (ties count half):",
            "",
        ]
        page += head("", *(column for column in columns if column != AGE))
        page += [row(kind, *map(number, found.values())) for kind, found in ranks.items()]
    else:
        page += ["", "No anchors were graded, so nothing shows what these grades are worth."]
    if facts["of_no_use"]:
        grades = ", ".join(facts["of_no_use"])
        page += [
            "",
            f"**Of no use for {grades}**: it does not reliably put whole stories above those",
        ]
        page += ["that were harmed just there. Take another judge, or more `judge.anchors`."]
    return [*page, ""]


def agreement_page(agreement: dict[str, dict[str, dict[str, Estimate]]]) -> list[str]:
    page: list[str] = []
    for pair, found in agreement.items():
        page += [f"### How far {pair} agree", ""]
        if not found:
            page += ["They have graded no story both.", ""]
            continue
        page += head("", *next(iter(found.values())))
        page += [row(name, *map(number, one.values())) for name, one in found.items()]
        page += [""]
    return page


def examples_page(
    works: Sequence[Work], grades: Grades, verdicts: dict[str, list[list[Verdict]]]
) -> list[str]:
    """The stories with the best and the worst mean grade."""
    found = {
        i: sum(value for name, value in grade.items() if name != AGE) / (len(grade) - 1)
        for i, (work, grade) in enumerate(zip(works, grades))
        if work.kind in (TOLD, AS_ASKED) and grade is not None
    }
    if not found:
        return []
    page = []
    for which, i in [("best", max(found, key=found.__getitem__)),
                     ("worst", min(found, key=found.__getitem__))]:  # fmt: skip
        page += [f"### The {which}: {found[i]:.1f}", ""]
        story = f"{works[i].opening.strip()} *** {works[i].text.strip()}"[:LONGEST]
        page += [f"> {line}".rstrip() for line in story.splitlines()] + [""]
        for name, some in verdicts.items():
            page += [f"{name}: {verdict.remark}" for verdict in some[i][:1] if verdict.remark]
            page += [""]
    return page


def head(*cells: str) -> list[str]:
    return [row(*cells), "|" + "---|" * len(cells)]


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def number(estimate: Estimate) -> str:
    if estimate.value != estimate.value:
        return "–"
    return f"{estimate.value:.2f} ({estimate.low:.2f}–{estimate.high:.2f})"
