"""The maker inventory against what market makers truly hold, minute by minute.

The naive baseline is minus CVD: by identity it is the inventory of everybody who was passive, if nobody hedged. Two
ceilings stand beside it: the public flow faded by the true half-life, and the true fills of market makers without
their hedges.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.scores.correlation import best_lag, correlation
from backtest.scores.held import fills_oracle, half_life_oracle, held_by_minute
from backtest.scores.measure import Measure

Floats = NDArray[np.float64]

DETECTOR = "maker_inventory"
BAND_SDS = 1.6449
"""Standard deviations to each side that hold 90 % of a normal distribution."""

_DAY_BEFORE = pl.col("bar_end").dt.offset_by("-1us").dt.date()


def score_inventory(
    estimate: pl.DataFrame,
    naive: pl.DataFrame,
    inventories: pl.DataFrame,
    *,
    max_lag_min: int,
    flow: pl.DataFrame | None = None,
    owners: pl.DataFrame | None = None,
    fills: pl.DataFrame | None = None,
) -> list[Measure]:
    """Correlation, sign agreement, lag, coverage of the 90 % band and the ceilings.

    estimate: bar_end, inventory_qty and perhaps sd_qty, of one market and half-life; naive: bar_end, unleaked_qty,
    graded on the minutes of the estimate only; inventories, owners, fills: truth, fills of the market graded;
    flow: bar_end, maker_net_qty. Lags in minutes, > 0 the estimate is late, searched up to `max_lag_min`; the sign
    is graded where the truth is beyond one standard deviation. What cannot be measured has the value None.
    """
    minutes = aligned(estimate, naive, inventories)
    truth, guess, plain = (minutes[name].to_numpy() for name in ("held_qty", "inventory_qty", "unleaked_qty"))
    n = int((~np.isnan(truth) & ~np.isnan(guess)).sum())
    plain = np.where(np.isnan(guess), np.nan, plain)
    lag, plain_lag = best_lag(guess, truth, max_lag_min), best_lag(plain, truth, max_lag_min)
    measures = [
        Measure(DETECTOR, "correlation", correlation(guess, truth), correlation(plain, truth), n),
        _sign_agreement(guess, plain, truth),
        Measure(DETECTOR, "lag_min", lag, plain_lag, n),
        Measure(DETECTOR, "abs_lag_min", _size(lag), _size(plain_lag), n),
        _band_coverage(minutes),
    ]
    return measures + _ceilings(minutes, flow, owners, fills)


def aligned(estimate: pl.DataFrame, naive: pl.DataFrame, inventories: pl.DataFrame) -> pl.DataFrame:
    """bar_end, held_qty (truth), inventory_qty, unleaked_qty and sd_qty of every minute from the first to the last of
    the estimate; NaN where there is none."""
    if estimate.is_empty():
        every = estimate.select("bar_end")
    else:
        every = estimate.select("bar_end").sort("bar_end").upsample("bar_end", every="1m")
    values = ["inventory_qty", *(["sd_qty"] if "sd_qty" in estimate.columns else [])]
    for frame in (estimate.select("bar_end", *values), held_by_minute(inventories), _over_midnight(naive)):
        every = every.join(frame, on="bar_end", how="left", maintain_order="left")
    if "sd_qty" not in every.columns:
        every = every.with_columns(sd_qty=pl.lit(None, pl.Float64))
    return every.with_columns(pl.exclude("bar_end").cast(pl.Float64).fill_null(float("nan")))


def _over_midnight(naive: pl.DataFrame) -> pl.DataFrame:
    """The baseline carried on over midnights, where CVD starts again: it shall not be worse than it is."""
    naive = naive.select("bar_end", "unleaked_qty").sort("bar_end")
    days = naive.group_by(day=_DAY_BEFORE, maintain_order=True).agg(last=pl.col("unleaked_qty").drop_nulls().last())
    before = days.select("day", before=pl.col("last").fill_null(0).cum_sum().shift(1, fill_value=0))
    joined = naive.with_columns(day=_DAY_BEFORE).join(before, on="day", how="left", maintain_order="left")
    return joined.select("bar_end", pl.col("unleaked_qty") + pl.col("before"))


def _sign_agreement(guess: Floats, plain: Floats, truth: Floats) -> Measure:
    both = ~np.isnan(truth) & ~np.isnan(guess)
    if not both.any():
        return Measure(DETECTOR, "sign_agreement", None, None, 0)
    is_large = both & (np.abs(truth) > truth[both].std())
    same, naive_same = (
        float((np.sign(series) == np.sign(truth))[is_large].mean()) if is_large.any() else None
        for series in (guess, plain)
    )
    return Measure(DETECTOR, "sign_agreement", same, naive_same, int(is_large.sum()))


def _band_coverage(minutes: pl.DataFrame) -> Measure:
    known = minutes.filter(~pl.any_horizontal(pl.col("held_qty", "inventory_qty", "sd_qty").is_nan()))
    is_inside = (pl.col("held_qty") - pl.col("inventory_qty")).abs() <= BAND_SDS * pl.col("sd_qty")
    share = known.select(is_inside.mean()).item() if known.height else None
    return Measure(DETECTOR, "band_coverage", share, None, known.height)


def _ceilings(
    minutes: pl.DataFrame, flow: pl.DataFrame | None, owners: pl.DataFrame | None, fills: pl.DataFrame | None
) -> list[Measure]:
    """Correlations that the two oracles reach on the minutes of the estimate."""
    oracles: dict[str, pl.DataFrame | None] = {"ceiling_half_life": None, "ceiling_fills": None}
    if owners is not None and flow is not None:
        oracles["ceiling_half_life"] = half_life_oracle(flow, owners)
    if owners is not None and fills is not None and minutes.height:
        oracles["ceiling_fills"] = fills_oracle(fills, owners, _from_first(fills, minutes["bar_end"]))
    return [_ceiling(name, minutes, oracle) for name, oracle in oracles.items()]


def _from_first(fills: pl.DataFrame, ends: pl.Series) -> pl.Series:
    """Every minute from the first fill or bar to the last bar: the oracle knows what came before the first bar."""
    starts = [
        ends[0],
        *fills.select(pl.col("event_ts").dt.truncate("1m").dt.offset_by("1m").min()).drop_nulls().to_series(),
    ]
    return pl.datetime_range(min(starts), ends[-1], "1m", time_unit="us", eager=True).alias("bar_end")


def _ceiling(name: str, minutes: pl.DataFrame, oracle: pl.DataFrame | None) -> Measure:
    if oracle is None:
        return Measure(DETECTOR, name, None, None, 0)
    known = minutes.filter(~pl.any_horizontal(pl.col("held_qty", "inventory_qty").is_nan())).select(
        "bar_end", truth="held_qty"
    )
    both = known.join(oracle, on="bar_end", maintain_order="left")
    return Measure(
        DETECTOR, name, correlation(both["held_qty"].to_numpy(), both["truth"].to_numpy()), None, both.height
    )


def _size(lag: int | None) -> int | None:
    return None if lag is None else abs(lag)
