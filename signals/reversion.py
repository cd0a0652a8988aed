"""Inventory reversion signal: what the reversion rule does on one market, minute by minute.

The states and their transitions stand in signals/reversion_machine.py; here the machine is given the minutes of a
market and a plain fill model. This is research on recorded data: a hypothesis about the inventory of market makers,
laid down before it is tested, and no statement that it holds.
"""

from collections.abc import Mapping
from datetime import timedelta
from math import nan
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import DAY, MILLISECOND, MINUTE, SECOND, latest_before, microseconds
from signals.book_state import BAR_END, BOOK_STATE
from signals.inputs.columns import KNOWN_TS, SYMBOL, VENUE
from signals.maker_inventory import MAKER_INVENTORY
from signals.pullback_depth import pullback_depth
from signals.reading import whole
from signals.reversion_machine import REASONS, STATES, Rules
from signals.reversion_path import Path, played
from signals.table import UTC_US, Column, Input, Params, Signal, Span, Table
from signals.touch_fills import TouchFills

if TYPE_CHECKING:
    from signals.kernels.reversion import Played

Ints = NDArray[np.int64]

REVERSION = Table(
    name="reversion_signal",
    grain="one row per minute",
    key=("venue", "symbol", "bar_end"),
    columns=(
        VENUE,
        SYMBOL,
        BAR_END,
        KNOWN_TS,
        Column("state", pl.String(), "text", "; ".join(f"{name}: {meaning}" for name, meaning in STATES.items())),
        Column(
            "direction", pl.Int8(), "+1/-1/0", "side out of IDLE: +1 the one that buys first, -1 sells first, 0 none"
        ),
        Column(
            "reason",
            pl.String(),
            "text",
            "transitions of the minute, joined by + in their order (armed+pullback: both in one minute); null if none. "
            + "; ".join(f"{name}: {meaning}" for name, meaning in REASONS.items()),
        ),
        Column(
            "waited",
            pl.Boolean(),
            "flag",
            "entered later than in the minute of arming; null unless an entry is out or filled",
        ),
        Column("z_level", pl.Float64(), "standard deviations", "of maker_inventory at the half-life chosen"),
        Column("q_level", pl.Float64(), "0 to 1", "of maker_inventory at the half-life chosen"),
        Column("mid", pl.Float64(), "quote per base", "of the book at bar_end; null unless it is OK"),
        Column(
            "ref_px",
            pl.Float64(),
            "quote per base",
            "extreme mid since the lookback, from which the pullback counts; frozen as the target from ENTRY on",
        ),
        Column("entry_px", pl.Float64(), "quote per base", "price of the entry, while in the market"),
    ),
)

_BOOK = ("bar_end", "known_ts", "state", "bid_px", "ask_px")
_INVENTORY = ("venue", "symbol", "bar_end", "known_ts", "half_life_min", "z_level", "q_level")


def reversion_signal(
    inputs: Mapping[str, pl.LazyFrame],
    *,
    span: Span,
    chunk_rows: int,
    half_life_min: int,
    warmup_h: float,
    **rules: float,
) -> dict[str, pl.DataFrame]:
    """REVERSION for every minute of maker_inventory in the span; `rules` are those of the machine.

    For each day the machine starts `warmup_h` before 00:00, IDLE and blocked: a day depends on nothing older. An order
    is sent when its minute is known. Raises ValueError if maker_inventory was made without the half-life.
    """
    del chunk_rows  # a row a minute, and a few columns of the book
    inventory = _at_half_life(whole(inputs, MAKER_INVENTORY, columns=_INVENTORY), half_life_min)
    book = whole(inputs, BOOK_STATE, columns=_BOOK)
    start, end = microseconds(span.start), microseconds(span.until)
    made = reversion_rows(inventory, book, Rules(**rules), start=start, end=end, warmup_h=warmup_h)
    return {"reversion_signal": made}


