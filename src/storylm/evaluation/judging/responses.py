"""What an endpoint may answer, in all its forms."""

from __future__ import annotations

import contextlib
import email.utils
import json
import re
import time
from dataclasses import dataclass
from typing import Any


class Busy(Exception):
    """No answer this time."""

    def __init__(self, words: str, seconds: float | None = None) -> None:
        super().__init__(words)
        self.seconds = seconds
        """How long the endpoint asks us to wait."""


@dataclass(frozen=True)
class Reply:
    """What a model answers, and what the endpoint says of it."""

    text: str
    model: str = ""
    tokens_in: int = 0
    tokens_out: int = 0


def read_reply(text: str) -> Reply:
    """Raises Busy for what is no chat completion: a gateway's page, half an answer."""
    try:
        plain = json.loads(text)
        content = plain["choices"][0]["message"].get("content")
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        said = repr(one_line(text)[:60]) if text.strip() else "nothing"
        raise Busy(f"answers no chat completion, but {said}") from None
    usage = plain.get("usage") if isinstance(plain.get("usage"), dict) else {}
    counts = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
    return Reply(
        content if isinstance(content, str) else "",
        str(plain.get("model") or ""),
        *(count if isinstance(count, int) else 0 for count in counts),
    )


def read_retry_after(text: str) -> float | None:
    """Seconds, from seconds or an HTTP date (RFC 9110, 10.2.3); None where nothing is said."""
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text.strip()):
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def words_of(text: str) -> str:
    """An error's own words, in whichever of the usual forms it comes."""
    found: Any = text
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(text)
    for name in ("error", "message", "detail"):
        if isinstance(found, dict) and found.get(name):
            found = found[name]
    return one_line(found if isinstance(found, str) else json.dumps(found))[:200]


def one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
