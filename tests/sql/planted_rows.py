"""Good rows for tables that four hand-made seconds leave empty: statements that insert them."""

FIRST_BAR = "bar_end = (select min(bar_end) from book_state)"
EARLY = "interval '1 day'"
EARLIER = "bar_end - interval '1 s'"
NEXT_MINUTE = (
    "select * replace (bar_end + to_minutes(1) as bar_end, 'ENTRY' as state, null as entry_px) from reversion_signal"
)


_BAR = "select venue, symbol, date, bar_end, known_ts from taker_flow limit 1"

FULL_MINUTE = """
    insert into taker_flow by name
    select
        'v' as venue, 's' as symbol, date '2024-01-03' as date,
        timestamptz '2024-01-03 00:00+00' + to_seconds(s) as bar_end, bar_end as known_ts,
        1.0 as buy_qty, 0.5 as sell_qty, 1.0 as coverage
    from range(1, 61) as seconds(s)
"""
"""Sixty seconds in which takers bought 30 net."""


def makers(net: float | str) -> str:
    """The row of maker_flow of that minute."""
    return f"""
        insert into maker_flow by name
        select
            venue, symbol, date, bar_end, known_ts, 2 as half_life_min, 1.0 as coverage, {net} as maker_net_qty
        from taker_flow
        where bar_end = timestamptz '2024-01-03 00:01+00'
    """


def inventory(**values: str) -> str:
    """A row of maker_inventory, with some values changed."""
    good = {"half_life_min": "2", "inventory_qty": "1", "coverage": "1", "confidence": "1", "z_level": "1"}
    return f"insert into maker_inventory by name select *, {_columns(good | {'q_level': '0.5'} | values)} from ({_BAR})"


def inventory_sum(**values: str) -> str:
    """A row of inventory_total that is half of that row of `inventory` and a market that is not known, some values
    changed."""
    good = {"half_life_min": "2", "inventory_qty": "0.5", "coverage": "1", "confidence": "1", "known_share": "1"}
    good |= {"z_level": "1", "z_change": "1", "z_seasonal": "1", "q_level": "0.5", "n_markets": "2", "n_known": "1"}
    good |= {"markets": "concat('0.5 ', venue, '/', symbol, ' + elsewhere/X')"}
    row = f"select *, {_columns(good | values)} from ({_BAR})"
    return f"{inventory()}; insert into inventory_total by name {row}"


def rule(**values: str) -> str:
    """A minute of reversion_signal in the market, with some values changed."""
    good = {"state": "'LONG'", "direction": "1", "waited": "true", "entry_px": "100"}
    return f"insert into reversion_signal by name select *, {_columns(good | values)} from ({_BAR})"


def spread(**values: str) -> str:
    """A minute of spread, with some values changed."""
    paid = {"effective_spread_bps": "3", "realised_spread_bps": "1", "price_impact_bps": "2", "n_orders": "4"}
    shares = dict.fromkeys(("above_tick_share", "order_share", "coverage", "tape_coverage"), "1")
    good = {"spread_bps": "2", "median_spread_bps": "2"} | paid | shares
    return f"insert into spread by name select *, {_columns(good | values)} from ({_BAR})"


def widening(**values: str) -> str:
    """Two seconds of spread_widening, and no others, wide both; some values of the second changed."""
    good = {"spread_ticks": "5", "z": "4", "z_seasonal": "1", "typical_spread_bps": "2", "is_wide": "true"}
    good |= {"episode_s": "1", "above_tick_share": "0.5", "coverage": "1"}
    later = "select * replace (bar_end + interval '1 s' as bar_end)"
    return "delete from spread_widening; " + "; ".join(
        f"insert into spread_widening by name select *, {_columns(columns)} from ({bar} from ({_BAR}))"
        for bar, columns in (("select *", good), (later, good | {"episode_s": "2"} | values))
    )


def loadings(**values: str) -> str:
    """A fit of flow_loadings, with some values changed."""
    good = {f"loading_{level}": weight for level, weight in enumerate(("0.5", "0.2", "0.2", "0", "-0.1"), 1)}
    good |= {"explained_share": "0.9", "n": "7", "fit_start": "bar_end - interval '1 d'", "fit_end": "bar_end"}
    row = f"select * exclude bar_end, bar_end as event_ts, {_columns(good | values)} from ({_BAR})"
    return f"insert into flow_loadings by name {row}"


