"""Books at whole minutes for the signals that read mids by the minute. Times are minutes from a midnight."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from signals.book_state import BOOK_STATE
from signals.table import Signal, Span
from tests.signals.tape_frames import frame, instant


def book(mids: Sequence[float | None], *, first: int = 0, state: str = "OK", late: Mapping[int, float] | None = None):
    """BOOK_STATE a minute apart from minute `first` on, two ticks wide around the mids; None: a book out of order.

    late: seconds by which rows come later than the usual 0.1, by minute.
    """
    rows = [
        {
            "bar_end": 60 * minute,
            "known_ts": 60 * minute + 0.1 + (late or {}).get(minute, 0),
            "state": "RESYNC" if mid is None else state,
            "bid_px": None if mid is None else mid - 1,
            "ask_px": None if mid is None else mid + 1,
        }
        for minute, mid in enumerate(mids, start=first)
    ]
    return frame(BOOK_STATE, rows)


def made(
    signal: Signal, inputs: Mapping[str, pl.DataFrame], *, until: int, start: int = 0, **params: Any
) -> dict[str, pl.DataFrame]:
    """The signal's tables; inputs by name, those left out are empty."""
    given = {
        source.name: inputs.get(source.name, source.table.empty()).lazy()
        for source in signal.inputs
        if source.role == "own" or source.name in inputs
    }
    span = Span(instant(60 * start), instant(60 * until))
    tables = signal.compute(given, span=span, chunk_rows=1_000, **{**signal.params, **params})
    for table in signal.outputs:
        table.check(tables[table.name])
    return tables
