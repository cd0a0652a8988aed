"""Files of all coins in which one did not trade: nothing happened, which is another thing than nothing recorded."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.sources import SOURCES
from tests.pipeline.lakes import digests, rows
from tests.pipeline.sources.hyperliquid.payloads import BLOCKS, BTC, FILLS, NINE, NODE, TRADES, block, node_trade, pair
from tests.pipeline.sources.hyperliquid.payloads import write_lines as write
from tests.pipeline.sources.load import load

HOUR_MS = 3_600_000


def _hour(folder: Path, hour: int, *coins: str) -> Path:
    at = NINE + (hour - 9) * HOUR_MS
    lines = [half for number, coin in enumerate(coins) for half in pair(hour * 10 + number, at=at, coin=coin)]
    return write(folder / NODE / f"node_fills/hourly/20250801/{hour}.lz4", lines)


def _not_recorded(lake: Lake) -> list[tuple[float, ...]]:
    """Hours of 1 August, between the first and the last print, of which no prints were recorded."""
    gaps = rows(lake, "gaps").filter(table_name="trades", reason="not_recorded").sort("from_ts")
    begin = datetime(2025, 8, 1, tzinfo=UTC)
    stretches = gaps.select("from_ts", "to_ts").rows()
    return [tuple((moment - begin).total_seconds() / 3_600 for moment in stretch) for stretch in stretches]


@pytest.mark.parametrize(
    ("source", "name", "lines", "quiet"),
    [
        ("hyperliquid-archive", FILLS, pair(1, coin="ETH"), ("trades", "liquidations", "fills")),
        ("hyperliquid-archive", BLOCKS, [block(1, *pair(1, coin="ETH"))], ("trades", "liquidations", "fills")),
        ("hyperliquid-node-trades", TRADES, [node_trade("B", coin="ETH")], ("trades",)),
    ],
)
def test_an_hour_without_the_coin_says_so_and_holds_nothing(source, name, lines, quiet, tmp_path: Path):
    *before, last = SOURCES[source].read(write(tmp_path / name, lines), BTC)
    assert last.quiet == quiet
    assert last.span is not None
    assert not any(batch.frames or batch.lines for batch in (*before, last))
    assert sum(batch.lines_beside for batch in before) == len(lines)


def test_where_the_path_tells_no_hour_it_is_refused(tmp_path: Path):
    with pytest.raises(FootprintError, match="found none in 2 lines, but of ETH") as refused:
        list(SOURCES["hyperliquid-archive"].read(write(tmp_path / "fills.json", pair(1, coin="ETH")), BTC))
    assert refused.value.fault.code == "FP003"


def test_a_quiet_hour_is_no_hour_without_a_record(tmp_path: Path):
    nine, ten, eleven = (
        _hour(tmp_path, hour, *coins) for hour, coins in ((9, ("BTC",)), (10, ("ETH",)), (11, ("ETH", "BTC")))
    )
    without = load(tmp_path / "without", "hyperliquid-archive", [nine, eleven], BTC)
    assert _not_recorded(without) == [(10, 11)]
    together = load(tmp_path / "with", "hyperliquid-archive", [nine, ten, eleven], BTC)
    assert _not_recorded(together) == []
    assert rows(together, "trades").equals(rows(without, "trades"))
    manifest = rows(together, "manifest").filter(first_ts=datetime(2025, 8, 1, 10, tzinfo=UTC))
    assert manifest.select("lines", "lines_beside", "dates").row(0) == (0, 2, [])


def test_it_makes_no_difference_when_the_quiet_hour_comes(tmp_path: Path):
    nine, ten = _hour(tmp_path, 9, "BTC"), _hour(tmp_path, 10, "ETH")
    together = load(tmp_path / "together", "hyperliquid-archive", [ten, nine], BTC)
    load(tmp_path / "later", "hyperliquid-archive", [nine], BTC)
    later = load(tmp_path / "later", "hyperliquid-archive", [ten], BTC)
    assert digests(together, ("trades", "fills", "gaps")) == digests(later, ("trades", "fills", "gaps"))


def test_files_of_which_none_has_the_coin_are_refused_and_nothing_is_registered(tmp_path: Path):
    files = [_hour(tmp_path, hour, "ETH") for hour in (9, 10)]
    with pytest.raises(FootprintError, match="and 2 files have records of other markets only") as refused:
        load(tmp_path / "lake", "hyperliquid-archive", files, BTC)
    assert refused.value.fault.code == "FP003"
    assert not Lake(tmp_path / "lake").exists("manifest")
