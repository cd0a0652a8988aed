"""Numbers as venues write them: text and value, and whether the text is a number that may stand there.

Prices and sizes of book and tape lie on a grid, and their digits are held exactly. Rates, states, sums and volatilities
lie on none: they are quotients and totals, written with more digits than a double tells apart, and are rounded to it.
"""

from typing import Any, Final

import polars as pl

from pipeline.sources.batch import LONGEST, PLAIN

LONG: Final = r"^-?[0-9]{1,18}(\.[0-9]{1,30})?$"
"""A number that lies on no grid."""
ABOVE_ZERO: Final = frozenset({"price", "size", "free price"})
FROM_ZERO: Final = frozenset({"level size", "free size"})
_ON_GRID: Final = frozenset({"price", "size", "level size"})


def is_written_well(text: pl.Series, kind: str) -> pl.Series:
    """Whether the texts are numbers in the digits that their kind allows, whatever their value; null for null."""
    if kind not in _ON_GRID:
        return text.str.contains(LONG)
    is_short = text.str.len_bytes() <= LONGEST
    if not is_short.all():  # zeros that pad a number say nothing
        is_short |= text.str.strip_chars_end("0").str.len_bytes() <= LONGEST
    return text.str.contains(PLAIN) & is_short


def numbers(texts: list[Any], kind: str) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The texts, their values and whether each is a number its kind allows, written out as the venue does.

    kind: price and size are > 0, level size >= 0, of book and tape; free price, free size (>= 0), number and rate are
    of no grid.
    """
    try:
        text = pl.Series(texts, dtype=pl.String)
    except TypeError:  # JSON of another type where text is expected: shown in the reason, and no number
        text = pl.Series([one if isinstance(one, str | None) else f"{one!r} (not text)" for one in texts])
    value = text.cast(pl.Float64, strict=False)
    allowed = is_written_well(text, kind)
    if kind in ABOVE_ZERO:
        allowed &= value > 0
    elif kind in FROM_ZERO:
        allowed &= value >= 0
    return text, value, allowed.fill_null(False)
