"""The stretch that each archive's file covers, and that every batch of a file says the same."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.sources import SOURCES
from pipeline.sources.hyperliquid.files import FileHours
from pipeline.sources.reading.file_days import file_days
from pipeline.sources.tardis.layout import span_of
from tests.pipeline.sources.case import Case
from tests.pipeline.sources.cases import CASES

_US = 1_000_000


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * _US


def test_the_days_of_names():
    assert file_days("X-trades-2024-06-03.zip", hours_ahead=8).span == (us("2024-06-02T16:00"), us("2024-06-03T16:00"))
    assert file_days("X-trades-2024-02.zip").span == (us("2024-02-01"), us("2024-03-01"))
    assert file_days("trades.csv").span is None


@pytest.mark.parametrize(
    ("place", "begin", "end"),
    [
        ("asset_ctxs/20250801.csv.lz4", "2025-08-01", "2025-08-02"),
        ("hourly/20250801/9.lz4", "2025-08-01T09:00", "2025-08-01T10:00"),
        ("hourly/20250801/23.lz4", "2025-08-01T23:00", "2025-08-02"),
        ("market_data/20250801/0/l2Book/BTC.lz4", "2025-08-01", "2025-08-01T01:00"),
        ("hourly/20250801/24.lz4", "2025-08-01", "2025-08-02"),  # no hour: some of the day
    ],
)
def test_the_hours_of_buckets(place, begin, end):
    assert FileHours.of(Path("/x") / place).span == (us(begin), us(end))
    assert FileHours.of(Path("/x/BTC.lz4")).span is None


@pytest.mark.parametrize("place", ["a/2024/06/03/BTCUSDT.csv.gz", "binance-futures_trades_2024-06-03_BTCUSDT.csv.gz"])
def test_the_days_of_the_vendor(place):
    assert span_of(Path("/x") / place) == (us("2024-06-03"), us("2024-06-04"))
    assert span_of(Path("/x/2024/06/BTCUSDT.csv.gz")) is None


_ARCHIVES = {"binance-vision", "binance-vision-trades", "bybit-archive", "okx-archive", "hyperliquid-archive", "tardis"}
_CASES = [case for case in CASES if case.source in _ARCHIVES]


@pytest.mark.parametrize("case", _CASES, ids=lambda case: f"{case.source}-{'-'.join(case.rows)}")
def test_every_batch_says_the_same_and_records_lie_there_or_a_minute_beside(case: Case, tmp_path: Path):
    for path in case.write(tmp_path):
        batches = list(SOURCES[case.source].read(path, case.market))
        (span,) = {batch.span for batch in batches}
        if span is None:
            assert not any(letter.isdigit() for letter in path.name)
            continue
        for frame in (frame for batch in batches for frame in batch.frames.values()):
            event = frame["event_ts"].to_physical()
            assert event.min() >= span[0] - 60 * _US
            assert event.max() < span[1] + 60 * _US
