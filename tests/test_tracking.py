"""Metrics: every step once, whatever was killed in between."""

import json
import sqlite3
import time

import pytest

from storylm.training import tracking
from storylm.training.tracking import MetricsCsv, TrackioLogger, read_metrics


def test_rows_come_back_as_they_were_logged(tmp_path):
    logger = MetricsCsv(tmp_path)
    logger.log_metrics({"val/loss": 3.5}, 0)
    logger.log_metrics({"train/loss": 2.5, "speed/x": 1e6}, 10)
    assert read_metrics(logger.path) == [
        {"step": 0, "val/loss": 3.5},
        {"step": 10, "train/loss": 2.5, "speed/x": 1e6},
    ]


def test_numbers_keep_every_digit(tmp_path):
    MetricsCsv(tmp_path).log_metrics({"x": 0.1 + 0.2}, 1)
    assert read_metrics(tmp_path / "metrics.csv")[0]["x"] == 0.1 + 0.2


def test_a_resumed_run_forgets_what_is_about_to_happen_again(tmp_path):
    first = MetricsCsv(tmp_path)
    for step in range(0, 50, 10):
        first.log_metrics({"a": step}, step)
    again = MetricsCsv(tmp_path)
    again.forget(30)
    again.log_metrics({"a": 300, "b": 1}, 30)
    assert [row["step"] for row in read_metrics(again.path)] == [0, 10, 20, 30]
    assert read_metrics(again.path)[-1] == {"step": 30, "a": 300, "b": 1}


def test_a_line_that_a_kill_cut_short_is_ignored(tmp_path):
    logger = MetricsCsv(tmp_path)
    logger.log_metrics({"a": 1}, 1)
    with logger.path.open("a") as file:
        file.write("1")  # the beginning of step 10
    logger = MetricsCsv(tmp_path)
    logger.forget(1)
    logger.log_metrics({"a": 2}, 1)
    assert read_metrics(logger.path) == [{"step": 1, "a": 2}]


def test_what_a_kill_kept_from_trackio_is_filled_in():
    logger = TrackioLogger("storylm-kill", "one")
    logger.log_metrics({"a": 0.5}, 0)
    logger.finalize("failed")  # and the rows of 10 and 20 were lost
    again = TrackioLogger("storylm-kill", "one")
    again.forget(30)
    again.fill_in([{"step": step, "a": step / 4} for step in (0, 10, 20)])
    again.log_metrics({"a": 7.5}, 30)
    again.finalize("success")
    with sqlite3.connect(again.folder / "storylm-kill.db") as database:
        rows = database.execute("SELECT step, metrics FROM metrics ORDER BY step").fetchall()
        (runs,) = database.execute("SELECT COUNT(DISTINCT run_id) FROM metrics").fetchone()
    assert [(step, json.loads(row)["a"]) for step, row in rows] == [
        (0, 0.5), (10, 2.5), (20, 5.0), (30, 7.5),
    ]  # fmt: skip
    assert runs == 1


def test_trackio_holds_each_step_once_under_one_run():
    logger = TrackioLogger("storylm-tests", "one")
    logger.log_hyperparams({"config": {"model": {"d_model": 64}}})
    for step in (0, 10, 20):
        logger.log_metrics({"val/loss": 3.0 - step / 10}, step)
    logger.finalize("success")  # Lightning does so after every fit and validate
    logger.log_metrics(logger.with_stories({"a": 1.0}, [("Once", "Once upon")]), 30)
    logger.finalize("success")
    logger.finalize("success")

    resumed = TrackioLogger("storylm-tests", "one")
    resumed.log_hyperparams({"config": {"model": {"d_model": 64}}})
    resumed.forget(20)
    resumed.log_metrics({"val/loss": 7.0}, 20)
    resumed.finalize("success")

    with sqlite3.connect(resumed.folder / "storylm-tests.db") as database:
        rows = database.execute("SELECT step, metrics FROM metrics ORDER BY step").fetchall()
        (runs,) = database.execute("SELECT COUNT(DISTINCT run_id) FROM metrics").fetchone()
        (config,) = database.execute("SELECT config FROM configs").fetchone()
    assert [step for step, _ in rows] == [0, 10, 20]
    assert "7.0" in str(rows[-1][1])
    assert runs == 1
    assert "d_model" in str(config)


@pytest.mark.parametrize(
    "damaged",
    [
        b"a,b\n1,2\n", b"\xff\x00", b"step,a\nx,1\n", b"step,a\n1,abc\n", b"step,a\n1,2,3\n",
        b"step,a,a\n1,2,3\n", b"step,a\n2,1\n1,1\n", b"hello\n", b"step,a\n1\n",
    ],
)  # fmt: skip
def test_a_damaged_table_is_refused_by_name(tmp_path, damaged):
    (tmp_path / "metrics.csv").write_bytes(damaged)
    with pytest.raises(ValueError, match=r"\A[^\n]*metrics\.csv is damaged: [^\n]*\Z"):
        MetricsCsv(tmp_path).forget(1)


def test_rows_that_trackio_did_not_write_are_noticed():
    logger = TrackioLogger("storylm-full", "one")
    logger.log_metrics({"a": 1.0}, 0)
    logger.handed_on.add(10)  # as if the disk had been full
    with pytest.raises(OSError, match=r"storylm-full\.db lacks 1 rows .* Make room"):
        logger.finalize("success")
    logger.finalize("failed")  # another error has been told already


def test_rows_wait_for_one_another_but_not_for_long(monkeypatch):
    monkeypatch.setattr(tracking, "WAIT_SECONDS", 0.05)
    logger = TrackioLogger("storylm-wait", "one")
    logger.log_metrics(logger.with_stories({"a": 0.0}, [("Once", "Once upon")]), 0)
    logger.hand_on_in_time()
    assert logger.run is None  # not even imported yet
    time.sleep(0.1)
    logger.log_metrics({"a": 1.0}, 10)
    logger.hand_on_in_time()
    assert logger.handed_on == {0, 10}
    logger.log_metrics({"a": 2.0}, 20)
    logger.save()  # a checkpoint lies behind it
    assert logger.steps() == {0, 10, 20}
    logger.log_metrics(logger.with_stories({"a": 3.0}, [("Once", "Once upon")]), 30)
    assert not logger.waiting  # stories are nowhere else
    logger.log_metrics({"a": 4.0}, 40)
    logger.finalize("success")
    assert logger.steps() == {0, 10, 20, 30, 40}
