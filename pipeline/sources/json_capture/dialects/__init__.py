"""How each exchange's messages are read, by its name in captures. A dialect more: a module, its test, one line here."""

from collections.abc import Mapping
from typing import Final

from pipeline.sources.json_capture.dialects import (
    binance,
    bitget,
    bybit,
    deribit,
    gateio_futures,
    hyperliquid,
    kraken_futures,
    okx,
)
from pipeline.sources.json_capture.dialects.records import Dialect

DIALECTS: Final[Mapping[str, Dialect]] = {
    "BINANCE": binance.of_venue("binance-spot"),
    "BINANCE_DELIVERY": binance.of_venue("binance-coinm"),
    "BINANCE_FUTURES": binance.of_venue("binance-usdm"),
    "BITGET": bitget.DIALECT,
    "BYBIT": bybit.DIALECT,
    "DERIBIT": deribit.DIALECT,
    "GATEIO_FUTURES": gateio_futures.DIALECT,
    "HYPERLIQUID": hyperliquid.DIALECT,
    "KRAKEN_FUTURES": kraken_futures.DIALECT,
    "OKX": okx.DIALECT,
}
"""By the first part of a connection's name."""
