"""Tearsheets beside a report: found, sorted by verdict, and of another market named so."""

from pathlib import Path

from pipeline.market import Market
from pipeline.report.tearsheets_panel import Beside, tearsheets_in, tearsheets_panel
from tests.pipeline.command import footprint

PERP = Market("binance-usdm", "BTCUSDT")


def _sheet(name: str, verdict: str, market: str = "binance-usdm/BTCUSDT") -> Beside:
    return Beside(name, f"tearsheets/{name}.html", market, verdict)


def test_none_is_no_panel():
    assert tearsheets_panel([], PERP) is None


def test_the_strongest_verdict_stands_first_and_another_market_is_named():
    sheets = [_sheet("a", "no evidence"), _sheet("b", "predictive before cost", "x/Y"), _sheet("c", "no evidence")]
    panel = tearsheets_panel([*sheets, _sheet("d", "")], PERP)
    assert panel is not None
    body = panel.body
    assert body.index("predictive before cost") < body.index("no evidence") < body.index("not stated")
    assert "b</a> (x/Y)" in body
    assert 'a</a>, <a href="tearsheets/c.html">c</a></td>' in body
    assert body.count("x/Y") == 1


def test_a_sheet_says_its_verdict_and_market_to_the_report(lake_midnight, tmp_path: Path):
    told = footprint("tearsheet", "order_flow", "--lake", lake_midnight.root, "--out", tmp_path / "tearsheets/o.html")
    assert told.code == 0, told.err
    (found,) = tearsheets_in(tmp_path)
    assert found == Beside("o", "tearsheets/o.html", "binance-usdm/BTCUSDT", "no evidence")
