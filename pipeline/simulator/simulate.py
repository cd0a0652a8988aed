"""Simulate: a market with known truth, written as public captures and tables of truth."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl

from pipeline.simulator.capture import Feed, MessageCount
from pipeline.simulator.capture_files import capture_name, open_capture
from pipeline.simulator.market import Market
from pipeline.simulator.presets import WorldParams
from pipeline.simulator.recorder import record
from pipeline.simulator.truth_frames import truth_frames
from pipeline.simulator.world import World, make_world

START = datetime(2024, 1, 2, 22, 30, tzinfo=UTC)
"""So that three hours hold a midnight and a settlement."""

WARM_UP = timedelta(minutes=1)
EVENT, TENTH, SECOND = Feed(0), Feed(100_000), Feed(1_000_000)
DEMO_FEED = Feed(100_000, with_quotes=True)
FEEDS = {feed.name: feed for feed in (EVENT, Feed(10_000), TENTH, Feed(500_000), SECOND)}


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was written: a capture per market and feed, the truth, and how many messages each capture holds."""

    public: Path
    truth: Path
    captures: dict[Path, MessageCount]


def simulate(
    out: Path,
    params: WorldParams,
    *,
    seed: int,
    duration: timedelta,
    feeds: Sequence[Feed] = (TENTH,),
    start: datetime = START,
    warm_up: timedelta = WARM_UP,
    with_addresses: bool = False,
    stress: str | None = None,
) -> Simulated:
    """Simulate `duration` of a world and write `out/public/VENUE_SYMBOL_FEED.gz` and `out/truth/TABLE.parquet`.

    The same arguments give the same bytes. Recorders join after `warm_up`, in which the books fill. The stress of
    that name (`stress.STRESSES`) happens in the middle. Raises ValueError
    for a start without a time zone, or a duration below one second.
    """
    if start.tzinfo is None or duration < timedelta(seconds=1):
        raise ValueError(f"need a start with a time zone and at least one second, got {start}, {duration}")
    start_us, end_us = microseconds(start), microseconds(start + duration)
    world = make_world(params, seed=seed, start_us=microseconds(start - warm_up))
    public, truth = out / "public", out / "truth"
    for folder in (public, truth):
        folder.mkdir(parents=True, exist_ok=True)
    paths = [
        [public / capture_name(market.params.venue, market.params.symbol, feed) for feed in feeds]
        for market in world.markets
    ]
    counts = _record(world, paths, feeds, start_us, end_us, stress)
    frames = truth_frames(world, start_us=start_us, end_us=end_us)
    for name, frame in frames.items():
        frame.write_parquet(truth / f"{name}.parquet")
    if with_addresses:
        for market in world.markets:
            stem = f"{market.params.venue}_{market.params.symbol}"
            _addresses(frames["fills"], market).write_parquet(public / f"{stem}_addresses.parquet")
    flat = [path for group in paths for path in group]
    return Simulated(public, truth, dict(zip(flat, (count for group in counts for count in group), strict=True)))


def _record(
    world: World,
    paths: list[list[Path]],
    feeds: Sequence[Feed],
    start_us: int,
    end_us: int,
    stress: str | None,
) -> list[list[MessageCount]]:
    """Write the captures; each appears under its name when all are complete."""
    with ExitStack() as stack:
        sinks = [
            [(feed, stack.enter_context(open_capture(path))) for feed, path in zip(feeds, group, strict=True)]
            for group in paths
        ]
        return record(world, sinks, start_us=start_us, end_us=end_us, stress=stress)


def _addresses(fills: pl.DataFrame, market: Market) -> pl.DataFrame:
    """Buyer and seller of every trade, as venues publish that settle on a chain."""
    mine = fills.filter(pl.col("venue") == market.params.venue, pl.col("symbol") == market.params.symbol)
    is_buy = pl.col("taker_side") > 0
    return mine.select(
        "trade_id",
        "event_ts",
        buyer=pl.when(is_buy).then("taker").otherwise("maker"),
        seller=pl.when(is_buy).then("maker").otherwise("taker"),
    )


def microseconds(instant: datetime) -> int:
    """Microseconds since 1970 UTC."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
