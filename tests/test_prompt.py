"""Stories on the terminal: openings one after another, dials changed on the way."""

import io
import os
import pty
import select
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from test_engine import Bytes, run_of

from storylm.config import GenerateConfig
from storylm.generation import prompt as room
from storylm.generation import tell
from storylm.generation.prompt import Prompt, tell_asked

DIALS = {"run": "x", "prompt": "Once", "temperature": 1.5, "max_tokens": 9}


class Letters(Bytes):
    def encode(self, text):
        return [ord(letter) - 32 for letter in text]

    def decode(self, ids):
        return self.decode_bytes(ids).decode(errors="replace")


def letters(style="llama", **dials):
    run = run_of(style, vocab_size=90, **dials)
    run.tokenizer = Letters()
    return run


def talk(monkeypatch, capsys, *lines, run=None, **dials):
    """What is printed when these lines are piped in."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(line + "\n" for line in lines)))
    Prompt(run or letters(), GenerateConfig(**DIALS | dials)).ask()
    return capsys.readouterr().out


def told(run, opening, count, **dials):
    asked = {name: DIALS[name] for name in ("temperature", "max_tokens")}
    return tell(run.model, run.tokenizer, opening, count=count, **asked | dials)


def test_each_opening_is_told_on_and_an_empty_line_tells_another(monkeypatch, capsys):
    run = letters()
    stories = told(run, "A", 3)
    assert len(set(stories)) == 3
    said = talk(monkeypatch, capsys, "A", "", "", ":again", run=run)
    assert said.split("\n\n") == [*stories, stories[-1], ""]


def test_a_seed_begins_again_and_dials_are_kept_until_they_are_changed(monkeypatch, capsys):
    run = letters()
    lines = (":seed 5", "A", ":seed 6", "", ":seed 5", ":temperature 0", "A", ":temperature")
    *stories, last = talk(monkeypatch, capsys, *lines, run=run).split("\n\n")
    assert stories == [
        told(run, "A", 1, seed=5)[0],
        told(run, "A", 1, seed=6)[0],
        told(run, "A", 1, temperature=0)[0],
    ]
    assert last == "temperature=0.0\n"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (":dials", "temperature=1.5\nmax_tokens=9\n"),
        (":help", "Ctrl-D"),
        (":tempo 3", ":tempo is no command and no dial"),
        (":temperature hot", "temperature=hot: this is no number"),
        (":top_p 2", "top_p=2.0 must be above 0 and at most 1"),
        (":slide maybe", "slide=maybe: give true or false"),
        (":stop [a,b]\n:stop", "stop=['a', 'b']"),
        ("x" * 30, "the prompt is 31 tokens long, but the model sees only 24"),
    ],
)
def test_a_mistake_is_answered_and_the_next_line_is_read(monkeypatch, capsys, line, words):
    said = talk(monkeypatch, capsys, line, ":seed 8", "A", ":quit", "never")
    assert words in said
    assert said.count("\n\n") == 1
    assert "never" not in said


def test_the_command_line_prints_the_stories_that_tell_tells(capsys):
    run = letters()
    for count in (1, 3):
        tell_asked(run, GenerateConfig(**DIALS, count=count))
        stories = told(run, "Once", count)
        said = capsys.readouterr().out
        assert said == "\n\n---\n\n".join(s.strip() if count > 1 else s for s in stories) + "\n"
    tell_asked(run, GenerateConfig(**DIALS, stop=[stories[0][6]]))
    assert capsys.readouterr().out == stories[0][: stories[0].index(stories[0][6], 4)] + "\n"


def test_beams_print_the_likeliest_stories(capsys):
    run = letters()
    tell_asked(run, GenerateConfig(run="x", prompt="Once", beams=4, count=3, max_tokens=5))
    stories = capsys.readouterr().out.split("\n\n---\n\n")
    assert len(set(stories)) == 3
    best = tell(run.model, run.tokenizer, "Once", beams=4, max_tokens=5)
    assert stories[0] == best[0].strip()


@pytest.mark.slow  # of a dozen runs one waits for its words in vain
@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX's kind")
def test_at_a_terminal_ctrl_c_stops_the_story_and_ctrl_d_leaves():
    code = textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_prompt import GenerateConfig, Prompt, letters
        run = letters()
        run.tokenizer.ends = set()
        Prompt(run, GenerateConfig(run="x", slide=True)).ask()  # it has no end
        print("left in order")
    """)
    ours, theirs = pty.openpty()
    child = subprocess.Popen([sys.executable, "-c", code], stdin=theirs, stdout=theirs,
                             stderr=theirs, start_new_session=True)  # fmt: skip
    os.close(theirs)
    try:
        expect(ours, b"> ")
        os.write(ours, b"A\n")
        expect(ours, b"\n")
        expect(ours, b"A")
        for _ in range(3):  # the story is on its way
            read(ours)
        child.send_signal(signal.SIGINT)
        expect(ours, "…".encode())
        expect(ours, b"> ")
        os.write(ours, b":seed\n")
        expect(ours, b"seed=1")
        os.write(ours, b"\x04")
        expect(ours, b"left in order")
        assert child.wait(timeout=30) == 0
    finally:
        child.kill()
        child.wait()
        os.close(ours)


def expect(terminal: int, words: bytes) -> None:
    """Read until the words come."""
    seen, until = b"", time.monotonic() + 60
    while words not in seen:
        assert time.monotonic() < until, seen[-300:]
        seen += read(terminal)


def read(terminal: int) -> bytes:
    """The next byte; it fails where none comes for long."""
    ready, _, _ = select.select([terminal], [], [], 60)
    assert ready, "the terminal is silent"
    return os.read(terminal, 1)


def test_the_dials_that_can_be_set_are_those_of_a_request():
    assert set(room.DIALS) <= set(GenerateConfig.__dataclass_fields__)
