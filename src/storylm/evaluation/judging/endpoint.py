"""The door to a judge: an OpenAI-compatible endpoint, asked patiently.

Whoever is busy or broken for a moment is asked again, later and later; whoever refuses is not. The
key stands in the environment, and in no message.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import random
import re
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx

from storylm.config.judging import Judge, JudgeConfig
from storylm.evaluation.judging.responses import (
    Busy,
    Reply,
    one_line,
    read_reply,
    read_retry_after,
    words_of,
)

LARGEST = 2**22
"""Bytes of one response that are read."""
LONGEST_PAUSE = 60.0
"""Seconds between two tries, unless the endpoint asks for more."""
LONGEST_TOLD = 600.0
"""Seconds that an endpoint may ask us to wait."""
LOST = 3
"""Questions given up one after another, after which the endpoint counts as gone."""


class Refused(ValueError):
    """The endpoint says no, and would say it again."""


class Unanswered(Exception):
    """One question has no answer; others may have."""


class Endpoint:
    """One judge's. Its methods may be called from many threads."""

    def __init__(
        self,
        judge: Judge,
        config: JudgeConfig,
        *,
        say: Callable[[str], None],
        sleep: Callable[[float], Any] | None = None,
    ) -> None:
        """`say` is told, once each, what is in the way. ValueError for a key that is none."""
        self.judge, self.config, self.say = judge, config, say
        self.stop = threading.Event()
        """Set by whoever wants no further tries."""
        self.sleep = sleep or self.stop.wait
        self.key = read_key(judge.key_variable)
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        limits = httpx.Limits(max_connections=config.concurrency)
        self.client = httpx.Client(
            timeout=config.timeout, headers=headers, limits=limits, verify=certificates()
        )
        self.lock = threading.Lock()
        self.open_at = 0.0
        self.lost = 0
        self.plain = False
        """Whether the endpoint knows no `response_format`."""
        self.said: set[str] = set()

    def complete(self, body: dict[str, Any]) -> Reply:
        """The answer to a chat request.

        Raises Unanswered where all tries fail, ConnectionError where that happens to one question
        after another, Refused where asking again is in vain.
        """
        trouble = ""
        for attempt in range(self.config.retries + 1):
            self.await_opening(body, attempt)
            if self.stop.is_set():
                raise Unanswered("stopped")
            try:
                reply = self.ask(body)
            except Busy as busy:
                trouble = self.hide(str(busy))
                self.once(f"{trouble}; asking again, up to {self.config.retries} times")
                if attempt < self.config.retries:
                    self.pause(busy, body, attempt)
            else:
                self.lost = 0
                return reply
        with self.lock:
            self.lost += 1
            gone = self.lost >= LOST
        if gone:
            raise ConnectionError(
                f"{self.name} does not answer: {trouble}; repeat the command once it does: what "
                "was answered is kept"
            )
        raise Unanswered(trouble)

    def ask(self, body: dict[str, Any]) -> Reply:
        """One try, and a second without `response_format` where the endpoint knows none."""
        if self.plain:
            body = {name: value for name, value in body.items() if name != "response_format"}
        status, headers, text = self.send("POST", "/chat/completions", body)
        if status in (400, 422) and "response_format" in body:
            plain = {name: value for name, value in body.items() if name != "response_format"}
            status, headers, text = self.send("POST", "/chat/completions", plain)
            if status == 200 and not self.plain:
                self.plain = True
                self.once("knows no response_format; asked without it")
        if status == 200:
            return read_reply(text)
        words = words_of(text)
        if status == 429 and "insufficient_quota" in text:
            raise Refused(self.line(status, words, "fill up the account, or take another judge"))
        if status in (408, 409, 425, 429) or status >= 500:
            seconds = read_retry_after(headers.get("retry-after", ""))
            if seconds is not None and seconds > LONGEST_TOLD:
                remedy = f"it asks to wait {seconds:,.0f} s: repeat the command then"
                raise Refused(self.line(status, words, remedy))
            raise Busy(f"{status} {words}".strip(), seconds)
        if re.search("content_filter|content_policy|context_length_exceeded", text):
            raise Unanswered(self.hide(f"{status} {words}"))  # of this story
        raise Refused(self.line(status, words, self.remedy(status, words, headers)))

    def send(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, httpx.Headers, str]:
        """Status, headers and text of one response, whole within `judge.timeout`. Raises Busy."""
        began, found = time.monotonic(), b""
        content = json.dumps(body).encode() if body is not None else None
        headers = {"Content-Type": "application/json"} if content else {}
        try:
            with self.client.stream(
                method, self.judge.base_url + path, content=content, headers=headers
            ) as response:
                for piece in response.iter_bytes():
                    found += piece
                    if len(found) > LARGEST:
                        raise Busy(f"a response of more than {LARGEST / 2**20:.0f} MiB")
                    if time.monotonic() - began > self.config.timeout:
                        raise httpx.ReadTimeout("")
        except httpx.TimeoutException:
            raise Busy(f"no answer within judge.timeout={self.config.timeout:g} s") from None
        except httpx.RequestError as error:
            raise Busy(one_line(str(error)) or type(error).__name__) from None
        except (httpx.InvalidURL, UnicodeError) as error:
            raise Refused(f"judge.base_url={self.judge.base_url}: {error}") from None
        return response.status_code, response.headers, found.decode("utf-8", errors="replace")

    # ---------------------------------------------------------------------------------- patience

    def pause(self, busy: Busy, body: dict[str, Any], attempt: int) -> None:
        """Keep everyone waiting where the endpoint says how long, else this question alone."""
        if busy.seconds is None:
            jitter = random.Random(f"{json.dumps(body)} {attempt}").uniform(0.5, 1)
            self.sleep(min(LONGEST_PAUSE, 2.0**attempt) * jitter)
            return
        with self.lock:
            self.open_at = max(self.open_at, time.monotonic() + busy.seconds)

    def await_opening(self, body: dict[str, Any], attempt: int) -> None:
        left = self.open_at - time.monotonic()
        if left > 0:  # and not all in the same moment
            self.sleep(left + random.Random(f"{json.dumps(body)} {attempt}").uniform(0, 0.5))

    def once(self, words: str) -> None:
        with self.lock:
            new = words not in self.said
            self.said.add(words)
        if new:
            self.say(words)

    def close(self) -> None:
        self.stop.set()
        self.client.close()

    # -------------------------------------------------------------------------------------- words

    @property
    def name(self) -> str:
        return f"judge.model={self.judge.model} at {self.judge.base_url}"

    def line(self, status: int, words: str, remedy: str) -> str:
        return f"{self.name}: {status} {self.hide(words)}; {remedy}"

    def hide(self, words: str) -> str:
        """Endpoints like to repeat the key that they refuse, or its ends."""
        return re.sub(re.escape(self.key[:4]) + r"\S*", "…", words) if self.key else words

    def remedy(self, status: int, words: str, headers: httpx.Headers) -> str:
        if status in (401, 403):
            name = self.judge.key_variable
            if not name:
                return "judge.key_variable names no environment variable with a key"
            held = "holds another key than it wants" if self.key else "is not set"
            return f"the environment variable {name} {held}"
        if status in (301, 302, 303, 307, 308):
            place = self.hide(one_line(headers.get("location", "")))
            return f"it points to {place}; change judge.base_url"
        if "temperature" in words or "seed" in words:
            return "judge.temperature=null sends neither temperature nor seed"
        known = self.models() if status in (400, 404) else []
        if known and self.judge.model not in known:
            return f"it has {', '.join(known[:8])}{' …' if len(known) > 8 else ''}"
        if status == 404:
            return "check judge.model, and judge.base_url, which ends in /v1 as a rule"
        return "asking again would not help"

    def models(self) -> list[str]:
        """What the endpoint has, where it tells."""
        with contextlib.suppress(Busy, Refused, ValueError, TypeError, KeyError, AttributeError):
            status, _, text = self.send("GET", "/models")
            if status == 200:
                return [one_line(str(entry["id"])) for entry in json.loads(text)["data"]]
        return []


@functools.cache
def certificates() -> ssl.SSLContext:
    """Who is trusted; read once, since that is slow."""
    return httpx.create_ssl_context()


def read_key(variable: str) -> str:
    """Empty where there is none. ValueError, which does not show it, where no header holds it."""
    key = os.environ.get(variable, "").strip() if variable else ""
    if not re.fullmatch(r"[\x21-\x7e]*", key):
        raise ValueError(f"the environment variable {variable} holds no key: set it anew")
    return key
