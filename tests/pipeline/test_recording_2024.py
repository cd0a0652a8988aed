"""Facts of the USD-M recording of 2024-08-08, counted by an independent reader (market-data/README.md)."""

from datetime import date

DAY, NEXT = date(2024, 8, 8), date(2024, 8, 9)


def _one(connection, query: str) -> tuple:
    """The only row of a query."""
    found = connection.sql(query).fetchall()
    assert len(found) == 1, found
    return found[0]


def test_messages_of_each_stream(sql_2024):
    counts = dict(sql_2024.sql("select table_name, sum(lines_kept)::bigint from accounts group by all").fetchall())
    diffs = "select count(distinct (date, msg_id)) from book_updates where not is_snapshot"
    assert _one(sql_2024, diffs) == (6_551,)
    assert counts == {"book_updates": 6_551 + 1, "book_ticker": 66_089, "trades": 21_313}
    assert _one(sql_2024, "select lines, bytes from manifest") == (6_552 + 66_089 + 21_313, 3_637_062)


def test_levels_of_diffs_and_snapshot(sql_2024):
    query = "select count(*) filter (where is_snapshot), count(*) filter (where not is_snapshot) from book_updates"
    assert _one(sql_2024, query + " where side <> 0") == (2_000, 443_521)
    assert _one(sql_2024, "select sum(rows_out)::bigint from accounts where table_name = 'book_updates'") == (445_521,)


def test_four_depth_messages_spill_over_midnight(sql_2024):
    depth = "select date, count(distinct msg_id) from book_updates group by all order by all"
    assert sql_2024.sql(depth).fetchall() == [(DAY, 6_548), (NEXT, 4)]
    assert sql_2024.sql("select distinct date from book_state order by all").fetchall() == [(DAY,), (NEXT,)]


def test_the_days_meet_at_midnight(sql_2024):
    """The bar of the first day's last second is stamped midnight and belongs to the first day."""
    ends = dict(sql_2024.sql("select date, epoch(max(bar_end))::bigint from book_state group by all").fetchall())
    starts = dict(sql_2024.sql("select date, epoch(min(bar_end))::bigint from book_state group by all").fetchall())
    midnight = 1_723_161_600
    assert (ends[DAY], starts[NEXT]) == (midnight, midnight + 1)


def test_the_update_chain_is_whole_and_time_never_falls(sql_2024):
    assert sql_2024.sql("select * from gaps where reason = 'sequence_break'").fetchall() == []
    assert _one(sql_2024, "select backwards_events, backwards_recv from manifest") == (0, 0)
    for table in ("book_updates", "book_ticker", "trades"):
        assert _one(sql_2024, f"select count(*) from {table} where is_backwards") == (0,)


def test_the_recorder_ran_behind_the_exchange(sql_2024):
    unit, offset = _one(sql_2024, "select recv_unit, clock_offset_us from manifest")
    assert unit == "ns"
    assert -1_300_000 < offset < -1_240_000


def test_known_ts_does_not_trust_the_recorder(sql_2024):
    wrong = "known_ts <> event_ts + interval '50 ms'"
    assert _one(sql_2024, f"select count(*) from trades where recv_ts < event_ts and {wrong}") == (0,)
    assert _one(sql_2024, "select count(*) from trades where recv_ts >= event_ts + interval '50 ms'") == (0,)


def test_funding_mark_and_index_were_not_recorded(sql_2024):
    absent = "select distinct table_name from gaps where reason = 'not_recorded' and date = '2024-08-08' order by all"
    assert sql_2024.sql(absent).fetchall() == [("derivative_ticker",), ("funding",)]
    assert _one(sql_2024, "select (select count(*) from funding) + (select count(*) from derivative_ticker)") == (0,)


def test_levels_far_from_the_market_are_kept(sql_2024):
    mid = "(select median((bid_px + ask_px) / 2) from book_ticker)"
    lowest, highest = _one(sql_2024, f"select min(price) / {mid}, max(price) / {mid} from book_updates")
    assert 9 < highest <= 10.5
    assert lowest < 0.1


def test_the_tick_was_inferred_and_says_so(sql_2024):
    assert _one(sql_2024, "select tick_size, qty_decimals, kind, inferred from instruments") == (
        0.1,
        3,
        "perp",
        "tick_size,qty_decimals,funding_interval_h",
    )


def test_the_book_agrees_with_the_best_quotes_of_the_same_update(sql_2024):
    """bookTicker names the update id of its quote: the second's last quote is the book's where both end on one id."""
    query = """
        with quote as (
            select
                time_bucket(interval '1 second', event_ts) + interval '1 second' as bar_end,
                last(bid_px order by seq) as bid, last(ask_px order by seq) as ask, last(update_id order by seq) as id
            from book_ticker group by 1
        ), depth as (
            select time_bucket(interval '1 second', event_ts) + interval '1 second' as bar_end, max(update_id) as id
            from book_updates group by 1
        )
        select count(*), count(*) filter (where (bid, ask) <> (bid_px, ask_px))
        from quote join depth using (bar_end, id) join book_state using (bar_end) where state = 'OK'
    """
    compared, different = _one(sql_2024, query)
    assert compared >= 5
    assert different == 0
