"""A planted story is found in a large corpus, random words are not, and memory stays small.

    uv run tests/proofs/copies.py                          fables, repeated to 100 MB
    uv run tests/proofs/copies.py --train <train.txt> --valid <valid.txt> --megabytes 100

Into the corpus (the training stories, over and over) one held-out story is planted. Searched are:
that story, 150 random words of the corpus, and 100 held-out stories. Leaves with 1 where the
planted one is not reported as a copy in full with its number, where five random words in a row are
found, where the process holds a gigabyte (Linux), or where it searches fewer than 5 MB in a second
of its own time.
"""

import argparse
import random
import tempfile
import time
from itertools import cycle
from pathlib import Path

from storylm.config import DataConfig, DataKind
from storylm.data.stories import batches, extent, stories
from storylm.evaluation.copies import copies_of
from storylm.evaluation.corpus import search_corpus
from storylm.evaluation.kgrams import CURVE, Search
from storylm.evaluation.word_rows import words

SEPARATOR = "\n<|endoftext|>\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--train", type=Path)
    parser.add_argument("--valid", type=Path)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.txt"
        planted, number, held_out = make(given, corpus)
        draw = random.Random(1)
        known = sorted({word for story in held_out for word in words(story)})
        nonsense = " ".join(draw.choice(known) for _ in range(150))
        data = DataConfig(kind=DataKind.text, train=[str(corpus)], train_stories=0)
        data.valid_share = 1e-9  # all of it is training
        texts = [planted, nonsense, *held_out]
        before = resident("VmRSS")
        began, spent = time.monotonic(), time.process_time()
        search = Search(texts)
        found = search_corpus(
            search,
            batches(data, "train"),
            workers=given.workers,
            extent=extent(data, "train"),
        )
        wall, own = time.monotonic() - began, time.process_time() - spent
    copies = copies_of(search, texts, found)
    size = found.characters / 1e6
    print(f"{found.stories:,} stories, {size:.0f} MB, {given.workers} processes: {wall:.0f} s,")
    print(f"{size / wall:.1f} MB/s; {own:.0f} s of this process's own time, {size / own:.1f} MB/s")
    peak = resident("VmHWM")
    print(f"resident memory: {before:.0f} MiB before the search, {peak:.0f} MiB at its peak")
    whole, random_words = copies[0], copies[1]
    print(f"planted as story {number:,}: {whole.longest} of {whole.words} words stand in story")
    print(f"{whole.source:,}; Rouge-2 F {whole.rouge:.3f} with story {whole.closest:,}")
    print(f"random words: longest span {random_words.longest} words ({random_words.span!r})")
    print("\n| k | seen of held-out stories' k-grams |\n|---|---|")
    for k in range(1, CURVE + 1):
        seen = sum(copy.seen[k - 1] for copy in copies[2:])
        every = sum(max(0, copy.words - k + 1) for copy in copies[2:])
        print(f"| {k} | {seen / every:.4f} |")
    right = whole.whole and whole.source == whole.closest == number and whole.rouge == 1
    right = right and random_words.longest < 5 and peak < 1_000
    raise SystemExit(not right or (given.workers == 1 and size / own < 5))


def resident(name: str) -> float:
    """MiB, as Linux counts them; 0 elsewhere."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith(name + ":"))


def make(given: argparse.Namespace, corpus: Path) -> tuple[str, int, list[str]]:
    """Write the corpus; the planted story, its number, and the held-out ones."""
    fables = DataConfig(train_stories=10_000, valid_stories=101)
    train, valid = (
        [text.strip() for text in path.read_text().split(SEPARATOR.strip()) if text.strip()]
        if path
        else list(stories(fables, split))
        for path, split in ((given.train, "train"), (given.valid, "valid"))
    )
    planted, held_out = valid[0], valid[1:101]
    written, number, at = 0, 0, given.megabytes * 700_000
    with corpus.open("w") as file:
        for count, story in enumerate(cycle(train)):
            if not number and written > at:
                number = count
                file.write(planted + SEPARATOR)
            file.write(story + SEPARATOR)
            written += len(story)
            if written > given.megabytes * 1_000_000:
                break
    return planted, number, held_out


if __name__ == "__main__":
    main()
