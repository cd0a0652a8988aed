"""Plain values for JSON: what programs read of a judgement."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from typing import Any


def plain(value: Any) -> Any:
    """The same with what JSON has a word for: NaN and infinity become null, dates and times ISO text, names text."""
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    if hasattr(value, "item"):  # a number of NumPy
        value = value.item()
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value
