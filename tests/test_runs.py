"""The runs at hand."""

import json

import pytest
from omegaconf import OmegaConf

from storylm import runs as at_hand
from storylm.config import ModelConfig, ScheduleConfig, TrainConfig, to_plain

RESULT = {"val/bits_per_byte": 0.5, "val/loss": 1.0, "val/perplexity": 2.7, "train/loss": 1.1}


@pytest.fixture
def runs(tmp_path):
    for name, layers in (("one", 1), ("two", 2)):
        home = tmp_path / name
        home.mkdir()
        config = TrainConfig(schedule=ScheduleConfig(steps=10), model=ModelConfig(n_layers=layers))
        (home / "config.yaml").write_text(OmegaConf.to_yaml(OmegaConf.create(to_plain(config))))
    done = RESULT | {"parameters": 1_000, "tokens": 5_000, "seconds": 60.0}
    (tmp_path / "one" / "result.json").write_text(json.dumps(done))
    (tmp_path / "two" / "checkpoints").mkdir()
    (tmp_path / "two" / "checkpoints" / "step_0000005.ckpt").touch()
    (tmp_path / "_trackio").mkdir()
    return tmp_path


def test_the_list_says_how_far_each_run_came(runs):
    _, _, one, two = at_hand.list_runs(runs).splitlines()
    assert one.split()[:4] == ["one", "done", "1,000", "5,000"]
    assert "stopped at step 5" in two


def test_a_comparison_shows_only_the_dials_that_differ(runs):
    text = at_hand.compare_runs([runs / "one", runs / "two"])
    assert "model.n_layers" in text
    assert "schedule.steps" not in text
    assert "0.5000" in text


def test_deleting_asks_that_it_is_a_run(runs):
    with pytest.raises(FileNotFoundError, match="is not a run"):
        at_hand.delete_run(runs / "_trackio")
    at_hand.delete_run(runs / "one")
    assert not (runs / "one").exists()


def test_an_empty_folder_says_what_to_do(tmp_path):
    assert "uv run scripts/train.py" in at_hand.list_runs(tmp_path)
