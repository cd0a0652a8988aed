"""The demo markets: twenty minutes of a liquid perpetual and its spot around midnight UTC, a capture file each."""

import gzip
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.simulator import messages, spot_messages
from pipeline.simulator.capture import Capture, Dialect, MessageCount, Sink
from pipeline.simulator.draws import Draws
from pipeline.simulator.instrument import Instrument
from pipeline.simulator.mark import Mark
from pipeline.simulator.world import MID_TICKS, World, demo_world

_WARM_UP = 60_000_000
_LATENCY_NS = 800_000
_PREMIUM = -46_000
"""How far the perpetual stands above its spot, in units of 1e-8."""
_SPOT_SEED = 1_000_003
_DEMO_START = datetime(2024, 1, 2, 23, 44, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What `write_demo_market` wrote: the file covers events from `start` to `end` (exclusive)."""

    path: Path
    symbol: str
    seed: int
    start: datetime
    end: datetime
    messages: MessageCount
    file_bytes: int


def write_demo_market(
    path: Path | str,
    *,
    seed: int = 7,
    start: datetime = _DEMO_START,
    minutes: int = 20,
    symbol: str = "BTCUSDT",
    interval_ms: int = 100,
) -> DemoSummary:
    """Simulate a market and write its capture to `path` (gzip); the same arguments give the same bytes.

    The recorder joins a market that has been trading for a minute, so depth
    messages come first and the snapshot a few intervals later. `interval_ms` is
    how often the depth stream sends. The file appears when it is complete.
    """
    _check(start, minutes, interval_ms)
    world = demo_world(seed=seed, start_us=_microseconds(start) - _WARM_UP)
    return _write(path, world, symbol, seed=seed, start=start, minutes=minutes, interval_ms=interval_ms)


def write_demo_spot(
    path: Path | str,
    *,
    seed: int = 7,
    start: datetime = _DEMO_START,
    minutes: int = 20,
    symbol: str = "BTCUSDT",
    interval_ms: int = 100,
) -> DemoSummary:
    """The spot market beside it: moved by the same news, traded by others, dearer by what the perpetual is cheaper.

    Written as a Binance spot capture; otherwise as `write_demo_market`.
    """
    _check(start, minutes, interval_ms)
    world = demo_world(
        seed=seed + _SPOT_SEED,
        start_us=_microseconds(start) - _WARM_UP,
        reference_seed=seed,
        start_ticks=MID_TICKS - MID_TICKS * _PREMIUM // 10**8,
    )
    return _write(
        path,
        world,
        symbol,
        seed=seed + _SPOT_SEED,
        start=start,
        minutes=minutes,
        interval_ms=interval_ms,
        dialect=spot_messages,
    )


def _check(start: datetime, minutes: int, interval_ms: int) -> None:
    if start.tzinfo is None or minutes < 1 or interval_ms < 1:
        raise ValueError(
            f"need a start with a time zone, at least one minute and one millisecond a depth interval, "
            f"got {start}, {minutes}, {interval_ms}"
        )


def _write(
    path: Path | str,
    world: World,
    symbol: str,
    *,
    seed: int,
    start: datetime,
    minutes: int,
    interval_ms: int,
    dialect: Dialect = messages,
) -> DemoSummary:
    path = Path(path)
    end = start + timedelta(minutes=minutes)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as sink:
        count = record(
            world,
            sink,
            Instrument(symbol, tick_cents=10),
            seed=seed,
            start_us=_microseconds(start),
            end_us=_microseconds(end),
            interval_us=1000 * interval_ms,
            dialect=dialect,
        )
    part.replace(path)
    return DemoSummary(path, symbol, seed, start, end, count, path.stat().st_size)


def record(
    world: World,
    sink: Sink,
    instrument: Instrument,
    *,
    seed: int,
    start_us: int,
    end_us: int,
    interval_us: int,
    dialect: Dialect = messages,
) -> MessageCount:
    """Let `world` run to `end_us` and write what a recorder sees from `start_us` on; only a perpetual has marks."""
    world.clock.run(start_us)
    capture = Capture(
        sink,
        world.exchange,
        instrument,
        Draws(seed, "capture"),
        start_us=start_us,
        interval_us=interval_us,
        latency_ns=_LATENCY_NS,
        dialect=dialect,
    )
    world.exchange.subscribe(capture)
    world.clock.add(capture, rank=-3)
    if dialect is messages:
        draws = Draws(seed, "mark")
        mark = Mark(capture, world.exchange, instrument, world.reference, draws, start_us=start_us, premium=_PREMIUM)
        world.clock.add(mark, rank=-2)
    world.clock.at(start_us + 7 * interval_us // 2, -1, capture.send_snapshot)
    world.clock.run(end_us)
    capture.flush(end_us)
    return capture.count


def _microseconds(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
