"""A made-up market by the second: whole ladders, as events for the other engine and as rows of book_state for ours."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.trading.books import BANDS
from signals.book_state import BOOK_STATE
from signals.reversion import REVERSION
from tests.signals.rows import rows_of

TICK = 0.1
START = 1_000
_SECOND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Ladder:
    """Levels of a second by side (+1 asks), best first: ticks and sizes."""

    ticks: dict[int, list[int]]
    qty: dict[int, list[float]]


def ladders(rng: np.random.Generator, seconds: int, *, gaps: float) -> list[Ladder | None]:
    """A walk near 10,000, where a bp is ten ticks; a share `gaps` of seconds has no book."""
    mids = 100_000 + np.cumsum(rng.integers(-6, 7, seconds))
    return [None if rng.random() < gaps else _ladder(rng, int(mid)) for mid in mids]


def _ladder(rng: np.random.Generator, mid: int) -> Ladder:
    ticks, qty = {}, {}
    for side in (1, -1):
        away = int(rng.integers(1, 4)) + np.concatenate([[0], np.cumsum(rng.integers(1, 60, 14))])
        ticks[side] = (mid + side * away).tolist()
        qty[side] = (rng.integers(1, 3_000, away.size) / 1_000).tolist()
    return Ladder(ticks, qty)


def feed(market: list[Ladder | None]) -> NDArray[Any]:
    """Events: the ladder of the second that ends at E stands from just after E - 1 s on.

    That is what "an order meets the book of the first whole second from its arrival on" says of a book in between.
    """
    import hftbacktest as hft

    rows = []
    for place, ladder in enumerate(market):
        at = (START + place - 1) * _SECOND_NS + 1
        rows.append((hft.DEPTH_CLEAR_EVENT, at, 0.0, 0.0))
        for side, flag in ((1, hft.SELL_EVENT), (-1, hft.BUY_EVENT)):
            levels = zip(ladder.ticks[side], ladder.qty[side], strict=True) if ladder else ()
            rows += [(hft.DEPTH_SNAPSHOT_EVENT | flag, at, tick * TICK, qty) for tick, qty in levels]
    rows.append((hft.DEPTH_CLEAR_EVENT, (START + len(market) + 60) * _SECOND_NS, 0.0, 0.0))
    made = np.zeros(len(rows), hft.event_dtype)
    events, times, prices, sizes = zip(*rows, strict=True)
    made["ev"] = np.array(events, np.uint64) | np.uint64(hft.EXCH_EVENT | hft.LOCAL_EVENT)
    made["exch_ts"] = made["local_ts"] = times
    made["px"], made["qty"] = prices, sizes
    return made


def book_state(market: list[Ladder | None], *, has_depth: bool = True) -> pl.DataFrame:
    """Rows of BOOK_STATE; without depth, only the best prices and sizes are known."""
    return rows_of(BOOK_STATE, [_state(START + place, ladder, has_depth) for place, ladder in enumerate(market)])


def _state(second: int, ladder: Ladder | None, has_depth: bool) -> dict[str, Any]:
    if ladder is None:
        return {"bar_end": second, "state": "STALE"}
    row: dict[str, Any] = {"bar_end": second, "state": "OK"}
    twice_mid = ladder.ticks[1][0] + ladder.ticks[-1][0]
    for side, name in ((1, "ask"), (-1, "bid")):
        levels = list(zip(ladder.ticks[side], ladder.qty[side], strict=True))
        row |= {f"{name}_px": levels[0][0] * TICK, f"{name}_qty": levels[0][1]}
        for bps in BANDS if has_depth else ():
            inside = [qty for tick, qty in levels if abs(2 * tick - twice_mid) * 10_000 <= twice_mid * bps]
            row[f"{name}_depth_{bps}bps_qty"] = sum(inside)
    return row


def decisions(rng: np.random.Generator, book: pl.DataFrame, *, every: int) -> pl.DataFrame:
    """Rows of reversion_signal: an entry of a random side about every `every` seconds, out again a random while later.

    Decisions become known at random moments, so that orders arrive at random moments of a second, some on its edge.
    """
    ok = book.filter(pl.col("state") == "OK")
    mids = dict(zip((ok["bar_end"].to_physical() // 1_000_000).to_list(), ok["bid_px"] + ok["ask_px"], strict=True))
    first = int(book["bar_end"].to_physical()[0]) // 1_000_000
    rows = []
    for second in range(first + 1, first + book.height - every, every):
        out = second + int(rng.integers(3, every - 4))
        if second not in mids:
            continue
        side = int(rng.choice([1, -1]))
        held = "LONG" if side > 0 else "SHORT"
        steps = (("ENTRY", "armed+pullback", second), (held, "filled", second + 1), (held, "target", out))
        for state, reason, at in (*steps, ("COOLDOWN", "flat", out + 1)):
            late = float(rng.choice([0.05, 0.95, 0.9, round(rng.random(), 6)]))
            row = {"bar_end": at, "known_ts": at + late, "state": state, "direction": side, "reason": reason}
            rows.append(row | {"mid": mids[at] / 2 if at in mids else None})
    return rows_of(REVERSION, rows)
