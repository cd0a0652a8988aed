"""What venues rule of their contracts: which are worth a fixed amount of quote currency, and how large one is.

Sources: the venues' instrument lists (OKX ctVal and ctType, Kraken contractSize and type, Deribit contract_size,
Gate.io quanto_multiplier) and contract specifications.
"""

import re
from typing import Final

from pipeline.errors import FootprintError
from pipeline.market import VENUES, Market

_ALL_INVERSE: Final = frozenset({"binance-coinm", "bybit-inverse"})
_OKX: Final = frozenset({"okx-swap", "okx-futures"})
_COUNT_CONTRACTS: Final = _OKX | {"gateio-futures"}
"""Venues whose linear markets send sizes in contracts of some base units."""

_LINEAR_SIZES: Final = {
    "okx-swap": {"BTC-USDT": 0.01, "ETH-USDT": 0.1},
    "okx-futures": {"BTC-USDT": 0.01, "ETH-USDT": 0.1},
    "gateio-futures": {"BTC_USDT": 0.0001, "ETH_USDT": 0.01},
}
"""By venue and pair, base units per contract. Of others the rule is not known: each coin has its own."""

_DATED: Final = {
    "kraken-futures": re.compile(r"F[IF]_", re.IGNORECASE),
    "deribit": re.compile(r"[^-]+-\d{1,2}[A-Z]{3}\d\d$"),
}
"""By venue that lists perpetuals and dated futures, how the symbol of a dated one looks."""


def is_inverse(market: Market) -> bool:
    """True if sizes are sent in contracts, or amounts, of a fixed quote amount.

    OKX names the quote USD (BTC-USD-SWAP; USDT, USDC and USD_UM are linear), Kraken begins PI_ or FI_, Gate.io ends
    _USD, Deribit's linear markets name their quote (BTC_USDC-PERPETUAL) and its options are in coin.
    """
    venue, symbol = market.venue, market.symbol
    if venue in _OKX:
        return symbol.split("-")[1:2] == ["USD"]
    if venue == "kraken-futures":
        return symbol.upper().startswith(("PI_", "FI_"))
    if venue == "deribit":
        return "_" not in symbol and symbol.count("-") == 1
    return venue in _ALL_INVERSE or (venue == "gateio-futures" and symbol.endswith("_USD"))


def counts_contracts(market: Market) -> bool:
    """False where sizes are in base units, and a contract size has no meaning."""
    return is_inverse(market) or market.venue in _COUNT_CONTRACTS


def contract_size_unused(market: Market, where: str = "") -> FootprintError:
    """The error for a contract size where sizes are no contracts."""
    why = f"contract_size is of no use on {market.venue}: sizes of {market.symbol} are in base units, not contracts"
    return FootprintError("FP010", why, where=where)


def ruled_contract_size(market: Market) -> float | None:
    """Quote (inverse) or base units (linear) per contract; 1 where sizes are amounts; None if the rule is not known.

    Binance COIN-M and OKX: 100 USD for bitcoin, 10 USD for every other coin. Bybit and Kraken: 1 USD. Deribit lists
    contracts of 10 USD and sends amounts of USD. Gate.io: 1 USD for bitcoin; its other _USD contracts are quanto.
    """
    if not counts_contracts(market):
        return 1.0
    if not is_inverse(market):
        return _LINEAR_SIZES[market.venue].get("-".join(market.symbol.split("-")[:2]))
    if market.venue == "binance-coinm" or market.venue in _OKX:
        return 100.0 if market.symbol.startswith("BTC") else 10.0
    if market.venue == "gateio-futures":
        return 1.0 if market.symbol == "BTC_USD" else None
    return 1.0


def ruled_kind(market: Market) -> str:
    """What the venue lists, or what the symbol says where it lists several kinds."""
    dated = _DATED.get(market.venue)
    return "future" if dated and dated.match(market.symbol) else VENUES[market.venue]
