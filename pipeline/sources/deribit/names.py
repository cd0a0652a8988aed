"""Names of Deribit's options: BTC-28MAR25-90000-C, or AVAX_USDC-29MAY26-8D6-P where a decimal point is written d.

What stands before the first dash is the chain, and the market's symbol here. A chain named for a coin alone is priced
and settled in the coin; one of two currencies in the second. Options expire at 08:00 UTC. Source: docs.deribit.com,
"Naming".
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from signals.bars import microseconds

_NAME: Final = re.compile(
    r"(?P<chain>[A-Z0-9]{1,15}(_[A-Z0-9]{1,15})?)-(?P<day>[0-9]{1,2})(?P<month>[A-Z]{3})(?P<year>[0-9]{2})"
    r"-(?P<strike>[0-9]{1,12}([dD][0-9]{1,12})?)-(?P<kind>[CP])"
)
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), start=1
    )
}
_EXPIRY_HOUR: Final = 8


@dataclass(frozen=True, slots=True)
class OptionName:
    """What the name says: expiry in microseconds since 1970, the strike as its decimal text, C or P."""

    chain: str
    expiry: int
    strike: str
    kind: str
    px_ccy: str


def chain_of(name: str) -> str:
    """The chain an instrument of any kind would belong to."""
    return name.split("-", 1)[0]


@lru_cache(maxsize=1 << 14)  # a chain lists hundreds, and each is quoted again and again
def option_of(name: str) -> OptionName | None:
    """None if it is not the name of an option."""
    found = _NAME.fullmatch(name)
    if found is None or found["month"] not in _MONTHS:
        return None
    try:
        expiry = datetime(
            2000 + int(found["year"]), _MONTHS[found["month"]], int(found["day"]), _EXPIRY_HOUR, tzinfo=UTC
        )
    except ValueError:  # the 31st of a month that has none
        return None
    strike = found["strike"].replace("d", ".").replace("D", ".")
    chain = found["chain"]
    return OptionName(chain, microseconds(expiry), strike, found["kind"], chain.rsplit("_", 1)[-1])
