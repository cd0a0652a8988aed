"""Roll-ups, worked by hand on five-second bars of literal seconds, and what every macro says of itself."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from pipeline.scripts import in_reading_order, scripts
from signals.basis import BASIS
from signals.book_state import BOOK_STATE
from signals.table import Table
from signals.taker_flow import TAKER_FLOW

_NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
_MIDNIGHT = datetime(2024, 3, 6, tzinfo=UTC)
_MARKET = {"venue": "v", "symbol": "s"}
_FIVE = "interval 5 seconds"


def _rows(table: Table, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Rows of a table and the day each lies under: the day of the moment before its bar ended."""
    frame = pl.DataFrame([_MARKET | row for row in rows], schema=table.schema)
    return frame.with_columns(date=(pl.col("bar_end") - pl.duration(microseconds=1)).dt.date())


def _flow(second: int, buy: float | None, sell: float | None = 0.0, **other: Any) -> dict[str, Any]:
    """A second after noon; a gap if nothing was bought, nor known."""
    end = _NOON + timedelta(seconds=second)
    known = {"bar_end": end, "known_ts": end + timedelta(milliseconds=50), "coverage": 0.0 if buy is None else 1.0}
    if buy is None or sell is None:
        return known | other
    return known | {"buy_qty": buy, "sell_qty": sell, "n_prints": 2, "n_orders": 1, "net_quote": 100 * buy} | other


def _book(second: int, bid: float | None = 99.9, **other: Any) -> dict[str, Any]:
    """A second after noon; RESYNC without a bid."""
    end = _NOON + timedelta(seconds=second)
    row = {"bar_end": end, "known_ts": end + timedelta(milliseconds=100), "state": "RESYNC", "coverage": 0.0}
    if bid is None:
        return row | other
    values = {"bid_px": bid, "ask_px": 100.1, "bid_qty": float(second), "imbalance_1": 0.5, "ofi_1": 1.0}
    return row | {"state": "OK", "coverage": 1.0, "spread_bps": 20.0} | values | other


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("set timezone = 'UTC'")
        _fill(opened)
        for macro in in_reading_order(scripts("macros")):
            opened.execute(macro.text)
        yield opened


def _fill(
    connection: duckdb.DuckDBPyConnection,
    *,
    flow: Sequence[dict] = (),
    book: Sequence[dict] = (),
    basis: Sequence[dict] = (),
) -> None:
    for table, rows in ((TAKER_FLOW, flow), (BOOK_STATE, book), (BASIS, basis)):
        connection.register("given", _rows(table, rows).to_arrow())
        connection.execute(f"create or replace table {table.name} as from given")


def _bars(connection: duckdb.DuckDBPyConnection, rollup: str, columns: str) -> list[tuple]:
    """Rows of a roll-up in order; `bar_end` and `known_ts` as seconds after noon."""
    for name in ("bar_end", "known_ts"):
        columns = columns.replace(name, f"epoch({name} - timestamptz '{_NOON}')")
    return connection.sql(f"select {columns} from {rollup} order by bar_end").fetchall()


def test_flows_are_summed_and_the_running_sum_is_the_last(connection):
    """(0, 5]: bought 1+2+3+4+5 = 15, sold 5 x 0.1; two prints and one order a second; CVD as of second 5.

    Net notional is 100, 200, 300, 400 and, sold on balance, -50: together 950.
    """
    flow = [_flow(second, float(second), 0.1, cvd_qty=10.0 + second) for second in range(1, 6)]
    _fill(connection, flow=[*flow[:4], flow[4] | {"net_quote": -50.0}])
    columns = "bar_end, known_ts, buy_qty, sell_qty, n_prints, n_orders, net_quote, cvd_qty, coverage"
    assert _bars(connection, f"taker_flow_rollup({_FIVE})", columns) == [
        (5.0, 5.05, 15.0, 0.5, 10, 5, 950.0, 15.0, 1.0)
    ]


def test_a_bar_holds_the_second_stamped_with_its_end_and_not_the_one_stamped_with_its_start(connection):
    """Seconds 5 and 10 close the bars 5 and 10; second 0 belongs to the bar that ended at noon."""
    _fill(connection, flow=[_flow(second, 2.0**second) for second in range(11)])
    bars = _bars(connection, f"taker_flow_rollup({_FIVE})", "bar_end, buy_qty, coverage")
    assert bars == [(0.0, None, 0.2), (5.0, 62.0, 1.0), (10.0, 1984.0, 1.0)]


def test_a_missing_second_is_not_covered(connection):
    """Four of five seconds are 0.8: the bar stands, on what there is; without the last second there is no CVD."""
    inner = [_flow(second, 1.0, cvd_qty=float(second)) for second in (1, 2, 4, 5)]
    last = [_flow(second, 1.0, cvd_qty=float(second)) for second in (6, 7, 8, 9)]
    few = [_flow(second, 1.0, cvd_qty=float(second)) for second in (11, 12, 15)]
    _fill(connection, flow=inner + last + few)
    assert _bars(connection, f"taker_flow_rollup({_FIVE})", "bar_end, buy_qty, n_prints, cvd_qty, coverage") == [
        (5.0, 4.0, 8, 5.0, 0.8),
        (10.0, 4.0, 8, None, 0.8),
        (15.0, None, None, None, 0.6),
    ]


