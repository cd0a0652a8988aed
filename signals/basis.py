"""Basis: how far a perpetual or future stands above its spot and its index, and what holding it costs, every second.

Mid is compared with mid at the same instant: quotes of two times, or last trades, would give a basis that bounces and
seems to revert. Where the two markets are quoted in different currencies (USD against USDT) the rate between these is
part of the basis. A perpetual has no expiry, so its basis is never annualised; what can be is the funding rate.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

import polars as pl

from signals.book_state import BAR_END, BOOK_STATE
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.inputs.statements import DERIVATIVE_TICKER, FUNDING
from signals.inputs.trading import BOOK_TICKER
from signals.latest import latest
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Params, Role, Signal, Span, Table

BASIS = Table(
    name="basis",
    grain="one row per second",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column(
            "basis_mid_bps",
            pl.Float64(),
            "bps of reference mid",
            "own mid minus the reference's at the same instant; > 0 own is dearer. Holds the exchange rate between the "
            "two quote currencies where they differ (USD, USDT). Null unless both markets have a mid",
        ),
        Column(
            "mid_source",
            pl.String(),
            "text",
            "where the two mids are from, own/reference, each one of book_state (the book is OK), book_ticker (it is "
            "not, and a best bid and ask is fresh), none",
        ),
        Column(
            "basis_index_bps",
            pl.Float64(),
            "bps of index",
            "mark price minus index price of one message; null if that is not fresh",
        ),
        Column(
            "funding_rate",
            pl.Float64(),
            "fraction per interval",
            "running estimate of the next settlement; > 0 longs pay shorts; null if not fresh",
        ),
        Column("funding_apr", pl.Float64(), "fraction per year", "funding_rate * 8760 / interval_h, not compounded"),
        Column("interval_h", pl.Float64(), "hours", "interval funding_rate is for; null if unknown"),
        Column("next_funding_ts", UTC_US, "UTC", "settlement the estimate is for, as the venue states it"),
        Column("staleness_ms", pl.Float64(), "ms", "age at bar_end of the older of the two quotes compared"),
        Column(
            "reference", pl.String(), "text", "market compared with, as binance-spot/BTCUSDT; null while it has no mid"
        ),
    ),
)

_HOURS_A_YEAR = 8_760
_BAR_MS = 1_000


def basis(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    quote_staleness_ms: float,
    mark_staleness_ms: float,
) -> dict[str, pl.DataFrame]:
    """BASIS for every second of which the own market has a row of `book_state`; any input may be absent or empty.

    What is older at a bar's end than its staleness says nothing there.
    """
    del span  # its bars are those of book_state
    bars = whole(inputs, BOOK_STATE, columns=("venue", "symbol", "bar_end"))
    records = partial(latest, inputs, ends=bars["bar_end"], chunk_rows=chunk_rows)
    mark = records(
        Input(DERIVATIVE_TICKER),
        ("mark_price", "index_price"),
        stated=pl.col("mark_price").is_not_null() & (pl.col("index_price") > 0),
    )
    estimate = records(Input(FUNDING), ("kind", "rate", "interval_h", "next_ts"), stated=pl.col("kind") == "predicted")
    parts = {
        "own": _mids(inputs, "own", bars["bar_end"], quote_staleness_ms, chunk_rows),
        "reference": _mids(inputs, "reference", bars["bar_end"], quote_staleness_ms, chunk_rows),
        "mark": _fresh(mark, mark_staleness_ms),
        "estimate": _fresh(estimate, mark_staleness_ms),
    }
    named = (part.select(pl.all().name.prefix(f"{name}_")) for name, part in parts.items())
    return {"basis": BASIS.check(_rows(pl.concat([bars, *named], how="horizontal")))}


def _rows(parts: pl.DataFrame) -> pl.DataFrame:
    """Rows of BASIS from what is known of both markets at each bar's end."""
    own, reference = pl.col("own_mid"), pl.col("reference_mid")
    mark, index = pl.col("mark_mark_price"), pl.col("mark_index_price")
    rate, interval_h = pl.col("estimate_rate"), pl.col("estimate_interval_h")
    day = (pl.col("bar_end") - timedelta(microseconds=1)).dt.date()
    age_ms = pl.max_horizontal("own_age_ms", "reference_age_ms")
    return parts.select(
        "venue",
        "symbol",
        "bar_end",
        known_ts=pl.max_horizontal(f"{name}_known_ts" for name in ("own", "reference", "mark", "estimate"))
        .cum_max()
        .over(day),
        basis_mid_bps=10_000 * (own - reference) / reference,
        mid_source=pl.concat_str("own_source", "reference_source", separator="/"),
        basis_index_bps=10_000 * (mark - index) / index,
        funding_rate=rate,
        funding_apr=rate * _HOURS_A_YEAR / interval_h,
        interval_h=interval_h,
        next_funding_ts=pl.col("estimate_next_ts"),
        staleness_ms=pl.when(own.is_not_null() & reference.is_not_null()).then(age_ms),
        reference=pl.when(reference.is_not_null()).then("reference_market"),
    )


