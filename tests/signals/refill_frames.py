"""Refills written by hand, and what replenishment makes of them."""

from signals.refills import REFILLS
from signals.replenishment import REPLENISHMENT_SIGNAL
from tests.signals.tape_frames import frame, gaps, run


def refill(at, price=100.0, side=1, executed=4.0, displayed=5.0, refilled=5.0, ms=200.0, **more):
    """Seen in the book after `ms`, on the tape only if that is None."""
    row = {"event_ts": at, "price": price, "side": side, "taken_ts": at - (ms or 0) / 1_000, "refill_ms": ms}
    sizes = {"executed_qty": executed, "displayed_qty": displayed, "refilled_qty": refilled}
    return row | sizes | {"is_hidden": ms is None, "is_first_update": False} | more


def hidden(at, executed, displayed, **more):
    return refill(at, executed=executed, displayed=displayed, refilled=executed - displayed, ms=None, **more)


def refills(*rows):
    return frame(REFILLS, rows)


def found(*rows, missing=(), min_llr=None, **params):
    """Rows of the rule alone, unless a likelihood is asked for."""
    return run(REPLENISHMENT_SIGNAL, refills(*rows), gaps(*missing), until=86_400, min_llr=min_llr, **params)


def quiet_refills(count, **more):
    """So many refills far from each other, a second apart from midnight on."""
    return [refill(at, price=200.0 + at, **{"refilled": 1.0} | more) for at in range(count)]
