"""Each check in sql/checks finds what it is for: a defect planted in good tables."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.plan import TABLES
from pipeline.scripts import in_reading_order, scripts
from pipeline.warehouse import publish, run_checks
from signals.book_state import BOOK_STATE
from tests.pipeline.captures import session, write_capture
from tests.pipeline.lakes import Lake, add
from tests.sql.planted_rows import (
    FULL_MINUTE,
    chain,
    chain_end,
    correlation,
    fit,
    inventory,
    makers,
    regime,
    rule,
    score,
    spike,
    sweep,
    volatility,
)

_FIRST_BAR = "bar_end = (select min(bar_end) from book_state)"
_EARLY = "interval '1 day'"
_NEXT_MINUTE = (
    "select * replace (bar_end + to_minutes(1) as bar_end, 'ENTRY' as state, null as entry_px) from reversion_signal"
)

_DEFECTS = {
    "accounts_balance": [
        "update accounts set records_in = records_in + 1 where table_name = 'trades'",
        "update accounts set records_quarantined = -1 where table_name = 'book_updates'",
    ],
    "aggression_adds_up": [
        "update taker_aggression set net_qty_1s = net_qty_1s + 0.001",
        "update taker_aggression set net_qty_1s = null",
        "update taker_aggression set ratio_1s = 1.1",
        "update taker_aggression set n_orders_1s = 1000, n_orders_10s = 999",
    ],
    "apr_is_rate_times_hours": [
        "update basis set funding_apr = funding_apr / 3",
        "update basis set funding_apr = null",
        "update basis set interval_h = null",
    ],
    "bars_are_complete": [
        "delete from book_state where bar_end = (select median(bar_end) from book_state)",
        f"insert into book_state from book_state where {_FIRST_BAR}",
    ],
    "book_is_null_unless_ok": [
        f"update book_state set state = 'RESYNC' where {_FIRST_BAR}",
        f"update book_state set state = 'LOCKED' where {_FIRST_BAR}",
        f"update book_state set bid_px = ask_px + 1 where {_FIRST_BAR}",
    ],
    "chain_ends_follow": [
        chain_end(decided_ts="bar_end"),
        chain_end(known_ts="bar_end + interval '10 s'"),
        chain_end(start_ts="bar_end + interval '1 s'"),
        chain_end(detected_qty="2"),
        chain_end(n_even="3"),
        chain_end(n_fast="0"),
        chain_end(n_fast="4"),
        chain_end(ended_by="'lost'"),
    ],
    "chain_scores_in_range": [
        score(llr="'inf'::double"),
        score(refill_class="'iceberg'"),
        score(n_native_like="3"),
        score(alive_share="1.1"),
        score(completion_share="-0.1"),
        score(remaining_qty="-1"),
        score(remaining_low_qty="-1"),
        score(remaining_low_qty="3"),
    ],
    "chains_grow": [
        chain("3 0 5 1", "5 0 6 1"),
        chain("3 0 5 1", "4 0 4 1"),
        chain("3 0 5 1", "4 0 6 -1"),
        chain("3 4 5 1"),
        f"{chain('3 0 5 1')}; update replenishment set start_ts = event_ts + {_EARLY}",
    ],
    "correlations_in_range": [
        correlation(correlation="1.01"),
        correlation(short_correlation="-1.01"),
        correlation(coverage="1.1"),
        correlation(short_coverage="-0.1"),
        correlation(coverage="0.7"),
        correlation(short_coverage="0.7"),
        correlation(reference="null"),
        spike(vol_adjusted_correlation="1.01"),
        spike(q_correlation="1.1"),
        spike(is_vol_high="null"),
        spike(is_spike_naive="null"),
    ],
    "depth_grows_outward": [
        *(
            f"update book_state set {side}_depth_{narrow}bps_qty = 9, {side}_depth_{wide}bps_qty = 8"
            for side in ("bid", "ask")
            for narrow, wide in ((1, 5), (5, 10), (10, 25), (25, 50))
        ),
        "update book_state set spread_bps = 1, bid_depth_5bps_qty = 0",
    ],
    "fits_are_of_the_past": [
        *(
            fit(table, **{name: value})
            for table in ("regime_fits", "correlation_fits")
            for name, value in (("fit_end", "bar_end + interval '1 us'"), ("mean", "0.5"))
        ),
        fit(fit_start="bar_end + interval '1 us'"),
        fit(known_ts="bar_end - interval '1 us'"),
        fit(state="2"),
        fit(sd="0"),
        fit(share="0.6"),
        fit(stay_prob="0.8"),
    ],
    "flow_is_null_without_coverage": [
        "update taker_flow set coverage = 0.5",
        "update taker_flow set coverage = 1.5",
        "update taker_flow set buy_qty = null",
        "update taker_flow set n_prints = null",
    ],
    "flow_matches_tape": [
        "delete from trades where seq = 5",
        f"update taker_flow set n_prints = n_prints + 1 where {_FIRST_BAR}",
        "update trades set is_off_market = true where seq = 5",
    ],
    "imbalance_within_one": [
        f"update book_state set {name} = {beyond}"
        for name in BOOK_STATE.schema.names()
        if name.startswith("imbalance_")
        for beyond in (1.01, -1.01, "'nan'")
    ],
    "inventory_scores_in_range": [
        inventory(q_level="1.1"),
        inventory(coverage="-0.1"),
        inventory(confidence="2"),
        inventory(inventory_qty="null"),
        inventory(z_level="null"),
    ],
    "known_after_event": [
        *(f"update {name} set known_ts = event_ts - {_EARLY}" for name in ("book_updates", "trades")),
        *(f"update {name} set known_ts = bar_end - {_EARLY}" for name in ("book_state", "taker_flow")),
        f"update book_state set known_ts = known_ts + {_EARLY} where {_FIRST_BAR}",
        f"update taker_flow set known_ts = known_ts + {_EARLY} where {_FIRST_BAR}",
        *(f"update {name} set known_ts = event_ts - {_EARLY}" for name in ("book_ticker", "derivative_ticker")),
        f"update funding set known_ts = event_ts - {_EARLY}",
        f"update taker_aggression set known_ts = bar_end - {_EARLY}",
        f"{inventory()}; update maker_inventory set known_ts = bar_end - {_EARLY}",
        f"{chain('3 0 5 1')}; update replenishment set known_ts = event_ts - {_EARLY}",
        f"{chain_end()}; update chain_ends set known_ts = event_ts - {_EARLY}",
        f"{sweep()}; update sweeps set known_ts = event_ts - {_EARLY}",
        f"{FULL_MINUTE}; {makers(-30)}; update maker_flow set known_ts = bar_end - {_EARLY}",
        f"update basis set known_ts = bar_end - {_EARLY}",
        f"{rule()}; update reversion_signal set known_ts = bar_end - {_EARLY}",
        f"{volatility()}; update volatility set known_ts = bar_end - {_EARLY}",
        f"{regime()}; update volatility_regime set known_ts = bar_end - {_EARLY}",
        f"{correlation()}; update correlation set known_ts = bar_end - {_EARLY}",
        f"{spike()}; update correlation_regime set known_ts = bar_end - {_EARLY}",
        *(
            f"{fit(name)}; update {name} set known_ts = event_ts - {_EARLY}"
            for name in ("regime_fits", "correlation_fits")
        ),
    ],
    "lines_balance": [
        "update manifest set lines = lines + 1",
        "update accounts set lines_kept = lines_kept - 1 where table_name = 'trades'",
        "delete from accounts",
    ],
    "makers_mirror_takers": [
        f"{FULL_MINUTE}; {makers(30)}",
        f"{FULL_MINUTE}; {makers('null')}",
        f"{FULL_MINUTE}; {makers(-30)}; delete from taker_flow where second(bar_end) = 5",
    ],
    "ofi_of_a_hand_ledger": [
        f"create or replace macro ofi_event(b, qb, a, qa, b0, qb0, a0, qa0) as {wrong}"
        for wrong in (
            "(b >= b0)::int * qb - (b <= b0)::int * qb0 - (a <= a0)::int * qa",
            "(b >= b0)::int * qb - (b <= b0)::int * qb0 + (a <= a0)::int * qa - (a >= a0)::int * qa0",
            "(b > b0)::int * qb - (b < b0)::int * qb0 - (a <= a0)::int * qa + (a >= a0)::int * qa0",
            "null",
        )
    ],
    "regimes_follow_their_fits": [
        *(
            regime(table, **{name: value})
            for table in ("volatility_regime", "correlation_regime")
            for name, value in (("fit_end", "bar_end"), ("fit_end", "null"), ("regime", "null"), ("is_change", "null"))
        ),
        regime(p_high="1.1"),
        regime(regime="-1"),
    ],
    "reversion_is_one_machine": [
        rule(direction="-1"),
        rule(state="'SHORT'"),
        rule(state="'IDLE'"),
        rule(entry_px="null"),
        rule(waited="null"),
        rule(state="'ARMED'", waited="null"),
        f"{rule()}; insert into reversion_signal by name {_NEXT_MINUTE}",
    ],
    "rows_are_what_accounts_say": [
        "delete from trades where seq = 5",
        "delete from funding",
        "delete from accounts where table_name = 'book_ticker'",
        "insert into book_updates from book_updates limit 1",
    ],
    "sweeps_are_orders": [
        sweep(levels="1"),
        sweep(hidden_excess_qty="1"),
        f"{sweep()}; update sweeps set seq = 1000",
        f"{sweep()}; update taker_orders set qty = qty + 1",
    ],
    "volatilities_hold_together": [
        volatility(realised_vol="-2"),
        volatility(bipower_vol="-1", jump_share="0.75"),
        volatility(jump_share="0.3"),
        volatility(jump_share="-0.1"),
        volatility(coverage="1.1"),
        volatility(coverage="0.7"),
        volatility(n_returns="6"),
        volatility(realised_vol="null"),
    ],
}


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
    assert sorted(_DEFECTS) == [check.name for check in scripts("checks")]


def test_good_tables_have_no_offending_rows(tables: duckdb.DuckDBPyConnection):
    assert run_checks(tables) == dict.fromkeys(_DEFECTS, 0)


@pytest.mark.parametrize("name", ["sql_all_2024", "sql_spot_2023"])
def test_real_recordings_of_every_dialect_have_no_offending_rows(name: str, request: pytest.FixtureRequest):
    assert run_checks(request.getfixturevalue(name)) == dict.fromkeys(_DEFECTS, 0)


@pytest.mark.parametrize(("check", "defect"), [(name, text) for name, texts in _DEFECTS.items() for text in texts])
def test_a_planted_defect_is_found(tables: duckdb.DuckDBPyConnection, check: str, defect: str):
    tables.execute(defect)
    assert run_checks(tables)[check] > 0


@pytest.mark.parametrize(
    ("check", "rows"),
    [
        ("chain_ends_follow", chain_end()),
        ("chain_scores_in_range", score()),
        ("chains_grow", chain("3 1 5 1", "4 2 6 1")),
        ("correlations_in_range", f"{correlation()}; {spike()}"),
        ("fits_are_of_the_past", f"{fit()}; {fit('correlation_fits')}"),
        ("inventory_scores_in_range", inventory()),
        ("makers_mirror_takers", f"{FULL_MINUTE}; {makers(-30)}"),
        ("regimes_follow_their_fits", f"{regime()}; {regime('correlation_regime')}"),
        ("reversion_is_one_machine", rule()),
        ("sweeps_are_orders", sweep()),
        ("volatilities_hold_together", volatility()),
    ],
)
def test_good_rows_of_tables_that_four_seconds_leave_empty_do_not_offend(
    tables: duckdb.DuckDBPyConnection, check: str, rows: str
):
    tables.execute(rows)
    assert run_checks(tables)[check] == 0
