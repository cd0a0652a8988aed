"""A row of the scorecard that was measured once, on a recording."""

from typing import Any

from backtest.intervals import wilson

Row = dict[str, Any]


def share(detector: str, metric: str, hits: int, n: int, note: str, naive: float | None = None) -> Row:
    """A share with Wilson's interval; no value without a case."""
    interval = wilson(hits, n) if n else None
    return row(detector, metric, hits / n if n else None, interval, naive, n, f"{note}; Wilson")


def count(detector: str, metric: str, value: float, n: int, note: str) -> Row:
    """A figure without an interval."""
    return row(detector, metric, value, None, None, n, note)


def row(
    detector: str,
    metric: str,
    value: float | None,
    interval: tuple[float, float] | None,
    naive: float | None,
    n: int,
    note: str,
) -> Row:
    """interval: 95 %, None where there is none; n: cases behind the value; naive: the same of something simpler."""
    lo, hi = interval or (None, None)
    return {
        "detector": detector,
        "metric": metric,
        "feed_interval_ms": None,
        "value": value,
        "lo": lo,
        "hi": hi,
        "naive": naive,
        "target": None,
        "n_seeds": 0,
        "n": n,
        "verdict": "real data",
        "note": note,
    }
