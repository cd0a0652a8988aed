"""What the reversion rule would have made on these data, beside its controls."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.chart import Chart, Colors
from backtest.page import ON_PAGE, Panel, definitions, rows_table
from backtest.placebo.reversion_controls import CONTROLS
from backtest.strategy.placebos import RULE
from backtest.strategy.sample import LEAST_EPISODES
from backtest.trading.terms import Terms
from backtest.verdict import VERDICTS, Findings, verdict
from pipeline.errors import FootprintError
from pipeline.judge.backtest_market import JUDGED_LATENCY_MS, Place, judge_market
from pipeline.judge.backtest_request import Request, find, terms_of
from pipeline.report.provenance import made_from
from pipeline.report.scope import Scope
from pipeline.selection import Selection
from pipeline.timerange import TimeRange

Floats = NDArray[np.float64]

_QUESTION: Final = "What would the rule have made, net of costs?"
_SHORT: Final = "Net of costs"
_CAPITAL: Final = 100_000.0
_SEED: Final = 1
_NET, _DRAWDOWN, _CONTROL = "#2b8bd0", "#d55e00", "#8a8a8a"


def equity_panel(scope: Scope, colors: Colors = ON_PAGE) -> Panel | None:
    """None if the rule has no row here."""
    rows = scope.rows("reversion_signal")
    if rows.is_empty():
        return None
    sql = scope.sql(
        "reversion_signal", "bar_end, state, direction, reason, mid, ref_px, entry_px", where="reason is not null"
    )
    note = made_from(scope, {"reversion_signal": rows.height})
    request = _request(scope)
    try:
        found = find(request)
        terms = terms_of(request, scope.market, found.params["stop"])
        judged = judge_market(Place(scope.root, scope.market, request.selection.time), found.params, terms, _SEED)
    except FootprintError as wrong:
        why = escape(f"No profit or loss is stated: {wrong.why}.")
        return Panel(_QUESTION, f"<p>{why}</p>", note, sql, short=_SHORT)
    made = judged.made[RULE].filter(pl.col("latency_ms") == JUDGED_LATENCY_MS)
    if made.is_empty():
        why = _why_none(rows, found.params)
        body = f"<p>The rule ordered no entry: {why} So there is nothing to add up.</p>{_VERDICT}"
        return Panel(_QUESTION, body, note, sql, short=_SHORT)
    others = {name: one for name, one in judged.made.items() if name != RULE}
    body = f"<p>{_told(made)}</p>{_chart(scope, made, others, colors)}{_table(made, others)}{_VERDICT}"
    return Panel(_QUESTION, body, f"{note} {_costs(terms)}", sql, short=_SHORT)


def _request(scope: Scope) -> Request:
    """What `footprint backtest` would be asked for this market and time, with its own defaults."""
    selection = Selection(scope.market.venue, scope.market.symbol, TimeRange(scope.since, scope.until))
    return Request(scope.root, selection, _CAPITAL, "taker", fees=(), tier=None, seed=_SEED)


def equity(made: pl.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Times of exit (microseconds), net so far and how far below its highest (<= 0), in quote, of closed trades; the
    highest is at least the 0 of the beginning."""
    closed = made.filter(pl.col("status") == "closed").sort("exit_ts")
    net = closed["net_quote"].cum_sum().to_numpy()
    top = np.maximum.accumulate(np.maximum(net, 0.0)) if net.size else net
    return closed["exit_ts"].dt.epoch("us").to_numpy().astype(np.float64), net, net - top


def _chart(scope: Scope, made: pl.DataFrame, others: Mapping[str, pl.DataFrame], colors: Colors) -> str:
    times, net, below = equity(made)
    if not net.size:
        return ""
    first, last = scope.since.timestamp() * 1e6, scope.until.timestamp() * 1e6
    # Steps: what was made stays until the next exit.
    x = np.concatenate(([first], np.repeat(times, 2), [last]))
    steps = [np.repeat(np.concatenate(([0.0], one)), 2) for one in (net, below)]
    ends = np.array([equity(other)[1][-1] if equity(other)[1].size else 0.0 for other in others.values()])
    values = np.concatenate([*steps, ends])
    chart = Chart(
        "Net of fees, slippage and funding", "crosses at the end: controls", "quote", (first, last),
        (float(values.min()), float(values.max())), colors,
    )  # fmt: skip
    chart.line("drawdown", x, steps[1], _DRAWDOWN, dash="4 3")
    chart.line("net", x, steps[0], _NET, width=2)
    chart.marks("controls", np.full(ends.size, last - 0.008 * (last - first)), ends, ["cross"] * ends.size, _CONTROL)
    return f'<div class="chart">{chart.text()}</div>'


def _table(made: pl.DataFrame, others: Mapping[str, pl.DataFrame]) -> str:
    rows = []
    for name, found in {"the rule": made, **others}.items():
        closed = found.filter(pl.col("status") == "closed")
        means = [closed[column].mean() for column in ("net_bps", "break_even_bps")]
        net = closed["net_quote"].sum() if closed.height else None
        rows.append([name.replace("_", " "), found.height, closed.height, net, *means])
    table = rows_table(["entries of", "ordered", "closed", "net, quote", "net, bps", "break-even, bps"], rows)
    meanings = definitions({name.replace("_", " "): CONTROLS[name] for name in others})
    return f"{table}<details><summary>What the controls are</summary>{meanings}</details>"


def _told(made: pl.DataFrame) -> str:
    closed = made.filter(pl.col("status") == "closed")
    counts = f"{made.height} ordered, {closed.height} closed"
    if closed.is_empty():
        return f"{counts}: no profit or loss yet."
    return (
        f"{counts}: net {closed['net_quote'].sum():+,.2f} quote on {_CAPITAL:,.0f}, "
        f"{float(closed['net_bps'].to_numpy().mean()):+.2f} bps a trade."
    )


def _why_none(rows: pl.DataFrame, chosen: Mapping[str, Any]) -> str:
    z = rows["z_level"].drop_nulls().abs()
    if z.is_empty():
        return "its inventory z is not known in any minute of the window."
    armed = int(rows["reason"].fill_null("").str.contains("armed").sum())
    if armed:
        return f"it armed {armed} times, and the price did not give way by {chosen['pullback']:.2%} in time."
    return f"|z| reached {z.to_numpy().max():.2f}, and it arms at {chosen['z_in']} if the quantile is extreme too."


def _costs(terms: Terms) -> str:
    return (
        f"Fees of {terms.fees.venue}, {terms.fees.tier} tier, as an example: {terms.fees.taker_bps} bps a leg "
        f"({terms.fees.source}). Taker fills {JUDGED_LATENCY_MS:g} ms after the decision; size: a stop loses "
        f"{terms.risk_share:.2%} of {terms.capital_quote:,.0f}, at most {terms.depth_share:.0%} of the depth within "
        f"{terms.depth_bps} bps. Controls leave by plain exits; hold them against own entries. Seed {_SEED}. "
        "footprint backtest makes the same trades for this market and time, and judges them."
    )


_SAID: Final = verdict(Findings(is_explaining=False, is_predicting=False, is_paying=False, is_paying_later=False))
_VERDICT: Final = (
    f'<p>Verdict: <span class="verdict">{_SAID}</span>, {VERDICTS[_SAID]}. One market and one window never say more: '
    f"it takes at least {LEAST_EPISODES} trades apart from each other, on three symbols and in two regimes of "
    "volatility.</p>"
)
