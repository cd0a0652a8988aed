"""A capture of the lines given, written and read whole."""

from collections.abc import Iterable
from pathlib import Path

from pipeline.market import Market
from tests.pipeline.sources.json_capture.capture_lines import Line, write
from tests.pipeline.sources.read_whole import Whole, read_whole


def read_lines(folder: Path, market: Market, lines: Iterable[Line | bytes]) -> Whole:
    """Every line of what is written is kept, quarantined or beside, or this fails."""
    lines = list(lines)
    found = read_whole("json-capture", write(folder / "capture.jsonl", lines), market)
    assert found.lines + found.lines_beside == len(lines)
    assert found.kept + found.quarantined == found.lines
    return found
