"""Simulate a market with known truth."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from pipeline.config import unknown


def simulate(
    *,
    out: Path,
    preset: str = "calm",
    seed: int = 1,
    hours: Annotated[float, Parameter(validator=Number(gt=0, lte=24 * 7))] = 1.0,
    feed: Annotated[list[str] | None, Parameter(negative="")] = None,
    without: Annotated[list[str] | None, Parameter(negative="")] = None,
    drawn: Annotated[bool, Parameter(negative="")] = False,
    quotes: Annotated[bool, Parameter(negative="")] = False,
    addresses: Annotated[bool, Parameter(negative="")] = False,
    perp2: Annotated[bool, Parameter(negative="")] = False,
    rpi: Annotated[float, Parameter(validator=Number(gte=0, lt=1))] = 0.0,
    loss: Annotated[float, Parameter(validator=Number(gte=0, lt=1))] = 0.0,
    skew_ms: float = 0.0,
) -> int:
    """Simulate a market whose truth is known: DIR/public holds captures, DIR/truth what no public feed shows.

    Parameters
    ----------
    out
        Folder to write to.
    preset
        calm, alt (small price, wide quotes) or small.
    seed
        The same seed gives the same bytes.
    hours
        How long.
    feed
        How often depth is sent: event, 10ms, 100ms, 500ms or 1s; several make several captures. Default 100ms.
    without
        Agents to leave out: market_makers, hedging, passive, noise_takers, investors, icebergs, informed, layers,
        wash_like, basis_traders, arbitrageurs, leveraged.
    drawn
        Draw the world's parameters at random around the preset, by seed.
    quotes
        Write best quotes (bookTicker) too.
    addresses
        Write DIR/public/VENUE_SYMBOL_addresses.parquet: buyer and seller of every trade, as some venues publish.
    perp2
        A second perpetual, binance-usdm/BTCUSDC, beside perpetual and spot.
    rpi
        Retail orders, as a share of noise takers', that meet orders the public book does not show.
    loss
        Share of depth messages that never arrive.
    skew_ms
        How far the recorder's clock is ahead.
    """
    from pipeline.simulator.presets import AGENTS, PERP2, PRESETS
    from pipeline.simulator.presets import drawn as draw
    from pipeline.simulator.simulate import FEEDS
    from pipeline.simulator.simulate import simulate as write

    params = PRESETS[_known("preset", preset, PRESETS)]
    feeds = [FEEDS[_known("feed", name, FEEDS)] for name in feed or ["100ms"]]
    away = tuple(_known("group of agents", name, AGENTS) for name in without or [])
    params = replace(draw(params, seed) if drawn else params, without=away, rpi_share=rpi)
    if perp2:
        params = replace(params, markets=(*params.markets, PERP2))
    made = write(
        out,
        params,
        seed=seed,
        duration=timedelta(hours=hours),
        feeds=[replace(one, with_quotes=quotes, loss=loss, skew_us=round(1000 * skew_ms)) for one in feeds],
        with_addresses=addresses,
    )
    for path, count in made.captures.items():
        levels = count.depth_levels + count.snapshot_levels
        print(f"{path}: {count.lines:,} messages, {levels:,} level updates, {count.trades:,} trades")
    print(f"{made.truth}: what no public feed shows", file=sys.stderr)
    return 0


def _known(what: str, name: str, names: Iterable[str]) -> str:
    """The name, if it is one; raises FP009 with the nearest if not."""
    if name not in names:
        raise unknown(what, name, names)
    return name
