"""Rows of any table, written as what matters of them."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from signals.table import UTC_US, Table

Row = Mapping[str, Any]


def rows_of(table: Table, rows: Iterable[Row], *, delay_s: float = 0.1, venue: str = "v", symbol: str = "s"):
    """Rows of `table`: times in seconds since 1970, what is not said is null, and known `delay_s` after they happened
    or ended."""
    time = "bar_end" if "bar_end" in table.schema else "event_ts"
    full = [
        {"venue": venue, "symbol": symbol, "seq": seq, "known_ts": row[time] + delay_s, **row}
        for seq, row in enumerate(rows)
    ]
    columns = [
        pl.Series(name, [_value(row.get(name), dtype) for row in full], dtype=pl.Int64 if dtype == UTC_US else dtype)
        for name, dtype in table.schema.items()
    ]
    return table.check(pl.DataFrame(columns).cast(dict(table.schema)))


def _value(value: Any, dtype: pl.DataType) -> Any:
    return round(value * 1_000_000) if dtype == UTC_US and value is not None else value


def seconds(frame: pl.DataFrame, name: str) -> list[float]:
    """A column of times as seconds since 1970."""
    return [None if us is None else us / 1_000_000 for us in frame[name].cast(pl.Int64)]
