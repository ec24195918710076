"""Sweeps: a row for every cell whatever becomes of it, and nothing trained twice."""

import errno
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from storylm.ledger import Ledger, Row, State
from storylm.processes import OutOfMemory, memory_is_full, run_to_its_end
from storylm.sweeps.draws import draw_cells
from storylm.sweeps.hopeless import hopeless
from storylm.sweeps.watch import START_UP, fit_seconds

CONF = Path(__file__).parent.parent / "conf"
STAND_IN = """
import hydra, json, os, sys, time
from pathlib import Path
from storylm import command_line
from storylm.config import fingerprint, identity, run_folder, to_config

@hydra.main(version_base="1.3", config_path={conf!r}, config_name="train")
@command_line.in_one_line
def main(cfg):
    if command_line.in_sweep():
        from storylm.sweeps.cell import run_cell
        return run_cell(cfg)
    config = to_config(cfg, command_line.overrides())
    home = run_folder(config)
    home.mkdir(parents=True, exist_ok=True)
    with (home / "starts").open("a") as file:
        print(os.getpid(), config.run.micro_batch_size, config.run.threads, config.sweep.name,
              file=file)
    print("training", config.run.seed, flush=True)
    seed = config.run.seed
    if seed == 2:
        raise ValueError("it broke; mend it")
    if seed == 3:
        time.sleep(60)
    if seed == 4 and config.run.micro_batch_size > 2 or seed == 5:
        from storylm.processes import OutOfMemory
        raise OutOfMemory("the memory is full")
    if seed == 6:
        raise RuntimeError("a traceback")
    if seed > 100 and not (home / "go").exists():
        while not (Path({folder!r}) / "go").exists():
            time.sleep(0.02)
    result = {{"identity": fingerprint(identity(config)), "val/bits_per_byte": seed / 10,
              "parameters": 7, "tokens": 9}}
    (home / "result.json").write_text(json.dumps(result))

command_line.run_script(main)
"""
DIALS = ["schedule.steps=3", "run.log_every=1", "model.n_layers=1"]


