"""What the page asks beyond OpenAI's forms: stories token by token, scores, grades, attention."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import functools
from collections.abc import AsyncIterator
from typing import Any

from storylm import generation
from storylm.checkpoint import Run
from storylm.config import DataKind, ServeConfig, read_config
from storylm.data.fables import grade
from storylm.data.stories import difficulty
from storylm.generation import Piece, Request
from storylm.serving.answers import Reply
from storylm.serving.choices import finite
from storylm.serving.desk import Desk
from storylm.serving.errors import refuse
from storylm.serving.forms import Schema
from storylm.serving.openai import INT64, NUCLEUS, TEXT, maybe, nullable
from storylm.serving.orders import prompt_ids

ALTERNATIVES = 5
"""Of each piece that is scored."""


def schemas(config: ServeConfig) -> dict[str, Schema]:
    """The forms of POST /studio/<name>."""
    text = TEXT | {"maxLength": config.prompt_bytes}
    checkpoint = {
        "anyOf": [
            {"type": "null"},
            {"type": "integer", "minimum": 0, "maximum": 10**12 - 1},
            {"type": "string", "pattern": "^(best|last|[0-9]{1,12})$", "x-words": "best or last"},
        ],
        "description": "best, last, or a step",
    }
    run = {"type": "string", "minLength": 1}
    model = {"run": run, "checkpoint": checkpoint}

    def form(required: list[str], properties: Schema) -> Schema:
        return {
            "type": "object", "required": required, "additionalProperties": False,
            "properties": properties,
        }  # fmt: skip

    return {
        "tell": form(
            ["run"],
            {
                **model,
                "prompt": nullable(text),
                "max_tokens": maybe("integer", minimum=0, maximum=config.max_tokens),
                "temperature": maybe("number", minimum=0, maximum=100),
                "top_k": maybe("integer", minimum=0, maximum=2**31 - 1),
                "top_p": maybe("number", **NUCLEUS),
                "min_p": maybe("number", minimum=0, exclusiveMaximum=1),
                "repetition_penalty": maybe("number", minimum=0.01, maximum=100),
                "seed": maybe("integer", **INT64),
                "alternatives": maybe("integer", minimum=0, maximum=20),
            },
        ),
        "score": form(["run", "text"], {**model, "text": text}),
        "grade": form(
            ["run", "text"],
            {"run": run, "text": text, "prefix": nullable(text), "whole": maybe("boolean")},
        ),
        "attention": form(
            ["run", "text", "layer", "head"],
            {
                **model,
                "text": text,
                "layer": {"type": "integer", "minimum": 0, "maximum": 10_000},
                "head": {"type": "integer", "minimum": 0, "maximum": 10_000},
            },
        ),
    }


def model_name(form: dict[str, Any]) -> tuple[str, str]:
    checkpoint = form.get("checkpoint")
    return form["run"], "" if checkpoint is None else str(checkpoint)


# ------------------------------------------------------------------------------------------ telling


async def tell(desk: Desk, form: dict[str, Any], reply: Reply) -> None:
    """A story, one line for each token. Defaults are those of scripts/generate.py."""
    given = {name: value for name, value in form.items() if value is not None}
    with desk.line.enter(1):
        async with desk.shelf.borrow(*model_name(form)) as model:
            run = model.run
            ids = await asyncio.to_thread(prompt_ids, run, given.get("prompt", ""))
            request = Request(
                prompt_ids=tuple(ids),
                max_tokens=given.get("max_tokens", 0) or desk.config.max_tokens,
                temperature=given.get("temperature", 0.8),
                top_k=given.get("top_k", 0),
                top_p=given.get("top_p", 1.0),
                min_p=given.get("min_p", 0.0),
                repetition_penalty=given.get("repetition_penalty", 1.0),
                seed=given.get("seed", 1),
                logprobs=given.get("alternatives", 0),
            )
            desk.metrics.read.add(run.folder.name, by=len(ids))
            async with contextlib.aclosing(desk.tell(model.engine, [request])) as told:
                async for _, piece in told:
                    desk.metrics.told.add(run.folder.name)
                    await reply.line(piece_form(run, piece) | {"finish": piece.finish})
    await reply.write(b"", more=False)


def piece_form(run: Run, piece: Piece) -> dict[str, Any]:
    return {
        "text": piece.text,
        "token": piece.token,
        "logprob": finite(piece.logprob),
        "alternatives": [
            {"text": run.tokenizer.decode([id]), "token": id, "logprob": finite(logprob)}
            for id, logprob in piece.alternatives
        ],
    }


# ----------------------------------------------------------------------------- scores and attention


@contextlib.asynccontextmanager
async def borrowed(desk: Desk, form: dict[str, Any]) -> AsyncIterator[Run]:
    """The run of a form, for a computation that counts as one story."""
    with desk.line.enter(1):
        async with desk.shelf.borrow(*model_name(form)) as model:
            yield model.run


async def score_text(desk: Desk, form: dict[str, Any]) -> dict[str, Any]:
    """How likely each token of a text is, given those before it."""
    async with borrowed(desk, form) as run:
        ids = await asyncio.to_thread(prompt_ids, run, form["text"], "text")
        pieces = await desk.compute(generation.score, run, ids, ALTERNATIVES)
        return {"pieces": [piece_form(run, piece) for piece in pieces[1:]]}


async def show_attention(desk: Desk, form: dict[str, Any]) -> dict[str, Any]:
    """Where each token of a text looks, in one head; the first is the mark of the beginning."""
    async with borrowed(desk, form) as run:
        config = run.config.model
        for name, most in (("layer", config.n_layers), ("head", config.n_heads)):
            if form[name] >= most:
                raise refuse(name, f"{name}={form[name]} is not there; it has 0 to {most - 1}")
        ids = await asyncio.to_thread(prompt_ids, run, form["text"], "text")
        weights = await desk.compute(generation.attention_of, run, ids, form["layer"], form["head"])
        return {"pieces": texts(run, ids), "weights": weights}


def texts(run: Run, ids: list[int]) -> list[str]:
    """The text of each id: a character of several tokens is the last one's."""
    begins = run.tokenizer.decode([ids[0]])
    given = [run.tokenizer.decode_bytes([id]) for id in ids[1:]]
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    return [begins, *(decoder.decode(content) for content in given)]


# ------------------------------------------------------------------------------------------ grading


async def grade_text(desk: Desk, form: dict[str, Any]) -> dict[str, Any]:
    """How far a text stays a possible story of the world that the run was trained on."""
    title = desk.shelf.title(form["run"])
    config = await asyncio.to_thread(read_config, title.home)
    if config.data.kind is not DataKind.fables:
        words = f"{title.name} was not trained on the story world, so nothing is known of its facts"
        raise refuse("run", words, "no_story_world")
    prefix, whole = form.get("prefix") or "", form.get("whole")
    judged = functools.partial(
        grade, form["text"], prefix, difficulty(config.data), whole=whole is not False
    )
    try:
        with desk.line.enter(1):
            found = await desk.compute(judged)
    except ValueError as error:
        raise refuse("prefix", str(error), "outside_the_world") from None
    reason = ""
    if found.broken:
        reason = f"{found.broken} breaks at character {found.where}"
        if found.expected:
            reason += "; what fits: " + ", ".join(map(repr, found.expected[:5]))
    return {
        "kept": found.kept,
        "characters": found.characters,
        "broken": found.broken,
        "where": found.where,
        "ended": found.ended,
        "reason": reason,
        "expected": list(found.expected[:20]),
        "instructions": found.instructions,
    }