def microprice_fit(**values: str) -> str:
    """A fit of microprice_fits with two bins, with some values of the upper one changed."""
    good = {"spread_ticks": "1", "n": "9", "n_changes": "3", "n_clipped": "1", "is_told": "true"}
    good |= {"fit_start": "bar_end - interval '1 d'", "fit_end": "bar_end", "known_ts": "known_ts"}
    low = good | {"imbalance_bin": "0", "adjustment_ticks": "-0.5"}
    high = good | {"imbalance_bin": "1", "adjustment_ticks": "0.5"} | values
    return "; ".join(
        "insert into microprice_fits by name select * exclude (bar_end, known_ts), bar_end as event_ts, "
        f"{_columns(row)} from ({_BAR})"
        for row in (low, high)
    )


def priced(spreads: str) -> str:
    """The rows of microprice that have a weighted mid, with a fit that puts the microprice so many spreads above it."""
    return f"""
        update microprice set
            is_fitted = true, fit_end = microprice.bar_end - interval '1 hour',
            microprice_px = (bid_px + ask_px) / 2 + {spreads} * (ask_px - bid_px),
            adjustment_bps = 20000 * {spreads} * (ask_px - bid_px) / (ask_px + bid_px)
        from book_state as book
        where book.bar_end = microprice.bar_end and weighted_mid_px is not null
    """


def season(**values: str) -> str:
    """A minute of flow_seasonality, and of the makers who took the other side, with some values changed."""
    good = {"window_min": "1", "net_qty": "30", "typical_qty": "10", "past_slots": "4", "seasonal_ratio": "3"}
    good |= {"q_abs": "1", "q_abs_seasonal": "0.5", "coverage": "1"}
    bar = "select venue, symbol, date, bar_end, known_ts from maker_flow"
    row = f"insert into flow_seasonality by name select *, {_columns(good | values)} from ({bar})"
    return f"{FULL_MINUTE}; {makers(-30)}; {row}"


def chain(*refills: str) -> str:
    """A chain in replenishment: n_refills, n_hidden, executed_qty and side of each refill."""
    names = ("n_refills", "n_hidden", "executed_qty", "side")
    rows = [dict(zip(names, refill.split(), strict=True)) | {"seq": str(seq)} for seq, refill in enumerate(refills)]
    times = "bar_end as event_ts, bar_end as start_ts, 0 as chain_id"
    return "; ".join(
        f"insert into replenishment by name select * exclude bar_end, {times}, {_columns(row)} from ({_BAR})"
        for row in rows
    )


def score(**values: str) -> str:
    """A refill of a chain in replenishment with good scores, some values changed."""
    good = {"n_refills": "3", "refill_class": "'native'", "llr": "7", "alive_share": "1", "completion_share": "0"}
    good |= {"n_native_like": "2", "n_synthetic_like": "1", "remaining_qty": "1"}
    sizes = {"remaining_low_qty": "0", "remaining_high_qty": "2", "chain_id": "0", "seq": "0"}
    times = "bar_end as event_ts, bar_end as start_ts"
    changed = _columns(good | sizes | values)
    return f"insert into replenishment by name select * exclude bar_end, {times}, {changed} from ({_BAR})"


def chain_end(**values: str) -> str:
    """The end of a chain, with some values changed."""
    good = {"decided_ts": "bar_end + interval '10 s'", "known_ts": "bar_end + interval '11 s'", "start_ts": "bar_end"}
    counts = {"n_refills": "3", "n_hidden": "1", "n_fast": "1", "n_even": "2", "seq": "0", "chain_id": "0"}
    sizes = {"detected_qty": "1", "own_qty": "1", "ended_by": "'taken'"}
    changed = _columns(good | counts | sizes | values)
    row = f"select * exclude (bar_end, known_ts), bar_end as event_ts, {changed} from ({_BAR})"
    return f"insert into chain_ends by name {row}"


def sweep(**values: str) -> str:
    """The day's first taker order as a sweep, with some values changed."""
    good = {"levels": "2", "depth_consumed_qty": "qty", "hidden_excess_qty": "0"}
    order = "venue, symbol, date, event_ts, known_ts, seq, qty"
    return f"insert into sweeps by name select {order}, {_columns(good | values)} from taker_orders limit 1"


def bucket(**values: str) -> str:
    """A closed volume bucket, the first of its day, with some values changed."""
    good = {"seq": "0", "bucket_qty": "2", "imbalance": "-0.5", "n_orders": "200"}
    rates = {"vpin": "0.5", "vpin_null": "0.25", "vpin_ratio": "2", "opened_ts": "bar_end", "event_ts": "bar_end"}
    changed = _columns(good | rates | values)
    return f"insert into vpin by name select * exclude bar_end, {changed} from ({_BAR})"


def impact(**values: str) -> str:
    """A minute of price_impact, with some values changed."""
    good = {"kyle_lambda": "2", "kyle_lambda_se": "0.5", "r2": "0.4", "sqrt_impact": "3", "mean_abs_flow_quote": "9"}
    counts = {"n_windows": "60", "n_orders": "200", "coverage": "1"}
    return f"insert into price_impact by name select *, {_columns(good | counts | values)} from ({_BAR})"


