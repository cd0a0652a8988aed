"""What each source can tell and what it cannot, for readers who choose between them (docs/sources.md)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Facts:
    """tables: those it fills. clocks: whose times its records bear. cadence: depth and how often. blind: what it
    cannot tell. cost: what it costs, and the terms as far as they are known."""

    tables: tuple[str, ...]
    clocks: str
    cadence: str
    blind: str
    cost: str


FACTS: Final = {
    "binance-capture": Facts(
        ("book_updates", "trades", "book_ticker", "derivative_ticker", "funding"),
        "matching (trades, futures' depth), publication (spot's depth), receipt (spot's quotes have no other)",
        "whole book from a REST snapshot on, changes every 0, 100, 250 or 500 ms as recorded; every print",
        "settled funding (predictions only), open interest, who traded; the first book before a snapshot",
        "your own recording; the venue's terms ask for consent to pass data on commercially",
    ),
    "tardis": Facts(
        ("book_updates", "trades", "book_ticker", "derivative_ticker", "funding", "liquidations"),
        "matching (trades) or publication (books) by venue, and receipt in microseconds",
        "every change of the book with a snapshot a day and after reconnects; top 5 or 25 on every change; every print",
        "update ids, so holes show only where a line is lost; settled funding; "
        "a re-subscription of up to three seconds a day; accounts",
        "by subscription, first day of a month free; files must not be passed on (as quoted; page not read)",
    ),
}
