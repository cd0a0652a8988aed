"""Times as venues write them, in microseconds since 1970: the unit is a file's, told by its first time."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import polars as pl

from pipeline.sources.batch import BadRecordError

Unit = Literal["s", "ms", "us", "ns", "text"]
EARLIEST: Final = 1_230_768_000_000_000  # 2009-01-01: before it nothing was traded
LATEST: Final = 4_102_444_800_000_000  # 2100-01-01

_DIGITS: Final[dict[int, Unit]] = {10: "s", 13: "ms", 16: "us", 19: "ns"}
_TEXT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z?$"
_FORMS: Final[dict[Unit, str]] = {
    "s": r"^[0-9]{10}(\.[0-9]{1,9})?$",
    "ms": r"^[0-9]{13}$",
    "us": r"^[0-9]{16}$",
    "ns": r"^[0-9]{19}$",
    "text": _TEXT,
}
WORDS: Final[dict[Unit, str]] = {
    "s": "seconds since 1970",
    "ms": "milliseconds since 1970",
    "us": "microseconds since 1970",
    "ns": "nanoseconds since 1970",
    "text": "YYYY-MM-DD HH:MM:SS in UTC",
}


def unit_of(text: str) -> Unit | None:
    """The unit of a time by its digits, None if it is none. Between 2009 and 2100 the digits leave no doubt."""
    if text[:4].isdigit() and text[4:5] == "-":
        return "text"
    whole = text.split(".", 1)[0]
    return _DIGITS.get(len(whole)) if whole.isascii() and whole.isdigit() else None


def microseconds(texts: pl.Series, unit: Unit) -> pl.Series:
    """The times as Int64; null where one is not in this unit, or not between 2009 and 2100. Finer ones are cut."""
    fine = texts.str.contains(_FORMS[unit])
    texts = texts.zip_with(fine.fill_null(False), pl.Series([None], dtype=pl.String))
    if unit == "text":
        plain = texts.str.replace("T", " ", literal=True).str.strip_chars_end("Z")
        whole = plain.str.slice(0, 19).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
        value = whole.to_physical() + _fraction(plain.str.slice(20))
    elif unit == "s":
        value = texts.str.slice(0, 10).cast(pl.Int64) * 1_000_000 + _fraction(texts.str.slice(11))
    else:
        count = texts.cast(pl.Int64)
        value = count * 1_000 if unit == "ms" else count if unit == "us" else count // 1_000
    inside = (value >= EARLIEST) & (value < LATEST)
    return value.zip_with(inside.fill_null(False), pl.Series([None], dtype=pl.Int64))


def _fraction(digits: pl.Series) -> pl.Series:
    """Digits after the point of seconds as microseconds; finer ones are cut."""
    return digits.str.slice(0, 6).str.pad_end(6, "0").cast(pl.Int64)


def time_us(ms: Any, what: str) -> int:
    """Milliseconds as microseconds; BadRecordError if it is no time at which anything was traded."""
    if type(ms) is not int or not EARLIEST <= 1_000 * ms < LATEST:
        raise BadRecordError(f"{what} has time {ms!r}, expected milliseconds since 1970 between 2009 and 2100")
    return ms * 1_000


def written_us(text: Any, what: str) -> int:
    """A time written out, as microseconds; finer digits are cut. BadRecordError as time_us."""
    if isinstance(text, str) and _WRITTEN.fullmatch(text):
        try:
            at = datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=UTC)
        except ValueError:  # a 31st of February
            at = _EPOCH
        us = (at - _EPOCH) // timedelta(microseconds=1)
        if EARLIEST <= us < LATEST:
            return us
    raise BadRecordError(f"{what} has time {text!r}, expected {WORDS['text']} between 2009 and 2100")


_WRITTEN: Final = re.compile(_TEXT)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
