"""[schedule], [[fees]], [backtest], [record] and [fetch] of footprint.toml: how work is done."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from backtest.trading.fees import FeeSchedule
from pipeline.config_values import (
    POSITIVE,
    Rule,
    are_texts,
    bad,
    check_keys,
    check_rules,
    is_number,
    table,
    text,
    whole_table,
)
from pipeline.errors import unknown
from pipeline.fetch.settings import FetchSettings, setting_fault
from pipeline.market import VENUES
from pipeline.schedule import Schedule, cron_fault

_FEES: Final = {"venue", "tier", "maker_bps", "taker_bps", "source"}
_HIGHEST_FEE_BPS: Final = 1_000
_GRID_AXES: Final = frozenset(
    {
        "half_life_min",
        "z_in",
        "z_out",
        "z_rearm",
        "q_in",
        "pullback",
        "pullback_sigmas",
        "stop",
        "arm_h",
        "hold_h",
        "cooldown_h",
        "lookback_min",
    }
)
"""What of the reversion rule [backtest.grid] may vary; pullback and pullback_sigmas are one axis."""

_RECORD_RULES: Final[Mapping[str, Rule]] = {
    "markets": ('a list of markets as ["binance-usdm/BTCUSDT"]', are_texts),
    "feeds": ('a list of feeds as ["book", "trades"]', are_texts),
    "every": ('"5s", or a list as ["5s", "book=1s"]', lambda value: isinstance(value, str) or are_texts(value)),
    "seconds": POSITIVE,
    "to": ("a folder", lambda value: isinstance(value, str) and bool(value)),
    "stream": ("true or false", lambda value: isinstance(value, bool)),
    "base_url": (
        "a URL, or a table of URLs by venue",
        lambda value: isinstance(value, str) or (isinstance(value, dict) and are_texts(list(value.values()))),
    ),
}


def schedule_of(item: Mapping[str, Any], path: Path) -> Schedule:
    """When runs begin, as [schedule] says."""
    check_keys(item, {spec.name for spec in fields(Schedule)}, path, "key in [schedule]")
    crons = {name: text(item, name, path) for name in item}
    for name, cron in crons.items():
        if fault := cron_fault(cron):
            raise bad(path, f"{name} is {cron!r}: {fault}")
    return Schedule(**crons)


def fees_of(items: Sequence[Any], path: Path) -> tuple[FeeSchedule, ...]:
    """Fee schedules, one for each tier of a venue."""
    found: dict[tuple[str, str], FeeSchedule] = {}
    for item in items:
        one = _fee_schedule(item, path)
        if (one.venue, one.tier) in found:
            raise bad(path, f"[[fees]] is stated twice for tier {one.tier!r} of {one.venue}")
        found[one.venue, one.tier] = one
    return tuple(found.values())


def _fee_schedule(item: Any, path: Path) -> FeeSchedule:
    item = whole_table(item, path, "[[fees]]", _FEES)
    venue, tier, source = (text(item, name, path) for name in ("venue", "tier", "source"))
    if venue not in VENUES:
        raise unknown("venue", venue, VENUES, str(path))
    for name in ("maker_bps", "taker_bps"):
        if not is_number(item[name]) or abs(item[name]) > _HIGHEST_FEE_BPS:
            raise bad(path, f"{name} is {item[name]!r}, expected bps of the notional, as 4.5 (a rebate is below 0)")
    return FeeSchedule(venue, tier, float(item["maker_bps"]), float(item["taker_bps"]), source)


def grid_of(item: Mapping[str, Any], path: Path) -> dict[str, tuple[float, ...]]:
    """By parameter of the reversion rule, the values to try."""
    check_keys(item, {"grid"}, path, "key in [backtest]")
    axes = table(item.get("grid", {}), path, "[backtest.grid]")
    check_keys(axes, _GRID_AXES, path, "key in [backtest.grid]")
    for name, values in axes.items():
        if not isinstance(values, list) or not values or not all(map(is_number, values)):
            raise bad(path, f"{name} is {values!r}, expected a list of numbers to try")
    return {name: tuple(dict.fromkeys(map(float, values))) for name, values in axes.items()}


def record_of(item: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """What to record, each value of its kind."""
    check_keys(item, set(_RECORD_RULES), path, "key in [record]")
    check_rules(item, _RECORD_RULES, path)
    return item


def fetch_of(item: Mapping[str, Any], path: Path) -> FetchSettings:
    """Where to fetch from and how hard; a relative folder is one beside the configuration file."""
    check_keys(item, {spec.name for spec in fields(FetchSettings)}, path, "key in [fetch]")
    for name, value in item.items():
        if fault := setting_fault(name, value):
            raise bad(path, f"{name} is {value!r}, expected {fault}")
    values = dict(item)
    if "to" in values and not Path(values["to"]).is_absolute():
        values["to"] = str(path.parent / values["to"])
    return FetchSettings(**values)
