"""Sizes sent in contracts, and the base quantity behind a number of them."""

from decimal import Decimal
from math import ceil, log10
from typing import TYPE_CHECKING, Final

from pipeline.market import Instrument

if TYPE_CHECKING:  # the command line reads configuration without it
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

_FINEST: Final = 8
"""Decimals of a satoshi."""
_PARTS: Final = 5
"""A lot is at most 10^-5 of an inverse contract."""
_TOLERATED: Final = 1e-3
"""Rounding by more than this share of a quantity would be another quantity."""
_SIZES: Final = {
    "book_updates": (("qty", "price"),),
    "trades": (("qty", "price"),),
    "book_ticker": (("bid_qty", "bid_px"), ("ask_qty", "ask_px")),
    "liquidations": (("qty", "price"),),
}
"""By table: columns that hold sizes in whole lots, each with the price it is converted at."""


def inverse_decimals(contract_size: float, highest_price: float) -> int:
    """Decimals of base units that tell contracts apart at any price up to the highest: 8, fewer for cheap coins.

    A lot is at most a hundred-thousandth of a contract, and not finer than needed for
    that: ticks x lots of cheap coins would soon be too large to be summed.
    """
    if highest_price <= 0:
        return _FINEST
    return min(max(ceil(_PARTS + log10(highest_price / contract_size)), 0), _FINEST)


def linear_decimals(contract_size: float, native_decimals: int) -> int:
    """Decimals of base units in which the smallest size sent, 10^-native_decimals contracts, is a whole number."""
    exponent = Decimal(repr(contract_size)).normalize().as_tuple().exponent
    return max(native_decimals - int(exponent), 0)


def in_base_units(
    table: str, rows: "pl.DataFrame", instrument: Instrument, is_base: "NDArray[np.bool_] | None" = None
) -> "pl.DataFrame":
    """Sizes in base units: contracts x contract_size, of inverse ones / price, in whole lots.

    `is_base` marks rows whose source hands out base units; they are rounded to lots only. A quantity that no lot
    comes close to is left as it is and will be found off the grid: rounded to 0 it would remove a level that is there.
    Open interest is no whole number of lots; of an inverse contract it is converted at the mark, else the index price
    of its row, and null where the row has neither. A linear market in base units comes back as it is.
    """
    if not instrument.is_inverse and instrument.contract_size == 1.0:
        return rows
    if table == "derivative_ticker":
        return _open_interest(rows, instrument, is_base)
    import numpy as np
    import polars as pl

    lots = 10.0**instrument.qty_decimals
    converted = []
    for size, price in _SIZES.get(table, ()):
        sent = rows[size].to_numpy()
        exact = sent * instrument.contract_size
        if instrument.is_inverse:
            exact = exact / rows[price].to_numpy()
        if is_base is not None:
            exact = np.where(is_base, sent, exact)
        rounded = np.rint(exact * lots) / lots  # Polars divides by a constant as by its inverse: not the nearest double
        is_close = np.abs(rounded - exact) <= _TOLERATED * exact
        converted.append(pl.Series(size, np.where(is_close, rounded, exact), nan_to_null=True))
    return rows.with_columns(converted)


def _open_interest(rows: "pl.DataFrame", instrument: Instrument, is_base: "NDArray[np.bool_] | None") -> "pl.DataFrame":
    import polars as pl

    sent = pl.col("open_interest_qty")
    exact = sent * instrument.contract_size
    if instrument.is_inverse:
        exact = exact / pl.coalesce("mark_price", "index_price")
    if is_base is not None:
        exact = pl.when(pl.Series(is_base)).then(sent).otherwise(exact)
    return rows.with_columns(open_interest_qty=exact)
