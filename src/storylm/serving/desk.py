"""Where requests become stories: admitted, given a model, told piece by piece, and dropped as soon
as no one waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

from storylm.config import ServeConfig
from storylm.generation import Piece, Request, Ticket
from storylm.generation.engine import Engine
from storylm.serving.errors import ApiError
from storylm.serving.limits import Line
from storylm.serving.metrics import Metrics
from storylm.serving.models import Shelf

PERIOD = 0.002
"""Seconds between two looks into the tickets."""

Give = Callable[[Any], None]


class Desk:
    """All that the routes share."""

    def __init__(self, config: ServeConfig, shelf: Shelf) -> None:
        self.config, self.shelf = config, shelf
        self.line = Line(config.concurrency, config.queue)
        self.metrics = Metrics()
        self.closing = False
        self.computing = asyncio.Lock()
        self.mail = Mail()
        watch = self.metrics.watch
        watch("storylm_stories_active", "Stories being told", lambda: self.line.active)
        watch("storylm_stories_waiting", "Stories in line", lambda: self.line.waiting)
        watch("storylm_models_loaded", "Models in memory", lambda: len(shelf.entries))
        watch("storylm_models_bytes", "What these are reckoned to take", lambda: shelf.held)
        loads, evictions = "storylm_model_loads_total", "storylm_model_evictions_total"
        watch(loads, "Models loaded", lambda: shelf.loads, "counter")
        watch(evictions, "Models that made room", lambda: shelf.evictions, "counter")

    async def tell(
        self, engine: Engine, requests: Sequence[Request]
    ) -> AsyncGenerator[tuple[int, Piece], None]:
        """The pieces of all stories as they come, each with its story's place in the list.

        Close the generator (`contextlib.aclosing`) and what is still being told is dropped. Raises
        what an engine raised, and ApiError 503 for a story that was ended from outside.
        """
        pieces: asyncio.Queue[tuple[int, Any]] = asyncio.Queue()
        tasks = [
            asyncio.create_task(self.tell_one(engine, request, index, pieces))
            for index, request in enumerate(requests)
        ]
        left = len(tasks)
        try:
            while left:
                index, piece = await pieces.get()
                if isinstance(piece, BaseException):
                    raise piece
                left -= bool(piece.finish)
                if piece.finish:
                    self.metrics.stories.add(piece.finish)
                yield index, piece
        finally:
            if left:
                self.metrics.stories.add("dropped", by=left)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def tell_one(
        self, engine: Engine, request: Request, index: int, pieces: asyncio.Queue[tuple[int, Any]]
    ) -> None:
        """Put one story's pieces into the queue, and at its end, where it failed, the error."""

        def give(piece: Any) -> None:
            pieces.put_nowait((index, piece))

        async with self.line.turn():
            try:
                ticket = engine.submit(request)
            except Exception as error:
                pieces.put_nowait((index, refusal(error)))
                return
            reading = asyncio.create_task(self.mail.read(ticket, give))
            try:
                await asyncio.shield(reading)
            finally:
                # The place in the line is free when the engine's row is.
                ticket.cancel()
                await asyncio.wait([reading])

    async def compute(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """A computation in a thread, one at a time: some look into a model while it computes."""
        async with self.computing:
            return await asyncio.to_thread(function, *arguments)

    async def close(self) -> None:
        """Let the models go, and with them all stories."""
        self.closing = True
        await self.shelf.close()


class Mail:
    """Brings the pieces from the engines' threads to those who wait for them in the event loop.

    It looks into all open tickets every few milliseconds: an engine's step gives each of its
    stories a piece, and to wake somebody for every one of them would cost more than a small model
    takes to tell it.
    """

    def __init__(self) -> None:
        self.open: dict[Ticket, tuple[Give, asyncio.Future[None]]] = {}
        self.rounds: asyncio.Task[None] | None = None

    async def read(self, ticket: Ticket, give: Give) -> None:
        """Hand on a ticket's pieces until it ends; an end without a finish is an error."""
        ended = asyncio.get_running_loop().create_future()
        self.open[ticket] = (give, ended)
        if self.rounds is None:
            self.rounds = asyncio.create_task(self.go_round())
        await ended

    async def go_round(self) -> None:
        while self.open:
            for ticket, (give, ended) in list(self.open.items()):
                if self.empty(ticket, give):
                    del self.open[ticket]
                    ended.set_result(None)
            await asyncio.sleep(PERIOD)
        self.rounds = None

    def empty(self, ticket: Ticket, give: Give) -> bool:
        """Hand on what lies ready; whether that was all."""
        while not ticket.pieces.empty():
            piece = ticket.pieces.get_nowait()
            if isinstance(piece, Piece):
                give(piece)
                if not piece.finish:
                    continue
            else:
                give(stopping() if piece is None else piece)
            return True
        return False


def refusal(error: Exception) -> Exception:
    """Why an engine takes no request: it is not as it must be, or the engine is closed."""
    if isinstance(error, ValueError):
        return ApiError(400, str(error), code="invalid_value")
    return stopping() if isinstance(error, RuntimeError) else error


def stopping() -> ApiError:
    return ApiError(
        503,
        "the server is stopping; ask again in a moment",
        code="shutting_down",
        headers={"Retry-After": "5", "Connection": "close"},
    )
