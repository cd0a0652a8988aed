"""(10) What the same procedure says of signals that know nothing, and of ones that know too much."""

from dataclasses import asdict
from statistics import NormalDist
from typing import Any, Final

import numpy as np

from backtest.inference.ranks import mid_ranks
from backtest.tearsheet.book_mids import Floats
from backtest.tearsheet.case import Case
from backtest.tearsheet.incremental import PAST, row
from backtest.tearsheet.leak import suspicions
from backtest.verdict import HURDLE_T, LEVEL

DRAWS: Final = 500
_SEED: Final = 1
_HURDLE_P: Final = 2 * NormalDist().cdf(-HURDLE_T)


def placebo(case: Case, horizon_s: float) -> dict[str, Any]:
    """Moved in time, turned round, the naive signal, and two controls that leak and must be exposed."""
    y = case.forward(horizon_s)
    x = case.series.value
    found = case.ic(y, horizon_s)
    shifts = shifted(case, y, horizon_s)
    naive = case.controls[PAST]
    beyond = row(case, y, horizon_s, [PAST])
    beats_shifts = shifts is not None and shifts["p"] <= LEVEL
    adds = beyond["p"] < _HURDLE_P and beyond["slope"]["value"] * case.claim.sign > 0
    return {
        "horizon_s": horizon_s,
        "ic": asdict(found),
        "shifted_in_time": shifts,
        "sign_flipped": {"ic": -found.value},
        "naive": {"what": _naive(case), "ic": asdict(case.ic(y, horizon_s, naive)), "beyond_it": beyond},
        "leaks": {name: _exposed(case, leak, horizon_s) for name, leak in leaks(case, horizon_s).items()},
        "suspicions": suspicions(case, x, horizon_s),
        "beats_shifts": beats_shifts,
        "adds_to_naive": bool(adds),
    }


def shifted(case: Case, y: Floats, horizon_s: float) -> dict[str, Any] | None:
    """Correlations after moving the signal round in time by more than it and the return reach; None if too short.

    Both keep their memory, so this is chance for series that remember. p is one-sided, for the registered sign.
    """
    x = case.series.value
    n, least = x.size, 2 * case.series.steps(max(horizon_s, case.claim.window_s))
    if n < 4 * least or not case.is_enough(y, horizon_s):
        return None
    moved = moved_correlations(*_standard_ranks(x), *_standard_ranks(y))
    own = float(moved[0])
    drawn = moved[np.random.default_rng(_SEED).integers(least, n - least + 1, DRAWS)]
    known = drawn[np.isfinite(drawn)]
    if not np.isfinite(own) or known.size < DRAWS // 2:
        return None
    sign = case.claim.sign
    return {
        "draws": int(known.size),
        "mean": float(known.mean()),
        "low": float(np.quantile(known, 0.025)),
        "high": float(np.quantile(known, 0.975)),
        "p": float((1 + (known * sign >= own * sign).sum()) / (known.size + 1)),
    }


def _standard_ranks(x: Floats) -> tuple[Floats, Floats]:
    seen = np.isfinite(x)
    out = np.zeros(x.size)
    ranks = mid_ranks(x[seen])
    sd = ranks.std()
    out[seen] = (ranks - ranks.mean()) / sd if sd > 0 else 0.0
    return out, seen.astype(np.float64)


def moved_correlations(x: Floats, seen_x: Floats, y: Floats, seen_y: Floats) -> Floats:
    """Correlation of y with x moved round by 0 to n - 1 places; all (n,), 0 where not seen, seen_* 1 where it is."""
    products = _round_products(x, y)
    scale = _round_products(x * x, seen_y) * _round_products(seen_x, y * y)
    known = scale > 1e-9 * x.size
    return np.divide(
        products, np.sqrt(scale, where=known, out=np.ones_like(scale)), where=known, out=np.full(x.size, np.nan)
    )


def _round_products(x: Floats, y: Floats) -> Floats:
    """Sums of roll(x, k) * y for every k."""
    return np.fft.irfft(np.conj(np.fft.rfft(x)) * np.fft.rfft(y), x.size)


def leaks(case: Case, horizon_s: float) -> dict[str, Floats]:
    """Two signals that have seen the future: this one as it will be at the end of the return, and one that peeked."""
    ahead = case.series.steps(horizon_s + case.latency_ms / 1e3 + 1)
    x, y = case.series.value, case.forward(horizon_s)
    later = np.concatenate([x[ahead:], np.full(min(ahead, x.size), np.nan)])[: x.size]
    noise = np.random.default_rng(_SEED).normal(size=x.size)
    seen = np.isfinite(y)
    peek = np.where(np.isfinite(x), y + noise * (float(y[seen].std()) if seen.any() else 1.0), np.nan)
    return {"this signal, moved into the future": later, "a signal that peeked at the return": peek}


def _exposed(case: Case, leak: Floats, horizon_s: float) -> dict[str, Any]:
    found = case.ic(case.forward(horizon_s), horizon_s, leak)
    said = suspicions(case, leak, horizon_s)
    return {"ic": asdict(found), "is_exposed": bool(said), "suspicions": said}


def _naive(case: Case) -> str:
    what = "the past return" if case.claim.forecast == "return" else "the size of the past return"
    return f"{what}, over the longer of the signal's window and the horizon"
