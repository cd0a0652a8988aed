"""Inverse contracts: base quantities by hand, in whole lots, and nothing rounded away."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.contract_rules import ruled_contract_size
from pipeline.contracts import in_base_units, inverse_decimals
from pipeline.lake import Lake
from pipeline.market import Instrument, Market, MarketSettings
from pipeline.plan import Wanted
from tests.pipeline.captures import NOON, depth, line, snapshot, tape, trade, write_capture
from tests.pipeline.command import footprint
from tests.pipeline.dialect_captures import coinm, coinm_session
from tests.pipeline.lakes import COINM, add, rows

ADA = Market("binance-coinm", "ADAUSD_PERP")


def _lake(folder: Path, messages: list[Any], market: Market = COINM, **settings: Any) -> Lake:
    lake = Lake(folder / "lake")
    wanted = Wanted({market: MarketSettings(**settings)})
    add(lake, write_capture(folder / "day.gz", messages), market=market, wanted=wanted)
    return lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return _lake(tmp_path_factory.mktemp("coinm"), coinm_session())


def test_levels_are_contracts_times_100_usd_over_their_own_price(lake: Lake):
    """1000 x 100 / 50000 = 2; 7 x 100 / 49999.9 = 0.0140000280; 500 x 100 / 50000.1 = 0.99999800; 100 / 50000.2."""
    book = rows(lake, "book_updates").select("side", "price", "qty", "qty_native").rows()
    assert book == [
        (1, 50000.0, 2.0, 1000.0),
        (1, 49999.9, 0.01400003, 7.0),
        (-1, 50000.1, 0.999998, 500.0),
        (1, 49999.9, 0.0, 0.0),
        (-1, 50000.2, 0.00199999, 1.0),
    ]


def test_prints_and_quotes_too(lake: Lake):
    """3 x 100 / 50000.1 = 0.00599999; 250 x 100 / 50000 = 0.5."""
    prints = rows(lake, "trades").select("price", "qty", "qty_native", "taker_side").rows()
    assert prints == [(50000.1, 0.00599999, 3.0, 1), (50000.0, 0.5, 250.0, -1)]
    assert rows(lake, "book_ticker").select("bid_qty", "ask_qty").rows() == [(2.0, 0.999998)]


def test_signals_are_in_base_units(lake: Lake):
    (flow,) = rows(lake, "taker_flow")[:1].select("buy_qty", "sell_qty", "net_quote").rows()
    assert flow == (0.00599999, 0.5, pytest.approx(0.00599999 * 50000.1 - 25_000, abs=1e-6))
    (state,) = rows(lake, "book_state")[:1].select("state", "bid_qty", "ask_qty").rows()
    assert state == ("OK", 2.0, 0.999998)


def test_the_instrument_says_what_a_contract_is_and_what_was_ruled(lake: Lake):
    (known,) = rows(lake, "instruments").drop("valid_from", "known_ts", "venue", "symbol").rows(named=True)
    assert known == {
        "kind": "perp",
        "tick_size": 0.1,
        "qty_decimals": 8,
        "lot_size": 1e-8,
        "contract_size": 100.0,
        "is_inverse": True,
        "funding_interval_h": 8.0,
        "inferred": "tick_size,contract_size,qty_decimals,funding_interval_h",
    }


def test_a_stated_contract_size_counts_and_is_not_inferred(tmp_path: Path):
    lake = _lake(tmp_path, coinm_session(), contract_size=10.0)
    assert rows(lake, "trades")["qty"].to_list() == [0.0006, 0.05]
    (known,) = rows(lake, "instruments").select("contract_size", "inferred").rows()
    assert known == (10.0, "tick_size,qty_decimals,funding_interval_h")


def test_a_contract_size_of_footprint_toml_reaches_the_tables(tmp_path: Path):
    write_capture(tmp_path / "day.gz", coinm_session())
    market = "venue = 'binance-coinm'\nsymbol = 'BTCUSD_PERP'\ncontract_size = 10"
    raw = "source = 'binance-capture'\nmarket = 'binance-coinm/BTCUSD_PERP'\nfiles = '*.gz'"
    (tmp_path / "footprint.toml").write_text(f"[lake]\nroot = 'lake'\n[[market]]\n{market}\n[[raw]]\n{raw}\n")
    assert footprint("run", "--config", tmp_path / "footprint.toml").code == 0
    assert rows(Lake(tmp_path / "lake"), "trades")["qty"].to_list() == [0.0006, 0.05]


def test_a_size_known_once_stays_known(tmp_path: Path):
    """Stated for the first file, not repeated for the second."""
    lake = _lake(tmp_path, coinm_session(), contract_size=10.0)
    later = coinm(trade(9, at=NOON + 5_000, price="50000.0", qty="250"))
    add(lake, write_capture(tmp_path / "later.gz", [later]), market=COINM)
    assert rows(lake, "trades")["qty"].to_list() == [0.0006, 0.05, 0.05]


def test_a_level_that_would_round_to_nothing_is_no_removal(tmp_path: Path):
    """With 2 decimals a lot is 5 contracts: 1 contract would be 0. Its message is quarantined, the level stays."""
    messages = [
        snapshot(NOON, 10, [["50000.0", "1000"]], [["50000.1", "500"]]),
        depth(NOON + 50, (9, 11, 8), [["50000.0", "1"]]),
    ]
    lake = _lake(tmp_path, list(map(coinm, messages)), qty_decimals=2, max_quarantine=0.9)
    (bad,) = rows(lake, "quarantine").rows(named=True)
    assert (bad["line"], bad["reason"]) == (2, "quantity 0.002 has more than 2 decimals")
    assert rows(lake, "book_updates")["qty"].to_list() == [2.0, 1.0]


def test_a_quantity_that_lots_would_falsify_is_refused(tmp_path: Path):
    """7 contracts are 0.014 base: 0.01 would be another quantity; 250 contracts are 0.5 exactly."""
    lines = [coinm(trade(number, price="50000.0", qty="250")) for number in range(200)]
    odd = coinm(trade(900, at=NOON + 20_500, price="50000.0", qty="7"))
    lake = _lake(tmp_path, [*lines, odd], qty_decimals=2)
    assert rows(lake, "trades")["qty"].unique().to_list() == [0.5]
    assert rows(lake, "quarantine")["reason"].to_list() == ["quantity 0.014 has more than 2 decimals"]


def test_a_file_of_falsified_quantities_is_not_taken(tmp_path: Path):
    """The gate counts base quantities, not contracts, against the decimals that were stated."""
    file = write_capture(tmp_path / "day.gz", [coinm(message) for message in tape(100)])
    market = ("--venue", "binance-coinm", "--symbol", "BTCUSD_PERP", "--lake", tmp_path / "lake")
    good = footprint("ingest", "binance-capture", file, *market, "--qty-decimals", 0)  # 1 contract at 100 is 1 base
    assert good.code == 0, good.err
    far = write_capture(tmp_path / "far.gz", [coinm(message | {"p": "50000.0"}) for message in tape(100, first=500)])
    bad = footprint("ingest", "binance-capture", far, *market, "--qty-decimals", 0)
    assert (bad.code, "error[FP004]" in bad.err, "100 of 100 lines" in bad.err) == (1, True, True)


def test_large_flows_of_a_cheap_coin_can_be_summed(tmp_path: Path):
    """A print of 5 million USD in ADA at 0.35 is 14,285,714.2857 ADA; counted in satoshis no integer could hold it."""
    big = trade(1, at=NOON + 100, price="0.35000", qty="500000")
    small = trade(2, at=NOON + 1_500, price="0.35001", qty="1", m=True)
    lines = [line(message | {"s": "ADAUSD_PERP"}) for message in (big, small)]
    lake = _lake(tmp_path, lines, ADA)
    assert rows(lake, "instruments")["qty_decimals"].to_list() == [4]
    (flow,) = rows(lake, "taker_flow").select("buy_qty", "net_quote").rows()
    assert flow == (14285714.2857, pytest.approx(5e6, rel=1e-9))


@pytest.mark.parametrize(
    ("contract", "highest", "decimals"),
    [(100, 61_800, 8), (100, 618_000, 8), (10, 3_000, 8), (10, 150, 7), (10, 0.35, 4), (10, 1e-9, 0), (100, 0, 8)],
)
def test_lots_are_as_fine_as_telling_contracts_apart_needs(contract: float, highest: float, decimals: int):
    assert inverse_decimals(contract, highest) == decimals


@pytest.mark.parametrize("price", [0.35, 1.0, 22.5, 150.0, 999.9])
def test_one_contract_is_exact_to_a_hundred_thousandth(price: float):
    decimals = inverse_decimals(10.0, price)
    one = pl.DataFrame({"price": [price], "qty": [1.0]})
    kept = in_base_units("trades", one, Instrument("perp", 0.01, decimals, 10.0, True, 8.0, ()))
    assert kept["qty"].item() == pytest.approx(10.0 / price, rel=1e-5)
    assert kept["qty"].item() != 10.0 / price or price == 1.0


@pytest.mark.parametrize(
    ("venue", "symbol", "size"),
    [
        ("binance-coinm", "BTCUSD_PERP", 100.0),
        ("binance-coinm", "BTCUSD_240927", 100.0),
        ("binance-coinm", "ETHUSD_PERP", 10.0),
        ("binance-usdm", "BTCUSDT", 1.0),
        ("binance-spot", "BTCUSDT", 1.0),
    ],
)
def test_what_the_venue_rules_a_contract_to_be(venue: str, symbol: str, size: float):
    assert ruled_contract_size(Market(venue, symbol)) == size


def test_linear_markets_are_left_alone():
    frame = pl.DataFrame({"price": [100.0], "qty": [1.23456789012]})
    linear = Instrument("perp", 0.1, 3, 1.0, False, 8.0, ())
    assert in_base_units("trades", frame, linear) is frame
