"""The runs that are served: known by name, loaded when someone asks, let go when another needs the
room, and never while in use."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from storylm.checkpoint import find_checkpoint
from storylm.config import ServeConfig, read_config
from storylm.serving.errors import ApiError
from storylm.serving.loading import Load, Loader, Model, homes_in, let_go, needed_bytes

GIB = 2**30


@dataclass
class Entry:
    """A place on the shelf, filled or being filled."""

    bytes: int
    loading: asyncio.Task[Model]
    name: str
    users: int = 0
    used: int = 0
    """When it was taken last, by a count."""


@dataclass(frozen=True)
class Title:
    """A model that a client may name: `<run>`, or `<run>@<best, last or a step>`."""

    name: str
    home: Path
    checkpoint: str = "best"


class Shelf:
    """Holds the models. All methods run in the server's event loop; models load in threads."""

    def __init__(self, config: ServeConfig, load: Load | None = None) -> None:
        """FileNotFoundError where a run that the config names is not there."""
        self.config = config
        self.load = load or Loader(config)
        self.entries: dict[tuple[Path, int], Entry] = {}
        self.changed = asyncio.Event()
        self.clock = itertools.count(1)
        self.loads = self.evictions = 0
        for name in config.runs:
            if name not in self.homes():
                known = ", ".join(sorted(homes_in(config.folder))[:8]) or "none yet"
                raise FileNotFoundError(
                    f"runs=[{name}]: there is no such run with a checkpoint under "
                    f"{config.folder}; there are {known}"
                )

    def homes(self) -> dict[str, Path]:
        """The folder of each run that is served. Names are looked up here and nowhere else."""
        homes = homes_in(self.config.folder)
        wanted = self.config.runs or homes
        return {name: homes[name] for name in wanted if name in homes}

    def title(self, name: str) -> Title:
        """What a client's name stands for. ApiError 404 for what is not served."""
        run, at, checkpoint = name.partition("@")
        home = self.homes().get(run)
        known = not at or re.fullmatch(r"best|last|[0-9]{1,12}", checkpoint, re.ASCII)
        if home is None or not known:
            raise missing(name)
        return Title(run, home, checkpoint if at else "best")

    def file(self, title: Title) -> Path:
        """The checkpoint that a title means now. ApiError 404 where the run has none such."""
        try:
            return find_checkpoint(title.home, title.checkpoint)
        except FileNotFoundError as error:
            words = str(error).partition("; ")[2]
            raise missing(f"{title.name}@{title.checkpoint}", words) from None

    @contextlib.asynccontextmanager
    async def borrow(self, name: str, checkpoint: str = "") -> AsyncIterator[Model]:
        """The model of this name, loaded, and kept for as long as it is borrowed.

        ApiError: 404 for a name or checkpoint that is not there, 400 for a model larger than the
        memory that all may take, 503 for one that cannot be read.
        """
        title = self.title(f"{name}@{checkpoint}" if checkpoint else name)
        file = await asyncio.to_thread(self.file, title)
        key = (file, file.stat().st_mtime_ns)  # a run that goes on writes a better one
        entry = await self.place(key, title)
        entry.users += 1
        entry.used = next(self.clock)
        try:
            yield await self.wait_for(entry)
        finally:
            entry.users -= 1
            self.announce()

    async def place(self, key: tuple[Path, int], title: Title) -> Entry:
        """The entry of a model; where there is none yet, one for which others make room."""
        size, limit = 0, self.config.memory_gib * GIB
        while True:
            if key in self.entries:
                return self.entries[key]
            if not size:
                size = await asyncio.to_thread(self.size, title)
                if size > limit:
                    raise ApiError(
                        400,
                        f"{title.name} takes {size / GIB:.2f} GiB, but all models together may "
                        f"take memory_gib={self.config.memory_gib}",
                        code="model_too_large",
                        param="model",
                    )
                continue  # meanwhile another may have placed it
            if self.make_room(size, limit):
                task = asyncio.create_task(asyncio.to_thread(self.load, key[0]))
                entry = self.entries[key] = Entry(size, task, title.name)
                task.add_done_callback(lambda task: self.settle(key, task))
                self.loads += 1
                return entry
            await self.changed.wait()

    def settle(self, key: tuple[Path, int], task: asyncio.Task[Model]) -> None:
        """A model is loaded, or could not be: then it leaves the shelf."""
        if task.cancelled() or task.exception() is not None:
            self.entries.pop(key, None)
        self.announce()

    def announce(self) -> None:
        """Let those look again who wait for room."""
        self.changed.set()
        self.changed = asyncio.Event()

    def size(self, title: Title) -> int:
        try:
            return needed_bytes(read_config(title.home).model, self.config)
        except (ValueError, OSError) as error:
            raise unreadable(title.name, error) from None

    def make_room(self, size: int, limit: float) -> bool:
        """Let models go, the least recently used first, until `size` fits; whether it does."""
        idle = [key for key, entry in self.entries.items() if not entry.users]
        for key in sorted(idle, key=lambda key: self.entries[key].used):
            if self.held + size <= limit:
                return True
            entry = self.entries[key]
            if entry.loading.done():
                del self.entries[key]
                self.evictions += 1
                asyncio.get_running_loop().run_in_executor(None, let_go, entry.loading.result())
        return self.held + size <= limit

    @property
    def held(self) -> int:
        """Bytes that the models on the shelf are reckoned to take."""
        return sum(entry.bytes for entry in self.entries.values())

    async def wait_for(self, entry: Entry) -> Model:
        try:
            # Shielded: who gives up waiting does not stop it for others.
            return await asyncio.shield(entry.loading)
        except (ValueError, OSError) as error:
            raise unreadable(entry.name, error) from None

    @property
    def loaded(self) -> set[str]:
        """The runs that are in memory."""
        return {entry.name for entry in self.entries.values() if entry.loading.done()}

    def end_stories(self) -> None:
        """End what the engines still tell, at once and from any thread."""
        for entry in list(self.entries.values()):
            if entry.loading.done() and entry.loading.exception() is None:
                entry.loading.result().engine.close()

    async def close(self) -> None:
        """Let all models go, and end the stories that they still tell."""
        entries, self.entries = list(self.entries.values()), {}
        for entry in entries:
            with contextlib.suppress(Exception):
                await asyncio.to_thread(let_go, await entry.loading)


def missing(name: str, words: str = "") -> ApiError:
    said = words or "/v1/models lists those that are served"
    shown = name if len(name) <= 100 else name[:97] + "..."
    return ApiError(
        404, f"there is no model {shown!r}; {said}", code="model_not_found", param="model"
    )


def unreadable(name: str, error: Exception) -> ApiError:
    """The log gets the error's own words, which may name folders of this machine."""
    print(f"{name}: {error}", file=sys.stderr, flush=True)
    return ApiError(
        503,
        f"the model {name} cannot be read; the server's log says why",
        code="model_unreadable",
        headers={"x-should-retry": "false"},
    )
