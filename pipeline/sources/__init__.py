"""Where raw data comes from. Adding a source: a module, a test, a payload and one line here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.market import Market
from pipeline.sources.batch import Batch


@dataclass(frozen=True, slots=True)
class Source:
    """A format of raw files; `read` translates one file about one market, batch by batch."""

    name: str
    version: int
    venues: tuple[str, ...]
    read: Callable[[Path, Market], Iterator[Batch]]


def _binance_capture(path: Path, market: Market) -> Iterator[Batch]:
    # Imported when used: reading brings polars and the decompressor along.
    from pipeline.sources import binance_capture

    return binance_capture.read(path, market)


_BINANCE = ("binance-usdm", "binance-coinm", "binance-spot")
SOURCES: Final = {source.name: source for source in (Source("binance-capture", 2, _BINANCE, _binance_capture),)}
