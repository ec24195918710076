"""Openings from which stories are told: our own, or a user's."""

from __future__ import annotations

from pathlib import Path

import yaml

OURS = Path(__file__).with_name("openings.yaml")


def read_openings(file: str) -> list[str]:
    """The openings of a YAML list, or our own where `file` is empty.

    FileNotFoundError where there is no such file, ValueError in one line for one that is no list of
    texts.
    """
    path = Path(file).expanduser() if file else OURS
    remedy = "write a YAML list, one opening in each entry"
    if not path.is_file():
        raise FileNotFoundError(f"openings={file}: there is no such file; {remedy}")
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        words = " ".join(str(error).split())[:120]
        raise ValueError(f"openings={file} is no YAML ({words}); {remedy}") from None
    if not isinstance(found, list) or not found:
        kind = "an empty list" if found == [] else "no list"
        raise ValueError(f"openings={file} is {kind}; {remedy}")
    for number, opening in enumerate(found, 1):
        if not isinstance(opening, str) or not opening.strip():
            raise ValueError(
                f"openings={file}: entry {number} is {str(opening)[:40]!r}, which is no text; "
                "write it in quotes, or take it out"
            )
    return found
