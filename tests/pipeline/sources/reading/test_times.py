"""Times of every unit as microseconds."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.reading.times import EARLIEST, LATEST, microseconds, unit_of

INSTANT = 1_784_937_600_068_300
"""2026-07-25 00:00:00.0683 UTC."""


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("1784937600.0683", "s"),
        ("1784937600", "s"),
        ("1784937600068", "ms"),
        ("1784937600068300", "us"),
        ("1784937600068300123", "ns"),
        ("2026-07-25 00:00:00", "text"),
        ("2026-07-25T00:00:00.0683Z", "text"),
        ("price", None),
        ("", None),
        ("178493760006", None),
        ("-784937600", None),
    ],
)
def test_digits_tell_the_unit(text, unit):
    assert unit_of(text) == unit


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1784937600.0683", "s", INSTANT),
        ("1784937600", "s", INSTANT - 68_300),
        ("1784937600.0683009", "s", INSTANT),
        ("1784937600068", "ms", INSTANT - 300),
        ("1784937600068300", "us", INSTANT),
        ("1784937600068300999", "ns", INSTANT),
        ("2026-07-25 00:00:00", "text", INSTANT - 68_300),
        ("2026-07-25T00:00:00.0683Z", "text", INSTANT),
        ("2026-07-25T00:00:00.068300123", "text", INSTANT),
        ("1784937600068", "us", None),
        ("1784937600.", "s", None),
        ("1784937600.1.2", "s", None),
        ("2026-02-30 00:00:00", "text", None),
        ("2026-07-25 24:00:00", "text", None),
        ("2026-07-25 00:00:00+02:00", "text", None),
        ("0000000000000", "ms", None),
        ("9999999999999", "ms", None),
        ("", "ms", None),
    ],
)
def test_a_time_in_the_files_unit_is_microseconds_and_any_other_is_none(text, unit, value):
    assert microseconds(pl.Series([text]), unit).to_list() == [value]


@given(st.integers(EARLIEST, LATEST - 1))
def test_seconds_with_decimals_are_exact(instant: int):
    """A double of seconds is not: 1784937600.0683 in nanoseconds ends in noise."""
    text = f"{instant // 1_000_000}.{instant % 1_000_000:06d}"
    assert microseconds(pl.Series([text]), "s").to_list() == [instant]
    moment = datetime.fromtimestamp(instant // 1_000_000, UTC)
    written = f"{moment:%Y-%m-%dT%H:%M:%S}.{instant % 1_000_000:06d}Z"
    assert microseconds(pl.Series([written]), "text").to_list() == [instant]
