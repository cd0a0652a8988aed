"""Two days of refills full of icebergs, with the orders that take them: the fixture market has hardly any."""

import random
from datetime import timedelta
from typing import Any

import polars as pl

from signals.chain_ends import CHAIN_ENDS_SIGNAL
from signals.refills import REFILLS
from signals.replenishment import REPLENISHMENT_SIGNAL
from signals.table import Span
from signals.taker_orders import TAKER_ORDERS
from tests.lookahead.case import Case
from tests.signals.refill_frames import prints
from tests.signals.tape_frames import DAY_S, frame, gaps, instant, instruments

ENDS = {"min_refills": 3, "max_gap_s": 10.0}
SIZES = {"fit_min": 1, "fit_days": 1, "size_days": 1, "min_alike": 2, "min_llr": 2.0, "max_gap_s": 10.0}

Rows = list[dict[str, Any]]


def iceberg(draw: random.Random, at: float, price: float, *, wait_ms: tuple[float, float]) -> tuple[Rows, Rows]:
    """Refills of a bid that shows 5 at a time, and the sells that take it; every fifth is hidden."""
    refills, orders = [], []
    peaks = draw.randint(2, 9)
    for number in range(peaks):
        at = round(at + draw.uniform(0.5, 4), 6)
        waited = round(draw.uniform(*wait_ms), 3)
        is_hidden = draw.random() < 0.2
        left = 5.0 if number < peaks - 1 or draw.random() < 0.3 else 2.0
        refills.append(
            {
                "event_ts": at if is_hidden else round(at + waited / 1_000, 6), "side": 1, "price": price,
                "taken_ts": at, "executed_qty": 5.0 + 2 * is_hidden, "displayed_qty": 5.0,
                "refilled_qty": 2.0 if is_hidden else left, "refill_ms": None if is_hidden else waited,
                "is_hidden": is_hidden, "is_first_update": wait_ms[1] < 10, "is_best": not is_hidden,
            }
        )  # fmt: skip
        orders.append(_sell(at, price, draw.randint(1, 2)))
    if draw.random() < 0.4:
        return refills, orders
    return refills, [*orders, _sell(round(at + draw.uniform(0.3, 12), 6), price, draw.randint(1, 2))]


def _sell(at: float, price: float, levels: int) -> dict[str, Any]:
    sizes = {"qty": 5.0, "displayed_qty": 5.0, "consumed_qty": 5.0}
    last = round(price - (levels - 1) / 10, 1)
    return {"event_ts": at, "side": -1, "levels": levels, "first_px": price, "last_px": last} | sizes


def noise(draw: random.Random, at: float) -> tuple[Rows, Rows]:
    """A few refills of any size."""
    refills, orders = iceberg(draw, at, round(90 + draw.randint(0, 20) / 10, 1), wait_ms=(0.5, 300))
    sizes = [{"refilled_qty": float(draw.randint(1, 20)), "displayed_qty": float(draw.randint(1, 20))} for _ in refills]
    return [row | size for row, size in zip(refills[:3], sizes, strict=False)], orders


def iceberg_cases(seed: int) -> dict[str, list[Case]]:
    """Cases of chain_ends and replenishment over half an hour before and after a midnight, by signal."""
    draw = random.Random(seed)
    refills: Rows = []
    orders: Rows = []
    for at in range(-1_800, 1_750, 25):
        kind = draw.choice([(0.0, 4.0), (50.0, 150.0)])
        for made, sold in (iceberg(draw, at, 100.0 + at % 7, wait_ms=kind), noise(draw, at)):
            refills, orders = refills + made, orders + sold
    late = [row | {"known_ts": row["event_ts"] + draw.choice([0.1, 0.1, 30])} for row in refills]
    tables = {
        "refills": frame(REFILLS, sorted(late, key=lambda row: row["event_ts"])),
        "taker_orders": frame(TAKER_ORDERS, sorted(orders, key=lambda row: row["event_ts"])),
        "gaps": gaps(("trades", -900, -890), ("book_updates", 600, 605)),
        "trades": prints(*refills),
    }
    days = [(Span(instant(-DAY_S), instant(0)), -1), (Span(instant(0), instant(1_800), True), 0)]
    ends = [_ends(tables, span, day) for span, day in days]
    made = pl.concat([one.run()["chain_ends"] for one in ends])
    sizes = [_sizes(tables, made, span, day) for span, day in days]
    return {"chain_ends": ends, "replenishment": sizes}


def _ends(tables: dict[str, pl.DataFrame], span: Span, day: int) -> Case:
    own = {name: _days(tables[name], day, day) for name in ("refills", "trades", "taker_orders", "gaps")}
    return Case(CHAIN_ENDS_SIGNAL, {"instruments": instruments(), **own}, span, ENDS)


def _sizes(tables: dict[str, pl.DataFrame], ends: pl.DataFrame, span: Span, day: int) -> Case:
    read = {name: _days(tables[name], day - 1, day) for name in ("refills", "trades", "gaps")}
    inputs = {"instruments": instruments(), **read, "chain_ends": _days(ends, day - 1, day)}
    return Case(REPLENISHMENT_SIGNAL, inputs, span, ENDS | SIZES)


def _days(rows: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    """The rows of these days, counted from the midnight."""
    time = next(pl.col(name) for name in ("bar_end", "from_ts", "event_ts") if name in rows.columns)
    begin, end = (instant(0) + timedelta(days=days) for days in (first, last + 1))
    return rows.filter(time.is_between(begin, end, closed="right" if "bar_end" in rows.columns else "left"))
