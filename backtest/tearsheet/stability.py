"""(9) Whether the correlation is there in every market, hour, weekday, month, and state of volatility and funding."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from backtest.inference.quantile_buckets import bucket_of
from backtest.tearsheet.book_mids import Floats
from backtest.tearsheet.case import Case
from signals.bars import DAY, SECOND

_HOURS: Final = 4
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_THIRDS: Final = ("low third", "middle third", "high third")
_LEAST: Final = 100
Mask = NDArray[np.bool_]


def stability(case: Case, horizon_s: float) -> dict[str, Any]:
    """Correlation in each cell; a cell of fewer than a hundred places is counted and not estimated."""
    y = case.forward(horizon_s)
    rows = [_row(case, y, horizon_s, kind, name, mask) for kind, name, mask in _cells(case)]
    for market, other in other_markets(case):
        rows.append(_row(other, other.forward(horizon_s), horizon_s, "market", market, None))
    known = [row["ic"]["value"] for row in rows if row["ic"] is not None]
    right = sum(value * case.claim.sign > 0 for value in known)
    return {"horizon_s": horizon_s, "rows": rows, "cells_with_the_registered_sign": right, "cells": len(known)}


def other_markets(case: Case) -> Iterator[tuple[str, Case]]:
    """The main market first."""
    yield case.market, case
    yield from case.others.items()


def _row(case: Case, y: Floats, horizon_s: float, kind: str, name: str, mask: Mask | None) -> dict[str, Any]:
    x = case.series.value if mask is None else np.where(mask, case.series.value, np.nan)
    n = int((np.isfinite(x) & np.isfinite(y)).sum())
    found = case.with_value(x).ic(y, horizon_s) if n >= _LEAST else None
    known = found is not None and np.isfinite(found.value)
    return {"by": kind, "cell": name, "n": n, "ic": asdict(found) if known and found is not None else None}


def _cells(case: Case) -> Iterator[tuple[str, str, Mask]]:
    at = case.series.at - 1
    hour, weekday = at % DAY // (3_600 * SECOND), (at // DAY + 3) % 7
    for first in range(0, 24, _HOURS):
        yield "hour of day (UTC)", f"{first:02d} to {first + _HOURS:02d}", hour // _HOURS == first // _HOURS
    for number in np.unique(weekday).tolist():
        yield "day of week", _WEEKDAYS[number], weekday == number
    for name, values in case.strata.items():
        thirds = bucket_of(values, 3)
        for place, third in enumerate(_THIRDS):
            yield name, third, thirds == place
    month = at.astype("datetime64[us]").astype("datetime64[M]")
    for one in np.unique(month):
        yield "month", str(one), month == one


def stated(us: int) -> str:
    """An instant as text."""
    return datetime.fromtimestamp(us / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
