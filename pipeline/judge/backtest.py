"""A backtest of the reversion rule on a lake: trades, controls, trials, and a verdict."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from backtest.competition import Competition
from backtest.strategy.alpha import Alpha, alpha
from backtest.strategy.factors import factor_matrix, mean_factors
from backtest.strategy.figure import Figure, closed, figure
from backtest.strategy.judgement import Judgement, judge
from backtest.strategy.placebos import RULE, Compared, compare
from backtest.strategy.sample import Sample, sample_of
from backtest.strategy.split import split
from backtest.trading.terms import Terms
from pipeline.errors import FootprintError
from pipeline.judge.backtest_grid import (
    Axes,
    Config,
    chunks,
    config_of,
    configs_of,
    default_axes,
    try_configs,
)
from pipeline.judge.backtest_market import JUDGED_LATENCY_MS, MarketTrades, Place, judge_market
from pipeline.judge.backtest_request import SIGNAL, Found, Request, find, terms_of
from pipeline.judge.backtest_trials import against_trials, days_of
from pipeline.market import Market
from pipeline.pool import process_pool
from pipeline.reader import LakeReader

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Tried:
    """A configuration and what it made on average, for the reader of a grid."""

    config: Config
    gross: Figure
    net: Figure


@dataclass(frozen=True, slots=True)
class Backtest:
    """All that is known of a strategy after it was judged; `trades` are the rule's own at every latency, pooled."""

    request: Request
    found: Found
    markets: Sequence[MarketTrades]
    trades: pl.DataFrame
    controls: Mapping[str, Compared]
    sample: Sample
    cut: datetime
    before: tuple[Figure, Figure]
    later: tuple[Figure, Figure]
    straddling: int
    competition: Competition
    alpha: Alpha | str
    judgement: Judgement
    tried: Sequence[Tried]


def backtest(request: Request, axes: Axes | None, *, workers: int, tell: Tell) -> Backtest:
    """axes: what a grid varies, nothing of it for the default grid; None: no grid. Every configuration is registered.

    Raises what `find` and `configs_of` raise.
    """
    found = find(request)
    base = config_of(found.params)
    configs = [base] if axes is None else _configs(request, found, base, axes)
    with process_pool(workers) as pool:
        judging = [
            pool.submit(judge_market, _place(request, one), found.params, _terms(request, one, base), request.seed)
            for one in found.markets
        ]
        trying = {
            pool.submit(try_configs, _place(request, one), part, _terms(request, one, base)): (one, first)
            for one in found.markets
            for first, part in _shares(configs[1:], workers)
        }
        what: dict[Future[Any], str] = {
            one: f"{market}: trades and controls" for one, market in zip(judging, found.markets, strict=True)
        }
        what |= {one: f"{market}: configurations from {first + 1} on" for one, (market, first) in trying.items()}
        for number, done in enumerate(as_completed(what), start=1):
            done.result()
            tell(f"[{number}/{len(what)}] {what[done]}")
        markets = [market for one in judging if (market := one.result()).minutes]
        parts: list[list[pl.DataFrame]] = [[] for _ in configs[1:]]
        for future, (_, first) in trying.items():
            for offset, made in enumerate(future.result()):
                parts[first + offset].append(made)
    if not markets:
        raise FootprintError("FP014", f"nothing to backtest. No rows of {SIGNAL} in this time", where=str(request.root))
    return _judged(request, found, markets, configs, [pl.concat(part) for part in parts])


def _place(request: Request, market: Market) -> Place:
    return Place(request.root, market, request.selection.time)


def _terms(request: Request, market: Market, base: Config) -> Terms:
    return terms_of(request, market, base["stop"])


def _shares(configs: Sequence[Config], workers: int) -> list[tuple[int, Sequence[Config]]]:
    """Parts of the configurations, with the place at which each begins."""
    found, first = [], 0
    for part in chunks(configs, workers) if configs else ():
        found.append((first, part))
        first += len(part)
    return found


def _configs(request: Request, found: Found, base: Config, axes: Axes) -> list[dict[str, float]]:
    half_lives = _half_lives(request, found)
    return configs_of(base, axes or default_axes(base, half_lives), half_lives)


def _half_lives(request: Request, found: Found) -> list[float]:
    """Of maker_inventory, those that every market has."""
    reader, made = LakeReader(request.root), []
    for market in found.markets:
        rows = reader.read("maker_inventory", venue=market.venue, symbol=market.symbol)
        made.append(set(rows.select(pl.col("half_life_min").unique()).collect().to_series().to_list()))
    return sorted(float(one) for one in set.intersection(*made))


def _judged(
    request: Request,
    found: Found,
    markets: Sequence[MarketTrades],
    configs: Sequence[Config],
    grid: Sequence[pl.DataFrame],
) -> Backtest:
    seed = request.seed
    trades = pl.concat([one.made[RULE] for one in markets])
    judged = trades.filter(pl.col("latency_ms") == JUDGED_LATENCY_MS)
    made = {name: pl.concat([one.made[name] for one in markets]) for name in markets[0].made} | {RULE: judged}
    controls = compare(made, seed=seed)
    done = closed(judged)
    regimes = pl.concat([one.regimes for one in markets])
    sample = sample_of(done, regimes, episodes=figure(done, "net_bps", seed=seed).episodes)
    first, last = min(one.first for one in markets), max(one.last for one in markets)
    halves = split(done, first=first, last=last)
    competition, daily = against_trials(request, found, configs, [judged, *grid], days_of(first, last))
    figures = [
        tuple(figure(part, name, seed=seed) for name in ("gross_bps", "net_bps"))
        for part in (halves.before, halves.later)
    ]
    (gross, net), (gross_later, net_later) = figures
    return Backtest(
        request=request,
        found=found,
        markets=markets,
        trades=trades,
        controls=controls,
        sample=sample,
        cut=halves.cut,
        before=(gross, net),
        later=(gross_later, net_later),
        straddling=halves.across,
        competition=competition,
        alpha=_alpha(markets, daily),
        judgement=judge(
            gross=gross, net=net, net_later=net_later, controls=controls, competition=competition, sample=sample
        ),
        tried=[_tried(config, one, seed) for config, one in zip(configs, [judged, *grid], strict=True)],
    )


def _alpha(markets: Sequence[MarketTrades], daily: Mapping[date, float]) -> Alpha | str:
    factors = mean_factors([one.factors for one in markets])
    returns = pl.Series([daily.get(day, 0.0) for day in factors["day"]], dtype=pl.Float64)
    return alpha(returns.to_numpy(), factor_matrix(factors))


def _tried(config: Config, made: pl.DataFrame, seed: int) -> Tried:
    done = closed(made)
    return Tried(config, figure(done, "gross_bps", seed=seed), figure(done, "net_bps", seed=seed))