def test_a_gap_is_not_covered_and_later_bars_are_not_harmed(connection):
    gap = [_flow(1, 1.0), _flow(2, None, known_ts=_NOON + timedelta(seconds=9)), _flow(3, None), _flow(4, 1.0)]
    quiet = [_flow(second, 0.0) for second in range(6, 11)]
    _fill(connection, flow=[*gap, _flow(5, 1.0), *quiet])
    assert _bars(connection, f"taker_flow_rollup({_FIVE})", "bar_end, known_ts, buy_qty, coverage") == [
        (5.0, 9.0, None, 0.6),
        (10.0, 10.05, 0.0, 1.0),
    ]


def test_a_bar_is_never_known_before_it_ends(connection):
    """Its last second is missing: that it will be could not be known when the one before was."""
    _fill(connection, flow=[_flow(second, 1.0) for second in (1, 2, 3, 4)])
    assert _bars(connection, f"taker_flow_rollup({_FIVE})", "known_ts, buy_qty") == [(5.0, 4.0)]


def test_no_source_row_no_bar(connection):
    _fill(connection, flow=[_flow(1, 1.0), _flow(1001, 1.0)])
    assert _bars(connection, f"taker_flow_rollup({_FIVE})", "bar_end") == [(5.0,), (1005.0,)]
    assert _bars(connection, "book_state_1m()", "bar_end") == []


def test_the_bar_that_ends_at_midnight_is_of_the_day_before(connection):
    at = (_MIDNIGHT - _NOON) // timedelta(seconds=1)
    _fill(connection, flow=[_flow(second, 1.0) for second in range(at - 4, at + 6)])
    found = connection.sql(f"select date, bar_end, buy_qty from taker_flow_rollup({_FIVE}) order by bar_end").fetchall()
    assert found == [
        (_NOON.date(), _MIDNIGHT, 5.0),
        (_MIDNIGHT.date(), _MIDNIGHT + timedelta(seconds=5), 5.0),
    ]


def test_sums_do_not_depend_on_the_order_of_rows(connection):
    """Added as floats, 0.1 + 0.2 + 0.3 is 0.6 one way and 0.6000000000000001 the other."""
    amounts = [0.1, 0.2, 0.3, 0.7, 1e7]
    _fill(connection, flow=[_flow(second, amount) for second, amount in enumerate(amounts, 1)])
    forth = _bars(connection, f"taker_flow_rollup({_FIVE})", "buy_qty")
    _fill(connection, flow=[_flow(second, amount) for second, amount in enumerate(reversed(amounts), 1)])
    assert forth == _bars(connection, f"taker_flow_rollup({_FIVE})", "buy_qty") == [(10000001.3,)]


def test_the_book_is_that_of_the_last_second_and_its_flow_is_summed(connection):
    """Spreads 10, 20, 20, 20, 30 have mean 20; imbalances 0.5, 0.5, 0.5, 0.5, -1 mean 0.2; OFI 5 x 1."""
    last = _book(5, 99.8, spread_bps=30.0, imbalance_1=-1.0)
    _fill(connection, book=[_book(1, spread_bps=10.0), _book(2), _book(3), _book(4), last])
    columns = "bar_end, known_ts, state, bid_px, bid_qty, mean_spread_bps, mean_imbalance_1, ofi_1, coverage"
    assert _bars(connection, f"book_state_rollup({_FIVE})", columns) == [
        (5.0, 5.1, "OK", 99.8, 5.0, 20.0, 0.2, 5.0, 1.0)
    ]


def test_seconds_without_a_book_are_in_no_mean_and_few_of_them_leave_none(connection):
    one = [_book(1, spread_bps=10.0), _book(2, None), *(_book(second, spread_bps=20.0) for second in (3, 4, 5))]
    two = [_book(6), _book(7, None), _book(9), _book(10)]
    _fill(connection, book=one + two)
    columns = "bar_end, state, bid_px, mean_spread_bps, ofi_1, coverage"
    assert _bars(connection, f"book_state_rollup({_FIVE})", columns) == [
        (5.0, "OK", 99.9, 17.5, 4.0, 0.8),
        (10.0, "OK", None, None, None, 0.6),
    ]


def test_a_second_in_which_the_book_came_back_is_in_no_mean(connection):
    """It ends with a spread of 1000, and most of it had no book: its flow is null, so it is not covered."""
    back = _book(2, spread_bps=1000.0, imbalance_1=1.0, ofi_1=None, coverage=0.4)
    _fill(connection, book=[_book(1), back, _book(3), _book(4), _book(5)])
    columns = "mean_spread_bps, mean_imbalance_1, ofi_1, coverage"
    assert _bars(connection, f"book_state_rollup({_FIVE})", columns) == [(20.0, 0.5, 4.0, 0.8)]


