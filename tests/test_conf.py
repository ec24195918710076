"""The menu: every YAML composes, and says only what differs from the defaults."""

import dataclasses
from pathlib import Path

import pytest
from composing import CONF, compose_config
from omegaconf import OmegaConf

from storylm.config import DataKind, TrainConfig, default_of, to_plain

GROUPS = sorted(path for path in CONF.glob("*/*.yaml"))
EXTRA = {
    "text_files": ["data.train=[a.txt]"],
    "bin": ["data.train=[a.bin]", "data.valid=[b.bin]", "tokenizer=gpt2"],
}


@pytest.mark.parametrize("path", GROUPS, ids=lambda p: f"{p.parent.name}={p.stem}")
def test_every_yaml_in_conf_composes(path: Path):
    group, choice = path.parent.name, path.stem
    config = compose_config([f"{group}={choice}", *EXTRA.get(choice, [])])
    assert isinstance(config, TrainConfig)
    assert config.run.name


NEEDED = {
    "generate": ["run=x"],
    "evaluate": ["run=x"],
    "atlas": ["sweep=x"],
    "export": ["run=x", "format=gguf"],
    "import_model": ["source=x", "run.name=x"],
    "replay": ["run=x", "step=3"],
}
"""What scripts must be given."""


def test_there_is_a_root_and_a_help_page_for_every_script():
    scripts = {path.stem for path in (CONF.parent / "scripts").glob("*.py")} - {"runs", "sizes"}
    assert {path.stem for path in CONF.glob("*.yaml")} == scripts
    assert {path.stem for path in (CONF / "hydra" / "help").glob("*.yaml")} == scripts
    places = {path.parent.parent for path in CONF.rglob("*.yaml")}  # GROUPS misses none of them
    assert places == {CONF.parent, CONF, CONF / "hydra"}


@pytest.mark.parametrize("path", sorted(CONF.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_scripts_root_composes_with_its_help_page(path):
    script = f"scripts/{path.stem}.py"
    assert dataclasses.is_dataclass(compose_config(NEEDED.get(path.stem, []), path.stem))
    defaults = OmegaConf.to_container(OmegaConf.load(path))["defaults"]
    assert {"override hydra/help": path.stem} in defaults
    page = OmegaConf.to_container(OmegaConf.load(CONF / "hydra" / "help" / path.name))
    assert page["app_name"] == script
    assert f"uv run {script}" in page["template"]


@pytest.mark.parametrize("section", ["tokenizer", "data", "model", "optim", "schedule"])
def test_a_yaml_holds_only_what_differs_from_the_default(section):
    default = to_plain(getattr(default_of(TrainConfig), section))
    names = {"name", "style", "kind"}
    for path in sorted((CONF / section).glob("*.yaml")):
        for dial, value in (OmegaConf.to_container(OmegaConf.load(path)) or {}).items():
            assert dial in names or default[dial] != value, f"{path.name} repeats {dial}={value}"


def test_a_choice_is_named_after_its_file():
    for section, dial in (("tokenizer", "name"), ("model", "style"), ("size", "size")):
        for path in sorted((CONF / section).glob("*.yaml")):
            assert OmegaConf.load(path)[dial] == path.stem


def test_the_size_grows_with_its_name():
    sizes = [compose_config([f"size={size}"]).model for size in ("xs", "s", "m", "l", "xl")]
    assert [(m.n_layers, m.d_model) for m in sizes] == sorted(
        (m.n_layers, m.d_model) for m in sizes
    )


def test_overrides_reach_the_config_and_the_name():
    config = compose_config(["model=gpt2", "size=xs", "model.n_layers=3", "schedule.steps=7"])
    assert (config.model.n_layers, config.schedule.steps) == (3, 7)
    assert config.run.name.startswith("gpt2_xs_fables_easy_n_layers3_steps7_")


def test_the_vocabulary_follows_the_tokenizer():
    assert compose_config(["tokenizer=bytes"]).model.vocab_size == 257


def test_no_dial_of_a_kind_is_without_a_group_choice():
    kinds = {compose_config([f"data={p.stem}", *EXTRA.get(p.stem, [])]).data.kind
             for p in (CONF / "data").glob("*.yaml")}  # fmt: skip
    assert kinds == set(DataKind)
    assert dataclasses.is_dataclass(TrainConfig)
