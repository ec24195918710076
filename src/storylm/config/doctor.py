"""The tree of `scripts/doctor.py`: which corpus is looked at, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from storylm.config.checks import at_least, check_line, check_values, require
from storylm.config.text import DataConfig, DataKind


@dataclass
class DoctorConfig:
    """The tree of `scripts/doctor.py`."""

    data: DataConfig = field(default_factory=DataConfig)
    clean: bool = False
    """Write a copy without what is wrong, train.txt and valid.txt, beside the report."""
    similarity: float = 0.4
    """Two stories are near duplicates if they share so much: of all runs of three words in either,
    the part that is in both. 0.4 is one story with about 17 % of its words replaced, 0.57 with
    10 %; unrelated stories have about 0.01."""
    examples: int = 5
    """Stories shown of each finding."""
    folder: str = ""
    """Where the report goes; empty: `<data.folder>/<data.name>-doctor`."""

    def __post_init__(self) -> None:
        check_values("", self)
        at_least("", self, 0, "examples")
        # Below, too many pairs that are alike would not be found.
        require(
            0.3 <= self.similarity <= 1,
            f"similarity={self.similarity} must lie between 0.3 and 1",
        )
        check_line("folder", self.folder, empty=True)
        require(
            self.data.kind is not DataKind.bin,
            "data.kind=bin holds token ids, but the doctor reads text; give the stories that they "
            "were made of, as data=text_files data.train='[<path>/*.txt]'",
        )

    @property
    def home(self) -> Path:
        return Path(self.folder or f"{self.data.folder}/{self.data.name}-doctor")
