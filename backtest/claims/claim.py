"""A claim: which number, known when, forecasts what, with which sign."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import polars as pl

from signals.table import Signal, Table

REGISTERED: Final = date(2026, 11, 28)
"""When the signs were fixed. A sign changed later is another claim, with another date and a trial more."""

Forecast = Literal["return", "size"]
"""return: of the mid, with a sign; size: its absolute value, so volatility and no direction."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A known way to be wrong, and the test that guards against it (a path in the repository)."""

    what: str
    test: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One number of a table, and what it is said to forecast.

    name: of the signal, or table.column; computed: what is judged, if it is not the column itself; sign: of its
    relation to what comes (+1 or -1), sign_now: to the return of its own window (0: none was stated). window_s: its
    own window; horizon_s: the one it is mainly about; step_s: time between rows; lookback_s: the furthest it looks
    back with default parameters. is_event: rows come when something happens, and hold for the horizon. middle: what
    counts as neither side, 0 or the median of the past. pick: of a column, the value nearest to this is judged.
    is_probability: 0 to 1, to be held against how often it came true.
    """

    name: str
    signal: Signal
    table: Table
    column: str
    says: str
    forecast: Forecast
    sign: Literal[1, -1]
    sign_now: Literal[1, 0, -1]
    window_s: int
    horizon_s: int
    step_s: int
    lookback_s: int
    failures: tuple[Failure, ...]
    is_event: bool = False
    middle: Literal["zero", "past median"] = "zero"
    where: pl.Expr | None = None
    pick: tuple[str, int] | None = None
    is_probability: bool = False
    computed: pl.Expr | None = None
    registered: date = REGISTERED

    @property
    def is_of_chain(self) -> bool:
        """Whether its rows are of a chain of options, which has no mid: that of its underlying is forecast."""
        return "option" in self.signal.kinds

    @property
    def value(self) -> pl.Expr:
        """Per row of the table; null where nothing is known."""
        return pl.col(self.column) if self.computed is None else self.computed
