"""Trials are held against each other if they were made on the same data: the digest says what is the same."""

import pytest

from pipeline.judge.forecast import read_source
from pipeline.judge.read_data import data_digest, parts_of
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.selection import Selection
from pipeline.timerange import TimeRange
from tests.pipeline.judge.forecast_lake import forecast_lake
from tests.pipeline.judge.reversion_lakes import reversion_lake

MARKET = Market("binance-usdm", "AUSDT")
TABLES = ("book_state", "taker_flow")


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """Two days."""
    return Lake(reversion_lake(tmp_path_factory.mktemp("lake"), symbols=("AUSDT",), days=2, edge_bps=0))


def digest(lake, since=None, until=None, tables=TABLES):
    return data_digest(lake, tables, [MARKET], Selection(time=TimeRange.of(since, until)))


def test_the_same_time_in_other_words_is_the_same_data(lake):
    assert digest(lake, "2024-03-05") == digest(lake, "2024-03-05T00:00Z") == digest(lake, "2024-03-05T01:00+01:00")


def test_other_times_and_other_tables_are_other_data(lake):
    found = {
        digest(lake),
        digest(lake, "2024-03-05"),
        digest(lake, until="2024-03-05"),
        digest(lake, tables=TABLES[:1]),
    }
    assert len(found) == 4


def test_days_outside_the_time_have_no_part_in_it(lake):
    selection = Selection(time=TimeRange.of("2024-03-05", "2024-03-05"))
    whole, day = (parts_of(lake, "book_state", MARKET, one) for one in (Selection(), selection))
    assert [str(file.day) for file in day] == ["2024-03-05"]
    assert len(whole) > len(day)


def test_a_forecast_asked_for_by_day_or_by_instant_is_of_the_same_data(tmp_path):
    root = forecast_lake(tmp_path, minutes=30, pull=0.0, seed=1).root
    day, instant = (
        read_source(root, venue=None, symbol=None, since=since, until=None)
        for since in ("2024-03-04", "2024-03-04T00:00Z")
    )
    assert day.data == instant.data
