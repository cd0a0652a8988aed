"""How Binance names contracts: files of USD-M and of COIN-M have the same columns, and only folders tell them apart."""

import re
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.market import Market

_COINM: Final = re.compile(r"[A-Z0-9]+USD_(PERP|[0-9]{6})")
_USDM_TOO: Final = re.compile(r"(BTC|ETH)BUSD_[0-9]{6}")
"""Dated contracts quoted in BUSD, of 2021: they look like those of a coin whose name ends in B, as BNB does."""


def check_kind(market: Market, path: Path) -> None:
    """Raises FP003 for a contract worth USD taken for one of coins, or the reverse."""
    symbol = market.symbol
    is_coinm = _COINM.fullmatch(symbol) is not None
    is_told = market.venue in ("binance-usdm", "binance-coinm") and not _USDM_TOO.fullmatch(symbol)
    if is_told and is_coinm != (market.venue == "binance-coinm"):
        raise FootprintError(
            "FP003",
            f"{symbol} is not named as contracts of {market.venue} are, BTCUSD_PERP or BTCUSD_240628 on COIN-M, "
            "BTCUSDT or BTCUSDT_240628 on USD-M",
            where=str(path),
            hint=f"--venue {'binance-coinm' if is_coinm else 'binance-usdm'}",
        )
