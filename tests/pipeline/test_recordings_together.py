"""All real recordings of three markets through one footprint.toml with preset sample: no special case anywhere."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.warehouse import open_catalogue, run_checks
from tests.pipeline.command import footprint

CONFIG = """
[lake]
root = "lake"

[params]
preset = "sample"

[[pair]]
own = "binance-coinm/BTCUSD_PERP"
reference = "binance-spot/BTCUSDT"

[[group]]
own = "binance-usdm/BTCUSDT"
peers = ["binance-coinm/BTCUSD_PERP", "binance-spot/BTCUSDT"]
"""
RAW = """
[[raw]]
source = "binance-capture"
market = "{market}"
files = "raw/*/{files}"
"""
MARKETS = {"binance-usdm/BTCUSDT": "usdm_*", "binance-spot/BTCUSDT": "spot_*", "binance-coinm/BTCUSD_PERP": "cm_*"}


@pytest.fixture(scope="module")
def folder(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("together")
    (folder / "raw").mkdir()
    for name in ("binance-2023-04-05", "binance-2024-08-08"):
        (folder / "raw" / name).symlink_to(recordings / name)
    text = CONFIG + "".join(RAW.format(market=market, files=files) for market, files in MARKETS.items())
    (folder / "footprint.toml").write_text(text)
    done = footprint("run", "--config", folder / "footprint.toml", "--workers", "1")
    assert done.code == 0, done.err
    return folder


@pytest.fixture(scope="module")
def sql(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_catalogue(folder / "lake") as connection:
        yield connection


def test_every_check_holds(sql):
    assert {name: count for name, count in run_checks(sql).items() if count} == {}


def test_a_second_run_has_nothing_to_do(folder):
    assert "nothing to do" in footprint("run", "--config", folder / "footprint.toml").err


def test_every_signal_has_rows_for_every_market_it_is_made_for(sql):
    perps, every = {"binance-usdm", "binance-coinm"}, {"binance-usdm", "binance-coinm", "binance-spot"}
    for table in ("book_state", "taker_flow", "taker_aggression", "sweeps", "refills", "maker_flow", "maker_inventory"):
        assert {venue for (venue,) in sql.sql(f"select distinct venue from {table}").fetchall()} == every, table
    for table in ("basis", "reversion_signal"):
        assert {venue for (venue,) in sql.sql(f"select distinct venue from {table}").fetchall()} == perps, table
    assert sql.sql("select count(*) from replenishment").fetchall()[0][0] > 20


def test_linear_inverse_and_spot_add_up_in_base_units(sql):
    """On 8 August 2024 all three were recorded; on 4 April 2023 the perpetual alone, and then there is no sum."""
    rows = sql.sql("""
        select date, venue, n_markets, max(n_known), count(inventory_qty), count(*)
        from inventory_total group by all order by all
    """).fetchall()
    assert {(venue, markets) for _, venue, markets, *_ in rows} == {("binance-usdm", 3)}
    known = {str(day): (most, stated, every) for day, _, _, most, stated, every in rows}
    assert known["2024-08-08"][0] == 3
    assert known["2024-08-08"][1] > known["2024-08-08"][2] / 2
    assert known["2023-04-04"] == (1, 0, known["2023-04-04"][2])


@pytest.mark.parametrize(
    ("venue", "day", "median"), [("binance-usdm", "2024-08-08", -3.66), ("binance-coinm", "2024-08-08", -2.77)]
)
def test_the_basis_is_what_the_last_quotes_say(sql, venue, day, median):
    got = sql.sql(f"select median(basis_mid_bps) from basis where venue = '{venue}' and date = date '{day}'")
    assert got.fetchall()[0][0] == pytest.approx(median, abs=0.05)


def test_short_windows_give_values(sql):
    scores = "select count(z_level), count(z_change), count(q_level) from maker_inventory where half_life_min = 1"
    assert all(count > 3 for count in sql.sql(scores).fetchall()[0])


def test_what_was_not_recorded_is_null_and_a_gap_says_why(sql):
    """No mark price in 2024, no spot snapshot in 2023."""
    marks = "select count(*), count(basis_index_bps), count(funding_apr) from basis where date >= date '2024-01-01'"
    rows, index, apr = sql.sql(marks).fetchall()[0]
    assert rows > 900
    assert (index, apr) == (0, 0)
    why = "select distinct venue, reason from gaps where table_name = 'derivative_ticker' and date >= date '2024-01-01'"
    assert ("binance-usdm", "not_recorded") in sql.sql(why).fetchall()
    assert ("binance-coinm", "not_recorded") in sql.sql(why).fetchall()
    spot = "venue = 'binance-spot' and date = date '2023-04-05'"
    book = f"select distinct state, bid_px from book_state where {spot}"
    assert sql.sql(book).fetchall() == [("RESYNC", None)]
    hidden = f"select count(*), count(depth_consumed_qty) from sweeps where {spot}"
    assert sql.sql(hidden).fetchall()[0] == (61, 0)
    reason = f"select reason from gaps where {spot} and table_name = 'book_updates'"
    assert sql.sql(reason).fetchall() == [("no_snapshot",)]
    # Its best quotes stand in for the book.
    source = "select distinct mid_source from basis where date = date '2023-04-05' and basis_mid_bps is not null"
    assert sql.sql(source).fetchall() == [("book_state/book_ticker",)]


def test_the_preset_is_said_of_what_it_made(folder):
    told = footprint("sql", "--lake", folder / "lake").out
    assert "preset sample" in told
