"""The door of the scripts: help for people, mistakes in one line, sweeps that are finished."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from composing import CONF
from hydra import compose, initialize_config_dir
from hydra.errors import HydraException

from storylm.command_line import in_columns, in_one_line, one_line, take_literally
from storylm.config import finished_result, register, to_config

ROOT = Path(__file__).parent.parent


def script(name, *words):
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / name), *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_reads_like_a_page_for_people():
    done = script("train.py", "--help")
    assert done.returncode == 0
    for words in ("uv run scripts/train.py", "Groups and their choices", "model: gpt2, gpt_neo"):
        assert words in done.stdout
    assert done.stdout.count("uv run scripts/train.py") >= 6
    assert "$" not in done.stdout


def test_cfg_job_prints_the_dials_and_trains_nothing(tmp_path):
    done = script("train.py", "--cfg", "job", f"run.folder={tmp_path}")
    assert "d_model: 128" in done.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["model.n_layer=3"], "there is no dial model.n_layer; did you mean model.n_layers?"),
        (["+model.foo=3"], "there is no dial model.foo"),
        (["model=gpt3"], "there is no model=gpt3; choose one of gpt2, gpt_neo, llama"),
        (["model.d_model=wide"], "model.d_model=wide: Value 'wide' of type 'str' could not be"),
        (["model.d_model=100"], "model.d_model=100 is not a multiple of model.head_dim=32"),
        (["schedule.tokens=5"], "exactly one of schedule.steps, schedule.tokens"),
        (["trainer.max_steps=5"], "trainer.max_steps is set by the run itself"),
        (["logger.mine.project=x"], "logger.mine needs a `_target_`"),
    ],
)
def test_a_mistake_is_one_line_and_status_1(words, line):
    done = script("train.py", *words)
    assert done.returncode == 1
    assert done.stdout == ""
    assert line in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_misspelt_dial_is_refused_before_torch_is_loaded():
    began = time.monotonic()
    script("train.py", "model.n_layer=3")
    assert time.monotonic() - began < 10  # loading Lightning alone takes about as long


def test_errors_of_ours_are_told_in_one_line_and_bugs_are_not(capsys):
    @in_one_line
    def refuse(error):
        raise error

    for error in (ValueError("a\n  b"), FileNotFoundError(2, "No such file", "x.txt")):
        with pytest.raises(SystemExit) as left:
            refuse(error)
        assert left.value.code == 1
    assert capsys.readouterr().err.splitlines()[0].endswith(": a b")
    with pytest.raises(SystemExit) as left:
        refuse(KeyboardInterrupt())
    assert left.value.code == 130
    with pytest.raises(AssertionError):
        refuse(AssertionError("a bug"))


def test_sigterm_ends_in_one_line_by_way_of_every_finally():
    code = """
import sys, time
from storylm.command_line import in_one_line

@in_one_line
def work():
    try:
        print("ready", flush=True)
        time.sleep(60)
    finally:
        print("tidied up", flush=True)

sys.argv = ["train.py"]
work()
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "ready\n"
    child.terminate()
    assert child.communicate(timeout=30) == (
        "tidied up\n",
        "train.py: stopped; repeat the command to go on\n",
    )
    assert child.returncode == 143


def test_words_of_hydra_are_shortened():
    assert one_line(HydraException("a\nfull_key: b")) == "a"


def test_generate_names_the_runs_there_are(tmp_path):
    done = script("generate.py", f"run={tmp_path}/nothing")
    assert done.returncode == 1
    assert "there is no run" in done.stderr


PROMPTS = ["One day, a little", 'Tom\'s (it) said: "Hi!"', "[x", "a\\", "", "${run}", "a=b {c}"]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_a_prompt_means_itself_whatever_hydra_makes_of_its_marks(prompt, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["generate.py", "run=x", f"prompt={prompt}"])
    take_literally("prompt")
    assert compose_generate(sys.argv[1:]).prompt == prompt


def compose_generate(overrides):
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return to_config(compose("generate", overrides))


def test_finished_means_the_same_identity(tmp_path):
    from composing import tiny_config

    config = tiny_config(tmp_path)
    home = tmp_path / "runs" / config.run.name
    home.mkdir(parents=True)
    (home / "result.json").write_text('{"identity": "another"}')
    assert finished_result(config) is None


@pytest.mark.parametrize(
    ("name", "words", "line"),
    [
        ("evaluate.py", [], "run is missing; give run=<name>"),
        ("evaluate.py", ["storys=3"], "there is no dial storys; did you mean stories?"),
        ("evaluate.py", ["run=x", "stories=0"], "stories=0 must be at least 1"),
        ("prepare_data.py", ["data.characters=9"], "data.characters=9 must lie between 2 and 4"),
        ("prepare_data.py", ["data.length=-1"], "data.length=-1 must lie between 0 and 3"),
        ("export.py", ["run=x"], "format is missing; give format=huggingface, llama2c or gguf"),
        (
            "export.py",
            ["run=x", "format=gguf", "push_to=a/b"],
            "push_to=a/b needs format=huggingface",
        ),
        ("import_model.py", ["source=x"], "run.name is missing; give run.name=<name>"),
        ("import_model.py", ["run.name=x"], "source is missing; give source=<folder, .bin file"),
        ("train.py", ["init_from=nowhere"], "init_from=nowhere is no run"),
    ],
)
def test_other_scripts_say_it_in_one_line_too(name, words, line):
    done = script(name, *words)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{name}: {line}")
    assert done.stderr.count("\n") == 1


def test_a_table_has_columns_as_wide_as_their_widest_entry():
    assert in_columns([["", "a"], ["longer", "b"]]) == "        a\nlonger  b"
