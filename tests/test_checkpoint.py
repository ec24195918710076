"""The one door to a trained model."""

import random

import pytest
import torch
from composing import tiny_config
from omegaconf import OmegaConf

from storylm.checkpoint import load_run, read_checkpoint, step_file
from storylm.config import ModelConfig, to_plain
from storylm.model.transformer import Transformer
from storylm.tokenizer import build_tokenizer
from storylm.training.saving import WholeFileIO
from storylm.whole_files import write_sealed, write_whole


@pytest.fixture
def home(tmp_path):
    """A run's folder with checkpoints at steps 2 and 4, the first of them the best."""
    config = tiny_config(tmp_path)
    tokenizer = build_tokenizer(config.tokenizer, lambda: iter(()))
    folder = tmp_path / "runs" / "one"
    for step in (2, 4):
        torch.manual_seed(step)
        model = Transformer(config.model)
        state = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
        stored = {
            "state_dict": state,
            "global_step": step,
            "hyper_parameters": {"config": to_plain(config)},
            "contract": {"tokenizer": tokenizer.fingerprint},
        }
        WholeFileIO().save_checkpoint(stored, step_file(folder / "checkpoints", step))
    (folder / "checkpoints" / "best.ckpt").hardlink_to(step_file(folder / "checkpoints", 2))
    tokenizer.save(folder / "tokenizer.json")
    return folder


def change(home, step, **parts):
    file = step_file(home / "checkpoints", step)
    stored = WholeFileIO().load_checkpoint(file)
    WholeFileIO().save_checkpoint(stored | parts, file)


@pytest.mark.parametrize(("which", "step"), [("best", 2), ("last", 4), (2, 2), ("4", 4)])
def test_a_checkpoint_is_found_by_best_last_and_step(home, which, step):
    run = load_run(home, which)
    assert run.step == step
    assert not run.model.training


def test_a_checkpoint_is_found_by_its_file(home):
    run = load_run(home / "checkpoints" / "step_0000002.ckpt")
    torch.manual_seed(2)
    fresh = Transformer(run.config.model)
    for name, tensor in run.model.state_dict().items():
        assert torch.equal(tensor, fresh.state_dict()[name])


def test_what_is_not_there_is_named_with_what_is(home):
    with pytest.raises(FileNotFoundError, match=r"there is no run .*two; there are one"):
        load_run(home.parent / "two")
    with pytest.raises(FileNotFoundError, match=r"no checkpoint 3; its steps: 2, 4"):
        load_run(home, 3)


def test_a_done_run_gives_no_other_checkpoint_for_the_one_that_is_missing(home):
    folder, numbers = home / "checkpoints", {"steps": 4, "best_step": 2, "val/bits_per_byte": 0.5}
    write_sealed(home / "result.json", numbers | {"sources": {}})
    (folder / "best.ckpt").unlink()
    assert load_run(home).step == 2  # of which there is a file
    step_file(folder, 2).unlink()
    with pytest.raises(
        FileNotFoundError, match=r"best\.ckpt is missing, the best of a run that is"
    ):
        load_run(home)
    step_file(folder, 4).rename(step_file(folder, 3))
    with pytest.raises(FileNotFoundError, match=r"step_0000004\.ckpt is missing, the last of a"):
        load_run(home, "last")
    (home / "result.json").unlink()  # it goes on: what it has is what there is
    assert load_run(home).file.name == load_run(home, "last").file.name == "step_0000003.ckpt"


def test_the_average_is_what_is_loaded_where_a_run_kept_one(home):
    weights = WholeFileIO().load_checkpoint(step_file(home / "checkpoints", 4))["state_dict"]
    average = {name.removeprefix("model."): tensor + 1 for name, tensor in weights.items()}
    change(home, 4, average=average)
    run = load_run(home, "last")
    assert torch.equal(run.model.embed.weight, weights["model.embed.weight"] + 1)


def test_a_damaged_file_is_refused(home):
    file = step_file(home / "checkpoints", 4)
    data = file.read_bytes()
    for broken in (b"", b"hello", data[: len(data) // 2]):
        file.unlink()
        file.write_bytes(broken)
        with pytest.raises(ValueError, match=r"step_0000004\.ckpt is damaged"):
            load_run(home, "last")


def test_weights_of_another_shape_are_refused(home):
    other = Transformer(ModelConfig(vocab_size=257, d_model=64, head_dim=16, n_layers=1))
    state = {f"model.{name}": tensor for name, tensor in other.state_dict().items()}
    change(home, 4, state_dict=state)
    with pytest.raises(ValueError, match="does not fit its own config"):
        load_run(home, "last")


def test_a_dial_of_the_future_is_refused_by_name(home):
    stored = WholeFileIO().load_checkpoint(step_file(home / "checkpoints", 4))
    stored["hyper_parameters"]["config"]["model"]["n_experts"] = 4
    change(home, 4, hyper_parameters=stored["hyper_parameters"])
    with pytest.raises(ValueError, match=r"there is no dial model\.n_experts"):
        load_run(home, "last")


def test_a_tokenizer_of_another_run_is_refused(home):
    change(home, 4, contract={"tokenizer": "feed" * 16})
    with pytest.raises(ValueError, match=r"trained with tokenizer feedfeedfeed, but the run's"):
        load_run(home, "last")


def test_a_checkpoint_in_another_runs_folder_is_refused_with_the_dials_that_differ(home, tmp_path):
    write_whole(home / "config.yaml", OmegaConf.to_yaml(to_plain(tiny_config(tmp_path))))
    assert load_run(home, "last").step == 4
    other = tiny_config(tmp_path, "run.seed=7")
    write_whole(home / "config.yaml", OmegaConf.to_yaml(to_plain(other)))
    with pytest.raises(ValueError, match=r"of another run: run\.seed=default \(config.yaml 7\)"):
        load_run(home, "last")


def test_any_changed_byte_is_found(home):
    file = step_file(home / "checkpoints", 4)
    data = bytearray(file.read_bytes())
    for place in random.Random(0).sample(range(len(data)), 200):
        file.unlink()
        file.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(ValueError, match=r"step_0000004\.ckpt is damaged"):
            read_checkpoint(file)
    for longer in (data + b"x", bytes(len(data)), data[:-1]):
        file.write_bytes(longer)
        with pytest.raises(ValueError, match=r"step_0000004\.ckpt is damaged"):
            read_checkpoint(file)


def test_a_snapshot_is_found_by_its_step(home):
    stored = WholeFileIO().load_checkpoint(step_file(home / "checkpoints", 2))
    file = step_file(home / "checkpoints", 1, "weights")
    WholeFileIO().save_checkpoint(stored | {"global_step": 1}, file)
    assert load_run(home, 1).step == 1
    assert load_run(home, "last").step == 4
