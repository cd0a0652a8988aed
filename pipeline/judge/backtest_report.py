"""A backtest as plain values for programs: what is not known is null, never NaN."""

from dataclasses import asdict
from typing import Any

import polars as pl

from backtest.competition import LEAST_DSR, MOST_PBO
from backtest.placebo.reversion_controls import CONTROLS
from backtest.plain import plain
from backtest.strategy.alpha import Alpha
from backtest.strategy.costs import split_bps, split_quote
from backtest.strategy.factors import FACTORS
from backtest.strategy.figure import HURDLE_T, Figure, closed, figure
from backtest.strategy.placebos import RULE, Compared
from backtest.strategy.sample import LEAST_EPISODES, LEAST_REGIMES, LEAST_SYMBOLS
from backtest.strategy.wins import wins_of
from backtest.trading.trade_summary import trade_summary
from backtest.trading.trade_table import STATUS
from backtest.verdict import VERDICTS
from pipeline.judge.backtest import Backtest
from pipeline.judge.backtest_market import JUDGED_LATENCY_MS, MarketTrades
from pipeline.judge.backtest_request import (
    DEPTH_BPS,
    DEPTH_SHARE,
    IMPACT_FACTOR,
    LATENCIES_MS,
    REST_S,
    RISK_SHARE,
    Request,
    fees_of,
)
from pipeline.judge.backtest_trials import FAMILY
from pipeline.version import package_version

CAVEAT = "Research on recorded or simulated data: fills of real orders differ and move the market. No advice."


def objects(done: Backtest) -> dict[str, Any]:
    """The whole of a backtest. `trades` and figures are at the judged latency."""
    judged = done.trades.filter(pl.col("latency_ms") == JUDGED_LATENCY_MS)
    params = done.found.params
    fees = {one.market: fees_of(done.request, one.market) for one in done.markets}
    return plain(
        {
            **_figures(judged, done.request.seed),
            "win_rate": asdict(wins_of(closed(judged), stop=params["stop"], target=params["pullback"])),
            "dsr": done.competition.dsr,
            "pbo": done.competition.pbo,
            "n_trials": done.competition.n_trials,
            "n_trials_effective": done.competition.n_trials_effective,
            "trial_statistics": _competition(done),
            "controls": {name: _control(name, one) for name, one in done.controls.items()},
            "verdict": done.judgement.verdict,
            "verdict_means": VERDICTS[done.judgement.verdict],
            "why": done.judgement.why,
            "findings": asdict(done.judgement.findings),
            "sample": {**asdict(done.sample), "is_enough": done.sample.is_enough, "statement": str(done.sample)}
            | {"least": {"episodes": LEAST_EPISODES, "symbols": LEAST_SYMBOLS, "regimes": LEAST_REGIMES}},
            "split": _split(done),
            "alpha": _alpha(done.alpha),
            "waited": _waited(judged, done.request.seed),
            "latencies": trade_summary(done.trades).to_dicts(),
            "funding": {
                "settlements": sum(one.stamps for one in done.markets),
                "without_a_known_rate": sum(one.unknown_stamps for one in done.markets),
            },
            "grid": [{"config": one.config, **_means(gross_bps=one.gross, net_bps=one.net)} for one in done.tried],
            "strategy": "inventory reversion",
            "parameters": dict(done.found.params),
            "terms": _terms(done.request),
            "markets": [_market(one, done.request, fees[one.market]) for one in done.markets],
            "left_out": {str(market): why for market, why in done.found.left_out.items()},
            "data": done.found.data,
            "written_by": f"mm-footprint {package_version()}",
            "caveat": CAVEAT,
        }
    )


def _figures(judged: pl.DataFrame, seed: int) -> dict[str, Any]:
    """What is said of the whole as of each market."""
    came = closed(judged)
    counts = {name: int((judged["status"] == name).sum()) for name in STATUS}
    return {
        "trades": judged.drop("latency_ms").to_dicts(),
        "trade_counts": {
            "ordered": judged.height,
            **counts,
            "partly_filled": int((judged["filled_qty"] < judged["size_qty"]).sum()),
            "impact_not_known": int(came["impact_quote"].null_count()),
            "exit_reasons": dict(sorted(judged.drop_nulls("exit_reason")["exit_reason"].value_counts().iter_rows())),
            "status_means": STATUS,
        },
        **_means(**{name: figure(came, name, seed=seed) for name in ("gross_bps", "net_bps", "break_even_bps")}),
        "costs": split_bps(came),
        "costs_quote": split_quote(came),
    }


