"""What every request passes on its way in, and every answer on its way out."""

from __future__ import annotations

import hmac
import re
import sys
import time
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from storylm.serving.desk import Desk, stopping
from storylm.serving.errors import ApiError, answer

SECURITY = [
    (
        b"content-security-policy",
        b"default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        b"object-src 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
"""Sent with every answer. `frame-ancestors` is not part of `default-src`."""
LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]"}
OPEN = {"/health", "/openapi.json"}
"""Addresses that need no key, beside the page's own files: they tell nothing of the runs."""

Next = Callable[[Scope, Receive, Send], Awaitable[None]]


class Watch:
    """The outermost door: counts, logs, and adds what every answer carries."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app, self.desk = app, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start, status = time.monotonic(), 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", ()))
                names = {name.lower() for name, _ in headers}
                headers += [pair for pair in SECURITY if pair[0] not in names]
                if b"cache-control" not in names:
                    headers.append((b"cache-control", b"no-store"))
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self.app(scope, receive, sent)
        finally:
            seconds = time.monotonic() - start
            # 499, as nginx writes it: the client has left.
            shown = 499 if scope.get("storylm.left") or not status else status
            route = getattr(scope.get("route"), "path", "other")
            self.desk.metrics.requests.add(route, plain_method(scope), str(shown))
            self.desk.metrics.seconds.add(route, value=seconds)
            log(scope, shown, seconds)


def plain_method(scope: Scope) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return scope["method"] if scope["method"] in known else "other"


def log(scope: Scope, status: int, seconds: float) -> None:
    """One line on stderr: no header and no body of a request, and an address without surprises."""
    path = re.sub(r"[^!-~]", "?", scope["path"])[:200]
    client = (scope.get("client") or ("-",))[0]
    when = time.strftime("%Y-%m-%d %H:%M:%S")
    words = f"{when} {client} {plain_method(scope)} {path} {status} {seconds:.3f} s"
    print(words, file=sys.stderr, flush=True)


class Host:
    """Refuses names of this machine that others gave it (DNS rebinding): while only this machine
    may ask, a page from elsewhere whose name suddenly means 127.0.0.1 must not."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app = app
        self.hosts = LOCAL_HOSTS | {desk.config.host} if desk.config.loopback else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.hosts is not None:
            host = header(scope, b"host").decode("latin-1")
            name = re.sub(r":[0-9]*$", "", host).lower()
            if name not in self.hosts:
                words = "this server is only for this machine; ask it as 127.0.0.1 or localhost"
                error = ApiError(421, words, code="wrong_host")
                await answer(error)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class Gate:
    """Asks for the key, where there is one, and turns everyone away while the server stops."""

    def __init__(self, app: ASGIApp, desk: Desk, key: str, pages: Callable[[str], bool]) -> None:
        """`pages`: whether an address is one of the page's own files."""
        self.app, self.desk, self.key, self.pages = app, desk, key.encode(), pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (error := self.refusal(scope)) is not None:
            await answer(error)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def refusal(self, scope: Scope) -> ApiError | None:
        path = scope["path"]
        if self.desk.closing and path not in ("/health", "/metrics"):
            return stopping()
        if not self.key or path in OPEN or self.pages(path):
            return None
        kind, _, given = header(scope, b"authorization").partition(b" ")
        # Compared in a time that does not depend on how much of it is right.
        if hmac.compare_digest(given.strip(), self.key) and kind.lower() == b"bearer":
            return None
        words = "the key is missing or wrong; send Authorization: Bearer <key>"
        return ApiError(401, words, code="invalid_api_key", headers={"WWW-Authenticate": "Bearer"})


def header(scope: Scope, name: bytes) -> bytes:
    return dict(scope["headers"]).get(name, b"")
