"""Facts of three markets recorded in the same minutes of 2024-08-08 (market-data/README.md)."""

from datetime import date

import pytest

from pipeline.lake import Lake
from pipeline.sources.reading.lines import blocks_of_lines
from tests.pipeline.captures import write_capture
from tests.pipeline.lakes import COINM, MARKET, SPOT, add, digests, rows

DAY, NEXT = date(2024, 8, 8), date(2024, 8, 9)
_MARKETS = pytest.mark.parametrize("venue", [MARKET.venue, SPOT.venue, COINM.venue])


def _one(connection, query: str) -> tuple:
    """The only row of a query."""
    found = connection.sql(query).fetchall()
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("file", "depth", "quotes", "prints", "snapshots"),
    [
        ("usdm_btcusdt_20240808.gz", 6_551, 66_089, 21_313, 1),
        ("spot_btcusdt_20240808.gz", 3_451, 28_040, 9_757, 1),
        ("spot_btcusdt_20240809.gz", 3_044, 45_134, 10_147, 0),
        ("cm_btcusd_perp_20240808.gz", 26_847, 19_136, 2_286, 1),
        ("cm_btcusd_perp_20240809.gz", 17_948, 29_219, 2_949, 0),
    ],
)
def test_messages_of_each_stream_and_file(sql_all_2024, file, depth, quotes, prints, snapshots):
    query = f"""
        select table_name, sum(lines_kept)::bigint
        from accounts join manifest using (venue, symbol, file_id) where path like '%/{file}' group by all
    """
    kept = dict(sql_all_2024.sql(query).fetchall())
    assert kept == {"book_updates": depth + snapshots, "book_ticker": quotes, "trades": prints}


def test_nothing_was_left_out(sql_all_2024):
    assert _one(sql_all_2024, "select sum(lines_duplicate + lines_quarantined)::bigint from accounts") == (0,)
    assert _one(sql_all_2024, "select count(*) from quarantine") == (0,)


@pytest.mark.parametrize(("venue", "spilled", "file_of_the_day"), [(SPOT.venue, 12, 3_044), (COINM.venue, 88, 17_948)])
def test_depth_messages_spill_over_midnight(sql_all_2024, venue, spilled, file_of_the_day):
    depth = f"select count(distinct msg_id) from book_updates where venue = '{venue}' and date = date '{NEXT}'"
    assert _one(sql_all_2024, depth) == (file_of_the_day + spilled,)


@_MARKETS
def test_the_update_chain_is_whole_and_the_book_stays_live(sql_all_2024, venue):
    broken = f"select count(*) from gaps where venue = '{venue}' and reason = 'sequence_break'"
    assert _one(sql_all_2024, broken) == (0,)
    chain = f"""
        select count(*) from (
            select prev_update_id, lag(update_id) over (order by event_ts, update_id) as before
            from (
                select distinct event_ts, update_id, prev_update_id
                from book_updates where venue = '{venue}' and not is_snapshot
            )
        ) where prev_update_id <> before
    """
    assert _one(sql_all_2024, chain) == (0,)
    states = f"select distinct state from book_state where venue = '{venue}'"
    assert sql_all_2024.sql(states).fetchall() == [("OK",)]
    waits = "select count(*), max(to_ts - from_ts) < interval '1 second' from gaps where reason = 'no_snapshot'"
    assert _one(sql_all_2024, f"{waits} and venue = '{venue}'") == (1, True)


@_MARKETS
def test_event_time_never_falls_within_a_stream(sql_all_2024, venue):
    falls = f"select sum(backwards_events)::bigint from manifest where venue = '{venue}'"
    assert _one(sql_all_2024, falls) == (0,)
    for table in ("book_updates", "book_ticker", "trades"):
        assert _one(sql_all_2024, f"select count(*) from {table} where is_backwards and venue = '{venue}'") == (0,)


@pytest.mark.parametrize(("venue", "seconds"), [(MARKET.venue, 345), (SPOT.venue, 650), (COINM.venue, 647)])
def test_the_book_is_the_best_quote_in_force_at_every_second(sql_all_2024, venue, seconds):
    """Quotes name their update id: the last one up to the book's last id says its best prices and sizes."""
    query = f"""
        with depth as (
            select time_bucket(interval '1 second', event_ts) + interval '1 second' as bar, max(update_id) as last_id
            from book_updates where venue = '{venue}' group by all
        ), quote as (select * from book_ticker where venue = '{venue}'),
        state as (select * from book_state where venue = '{venue}')
        select count(*), count(*) filter (
            where (quote.bid_px, quote.bid_qty, quote.ask_px, quote.ask_qty)
            <> (state.bid_px, state.bid_qty, state.ask_px, state.ask_qty)
        )
        from depth asof join quote on depth.last_id >= quote.update_id join state on state.bar_end = depth.bar
    """
    assert _one(sql_all_2024, query) == (seconds, 0)


@pytest.mark.parametrize(
    ("table", "clocks"),
    [
        (
            "book_updates",
            [("carried", False, 2_000), ("publish", True, 298_111)],
        ),  # the levels of the snapshot, of diffs
        ("book_ticker", [("carried", False, 73_174)]),
        ("trades", [("match", True, 19_904)]),
    ],
)
def test_clocks_of_spot(sql_all_2024, table, clocks):
    query = f"""
        select clock, publish_ts is not null, count(*)
        from {table} where venue = 'binance-spot' group by all order by all
    """
    assert sql_all_2024.sql(query).fetchall() == clocks


