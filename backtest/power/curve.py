"""The power curve: what the rule and its controls made at each pressure, over markets that are independent worlds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from backtest.inference.clustered_mean import clustered_mean
from backtest.inference.estimate import Estimate
from backtest.intervals import Z_95
from backtest.power.controls import CONTROLS
from backtest.power.tally import Tally

Tallies = Mapping[int, Mapping[str, Tally]]
"""By seed and control."""


@dataclass(frozen=True, slots=True)
class Row:
    """One control at one pressure (bps per standard deviation of makers' inventory), over all seeds.

    gross, net: bps per trade, errors clustered by seed. n_right: seeds whose mean gross is above 0. found: by length of
    a sample (days), in how many of how many samples the judge found the gross edge.
    """

    pressure_bps: float
    control: str
    n_seeds: int
    n_trades: int
    n_open: int
    gross: Estimate
    funding_bps: float
    net: Estimate
    n_right: int
    win_rate: float
    chance_wins: float
    found: Mapping[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Differences of mean gross within each seed, their means over seeds (bps).

    side: half of what permuted entries make on their side more than on the other; 0 if labels are chance. inventory:
    what the rule makes more than the same rule on days in random order; n_beyond: seeds in which that is found.
    """

    pressure_bps: float
    side: Estimate
    inventory: Estimate
    n_beyond: int


@dataclass(frozen=True, slots=True)
class Curve:
    """Rows by pressure in the order of CONTROLS, and the contrasts of each pressure."""

    rows: tuple[Row, ...]
    contrasts: tuple[Contrasts, ...]

    def row(self, pressure_bps: float, control: str) -> Row:
        return next(row for row in self.rows if (row.pressure_bps, row.control) == (pressure_bps, control))


def curve(tallies: Mapping[float, Tallies]) -> Curve:
    """Pool the tallies of each pressure."""
    return Curve(
        rows=tuple(
            _row(pressure, name, [of_seed[name] for of_seed in seeds.values()])
            for pressure, seeds in tallies.items()
            for name in CONTROLS
        ),
        contrasts=tuple(_contrasts(pressure, list(seeds.values())) for pressure, seeds in tallies.items()),
    )


def _row(pressure_bps: float, control: str, made: Sequence[Tally]) -> Row:
    counts = np.array([one.n for one in made], np.int64)
    n = int(counts.sum())
    gross, net = (np.array([getattr(one, f"{name}_bps") for one in made]) for name in ("gross", "net"))
    return Row(
        pressure_bps=pressure_bps,
        control=control,
        n_seeds=len(made),
        n_trades=n,
        n_open=sum(one.n_open for one in made),
        gross=clustered_mean(gross, counts),
        funding_bps=_over(sum(one.funding_bps for one in made), n),
        net=clustered_mean(net, counts),
        n_right=sum(one.gross_bps > 0 for one in made),
        win_rate=_over(sum(one.wins for one in made), n),
        chance_wins=_over(sum(one.chance_wins * one.n for one in made if one.n), n),
        found={
            days: (sum(one.found[days][0] for one in made), sum(one.found[days][1] for one in made))
            for days in made[0].found
        },
    )


def _contrasts(pressure_bps: float, made: Sequence[Mapping[str, Tally]]) -> Contrasts:
    sides = [(one["permuted"].mean_bps - one["permuted_other"].mean_bps) / 2 for one in made]
    more = [one["rule"].mean_bps - one["permuted_days"].mean_bps for one in made]
    errors = [sqrt(one["rule"].error_bps ** 2 + one["permuted_days"].error_bps ** 2) for one in made]
    return Contrasts(
        pressure_bps=pressure_bps,
        side=_mean(sides),
        inventory=_mean(more),
        n_beyond=sum(value > Z_95 * error for value, error in zip(more, errors, strict=True)),
    )


def _mean(values: Sequence[float]) -> Estimate:
    """Over seeds; those without trades say nothing."""
    known = np.array([value for value in values if not np.isnan(value)])
    return clustered_mean(known, np.ones(known.size, np.int64))


def _over(total: float, n: int) -> float:
    return total / n if n else float("nan")
