"""Pictures are whole or absent, as all files are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from storylm.whole_files import whole_file


def save(figure: Any, file: Path) -> None:
    """Write a figure as PNG. OSError, which names the file, where it cannot be written."""
    with whole_file(file, "wb") as target:
        figure.savefig(target, dpi=110, format="png")
