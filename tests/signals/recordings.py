"""Real recordings as normalised frames, read the slow way; the product has its own readers."""

import gzip
from pathlib import Path

import orjson
import polars as pl
import pytest

from signals.inputs.trading import BOOK_UPDATES, TRADES

HOME = Path(__file__).parents[3] / "shared" / "market-data"


def raw_lines(*names: str):
    """The message of every line, files in order."""
    return (message for _, message in stamped_lines(*names))


def stamped_lines(*names: str, holding: bytes = b""):
    """(local time as recorded, message) of every line that holds the text, files in order."""
    for name in names:
        path = HOME / name
        if not path.exists():
            pytest.skip(f"real recordings are not here: {path}")
        with gzip.open(path) as lines:
            for line in lines:
                if holding in line:
                    stamp, text = line.split(b" ", 1)
                    yield int(stamp), orjson.loads(text)


def usdm(*names: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(book_updates, trades) of Binance USD-M captures; known 100 ms and 50 ms after the event."""
    book, trades = [], []
    for number, line in enumerate(raw_lines(*names)):
        message = line.get("data", line)
        if "lastUpdateId" in message:
            ids = (message["lastUpdateId"], None, None, True)
            sides = message["bids"], message["asks"]
        elif message.get("e") == "depthUpdate":
            ids = (message["u"], message["U"], message["pu"], False)
            sides = message["b"], message["a"]
        elif message.get("e") == "trade":
            taker = -1 if message["m"] else 1
            off = message["X"] != "MARKET"
            trades.append((message["T"], message["t"], float(message["p"]), float(message["q"]), taker, off))
            continue
        else:
            continue
        head = (message["T"], number, *ids)
        rows = [
            (*head, side, float(p), float(q)) for side, levels in zip((1, -1), sides, strict=True) for p, q in levels
        ]
        book.extend(rows or [(*head, 0, None, None)])
    names_ = (
        "event_ts",
        "msg_id",
        "update_id",
        "first_update_id",
        "prev_update_id",
        "is_snapshot",
        "side",
        "price",
        "qty",
    )
    updates = pl.DataFrame(book, schema=list(names_), orient="row", infer_schema_length=None)
    prints = pl.DataFrame(
        trades, schema=["event_ts", "trade_id", "price", "qty", "taker_side", "is_off_market"], orient="row"
    )
    return (
        complete(updates.sort("event_ts", "update_id", maintain_order=True), BOOK_UPDATES, delay_ms=100),
        complete(prints.sort("event_ts", "trade_id", maintain_order=True), TRADES, delay_ms=50),
    )


def complete(frame: pl.DataFrame, table, *, delay_ms: int) -> pl.DataFrame:
    """Fill a frame with event_ts in milliseconds up to all columns of its table."""
    at = (pl.col("event_ts") * 1_000).round().cast(pl.Int64)
    frame = frame.with_columns(
        venue=pl.lit("binance-usdm"),
        symbol=pl.lit("BTCUSDT"),
        event_ts=at.cast(pl.Datetime("us", "UTC")),
        known_ts=(at + delay_ms * 1_000).cast(pl.Datetime("us", "UTC")),
        clock=pl.lit("match"),
        seq=pl.int_range(pl.len(), dtype=pl.Int64),
        is_backwards=pl.lit(False),
        source=pl.lit("test"),
    )
    missing = [pl.lit(None).alias(name) for name in table.schema.names() if name not in frame.columns]
    return table.check(frame.with_columns(missing).select(table.schema.names()).cast(dict(table.schema)))
