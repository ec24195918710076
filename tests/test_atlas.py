"""The atlas of a made-up sweep says what was put into it, and nothing that was not."""

import csv
import json
import math
import shutil

import pytest
from composing import tiny_config
from omegaconf import OmegaConf

from storylm.atlas.build import build_atlas
from storylm.atlas.findings import CONFIRMED, DENIED, OPEN, ask
from storylm.atlas.points import read_points
from storylm.config import to_plain
from storylm.ledger import Ledger, Row, State, cell_key


def true_bits(layers, width, seed):
    body = 12 * layers * width**2
    return 0.2 + 12 * body**-0.35 + (0.001 if seed == 2 else 0)


def grades_of(layers, width, seed):
    """Grammar comes early, consistency late and all at once; only depth helps instructions, and
    more width than depth plots."""
    body = math.log2(layers * width**2)
    noise = 0.004 * ((layers * width + 7 * seed) % 3 - 1)
    grammar = 1 / (1 + math.exp(9 - body))
    consistency = 0.9 if width >= 128 else 0.2
    plot = 0.1 * math.log2(width) + 0.02 * math.log2(layers)
    instruction = 0.2 * math.log2(layers)
    kinds = {"grammar": grammar, "consistency": consistency, "plot": plot}
    kinds["instruction"] = instruction
    return {
        "forced": {"by_kind": {kind: {"value": v + noise} for kind, v in kinds.items()}},
        "told": {"characters_kept": {"value": 9.0, "low": 0.0, "high": 1.0}},
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("made")
    ledger = Ledger(home / "runs" / "_sweeps" / "grid")
    for layers in (1, 2, 4, 8):
        for width in (32, 64, 128, 256):
            for seed in (1, 2):
                enter(ledger, home, layers, width, seed)
    return home


@pytest.fixture
def ledger(made, tmp_path):
    shutil.copytree(made / "runs", tmp_path / "runs")
    return Ledger(tmp_path / "runs" / "_sweeps" / "grid")


def enter(ledger, tmp_path, layers, width, seed, *words, bits=None, grades=True):
    config = tiny_config(
        tmp_path, f"model.n_layers={layers}", f"model.d_model={width}", "model.head_dim=16",
        f"run.seed={seed}", "schedule.steps=100", *words,
    )  # fmt: skip
    home = tmp_path / "runs" / str(config.run.name)
    (home / "evaluation").mkdir(parents=True)
    (home / "config.yaml").write_text(OmegaConf.to_yaml(OmegaConf.create(to_plain(config))))
    bits = true_bits(layers, width, seed) if bits is None else bits
    steps = [f"{step},{bits * (1 + 1 / step) if step else 3}" for step in (0, 10, 100)]
    (home / "metrics.csv").write_text("step,val/bits_per_byte\n" + "\n".join(steps) + "\n")
    if grades:
        graded = json.dumps(grades_of(layers, width, seed))
        (home / "evaluation" / "fables.json").write_text(graded)
    figures = {"parameters": 12 * layers * width**2, "tokens": 10**6, "seconds": 60.0,
               "val/bits_per_byte": bits, "floor_bits_per_byte": 0.2}  # fmt: skip
    row = Row(cell_key(config), str(config.run.name), [], State.done, figures=figures)
    ledger.write(row)
    return row


def test_findings_are_those_that_were_put_in(ledger):
    points, missing = read_points(ledger)
    assert (len(points), missing) == (32, [])
    said = {finding.claim: finding.verdict for finding in ask(points)}
    assert said["grammar comes before consistency"] == CONFIRMED
    assert said["consistency emerges when the width goes from 64 to 128"] == CONFIRMED
    assert said["instruction follows the depth"] == CONFIRMED
    assert said["plot follows the width"] == CONFIRMED
    assert said["one layer fails at instructions, two begin to follow them"] == CONFIRMED
    assert said["size trades by a power law"] == CONFIRMED
    assert said["far facts follow the depth"] == OPEN


def test_the_contrary_is_not_confirmed(ledger):
    points, _ = read_points(ledger)
    for point in points:
        point.grades["plot"] = (0.2 * math.log2(point.layers),) * 3
        point.grades["instruction"] = (0.1 * math.log2(point.width),) * 3
        emerged = 0.9 if point.width >= 64 else 0.2
        point.grades["consistency"] = (emerged,) * 3
    said = {finding.claim: finding.verdict for finding in ask(points)}
    assert said["plot follows the width"] == DENIED
    assert said["instruction follows the depth"] == DENIED
    assert said["consistency emerges when the width goes from 64 to 128"] == DENIED


def test_the_page_holds_all_and_fetches_nothing(ledger, tmp_path):
    row = ledger.rows()[0]
    ledger.write(Row("x", "a <b> run", [], State.failed, "its memory & more"))
    (tmp_path / "runs" / row.run / "samples.md").write_text("")
    said = build_atlas(ledger.folder, draws=20)
    home = ledger.folder / "atlas"
    page = (home / "index.html").read_text()
    assert "32 of 33 cells" in said
    assert "a &lt;b&gt; run" in page
    assert "its memory &amp; more" in page
    assert "http" not in page
    assert page.count("data:image/png;base64,") == 3
    rows = list(csv.DictReader((home / "cells.csv").open()))
    assert len(rows) == 32
    assert float(rows[0]["bits_per_byte"]) == pytest.approx(true_bits(1, 32, 1), abs=1e-5)
    assert "between seeds of one cell" in (home / "findings.md").read_text()
    assert not (home / "rates.png").exists()


def test_the_law_that_was_put_in_comes_back(ledger):
    said = build_atlas(ledger.folder, draws=20)
    law = next(line for line in said.splitlines() if line.startswith("law: "))
    exponent = float(law.partition("N^-")[2].split()[0])
    assert exponent == pytest.approx(0.35, abs=0.02)


def test_the_best_rate_of_each_size_is_marked_and_stands_for_it(tmp_path):
    ledger = Ledger(tmp_path / "runs" / "_sweeps" / "rates")
    for width, best in ((32, 0.004), (64, 0.002)):
        for rate in (0.001, 0.002, 0.004, 0.008):
            bits = 1 + math.log(rate / best) ** 2
            enter(ledger, tmp_path, 1, width, 1, f"optim.learning_rate={rate}", bits=bits)
    said = build_atlas(ledger.folder, draws=20)
    assert "best rates under scale=none: 1 x 32 0.004, 1 x 64 0.002" in said
    assert (ledger.folder / "atlas" / "rates.png").exists()
    rows = list(csv.DictReader((ledger.folder / "atlas" / "cells.csv").open()))
    assert [float(row["bits_per_byte"]) for row in rows] == [1.0, 1.0]


def test_cells_of_different_kinds_are_refused(ledger, tmp_path):
    enter(ledger, tmp_path, 1, 32, 3, "model.dropout=0.1")
    with pytest.raises(ValueError, match=r"model\.dropout.*sweep\.name"):
        build_atlas(ledger.folder, draws=20)


def test_a_sweep_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no sweep .*none; no sweep has been"):
        build_atlas(tmp_path / "_sweeps" / "none")
