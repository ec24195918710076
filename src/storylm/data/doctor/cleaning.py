"""A copy of the corpus without what is wrong."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from storylm.config import DataKind, DoctorConfig
from storylm.data.doctor.corpus import check_unchanged, in_processes, workers_of
from storylm.data.doctor.diagnosis import Diagnosis, Fate
from storylm.data.doctor.mending import mend
from storylm.data.reading import SEPARATOR
from storylm.data.stories import Batch, batches, find_files
from storylm.data.writing import show_progress
from storylm.whole_files import whole_file

WORDS = {
    Fate.kept: "kept",
    Fate.broken: "broken, dropped",
    Fate.copy: "copies, dropped",
    Fate.near_copy: "near copies, dropped",
    Fate.leak: "leaks into validation, dropped",
    Fate.near_leak: "near leaks into validation, dropped",
}
END = SEPARATOR.decode()


@dataclass
class Texts:
    """The mended stories of a batch."""

    texts: list[str]
    position: int


def mended(batch: Batch) -> Texts:
    # A row of a table may hold the words that part stories in a text.
    texts = [mend(text).text.replace(END, "\n").strip() for text in batch.tell().texts]
    return Texts(texts, batch.position)


def check_folder(config: DoctorConfig) -> None:
    """Refuse to write over the files that are read, or over text of another's."""
    read = () if config.data.kind is DataKind.fables else ("train", "valid")
    for split in read:
        for file in find_files(config.data, split):
            if file.parent.resolve() == config.home.resolve():
                raise ValueError(f"clean=true might write over {file}; give another folder=<path>")
    there = [config.home / f"{split}.txt" for split in ("train", "valid")]
    if any(file.exists() for file in there) and not (config.home / "report.json").exists():
        raise ValueError(
            f"clean=true would write over {config.home}/*.txt; give another folder=<path>"
        )


def write_clean(config: DoctorConfig, found: Diagnosis) -> dict[str, Any]:
    """Write train.txt and valid.txt of the stories that are kept; the counts, and the command that
    trains on them. Raises ValueError where a split keeps none, or the text has changed."""
    fates = {split: found.fates[found.part(split)] for split in ("train", "valid")}
    for split, some in fates.items():
        if not (some == Fate.kept).any():
            raise ValueError(f"nothing of the {split} split would be kept; see {config.home}")
    for split, some in fates.items():
        told = in_processes(batches(config.data, split), mended, workers_of(config.data))
        watched = show_progress(told, config.data, split, Path(f"cleaning {config.data.name}"))
        with whole_file(config.home / f"{split}.txt") as file:
            for text in kept(config, watched, some == Fate.kept):
                file.write(f"{text}\n{END}\n")
    return {
        "fates": {
            split: {words: int((some == fate).sum()) for fate, words in WORDS.items()}
            for split, some in fates.items()
        },
        "command": command(config),
    }


def kept(config: DoctorConfig, told: Iterable[Texts], keep: np.ndarray) -> Iterator[str]:
    number = 0
    for one in told:
        check_unchanged(config.data, number + len(one.texts) <= len(keep))
        yield from (text for i, text in enumerate(one.texts, number) if keep[i])
        number += len(one.texts)
    check_unchanged(config.data, number == len(keep))


def command(config: DoctorConfig) -> str:
    """What trains on the cleaned copy."""
    dials = [f"data.{split}=[{config.home / split}.txt]" for split in ("train", "valid")]
    name = f"data.name={config.data.name}_clean"
    return "uv run scripts/train.py data=text_files " + shlex.join([name, *dials])
