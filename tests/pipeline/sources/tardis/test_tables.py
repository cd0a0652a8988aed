"""Quotes, book snapshots, derivative tickers and liquidations of Tardis.dev."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import Batch
from pipeline.sources.tardis.data_sets import read, read_snapshots
from signals.table import UTC_US
from tests.pipeline.captures import NOON
from tests.pipeline.lakes import MARKET
from tests.pipeline.sources.tardis import payloads as payloads
from tests.pipeline.tardis_files import TRADES, fill, write_csv


def one(path: Path) -> Batch:
    (batch,) = (read_snapshots if "snapshot" in path.name else read)(path, MARKET)
    return batch


def at(milliseconds: float) -> pl.Series:
    return pl.Series([1_000 * NOON + round(1_000 * milliseconds)]).cast(UTC_US)[0]


def test_a_quote_without_a_side_has_none(tmp_path: Path):
    frame = one(payloads.quotes(tmp_path)[0]).frames["book_ticker"]
    assert frame.select("bid_px", "bid_qty", "ask_px", "ask_qty").rows() == [
        (99.9, 2.0, 100.1, 3.0),
        (99.8, 2.5, 100.1, 3.0),
        (99.8, 2.5, None, None),
    ]
    assert frame.select("event_ts", "recv_ts", "known_ts").row(0) == (at(1), at(6), at(101))
    assert frame["clock"].to_list() == ["publish"] * 3


def test_a_time_equal_to_that_of_receipt_is_the_recorders(tmp_path: Path):
    rows = [f"{payloads.shared(1, recv=1)},3,100.1,99.9,2", f"{payloads.shared(2)},3,100.1,99.9,2"]
    frame = one(write_csv(tmp_path / "q.csv", payloads.QUOTES, rows)).frames["book_ticker"]
    assert frame["clock"].to_list() == ["recv", "publish"]


def test_quotes_that_come_back_to_what_they_were_are_all_kept(tmp_path: Path):
    """In one millisecond of the venue's clock: told apart by when they were received."""
    sizes = [(2, 5.0), (3, 5.1), (2, 5.2)]
    rows = [f"{payloads.shared(1, recv=recv)},3,100.1,99.9,{size}" for size, recv in sizes]
    frame = one(write_csv(tmp_path / "q.csv", payloads.QUOTES, rows)).frames["book_ticker"]
    assert frame["digest"].n_unique() == 3


def test_a_snapshot_is_a_whole_book_bids_first(tmp_path: Path):
    frame = one(payloads.snapshots(tmp_path)[0]).frames["book_updates"]
    assert frame["side"].to_list() == [[1, 1, -1, -1], [1, -1, -1]]
    assert frame["price"].to_list() == [[99.9, 99.8, 100.1, 100.2], [99.9, 100.1, 100.2]]
    assert frame["qty"].to_list() == [[2.0, 4.0, 3.0, 5.0], [2.0, 3.0, 6.0]]
    assert frame["is_snapshot"].all()
    assert frame["update_id"].null_count() == 2


def test_a_level_without_an_amount_is_bad(tmp_path: Path):
    batch = one(write_csv(tmp_path / "snapshot.csv", payloads.SNAPSHOT, [f"{payloads.shared(1)},100.1,,99.9,2,,,,"]))
    assert batch.quarantine["reason"].to_list() == ["asks[0].price and its amount are not both there"]


def test_blank_is_unknown_and_a_rate_is_an_estimate(tmp_path: Path):
    frames = one(payloads.tickers(tmp_path)[0]).frames
    state, funding = frames["derivative_ticker"], frames["funding"]
    assert state["mark_price"].to_list() == [100.01, 100.02, 100.03]
    assert state["index_price"].to_list() == [99.95, None, 99.96]
    assert state["open_interest_qty"].to_list() == [1200.5, 1201.5, None]
    assert funding.select("kind", "rate", "next_ts").rows() == [
        ("predicted", 0.0001, at(4 * 3_600_000)),
        ("predicted", -0.00005, at(4 * 3_600_000)),
    ]
    assert (state["lines"].sum(), funding["lines"].sum()) == (3, 0)


def test_bybits_open_interest_counts_both_sides_and_is_halved(tmp_path: Path):
    path = payloads.tickers(tmp_path, "bybit")[0]
    (batch,) = read(path, Market("bybit-linear", "BTCUSDT"))
    assert batch.frames["derivative_ticker"]["open_interest_qty"].to_list() == [600.25, 600.75, None]


def test_snapshots_are_a_source_of_their_own_for_their_few_levels_would_replace_the_book(tmp_path: Path):
    (snapshots,), (quotes,) = payloads.snapshots(tmp_path), payloads.quotes(tmp_path)
    for reader, path, right in ((read, snapshots, "tardis-snapshots"), (read_snapshots, quotes, "tardis")):
        with pytest.raises(FootprintError) as refused:
            list(reader(path, MARKET))
        assert (refused.value.fault.code, refused.value.hint.split(" ...")[0]) == ("FP002", f"footprint ingest {right}")


