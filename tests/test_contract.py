"""Data, tokenizer, shards and result are tied by hashes: what was changed or damaged is named."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tokenizers
from composing import TINY, tiny_config
from omegaconf import OmegaConf
from tokenizers import models, pre_tokenizers

from storylm.config import (
    TokenizerConfig,
    TokenizerKind,
    fingerprint,
    finished_result,
    identity,
    read_config,
    read_result,
    run_folder,
    to_plain,
)
from storylm.data import prepare, stories
from storylm.data.prepare import prepare_tokenizer, sources_now, tokenizer_folder, trained_sources
from storylm.data.writing import prepare_shards
from storylm.tokenizer import build_tokenizer
from storylm.whole_files import read_sealed, write_sealed

ROOT = Path(__file__).parent.parent

# ------------------------------------------------------------------------------------------- seals

PLAIN = {"name": "é", "numbers": [1, 2.5, None], "nested": {"b": True, "a": ""}}


def test_what_is_sealed_comes_back(tmp_path):
    write_sealed(tmp_path / "new" / "x.json", PLAIN)
    assert read_sealed(tmp_path / "new" / "x.json", "") == PLAIN
    with pytest.raises(ValueError, match="the field seal is the file's own"):
        write_sealed(tmp_path / "x.json", {"seal": "mine"})
    with pytest.raises(FileNotFoundError):
        read_sealed(tmp_path / "x.json", "")


def test_a_flipped_bit_anywhere_in_a_sealed_file_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = Path("x.json")
    write_sealed(file, PLAIN)
    whole = file.read_bytes()
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(ValueError, match=r"\Ax\.json is damaged: [^\n]*; delete it\Z"):
            read_sealed(file, "delete it")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no JSON"),
        (b"\xff{}", "no JSON"),
        (b"[1]", "no JSON object"),
        (b'{"a": 1}', "has no seal"),
        (b'{"a": 1, "seal": "0123456789abcdef"}', "its seal is 0123456789ab, but its content has"),
    ],
)
def test_a_file_without_its_seal_is_refused(tmp_path, data, words):
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(ValueError, match=words):
        read_sealed(tmp_path / "x.json", "")


def test_only_what_is_older_than_seals_may_lack_one(tmp_path):
    (tmp_path / "x.json").write_text('{"a": 1}')
    assert read_sealed(tmp_path / "x.json", "", unsealed=lambda plain: "b" not in plain) == {"a": 1}
    with pytest.raises(ValueError, match="has no seal"):
        read_sealed(tmp_path / "x.json", "", unsealed=lambda plain: "a" not in plain)


# ------------------------------------------------------------------------------- tokenizer folders


@pytest.fixture
def text(tmp_path):
    """A config of a small text in files of its own."""
    tales = [f"Tale {i}: one red hen and two old dogs." for i in range(300)]
    (tmp_path / "train.txt").write_text("<|endoftext|>".join(tales))
    (tmp_path / "valid.txt").write_text("<|endoftext|>".join(tales[:9]))
    files = [f"data.{split}=[{tmp_path}/{split}.txt]" for split in ("train", "valid")]
    return tiny_config(
        tmp_path, "data=text_files", *files, "tokenizer=fables-2k", "tokenizer.vocab_size=270",
        "data.train_stories=0", "data.valid_stories=0", "model.vocab_size=270",
        without=("tokenizer=", "data.train_s", "data.valid_s"),
    )  # fmt: skip


def test_a_tokenizer_that_is_not_its_manifests_is_refused(text):
    made = prepare_tokenizer(text.tokenizer, text.data)
    folder = tokenizer_folder(text.tokenizer, text.data)
    assert prepare_tokenizer(text.tokenizer, text.data).fingerprint == made.fingerprint
    file = folder / "tokenizer.json"
    whole = file.read_text()
    other = whole.replace(r"\\p{N}{1,3}", r"\\p{N}{1,2}")  # one character, another vocabulary
    assert other != whole
    file.write_text(other)
    words = f"holds vocabulary \\w{{12}}, but .* says {made.fingerprint[:12]}; delete {folder} and"
    with pytest.raises(ValueError, match=words):
        prepare_tokenizer(text.tokenizer, text.data)
    file.write_text(whole[:-50])
    with pytest.raises(
        ValueError, match=rf"tokenizer\.json is damaged: is no JSON.*; delete {folder} and"
    ):
        prepare_tokenizer(text.tokenizer, text.data)
    file.write_text(whole)
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace("270", "271"))
    with pytest.raises(ValueError, match=rf"manifest\.json is damaged: .*; delete {folder} and"):
        prepare_tokenizer(text.tokenizer, text.data)


def test_a_tokenizer_without_its_manifest_is_made_again(text, capsys):
    made = prepare_tokenizer(text.tokenizer, text.data)
    folder = tokenizer_folder(text.tokenizer, text.data)
    file = folder / "tokenizer.json"
    file.write_text(file.read_text().replace(r"\\p{N}{1,3}", r"\\p{N}{1,2}"))
    (folder / "manifest.json").unlink()
    capsys.readouterr()
    assert prepare_tokenizer(text.tokenizer, text.data).fingerprint == made.fingerprint
    assert "made in" in capsys.readouterr().out


def source_of(path, tokens):
    """A tokenizer.json in the form of GPT-2's, with some merges of two bytes."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {letter: id for id, letter in enumerate([*alphabet, *tokens])}
    theirs = tokenizers.Tokenizer(models.BPE(vocab, [(a, b) for a, b in tokens]))
    theirs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    theirs.add_special_tokens(["<|endoftext|>"])
    theirs.save(str(path))


