"""The slow proofs in their short form, and that they notice what they are there to notice."""

import random

import pytest
import torch

from storylm.benchmark.damage import KINDS, Trial, damage_file, judge, prove_damage
from storylm.benchmark.resume import AIMED, half_files, prove_resume
from storylm.benchmark.same_bits import compare
from storylm.benchmark.tiny import tiny_config
from storylm.checkpoint import step_file, write_checkpoint
from storylm.config import BenchmarkConfig, BenchmarkKind, run_folder


def test_kills_in_a_validation_a_save_and_an_accumulated_step_leave_no_trace(tmp_path, capsys):
    found = prove_resume(BenchmarkConfig(kills=3), tmp_path, ("gpt2, dropout, EMA, clip",))
    assert found["failures"] == []
    (tally,) = found["configurations"]
    assert tally["kills"] >= 3
    assert all(tally["fell_into"][phase] >= 1 for phase in AIMED)
    assert capsys.readouterr().out.count("\n") == 5  # how long it took, and the table


def test_one_bit_is_a_difference():
    one = {"a": torch.zeros(3), "b": [0.5, {"c": "text"}], "d": float("nan")}
    assert list(compare(one, one, "")) == []
    for two, line in [
        (one | {"a": torch.tensor([0.0, -0.0, 0.0])}, "/a has other bits"),
        (one | {"a": torch.zeros(3, dtype=torch.float64)}, "/a has other bits"),
        (one | {"b": [0.5]}, "/b has 2 entries, and 1 in the killed run"),
        (one | {"b": [0.5, {"c": "test"}]}, "/b/1/c is 'text', and 'test' in the killed run"),
        (one | {"e": 1}, "/e is only in the killed run"),
    ]:
        assert line in list(compare(one, two, ""))


def test_a_half_file_that_counts_as_a_checkpoint_is_found(tmp_path):
    config = tiny_config(tmp_path, "schedule.steps=2")
    folder = run_folder(config) / "checkpoints"
    write_checkpoint({"global_step": 1}, step_file(folder, 1))
    (folder / ".step_0000002.ckpt.99.part").write_bytes(b"half")
    assert half_files(config) == []
    step_file(folder, 2).write_bytes(b"half")
    (line,) = half_files(config)
    assert "step_0000002.ckpt is damaged" in line


@pytest.mark.parametrize("kind", KINDS)
def test_each_damage_changes_the_file(tmp_path, kind):
    file, twin = tmp_path / "a", tmp_path / "b"
    for i in range(8):
        file.write_bytes(bytes(range(1, 200)) * 9)
        twin.write_bytes(file.read_bytes() if i % 2 else b"other")
        before = file.read_bytes()
        assert damage_file(kind, file, twin, random.Random(i))
        assert not file.exists() or file.read_bytes() != before


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({"value": {"bits": "0x1p0"}}, "no effect"),
        ({"value": {"bits": "0x1p1"}}, "WRONG"),
        ({"refused": "data/x/train_00000.bin has sha256 a, but b; delete data/x"}, "refused"),
        ({"refused": "something is wrong"}, "WRONG"),
        ({"refused": "train_00000.bin\nand more"}, "WRONG"),
        ({"broken": "KeyError: 'step'"}, "WRONG"),
    ],
)
def test_an_outcome_is_the_same_or_a_line_that_names_the_file_or_wrong(said, outcome):
    trial = Trial(0, "train shard", "flip", names=("train_00000.bin",))
    expected = {"door": {"value": {"bits": "0x1p0", "weights": "ab"}}}
    assert judge({"door": said}, expected, trial)[0] == outcome


@pytest.mark.slow
def test_a_damaged_shard_is_refused_by_name_in_a_real_run(tmp_path, capsys):
    config = BenchmarkConfig(what=BenchmarkKind.damage, trial=0)
    found = prove_damage(config, tmp_path)
    assert found["failures"] == []
    (trial,) = found["trials"]
    assert trial["outcome"] == "refused"
    assert "train_0000" in trial["words"]
    assert "1 trials: 0 no effect, 1 refused, 0 WRONG" in capsys.readouterr().out
