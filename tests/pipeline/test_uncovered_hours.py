"""Hours of a day that no file of a feed covers are not recorded, not quiet, where all its files say what they cover."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.market import Market, MarketSettings
from pipeline.plan import Wanted, make_plan
from pipeline.progress import LineProgress
from pipeline.registry import forget
from pipeline.run import run_plan
from pipeline.sources import SOURCES
from tests.pipeline.lakes import digests, rows
from tests.pipeline.sources import payloads_bybit_archive as bybit
from tests.pipeline.sources import payloads_hyperliquid as hyperliquid
from tests.pipeline.sources.payloads_okx_archive import SWAP, TRADES, message, snapshot, trade, write_tar, write_zip

HOUR_MS = 3_600_000
DAY = datetime(2024, 6, 3, tzinfo=UTC)
TABLES = ("trades", "book_updates", "gaps", "taker_flow", "book_state")


def hours(count: float, day: datetime = DAY) -> datetime:
    return day + timedelta(hours=count)


def add(lake: Lake, source: str, market: Market, files: Sequence[Path]) -> None:
    """Register the files; a silence is one of more than an hour, for they have few lines."""
    ingest(lake, SOURCES[source], files, market, wanted(market), workers=1)


def wanted(market: Market) -> Wanted:
    return Wanted({market: MarketSettings(tick=0.1, qty_decimals=2, contract_size=1.0, silence_s=4_000)})


def bring_up(lake: Lake, market: Market) -> list[str]:
    """Up to the flow of each second; why steps were stale."""
    plan = make_plan(lake, wanted(market), signals=True)
    steps = tuple(step for step in plan.steps if step.name in {"normalise", "close", "book_pass"})
    report = run_plan(lake, replace(plan, steps=steps), workers=1, progress=LineProgress(io.StringIO()))
    assert {outcome.state for outcome in report.outcomes} <= {"ok"}, report.outcomes
    return [step.why for step in steps if step.name == "close"]


def not_recorded(lake: Lake, table: str) -> list[tuple[datetime, datetime]]:
    gaps = rows(lake, "gaps").filter(table_name=table, reason="not_recorded")
    return gaps.sort("from_ts").select("from_ts", "to_ts").rows()


def flow(lake: Lake, begin: datetime, end: datetime) -> pl.DataFrame:
    """Seconds that end after `begin` and no later than `end`."""
    return rows(lake, "taker_flow").filter(pl.col("bar_end") > begin, pl.col("bar_end") <= end)


def okx_book(folder: Path) -> Path:
    """A book of the whole UTC day."""
    lines = [snapshot(0), *(message(ms) for ms in range(HOUR_MS // 2, 24 * HOUR_MS, HOUR_MS // 2))]
    return write_tar(folder / f"{SWAP.symbol}-L2orderbook-400lv-2024-06-03.tar.gz", lines)


def okx_trades(folder: Path, day: int) -> Path:
    """Prints of the day of UTC+8 every half hour, the first 15 seconds before it begins."""
    begin = (day - 3) * 24 * HOUR_MS
    times = [begin - 15_000, *(begin + n * HOUR_MS // 2 for n in range(1, 48))]
    lines = [trade(day * 100 + n, ms) for n, ms in enumerate(times)]
    return write_zip(folder / f"{SWAP.symbol}-trades-2024-06-{day:02d}.zip", TRADES, lines)


@pytest.fixture(scope="module")
def half(tmp_path_factory) -> tuple[Lake, Path]:
    """A book of 3 June UTC, and the trades up to 16:00."""
    folder = tmp_path_factory.mktemp("okx")
    lake = Lake(folder / "lake")
    add(lake, "okx-archive", SWAP, [okx_book(folder), okx_trades(folder, 3)])
    bring_up(lake, SWAP)
    return lake, folder


def test_trades_of_one_file_of_utc_plus_8_end_at_16_00(half):
    lake, _ = half
    assert not_recorded(lake, "trades") == [(hours(16), hours(24))]
    assert not_recorded(lake, "book_updates") == [(hours(-8) - timedelta(seconds=15), hours(0))]
    before, after = flow(lake, hours(15.5), hours(16)), flow(lake, hours(16), hours(24))
    assert (before.height, before["buy_qty"].null_count()) == (1_800, 0)
    assert (after.height, after["buy_qty"].null_count()) == (8 * 3_600, 8 * 3_600)
    assert after["coverage"].unique().to_list() == [0.0]


def test_the_flow_is_there_with_the_second_file_and_gone_without_it(half, tmp_path):
    lake, folder = half
    first = digests(lake, TABLES)
    second = okx_trades(folder, 4)
    add(lake, "okx-archive", SWAP, [second])
    why = bring_up(lake, SWAP)
    assert any("coverage of trades changed" in reason for reason in why), why
    assert not_recorded(lake, "trades") == []
    after = flow(lake, hours(16), hours(24))
    assert (after.height, after["buy_qty"].null_count()) == (8 * 3_600, 0)
    assert after["buy_qty"].sum() == pytest.approx(3.0 * 15)
    both = Lake(tmp_path / "lake")
    add(both, "okx-archive", SWAP, [second, folder / f"{SWAP.symbol}-trades-2024-06-03.zip"])
    add(both, "okx-archive", SWAP, [next(folder.glob("*.tar.gz"))])
    bring_up(both, SWAP)
    assert digests(both, TABLES) == digests(lake, TABLES)
    forget(lake, str(second))
    bring_up(lake, SWAP)
    assert digests(lake, TABLES) == first


def test_an_hour_that_is_missing_beside_a_full_book(tmp_path):
    """Fills of 9:00 and 11:00, books of three hours: 10:00 is known to be missing when it is over."""
    day = datetime(2025, 8, 1, tzinfo=UTC)
    fills, books = [], []
    for hour in (9, 10, 11):
        at = hyperliquid.NINE + (hour - 9) * HOUR_MS
        lines = [hyperliquid.book_line(at + n * HOUR_MS // 4) for n in range(4)]
        place = hyperliquid.BUCKET / f"market_data/20250801/{hour}/l2Book/BTC.lz4"
        books.append(hyperliquid.write_lines(tmp_path / place, lines))
        lines = [hyperliquid.block(hour, *hyperliquid.pair(hour, at=at + 5_000), at=at + 5_000)]
        place = hyperliquid.NODE / f"node_fills_by_block/hourly/20250801/{hour}.lz4"
        fills.append(hyperliquid.write_lines(tmp_path / place, lines))
    lake = Lake(tmp_path / "lake")
    add(lake, "hyperliquid-archive", hyperliquid.BTC, [*books, fills[0], fills[2]])
    bring_up(lake, hyperliquid.BTC)
    gap = rows(lake, "gaps").filter(table_name="trades", reason="not_recorded").row(0, named=True)
    assert (gap["from_ts"], gap["to_ts"], gap["known_ts"]) == tuple(hours(count, day) for count in (10, 11, 11))
    assert flow(lake, hours(10, day), hours(11, day))["buy_qty"].null_count() == 3_600
    assert flow(lake, hours(11, day), hours(11.5, day))["buy_qty"].null_count() == 0
    assert not_recorded(lake, "book_updates") == []
    add(lake, "hyperliquid-archive", hyperliquid.BTC, [fills[1]])
    bring_up(lake, hyperliquid.BTC)
    assert not_recorded(lake, "trades") == []


def test_the_snapshot_after_midnight_is_no_book_of_the_next_day(tmp_path):
    """Bybit's file of a day closes with a snapshot of the next, of which there are trades alone."""
    lines = [bybit.snapshot(1, 129), *(bybit.delta(n + 1, n * HOUR_MS) for n in range(1, 24))]
    lines.append(bybit.snapshot(25, 24 * HOUR_MS + 129))
    book = bybit.write_book(tmp_path / "2024-06-03_TESTUSDT_ob200.data.zip", lines)
    tapes = []
    for day in (0, 1):
        prints = [bybit.contract(day * 100 + n, f"{bybit.DAY + day * 86_400 + n * 3_600}") for n in range(24)]
        path = tmp_path / f"TESTUSDT2024-06-0{3 + day}.csv.gz"
        tapes.append(bybit.write_csv(path, bybit.CONTRACTS, prints))
    lake = Lake(tmp_path / "lake")
    add(lake, "bybit-archive", bybit.LINEAR, [book, *tapes])
    bring_up(lake, bybit.LINEAR)
    ((begin, end),) = not_recorded(lake, "book_updates")
    assert hours(24) < begin < hours(24) + timedelta(seconds=1)
    assert end == hours(48)
    assert not_recorded(lake, "trades") == []


def test_one_file_that_does_not_say_what_it_covers_leaves_it_open(tmp_path):
    """The name of the second file of trades says no day."""
    lake = Lake(tmp_path / "lake")
    early = okx_trades(tmp_path, 3)
    unnamed = write_zip(tmp_path / f"{SWAP.symbol}-trades.zip", TRADES, [trade(900, 20 * HOUR_MS)])
    add(lake, "okx-archive", SWAP, [okx_book(tmp_path), early, unnamed])
    bring_up(lake, SWAP)
    assert not_recorded(lake, "trades") == []
