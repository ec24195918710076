"""Between dataclasses and plain data, with misspelt names refused."""

from __future__ import annotations

import dataclasses
import difflib
import enum
import hashlib
import json
import typing
from typing import Any

from storylm.config.checks import require


def refuse_extra(config: Any, path: str = "") -> None:
    """Hydra's `+section.dial=1` slips unknown attributes into dataclasses: refuse them by name."""
    known = [f.name for f in dataclasses.fields(config)]
    for name in vars(config):
        if name not in known:
            raise ValueError(unknown_dial(path + name, [path + other for other in known]))
        if dataclasses.is_dataclass(value := getattr(config, name)):
            refuse_extra(value, f"{path}{name}.")


def dial_names(schema: Any, path: str = "") -> list[str]:
    """Every dial of a dataclass by its dotted path, in order."""
    names = []
    hints = typing.get_type_hints(schema)
    for f in dataclasses.fields(schema):
        names.append(path + f.name)
        if dataclasses.is_dataclass(hints[f.name]):
            names += dial_names(hints[f.name], f"{path}{f.name}.")
    return names


def unknown_dial(name: str, known: list[str]) -> str:
    """One line for a misspelt dial, with the nearest right ones."""
    word = name.rpartition(".")[2]
    near = [other for other in known if other.rpartition(".")[2] == word]  # in another section
    near = near or [other for other in known if initials(other) == word]  # lr
    near = near or difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"there is no dial {name}" + (
        f"; did you mean {near[0]}?" if near else "; --cfg job lists them all"
    )


def initials(name: str) -> str:
    return "".join(part[0] for part in name.rpartition(".")[2].split("_"))


def to_plain(value: Any) -> Any:
    """Dataclasses, enums and containers as plain dicts, lists, numbers and strings."""
    if dataclasses.is_dataclass(value):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    return value


def from_plain(kind: type, plain: dict[str, Any], path: str = "") -> Any:
    """The inverse of `to_plain`. A missing dial takes its default; an unknown one is refused by
    name (ValueError)."""
    hints = typing.get_type_hints(kind)
    known = {f.name for f in dataclasses.fields(kind)}
    for name in plain:
        require(name in known, unknown_dial(path + name, [path + other for other in sorted(known)]))
    arguments = {}
    for name, value in plain.items():
        hint = hints[name]
        if dataclasses.is_dataclass(hint):
            arguments[name] = from_plain(hint, value, f"{path}{name}.")
        elif isinstance(hint, type) and issubclass(hint, enum.Enum):
            arguments[name] = hint(value)
        else:
            arguments[name] = value
    return kind(**arguments)


def default_of(kind: type) -> Any:
    """A dataclass of its defaults, unchecked: alone they may be illegal (a length is needed)."""
    blank = object.__new__(kind)
    hints = typing.get_type_hints(kind)
    for f in dataclasses.fields(kind):
        if dataclasses.is_dataclass(hints[f.name]):
            value = default_of(hints[f.name])
        else:
            value = f.default_factory() if f.default is dataclasses.MISSING else f.default
        setattr(blank, f.name, value)
    return blank


def fingerprint(plain: Any) -> str:
    """sha256 of plain data in its canonical JSON form, as hex."""
    return hashlib.sha256(
        json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()
