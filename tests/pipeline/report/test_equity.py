"""What trades add up to, and how far below its highest."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.reader import LakeReader
from pipeline.report.equity_panel import equity, equity_panel
from pipeline.report.scope import Scope
from signals.table import UTC_US
from tests.pipeline.command import footprint
from tests.pipeline.judge.reversion_lakes import reversion_lake

MARKET = Market("binance-usdm", "AUSDT")
FIRST = datetime(2024, 3, 4, tzinfo=UTC)


def closed(*nets: tuple[int, float], status: str = "closed") -> pl.DataFrame:
    """What of the trades is looked at: seconds of exit and net in quote."""
    times = pl.Series([at * 1_000_000 for at, _ in nets]).cast(UTC_US)
    return pl.DataFrame({"exit_ts": times, "net_quote": [net for _, net in nets], "status": status})


def test_nets_add_up_in_order_of_exit():
    times, net, below = equity(closed((30, 5.0), (10, 10.0), (20, -4.0)))
    assert (times / 1e6).tolist() == [10, 20, 30]
    assert net.tolist() == [10, 6, 11]
    assert below.tolist() == [0, -4, 0]


def test_a_loss_from_the_beginning_is_below_nothing():
    _, net, below = equity(closed((10, -3.0), (20, 1.0)))
    assert net.tolist() == [-3, -2]
    assert below.tolist() == [-3, -2]


def test_what_is_not_closed_adds_nothing():
    times, net, below = equity(closed((10, 5.0), status="unpriced"))
    assert times.size == net.size == below.size == 0


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A market of two days whose trades go over settlements of funding."""
    return reversion_lake(tmp_path_factory.mktemp("planted"), symbols=("AUSDT",), days=2, edge_bps=60)


def panel(root):
    instrument = {"kind": "perp", "is_inverse": False}
    scope = Scope(root, Lake(root), LakeReader(root), MARKET, instrument, FIRST, FIRST + timedelta(days=2))
    return equity_panel(scope)


@pytest.mark.parametrize("without", [None, "funding"])
def test_the_page_and_the_backtest_say_the_same_of_the_same_rule(planted, tmp_path, without):
    """Without funding, trades over a settlement have no profit or loss, on the page as in the backtest."""
    root = shutil.copytree(planted, tmp_path / "lake")
    if without:
        shutil.rmtree(root / without)
    to = tmp_path / "backtest.json"
    done = footprint("backtest", "--lake", root, "--json", to)
    assert done.code == 0, done.err
    told = json.loads(to.read_text())
    shown = panel(root).body
    assert told["trade_counts"]["closed"] > 5
    counts = f"{told['trade_counts']['ordered']} ordered, {told['trade_counts']['closed']} closed"
    assert f"{counts}: net {told['costs_quote']['net']:+,.2f} quote on 100,000" in shown
    assert f"{told['net_bps']:+.2f} bps a trade" in shown
    for name in told["controls"]:
        assert name.replace("_", " ") in shown


def test_what_cannot_be_judged_is_said_on_the_panel(planted, tmp_path):
    root = shutil.copytree(planted, tmp_path / "lake")
    shutil.rmtree(root / "book_state")
    shown = panel(root).body
    assert "No profit or loss is stated" in shown
    assert "book_state has no OK book there" in shown
