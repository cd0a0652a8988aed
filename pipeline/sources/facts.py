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
        "every change of the book with a snapshot a day and after reconnects; every print",
        "update ids, so holes show only where a line is lost or a snapshot disagrees; settled funding; "
        "a re-subscription of up to three seconds a day; accounts",
        "by subscription, first day of a month free; files must not be passed on (as quoted; page not read)",
    ),
    "tardis-snapshots": Facts(
        ("book_updates",),
        "publication by venue, and receipt in microseconds",
        "top 5 or 25 levels on every change: register one depth, not both",
        "the book beyond its levels",
        "as tardis, whose increments are the same book whole: only one of the two feeds the signals",
    ),
    "binance-vision": Facts(
        (
            "trades",
            "book_ticker",
            "funding",
            "depth_bands",
            "positioning",
            "price_bars",
            "liquidations",
            "option_quotes",
            "vol_index",
        ),
        "matching (prints, quotes, settlements), publication (depth bands, index); no receipt",
        "every aggregated print; quotes 2023-05-16 to 2024-03-30; depth in percent bands every 30 s; open interest and "
        "ratios every 5 min; bars from 1 s; funding by the month",
        "a book; lost single prints (a hole in trade ids proves none); mark price at funding; USD-M liquidations",
        "free; the licence of the data is unanswered by the venue, whose terms ask for consent to commercial use",
    ),
    "binance-vision-trades": Facts(
        ("trades",),
        "matching; no receipt",
        "every single print",
        "which prints one taker order made; insurance-fund and ADL prints",
        "as binance-vision, whose aggregates are the same volume: only one of the two feeds the signals",
    ),
    "bybit-archive": Facts(
        ("book_updates", "trades"),
        "matching (`cts`; the oldest books have publication only); no receipt",
        "200, 500 or 1,000 levels about every 100 ms; every print, to 0.1 ms on contracts",
        "RPI orders in the book; linear books from spot ones (a folder may say); lasting ids of spot",
        "free, no checksums; terms not found",
    ),
    "okx-archive": Facts(
        ("book_updates", "trades", "funding", "price_bars"),
        "matching (trades), publication (books); no receipt",
        "400 levels every 10 to 50 ms or 5,000 every second, 96 snapshots a day; every print",
        "lost book messages but by the next snapshot (no ids); sides of prints in October 2021 (refused)",
        "free, trades after two days, books after three; personal, non-commercial use as reported",
    ),
    "hyperliquid-archive": Facts(
        ("book_updates", "trades", "derivative_ticker", "funding", "liquidations", "fills"),
        "matching (books, fills), publication (states); a node's clock as receipt",
        "20 levels about twice a second (2.65 bps of BTC); states once a minute; every fill with both accounts",
        "depth beyond the 20th level; liquidations of days without fills",
        "the reader pays the bucket's traffic, about 0.09 USD per GB; no licence text found",
    ),
    "hyperliquid-node-trades": Facts(
        ("trades",),
        "matching; no receipt",
        "every print with both accounts, 2025-03-22 to 2025-06-21 with holes",
        "the print's id, so that copies are told by their content",
        "as hyperliquid-archive",
    ),
    "hyperliquid-capture": Facts(
        ("book_updates", "trades", "book_ticker", "derivative_ticker", "funding"),
        "matching (books, trades, quotes), receipt (states)",
        "20 levels at most twice a second; every print with both accounts",
        "depth beyond the 20th level; liquidations; settled funding",
        "your own recording; no licence text found",
    ),
    "json-capture": Facts(
        (
            "book_updates",
            "trades",
            "book_ticker",
            "derivative_ticker",
            "funding",
            "liquidations",
            "price_bars",
            "option_quotes",
            "vol_index",
        ),
        "matching or publication by venue and stream, and receipt",
        "as recorded: Bybit 200 levels at 100 ms, OKX 400 at 100 ms, Binance 1,000 from a reply on; replies as polled",
        "lost messages of Bitget and of OKX before 2023 but by the next snapshot (no ids); RPI orders; "
        "all liquidations of Binance and OKX (the streams leave some out); prints of options (kept, in no "
        "table)",
        "your own recording; each venue's terms, OKX's personal and non-commercial as reported",
    ),
    "rest-cassette": Facts(
        ("book_updates", "trades", "derivative_ticker", "funding", "fills"),
        "matching (history), the reply's own date; no receipt",
        "what was asked for: funding by the hour, a book of 20 levels, up to 2,000 fills of an account",
        "the tape: the last trades only, and fills of one account, which are not all prints",
        "your own recording; no licence text found",
    ),
    "tardis-options": Facts(
        ("option_quotes",),
        "publication, and receipt",
        "every change of best quotes, marks, volatilities and greeks of a whole exchange",
        "the book below the best quotes",
        "as tardis",
    ),
    "deribit-summary": Facts(
        ("option_quotes",),
        "publication; no receipt",
        "best quotes and marks of a whole chain at the moments it was asked for",
        "sizes of quotes, volatilities of bid and ask, greeks",
        "made of the public interface; terms not checked",
    ),
}
