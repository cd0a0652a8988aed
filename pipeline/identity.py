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
from numpy.typing import NDArray

from pipeline.messages import Ints, Messages
from pipeline.staging import SLICE
from signals.grid import MAX_EXACT, Grid
from signals.table import UTC_US

_MOMENT: Final = pl.col("event_ts").to_physical()
_NAMED: Final = {
    "liquidations": pl.col("trade_id"),
    "fills": pl.concat_str("trade_id", "address", "side", separator=" "),
    "depth_bands": pl.concat_str(_MOMENT, "band_pct", separator=" "),
    "positioning": _MOMENT.cast(pl.String),
    "price_bars": pl.concat_str("price_kind", "interval_s", _MOMENT, separator=" "),
    "vol_index": pl.concat_str("index_name", "interval_s", _MOMENT, separator=" "),
}
"""What names a record of the slower tables; where it is null, the content does."""
_ID: Final = {
    "book_updates": pl.concat_str("is_snapshot", "update_id", separator=":"),
    "trades": pl.col("trade_id"),
    "book_ticker": pl.col("update_id").cast(pl.String),
    **_NAMED,
}
_QUICK_ID: Final = {
    "book_updates": pl.coalesce(2 * pl.col("update_id") + pl.col("is_snapshot"), "digest"),
    "trades": pl.coalesce("trade_id", pl.col("digest").cast(pl.String)),
    "book_ticker": pl.coalesce("update_id", "digest"),
    **{table: pl.coalesce(name, pl.col("digest").cast(pl.String)) for table, name in _NAMED.items()},
}
"""Quick to compare: messages that differ in it are no copies; those that do not may still be none."""
_ORDER: Final[dict[str, tuple[str | pl.Expr, ...]]] = {
    # Where no ids order it, a book has changed in the order of receipt, its snapshot first.
    "book_updates": (
        "event_ts", "update_id", pl.when(pl.col("update_id").is_not_null()).then("is_snapshot"), "recv_ts",
        "position", pl.col("is_snapshot").not_(), "digest",
    ),
    "trades": (
        "event_ts", pl.col("trade_id").cast(pl.Int64, strict=False), "position", "trade_id", "recv_ts", "digest",
    ),
    "book_ticker": ("event_ts", "update_id", "recv_ts", "digest"),
}  # fmt: skip
_MAX_NOTIONAL: Final = float(1 << 61)
"""Ticks x lots of one print: more could not be summed with others in 64 bits."""
_CONTENT_ORDER: Final = ("event_ts", "position", "recv_ts", "digest")
_GRID_COLUMNS: Final = {
    "book_updates": (("price",), ("qty",)),
    "trades": (("price",), ("qty",)),
    "book_ticker": (("bid_px", "ask_px"), ("bid_qty", "ask_qty")),
}
DROPPED: Final = pl.Schema(
    {
        "file_id": pl.String(),
        "line": pl.Int64(),
        "lines": pl.Int64(),
        "records": pl.Int64(),
        "event_ts": UTC_US,
        "known_ts": UTC_US,
        "reason": pl.String(),
    }
)


@dataclass(frozen=True, slots=True)
class Merged:
    """Messages kept, in their final order, and those left out (schema DROPPED; no reason = a duplicate)."""

    order: Ints
    dropped: pl.DataFrame


def merge(messages: Messages, tick: float, qty_decimals: int) -> Merged:
    """Find the copies among the messages of some slices of time, check and sort the others."""
    heads = messages.heads.with_columns(
        message=pl.int_range(pl.len()), records=pl.Series(messages.counts, dtype=pl.Int64)
    )
    verdicts = _copies(messages.table, heads).join(
        _off_grid(messages, tick, qty_decimals), on="message", how="full", coalesce=True
    )
    left_out = verdicts.select("message", reason=pl.coalesce("reason", "off_grid")).sort("message")
    if left_out.is_empty():
        return Merged(_in_order(messages.table, heads), pl.DataFrame(schema=DROPPED))
    dropped = heads.join(left_out, on="message", how="inner", maintain_order="right").select(DROPPED.names())
    return Merged(_in_order(messages.table, heads.join(left_out, on="message", how="anti")), dropped)


