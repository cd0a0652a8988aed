"""From decisions to trades: taker fills after a latency, and a profit or loss that is split and adds up.

Linear contracts: sizes in base, money in quote. The decisions are given: a later fill does not change them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isnan
from typing import Any

import polars as pl

from backtest.trading.books import Books, Taken
from backtest.trading.fees import FeeSchedule
from backtest.trading.funding_cash import Stamps, borrow_cash, crossed, funding_cash
from backtest.trading.latency import arrival
from backtest.trading.reversion_episodes import Decision, Episode, episodes
from backtest.trading.trade_table import TRADES
from signals.bars import MINUTE
from signals.table import UTC_US

_BPS = 10_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What trading costs, and how large it is.

    A stop of the fraction `stop` loses `risk_share` of the capital; no more is ordered than `depth_share` of the depth
    within `depth_bps` (one of book_state's bands). `borrow_apr` is for shorts on spot, 0 for a perpetual.
    """

    latencies_ms: tuple[float, ...]
    fees: FeeSchedule
    capital_quote: float
    risk_share: float
    stop: float
    depth_share: float
    depth_bps: int
    borrow_apr: float


def trades(rows: pl.DataFrame, book: pl.DataFrame, settlements: pl.DataFrame, *, terms: Terms) -> pl.DataFrame:
    """TRADES of one market.

    rows: of reversion_signal (or of a control); book: of book_state; settlements: settle_ts, rate (fraction per
    interval), ref_px (the venue's reference price), ascending, null where not known; no rows if the market has none.
    """
    markets = rows.select("venue", "symbol").unique()
    if markets.height > 1:
        raise ValueError(f"expected rows of one market, got {markets.height}")
    books = Books.of(book)
    stamps = Stamps.of(settlements)
    made = [
        {"latency_ms": float(latency_ms), **_trade(episode, books, stamps, terms, latency_ms)}
        for latency_ms in sorted(set(terms.latencies_ms))
        for episode in episodes(rows)
    ]
    if not made:
        return TRADES.empty()
    names = dict(markets.row(0, named=True))
    return TRADES.check(pl.DataFrame([_physical({**names, **trade}) for trade in made], _STORED).cast(_SCHEMA))


_SCHEMA = TRADES.schema
_STORED = pl.Schema({name: pl.Int64() if dtype == UTC_US else dtype for name, dtype in _SCHEMA.items()})


def _physical(trade: Mapping[str, Any]) -> dict[str, Any]:
    """All columns; NaN becomes null."""
    values = {name: trade.get(name) for name in _STORED}
    return {name: None if isinstance(value, float) and isnan(value) else value for name, value in values.items()}


def _trade(episode: Episode, books: Books, stamps: Stamps, terms: Terms, latency_ms: float) -> dict[str, Any]:
    side, entry, leave = episode.side, episode.entry, episode.exit
    qty, is_capped = _size(entry, side, books, terms)
    said = {"side": side, "waited": episode.waited, "size_qty": qty, "is_capped": is_capped, **_decided("entry", entry)}
    went_in = qty > 0 and books.take(side=side, qty=qty, arrives=arrival(entry.known, latency_ms), patience_s=0)
    if not went_in:
        return {**said, "status": "no_fill"}
    said |= _filled("entry", went_in, books, side, entry.mid)
    if leave is not None:
        said |= _decided("exit", leave)
    came_out = leave and books.take(side=-side, qty=qty, arrives=arrival(leave.known, latency_ms), patience_s=inf)
    if leave is None or not came_out:
        return {**said, "status": "open"}
    said |= _filled("exit", came_out, books, -side, leave.mid)
    met = crossed(stamps.times, said["entry_ts"], said["exit_ts"])
    funding = funding_cash(side * qty, stamps.ref_px[met], stamps.rates[met])
    if isnan(funding):
        return {**said, "status": "unpriced"}
    said |= {"status": "closed", "stamps": met.stop - met.start, "funding_quote": funding}
    return said | _outcome(said, side * qty, terms)


def _size(entry: Decision, side: int, books: Books, terms: Terms) -> tuple[float, bool | None]:
    """Size ordered, by what was known at the decision; and whether the depth capped it."""
    book = books.at(entry.at)
    if book is None or isnan(entry.mid):
        raise ValueError(
            f"expected an OK book at the entry decided at {entry.at}: book and rows do not belong together"
        )
    qty = terms.risk_share * terms.capital_quote / (terms.stop * entry.mid)
    most = terms.depth_share * books.depth(book, side=side, bps=terms.depth_bps)
    return (qty, None) if isnan(most) else (min(qty, most), most < qty)


def _decided(leg: str, decision: Decision) -> dict[str, Any]:
    return {
        f"{leg}_decided_ts": decision.at,
        f"{leg}_known_ts": decision.known,
        f"{leg}_reason": decision.reason,
    }


def _filled(leg: str, taken: Taken, books: Books, side: int, decision_mid: float) -> dict[str, Any]:
    return {
        f"{leg}_ts": int(books.ends[taken.book]),
        f"{leg}_px": taken.fill.px,
        f"{leg}_fill": taken.fill.how,
        f"{leg}_mid": books.mid(taken.book),
        f"{leg}_slippage_bps": side * (taken.fill.px / decision_mid - 1) * _BPS,
    }


def _outcome(said: Mapping[str, Any], position: float, terms: Terms) -> dict[str, Any]:
    """The profit or loss of a position (base, > 0 long) that went in and out, and its parts."""
    entry_px, exit_px, qty = said["entry_px"], said["exit_px"], abs(position)
    held_min = (said["exit_ts"] - said["entry_ts"]) / MINUTE
    parts = {
        "position_quote": position * (said["exit_mid"] - said["entry_mid"]),
        "spread_quote": position * ((said["entry_mid"] - entry_px) + (exit_px - said["exit_mid"])),
        "fees_quote": -terms.fees.taken(qty * entry_px) - terms.fees.taken(qty * exit_px),
        "funding_quote": said["funding_quote"],
        "borrow_quote": borrow_cash(position, entry_px, terms.borrow_apr, held_min / 60),
    }
    net, in_bps = sum(parts.values()), _BPS / (qty * entry_px)
    return {
        **parts,
        "held_min": held_min,
        "net_quote": net,
        "gross_bps": position * (exit_px - entry_px) * in_bps,
        "net_bps": net * in_bps,
        "break_even_bps": (net - parts["fees_quote"]) * in_bps,
    }
