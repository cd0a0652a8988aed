"""Which rows a selection gives: the edges of days, disjoint ranges, markets, and conditions that are none."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import FootprintError
from pipeline.plan import TABLES
from pipeline.selection import Selection
from pipeline.timerange import TimeRange

_MIDNIGHT = datetime(2024, 3, 6, tzinfo=UTC)


def _seconds(connection: duckdb.DuckDBPyConnection, table: str, column: str, **range_of) -> list[float]:
    """Times of the selected rows, in seconds from midnight."""
    time = TimeRange.of(range_of.get("since"), range_of.get("until"))
    found = Selection(time=time).of(connection, table).order(column).fetchall()
    position = connection.sql(f"select * from {table} limit 0").columns.index(column)
    return [(row[position] - _MIDNIGHT).total_seconds() for row in found]


def test_the_bar_stamped_midnight_is_of_the_day_before(sql_midnight):
    """It covers the last second of the day and lies in that day's partition."""
    assert _seconds(sql_midnight, "taker_flow", "bar_end", until="2024-03-05") == [-2, -1, 0]
    assert _seconds(sql_midnight, "taker_flow", "bar_end", since="2024-03-06") == [1, 2, 3]
    assert sql_midnight.sql(f"select date from taker_flow where bar_end = '{_MIDNIGHT}'").fetchall() == [
        (_MIDNIGHT.date() - timedelta(days=1),)
    ]


def test_the_print_at_midnight_is_of_the_day_after(sql_midnight):
    assert _seconds(sql_midnight, "trades", "event_ts", until="2024-03-05")[-1] == -0.5
    assert _seconds(sql_midnight, "trades", "event_ts", since="2024-03-06")[0] == 0


def test_instants_at_midnight_say_the_same_as_days(sql_midnight):
    for table, column in (("taker_flow", "bar_end"), ("trades", "event_ts")):
        days = _seconds(sql_midnight, table, column, since="2024-03-05", until="2024-03-05")
        instants = {"since": "2024-03-05T00:00Z", "until": "2024-03-06T00:00Z"}
        assert days == _seconds(sql_midnight, table, column, **instants)


def test_a_second_of_market_time_is_one_bar_and_its_prints(sql_midnight):
    second = {"since": "2024-03-05T23:59:59Z", "until": "2024-03-06T00:00:00Z"}
    assert _seconds(sql_midnight, "taker_flow", "bar_end", **second) == [0]
    assert _seconds(sql_midnight, "trades", "event_ts", **second) == [-1, -0.5]


_CUTS = st.lists(st.integers(-4_000_000, 4_000_000), min_size=1, max_size=3, unique=True)


