"""The work behind /v1/completions and /v1/chat/completions: from an order to its answer."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

from storylm import generation
from storylm.generation import Piece
from storylm.serving.answers import Reply
from storylm.serving.choices import Answers, Choice, Part, prompt_tokens
from storylm.serving.desk import Desk
from storylm.serving.errors import refuse
from storylm.serving.models import Model
from storylm.serving.orders import Order, is_instructed, prompt_ids


async def complete(desk: Desk, order: Order, reply: Reply, route: str) -> None:
    """Answer an order, in one piece or as a stream. ApiError where it cannot be."""
    start = time.monotonic()
    with desk.line.enter(order.stories):
        async with desk.shelf.borrow(order.model) as model:
            run = model.run
            if order.chat and not is_instructed(run.config):
                raise refuse(
                    "model",
                    f"{order.model} knows no instructions, it only goes on with a text: ask "
                    "/v1/completions, or a run that was trained with data.instruct=true",
                    "not_a_chat_model",
                )
            ids = [
                await asyncio.to_thread(prompt_ids, run, prompt, "messages" * order.chat)
                for prompt in order.prompts
            ]
            work = Work(desk, order, model, ids, route, start)
            await (work.stream(reply) if order.stream else work.answer(reply))


class Work:
    """One order and the model that answers it."""

    def __init__(
        self, desk: Desk, order: Order, model: Model, ids: list[list[int]], route: str, start: float
    ) -> None:
        self.desk, self.order, self.model, self.ids = desk, order, model, ids
        self.route, self.start = route, start
        read = sum(map(len, ids))
        self.answers = Answers(order, model.run, order.model, read)
        # max_tokens=0 asks for the prompts' own log-probabilities alone.
        silent = order.max_tokens == 0
        most = desk.config.max_tokens
        self.requests = [] if silent else order.requests(model.run, ids, most)
        desk.metrics.read.add(model.run.folder.name, by=read)
        self.told = 0

    async def echoes(self) -> list[Part]:
        """For each choice what stands before its story: nothing, or the prompt that it is to
        repeat."""
        order, run = self.order, self.model.run
        if not order.echo:
            return [Part() for _ in range(order.stories)]
        parts = []
        for prompt, ids in zip(order.prompts, self.ids):
            begins = ids[0] in run.tokenizer.ends
            text = prompt if isinstance(prompt, str) else run.tokenizer.decode(ids[begins:])
            tokens = []
            if order.logprobs >= 0:
                pieces = await self.scored(ids)
                tokens = prompt_tokens(run, pieces[1:] if begins else pieces)
            parts.append(Part(text, tokens))
        return [parts[story // order.n] for story in range(order.stories)]

    async def scored(self, ids: list[int]) -> list[Piece]:
        most = max(0, self.order.logprobs)
        return await self.desk.compute(generation.score, self.model.run, ids, most)

    def choices(self, echoes: list[Part]) -> list[Choice]:
        ends = self.model.run.tokenizer.ends
        return [
            Choice(
                self.model.run,
                opens=self.ids[story // self.order.n][-1] in ends,
                text=echo.text,
            )
            for story, echo in enumerate(echoes)
        ]

    def count(self, piece: Piece) -> None:
        if not self.told:
            seconds = time.monotonic() - self.start
            self.desk.metrics.first_token.add(self.route, value=seconds)
        self.told += 1
        self.desk.metrics.told.add(self.model.run.folder.name)

    async def answer(self, reply: Reply) -> None:
        """All choices at once."""
        echoes = await self.echoes()
        choices, parts = self.choices(echoes), [[echo] for echo in echoes]
        if not self.requests:
            for story in parts:
                story.append(Part(finish="length"))
        async with contextlib.aclosing(self.desk.tell(self.model.engine, self.requests)) as told:
            async for index, piece in told:
                self.count(piece)
                parts[index].append(choices[index].add(piece))
        await reply.json(self.answers.whole(parts, self.told))

    async def stream(self, reply: Reply) -> None:
        """Chunks as they come, then the mark of the end."""
        echoes = await self.echoes()
        choices = self.choices(echoes)
        silent = not self.requests
        for index, echo in enumerate(echoes):
            echo = Part(echo.text, echo.tokens, "length" if silent else "")
            if echo.text or silent or self.order.chat:
                await reply.line(self.answers.chunk(index, echo, first=True))
        async with contextlib.aclosing(self.desk.tell(self.model.engine, self.requests)) as told:
            async for index, piece in told:
                self.count(piece)
                part = choices[index].add(piece)
                if part.text or part.tokens or part.finish:
                    await reply.line(self.answers.chunk(index, part))
        if self.order.usage:
            await reply.line(self.answers.last(self.told))
        await reply.write(b"data: [DONE]\n\n")
        await reply.write(b"", more=False)


def listing(models: dict[str, Any]) -> dict[str, Any]:
    """The form of /v1/models: names and folders into a list."""
    return {"object": "list", "data": [model_card(name, home) for name, home in models.items()]}


def model_card(name: str, home: Any) -> dict[str, Any]:
    created = int((home / "config.yaml").stat().st_mtime) if (home / "config.yaml").exists() else 0
    return {"id": name, "object": "model", "created": created, "owned_by": "storylm"}
