"""Binance: captures of its websockets and its public archive."""
