"""What a source module yields: frames of translated records, a batch of lines at a time."""

from dataclasses import dataclass, field
from math import gcd
from typing import NamedTuple

import polars as pl

from signals.inputs import BOOK_TICKER, BOOK_UPDATES, DERIVATIVE_TICKER, FUNDING, QUARANTINE, TRADES
from signals.table import Table

RECORD_TABLES = (BOOK_UPDATES, TRADES, BOOK_TICKER, DERIVATIVE_TICKER, FUNDING)
"""Tables that sources fill, in the order in which a line is counted to its first home."""

RAW_KEPT = 2_000
"""Characters of a raw line that quarantine keeps."""

_MADE_LATER = {"venue", "symbol", "seq", "msg_id", "file_id"}


def staged_schema(table: Table) -> pl.Schema:
    """The table's columns that a source fills, plus where each record came from.

    `line` is the line in the raw file (from 1), `digest` a hash of the message's
    content: equal digests are the same message.
    """
    columns = {name: dtype for name, dtype in table.schema.items() if name not in _MADE_LATER}
    if table is not QUARANTINE:
        columns |= {"line": pl.Int64(), "digest": pl.Int64()}
    return pl.Schema(columns)


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


@dataclass(slots=True)
class Batch:
    """Records of consecutive lines, by table name, and what was seen on the way."""

    frames: dict[str, pl.DataFrame]
    quarantine: pl.DataFrame
    lines: int
    grid: PriceGrid = field(default_factory=PriceGrid)
    qty_decimals: int = 0
    offsets_ms: dict[int, int] = field(default_factory=dict)
    backwards_recv: int = 0
    recv_unit: str = ""


class BadRecordError(ValueError):
    """A line that cannot be taken; its text is the reason."""


def brief(text: str, most: int = 300) -> str:
    """Text of which a raw file decides the length, cut to what can be read."""
    return text if len(text) <= most else f"{text[:most]}... ({len(text):,} characters)"


class Stamp(NamedTuple):
    """Where and when a message came; times and the feed's delay in microseconds, `clock` as in the tables."""

    line: int
    recv: int
    event: int
    publish: int | None
    delay: int
    digest: int
    backwards: bool
    clock: str

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
