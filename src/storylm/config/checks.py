"""Refusals in one line: where, what it was, what would work."""

from __future__ import annotations

import enum
import math
import re
import warnings
from dataclasses import MISSING, field, fields
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
        dial = f"{section}.{name}" if section else name
        require(value >= minimum, f"{dial}={value} must be at least {minimum}")


def at_most(section: str, config: Any, maximum: float, *names: str) -> None:
    for name in names:
        value = getattr(config, name)
        dial = f"{section}.{name}" if section else name
        require(value <= maximum, f"{dial}={value} must be at most {maximum:g}")


def in_unit_interval(section: str, config: Any, *names: str) -> None:
    for name in names:
        value = getattr(config, name)
        require(0 <= value <= 1, f"{section}.{name}={value} must lie between 0 and 1")


def check_values(section: str, config: Any) -> None:
    """What no dial may hold, whatever it means: a number that is not finite or needs more than 64
    bits, a list inside a list."""
    for f in fields(config):
        dial, value = f"{section}.{f.name}" if section else f.name, getattr(config, f.name)
        for item in value if isinstance(value, list) else [value]:
            finite = not isinstance(item, float) or math.isfinite(item)
            require(finite, f"{dial}={value} must be a finite number")
            small = not isinstance(item, int) or abs(item) < 2**63
            require(small, f"{dial}={value} needs more than 64 bits; lower it")
        if f.name == "threads":  # torch would end without a word
            at_most(section, config, 1_024, "threads")
        if isinstance(value, list):
            for item in value:
                flat = isinstance(item, (str, int, float, enum.Enum))
                require(flat, f"{dial}={value} must be a list of single values, not of {item}")


def check_use(section: str, config: Any, used: bool, where: str, *names: str) -> None:
    """Refuse a dial that was given but does nothing, since another one decides otherwise."""
    for f in fields(config):
        if f.name in names and not used:
            usual = f.default if f.default_factory is MISSING else f.default_factory()
            value = getattr(config, f.name)
            dial = f"{section}.{f.name}" if section else f.name
            require(value == usual, f"{dial}={value} would do nothing: it needs {where}")


def check_line(dial: str, text: str, *, empty: bool = False) -> None:
    """What names a file, a folder or something on the hub is one line, and not blank."""
    require(
        re.search(r"[\x00-\x1f\x7f]", text) is None and (not text or bool(text.strip())),
        f"{dial}={text!r} must be one line without control characters",
    )
    require(empty or bool(text), f"{dial} is empty; give a value, or leave it out")


def check_split(dial: str, pattern: str) -> None:
    """Refuse a regular expression that is broken in any dialect. Whether it cuts well is asked when
    it is used."""
    require(bool(pattern), f"{dial} is empty; give a regular expression, or leave it out")
    try:
        with warnings.catch_warnings(action="ignore"):
            re.compile(re.sub(r"\\[pP](\{[^}]*\}|[A-Z])", r"\\w", pattern))
    except re.error as error:
        broken = ("missing )", "unbalanced", "unterminated", "nothing to repeat", "bad escape (end")
        require(
            not error.msg.startswith(broken),
            f"{dial}={pattern!r} is no split: {error.msg} at position {error.pos}",
        )


def check_file_name(dial: str, name: str) -> None:
    require(
        re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", name) is not None,
        f"{dial}={name!r} cannot name a folder; use letters, digits, '.', '_' and '-' only",
    )


def check_checkpoint(checkpoint: str) -> None:
    require(
        re.fullmatch(r"best|last|[0-9]{1,12}", checkpoint) is not None,
        f"checkpoint={checkpoint!r} is none; give best, last, or a step",
    )
