"""What a source module yields: frames of translated records, a batch of lines at a time."""

from dataclasses import dataclass, field
from math import gcd
from typing import Final, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.inputs.bookkeeping import QUARANTINE
from signals.inputs.statements import (
    DEPTH_BANDS,
    DERIVATIVE_TICKER,
    FUNDING,
    OPTION_QUOTES,
    POSITIONING,
    PRICE_BARS,
    VOL_INDEX,
)
from signals.inputs.trading import BOOK_TICKER, BOOK_UPDATES, FILLS, LIQUIDATIONS, TRADES
from signals.table import UTC_US, Table

CORE_TABLES: Final = (BOOK_UPDATES, TRADES, BOOK_TICKER, DERIVATIVE_TICKER, FUNDING)
"""Feeds that a recording of a perpetual should have: where one is absent, that is a gap."""

RECORD_TABLES: Final = (
    *CORE_TABLES,
    LIQUIDATIONS,
    FILLS,
    DEPTH_BANDS,
    POSITIONING,
    PRICE_BARS,
    OPTION_QUOTES,
    VOL_INDEX,
)
"""Tables that sources fill."""

RAW_KEPT = 2_000
"""Characters of a raw line that quarantine keeps."""

PLAIN: Final = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"
"""A number of the book and the tape as venues write it."""
LONGEST: Final = 19
"""Characters of such a number: more than a double can tell apart, and all that fits 64 bits without its point."""

LEVELS: Final[dict[str, tuple[str, ...]]] = {"book_updates": ("side", "price", "qty")}
"""Columns that differ from record to record of a message; lists where a message is staged."""

_TABLES: Final = {table.name: table for table in RECORD_TABLES}
_MADE_LATER = {"venue", "symbol", "seq", "msg_id", "file_id", "qty_native"}


def staged_schema(table: Table) -> pl.Schema:
    """What a source fills: a row per message, with the table's columns and where the message came from.

    `line` is the line in the raw file (from 1), `lines` how many lines of the file the message accounts for (0 for
    those of a line that is counted with another message), `digest` a hash of the message's content: equal digests are
    the same message. `position` orders messages of equal time where the venue's ids do not; null if nothing does.
    Sizes (`qty`, `bid_qty`, `ask_qty`, `open_interest_qty`) are as sent, in contracts where the venue counts
    contracts, unless the source says otherwise (`Source.base_sizes`).
    """
    lists = LEVELS.get(table.name, ())
    columns = {
        name: pl.List(dtype) if name in lists else dtype
        for name, dtype in table.schema.items()
        if name not in _MADE_LATER
    }
    if table is QUARANTINE:
        columns |= {"lines": pl.Int64()}
    else:
        columns |= {"line": pl.Int64(), "lines": pl.Int64(), "digest": pl.Int64(), "position": pl.Int64()}
    return pl.Schema(columns)


def conform(frame: pl.DataFrame, name: str, source: str) -> pl.DataFrame:
    """The staged columns of table `name` in order; what this source does not state is null, and `lines` 1."""
    schema = staged_schema(_TABLES[name])
    frame = frame.with_columns(pl.lit(source).alias("source"))
    if "lines" not in frame.columns:
        frame = frame.with_columns(lines=pl.lit(1, dtype=pl.Int64))
    missing = [pl.lit(None, dtype=dtype).alias(column) for column, dtype in schema.items() if column not in frame]
    return frame.with_columns(missing).select(schema.names()).cast(schema)


def in_lists(values: pl.Series, ends: NDArray[np.int64]) -> pl.Series:
    """The values as lists of one message each; `ends` is where each ends, from 0 on."""
    import pyarrow as pa  # polars has no way to lay lists over values that are there

    # as Series: Arrow imports pandas to look at an array of numpy
    return pl.Series(values.name, pa.LargeListArray.from_arrays(pl.Series(ends).to_arrow(), values.to_arrow()))


@dataclass(frozen=True, slots=True)
class PriceGrid:
    """Greatest common divisor and largest of the prices seen, in units of 10^-decimals."""

    divisor: int = 0
    decimals: int = 0
    largest: int = 0


