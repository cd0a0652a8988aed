"""Controls of the reversion rule: its rows, changed so that what it claims cannot be what is paid.

Each gives rows of reversion_signal, and so the same table of trades. A rule that earns no more than they do has shown
nothing. All but `flipped` leave by the same plain exits, as `own_entries` does: hold them against that one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.placebo.control_places import (
    Pullback,
    after_pullback,
    all_pullbacks,
    hour_and_vol_labels,
    matched,
    return_labels,
    shuffled,
)
from backtest.placebo.control_rows import Entries, Exits, Minutes, with_entries
from backtest.trading.reversion_episodes import ENTRY_REASON
from signals.bars import SECOND

Ints = NDArray[np.int64]

CONTROLS: Mapping[str, str] = {
    "own_entries": "the rule's entries, by the plain exits: what the others are held against",
    "no_wait": "in when armed, not after the pullback",
    "flipped": "the other side at every entry, the rule's own times",
    "shifted": "entries moved in time, around the end",
    "random_times": "armed at random in the same hours of the day and volatility, then the same pullback",
    "past_return": "at random after like returns, whatever the inventory: is it plain reversal?",
    "shuffled": "stretches between entries, and sides, in random order",
    "carry": "the rule's entries on the side that funding paid last, whatever the inventory",
    "any_pullback": "in at every pullback on either side, whatever the inventory: is it plain reversal after a fall?",
}


@dataclass(frozen=True, slots=True)
class Design:
    """Choices of the controls: `funding_delay_s` after its settlement a rate is known."""

    exits: Exits
    pullback: Pullback
    shift_min: int
    return_window_min: int
    return_bins: int
    vol_window_min: int
    vol_bins: int
    funding_delay_s: float
    seed: int


def controls(rows: pl.DataFrame, settlements: pl.DataFrame, *, design: Design) -> dict[str, pl.DataFrame]:
    """Rows of every one of CONTROLS, from rows of reversion_signal of one market, in order.

    settlements: settle_ts, rate (null where not known), ascending. The same seed gives the same rows, and each control
    draws for itself.
    """
    minutes, exits = Minutes.of(rows), design.exits
    entered, armed = entries_of(rows), armings_of(rows)
    draws = {name: np.random.default_rng([design.seed, place]) for place, name in enumerate(CONTROLS)}
    by_vol = hour_and_vol_labels(minutes, window_min=design.vol_window_min, bins=design.vol_bins)
    by_return = return_labels(minutes, window_min=design.return_window_min, bins=design.return_bins)
    at_random = matched(armed, by_vol, draws["random_times"])
    chosen = {
        "own_entries": entered,
        "no_wait": armed,
        "shifted": Entries((entered.at + design.shift_min) % max(rows.height, 1), entered.side),
        "random_times": after_pullback(at_random, minutes, design.pullback),
        "past_return": matched(entered, by_return, draws["past_return"]),
        "shuffled": shuffled(entered, rows.height, draws["shuffled"]),
        "any_pullback": all_pullbacks(minutes, design.pullback),
        "carry": _carry(entered, rows, settlements, round(design.funding_delay_s * SECOND)),
    }
    made = {name: with_entries(rows, entries, exits) for name, entries in chosen.items()}
    return {name: made[name] if name in made else flipped(rows) for name in CONTROLS}


def flipped(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with every position on the other side, at the same times; inventory and prices stay what they were."""
    return rows.with_columns(
        pl.col("state").replace({"LONG": "SHORT", "SHORT": "LONG"}), direction=-pl.col("direction")
    )


def entries_of(rows: pl.DataFrame) -> Entries:
    """Where the rule decides to enter."""
    return _where(rows, ENTRY_REASON)


def armings_of(rows: pl.DataFrame) -> Entries:
    """Where the rule arms."""
    return _where(rows, "armed")


def _where(rows: pl.DataFrame, reason: str) -> Entries:
    tells = rows["reason"].str.split("+").list.contains(reason).fill_null(False) & (rows["direction"] != 0)
    at = tells.arg_true().cast(pl.Int64).to_numpy()
    return Entries(at, rows["direction"].cast(pl.Int64).to_numpy()[at])


def _carry(entered: Entries, rows: pl.DataFrame, settlements: pl.DataFrame, delay: int) -> Entries:
    """The entries on the side that the last settlement known paid; without one, or at a rate of 0, none."""
    settlements = settlements.drop_nulls("rate")
    known = settlements["settle_ts"].to_physical().to_numpy() + delay
    last = np.searchsorted(known, rows["known_ts"].to_physical().to_numpy()[entered.at], side="right")
    pays = -np.sign(np.concatenate(([0.0], settlements["rate"].to_numpy())))[last].astype(np.int64)
    return Entries(entered.at[pays != 0], pays[pays != 0])
