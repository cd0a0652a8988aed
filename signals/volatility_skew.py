"""Skew: implied volatility at the money, risk reversal, butterfly and slope at constant maturities, every minute.

A smile is made of the options out of the money whose bid and ask both imply a volatility, at the middle of the two;
marks are a model's output and do not enter. Between strikes total variance is linear in log-moneyness; where the quotes
allow a butterfly below zero, the wings are linear in delta instead. Between expiries total variance is linear in time.
Deltas are forward deltas of Black's model. Nothing is extrapolated. Vendors differ in the sign: here a risk reversal
above zero means that calls are richer than puts.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, latest_in_day
from signals.book_state import BAR_END
from signals.implied_volatility import IMPLIED_VOLATILITY
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.reading import whole
from signals.table import UTC_US, Column, Input, Signal, Span, Table

Floats = NDArray[np.float64]

VOLATILITY_SKEW = Table(
    name="volatility_skew",
    grain="one row per minute in which an option was quoted, and maturity",
    key=("venue", "symbol", "bar_end", "maturity_days"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        Column("maturity_days", pl.Int64(), "days", "constant maturity to which expiries are interpolated"),
        KNOWN_TS,
        Column("atm_iv", pl.Float64(), "fraction per root year", "implied volatility at the forward; 0.5 = 50 %"),
        Column(
            "rr25",
            pl.Float64(),
            "fraction per root year",
            "25-delta risk reversal: volatility of the call less that of the put, > 0 calls richer; 0.01 = 1 vol point",
        ),
        Column(
            "bf25",
            pl.Float64(),
            "fraction per root year",
            "25-delta butterfly: mean volatility of call and put less that at the forward",
        ),
        Column(
            "slope",
            pl.Float64(),
            "per root year",
            "d volatility / d log(strike / forward) at the forward times the root of the years, so that maturities "
            "compare; > 0 volatility rises with strike",
        ),
        Column("near_days", pl.Float64(), "days", "to the expiry at or before the maturity; null if none is usable"),
        Column("far_days", pl.Float64(), "days", "to the expiry at or after the maturity; null if none is usable"),
        Column("n_quotes", pl.Int64(), "options", "quotes of the two smiles, or of the one that is there"),
        Column("is_linear_in_delta", pl.Boolean(), "flag", "a butterfly below zero in one of the two smiles"),
        Column("n_expiries", pl.Int64(), "expiries", "expiries that gave a smile"),
        Column("coverage", pl.Float64(), "0 to 1", "n_expiries over the expiries quoted that are not about to expire"),
    ),
)

_READ: Final = (
    "venue", "symbol", "bar_end", "known_ts", "quote_ts", "expiry_ts", "option_type", "years", "log_moneyness",
    "bid_iv", "ask_iv",
)  # fmt: skip
_BY: Final = ("bar_end", "expiry_ts")
_MEASURES: Final = ("atm", "call25", "put25", "slope")


def volatility_skew(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    maturity_days: Sequence[int],
    min_expiry_days: float,
    max_iv_spread: float,
    min_wing_quotes: int,
) -> dict[str, pl.DataFrame]:
    """VOLATILITY_SKEW for every minute of the span with rows of implied_volatility.

    Expiries nearer than `min_expiry_days`, quotes with a bid above the ask or with volatilities `max_iv_spread` or more
    apart, and expiries with fewer than `min_wing_quotes` good quotes on either side are left out. A row is known when
    all quotes of the minutes up to it are. Raises ValueError unless maturities are different whole numbers of days.
    """
    del chunk_rows  # the last quotes of a minute: small
    maturities = _whole_days(maturity_days)
    rows = whole(inputs, IMPLIED_VOLATILITY, columns=_READ).filter(
        pl.col("bar_end") > span.start, pl.col("bar_end") <= span.until
    )
    if rows.is_empty():
        return {VOLATILITY_SKEW.name: VOLATILITY_SKEW.empty()}
    to_expiry = (pl.col("expiry_ts") - pl.col("bar_end")).dt.total_microseconds() / DAY
    alive = rows.with_columns(days=to_expiry).filter(pl.col("days") >= min_expiry_days)
    smiles = _smiles(_good(alive, max_iv_spread), min_wing_quotes)
    counts = alive.group_by("bar_end").agg(n_quoted=pl.col("expiry_ts").n_unique())
    minutes = _minutes(rows).join(counts, on="bar_end", how="left", maintain_order="left").join(
        smiles.group_by("bar_end").agg(n_expiries=pl.len().cast(pl.Int64)), on="bar_end", how="left",
        maintain_order="left",
    )  # fmt: skip
    parts = [_at_maturity(minutes, smiles, maturity) for maturity in maturities]
    made = pl.concat(parts).with_columns(
        venue=pl.lit(rows["venue"][0]),
        symbol=pl.lit(rows["symbol"][0]),
        n_expiries=pl.col("n_expiries").fill_null(0),
        coverage=(pl.col("n_expiries").fill_null(0) / pl.col("n_quoted")).fill_null(0.0),
    )
    made = made.sort("bar_end", "maturity_days").select(VOLATILITY_SKEW.schema.names())
    return {VOLATILITY_SKEW.name: VOLATILITY_SKEW.check(made)}


def _whole_days(days: object) -> list[int]:
    listed = list(days) if isinstance(days, list | tuple) else []
    if not listed or any(type(one) is not int or one < 1 for one in listed) or len({*listed}) < len(listed):
        raise ValueError(f"expected maturity_days to be different whole numbers of days, got {days!r}")
    return sorted(listed)


def _minutes(rows: pl.DataFrame) -> pl.DataFrame:
    """The minutes and from when each is known: that of everything in it and before it on its day."""
    ended = rows.group_by("bar_end").agg(pl.col("known_ts").max()).sort("bar_end")
    ends, came = (ended[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    return ended.with_columns(known_ts=pl.Series(latest_in_day(ends, ends - 1, came)).cast(UTC_US))


def _good(rows: pl.DataFrame, max_iv_spread: float) -> pl.DataFrame:
    """Quotes out of the money with volatilities on both sides, not crossed and not too far apart."""
    spread = pl.col("ask_iv") - pl.col("bid_iv")
    away = pl.when(pl.col("option_type") == "C").then("log_moneyness").otherwise(-pl.col("log_moneyness"))
    is_call = pl.col("option_type") == "C"
    return rows.filter(
        spread >= 0, spread < max_iv_spread, (is_call & (away >= 0)) | (~is_call & (away > 0)), pl.col("years") > 0
    ).with_columns(std=(pl.col("bid_iv") + pl.col("ask_iv")) / 2 * pl.col("years").sqrt(), is_call=is_call)


def _smiles(good: pl.DataFrame, least: int) -> pl.DataFrame:
    """A row per minute and expiry with enough quotes: its measures as volatilities, and of what it was made."""
    calls = pl.col("is_call").sum().over(_BY)
    nodes = good.filter(calls >= least, pl.len().over(_BY) - calls >= least).sort(*_BY, "log_moneyness", "is_call")
    groups = nodes.group_by(_BY, maintain_order=True).agg(
        n_quotes=pl.len().cast(pl.Int64), days=pl.col("days").first(), years=pl.col("years").mean()
    )
    if groups.is_empty():
        return groups.with_columns(
            *(pl.lit(None, pl.Float64).alias(name) for name in _MEASURES), repaired=pl.lit(None, pl.Boolean)
        )
    from signals.kernels.smiles import smiles  # numba is imported only to compute

    log_moneyness, std = (np.ascontiguousarray(nodes[name].to_numpy()) for name in ("log_moneyness", "std"))
    after = np.cumsum(groups["n_quotes"].to_numpy())
    made, repaired = smiles(log_moneyness, std, after - groups["n_quotes"].to_numpy(), after)
    root = np.sqrt(groups["years"].to_numpy())
    # The slope times the root of the years is that of the std.
    values = dict(zip(_MEASURES, (made[0] / root, made[1] / root, made[2] / root, made[3]), strict=True))
    rows = groups.with_columns(
        *(pl.Series(name, value, nan_to_null=True) for name, value in values.items()), repaired=pl.Series(repaired)
    )
    return rows.drop_nulls("atm").sort("bar_end", "days")


def _at_maturity(minutes: pl.DataFrame, smiles: pl.DataFrame, maturity: int) -> pl.DataFrame:
    """One maturity of every minute: between the nearest expiries on both sides of it."""
    columns = ("days", "n_quotes", "repaired", *_MEASURES)
    near, far = (
        smiles.filter(is_on_side)
        .group_by("bar_end", maintain_order=True)
        .agg(getattr(pl.col(*columns), which)())
        .rename({name: f"{side}_{name}" for name in columns})
        for side, which, is_on_side in (
            ("near", "last", pl.col("days") <= maturity),
            ("far", "first", pl.col("days") >= maturity),
        )
    )
    both = minutes.join(near, on="bar_end", how="left", maintain_order="left")
    both = both.join(far, on="bar_end", how="left", maintain_order="left")
    is_single = pl.col("near_days") == pl.col("far_days")
    atm, call, put = (_between(name, maturity) for name in ("atm", "call25", "put25"))
    share = _share(maturity)
    n_quotes = pl.when(is_single).then("near_n_quotes").otherwise(
        pl.col("near_n_quotes").fill_null(0) + pl.col("far_n_quotes").fill_null(0)
    )  # fmt: skip
    return both.with_columns(
        maturity_days=pl.lit(maturity, pl.Int64),
        atm_iv=atm,
        rr25=call - put,
        bf25=(call + put) / 2 - atm,
        slope=pl.col("near_slope") + share * (pl.col("far_slope") - pl.col("near_slope")),
        n_quotes=n_quotes,
        is_linear_in_delta=pl.any_horizontal(
            pl.col("near_repaired").fill_null(False), pl.col("far_repaired").fill_null(False)
        ),
    ).select(
        "bar_end", "known_ts", "n_quoted", "n_expiries", "maturity_days", "atm_iv", "rr25", "bf25", "slope",
        "near_days", "far_days", "n_quotes", "is_linear_in_delta",
    )  # fmt: skip


def _share(maturity: int) -> pl.Expr:
    """How far from the near expiry to the far one the maturity lies, 0 where they are one."""
    width = pl.col("far_days") - pl.col("near_days")
    return pl.when(width > 0).then((maturity - pl.col("near_days")) / width).when(width == 0).then(0.0)


def _between(name: str, maturity: int) -> pl.Expr:
    """Volatility at the maturity: total variance is linear in time."""
    near, far = (pl.col(f"{side}_{name}").pow(2) * pl.col(f"{side}_days") for side in ("near", "far"))
    return ((near + _share(maturity) * (far - near)) / maturity).sqrt()


VOLATILITY_SKEW_SIGNAL = Signal(
    name="volatility_skew",
    version=1,
    meaning="implied volatility at the money, risk reversal, butterfly and slope at constant maturities, every minute",
    inputs=(Input(IMPLIED_VOLATILITY),),
    outputs=(VOLATILITY_SKEW,),
    compute=volatility_skew,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={"maturity_days": [7, 30], "min_expiry_days": 2, "max_iv_spread": 0.1, "min_wing_quotes": 2},
    kinds=("option",),
)
