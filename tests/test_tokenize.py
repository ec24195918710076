"""The race of tokenizing runs, and its parts measure what they say."""

import os
import subprocess
import sys

import pytest

from storylm.benchmark import tokenize as room
from storylm.benchmark.tokenize_turns import Memory, family
from storylm.config import BenchmarkConfig, BenchmarkKind

END = "<|endoftext|>"


def test_all_take_their_turn_on_a_text_that_is_repeated(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(room, "VOCABULARY", 270)
    text = tmp_path / "tales.txt"
    text.write_text(END.join(f"Tale {i} of {'é' * (i % 9)} tigers." for i in range(500)))
    config = BenchmarkConfig(
        what=BenchmarkKind.tokenize, text=str(text), mb=1, rounds=1, threads=1, peers="none"
    )
    found = room.race_tokenize(config, tmp_path)
    assert found["failures"] == []
    assert set(found["absent"]) == {"tiny-lm", "nanoGPT"}
    size = text.stat().st_size
    assert 1_000_000 <= found["files"]["text"] < 1_000_000 + size + 20
    whole = (tmp_path / "text.txt").read_text()
    assert whole.count("Tale 7 of") == whole.count(END) // 500  # none is cut
    for answers in found["answers"].values():
        assert answers[0]["mb_per_second"] > 0.1
        assert 20 < answers[0]["peak_mb"] < 1_000
    assert len(found["ratios"]) == 3
    assert "storylm shards over 1 x tiktoken" in capsys.readouterr().out


def test_a_text_that_is_none_is_refused(tmp_path):
    config = BenchmarkConfig(what=BenchmarkKind.tokenize, text=str(tmp_path / "no.txt"))
    with pytest.raises(FileNotFoundError, match=r"text=.*no\.txt is no \.txt with stories"):
        room.race_tokenize(config, tmp_path)


def test_memory_counts_children_too():
    code = "data = b'x' * 60_000_000; print('there', flush=True); input()"
    with Memory() as alone:
        pass
    pipe = subprocess.PIPE
    child = subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe)
    try:
        assert child.stdout.readline() == b"there\n"
        assert child.pid in family(os.getpid())
        with Memory() as both:
            pass
    finally:
        child.communicate(b"\n")
    assert both.megabytes > alone.megabytes + 55
