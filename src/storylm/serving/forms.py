"""What a request may hold, said once: JSON schemas that are both checked here and published in
/openapi.json.

`check` knows the words of JSON Schema that our forms use, and is stricter in one thing: 3.0 is no
whole number.
"""

from __future__ import annotations

import asyncio
import difflib
import json
import math
import re
from typing import Any

from starlette.requests import ClientDisconnect, Request

from storylm.serving.errors import ApiError, refuse, short

Schema = dict[str, Any]

KINDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
DRAINED = 32 * 2**20
"""Bytes of a body too large that are still taken off the line, so that its sender hears why."""
BODY_SECONDS = 30.0


def check(value: Any, schema: Schema, param: str = "") -> None:
    """Refuse a value that its schema does not admit: ApiError 400, which names the field."""
    where = param or "the request"
    if "anyOf" in schema:
        if not any(admits(value, one) for one in schema["anyOf"]):
            # Of a list, the item that is wrong says more than the list.
            for one in schema["anyOf"]:
                if kind_of(value) in kinds(one) and kind_of(value) != "array":
                    check(value, one, param)
            raise refuse(param, f"{where}={short(value)} must be {schema['description']}")
        return
    if kind_of(value) not in kinds(schema):
        words = " or ".join(KINDS[kind] for kind in kinds(schema))
        raise refuse(param, f"{where}={short(value)} must be {words}", "invalid_type")
    if "enum" in schema and value not in schema["enum"]:
        words = ", ".join(short(one) for one in schema["enum"])
        raise refuse(param, f"{where}={short(value)} is not possible here; known: {words}")
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, str):
        check_text(value, schema, param)
    elif isinstance(value, int | float):
        check_number(value, schema, param)
    elif isinstance(value, list):
        check_list(value, schema, param)
    elif isinstance(value, dict):
        check_object(value, schema, param)


def admits(value: Any, schema: Schema) -> bool:
    try:
        check(value, schema)
    except ApiError:
        return False
    return True


def kinds(schema: Schema) -> list[str]:
    """The types that a schema names, and what they include."""
    named = schema.get("type", list(KINDS))
    named = [named] if isinstance(named, str) else list(named)
    return [*named, "integer"] if "number" in named and "integer" not in named else named


def kind_of(value: Any) -> str:
    if value is None:
        return "null"
    names = {
        bool: "boolean", int: "integer", float: "number", str: "string", list: "array",
        dict: "object",
    }  # fmt: skip
    return names[type(value)]


def check_text(value: str, schema: Schema, param: str) -> None:
    most = schema.get("maxLength", math.inf)
    if len(value) > most:
        words = f"{param} is {len(value):,} characters long; at most {most:,} are possible"
        raise refuse(param, words, "string_above_max_length")
    if len(value) < schema.get("minLength", 0):
        raise refuse(param, f"{param} is empty; give a text, or leave it out")
    if "pattern" in schema and re.search(schema["pattern"], value) is None:
        raise refuse(param, f"{param}={short(value)} must be {schema['x-words']}")


def check_number(value: float, schema: Schema, param: str) -> None:
    least, most = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    above = schema.get("exclusiveMinimum", -math.inf)
    below = schema.get("exclusiveMaximum", math.inf)
    if not (least <= value <= most and above < value < below):
        bounds = [f"{least} or more"] if least > -math.inf else []
        bounds += [f"above {above}"] if above > -math.inf else []
        bounds += [f"at most {most}"] if most < math.inf else []
        bounds += [f"below {below}"] if below < math.inf else []
        raise refuse(param, f"{param}={short(value)} must be {', '.join(bounds)}")


def check_list(value: list[Any], schema: Schema, param: str) -> None:
    least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
    if not least <= len(value) <= most:
        bounds = f"{least} or more" if len(value) < least else f"at most {most}"
        raise refuse(param, f"{param} holds {len(value)} entries; {bounds} are possible")
    for i, item in enumerate(value):
        check(item, schema.get("items", {}), f"{param}[{i}]")


def check_object(value: dict[str, Any], schema: Schema, param: str) -> None:
    known = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            path = f"{param}.{name}" if param else name
            raise refuse(path, f"{path} is missing", "missing_required_parameter")
    if len(value) > schema.get("maxProperties", math.inf):
        raise refuse(param, f"{param} holds more than {schema['maxProperties']} entries")
    others = schema.get("additionalProperties", False)
    for name, item in value.items():
        path = f"{param}.{name}" if param else name
        if name in known:
            check(item, known[name], path)
        elif others is False:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise refuse(
                short(name)[1:-1], f"{short(name)} is not known{hint}", "unknown_parameter"
            )
        else:
            pattern = schema.get("propertyNames", {}).get("pattern", "")
            if re.search(pattern, name) is None:
                raise refuse(param, f"{param} names {short(name)}, which is no id of a token")
            check(item, others, f"{param}.{name}")


# ----------------------------------------------------------------------------------------- the body


async def read_form(request: Request, schema: Schema, most: int) -> dict[str, Any]:
    """A request's JSON body, checked against its schema, of at most so many bytes.

    ApiError: 415 for another kind of content, 413 for a body too large (which is never held in
    memory), 408 for one that does not come, 400 for one that is no JSON or not as it must be.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" or "content-encoding" in request.headers:
        raise ApiError(
            415,
            f"the content is {short(kind or 'of no type')}; send plain JSON, with "
            "Content-Type: application/json",
            code="unsupported_media_type",
        )
    form = parse(await read_body(request, most))
    if not isinstance(form, dict):
        raise refuse("", f"the request is {short(form)}; send a JSON object", "invalid_type")
    check(form, schema)
    return form


async def read_body(request: Request, most: int) -> bytes:
    content, seen = bytearray(), 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                seen += len(chunk)
                if seen <= most:
                    content += chunk
                elif seen > DRAINED:
                    break
    except TimeoutError:
        raise ApiError(
            408, f"the body did not come within {BODY_SECONDS:g} seconds", code="body_timeout",
            headers={"Connection": "close"},
        ) from None  # fmt: skip
    except ClientDisconnect:
        raise ApiError(499, "the client has left", code="client_left") from None
    if seen > most:
        raise ApiError(
            413,
            f"the body is larger than {most:,} bytes; shorten it",
            code="body_too_large",
            headers={"Connection": "close"},
        )
    return bytes(content)


def parse(content: bytes) -> Any:
    """JSON as it is defined: without NaN, and with text that UTF-8 can hold."""

    def no_constant(name: str) -> None:
        raise ValueError(f"{name} is no JSON")

    def finite(text: str) -> float:
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(f"{text[:20]} is beyond all numbers")
        return value

    try:
        form = json.loads(content.decode(), parse_constant=no_constant, parse_float=finite)
        json.dumps(form, ensure_ascii=False).encode()  # finds lone surrogates, wherever they are
    except UnicodeDecodeError as error:
        raise refuse("", f"the request is no UTF-8: byte {error.start}", "invalid_json") from None
    except UnicodeEncodeError:
        words = r"the request holds a lone surrogate (\ud800 to \udfff), which is no character"
        raise refuse("", words, "invalid_json") from None
    except RecursionError:
        raise refuse("", "the request is nested too deep", "invalid_json") from None
    except ValueError as error:
        raise refuse("", f"the request is no JSON: {str(error)[:200]}", "invalid_json") from None
    return form
