"""`footprint forecast`: what it writes, what it refuses, and that a model is no way to run code."""

import json
import re
import sys
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.linear_model import Ridge
from skops import io as skops_io

from backtest.forecast.models import Forecaster
from pipeline import open_lake
from pipeline.errors import FootprintError
from pipeline.judge.model_file import SavedForecast, load_forecast, save_forecast
from pipeline.lake import Lake
from tests.documented_json import check_promises
from tests.pipeline.command import footprint
from tests.pipeline.judge.forecast_lake import forecast_lake
from tests.pipeline.lakes import SPOT

_QUICK = ("--folds", 2, "--draws", 20)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two thirds of a day in which the mid follows the imbalance of the minute before."""
    return forecast_lake(tmp_path_factory.mktemp("lake"), minutes=1_100, pull=3.0, seed=1)


@pytest.fixture(scope="module")
def made(lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with model, numbers and page."""
    folder = tmp_path_factory.mktemp("made")
    wanted = ("--out", folder / "m.skops", "--json", folder / "m.json", "--html", folder / "m.html")
    done = footprint("forecast", "--lake", lake.root, "--horizon", "1m", *_QUICK, *wanted)
    assert done.code == 0, done.err
    assert "too little data: 1 day, and no forecast is claimed from fewer than 10" in done.out
    assert "verdict: no evidence" in done.out
    return folder


def _numbers(made: Path) -> dict:
    return json.loads((made / "m.json").read_text(), parse_constant=pytest.fail)


def test_the_numbers_say_what_was_done(made: Path):
    numbers = _numbers(made)
    check_promises("forecast", numbers)
    rows = numbers["rows"]
    assert rows["kept"] + sum(rows["dropped"].values()) == 1_100
    assert rows["test_opened_at"]
    assert rows["tried_before_on_this_market"] == 0
    assert numbers["about"]["fit_end"] < rows["test_from"]
    assert {one["form"] for one in numbers["scores"]} == {"baseline", "best single", "linear", "boosting"}
    assert sum(one["chosen"] for one in numbers["scores"]) == 2  # walk-forward and test
    assert numbers["rows"]["days"] == 1
    assert numbers["verdict"] == "no evidence"


def test_the_page_shows_them_and_reaches_no_network(made: Path):
    page, numbers = (made / "m.html").read_text(), _numbers(made)
    for question in ("how was it split?", "Which features mattered?", "said of it?", "probabilities come true?"):
        assert question in page
    assert numbers["about"]["data"] in page
    assert f"{numbers['rows']['kept']:,} with an outcome" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
    assert "no trading advice" in page


def test_every_form_is_a_trial_and_asking_again_is_counted(made: Path, lake: Lake, tmp_path: Path):
    lines = [json.loads(line) for line in (lake.root / "trials.jsonl").read_text().splitlines()]
    first = [line for line in lines if line["family"] == "forecast/return/1m"][:3]
    assert [line["config"]["form"] for line in first] == ["best single", "linear", "boosting"]
    assert {line["data"] for line in first} == {_numbers(made)["about"]["data"]}
    again = footprint("forecast", "--lake", lake.root, "--horizon", "1m", *_QUICK, "--json", tmp_path / "again.json")
    assert again.code == 0, again.err
    numbers = json.loads((tmp_path / "again.json").read_text())
    assert numbers["rows"]["tried_before_on_this_market"] == 3
    assert numbers["scores"] == _numbers(made)["scores"]


def test_a_model_forecasts_later_rows_alone_and_the_same_bytes_twice(made: Path, lake: Lake, tmp_path: Path):
    outs = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for out in outs:
        done = footprint("forecast", "--lake", lake.root, "--apply", made / "m.skops", "--out", out)
        assert done.code == 0, done.err
    assert outs[0].read_bytes() == outs[1].read_bytes()
    rows = pl.read_parquet(outs[0])
    fit_end = load_forecast(made / "m.skops").fit_end
    assert rows["known_ts"].to_physical().min() > fit_end
    assert f"{1_100 - rows.height:,} rows known before its fit ended were left out" in done.err
    assert rows["up_probability"].is_between(0, 1).all()
    assert rows["baseline"].to_list() == [0.0] * rows.height
    observed = open_lake(lake.root).read("observations").select("bar_end", "imbalance").collect()
    joined = rows.join(observed, on="bar_end")
    assert joined.select(pl.corr("forecast", "imbalance")).item() > 0.8


