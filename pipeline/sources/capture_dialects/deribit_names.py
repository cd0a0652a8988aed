"""Names of Deribit's instruments (docs.deribit.com, "Naming")."""

import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

_OPTION: Final = re.compile(r"([A-Z0-9_]+)-(\d{1,2})([A-Z]{3})(\d\d)-(\d+(?:[dD]\d+)?)-([CP])")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_EXPIRY_HOUR: Final = 8


class OptionName(NamedTuple):
    """BTC-28MAR25-90000-C: the chain (BTC, or AVAX_USDC where prices are in USDC), expiry in microseconds, strike as
    text, C or P, and the currency of its prices."""

    chain: str
    expiry: int
    strike: str
    kind: str
    px_ccy: str


def option_name(instrument: str) -> OptionName | None:
    """None if it is no option's. A strike below 1 is written with d for the point; expiry is at 08:00 UTC."""
    found = _OPTION.fullmatch(instrument)
    if found is None or found[3] not in _MONTHS:
        return None
    chain, day, month, year, strike, kind = found.groups()
    try:
        expiry = datetime(2000 + int(year), _MONTHS.index(month) + 1, int(day), _EXPIRY_HOUR, tzinfo=UTC)
    except ValueError:
        return None
    base, _, quoted = chain.partition("_")
    return OptionName(chain, int(expiry.timestamp()) * 1_000_000, strike.replace("d", ".").replace("D", "."), kind,
                      quoted or base)  # fmt: skip
