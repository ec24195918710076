"""How told stories look in OpenAI's answers: whole, or in chunks as they come."""

from __future__ import annotations

import codecs
import secrets
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from storylm.checkpoint import Run
from storylm.generation import Piece
from storylm.serving.orders import Order

LEAST_LOGPROB = -9_999.0
"""Stands for the impossible, which JSON has no number for."""


@dataclass(frozen=True)
class Token:
    """A token with its log-probability and those of its likeliest rivals, and where it begins in
    the text that is returned, in characters."""

    id: int
    offset: int
    logprob: float | None
    alternatives: tuple[tuple[int, float], ...]


@dataclass
class Part:
    """What came with one piece: text, the tokens that begin in it, and how the story ended."""

    text: str = ""
    tokens: list[Token] = field(default_factory=list)
    finish: str = ""


class Choice:
    """One story as it grows."""

    def __init__(self, run: Run, *, opens: bool, text: str = "") -> None:
        """`text`: what is returned before the story, its prompt; `opens`: nothing stands before it,
        so that the blank that some tokenizers put first is none of it."""
        self.run, self.length = run, len(text)
        self.waiting: list[Token] = []
        self.place = Place(len(text), run.tokenizer.opening_blank if opens else 0)

    def add(self, piece: Piece) -> Part:
        """Tokens of which nothing is in the text, as those of a stop string or the end, are left
        out."""
        offset = self.place.of(self.run.tokenizer.decode_bytes([piece.token]))
        self.waiting.append(Token(piece.token, offset, piece.logprob, piece.alternatives))
        self.length += len(piece.text)
        ready = [token for token in self.waiting if token.offset < self.length]
        self.waiting = self.waiting[len(ready) :]
        return Part(piece.text, ready, piece.finish)


class Place:
    """Where each token of a text begins, in characters: a part of a character, at that one."""

    def __init__(self, start: int, blanks: int) -> None:
        """`blanks`: so many at the very beginning are not part of the text."""
        self.start = self.seen = start
        self.blanks = blanks
        self.decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def of(self, content: bytes) -> int:
        """The next token's, of which these are the bytes."""
        before = self.seen
        text = self.decoder.decode(content)
        self.seen += len(text) - (self.blanks if text else 0)
        self.blanks = 0 if text else self.blanks
        try:  # what is whole by itself ends the text; before it may stand what never became whole
            return max(self.start, self.seen - len(content.decode()))
        except UnicodeDecodeError:
            return before


def prompt_tokens(run: Run, pieces: Sequence[Piece]) -> list[Token]:
    """The tokens of an echoed prompt; `pieces` are those after its first id, which is a beginning
    and no text, or has nothing before it by which it could be likely."""
    place, tokens = Place(0, run.tokenizer.opening_blank), []
    for piece in pieces:
        offset = place.of(run.tokenizer.decode_bytes([piece.token]))
        tokens.append(Token(piece.token, offset, piece.logprob, piece.alternatives))
    return tokens


def token_text(run: Run, id: int) -> str:
    """A token as text, or `bytes:\\x…` where it is a part of a character, as OpenAI spells it."""
    content = run.tokenizer.decode_bytes([id])
    try:
        return content.decode()
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in content)


def finite(logprob: float | None) -> float | None:
    return None if logprob is None else max(LEAST_LOGPROB, logprob)


def completion_logprobs(run: Run, tokens: Iterable[Token]) -> dict[str, list[Any]]:
    """The form of /v1/completions. Among the likeliest stands the token itself, too."""
    tokens = list(tokens)
    likeliest = []
    for token in tokens:
        named = [*token.alternatives, (token.id, token.logprob)]
        top: dict[str, float | None] = {}
        for id, logprob in named:
            top.setdefault(token_text(run, id), finite(logprob))
        likeliest.append(None if token.logprob is None else top)
    return {
        "tokens": [token_text(run, token.id) for token in tokens],
        "token_logprobs": [finite(token.logprob) for token in tokens],
        "top_logprobs": likeliest,
        "text_offset": [token.offset for token in tokens],
    }


def chat_logprobs(run: Run, tokens: Iterable[Token]) -> dict[str, Any]:
    """The form of /v1/chat/completions."""

    def entry(id: int, logprob: float | None) -> dict[str, Any]:
        content = list(run.tokenizer.decode_bytes([id]))
        return {"token": token_text(run, id), "logprob": finite(logprob), "bytes": content}

    content = [
        entry(token.id, token.logprob)
        | {"top_logprobs": [entry(*alternative) for alternative in token.alternatives]}
        for token in tokens
    ]
    return {"content": content, "refusal": None}


class Answers:
    """The envelope around the choices of one order."""

    def __init__(self, order: Order, run: Run, name: str, prompt_tokens: int) -> None:
        """`name`: the model's, as the client gave it; `prompt_tokens`: ids read for all prompts."""
        self.order, self.run, self.name = order, run, name
        self.id = ("chatcmpl-" if order.chat else "cmpl-") + secrets.token_hex(12)
        self.created = int(time.time())
        self.prompt_tokens = prompt_tokens

    def envelope(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.name,
            "system_fingerprint": f"step_{self.run.step}",
            "seed": self.order.dials["seed"],  # ours: the same request with it tells the same
            "choices": choices,
        }

    def usage(self, told: int) -> dict[str, int]:
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": told,
            "total_tokens": self.prompt_tokens + told,
        }

    def logprobs(self, tokens: list[Token]) -> dict[str, Any] | None:
        if self.order.logprobs < 0:
            return None
        make = chat_logprobs if self.order.chat else completion_logprobs
        return make(self.run, tokens)

    def whole(self, parts: list[list[Part]], told: int) -> dict[str, Any]:
        """All choices, each told to its end."""
        choices = []
        for index, story in enumerate(parts):
            text = "".join(part.text for part in story)
            choice: dict[str, Any] = {"index": index}
            if self.order.chat:
                choice["message"] = {"role": "assistant", "content": text, "refusal": None}
            else:
                choice["text"] = text
            tokens = [token for part in story for token in part.tokens]
            choice["logprobs"] = self.logprobs(tokens)
            choice["finish_reason"] = story[-1].finish
            choices.append(choice)
        kind = "chat.completion" if self.order.chat else "text_completion"
        return self.envelope(kind, choices) | {"usage": self.usage(told)}

    def chunk(self, index: int, part: Part, *, first: bool = False) -> dict[str, Any]:
        """One part of one choice; of a chat, `first` names the role."""
        choice: dict[str, Any] = {"index": index}
        if self.order.chat:
            delta = {"role": "assistant"} if first else {}
            choice["delta"] = delta | ({"content": part.text} if part.text or first else {})
        else:
            choice["text"] = part.text
        choice["logprobs"] = self.logprobs(part.tokens) if part.tokens else None
        choice["finish_reason"] = part.finish or None
        return self.in_chunk([choice]) | ({"usage": None} if self.order.usage else {})

    def last(self, told: int) -> dict[str, Any]:
        """The chunk that counts the tokens."""
        return self.in_chunk([]) | {"usage": self.usage(told)}

    def in_chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        kind = "chat.completion.chunk" if self.order.chat else "text_completion"
        return self.envelope(kind, choices)
