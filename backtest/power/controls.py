"""The rule beside what it must be told from: the same trades without the wait, the side, or the inventory."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.placebo.control_places import shuffled
from backtest.placebo.control_rows import Entries
from backtest.power.market import Market, Strategy
from backtest.power.plays import Plays, by_plain_exits, by_rule
from backtest.power.rarity import Rarity, rarity_of_flow, rarity_of_level
from signals.inventory_scores import DAY_MIN

Floats = NDArray[np.float64]

CONTROLS: Mapping[str, str] = {
    "rule": "the reversion rule on public data, its defaults",
    "own_entries": "its entries, by plain exits: what the next four are held against",
    "no_wait": "in when armed, not after the pullback",
    "other_side": "its entries, on the other side",
    "permuted": "its entries moved: the stretches between them, and the sides, in random order",
    "permuted_other": "the same, on the other side",
    "flipped": "the rule's own trades, sold where it buys",
    "permuted_days": "the rule, given the inventory of the market's days in random order: only the price is left",
    "leak": "the rule, given the makers' true inventory ahead of time, on the side of the flow that makes it",
}


@dataclass(frozen=True, slots=True)
class Draw:
    """`seed` of the permutations; `leak_min`: how far ahead the leak sees."""

    seed: int
    leak_min: int


def all_plays(market: Market, held: Floats, strategy: Strategy, draw: Draw) -> dict[str, Plays]:
    """Trades of each of CONTROLS. held: what makers truly hold (base), which only the leak is given."""
    rng = np.random.default_rng(draw.seed)
    seen = rarity_of_flow(market.received, market.ends, strategy)
    rule, armed = by_rule(market, seen, strategy)
    moved = shuffled(rule.entries, market.ends.size, rng)
    chosen = {
        "own_entries": rule.entries,
        "no_wait": armed,
        "other_side": _other_side(rule.entries),
        "permuted": moved,
        "permuted_other": _other_side(moved),
    }
    plain = {name: by_plain_exits(market, entries, strategy.exits) for name, entries in chosen.items()}
    days = Rarity(*_in_random_order(rng, seen.z, seen.q))
    ahead = _ahead(rarity_of_level(held, market.ends, strategy), draw.leak_min)
    whole = {
        "rule": rule,
        "flipped": _flipped(rule),
        "permuted_days": by_rule(market, days, strategy)[0],
        "leak": by_rule(market, ahead, strategy)[0],
    }
    made = plain | whole
    return {name: made[name] for name in CONTROLS}


def _other_side(entries: Entries) -> Entries:
    return Entries(entries.at, -entries.side)


def _flipped(plays: Plays) -> Plays:
    """The same times on the other side: what was the stop is the target."""
    return Plays(plays.entered, plays.left, -plays.side, plays.target, plays.stop, plays.n_open)


def _in_random_order(rng: np.random.Generator, *series: Floats) -> list[Floats]:
    """Whole days of all series in one random order; a day that is not whole stays where it is."""
    n_days = series[0].size // DAY_MIN
    order, whole = rng.permutation(n_days), n_days * DAY_MIN
    return [np.concatenate([x[:whole].reshape(n_days, DAY_MIN)[order].ravel(), x[whole:]]) for x in series]


def _ahead(rarity: Rarity, minutes: int) -> Rarity:
    """Known so many minutes too early, and with its sign turned: until makers are long, takers sell."""
    gone = np.full(minutes, np.nan)
    z, q = (np.concatenate([x[minutes:], gone]) for x in (rarity.z, rarity.q))
    return Rarity(-z, 1 - q)