@pytest.fixture
def sweep(tmp_path):
    """Runs a sweep whose cells only pretend to train; its output, its status, its rows by seed."""
    script = tmp_path / "train.py"
    script.write_text(STAND_IN.format(conf=str(CONF), folder=str(tmp_path)))

    def start(*words):
        return subprocess.Popen(
            [sys.executable, str(script), "-m", f"run.folder={tmp_path}/runs", *DIALS, *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(*words):
        child = start(*words)
        out, complaints = child.communicate(timeout=60)
        return child.returncode, out + complaints

    run.start, run.folder = start, tmp_path
    return run


def rows_of(folder, name):
    rows = Ledger(folder / "runs" / "_sweeps" / name).rows()
    return {dict(word.split("=") for word in row.words)["run.seed"]: row for row in rows}


def starts(folder, row):
    file = folder / "runs" / row.run / "starts"
    return [line.split() for line in file.read_text().splitlines()] if file.exists() else []


def test_every_cell_ends_in_a_row_and_the_status_says_whether_one_failed(sweep):
    status, out = sweep("sweep.name=s", "run.seed=1,2,3,4,5,6,-7", "sweep.minutes=0.15")
    rows = rows_of(sweep.folder, "s")
    assert status == 1, out
    assert {seed: row.state.value for seed, row in rows.items()} == {
        "1": "done", "2": "failed", "3": "failed", "4": "done", "5": "failed", "6": "failed",
        "-7": "failed",
    }  # fmt: skip
    assert rows["1"].bits == 0.1
    assert rows["2"].reason == "it broke; mend it"
    assert "still running after 0.15 minutes" in rows["3"].reason
    assert rows["4"].reason == "micro-batches of 2: the memory was full"
    assert [int(size) for _, size, *_ in starts(sweep.folder, rows["4"])] == [8, 2]
    assert len(starts(sweep.folder, rows["5"])) == 2
    assert rows["6"].reason == "RuntimeError: a traceback"
    assert "run.seed=-7 must lie between" in rows["-7"].reason
    assert "5 of 7 cells failed" in out
    assert "training 1" in (sweep.folder / "runs/_sweeps/s" / rows["1"].log).read_text()
    table = (sweep.folder / "runs/_sweeps/s/ledger.csv").read_text().splitlines()
    assert len(table) == 8


def test_a_sweep_repeated_does_only_what_is_missing(sweep):
    assert sweep("sweep.name=s", "run.seed=1,7")[0] == 0
    status, out = sweep("sweep.name=s", "run.seed=1,7,8")
    assert status == 0
    assert "sweep s: 3 cells, 2 of them done already" in out
    for row in rows_of(sweep.folder, "s").values():
        assert len(starts(sweep.folder, row)) == 1
    assert "all 3 cells were done already" not in out
    _, out = sweep("sweep.name=s", "run.seed=1,7,8")
    assert "all 3 cells were done already" in out


def test_cells_die_with_a_killed_sweep_and_its_table_is_that_of_one_that_lived(sweep):
    words = ["sweep.name=s", "run.seed=1,101,102"]
    child = sweep.start(*words)
    row = wait_for(lambda: rows_of(sweep.folder, "s").get("101"), State.running)
    number = int(wait_for_start(sweep.folder, row))
    child.kill()
    child.wait()
    assert ended(number)
    (sweep.folder / "go").touch()
    status, out = sweep(*words)
    assert status == 0, out
    rows = rows_of(sweep.folder, "s")
    assert {seed: row.bits for seed, row in rows.items()} == {"1": 0.1, "101": 10.1, "102": 10.2}
    began = {seed: len(starts(sweep.folder, row)) for seed, row in rows.items()}
    assert began == {"1": 1, "101": 2, "102": 1}


def test_two_cells_at_a_time_share_the_cores(sweep):
    words = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "run.seed=101,102,103"]
    child = sweep.start("sweep.name=s", *words)
    for seed in ("101", "102"):
        row = wait_for(lambda seed=seed: rows_of(sweep.folder, "s").get(seed), State.running)
        wait_for_start(sweep.folder, row)
    rows = rows_of(sweep.folder, "s")
    assert rows["103"].state is State.waiting
    (sweep.folder / "go").touch()
    assert child.wait(60) == 0
    cores = len(os.sched_getaffinity(0))
    for row in rows.values():
        _, _, threads, name = starts(sweep.folder, row)[0]
        assert (threads, name) == (str(max(1, cores // 2)), "s")


def test_sigterm_ends_the_sweep_and_its_cell(sweep):
    child = sweep.start("sweep.name=s", "run.seed=101,102")
    row = wait_for(lambda: rows_of(sweep.folder, "s").get("101"), State.running)
    number = int(wait_for_start(sweep.folder, row))
    child.terminate()
    assert child.wait(30) == 143
    assert ended(number)


def test_two_cells_in_one_folder_are_refused_before_any_trains(sweep):
    status, out = sweep("run.name=x", "run.seed=1,7")
    assert status == 1
    assert "would both be the run x; leave run.name out" in out
    assert not list((sweep.folder / "runs").glob("*/starts"))


def test_a_damaged_row_is_said(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.write(Row("a", "run", ["x=1"]))
    assert ledger.rows() == [Row("a", "run", ["x=1"])]
    ledger.file("a").write_text('{"key": "a"')
    with pytest.raises(ValueError, match=r"a\.json is damaged.*delete it"):
        ledger.rows()


def test_a_process_that_does_not_want_to_end_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("storylm.processes.PATIENCE", 0.3)
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('x', flush=True); "
    log = tmp_path / "logs" / "log"
    end = run_to_its_end([sys.executable, "-c", code + "time.sleep(60)"], log=log, seconds=2)
    assert end.late
    assert end.status == -signal.SIGKILL
    assert end.seconds < 20
    assert end.peak_bytes > 10**6
    assert log.read_text() == "x\n"


def drawn(*words, trials=40, seed=0):
    return draw_cells(OverridesParser.create().parse_overrides(list(words)), trials, seed)


def test_a_search_draws_from_all_that_is_allowed_and_more_trials_only_add():
    rate = "optim.learning_rate=tag(log,interval(0.001,0.1))"
    words = [rate, "size=xs,s", "schedule.steps=int(interval(10,20))", "run.seed=3"]
    cells = drawn(*words)
    assert len(cells) == 40
    assert drawn(*words, trials=50)[:40] == cells
    assert drawn(*words, seed=1) != cells
    rates, sizes, steps, seeds = zip(*cells)
    numbers = [float(word.partition("=")[2]) for word in rates]
    assert all(0.001 <= rate <= 0.1 for rate in numbers)
    assert 10 < sum(rate < 0.01 for rate in numbers) < 30  # the middle of the logarithms
    assert set(sizes) == {"size=xs", "size=s"}
    assert {int(word.partition("=")[2]) for word in steps} <= set(range(10, 21))
    assert set(seeds) == {"run.seed=3"}
    assert len(drawn("size=xs,s", trials=40)) == 2


@pytest.mark.parametrize(
    ("words", "trials", "said"),
    [(["size=xs"], 3, "nothing to draw from"), (["size=xs,s"], 0, "trials=0"),
     (["optim.learning_rate=tag(log,interval(0,1))"], 1, "optim.learning_rate: interval")],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(words, trials, said):
    with pytest.raises(ValueError, match=said):
        drawn(*words, trials=trials)


def test_a_search_is_a_sweep_like_any_other(sweep):
    words = ["hydra/sweeper=random", "run.seed=10,11,12,13,14,15", "sweep.name=s"]
    status, out = sweep(*words, "hydra.sweeper.trials=2")
    assert status == 0, out
    first = rows_of(sweep.folder, "s")
    status, out = sweep(*words, "hydra.sweeper.trials=4")
    assert status == 0, out
    both = rows_of(sweep.folder, "s")
    assert first.keys() < both.keys()
    assert all(row.attempts == 1 and row.state is State.done for row in both.values())


def write_bits(home, *bits, every=10):
    home.mkdir(parents=True)
    lines = [f"{every * i},1.0,{one}\n{every * i + 5},,\n" for i, one in enumerate(bits)]
    (home / "metrics.csv").write_text("step,train/loss,val/bits_per_byte\n" + "".join(lines))
    return home


def test_a_cell_behind_the_middle_of_the_others_is_hopeless(tmp_path):
    others = [write_bits(tmp_path / f"{i}", 3, 2, 1 + i / 10, 0.5) for i in range(4)]
    behind = write_bits(tmp_path / "behind", 3, 2.5, 1.2)
    ahead = write_bits(tmp_path / "ahead", 3, 1.1, 1.2)
    young = write_bits(tmp_path / "young", 9)
    assert hopeless(behind, others) == (
        "hopeless: 1.2000 bits per byte at step 20, where 4 others had 1.1500 in the middle"
    )
    assert [hopeless(home, others) for home in (ahead, young, tmp_path / "none")] == ["", "", ""]
    assert hopeless(behind, others[:3]) == ""


def test_a_hopeless_cell_is_stopped_and_not_tried_again(sweep, tmp_path):
    words = ["sweep.name=s", "sweep.stop_hopeless=true"]
    assert sweep(*words, "run.seed=10,11,12,13")[0] == 0
    runs = tmp_path / "runs"
    for row in rows_of(sweep.folder, "s").values():
        (runs / row.run / "metrics.csv").write_text("step,val/bits_per_byte\n0,3\n100,1\n")
    child = sweep.start(*words, "run.seed=101")
    row = wait_for(lambda: rows_of(sweep.folder, "s").get("101"), State.running)
    wait_for_start(sweep.folder, row)
    (runs / row.run / "metrics.csv").write_text("step,val/bits_per_byte\n0,3\n100,2\n")
    assert child.wait(30) == 0
    row = rows_of(sweep.folder, "s")["101"]
    assert row.state is State.stopped
    assert row.reason.startswith("hopeless: 2.0000 bits per byte at step 100")
    status, out = sweep(*words, "run.seed=101")
    assert status == 0
    assert "1 of them done already" in out
    assert rows_of(sweep.folder, "s")["101"].attempts == 1


def test_a_full_memory_is_known_in_whatever_words():
    full = [OutOfMemory("x"), MemoryError(), OSError(errno.ENOMEM, "Cannot allocate memory"),
            ImportError("a.so: failed to map segment from shared object")]  # fmt: skip
    assert all(memory_is_full(error) for error in full)
    others = [
        OSError(errno.ENOSPC, "No space left on device"),
        ImportError("no module"),
        ValueError(),
    ]
    assert not any(memory_is_full(error) for error in others)


def test_the_time_left_comes_from_cells_of_like_size():
    assert fit_seconds([(10, START_UP + 5)], 20) == START_UP + 10
    assert math.isnan(fit_seconds([(10, START_UP + 5)], 21))
    found = [(flops, 30 + 2 * flops) for flops in (10, 20, 40)]
    assert fit_seconds(found, 100) == pytest.approx(230)
    assert fit_seconds([(10, 9), (20, 9), (30, 9)], 99) == 9


def wait_for(row, state, seconds=30):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = row()
        if found and found.state is state:
            return found
        time.sleep(0.02)
    raise TimeoutError


def wait_for_start(folder, row, seconds=30):
    until = time.monotonic() + seconds
    while not starts(folder, row):
        assert time.monotonic() < until
        time.sleep(0.02)
    return starts(folder, row)[0][0]


def ended(number, seconds=10):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False
