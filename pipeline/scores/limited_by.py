"""Why a row of the scorecard is not better: for want of information in public data, or for want of method."""

from backtest.scores.scorecard import Row
from backtest.scores.targets import COARSE_WORLD_MS, FINE_FEED_MS

_INVENTORY = "information: who of the makers was a market maker, and what they hedged where, is not public"
_SCALE = "information: the scale of what is held cannot be seen; the band takes it as known to 30 %"
_INFORMED = "information: few sweeps are of informed traders, who need not send larger orders than others"
_LEVELS = "method: how many levels an order takes says less about who sent it than its size does"
_MERGED = (
    "information: what happens to a level between two messages arrives as one change; told which changes hold "
    "icebergs' peaks, the same method reaches an F1 of 0.75, told also who shows which 0.81 by sizes left whole"
)
_CHAINS = (
    "method: refills minutes or many ticks apart, and icebergs side by side, are not strung together; told which "
    "additions are icebergs', the same method reaches an F1 of 0.91 instead of 0.84, where 0.99 is possible"
)
_SYNTHETIC = (
    "information: a synthetic iceberg's peaks are new orders like any other, and few of them prove little; told which "
    "additions are icebergs', the same method reaches 0.91 instead of 0.76"
)
_MERGED_SYNTHETIC = (
    "information: a third of synthetic icebergs never show three peaks unmixed with others' orders between two "
    "messages; told which changes hold peaks, the same method reaches 0.65 instead of 0.25"
)
_PAST = "information: three hours hold too few chains that ended to learn from what is still to come"
_TRANCHES = (
    "method: a last tranche smaller than the peaks before it fits no chain, so chains are rarely seen to end; and "
    "three hours hold few of them"
)
_OTHERS_BETWEEN = (
    "information: others trade between the two orders and move the price, and many of them send the same sizes"
)
_SPELLS = (
    "information: wild spells of the book world last two minutes on average, and three hours are few to learn from; "
    "the coarse world (1 min) is the one to be judged by"
)
_LATE = "method: an alarm waits until nine in ten speak for it; sooner means more false alarms"
_NETTED = "information: what is withdrawn and added between two messages cancels out, so both are lower bounds"
_GROUPING = "information: orders of one side that take in the same millisecond cannot be told apart without order ids"

_REASONS = {
    ("maker_inventory", "abs_lag_min"): _INVENTORY,
    ("maker_inventory", "band_coverage"): _SCALE,
    ("maker_inventory", "correlation"): _INVENTORY,
    ("maker_inventory", "sign_agreement"): _INVENTORY,
    ("replenishment", "calibration_slope"): _TRANCHES,
    ("replenishment", "concordance"): _PAST,
    ("replenishment", "f1"): _CHAINS,
    ("replenishment", "f1_native"): _CHAINS,
    ("replenishment", "f1_synthetic"): _SYNTHETIC,
    ("quote_pulls", "auc_pr_over_base"): _NETTED,
    ("sweeps", "informed_auc_levels"): _LEVELS,
    ("sweeps", "informed_auc_qty"): _INFORMED,
    ("sweeps", "precision"): _GROUPING,
    ("sweeps", "recall"): _GROUPING,
    ("volatility_regime", "delay_median_min"): _SPELLS,
    ("volatility_regime", "false_alarms_a_day"): _SPELLS,
    ("volatility_regime", "spells_met"): _SPELLS,
    ("wash_like", "auc"): _OTHERS_BETWEEN,
    ("wash_like", "false_positive_rate"): _OTHERS_BETWEEN,
}

_ON_COARSE_FEEDS = {
    ("replenishment", "f1"): _MERGED,
    ("replenishment", "f1_native"): _MERGED,
    ("replenishment", "f1_synthetic"): _MERGED_SYNTHETIC,
}
_ON_MINUTES = {
    ("volatility_regime", "delay_median_min"): _LATE,
    ("volatility_regime", "false_alarms_a_day"): _LATE,
    ("volatility_regime", "spells_met"): _LATE,
}
_WITHOUT_VALUE = {key: why for key, why in _REASONS.items() if why in (_PAST, _TRANCHES)}


def limited_by(row: Row) -> str:
    """`information: ...` or `method: ...`; empty for a row that is good or has no target, or if nothing is known."""
    key = row.detector, row.metric
    if row.verdict in ("good", "no target"):
        return ""
    if row.verdict == "no value":
        return _WITHOUT_VALUE.get(key, "")
    known = _REASONS.get(key, "")
    if row.feed_interval_ms >= COARSE_WORLD_MS:
        return _ON_MINUTES.get(key, known)
    return _ON_COARSE_FEEDS.get(key, known) if row.feed_interval_ms > FINE_FEED_MS else known
