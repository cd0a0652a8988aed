"""Which times a file's name allows."""

from datetime import UTC, datetime

import pytest

from pipeline.sources.reading.file_days import SLACK_US, file_days


def us(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("name", "hours_ahead", "begin", "end"),
    [
        ("BTCUSDT2024-06-03.csv.gz", 0, us(2024, 6, 3), us(2024, 6, 4)),
        ("2024-02-29_1000PEPEUSDT_ob200.data.zip", 0, us(2024, 2, 29), us(2024, 3, 1)),
        ("BTC-26DEC252025-09-02.csv.gz", 0, us(2025, 9, 2), us(2025, 9, 3)),
        ("BTCUSDT-2024-12.csv.gz", 0, us(2024, 12, 1), us(2025, 1, 1)),
        ("BTC-USD-240628-trades-2024-06-03.zip", 8, us(2024, 6, 2, 16), us(2024, 6, 3, 16)),
        ("BTC-USDT-SWAP-fundingrates-2024-02.zip", 8, us(2024, 1, 31, 16), us(2024, 2, 29, 16)),
    ],
)
def test_the_date_in_a_name(name: str, hours_ahead: int, begin: int, end: int):
    days = file_days(name, hours_ahead=hours_ahead)
    assert (days.begin, days.end) == (begin - SLACK_US, end + SLACK_US)
    assert [days.has(time) for time in (begin - SLACK_US - 1, begin - SLACK_US, end + SLACK_US)] == [False, True, False]


@pytest.mark.parametrize("name", ["trades.csv.gz", "BTC-USD-240628.zip", "2023-02-30.csv", "x2024-13-01.csv"])
def test_a_name_without_a_date_allows_any_time(name: str):
    assert file_days(name).has(0)
    assert file_days(name).has(us(2099, 1, 1))
