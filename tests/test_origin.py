"""Runs that start from another's weights: whose model and tokenizer they take, and what learns."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from composing import tiny_config

from storylm.checkpoint import load_run
from storylm.config import Finetune, RopeScaling, run_folder
from storylm.model.adapters import merge_adapters
from storylm.origin import origin_folder
from storylm.training.run import train
from storylm.training.tracking import read_metrics

SHORT = "schedule.steps=8"


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    """A finished run, and the folder in which everything of these tests lies."""
    folder = tmp_path_factory.mktemp("origin")
    config = tiny_config(folder, "run.name=base", "model.n_layers=2", "model.qk_norm=true", SHORT)
    train(config)
    return folder


def started(folder, *overrides):
    """Overrides of a run that starts from the base: its model and tokenizer are not said again."""
    again = ("tokenizer=", "model.", "schedule.steps=")
    return tiny_config(folder, "init_from=base", SHORT, *overrides, without=again)


def first_and_last(config):
    values = [
        row["val/bits_per_byte"]
        for row in read_metrics(run_folder(config) / "metrics.csv")
        if "val/bits_per_byte" in row
    ]
    return values[0], values[-1]


def test_model_and_tokenizer_are_the_origins(origin):
    config, base = started(origin), load_run(origin / "runs" / "base")
    assert config.model == base.config.model
    assert config.tokenizer.source == (origin / "runs" / "base" / "tokenizer.json").as_posix()
    assert config.run.name != started(origin, "finetune=lora").run.name


@pytest.mark.parametrize("how", ["full", "lora"])
def test_training_begins_where_the_origin_ended(origin, how):
    config = started(origin, f"finetune={how}", f"run.name={how}")
    train(config)
    first, last = first_and_last(config)
    result = json.loads((origin / "runs" / "base" / "result.json").read_text())
    assert first == pytest.approx(result["val/bits_per_byte"], abs=1e-9)
    assert last < first
    before, after = load_run(origin / "runs" / "base").model, load_run(run_folder(config)).model
    weights, changed = before.state_dict(), []
    for name, tensor in after.state_dict().items():
        if name not in weights or not torch.equal(weights[name], tensor):
            changed.append(name)
    if config.finetune is Finetune.lora:
        assert changed
        assert all("adapter_" in name for name in changed)
    else:
        assert "blocks.0.attention.query.weight" in changed


def test_a_run_with_adapters_can_be_merged_and_started_from(origin):
    config = started(origin, "finetune=lora", "run.name=adapted")
    train(config)
    run = load_run(run_folder(config))
    ids = torch.randint(0, 257, (2, 40))
    expected = run.model(ids)
    merge_adapters(run.model)
    torch.testing.assert_close(run.model(ids), expected, rtol=1e-5, atol=1e-5)
    onwards = tiny_config(
        origin, "init_from=adapted", SHORT, without=("tokenizer=", "model.", "schedule.steps=")
    )
    train(onwards)
    assert first_and_last(onwards)[0] == pytest.approx(first_and_last(config)[1], abs=1e-5)


def test_a_longer_context_needs_scaled_positions(origin):
    with pytest.raises(ValueError, match=r"add model.rope_scaling=yarn"):
        started(origin, "model.context_length=128")
    longer = ["model.context_length=128", "model.rope_scaling=yarn"]
    with pytest.raises(ValueError, match="that is a factor of 2; leave the factor out"):
        started(origin, *longer, "model.rope_factor=3")
    config = started(origin, *longer, "run.name=longer")
    assert config.model.rope_scaling is RopeScaling.yarn
    assert (config.model.rope_factor, config.model.trained_context_length) == (2.0, 64)
    train(config)
    again = ("tokenizer=", "model.", "schedule.steps=")
    further = tiny_config(
        origin, "init_from=longer", SHORT, "model.context_length=256", without=again
    )
    assert (further.model.rope_factor, further.model.trained_context_length) == (4.0, 64)
    with pytest.raises(ValueError, match="would undo the scaling"):
        tiny_config(origin, "init_from=longer", SHORT, "model.context_length=64", without=again)
    run = load_run(run_folder(config), context_length=256, rope_scaling="yarn")
    assert (run.model.config.context_length, run.model.config.rope_factor) == (256, 4.0)


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("model.d_model=64", "was trained with 32; leave it out"),
        ("model=gpt2", "brings its own model"),
        ("size=m", "brings its own model"),
        ("tokenizer=gpt2", "brings its own tokenizer"),
        ("model.queries_per_kv=2", "was trained with 1"),
    ],
)
def test_what_contradicts_the_origin_is_refused(origin, override, words):
    with pytest.raises(ValueError, match=words):
        started(origin, override)


def test_another_vocabulary_is_refused(origin, tmp_path):
    shutil.copytree(origin / "runs" / "base", tmp_path / "runs" / "base")
    config = started(tmp_path)
    config.tokenizer.source = str(tmp_path / "other.json")
    file = tmp_path / "runs" / "base" / "tokenizer.json"
    text = file.read_text()
    (tmp_path / "other.json").write_text(text.replace(r"[\\s\\S]+", r"[\\s\\S]"))
    with pytest.raises(ValueError, match="has another vocabulary"):
        train(config)
    assert not run_folder(config).exists()


def test_a_run_that_is_begun_needs_its_origin_no_more(origin, tmp_path):
    shutil.copytree(origin / "runs" / "base", tmp_path / "runs" / "base")
    config = started(tmp_path, "run.name=child")
    value = train(config)
    shutil.rmtree(tmp_path / "runs" / "base")
    assert train(started(tmp_path, "run.name=child")) == value
    (run_folder(config) / "result.json").unlink()
    assert train(started(tmp_path, "run.name=child")) == value  # it goes on from its last step
    with pytest.raises(FileNotFoundError, match="is no run"):
        started(tmp_path, "run.name=sister")


def test_the_place_of_an_origin_is_not_part_of_a_runs_identity(origin, tmp_path):
    shutil.copytree(origin / "runs" / "base", tmp_path / "runs" / "base")
    assert started(tmp_path).run.name == started(origin).run.name


def test_a_run_cannot_start_from_itself(origin):
    with pytest.raises(ValueError, match="is this run itself"):
        started(origin, "run.name=base")


def test_every_source_and_every_state_of_it_has_an_import_of_its_own(tmp_path):
    def place(source: str) -> Path:
        return origin_folder(source, str(tmp_path / "runs"))

    assert len({place(source) for source in ("a/b", "a--b/c", "ü/é", "ö/é", "a.b/c")}) == 5
    (tmp_path / "model").mkdir()
    before = place(str(tmp_path / "model"))
    assert before == place(f"{tmp_path}/./model/")
    (tmp_path / "model" / "model.safetensors").write_bytes(b"other weights")
    assert place(str(tmp_path / "model")) != before


def test_adapters_need_an_origin(tmp_path):
    with pytest.raises(ValueError, match="give init_from"):
        tiny_config(tmp_path, "finetune=lora")


def test_an_origin_is_a_run_or_the_folder_of_its_import(origin):
    runs = str(origin / "runs")
    assert origin_folder("base", runs) == origin / "runs" / "base"
    assert origin_folder(f"{runs}/base", "elsewhere") == origin / "runs" / "base"
    hub = origin_folder("owner/name", runs)
    assert hub.parent == origin / "runs" / "_imported"
    assert hub.name.startswith("owner-name-")


@pytest.mark.parametrize("origin", [[], ["init_from=nowhere"]])
def test_nothing_is_trained_for_no_steps(tmp_path, origin):
    with pytest.raises((ValueError, FileNotFoundError), match=r"steps=0|is no run"):
        train(
            tiny_config(
                tmp_path,
                "schedule.steps=0",
                *origin,
                without=("schedule.steps=", "tokenizer=", "model."),
            )
        )
