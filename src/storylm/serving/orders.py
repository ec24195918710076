"""From a client's form to the stories that it asks for: an `Order`, and with a model at hand the
`Request`s to its engine."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from storylm.checkpoint import Run
from storylm.config import ServeConfig, TrainConfig
from storylm.data.fables.plots.header import STORY
from storylm.generation import Request
from storylm.serving.errors import refuse
from storylm.serving.openai import most_stories


@dataclass
class Order:
    """What a client asked for, with every default in place."""

    model: str
    prompts: list[str | list[int]]
    n: int = 1
    max_tokens: int | None = 16
    """None goes on to the end of the context."""
    logprobs: int = -1
    echo: bool = False
    stream: bool = False
    usage: bool = False
    """Whether a stream ends with the count of its tokens."""
    chat: bool = False
    dials: dict[str, Any] = field(default_factory=dict)

    @property
    def stories(self) -> int:
        return len(self.prompts) * self.n

    def requests(self, run: Run, prompts_ids: list[list[int]], most: int) -> list[Request]:
        """The stories of this order, choice after choice. ApiError for what the model cannot do."""
        for id in self.dials["logit_bias"]:
            if id >= run.tokenizer.vocab_size:
                words = f"logit_bias names {id}; the vocabulary has {run.tokenizer.vocab_size} ids"
                raise refuse("logit_bias", words)
        limit = most if self.max_tokens is None else self.max_tokens
        try:
            return [
                Request(
                    prompt_ids=tuple(prompts_ids[story // self.n]),
                    max_tokens=limit,
                    story=story,
                    logprobs=self.logprobs,
                    **self.dials,
                )
                for story in range(self.stories)
            ]
        except ValueError as error:
            raise refuse("", str(error)) from None


def completion_order(form: dict[str, Any], config: ServeConfig) -> Order:
    """The order that a form of /v1/completions makes."""
    given = without_nulls(form)
    prompt = given.get("prompt", "")
    single = isinstance(prompt, str) or isinstance(prompt[0], int)
    n = given.get("n", 1)
    if given.get("best_of", n) != n:
        raise refuse("best_of", f"best_of={given['best_of']} is not possible; it can only be n={n}")
    if given.get("suffix"):
        raise refuse("suffix", "suffix is not possible: these models only go on")
    max_tokens = given.get("max_tokens", 16)
    if max_tokens == 0 and not given.get("echo"):
        raise refuse("max_tokens", "max_tokens=0 tells nothing; give 1 or more, or echo=true")
    order = Order(
        model=given["model"],
        prompts=[prompt] if single else prompt,
        n=n,
        max_tokens=max_tokens,
        logprobs=given.get("logprobs", -1),
        echo=given.get("echo", False),
        **common(given),
    )
    check_size(order, config)
    return order


def chat_order(form: dict[str, Any], config: ServeConfig) -> Order:
    """The order that a form of /v1/chat/completions makes."""
    given = without_nulls(form)
    content = given["messages"][0]["content"]
    words = content if isinstance(content, str) else "".join(part["text"] for part in content)
    alternatives = given.get("top_logprobs", 0)
    if alternatives and not given.get("logprobs"):
        raise refuse("top_logprobs", f"top_logprobs={alternatives} needs logprobs=true")
    order = Order(
        model=given["model"],
        prompts=[header_of(words)],
        n=given.get("n", 1),
        max_tokens=given.get("max_completion_tokens", given.get("max_tokens")),
        logprobs=alternatives if given.get("logprobs") else -1,
        chat=True,
        **common(given),
    )
    check_size(order, config)
    return order


def common(given: dict[str, Any]) -> dict[str, Any]:
    stop = given.get("stop", [])
    options = given.get("stream_options", {})
    stream = given.get("stream", False)
    if options and not stream:
        raise refuse("stream_options", "stream_options needs stream=true")
    return {
        "stream": stream,
        "usage": bool(options.get("include_usage")),
        "dials": {
            "temperature": given.get("temperature", 1.0),
            "top_p": given.get("top_p", 1.0),
            "top_k": given.get("top_k", 0),
            "min_p": given.get("min_p", 0.0),
            "repetition_penalty": given.get("repetition_penalty", 1.0),
            "seed": given.get("seed", secrets.randbits(31)),
            "stop": (stop,) if isinstance(stop, str) else tuple(stop),
            "logit_bias": {int(id): bias for id, bias in given.get("logit_bias", {}).items()},
        },
    }


def check_size(order: Order, config: ServeConfig) -> None:
    """Refuse more than one request may ask for, in stories or in bytes."""
    if order.stories > most_stories(config):
        words = f"{order.stories} stories are more than the {most_stories(config)} of one request"
        raise refuse("n", words)
    size = sum(len(prompt.encode()) for prompt in order.prompts if isinstance(prompt, str))
    if size > config.prompt_bytes:
        words = f"the prompts have {size:,} bytes; at most {config.prompt_bytes:,} are possible"
        raise refuse("prompt", words, "string_above_max_length")


def without_nulls(form: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in form.items() if value is not None}


# ------------------------------------------------------------------------------ the words of a chat

LINES = ("Words: ", "Features: ", "Summary: ", "Random sentence: ")


def is_instructed(config: TrainConfig) -> bool:
    """Whether a run was trained on stories that headers ask for."""
    return config.data.instruct or config.run.loss_after.strip() == STORY.strip()


def header_of(message: str) -> str:
    """The header that a message means: the header itself, or plain words.

    Single words between commas are words that the story is to use; any other is what happens in it.
    """
    text = message.replace("\r\n", "\n").strip()
    if text.startswith((*LINES, STORY.strip())):
        header, _, story = text.partition(STORY.strip())
        lines = [line.strip() for line in header.splitlines() if line.strip()]
        return "\n".join([*lines, STORY]) + story.lstrip()
    words = [word.strip() for word in text.split(",")]
    if len(words) > 1 and all(re.fullmatch(r"[^\W\d_]+", word) for word in words):
        return f"Words: {', '.join(words)}\n{STORY}"
    return f"Summary: {' '.join(text.split())}\n{STORY}"


# ------------------------------------------------------------------------------------- prompts' ids


def prompt_ids(run: Run, prompt: str | list[int], param: str = "") -> list[int]:
    """The ids that the model reads: of a text, after the mark of a story's beginning; ids as given.

    ApiError for more than the context holds, and for what no tokenizer takes.
    """
    tokenizer, most = run.tokenizer, run.config.model.context_length
    param = param or "prompt"
    if isinstance(prompt, str):
        try:
            ids = [tokenizer.end_of_story, *tokenizer.encode(prompt)]
        except ValueError as error:
            raise refuse(param, str(error)) from None
    else:
        ids = prompt
        if max(ids) >= tokenizer.vocab_size:
            words = f"prompt holds id {max(ids)}; the vocabulary has {tokenizer.vocab_size} ids"
            raise refuse(param, words)
    if len(ids) > most:
        raise refuse(
            param,
            f"the prompt is {len(ids)} tokens long, but the model sees only {most}; shorten it by "
            f"{len(ids) - most}",
            "context_length_exceeded",
        )
    return ids
