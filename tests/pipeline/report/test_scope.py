"""Which market and which time a report is about."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.report.scope import Scope, _last_day, _weight, scope_of
from tests.pipeline.lakes import MARKET, SPOT

DAY = datetime(2024, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def scope(lake: Lake, **asked: str | None) -> Scope:
    return scope_of(lake.root, **({"venue": None, "symbol": None, "since": None, "until": None} | asked))  # type: ignore[arg-type]


def test_the_perpetual_is_chosen_though_its_spot_is_there(lake_demo: Lake):
    found = scope(lake_demo)
    assert found.market == MARKET
    assert found.is_perp
    assert found.span == timedelta(minutes=10)


def test_a_venue_chooses_its_market(lake_demo: Lake):
    assert scope(lake_demo, venue="binance-spot").market == SPOT


def test_minutes_are_taken_whole_though_they_cross_a_midnight(lake_midnight: Lake):
    found = scope(lake_midnight)
    assert (found.since.minute, found.since.second) == (59, 57)
    assert found.until - found.since == timedelta(seconds=7)


def test_the_time_asked_for_is_kept(lake_midnight: Lake):
    found = scope(lake_midnight, since="2024-03-05T23:59:58Z", until="2024-03-06T00:00:01Z")
    assert (found.since.second, found.until.second) == (58, 1)
    assert found.rows("book_state")["bar_end"].dt.second().to_list() == [59, 0, 1]


def test_what_is_not_asked_for_is_where_data_begin_or_end(lake_midnight: Lake):
    found = scope(lake_midnight, since="2024-03-06")
    assert found.since == datetime(2024, 3, 6, tzinfo=UTC)
    assert found.until.second == 4


def test_a_day_asked_for_is_cut_to_its_data(lake_midnight: Lake):
    """Else seconds of data would be called a day."""
    found = scope(lake_midnight, since="2024-03-06", until="2024-03-06")
    assert found.span == timedelta(seconds=4)


@pytest.mark.parametrize(
    ("asked", "code", "words"),
    [
        ({"venue": "binance-usdn"}, "FP009", "did you mean binance-usdm?"),
        ({"symbol": "BTCUSDD"}, "FP009", "BTCUSDT"),
        ({"since": "2024-04-01"}, "FP014", "has data from 2024-03-05 23:59:57 to 2024-03-06 00:00:04 UTC"),
        ({"until": "2024-03-01"}, "FP014", "none of the time asked for"),
        ({"since": "yesterday"}, "FP017", "'yesterday'"),
    ],
)
def test_a_wrong_request_is_answered_in_a_sentence(lake_midnight: Lake, asked: dict, code: str, words: str):
    with pytest.raises(FootprintError) as wrong:
        scope(lake_midnight, **asked)
    assert wrong.value.fault.code == code
    assert words in str(wrong.value)


def test_the_last_full_day_is_chosen_before_the_last_hours():
    days = [(DAY + timedelta(days=at), DAY + timedelta(days=at + 1, seconds=-1)) for at in range(2)]
    begun = [*days, (DAY + timedelta(days=2), DAY + timedelta(days=2, hours=5))]
    assert _last_day(begun, days[0][0], begun[-1][1]) == (DAY + timedelta(days=1), DAY + timedelta(days=2))


def test_without_a_full_day_it_is_the_last_24_hours():
    days = [(DAY + 6 * HOUR, DAY + 24 * HOUR), (DAY + 24 * HOUR, DAY + 40 * HOUR)]
    assert _last_day(days, DAY + 6 * HOUR, DAY + 40 * HOUR) == (DAY + 16 * HOUR, DAY + 40 * HOUR)
    assert _last_day(days[:1], DAY + 6 * HOUR, DAY + 8 * HOUR) == (DAY + 6 * HOUR, DAY + 8 * HOUR)


def test_a_linear_perpetual_comes_before_an_inverse_one_and_both_before_spot(tmp_path: Path):
    """Of an inverse contract no profit or loss is stated."""
    kinds = {"coin": ("perp", True), "linear": ("perp", False), "spot": ("spot", False)}
    weights = {
        name: _weight(Lake(tmp_path), Market("v", name), {"kind": kind, "is_inverse": is_inverse})
        for name, (kind, is_inverse) in kinds.items()
    }
    assert sorted(weights, key=weights.__getitem__) == ["spot", "coin", "linear"]