def memory(**values: str) -> str:
    """An hour of sign_memory, with some values changed."""
    good = {"gamma": "0.5", "gamma_se": "0.1", "acf_1": "0.2", "acf_10": "0.1", "acf_100": "0.03"}
    counts = {"n_orders": "2000", "coverage": "1"}
    return f"insert into sign_memory by name select *, {_columns(good | counts | values)} from ({_BAR})"


def sweep_refill(**values: str) -> str:
    """That sweep, and what came back, with some values changed."""
    good = {"known_ts": "known_ts + interval '2 s'", "depth_before_qty": "10", "depth_after_qty": "10 - qty / 2"}
    kept = "venue, symbol, date, event_ts, seq, depth_consumed_qty"
    changed = _columns(good | {"side": "side", "refilled_share": "0.5"} | values)
    return f"{sweep()}; insert into sweep_refills by name select {kept}, {changed} from sweeps"


def block(**values: str) -> str:
    """The day's first taker order as a block, with some values changed."""
    changed = _columns({"kind": "'on_book'", "seq": "seq", "qty": "qty", "large_qty": "qty / 2"} | values)
    row = f"select venue, symbol, date, event_ts, known_ts, {changed} from taker_orders where seq = 0"
    return f"insert into blocks by name {row}"


OFF_MARKET = """
    update trades set is_off_market = true where seq = 5;
    insert into blocks by name
    select venue, symbol, date, event_ts, known_ts, 'off_market' as kind, seq, qty from trades where seq = 5
"""
"""A print off the market, and its row of blocks."""


def forced(**values: str) -> str:
    """A minute of liquidation_flow, with some values changed."""
    good = {"is_labelled": "true", "buy_qty": "1.0", "sell_qty": "0.0", "n_prints": "1", "coverage": "1.0"}
    return f"insert into liquidation_flow by name select *, {_columns(good | values)} from ({_BAR})"


def wash_pair(**values: str) -> str:
    """The day's first two taker orders as a wash-like pair, with some values changed."""
    good = {"first_seq": "0", "first_side": "1", "first_ts": "event_ts", "gap_ms": "0", "n_between": "0"}
    changed = _columns(good | {"seq": "seq", "qty": "qty", "surprise": "2"} | values)
    row = f"select venue, symbol, date, event_ts, known_ts, {changed} from taker_orders where seq = 1"
    return f"update taker_orders set side = 1 - 2 * seq where seq < 2; insert into wash_like_pairs by name {row}"


def wash_minute(**values: str) -> str:
    """A minute of wash_like without a pair, with some values changed."""
    good = {"n_orders": "40", "n_pairs": "0", "n_expected": "3.5", "n_pairs_window": "9", "score": "0.5"}
    sizes = {"round_size_share": "0.1", "first_digit_distance": "0.01", "lognormal_distance": "0.05"}
    covered = {"coverage": "1", "window_coverage": "1"}
    return f"insert into wash_like by name select *, {_columns(good | sizes | covered | values)} from ({_BAR})"


def rate(side: int = 1, **values: str) -> str:
    """A minute of replenishment_rate on one side without a refill, with some values changed."""
    good = {"n_refills": "0", "n_chains": "1", "n_sized": "1", "executed_qty": "0", "refilled_qty": "0"}
    sizes = {"remaining_qty": "2", "remaining_low_qty": "1", "remaining_high_qty": "4", "coverage": "1"}
    changed = _columns({"side": str(side)} | good | sizes | values)
    return f"insert into replenishment_rate by name select *, {changed} from ({_BAR})"


def pull(**values: str) -> str:
    """A bid withdrawn in quote_pulls, with some values changed."""
    good = {"side": "1", "direction": "-1", "displayed_qty": "5", "traded_qty": "0.5", "pulled_qty": "4.5", "seq": "0"}
    times = {"seen_ts": "bar_end + interval '150 ms'", "known_ts": "bar_end + interval '600 ms'"}
    rest = {"gap_bps": "2", "spread_before_bps": "1", "is_restored": "true", "restored_ms": "100"}
    changed = _columns(good | times | rest | values)
    row = f"select * exclude (bar_end, known_ts), bar_end as event_ts, {changed} from ({_BAR})"
    return f"insert into quote_pulls by name {row}"


def book_check(**values: str) -> str:
    """A snapshot that found three of ten levels wrong, with some values changed."""
    good = {"compared": "10", "missing": "1", "stale": "1", "resized": "1"}
    times = dict.fromkeys(("since_ts", "before_ts", "event_ts"), "bar_end") | {"known_ts": "bar_end"}
    row = f"select * exclude (bar_end, known_ts), {_columns(good | times | values)} from ({_BAR})"
    return f"insert into book_checks by name {row}"


