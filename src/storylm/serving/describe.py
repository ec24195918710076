"""/openapi.json: what the server understands and answers, from the forms that it checks by."""

from __future__ import annotations

from typing import Any

from storylm.config import ServeConfig
from storylm.serving.forms import Schema

STRING, NUMBER, INTEGER, BOOLEAN = (
    {"type": kind} for kind in ("string", "number", "integer", "boolean")
)
ANY = {"type": "object"}


def one_of(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def or_null(schema: Schema) -> Schema:
    return one_of(schema, {"type": "null"})


def many(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def record(**properties: Schema) -> Schema:
    """An object that has at least these."""
    return {"type": "object", "required": list(properties), "properties": properties}


ERROR = record(
    error=record(
        message=STRING, type=STRING, param=or_null(STRING), code=or_null(STRING)
    )
)  # fmt: skip
USAGE = record(prompt_tokens=INTEGER, completion_tokens=INTEGER, total_tokens=INTEGER)
FINISH = or_null({"enum": ["stop", "length"]})
MODEL = record(id=STRING, object={"enum": ["model"]}, created=INTEGER, owned_by=STRING)
LOGPROBS = record(
    tokens=many(STRING),
    token_logprobs=many(or_null(NUMBER)),
    top_logprobs=many(or_null({"type": "object", "additionalProperties": NUMBER})),
    text_offset=many(INTEGER),
)
PIECE = record(
    text=STRING,
    token=INTEGER,
    logprob=NUMBER,
    alternatives=many(record(text=STRING, token=INTEGER, logprob=NUMBER)),
)
REFUSALS = {
    "400": "The request is not as it must be; `param` names the field.",
    "401": "The key is missing or wrong.",
    "404": "There is no such model or address.",
    "405": "This address takes other methods.",
    "408": "The body did not come.",
    "413": "The body is too large.",
    "415": "The content is no JSON.",
    "421": "The server is for this machine, and was asked by another name.",
    "429": "Too many stories are asked for; Retry-After says when to come again.",
    "500": "The server failed.",
    "503": "The server is stopping, or this took too long.",
}


def describe(
    config: ServeConfig, completion: Schema, chat: Schema, studio: dict[str, Schema]
) -> dict[str, Any]:
    """The description, OpenAPI 3.1."""
    choice = record(
        index=INTEGER, text=STRING, logprobs=or_null(LOGPROBS), finish_reason=FINISH
    )  # fmt: skip
    message = record(role={"enum": ["assistant"]}, content=STRING)
    spoken = record(index=INTEGER, message=message, finish_reason=FINISH)
    paths = {
        "/v1/models": get("The models that are served", record(data=many(MODEL))),
        "/v1/models/{model}": get(
            "One model: `<run>`, or `<run>@<best, last or a step>`", MODEL, "model"
        ),
        "/v1/completions": post(
            "Stories that go on from prompts. Without max_tokens they have 16 tokens. text_offset "
            "counts characters of the text that is returned; a prompt of ids is read as it is, a "
            "text after the mark of a story's beginning.",
            completion,
            answered(choice) | {"text/event-stream": {}},
        ),
        "/v1/chat/completions": post(
            "A story for an instruction, of a run that was trained on them. The one message is a "
            "header (Words:, Features:, Summary:, Random sentence:) or plain words, which become "
            "its Summary.",
            chat,
            answered(spoken) | {"text/event-stream": {}},
        ),
        "/studio/runs": get("The runs, with what is known of them", record(runs=many(ANY))),
        "/studio/tell": post(
            "A story, one line for each token",
            studio["tell"],
            {"application/x-ndjson": {}, "text/event-stream": {}},
        ),
        "/studio/score": post(
            "How likely each token of a text is", studio["score"], json(record(pieces=many(PIECE)))
        ),
        "/studio/grade": post(
            "How far a text stays a possible story of the story world",
            studio["grade"],
            json(record(kept=INTEGER, broken=STRING, reason=STRING, expected=many(STRING))),
        ),
        "/studio/attention": post(
            "Where each token looks, in one head",
            studio["attention"],
            json(record(pieces=many(STRING), weights=many(many(NUMBER)))),
        ),
        "/health": get("Whether it serves", record(status=STRING)),
        "/metrics": get("Counts for Prometheus", None),
        "/openapi.json": get("This description", ANY),
    }
    description: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "storylm", "version": "1", "description": PREFACE},
        "paths": paths,
        "components": {"schemas": {"Error": ERROR}},
    }
    if config.api_key_variable:
        description["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        description["security"] = [{"key": []}]
    return description


PREFACE = "Story models behind OpenAI's forms, and what the studio page asks beyond them."


def json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def answered(choice: Schema) -> dict[str, Any]:
    return json(
        record(
            id=STRING, object=STRING, created=INTEGER, model=STRING, choices=many(choice),
            usage=USAGE,
        )
    )  # fmt: skip


def responses(content: dict[str, Any], *refusals: str) -> dict[str, Any]:
    error = json({"$ref": "#/components/schemas/Error"})
    refused = {
        status: {"description": words, "content": error}
        for status, words in REFUSALS.items()
        if status in refusals
    }
    return {"200": {"description": "Done.", "content": content}} | refused


def get(words: str, schema: Schema | None, *parameters: str) -> dict[str, Any]:
    content = json(schema) if schema else {"text/plain": {"schema": STRING}}
    operation: dict[str, Any] = {
        "summary": words,
        "responses": responses(content, "401", "404", "405", "421", "500", "503"),
    }
    if parameters:
        operation["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": STRING | {"minLength": 1}}
            for name in parameters
        ]
    return {"get": operation}


def post(words: str, form: Schema, content: dict[str, Any]) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": published(form)}}}
    operation = {
        "summary": words, "requestBody": body, "responses": responses(content, *REFUSALS)
    }  # fmt: skip
    return {"post": operation}


def published(schema: Any) -> Any:
    """A form for others: an object without a word on further properties admits none."""
    if isinstance(schema, list):
        return [published(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: published(value) for name, value in schema.items() if name != "x-words"}
    kinds = found.get("type")
    if "properties" in found and "object" in (kinds if isinstance(kinds, list) else [kinds]):
        found.setdefault("additionalProperties", False)
    return found
