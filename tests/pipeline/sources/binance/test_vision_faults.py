"""Files of Binance's archive that cannot be taken, in whole or in part: a sentence, never a wrong row."""

import gzip
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.sources import SOURCES
from pipeline.sources.binance.vision import _whole_moments
from tests.pipeline.command import footprint
from tests.pipeline.lakes import rows, state
from tests.pipeline.sources.binance.payloads_vision import (
    AGGREGATES,
    BVOL,
    BVOL_INDEX,
    CASES,
    KLINES,
    METRICS,
    SPOT,
    TRADES,
    UNTRADED,
    USDM,
    aggregate,
    archive_path,
    kline,
    metric,
    ms,
    write_bytes,
    write_zip,
)
from tests.pipeline.sources.binance.vision_lakes import add
from tests.pipeline.sources.case import Case

ETH = Market("binance-usdm", "ETHUSDT")


def refused(path: Path, market: Market = USDM, source: str = "binance-vision") -> FootprintError:
    """What is said of a file that cannot be taken; none of its rows comes out before."""
    with pytest.raises(FootprintError) as error:
        list(SOURCES[source].read(path, market))
    assert str(path) in error.value.where
    return error.value


def quarantined(tmp_path: Path, *lines: str, name: str = "BTCUSDT-aggTrades-2024-06-03.zip") -> list[tuple[int, str]]:
    """Line and reason of what goes to quarantine beside a good print."""
    lake = Lake(tmp_path / "lake")
    add(lake, write_zip(tmp_path / name, AGGREGATES, [aggregate(1, 1), *lines]))
    assert rows(lake, "trades").height == 1
    return rows(lake, "quarantine").select("line", "reason").rows()


@pytest.mark.parametrize(
    ("venue", "symbol"),
    [("binance-usdm", "BTCUSD_PERP"), ("binance-usdm", "BNBUSD_240628"), ("binance-coinm", "BTCUSDT")],
)
def test_contracts_worth_usd_are_not_taken_for_coins_outside_of_their_folder(tmp_path: Path, venue: str, symbol: str):
    file = write_zip(tmp_path / f"{symbol}-aggTrades-2024-06-03.zip", AGGREGATES, [aggregate(1, 1)])
    error = refused(file, Market(venue, symbol))
    right = "binance-usdm" if venue == "binance-coinm" else "binance-coinm"
    assert (error.fault.code, error.hint) == ("FP003", f"--venue {right}")


@pytest.mark.parametrize(
    ("venue", "symbol"),
    [
        ("binance-usdm", "BTCUSDT_240628"),
        ("binance-usdm", "BTCBUSD_210129"),
        ("binance-usdm", "ETHBTC"),
        ("binance-coinm", "BTCUSD_240628"),
    ],
)
def test_names_of_contracts_are_known(tmp_path: Path, venue: str, symbol: str):
    file = write_zip(tmp_path / f"{symbol}-aggTrades-2024-06-03.zip", AGGREGATES, [aggregate(1, 1)])
    assert sum(batch.lines for batch in SOURCES["binance-vision"].read(file, Market(venue, symbol))) == 1


def test_a_name_of_another_symbol(tmp_path: Path):
    error = refused(write_zip(archive_path(tmp_path, ETH, "aggTrades"), AGGREGATES, [aggregate(1, 1)]))
    assert error.fault.code == "FP003"
    assert error.why == ("expected a file of binance-usdm/BTCUSDT; its name and folders say binance-usdm/ETHUSDT")


def test_folders_of_another_part_of_the_exchange(tmp_path: Path):
    """Klines of spot and futures have the same name and the same columns."""
    file = write_zip(archive_path(tmp_path, SPOT, "klines", interval="1m"), "", [kline(0)])
    error = refused(file)
    assert (error.fault.code, error.hint.split(",")[0]) == ("FP003", "--venue binance-spot --symbol BTCUSDT")


@pytest.mark.parametrize(("market", "tail"), [(SPOT, ""), (USDM, ",True")])
def test_a_form_that_the_venue_does_not_have(tmp_path: Path, market: Market, tail: str):
    file = write_zip(tmp_path / "BTCUSDT-aggTrades-2024-06-03.zip", "", [aggregate(1, 1) + tail])
    assert refused(file, market).fault.code == "FP003"


def test_a_volatility_index_is_of_the_options(tmp_path: Path):
    file = write_zip(tmp_path / "x.zip", BVOL_INDEX, [f"{ms(1)},BTCBVOLUSDT,BTCBVOL,USDT,35.7"])
    assert refused(file, USDM).hint.startswith("--venue binance-options")
    assert refused(file, Market("binance-options", "ETHBVOLUSDT")).fault.code == "FP003"
    assert list(SOURCES["binance-vision"].read(file, BVOL))


