"""Lines of CSV as checked columns."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.reading.csv_text import Lines, is_header, plain_text


def lines(*text: str, names: tuple[str, ...] = ("a", "b")) -> Lines:
    return Lines.of([one.encode() for one in text], 7, names)


def test_a_line_with_other_fields_is_bad_and_keeps_its_number():
    made = lines("1,2", "1,2,3", "", "1,2\r", "1,\xff".encode("latin-1").decode("latin-1"))
    assert made.is_good.to_list() == [True, False, False, True, True]
    assert made.reason[1] == "expected 2 fields of plain text, found 3"
    assert made.numbers.to_list() == [7, 8, 9, 10, 11]
    assert made.text["b"].to_list()[3] == "2"


def test_bytes_that_are_no_text_are_bad():
    made = Lines.of([b"1,\xff"], 1, ("a", "b"))
    assert not made.is_good[0]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("1.5", "price", 1.5),
        ("0", "price", None),
        ("-1", "price", None),
        ("0", "level size", 0.0),
        ("-0.0001", "number", -0.0001),
        ("1.772e-05", "size", 1.772e-05),
        ("1e400", "number", None),
        ("inf", "number", None),
        ("nan", "number", None),
        ("1_000", "number", None),
        (" 1", "number", None),
        ("0x10", "number", None),
        ("12", "count", 12),
        ("12.0", "count", None),
        ("9" * 19, "count", None),
        ("", "number", None),
        ("10000000000.00000000", "size", 1e10),
        ("12345678901.12345678", "size", None),
        ("100.00000000000000000", "price", None),
        ("10570784000.0700000000000000", "free size", 10570784000.07),
        ("3867264567.7800000000000000", "free price", 3867264567.78),
        ("-0.00009234260068476106", "number", -0.00009234260068476106),
        ("-1", "free size", None),
        ("0", "free price", None),
    ],
)
def test_numbers_are_what_their_kind_allows(text, kind, value):
    made = lines(f"{text},x")
    assert made.number("a", kind).to_list() == [value]
    assert made.is_good[0] == (value is not None)


def test_blanks_may_be_null_where_that_is_said():
    made = lines(",x", "null,x", "1,x", "y,x", '"",x')
    assert made.number("a", may_be_blank=True).to_list() == [None, None, 1.0, None, None]
    assert made.is_good.to_list() == [True, True, True, False, True]


def test_the_first_fault_of_a_line_is_told():
    made = lines("x,y")
    made.number("a")
    made.number("b")
    assert made.reason.to_list() == ["a is 'x', expected a number"]


def test_words_stand_for_numbers():
    made = lines("true,1", "True,1", "yes,1")
    assert made.choice("a", {"true": -1, "True": -1, "false": 1}).to_list() == [-1, -1, None]
    assert made.reason[2] == "a is 'yes', expected true or True or false"


def test_rejected_lines_come_as_they_were():
    made = lines("1,2", "x,2")
    made.number("a")
    (bad,) = made.rejected("trades", pl.Series([5, None], dtype=pl.Int64))
    assert (bad.line, bad.event, bad.table, bad.raw, bad.lines) == (8, 0, "trades", b"x,2", 1)


def test_headers_are_told_by_their_first_field():
    assert is_header(b"agg_trade_id,price")
    assert is_header(b"\xef\xbb\xbfid,price")
    assert not is_header(b"123,4.5")
    assert not is_header(b"2024-06-03 00:00:00,-5")
    assert not is_header(b"-5,1")


@given(st.decimals(min_value=-(10**6), max_value=10**6, allow_nan=False, places=8))
def test_exponents_are_written_out(number: Decimal):
    text = f"{number:.6e}".replace("e", "E")
    (plain,) = plain_text(pl.Series([text]))
    assert Decimal(plain) == Decimal(text)
    assert "E" not in plain
