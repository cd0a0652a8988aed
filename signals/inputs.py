"""Contracts of the normalised tables: what every source is translated into.

Times are UTC microseconds. Prices are in quote per base, quantities in base units
unless a name says otherwise. `taker_side` is +1 when the taker bought.
"""

import polars as pl

from signals.table import UTC_US, Column, Table

VENUE = Column("venue", pl.String(), "text", "venue and product, as binance-usdm")
SYMBOL = Column("symbol", pl.String(), "text", "the venue's own symbol")
EVENT_TS = Column("event_ts", UTC_US, "UTC", "matching-engine time where the venue gives it, else the best it gives")
PUBLISH_TS = Column("publish_ts", UTC_US, "UTC", "when the venue sent the message; null if not stated")
RECV_TS = Column("recv_ts", UTC_US, "UTC", "the recorder's clock as recorded; null if there was none")
KNOWN_TS = Column("known_ts", UTC_US, "UTC", "from when the row may be used: max(recv_ts, event_ts + the feed's delay)")
CLOCK = Column(
    "clock", pl.String(), "text", "which clock event_ts is: match, publish, recv, or carried from the record before"
)
SEQ = Column("seq", pl.Int64(), "count", "position in the partition after deduplication and sorting, from 0")
IS_BACKWARDS = Column(
    "is_backwards", pl.Boolean(), "flag", "event time lies before the one preceding it in its stream and file"
)
SOURCE = Column("source", pl.String(), "text", "the source module that read the record")
TABLE_NAME = Column("table_name", pl.String(), "text", "normalised table the row speaks of")
FILE_ID = Column("file_id", pl.String(), "text", "first 16 hex digits of the raw file's sha256")

_EVENT = (VENUE, SYMBOL, EVENT_TS, PUBLISH_TS, RECV_TS, KNOWN_TS, CLOCK, SEQ)
_TAIL = (IS_BACKWARDS, SOURCE)

BOOK_UPDATES = Table(
    name="book_updates",
    grain="one row per level of an order-book message; a message without levels is one row with side 0",
    key=("venue", "symbol", "seq"),
    columns=(
        *_EVENT,
        Column("msg_id", pl.Int64(), "count", "counter of messages in the partition; levels of one message share it"),
        Column("update_id", pl.Int64(), "id", "the venue's id of the message's last update; null if it has none"),
        Column("first_update_id", pl.Int64(), "id", "id of the message's first update; null if not stated"),
        Column(
            "prev_update_id",
            pl.Int64(),
            "id",
            "update_id this message continues from; null if not stated; on a snapshot: "
            "equal to update_id if the snapshot is usable at once, null if a later message must bridge it; "
            "0 on a message without update_id: one before it could not be taken",
        ),
        Column("is_snapshot", pl.Boolean(), "flag", "the message replaces the whole book"),
        Column("side", pl.Int8(), "+1/-1/0", "+1 bid, -1 ask, 0 a message that changed no level"),
        Column("price", pl.Float64(), "quote per base", "level; null where side is 0"),
        Column("qty", pl.Float64(), "base", "size now displayed at the level, 0 = level gone; null where side is 0"),
        Column("qty_native", pl.Float64(), "venue units", "the size as sent"),
        *_TAIL,
    ),
)

TRADES = Table(
    name="trades",
    grain="one row per print",
    key=("venue", "symbol", "seq"),
    columns=(
        *_EVENT,
        Column("trade_id", pl.String(), "id", "the venue's id of the print"),
        Column("price", pl.Float64(), "quote per base", "price of the print"),
        Column("qty", pl.Float64(), "base", "size of the print"),
        Column("qty_native", pl.Float64(), "venue units", "the size as sent"),
        Column("taker_side", pl.Int8(), "+1/-1/0", "+1 the taker bought, -1 the taker sold, 0 unknown"),
        Column("taker_order_id", pl.Int64(), "id", "the taker's order; null where the venue does not publish it"),
        Column("maker_order_id", pl.Int64(), "id", "the maker's order; null where the venue does not publish it"),
        Column(
            "is_off_market",
            pl.Boolean(),
            "flag",
            "not a match on the public book (insurance fund, ADL, block): kept here, out of every tape statistic",
        ),
        Column("print_type", pl.String(), "text", "the venue's own label of the print; null if it has none"),
        Column(
            "is_aggregate",
            pl.Boolean(),
            "flag",
            "the row sums up the fills of one taker order at one price; null if not stated",
        ),
        Column("first_trade_id", pl.Int64(), "id", "first print that an aggregate sums up; null on a single print"),
        Column("last_trade_id", pl.Int64(), "id", "last print that an aggregate sums up; null on a single print"),
        Column("is_rpi", pl.Boolean(), "flag", "against a retail price improvement order; null if not stated"),
        Column("is_block", pl.Boolean(), "flag", "negotiated off the book; null if not stated"),
        Column("taker_address", pl.String(), "text", "the taker's account; null where the venue does not publish it"),
        Column("maker_address", pl.String(), "text", "the maker's account; null where the venue does not publish it"),
        *_TAIL,
    ),
)

