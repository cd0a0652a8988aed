"""Hyperliquid's asset_ctxs: CSV with the state of every coin about once a minute.

`funding` is the running rate, `open_interest` in base units, one side; `oracle_px` is the index. Fields may be empty or
`null`. Times are off the whole minute now and then, and taken as they are.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.batch import BadRecordError, Batch, brief
from pipeline.sources.hyperliquid.files import FileDay, nothing_of
from pipeline.sources.hyperliquid.messages import context
from pipeline.sources.reading.csv_text import is_header
from pipeline.sources.reading.record_lines import RecordLines, Refused
from pipeline.sources.reading.times import written_us

_COLUMNS: Final = (
    "time", "coin", "funding", "open_interest", "prev_day_px", "day_ntl_vlm", "premium", "oracle_px", "mark_px",
    "mid_px", "impact_bid_px", "impact_ask_px",
)  # fmt: skip
_TAKEN: Final = {"funding": "funding", "openInterest": "open_interest", "oraclePx": "oracle_px", "markPx": "mark_px"}
"""By the API's name of a field, which the messages have too: the archive's."""
_DELAY_US: Final = 500_000
"""A sample that the venue took of itself: as a snapshot (domain defaults)."""


def read_contexts(path: Path, market: Market, blocks: Iterator[list[bytes]], source: str) -> Iterator[Batch]:
    """The states of `market`. Raises FP002 for other columns, FP003 if it has no line of the market."""
    day, columns = FileDay.of(path), list(_COLUMNS)
    lines = RecordLines(source, span=day.span)
    for block in blocks:
        first = lines.line + 1
        for text in block:
            lines.line += 1
            if lines.line == 1 and is_header(text):
                columns = _named(text, path)
                lines.pass_by()
            else:
                _take_line(lines, text, columns, market, day)
        yield lines.batch(block, first)
    if not lines.good:
        raise nothing_of(market, lines, path)


def _named(header: bytes, path: Path) -> list[str]:
    columns = header.decode(errors="replace").lstrip("\ufeff").strip().split(",")
    missing = [name for name in ("time", "coin", *_TAKEN.values()) if name not in columns]
    if missing:
        raise FootprintError(
            "FP002",
            f"expected the columns of asset_ctxs, {', '.join(missing)} missing; got {brief(','.join(columns), 120)}",
            where=f"{path}, line 1",
            hint="is this the right source? `footprint ingest --help` lists them",
        )
    return columns


def _take_line(lines: RecordLines, text: bytes, columns: list[str], market: Market, day: FileDay) -> None:
    fields = text.decode(errors="replace").strip().split(",")
    at = columns.index("coin")
    coin = fields[at] if at < len(fields) else None
    if coin is not None and coin != market.symbol:
        lines.saw(coin)
        lines.pass_by()
        return
    try:
        if len(fields) != len(columns):
            raise BadRecordError(f"expected {len(columns)} fields, found {len(fields)}")
        row = dict(zip(columns, fields, strict=True))
        event = written_us(row["time"], "line")
        day.require(event)
    except BadRecordError as reason:
        lines.refuse(Refused("derivative_ticker", brief(str(reason))), text)
        return
    state = {name: row[column] for name, column in _TAKEN.items()}
    lines.take(context(state, event, "publish", _DELAY_US), None, text)
