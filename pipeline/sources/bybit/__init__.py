"""Bybit: its public archive."""
