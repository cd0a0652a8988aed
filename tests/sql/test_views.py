"""Views explain themselves: every table and column of the catalogue has a comment."""

import duckdb

from pipeline.plan import TABLES
from pipeline.scripts import scripts
from signals.observation import OBSERVATIONS

_SHIPPED = [script.name for script in scripts("views")]


def test_every_view_has_its_grain_as_comment(sql_small: duckdb.DuckDBPyConnection):
    views = sql_small.sql("select view_name, comment from duckdb_views() where not internal").fetchall()
    assert {name for name, _ in views} == {*TABLES, *_SHIPPED}
    assert all(comment for _, comment in views)


def test_every_column_of_a_table_has_its_meaning_and_unit_as_comment(sql_small: duckdb.DuckDBPyConnection):
    found = sql_small.sql("select table_name, column_name, comment from duckdb_columns() where not internal").fetchall()
    comments = {(table, column): comment for table, column, comment in found}
    for table in TABLES.values():
        for column in table.columns:
            assert comments[table.name, column.name] == f"{column.meaning} [{column.unit}]"


def test_a_shipped_view_names_grain_reads_and_explained_columns(sql_small: duckdb.DuckDBPyConnection):
    for view in scripts("views"):
        assert "-- grain:" in view.text
        assert view.reads
        explained = f"select count(*) from duckdb_columns() where table_name = '{view.name}' and comment is not null"
        assert sql_small.sql(explained).fetchall() == [(len(view.columns),)]
        assert view.columns


def test_market_seconds_joins_book_and_flow(sql_small: duckdb.DuckDBPyConnection):
    rows = sql_small.sql("select mid_px, net_qty, cvd_qty, state from market_seconds order by bar_end").fetchall()
    assert rows == [(100.0, 10.0, 10.0, "OK"), (100.0, 10.0, 20.0, "OK"), (100.0, 10.0, 30.0, "OK")]


def test_replenishment_chains_are_the_last_state_of_each_chain():
    (script,) = [script for script in scripts("views") if script.name == "replenishment_chains"]
    with duckdb.connect() as connection:
        connection.execute("""
            create table replenishment as
            select
                'v' as venue, 's' as symbol, date '2024-01-03' as date, *, 1 as side, null as start_ts,
                null as known_ts, 1.0 as price, 0 as n_hidden, n_refills * 2.0 as executed_qty, 0.0 as refilled_qty,
                0.0 as replenish_ratio, 0.0 as displayed_peak_qty, null as median_refill_ms,
                'native' as refill_class, 1.0 as llr, null as remaining_qty
            from (values (0, 3, 10, 7), (0, 4, 11, 8), (2, 3, 12, 9), (0, 5, 11, 10))
                as refills (chain_id, n_refills, event_ts, seq)
        """)
        connection.execute(script.text)
        rows = connection.sql("select chain_id, n_refills, last_ts from replenishment_chains order by all").fetchall()
    assert rows == [(0, 5, 11), (2, 3, 12)]


def test_strong_observations_has_every_observation():
    (script,) = [script for script in scripts("views") if script.name == "strong_observations"]
    for one in OBSERVATIONS:
        assert f"as '{one.name}'" in script.text


def test_depth_bands_are_priced_by_the_last_bar_that_ended():
    """A market at 100 whose bands are of 80, or as they should be, or with a price too old to tell."""
    (script,) = [script for script in scripts("views") if script.name == "depth_bands_priced"]
    with duckdb.connect() as connection:
        connection.execute("""
            create table price_bars as
            select 'v' as venue, 's' as symbol, price_kind, 60 as interval_s, close, event_ts, event_ts as known_ts
            from (values
                ('trade', 80.0, timestamp '2025-05-19 00:01:00'), ('mark', 100.0, timestamp '2025-05-19 00:01:00'),
                ('mark', 80.0, timestamp '2025-05-19 00:02:00')) as bars (price_kind, close, event_ts)
        """)
        connection.execute("""
            create table depth_bands as
            select
                'v' as venue, 's' as symbol, 2 as n_bands, false as is_stale, false as is_misaligned,
                event_ts as known_ts, *
            from (values
                (timestamp '2025-05-19 00:01:30', -1.0, 2.0, 2 * 99.5),
                (timestamp '2025-05-19 00:01:30', 1.0, 2.0, 2 * 100.5),
                (timestamp '2025-05-19 00:01:40', -5.0, 2.0, 2 * 80.0),
                (timestamp '2025-05-19 00:01:40', 5.0, 0.0, 0.0),
                (timestamp '2025-05-19 00:20:00', 5.0, 2.0, 2 * 80.0))
                as bands (event_ts, band_pct, cum_qty, cum_quote)
        """)
        connection.execute(script.text)
        rows = connection.sql(
            "select price_px, is_off_price from depth_bands_priced order by event_ts, band_pct"
        ).fetchall()
    assert rows == [(100.0, False), (100.0, False), (100.0, True), (100.0, None), (None, None)]
