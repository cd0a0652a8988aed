"""Defects of tables made of the book: by check, statements that plant one in good tables."""

from signals.book_state import BOOK_STATE
from tests.sql.planted_rows import (
    FIRST_BAR,
    book_check,
    loadings,
    microprice_fit,
    priced,
    pull,
    quotes,
    spread,
    widening,
)

DEFECTS = {
    "book_checks_add_up": [
        book_check(compared="2"),
        book_check(stale="-1"),
        book_check(known_ts="bar_end - interval '1 s'"),
        book_check(since_ts="bar_end + interval '1 s'"),
        "update gaps set reason = 'snapshot_mismatch'",
        f"{book_check(missing='0', stale='0', resized='0')}; update gaps set reason = 'snapshot_mismatch', "
        "to_ts = (select min(event_ts) from book_checks)",
    ],
    "book_is_null_unless_ok": [
        f"update book_state set state = 'RESYNC' where {FIRST_BAR}",
        f"update book_state set state = 'LOCKED' where {FIRST_BAR}",
        f"update book_state set bid_px = ask_px + 1 where {FIRST_BAR}",
    ],
    "depth_grows_outward": [
        *(
            f"update book_state set {side}_depth_{narrow}bps_qty = 9, {side}_depth_{wide}bps_qty = 8"
            for side in ("bid", "ask")
            for narrow, wide in ((1, 5), (5, 10), (10, 25), (25, 50))
        ),
        "update book_state set spread_bps = 1, bid_depth_5bps_qty = 0",
    ],
    "imbalance_within_one": [
        f"update book_state set {name} = {beyond}"
        for name in BOOK_STATE.schema.names()
        if name.startswith("imbalance_")
        for beyond in (1.01, -1.01, "'nan'")
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
    "loadings_add_up": [
        loadings(loading_1="0.6"),
        loadings(loading_1="-0.5"),
        loadings(explained_share="1.1"),
        loadings(explained_share="null"),
        loadings(fit_end="bar_end + interval '1 s'"),
        loadings(fit_start="bar_end"),
        loadings(n="0"),
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
        f"update book_state set state = 'LOCKED' where {FIRST_BAR}",
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
}
