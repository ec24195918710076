"""Telling: from a prompt to a story, alone, in a batch, or among whatever else is asked for."""

from storylm.generation.engine import Engine, Teller
from storylm.generation.requests import Piece, Request, Ticket
from storylm.generation.samplers import keep_likely, sample, story_generator
from storylm.generation.scoring import attention_of, score
from storylm.generation.telling import (
    Diverged,
    check_prompt,
    continuation,
    decode,
    generate,
    generate_steps,
    next_logits,
    stream,
    tell,
)

__all__ = [
    "Diverged",
    "Engine",
    "Piece",
    "Request",
    "Teller",
    "Ticket",
    "attention_of",
    "check_prompt",
    "continuation",
    "decode",
    "generate",
    "generate_steps",
    "keep_likely",
    "next_logits",
    "sample",
    "score",
    "story_generator",
    "stream",
    "tell",
]
