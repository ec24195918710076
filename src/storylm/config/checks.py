"""Refusals in one line: where, what it was, what would work."""

from __future__ import annotations

import re
from dataclasses import field
from typing import Any


def free(default: Any) -> Any:
    """A dial that may change when a run goes on: the same run, though not always the same bits."""
    if isinstance(default, (list, dict)):
        return field(default_factory=lambda: type(default)(default), metadata={"free": True})
    return field(default=default, metadata={"free": True})


def require(condition: bool, message: str) -> None:
    """Refuse a config with one line: where, what it was, what would work."""
    if not condition:
        raise ValueError(message)


def at_least(section: str, config: Any, minimum: float, *names: str) -> None:
    for name in names:
        value = getattr(config, name)
        require(value >= minimum, f"{section}.{name}={value} must be at least {minimum}")


def in_unit_interval(section: str, config: Any, *names: str) -> None:
    for name in names:
        value = getattr(config, name)
        require(0 <= value <= 1, f"{section}.{name}={value} must lie between 0 and 1")


def check_file_name(dial: str, name: str) -> None:
    require(
        re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", name) is not None,
        f"{dial}={name!r} cannot name a folder; use letters, digits, '.', '_' and '-' only",
    )
