"""Which records are the same, which are wrong, and in what order they stand.

A record is known by the venue's id, or by its content where there is none. Of
several copies the one received first is kept; a copy with the same content is a
duplicate, one with other content a conflict. All of it depends on the set of
files only, never on the order in which they came. Work is done per message: the
levels of a book message lie side by side and stay so.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from signals.grid import MAX_EXACT, Grid
from signals.table import UTC_US

_ID: Final = {
    "book_updates": pl.concat_str("is_snapshot", "update_id", separator=":"),
    "trades": pl.col("trade_id"),
    "book_ticker": pl.col("update_id").cast(pl.String),
}
_ORDER: Final = {
    "book_updates": ("event_ts", "update_id", "is_snapshot", "recv_ts", "digest"),
    "trades": ("event_ts", "number", "trade_id", "recv_ts", "digest"),
    "book_ticker": ("event_ts", "update_id", "recv_ts", "digest"),
}
_MAX_NOTIONAL: Final = 4e18
"""Ticks x lots of one print: more could not be summed with others in 64 bits."""
_CONTENT_ORDER: Final = ("event_ts", "recv_ts", "digest")
_GRID_COLUMNS: Final = {
    "book_updates": (("price",), ("qty",)),
    "trades": (("price",), ("qty",)),
    "book_ticker": (("bid_px", "ask_px"), ("bid_qty", "ask_qty")),
}
DROPPED: Final = pl.Schema(
    {
        "file_id": pl.String(),
        "line": pl.Int64(),
        "records": pl.Int64(),
        "event_ts": UTC_US,
        "known_ts": UTC_US,
        "reason": pl.String(),
    }
)


@dataclass(frozen=True, slots=True)
class Merged:
    """Rows kept, in their final order, and the messages left out (schema DROPPED; no reason = a duplicate)."""

    kept: pl.DataFrame
    dropped: pl.DataFrame


def merge(table: str, rows: pl.DataFrame, tick: float, qty_decimals: int) -> Merged:
    """Deduplicate, check and sort the staged rows (plus file_id) of one slice of time."""
    starts = message_starts(rows)
    messages = _messages(table, rows, starts)
    verdicts = _copies(table, messages).join(
        _off_grid(table, rows, starts, tick, qty_decimals), on="message", how="full", coalesce=True
    )
    left_out = verdicts.select("message", reason=pl.coalesce("reason", "off_grid")).sort("message")
    dropped = messages.join(left_out, on="message", how="inner", maintain_order="right").select(DROPPED.names())
    remaining = messages if left_out.is_empty() else messages.join(left_out, on="message", how="anti")
    order = remaining.sort(_ORDER.get(table, _CONTENT_ORDER), nulls_last=True)["message"].to_numpy()
    return Merged(_gather(rows, starts, order), dropped)


def off_grid_lines(table: str, rows: pl.DataFrame, tick: float, qty_decimals: int) -> int:
    """How many messages hold a price off the tick or a quantity finer than the decimals."""
    return _off_grid(table, rows, message_starts(rows), tick, qty_decimals).height


def message_starts(rows: pl.DataFrame) -> np.ndarray:
    """Index of the first row of each message."""
    changes = rows.select(
        ((pl.col("line") != pl.col("line").shift()) | (pl.col("file_id") != pl.col("file_id").shift())).fill_null(True)
    )
    return np.flatnonzero(changes.to_series().to_numpy())


def _messages(table: str, rows: pl.DataFrame, starts: np.ndarray) -> pl.DataFrame:
    """One row per message: where it stands, what it is known by, how many records it gives."""
    counts = np.diff(np.append(starts, rows.height))
    named = pl.coalesce(_ID.get(table, pl.lit(None, dtype=pl.String)), pl.format("content {}", "digest"))
    extra = [name for name in ("update_id", "is_snapshot", "trade_id") if name in rows.columns]
    number = pl.col("trade_id").cast(pl.Int64, strict=False) if table == "trades" else pl.lit(None, dtype=pl.Int64)
    return rows[starts].select(
        "file_id", "line", "digest", "recv_ts", "event_ts", "known_ts", *extra,
        identity=pl.format("{} {}", "source", named),
        number=number,
        records=pl.Series(counts, dtype=pl.Int64),
        message=pl.int_range(len(starts)),
    )  # fmt: skip


def _copies(table: str, messages: pl.DataFrame) -> pl.DataFrame:
    """Messages of which an earlier copy stands: message and, if it says something else, the reason.

    Copies that were received at the same moment can differ in a carried time, for their files begin at different
    lines. Of quotes the latest such time is the best; of snapshots the earliest, which some diff has vouched for.
    """
    if messages["identity"].n_unique() == messages.height:
        return pl.DataFrame(schema={"message": pl.Int64, "reason": pl.String})
    carried = pl.col("event_ts").to_physical() * (1 if table == "book_updates" else -1)
    ranked = messages.sort("identity", "recv_ts", "digest", carried, "file_id", "line", nulls_last=True)
    conflict = pl.format("conflicts with an earlier record of the same id ({})", "identity")
    return ranked.select(
        "message",
        copy=pl.int_range(pl.len()).over("identity"),
        reason=pl.when(pl.col("digest") != pl.col("digest").first().over("identity")).then(conflict),
    ).filter(pl.col("copy") > 0).drop("copy")  # fmt: skip


def _off_grid(table: str, rows: pl.DataFrame, starts: np.ndarray, tick: float, qty_decimals: int) -> pl.DataFrame:
    """Messages with numbers that the market's grid has no whole number for, and the words for it.

    Prints off the market are not on the book's grid and pass.
    """
    if table not in _GRID_COLUMNS or rows.is_empty():
        return pl.DataFrame(schema={"message": pl.Int64, "off_grid": pl.String})
    prices, sizes = _GRID_COLUMNS[table]
    grid = Grid.of(tick, qty_decimals)
    on_book = ~pl.col("is_off_market") if table == "trades" else pl.lit(True)
    ticks = {name: pl.col(name) * grid.scale / grid.tick for name in prices}
    lots = {name: pl.col(name) * grid.lots for name in sizes}
    checks = [(name, _is_fractional(count), f"price {{}} is off the grid of {tick:g}") for name, count in ticks.items()]
    finer = f"quantity {{}} has more than {qty_decimals} decimals"
    checks += [(name, _is_fractional(count), finer) for name, count in lots.items()]
    many = f"{{}} is too large to be counted in ticks of {tick:g} and {qty_decimals} decimals"
    checks += [(name, count >= MAX_EXACT, many) for name, count in (ticks | lots).items()]
    if table == "trades":
        checks.append(("qty", ticks["price"] * lots["qty"] >= _MAX_NOTIONAL, many))
    words = [pl.when(is_wrong & on_book).then(pl.format(text, name)) for name, is_wrong, text in checks]
    wrong = (
        rows.lazy().with_row_index("row").select("row", off_grid=pl.coalesce(words)).drop_nulls("off_grid").collect()
    )
    owner = np.searchsorted(starts, wrong["row"].to_numpy(), side="right") - 1
    return (
        wrong.select(message=pl.Series(owner, dtype=pl.Int64), off_grid="off_grid")
        .unique("message", keep="first", maintain_order=True)
    )  # fmt: skip


def _gather(rows: pl.DataFrame, starts: np.ndarray, order: np.ndarray) -> pl.DataFrame:
    """The rows of the messages in `order`; the same frame if nothing moves."""
    if len(order) == len(starts) and (order == np.arange(len(order))).all():
        return rows
    counts = np.diff(np.append(starts, rows.height))[order]
    ends = np.cumsum(counts)
    return rows[np.repeat(starts[order] - (ends - counts), counts) + np.arange(ends[-1] if len(ends) else 0)]


def _is_fractional(count: pl.Expr) -> pl.Expr:
    """True where a count is not whole, allowing for the rounding of a double; nothing but 0 rounds to 0."""
    whole = count.round()
    return (((count - whole).abs() > 1e-6 + 4e-16 * count.abs()) | ((whole == 0) & (count > 0))).fill_null(False)
