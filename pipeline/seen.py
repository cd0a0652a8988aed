"""What raw files show and say of their market's grid and contract."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from math import gcd
from typing import Final

from pipeline.sources.batch import ContractFacts

_SIZED: Final = frozenset({"book_updates", "trades", "book_ticker", "derivative_ticker", "liquidations"})
"""Tables of records with sizes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one raw file: `step` is the greatest common divisor of its prices (0 without prices), `highest` the highest;
    `qty_decimals` the most decimals of a size as sent; `is_native` whether some sizes are in the venue's own units,
    which may be contracts; `said` what it states itself."""

    step: Fraction = Fraction(0)
    highest: Fraction = Fraction(0)
    qty_decimals: int = 0
    is_native: bool = True
    said: tuple[ContractFacts, ...] = ()


def has_native_sizes(feeds: Collection[str], base_tables: Collection[str]) -> bool:
    """Whether a file of these feeds holds sizes that do not come in base units."""
    return bool(_SIZED & {*feeds} - {*base_tables})


def common_step(steps: Sequence[Fraction]) -> Fraction:
    """Greatest common divisor of fractions."""
    result = Fraction(0)
    for step in steps:
        low = step.denominator * result.denominator
        result = Fraction(gcd(int(step * low), int(result * low)), low)
    return result


def facts_text(said: Sequence[ContractFacts]) -> str:
    """As the manifest and the staged summary keep them."""
    return json.dumps([asdict(facts) for facts in said], sort_keys=True)


def facts_of(text: str | None) -> tuple[ContractFacts, ...]:
    """Back from `facts_text`."""
    return tuple(ContractFacts(**facts) for facts in json.loads(text or "[]"))
