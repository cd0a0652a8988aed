"""Contracts of what a venue states of a market: prices, rates, sums and volatilities that are its own reckoning."""

import polars as pl

from signals.inputs.columns import ORIGIN, RECORD
from signals.table import UTC_US, Column, Table

DERIVATIVE_TICKER = Table(
    name="derivative_ticker",
    grain="one row per state message of a derivative; null = not stated in that message",
    key=("venue", "symbol", "seq"),
    columns=(
        *RECORD,
        Column("mark_price", pl.Float64(), "quote per base", "mark price"),
        Column("index_price", pl.Float64(), "quote per base", "index price"),
        Column("settle_price_estimate", pl.Float64(), "quote per base", "the venue's estimated settlement price"),
        Column("funding_rate", pl.Float64(), "fraction per interval", "running estimate; > 0 means longs pay shorts"),
        Column("next_funding_ts", UTC_US, "UTC", "settlement the estimate is for"),
        Column("open_interest_qty", pl.Float64(), "base", "open interest, one side"),
        *ORIGIN,
    ),
)

FUNDING = Table(
    name="funding",
    grain="one row per funding rate stated",
    key=("venue", "symbol", "seq"),
    columns=(
        *RECORD,
        Column("kind", pl.String(), "text", "predicted (running estimate) or settled"),
        Column("rate", pl.Float64(), "fraction per interval", "> 0 means longs pay shorts"),
        Column("interval_h", pl.Float64(), "hours", "interval the rate is for; null if unknown"),
        Column("next_ts", UTC_US, "UTC", "settlement the rate is for"),
        Column("mark_price", pl.Float64(), "quote per base", "mark price in the same message"),
        Column("index_price", pl.Float64(), "quote per base", "index price in the same message"),
        *ORIGIN,
    ),
)

DEPTH_BANDS = Table(
    name="depth_bands",
    grain="one row per moment and price band; no book can be made of it",
    key=("venue", "symbol", "seq"),
    columns=(
        *RECORD,
        Column("band_pct", pl.Float64(), "percent", "far edge of the band, of the mid; < 0 on the bid side"),
        Column("cum_qty", pl.Float64(), "base", "displayed from the mid out to the edge"),
        Column("cum_quote", pl.Float64(), "quote", "its notional"),
        Column("n_bands", pl.Int64(), "bands", "bands of the same moment: the venue has changed their number"),
        Column(
            "is_stale",
            pl.Boolean(),
            "flag",
            "cum_quote / cum_qty has been the same for an hour or more; null where the file does not tell yet, or "
            "nothing is displayed",
        ),
        Column(
            "is_misaligned",
            pl.Boolean(),
            "flag",
            "the bands of the moment are not of one book: no mid fits all of them, or depth shrinks outward",
        ),
        *ORIGIN,
    ),
)

POSITIONING = Table(
    name="positioning",
    grain="one row per period of a venue's statistics; event_ts is the period's end",
    key=("venue", "symbol", "seq"),
    columns=(
        *RECORD,
        Column("period_start_ts", UTC_US, "UTC", "start of the period"),
        Column("label", pl.String(), "text", "what the venue's own stamp was: start or end of the period"),
        Column("open_interest_qty", pl.Float64(), "base", "open interest, one side"),
        Column("open_interest_quote", pl.Float64(), "quote", "its value"),
        Column("top_accounts_ratio", pl.Float64(), "ratio", "long over short, accounts of top traders"),
        Column("top_positions_ratio", pl.Float64(), "ratio", "long over short, positions of top traders"),
        Column("accounts_ratio", pl.Float64(), "ratio", "long over short, all accounts"),
        Column("taker_ratio", pl.Float64(), "ratio", "taker buys over taker sells, volume"),
        *ORIGIN,
    ),
)

