"""What the name of a file of Binance's public archive says, and the folders it lies in.

    data/{spot|futures/um|futures/cm|option}/{daily|monthly}/{type}/{SYMBOL}/{SYMBOL}-{type}-{date}.zip
    data/.../{klines|markPriceKlines|...}/{SYMBOL}/{INTERVAL}/{SYMBOL}-{INTERVAL}-{date}.zip

The name of a bar's file does not say whose price it is of; its folder does, or a name as
BTCUSDT-markPriceKlines-1m-2024-06-03.zip.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.market import Market

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
_SLACK_US: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """What is told, else None. period: the file's first microsecond and the one after its last."""

    venue: str | None = None
    price_kind: str | None = None
    symbol: str | None = None
    interval: str | None = None
    day: str = ""
    period: tuple[int, int] | None = None

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

    @property
    def bounds(self) -> tuple[int, int] | None:
        """Earliest and latest time that may stand in the file, with the slack of a minute."""
        return None if self.period is None else (self.period[0] - _SLACK_US, self.period[1] + _SLACK_US)


def place_of(path: Path) -> Place:
    """What the name and the folders of the file say."""
    folders = _FOLDERS.search(f"{path.resolve().parent.as_posix()}/")
    venue, kind = folders.groups() if folders else (None, None)
    name = _NAME.fullmatch(path.name)
    if name is None or (period := _period(name["day"])) is None:
        return Place(venue and VENUES[venue], PRICE_KINDS.get(kind or "", None))
    return Place(
        venue=venue and VENUES[venue],
        price_kind=PRICE_KINDS.get(name["type"] or kind or "", None),
        symbol=name["symbol"],
        interval=name["what"] if name["what"] in INTERVALS_S else None,
        day=name["day"],
        period=period,
    )


def _period(text: str) -> tuple[int, int] | None:
    """The UTC day or month in microseconds; None if the calendar has none such."""
    year, month, *day = (int(part) for part in text.split("-"))
    try:
        first = datetime(year, month, day[0] if day else 1, tzinfo=UTC)
    except ValueError:
        return None
    after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    start = int(first.timestamp()) * 1_000_000
    return start, start + 86_400_000_000 if day else int(after.timestamp()) * 1_000_000
