"""Each check in sql/checks finds what it is for: a defect planted in good tables."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.plan import TABLES
from pipeline.scripts import in_reading_order, scripts
from pipeline.warehouse import publish, run_checks
from signals import SIGNALS
from signals.book_state import BOOK_STATE
from tests.pipeline.captures import session, write_capture
from tests.pipeline.lakes import Lake, add
from tests.sql.planted_rows import (
    FULL_MINUTE,
    OFF_MARKET,
    block,
    bucket,
    chain,
    chain_end,
    correlation,
    fit,
    footprint,
    forced,
    impact,
    inventory,
    inventory_sum,
    loadings,
    makers,
    memory,
    microprice_fit,
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
    volatility,
    wash_minute,
    wash_pair,
    widening,
)

_FIRST_BAR = "bar_end = (select min(bar_end) from book_state)"
_EARLY = "interval '1 day'"
_EARLIER = "bar_end - interval '1 s'"
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
    "blocks_are_orders_or_prints": [
        block(large_qty="qty"),
        block(large_qty="null"),
        block(seq="seq + 1000"),
        block(kind="'dark'"),
        f"{block()}; update taker_orders set qty = qty + 1",
        f"{OFF_MARKET}; update trades set is_off_market = false",
        f"{OFF_MARKET}; update blocks set qty = qty + 1",
        forced(is_labelled="false"),
        forced(n_prints="null"),
        forced(coverage="0.5"),
        forced(n_prints="0"),
    ],
    "book_is_null_unless_ok": [
        f"update book_state set state = 'RESYNC' where {_FIRST_BAR}",
        f"update book_state set state = 'LOCKED' where {_FIRST_BAR}",
        f"update book_state set bid_px = ask_px + 1 where {_FIRST_BAR}",
    ],
    "buckets_are_one_sided_at_most": [
        bucket(imbalance="-1.01"),
        bucket(vpin="1.01", vpin_ratio="4.04"),
        bucket(vpin_null="-0.25", vpin_ratio="-2"),
        bucket(vpin_ratio="3"),
        bucket(vpin_null="null", vpin_ratio="null"),
        bucket(n_orders="null"),
        bucket(opened_ts="bar_end + interval '1 s'"),
        bucket(seq="1"),
        f"{bucket()}; {bucket(seq='1', bucket_qty='3')}",
        f"{bucket()}; {bucket(seq='1', opened_ts=_EARLIER)}",
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
    "footprint_in_range": [
        footprint(sweep_strength="1.1"),
        footprint(pull_strength="-0.1"),
        footprint(sweep_age_min="-1"),
        footprint(n_down="1"),
    ],
    "imbalance_within_one": [
        f"update book_state set {name} = {beyond}"
        for name in BOOK_STATE.schema.names()
        if name.startswith("imbalance_")
        for beyond in (1.01, -1.01, "'nan'")
    ],
    "impact_has_an_error": [
        impact(kyle_lambda_se="null"),
        impact(kyle_lambda_se="-1"),
        impact(sqrt_impact="null"),
        impact(kyle_lambda="'nan'"),
        impact(mean_abs_flow_quote="0"),
        impact(r2="1.1"),
        impact(coverage="1.1"),
        impact(coverage="0"),
        impact(n_windows="2"),
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
        f"{sweep_refill()}; update sweep_refills set known_ts = event_ts - {_EARLY}",
        f"{block()}; update blocks set known_ts = event_ts - {_EARLY}",
        f"{wash_pair()}; update wash_like_pairs set known_ts = event_ts - {_EARLY}",
        f"{forced()}; update liquidation_flow set known_ts = bar_end - {_EARLY}",
        f"{wash_minute()}; update wash_like set known_ts = bar_end - {_EARLY}",
        f"{rate()}; update replenishment_rate set known_ts = bar_end - {_EARLY}",
        f"{FULL_MINUTE}; {makers(-30)}; update maker_flow set known_ts = bar_end - {_EARLY}",
        f"update basis set known_ts = bar_end - {_EARLY}",
        f"{footprint()}; update footprint set known_ts = bar_end - {_EARLY}",
        f"{inventory_sum()}; update inventory_total set known_ts = bar_end - {_EARLY}",
        f"{quotes()}; update quote_ledger set known_ts = bar_end - {_EARLY}",
        f"{pull()}; update quote_pulls set known_ts = event_ts - {_EARLY}",
        f"{rule()}; update reversion_signal set known_ts = bar_end - {_EARLY}",
        f"{spread()}; update spread set known_ts = bar_end - {_EARLY}",
        f"update spread_widening set known_ts = bar_end - {_EARLY}",
        f"update order_flow set known_ts = bar_end - {_EARLY}",
        f"{season()}; update flow_seasonality set known_ts = bar_end - {_EARLY}",
        f"{loadings()}; update flow_loadings set known_ts = event_ts - {_EARLY}",
        f"update microprice set known_ts = bar_end - {_EARLY}",
        f"{microprice_fit()}; update microprice_fits set known_ts = event_ts - {_EARLY}",
        f"{bucket()}; update vpin set known_ts = event_ts - {_EARLY}",
        f"{impact()}; update price_impact set known_ts = bar_end - {_EARLY}",
        f"{memory()}; update sign_memory set known_ts = bar_end - {_EARLY}",
        f"{volatility()}; update volatility set known_ts = bar_end - {_EARLY}",
        f"{regime()}; update volatility_regime set known_ts = bar_end - {_EARLY}",
        f"{correlation()}; update correlation set known_ts = bar_end - {_EARLY}",
        f"{spike()}; update correlation_regime set known_ts = bar_end - {_EARLY}",
        *(
            f"{fit(name)}; update {name} set known_ts = event_ts - {_EARLY}"
            for name in ("regime_fits", "correlation_fits")
        ),
    ],
    "ledger_balances": [
        quotes(bid_traded_qty="2.1"),
        quotes(ask_unattributable_qty="0.9"),
        quotes(bid_increased_qty="-1"),
        quotes(pull_imbalance="1.1"),
        quotes(pull_imbalance="-0.5", bid_increased_qty="3"),
        quotes(ask_increased_qty="8"),
        quotes(bid_pull_intensity="-0.1"),
        quotes(coverage="1.1"),
        quotes(coverage="0.7"),
        quotes(tape_coverage="0.7"),
        quotes(bid_decreased_qty="null"),
    ],
    "lines_balance": [
        "update manifest set lines = lines + 1",
        "update accounts set lines_kept = lines_kept - 1 where table_name = 'trades'",
        "delete from accounts",
    ],
    "loadings_add_up": [
        loadings(loading_1="0.6"),
        loadings(loading_1="-0.5"),
        loadings(explained_share="1.1"),
        loadings(explained_share="null"),
        loadings(fit_end="bar_end + interval '1 s'"),
        loadings(fit_start="bar_end"),
        loadings(n="0"),
    ],
    "makers_mirror_takers": [
        f"{FULL_MINUTE}; {makers(30)}",
        f"{FULL_MINUTE}; {makers('null')}",
        f"{FULL_MINUTE}; {makers(-30)}; delete from taker_flow where second(bar_end) = 5",
    ],
    "microprice_fits_are_mirrored": [
        microprice_fit(adjustment_ticks="0.25"),
        microprice_fit(adjustment_ticks="'nan'::double"),
        microprice_fit(is_told="false"),
        microprice_fit(n="10"),
        microprice_fit(n_clipped="2"),
        microprice_fit(spread_ticks="2"),
        f"{microprice_fit()}; update microprice_fits set is_told = false",
        f"{microprice_fit()}; update microprice_fits set n = 0, n_changes = 0, n_clipped = 0",
        f"{microprice_fit()}; update microprice_fits set n_clipped = 4",
        f"{microprice_fit()}; update microprice_fits set n_changes = 10",
        microprice_fit(fit_end="bar_end + interval '1 s'"),
        microprice_fit(fit_start="bar_end"),
        microprice_fit(known_ts="bar_end"),
    ],
    "microprice_is_near_the_mid": [
        "update microprice set weighted_mid_px = weighted_mid_px + 0.001",
        "update microprice set weighted_mid_px = null",
        "update microprice set is_fitted = null",
        "update microprice set is_fitted = true",
        "update microprice set spread_ticks = 0",
        "update microprice set spread_ticks = null",
        "update microprice set adjustment_bps = 0",
        "update microprice set fit_end = bar_end - interval '1 hour'",
        f"update book_state set state = 'LOCKED' where {_FIRST_BAR}",
        "delete from book_state",
        priced("1").replace("true", "false"),
        priced("1").replace("interval '1 hour'", "interval '-1 hour'"),
        priced("100"),
        f"{priced('1')}; update microprice set adjustment_bps = -adjustment_bps",
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
    "order_flow_is_the_books": [
        "update order_flow set ofi_1s = ofi_1s + 0.001",
        "update order_flow set ofi_1s = null",
        "update order_flow set ofi_norm_1s = ofi_1s + 1",
        "update order_flow set tfi_norm_1s = 1000",
        "update order_flow set coverage_10s = 0.5, ofi_10s = 1",
        "update order_flow set coverage_60s = 1.1",
    ],
    "replenishment_rate_counts_chains": [
        rate(),
        f"{rate(-1)}; {rate(n_refills='1')}",
        f"{rate(-1)}; {rate(refilled_qty='1')}",
        f"{rate(-1)}; {rate(n_sized='2')}",
        f"{rate(-1)}; {rate(n_sized='0')}",
        f"{rate(-1)}; {rate(remaining_qty='null')}",
        f"{rate(-1)}; {rate(remaining_low_qty='5')}",
        f"{rate(-1)}; {rate(coverage='0.7')}",
        f"{rate(-1)}; {rate(replenish_imbalance='1.1')}",
    ],
    "pulls_are_pulled": [
        pull(direction="1"),
        pull(side="0", direction="0"),
        pull(traded_qty="5"),
        pull(traded_qty="-1"),
        pull(pulled_qty="0"),
        pull(gap_bps="0"),
        pull(seen_ts="bar_end"),
        pull(seen_ts="bar_end + interval '1 s'"),
        pull(restored_ms="null"),
        pull(is_restored="false"),
        pull(restored_ms="601"),
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
    "seasonal_flow_mirrors_makers": [
        season(net_qty="-30", seasonal_ratio="-3"),
        season(net_qty="null", seasonal_ratio="null"),
        season(seasonal_ratio="2"),
        season(typical_qty="null"),
        season(q_abs="1.1"),
        season(q_abs_seasonal="-0.1"),
        season(coverage="1.1"),
    ],
    "spread_splits": [
        spread(price_impact_bps="1"),
        spread(price_impact_bps="null"),
        spread(realised_spread_bps="null"),
        spread(n_orders="0"),
        spread(spread_bps="0"),
        spread(above_tick_share="1.1"),
        spread(order_share="1.1"),
        spread(coverage="-0.1"),
    ],
    "signs_remember_within_one": [
        *(memory(**{f"acf_{lag}": beyond}) for lag in (1, 10, 100) for beyond in ("1.1", "-1.1", "'nan'")),
        memory(gamma_se="null"),
        memory(gamma="null"),
        memory(gamma="'nan'"),
        memory(gamma_se="-0.1"),
        memory(acf_1="null"),
        memory(n_orders="-1"),
        memory(coverage="1.1"),
    ],
    "sweep_refills_follow": [
        sweep_refill(refilled_share="0.6"),
        sweep_refill(refilled_share="null"),
        sweep_refill(known_ts="event_ts"),
        sweep_refill(side="-1"),
        f"{sweep_refill()}; update sweep_refills set seq = 1000",
    ],
    "sweeps_are_orders": [
        sweep(levels="1"),
        sweep(hidden_excess_qty="1"),
        f"{sweep()}; update sweeps set seq = 1000",
        f"{sweep()}; update taker_orders set qty = qty + 1",
    ],
    "widening_is_an_episode": [
        widening(is_wide="false"),
        widening(is_wide="null"),
        widening(episode_s="0"),
        widening(episode_s="3"),
        widening(spread_ticks="null"),
        widening(spread_ticks="0"),
        widening(typical_spread_bps="null"),
        widening(coverage="1.1"),
        f"{widening()}; update spread_widening set bar_end = bar_end + interval '1 s' where episode_s = 2",
    ],
    "total_is_the_sum_of_its_markets": [
        inventory_sum(inventory_qty="1"),
        inventory_sum(n_known="2"),
        inventory_sum(n_markets="3"),
        inventory_sum(markets="concat(venue, '/', symbol, ' + elsewhere/X')"),
        f"{inventory_sum()}; delete from maker_inventory",
        inventory_sum(inventory_qty="null", markets="concat(venue, '/', symbol)", n_markets="1"),
    ],
    "total_scores_in_range": [
        inventory_sum(q_level="1.1"),
        inventory_sum(known_share="1.1"),
        inventory_sum(coverage="-0.1"),
        inventory_sum(confidence="2"),
        inventory_sum(n_known="3"),
        inventory_sum(inventory_qty="null"),
        inventory_sum(z_level="null"),
    ],
    "wash_like_adds_up": [
        wash_minute(n_pairs="1"),
        wash_minute(n_expected="-1"),
        wash_minute(n_pairs_window="-1"),
        wash_minute(round_size_share="1.1"),
        wash_minute(window_coverage="2"),
        wash_pair(first_side="-1"),
        wash_pair(n_between="1"),
        wash_pair(qty="qty + 1"),
        wash_pair(surprise="-1"),
        wash_pair(first_ts="event_ts + interval '1 ms'"),
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


def test_the_check_of_known_ts_reads_every_table_of_a_signal():
    (check,) = [check for check in scripts("checks") if check.name == "known_after_event"]
    unread = [table.name for signal in SIGNALS for table in signal.outputs if f" {table.name}\n" not in check.text]
    assert unread == []


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
        ("buckets_are_one_sided_at_most", f"{bucket()}; {bucket(seq='1')}"),
        ("blocks_are_orders_or_prints", f"{block()}; {OFF_MARKET}; {forced()}"),
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
    ],
)
def test_good_rows_of_tables_that_four_seconds_leave_empty_do_not_offend(
    tables: duckdb.DuckDBPyConnection, check: str, rows: str
):
    tables.execute(rows)
    assert run_checks(tables)[check] == 0
