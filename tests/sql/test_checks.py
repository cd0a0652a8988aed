"""Each check in sql/checks finds what it is for: a defect planted in good tables."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.plan import TABLES
from pipeline.scripts import in_reading_order, scripts
from pipeline.warehouse import publish, run_checks
from signals import SIGNALS
from tests.pipeline.captures import session, write_capture
from tests.pipeline.lakes import Lake, add
from tests.sql.defects import DEFECTS
from tests.sql.planted_rows import (
    FULL_MINUTE,
    OFF_MARKET,
    block,
    book_check,
    bucket,
    chain,
    chain_end,
    correlation,
    fit,
    forced,
    impact,
    inventory,
    inventory_sum,
    loadings,
    makers,
    memory,
    microprice_fit,
    premium,
    priced,
    pull,
    quotes,
    rate,
    regime,
    rule,
    score,
    season,
    spike,
    spread,
    sweep,
    sweep_refill,
    unrealised,
    volatility,
    wash_minute,
    wash_pair,
    widening,
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published lake of four hand-made seconds; the path of its catalogue."""
    folder = tmp_path_factory.mktemp("checks")
    lake = Lake(folder / "lake")
    add(lake, write_capture(folder / "good.gz", session()))
    publish(lake, "test")
    return lake.root / "footprint.duckdb"


@pytest.fixture
def tables(good: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the catalogue whose tables can be changed."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{good}' as good (read_only)")
        for name in TABLES:
            connection.execute(f"create table {name} as from good.{name}")
        for macro in in_reading_order(scripts("macros")):
            connection.execute(macro.text)
        yield connection


def test_every_check_has_a_defect_to_find():
    assert sorted(DEFECTS) == [check.name for check in scripts("checks")]


def test_the_check_of_known_ts_reads_every_table_of_a_signal():
    (check,) = [check for check in scripts("checks") if check.name == "known_after_event"]
    unread = [table.name for signal in SIGNALS for table in signal.outputs if f" {table.name}\n" not in check.text]
    assert unread == []


def test_good_tables_have_no_offending_rows(tables: duckdb.DuckDBPyConnection):
    assert run_checks(tables) == dict.fromkeys(DEFECTS, 0)


@pytest.mark.parametrize("name", ["sql_all_2024", "sql_spot_2023"])
def test_real_recordings_of_every_dialect_have_no_offending_rows(name: str, request: pytest.FixtureRequest):
    assert run_checks(request.getfixturevalue(name)) == dict.fromkeys(DEFECTS, 0)


@pytest.mark.parametrize(("check", "defect"), [(name, text) for name, texts in DEFECTS.items() for text in texts])
def test_a_planted_defect_is_found(tables: duckdb.DuckDBPyConnection, check: str, defect: str):
    tables.execute(defect)
    assert run_checks(tables)[check] > 0


@pytest.mark.parametrize(
    ("check", "rows"),
    [
        ("buckets_are_one_sided_at_most", f"{bucket()}; {bucket(seq='1')}"),
        ("blocks_are_orders_or_prints", f"{block()}; {OFF_MARKET}; {forced()}"),
        (
            "book_checks_add_up",
            f"{book_check()}; update gaps set reason = 'snapshot_mismatch', to_ts = (select event_ts from book_checks)",
        ),
        ("chain_ends_follow", chain_end()),
        ("chain_scores_in_range", score()),
        ("chains_grow", chain("3 1 5 1", "4 2 6 1")),
        ("impact_has_an_error", impact()),
        ("correlations_in_range", f"{correlation()}; {spike()}"),
        ("fits_are_of_the_past", f"{fit()}; {fit('correlation_fits')}"),
        ("inventory_scores_in_range", inventory()),
        ("loadings_add_up", loadings()),
        ("makers_mirror_takers", f"{FULL_MINUTE}; {makers(-30)}"),
        ("replenishment_rate_counts_chains", f"{rate(-1)}; {rate()}"),
        ("ledger_balances", quotes()),
        ("pulls_are_pulled", pull()),
        ("regimes_follow_their_fits", f"{regime()}; {regime('correlation_regime')}"),
        ("reversion_is_one_machine", rule()),
        ("microprice_fits_are_mirrored", microprice_fit()),
        ("microprice_is_near_the_mid", priced("0.1")),
        ("seasonal_flow_mirrors_makers", season()),
        ("spread_splits", spread()),
        ("signs_remember_within_one", memory()),
        ("sweeps_are_orders", sweep()),
        ("widening_is_an_episode", widening()),
        ("total_is_the_sum_of_its_markets", inventory_sum()),
        ("total_scores_in_range", inventory_sum()),
        ("sweep_refills_follow", sweep_refill()),
        ("wash_like_adds_up", f"{wash_minute()}; {wash_pair()}"),
        ("volatilities_hold_together", volatility()),
        ("premiums_are_differences", f"{premium()}; {unrealised()}"),
    ],
)
def test_good_rows_of_tables_that_four_seconds_leave_empty_do_not_offend(
    tables: duckdb.DuckDBPyConnection, check: str, rows: str
):
    tables.execute(rows)
    assert run_checks(tables)[check] == 0
