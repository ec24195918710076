"""The forms of OpenAI's clients: what each field may hold.

Fields that we know but cannot honour are refused unless they say what we do anyway. Null means a
field's default; OpenAI's own defaults hold: temperature 1, and of completions 16 tokens.
"""

from __future__ import annotations

from typing import Any

from storylm.config import ServeConfig
from storylm.serving.forms import Schema

TEXT = {
    "type": "string",
    "pattern": r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$",
    "x-words": "text without control characters, but for tabs and line breaks",
}
INT64 = {"minimum": -(2**63) + 1, "maximum": 2**63 - 1}
ID = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
NUCLEUS = {"minimum": 1e-9, "maximum": 1}
"""Of top_p: a probability that fp32 can tell from none."""


def maybe(kind: str, **rest: Any) -> Schema:
    """A field of a kind, or null, which means its default."""
    return {"type": [kind, "null"], **rest}


def nullable(schema: Schema) -> Schema:
    return schema | {"type": [schema["type"], "null"]}


def must_be(*values: Any) -> Schema:
    """A field that we know but cannot honour: it may only say what we do anyway."""
    return {"enum": [*values, None]}


def samplers(config: ServeConfig) -> Schema:
    """How tokens are drawn, the same in all forms."""
    stop = TEXT | {"minLength": 1, "maxLength": 200}
    return {
        "n": maybe("integer", minimum=1, maximum=most_stories(config)),
        "temperature": maybe("number", minimum=0, maximum=100),
        "top_p": maybe("number", **NUCLEUS),
        "top_k": maybe("integer", minimum=0, maximum=2**31 - 1),
        "min_p": maybe("number", minimum=0, exclusiveMaximum=1),
        "repetition_penalty": maybe("number", minimum=0.01, maximum=100),
        "seed": maybe("integer", **INT64),
        "stop": {
            "anyOf": [
                {"type": "null"},
                stop,
                {"type": "array", "items": stop, "maxItems": 4},
            ],
            "description": "a text, or a list of at most 4, each of 1 to 200 characters",
        },
        "logit_bias": maybe(
            "object",
            additionalProperties={"type": "number", "minimum": -100, "maximum": 100},
            propertyNames={"pattern": "^(0|[1-9][0-9]{0,9})$"},
            maxProperties=1_000,
        ),
        "stream": maybe("boolean"),
        "stream_options": maybe(
            "object",
            properties={
                "include_usage": maybe("boolean"),
                "include_obfuscation": must_be(False),
            },
        ),
        "presence_penalty": must_be(0),
        "frequency_penalty": must_be(0),
        "user": maybe("string", maxLength=1_000),
    }


def most_stories(config: ServeConfig) -> int:
    """Stories that one request may ask for."""
    return min(128, config.concurrency + config.queue)


def completion_schema(config: ServeConfig) -> Schema:
    """POST /v1/completions."""
    text = TEXT | {"maxLength": config.prompt_bytes}
    most = {"maxItems": config.prompt_bytes}
    ids = {"type": "array", "items": ID, "minItems": 1, **most}
    several = {"minItems": 1, "maxItems": most_stories(config)}
    return {
        "type": "object",
        "required": ["model"],
        "additionalProperties": False,
        "properties": {
            "model": {"type": "string", "minLength": 1},
            "prompt": {
                "anyOf": [
                    {"type": "null"},
                    text,
                    {"type": "array", "items": text, **several},
                    ids,
                    {"type": "array", "items": ids, **several},
                ],
                "description": (
                    "a text, a list of ids, or a list of either; not empty, at most "
                    f"{several['maxItems']} prompts, and no control characters"
                ),
            },
            "max_tokens": maybe("integer", minimum=0, maximum=config.max_tokens),
            "logprobs": maybe("integer", minimum=0, maximum=5),
            "echo": maybe("boolean"),
            "best_of": maybe("integer", minimum=1, maximum=most_stories(config)),
            "suffix": must_be(""),
            **samplers(config),
        },
    }


def chat_schema(config: ServeConfig) -> Schema:
    """POST /v1/chat/completions."""
    text = TEXT | {"maxLength": config.prompt_bytes, "minLength": 1}
    part = {
        "type": "object",
        "required": ["type", "text"],
        "properties": {"type": {"enum": ["text"]}, "text": text},
    }
    message = {
        "type": "object",
        "required": ["role", "content"],
        "properties": {
            "role": {"enum": ["user"]},
            "content": {
                "anyOf": [text, {"type": "array", "items": part, "minItems": 1, "maxItems": 64}],
                "description": "a text that is not empty, or a list of parts of type text",
            },
            "name": maybe("string", maxLength=200),
        },
    }
    limit = maybe("integer", minimum=1, maximum=config.max_tokens)
    return {
        "type": "object",
        "required": ["model", "messages"],
        "additionalProperties": False,
        "properties": {
            "model": {"type": "string", "minLength": 1},
            "messages": {"type": "array", "items": message, "minItems": 1, "maxItems": 1},
            "max_tokens": limit,
            "max_completion_tokens": limit,
            "logprobs": maybe("boolean"),
            "top_logprobs": maybe("integer", minimum=0, maximum=20),
            "response_format": maybe(
                "object", required=["type"], properties={"type": {"enum": ["text"]}}
            ),
            "tools": maybe("array", maxItems=0),
            "tool_choice": must_be("none"),
            **samplers(config),
        },
    }