def test_another_file_at_the_same_path_is_another_tokenizer(text, tmp_path):
    source = tmp_path / "source.json"
    source_of(source, ["ab"])
    config = TokenizerConfig(
        name="mine", kind=TokenizerKind.pretrained, vocab_size=258, source=str(source),
        folder=text.tokenizer.folder,
    )  # fmt: skip
    one = prepare_tokenizer(config, text.data)
    source_of(source, ["cd"])
    two = prepare_tokenizer(config, text.data)
    assert one.fingerprint != two.fingerprint
    assert two.fingerprint == build_tokenizer(config, list).fingerprint
    source_of(source, ["ab"])
    first = tokenizer_folder(config, text.data)
    assert prepare_tokenizer(config, text.data).fingerprint == one.fingerprint
    source.unlink()
    with pytest.raises(FileNotFoundError, match="does not exist"):  # which of the two is meant?
        prepare_tokenizer(config, text.data)
    shutil.rmtree(first)
    assert prepare_tokenizer(config, text.data).fingerprint == two.fingerprint


# -------------------------------------------------------------------------------- finished runs


def finish(config):
    """What a run of this config leaves when it is done, without the training."""
    tokenizer = prepare_tokenizer(config.tokenizer, config.data)
    shards, _ = prepare_shards(config.data, tokenizer, progress=False)
    home = run_folder(config)
    home.mkdir(parents=True, exist_ok=True)
    (home / "config.yaml").write_text(OmegaConf.to_yaml(OmegaConf.create(to_plain(config))))
    result = {"val/bits_per_byte": 0.5, "identity": fingerprint(identity(config))}
    result["sources"] = trained_sources(config, shards.manifest)
    write_sealed(home / "result.json", result)
    return home


def test_a_result_knows_its_text(text, tmp_path):
    finish(text)
    assert finished_result(text, sources_now)["val/bits_per_byte"] == 0.5
    (tmp_path / "valid.txt").write_text("Another story.")
    assert finished_result(text, sources_now) is None  # its content will tell
    for split in ("train", "valid"):
        (tmp_path / f"{split}.txt").unlink()
    assert finished_result(text, sources_now)["val/bits_per_byte"] == 0.5  # gone is not changed
    assert finished_result(text)["val/bits_per_byte"] == 0.5


def test_a_result_knows_its_story_world(tmp_path, monkeypatch):
    config = tiny_config(tmp_path)
    finish(config)
    world = stories.world_fingerprint()
    assert read_result(run_folder(config))["sources"]["world"] == world
    monkeypatch.setattr(stories, "world_fingerprint", lambda: "another world")
    words = f"the story world has changed since: it was {world[:12]}, now it is another worl;"
    with pytest.raises(ValueError, match=words):
        finished_result(config, prepare.sources_now)


def test_a_result_knows_its_tokenizers_source(text, tmp_path):
    source_of(tmp_path / "source.json", ["ab"])
    text.tokenizer = TokenizerConfig(
        name="mine", kind=TokenizerKind.pretrained, vocab_size=258,
        source=str(tmp_path / "source.json"), folder=text.tokenizer.folder,
    )  # fmt: skip
    finish(text)
    assert finished_result(text, sources_now)
    source_of(tmp_path / "source.json", ["cd"])
    with pytest.raises(ValueError, match=r"the file that tokenizer\.source names has changed"):
        finished_result(text, sources_now)


def test_a_result_knows_the_weights_it_began_with(text):
    home = finish(text)
    write_sealed(home / "result.json", read_result(home) | {"origin": "0123456789abcdef"})
    for now in ("0123456789abcdef", "", None):  # the same, or not there any more
        assert finished_result(text, lambda config, now=now: {"origin": now})
    words = "the model that init_from names has changed since: it was 0123456789ab, now it is fedc"
    with pytest.raises(ValueError, match=words):
        finished_result(text, lambda config: {"origin": "fedc"})


def test_a_damaged_result_is_refused_and_an_older_one_is_believed(text):
    home = finish(text)
    file = home / "result.json"
    whole = file.read_text()
    for damaged in (whole.replace("0.5", "0.4"), whole.replace('"seal"', '"seam"'), "", "[]"):
        file.write_text(damaged)
        with pytest.raises(ValueError, match=r"result\.json is damaged: .*; delete it and repeat"):
            finished_result(text, sources_now)
    older = {"val/bits_per_byte": 0.4, "identity": fingerprint(identity(text))}
    file.write_text(json.dumps(older))
    assert finished_result(text, sources_now) == older


