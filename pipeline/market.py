"""A market: one symbol on one venue, and what is known about it."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Final

from pipeline.errors import FootprintError, unknown

VENUES: Final = {
    "binance-usdm": "perp",
    "binance-coinm": "perp",
    "binance-spot": "spot",
    "binance-options": "option",
    "bybit-linear": "perp",
    "bybit-inverse": "perp",
    "bybit-spot": "spot",
    "okx-swap": "perp",
    "okx-futures": "future",
    "okx-spot": "spot",
    "hyperliquid": "perp",
    "deribit": "perp",
    "deribit-options": "option",
    "kraken-futures": "perp",
    "gateio-futures": "perp",
    "bitget-futures": "perp",
    "bitget-spot": "spot",
}
"""Known venues and the kind of instrument they list most."""

BEGINNING: Final = date(1970, 1, 1)
"""From when what is first known of a market is valid: always."""

KINDS: Final = ("perp", "spot", "future", "option")

_SIBLING_SPOT: Final = {"binance-usdm": "binance-spot", "bybit-linear": "bybit-spot"}
"""Where the same symbol text names the spot market of the same base and quote."""

_OKX_SPOT_QUOTES: Final = ("-USDT", "-USDC")

DEFAULT_FUNDING_INTERVAL_H: Final = {"binance-usdm": 8.0, "binance-coinm": 8.0, "hyperliquid": 1.0}
"""Where one rule holds for all symbols, or nearly; elsewhere it is stated or comes with the rates."""


@dataclass(frozen=True, slots=True, order=True)
class Market:
    """Venue and the venue's own symbol text."""

    venue: str
    symbol: str

    def __str__(self) -> str:
        return f"{self.venue}/{self.symbol}"

    @classmethod
    def parse(cls, text: str) -> "Market":
        """From "venue/symbol"; raises ValueError if it has no slash."""
        venue, slash, symbol = text.partition("/")
        if not (venue and slash and symbol):
            raise ValueError(f"expected venue/symbol as binance-usdm/BTCUSDT, got {text!r}")
        return cls(venue, symbol)


def market_of(venue: str, symbol: str, where: str = "") -> Market:
    """A market of a known venue; FP009 with the nearest name if the venue is unknown."""
    if venue not in VENUES:
        raise unknown("venue", venue, VENUES, where)
    if not symbol:
        raise FootprintError("FP010", "a market needs a symbol", where=where)
    return Market(venue, symbol)


def sibling_spot(market: Market) -> Market | None:
    """The spot market a perpetual is compared with where none was stated."""
    if market.venue == "okx-swap":
        pair = market.symbol.removesuffix("-SWAP")
        return Market("okx-spot", pair) if pair.endswith(_OKX_SPOT_QUOTES) and pair != market.symbol else None
    venue = _SIBLING_SPOT.get(market.venue)
    return None if venue is None else Market(venue, market.symbol)


def venues_perp(chain: Market) -> Market | None:
    """The perpetual of the same venue and underlying, whose mid a chain of options is compared with where no other
    market was stated."""
    if chain.venue == "deribit-options":
        return Market("deribit", f"{chain.symbol}-PERPETUAL")
    return Market("binance-usdm", chain.symbol) if chain.venue == "binance-options" else None


@dataclass(frozen=True, slots=True)
class MarketSettings:
    """What a user states about a market; None means: infer it or use the venue's default.

    `silence_s` is how long every stream of a recording may be silent before the
    stretch counts as a gap; `prefer` orders the sources that feed the signals.
    """

    kind: str | None = None
    tick: float | None = None
    qty_decimals: int | None = None
    lot_size: float | None = None
    contract_size: float | None = None
    funding_interval_h: float | None = None
    silence_s: float = 10.0
    max_quarantine: float = 0.01
    prefer: tuple[str, ...] = ()

    def over(self, other: "MarketSettings") -> "MarketSettings":
        """These settings, with `other` filling in what is left at its default."""
        blank = MarketSettings()
        merged = {
            item.name: getattr(self if getattr(self, item.name) != getattr(blank, item.name) else other, item.name)
            for item in fields(self)
        }
        return MarketSettings(**merged)


@dataclass(frozen=True, slots=True)
class Instrument:
    """One row of the table instruments, without its market and the day from which it holds; a lot of 0 is not known."""

    kind: str
    tick_size: float
    qty_decimals: int
    contract_size: float
    is_inverse: bool
    funding_interval_h: float | None
    inferred: tuple[str, ...]
    lot_size: float = 0.0
