"""One trade: its size, its fills, and what it came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isnan, nan
from typing import Any

from backtest.trading.book_walk import Walk
from backtest.trading.books import Books, Taken
from backtest.trading.day_market import Day
from backtest.trading.funding_cash import borrow_cash, crossed, funding_cash
from backtest.trading.history import History
from backtest.trading.latency import arrival
from backtest.trading.reversion_episodes import Decision, Episode
from backtest.trading.square_root_impact import square_root_impact_bps
from backtest.trading.terms import Terms
from signals.bars import MINUTE, SECOND

_BPS = 10_000


@dataclass(frozen=True, slots=True)
class _In:
    """An entry that was filled: how much of it (base), when, and how."""

    qty: float
    at: int
    taken: Taken


def trade(episode: Episode, met: History, terms: Terms, latency_ms: float) -> dict[str, Any]:
    """The columns of TRADES that can be said of it; what is left out is null."""
    side, entry, leave = episode.side, episode.entry, episode.exit
    day = met.days.before(entry.at)
    qty, is_capped = _size(entry, side, met.books, terms)
    said = {"side": side, "waited": episode.waited, "size_qty": qty, "is_capped": is_capped, **_decided("entry", entry)}
    went_in = _enter(episode, met, terms, latency_ms, qty, day) if qty > 0 else None
    if went_in is None:
        return {**said, "status": "no_fill"}
    said |= {"filled_qty": went_in.qty, **_filled("entry", went_in.taken, met.books, side, entry.mid)}
    said |= {"entry_ts": went_in.at}
    if leave is not None:
        said |= _decided("exit", leave)
    came_out = leave and _take(met, -side, went_in.qty, arrival(leave.known, latency_ms), inf, terms, day)
    if leave is None or not came_out:
        return {**said, "status": "open"}
    said |= {**_filled("exit", came_out, met.books, -side, leave.mid), "exit_ts": int(met.books.ends[came_out.book])}
    stamps = crossed(met.stamps.times, said["entry_ts"], said["exit_ts"])
    funding = funding_cash(side * went_in.qty, met.stamps.ref_px[stamps], met.stamps.rates[stamps])
    if isnan(funding):
        return {**said, "status": "unpriced"}
    said |= {"status": "closed", "stamps": stamps.stop - stamps.start, "funding_quote": funding}
    legs = (went_in.taken.fill, came_out.fill)
    return said | _outcome(said | _impact(legs, went_in.qty, day, terms), side * went_in.qty, terms)


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


def _take(met: History, side: int, qty: float, arrives: int, patience_s: float, terms: Terms, day: Day) -> Taken | None:
    """As a taker; beyond what a book shows only if its impact can be stated."""
    goes_beyond = terms.impact_factor is not None and not isnan(_impact_bps(qty, day, terms.impact_factor))
    return met.books.take(side=side, qty=qty, arrives=arrives, patience_s=patience_s, goes_beyond=goes_beyond)


def _enter(episode: Episode, met: History, terms: Terms, latency_ms: float, qty: float, day: Day) -> _In | None:
    side, arrives = episode.side, arrival(episode.entry.known, latency_ms)
    if terms.rest_s is not None:
        until = arrives + round(terms.rest_s * SECOND)
        if episode.exit is not None:  # what is not filled by then is cancelled with the order to leave
            until = min(until, arrival(episode.exit.known, latency_ms))
        return _rest(side, episode.entry.at, qty, met, arrives, until)
    taken = _take(met, side, qty, arrives, 0, terms, day)
    return None if taken is None else _In(qty, int(met.books.ends[taken.book]), taken)


def _rest(side: int, decided: int, qty: float, met: History, arrives: int, until: int) -> _In | None:
    """Post-only at the best price of the decision: refused if that would take from the last book before it arrives."""
    books = met.books
    known, last = books.at(decided), books.before(arrives)
    if known is None or last is None:
        return None
    limit = float(books.px[-side][known])
    if side * (limit - books.px[side][last]) >= 0:
        return None
    rested = met.prints.rest(side=side, qty=qty, limit=limit, arrives=arrives, until=until)
    if rested is None:
        return None
    second = -(-rested.at // SECOND) * SECOND
    book = books.before(second)
    return _In(rested.qty, second, Taken(last if book is None else book, Walk(limit, "rest")))


def _decided(leg: str, decision: Decision) -> dict[str, Any]:
    return {
        f"{leg}_decided_ts": decision.at,
        f"{leg}_known_ts": decision.known,
        f"{leg}_reason": decision.reason,
    }


def _filled(leg: str, taken: Taken, books: Books, side: int, decision_mid: float) -> dict[str, Any]:
    return {
        f"{leg}_px": taken.fill.px,
        f"{leg}_fill": taken.fill.how,
        f"{leg}_mid": books.mid(taken.book),
        f"{leg}_slippage_bps": side * (taken.fill.px / decision_mid - 1) * _BPS,
    }


def _impact_bps(qty: float, day: Day, factor: float) -> float:
    """NaN if the day is not known."""
    if isnan(day.sigma) or not day.qty > 0:
        return nan
    return square_root_impact_bps(qty=qty, day_qty=day.qty, day_sigma=day.sigma, factor=factor)


def _impact(legs: tuple[Walk, Walk], qty: float, day: Day, terms: Terms) -> dict[str, Any]:
    """What both legs took beyond the depth shown, at the impact of the whole order; NaN where that is not known."""
    unshown = sum(leg.unshown for leg in legs)
    if terms.impact_factor is None or not unshown:
        return {"unshown_qty": unshown, "impact_quote": 0.0}
    bps = _impact_bps(qty, day, terms.impact_factor)
    return {"unshown_qty": unshown, "impact_quote": -bps / _BPS * sum(leg.unshown * leg.px for leg in legs)}


def _outcome(said: Mapping[str, Any], position: float, terms: Terms) -> dict[str, Any]:
    """The profit or loss of a position (base, > 0 long) that went in and out, and its parts."""
    entry_px, exit_px, qty, fees = said["entry_px"], said["exit_px"], abs(position), terms.fees
    held_min = (said["exit_ts"] - said["entry_ts"]) / MINUTE
    going_in = fees.taken if terms.rest_s is None else fees.made
    parts = {
        "position_quote": position * (said["exit_mid"] - said["entry_mid"]),
        "spread_quote": position * ((said["entry_mid"] - entry_px) + (exit_px - said["exit_mid"])),
        "fees_quote": -going_in(qty * entry_px) - fees.taken(qty * exit_px),
        "funding_quote": said["funding_quote"],
        "borrow_quote": borrow_cash(position, entry_px, terms.borrow_apr, held_min / 60),
        "impact_quote": said["impact_quote"],
    }
    net = sum(part for part in parts.values() if not isnan(part))
    in_bps = _BPS / (qty * entry_px)
    return {
        **parts,
        "unshown_qty": said["unshown_qty"],
        "held_min": held_min,
        "net_quote": net,
        "gross_bps": position * (exit_px - entry_px) * in_bps,
        "net_bps": net * in_bps,
        "break_even_bps": (net - parts["fees_quote"]) * in_bps,
    }
