"""Digests of what records say."""

import polars as pl

from pipeline.sources.reading.content import content_digests


def digests(**columns: list) -> list[int]:
    return content_digests(pl.DataFrame(columns)).to_list()


def test_equal_rows_have_equal_digests_and_others_do_not():
    first, second, third, fourth = digests(
        time=[1, 1, 1, 2], price=[0.1, 0.1, 0.2, 0.1], side=["buy", "buy", "buy", "buy"], flag=[True, True, True, True]
    )
    assert first == second
    assert len({first, third, fourth}) == 3


def test_a_digest_is_the_same_for_ever():
    """It orders records of equal times: if it changed, tables would."""
    assert digests(time=[1_709_640_000_000_000], price=[100.1], id=["7"], none=[None]) == [4041960979431392794]


def test_null_is_not_zero_and_minus_zero_is():
    assert digests(a=[None, 0], b=[0, None])[0] != digests(a=[None, 0], b=[0, None])[1]
    assert digests(a=[-0.0]) == digests(a=[0.0])
    assert digests(a=[""]) != digests(a=pl.Series([None], dtype=pl.String))


def test_columns_are_not_interchangeable():
    assert digests(a=[1], b=[2]) != digests(a=[2], b=[1])
