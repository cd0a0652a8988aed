"""Reading and merging raw files do not look ahead: the head of a file says the same of its time as the whole file."""

import random
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.plan import CLOSED, TABLES
from pipeline.sources.batch import RECORD_TABLES
from signals import SIGNALS
from tests.lookahead.conftest import DAMAGES
from tests.lookahead.market import MARKET, Line, Recording, event_ms, record

DELAY_MS = {"depthUpdate": 100, "snapshot": 500, "trade": 50, "bookTicker": 100, "markPriceUpdate": 100}
POSITIONS = {"seq", "msg_id"}
"""Numbers of a row in its day: a record that came late moves those that stand after it."""


def known_us(line: Line) -> int:
    """When a line is known, as the contract says: max(recv_ts, event_ts + the feed's delay)."""
    data = line[1].get("data", line[1])
    kind = "snapshot" if "lastUpdateId" in data else data["e"]
    return max(line[0] // 1_000, (event_ms(line) + DELAY_MS[kind]) * 1_000)


def rows(recording: Recording, name: str) -> pl.DataFrame:
    table = TABLES[name]
    found = recording.lake.live(name, MARKET)
    frames = [recording.lake.partition(table, MARKET, file.day).collect() for file in found]
    return pl.concat([table.empty(), *frames]).sort(table.key) if found else table.empty()


@pytest.mark.parametrize("damage", ["healthy", "late"])
@pytest.mark.parametrize("cut", range(4))
def test_the_head_of_a_file_tells_the_same_past(cut, damage, lines, reference, recording, tmp_path):
    whole, damaged = recording(damage), DAMAGES[damage](lines)
    at = int(len(damaged) * (cut + random.Random(f"{damage} {cut}").random()) / 4)
    complete = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=min(map(known_us, damaged[at:])) - 1)
    head = record(tmp_path, damaged[:at], reference(damage))
    past = pl.col("known_ts") <= complete
    last_seen = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=max(map(event_ms, damaged[:at])))
    compared = 0
    for table in (*RECORD_TABLES, *CLOSED, *(table for signal in SIGNALS for table in signal.outputs)):
        wanted, got = (rows(one, table.name).filter(past) for one in (whole, head))
        ours = POSITIONS if damage == "late" else set()
        if table in RECORD_TABLES:
            order = [name for name in wanted.columns if name not in POSITIONS]
            wanted, got = (frame.drop(ours & set(frame.columns)).sort(order) for frame in (wanted, got))
        else:
            if "bar_end" in table.schema:  # a bar closes when a later event was seen, and the head may hold none yet
                wanted = wanted.filter(pl.col("bar_end") <= last_seen)
            got = got.join(wanted.select(table.key), on=table.key, how="semi", maintain_order="left")
        assert_frame_equal(got, wanted, check_exact=True)
        compared += wanted.height
    assert compared > at / 4
