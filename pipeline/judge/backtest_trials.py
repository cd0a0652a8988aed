"""What was tried in a backtest, registered, and held against all that was ever tried on the same data."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import polars as pl

from backtest.competition import Competition, compete
from backtest.strategy.daily_returns import daily_bps
from backtest.trial import Trial, distinct
from pipeline.judge.backtest_grid import Config
from pipeline.judge.backtest_market import JUDGED_LATENCY_MS
from pipeline.judge.backtest_request import Found, Request, fees_of
from pipeline.judge.trials import code_digest, register, registered

FAMILY: Final = "reversion"


def days_of(first: datetime, last: datetime) -> list[date]:
    """UTC days of minutes that are stamped with their ends."""
    begin = (first - timedelta(microseconds=1)).date()
    return [begin + timedelta(days=day) for day in range(((last - timedelta(microseconds=1)).date() - begin).days + 1)]


def against_trials(
    request: Request,
    found: Found,
    configs: Sequence[Config],
    tables: Sequence[pl.DataFrame],
    days: Sequence[date],
) -> tuple[Competition, Mapping[date, float]]:
    """Register what was tried now, and hold the configuration asked for against all that ever was on this data."""
    terms, capital = _terms_said(request, found), request.capital_quote * len(found.markets)
    tried = [
        Trial(FAMILY, code_digest(), found.data, {**config, **terms}, daily_bps(made, days, capital_quote=capital))
        for config, made in zip(configs, tables, strict=True)
    ]
    register(request.root, tried)
    same_data = [trial for trial in registered(request.root, FAMILY) if trial.data == found.data]
    rivals = distinct(same_data)
    chosen = next(
        place
        for place, trial in enumerate(rivals)
        if (trial.code, dict(trial.config)) == (tried[0].code, dict(tried[0].config))
    )
    return compete(rivals, chosen), tried[0].returns


def _terms_said(request: Request, found: Found) -> dict[str, str | float]:
    """What of the terms makes another trial of the same rule."""
    said = []
    for market in found.markets:
        fees, _ = fees_of(request, market)
        said.append(f"{market} {fees.maker_bps:g}/{fees.taker_bps:g}")
    return {
        "entry": request.entry,
        "order_latency_ms": JUDGED_LATENCY_MS,
        "capital_quote": request.capital_quote,
        "fees": ", ".join(said),
    }
