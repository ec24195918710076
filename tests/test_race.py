"""Races: turns in fresh processes, ratios turn by turn, and words for who cannot take part."""

import gc
import json
import math
import os
import signal
import sys
import time

import pytest
import torch
from composing import TINY as TINY_RUN
from composing import tiny_config

from storylm import benchmark
from storylm.benchmark import find_room, generate, loops, overhead, products, steps, telling, train
from storylm.benchmark.race import Contender, Race, run_race, spread, take_turn
from storylm.benchmark.start_up import made_a_step
from storylm.checkpoint import load_run
from storylm.config import BenchmarkConfig, BenchmarkKind, ModelConfig, to_plain
from storylm.data.loading import TokenWindows
from storylm.data.prepare import prepare_data, prepare_tokenizer
from storylm.model.size import flops_per_token
from storylm.optim.build import build_optimizer
from storylm.training.module import PretrainModule
from storylm.training.run import train as train_run

TINY = {"vocab_size": 40, "context_length": 8, "n_layers": 2, "d_model": 16, "head_dim": 8}


def race_config(**dials):
    return BenchmarkConfig(what=BenchmarkKind.train, threads=1, **dials)


def child(name, code, **about):
    """A contender that is a few lines of Python."""
    return Contender(name, [sys.executable, "-c", f"import json, os, sys\n{code}"], **about)


def writes(name, log, figure):
    """It takes as many seconds as turns were made before it, times `figure`."""
    code = (
        f"log = open({str(log)!r}, 'a+'); log.seek(0); before = len(log.readlines())\n"
        f"print({name!r}, os.environ['OMP_NUM_THREADS'], file=log)\n"
        f"print('and other words')\nprint(json.dumps({{'seconds': {figure} * (1 + before // 2)}}))"
    )
    return child(name, code)


# --------------------------------------------------------------------------------------- the turns


def test_contenders_run_in_turns_and_are_compared_turn_by_turn(tmp_path, capsys):
    log = tmp_path / "log"
    race = run_race([writes("a", log, 6), writes("b", log, 3)], race_config(rounds=3))
    assert log.read_text().split("\n")[:-1] == ["a 1", "b 1"] * 3
    assert race.values("a", "seconds") == [6, 12, 18]
    assert race.ratios("a", "b", "seconds") == [2, 2, 2]
    assert race.plain()["failures"] == []
    assert "turn 3 of 3: b" in capsys.readouterr().out


def test_one_that_fails_is_said_and_the_others_go_on(capsys):
    contenders = [
        child("broken", "sys.exit('first\\nits last words')"),
        child("dumb", "print('no answer')"),
        child("killed", f"os.kill(os.getpid(), {int(signal.SIGTERM)})"),
        child("good", "print(json.dumps({'seconds': 2}))"),
    ]
    race = run_race(contenders, race_config(rounds=2))
    assert race.failures["broken"] == "its last words"
    assert "no answer" in race.failures["dumb"]
    assert race.failures["killed"] == "exit status -15"
    assert len(race.plain()["failures"]) == 3
    assert race.values("good", "seconds") == [2, 2]
    assert race.ratios("good", "broken", "seconds") == []
    assert capsys.readouterr().out.count("broken") == 1  # it has no second turn
    assert "broken failed: its last words" in race.left_out()


def test_what_is_not_installed_or_not_there_is_no_failure():
    code = "from storylm.benchmark.race import answer_with\n"
    code += "def work(request):\n    print('noise')\n    import no_such_package\nanswer_with(work)"
    contenders = [child("peer", code), child("far", "sys.exit(1)", absent="give peers=<folder>")]
    race = run_race(contenders, race_config(rounds=2))
    assert race.absent == {
        "peer": "No module named 'no_such_package'",
        "far": "give peers=<folder>",
    }
    assert race.plain()["failures"] == []
    assert "far is not there: give peers=<folder>" in race.left_out()


