"""Stories on the terminal: those that the command line asks for, or one opening after another."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from storylm.config import GenerateConfig
from storylm.generation.beam import search
from storylm.generation.engine import Engine, Teller
from storylm.generation.requests import Request

HELP = """Type how a story begins and watch it go on. An empty line tells another from the same.
  :temperature 0.5   set a dial; without a value, show it; alike {dials}
  :dials             show them all
  :seed 7            begin again with the first story of this seed
  :again             the last story once more, with the dials as they are now
  :quit              leave, as Ctrl-D does; Ctrl-C stops a story"""
DIALS = ("temperature", "max_tokens", "top_k", "top_p", "min_p", "repetition_penalty", "stop",
         "slide", "seed")  # fmt: skip
"""What can be set while it runs: what a request has, in the command line's words."""


def tell_asked(run: Teller, config: GenerateConfig, drafter: Teller | None = None) -> None:
    """Print the stories that the config asks for, one of them as it comes."""
    if config.beams > 1:
        print_stories(search_stories(run, config))
        return
    engine = build_engine(run, config, drafter, slots=min(config.count, 32))
    if config.count == 1 and config.stream:
        print(config.prompt, end="", flush=True)
        ticket = engine.submit(request_of(run, config, config.prompt, 0))
        with contextlib.closing(engine.start()):
            for piece in ticket:
                print(piece.text, end="", flush=True)
        print()
        return
    asked = [request_of(run, config, config.prompt, story) for story in range(config.count)]
    told = engine.tell_all(asked)
    print_stories([config.prompt + "".join(p.text for p in pieces) for pieces in told])


def search_stories(run: Teller, config: GenerateConfig) -> list[str]:
    from storylm.generation.telling import continuation

    ends, prompt = run.tokenizer.ends, prompt_ids(run, config.prompt)
    found = search(
        run.model,
        list(prompt),
        beams=config.beams,
        max_tokens=config.max_tokens,
        ends=ends,
        length_penalty=config.length_penalty,
    )
    told = [[id for id in beam.ids if id not in ends] for beam in found[: config.count]]
    return [config.prompt + continuation(run.tokenizer, config.prompt, ids) for ids in told]


def print_stories(stories: list[str]) -> None:
    print("\n\n---\n\n".join(story.strip() for story in stories))


def build_engine(
    run: Teller, config: GenerateConfig, drafter: Teller | None, *, slots: int = 1
) -> Engine:
    return Engine(run, slots=slots, int8=config.int8, drafter=drafter)


def prompt_ids(run: Teller, opening: str) -> tuple[int, ...]:
    return (run.tokenizer.end_of_story, *run.tokenizer.encode(opening))


def request_of(run: Teller, config: GenerateConfig, opening: str, story: int) -> Request:
    dials = {name: getattr(config, name) for name in DIALS}
    return Request(prompt_ids(run, opening), story=story, **dials)


class Prompt:
    """Asks for openings until it is left. Reads lines where there is no terminal."""

    def __init__(self, run: Teller, config: GenerateConfig, drafter: Teller | None = None) -> None:
        self.run, self.config, self.opening = run, config, config.prompt
        self.engine = build_engine(run, config, drafter)
        self.story = -1
        """Which story of the seed was told last."""

    def ask(self) -> None:
        """Read line after line, and do what it says."""
        terminal = sys.stdin.isatty()
        if terminal:
            print("Type how a story begins; :help says what else there is.")
        with contextlib.closing(self.engine.start()):
            for line in lines(terminal):
                with contextlib.suppress(KeyboardInterrupt):
                    if not self.answer(line):
                        return

    def answer(self, line: str) -> bool:
        """One line's worth; False to leave."""
        if line.startswith(":"):
            name, _, value = line[1:].strip().partition(" ")
            if name in ("quit", "q", "exit"):
                return False
            if name == "again":
                self.tell(self.opening, max(self.story, 0))
            else:
                self.command(name, value.strip())
            return True
        if line.strip():
            self.opening = line.rstrip("\n")
        self.tell(self.opening, self.story + 1)
        return True

    def command(self, name: str, value: str) -> None:
        if name in ("help", "h", "?"):
            print(HELP.format(dials=", ".join(DIALS[1:-1])))
        elif name in ("dials", ""):
            print("\n".join(f"{dial}={getattr(self.config, dial)}" for dial in DIALS))
        elif name not in DIALS:
            print(f":{name} is no command and no dial; :help lists them")
        elif not value:
            print(f"{name}={getattr(self.config, name)}")
        else:
            self.set(name, value)

    def set(self, name: str, value: str) -> None:
        """Change a dial, if it may have this value."""
        kinds = {field.name: field.type for field in fields(GenerateConfig)}
        try:
            changed = {f.name: getattr(self.config, f.name) for f in fields(GenerateConfig)}
            self.config = GenerateConfig(**changed | {name: read(kinds[name], value)})
        except ValueError as error:
            print(error if str(error).startswith(name) else f"{name}={value}: {error}")
            return
        if name == "seed":
            self.story = -1

    def tell(self, opening: str, story: int) -> None:
        """Tell a story as it comes; Ctrl-C stops it."""
        try:
            ticket = self.engine.submit(request_of(self.run, self.config, opening, story))
        except ValueError as error:
            print(error)
            return
        try:
            self.story = story
            print(opening, end="", flush=True)
            for piece in ticket:
                print(piece.text, end="", flush=True)
        except KeyboardInterrupt:
            ticket.cancel()
            print(" …", end="")
        except ValueError as error:
            print(f"\n{error}", end="")
        print("\n", flush=True)


def read(kind: str, value: str) -> Any:
    """A dial's value from the words typed for it. ValueError where they are none."""
    if kind == "bool":
        if value not in ("true", "false"):
            raise ValueError("give true or false")
        return value == "true"
    if kind.startswith("list"):
        inner = value.removeprefix("[").removesuffix("]")
        return [one for one in inner.split(",") if one]
    try:
        return {"int": int, "float": float}[kind](value)
    except ValueError:
        raise ValueError("this is no number") from None


def lines(terminal: bool) -> Iterator[str]:
    """What is typed, until Ctrl-D; or the lines that are piped in."""
    if not terminal:
        yield from sys.stdin
        return
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # arrows go through what was typed before
    while True:
        try:
            yield input("> ")
        except EOFError:
            print()
            return
        except KeyboardInterrupt:
            print()  # the line is dropped
