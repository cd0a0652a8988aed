"""Good rows for tables that four hand-made seconds leave empty: statements that insert them."""

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


def rule(**values: str) -> str:
    """A minute of reversion_signal in the market, with some values changed."""
    good = {"state": "'LONG'", "direction": "1", "waited": "true", "entry_px": "100"}
    return f"insert into reversion_signal by name select *, {_columns(good | values)} from ({_BAR})"


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


def volatility(**values: str) -> str:
    """A row of volatility, with some values changed: a quarter of the variance is jumps."""
    good = {"window_min": "5", "n_returns": "5", "coverage": "1", "realised_vol": "2", "bipower_vol": "sqrt(3)"}
    return f"insert into volatility by name select *, {_columns(good | {'jump_share': '0.25'} | values)} from ({_BAR})"


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