def test_a_run_that_is_done_says_so_without_torch(tmp_path):
    folders = [f"{name}.folder={tmp_path}/{name}s" for name in ("run", "tokenizer")]
    config = tiny_config(tmp_path)
    home = finish(config)
    words = [*TINY, *folders, f"data.folder={tmp_path}/data"]
    code = (
        "import sys, runpy; sys.argv = sys.argv[1:];"
        "sys.modules['torch'] = None;"  # importing it would fail
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    train = [sys.executable, "-c", code, str(ROOT / "scripts" / "train.py")]

    def repeat(*more):
        words_now = [*train, *more, *words, f"run.name={home.name}"]
        return subprocess.run(words_now, capture_output=True, text=True, timeout=60, check=False)

    done = repeat()
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        f"{home} is done: 0.5000 bits per byte. To train it anew, delete it first.\n"
    )
    result = read_result(home)
    result["sources"]["world"] = result["sources"]["train"] = "0123456789abcdef"
    write_sealed(home / "result.json", result)
    changed = "the story world has changed since: it was 0123456789ab, now it is"
    done = repeat()
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert changed in done.stderr
    swept = repeat("-m")
    assert swept.returncode == 1
    assert changed in swept.stdout
    assert "1 of 1 cells failed" in swept.stdout


# ------------------------------------------------------------------------------------- config.yaml


def test_a_config_comes_back_from_its_folder(text):
    assert read_config(finish(text)) == text


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda t: t.replace("n_layers: 1", "n_layers: {"), "while parsing"),
        (lambda t: "", "it holds no dials"),
        (lambda t: "- 1\n- 2\n", "it holds no dials"),
        (lambda t: t.replace("n_layers:", "n_layerz:"), "there is no dial model.n_layerz"),
        (lambda t: t.replace("n_layers: 1", "n_layers: one"), "damaged: .*(one|int)"),
        (lambda t: t.replace("n_layers: 1", "n_layers: 1.5"), "damaged: .*1.5"),
        (lambda t: t.replace("n_layers: 1", "n_layers: 0"), "model.n_layers=0 must be"),
        (lambda t: t.replace("kind: text", "kind: tent"), "'tent' is not a valid DataKind"),
        (lambda t: t.replace("model:", "model: 3\nmodes:"), "damaged"),
    ],
)
def test_a_damaged_config_is_one_line_that_names_it(text, damage, words):
    file = finish(text) / "config.yaml"
    whole = file.read_text()
    file.write_text(damage(whole))
    assert file.read_text() != whole
    with pytest.raises(ValueError, match=words) as refusal:
        read_config(file.parent)
    assert str(refusal.value).startswith(f"{file} is damaged: ")
    assert str(refusal.value).endswith("; mend it, put it back from a copy, or delete the run")
    assert "\n" not in str(refusal.value)


def test_a_config_that_is_no_text_or_no_file_is_told_in_one_line(text, tmp_path):
    file = finish(text) / "config.yaml"
    file.write_bytes(b"\xff" + file.read_bytes())
    with pytest.raises(ValueError, match=r"config\.yaml is damaged: .*utf-8"):
        read_config(file.parent)
    with pytest.raises(FileNotFoundError, match=r"there is no run .*; scripts/runs.py lists"):
        read_config(tmp_path / "nothing")


# ------------------------------------------------------------------------------------- the list


def test_one_damaged_run_does_not_hide_the_others(text, capsys):
    from storylm import runs as at_hand

    home = finish(text)
    (home.parent / "torn").mkdir()
    (home.parent / "torn" / "config.yaml").write_text("model: [")
    (home.parent / "bare" / "checkpoints").mkdir(parents=True)
    done = {"val/bits_per_byte": 0.5, "seconds": 60.0, "parameters": 10, "tokens": 20}
    write_sealed(home / "result.json", done | {"sources": {}})
    (home.parent / "cut").mkdir()
    shutil.copy(home / "config.yaml", home.parent / "cut")
    (home.parent / "cut" / "result.json").write_text('{"val/b')
    listed = at_hand.list_runs(home.parent).splitlines()
    states = {line.split()[0]: line.split()[1] for line in listed[2:6]}
    assert states == {home.name: "done", "torn": "damaged", "bare": "damaged", "cut": "damaged"}
    assert listed[6] == ""
    assert [line.partition(": ")[0] for line in listed[7:]] == [
        f"there is no run {home.parent / 'bare'}; scripts/runs.py lists the runs",
        f"{home.parent / 'cut' / 'result.json'} is damaged",
        f"{home.parent / 'torn' / 'config.yaml'} is damaged",
    ]
    assert at_hand.delete_run(home.parent / "bare")
    with pytest.raises(ValueError, match=r"torn/config\.yaml is damaged"):
        at_hand.compare_runs([home, home.parent / "torn"])
    assert os.listdir(home.parent / "torn") == ["config.yaml"]
