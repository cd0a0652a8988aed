"""Snapshots that find the running book wrong: counted in book_checks, and a gap where they find much."""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from pipeline.book_mismatch import mismatches
from pipeline.lake import Lake
from signals.book_checks import BookCheck
from tests.pipeline.command import footprint
from tests.pipeline.lakes import rows
from tests.pipeline.sources.okx.payloads import SWAP, message, write_tar

NAME = f"{SWAP.symbol}-L2orderbook-400lv-2024-06-03.tar.gz"
QUARTER_H = 900_000


def quarter(number: int) -> int:
    """Milliseconds of a snapshot, as `message` counts them."""
    return number * QUARTER_H


def levels(first: float, step: float, **sizes: str) -> list[list[str]]:
    """Forty levels of size 1, some with other sizes ("p99.5")."""
    prices = [f"{first + step * number:.1f}" for number in range(40)]
    return [[price, sizes.get(f"p{price}", "1")] for price in prices if sizes.get(f"p{price}") != "0"]


def book(number: int, bids: dict[str, str] | None = None) -> str:
    return message(quarter(number), levels(100.0, -0.1, **(bids or {})), levels(100.1, 0.1), "snapshot")


CHANGES = [
    message(quarter(0) + 1_000, [["99.5", "7"], ["99.4", "0"]]),
    message(quarter(0) + 2_000, [["99.3", "2"]]),
    message(quarter(1) + 3_000, [["99.5", "8"]]),
]
"""Two before 00:15 and one after it."""
FIRST = {"p99.5": "7", "p99.4": "0", "p99.3": "2"}
SECOND = FIRST | {"p99.5": "8"}


def ingested(folder: Path, lines: list[str], name: str = NAME) -> Lake:
    file = write_tar(folder / name, lines)
    market = ("--venue", SWAP.venue, "--symbol", SWAP.symbol, "--contract-size", "1")
    result = footprint("ingest", "okx-archive", file, *market, "--lake", folder / "lake")
    assert result.code == 0, result.err
    return Lake(folder / "lake")


def counts(lake: Lake) -> list[tuple[int, int, int, int]]:
    return rows(lake, "book_checks").select("compared", "missing", "stale", "resized").rows()


def found_wrong(lake: Lake) -> list[tuple[datetime, datetime]]:
    gaps = rows(lake, "gaps").filter(reason="snapshot_mismatch", table_name="book_updates")
    return gaps.select("from_ts", "to_ts").rows()


def test_a_day_without_a_loss_has_no_level_wrong(tmp_path: Path):
    lake = ingested(tmp_path, [book(0), *CHANGES[:2], book(1, FIRST), CHANGES[2], book(2, SECOND)])
    assert counts(lake) == [(79, 0, 0, 0), (79, 0, 0, 0)]
    assert found_wrong(lake) == []


def test_a_message_that_was_lost_in_silence_is_found_by_the_next_snapshot(tmp_path: Path):
    """99.5 still has 1 and 99.4 still stands: 2 of 80 levels, more than 1 %. At 00:30 all is well again."""
    lake = ingested(tmp_path, [book(0), CHANGES[1], book(1, FIRST), CHANGES[2], book(2, SECOND)])
    assert counts(lake) == [(80, 0, 1, 1), (79, 0, 0, 0)]
    begin = datetime(2024, 6, 3, 0, 0, 2, tzinfo=UTC)
    assert found_wrong(lake) == [(begin, datetime(2024, 6, 3, 0, 15, tzinfo=UTC))]
    (row,) = rows(lake, "book_checks").head(1).rows(named=True)
    assert (row["since_ts"], row["before_ts"]) == (datetime(2024, 6, 3, tzinfo=UTC), begin)
    assert row["known_ts"] > row["event_ts"]


def test_the_snapshot_that_opens_a_day_is_held_against_the_day_before(tmp_path: Path):
    """The last change of 3 June is lost; 4 June opens with a snapshot that has it."""
    ingested(tmp_path, [book(0), *CHANGES[:2], book(1, FIRST), message(quarter(2), [["98.9", "3"]])])
    opening = message(quarter(96), levels(100.0, -0.1, **SECOND, **{"p98.9": "3"}), levels(100.1, 0.1), "snapshot")
    lake = ingested(tmp_path, [opening], NAME.replace("06-03", "06-04"))
    (row,) = rows(lake, "book_checks").filter(pl.col("event_ts").dt.day() == 4).rows(named=True)
    assert (row["compared"], row["resized"], row["since_ts"], row["before_ts"]) == (79, 1, None, None)
    (gap,) = found_wrong(lake)
    assert gap[0] == datetime(2024, 6, 4, tzinfo=UTC)


@pytest.mark.parametrize(("wrong", "is_gap"), [(0, False), (8, False), (9, True)])
def test_up_to_a_hundredth_of_the_levels_is_no_gap(wrong: int, is_gap: bool):
    check = BookCheck(3_000_000, 3_500_000, 1_000_000, 2_000_000, 800, 0, wrong, 0)
    assert mismatches([check], date(1970, 1, 1)).height == is_gap
