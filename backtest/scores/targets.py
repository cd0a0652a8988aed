"""Targets of the scorecard, by detector, metric and feed: domain reference, section 4.3.

Between two columns there, the lower one counts. Where it tells an event feed from one of 100 ms, feeds of at most
10 ms are held to the former; slower ones, however slow, to the latter.
"""

from backtest.scores.grade import Bounds, Target, at_least, below

FINE_FEED_MS = 10
"""Slowest feed that counts as one of events."""

COARSE_WORLD_MS = 60_000
"""Interval from which a feed is one of a coarse world: bars, no events."""

_ANY_FEED: dict[str, tuple[Target, ...]] = {
    "maker_inventory": (
        at_least("correlation", 0.6, 0.8, is_open=True),
        at_least("sign_agreement", 0.85, 0.93, is_open=True),
        below("abs_lag_min", 10, 3),
        Target("band_coverage", Bounds(0.8, 0.97), Bounds(0.87, 0.93)),
    ),
    "replenishment": (
        Target("calibration_slope", Bounds(0.7, 1.3), Bounds(0.85, 1.15)),
        at_least("concordance", 0.6, 0.7),
    ),
    "sweeps": (
        at_least("precision", 0.95, 0.99),
        at_least("recall", 0.95, 0.98),
        at_least("informed_auc_qty", 0.65, 0.75, is_open=True),
        at_least("informed_auc_levels", 0.65, 0.75, is_open=True),
    ),
    "wash_like": (
        at_least("auc", 0.8, 0.9),
        below("false_positive_rate", 0.05, 0.01),
    ),
    "volatility_regime": (
        below("delay_median_min", 30, 15),
        below("false_alarms_a_day", 2, 1),
        at_least("spells_met", 0.5, 0.9),  # ours: below a half there is no median delay
    ),
}
_FINE = {
    "replenishment": (
        at_least("f1", 0.65, 0.8, is_open=True),
        at_least("f1_native", 0.65, 0.9, is_open=True),
        Target("f1_synthetic", Bounds(low=0.6, is_open=True), Bounds(low=0.8, is_open=True)),
    ),
    "quote_pulls": (at_least("auc_pr_over_base", 5, 10, is_open=True),),
}
_COARSE = {
    "replenishment": tuple(at_least(name, 0.45, 0.6, is_open=True) for name in ("f1", "f1_native", "f1_synthetic")),
    "quote_pulls": (at_least("auc_pr_over_base", 3, 5, is_open=True),),
}


def target_of(detector: str, metric: str, feed_interval_ms: int) -> Target | None:
    """What is asked of a metric on a feed of that interval (0: every event); None if nothing is."""
    by_feed = _FINE if feed_interval_ms <= FINE_FEED_MS else _COARSE
    for target in (*_ANY_FEED.get(detector, ()), *by_feed.get(detector, ())):
        if target.metric == metric:
            return target
    return None


def asked_metrics() -> set[tuple[str, str]]:
    """(detector, metric) of everything with a target on some feed."""
    return {
        (detector, target.metric)
        for targets in (_ANY_FEED, _FINE, _COARSE)
        for detector, asked in targets.items()
        for target in asked
    }
