"""Several devices make the same run as one, with whole weights on each or a part on each."""

import multiprocessing
import os
import signal
import socket

import numpy as np
import pytest
from composing import tiny_config
from lightning.pytorch import Callback
from test_training import in_child, metrics, signal_at

from storylm.config import run_folder
from storylm.training.run import train

FSDP = ["trainer=fsdp", "trainer.accelerator=cpu"]
DDP = ["trainer=ddp", "trainer.accelerator=cpu"]


class KeepWindows(Callback):
    """Writes down which windows each rank reads at each step."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def on_train_batch_start(self, trainer, pl_module, batch, batch_idx):
        os.makedirs(self.folder, exist_ok=True)
        name = f"{self.folder}/{trainer.global_step:03d}_{trainer.global_rank}.npy"
        np.save(name, batch.tokens_BT.numpy())


def keep_windows(folder):
    return f"callbacks.samples={{_target_:{__name__}.KeepWindows,folder:{folder}}}"


def windows(folder, steps):
    """The windows of each step, in the order of ranks."""
    parts = [sorted(folder.glob(f"{step:03d}_*.npy")) for step in range(steps)]
    return [np.concatenate([np.load(part) for part in ranks]) for ranks in parts]


def in_ranks(compose, count=2):
    """Train in forked processes that are told of each other as torchrun tells them; their exit
    statuses. `compose` makes the config, in each of them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def one(rank):
        os.environ |= {
            "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(count),
            "LOCAL_WORLD_SIZE": str(count), "GROUP_RANK": "0", "GROUP_WORLD_SIZE": "1",
            "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "TORCHELASTIC_RUN_ID": "x",
        }  # fmt: skip
        train(compose())

    context = multiprocessing.get_context("fork")
    children = [context.Process(target=one, args=(rank,)) for rank in range(count)]
    for child in children:
        child.start()
    for child in children:
        child.join(120)
    return [child.exitcode for child in children]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Runs in one process, by their dials, each made once."""
    made = {}

    def of(*dials):
        if dials not in made:
            folder = tmp_path_factory.mktemp("alone")
            made[dials] = tiny_config(folder, *dials, keep_windows(folder / "windows"))
            train(made[dials])
        return made[dials], windows(run_folder(made[dials]).parent.parent / "windows", 8)

    return of


MUON = ["optim=muon", "optim.average=ema"]


@pytest.mark.parametrize(
    ("trainer", "dials", "apart"),
    [(DDP, ["run.loss_after=."], 1e-5), (FSDP, [], 1e-5), (FSDP, MUON, 1e-3)],
    ids=["ddp", "fsdp", "fsdp_muon"],
)
def test_two_devices_make_the_run_of_one(alone, tmp_path, trainer, dials, apart):
    one, read = alone(*dials)

    def two(*more):
        return tiny_config(tmp_path, *trainer, *dials, *more)

    assert in_ranks(lambda: two(keep_windows(tmp_path / "windows"))) == [0, 0]
    rows = metrics(two())
    assert len(rows) == len(metrics(one))
    for a, b in zip(metrics(one), rows):
        assert a == pytest.approx(b, rel=apart, abs=0)
    for a, b in zip(read, windows(tmp_path / "windows", 8)):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("trainer", [DDP, FSDP], ids=["ddp", "fsdp"])
def test_one_device_goes_on_where_two_stopped(alone, tmp_path, trainer):
    one, read = alone(*MUON)
    kept = keep_windows(tmp_path / "windows")
    dials = [*MUON, f"run.name={run_folder(one).name}", kept]
    stopped = in_ranks(
        lambda: tiny_config(tmp_path, *trainer, *dials, signal_at(signal.SIGTERM, 5))
    )
    assert stopped == [143, 143]
    again = tiny_config(tmp_path, *dials)
    train(again)
    for a, b in zip(metrics(one), metrics(again)):
        assert a == pytest.approx(b, rel=1e-3, abs=0)
    for a, b in zip(read, windows(tmp_path / "windows", 8)):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("optim", ["adamw", "muon"])
def test_two_devices_with_a_part_each_go_on_where_one_stopped(alone, tmp_path, optim):
    one, _ = alone(f"optim={optim}", "optim.average=ema")
    dials = [f"optim={optim}", "optim.average=ema", f"run.name={run_folder(one).name}"]
    stopped = tiny_config(tmp_path, *dials, signal_at(signal.SIGTERM, 5))
    assert in_child(stopped) == 143
    assert in_ranks(lambda: tiny_config(tmp_path, *FSDP, *dials)) == [0, 0]
    for a, b in zip(metrics(one), metrics(tiny_config(tmp_path, *dials)), strict=True):
        assert a == pytest.approx(b, rel=1e-3 if optim == "muon" else 1e-5, abs=0)
