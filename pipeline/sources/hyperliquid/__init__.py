"""Hyperliquid: captures, archives and recorded replies."""
