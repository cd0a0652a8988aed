"""What is wrong with depth within bands around the mid: frozen bands, and bands that no one book can have."""

from dataclasses import dataclass, field
from typing import Final

import polars as pl

_FROZEN_US: Final = 3_600_000_000
"""A band whose mean price stays the same for an hour is not displayed depth any more."""
_ROUNDING: Final = 1e-6
"""Relative: what the decimals of sizes and values leave open of a mean price."""
_EVENT, _EDGE, _QTY = pl.col("event"), pl.col("band_pct"), pl.col("cum_qty")


@dataclass(slots=True)
class BandHistory:
    """Judges the rows of one file, each moment whole; remembers what each band said and since when."""

    mean: dict[float, float] = field(default_factory=dict)
    since: dict[float, tuple[int, bool]] = field(default_factory=dict)
    """Per band: since when its mean price is that, and whether it was seen to be another before."""

    def judged(self, bands: pl.DataFrame) -> pl.DataFrame:
        """Rows of event (microseconds), band_pct, cum_qty and cum_quote with n_bands, is_stale and is_misaligned.

        Nothing later than a row's own moment is used. A row with a null among its numbers is judged by neither.
        """
        means = bands.select(pl.when(_QTY > 0).then(pl.col("cum_quote") / _QTY)).to_series().alias("mean")
        rows = zip(bands["event"], bands["band_pct"], means, strict=True)
        return (
            bands.with_columns(
                means,
                n_bands=_EDGE.count().over(_EVENT).cast(pl.Int64),
                is_stale=pl.Series([self._is_stale(*row) for row in rows], dtype=pl.Boolean),
            )
            .with_columns(is_misaligned=(_no_mid_fits() | _shrinks_outward()).fill_null(False))
            .drop("mean")
        )

    def _is_stale(self, event: int | None, band: float | None, mean: float | None) -> bool | None:
        """True from an hour on without a change; null while a change has not been seen and the hour is not over."""
        if event is None or band is None or mean is None:
            return None
        if self.mean.get(band) != mean:
            self.since[band] = event, band in self.mean
            self.mean[band] = mean
        since, has_changed = self.since[band]
        if event - since >= _FROZEN_US:
            return True
        return False if has_changed else None


def _no_mid_fits() -> pl.Expr:
    """Whether no mid lies, for every band of the moment, between its mean price and the price at its edge's remove.

    What is displayed from the mid out to an edge has a mean price between the two.
    """
    share, mean, is_bid = _EDGE.abs() / 100, pl.col("mean"), _EDGE < 0
    lowest = pl.when(is_bid).then(mean).otherwise(mean / (1 + share)).max().over(_EVENT)
    highest = pl.when(is_bid).then(mean / (1 - share)).otherwise(mean).min().over(_EVENT)
    return lowest > highest * (1 + _ROUNDING)


def _shrinks_outward() -> pl.Expr:
    """Whether on a side of the moment a band holds less than one nearer to the mid."""
    side = pl.struct(_EVENT, _EDGE < 0)
    nearer = _QTY.shift(1).over(side, order_by=_EDGE.abs())
    return (nearer > _QTY).any().over(_EVENT)
