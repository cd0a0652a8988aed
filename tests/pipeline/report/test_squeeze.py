"""Funding is a squeeze only if it is rare among 90 days of settlements, on the side that pays."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import polars as pl

from pipeline.report.squeeze import history_of, squeezes

START = datetime(2024, 1, 1, tzinfo=UTC)


def settled(aprs: list[float]) -> pl.DataFrame:
    """A settlement every eight hours."""
    times = [START + timedelta(hours=8 * at) for at in range(len(aprs))]
    return pl.DataFrame(
        {"settle_ts": times, "apr": aprs}, schema={"settle_ts": pl.Datetime("us", "UTC"), "apr": pl.Float64}
    )


def test_before_ninety_days_nothing_is_a_squeeze():
    found = squeezes(settled([0.1] * 269 + [9.0]))
    assert found["percentile"].is_nan().all()
    assert found["squeeze"].to_list() == [0] * 270


def test_the_side_that_pays_most_may_be_squeezed():
    """Of 271 settlements, the last included, 270 are lower: (270 + 0.5) / 271."""
    up = squeezes(settled([0.1] * 270 + [9.0])).row(-1, named=True)
    assert up["percentile"] == 270.5 / 271
    assert up["squeeze"] == -1
    down = squeezes(settled([0.1] * 270 + [-9.0])).row(-1, named=True)
    assert down["percentile"] == 0.5 / 271
    assert down["squeeze"] == 1


def test_rare_on_the_side_that_receives_is_none():
    """The lowest funding of 90 days is no squeeze of shorts while longs still pay."""
    assert squeezes(settled([0.1] * 270 + [0.05]))["squeeze"][-1] == 0
    assert squeezes(settled([-0.1] * 270 + [-0.05]))["squeeze"][-1] == 0


def test_equal_rates_count_half():
    """An atom at the usual rate stays in the middle, whatever its share."""
    found = squeezes(settled([0.1095] * 300))
    assert found["percentile"].drop_nans().unique().to_list() == [0.5]
    assert found["squeeze"].unique().to_list() == [0]


def test_only_the_last_ninety_days_count():
    """What was extreme more than 90 days before is forgotten."""
    found = squeezes(settled([9.0] * 10 + [0.1] * 290 + [1.0]))
    assert found["squeeze"][-1] == -1


def test_no_settlement_is_no_squeeze():
    assert squeezes(settled([])).height == 0


def funding(days: int) -> pl.DataFrame:
    """An estimate an hour before each settlement, every eight hours."""
    times = [START + timedelta(hours=8 * at) for at in range(3 * days)]
    rows = {
        "event_ts": [time - timedelta(hours=1) for time in times],
        "next_ts": times,
        "seq": range(len(times)),
        "kind": ["predicted"] * len(times),
        "rate": [0.0001] * len(times),
        "interval_h": [8.0] * len(times),
        "mark_price": [100.0] * len(times),
    }
    return pl.DataFrame(rows).with_columns(pl.col("event_ts", "next_ts").cast(pl.Datetime("us", "UTC")))


def test_history_is_counted_to_the_beginning_of_the_window():
    """Rates of eight hours as a fraction of a year: 0.0001 * 8760 / 8."""
    since = START + timedelta(days=95)
    scope = SimpleNamespace(since=since, until=since + timedelta(days=1), scan=lambda *_, **__: funding(100).lazy())
    found = history_of(scope)  # type: ignore[arg-type]
    assert found.days == 95
    assert found.settled["apr"].round(9).unique().to_list() == [0.1095]
    assert found.settled["settle_ts"][-1] <= scope.until
