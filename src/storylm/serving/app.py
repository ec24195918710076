"""The addresses, and what happens at each."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from storylm.config import ServeConfig
from storylm.serving import studio
from storylm.serving.answers import Answer, Reply
from storylm.serving.cards import list_runs
from storylm.serving.completions import complete, listing, model_card
from storylm.serving.describe import describe
from storylm.serving.desk import Desk
from storylm.serving.errors import (
    ApiError,
    Json,
    tell_api_error,
    tell_failure,
    tell_http_error,
)
from storylm.serving.forms import read_form
from storylm.serving.guards import Gate, Host, Watch
from storylm.serving.models import Shelf
from storylm.serving.openai import chat_schema, completion_schema
from storylm.serving.orders import chat_order, completion_order

PAGE = Path(__file__).parent / "page"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
METRICS_KIND = "text/plain; version=0.0.4; charset=utf-8"

Handler = Callable[[Request], Awaitable[Response]]


def build_app(config: ServeConfig, *, key: str = "", shelf: Shelf | None = None) -> Watch:
    """The server as an ASGI application; its `desk` is what the routes share.

    FileNotFoundError, ValueError where a run of the config is not there.
    """
    desk = Desk(config, shelf or Shelf(config))

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        known = asyncio.create_task(list_runs(desk))  # read once, before the page asks
        yield
        known.cancel()
        await desk.close()  # by then no request is left

    app = Starlette(
        routes=routes(desk),
        lifespan=lifespan,
        exception_handlers={
            ApiError: tell_api_error,
            HTTPException: tell_http_error,
            Exception: tell_failure,
        },
    )
    app.router.redirect_slashes = False
    guarded: ASGIApp = Gate(app, desk, key, lambda path: path.lstrip("/") in page_files())
    if config.cors:
        guarded = CORSMiddleware(
            guarded,
            allow_origins=config.cors,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After"],
        )
    return Watch(Host(guarded, desk), desk)


def routes(desk: Desk) -> list[Route]:
    config = desk.config
    # A character may be six bytes long in JSON.
    most = 6 * config.prompt_bytes + 65_536
    completion, chat = completion_schema(config), chat_schema(config)
    forms = studio.schemas(config)

    def told(route: str, schema: dict[str, Any], make: Any) -> Handler:
        async def handle(request: Request) -> Response:
            order = make(await read_form(request, schema, most), config)
            work = functools.partial(complete, desk, order, route=route)
            return Answer(work, config.timeout)

        return handle

    async def tell(request: Request) -> Response:
        form = await read_form(request, forms["tell"], most)
        events = "text/event-stream" in request.headers.get("accept", "")
        work = functools.partial(studio.tell, desk, form)
        return Answer(work, config.timeout, events=events)

    def asked(name: str, function: Any) -> Handler:
        async def handle(request: Request) -> Response:
            form = await read_form(request, forms[name], most)

            async def work(reply: Reply) -> None:
                await reply.json(await function(desk, form))

            return Answer(work, config.timeout)

        return handle

    async def models(_: Request) -> Response:
        return Json(listing(desk.shelf.homes()))

    async def one_model(request: Request) -> Response:
        name = request.path_params["model"]
        title = desk.shelf.title(name)
        desk.shelf.file(title)
        return Json(model_card(name, title.home))

    async def runs(_: Request) -> Response:
        return Json(await list_runs(desk))

    async def health(_: Request) -> Response:
        status = "stopping" if desk.closing else "ok"
        return Json({"status": status}, status_code=503 if desk.closing else 200)

    async def metrics(_: Request) -> Response:
        return Response(desk.metrics.text(), headers={"content-type": METRICS_KIND})

    async def description(_: Request) -> Response:
        return Json(describe(config, completion, chat, forms))

    def post(path: str, handler: Handler) -> Route:
        return Route(path, handler, methods=["POST"])

    return [
        Route("/v1/models", models),
        Route("/v1/models/{model:path}", one_model),
        post("/v1/completions", told("/v1/completions", completion, completion_order)),
        post("/v1/chat/completions", told("/v1/chat/completions", chat, chat_order)),
        Route("/studio/runs", runs),
        post("/studio/tell", tell),
        post("/studio/score", asked("score", studio.score_text)),
        post("/studio/grade", asked("grade", studio.grade_text)),
        post("/studio/attention", asked("attention", studio.show_attention)),
        Route("/health", health),
        Route("/metrics", metrics),
        Route("/openapi.json", description),
        Route("/", page),
        Route("/{file}", page),
    ]


# ----------------------------------------------------------------------------------------- the page


def page_files() -> dict[str, Path]:
    """The page's own files by name; the empty name is its beginning."""
    files = {file.name: file for file in PAGE.glob("*.*") if file.suffix in KINDS}
    return {"": files["index.html"], **files} if "index.html" in files else files


async def page(request: Request) -> Response:
    # Looked up among the names that are there: a path never reaches the disk.
    file = page_files().get(request.path_params.get("file", ""))
    if file is None:
        raise HTTPException(404)
    return Response(file.read_bytes(), headers={"content-type": KINDS[file.suffix]})