@given(cuts=_CUTS, table=st.sampled_from([*sorted({*TABLES} - {"quarantine"}), "market_seconds"]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ranges_that_meet_give_every_row_of_a_table_once(sql_midnight, cuts: list[int], table: str):
    moments = [None, *(_MIDNIGHT + timedelta(microseconds=cut) for cut in sorted(cuts)), None]
    parts = [
        Selection(time=TimeRange.of(since, until)).of(sql_midnight, table).fetchall()
        for since, until in pairwise(moments)
    ]
    joined = sorted((row for part in parts for row in part), key=repr)
    assert joined == sorted(sql_midnight.sql(f"from {table}").fetchall(), key=repr)


@pytest.mark.parametrize("table", ["taker_flow", "trades"])
def test_parts_of_other_days_are_not_opened(sql_midnight, table: str):
    day = Selection(time=TimeRange.of("2024-03-06", "2024-03-06")).of(sql_midnight, table)
    assert "Total Files Read: 1" in " ".join(day.explain("analyze").split())


def test_events_of_signals_are_judged_by_their_rows_and_not_by_the_day_they_lie_under():
    """A sweep just before midnight was known after it, and lies under the day on which it was known."""
    wanted, day_after = Selection(time=TimeRange.of(None, "2024-03-05")), _MIDNIGHT.date()
    assert wanted.may_lie_under(day_after, "sweeps", ["venue", "event_ts", "known_ts"])
    assert wanted.may_lie_under(None, "instruments", ["venue", "known_ts"])
    assert not wanted.may_lie_under(day_after, "trades", ["venue", "event_ts", "known_ts"])
    assert not wanted.may_lie_under(day_after, "basis", ["venue", "bar_end", "known_ts"])


def test_rows_of_a_market(sql_small):
    assert Selection("binance-usdm", "BTCUSDT").of(sql_small, "trades").aggregate("count(*)").fetchall() == [(40,)]


@pytest.mark.parametrize(
    ("market", "said"),
    [
        ({"symbol": "BTCUSD"}, "'BTCUSD' is no symbol of this lake; there are: BTCUSDT"),
        ({"venue": "binance-spot"}, "'binance-spot' is no venue of this lake; there are: binance-usdm"),
        ({"venue": "binance-usdm", "symbol": "x' or true --"}, "is no symbol of binance-usdm; there are: BTCUSDT"),
    ],
)
def test_a_market_that_is_not_here(sql_small, market: dict[str, str], said: str):
    with pytest.raises(FootprintError) as wrong:
        Selection(**market).of(sql_small, "trades")
    assert wrong.value.fault.code == "FP009"
    assert said in wrong.value.why


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("seq < 3", 3),
        ("seq < 3 or seq = 5", 4),
        ("(seq < 3) or (seq = 5)", 4),
        ("seq < 3 -- the first ones", 3),
        ("seq in (1, 2) and symbol = 'BTCUSDT' and not is_off_market", 2),
        ("event_ts >= '2024-03-05 12:00:03Z' and date = date '2024-03-05'", 10),
        ("price = ';'::varchar::double or seq = 1", None),
        ("print_type in ('; drop table', 'MARKET') and seq = 1", 1),
        ("abs(qty) > 0.5 and seq % 10 = 0", 4),
        ("false", 0),
    ],
)
def test_a_condition(sql_small, where: str, rows: int | None):
    """As written: its own `or` does not reach out of it."""
    chosen = Selection("binance-usdm", time=TimeRange.of("2024-03-05", "2024-03-05"), where=where)
    if rows is None:
        with pytest.raises(duckdb.ConversionException):
            chosen.of(sql_small, "trades").fetchall()
    else:
        assert len(chosen.of(sql_small, "trades").fetchall()) == rows


def test_a_condition_goes_with_a_range(sql_small):
    """`or` inside the condition, a range that nothing lies in."""
    chosen = Selection(time=TimeRange.of("2024-03-06", None), where="seq < 3 or true")
    assert chosen.of(sql_small, "trades").fetchall() == []


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("", "got '': Parser Error: syntax error"),
        ("seq = 1; drop table trades", "2 statements"),
        ("seq = 1;", "got 'seq = 1;': Parser Error: syntax error at or near \";\""),
        ("copy trades to 'x.csv'", "syntax error at or near"),
        ("drop table trades", "syntax error at or near"),
        ("true) or (true", "syntax error at or near"),
        ("seq = 1 order by price", "syntax error at or near"),
        ("seq = 1 limit 1", "syntax error at or near"),
        ("seq = 1 union select 1", "syntax error at or near"),
        ("seq = 1 /*", "unterminated /* comment"),
        ("exists (with x as (copy (select 1 as a) to 'x.csv') from x)", "got one with a query inside"),
        ("seq = (select max(seq) from trades)", "got one with a query inside"),
        ("seq in (from range(3))", "got one with a query inside"),
        ("case when exists (from trades) then true end", "got one with a query inside"),
        ("price", "got 'price', which is DOUBLE"),
        ("'true'", "got ''true'', which is VARCHAR"),
        ("null", "which is"),
    ],
)
def test_what_is_no_condition_is_refused_with_a_sentence(sql_small, where: str, said: str, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FootprintError) as wrong:
        Selection(where=where).of(sql_small, "trades").fetchall()
    assert wrong.value.fault.code == "FP012"
    assert wrong.value.why.startswith("--where takes one condition on the table's own columns, got ")
    assert said in wrong.value.why.replace("\"'true'\"", "''true''")
    assert list(tmp_path.iterdir()) == []
    assert len(sql_small.sql("from trades").fetchall()) == 40


def test_an_unknown_column_is_told_in_the_engines_words(sql_small):
    with pytest.raises(duckdb.BinderException, match=r'"pirce" not found[\s\S]*Candidate bindings: "price"'):
        Selection(where="pirce > 1").of(sql_small, "trades")


def test_an_aggregate_is_no_condition(sql_small):
    with pytest.raises(duckdb.BinderException, match="WHERE clause cannot contain aggregates"):
        Selection(where="max(price) > 1").of(sql_small, "trades")
