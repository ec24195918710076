"""An answer that takes its time: computed for as long as its client is there, and no longer."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from storylm.generation import Diverged
from storylm.serving.errors import ApiError, answer, to_json

HEARTBEAT = 10.0
"""Seconds of silence after which a stream says that it is still there, so that no proxy on the way
closes it."""


class Reply:
    """What the work of an answer speaks to: all at once by `json`, or line after line."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, events: bool) -> None:
        self.scope, self.receive, self.send, self.events = scope, receive, send, events
        self.started = False
        self.lock = asyncio.Lock()

    async def json(self, content: Any) -> None:
        self.started = True
        response = Response(to_json(content), media_type="application/json")
        await response(self.scope, self.receive, self.send)

    async def line(self, content: Any) -> None:
        """One object of a stream: a server-sent event, or a line of JSON."""
        text = to_json(content)
        await self.write(b"data: " + text + b"\n\n" if self.events else text + b"\n")

    async def write(self, content: bytes, *, more: bool = True) -> None:
        async with self.lock:
            if not self.started:
                self.started = True
                kind = b"text/event-stream" if self.events else b"application/x-ndjson"
                headers = [
                    (b"content-type", kind + b"; charset=utf-8"),
                    (b"cache-control", b"no-store"),
                    (b"x-accel-buffering", b"no"),
                ]
                await self.send({"type": "http.response.start", "status": 200, "headers": headers})
            await self.send({"type": "http.response.body", "body": content, "more_body": more})

    async def fail(self, error: ApiError) -> None:
        """Before anything was sent a plain refusal, afterwards the last line of the stream."""
        if not self.started:
            self.started = True
            await answer(error)(self.scope, self.receive, self.send)
        else:
            await self.line(error.form())
            await self.write(b"", more=False)

    async def keep_alive(self) -> None:
        while self.events:
            await asyncio.sleep(HEARTBEAT)
            if self.started:
                await self.write(b": still telling\n\n")


Work = Callable[[Reply], Awaitable[None]]


class Answer(Response):
    """Runs `work` with a Reply until it is done, its time is up, or its client has left."""

    def __init__(self, work: Work, seconds: float, *, events: bool = True) -> None:
        super().__init__()
        self.work, self.seconds, self.events = work, seconds, events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = Reply(scope, receive, send, events=self.events)
        work = asyncio.create_task(self.run(reply))
        others = [asyncio.create_task(left(receive)), asyncio.create_task(reply.keep_alive())]
        try:
            await asyncio.wait([work, others[0]], return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                scope["storylm.left"] = True  # for the log
        finally:
            for task in (work, *others):
                task.cancel()
            await asyncio.gather(work, *others, return_exceptions=True)

    async def run(self, reply: Reply) -> None:
        try:
            async with asyncio.timeout(self.seconds):
                await self.work(reply)
        except ApiError as error:
            await reply.fail(error)
        except TimeoutError:
            words = f"this took longer than the {self.seconds:g} seconds that a request may take"
            headers = {"x-should-retry": "false"}
            await reply.fail(ApiError(503, words, code="timeout", headers=headers))
        except Diverged as error:
            await reply.fail(ApiError(500, str(error), code="model_diverged"))
        except Exception:
            traceback.print_exc(file=sys.stderr)
            words = "the server failed at this; its log says why"
            with contextlib.suppress(Exception):
                await reply.fail(ApiError(500, words, code="failed"))


async def left(receive: Receive) -> None:
    """Until the client closes its line."""
    while (await receive())["type"] != "http.disconnect":
        pass
