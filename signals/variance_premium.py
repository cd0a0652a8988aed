"""Variance premium: what options pay for variance, less what the underlying realised, at constant maturities.

Variances are annualised alike, in years of 365 days, and cover the same length: thirty days of options are held against
thirty days of returns, never against one. Two premiums, both above zero where options are dear. The trailing one is
the implied variance of now less that of the window that ends now: known now, and no profit of anyone's. The realised
one is the implied variance of a window ago less what has come since: what a seller of variance earned, known only now
that the window is over. Implied is the volatility at the forward; the strip of a variance swap lies above it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MINUTE, latest_in_day, microseconds
from signals.book_state import BAR_END
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.minute_mids import whole_minutes
from signals.reading import whole
from signals.regimes import MinuteSeries
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.volatility import VOLATILITY, volatility_of
from signals.volatility_skew import VOLATILITY_SKEW

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_VOL: Final = "fraction per root year"
_VARIANCE: Final = "variance per year"

VARIANCE_PREMIUM = Table(
    name="variance_premium",
    grain="one row per minute and maturity of volatility_skew",
    key=("venue", "symbol", "bar_end", "maturity_days"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        Column("maturity_days", pl.Int64(), "days", "constant maturity of the implied volatility"),
        KNOWN_TS,
        Column("window_min", pl.Int64(), "minutes", "length of the realised window, by default that of the maturity"),
        Column("atm_iv", pl.Float64(), _VOL, "implied volatility at the forward, as in volatility_skew"),
        Column(
            "realised_vol",
            pl.Float64(),
            _VOL,
            "volatility of the reference market's mid over the window that ends with the bar, of 365 days",
        ),
        Column("trailing_premium", pl.Float64(), _VARIANCE, "atm_iv^2 - realised_vol^2, > 0 options are dear"),
        Column("trailing_premium_vol", pl.Float64(), _VOL, "atm_iv - realised_vol; 0.01 = 1 vol point"),
        Column("atm_iv_before", pl.Float64(), _VOL, "atm_iv of the minute a window before the bar; null without one"),
        Column(
            "realised_premium",
            pl.Float64(),
            _VARIANCE,
            "atm_iv_before^2 - realised_vol^2, > 0 who sold variance a window ago gained; known only at its end",
        ),
        Column("realised_premium_vol", pl.Float64(), _VOL, "atm_iv_before - realised_vol; 0.01 = 1 vol point"),
        Column(
            "reference", pl.String(), "text", "market whose mid is taken, as deribit/BTC-PERPETUAL; null if it has none"
        ),
        Column(
            "coverage", pl.Float64(), "0 to 1", "share of the window's blocks with a volatility; null values below 0.8"
        ),
    ),
)

_KEY: Final = ("venue", "symbol", "bar_end", "known_ts")
_NUMBERS: Final = (
    "atm_iv", "realised_vol", "trailing_premium", "trailing_premium_vol", "atm_iv_before", "realised_premium",
    "realised_premium_vol",
)  # fmt: skip


def variance_premium(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    maturity_days: Sequence[int],
    window_min: Sequence[int],
    block_min: int,
    min_coverage: float,
) -> dict[str, pl.DataFrame]:
    """VARIANCE_PREMIUM for every minute and maturity of volatility_skew in the span.

    `window_min`: the realised window of each maturity, in the order of `maturity_days`; its variance is the mean of
    those of volatility's windows of `block_min` that make it up, if `min_coverage` of them are there. A row is known
    when all rows are that it can turn on, and after the rows of its day before it. Raises ValueError if windows and
    maturities do not pair, a window is no multiple of the block, or volatility_skew or volatility lack one.
    """
    del chunk_rows  # a row a minute: small
    windows = _windows(maturity_days, window_min, block_min)
    skew = whole(inputs, VOLATILITY_SKEW, columns=(*_KEY, "maturity_days", "atm_iv"))
    start, until = microseconds(span.start), microseconds(span.until)
    if skew.filter(pl.col("bar_end") > span.start, pl.col("bar_end") <= span.until).is_empty():
        return {VARIANCE_PREMIUM.name: VARIANCE_PREMIUM.empty()}
    _check_maturities(skew, windows)
    by = "variance_premium.block_min"
    realised = _series(volatility_of(inputs, block_min, (*_KEY, "realised_vol"), by, "reference"))
    reach = max(windows.values()) * MINUTE
    origin = start - reach
    variances = realised.on_grid(origin, until) ** 2
    parts = []
    for maturity, window in windows.items():
        implied = _series(skew.filter(maturity_days=maturity).drop("maturity_days"))
        trailing = mean_of_blocks(variances, window // block_min, block_min, min_coverage)
        ends = implied.ends[implied.rows(start, until)]
        numbers = _premiums(implied.on_grid(origin, until), *trailing, (ends - origin) // MINUTE - 1, window)
        parts.append(
            numbers.with_columns(
                bar_end=pl.Series(ends).cast(UTC_US),
                maturity_days=pl.lit(maturity, pl.Int64),
                window_min=pl.lit(window, pl.Int64),
            )
        )
    made = pl.concat(parts).sort("bar_end", "maturity_days")
    ends, every = made["bar_end"].to_physical().to_numpy(), _series(skew.drop("maturity_days"))
    known = [latest_in_day(ends, one.ends - 1, one.known, reach) for one in (every, realised)]
    made = made.with_columns(
        venue=pl.lit(every.market[0]),
        symbol=pl.lit(every.market[1]),
        known_ts=pl.Series(np.maximum.reduce(known)).cast(UTC_US),
        reference=pl.lit("/".join(realised.market) if realised.ends.size else None, pl.String),
    )
    return {VARIANCE_PREMIUM.name: VARIANCE_PREMIUM.check(made.select(VARIANCE_PREMIUM.schema.names()))}


def _windows(maturity_days: Sequence[int], window_min: Sequence[int], block_min: int) -> dict[int, int]:
    """Minutes of the realised window by maturity."""
    if len(maturity_days) != len(window_min) or len({*maturity_days}) < len(maturity_days):
        raise ValueError(
            f"expected a window_min for each of different maturity_days, got {window_min!r} for {maturity_days!r}"
        )
    for window in whole_minutes("window_min", [*dict.fromkeys(window_min)]):
        if window % block_min:
            raise ValueError(f"expected window_min to be multiples of block_min, got {window} for {block_min}")
    return dict(sorted(zip(maturity_days, window_min, strict=True)))


def _series(rows: pl.DataFrame) -> MinuteSeries:
    """Rows as a series: the last column are its values."""
    ends, known = (rows[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    market = (rows["venue"][0], rows["symbol"][0]) if rows.height else ("", "")
    return MinuteSeries(market, ends, known, rows.to_series(-1).fill_null(np.nan).to_numpy())


def _check_maturities(skew: pl.DataFrame, windows: Mapping[int, int]) -> None:
    made = skew.filter(pl.col("bar_end") == pl.col("bar_end").min())["maturity_days"].to_list()
    absent = sorted({*windows} - {*made})
    if absent and len(made) < skew.height:  # of the last minute, not all rows may be known yet
        raise ValueError(
            f"variance_premium.maturity_days has {absent[0]}, expected one of volatility_skew's maturities: "
            f"{', '.join(map(str, made))}"
        )


def _premiums(iv: Floats, variance: Floats, coverage: Floats, place: Ints, window: int) -> pl.DataFrame:
    """What is told at places of a grid of minutes, which begins at least a window before the first of them."""
    now, before, rv = iv[place], iv[place - window], np.sqrt(variance[place])
    values = (now, rv, now**2 - rv**2, now - rv, before, before**2 - rv**2, before - rv)
    numbers = {name: pl.Series(one, nan_to_null=True) for name, one in zip(_NUMBERS, values, strict=True)}
    return pl.DataFrame(numbers | {"coverage": coverage[place]})


def mean_of_blocks(values: Floats, blocks: int, step: int, min_coverage: float) -> tuple[Floats, Floats]:
    """Per position the mean of the values at it and every `step` before, `blocks` in all, and which share is there.

    The mean is NaN where less than `min_coverage` is.
    """
    total, count = np.zeros(values.size), np.zeros(values.size)
    for back in range(0, min(blocks * step, values.size), step):
        earlier = values[: values.size - back]
        total[back:] += np.nan_to_num(earlier)
        count[back:] += ~np.isnan(earlier)
    coverage = count / blocks
    is_told = (coverage >= min_coverage) & (count > 0)
    return np.where(is_told, total / np.maximum(count, 1), np.nan), coverage


def _history(params: Params) -> timedelta:
    return timedelta(minutes=max(params["window_min"]))


_SHORT = {"window_min": [4, 6], "block_min": 2}
"""For recordings of minutes: windows are no longer those of the maturities, so nothing can be told of a premium."""

VARIANCE_PREMIUM_SIGNAL = Signal(
    name="variance_premium",
    version=1,
    meaning="implied variance of a chain of options less the realised one of its underlying, every minute",
    inputs=(
        Input(VOLATILITY_SKEW, history=_history),
        Input(VOLATILITY, "reference", history=_history),
    ),
    outputs=(VARIANCE_PREMIUM,),
    compute=variance_premium,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"maturity_days": [7, 30], "window_min": [10_080, 43_200], "block_min": 1_440, "min_coverage": 0.8},
    presets={"sample": _SHORT, "demo": _SHORT},
    kinds=("option",),
)
