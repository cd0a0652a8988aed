"""What the panel of options draws and says: of a chain beside its underlying, of a chain alone, and without one."""

import shutil
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.plan import Wanted
from pipeline.report.document import document
from pipeline.report.options_figures import alone, figures_of
from pipeline.report.options_panel import options_panel
from pipeline.report.scope import Scope, scope_of
from pipeline.report.time_panel import TimeFrame, TimePanel
from pipeline.warehouse import open_catalogue
from tests.browser import opened
from tests.pipeline.lakes import CHAIN, MARKET, SPOT, refresh, rows

ELSEWHERE = Market("deribit", "BTC-PERPETUAL")
MINUTE_MS = 60_000.0


@pytest.fixture(scope="module")
def lake_apart(lake_options: Lake, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The chain without its pair: it is held against the perpetual of its own venue, which was not recorded."""
    lake = Lake(Path(shutil.copytree(lake_options.root, tmp_path_factory.mktemp("apart") / "lake")))
    refresh(lake, Wanted(preset="demo"))
    return lake


def scope(lake: Lake, **asked: str | None) -> Scope:
    return scope_of(lake.root, **({"venue": None, "symbol": None, "since": None, "until": None} | asked))  # type: ignore[arg-type]


def panel(lake: Lake, **asked: str | None) -> TimePanel:
    one = scope(lake, **asked)
    found = options_panel(one, TimeFrame.of(one))
    assert found is not None
    return found


def labels(figure: Any) -> list[str]:
    return [item.label.value for legend in figure.legend for item in legend.items]


def test_volatilities_skew_and_premiums_of_a_chain_on_the_market(lake_options: Lake):
    made = panel(lake_options)
    volatilities, skew, premiums = made.figures
    assert labels(volatilities) == [
        "implied, 7 d", "implied, 30 d", "realised, 4 min before", "realised, 6 min before", "realised, 5 min before",
    ]  # fmt: skip
    assert labels(skew)[0] == "25-delta risk reversal, 7 d, > 0 calls dearer"
    assert labels(premiums)[:2] == ["IV² - RV² before, 7 d, > 0 options dear", "earned since 4 min ago, 7 d"]
    assert made.lead.startswith(f"Options of {CHAIN}, held against {MARKET}.")
    assert "Windows of returns are not as long as the maturities" in made.lead


def test_the_words_are_those_of_the_last_row(lake_options: Lake):
    last = rows(lake_options, "variance_premium").filter(maturity_days=7).row(-1, named=True)
    skew = rows(lake_options, "volatility_skew").filter(maturity_days=7).row(-1, named=True)
    side = "dearer" if skew["rr25"] > 0 else "cheaper"
    where = "above" if last["atm_iv"] > last["realised_vol"] else "below"
    told = panel(lake_options).lead
    assert f"implied {100 * last['atm_iv']:.1f} %, 25-delta calls {abs(100 * skew['rr25']):.1f} points {side}" in told
    assert f"{abs(100 * (last['atm_iv'] - last['realised_vol'])):.1f} points {where} it" in told
    assert f"a premium of {last['atm_iv'] ** 2 - last['realised_vol'] ** 2:.4f} of variance" in told


@pytest.mark.parametrize(
    ("name", "label", "times"),
    [
        ("realised_premium", "earned since 4 min ago, 7 d", 1),
        ("trailing_premium", "IV² - RV² before, 7 d, > 0 options dear", 1),
        ("rr25", "25-delta risk reversal, 7 d, > 0 calls dearer", 100),
        ("realised_vol", "realised, 4 min before", 100),
    ],
)
def test_a_line_stands_where_it_was_known(lake_options: Lake, name: str, label: str, times: float):
    """What a seller of variance earned too: at the end of its window, not at its beginning."""
    table = "volatility_skew" if name == "rr25" else "variance_premium"
    wanted = rows(lake_options, table).filter(maturity_days=7).drop_nulls(name)
    items = [item for figure in panel(lake_options).figures for item in figure.legend[0].items]
    (drawn,) = (item.renderers[0].data_source.data for item in items if item.label.value == label)
    points = {at: value for at, value in zip(drawn["x"], drawn["y"], strict=True) if not np.isnan(value)}
    assert points == pytest.approx(dict(zip(wanted["bar_end"].dt.epoch("ms"), times * wanted[name], strict=True)))


def test_the_index_of_the_venue_is_drawn_bar_by_bar(lake_options: Lake):
    """Hours joined by a line; after a hole of a day a dot."""
    one = scope(lake_options)
    hours = [one.since + timedelta(hours=at) for at in (0, 1, 2, 30)]
    index = pl.DataFrame({"bar_end": hours, "close": [0.5, 0.51, 0.52, 0.6]}).with_columns(
        interval_s=pl.lit(3_600, pl.Int64), index_name=pl.lit("DVOL")
    )
    skew, none = rows(lake_options, "volatility_skew").clear(), rows(lake_options, "volatility").clear()
    premium = rows(lake_options, "variance_premium").clear().drop("atm_iv")
    nothing = skew.join(premium, on=["bar_end", "maturity_days"], how="left")
    (drawn,) = figures_of(TimeFrame.of(one), nothing, none, index)
    (item,) = drawn.legend[0].items
    assert item.label.value == "DVOL, the venue's index"
    line, dots = (renderer.data_source.data["y"] for renderer in item.renderers)
    assert [value for value in line if not np.isnan(value)] == pytest.approx([50, 51, 52, 60])
    assert list(dots) == pytest.approx([60])


def test_a_chain_without_an_index_draws_none(lake_options: Lake):
    assert not any("index" in label for figure in panel(lake_options).figures for label in labels(figure))


def test_the_query_gives_as_many_rows_as_the_note_says(lake_options: Lake):
    made = panel(lake_options)
    with open_catalogue(lake_options.root) as connection:
        count = len(connection.sql(made.sql).fetchall())
    assert count > 0
    assert f"volatility_skew {count} rows" in made.note


def test_a_report_of_the_chain_itself_has_the_same_panel(lake_options: Lake):
    assert panel(lake_options, venue=CHAIN.venue).lead == panel(lake_options).lead


def test_a_perpetual_without_options_says_so(lake_demo: Lake):
    made = panel(lake_demo)
    assert made.lead.startswith(f"No chain of options in this lake has {MARKET} for its underlying")
    assert not made.figures


def test_spot_without_options_has_no_such_panel(lake_demo: Lake):
    spot = scope(lake_demo, venue=SPOT.venue)
    assert options_panel(spot, TimeFrame.of(spot)) is None


def test_a_perpetual_is_told_which_chains_are_held_against_another_market(lake_apart: Lake):
    assert f"recorded here: {CHAIN} (against {ELSEWHERE})" in panel(lake_apart).lead


def test_a_chain_whose_underlying_was_not_recorded_has_no_premium(lake_apart: Lake):
    made = panel(lake_apart, venue=CHAIN.venue)
    assert [labels(figure)[0].split(",")[0] for figure in made.figures] == ["implied", "25-delta risk reversal"]
    assert f"Its premium is not known: that takes 4 min of mids of {ELSEWHERE}." in made.lead
    assert "seller" not in made.lead


def test_minutes_that_stand_alone_are_found():
    at = MINUTE_MS * np.array([1, 2, 5, 9, 10, 11, 20])
    values = np.array([1.0, 2.0, 3.0, np.nan, 4.0, np.nan, 5.0])
    assert alone(at, values, MINUTE_MS).tolist() == [False, False, True, False, True, False, True]
    assert alone(at[:1], values[:1], MINUTE_MS).tolist() == [True]
    assert alone(at[:0], values[:0], MINUTE_MS).tolist() == []


def test_it_is_drawn_and_nothing_complains(browser: Any, lake_options: Lake, tmp_path: Path):
    path = tmp_path / "index.html"
    path.write_text(document(scope(lake_options, venue=CHAIN.venue)), encoding="utf-8")
    with opened(browser, path) as seen:
        section = seen.page.locator("section", has=seen.page.locator("h2", has_text="What do options expect"))
        section.locator(".plot canvas").first.wait_for(timeout=20_000)
        assert section.locator(".plot").count() == 3
        assert "implied" in unescape(section.inner_text())
        assert seen.complaints == []
        assert seen.requests == [path.as_uri()]
