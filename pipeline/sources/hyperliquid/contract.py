"""What Hyperliquid's lists of contracts say of one: replies `meta` and `metaAndAssetCtxs`.

Source: Hyperliquid documentation, "Tick and lot size". A size has `szDecimals` decimals at most. A price has five
significant figures and 6 - szDecimals decimals at most, and may always be a whole number. So the step of a price grows
with it; what stays is the finest, 10^(szDecimals - 6), and every price at every level lies on that.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import orjson

from pipeline.sources.batch import BadRecordError, ContractFacts, brief

LISTS: Final = frozenset({"meta", "metaAndAssetCtxs"})
_MOST_DECIMALS: Final = 6
"""Of a perpetual's price."""


def listed(body: str, reply: Any, coin: str) -> ContractFacts | None:
    """The facts of a coin in a reply to the request `body`; None if it is no list, or says nothing of the coin.

    BadRecordError if the coin's decimals are no whole number from 0 to 6.
    """
    asked = _asked(body)
    if asked.get("type") not in LISTS:
        return None
    universe = (reply[0] if asked["type"] == "metaAndAssetCtxs" else reply)["universe"]
    row = next((row for row in universe if row.get("name") == coin), None)
    decimals = row.get("szDecimals") if row else None
    if decimals is None:
        return None
    if type(decimals) is not int or not 0 <= decimals <= _MOST_DECIMALS:
        raise BadRecordError(
            f"szDecimals of {coin} is {brief(repr(decimals), 40)}, expected a whole number from 0 to 6"
        )
    tick, lot = (float(Decimal(1).scaleb(exponent)) for exponent in (decimals - _MOST_DECIMALS, -decimals))
    return ContractFacts(tick=tick, lot=lot, contract_size=1.0, is_inverse=False, base=coin)


def _asked(body: str) -> Mapping[str, Any]:
    try:
        asked = orjson.loads(body or "{}")
    except orjson.JSONDecodeError as broken:
        raise BadRecordError(f"request is not JSON ({broken}): {brief(body, 80)!r}") from broken
    return asked if isinstance(asked, dict) else {}
