"""What values a signal's parameters may have, told from their names: all signals name like things alike."""

from typing import Any, Final

SHARES: Final = {
    "enter",
    "enter_rank",
    "full_share",
    "leave",
    "maker_share",
    "min_coverage",
    "min_known_share",
    "noise_share",
    "pull_max_traded_share",
    "q_in",
    "release_rank",
    "strong",
}
"""From 0 to 1."""

COUNTS: Final = {
    "bins",
    "buckets_per_day",
    "draws",
    "fit_lags",
    "lags_per_decade",
    "max_lag",
    "max_spread_ticks",
    "max_steps",
    "n_states",
    "periods",
    "size_chains",
    "window_buckets",
}
"""Above 0, as are lengths of time."""

MAY_BE_ZERO: Final = {"burn_in_min", "lookback_min", "release_min", "spike_warmup_min", "warmup_min"}
"""Lengths of which none is a choice, too."""

ANY_NUMBER: Final = {"min_llr", "z_in", "z_out", "z_rearm", "z_high", "z_low"}

_LENGTHS = ("_min", "_s", "_days")


def complaint(name: str, value: Any) -> str | None:
    """What a value should have been, in words; None if it may stand."""
    if isinstance(value, list | tuple):
        if not value:
            return "at least one number"
        return next((wrong for one in value if (wrong := complaint(name, one))), None)
    if isinstance(value, bool | str) or not isinstance(value, int | float) or name in ANY_NUMBER:
        return None
    if value != value or value in (float("inf"), float("-inf")):
        return "a number"
    if name in SHARES:
        return None if 0 <= value <= 1 else "a share from 0 to 1"
    if name.endswith("percentile"):
        return None if 0 < value <= 100 else "a percentile above 0 and up to 100"
    if name in COUNTS or (name.endswith(_LENGTHS) and not name.startswith("min_") and name not in MAY_BE_ZERO):
        return None if value > 0 else "a number above 0"
    return None if value >= 0 else "0 or more"
