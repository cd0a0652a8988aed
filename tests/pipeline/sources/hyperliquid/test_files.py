"""What the path of a file of Hyperliquid's archives says of its time."""

from pathlib import Path

import pytest

from pipeline.sources.hyperliquid.files import FileHours

DAY = 1_754_006_400_000_000  # 2025-08-01
HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("path", "span"),
    [
        ("asset_ctxs/20250801.csv.lz4", (DAY, DAY + 24 * HOUR)),
        ("hourly/20250801/9.lz4", (DAY + 9 * HOUR, DAY + 10 * HOUR)),
        ("market_data/20250801/23/l2Book/BTC.lz4", (DAY + 23 * HOUR, DAY + 24 * HOUR)),
        ("hourly/20250801/24.lz4", (DAY, DAY + 24 * HOUR)),
        ("hourly/20250231/9.lz4", None),
        ("20250801/BTC.lz4", None),
        ("9.lz4", None),
    ],
)
def test_a_path_says_an_hour_a_day_or_nothing(path: str, span: tuple[int, int] | None):
    hours = FileHours.of(Path("/data") / path)
    assert hours.span == span
    assert hours.days.has(DAY + 12 * HOUR)
    assert hours.days.has(DAY - 24 * HOUR) == (span is None)
