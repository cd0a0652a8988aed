"""Where raw data comes from. Adding a source: a module, a test, a payload and one line here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.market import Market

if TYPE_CHECKING:  # the names of the sources are shown in help, which must not wait for polars
    from pipeline.sources.batch import Batch


@dataclass(frozen=True, slots=True)
class Source:
    """A format of raw files.

    `reader`: the module of this package whose `read` it is, or module:function. `is_archive`: a file is handed out for
    a whole UTC day that is over. `base_sizes`: by venue that counts contracts, the tables whose sizes this source hands
    out in base units already.
    """

    name: str
    version: int
    venues: tuple[str, ...]
    reader: str
    is_archive: bool = False
    base_sizes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def read(self, path: Path, market: Market) -> "Iterator[Batch]":
        """Translate one file for one market, batch by batch. Raises FP002 or FP003 for a file that is not its own."""
        # Imported when used: reading brings polars and the decompressors along.
        module, _, function = self.reader.partition(":")
        batches: Iterator[Batch] = getattr(import_module(f"pipeline.sources.{module}"), function or "read")(
            path, market
        )
        return batches

    def base_tables(self, market: Market) -> frozenset[str]:
        """The tables whose sizes come in base units though the venue may count contracts."""
        return self.base_sizes.get(market.venue, frozenset())


_BINANCE: Final = ("binance-usdm", "binance-coinm", "binance-spot")
_BYBIT: Final = ("bybit-linear", "bybit-inverse", "bybit-spot")
_OKX: Final = ("okx-swap", "okx-futures", "okx-spot")
_CAPTURED: Final = (
    *_BINANCE, *_BYBIT, *_OKX, "deribit", "deribit-options", "kraken-futures", "gateio-futures", "bitget-futures",
    "bitget-spot", "hyperliquid",
)  # fmt: skip
_HYPERLIQUID: Final = ("hyperliquid",)
_OPTIONS: Final = ("deribit-options",)
_TARDIS_VENUES: Final = (*_BINANCE, *_BYBIT, *_OKX, "hyperliquid", "deribit")
_COINS_OF_OKX: Final = {venue: frozenset({"derivative_ticker"}) for venue in ("okx-swap", "okx-futures")}

SOURCES: Final = {
    source.name: source
    for source in (
        Source("binance-capture", 3, _BINANCE, "binance.capture"),
        Source("hyperliquid-capture", 1, _HYPERLIQUID, "hyperliquid.capture"),
        Source("json-capture", 1, _CAPTURED, "json_capture.capture", base_sizes=_COINS_OF_OKX),
        Source("tardis", 2, _TARDIS_VENUES, "tardis.data_sets", is_archive=True),
        Source("tardis-snapshots", 1, _TARDIS_VENUES, "tardis.data_sets:read_snapshots", is_archive=True),
        Source("binance-vision", 1, (*_BINANCE, "binance-options"), "binance.vision", is_archive=True),
        Source("binance-vision-trades", 1, _BINANCE, "binance.vision:read_trades", is_archive=True),
        Source("bybit-archive", 1, _BYBIT, "bybit.archive", is_archive=True),
        Source("okx-archive", 1, _OKX, "okx.archive", is_archive=True),
        Source("hyperliquid-archive", 1, _HYPERLIQUID, "hyperliquid.archive"),
        Source("hyperliquid-node-trades", 1, _HYPERLIQUID, "hyperliquid.archive:read_node_trades"),
        Source("tardis-options", 1, _OPTIONS, "tardis.options", is_archive=True),
        Source("deribit-summary", 1, _OPTIONS, "deribit.summary"),
        Source("rest-cassette", 1, _HYPERLIQUID, "hyperliquid.rest_cassette"),
    )
}
"""In the order in which they feed the signals where a market's `prefer` does not say otherwise."""
