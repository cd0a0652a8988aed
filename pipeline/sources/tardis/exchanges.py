"""Tardis.dev's id of the exchange behind each venue."""

from typing import Final

EXCHANGES: Final = {
    "binance-usdm": "binance-futures",
    "binance-coinm": "binance-delivery",
    "binance-spot": "binance",
    "bybit-linear": "bybit",
    "bybit-inverse": "bybit",
    "bybit-spot": "bybit-spot",
    "okx-swap": "okex-swap",
    "okx-futures": "okex-futures",
    "okx-spot": "okex",
    "hyperliquid": "hyperliquid",
    "deribit": "deribit",
    "deribit-options": "deribit",
}
