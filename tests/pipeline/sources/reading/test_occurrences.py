"""Prints of equal content, counted the same wherever a file is cut into blocks."""

from itertools import pairwise

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.reading.occurrences import Occurrences


def digests(rows: list[tuple[int, float]], cuts: list[int]) -> list[int]:
    """Of rows of (event, price), handed over in blocks."""
    occurrences, found = Occurrences(), list[int]()
    edges = [0, *sorted(cuts), len(rows)]
    for begin, end in pairwise(edges):
        block = pl.DataFrame(rows[begin:end], schema={"event": pl.Int64, "price": pl.Float64}, orient="row")
        found += occurrences.digests(block.select("price"), block["event"]).to_list()
    return found


def test_equal_prints_are_told_apart_and_copies_are_not():
    rows = [(5, 1.0), (5, 1.0), (5, 2.0), (6, 1.0), (5, 1.0)]
    found = digests(rows, [])
    assert len(set(found)) == 5
    assert digests([*rows, (7, 1.0)], [])[:5] == found


ROWS = st.lists(st.tuples(st.integers(1, 4), st.sampled_from([1.0, 2.0])), max_size=20).map(sorted)


@given(ROWS, st.lists(st.integers(0, 20), max_size=4))
def test_blocks_make_no_difference(rows: list[tuple[int, float]], cuts: list[int]):
    assert digests(rows, [min(cut, len(rows)) for cut in cuts]) == digests(rows, [])


def test_only_a_minute_is_remembered():
    occurrences = Occurrences()
    for second in range(0, 600, 50):
        block = pl.DataFrame({"price": [1.0]}, schema={"price": pl.Float64})
        occurrences.digests(block, pl.Series([second * 1_000_000]))
    assert occurrences.seen.height == 2
