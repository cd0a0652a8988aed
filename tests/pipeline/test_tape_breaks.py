"""Where ids of aggregated prints do not follow, the tape has a hole, and flow over it is unknown."""

from pathlib import Path

import polars as pl
import pytest

from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.market import MarketSettings
from pipeline.plan import Wanted
from pipeline.sources import SOURCES
from pipeline.tape_breaks import tape_breaks
from signals.inputs.trading import TRADES
from tests.pipeline.lakes import refresh, rows
from tests.pipeline.sources.binance.payloads_vision import (
    AGGREGATES,
    DAY,
    USDM,
    aggregate,
    archive_path,
    ms,
    write_zip,
)
from tests.pipeline.sources.binance.payloads_vision import (
    TRADES as SINGLE_HEADER,
)

WANTED = Wanted({USDM: MarketSettings(tick=0.1, qty_decimals=3, silence_s=1_000)})


def _tape(ids: list[int], at: list[int], *, is_aggregate: bool = True) -> dict[str, pl.LazyFrame]:
    moments = pl.Series([ms(second) * 1_000 for second in at]).cast(TRADES.schema["event_ts"])
    frame = pl.DataFrame({"trade_id": list(map(str, ids)), "event_ts": moments, "is_aggregate": is_aggregate})
    return {"trades": frame.with_columns(known_ts="event_ts").lazy()}


def _seconds(breaks: pl.DataFrame) -> list[tuple[float, float, str]]:
    since = [(breaks[name] - DAY).dt.total_seconds().to_list() for name in ("from_ts", "to_ts")]
    return list(zip(*since, breaks["reason"].to_list(), strict=True))


@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
def test_a_jump_of_the_ids_is_a_break_between_the_prints_around_it(chunk_rows: int):
    found = tape_breaks(_tape([7, 8, 10, 11, 20], [1, 2, 3, 4, 9]), chunk_rows)
    assert _seconds(found) == [(2, 3, "sequence_break"), (4, 9, "sequence_break")]
    assert set(found["table_name"]) == {"trades"}


def test_jumps_from_one_moment_are_one_break_and_disorder_is_none():
    assert _seconds(tape_breaks(_tape([7, 9, 11, 12], [1, 1, 1, 3]), 100)) == [(1, 1, "sequence_break")]
    assert _seconds(tape_breaks(_tape([7, 9, 8, 10], [1, 2, 3, 4]), 100)) == []


def test_ids_of_single_prints_prove_nothing():
    assert tape_breaks(_tape([7, 9, 40], [1, 2, 3], is_aggregate=False), 100).is_empty()


def test_flow_is_null_over_a_hole_of_the_tape(tmp_path: Path):
    """Ids 3 to 5 are lost between 2.5 and 7.5 s: the seconds that this touches have no flow."""
    tape = [*(aggregate(number, number + 0.5) for number in (0, 1, 2)), *(aggregate(n, n + 1.5) for n in (6, 7, 8))]
    lake = Lake(tmp_path / "lake")
    file = write_zip(archive_path(tmp_path, USDM, "aggTrades"), AGGREGATES, tape)
    ingest(lake, SOURCES["binance-vision"], [file], USDM, WANTED, workers=1)
    refresh(lake, WANTED)
    breaks = rows(lake, "gaps").filter(table_name="trades", reason="sequence_break")
    assert _seconds(breaks) == [(2, 7, "sequence_break")]
    flow = rows(lake, "taker_flow").select("bar_end", "sell_qty", "coverage")
    held = {int((end - DAY).total_seconds()): values for end, *values in flow.rows()}
    assert [held[second][0] for second in range(1, 10)] == [0.5, 0.5, None, None, None, None, None, None, 0.5]
    assert held[3][1] == held[8][1] == 0.5


def test_single_trades_with_holes_in_their_ids_are_whole(tmp_path: Path):
    tape = [f"{number},100.1,0.5,50.05,{ms(number)},true" for number in (1, 2, 5)]
    lake = Lake(tmp_path / "lake")
    file = write_zip(archive_path(tmp_path, USDM, "trades"), SINGLE_HEADER, tape)
    ingest(lake, SOURCES["binance-vision-trades"], [file], USDM, WANTED, workers=1)
    refresh(lake, WANTED)
    assert rows(lake, "gaps").filter(table_name="trades", reason="sequence_break").is_empty()
    assert rows(lake, "taker_flow")["coverage"].min() == 1.0
