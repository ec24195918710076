"""How much is done at once: stories wait in one line, first come first served, and when the line is
full a request is told when to come again."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator

from storylm.serving.errors import ApiError

LONGEST_RETRY = 60


class Line:
    """Places for stories: `concurrency` that are told, and `queue` that wait for it."""

    def __init__(self, concurrency: int, queue: int) -> None:
        self.concurrency, self.queue = concurrency, queue
        self.inside = 0
        """Stories of all requests that were let in."""
        self.active = 0
        self.waiters: deque[asyncio.Future[None]] = deque()
        self.seconds = 1.0
        """What a story takes, by the newest ones."""

    @property
    def waiting(self) -> int:
        return self.inside - self.active

    @contextlib.contextmanager
    def enter(self, stories: int) -> Iterator[None]:
        """Let a request in with its stories. ApiError 429 where they find no place."""
        if self.inside + stories > self.concurrency + self.queue:
            raise ApiError(
                429,
                f"{self.inside} stories are told or wait already, and {stories} more would be "
                "beyond the limit; come again later",
                code="queue_full",
                headers={"Retry-After": str(self.retry_after())},
            )
        self.inside += stories
        try:
            yield
        finally:
            self.inside -= stories

    def retry_after(self) -> int:
        """Whole seconds until some places should be free."""
        turns = (1 + self.waiting / 2) / self.concurrency
        return max(1, min(LONGEST_RETRY, math.ceil(self.seconds * max(1.0, turns))))

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for one's turn; the place is free again afterwards."""
        await self.take()
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds += 0.1 * (time.monotonic() - start - self.seconds)
            self.active -= 1
            self.call()

    async def take(self) -> None:
        if self.active < self.concurrency and not self.waiters:
            self.active += 1
            return
        mine = asyncio.get_running_loop().create_future()
        self.waiters.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # called up, and gone in the same moment
                self.active -= 1
                self.call()
            else:
                self.waiters.remove(mine)
            raise

    def call(self) -> None:
        """The next ones in line come up."""
        while self.waiters and self.active < self.concurrency:
            mine = self.waiters.popleft()
            if not mine.done():
                self.active += 1
                mine.set_result(None)
