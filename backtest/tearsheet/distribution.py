"""(3) What values the signal takes: histogram, missing share, memory, and how often it is extreme."""

from typing import Any, Final

import numpy as np

from backtest.inference.chance import exceedance
from backtest.tearsheet.book_mids import Floats
from backtest.tearsheet.case import Case

_BINS: Final = 40
_TAIL: Final = 0.005
_LAGS: Final = 60
_NOMINAL: Final = 0.0455
_Z_WINDOW_S: Final = 6 * 3_600


def distribution(case: Case) -> dict[str, Any]:
    """Of the values of the main market; bins hold all but the outer half percent of either side, which are counted."""
    value = case.series.value
    seen = value[np.isfinite(value)]
    missing = 1 - seen.size / value.size if value.size else float("nan")
    if not seen.size:
        return {"n": 0, "missing_share": missing, "histogram": None, "acf": None}
    low, high = np.quantile(seen, (_TAIL, 1 - _TAIL))
    counts, edges = np.histogram(seen, _BINS, (low, high) if high > low else (low - 0.5, low + 0.5))
    acf = memory(value, min(_LAGS, value.size - 1))
    spread = float(seen.std())
    z = np.abs(seen - seen.mean()) / spread if spread > 0 else np.zeros(seen.size)
    window = case.series.steps(_Z_WINDOW_S)
    return {
        "n": int(seen.size),
        "missing_share": missing,
        "is_missing_by_design": case.claim.is_event,
        "mean": float(seen.mean()),
        "sd": spread,
        "quantiles": {f"{q:g}": float(np.quantile(seen, q)) for q in (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)},
        "share_zero": float((seen == 0).mean()),
        "extreme_share": float((z > 2).mean()),
        "extreme_share_rolling": None if case.claim.is_event else exceedance(value, window=window, threshold=2.0),
        "extreme_share_nominal": _NOMINAL,
        "histogram": {"edges": edges.tolist(), "counts": counts.tolist()},
        "acf": {"step_s": case.series.step_s, "values": acf.tolist()},
        "half_life_s": None if case.claim.is_event or np.ptp(seen) == 0 else _half_life_s(case, acf),
    }


def memory(value: Floats, lags: int) -> Floats:
    """Autocorrelation at lags 0 to `lags` of a series with holes: products of places that are both seen."""
    seen = np.isfinite(value)
    if not seen.any():
        return np.full(lags + 1, np.nan)
    away = np.where(seen, value - value[seen].mean(), 0.0)
    size = 1 << int(value.size + lags).bit_length()
    products, pairs = (
        np.fft.irfft(np.abs(np.fft.rfft(x, size)) ** 2, size)[: lags + 1] for x in (away, seen.astype(float))
    )
    mean = products / np.maximum(np.round(pairs), 1)
    return np.where(np.round(pairs) >= 1, mean / mean[0], np.nan) if mean[0] > 0 else np.full(lags + 1, np.nan)


def _half_life_s(case: Case, acf: Floats) -> float | None:
    """Time after which half of a value is forgotten; None beyond the lags looked at."""
    below = np.flatnonzero(acf < 0.5)
    if not below.size:
        return None
    lag = int(below[0])
    return float((lag - 1 + (acf[lag - 1] - 0.5) / (acf[lag - 1] - acf[lag])) * case.series.step_s)
