"""Refills written by hand, the prints before them, and what replenishment makes of both."""

from signals.inputs.trading import TRADES
from signals.refills import REFILLS
from signals.replenishment import REPLENISHMENT_SIGNAL
from tests.signals.tape_frames import frame, gaps, run


def refill(at, price=100.0, side=1, executed=5.0, displayed=5.0, refilled=5.0, ms=200.0, **more):
    """Seen in the book after `ms`, on the tape only if that is None."""
    row = {"event_ts": at, "price": price, "side": side, "taken_ts": at - (ms or 0) / 1_000, "refill_ms": ms}
    sizes = {"executed_qty": executed, "displayed_qty": displayed, "refilled_qty": refilled}
    flags = {"is_hidden": ms is None, "is_first_update": False, "is_best": ms is not None}
    return row | sizes | flags | more


def hidden(at, executed, displayed, **more):
    return refill(at, executed=executed, displayed=displayed, refilled=executed - displayed, ms=None, **more)


def refills(*rows):
    return frame(REFILLS, rows)


def prints(*rows):
    """The prints that took what refills say was executed, each when takers took last."""
    made = [
        {"event_ts": row["taken_ts"], "price": row["price"], "qty": row["executed_qty"], "taker_side": -row["side"]}
        for row in rows
        if row["executed_qty"]
    ]
    return frame(TRADES, sorted((row | {"is_off_market": False} for row in made), key=lambda row: row["event_ts"]))


def found(*rows, missing=(), min_llr=None, **params):
    """Rows of the rule alone, unless a likelihood is asked for."""
    tables = refills(*rows), prints(*rows), gaps(*missing)
    return run(REPLENISHMENT_SIGNAL, *tables, until=86_400, min_llr=min_llr, **params)


def quiet_refills(count, **more):
    """So many refills far from each other, a second apart from midnight on."""
    return [refill(at, price=200.0 + at, **{"refilled": 1.0} | more) for at in range(count)]
