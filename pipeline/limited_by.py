"""Why a row of the scorecard is not better: for want of information in public data, or for want of method."""

from backtest.scorecard import Row
from backtest.targets import FINE_FEED_MS

_INVENTORY = "information: who of the makers was a market maker, and what they hedged where, is not public"
_SCALE = "information: the scale of what is held cannot be seen; the band takes it as known to 30 %"
_INFORMED = "information: few sweeps are of informed traders, who need not send larger orders than others"
_LEVELS = "method: how many levels an order takes says less about who sent it than its size does"
_MERGED = "information: what happens to a level between two messages arrives as one change"
_CHAINS = "method: a chain is stated from its third refill on, and refills that came late are taken for others' orders"
_SYNTHETIC = (
    "information: a synthetic iceberg comes back as new orders, a third of them later than 300 ms or after the price "
    "went away and returned: to the public a new order like any other"
)
_PAST = "information: three hours hold too few chains that ended to learn from what is still to come"
_GROUPING = "information: orders of one side that take in the same millisecond cannot be told apart without order ids"

_REASONS = {
    ("maker_inventory", "abs_lag_min"): _INVENTORY,
    ("maker_inventory", "band_coverage"): _SCALE,
    ("maker_inventory", "correlation"): _INVENTORY,
    ("maker_inventory", "sign_agreement"): _INVENTORY,
    ("replenishment", "calibration_slope"): _PAST,
    ("replenishment", "concordance"): _PAST,
    ("replenishment", "f1"): _CHAINS,
    ("replenishment", "f1_native"): _CHAINS,
    ("replenishment", "f1_synthetic"): _SYNTHETIC,
    ("sweeps", "informed_auc_levels"): _LEVELS,
    ("sweeps", "informed_auc_qty"): _INFORMED,
    ("sweeps", "precision"): _GROUPING,
    ("sweeps", "recall"): _GROUPING,
}

_ON_COARSE_FEEDS = {("replenishment", "f1"): _MERGED, ("replenishment", "f1_native"): _MERGED}
_WITHOUT_VALUE = {key: why for key, why in _REASONS.items() if why == _PAST}


def limited_by(row: Row) -> str:
    """`information: ...` or `method: ...`; empty for a row that is good or has no target, or if nothing is known."""
    key = row.detector, row.metric
    if row.verdict in ("good", "no target"):
        return ""
    if row.verdict == "no value":
        return _WITHOUT_VALUE.get(key, "")
    is_coarse = row.feed_interval_ms > FINE_FEED_MS
    return _ON_COARSE_FEEDS.get(key, _REASONS.get(key, "")) if is_coarse else _REASONS.get(key, "")
