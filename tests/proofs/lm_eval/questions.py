"""Write the questions of fables_references.yaml: a fable up to a word that its facts force.

    python tests/proofs/lm_eval/questions.py <folder>/fables_references.jsonl

A line is {"context": "… Austin carried", "choices": [" them", " it"], "answer": 1}.
"""

import argparse
import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from storylm.data.fables import tell

QUESTIONS, CHOICES = 200, 4
FIRST_SEED = 10_000_001


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="the .jsonl to write")
    file = parser.parse_args().file
    rows = list(islice(questions(random.Random(5)), QUESTIONS))
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    chance = sum(1 / len(row["choices"]) for row in rows) / len(rows)
    choices = sum(len(row["choices"]) for row in rows)
    print(f"{file}: {len(rows)} questions, {choices} choices, chance {chance:.2f}")


def questions(rng: random.Random) -> Iterator[dict[str, Any]]:
    """One of each fable that has a word with rivals, early enough to fit into a small context."""
    seed = FIRST_SEED
    while True:
        told = tell(seed, labels=True)
        seed += 1
        found = [r for r in told.references if r.rivals and 100 < r.start < 700]
        found = [r for r in found if told.text[r.start - 1] == " "]
        if not found:
            continue
        asked = rng.choice(found)
        choices = list(dict.fromkeys([asked.text, *asked.rivals]))[:CHOICES]
        rng.shuffle(choices)
        yield {
            "context": told.text[: asked.start - 1],
            "choices": [" " + choice for choice in choices],
            "answer": choices.index(asked.text),
        }


if __name__ == "__main__":
    main()
