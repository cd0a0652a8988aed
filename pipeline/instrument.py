"""What is known of a market's grid and contract: stated, said by its files, known before, ruled by the venue or read
off the files."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from pipeline.contract_rules import counts_contracts, is_inverse, ruled_contract_size, ruled_kind
from pipeline.contracts import inverse_decimals, linear_decimals
from pipeline.errors import FootprintError
from pipeline.market import DEFAULT_FUNDING_INTERVAL_H, Instrument, Market, MarketSettings
from pipeline.seen import Seen, common_step

_MOST_TICKS = 10**12
_MOST_DECIMALS = 10
"""What an inferred grid may come to before one record in it must be wrong."""
_SETTING: Final = {"tick": "tick_size"}
"""What a setting or statement is called in an instrument, where the names differ."""


def resolve_instrument(
    market: Market, settings: MarketSettings, known: Instrument | None, seen: Sequence[Seen]
) -> Instrument:
    """What is stated, else what the files say, else what is known already, else the venue's rule or what files show.

    Raises FP005 if the tick was inferred and the files hold prices off its grid, or no grid that could be one; if
    files contradict each other or what is known of the contract; if sizes are contracts of a size that is not known.
    """
    inferred = []
    tick = _stated("tick", market, settings, known, seen)
    if tick is None:
        tick = _infer_tick(market, known, seen)
        inferred.append("tick_size")
    inverse = _said("is_inverse", market, seen)
    if inverse is None:
        inverse = known.is_inverse if known else is_inverse(market)
    contract = _stated("contract_size", market, settings, known, seen)
    if contract is None:
        contract = _ruled_size(market, seen)
        inferred += ["contract_size"] if counts_contracts(market) else []
    decimals = settings.qty_decimals
    if decimals is None and known and "qty_decimals" not in known.inferred:
        decimals = known.qty_decimals
    if decimals is None:
        decimals = _infer_decimals(market, contract, seen, is_inverse=inverse)
        decimals = max(decimals, known.qty_decimals if known else 0)
        inferred.append("qty_decimals")
    kind = settings.kind or (known.kind if known else ruled_kind(market))
    interval = settings.funding_interval_h or _unanimous("funding_interval_h", seen)
    if interval is None and known and "funding_interval_h" not in known.inferred:
        interval = known.funding_interval_h
    if interval is None and kind == "perp":
        interval = (known and known.funding_interval_h) or DEFAULT_FUNDING_INTERVAL_H.get(market.venue)
        inferred.append("funding_interval_h")
    lot = settings.lot_size or _lot_said(contract, seen, is_inverse=inverse) or _lot_known(known)
    return Instrument(kind, tick, decimals, contract, inverse, interval, tuple(inferred), lot or lot_of(decimals))


def _stated(
    name: str, market: Market, settings: MarketSettings, known: Instrument | None, seen: Sequence[Seen]
) -> float | None:
    """By the user, else by the files, else known as stated before. Raises FP005 if files now say otherwise.

    A tick stated before may be finer than the files', whose prices then lie on it too: orders from before a tick was
    made coarser rest where they are.
    """
    field = _SETTING.get(name, name)
    before = getattr(known, field) if known and field not in known.inferred else None
    if (chosen := getattr(settings, name)) is not None:
        return float(chosen)
    said = _said(name, market, seen)
    if name == "tick" and before and said and not Fraction(repr(said)) % Fraction(repr(before)):
        return before
    if said is not None and before is not None and said != before:
        raise FootprintError(
            "FP005",
            f"the {name} of {market} was {before:g}, and the files say {said:g}",
            hint=f"if it changed, say from which day: [[market]] ... valid_from = 2024-03-01, {name} = {said:g}; "
            f"else state the one that holds: {name} = {before:g}",
        )
    return before if said is None else float(said)


def _said(name: str, market: Market, seen: Sequence[Seen]) -> Any:
    """What the files say, None if nothing. Raises FP005 if they say different things."""
    values = _values(name, seen)
    if len(values) > 1:
        raise FootprintError(
            "FP005",
            f"the files of {market} say that {name} is {' and '.join(map(str, values))}",
            hint="state the one that holds in [[market]] of footprint.toml, and with valid_from when it changed",
        )
    return values[0] if values else None


def _unanimous(name: str, seen: Sequence[Seen]) -> Any:
    """What the files say of something that may change and nothing hangs on; None if they say different things."""
    values = _values(name, seen)
    return values[0] if len(values) == 1 else None


def _values(name: str, seen: Sequence[Seen]) -> list[Any]:
    return sorted({value for one in seen for facts in one.said if (value := getattr(facts, name)) is not None})


def _ruled_size(market: Market, seen: Sequence[Seen]) -> float:
    """The venue's rule. Raises FP005 if there is none and sizes are contracts."""
    ruled = ruled_contract_size(market)
    if ruled is None and any(one.is_native for one in seen):
        raise FootprintError(
            "FP005",
            f"sizes on {market.venue} are counted in contracts, and what one of {market.symbol} is worth is not known",
            hint=f"state it: footprint ingest ... --contract-size 10, or in footprint.toml [[market]] venue = "
            f"{market.venue!r}, symbol = {market.symbol!r}, contract_size = 10 (base units; quote units if inverse)",
        )
    return 1.0 if ruled is None else ruled


def _infer_decimals(market: Market, contract_size: float, seen: Sequence[Seen], *, is_inverse: bool) -> int:
    """The most seen; where sizes are contracts, as many as tell one contract, or the least part sent, from two."""
    if is_inverse:
        highest = float(_highest(seen))
        return (
            inverse_decimals(contract_size, highest) if highest else 0
        )  # without a price no size to be counted either
    decimals = max(
        (linear_decimals(contract_size, one.qty_decimals) if one.is_native else one.qty_decimals for one in seen),
        default=0,
    )
    if decimals > _MOST_DECIMALS:
        raise FootprintError(
            "FP005",
            f"a quantity of {market} has {decimals} decimals, more than any market counts in",
            hint="state them, and what is finer goes to quarantine: footprint ingest ... --qty-decimals 3",
        )
    return decimals


def lot_of(decimals: int) -> float:
    """The smallest step of a size with so many decimals."""
    return float(Decimal(1).scaleb(-decimals))


def _lot_said(contract_size: float, seen: Sequence[Seen], *, is_inverse: bool) -> float | None:
    """In base units; an inverse contract is no fixed number of them."""
    lot = _unanimous("lot", seen)
    if lot is None or is_inverse:
        return None
    return float(Decimal(repr(lot)) * Decimal(repr(contract_size)))


def _lot_known(known: Instrument | None) -> float | None:
    """If it was stated before; else it follows from the decimals."""
    return known.lot_size if known and known.lot_size and known.lot_size != lot_of(known.qty_decimals) else None


def _highest(seen: Sequence[Seen]) -> Fraction:
    """The highest price seen."""
    return max((one.highest for one in seen), default=Fraction(0))


def _infer_tick(market: Market, known: Instrument | None, seen: Sequence[Seen]) -> float:
    grid = common_step([one.step for one in seen])
    highest = _highest(seen)
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
    if grid and common_step([before, grid]) != before:
        finer = float(common_step([before, grid]))
        raise FootprintError(
            "FP005",
            f"the tick of {market} was inferred as {known.tick_size:g}, and the new files hold prices on a grid of "
            f"{finer:g}",
            hint=f"state it once: footprint ingest ... --tick {finer:g}",
        )
    return known.tick_size