def test_spot_sizes_finer_than_its_lot_are_kept(sql_all_2024):
    """Three far asks of the first file are no multiple of 1e-5; inferred decimals hold them."""
    odd = "abs(qty * 1e5 - round(qty * 1e5)) > 1e-4"
    query = f"select count(*) from book_updates where venue = 'binance-spot' and date = date '{DAY}' and {odd}"
    assert _one(sql_all_2024, query) == (3,)
    assert _one(sql_all_2024, "select qty_decimals from instruments where venue = 'binance-spot'") == (6,)


def test_coinm_quantities_are_base_units_of_whole_satoshis(sql_all_2024):
    """Within 1e-5 of contracts x 100 USD / price, whole at 8 decimals, and 0 exactly where the venue says 0."""
    for table, extra in (("book_updates", "and side <> 0"), ("trades", "")):
        query = f"""
            select
                max(abs(qty * price / 100 / qty_native - 1)) filter (where qty_native > 0) < 1e-5,
                count(*) filter (where (qty = 0) <> (qty_native = 0)),
                count(*) filter (where qty <> round(qty, 8)),
                count(*) filter (where qty_native <> round(qty_native))
            from {table} where venue = 'binance-coinm' {extra}
        """
        assert _one(sql_all_2024, query) == (True, 0, 0, 0)


def test_coinm_flow_adds_up_to_the_contracts_traded(sql_all_2024):
    """What takers paid is 100 USD a contract, whatever the price."""
    last = "(select max(bar_end) from taker_flow where venue = 'binance-coinm')"
    usd = f"""
        select 100 * sum(qty_native * taker_side) from trades
        where venue = 'binance-coinm' and event_ts < {last}
    """
    flow = "select sum(net_quote) from taker_flow where venue = 'binance-coinm'"
    (paid,), (summed,) = _one(sql_all_2024, usd), _one(sql_all_2024, flow)
    assert paid != 0
    assert summed == pytest.approx(paid, rel=1e-5)


def test_only_feeds_a_market_can_have_are_missed(sql_all_2024):
    query = "select distinct venue, table_name from gaps where reason = 'not_recorded' order by all"
    assert sql_all_2024.sql(query).fetchall() == [
        ("binance-coinm", "derivative_ticker"),
        ("binance-coinm", "funding"),
        ("binance-usdm", "derivative_ticker"),
        ("binance-usdm", "funding"),
    ]


def test_instruments_of_the_three_markets(sql_all_2024):
    columns = "venue, kind, tick_size, qty_decimals, contract_size, is_inverse, funding_interval_h"
    assert sql_all_2024.sql(f"select {columns} from instruments order by all").fetchall() == [
        ("binance-coinm", "perp", 0.1, 8, 100.0, True, 8.0),
        ("binance-spot", "spot", 0.01, 6, 1.0, False, None),
        ("binance-usdm", "perp", 0.1, 3, 1.0, False, 8.0),
    ]


def test_basis_of_both_perps_against_spot(sql_all_2024):
    """Mids of the last quote received in each second of the recorder's clock, in bps above spot."""
    query = """
        with quote as (
            select
                venue,
                date_trunc('second', recv_ts) as second,
                last((bid_px + ask_px) / 2 order by recv_ts, update_id) as mid
            from book_ticker group by all
        ), mids as (
            select
                any_value(mid) filter (where venue = 'binance-usdm') as usdm,
                any_value(mid) filter (where venue = 'binance-coinm') as coinm,
                any_value(mid) filter (where venue = 'binance-spot') as spot
            from quote group by second
        ), basis as (
            select 1e4 * (usdm / spot - 1) as usdm, 1e4 * (coinm / spot - 1) as coinm
            from mids where usdm is not null and spot is not null
        )
        select count(*), median(usdm), min(usdm), max(usdm), median(coinm), min(coinm), max(coinm) from basis
    """
    seconds, *found = _one(sql_all_2024, query)
    assert seconds == 345
    assert found == pytest.approx([-3.66, -5.28, -1.89, -2.77, -4.33, -1.09], abs=0.05)


def test_overlapping_pieces_of_spot_are_the_whole(files_all_2024, lake_all_2024, tmp_path):
    """Cut at places where other times stood before, given last piece first: carried times and all."""
    lines = [[text for block in blocks_of_lines(path) for text in block] for path in files_all_2024[SPOT]]
    cuts = [lines[0][:20_000], lines[0][17_000:] + lines[1][:3_000], lines[1][1_000:]]
    pieces = [write_capture(tmp_path / f"{number}.dat", piece) for number, piece in enumerate(cuts)]
    lake = Lake(tmp_path / "lake")
    for piece in reversed(pieces):
        add(lake, piece, market=SPOT)
    tables = ("book_updates", "book_ticker", "trades", "book_close", "gaps", "book_state", "taker_flow")
    assert digests(lake, tables) == digests(lake_all_2024, tables, market=SPOT)
    twice = rows(lake, "accounts").select("lines_duplicate", "lines_quarantined").sum().row(0)
    assert twice == (3_000 + 2_000 - 5, 5)  # the middle piece begins with five quotes before any time