@pytest.mark.parametrize("reader", [read, read_snapshots])
@pytest.mark.parametrize(("symbol", "venue"), [("BTCUSD", "bybit-linear"), ("BTCUSDT", "bybit-inverse")])
def test_contracts_worth_usd_are_not_taken_for_coins(tmp_path: Path, reader, symbol: str, venue: str):
    """The vendor has one exchange for both: a thousand USD would read as a thousand coins."""
    line = fill(1, 1, amount="1000", exchange="bybit", symbol=symbol)
    path = write_csv(tmp_path / f"bybit_trades_2024-03-05_{symbol}.csv.gz", TRADES, [line])
    with pytest.raises(FootprintError, match=f"{symbol} is not named as contracts of {venue}") as refused:
        list(reader(path, Market(venue, symbol)))
    assert refused.value.fault.code == "FP003"


def test_what_is_no_snapshot_of_the_vendor_is_shown(tmp_path: Path):
    """Not sent on to the vendor's other source, which would refuse it as well."""
    (tmp_path / "x.csv").write_text("<html>busy</html>\n")
    with pytest.raises(FootprintError) as refused:
        read_snapshots(tmp_path / "x.csv", MARKET)
    assert "got '<html>busy</html>'" in refused.value.why
    assert "ingest --help" in refused.value.hint


@pytest.mark.parametrize(
    ("place", "table"),
    [
        ("liquidations/binance-futures_trades_2024-03-05_BTCUSDT.csv.gz", "trades"),
        ("trades/binance-futures_liquidations_2024-03-05_BTCUSDT.csv.gz", "liquidations"),
        ("liquidations/v1/binance-futures/trades/2024/03/05/BTCUSDT.csv.gz", "trades"),
        ("trades/v1/binance-futures/liquidations/2024/03/05/BTCUSDT.csv.gz", "liquidations"),
    ],
)
def test_the_nearest_name_tells_trades_from_liquidations(tmp_path: Path, place: str, table: str):
    """Their columns are the same."""
    batches = read(write_csv(tmp_path / place, TRADES, [fill(1, 1)]), MARKET)
    assert {name for batch in batches for name in batch.frames} == {table}


def test_liquidations_are_none_less_for_being_named_from_their_own_folder(tmp_path: Path, monkeypatch):
    path = write_csv(tmp_path / "liquidations/2024/03/05/BTCUSDT.csv.gz", TRADES, [fill(1, 1)])
    monkeypatch.chdir(path.parent)
    assert list(one(Path(path.name)).frames) == ["liquidations"]


def test_a_bought_liquidation_is_of_a_short(tmp_path: Path):
    frame = one(payloads.liquidations(tmp_path)[0]).frames["liquidations"]
    assert frame.select("order_side", "price", "qty", "trade_id").rows() == [
        (1, 100.4, 0.5, "a"),
        (-1, 99.7, 1.5, None),
    ]


def test_all_of_another_market_is_refused(tmp_path: Path):
    path = write_csv(tmp_path / "liquidations.csv", TRADES, [fill(1, 1, symbol="ETHUSDT"), fill(2, 2, symbol="X")])
    with pytest.raises(FootprintError, match="expected records of BTCUSDT on binance-futures, found only ETHUSDT, X"):
        one(path)


def test_a_row_of_another_market_is_told(tmp_path: Path):
    path = write_csv(tmp_path / "liquidations.csv", TRADES, [fill(1, 1), fill(2, 2, exchange="okex")])
    assert one(path).quarantine["reason"].to_list() == ["foreign exchange, expected 'binance-futures'"]


def test_a_header_alone_is_no_file(tmp_path: Path):
    with pytest.raises(FootprintError, match="a header and no rows"):
        list(read(write_csv(tmp_path / "liquidations.csv", TRADES, []), MARKET))


@pytest.mark.parametrize(
    ("name", "table", "rows"),
    [
        ("binance-futures_quotes_BTCUSDT.csv.gz", "book_ticker", 9_999),
        ("binance-futures_trades_BTCUSDT.csv.gz", "trades", 9_999),
        ("binance-futures_book_snapshot_5_BTCUSDT.csv", "book_updates", 10),
        ("binance-futures_book_snapshot_25_BTCUSDT.csv", "book_updates", 10),
    ],
)
def test_rows_of_the_vendors_samples(name: str, table: str, rows: int, recordings: Path):
    batches = list((read_snapshots if "snapshot" in name else read)(recordings / "tardis" / name, MARKET))
    assert sum(batch.frames[table].height for batch in batches if batch.frames) == rows
    assert sum(batch.quarantine.height for batch in batches) == 0
