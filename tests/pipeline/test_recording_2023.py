"""Facts of the recording of 2023-04-05, counted by an independent reader (market-data/README.md)."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.lake import Lake
from tests.pipeline.lakes import add, rows


def _one(connection, query: str) -> tuple:
    """The only row of a query."""
    found = connection.sql(query).fetchall()
    assert len(found) == 1, found
    return found[0]


def test_every_print_is_kept_and_the_off_market_one_is_flagged(sql_2023):
    assert sql_2023.sql(
        "select is_off_market, count(*) from trades group by all order by all"
    ).fetchall() == [(False, 12_934), (True, 1)]  # fmt: skip
    assert _one(sql_2023, "select print_type, price from trades where is_off_market") == ("INSURANCE_FUND", 28722.5)


def test_the_off_market_print_is_in_no_flow(sql_2023):
    """Every market print of the complete seconds is counted, the other one is not in its second."""
    at, qty = _one(sql_2023, "select event_ts, qty from trades where is_off_market")
    bar = f"time_bucket(interval '1 second', timestamptz '{at}') + interval '1 second'"
    tape = _one(
        sql_2023,
        f"select count(*), round(sum(qty), 3) from trades where not is_off_market "
        f"and event_ts >= {bar} - interval '1 second' and event_ts < {bar}",
    )
    flow = f"select n_prints, round(buy_qty + sell_qty, 3) from taker_flow where bar_end = {bar}"
    assert qty > 0
    assert _one(sql_2023, flow) == tape


def test_the_flow_adds_up_to_the_market_prints_of_complete_seconds(sql_2023):
    prints = _one(sql_2023, "select sum(n_prints)::bigint from taker_flow")
    last = "(select max(bar_end) from taker_flow)"
    tape = _one(sql_2023, f"select count(*) from trades where not is_off_market and event_ts < {last}")
    assert prints == tape
    assert _one(sql_2023, f"select count(*) from trades where event_ts >= {last}")[0] < 100


def test_no_update_chain_breaks(sql_2023):
    broken = sql_2023.sql("select * from gaps where reason = 'sequence_break'").fetchall()
    chain = """
        select count(*) from (
            select prev_update_id, lag(update_id) over (order by event_ts, update_id) as before
            from (select distinct event_ts, update_id, prev_update_id from book_updates where not is_snapshot)
        ) where prev_update_id <> before
    """
    assert broken == []
    assert _one(sql_2023, chain) == (0,)


def test_first_and_last_event_of_book_and_tape(sql_2023):
    both = "(select event_ts from book_updates union all select event_ts from trades)"
    span = _one(sql_2023, f"select epoch_ms(min(event_ts)), epoch_ms(max(event_ts)) from {both}")
    assert span == (1_680_652_700_452, 1_680_653_214_681)


def test_the_book_carries_over_midnight_without_a_snapshot(sql_2023):
    second_day = "date = date '2023-04-05'"
    assert _one(sql_2023, f"select count(*) from book_updates where is_snapshot and {second_day}") == (0,)
    states = sql_2023.sql(f"select distinct state from book_state where {second_day}").fetchall()
    assert states == [("OK",)]
    assert _one(sql_2023, "select count(*) from gaps where table_name = 'book_updates' and " + second_day) == (0,)


def test_the_second_file_alone_has_no_book(files_2023: list[Path], tmp_path: Path):
    """What the carry-over is worth: without the first file every second waits for a snapshot."""
    lake = Lake(tmp_path / "lake")
    add(lake, files_2023[1])
    assert rows(lake, "book_state")["state"].unique().to_list() == ["RESYNC"]
    assert "no_snapshot" in rows(lake, "gaps")["reason"].to_list()


def test_the_state_at_a_bar_end_holds_all_events_before_it(sql_2023):
    at = "bar_end = make_timestamptz(1680652701000 * 1000)"
    best = _one(sql_2023, f"select state, bid_px, bid_qty, ask_px, ask_qty from book_state where {at}")
    assert best == ("OK", 28145.1, 3.194, 28145.2, 6.957)
    depths = _one(sql_2023, f"select bid_depth_10bps_qty, ask_depth_10bps_qty from book_state where {at}")
    assert depths == pytest.approx((298.528, 239.397), abs=1e-9)


def test_the_flow_of_the_same_second(sql_2023):
    at = "bar_end = make_timestamptz(1680652701000 * 1000)"
    assert _one(sql_2023, f"select buy_qty, sell_qty, n_prints from taker_flow where {at}") == (0.014, 0.05, 8)


def test_funding_before_and_after_the_stamp(sql_2023):
    stamp = datetime(2023, 4, 5, tzinfo=UTC)
    before = _one(sql_2023, f"select rate from funding where next_ts = timestamptz '{stamp}' order by seq desc limit 1")
    after = _one(sql_2023, f"select rate from funding where next_ts > timestamptz '{stamp}' order by seq limit 1")
    assert (before, after) == ((0.00002754,), (0.0000276,))


def test_a_late_mark_price_still_names_the_old_settlement(sql_2023):
    late = sql_2023.sql(
        "select event_ts, next_funding_ts from derivative_ticker where next_funding_ts <= event_ts"
    ).fetchall()  # fmt: skip
    midnight = datetime(2023, 4, 5, tzinfo=UTC)
    assert late == [(midnight.replace(microsecond=10_000), midnight)]


def test_mark_price_times_are_its_own_and_not_the_next_settlement(sql_2023):
    assert _one(sql_2023, "select distinct clock from derivative_ticker") == ("publish",)
    assert _one(sql_2023, "select max(date) from derivative_ticker")[0].isoformat() == "2023-04-05"
    assert _one(sql_2023, "select distinct kind, interval_h from funding") == ("predicted", 8.0)


def test_nothing_is_known_before_it_happened_although_received_earlier(sql_2023):
    early, rows_ = _one(sql_2023, "select count(*) filter (where recv_ts < event_ts), count(*) from trades")
    assert 0.1 < early / rows_ < 0.7
    assert _one(sql_2023, "select count(*) from trades where known_ts < event_ts + interval '50 ms'") == (0,)
