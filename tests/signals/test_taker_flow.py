"""Rows of taker_flow a person can check by hand: tick 0.1, lots of 0.1, times in milliseconds."""

import polars as pl
import pytest

from signals.bars import DAY, SECOND, bar_ends
from signals.grid import Grid
from signals.inputs.bookkeeping import GAPS
from signals.inputs.trading import TRADES
from signals.table import UTC_US
from signals.taker_flow import TAKER_FLOW, Tape, taker_flow
from tests.signals.recordings import complete

GRID = Grid.of(0.1, 1)


def prints(*rows) -> pl.DataFrame:
    """TRADES of (ms, price, qty, taker side, off market?)."""
    rows = [(*row, False)[:5] for row in rows]
    names = {"event_ts": pl.Float64, "price": pl.Float64, "qty": pl.Float64, "taker_side": pl.Int8}
    frame = pl.DataFrame(rows, schema={**names, "is_off_market": pl.Boolean}, orient="row")
    return complete(frame, TRADES, delay_ms=50)


def gaps(*rows) -> pl.DataFrame:
    """GAPS of (table, from ms, to ms, known ms, reason)."""
    frame = pl.DataFrame(rows, schema=["table_name", "from_ts", "to_ts", "known_ts", "reason"], orient="row")
    if not rows:
        return GAPS.empty()
    times = pl.col("from_ts", "to_ts", "known_ts") * 1_000
    return frame.with_columns(times.cast(UTC_US), venue=pl.lit("v"), symbol=pl.lit("s")).select(GAPS.schema.names())


def flow(trades, *missing, until=4, first=1, pieces=1) -> list[dict]:
    tape = Tape(GRID, bar_ends(first * SECOND, until * SECOND))
    rows = max(1, -(-trades.height // pieces))
    for start in range(0, trades.height, rows):
        tape.feed(trades[start : start + rows])
    market = {"venue": "v", "symbol": "s", "bar_us": SECOND, "delay_us": 50_000, "min_coverage": 0.8}
    return TAKER_FLOW.check(taker_flow(tape, GRID, gaps(*missing), **market)).to_dicts()


def column(rows, name):
    return [row[name] for row in rows]


TAPE = prints((100, 10.0, 2, 1), (100, 10.1, 1, 1), (200, 10.0, 0.5, -1), (1_000, 10.0, 4, -1), (3_100, 20.0, 1, 1))


def test_sums_by_second_and_a_quiet_second_is_zero():
    for pieces in (1, 2, 5):
        rows = flow(TAPE, pieces=pieces)
        assert column(rows, "buy_qty") == [3, 0, 0, 1]
        assert column(rows, "sell_qty") == [0.5, 4, 0, 0]
        assert column(rows, "n_prints") == [3, 1, 0, 1]
        assert column(rows, "n_orders") == [2, 1, 0, 1]
        assert column(rows, "net_quote") == pytest.approx([25.1, -40, 0, 20], abs=1e-12)
        assert column(rows, "cvd_qty") == [2.5, -1.5, -1.5, -0.5]
        assert column(rows, "coverage") == [1] * 4


def test_off_market_prints_and_unknown_sides_are_in_no_number():
    rows = flow(prints((100, 10.0, 2, 1), (200, 90.0, 7, 1, True), (300, 10.0, 7, 0)))
    assert (rows[0]["buy_qty"], rows[0]["n_prints"], rows[0]["n_orders"]) == (2, 1, 1)


def test_a_gap_is_null_and_the_cvd_starts_again():
    rows = flow(TAPE, ("trades", 300, 2_100, 2_400, "silence"), until=5)
    assert column(rows, "coverage") == pytest.approx([0.3, 0, 0.9, 1, 1])
    assert column(rows, "buy_qty") == [None, None, 0, 1, 0]
    assert column(rows, "n_orders") == [None, None, 0, 1, 0]
    assert column(rows, "cvd_qty") == [None, None, 0, 1, 1]


def test_overlapping_gaps_count_once():
    missing = [
        ("trades", a, b, 5_000, r) for a, b, r in ((0, 100, "silence"), (50, 150, "not_recorded"), (60, 70, "silence"))
    ]
    rows = flow(TAPE, *missing, until=1)
    assert rows[0]["coverage"] == pytest.approx(0.85)
    assert rows[0]["cvd_qty"] == 2.5


@pytest.mark.parametrize(("table", "reason"), [("book_updates", "silence"), ("trades", "outside_recording")])
def test_gaps_of_other_tables_and_outside_the_recording_do_not_count(table, reason):
    assert column(flow(TAPE, (table, 0, 4_000, 4_000, reason)), "coverage") == [1] * 4


def test_a_row_is_not_known_before_its_prints_and_gaps_are():
    rows = flow(prints((900, 10.0, 1, 1), (980, 10.0, 1, 1)), ("trades", 1_500, 1_600, 4_000, "silence"), until=5)
    assert [row["known_ts"].timestamp() for row in rows] == [1.05, 4.0, 4.0, 4.05, 5.05]


def test_the_cvd_starts_again_at_midnight_utc():
    day = DAY // 1_000
    rows = flow(prints((day - 500, 10.0, 2, 1), (day, 10.0, 1, 1)), first=86_400, until=86_402)
    assert column(rows, "cvd_qty") == [2, 1, 1]


def test_a_sum_too_large_is_refused_in_words():
    tape = Tape(Grid.of(1e-8, 8), bar_ends(SECOND, SECOND))
    with pytest.raises(ValueError, match="too large to be counted in ticks and lots"):
        tape.feed(prints((100, 60_000.0, 1e6, 1)))


def test_quantities_are_the_doubles_of_their_decimal_text():
    row = flow(prints((100, 10.0, 0.1, 1), (200, 10.0, 0.2, 1), (300, 10.0, 1.4, -1)), first=1, until=1)[0]
    assert (row["buy_qty"], row["sell_qty"], row["cvd_qty"]) == (0.3, 1.4, -1.1)
