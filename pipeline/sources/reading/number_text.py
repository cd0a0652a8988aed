"""Numbers as venues write them: text and value, and whether the text is a number that may stand there."""

from typing import Any

import polars as pl

from pipeline.sources.batch import LONGEST, PLAIN


def numbers(texts: list[Any], kind: str) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The texts, their values and whether each is a number its kind allows, written out as the venue does."""
    try:
        text = pl.Series(texts, dtype=pl.String)
    except TypeError:  # JSON of another type where text is expected: shown in the reason, and no number
        text = pl.Series([one if isinstance(one, str | None) else f"{one!r} (not text)" for one in texts])
    value = text.cast(pl.Float64, strict=False)
    allowed = text.str.contains(PLAIN) & (text.str.len_bytes() <= LONGEST)
    if kind in ("price", "size"):
        allowed &= value > 0
    elif kind == "level size":
        allowed &= value >= 0
    return text, value, allowed.fill_null(False)