def off_grid_lines(messages: Messages, tick: float, qty_decimals: int) -> int:
    """Lines of the messages with a price off the tick or a quantity finer than the decimals."""
    return int(messages.heads["lines"].gather(_off_grid(messages, tick, qty_decimals)["message"]).sum())


def _copies(table: str, heads: pl.DataFrame) -> pl.DataFrame:
    """Messages of which an earlier copy stands: message and, if it says something else, the reason.

    Copies are looked for within a slice of event time, however many slices are here. Copies that were received at
    the same moment can differ in a carried time, for their files begin at different lines. Of quotes the latest such
    time is the best; of snapshots the earliest, which some diff has vouched for.
    """
    quick = heads.select(_QUICK_ID.get(table, pl.col("digest"))).to_series()
    if quick.n_unique() == heads.height:
        return pl.DataFrame(schema={"message": pl.Int64, "reason": pl.String})
    named = pl.coalesce(_ID.get(table, pl.lit(None, dtype=pl.String)), pl.format("content {}", "digest"))
    known_by = "slice", "identity"
    carried = pl.col("event_ts").to_physical() * (1 if table == "book_updates" else -1)
    ranked = heads.with_columns(
        slice=pl.col("event_ts").dt.truncate(SLICE), identity=pl.format("{} {}", "source", named)
    ).sort(*known_by, "recv_ts", "digest", carried, "position", "file_id", "line", nulls_last=True)
    conflict = pl.format("conflicts with an earlier record of the same id ({})", "identity")
    return ranked.select(
        "message",
        copy=pl.int_range(pl.len()).over(known_by),
        reason=pl.when(pl.col("digest") != pl.col("digest").first().over(known_by)).then(conflict),
    ).filter(pl.col("copy") > 0).drop("copy")  # fmt: skip


def _in_order(table: str, heads: pl.DataFrame) -> Ints:
    """The messages as they follow each other; times that differ tell."""
    event = heads["event_ts"].to_physical().to_numpy()
    if not (event[1:] > event[:-1]).all():
        heads = heads.sort(_ORDER.get(table, _CONTENT_ORDER), nulls_last=True)
    return heads["message"].to_numpy()


def _off_grid(messages: Messages, tick: float, qty_decimals: int) -> pl.DataFrame:
    """Messages with numbers that the market's grid has no whole number for, and the words for it.

    Prints off the market are not on the book's grid and pass.
    """
    table, records = messages.table, messages.records
    if table not in _GRID_COLUMNS or _is_on_grid(table, records, tick, qty_decimals):
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
        records.lazy().with_row_index("row").select("row", off_grid=pl.coalesce(words)).drop_nulls("off_grid").collect()
    )
    owner = np.searchsorted(messages.starts, wrong["row"].to_numpy(), side="right") - 1
    return (
        wrong.select(message=pl.Series(owner, dtype=pl.Int64), off_grid="off_grid")
        .unique("message", keep="first", maintain_order=True)
    )  # fmt: skip


def _is_on_grid(table: str, records: pl.DataFrame, tick: float, qty_decimals: int) -> bool:
    """True if surely every number is a whole count and of a size that can be summed."""
    from signals.kernels.whole import are_whole

    grid = Grid.of(tick, qty_decimals)
    prices, sizes = ([_floats(records[name]) for name in names] for names in _GRID_COLUMNS[table])
    return (
        all(are_whole(values, grid.scale, grid.tick, MAX_EXACT) for values in prices)
        and all(are_whole(values, grid.lots, 1.0, MAX_EXACT) for values in sizes)
        and (
            table != "trades" or bool((grid.scale / grid.tick * grid.lots * prices[0] * sizes[0] < _MAX_NOTIONAL).all())
        )
    )


def _floats(column: pl.Series) -> NDArray[np.float64]:
    return np.ascontiguousarray(column.to_numpy())


def _is_fractional(count: pl.Expr) -> pl.Expr:
    """True where a count is not whole, allowing for the rounding of a double; nothing but 0 rounds to 0."""
    whole = count.round()
    return (((count - whole).abs() > 1e-6 + 4e-16 * count.abs()) | ((whole == 0) & (count > 0))).fill_null(False)
