"""Where the money went: the parts of the profit or loss, which add up."""

import polars as pl

from backtest.trading.trade_table import PARTS

_BPS = 10_000


def split_bps(closed: pl.DataFrame) -> dict[str, float | None]:
    """Mean per round trip of each part, in bps of the entry's notional, and `net`, their sum; None without a trade."""
    notional = pl.col("filled_qty") * pl.col("entry_px")
    means = closed.select(_part(name, _BPS / notional).mean() for name in PARTS).row(0, named=True)
    return {**_named(means), "net": closed["net_bps"].mean()}  # type: ignore[dict-item]


def split_quote(closed: pl.DataFrame) -> dict[str, float]:
    """The sum of each part (quote), and `net`."""
    sums = closed.select(_part(name, pl.lit(1.0)).sum() for name in PARTS).row(0, named=True)
    return {**_named(sums), "net": float(closed["net_quote"].sum())}


def _part(name: str, factor: pl.Expr) -> pl.Expr:
    """An impact that is not known is in no net either."""
    return (pl.col(name).fill_null(0.0) * factor).alias(name)


def _named(parts: dict[str, float]) -> dict[str, float]:
    return {name.removesuffix("_quote"): value for name, value in parts.items()}
