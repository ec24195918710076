"""What a judge is asked about a story, and how its answer is read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

GRADES = {
    "grammar": "Are the sentences correct, and does each word fit into its sentence?",
    "creativity": "Are there ideas of its own, beyond what the beginning makes everyone expect?",
    "consistency": "Do names, people, things and places stay what they were, in the beginning too?",
    "plot": "Does one thing lead to another, so that it makes sense as this story's plot and ends?",
    "instruction": "Does the story do all that the lines above it ask for (words that must occur, "
    "features, what it shall be about, a sentence that must stand in it)?",
}
"""What is graded, each from 0 to 10; `instruction` only where something is asked for."""
AGES = {"A": 3.0, "B": 4.5, "C": 6.5, "D": 8.5, "E": 11.0, "F": 14.5}
"""The middles, in years, of the age groups of Eldan & Li (2023): 3 or under, 4-5, 6-7, 8-9, 10-12,
13-16."""
AGE = "age"
TOLD, AS_ASKED = "told", "told as asked"
"""What the works are called that the run has told: from openings, and from headers."""
MARKER = "***"
LONGEST_ANSWER = 20_000
"""Characters of an answer that is still read."""

TASK = """\
Somebody is learning to write stories for small children, in simple words. Below stand the \
beginning of a story, which was given, a line with {marker}, and then how the learner went on. \
Grade how the learner went on, each point by itself, with a number from 0 (nothing is right) to 10 \
(nothing could be better):

{points}

Guess also how old a learner who writes like this is: A = 3 or under, B = 4 or 5, C = 6 or 7, \
D = 8 or 9, E = 10 to 12, F = 13 to 16. A story that stops in the middle of a sentence had no more \
room: grade what is there.

Answer with one JSON object and nothing else, in this form:
{form}

{opening}
{marker}
{text}
"""
AGAIN = "That cannot be read: {error}. Answer again, with the JSON object alone."


Grades = list[dict[str, float] | None]
"""One judge's of each work, the age among them, the mean over samples; None where it gave none."""


@dataclass(frozen=True)
class Work:
    """What is graded: a beginning and how it goes on."""

    kind: str
    """`TOLD`, `AS_ASKED`, or what an anchor is called."""
    group: int
    """Works of one opening, or of one held-out story, are not independent."""
    opening: str
    text: str
    instructed: bool = False
    """Whether the opening's first lines ask for something."""

    @property
    def grades(self) -> list[str]:
        return [name for name in GRADES if name != "instruction" or self.instructed]


class Verdict(NamedTuple):
    """A judge's opinion of a work."""

    grades: dict[str, float]
    age: float
    """Of somebody who writes like this, in years."""
    remark: str


def question(work: Work) -> str:
    numbers = "".join(f'"{name}": <0 to 10>, ' for name in work.grades)
    return TASK.format(
        marker=MARKER,
        points="\n".join(f"- {name}: {GRADES[name]}" for name in work.grades),
        form='{"remark": "<one sentence: best and worst>", ' + numbers + '"age": "<A to F>"}',
        opening=work.opening.strip(),
        text=work.text.strip(),
    )


def request(work: Work, model: str, temperature: float | None, sample: int) -> dict[str, Any]:
    """The body of a chat request. One message: some models know no system role."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": question(work)}],
        "response_format": {"type": "json_object"},
    }
    if temperature is not None:
        body |= {"temperature": temperature, "seed": sample}
    return body


def request_again(body: dict[str, Any], answer: str, error: str) -> dict[str, Any]:
    """The same, after an answer that could not be read."""
    said = [
        {"role": "assistant", "content": answer[:1_000].strip() or "(nothing)"},
        {"role": "user", "content": AGAIN.format(error=error)},
    ]
    return body | {"messages": [body["messages"][0], *said]}


def read_verdict(answer: str, grades: list[str]) -> Verdict:
    """The one JSON object of an answer, whatever stands around it.

    Raises ValueError, which says what is wrong, where there is none or it is not of the form asked
    for.
    """
    found = one_object(answer)
    numbers = {}
    for name in grades:
        number = found.get(name)
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise ValueError(f'"{name}" is missing or no number')
        if not 0 <= number <= 10:  # NaN neither
            raise ValueError(f'"{name}" is not from 0 to 10')
        numbers[name] = float(number)
    age = found.get("age")
    if (
        not isinstance(age, str)
        or age.strip()[:1].upper() not in AGES
        or age.strip()[1:2].isalpha()
    ):
        raise ValueError('"age" is missing or no letter from A to F')
    remark = found.get("remark")
    words = " ".join(remark.split()) if isinstance(remark, str) else ""
    return Verdict(numbers, AGES[age.strip()[0].upper()], words)


def one_object(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError(f"it has more than {LONGEST_ANSWER:,} characters")
    answer = answer.rpartition("</think>")[2]  # models that think aloud
    decoder, found, at = json.JSONDecoder(), [], answer.find("{")
    while at >= 0:
        try:
            plain, end = decoder.raw_decode(answer, at)
            found.append(plain)
        except (ValueError, RecursionError):
            end = at + 1
        at = answer.find("{", end)
    if len(found) != 1:
        raise ValueError("it holds no JSON object" if not found else "it holds several objects")
    return found[0]