def quotes(**values: str) -> str:
    """A second of quote_ledger in which more asks than bids were withdrawn, with some values changed."""
    sums = ("increased", "decreased", "traded", "cancelled", "unattributable")
    amounts = {"bid": (1, 6, 2, 3, 1), "ask": (2, 9, 0, 8, 1)}
    good = {f"{side}_{name}_qty": str(n) for side in amounts for name, n in zip(sums, amounts[side], strict=True)}
    good |= {"pull_imbalance": "0.5", "bid_pull_intensity": "0.1", "ask_pull_intensity": "0.3"}
    shares = {"coverage": "1", "tape_coverage": "1", "bar_end": "bar_end + interval '1 h'"}
    row = f"select * exclude (bar_end, known_ts), {_columns(good | shares | {'known_ts': 'known_ts'} | values)}"
    return f"insert into quote_ledger by name {row} from ({_BAR})"


def volatility(**values: str) -> str:
    """A row of volatility, with some values changed: a quarter of the variance is jumps."""
    good = {"window_min": "5", "n_returns": "5", "coverage": "1", "realised_vol": "2", "bipower_vol": "sqrt(3)"}
    return f"insert into volatility by name select *, {_columns(good | {'jump_share': '0.25'} | values)} from ({_BAR})"


def premium(**values: str) -> str:
    """A row of variance_premium, with some values changed."""
    good = {"maturity_days": "7", "window_min": "10080", "coverage": "1", "reference": "'v/x'", "realised_vol": "0.4"}
    good |= {"atm_iv": "0.5", "trailing_premium": "0.09", "trailing_premium_vol": "0.1"}
    good |= {"atm_iv_before": "0.3", "realised_premium": "-0.07", "realised_premium_vol": "-0.1"}
    return f"insert into variance_premium by name select *, {_columns(good | values)} from ({_BAR})"


def unrealised() -> str:
    """A minute of a chain whose underlying was not recorded for long enough."""
    names = ("realised_vol", "trailing_premium", "trailing_premium_vol", "realised_premium", "realised_premium_vol")
    return premium(coverage="0.2", **dict.fromkeys(names, "null"))


def regime(table: str = "volatility_regime", **values: str) -> str:
    """A row of volatility_regime or correlation_regime, with some values changed."""
    good = {"p_high" if table == "volatility_regime" else "p_high_correlation": "0.5", "regime": "0"}
    good |= {"is_change": "false", "fit_end": "bar_end - interval '1 hour'"}
    return f"insert into {table} by name select *, {_columns(good | values)} from ({_BAR})"


def fit(table: str = "regime_fits", **values: str) -> str:
    """A fit of two states, with some values of the higher one changed."""
    good = {"fit_start": "bar_end - interval '7 days'", "fit_end": "bar_end", "n_samples": "9", "sd": "1"}
    good |= {"stay_prob": "0.9", "share": "0.5", "known_ts": "bar_end + interval '1 s'"}
    low = good | {"state": "0", "mean": "1", "up_prob": "0.1", "down_prob": "0"}
    high = good | {"state": "1", "mean": "2", "up_prob": "0", "down_prob": "0.1"} | values
    return "; ".join(
        f"insert into {table} by name select * exclude (bar_end, known_ts), bar_end as event_ts, {_columns(row)} "
        f"from ({_BAR})"
        for row in (low, high)
    )


def correlation(**values: str) -> str:
    """A row of correlation, with some values changed."""
    good = {"correlation": "0.5", "short_correlation": "0.4", "n_returns": "240", "coverage": "1"}
    good |= {"short_coverage": "1", "reference": "'v/r'"}
    return f"insert into correlation by name select *, {_columns(good | values)} from ({_BAR})"


def spike(**values: str) -> str:
    """A row of correlation_regime with a spike, with some values changed."""
    good = {"vol_adjusted_correlation": "0.5", "q_correlation": "1", "is_vol_high": "true", "is_spike": "true"}
    changed = _columns(good | {"is_spike_naive": "true"} | values)
    return f"insert into correlation_regime by name select *, {changed} from ({_BAR})"


def _columns(values: dict[str, str]) -> str:
    return ", ".join(f"{value} as {name}" for name, value in values.items())


def footprint(**values: str) -> str:
    """A minute of the footprint in the market, with some values changed."""
    good = {"sweep": "1", "sweep_strength": "1", "sweep_age_min": "0", "n_strong": "1", "n_up": "1", "n_down": "0"}
    return f"insert into footprint by name select *, {_columns(good | values)} from ({_BAR})"
