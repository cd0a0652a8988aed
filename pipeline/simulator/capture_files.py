"""Capture files: what they are called and how they come to be."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.simulator.capture import Feed


def capture_name(venue: str, symbol: str, feed: Feed) -> str:
    """As binance-usdm_BTCUSDT_100ms.gz."""
    return f"{venue}_{symbol}_{feed.name}.gz"


@contextmanager
def open_capture(path: Path) -> Iterator[gzip.GzipFile]:
    """A gzip file to write to whose bytes do not depend on its name or the time; it appears when it is complete."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=1, mtime=0) as sink:
        yield sink
    part.replace(path)
