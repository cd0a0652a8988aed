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


def _json_capture(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import json_capture

    return json_capture.read(path, market)


def _deribit_summary(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import deribit_summary

    return deribit_summary.read(path, market)


def _tardis_options(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import tardis_options

    return tardis_options.read(path, market)


def _hyperliquid_archive(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import hyperliquid_archive

    return hyperliquid_archive.read(path, market)


def _hyperliquid_node_trades(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import hyperliquid_archive

    return hyperliquid_archive.read_node_trades(path, market)


def _hyperliquid_capture(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import hyperliquid_capture

    return hyperliquid_capture.read(path, market)


def _rest_cassette(path: Path, market: Market) -> Iterator[Batch]:
    from pipeline.sources import rest_cassette

    return rest_cassette.read(path, market)


_BINANCE: Final = ("binance-usdm", "binance-coinm", "binance-spot")
_CAPTURED: Final = (
    *_BINANCE, "bybit-linear", "bybit-inverse", "bybit-spot", "okx-swap", "okx-futures", "okx-spot", "deribit",
    "deribit-options", "kraken-futures", "gateio-futures", "bitget-futures", "bitget-spot", "hyperliquid",
)  # fmt: skip
_HYPERLIQUID: Final = ("hyperliquid",)
_TARDIS_VENUES: Final = (*_BINANCE, "bybit-linear", "bybit-spot", "okx-swap", "hyperliquid")

SOURCES: Final = {
    source.name: source
    for source in (
        Source("binance-capture", 3, _BINANCE, _binance_capture),
        Source("json-capture", 1, _CAPTURED, _json_capture),
        Source("deribit-summary", 1, ("deribit-options",), _deribit_summary),
        Source("hyperliquid-archive", 1, _HYPERLIQUID, _hyperliquid_archive),
        Source("hyperliquid-node-trades", 1, _HYPERLIQUID, _hyperliquid_node_trades),
        Source("hyperliquid-capture", 1, _HYPERLIQUID, _hyperliquid_capture),
        Source("rest-cassette", 1, _HYPERLIQUID, _rest_cassette),
        Source("tardis", 2, _TARDIS_VENUES, _tardis, is_archive=True),
        Source("tardis-options", 1, ("deribit-options",), _tardis_options, is_archive=True),
    )
}
