"""Configurations of the reversion rule that are tried beside the one asked for, each one a trial."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from math import prod
from typing import Any, Final

import polars as pl

from backtest.trading.terms import Terms
from backtest.trading.trade_table import TRADES
from backtest.trading.trades import trades_met
from pipeline.errors import FootprintError
from pipeline.judge.backtest_market import JUDGED_LATENCY_MS, Place, history_of, read, settlements_of
from signals.bars import MINUTE
from signals.reversion import reversion_rows
from signals.reversion_machine import Rules

RULES: Final = tuple(Rules.__dataclass_fields__)
MOST_CONFIGS: Final = 1_000

_DEPTHS: Final = ("pullback", "pullback_sigmas")

Axes = Mapping[str, Sequence[float]]
"""By parameter, the values to try."""

Config = Mapping[str, float]
"""All parameters of the rule, with half_life_min, warmup_h and pullback_sigmas (0: the pullback is a share)."""


def config_of(params: Mapping[str, Any]) -> dict[str, float]:
    """The parameters of reversion_signal as a configuration."""
    return {name: float(value) for name, value in params.items()} | {"pullback_sigmas": 0.0}


def default_axes(base: Config, half_lives: Sequence[float]) -> dict[str, tuple[float, ...]]:
    """24 configurations around the one asked for: two thresholds, three pullbacks, two half-lives, two times held."""
    nearest = sorted(half_lives, key=lambda one: (abs(one - base["half_life_min"]), -one))[:2]
    return {
        "z_in": (base["z_in"], 1.25 * base["z_in"]),
        "pullback": (base["pullback"], base["pullback"] / 2),
        "pullback_sigmas": (1.0,),
        "half_life_min": tuple(nearest),
        "hold_h": (base["hold_h"], 2 * base["hold_h"]),
    }


def configs_of(base: Config, axes: Axes, half_lives: Sequence[float]) -> list[dict[str, float]]:
    """Every combination of the axes, and first the base itself.

    Raises FP010 for values that do not go together, half-lives that maker_inventory was not made with, too many.
    """
    for half_life in axes.get("half_life_min", ()):
        if half_life not in half_lives:
            made = ", ".join(f"{value:g}" for value in half_lives)
            why = f"half_life_min is {half_life:g}, expected one of maker_inventory's half-lives: {made}"
            raise FootprintError("FP010", why, where="[backtest.grid]")
    plain = {name: values for name, values in axes.items() if name not in _DEPTHS}
    depths = [{"pullback": one, "pullback_sigmas": 0.0} for one in axes.get("pullback", ())]
    depths += [{"pullback_sigmas": one} for one in axes.get("pullback_sigmas", ())]
    count = prod(len(values) for values in plain.values()) * max(len(depths), 1)
    if count > MOST_CONFIGS:
        why = f"{count:,} combinations, expected at most {MOST_CONFIGS:,}: so many trials deflate any result to nothing"
        raise FootprintError("FP010", why, where="[backtest.grid]")
    found = [dict(base)]
    for values in product(*plain.values()):
        for depth in depths or [{}]:
            config = {**base, **dict(zip(plain, values, strict=True)), **depth}
            _rules(config)
            if config not in found:
                found.append(config)
    return found


def _rules(config: Config) -> Rules:
    try:
        return Rules(**{name: config[name] for name in RULES})
    except ValueError as wrong:
        raise FootprintError("FP010", str(wrong), where="[backtest.grid]") from wrong


def try_configs(place: Place, configs: Sequence[Config], terms: Terms) -> list[pl.DataFrame]:
    """TRADES of one market at the judged latency for each configuration, its rows made anew."""
    inventory = _inventory(place, configs)
    if inventory.is_empty():
        return [TRADES.empty() for _ in configs]
    start, end = (int(inventory["bar_end"].to_physical()[at]) for at in (0, -1))
    since = place.time.since
    start = start - MINUTE if since is None else max(start - MINUTE, round(since.timestamp() * 1_000_000))
    book = read(place, "book_state", before=_longest_warmup(configs)).collect()
    made = []
    for config in configs:
        of_half_life = inventory.filter(pl.col("half_life_min") == int(config["half_life_min"]))
        made.append(
            reversion_rows(
                of_half_life,
                book,
                _rules(config),
                start=start,
                end=end,
                warmup_h=config["warmup_h"],
                pullback_sigmas=config["pullback_sigmas"] or None,
            )
        )
    paid, _ = settlements_of(place, made[0])
    met = history_of(place, made, paid, rests=terms.rest_s is not None)
    return [
        trades_met(rows, met, terms=replace(terms, latencies_ms=(JUDGED_LATENCY_MS,), stop=config["stop"]))
        for rows, config in zip(made, configs, strict=True)
    ]


def _inventory(place: Place, configs: Sequence[Config]) -> pl.DataFrame:
    columns = ("venue", "symbol", "bar_end", "known_ts", "half_life_min", "z_level", "q_level")
    wanted = sorted({int(config["half_life_min"]) for config in configs})
    rows = read(place, "maker_inventory", before=_longest_warmup(configs)).select(columns)
    return rows.filter(pl.col("half_life_min").is_in(wanted)).sort("bar_end").collect()


def _longest_warmup(configs: Sequence[Config]) -> timedelta:
    return timedelta(hours=max(config["warmup_h"] for config in configs)) + timedelta(days=1)


def chunks(configs: Sequence[Config], count: int) -> Iterator[Sequence[Config]]:
    """As many shares of the configurations as there are workers, so that each reads the tables once."""
    size = -(-len(configs) // max(count, 1))
    for first in range(0, len(configs), size):
        yield configs[first : first + size]
