"""The process: listens, tells where, and stops in order."""

from __future__ import annotations

import gc
import socket
import time
from types import FrameType

import uvicorn

from storylm.config import ServeConfig
from storylm.serving.app import build_app
from storylm.serving.guards import Watch

LAST_SECONDS = 3.0
"""For answers on their way out, after the stories."""


def serve(config: ServeConfig) -> None:
    """Serve until SIGTERM or Ctrl-C. Stories that are being told then have `grace` seconds to end,
    new requests get status 503. A second signal ends the stories, a third waits for nothing.

    Raises ValueError where nothing can be served, OSError where the address is taken.
    """
    app = build_app(config, key=config.api_key())
    listening = listen(config)
    port = listening.getsockname()[1]
    host = f"[{config.host}]" if ":" in config.host else config.host
    runs = len(app.desk.shelf.homes())
    print(f"http://{host}:{port} serves {runs} runs and the studio; Ctrl-C ends it", flush=True)
    if not config.loopback and not config.api_key_variable:
        print(
            "! everyone who reaches this machine may ask: api_key_variable sets a key", flush=True
        )
    server = Server(app, config.grace)
    gc.freeze()  # what is here now stays: looking through it would hold up every story
    try:
        server.run(sockets=[listening])
    finally:
        app.desk.shelf.end_stories()  # a third signal leaves some


def listen(config: ServeConfig) -> socket.socket:
    """A socket at the config's address. OSError in one line where that is taken or not ours."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((config.host, config.port))
        listening.listen(512)  # who comes before all is ready waits a moment
    except OSError as error:
        listening.close()
        raise OSError(
            f"host={config.host} port={config.port}: {error.strerror or error}; take another "
            "port, or port=0 for a free one"
        ) from None
    return listening


class Server(uvicorn.Server):
    """uvicorn, but for its end: it goes on answering until the stories are told."""

    def __init__(self, app: Watch, grace: float) -> None:
        self.desk = app.desk
        self.grace, self.asked = grace, 0.0
        super().__init__(
            uvicorn.Config(
                app,
                # h11 bounds what a client may send before its request is complete.
                http="h11",
                ws="none",
                lifespan="on",
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=LAST_SECONDS,
            )
        )

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Not noted for later, as uvicorn does: a server that ended in order leaves with 0."""
        self.force_exit = self.asked > 0 and self.grace == 0
        self.should_exit = self.should_exit or self.force_exit
        self.grace = 0 if self.asked else self.grace
        self.stop()

    def stop(self) -> None:
        """Ask it to end in order."""
        self.asked = self.asked or time.monotonic()
        self.desk.closing = True

    async def on_tick(self, counter: int) -> bool:
        if self.asked and not self.should_exit:
            late = time.monotonic() - self.asked > self.grace
            self.should_exit = late or not self.desk.line.inside
            if self.should_exit and self.desk.line.inside:
                await self.desk.shelf.close()  # ends the stories that are still being told
        return await super().on_tick(counter)
