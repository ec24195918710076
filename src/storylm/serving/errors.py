"""What a client is told when something is not to be had, in the form that OpenAI gives it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response


class ApiError(Exception):
    """A refusal with its HTTP status. `param` names the field at fault, `code` the kind of fault
    for programs."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.code, self.param = status, message, code, param
        self.headers = dict(headers or {})

    def form(self) -> dict[str, Any]:
        return {
            "error": {
                "message": self.message,
                "type": TYPES.get(self.status, "invalid_request_error"),
                "param": self.param,
                "code": self.code,
            }
        }


TYPES = {429: "rate_limit_error", 500: "server_error", 503: "server_error"}
"""All others are a mistake of the request."""


def refuse(param: str, message: str, code: str = "invalid_value") -> ApiError:
    """A field that is not as it must be: status 400."""
    return ApiError(400, message, code=code, param=param or None)


def to_json(content: Any) -> bytes:
    """JSON in ASCII, so that no text, however broken, fails to go out; numbers that are not finite
    are an error of ours."""
    return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()


class Json(Response):
    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return to_json(content)


def answer(error: ApiError) -> Json:
    return Json(error.form(), status_code=error.status, headers=error.headers)


def short(value: Any) -> str:
    """A value as it stands in a message: printable, and not long."""
    words = json.dumps(value)
    return words if len(words) <= 60 else words[:57] + "..."


# --------------------------------------------------------------------- what Starlette itself raises


async def tell_api_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return answer(error)


async def tell_http_error(request: Request, error: Exception) -> Response:
    """An unknown address, or one that knows no such method."""
    status = getattr(error, "status_code", 500)
    where = f"{request.method} {request.url.path[:200]}"
    if status == 405:
        words, code = f"{where}: this address takes other methods", "method_not_allowed"
    elif status == 404:
        words, code = f"there is nothing at {where}; /openapi.json lists what is", "unknown_url"
    else:
        words, code = str(getattr(error, "detail", "refused")), None
    return answer(ApiError(status, words, code=code, headers=getattr(error, "headers", None)))


async def tell_failure(_: Request, error: Exception) -> Response:
    """Something of ours broke: the log says what, the client only that it did."""
    return answer(ApiError(500, "the server failed at this; its log says why", code="failed"))
