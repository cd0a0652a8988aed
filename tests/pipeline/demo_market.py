"""The demo market for tests: twenty minutes of a small simulated perpetual around midnight UTC, as one capture file."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.simulator.capture import Feed, MessageCount
from pipeline.simulator.capture_files import open_capture
from pipeline.simulator.presets import DEMO_START, PERP, SMALL
from pipeline.simulator.recorder import record
from pipeline.simulator.simulate import WARM_UP, microseconds
from pipeline.simulator.world import make_world


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
    start: datetime = DEMO_START,
    minutes: int = 20,
    symbol: str = "BTCUSDT",
    interval_ms: int = 100,
) -> DemoSummary:
    """Simulate one market, best quotes included, and write its capture to `path` (gzip); same arguments, same bytes.

    The recorder joins a market that has been trading for a minute, so depth messages come first and the snapshot a few
    intervals later. `interval_ms` is how often the depth stream sends. The file appears when it is complete.
    """
    if start.tzinfo is None or minutes < 1 or interval_ms < 1:
        raise ValueError(
            f"need a start with a time zone, at least one minute and one millisecond a depth interval, "
            f"got {start}, {minutes}, {interval_ms}"
        )
    path, end = Path(path), start + timedelta(minutes=minutes)
    world = make_world(
        replace(SMALL, markets=(replace(PERP, symbol=symbol),)), seed=seed, start_us=microseconds(start - WARM_UP)
    )
    feed = Feed(1000 * interval_ms, with_quotes=True)
    with open_capture(path) as sink:
        ((count,),) = record(world, [[(feed, sink)]], start_us=microseconds(start), end_us=microseconds(end))
    return DemoSummary(path, symbol, seed, start, end, count, path.stat().st_size)
