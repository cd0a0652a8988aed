"""What the name of a file of Binance's public archive says, and the folders it lies in.

    data/{spot|futures/um|futures/cm|option}/{daily|monthly}/{type}/{SYMBOL}/{SYMBOL}-{type}-{date}.zip
    data/.../{klines|markPriceKlines|...}/{SYMBOL}/{INTERVAL}/{SYMBOL}-{INTERVAL}-{date}.zip

The name of a bar's file does not say whose price it is of; its folder does, or a name as
BTCUSDT-markPriceKlines-1m-2024-06-03.zip.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.reading.file_days import ANY_DAY, FileDays, days_of

PRICE_KINDS: Final = {
    "klines": "trade",
    "markPriceKlines": "mark",
    "indexPriceKlines": "index",
    "premiumIndexKlines": "premium",
}
"""Whose price the bars of a type are of."""
INTERVALS_S: Final = {
    "1s": 1,
    **{f"{count}m": 60 * count for count in (1, 3, 5, 15, 30)},
    **{f"{count}h": 3_600 * count for count in (1, 2, 4, 6, 8, 12)},
    **{f"{count}d": 86_400 * count for count in (1, 3)},
    "1w": 604_800,
    "1mo": None,
}
"""Seconds of a bar by the archive's name for it; None: of a month, as many as it has."""
VENUES: Final = {"um": "binance-usdm", "cm": "binance-coinm", "spot": "binance-spot", "option": "binance-options"}
"""By the archive's name of a part of the exchange."""

_NAME: Final = re.compile(
    rf"(?P<symbol>.+?)-(?:(?P<type>{'|'.join(PRICE_KINDS)})-)?(?P<what>[A-Za-z0-9]+)"
    r"-(?P<day>[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?)(?:\.[A-Za-z0-9]+)*"
)
_FOLDERS: Final = re.compile(r"(?:^|/)(um|cm|spot|option)/(?:daily|monthly)/(\w+)/")


@dataclass(frozen=True, slots=True)
class Place:
    """What is told, else None."""

    venue: str | None = None
    price_kind: str | None = None
    symbol: str | None = None
    interval: str | None = None
    days: FileDays = ANY_DAY

    def check(self, path: Path, market: Market) -> None:
        """Raise FP003 if the place is another market's. Of index prices the archive names the pair, not the contract.

        The folder's word counts only where it is one of the archive's own.
        """
        wanted = {market.symbol} | ({market.symbol.split("_")[0]} if self.price_kind == "index" else set())
        if self.symbol in (None, *wanted) and self.venue in (None, market.venue):
            return
        found = Market(self.venue or market.venue, self.symbol or market.symbol)
        raise FootprintError(
            "FP003",
            f"expected a file of {market}; its name and folders say {found}",
            where=str(path),
            hint=f"--venue {found.venue} --symbol {found.symbol}, or give the file its own name again",
        )


def place_of(path: Path) -> Place:
    """What the name and the folders of the file say."""
    folders = _FOLDERS.search(f"{path.resolve().parent.as_posix()}/")
    venue, kind = folders.groups() if folders else (None, None)
    name = _NAME.fullmatch(path.name)
    if name is None or (days := days_of(name["day"])) is None:
        return Place(venue and VENUES[venue], PRICE_KINDS.get(kind or "", None))
    return Place(
        venue=venue and VENUES[venue],
        price_kind=PRICE_KINDS.get(name["type"] or kind or "", None),
        symbol=name["symbol"],
        interval=name["what"] if name["what"] in INTERVALS_S else None,
        days=days,
    )
