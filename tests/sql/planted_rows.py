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


def pull(**values: str) -> str:
    """A bid withdrawn in quote_pulls, with some values changed."""
    good = {"side": "1", "direction": "-1", "displayed_qty": "5", "traded_qty": "0.5", "pulled_qty": "4.5", "seq": "0"}
    times = {"seen_ts": "bar_end + interval '150 ms'", "known_ts": "bar_end + interval '600 ms'"}
    rest = {"gap_bps": "2", "spread_before_bps": "1", "is_restored": "true", "restored_ms": "100"}
    changed = _columns(good | times | rest | values)
    row = f"select * exclude (bar_end, known_ts), bar_end as event_ts, {changed} from ({_BAR})"
    return f"insert into quote_pulls by name {row}"


def quotes(**values: str) -> str:
    """A second of quote_ledger in which more asks than bids were withdrawn, with some values changed."""
    sums = ("increased", "decreased", "traded", "cancelled", "unattributable")
    amounts = {"bid": (1, 6, 2, 3, 1), "ask": (2, 9, 0, 8, 1)}
    good = {f"{side}_{name}_qty": str(n) for side in amounts for name, n in zip(sums, amounts[side], strict=True)}
    good |= {"pull_imbalance": "0.5", "bid_pull_intensity": "0.1", "ask_pull_intensity": "0.3"}
    shares = {"coverage": "1", "tape_coverage": "1", "bar_end": "bar_end + interval '1 h'"}
    row = f"select * exclude (bar_end, known_ts), {_columns(good | shares | {'known_ts': 'known_ts'} | values)}"
    return f"insert into quote_ledger by name {row} from ({_BAR})"


def _columns(values: dict[str, str]) -> str:
    return ", ".join(f"{value} as {name}" for name, value in values.items())
