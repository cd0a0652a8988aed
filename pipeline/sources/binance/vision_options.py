"""`EOHSummary` of Binance's public archive: the state of every option at the end of an hour, May to October 2023."""

from typing import Final

import polars as pl

from pipeline.sources.binance.vision_rows import PERIOD_DELAY_US, File, Rows
from pipeline.sources.reading.csv_frames import Moments
from pipeline.sources.reading.csv_text import Lines
from pipeline.sources.reading.times import microseconds
from signals.table import UTC_US

_HOUR: Final = 3_600_000_000
_EXPIRY: Final = 8 * _HOUR
"""Options of the venue expire at 08:00 UTC."""
_INSTRUMENT: Final = r"^[0-9A-Z]+-([0-9]{6})-([0-9]+(?:\.[0-9]+)?)-([CP])$"
_QUOTED: Final = {
    "bid_px": "best_bid_price",
    "ask_px": "best_ask_price",
    "bid_iv": "best_buy_iv",
    "ask_iv": "best_sell_iv",
    "mark_px": "mark_price",
    "mark_iv": "mark_iv",
    "last_px": "close",
}
"""Where 0 says that there is none."""
_STATED: Final = {
    "bid_qty": "best_bid_qty",
    "ask_qty": "best_ask_qty",
    "delta": "delta",
    "gamma": "gamma",
    "vega": "vega",
    "theta": "theta",
    "open_interest_qty": "openinterest_contracts",
}


def option_states(lines: Lines, file: File) -> Rows:
    """Prices are in the quote currency, volatilities fractions. Strike and expiry are read off the option's name."""
    midnight = microseconds(lines.text["date"] + " 00:00:00", "text")
    lines.refuse(midnight.is_null(), "date is not a day as YYYY-MM-DD")
    hour = lines.number("hour", "count")
    lines.refuse(~hour.is_between(0, 23), "hour is not one of 0 to 23")
    name = lines.words("symbol")
    parts = name.str.extract_groups(_INSTRUMENT).struct.unnest()
    expiry = parts["1"].str.to_datetime("%y%m%d", time_unit="us", strict=False).to_physical()
    lines.refuse(expiry.is_null(), "symbol is not that of an option, as BTC-231027-33000-C")
    columns = {
        "instrument": name,
        "expiry_ts": (expiry + _EXPIRY).cast(UTC_US),
        "strike": parts["2"].cast(pl.Float64),
        "option_type": parts["3"],
        "px_ccy": pl.repeat(_quote_currency(file), len(lines.raw), eager=True),
        **{column: _positive(lines.number(text, may_be_blank=True)) for column, text in _QUOTED.items()},
        **{column: lines.number(text, may_be_blank=True) for column, text in _STATED.items()},
    }
    end = midnight + (hour + 1) * _HOUR
    moments = Moments(end, "publish", PERIOD_DELAY_US)
    return Rows("option_quotes", moments, columns, midnight, foreign=lines.words("underlying"))


def _positive(values: pl.Series) -> pl.Series:
    return values.zip_with((values > 0).fill_null(False), pl.Series([None], dtype=pl.Float64))


def _quote_currency(file: File) -> str:
    """Options of this venue are settled in the quote currency of their underlying."""
    return next((coin for coin in ("USDT", "USDC") if file.market.symbol.endswith(coin)), "USDT")