def test_a_locked_second_has_a_book_and_no_spread(connection):
    """Its imbalance counts; two of five seconds without a spread leave no mean of it."""
    locked = [_book(second, state="LOCKED", spread_bps=None, imbalance_1=0.0) for second in (1, 2)]
    _fill(connection, book=[*locked, _book(3), _book(4), _book(5)])
    columns = "mean_spread_bps, mean_imbalance_1, coverage"
    assert _bars(connection, f"book_state_rollup({_FIVE})", columns) == [(None, 0.3, 1.0)]


def test_the_state_of_a_missing_last_second_is_unknown(connection):
    _fill(connection, book=[_book(second) for second in (1, 2, 3, 4)])
    columns = "state, bid_px, ofi_1, mean_spread_bps, coverage"
    assert _bars(connection, f"book_state_rollup({_FIVE})", columns) == [(None, None, 4.0, 20.0, 0.8)]


@pytest.mark.parametrize("table", ["taker_flow", "book_state"])
@pytest.mark.parametrize(("width", "minutes"), [("1m", 1), ("5m", 5)])
def test_widths_with_a_name_are_the_roll_up_at_that_width(connection, table: str, width: str, minutes: int):
    seconds = range(-700, 901)
    _fill(connection, flow=[_flow(second, 1.0) for second in seconds], book=[_book(second) for second in seconds])
    named = connection.sql(f"from {table}_{width}() order by bar_end").fetchall()
    assert named == connection.sql(f"from {table}_rollup(interval {minutes} minutes) order by bar_end").fetchall()
    ends = [(row[3] - _NOON) // timedelta(minutes=1) for row in named]
    assert ends == list(range(-(700 // 60 // minutes) * minutes, 15 + 1, minutes))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu"])
def test_bars_are_counted_from_midnight_in_utc_whatever_the_readers_zone(connection, zone: str):
    """2024-03-10 has 23 hours in New York; Kathmandu is five hours and three quarters ahead."""
    connection.execute(f"set timezone = '{zone}'")
    ends = "select rollup_end(timestamptz '2024-03-10 07:30:00Z', width) from (values ({})) t(width)"
    for width, expected in (
        ("interval 1 hour", datetime(2024, 3, 10, 8, tzinfo=UTC)),
        ("interval 5 minutes", datetime(2024, 3, 10, 7, 30, tzinfo=UTC)),
        ("interval 1 day", datetime(2024, 3, 11, tzinfo=UTC)),
    ):
        assert connection.sql(ends.format(width)).fetchall() == [(expected,)]


@pytest.mark.parametrize("width", ["7 minutes", "1 month", "500 milliseconds", "1500 milliseconds", "2 days", "0 days"])
def test_a_width_that_does_not_fill_a_day_is_refused(connection, width: str):
    _fill(connection, flow=[_flow(1, 1.0)])
    with pytest.raises(duckdb.InvalidInputException, match="expected a width of whole seconds that divides a day"):
        connection.sql(f"from taker_flow_rollup(interval '{width}')").fetchall()


def test_a_macro_names_its_grain_and_explains_the_columns_it_has(sql_small: duckdb.DuckDBPyConnection):
    """Those of a roll-up that the source does not explain under the same name."""
    sources = {*TAKER_FLOW.schema.names(), *BOOK_STATE.schema.names()}
    for macro in scripts("macros"):
        assert "-- grain:" in macro.text
        if macro.name.endswith("_rollup"):
            columns = sql_small.sql(f"from {macro.name}(interval 1 minute)").columns
            assert set(macro.columns) <= set(columns)
            made_here = {name for name in columns if name not in sources and not name.startswith("mean_imbalance")}
            assert made_here <= set(macro.columns)


def test_every_macro_is_in_the_catalogue_with_its_title(sql_small: duckdb.DuckDBPyConnection):
    found = sql_small.sql("select function_name, comment from duckdb_functions() where not internal").fetchall()
    assert dict(found) == {macro.name: macro.title for macro in scripts("macros")}


def test_a_basis_is_its_mean_and_what_it_is_at_the_end(connection):
    """(0, 5]: -1, -2, null, -3, -4: four of five seconds have both mids; (5, 10] has three of five, too few."""
    rows = []
    for second, mid in enumerate((-1.0, -2.0, None, -3.0, -4.0, 1.0, None, 2.0, None, 3.0), 1):
        end = _NOON + timedelta(seconds=second)
        rows.append(
            {
                "bar_end": end,
                "known_ts": end + timedelta(milliseconds=100),
                "mid_source": "book_state/book_state",
                "basis_mid_bps": mid,
                "basis_index_bps": float(second),
                "funding_apr": 0.1,
                "interval_h": 8.0,
            }
        )
    _fill(connection, basis=rows)
    columns = "bar_end, known_ts, basis_mid_bps, mean_basis_mid_bps, basis_index_bps, mean_basis_index_bps, coverage"
    assert _bars(connection, f"basis_rollup({_FIVE})", columns) == [
        (5.0, 5.1, -4.0, -2.5, 5.0, 3.0, 0.8),
        (10.0, 10.1, None, None, 10.0, 8.0, 0.6),
    ]
