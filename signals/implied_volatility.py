"""Implied volatilities: those of the last quote of each option of a chain, every minute.

A volatility that the venue states is taken as it is; else the price is inverted with Black's model on the forward
stated for the expiry. A premium in coin times the forward is the undiscounted premium in quote currency, so no interest
rate enters. A price outside the bounds of no arbitrage has no volatility, and a word for why.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, latest_in_day
from signals.black76 import STATUS, forward_delta
from signals.black76 import implied_volatility as inverted
from signals.book_state import BAR_END
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.inputs.statements import OPTION_QUOTES
from signals.reading import chunks
from signals.table import UTC_US, Column, Input, Signal, Span, Table

Floats = NDArray[np.float64]

YEAR: Final = 365 * DAY
EXPIRY_TS = Column("expiry_ts", UTC_US, "UTC", "when it expires")
_WHY: Final = "stated, inverted, or why there is none: " + ", ".join(STATUS[1:])

IMPLIED_VOLATILITY = Table(
    name="implied_volatility",
    grain="one row per minute and option quoted in it: its last quote before the minute's end",
    key=("venue", "symbol", "bar_end", "instrument"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        Column("instrument", pl.String(), "text", "the option, as the venue names it"),
        KNOWN_TS,
        Column("quote_ts", UTC_US, "UTC", "event time of the quote"),
        EXPIRY_TS,
        Column("strike", pl.Float64(), "quote per base", "strike"),
        Column("option_type", pl.String(), "text", "C or P"),
        Column("forward_px", pl.Float64(), "quote per base", "forward of the expiry as the venue states it"),
        Column("years", pl.Float64(), "years", "from the quote to the expiry, of 365 days"),
        Column("log_moneyness", pl.Float64(), "logarithm", "log(strike / forward)"),
        Column("bid_iv", pl.Float64(), "fraction per root year", "implied volatility of the best bid; 0.5 = 50 %"),
        Column("bid_iv_from", pl.String(), "text", _WHY),
        Column("ask_iv", pl.Float64(), "fraction per root year", "implied volatility of the best ask"),
        Column("ask_iv_from", pl.String(), "text", _WHY),
        Column("mark_iv", pl.Float64(), "fraction per root year", "implied volatility of the mark, a model's output"),
        Column("mark_iv_from", pl.String(), "text", _WHY),
        Column(
            "delta",
            pl.Float64(),
            "base per option",
            "forward delta at the mark's volatility, else at the middle of bid's and ask's: calls 0 to 1, puts -1 to 0",
        ),
        Column(
            "hedge_delta",
            pl.Float64(),
            "base per option",
            "what hedges the value in quote currency: of an option paid in coin the delta less its price in coin",
        ),
    ),
)

_READ: Final = (
    "event_ts", "known_ts", "instrument", "expiry_ts", "strike", "option_type", "px_ccy", "bid_px", "bid_iv", "ask_px",
    "ask_iv", "mark_px", "mark_iv", "underlying_px",
)  # fmt: skip
_END: Final = pl.col("event_ts").dt.truncate("1m").dt.offset_by("1m")


def implied_volatility(inputs: Mapping[str, pl.LazyFrame], *, span: Span, chunk_rows: int) -> dict[str, pl.DataFrame]:
    """IMPLIED_VOLATILITY for every whole minute of the span in which an option was quoted.

    A row is known when all quotes of the chain before the minute's end are, back to the day's start.
    """
    quotes, known = _last_quotes(inputs, span, chunk_rows)
    if quotes.is_empty():
        return {IMPLIED_VOLATILITY.name: IMPLIED_VOLATILITY.empty()}
    market = inputs[OPTION_QUOTES.name].select("venue", "symbol").head(1).collect().row(0)
    rows = quotes.join(known, on="bar_end", maintain_order="left").with_columns(
        venue=pl.lit(market[0]), symbol=pl.lit(market[1]), quote_ts="event_ts", forward_px="underlying_px"
    )
    rows = _measured(rows, base=market[1].split("-")[0].split("_")[0])
    return {IMPLIED_VOLATILITY.name: IMPLIED_VOLATILITY.check(rows.select(IMPLIED_VOLATILITY.schema.names()))}


def _last_quotes(inputs: Mapping[str, pl.LazyFrame], span: Span, chunk_rows: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The last quote of each minute and option, sorted by both, and from when each of the minutes was known."""
    by = ("bar_end", "instrument")
    lasts = [OPTION_QUOTES.empty().select(_READ).with_columns(bar_end=_END)]
    minutes = [pl.DataFrame(schema={"bar_end": UTC_US, "known_ts": UTC_US})]
    for chunk in chunks(inputs, OPTION_QUOTES, _READ, chunk_rows):
        timed = chunk.with_columns(bar_end=_END).filter(pl.col("bar_end") <= span.until)
        lasts.append(timed.unique(by, keep="last", maintain_order=True))
        minutes.append(timed.group_by("bar_end", maintain_order=True).agg(pl.col("known_ts").max()))
    quotes = pl.concat(lasts).unique(by, keep="last", maintain_order=True).sort(by)
    ended = pl.concat(minutes).group_by("bar_end").agg(pl.col("known_ts").max()).sort("bar_end")
    quotes = quotes.filter(pl.col("bar_end") > span.start)
    ends, came = (ended[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    known = np.maximum(latest_in_day(ends, ends - 1, came), ends)
    return quotes.drop("known_ts"), ended.with_columns(known_ts=pl.Series(known).cast(UTC_US))


def _measured(rows: pl.DataFrame, base: str) -> pl.DataFrame:
    """With the volatilities and deltas of each quote."""
    forward, strike = _floats(rows["forward_px"]), _floats(rows["strike"])
    is_call, is_coin = (rows["option_type"] == "C").to_numpy(), (rows["px_ccy"] == base).to_numpy()
    years = (rows["expiry_ts"] - rows["quote_ts"]).dt.total_microseconds().to_numpy() / YEAR
    worth = np.where(is_coin, forward, 1.0)
    made: dict[str, Floats] = {}
    words: dict[str, pl.Series] = {}
    for side in ("bid", "ask", "mark"):
        stated = _floats(rows[f"{side}_iv"])
        price = np.where(stated > 0, np.nan, _floats(rows[f"{side}_px"]) * worth)
        found, status = inverted(price, forward, strike, years, is_call)
        made[f"{side}_iv"] = np.where(stated > 0, stated, found)
        word = pl.Series(status).replace_strict(dict(enumerate(STATUS)), return_dtype=pl.String)
        words[f"{side}_iv_from"] = word.zip_with(~pl.Series(stated > 0), pl.Series(["stated"]))
    middle = (made["bid_iv"] + made["ask_iv"]) / 2
    volatility = np.where(np.isnan(made["mark_iv"]), middle, made["mark_iv"])
    with np.errstate(invalid="ignore", divide="ignore"):
        made["log_moneyness"] = np.log(strike / forward)
    made["delta"] = forward_delta(volatility, forward, strike, years, is_call)
    made["hedge_delta"] = made["delta"] - np.where(is_coin, _floats(rows["mark_px"]), 0.0)
    numbers = [pl.Series(name, values, nan_to_null=True) for name, values in made.items()]
    return rows.with_columns(*numbers, *(word.alias(name) for name, word in words.items()), years=pl.Series(years))


def _floats(column: pl.Series) -> Floats:
    return column.fill_null(np.nan).to_numpy()


IMPLIED_VOLATILITY_SIGNAL = Signal(
    name="implied_volatility",
    version=1,
    meaning="implied volatilities and deltas of the last quote of each option of a chain, every minute",
    inputs=(Input(OPTION_QUOTES),),
    outputs=(IMPLIED_VOLATILITY,),
    compute=implied_volatility,  # type: ignore[arg-type]  # it has no parameters
    kinds=("option",),
)
