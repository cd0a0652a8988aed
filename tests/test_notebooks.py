"""The notebooks run to their end on a small lake, and say what is there."""

import re
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from backtest.inference.explained_variance import side_by_side
from backtest.inference.quantile_buckets import top_minus_bottom
from backtest.verdict import VERDICTS, verdict
from examples import first_look, judge_a_signal
from pipeline.lake import Lake
from pipeline.plan import Wanted
from pipeline.simulator.capture_files import capture_name
from pipeline.simulator.presets import SMALL
from pipeline.simulator.simulate import TENTH, simulate
from pipeline.warehouse import publish
from tests.pipeline.lakes import MARKET, SPOT, add

ROOT = Path(__file__).parents[1]
SECONDS = 120


@pytest.fixture(scope="module")
def lake_path(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("notebooks")
    simulate(folder, SMALL, seed=1, duration=timedelta(seconds=SECONDS), feeds=[TENTH])
    lake = Lake(folder / "lake")
    for market in (MARKET, SPOT):
        capture = folder / "public" / capture_name(market.venue, market.symbol, TENTH)
        add(lake, capture, market=market, wanted=Wanted(preset="demo"))
    publish(lake, "test")
    return str(folder / "lake")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    def refused(*_):
        raise AssertionError("a notebook asked the network")

    monkeypatch.setattr(socket.socket, "connect", refused)


def run(notebook, **given):
    """What the notebook defines, after every cell ran; an error in a cell is raised."""
    outputs, defined = notebook.app.run(defs=given)
    assert sum(output is not None for output in outputs) >= 7
    return defined


def test_a_first_look_shows_what_is_in_the_lake(lake_path):
    shown = run(first_look, lake_path=lake_path)
    assert shown["told"]["ok"].item() == shown["told"]["seconds"].item() == SECONDS - 1
    assert {"before_recording", "no_snapshot"} <= set(shown["gaps"]["reason"])
    assert (shown["late"]["least"] > 0).all()
    assert shown["newest"]["known_ts"].item() <= shown["moment"]
    assert shown["leaned"]["coverage"].min() >= 0.8
    assert shown["pooled"].height == shown["seconds"].height


def test_its_picture_brings_its_own_script(lake_path):
    page = run(first_look, lake_path=lake_path)["page"]
    assert "Bokeh" in page
    assert not re.search(r"""<(script|link)[^>]+(src|href)=["']?(https?:)?//""", page)


def test_a_long_day_is_pooled_to_what_a_screen_shows():
    """86,400 seconds in 1,964 columns of 44; the one extreme second is still in its column, and a hole stays one."""
    value = np.zeros(86_400)
    value[50_000], value[:88] = 7.0, np.nan
    seconds = pl.DataFrame({"bar_end": np.arange(86_400), "x": value}).with_columns(pl.col("x").fill_nan(None))
    made = first_look.pool(seconds, 2_000)
    assert made.height == 1_964
    assert made["bar_end"].to_list() == [*range(43, 86_400, 44), 86_399]
    assert made["x_max"].to_list() == [None, None, *(7.0 if at == 50_000 // 44 else 0.0 for at in range(2, 1_964))]
    assert first_look.pool(seconds.head(3), 2_000).height == 3


def test_the_judge_tells_a_planted_effect_from_none(lake_path):
    shown = run(judge_a_signal, lake_path=lake_path, seconds=10_000, draws=99)
    assert shown["said_of"]["walk"] == "contemporaneous only"
    assert shown["said_of"]["planted"] == "predictive before cost"
    assert shown["said_of"]["lake"] in VERDICTS
    assert shown["beyond"]["planted"] == 0.01
    assert shown["sides"]["walk"].contemporaneous.slope.t > 10
    assert len(shown["by_horizon"].columns) == 1 + len(judge_a_signal.HORIZONS)


@pytest.mark.parametrize(
    ("planted", "cost", "expected"),
    [
        (0.02, 0.25, "predictive before cost"),
        (-0.03, 0.25, "contemporaneous only"),  # it says something, with the sign that was not expected
        (2.0, 0.25, "predictive after cost in sample only"),
    ],
)
def test_a_verdict_needs_the_sign_and_the_money(planted, cost, expected):
    signal, log_mid = judge_a_signal.walk(seed=5, seconds=5_000, planted_bps=planted)
    case = judge_a_signal.Case("walk", signal, log_mid, cost)
    side = side_by_side(signal, log_mid, window=10, latency=1, horizon=10)
    spread = top_minus_bottom(signal, case.forward(), buckets=5, lag=case.lag())
    assert verdict(judge_a_signal.findings(case, side, 0.01, spread)) == expected
    assert verdict(judge_a_signal.findings(case, side, 0.06, spread)) == "contemporaneous only"


def test_walks_without_an_effect_are_seldom_called_predictive():
    """Placebos and a band that excludes 0: 2.5 % a side, so none or one of ten."""
    called = 0
    for seed in range(10):
        signal, log_mid = judge_a_signal.walk(seed=100 + seed, seconds=3_000, planted_bps=0.0)
        case = judge_a_signal.Case("walk", signal, log_mid, 0.25)
        side = side_by_side(signal, log_mid, window=10, latency=1, horizon=10)
        called += side.predictive.slope.low > 0
        assert side.contemporaneous.slope.low > 0
        assert case.forward()[100] == pytest.approx(1e4 * (log_mid[111] - log_mid[101]))
    assert called <= 1


@pytest.mark.parametrize(
    ("name", "said"), [("first_look", "## What is missing"), ("judge_a_signal", "## 5. The verdict")]
)
def test_as_a_script_it_prints_what_a_browser_would_show(name, said, lake_path):
    script = [sys.executable, "-W", "error", str(ROOT / "examples" / f"{name}.py"), "--lake", lake_path]
    done = subprocess.run(script, capture_output=True, text=True, check=True, timeout=120)
    assert said in done.stdout
    assert "| " in done.stdout
    assert done.stderr == ""