BOOK_TICKER = Table(
    name="book_ticker",
    grain="one row per best bid and ask message",
    key=("venue", "symbol", "seq"),
    columns=(
        *_EVENT,
        Column("update_id", pl.Int64(), "id", "the venue's book update id; null if it has none"),
        Column("bid_px", pl.Float64(), "quote per base", "best bid"),
        Column("bid_qty", pl.Float64(), "base", "size at the best bid"),
        Column("ask_px", pl.Float64(), "quote per base", "best ask"),
        Column("ask_qty", pl.Float64(), "base", "size at the best ask"),
        *_TAIL,
    ),
)

DERIVATIVE_TICKER = Table(
    name="derivative_ticker",
    grain="one row per state message of a derivative; null = not stated in that message",
    key=("venue", "symbol", "seq"),
    columns=(
        *_EVENT,
        Column("mark_price", pl.Float64(), "quote per base", "mark price"),
        Column("index_price", pl.Float64(), "quote per base", "index price"),
        Column("settle_price_estimate", pl.Float64(), "quote per base", "the venue's estimated settlement price"),
        Column("funding_rate", pl.Float64(), "fraction per interval", "running estimate; > 0 means longs pay shorts"),
        Column("next_funding_ts", UTC_US, "UTC", "settlement the estimate is for"),
        Column("open_interest_qty", pl.Float64(), "base", "open interest, one side"),
        *_TAIL,
    ),
)

FUNDING = Table(
    name="funding",
    grain="one row per funding rate stated",
    key=("venue", "symbol", "seq"),
    columns=(
        *_EVENT,
        Column("kind", pl.String(), "text", "predicted (running estimate) or settled"),
        Column("rate", pl.Float64(), "fraction per interval", "> 0 means longs pay shorts"),
        Column("interval_h", pl.Float64(), "hours", "interval the rate is for; null if unknown"),
        Column("next_ts", UTC_US, "UTC", "settlement the rate is for"),
        Column("mark_price", pl.Float64(), "quote per base", "mark price in the same message"),
        Column("index_price", pl.Float64(), "quote per base", "index price in the same message"),
        *_TAIL,
    ),
)

LIQUIDATIONS = Table(
    name="liquidations",
    grain="one row per forced order or fill stated",
    key=("venue", "symbol", "seq"),
    columns=(
        *_EVENT,
        Column("order_side", pl.Int8(), "+1/-1", "forced order: +1 bought, so a short was liquidated; -1 a long"),
        Column("price", pl.Float64(), "quote per base", "of what price_kind says"),
        Column("price_kind", pl.String(), "text", "fill, average, order or bankruptcy"),
        Column("qty", pl.Float64(), "base", "size of the forced order or fill"),
        Column("qty_native", pl.Float64(), "venue units", "the size as sent"),
        Column("method", pl.String(), "text", "market, backstop; null if not stated"),
        Column("liquidated_address", pl.String(), "text", "the account; null where the venue does not publish it"),
        Column("trade_id", pl.String(), "id", "the print it made; null if not stated"),
        Column("is_sampled", pl.Boolean(), "flag", "the feed leaves some out, so that sums are too low"),
        *_TAIL,
    ),
)