def test_rows_of_another_symbol_throughout_and_once(tmp_path: Path):
    foreign = metric(600, symbol="ETHUSDT")
    assert refused(write_zip(tmp_path / "all.zip", METRICS, [foreign])).fault.code == "FP003"
    lake = Lake(tmp_path / "lake")
    add(lake, write_zip(tmp_path / "one.zip", METRICS, [metric(300), foreign]))
    assert rows(lake, "quarantine")["reason"].to_list() == ["foreign symbol, expected BTCUSDT"]


def test_single_trades_and_aggregates_are_told_apart(tmp_path: Path):
    """They are the same tape: under one name its volume would count twice."""
    single = write_zip(archive_path(tmp_path, USDM, "trades"), TRADES, [f"5,100.1,0.5,50.05,{ms(1)},false"])
    error = refused(single)
    assert (error.fault.code, error.hint.split(" ...")[0]) == ("FP002", "footprint ingest binance-vision-trades")
    summed = write_zip(archive_path(tmp_path, USDM, "aggTrades"), AGGREGATES, [aggregate(1, 1)])
    error = refused(summed, source="binance-vision-trades")
    assert (error.fault.code, error.hint.split(" ...")[0]) == ("FP002", "footprint ingest binance-vision")


def test_bars_that_do_not_say_whose_price_they_are_of(tmp_path: Path):
    file = write_zip(tmp_path / "BTCUSDT-1m-2024-06-03.zip", KLINES, [kline(0, traded=UNTRADED)])
    error = refused(file)
    assert (error.fault.code, "BTCUSDT-markPriceKlines-1m-2024-06-03.zip" in error.hint) == ("FP002", True)
    lake = Lake(tmp_path / "lake")
    told = write_zip(tmp_path / "BTCUSDT-markPriceKlines-1m-2024-06-03.zip", KLINES, [kline(0, traded=UNTRADED)])
    add(lake, told, write_zip(tmp_path / "flat" / "BTCUSDT-1m-2024-06-03.zip", KLINES, [kline(0)]))
    assert rows(lake, "price_bars")["price_kind"].sort().to_list() == ["mark", "trade"]


def test_a_time_outside_of_the_files_own_day(tmp_path: Path):
    """A minute on either side is allowed: events of a day are written down a little before or after it."""
    lake = Lake(tmp_path / "lake")
    tape = [aggregate(number, at) for number, at in enumerate((1, -59, -61, 86_400 + 59, 86_400 + 61))]
    add(lake, write_zip(archive_path(tmp_path, USDM, "aggTrades"), AGGREGATES, tape))
    assert rows(lake, "trades")["trade_id"].sort().to_list() == ["0", "1", "3"]
    outside = "its time lies outside of the day 2024-06-03 UTC, which the file's name says"
    assert rows(lake, "quarantine").select("line", "reason").sort("line").rows() == [(4, outside), (6, outside)]


@pytest.mark.parametrize("unit", [ms(1) // 1_000, ms(1) * 1_000])
def test_another_unit_than_the_files(tmp_path: Path, unit: int):
    (found,) = quarantined(tmp_path, aggregate(2, 1).replace(str(ms(1)), str(unit)))
    assert found == (3, f"transact_time is '{unit}', expected milliseconds since 1970, between 2009 and 2100")


def test_a_unit_that_is_a_lie(tmp_path: Path):
    """Milliseconds with three digits too many are not in the file's day: nothing is taken."""
    line = aggregate(1, 1).replace(str(ms(1)), str(ms(1) + 10**12))
    lake = Lake(tmp_path / "lake")
    with pytest.raises(FootprintError, match="which the file's name says"):
        add(lake, write_zip(archive_path(tmp_path, USDM, "aggTrades"), AGGREGATES, [line]))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2,100.1,0.5,2,3", "expected 7 fields of plain text, found 5"),
        (aggregate(2, 1, "0.00000000", "0.00000000"), "price is '0.00000000', expected a number > 0"),
        (aggregate(2, 1, "inf"), "price is 'inf', expected a number > 0"),
        (aggregate(2, 1, qty="-1"), "quantity is '-1', expected a number > 0"),
        (aggregate(2, 1, maker="maybe"), "is_buyer_maker is 'maybe', expected true or True or false or False"),
        (f"2,100.1,0.5,5,4,{ms(1)},true", "its first trade comes after its last"),
        (f"2.5,100.1,0.5,4,5,{ms(1)},true", "agg_trade_id is '2.5', expected a whole number"),
        (AGGREGATES, "agg_trade_id is 'agg_trade_id', expected a whole number"),
    ],
)
def test_a_bad_line(tmp_path: Path, line: str, reason: str):
    assert quarantined(tmp_path, line) == [(3, reason)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (kline(0).replace("100.0,101.5", "100.0,100.2"), "its open and close do not lie between its low and its high"),
        (kline(0, width=300), "it is not a bar of 1m, as the file's name says"),
        (kline(0).replace(f"{ms(60) - 1}", f"{ms(60)}"), "it does not close a whole number of seconds after it opens"),
    ],
)
def test_a_bad_bar(tmp_path: Path, row: str, reason: str):
    lake = Lake(tmp_path / "lake")
    add(lake, write_zip(archive_path(tmp_path, USDM, "klines", interval="1m"), KLINES, [row, kline(60)]))
    assert rows(lake, "quarantine").select("line", "reason").rows() == [(2, reason)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"Dear diary,\ntoday the market fell.\n",
        b"a,b,c\n1,2,3\n",
        AGGREGATES.encode(),
        b"\x00\xff" * 500,
        b"1,2,3\n",
    ],
)
def test_what_is_no_file_of_the_archive(tmp_path: Path, body: bytes):
    lake = Lake(tmp_path / "lake")
    file = write_bytes(tmp_path / "BTCUSDT-aggTrades-2024-06-03.zip", body)
    with pytest.raises(FootprintError) as error:
        add(lake, file)
    assert error.value.fault.code == "FP002"


