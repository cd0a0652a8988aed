"""Data sets of Tardis.dev beside the book's increments and the tape: quotes, book snapshots, derivative tickers and
liquidations. Field meanings: docs.tardis.dev, "Downloadable CSV files".

`timestamp` equal to `local_timestamp` means that the venue sent none. A blank is "unchanged or unknown", never zero.
Open interest is as the venue sends it: Bybit's `openInterest` counts both sides of every contract and is halved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from pipeline.errors import FootprintError
from pipeline.sources.batch import Batch, in_lists
from pipeline.sources.reading.csv_frames import CsvBatches, Moments
from pipeline.sources.reading.csv_text import Lines
from pipeline.sources.reading.lines import blocks_of_lines
from pipeline.sources.tardis.lines import AHEAD

_SHARED: Final = ("exchange", "symbol", "timestamp", "local_timestamp")
_QUOTES: Final = (*_SHARED, "ask_amount", "ask_price", "bid_price", "bid_amount")
_TICKER: Final = (
    *_SHARED, "funding_timestamp", "funding_rate", "predicted_funding_rate", "open_interest", "last_price",
    "index_price", "mark_price",
)  # fmt: skip
_LIQUIDATIONS: Final = (*_SHARED, "id", "side", "price", "amount")
_ALIKE: Final = ("liquidations", "trades")
"""Data sets of the same columns."""
_BOTH_SIDES: Final = frozenset({"bybit"})
"""Exchanges whose open interest counts both sides."""
_BEST_DELAY, _SNAPSHOT_DELAY, _STATE_DELAY, _PRINT_DELAY = 100_000, 500_000, 100_000, 50_000
"""Microseconds after the event at which a row is known, where it does not say when it was received."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """What a header says: the kind of the file, its columns, and how many levels a snapshot of a book has; and the
    vendor's id of the exchange."""

    kind: str
    names: tuple[str, ...]
    levels: int = 0
    exchange: str = ""


def data_set_of(names: Sequence[str], path: Path) -> DataSet | None:
    """The data set whose columns these are; None if it is none of those read here.

    Liquidations have the columns of trades: only the file's name, or the nearest folder's, tells them apart.
    """
    there = set(names)
    if len(there) < len(names):
        return None
    levels = sum(name.startswith("asks[") and name.endswith("].price") for name in names)
    if levels and {*_SHARED, *_fields("price", levels), *_fields("amount", levels)} <= there:
        return DataSet("snapshots", tuple(names), levels)
    for kind, wanted in (("derivative_ticker", _TICKER), ("quotes", _QUOTES)):
        if set(wanted) <= there:
            return DataSet(kind, tuple(names))
    if is_of_liquidations(path) and set(_LIQUIDATIONS) <= there:
        return DataSet("liquidations", tuple(names))
    return None


def _fields(what: str, levels: int) -> list[str]:
    """Columns of a snapshot's levels, bids before asks, best first."""
    return [f"{side}[{level}].{what}" for side in ("bids", "asks") for level in range(levels)]


def is_of_liquidations(path: Path) -> bool:
    named = [kind for kind in _ALIKE if kind in path.name]
    named += [folder for folder in reversed(path.absolute().parts[:-1]) if folder in _ALIKE]
    return named[:1] == ["liquidations"]


def read(path: Path, data_set: DataSet, exchange: str, symbol: str, source: str) -> Iterator[Batch]:
    """Translate the file, which should be about `symbol` on `exchange` as the vendor names them.

    Raises FP002 if it has no rows, FP003 if all of it is about others.
    """
    batches, number, is_ours = CsvBatches(source, recv_unit="us"), 1, False
    foreign: set[str] = set()
    for block in blocks_of_lines(path):
        if number == 1:
            block, number = block[1:], 2
        if not block:
            continue
        lines = Lines.of(block, number, data_set.names)
        number += len(block)
        others = _refuse_others(lines, exchange, symbol)
        foreign.update(others[: max(0, 3 - len(foreign))])
        is_ours |= len(others) < len(block)
        yield _batch(batches, lines, replace(data_set, exchange=exchange))
        if foreign and not is_ours:
            raise FootprintError(
                "FP003",
                f"expected records of {symbol} on {exchange}, found only {', '.join(sorted(foreign))} in the first "
                f"{number - 2:,} lines",
                where=str(path),
                hint="check --venue, --symbol and the file",
            )
    if number <= 2:
        raise FootprintError("FP002", "the file has a header and no rows", where=str(path), hint="is it complete?")


def _refuse_others(lines: Lines, exchange: str, symbol: str) -> list[str]:
    """Refuse the lines of other markets; what they name."""
    others: list[str] = []
    for name, expected in (("exchange", exchange), ("symbol", symbol)):
        is_other = (lines.text[name] != expected) & lines.is_good
        others += lines.text[name].filter(is_other).to_list()
        lines.refuse(is_other, f"foreign {name}, expected {expected!r}")
    return others


def _batch(batches: CsvBatches, lines: Lines, data_set: DataSet) -> Batch:
    event, recv = lines.time("timestamp", "us"), lines.time("local_timestamp", "us")
    lines.refuse(event > recv + AHEAD, "timestamp lies more than 60 s after local_timestamp")
    return _READERS[data_set.kind](batches, lines, data_set, event, recv)