FILLS = Table(
    name="fills",
    grain="one row per account and print, on venues that publish accounts",
    key=("venue", "symbol", "seq"),
    columns=(
        *_EVENT,
        Column("trade_id", pl.String(), "id", "the print, as in trades"),
        Column("address", pl.String(), "text", "the account"),
        Column("side", pl.Int8(), "+1/-1", "+1 the account bought"),
        Column("is_taker", pl.Boolean(), "flag", "the account's order crossed the spread"),
        Column("price", pl.Float64(), "quote per base", "price of the print"),
        Column("qty", pl.Float64(), "base", "size of the print"),
        Column("qty_native", pl.Float64(), "venue units", "the size as sent"),
        Column("start_position", pl.Float64(), "base", "the account's position before the print, short < 0"),
        Column("direction", pl.String(), "text", "the venue's own words, as Open Long"),
        Column("closed_pnl", pl.Float64(), "quote", "profit that the print realised"),
        Column("fee", pl.Float64(), "fee_token", "paid by the account, a rebate < 0"),
        Column("fee_token", pl.String(), "text", "currency of the fee"),
        Column("order_id", pl.Int64(), "id", "the account's order"),
        Column("client_order_id", pl.String(), "id", "as the account named it; null if it did not"),
        Column("twap_id", pl.Int64(), "id", "the TWAP order it is part of; null if of none"),
        Column("builder_fee", pl.Float64(), "fee_token", "paid to the front end, part of the fee; null if none"),
        Column("block_number", pl.Int64(), "count", "block in which it stands; null if not stated"),
        Column("tx_hash", pl.String(), "hex", "transaction; null if it is none's"),
        *_TAIL,
    ),
)

DEPTH_BANDS = Table(
    name="depth_bands",
    grain="one row per moment and price band; no book can be made of it",
    key=("venue", "symbol", "seq"),
    columns=(
        *_EVENT,
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
        *_TAIL,
    ),
)

POSITIONING = Table(
    name="positioning",
    grain="one row per period of a venue's statistics; event_ts is the period's end",
    key=("venue", "symbol", "seq"),
    columns=(
        *_EVENT,
        Column("period_start_ts", UTC_US, "UTC", "start of the period"),
        Column("label", pl.String(), "text", "what the venue's own stamp was: start or end of the period"),
        Column("open_interest_qty", pl.Float64(), "base", "open interest, one side"),
        Column("open_interest_quote", pl.Float64(), "quote", "its value"),
        Column("top_accounts_ratio", pl.Float64(), "ratio", "long over short, accounts of top traders"),
        Column("top_positions_ratio", pl.Float64(), "ratio", "long over short, positions of top traders"),
        Column("accounts_ratio", pl.Float64(), "ratio", "long over short, all accounts"),
        Column("taker_ratio", pl.Float64(), "ratio", "taker buys over taker sells, volume"),
        *_TAIL,
    ),
)

PRICE_BARS = Table(
    name="price_bars",
    grain="one row per bar of a price the venue publishes; event_ts is the bar's exclusive end",
    key=("venue", "symbol", "seq"),
    columns=(
        *_EVENT,
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
        *_TAIL,
    ),
)

OPTION_QUOTES = Table(
    name="option_quotes",
    grain="one row per state of an option; the symbol is the chain (its underlying), null = not stated",
    key=("venue", "symbol", "seq"),
    columns=(
        *_EVENT,
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
        *_TAIL,
    ),
)

VOL_INDEX = Table(
    name="vol_index",
    grain="one row per bar or value of a volatility index; event_ts is the bar's exclusive end, or the value's time",
    key=("venue", "symbol", "seq"),
    columns=(
        *_EVENT,
        Column("index_name", pl.String(), "text", "as DVOL or BTCBVOLUSDT"),
        Column("interval_s", pl.Int64(), "seconds", "width of the bar; 0 for a value at an instant"),
        Column("open", pl.Float64(), "fraction per year", "first"),
        Column("high", pl.Float64(), "fraction per year", "highest"),
        Column("low", pl.Float64(), "fraction per year", "lowest"),
        Column("close", pl.Float64(), "fraction per year", "last"),
        *_TAIL,
    ),
)

INSTRUMENTS = Table(
    name="instruments",
    grain="one row per market and day from which it is valid, until the next row's",
    key=("venue", "symbol", "valid_from"),
    partition=("venue", "symbol"),
    columns=(
        VENUE,
        SYMBOL,
        Column("valid_from", UTC_US, "UTC", "start of the first day on which the row holds; 1970 in a market's first"),
        KNOWN_TS,
        Column("kind", pl.String(), "text", "perp, spot, future or option"),
        Column("tick_size", pl.Float64(), "quote per base", "price grid"),
        Column("qty_decimals", pl.Int8(), "digits", "decimals of a quantity; kernels count lots of 10^-qty_decimals"),
        Column("lot_size", pl.Float64(), "base", "smallest step of a size: 10^-qty_decimals unless stated"),
        Column("contract_size", pl.Float64(), "venue units", "base (linear) or quote (inverse) per contract"),
        Column("is_inverse", pl.Boolean(), "flag", "contracts are worth a fixed quote amount"),
        Column("funding_interval_h", pl.Float64(), "hours", "hours between settlements; null if none or unknown"),
        Column("inferred", pl.String(), "text", "which of these were inferred from the data, comma-separated"),
    ),
)

