"""Facts of the spot recording of 2023-04-05: order ids on every print, and no snapshot (market-data/README.md)."""

from datetime import date

DAY_BEFORE, DAY = date(2023, 4, 4), date(2023, 4, 5)


def _one(connection, query: str) -> tuple:
    """The only row of a query."""
    found = connection.sql(query).fetchall()
    assert len(found) == 1, found
    return found[0]


def test_every_line_is_kept(sql_spot_2023):
    counts = dict(sql_spot_2023.sql("select table_name, sum(lines_kept)::bigint from accounts group by all").fetchall())
    assert counts == {"book_updates": 3_929, "book_ticker": 8_015, "trades": 3_144}
    assert _one(sql_spot_2023, "select lines, recv_unit, backwards_events from manifest") == (15_088, "us", 0)


def test_one_print_of_the_day_before_stands_in_the_file(sql_spot_2023):
    days = sql_spot_2023.sql("select date, count(*) from trades group by all order by all").fetchall()
    assert days == [(DAY_BEFORE, 1), (DAY, 3_143)]


def test_without_a_snapshot_the_book_is_never_known(sql_spot_2023):
    assert sql_spot_2023.sql("select distinct state from book_state").fetchall() == [("RESYNC",)]
    query = """
        select reason, from_ts = (select min(event_ts) from book_updates), to_ts = (select last_ts from manifest)
        from gaps where table_name = 'book_updates' and reason <> 'before_recording'
    """
    assert sql_spot_2023.sql(query).fetchall() == [("no_snapshot", True, True)]


def test_the_best_quotes_come_from_their_own_stream(sql_spot_2023):
    query = """
        select count(*), count(*) filter (where bid_px < ask_px), count(*) filter (where clock = 'carried')
        from book_ticker
    """
    assert _one(sql_spot_2023, query) == (8_015, 8_015, 8_015)


def test_prints_lie_within_the_quotes_of_their_time(sql_spot_2023):
    """A carried time is no worse than some milliseconds: prints trade within 1 bp of the quote in force before them."""
    query = """
        select count(*), avg((price between bid_px * 0.9999 and ask_px * 1.0001)::int) > 0.98
        from trades asof join book_ticker on trades.event_ts > book_ticker.event_ts
    """
    compared, agree = _one(sql_spot_2023, query)
    assert (compared > 3_100, agree) == (True, True)


def test_both_orders_of_every_print_are_named(sql_spot_2023):
    query = """
        select count(*) filter (where taker_order_id is null or maker_order_id is null),
            count(*) filter (where taker_order_id <= maker_order_id), count(distinct taker_order_id)
        from trades
    """
    assert _one(sql_spot_2023, query) == (0, 0, 2_269)  # who takes came later: his order has the higher id


def test_orders_are_counted_by_their_ids(sql_spot_2023):
    """Of the prints in complete seconds."""
    last = "(select max(bar_end) from taker_flow)"
    orders = _one(sql_spot_2023, f"select count(distinct taker_order_id) from trades where event_ts < {last}")
    assert _one(sql_spot_2023, "select sum(n_orders)::bigint from taker_flow") == orders
    assert orders[0] < _one(sql_spot_2023, "select sum(n_prints)::bigint from taker_flow")[0]


def test_sizes_finer_than_the_lot_are_kept(sql_spot_2023):
    odd = "abs(qty * 1e5 - round(qty * 1e5)) > 1e-4"
    assert _one(sql_spot_2023, f"select count(*) from book_updates where {odd}") == (15,)


def test_spot_misses_no_feed_it_cannot_have(sql_spot_2023):
    assert sql_spot_2023.sql("select * from gaps where reason = 'not_recorded'").fetchall() == []
