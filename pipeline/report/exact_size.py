"""The exact value behind a cell of the heatmap, as SQL for the catalogue."""

from datetime import UTC, datetime, timedelta
from math import floor
from pathlib import Path

from pipeline.market import Market
from pipeline.report.book_heat import BookHeat


def exact_sql(heat: BookHeat, ts: datetime, price: float) -> str:
    """What rested at most in the bucket of `price` during the column of `ts`: the query to run in `footprint sql`.

    Raises ValueError if the point is not in the picture.
    """
    columns, rows = heat.levels.shape
    column, row = (ts - heat.since) // timedelta(seconds=heat.width_s), row_of(heat, price)
    if not (0 <= column < columns and 0 <= row < rows):
        raise ValueError(
            f"expected a time from {heat.since} to before {heat.until} and a price from {heat.low_px} to below "
            f"{heat.high_px}, got {ts} and {price}"
        )
    since = (heat.since + timedelta(seconds=heat.width_s * column)).astimezone(UTC)
    low, high = (f"{heat.low_px + heat.height_px * edge:.{heat.decimals}f}" for edge in (row, row + 1))
    return filled(template(heat.market), since, since + timedelta(seconds=heat.width_s), low, high)


def row_of(heat: BookHeat, price: float) -> int:
    """The row of a price; a price on an edge, but for the last bits of a double, is in the upper row."""
    return floor((price - heat.low_px) / heat.height_px + 1e-9)


def template(market: Market) -> str:
    """The query of a market with {date}, {since}, {until}, {low} and {high} left open."""
    text = Path(__file__).with_name("exact_size.sql").read_text(encoding="utf-8")
    for name, value in (("venue", market.venue), ("symbol", market.symbol)):
        text = text.replace(f"{{{name}}}", value.replace("'", "''"))
    return text


def filled(query: str, since: datetime, until: datetime, low: str, high: str) -> str:
    """The query of a stretch of one day and a bucket [low, high)."""
    values = {"date": since.date(), "since": since.isoformat(), "until": until.isoformat(), "low": low, "high": high}
    for name, value in values.items():
        query = query.replace(f"{{{name}}}", str(value))
    return query