MANIFEST = Table(
    name="manifest",
    grain="one row per registered raw file",
    key=("venue", "symbol", "file_id"),
    partition=("venue", "symbol"),
    columns=(
        VENUE,
        SYMBOL,
        FILE_ID,
        KNOWN_TS,
        Column("path", pl.String(), "text", "where the file was when it was registered"),
        Column("bytes", pl.Int64(), "bytes", "size of the file"),
        Column("sha256", pl.String(), "hex", "digest of the file as it came"),
        SOURCE,
        Column("parser_version", pl.Int64(), "count", "version of the source module that read it"),
        Column("first_ts", UTC_US, "UTC", "earliest event time in the file"),
        Column("last_ts", UTC_US, "UTC", "latest event time in the file"),
        Column(
            "covers_from_ts",
            UTC_US,
            "UTC",
            "beginning of the stretch of which it holds all records, where its name or place says that; else null",
        ),
        Column("covers_to_ts", UTC_US, "UTC", "end of that stretch"),
        Column("dates", pl.List(pl.Date()), "UTC days", "days with at least one record or quarantined line"),
        Column("day_first_ts", pl.List(UTC_US), "UTC", "first event of each of `dates`; null if it has bad lines only"),
        Column("day_first_known_ts", pl.List(UTC_US), "UTC", "known_ts of that event"),
        Column("day_last_ts", pl.List(UTC_US), "UTC", "last event of each of `dates`; null if it has bad lines only"),
        Column("feeds", pl.List(pl.String()), "names", "normalised tables of which the file holds records"),
        Column(
            "day_feeds",
            pl.List(pl.List(pl.String())),
            "names",
            "the tables that hold records of each of `dates`; of funding each kind, as funding/settled",
        ),
        Column(
            "recv_unit",
            pl.String(),
            "text",
            "unit of the recorder's clock in the file: s, ms, us or ns; empty if there is none",
        ),
        Column(
            "clock_offset_us",
            pl.Int64(),
            "microseconds",
            "median of recv_ts - event_ts: a diagnostic of the recorder's clock, in no known_ts; null without recv_ts",
        ),
        Column("lines", pl.Int64(), "lines", "lines about this market in the file, without a header"),
        Column(
            "lines_beside", pl.Int64(), "lines", "lines about other markets, or about none (headers, acknowledgements)"
        ),
        Column("price_step", pl.String(), "quote per base", "greatest common divisor of its prices; 0 without prices"),
        Column("price_highest", pl.String(), "quote per base", "the highest price in it; 0 without prices"),
        Column("qty_decimals", pl.Int64(), "digits", "the most decimals of a size as sent"),
        Column("said", pl.String(), "JSON", "what the file states itself of its market's contract"),
        Column("backwards_events", pl.Int64(), "records", "records whose event time lies before the one preceding it"),
        Column("backwards_recv", pl.Int64(), "lines", "lines whose recorder time lies before the one preceding it"),
    ),
)

ACCOUNTS = Table(
    name="accounts",
    grain="one row per raw file and normalised table of a market-day: where every line and record went",
    key=("venue", "symbol", "file_id", "table_name"),
    columns=(
        VENUE,
        SYMBOL,
        FILE_ID,
        TABLE_NAME,
        KNOWN_TS,
        Column("lines_kept", pl.Int64(), "lines", "lines that became rows of this table first (a line counts once)"),
        Column("lines_duplicate", pl.Int64(), "lines", "lines dropped because an identical one stands already"),
        Column("lines_quarantined", pl.Int64(), "lines", "lines in quarantine"),
        Column("records_in", pl.Int64(), "records", "records read: levels of a book message, else one a line"),
        Column("rows_out", pl.Int64(), "rows", "rows of the table"),
        Column("records_duplicate", pl.Int64(), "records", "records of duplicate lines"),
        Column("records_quarantined", pl.Int64(), "records", "records of quarantined lines"),
    ),
)