@pytest.mark.parametrize("kept", [0.2, 0.6, 0.99])
def test_a_truncated_zip_leaves_the_lake_as_it_was(tmp_path: Path, kept: float):
    whole = write_zip(tmp_path / "whole.zip", AGGREGATES, [aggregate(n, n) for n in range(3_000)]).read_bytes()
    cut = tmp_path / "BTCUSDT-aggTrades-2024-06-03.zip"
    cut.write_bytes(whole[: int(kept * len(whole))])
    lake = tmp_path / "lake"
    before = state(lake)
    market = ("--venue", USDM.venue, "--symbol", USDM.symbol)
    result = footprint("ingest", "binance-vision", cut, *market, "--lake", lake)
    assert (result.code, "error[FP002]" in result.err, state(lake)) == (1, True, before)


def test_the_unwrapped_file_is_the_same(tmp_path: Path):
    body = f"{AGGREGATES}\r\n{aggregate(1, 1)}\r\n{aggregate(2, 2)}".encode()
    stem = "BTCUSDT-aggTrades-2024-06-03.csv"
    (tmp_path / stem).write_bytes(body)
    (tmp_path / f"{stem}.gz").write_bytes(gzip.compress(body))
    plain, zipped = (_prints(tmp_path / name) for name in (stem, f"{stem}.gz"))
    assert plain.equals(zipped)
    assert plain["trade_id"].to_list() == ["1", "2"]


def _prints(path: Path) -> pl.DataFrame:
    return pl.concat([batch.frames["trades"] for batch in SOURCES["binance-vision"].read(path, USDM)])


def test_columns_go_by_their_names(tmp_path: Path):
    """Another order, and a column more."""
    file = write_zip(
        tmp_path / "BTCUSDT-aggTrades-2024-06-03.zip",
        "transact_time,agg_trade_id,quantity,price,first_trade_id,last_trade_id,is_buyer_maker,nq",
        [f"{ms(1)},7,0.5,100.1,14,15,true,0.4"],
    )
    (batch,) = SOURCES["binance-vision"].read(file, USDM)
    assert batch.frames["trades"].select("trade_id", "price", "qty").row(0) == ("7", 100.1, 0.5)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.market}-{sorted(case.rows)[0]}")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 400), noise=st.binary(min_size=1, max_size=12))
def test_damage_ends_in_quarantine_or_in_words(tmp_path: Path, case: Case, at: int, noise: bytes):
    """Bytes written over a file: each line is a row or rejected, or the whole is refused."""
    (path,) = case.write(tmp_path)
    with zipfile.ZipFile(path) as archive:
        body = bytearray(archive.read(archive.namelist()[0]))
    at %= len(body)
    body[at : at + len(noise)] = noise
    write_bytes(path, bytes(body))
    try:
        batches = list(SOURCES[case.source].read(path, case.market))
    except FootprintError as error:
        if error.fault.code not in ("FP002", "FP003"):
            raise
        return
    taken = sum(frame["lines"].sum() for batch in batches for frame in batch.frames.values())
    rejected = sum(batch.quarantine["lines"].sum() for batch in batches)
    assert sum(batch.lines for batch in batches) == taken + rejected
    seen = sum(batch.lines + batch.lines_beside for batch in batches)
    assert seen == body.count(b"\n") + (not body.endswith(b"\n"))


def test_lines_of_one_moment_stay_in_one_block():
    """Blocks are cut by size; the bands of a moment are counted and judged together, and a header needs a row."""
    blocks = [[b"timestamp,depth", b"1,a"], [b"1,b", b"2,c", b"2,d"], [b"2,e", b"3,f"]]
    assert list(_whole_moments(iter(blocks))) == [
        [b"timestamp,depth", b"1,a", b"1,b"],
        [b"2,c", b"2,d", b"2,e"],
        [b"3,f"],
    ]
    assert list(_whole_moments(iter([[b"1,a", b"1,b"]]))) == [[b"1,a", b"1,b"]]
