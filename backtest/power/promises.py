"""What was promised of the curve before it was drawn, and whether it came out so."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from backtest.power.curve import Curve

RIGHT_PERCENT: Final = 90
ERRORS: Final = 2.0
LEAST_SEEDS: Final = 10
"""With fewer an error is too uncertain itself."""

FOUND_BPS: Final = 100.0
"""The pressure at which the edge must be seen."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What was to hold, what was measured, and whether it holds; None: too few seeds to say."""

    said: str
    measured: str
    is_kept: bool | None


def promises(curve: Curve) -> Iterator[Promise]:
    """Those that these pressures can tell of."""
    is_enough = curve.rows[0].n_seeds >= LEAST_SEEDS
    pressures = [one.pressure_bps for one in curve.contrasts]
    if FOUND_BPS in pressures:
        row = curve.row(FOUND_BPS, "rule")
        least = -(-row.n_seeds * RIGHT_PERCENT // 100)
        yield Promise(
            f"at {FOUND_BPS:g} bps the mean gross is above 0 on at least {least} of {row.n_seeds} seeds",
            f"on {row.n_right}",
            row.n_right >= least if is_enough else None,
        )
    if 0.0 in pressures:
        row = curve.row(0.0, "rule")
        without_costs = row.net.value + _costs(curve)
        yield Promise(
            "at 0 bps the mean net is minus the costs, within 2 standard errors",
            f"{without_costs:+.2f} bps off, {abs(without_costs) / row.net.error:.1f} standard errors",
            abs(without_costs) <= ERRORS * row.net.error if is_enough else None,
        )
    for one in curve.contrasts:
        yield Promise(
            f"at {one.pressure_bps:g} bps permuted labels make no more on their side than on the other, within 2 "
            "standard errors",
            f"{one.side.value:+.2f} bps, {abs(one.side.t):.1f} standard errors",
            abs(one.side.value) <= ERRORS * one.side.error if is_enough else None,
        )


def _costs(curve: Curve) -> float:
    """Costs of a round trip, as the rows have them."""
    row = curve.rows[0]
    return row.gross.value + row.funding_bps - row.net.value