PRICE_BARS = Table(
    name="price_bars",
    grain="one row per bar of a price the venue publishes; event_ts is the bar's exclusive end",
    key=("venue", "symbol", "seq"),
    columns=(
        *RECORD,
        Column("price_kind", pl.String(), "text", "trade, mark, index, or premium (a ratio)"),
        Column("interval_s", pl.Int64(), "seconds", "width of the bar"),
        Column("open_ts", UTC_US, "UTC", "start of the bar"),
        Column("open", pl.Float64(), "quote per base", "first"),
        Column("high", pl.Float64(), "quote per base", "highest"),
        Column("low", pl.Float64(), "quote per base", "lowest"),
        Column("close", pl.Float64(), "quote per base", "last"),
        Column("volume_qty", pl.Float64(), "base", "traded; null where the price is no trade's"),
        Column("volume_quote", pl.Float64(), "quote", "traded; null where the price is no trade's"),
        Column("n_trades", pl.Int64(), "count", "prints; null where the price is no trade's"),
        Column("taker_buy_qty", pl.Float64(), "base", "bought by takers; null where the price is no trade's"),
        Column("taker_buy_quote", pl.Float64(), "quote", "bought by takers; null where the price is no trade's"),
        *ORIGIN,
    ),
)

OPTION_QUOTES = Table(
    name="option_quotes",
    grain="one row per state of an option; the symbol is the chain (its underlying), null = not stated",
    key=("venue", "symbol", "seq"),
    columns=(
        *RECORD,
        Column("instrument", pl.String(), "text", "the option, as the venue names it"),
        Column("expiry_ts", UTC_US, "UTC", "when it expires"),
        Column("strike", pl.Float64(), "quote per base", "strike"),
        Column("option_type", pl.String(), "text", "C or P"),
        Column("px_ccy", pl.String(), "text", "currency of the option's prices: the coin, or the quote currency"),
        Column("bid_px", pl.Float64(), "px_ccy", "best bid"),
        Column("bid_qty", pl.Float64(), "contracts", "size at the best bid"),
        Column("bid_iv", pl.Float64(), "fraction per year", "implied volatility of the bid as the venue states it"),
        Column("ask_px", pl.Float64(), "px_ccy", "best ask"),
        Column("ask_qty", pl.Float64(), "contracts", "size at the best ask"),
        Column("ask_iv", pl.Float64(), "fraction per year", "implied volatility of the ask as the venue states it"),
        Column("mark_px", pl.Float64(), "px_ccy", "the venue's mark, a model's output"),
        Column("mark_iv", pl.Float64(), "fraction per year", "implied volatility of the mark as the venue states it"),
        Column("last_px", pl.Float64(), "px_ccy", "last trade"),
        Column("underlying_px", pl.Float64(), "quote per base", "forward of the expiry as the venue states it"),
        Column("underlying_index", pl.String(), "text", "what underlying_px is of: a dated future, or SYN. for none"),
        Column("interest_rate", pl.Float64(), "fraction per year", "rate of the venue's model"),
        Column("delta", pl.Float64(), "ratio", "as the venue states it"),
        Column("gamma", pl.Float64(), "per quote", "as the venue states it"),
        Column("vega", pl.Float64(), "quote per percent", "as the venue states it"),
        Column("theta", pl.Float64(), "quote per day", "as the venue states it"),
        Column("rho", pl.Float64(), "quote per percent", "as the venue states it"),
        Column("open_interest_qty", pl.Float64(), "contracts", "open interest"),
        *ORIGIN,
    ),
)

VOL_INDEX = Table(
    name="vol_index",
    grain="one row per bar or value of a volatility index; event_ts is the bar's exclusive end, or the value's time",
    key=("venue", "symbol", "seq"),
    columns=(
        *RECORD,
        Column("index_name", pl.String(), "text", "as DVOL or BTCBVOLUSDT"),
        Column("interval_s", pl.Int64(), "seconds", "width of the bar; 0 for a value at an instant"),
        Column("open", pl.Float64(), "fraction per year", "first"),
        Column("high", pl.Float64(), "fraction per year", "highest"),
        Column("low", pl.Float64(), "fraction per year", "lowest"),
        Column("close", pl.Float64(), "fraction per year", "last"),
        *ORIGIN,
    ),
)
