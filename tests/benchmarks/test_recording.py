"""A capture is read for the race as the product reads it."""

from datetime import timedelta

import pytest

from benchmarks.recording import SYMBOL, VENUE, load
from pipeline.lake import Lake
from pipeline.simulator.capture_files import capture_name
from pipeline.simulator.presets import SMALL
from pipeline.simulator.simulate import TENTH, simulate
from signals.bars import SECOND
from signals.inputs.trading import BOOK_UPDATES
from tests.pipeline.lakes import MARKET, add, rows


@pytest.fixture(scope="module")
def capture(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    simulate(folder, SMALL, seed=1, duration=timedelta(seconds=20), feeds=[TENTH])
    return folder / "public" / capture_name(VENUE, SYMBOL, TENTH)


def test_rows_are_those_of_the_lake(capture, tmp_path):
    lake = Lake(tmp_path / "lake")
    add(lake, capture)
    read = load(capture)
    same = ["event_ts", "seq", "msg_id", "update_id", "is_snapshot", "side", "price", "qty"]
    assert read.updates.schema == BOOK_UPDATES.schema
    assert read.updates.select(same).equals(rows(lake, "book_updates", MARKET).select(same))
    assert (read.until - read.first_bar) % SECOND == 0
