"""The doctor finds what was planted among 100,000 stories, and little else.

    uv run tests/proofs/doctor.py --folder <folder>                    fables, told first
    uv run tests/proofs/doctor.py --folder <folder> --stories <file>   as TinyStories reads

With a file (`<|endoftext|>` between stories) each story has the length of a real one, its first
sentence from one story, its last from another and each in between from still others. Planted are
1,000 copies with other blanks and 1,000 in which 10 % of the words, at random places, are others;
half of either stand in validation. Leaves with 1 where a copy, or more than 5 % of the near copies,
are missed, 1 % of the unrelated pairs or of those found are unrelated, or it takes five minutes.
"""

import argparse
import random
import re
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from storylm.config import DataConfig, DataKind, DoctorConfig
from storylm.data.doctor.corpus import in_processes
from storylm.data.doctor.diagnosis import Diagnosis, diagnose
from storylm.data.stories import Batch, batches

END = "<|endoftext|>"
HELD_OUT = 0.02
"""Share of the stories that validation has, beside the planted ones."""
LONGEST_SENTENCE = 40
"""Words."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="where the stories are made")
    parser.add_argument("--stories", type=Path, help="a text of real stories")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--planted", type=int, default=1_000, help="of each kind")
    parser.add_argument("--changed", type=float, default=0.1, help="share of words in near copies")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    count = given.count - 2 * given.planted
    if given.stories:
        told = recombined(given.stories.read_text(encoding="utf-8"), count)
    else:
        told = fables(given.folder / f"fables_{count}.txt", count, given.workers)
    planted = plant(told, given.folder, given.planted, given.changed)
    began = time.monotonic()
    found = diagnose(config_of(given.folder, given.workers))
    seconds = time.monotonic() - began
    figures = compare(found, planted)
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF,
               resource.RUSAGE_CHILDREN))  # fmt: skip
    print(f"{given.count:,} stories, {seconds:.0f} s with {given.workers} workers, at most "
          f"{peak / 2**20:.2f} GiB (one worker's peak in it)")  # fmt: skip
    for name, figure in figures.items():
        print(f"{name}: {figure:,}" if figure >= 1 and figure % 1 == 0 else f"{name}: {figure:.3g}")
    raise SystemExit(
        figures["share of copies found"] < 1
        or figures["share of near copies found"] < 0.95
        or figures["share of unrelated pairs that are flagged"] > 0.01
        or figures["share of flagged pairs that are unrelated"] > 0.01
        or seconds > 300
    )


def config_of(folder: Path, workers: int) -> DoctorConfig:
    files = {split: [str(folder / f"{split}.txt")] for split in ("train", "valid")}
    sizes = {"train_stories": 0, "valid_stories": 0, "workers": workers}
    data = DataConfig(name="planted", kind=DataKind.text, **files, **sizes)
    return DoctorConfig(data=data, folder=str(folder))


def compare(found: Diagnosis, planted: dict[str, list[tuple[int, str]]]) -> dict[str, float]:
    """Shares found and flagged; `planted` names the origin and the kind of each story."""
    known = planted["valid"] + planted["train"]
    origin = np.array([number for number, _ in known])
    kind = np.array([kind for _, kind in known])
    place = {number: i for i, (number, kind) in enumerate(known) if kind == "told"}
    source = np.array([place[number] for number in origin])
    copies = np.flatnonzero(kind == "copy")
    nears = np.flatnonzero(kind == "near")
    pairs = set(zip(found.near.first.tolist(), found.near.second.tolist()))
    caught = [
        tuple(sorted((int(found.original[i]), int(found.original[source[i]])))) in pairs
        for i in nears
    ]
    wrong = (origin[found.near.first] != origin[found.near.second]).sum()
    wrong += (origin[found.original] != origin).sum()
    flagged = len(pairs) + len(np.flatnonzero(found.original != np.arange(len(origin))))
    return {
        "share of copies found": (found.original[copies] == found.original[source[copies]]).mean(),
        "share of near copies found": float(np.mean(caught)),
        "candidates verified": found.near.candidates,
        "pairs flagged": flagged,
        "unrelated pairs flagged": int(wrong),
        "share of flagged pairs that are unrelated": wrong / flagged,
        "share of unrelated pairs that are flagged": wrong / (len(known) * (len(known) - 1) / 2),
        "smallest Jaccard index of a flagged pair": found.near.jaccard.min(),
    }


# ----------------------------------------------------------------------------------------- planting


def plant(
    told: list[str], folder: Path, count: int, changed: float
) -> dict[str, list[tuple[int, str]]]:
    """Write train.txt and valid.txt; (origin, kind) of each story in them."""
    rng = random.Random(3)
    words = sorted({word for text in told[:5_000] for word in re.findall(r"\w+", text)})
    splits: dict[str, list[tuple[int, str, str]]] = {"train": [], "valid": []}
    for number, text in enumerate(told):
        split = "valid" if rng.random() < HELD_OUT else "train"
        splits[split].append((number, "told", text))
    chosen = rng.sample(range(len(told)), 2 * count)
    for i, number in enumerate(chosen):
        kind = "copy" if i < count else "near"
        make = respaced if kind == "copy" else lambda text, rng: change(text, rng, words, changed)
        splits["train" if i % 2 else "valid"].append((number, kind, make(told[number], rng)))
    for split, stories in splits.items():
        rng.shuffle(stories)
        text = "".join(f"{text}\n{END}\n" for _, _, text in stories)
        (folder / f"{split}.txt").write_text(text, encoding="utf-8")
    return {split: [(n, kind) for n, kind, _ in stories] for split, stories in splits.items()}


def respaced(text: str, rng: random.Random) -> str:
    return re.sub(r"\s+", lambda _: rng.choice([" ", "  ", "\n", "\n\n", " \t"]), text)


def change(text: str, rng: random.Random, words: list[str], share: float) -> str:
    """The story with so many of its words replaced by others."""
    pieces = re.split(r"(\w+(?:['’]\w+)*)", text)
    places = range(1, len(pieces), 2)
    for place in rng.sample(places, max(1, round(share * len(places)))):
        pieces[place] = rng.choice([word for word in rng.sample(words, 3) if word != pieces[place]])
    return "".join(pieces)


# ------------------------------------------------------------------------------------------ stories


def recombined(text: str, count: int) -> list[str]:
    rng = random.Random(2)
    real = [re.split(r"(?<=[.!?][\"”' ])\s*(?=\S)|\n+", one.strip()) for one in text.split(END)]
    # Two stories that share a run-on sentence of a page are no unrelated ones.
    real = [[s for s in one if 0 < len(s.split()) <= LONGEST_SENTENCE] for one in real]
    real = [one for one in real if len(one) > 2]
    firsts, lasts = [one[0] for one in real], [one[-1] for one in real]
    between = [sentence for one in real for sentence in one[1:-1]]

    def one() -> str:
        length = len(rng.choice(real)) - 2
        middle = rng.choices(between, k=length)
        return " ".join([rng.choice(firsts), *middle, rng.choice(lasts)])

    return [one() for _ in range(count)]


def fables(file: Path, count: int, workers: int) -> list[str]:
    """Told once and kept in a file: a minute for 10,000 or so."""
    if not file.exists():
        with file.open("w", encoding="utf-8") as written:
            for texts in in_processes(told_batches(count), texts_of, workers):
                written.write("".join(f"{text}\n{END}\n" for text in texts))
    return [one.strip() for one in file.read_text(encoding="utf-8").split(END) if one.strip()]


def told_batches(count: int) -> Iterator[Batch]:
    return batches(DataConfig(train_stories=count), "train")


def texts_of(batch: Batch) -> list[str]:
    return batch.tell().texts


if __name__ == "__main__":
    main()