def test_a_turn_that_hangs_ends_with_all_that_it_started(tmp_path):
    code = (
        "import subprocess, time\nchild = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid))\ntime.sleep(60)"
    )
    assert take_turn(child("slow", code), 1, 0.5) == {"failed": "still running after 0.5 s"}
    pid = int((tmp_path / "pid").read_text())
    for _ in range(100):
        if not is_alive(pid):
            return
        time.sleep(0.02)
    pytest.fail("what it started still runs")


def is_alive(pid):
    """Whether a process runs; one that waits to be reaped does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_request_is_handed_on_and_only_who_is_named_takes_part():
    code = "print(json.dumps({'seconds': json.load(sys.stdin)['x'] + 1}))"
    contenders = [child("a", code, request={"x": 1}), child("b", "sys.exit(1)")]
    race = run_race(contenders, race_config(contenders=["a"], rounds=1))
    assert race.answers == {"a": [{"seconds": 2}]}
    with pytest.raises(ValueError, match="contenders=c is none; there are a, b"):
        run_race(contenders, race_config(contenders=["c"]))


def test_a_spread_is_median_smallest_and_largest():
    assert spread([1.0, 9.0, 2.0], "{:.1f}") == "2.0 (1.0–9.0)"
    assert spread([1234.0]) == "1,234"
    assert spread([]) == "–"


def test_a_room_that_is_not_there_is_said(monkeypatch):
    assert find_room(BenchmarkKind.train) is train.race_train
    monkeypatch.setattr(benchmark.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="what=learn is not there yet"):
        find_room(BenchmarkKind.learn)


# ------------------------------------------------------------------------------------------- train


def step_request(name, **about):
    shape = to_plain(train.gpt2_shape(race_config(**TINY)))
    more = {"batch_size": 3, "steps": 2, "seed": 1, "threads": 1, "contender": name}
    return more | {"shape": shape} | about


def test_missing_peers_are_said_with_what_would_help(tmp_path):
    for peers, line in [("", "give peers=<a folder with a checkout nanoGPT>"),
                        (str(tmp_path), f"there is no {tmp_path}/nanoGPT")]:  # fmt: skip
        config = race_config(peers=peers)
        assert train.contender("nanoGPT eager", config, {}).absent == line
        assert train.contender("storylm", config, {}).absent == ""
    with pytest.raises(ImportError, match=r"model\.py"):  # the checkout is empty: not there
        steps.time_steps(step_request("nanoGPT", folder=str(tmp_path)))


def test_our_step_is_timed_and_learns(monkeypatch):
    monkeypatch.setattr("storylm.memory.steady_memory", lambda: None)
    answer = steps.time_steps(step_request("storylm eager"))
    assert answer["seconds"] > 0
    assert answer["peak_mib"] >= 0
    assert answer["first_loss"] == pytest.approx(math.log(40), abs=0.5)
    shape = train.gpt2_shape(race_config(**TINY))
    cpu = torch.device("cpu")
    _, step = steps.build_storylm(shape, step_request("storylm eager"), cpu)
    (windows,) = steps.draw_windows(step_request("") | {"steps": -2}, shape, cpu)
    losses = [float(step(windows)) for _ in range(20)]
    assert losses[-1] < losses[0] - 0.1


def test_other_work_is_not_timed():
    steps.check_loss(3.9, 40)
    for loss in (0.1, 9.0, math.nan):
        with pytest.raises(ValueError, match="first loss"):
            steps.check_loss(loss, 40)


@pytest.mark.parametrize("style", [{}, {"mlp_ratio": 8 / 3, "mlp": "swiglu", "queries_per_kv": 2}])
def test_the_bound_multiplies_exactly_the_flops_of_the_formula(style):
    plain = to_plain(train.gpt2_shape(race_config(**TINY))) | style
    request = step_request("", shape=plain)
    shape = steps.from_plain(ModelConfig, plain)
    answer = products.time_products(request)
    assert answer["flops"] == 3 * 8 * flops_per_token(shape)
    assert answer["seconds"] > 0


def test_the_table_says_who_is_how_fast(capsys):
    race = Race(
        {
            "storylm": [{"seconds": 1.0, "peak_mib": 5, "level_mib": 7, "parameters": 9}] * 2,
            "nanoGPT": [{"seconds": 2.0}, {"seconds": 3.0}],
            "products alone": [{"seconds": 0.5}, {"seconds": 0.6}],
        },
        absent={"tiny-lm": "give peers=<folder>"},
    )
    config = race_config(batch_size=3, **TINY)
    summaries = {name: train.summary(race, name, config) for name in race.answers}
    assert summaries["nanoGPT"]["ours_over_theirs"] == [2, 3]
    assert summaries["storylm"]["share_of_bound"] == [0.5, 0.6]
    assert summaries["nanoGPT"]["tokens_per_second"] == [12, 8]
    train.print_table(race, summaries)
    out = capsys.readouterr().out
    assert "2.50 (2.00–3.00) x" in out
    assert "55%" in out
    assert "tiny-lm is not there: give peers=<folder>" in out


@pytest.mark.slow
def test_the_whole_race_of_steps(tmp_path):
    config = race_config(
        contenders=["storylm", "storylm eager", "nanoGPT", "products alone"], steps=2, **TINY
    )
    found = train.race_train(config, tmp_path)
    assert found["failures"] == []
    assert set(found["summary"]) == {"storylm", "storylm eager", "products alone"}
    assert "give peers" in found["absent"]["nanoGPT"]


# ---------------------------------------------------------------------------------------- overhead


def test_steps_by_hand_are_those_of_training(tmp_path):
    """Else their time would be that of another step."""
    config = tiny_config(tmp_path, "run.document_masking=true", "run.precision=bf16")
    train_run(config)
    assert gc.get_freeze_count() == 0  # the loop freezes what it finds, and lets go of it
    trained = load_run(tmp_path / "runs" / config.run.name, "last").model.state_dict()
    tokenizer = prepare_tokenizer(config.tokenizer, config.data)
    shards, _ = prepare_data(config.data, tokenizer)
    torch.manual_seed(config.run.seed)
    module = PretrainModule(config, tokenizer, total_steps=8)
    windows = loops.batches(config, TokenWindows(shards, config.model.context_length))
    losses = loops.by_hand(module, build_optimizer(module.model, config.optim), windows, range(8))
    assert len(list(losses)) == 8
    weights = module.model.state_dict()
    assert all(torch.equal(weights[name], trained[name]) for name in trained)


def test_both_loops_take_turns_in_one_process(tmp_path, monkeypatch):
    by_hand, steps_by_hand = loops.by_hand, []

    def watch(module, optimizer, windows, steps):
        steps_by_hand.append((steps, module.trainer.global_step))
        yield from by_hand(module, optimizer, windows, steps)

    monkeypatch.setattr(loops, "by_hand", watch)
    monkeypatch.setattr(loops, "steady_memory", lambda: None)
    dials = [*TINY_RUN, *overhead.folders(tmp_path), "schedule.steps=100"]
    answer = loops.take_turns({"dials": dials, "turn_steps": 3, "turns": 2})
    assert steps_by_hand == [(range(3, 6), 3), (range(6, 9), 6)]
    assert len(answer["turns"]) == 2
    assert all(turn[loop]["wall"] > 0 for turn in answer["turns"] for loop in overhead.LOOPS)
    with pytest.raises(RuntimeError, match="ended before 50 turns"):
        loops.take_turns({"dials": [*dials, "run.name=b"], "turn_steps": 3, "turns": 50})


def test_a_loop_that_fails_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(overhead, "module", lambda name: [sys.executable, "-c", "exit('it broke')"])
    config = BenchmarkConfig(what=BenchmarkKind.overhead, rounds=1, contenders=["0.3M"])
    assert overhead.race_overhead(config, tmp_path)["failures"] == ["0.3M: it broke"]


def test_what_the_loop_adds_is_taken_turn_by_turn():
    def turn(ours, bare):
        return {
            "storylm": {"wall": ours, "cpu": 2 * ours},
            "bare loop": {"wall": bare, "cpu": 2 * bare},
        }

    found = overhead.in_pairs([[turn(11, 10), turn(24, 20)], [turn(3, 2)]])
    assert found["extra_ms"] == [1, 4, 1]
    assert found["extra_percent"] == pytest.approx([10, 20, 50])
    assert found["extra_cpu_ms"] == [2, 8, 2]
    assert found["extra_ms_of_each_round"] == [2.5, 1]


# ---------------------------------------------------------------------------------------- generate


def telling_request(name):
    shape = to_plain(ModelConfig(**TINY, d_ff_multiple=8))
    return {
        "contender": name, "shape": shape, "batches": [1, 3], "tokens": 5, "seed": 1, "threads": 1,
    }  # fmt: skip


def test_we_tell_exactly_so_many_tokens(monkeypatch):
    monkeypatch.setattr(telling, "WARM_UP", 2)
    for name in ("storylm", "storylm bf16", "storylm int8"):
        answer = telling.time_telling(telling_request(name))
        assert len(answer["ids"]) == 5
        assert min(answer[figure] for figure in ("rate_1", "rate_3", "first_ms")) > 0


def test_transformers_tells_the_same_story(monkeypatch):
    pytest.importorskip("transformers", reason="uv run --extra parity")
    monkeypatch.setattr(telling, "WARM_UP", 2)
    ours, theirs = (telling.time_telling(telling_request(n)) for n in ("storylm", "transformers"))
    assert ours["ids"] == theirs["ids"]


def test_generation_is_compared_with_ours_of_the_same_precision(tmp_path, capsys):
    race = Race(
        {
            "storylm": [{"rate_1": 4.0, "rate_32": 40.0, "ids": [1]}],
            "storylm bf16": [{"rate_1": 8.0, "rate_32": 80.0, "ids": [1]}],
            "transformers bf16": [{"rate_1": 2.0, "rate_32": 10.0, "ids": [2]}],
            "llama2.c": [{"rate_1": 5.0}],
        }
    )
    summaries = {name: generate.summary(race, name) for name in race.answers}
    assert summaries["transformers bf16"]["ours_over_theirs_32"] == [8]
    assert summaries["llama2.c"]["ours_over_theirs_1"] == [0.8]
    assert summaries["storylm bf16"]["same_ids"]
    assert not summaries["transformers bf16"]["same_ids"]
    generate.print_table(race, summaries)
    assert "4.00 x" in capsys.readouterr().out
    best = generate.best_against_best(race)
    assert best["transformers 32"]["ratios"] == [8]
    assert best["llama2.c 1"]["words"].endswith("storylm bf16 is 1.60 x llama2.c")
    assert "llama2.c 32" not in best
    config = BenchmarkConfig(what=BenchmarkKind.generate, peers=str(tmp_path))
    (tmp_path / "llama2.c").mkdir()
    assert (
        generate.contender("llama2.c", config, {}).absent == f"there is no {tmp_path}/llama2.c/run"
    )


def test_the_first_step_is_seen_in_its_row(tmp_path):
    file = tmp_path / "metrics.csv"
    assert not made_a_step(file)
    file.write_text("step,val/loss\n0,3.5\n")
    assert not made_a_step(file)
    file.write_text("step,val/loss\n0,3.5\n1,3.4\n")
    assert made_a_step(file)


def test_a_benchmark_writes_its_file_and_its_status(tmp_path, monkeypatch, capsys):
    for failures, status in ([], 0), (["x"], 1):
        found = {"failures": failures, "n": 3}
        monkeypatch.setattr(benchmark, "find_room", lambda kind, f=found: lambda *about: f)
        assert benchmark.benchmark(race_config(folder=str(tmp_path))) == status
        assert json.loads((tmp_path / "train.json").read_text()) == found
        assert (len(os.listdir(tmp_path)) > 1) == bool(status)  # the scratch folder