def _clocked(event: pl.Series, recv: pl.Series, clock: str, delay: int) -> Moments:
    clocks = pl.select(pl.when(event == recv).then(pl.lit("recv")).otherwise(pl.lit(clock))).to_series()
    return Moments(event, clocks, delay, recv=recv)


def _quotes(batches: CsvBatches, lines: Lines, _: DataSet, event: pl.Series, recv: pl.Series) -> Batch:
    columns = {
        "bid_px": lines.number("bid_price", "price", may_be_blank=True),
        "bid_qty": lines.number("bid_amount", "level size", may_be_blank=True),
        "ask_px": lines.number("ask_price", "price", may_be_blank=True),
        "ask_qty": lines.number("ask_amount", "level size", may_be_blank=True),
    }
    moments = _clocked(event, recv, "publish", _BEST_DELAY)
    frame = batches.frame(lines, "book_ticker", moments, columns)
    return batches.batch(
        lines,
        {"book_ticker": frame},
        lines.rejected("book_ticker", event),
        prices=("bid_price", "ask_price"),
        sizes=("bid_amount", "ask_amount"),
        moments=moments,
    )


def _snapshots(batches: CsvBatches, lines: Lines, data_set: DataSet, event: pl.Series, recv: pl.Series) -> Batch:
    """Every row is the whole book as far as it goes; a book with fewer levels leaves the last fields blank."""
    prices, amounts = (_fields(what, data_set.levels) for what in ("price", "amount"))
    price = [lines.number(name, "price", may_be_blank=True) for name in prices]
    amount = [lines.number(name, "level size", may_be_blank=True) for name in amounts]
    for at, name in enumerate(prices):
        lines.refuse(price[at].is_null() != amount[at].is_null(), f"{name} and its amount are not both there")
    good = lines.is_good.to_numpy()
    is_there = pl.DataFrame([column.is_not_null().alias(str(at)) for at, column in enumerate(price)]).to_numpy()[good]
    flat = {
        "price": pl.DataFrame([c.alias(str(at)) for at, c in enumerate(price)]).to_numpy()[good][is_there],
        "qty": pl.DataFrame([c.alias(str(at)) for at, c in enumerate(amount)]).to_numpy()[good][is_there],
    }
    counts = is_there.sum(axis=1)
    side = (-2 * (is_there.nonzero()[1] >= data_set.levels) + 1).astype("int8")
    moments = _clocked(event, recv, "publish", _SNAPSHOT_DELAY)
    identity = {f"level {at}": column for at, column in enumerate(price + amount)}
    ends = pl.Series([0]).append(pl.Series(counts).cum_sum().cast(pl.Int64)).to_numpy()
    levels = [in_lists(pl.Series(name, values), ends) for name, values in {"side": side, **flat}.items()]
    frame = batches.frame(
        lines,
        "book_updates",
        moments,
        identity,
        others=[*levels, pl.repeat(True, counts.size, eager=True).alias("is_snapshot")],
    )
    return batches.batch(
        lines, {"book_updates": frame}, lines.rejected("book_updates", event), prices=prices, sizes=amounts,
        moments=moments,
    )  # fmt: skip


def _ticker(batches: CsvBatches, lines: Lines, data_set: DataSet, event: pl.Series, recv: pl.Series) -> Batch:
    """A row of the state, and where it states a funding rate one of that: an estimate until it is settled."""
    next_ts = lines.time("funding_timestamp", "us", may_be_blank=True)
    interest = lines.number("open_interest", "free size", may_be_blank=True)
    state = {
        "mark_price": lines.number("mark_price", "free price", may_be_blank=True),
        "index_price": lines.number("index_price", "free price", may_be_blank=True),
        "funding_rate": lines.number("funding_rate", may_be_blank=True),
        "next_funding_ts": next_ts,
        "open_interest_qty": interest / 2 if data_set.exchange in _BOTH_SIDES else interest,
    }
    moments = _clocked(event, recv, "publish", _STATE_DELAY)
    rate = {
        "rate": state["funding_rate"],
        "next_ts": next_ts,
        "mark_price": state["mark_price"],
        "index_price": state["index_price"],
    }
    funding = batches.frame(lines, "funding", moments, rate, counts_lines=False).drop_nulls("rate")
    frames = {
        "derivative_ticker": batches.frame(lines, "derivative_ticker", moments, state),
        "funding": funding.with_columns(kind=pl.lit("predicted")),
    }
    return batches.batch(lines, frames, lines.rejected("derivative_ticker", event), moments=moments)


def _liquidations(batches: CsvBatches, lines: Lines, _: DataSet, event: pl.Series, recv: pl.Series) -> Batch:
    """Side is the forced order's on every venue: buy = a short was liquidated."""
    columns = {
        "order_side": lines.choice("side", {"buy": 1, "sell": -1}),
        "price": lines.number("price", "price"),
        "qty": lines.number("amount", "size"),
        "trade_id": lines.text["id"].replace("", None),
    }
    moments = _clocked(event, recv, "match", _PRINT_DELAY)
    frame = batches.frame(lines, "liquidations", moments, columns)
    return batches.batch(
        lines, {"liquidations": frame}, lines.rejected("liquidations", event), sizes=("amount",), moments=moments
    )


_READERS: Final = {
    "quotes": _quotes,
    "snapshots": _snapshots,
    "derivative_ticker": _ticker,
    "liquidations": _liquidations,
}
