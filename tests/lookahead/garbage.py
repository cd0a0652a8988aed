"""Garbage for the future: as extreme as a legal input can be."""

from collections.abc import Callable
from typing import Final, Literal

import polars as pl

from signals.inputs.bookkeeping import GAPS
from signals.table import Column, Span, Table
from tests.lookahead.moments import Moment

Kind = Literal["values", "chain", "snapshots"]
KINDS: Final[tuple[Kind, ...]] = ("values", "chain", "snapshots")
"""Wrong prices, sizes and sides; the same with broken ids, later times and gaps; the same as a flood of snapshots."""

_FACTORS: Final = {
    "quote per base": 10,
    "base": 1_000,
    "venue units": 1_000,
    "quote": 1_000,
    "+1/-1": -1,
    "+1/-1/0": -1,
    "[-1, 1]": -1,
    "standard deviations": -3,
    "fraction per interval": -50,
    "fraction per root year": 20,
    "fraction per year": 20,
    "px_ccy": 10,
}


def poison(table: Table, frame: pl.DataFrame, moment: Moment, span: Span, kind: Kind) -> pl.DataFrame:
    """The frame with everything not known at `moment` replaced; still sorted and on the grid."""
    marked = frame.with_columns(_future=~moment.is_known)
    changes = {column.name: change for column in table.columns if (change := _garbage(column, kind)) is not None}
    changes["known_ts"] = pl.col("known_ts").dt.offset_by("61s")
    if table is GAPS:
        changes["to_ts"] = pl.lit(span.until)
    marked = marked.with_columns(
        pl.when("_future").then(change).otherwise(pl.col(name)).cast(table.schema[name]).alias(name)
        for name, change in changes.items()
    )
    if kind == "chain" and "seq" in table.key:
        marked = _moved_on(marked)
    poisoned = marked.drop("_future")
    return _with_future_gaps(poisoned, moment, span) if table is GAPS and kind == "chain" else poisoned


def _garbage(column: Column, kind: Kind) -> pl.Expr | None:
    """What stands in the column instead; None: what stood there."""
    value = pl.col(column.name)
    if column.unit in _FACTORS:
        return _scaled(value, _FACTORS[column.unit], is_list=isinstance(column.dtype, pl.List))
    if kind == "chain" and column.unit == "id" and column.dtype == pl.Int64() and column.name != "prev_update_id":
        return value + 10**12
    if kind == "snapshots" and column.name == "is_snapshot":
        return pl.lit(True)
    if kind == "snapshots" and column.name == "prev_update_id":
        return pl.col("update_id")
    return None


def _scaled(value: pl.Expr, factor: int, *, is_list: bool) -> pl.Expr:
    scale: Callable[[pl.Expr], pl.Expr] = lambda number: number * factor  # noqa: E731
    return value.list.eval(scale(pl.element())) if is_list else scale(value)


def _moved_on(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the tail of which nothing is known a later time, not beyond the last event."""
    is_tail = pl.col("_future").reverse().cum_min().reverse().cast(pl.Boolean)
    later = pl.min_horizontal(pl.col("event_ts").dt.offset_by("3700ms"), pl.col("event_ts").max())
    return frame.with_columns(event_ts=pl.when(is_tail).then(later).otherwise("event_ts"))


def _with_future_gaps(gaps: pl.DataFrame, moment: Moment, span: Span) -> pl.DataFrame:
    """Claim that from the moment on nothing was recorded any more."""
    if moment.instant >= span.until or gaps.is_empty():
        return gaps
    claim = {"from_ts": moment.instant, "to_ts": span.until, "known_ts": span.until, "reason": "silence"}
    rows = [gaps.row(0, named=True) | claim | {"table_name": name} for name in ("book_updates", "trades")]
    return pl.concat([gaps, pl.DataFrame(rows, schema=gaps.schema)]).sort(GAPS.key)