def _mids(
    inputs: Mapping[str, pl.LazyFrame], role: Role, ends: pl.Series, staleness_ms: float, chunk_rows: int
) -> pl.DataFrame:
    """Per bar end the mid of a market, where it is from, how old it is, when all of this was known, and whose it is."""
    columns = ("venue", "symbol", "bar_end", "known_ts", "state", "bid_px", "ask_px", "age_ms")
    book = ends.to_frame().join(
        whole(inputs, BOOK_STATE, role, columns), on="bar_end", how="left", maintain_order="left"
    )
    is_ok = pl.col("state").eq_missing("OK")
    needed = inputs if book.select((~is_ok).any()).item() else {}  # quotes are many, and mostly not needed
    quotes = latest(
        needed,
        Input(BOOK_TICKER, role),
        ("venue", "symbol", "bid_px", "ask_px"),
        ends,
        stated=pl.lit(True),
        chunk_rows=chunk_rows,
    )
    quotes = _fresh(quotes, staleness_ms).select(pl.all().name.prefix("quote_"))
    is_quoted = pl.col("quote_bid_px") < pl.col("quote_ask_px")

    def pick(of_book: pl.Expr, of_quote: pl.Expr) -> pl.Expr:
        return pl.when(is_ok).then(of_book).when(is_quoted).then(of_quote)

    return pl.concat([book, quotes], how="horizontal").select(
        mid=pick((pl.col("bid_px") + pl.col("ask_px")) / 2, (pl.col("quote_bid_px") + pl.col("quote_ask_px")) / 2),
        source=pick(pl.lit("book_state"), pl.lit("book_ticker")).fill_null("none"),
        age_ms=pick(pl.col("age_ms"), pl.col("quote_age_ms")),
        known_ts=pl.max_horizontal("known_ts", pl.when(~is_ok).then("quote_known_ts")),
        market=pick(
            pl.concat_str("venue", "symbol", separator="/"), pl.concat_str("quote_venue", "quote_symbol", separator="/")
        ),
    )


def _fresh(records: pl.DataFrame, staleness_ms: float) -> pl.DataFrame:
    """The records, null where too old: their time of knowing too, for without them the row would be the same."""
    return records.select(pl.when(pl.col("age_ms") <= staleness_ms).then(pl.all()))


def _before_midnight(staleness: str) -> Callable[[Params], timedelta]:
    """How far before the day's first bar, one second long, its records may lie."""
    return lambda params: timedelta(milliseconds=max(0, params[staleness] - _BAR_MS))


BASIS_SIGNAL = Signal(
    name="basis",
    version=1,
    meaning="perpetual or future against its spot and index, and the funding it is heading for, every second",
    inputs=(
        Input(BOOK_STATE),
        Input(BOOK_STATE, "reference"),
        Input(BOOK_TICKER, "own", _before_midnight("quote_staleness_ms")),
        Input(BOOK_TICKER, "reference", _before_midnight("quote_staleness_ms")),
        Input(DERIVATIVE_TICKER, "own", _before_midnight("mark_staleness_ms")),
        Input(FUNDING, "own", _before_midnight("mark_staleness_ms")),
    ),
    outputs=(BASIS,),
    compute=basis,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"quote_staleness_ms": 500, "mark_staleness_ms": 3_000},
    kinds=("perp", "future"),
)
