"""Simulate a market with known truth."""

import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from pipeline.errors import FootprintError, unknown

if TYPE_CHECKING:
    from pipeline.simulator.simulate import Simulated


def simulate(
    *,
    out: Path | None = None,
    preset: str = "calm",
    seed: int = 1,
    hours: Annotated[float | None, Parameter(validator=Number(gt=0, lte=24 * 7))] = None,
    feed: Annotated[list[str] | None, Parameter(negative="")] = None,
    without: Annotated[list[str] | None, Parameter(negative="")] = None,
    stress: str | None = None,
    drawn: Annotated[bool, Parameter(negative="")] = False,
    quotes: Annotated[bool, Parameter(negative="")] = False,
    addresses: Annotated[bool, Parameter(negative="")] = False,
    perp2: Annotated[bool, Parameter(negative="")] = False,
    rpi: Annotated[float, Parameter(validator=Number(gte=0, lt=1))] = 0.0,
    loss: Annotated[float, Parameter(validator=Number(gte=0, lt=1))] = 0.0,
    skew_ms: float = 0.0,
    coarse: Annotated[bool, Parameter(negative="")] = False,
    days: Annotated[int, Parameter(validator=Number(gte=0, lte=5000))] = 150,
    check: Annotated[bool, Parameter(negative="")] = False,
    seeds: Annotated[int, Parameter(validator=Number(gte=1, lte=1000))] = 20,
) -> int:
    """Simulate a market whose truth is known: DIR/public holds captures, DIR/truth what no public feed shows.

    With --check nothing is written: stylised facts are measured on many seeds; it answers 1 if one does not hold.

    Parameters
    ----------
    out
        Folder to write to.
    preset
        calm, alt (small price, wide quotes) or small; of the coarse world calm, alt or pressed.
    seed
        The same seed gives the same bytes.
    hours
        How long. Default 1, for --check 0.75.
    feed
        How often depth is sent: event, 10ms, 100ms, 500ms or 1s; several make several captures. Default 100ms.
    without
        Agents to leave out: market_makers, hedging, passive, noise_takers, investors, icebergs, informed, layers,
        wash_like, basis_traders, arbitrageurs, leveraged.
    stress
        Something that happens in the middle: flash_crash, jump, index_divergence or outage; in the coarse world
        funding_cap.
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
    coarse
        A world by the minute, without a book, for --days.
    days
        How long a coarse world lasts; with --check 0 leaves coarse worlds out.
    check
        Measure the stylised facts of --seeds worlds, seeds from 1.
    seeds
        How many worlds --check measures.
    """
    from pipeline.simulator.crowd import ImpossibleStress
    from pipeline.simulator.presets import AGENTS, PERP2, PRESETS
    from pipeline.simulator.presets import drawn as draw
    from pipeline.simulator.simulate import FEEDS
    from pipeline.simulator.simulate import simulate as write

    if check:
        return _check(_known("preset", preset, PRESETS), seeds, hours or 0.75, days)
    if out is None:
        raise FootprintError("FP009", "need a folder to write to", hint="add --out DIR, or --check to write nothing")
    if coarse:
        return _coarse(out, days, seed, preset, without or [], [stress] if stress else [])
    params = PRESETS[_known("preset", preset, PRESETS)]
    feeds = [FEEDS[_known("feed", name, FEEDS)] for name in feed or ["100ms"]]
    away = tuple(_known("group of agents", name, AGENTS) for name in without or [])
    params = replace(draw(params, seed) if drawn else params, without=away, rpi_share=rpi)
    if perp2:
        params = replace(params, markets=(*params.markets, PERP2))
    feeds = [replace(one, with_quotes=quotes, loss=loss, skew_us=round(1000 * skew_ms)) for one in feeds]
    duration = timedelta(hours=1.0 if hours is None else hours)
    name = _stress(stress)
    try:
        made = write(out, params, seed=seed, duration=duration, feeds=feeds, with_addresses=addresses, stress=name)
    except ImpossibleStress as impossible:
        raise FootprintError("FP009", str(impossible)) from impossible
    _tell(made)
    return 0


def _check(preset: str, seeds: int, hours: float, days: int) -> int:
    """Print the facts; 1 if one is out of range on too many seeds and nowhere argued."""
    from pipeline.scores.facts import find, table

    findings = find(preset=preset, seeds=seeds, hours=hours, coarse_days=days)
    print(table(findings))
    return int(any(one.verdict == "NOT OK" for one in findings))


def _coarse(out: Path, days: int, seed: int, preset: str, without: list[str], stress: list[str]) -> int:
    """Write a coarse world."""
    from pipeline.simulator.coarse import STRESSES, SWITCHES, write_coarse
    from pipeline.simulator.coarse_parameters import PRESETS

    _known("preset of the coarse world", preset, PRESETS)
    for name in without:
        _known("group or switch", name, SWITCHES)
    for name in stress:
        _known("stress of the coarse world", name, STRESSES)
    made = write_coarse(out, days=max(1, days), seed=seed, preset=preset, without=without, stress=stress)
    print(f"{out / 'public'}: {made.minutes.height:,} minutes, {made.funding.height:,} settlements")
    print(f"{out / 'truth'}: what no public feed shows", file=sys.stderr)
    return 0


def _stress(name: str | None) -> str | None:
    from pipeline.simulator.stress import STRESSES

    return None if name is None else _known("stress", name, STRESSES)


def _tell(made: "Simulated") -> None:
    for path, count in made.captures.items():
        levels = count.depth_levels + count.snapshot_levels
        print(f"{path}: {count.lines:,} messages, {levels:,} level updates, {count.trades:,} trades")
    print(f"{made.truth}: what no public feed shows", file=sys.stderr)


def _known(what: str, name: str, names: Iterable[str]) -> str:
    """The name, if it is one; raises FP009 with the nearest if not."""
    if name not in names:
        raise unknown(what, name, names)
    return name
