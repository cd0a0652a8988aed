"""Contracts of the books kept about a market: what it is, how its days close, what is missing, where each line went."""

import polars as pl

from signals.inputs.columns import EVENT_TS, FILE_ID, KNOWN_TS, SOURCE, SYMBOL, TABLE_NAME, VENUE
from signals.table import UTC_US, Column, Table

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
        Column(
            "holes",
            pl.String(),
            "JSON",
            "what its recorder knows that it missed: table, begin and end of the stretch, and when that was known, in "
            "microseconds since 1970",
        ),
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