GAPS = Table(
    name="gaps",
    grain="one row per stretch of a feed in which data is missing",
    key=("venue", "symbol", "table_name", "from_ts", "reason"),
    columns=(
        VENUE,
        SYMBOL,
        TABLE_NAME,
        Column("from_ts", UTC_US, "UTC", "last moment known to be good; start of the day at its head"),
        Column("to_ts", UTC_US, "UTC", "first moment good again; end of the day if none"),
        KNOWN_TS,
        Column(
            "reason",
            pl.String(),
            "text",
            "no_snapshot, sequence_break (ids of book messages, or of aggregated prints, do not follow), silence, "
            "not_recorded (no file of the feed covers it), before_recording (first day's head), snapshot_mismatch (a "
            "snapshot found the book wrong, somewhere since `book_checks.since_ts`)",
        ),
    ),
)

QUARANTINE = Table(
    name="quarantine",
    grain="one row per raw line, or message on several lines, that could not be taken",
    key=("venue", "symbol", "file_id", "line"),
    columns=(
        VENUE,
        SYMBOL,
        FILE_ID,
        Column("line", pl.Int64(), "count", "line in the raw file, from 1; of a message on several, the one at fault"),
        EVENT_TS,
        KNOWN_TS,
        TABLE_NAME,
        Column("reason", pl.String(), "text", "what is wrong with it, in words"),
        Column("records", pl.Int64(), "records", "records the line or message would have given"),
        Column("raw", pl.String(), "text", "the line as it came, up to 2,000 characters"),
    ),
)

BOOK_CLOSE = Table(
    name="book_close",
    grain="one row per market-day: the book after its last event, in which the next day opens",
    key=("venue", "symbol", "event_ts"),
    columns=(
        VENUE,
        SYMBOL,
        EVENT_TS,
        KNOWN_TS,
        Column("last_update_id", pl.Int64(), "id", "id the next message must continue; null if unknown"),
        Column(
            "chain_mode",
            pl.Int8(),
            "code",
            "0 no book, 1 snapshot to be bridged, 2 live, 3 live with a new snapshot to be bridged",
        ),
        Column("is_in_gap", pl.Boolean(), "flag", "the book is not usable until a snapshot is bridged"),
        Column("bid_px", pl.List(pl.Float64()), "quote per base", "bid levels, best first"),
        Column("bid_qty", pl.List(pl.Float64()), "base", "their sizes"),
        Column("ask_px", pl.List(pl.Float64()), "quote per base", "ask levels, best first"),
        Column("ask_qty", pl.List(pl.Float64()), "base", "their sizes"),
        Column("bid_reach_px", pl.Float64(), "quote per base", "lowest bid the last snapshot listed"),
        Column("ask_reach_px", pl.Float64(), "quote per base", "highest ask the last snapshot listed"),
        Column("bid_deepest_px", pl.Float64(), "quote per base", "lowest bid the feed has shown since that snapshot"),
        Column("ask_deepest_px", pl.Float64(), "quote per base", "highest ask the feed has shown since that snapshot"),
        Column("recent_gaps_us", pl.List(pl.Int64()), "microseconds", "last 255 times between messages, oldest first"),
        Column("changes", pl.Int64(), "messages", "diffs applied since the last snapshot"),
    ),
)

BOOK_CHECKS = Table(
    name="book_checks",
    grain="one row per snapshot that came to a book changed since the snapshot before: the two compared",
    key=("venue", "symbol", "event_ts"),
    columns=(
        VENUE,
        SYMBOL,
        EVENT_TS,
        KNOWN_TS,
        Column("since_ts", UTC_US, "UTC", "the snapshot before, from which the changes ran; null: on a day before"),
        Column("before_ts", UTC_US, "UTC", "last message before this one's instant; null: on a day before"),
        Column(
            "compared",
            pl.Int64(),
            "levels",
            "prices that both should know, none of doubtful order",
        ),
        Column("missing", pl.Int64(), "levels", "of these, in the snapshot alone"),
        Column("stale", pl.Int64(), "levels", "of these, in the book alone"),
        Column("resized", pl.Int64(), "levels", "of these, in both with different sizes"),
    ),
)

NORMALISED = (
    INSTRUMENTS,
    BOOK_UPDATES,
    TRADES,
    BOOK_TICKER,
    DERIVATIVE_TICKER,
    FUNDING,
    LIQUIDATIONS,
    FILLS,
    DEPTH_BANDS,
    POSITIONING,
    PRICE_BARS,
    OPTION_QUOTES,
    VOL_INDEX,
    BOOK_CLOSE,
    BOOK_CHECKS,
    GAPS,
    QUARANTINE,
    MANIFEST,
    ACCOUNTS,
)
