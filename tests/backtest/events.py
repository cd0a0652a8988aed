"""Events a person can check by hand: times in seconds, one market, tick 0.1."""

import polars as pl

from signals.table import UTC_US

TICK = 0.1


def times(values) -> pl.Series:
    return pl.Series([round(value * 1_000_000) for value in values], dtype=pl.Int64).cast(UTC_US)


def events(*rows, symbol="s") -> pl.DataFrame:
    """Events of (side, price, start, end)."""
    side, price, start, end = zip(*rows, strict=True) if rows else ((),) * 4
    return pl.DataFrame(
        {
            "side": pl.Series(side, dtype=pl.Int8),
            "price": pl.Series(price, dtype=pl.Float64),
            "start_ts": times(start),
            "end_ts": times(end),
        }
    ).select(pl.lit("v").alias("venue"), pl.lit(symbol).alias("symbol"), pl.all())
