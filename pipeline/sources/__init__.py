"""Where raw data comes from. Adding a source: a module, a test, a payload and one line here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.market import Market
from pipeline.sources.batch import Batch


@dataclass(frozen=True, slots=True)
class Source:
    """A format of raw files; `read` translates one file for one market, batch by batch.

    `is_archive`: a file is handed out for a whole UTC day that is over.
    """

    name: str
    version: int
    venues: tuple[str, ...]
    read: Callable[[Path, Market], Iterator[Batch]]
    is_archive: bool = False


def _binance_capture(path: Path, market: Market) -> Iterator[Batch]:
    # Imported when used: reading brings polars and the decompressor along.
    from pipeline.sources import binance_capture

    return binance_capture.read(path, market)


def _tardis(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import tardis

    return tardis.read(path, market)


def _binance_vision(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import binance_vision

    return binance_vision.read(path, market)


def _binance_vision_trades(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import binance_vision

    return binance_vision.read_trades(path, market)


_BINANCE: Final = ("binance-usdm", "binance-coinm", "binance-spot")
_TARDIS_VENUES: Final = (*_BINANCE, "bybit-linear", "bybit-spot", "okx-swap", "hyperliquid")

SOURCES: Final = {
    source.name: source
    for source in (
        Source("binance-capture", 3, _BINANCE, _binance_capture),
        Source("tardis", 2, _TARDIS_VENUES, _tardis, is_archive=True),
        Source("binance-vision", 1, (*_BINANCE, "binance-options"), _binance_vision, is_archive=True),
        Source("binance-vision-trades", 1, _BINANCE, _binance_vision_trades, is_archive=True),
    )
}