def test_earlier_rows_that_are_asked_for_are_refused(made: Path, lake: Lake, tmp_path: Path):
    done = footprint(
        *("forecast", "--lake", lake.root, "--apply", made / "m.skops"),
        *("--out", tmp_path / "p.parquet", "--since", "2024-03-04"),
    )
    assert done.code == 2
    assert "were known before the fit of the model ended" in done.err
    assert not (tmp_path / "p.parquet").exists()


def test_no_later_rows_is_said(made: Path, lake: Lake, tmp_path: Path):
    done = footprint(
        *("forecast", "--lake", lake.root, "--apply", made / "m.skops"),
        *("--out", tmp_path / "p.parquet", "--until", "2024-03-04T02:00Z"),
    )
    assert done.code == 1
    assert "no row is known after the fit of the model ended" in done.err


def _saved(made: Path) -> SavedForecast:
    return load_forecast(made / "m.skops")


def test_a_model_comes_back_as_it_went(made: Path, tmp_path: Path):
    saved = _saved(made)
    save_forecast(tmp_path / "again.skops", saved)
    x = np.random.default_rng(3).normal(size=(50, len(saved.about["features"])))
    np.testing.assert_array_equal(load_forecast(tmp_path / "again.skops").model.predict(x), saved.model.predict(x))
    assert saved.about["form"] in ("linear", "boosting")
    assert len(saved.about["features"]) == len(saved.about["feature_units"])


class Foreign:
    """A type that is none of a forecast's."""

    def __setstate__(self, state: object) -> None:
        raise AssertionError(f"ran on {state}")


def test_a_foreign_type_is_refused_before_it_runs(made: Path, tmp_path: Path):
    path = tmp_path / "foreign.skops"
    about = dict(_saved(made).about)
    path.write_bytes(skops_io.dumps({"base": None, "correction": Foreign(), "up": None, "about": about}))
    with pytest.raises(FootprintError, match=rf"the types of a forecast, got {re.escape(__name__)}\.Foreign"):
        load_forecast(path)


def test_a_model_that_was_changed_is_refused(made: Path, tmp_path: Path):
    """All types are right and one number is not."""
    saved, path = _saved(made), tmp_path / "changed.skops"
    other = Ridge().fit(np.eye(len(saved.about["features"])), np.ones(len(saved.about["features"])))
    holds = {"base": None, "correction": other, "up": saved.up, "about": dict(saved.about)}
    path.write_bytes(skops_io.dumps(holds))
    with pytest.raises(FootprintError, match="forecasts otherwise than when it was written"):
        load_forecast(path)


