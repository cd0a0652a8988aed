"""A backtest for the terminal: figures with their errors, what they are held against, and the verdict."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.market import Market

_WIDTH = 100


def text(told: Mapping[str, Any]) -> str:
    """From the plain values of a backtest."""
    parts = [
        _head(told),
        _figures(told),
        _wins(told),
        _costs(told),
        _break_even(told),
        _latencies(told),
        _controls(told),
    ]
    if len(told["grid"]) > 1:
        parts.append(_grid(told))
    written = ["\n".join(part) for part in [*parts, _trials(told), _verdict(told)]]
    return "\n\n".join(part for part in written if part) + "\n"


def _head(told: Mapping[str, Any]) -> Iterator[str]:
    terms = told["terms"]
    yield f"inventory reversion, {terms['entry']} entries, {terms['judged_latency_ms']:g} ms from knowing to the venue"
    for one in told["markets"]:
        fees = one["fees"]
        assumed = f" (assumed: {fees['venue']}, no [[fees]] for {one['venue']})" if fees["is_assumed"] else ""
        yield f"  {one['venue']}/{one['symbol']}  {one['first_minute'][:16]} to {one['last_minute'][:16]} UTC, " + (
            f"{one['minutes']:,} minutes"
        )
        yield f"    fees {fees['maker_bps']:g}/{fees['taker_bps']:g} bps maker/taker, tier {fees['tier']}{assumed}"
        funding = one["funding"]
        unknown = f", {funding['without_a_known_rate']} of unknown rate" if funding["without_a_known_rate"] else ""
        schedule = "" if funding["has_schedule"] else "; when they are due is not known, some may be missing"
        yield f"    funding settlements: {funding['settlements']}{unknown}{schedule}"
    for market, why in told["left_out"].items():
        yield f"  left out: {market}, {why}"


def _figures(told: Mapping[str, Any]) -> Iterator[str]:
    trades = told["trade_counts"]
    counts = ", ".join(f"{trades[name]} {name}" for name in trades["status_means"])
    yield f"entries ordered: {trades['ordered']} ({counts})"
    if trades["partly_filled"] or trades["impact_not_known"]:
        unknown = trades["impact_not_known"]
        yield f"  partly filled: {trades['partly_filled']}, impact not known and not counted: {unknown}"
    yield f"{'bps per round trip':<22}{'mean':>9}{'95 % interval':>22}{'t':>7}{'n':>6}{'episodes':>10}"
    rows = {name: told["estimates"][f"{name}_bps"] for name in ("gross", "net", "break_even")}
    rows |= {f"net, {name}": one["estimates"]["net_bps"] for name, one in told["waited"].items()}
    rows["net, last 20 % of time"] = told["split"]["later"]["estimates"]["net_bps"]
    for name, one in rows.items():
        yield f"{name.replace('_', ' '):<22}{_row(one)}"


def _row(one: Mapping[str, Any]) -> str:
    interval = "-" if one["low"] is None else f"{one['low']:+.2f} to {one['high']:+.2f}"
    return f"{_number(one['mean']):>9}{interval:>22}{_number(one['t'], '.1f'):>7}{one['n']:>6}{one['episodes']:>10}"


def _wins(told: Mapping[str, Any]) -> Iterator[str]:
    one = told["win_rate"]
    if not one["n"]:
        return
    interval = f"({one['low']:.0%} to {one['high']:.0%})"
    payoff = "" if one["payoff"] is None else f", a win is {one['payoff']:.2f} of a loss"
    yield f"won {one['rate']:.0%} of {one['n']} {interval}{payoff}"
    yield f"  stop and target alone let a random walk win {one['by_geometry']:.0%} before costs"


def _costs(told: Mapping[str, Any]) -> Iterator[str]:
    if not told["trade_counts"]["closed"]:
        return
    yield "where it went, bps: " + ", ".join(f"{name} {_number(value)}" for name, value in told["costs"].items())


def _break_even(told: Mapping[str, Any]) -> Iterator[str]:
    if not told["trade_counts"]["closed"]:
        return
    yield "break-even against the fees of a round trip, bps"
    for one in told["markets"]:
        against = ", ".join(
            f"{name.replace('_', ' and ')} {fees['round_trip_bps']:g} (left {_number(fees['left_bps'])})"
            for name, fees in one["break_even_against_fees"].items()
        )
        yield f"  {Market(one['venue'], one['symbol'])}: {_number(one['break_even_bps'])} against {against}"


def _latencies(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{'latency':<12}{'waited':<9}{'ordered':>8}{'closed':>8}{'gross':>9}{'net':>9}{'win rate':>10}"
    for one in told["latencies"]:
        waited = {None: "all", True: "yes", False: "no"}[one["waited"]]
        yield (
            f"{one['latency_ms']:g} ms".ljust(12) + f"{waited:<9}{one['ordered']:>8}{one['closed']:>8}"
            f"{_number(one['mean_gross_bps']):>9}{_number(one['mean_net_bps']):>9}{_number(one['win_rate'], '.0%'):>10}"
        )


def _controls(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{'placebo':<14}{'n':>5}{'gross':>9}{'net':>9}  {'rule above it by':<30}beaten"
    for name, one in told["controls"].items():
        excess, said = one["excess_gross_bps"], "-"
        if excess is not None and excess["value"] is not None:
            reach = "" if excess["low"] is None else f" ({excess['low']:+.2f} to {excess['high']:+.2f})"
            said = f"{excess['value']:+.2f}{reach}"
        beaten = {None: "-", True: "yes", False: "not shown"}[one["is_beaten"]]
        gross, net = one["estimates"]["gross_bps"], _number(one["net_bps"])
        yield (f"{name:<14}{gross['n']:>5}{_number(gross['mean']):>9}{net:>9}  {said:<30}{beaten}")


def _grid(told: Mapping[str, Any]) -> Iterator[str]:
    if len(told["grid"]) < 2:
        return
    names = [name for name in told["grid"][0]["config"] if len({one["config"][name] for one in told["grid"]}) > 1]
    yield "configurations tried, the one asked for first"
    yield "".join(f"{name:>{max(len(name) + 2, 10)}}" for name in names) + f"{'n':>6}{'gross':>9}{'net':>9}{'t':>7}"
    for one in told["grid"]:
        values = "".join(f"{one['config'][name]:>{max(len(name) + 2, 10)}g}" for name in names)
        gross, net = one["estimates"]["gross_bps"], one["estimates"]["net_bps"]
        yield f"{values}{net['n']:>6}{_number(gross['mean']):>9}{_number(net['mean']):>9}{_number(net['t'], '.1f'):>7}"


def _trials(told: Mapping[str, Any]) -> Iterator[str]:
    about, alpha = told["trial_statistics"], told["alpha"]
    kinds = "kind" if told["n_trials_effective"] == 1 else "kinds (daily returns that move together are one)"
    counts = f"{told['n_trials']}, of {told['n_trials_effective']} {kinds}"
    yield f"trials on this data: {counts}; days of returns: {about['days']}"
    yield f"  deflated Sharpe ratio: {_or_why(told['dsr'], about['dsr_reason'])}"
    yield f"  probability of overfitting: {_or_why(told['pbo'], about['pbo_reason'])}"
    value = alpha["alpha_bps_a_day"]
    if value is None:
        yield f"  alpha: not stated, {alpha['reason']}"
    else:
        yield f"  alpha: {value['value']:+.2f} bps a day ({_number(value['low'])} to {_number(value['high'])})"


def _verdict(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"verdict: {told['verdict']} ({told['verdict_means']})"
    for sentence in told["why"]:
        yield f"  - {sentence}"
    yield told["caveat"]


def _or_why(value: float | None, reason: str | None) -> str:
    return f"not stated, {reason or 'it cannot be computed'}" if value is None else f"{value:.3f}"


def _number(value: float | None, form: str = "+.2f") -> str:
    return "-" if value is None else format(value, form)
