"""What is known of a market's grid and contract: stated, known before, ruled by the venue or read off the files."""

from collections.abc import Sequence
from fractions import Fraction
from math import gcd

from pipeline.contracts import inverse_decimals, is_inverse, ruled_contract_size
from pipeline.errors import FootprintError
from pipeline.market import DEFAULT_FUNDING_INTERVAL_H, VENUES, Instrument, Market, MarketSettings
from pipeline.staging import Staged

_MOST_TICKS = 10**12
_MOST_DECIMALS = 10
"""What an inferred grid may come to before one record in it must be wrong."""


def resolve_instrument(
    market: Market, settings: MarketSettings, known: Instrument | None, staged: Sequence[Staged]
) -> Instrument:
    """What is stated, else what is known already, else the venue's rule or what the files show.

    Raises FP005 if the tick was inferred and the new files hold prices off its grid, or no grid that could be one.
    """
    inferred = []
    tick = settings.tick or (known.tick_size if known and "tick_size" not in known.inferred else None)
    if tick is None:
        tick = _infer_tick(market, known, staged)
        inferred.append("tick_size")
    contract = settings.contract_size
    if contract is None and known and "contract_size" not in known.inferred:
        contract = known.contract_size
    if contract is None:
        contract = ruled_contract_size(market)
        inferred += ["contract_size"] if is_inverse(market) else []
    decimals = settings.qty_decimals
    if decimals is None and known and "qty_decimals" not in known.inferred:
        decimals = known.qty_decimals
    if decimals is None:
        decimals = _infer_decimals(market, contract, staged)
        decimals = max(decimals, known.qty_decimals if known else 0)
        inferred.append("qty_decimals")
    kind = settings.kind or (known.kind if known else VENUES[market.venue])
    interval = settings.funding_interval_h
    if interval is None and kind == "perp":
        interval = known.funding_interval_h if known else DEFAULT_FUNDING_INTERVAL_H.get(market.venue)
        inferred.append("funding_interval_h")
    return Instrument(kind, tick, decimals, contract, is_inverse(market), interval, tuple(inferred))


def _infer_decimals(market: Market, contract_size: float, staged: Sequence[Staged]) -> int:
    """The most seen; where sizes are contracts, as many as tell one contract from two."""
    if is_inverse(market):
        return inverse_decimals(contract_size, float(_highest(staged)))
    decimals = max(seen.qty_decimals for seen in staged)
    if decimals > _MOST_DECIMALS:
        raise FootprintError(
            "FP005",
            f"a quantity of {market} has {decimals} decimals, more than any market counts in",
            hint="state them, and what is finer goes to quarantine: footprint ingest ... --qty-decimals 3",
        )
    return decimals


def _highest(staged: Sequence[Staged]) -> Fraction:
    """The highest price seen."""
    return max((Fraction(one.price_largest, 10**one.price_decimals) for one in staged), default=Fraction(0))


def _infer_tick(market: Market, known: Instrument | None, staged: Sequence[Staged]) -> float:
    seen = [Fraction(one.price_divisor, 10**one.price_decimals) for one in staged if one.price_divisor]
    grid = _common(seen)
    highest = _highest(staged)
    if grid and highest >= _MOST_TICKS * grid:
        raise FootprintError(
            "FP005",
            f"the prices of {market} have no tick in common coarser than {float(grid):g}, with prices up to "
            f"{float(highest):g}; one of them must be wrong",
            hint="state the tick, and what is off it goes to quarantine: footprint ingest ... --tick 0.1",
        )
    if known is None or not known.tick_size:  # no prices so far
        return float(grid)
    before = Fraction(repr(known.tick_size))
    if seen and _common([before, grid]) != before:
        raise FootprintError(
            "FP005",
            f"the tick of {market} was inferred as {known.tick_size:g}, and the new files hold prices on a grid of "
            f"{float(_common([before, grid])):g}",
            hint=f"state it once: footprint ingest ... --tick {float(_common([before, grid])):g}",
        )
    return known.tick_size


def _common(steps: Sequence[Fraction]) -> Fraction:
    """Greatest common divisor of fractions."""
    result = Fraction(0)
    for step in steps:
        low = step.denominator * result.denominator
        result = Fraction(gcd(int(step * low), int(result * low)), low)
    return result