@pytest.mark.parametrize("what", ["empty", "text", "half", "flipped", "zip", "other object", "list"])
def test_what_is_no_model_gets_a_sentence(made: Path, tmp_path: Path, what: str):
    path, whole = tmp_path / "m.skops", (made / "m.skops").read_bytes()
    if what == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("schema.json", "{}")
    else:
        flipped = bytearray(whole)
        for place in range(len(whole) // 4, len(whole) // 2, 97):
            flipped[place] ^= 0xFF
        path.write_bytes(
            {
                "empty": b"",
                "text": b"a model, honestly",
                "half": whole[: len(whole) // 2],
                "flipped": bytes(flipped),
                "other object": skops_io.dumps({"about": {"format": 1}}),
                "list": skops_io.dumps([1, 2]),
            }[what]
        )
    with pytest.raises(FootprintError) as raised:
        load_forecast(path)
    assert raised.value.fault.code == "FP027"
    assert len(str(raised.value).splitlines()) <= 8


def test_a_model_of_another_market_is_refused(made: Path, lake: Lake, tmp_path: Path):
    saved, path = _saved(made), tmp_path / "other.skops"
    save_forecast(path, SavedForecast(saved.model, saved.up, dict(saved.about) | {"symbol": "ETHUSDT"}))
    done = footprint("forecast", "--lake", lake.root, "--apply", path, "--out", tmp_path / "p.parquet")
    assert done.code == 2
    assert "fitted on binance-usdm/ETHUSDT, asked for binance-usdm/BTCUSDT" in done.err


def test_without_skops_the_extra_is_named(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "skops", None)
    monkeypatch.setitem(sys.modules, "skops.io", None)
    done = footprint("forecast", "--lake", lake.root, "--out", tmp_path / "m.skops")
    assert done.code == 2
    assert "FP019" in done.err
    assert "mm-footprint[forecast]" in done.err


def test_a_model_without_a_baseline_or_probability_is_one_too(made: Path, tmp_path: Path):
    saved = _saved(made)
    save_forecast(tmp_path / "plain.skops", SavedForecast(Forecaster(None, saved.model.correction), None, saved.about))
    assert load_forecast(tmp_path / "plain.skops").up is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--horizon", "5"), "expected --horizon in whole minutes or hours, as 5m or 1h, got '5'"),
        (("--horizon", "0m"), "whole minutes or hours"),
        (("--horizon", "5s"), "whole minutes or hours"),
        (("--sampling-s", 7), "sampling_s"),
        (("--target", "price"), "price"),
        (("--apply", "m.skops"), "--apply writes forecasts to a file, got none"),
        (("--apply", "m.skops", "--out", "x.csv"), "written as .parquet, got 'x.csv'"),
        (("--apply", "m.skops", "--out", "x.parquet", "--json", "y"), "--json and --html are of a fit"),
        (("--symbol", "BTCUSD"), "BTCUSD"),
    ],
)
def test_requests_that_mean_nothing_are_refused(lake: Lake, arguments, says):
    done = footprint("forecast", "--lake", lake.root, *arguments)
    assert done.code == 2
    assert says in done.err


def test_where_the_page_cannot_be_is_said_before_the_work(lake: Lake, tmp_path: Path):
    (tmp_path / "file").touch()
    noted = lake.root / "trials.jsonl"
    before = noted.read_text() if noted.exists() else ""
    done = footprint("forecast", "--lake", lake.root, "--html", tmp_path / "file" / "a.html")
    assert (done.code, "error[FP015]" in done.err) == (2, True)
    assert (noted.read_text() if noted.exists() else "") == before


def test_a_time_without_rows_is_said_as_such(lake: Lake):
    done = footprint("forecast", "--lake", lake.root, "--since", "2030-01-01")
    assert done.code == 1
    assert "error[FP014]" in done.err
    assert "has no observations in the time asked for" in done.err


def test_a_horizon_without_a_unit_is_refused_before_anything_is_read(tmp_path: Path):
    done = footprint("forecast", "--lake", tmp_path, "--horizon", "5")
    assert (done.code, "as 5m or 1h" in done.err) == (2, True)


def test_of_two_markets_the_perpetual_is_proposed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    forecast_lake(tmp_path, minutes=60, pull=0.0, seed=1)
    monkeypatch.setattr("tests.pipeline.judge.forecast_lake.MARKET", SPOT)
    forecast_lake(tmp_path, minutes=60, pull=0.0, seed=1)
    done = footprint("forecast", "--lake", tmp_path)
    assert "expected one market, got 2: binance-spot" in done.err
    assert "try: --venue binance-usdm" in done.err


def test_a_model_that_is_not_there(lake: Lake, tmp_path: Path):
    done = footprint("forecast", "--lake", lake.root, "--apply", "none.skops", "--out", tmp_path / "p.parquet")
    assert (done.code, "FP001" in done.err) == (2, True)


def test_so_few_minutes_are_refused_and_no_trial_is_noted(tmp_path: Path):
    few = forecast_lake(tmp_path, minutes=40, pull=3.0, seed=1)
    done = footprint("forecast", "--lake", few.root)
    assert done.code == 1
    assert "FP026" in done.err
    assert "which could show nothing at all" in done.err
    assert not (tmp_path / "trials.jsonl").exists()