def reversion_rows(
    inventory: pl.DataFrame,
    book: pl.DataFrame,
    rules: Rules,
    *,
    start: int,
    end: int,
    warmup_h: float,
    pullback_sigmas: float | None = None,
) -> pl.DataFrame:
    """REVERSION of minutes in (start, end] (microseconds), from minutes of one half-life and the seconds of a book.

    With `pullback_sigmas` the pullback asked for is so many standard deviations of the return over arm_h instead of a
    fixed share; where the deviation is not known, none is deep enough.
    """
    warmup, made = round(warmup_h * 60 * MINUTE), [REVERSION.empty()]
    for day in range(start // DAY * DAY, end, DAY):
        minutes, seconds = (_between(rows, day - warmup, day + DAY) for rows in (inventory, book))
        made.append(_between(_run(minutes, seconds, rules, pullback_sigmas), max(day, start), end))
    return REVERSION.check(pl.concat(made))


def _at_half_life(inventory: pl.DataFrame, half_life_min: int) -> pl.DataFrame:
    made = inventory["half_life_min"].unique().sort().to_list()
    if made and half_life_min not in made:
        raise ValueError(
            f"reversion_signal.half_life_min is {half_life_min}, expected one of maker_inventory's half-lives: "
            f"{', '.join(map(str, made))}"
        )
    return inventory.filter(pl.col("half_life_min") == half_life_min)


def _between(rows: pl.DataFrame, after: int, until: int) -> pl.DataFrame:
    return rows.filter(pl.col("bar_end").to_physical().is_between(after, until, closed="right"))


def _run(inventory: pl.DataFrame, book: pl.DataFrame, rules: Rules, pullback_sigmas: float | None) -> pl.DataFrame:
    """Rows of REVERSION of a machine that is run through all these minutes."""
    if inventory.is_empty():
        return REVERSION.empty()
    ok = book.filter(pl.col("state") == "OK").select("bar_end", "bid_px", "ask_px")
    known = _known(inventory, book)
    minutes = inventory.join(ok, on="bar_end", how="left", maintain_order="left").with_columns(
        known_ts=pl.Series(known).cast(UTC_US), mid=(pl.col("bid_px") + pl.col("ask_px")) / 2
    )
    z, q, mid, bid, ask = (
        minutes[name].fill_null(nan).to_numpy() for name in ("z_level", "q_level", "mid", "bid_px", "ask_px")
    )
    fills = TouchFills(*(column.to_physical().to_numpy() for column in ok))
    path = Path(
        pullback=np.full(mid.size, rules.pullback)
        if pullback_sigmas is None
        else pullback_depth(minutes, window_h=rules.arm_h, sigmas=pullback_sigmas),
        at=minutes["bar_end"].to_physical().to_numpy(),
        z=z,
        q=q,
        mid=mid,
        bid=bid,
        ask=ask,
        bookless_s=_bookless_s(inventory, book).astype(np.float64),
        orders=fills.outcomes(known + round(rules.latency_ms * MILLISECOND)),
    )
    return minutes.with_columns(_columns(played(path, rules))).select(REVERSION.schema.names())


def _columns(made: "Played") -> list[pl.Series]:
    """What a machine did, as columns of REVERSION."""
    from signals.kernels.reversion import REASONS as BITS  # numba is imported only to compute

    names = {
        int(bits): "+".join(name for bit, name in enumerate(BITS) if bits >> bit & 1) or None
        for bits in {*made.reasons.tolist()}
    }
    waited = pl.Series("waited", made.waited)
    return [
        pl.Series("state", tuple(STATES), pl.String).gather(made.state.astype(np.uint32)).alias("state"),
        pl.Series("direction", made.side, pl.Int8),
        pl.Series("reason", [names[bits] for bits in made.reasons.tolist()], pl.String),
        pl.select(pl.when(waited >= 0).then(waited == 1)).to_series().alias("waited"),
        pl.Series("ref_px", made.ref).fill_nan(None),
        pl.Series("entry_px", made.entry).fill_nan(None),
    ]


def _known(inventory: pl.DataFrame, book: pl.DataFrame) -> Ints:
    """Per minute, when all rows up to it were known: what the machine did before is in what it does now."""
    minutes, of_minute = (inventory[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    ends, of_second = (book[name].to_physical().to_numpy() for name in ("bar_end", "known_ts"))
    return np.maximum.accumulate(np.maximum(of_minute, latest_before(minutes + 1, ends, of_second, -1)))


def _bookless_s(inventory: pl.DataFrame, book: pl.DataFrame) -> Ints:
    """Per minute, how many seconds the longest stretch without an OK book lasted that reaches into it.

    A second without a row has no book; seconds before the first row of either are not counted.
    """
    minutes, ends = (rows["bar_end"].to_physical().to_numpy() for rows in (inventory, book))
    begin = min([minutes[0] - MINUTE, *(ends[:1] - SECOND)])
    seconds = np.concatenate(([begin], ends[(book["state"] == "OK").to_numpy()]))
    bookless = np.diff(seconds) // SECOND - 1  # before each OK second
    minute = np.searchsorted(minutes, seconds[1:])  # that it lies in
    longest = np.zeros(minutes.size, np.int64)
    inside = minute < minutes.size
    np.maximum.at(longest, minute[inside], bookless[inside])
    last = seconds[np.searchsorted(seconds, minutes, side="right") - 1]
    return np.maximum(longest, (minutes - last) // SECOND)


def _warmup(params: Params) -> timedelta:
    return timedelta(hours=params["warmup_h"])


_SHORT = {
    "warmup_h": 0.5,
    "pullback": 0.0004,
    "stop": 0.0006,
    "arm_h": 0.05,
    "hold_h": 0.05,
    "cooldown_h": 1 / 60,
    "lookback_min": 5,
}
"""For minutes of data: windows of minutes, and moves that minutes make."""

REVERSION_SIGNAL = Signal(
    name="reversion_signal",
    version=1,
    meaning="state of the inventory reversion rule on each side, every minute",
    inputs=(Input(MAKER_INVENTORY, "own", _warmup), Input(BOOK_STATE, "own", _warmup)),
    outputs=(REVERSION,),
    compute=reversion_signal,  # type: ignore[arg-type]  # its parameters are named, not **params
    params={
        "half_life_min": 30,
        "warmup_h": 48,
        "z_in": 2,
        "z_out": 0,
        "z_rearm": 1,
        "q_in": 0.975,
        "pullback": 0.01,
        "stop": 0.015,
        "arm_h": 6,
        "hold_h": 6,
        "cooldown_h": 1,
        "lookback_min": 60,
        "latency_ms": 50,
        "gap_s": 60,
    },
    presets={"sample": {"half_life_min": 1, **_SHORT}, "demo": {"half_life_min": 2, **_SHORT}},
    kinds=("perp", "future"),
)
