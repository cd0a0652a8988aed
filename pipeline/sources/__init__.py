"""Where raw data comes from. Adding a source: a module, a test, a payload and one line here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipeline.market import Market
from pipeline.sources.batch import Batch


@dataclass(frozen=True, slots=True)
class Source:
    """A format of raw files; `read` translates one file for one market, batch by batch.

    `is_archive`: a file is handed out for a whole UTC day that is over. `base_sizes`: by venue that counts contracts,
    the tables whose sizes this source hands out in base units already.
    """

    name: str
    version: int
    venues: tuple[str, ...]
    read: Callable[[Path, Market], Iterator[Batch]]
    is_archive: bool = False
    base_sizes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def base_tables(self, market: Market) -> frozenset[str]:
        """The tables whose sizes come in base units though the venue may count contracts."""
        return self.base_sizes.get(market.venue, frozenset())


def _binance_capture(path: Path, market: Market) -> Iterator[Batch]:
    # Imported when used: reading brings polars and the decompressor along.
    from pipeline.sources import binance_capture

    return binance_capture.read(path, market)


def _tardis(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import tardis

    return tardis.read(path, market)


def _bybit_archive(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import bybit_archive

    return bybit_archive.read(path, market)


def _okx_archive(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import okx_archive

    return okx_archive.read(path, market)


def _deribit_summary(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import deribit_summary

    return deribit_summary.read(path, market)


def _tardis_options(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import tardis_options

    return tardis_options.read(path, market)


_BINANCE: Final = ("binance-usdm", "binance-coinm", "binance-spot")
_BYBIT: Final = ("bybit-linear", "bybit-inverse", "bybit-spot")
_OKX: Final = ("okx-swap", "okx-futures", "okx-spot")
_TARDIS_VENUES: Final = (*_BINANCE, "bybit-linear", "bybit-spot", "okx-swap", "hyperliquid")

SOURCES: Final = {
    source.name: source
    for source in (
        Source("binance-capture", 3, _BINANCE, _binance_capture),
        Source("deribit-summary", 1, ("deribit-options",), _deribit_summary),
        Source("tardis", 2, _TARDIS_VENUES, _tardis, is_archive=True),
        Source("bybit-archive", 1, _BYBIT, _bybit_archive, is_archive=True),
        Source("okx-archive", 1, _OKX, _okx_archive, is_archive=True),
        Source("tardis-options", 1, ("deribit-options",), _tardis_options, is_archive=True),
    )
}
