"""The table of trades: what each column says."""

from typing import Final

import polars as pl

from backtest.trading.book_walk import HOW
from signals.inputs.columns import SYMBOL, VENUE
from signals.table import UTC_US, Column, Table

STATUS: Final[dict[str, str]] = {
    "closed": "in and out",
    "no_fill": "the entry met no book that filled it",
    "unpriced": "in and out over a settlement that is not known: no profit or loss is stated",
    "open": "no exit was decided, or none was filled, before the data end",
}

PARTS: Final = ("position_quote", "spread_quote", "fees_quote", "funding_quote", "borrow_quote", "impact_quote")
"""They add up to net_quote; an impact that is not known counts as nothing."""

_FILLS = "; ".join(f"{name}: {meaning}" for name, meaning in HOW.items() if name != "none")


def _float(name: str, unit: str, meaning: str) -> Column:
    return Column(name, pl.Float64(), unit, meaning)


def _leg(leg: str, when: str) -> tuple[Column, ...]:
    return (
        Column(f"{leg}_decided_ts", UTC_US, "UTC", f"end of the minute on which the {leg} was decided"),
        Column(f"{leg}_known_ts", UTC_US, "UTC", "when the decision was known, and the order sent"),
        Column(f"{leg}_ts", UTC_US, "UTC", f"second of the book that filled it, or of the last print that did{when}"),
        Column(f"{leg}_reason", pl.String(), "text", "as reversion_signal calls it; gone: not held there any more"),
        _float(f"{leg}_px", "quote per base", "average price of the fill"),
        Column(f"{leg}_fill", pl.String(), "text", _FILLS),
        _float(f"{leg}_mid", "quote per base", "mid of the book that filled it"),
        _float(
            f"{leg}_slippage_bps",
            "bps of the decision's mid",
            "fill against the mid of the decision, > 0 worse; is in the fills already; null without that mid",
        ),
    )


TRADES = Table(
    name="reversion_trades",
    grain="one row per entry ordered and latency",
    key=("venue", "symbol", "latency_ms", "entry_decided_ts"),
    columns=(
        VENUE,
        SYMBOL,
        _float("latency_ms", "ms", "from knowing to the venue, both legs"),
        Column("side", pl.Int8(), "+1/-1", "+1 long"),
        Column("status", pl.String(), "text", "; ".join(f"{name}: {meaning}" for name, meaning in STATUS.items())),
        Column("waited", pl.Boolean(), "flag", "entered later than in the minute of arming"),
        _float("size_qty", "base", "size ordered"),
        _float("filled_qty", "base", "of it filled, and the size of the exit; less only if the entry rested"),
        Column("is_capped", pl.Boolean(), "flag", "the depth shown made it smaller; null if depth is not known"),
        *_leg("entry", "; null unless filled"),
        *_leg("exit", "; null unless it came out"),
        _float("held_min", "minutes", "from fill to fill; null unless closed, as all below"),
        Column("stamps", pl.Int64(), "count", "funding settlements met: after the entry, up to the exit"),
        _float("position_quote", "quote", "side * (exit_mid - entry_mid) * filled_qty"),
        _float("spread_quote", "quote", "what both fills cost against their mids, <= 0 unless the entry rested"),
        _float("fees_quote", "quote", "fees of both legs, negative if paid"),
        _float("funding_quote", "quote", "of the settlements met, > 0 received"),
        _float("borrow_quote", "quote", "of a short on spot, <= 0"),
        _float("unshown_qty", "base", "of both legs, more than the books show"),
        _float(
            "impact_quote",
            "quote",
            "of what the books do not show, by the square-root law, <= 0; 0 if none was asked for; null if the day "
            "before is not known: then it is not in net_quote",
        ),
        _float("net_quote", "quote", "sum of the six"),
        _float(
            "gross_bps", "bps of the entry's notional", "side * (exit_px - entry_px) / entry_px: position and spread"
        ),
        _float("net_bps", "bps of the entry's notional", "net_quote"),
        _float(
            "break_even_bps", "bps of the entry's notional", "fees of a round trip at which net is 0: net without fees"
        ),
    ),
)
