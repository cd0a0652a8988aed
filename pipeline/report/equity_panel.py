"""What the reversion rule would have made on these data, beside its controls."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.chart import Chart, Colors
from backtest.page import ON_PAGE, Panel, definitions, rows_table
from backtest.placebo.control_places import Pullback
from backtest.placebo.control_rows import Exits
from backtest.placebo.reversion_controls import CONTROLS, Design, controls
from backtest.trading.fees import BASE_TIERS
from backtest.trading.settlements import settlements
from backtest.trading.trades import Terms, trades
from backtest.verdict import VERDICTS, Findings, verdict
from pipeline.report.provenance import made_from, parameters
from pipeline.report.scope import Scope

Floats = NDArray[np.float64]

_QUESTION: Final = "What would the rule have made, net of costs?"
_LEAST_TRADES: Final = 100
_CAPITAL: Final = 100_000.0
_RISK_SHARE, _DEPTH_SHARE, _DEPTH_BPS = 0.0025, 0.1, 10
_MAX_AGE_S: Final = 3_600.0
_SEED: Final = 7
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
    chosen = parameters(scope, "reversion_signal")
    if scope.instrument["is_inverse"] or not chosen:
        why = "The contract is inverse, and these trades are of linear ones: no profit or loss is stated."
        return Panel(_QUESTION, f"<p>{why}</p>", note, sql, short="Net of costs")
    book = scope.rows("book_state")
    settled = settlements(scope.rows("funding"), reference=_reference(scope), max_age_s=_MAX_AGE_S)
    terms = _terms(chosen)
    made = trades(rows, book, settled, terms=terms)
    if made.is_empty():
        body = f"<p>The rule ordered no entry: {_why_none(rows, chosen)} So there is nothing to add up.</p>{_VERDICT}"
        return Panel(_QUESTION, body, note, sql, short="Net of costs")
    others = {
        name: trades(changed, book, settled, terms=terms)
        for name, changed in controls(rows, settled, design=_design(chosen, rows.height)).items()
    }
    body = f"<p>{_told(made)}</p>{_chart(scope, made, others, colors)}{_table(made, others)}{_VERDICT}"
    return Panel(_QUESTION, body, f"{note} {_costs(terms)}", sql, short="Net of costs")


def _reference(scope: Scope) -> Literal["mark_price", "index_price"]:
    """The price that funding is paid on: the mark, on Hyperliquid the oracle's."""
    return "index_price" if scope.market.venue == "hyperliquid" else "mark_price"


def _terms(chosen: Mapping[str, Any]) -> Terms:
    return Terms(
        latencies_ms=(float(chosen["latency_ms"]),),
        fees=BASE_TIERS[0],
        capital_quote=_CAPITAL,
        risk_share=_RISK_SHARE,
        stop=chosen["stop"],
        depth_share=_DEPTH_SHARE,
        depth_bps=_DEPTH_BPS,
        borrow_apr=0.0,
    )


def _design(chosen: Mapping[str, Any], minutes: int) -> Design:
    """The rule's own numbers where it has them; past returns and volatility over an hour, in five classes."""
    return Design(
        exits=Exits(stop=chosen["stop"], target=chosen["pullback"], hold_min=60 * chosen["hold_h"]),
        pullback=Pullback(depth=chosen["pullback"], arm_min=60 * chosen["arm_h"], lookback_min=chosen["lookback_min"]),
        shift_min=max(minutes // 3, 1),
        return_window_min=60,
        return_bins=5,
        vol_window_min=60,
        vol_bins=5,
        funding_delay_s=5.0,
        seed=_SEED,
    )


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
        f"({terms.fees.source}). Taker fills {terms.latencies_ms[0]:g} ms after the decision; size: a stop loses "
        f"{terms.risk_share:.2%} of {terms.capital_quote:,.0f}, at most {terms.depth_share:.0%} of the depth within "
        f"{terms.depth_bps} bps. Controls leave by plain exits; hold them against own entries. Seed {_SEED}."
    )


_SAID: Final = verdict(Findings(is_explaining=False, is_predicting=False, is_paying=False, is_paying_later=False))
_VERDICT: Final = (
    f'<p>Verdict: <span class="verdict">{_SAID}</span>, {VERDICTS[_SAID]}. One market and one window never say more: '
    f"it takes at least {_LEAST_TRADES} trades apart from each other, on three symbols and in two regimes of "
    "volatility.</p>"
)
