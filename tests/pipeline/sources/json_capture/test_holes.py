"""What a recorder knows that it missed is a gap of the tape, known from when it was seen."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.market import Market
from tests.pipeline.lakes import rows
from tests.pipeline.sources.json_capture import capture_lines as c
from tests.pipeline.sources.json_capture.capture_reading import read_lines
from tests.pipeline.sources.json_capture.venues import bybit
from tests.pipeline.sources.load import load

LINEAR = Market("bybit-linear", "BTCUSDT")
_URL = "https://api.bybit.com/v5/market/recent-trade?category=linear&symbol=BTCUSDT"
_CONN = "BYBIT.http.1"


def at(ms: int) -> datetime:
    return datetime.fromtimestamp(c.NOON / 1_000, UTC) + timedelta(milliseconds=ms)


def page(*times: int) -> c.Line:
    """A page of prints, the newest first, asked for right after its last."""
    prints = [
        {
            "execId": f"e{ms}",
            "symbol": LINEAR.symbol,
            "price": f"{65_000 + ms % 7}.1",
            "size": "0.5",
            "side": "Buy",
            "time": str(c.NOON + ms),
        }
        for ms in times
    ]
    return c.http(
        _CONN, _URL, {"retCode": 0, "result": {"category": "linear", "list": prints[::-1]}}, c.NOON + times[-1]
    )


def hole(after: Any, before: Any, seen: int, feed: str = "trades") -> c.Line:
    bounds = {"after": "a", "after_ms": after, "before": "b", "before_ms": before, "why": "pages do not join"}
    return {"t": "hole", "conn": _CONN, "ts": (c.NOON + seen) / 1_000, "feed": feed, **bounds}


def header(venue: str = LINEAR.venue, symbol: str = LINEAR.symbol) -> c.Line:
    return c.header("BYBIT", venue=venue, symbol=symbol)


PAGES = [page(0, 900), hole(c.NOON + 900, c.NOON + 3_100, 3_250), page(3_100, 4_000)]


def breaks(folder: Path, *files: list[c.Line]) -> list[tuple[Any, ...]]:
    paths = [c.write(folder / f"{number}.jsonl", lines) for number, lines in enumerate(files)]
    gaps = rows(load(folder / "lake", "json-capture", paths, LINEAR), "gaps")
    found = gaps.filter(reason="sequence_break").select("table_name", "from_ts", "to_ts", "known_ts")
    return found.rows()


def test_prints_between_two_pages_are_missing(tmp_path: Path):
    """From the last print before to the first after; the recorder saw it a moment later."""
    assert breaks(tmp_path, [header(), *PAGES]) == [("trades", at(900), at(3_100), at(3_250))]


def test_a_hole_of_another_feed_or_of_one_moment_or_another_market_is_none_of_the_tape(tmp_path: Path):
    lines = [*PAGES[:1], hole(c.NOON + 900, c.NOON + 3_100, 3_250, "book"), hole(c.NOON, c.NOON, 9), *PAGES[2:]]
    assert breaks(tmp_path, [header(), *lines]) == []
    assert breaks(tmp_path / "other", [header(symbol="ETHUSDT"), *PAGES]) == []


_STREAM = "BYBIT.ws.1"


def heard(*times: int) -> list[c.Line]:
    """Prints that a stream carried."""
    return [c.recv(_STREAM, bybit.trades(bybit.trade(ms, c.NOON + ms)), c.NOON + ms) for ms in times]


def broken(*later: c.Line) -> list[c.Line]:
    """A connection that carried prints, was lost from 1.0 to 3.0 s, and carries them again; `later` comes then."""
    lost = hole(c.NOON + 1_000, c.NOON + 3_000, 3_000, "stream") | {"conn": _STREAM}
    first = c.connect(_STREAM, bybit.LINEAR)
    return [
        header(),
        first,
        *heard(100, 900),
        lost,
        c.connect(_STREAM, bybit.LINEAR, c.NOON + 3_000),
        *later,
        *heard(3_500),
    ]


@pytest.mark.parametrize(
    ("later", "until"),
    [
        ([], 3_000),
        ([page(2_400, 2_900)], 2_400),
        ([page(800, 2_900)], None),
        ([page(2_400, 2_900), page(1_000, 2_400)], None),
    ],
)
def test_prints_lost_with_a_connection_are_missing_but_for_those_of_a_page_asked_for_later(
    tmp_path: Path, later: list[c.Line], until: int | None
):
    found = breaks(tmp_path, broken(*later))
    assert found == ([("trades", at(1_000), at(until), at(3_000))] if until else [])


def test_a_connection_without_prints_lost_none(tmp_path: Path):
    lines = [line for line in broken() if '"publicTrade' not in str(line.get("data"))]
    assert breaks(tmp_path, [*lines, page(3_100, 3_200)]) == []


def test_a_hole_over_midnight_is_one_of_both_days(tmp_path: Path):
    evening = 12 * 3_600_000 - 1_000
    over = hole(c.NOON + evening, c.NOON + evening + 3_000, evening + 3_100)
    lines = [header(), page(evening - 500, evening), over, page(evening + 3_000, evening + 3_500)]
    known = at(evening + 3_100)
    assert breaks(tmp_path, lines) == [
        ("trades", at(evening), at(evening + 1_000), known),
        ("trades", at(evening + 1_000), at(evening + 3_000), known),
    ]


@pytest.mark.parametrize("bounds", [(None, c.NOON), (c.NOON, "soon"), (5, c.NOON)])
def test_a_hole_without_its_bounds_is_told(tmp_path: Path, bounds: tuple[Any, Any]):
    found = read_lines(tmp_path, LINEAR, [header(), *PAGES[:1], hole(*bounds, 10)])
    (reason,) = found.reasons
    assert "of a hole has time" in reason