def joined_grid(one: PriceGrid, other: PriceGrid) -> PriceGrid:
    """The grid on which the prices of both lie."""
    decimals = max(one.decimals, other.decimals)
    factors = [10 ** (decimals - grid.decimals) for grid in (one, other)]
    divisor = gcd(one.divisor * factors[0], other.divisor * factors[1])
    return PriceGrid(divisor, decimals, max(one.largest * factors[0], other.largest * factors[1]))


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What a raw file says itself of its market, as an instrument list within a capture does; None or "": not said.

    `tick` in quote per base; `lot`, the smallest step of a size, in the venue's own units; `contract_size` in base
    (linear) or quote (inverse) units per contract, OKX's ctVal x ctMult; `funding_interval_h` in hours; `said_on` the
    day on which it was said, as text, which makes no other contract of it.
    """

    tick: float | None = None
    lot: float | None = None
    contract_size: float | None = None
    is_inverse: bool | None = None
    funding_interval_h: float | None = None
    base: str = ""
    quote: str = ""
    said_on: str = field(default="", compare=False)


class Hole(NamedTuple):
    """A stretch of event time, microseconds, in which records of a table are known to be missing, and since when that
    is known."""

    table: str
    begin: int
    end: int
    known: int


@dataclass(slots=True)
class Batch:
    """Records of consecutive lines, by table name, and what was seen on the way.

    lines: those about the market; lines_beside: those about other markets, or about none. span: the stretch of event
    time that the file covers, microseconds [from, to), where it is known: outside of it nothing was recorded, within
    it no record means that nothing happened. The same in every batch of a file. contract_us: when what the file says of
    the contract was said. holes: what its recorder knows that it missed. quiet: tables that the file would fill and of
    whose records it has none of the market, which is not in it at all; its span is then known.
    """

    frames: dict[str, pl.DataFrame]
    quarantine: pl.DataFrame
    lines: int
    lines_beside: int = 0
    grid: PriceGrid = field(default_factory=PriceGrid)
    qty_decimals: int = 0
    offsets_ms: dict[int, int] = field(default_factory=dict)
    backwards_recv: int = 0
    recv_unit: str = ""
    contract: ContractFacts | None = None
    contract_us: int = 0
    span: tuple[int, int] | None = None
    holes: tuple[Hole, ...] = ()
    quiet: tuple[str, ...] = ()


class BadRecordError(ValueError):
    """A line that cannot be taken; its text is the reason."""


def brief(text: str, most: int = 300) -> str:
    """Text of which a raw file decides the length, cut to what can be read."""
    return text if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"


class Stamp(NamedTuple):
    """Where and when a message came; times and the feed's delay in microseconds, `clock` as in the tables.

    `lines` and `position` as in staged_schema.
    """

    line: int
    recv: int | None
    event: int
    publish: int | None
    delay: int
    digest: int
    backwards: bool
    clock: str
    lines: int = 1
    position: int | None = None

    def moved_to(self, event: int) -> "Stamp":
        """The same message at an earlier event time, known no earlier for it."""
        return self._replace(event=event, delay=self.delay + self.event - event)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line for quarantine; `event` is the latest event time before it, 0 if none."""

    line: int
    event: int
    table: str
    reason: str
    records: int
    raw: bytes
    lines: int = 1


def quarantine_frame(bad: list[Rejected]) -> pl.DataFrame:
    """The rejected lines in their order, as they are staged."""
    ordered = sorted(bad, key=lambda rejected: rejected.line)
    return pl.DataFrame(
        {
            "line": [rejected.line for rejected in ordered],
            "event_ts": pl.Series([rejected.event for rejected in ordered], dtype=pl.Int64).cast(UTC_US),
            "known_ts": pl.Series([rejected.event for rejected in ordered], dtype=pl.Int64).cast(UTC_US),
            "table_name": [rejected.table for rejected in ordered],
            "reason": [rejected.reason for rejected in ordered],
            "records": [rejected.records for rejected in ordered],
            "lines": [rejected.lines for rejected in ordered],
            "raw": [rejected.raw[:RAW_KEPT].decode(errors="replace") for rejected in ordered],
        },
        schema=staged_schema(QUARANTINE),
    )
