"""Contracts worth a fixed amount of quote currency, and the base quantity behind a number of them."""

from math import ceil, log10
from typing import TYPE_CHECKING, Final

from pipeline.market import Instrument, Market

if TYPE_CHECKING:  # the command line reads configuration without it
    import polars as pl

_VENUES: Final = frozenset({"binance-coinm"})
_FINEST: Final = 8
"""Decimals of a satoshi."""
_PARTS: Final = 5
"""A lot is at most 10^-5 of a contract."""
_TOLERATED: Final = 1e-3
"""Rounding by more than this share of a quantity would be another quantity."""
_SIZES: Final = {
    "book_updates": (("qty", "price"),),
    "trades": (("qty", "price"),),
    "book_ticker": (("bid_qty", "bid_px"), ("ask_qty", "ask_px")),
    "liquidations": (("qty", "price"),),
}
"""By table: columns that hold sizes, each with the price it is converted at."""


def is_inverse(market: Market) -> bool:
    """True if sizes are sent in contracts of a fixed quote amount."""
    return market.venue in _VENUES


def ruled_contract_size(market: Market) -> float:
    """Binance COIN-M contracts are of 100 USD for bitcoin and of 10 USD for every other coin."""
    if not is_inverse(market):
        return 1.0
    return 100.0 if market.symbol.startswith("BTC") else 10.0


def inverse_decimals(contract_size: float, highest_price: float) -> int:
    """Decimals of base units that tell contracts apart at any price up to the highest: 8, fewer for cheap coins.

    A lot is at most a hundred-thousandth of a contract, and not finer than needed for
    that: ticks x lots of cheap coins would soon be too large to be summed.
    """
    if highest_price <= 0:
        return _FINEST
    return min(max(ceil(_PARTS + log10(highest_price / contract_size)), 0), _FINEST)


def in_base_units(table: str, rows: "pl.DataFrame", instrument: Instrument) -> "pl.DataFrame":
    """Sizes of an inverse market in base units: contracts x contract_size / price, in whole lots.

    A quantity that no lot comes close to is left as it is and will be found off the
    grid: rounded to 0 it would remove a level that is there.
    """
    if not instrument.is_inverse:
        return rows
    import numpy as np
    import polars as pl

    lots = 10.0**instrument.qty_decimals
    converted = []
    for size, price in _SIZES.get(table, ()):
        exact = rows[size].to_numpy() * instrument.contract_size / rows[price].to_numpy()
        rounded = np.rint(exact * lots) / lots  # Polars divides by a constant as by its inverse: not the nearest double
        is_close = np.abs(rounded - exact) <= _TOLERATED * exact
        converted.append(pl.Series(size, np.where(is_close, rounded, exact), nan_to_null=True))
    return rows.with_columns(converted)