def _means(**figures: Figure) -> dict[str, Any]:
    """The mean by the name of each figure, and under `estimates` how far each may be off."""
    means: dict[str, Any] = {name: one.mean for name, one in figures.items()}
    return means | {"estimates": {name: _figure(one) for name, one in figures.items()}}


def _figure(one: Figure) -> dict[str, Any]:
    return {
        "mean": one.mean,
        "n": one.trades,
        "episodes": one.episodes,
        "low": one.low,
        "high": one.high,
        "error": one.error,
        "t": one.t,
    }


def _control(name: str, one: Compared) -> dict[str, Any]:
    excess = None if one.excess is None else asdict(one.excess) | {"of": one.against}
    return {
        "means": CONTROLS[name],
        "ordered": one.ordered,
        **_means(gross_bps=one.gross, net_bps=one.net, break_even_bps=one.break_even),
        "excess_gross_bps": excess,
        "is_beaten": one.is_beaten,
    }


def _competition(done: Backtest) -> dict[str, Any]:
    one = done.competition
    deflated = one.deflated
    return {
        "family": FAMILY,
        "days": one.days,
        "dsr_reason": one.dsr_reason or None,
        "dsr_asked": LEAST_DSR,
        "sharpe_per_day": deflated and deflated.sharpe,
        "hurdle_per_day": deflated and deflated.hurdle,
        "pbo_reason": one.pbo_reason or None,
        "pbo_asked": MOST_PBO,
        "pbo_blocks": one.blocks or None,
    }


def _split(done: Backtest) -> dict[str, Any]:
    return {
        "cut": done.cut,
        "hurdle_t": HURDLE_T,
        "before": _means(gross_bps=done.before[0], net_bps=done.before[1]),
        "later": _means(gross_bps=done.later[0], net_bps=done.later[1]),
        "held_across": done.straddling,
    }


def _alpha(found: Alpha | str) -> dict[str, Any]:
    if isinstance(found, str):
        return {"alpha_bps_a_day": None, "reason": found, **dict.fromkeys(f"beta_{name}" for name in FACTORS)}
    betas = {f"beta_{name}": asdict(one) for name, one in zip(FACTORS, found.betas, strict=True)}
    return {"alpha_bps_a_day": asdict(found.alpha), "reason": None, **betas}


def _waited(judged: pl.DataFrame, seed: int) -> dict[str, Any]:
    """Entries later than in the minute of arming, and those in it: a fall that caused the inventory is no pullback."""
    return {
        name: _means(
            **{
                column: figure(closed(judged.filter(pl.col("waited") == flag)), column, seed=seed)
                for column in ("gross_bps", "net_bps")
            }
        )
        for name, flag in (("waited", True), ("not_waited", False))
    }


def _terms(request: Request) -> dict[str, Any]:
    return {
        "capital_quote_per_market": request.capital_quote,
        "risk_share": RISK_SHARE,
        "depth_share": DEPTH_SHARE,
        "depth_bps": DEPTH_BPS,
        "impact_factor": IMPACT_FACTOR,
        "entry": request.entry,
        "rest_s": REST_S if request.entry == "passive" else None,
        "latencies_ms": LATENCIES_MS,
        "judged_latency_ms": JUDGED_LATENCY_MS,
        "seed": request.seed,
        "since": request.selection.time.since,
        "until": request.selection.time.until,
    }


def _market(one: MarketTrades, request: Request, fees: tuple[Any, bool]) -> dict[str, Any]:
    judged = one.made[RULE].filter(pl.col("latency_ms") == JUDGED_LATENCY_MS)
    schedule, is_assumed = fees
    break_even = figure(closed(judged), "break_even_bps", seed=request.seed).mean
    return {
        "venue": one.market.venue,
        "symbol": one.market.symbol,
        "first_minute": one.first,
        "last_minute": one.last,
        "minutes": one.minutes,
        **_figures(judged, request.seed),
        "fees": asdict(schedule) | {"is_assumed": is_assumed},
        "break_even_against_fees": {
            name: {"round_trip_bps": bps, "left_bps": break_even - bps} for name, bps in schedule.round_trips().items()
        },
        "funding": {
            "settlements": one.stamps,
            "without_a_known_rate": one.unknown_stamps,
            "has_schedule": one.has_funding_schedule,
        },
    }
