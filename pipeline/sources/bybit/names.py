"""How Bybit names contracts: linear and inverse ones have the same columns and, at Tardis.dev, the same exchange."""

import re
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.market import Market

_INVERSE: Final = re.compile(r"[A-Z0-9]+USD([FGHJKMNQUVXZ][0-9]{2})?")
"""BTCUSD and BTCUSDM25; linear contracts are quoted in USDT or USDC, as BTCUSDT, BTCPERP and BTC-27JUN25."""


def check_kind(market: Market, path: Path) -> None:
    """Raises FP003 for an inverse contract taken for a linear one, whose sizes would be coins, or the reverse."""
    if market.venue not in ("bybit-linear", "bybit-inverse"):
        return
    named = "bybit-inverse" if _INVERSE.fullmatch(market.symbol) else "bybit-linear"
    if named != market.venue:
        raise FootprintError(
            "FP003",
            f"{market.symbol} is not named as contracts of {market.venue} are: sizes of {named} are "
            f"{'USD' if named == 'bybit-inverse' else 'coins'}",
            where=str(path),
            hint=f"--venue {named}",
        )
