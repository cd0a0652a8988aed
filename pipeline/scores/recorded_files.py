"""Published recordings that are no source of the product, read for the scorecard: who traded with whom."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import polars as pl

_PRINT = {
    "trade_id": pl.Int64(),
    "event_ts": pl.Int64(),
    "price": pl.Float64(),
    "qty": pl.Float64(),
    "taker_side": pl.Int8(),
    "buyer": pl.String(),
    "seller": pl.String(),
}


@dataclass(frozen=True, slots=True)
class PartyTape:
    """Prints with both parties, and mids of the book; times in milliseconds.

    prints: as `backtest.scores.positions.changes` takes them, and `hash` of the transaction, null for slices of a TWAP.
    mids: event_ts, mid.
    """

    prints: pl.DataFrame
    mids: pl.DataFrame


def hyperliquid_tape(path: Path) -> PartyTape:
    """A capture of Hyperliquid's `trades` and `l2Book`: `users` is [buyer, seller], `side` B if the buyer took."""
    prints, mids = [], []
    for message in _messages(path):
        data = message["data"]
        if message.get("channel") == "trades":
            for one in data:
                side = {"B": 1, "A": -1}.get(one["side"], 0)
                row = (one["tid"], one["time"], float(one["px"]), float(one["sz"]), side, *one["users"])
                prints.append((*row, one["hash"] if one["hash"].strip("0x") else None))
        elif message.get("channel") == "l2Book":
            bids, asks = data["levels"]
            mids.append((data["time"], (float(bids[0]["px"]) + float(asks[0]["px"])) / 2))
    return PartyTape(
        pl.DataFrame(prints, schema=_PRINT | {"hash": pl.String()}, orient="row").unique("trade_id").sort("trade_id"),
        pl.DataFrame(mids, schema={"event_ts": pl.Int64(), "mid": pl.Float64()}, orient="row").sort("event_ts"),
    )


def hyperliquid_fills(path: Path) -> pl.DataFrame:
    """A recorded reply with one user's fills, as `backtest.scores.positions.position_links` takes them."""
    import yaml  # only here, and slow to load

    reply = yaml.safe_load(path.read_text())["interactions"][0]["response"]["body"]["string"]
    rows = [
        (
            one["coin"],
            one["time"],
            float(one["startPosition"]),
            float(one["sz"]) * (1 if one["side"] == "B" else -1),
        )
        for one in json.loads(reply)
    ]
    return pl.DataFrame(rows, schema=["market", "event_ts", "start_qty", "signed_qty"], orient="row")


@dataclass(frozen=True, slots=True)
class OrderTape:
    """Prints with the ids of both orders, and best quotes. Times in milliseconds, both in order.

    prints: event_ts, price, qty, maker_side (+1 the maker bid), maker, taker (order ids).
    quotes: event_ts, bid_px, bid_qty, ask_px, ask_qty. The stream has no time: it carries the latest of the messages
    before it, which is wrong by some milliseconds.
    """

    prints: pl.DataFrame
    quotes: pl.DataFrame


def binance_spot_tape(path: Path) -> OrderTape:
    """A capture of Binance spot from when its prints carried order ids (2023)."""
    prints, quotes, clock = [], [], 0
    for message in _messages(path):
        stream, data = message["stream"], message["data"]
        if stream.endswith("@trade"):
            clock = max(clock, data["T"])
            side, maker, taker = (1, data["b"], data["a"]) if data["m"] else (-1, data["a"], data["b"])
            prints.append((data["T"], float(data["p"]), float(data["q"]), side, maker, taker))
        elif stream.endswith("@bookTicker"):
            quotes.append((clock, *(float(data[key]) for key in ("b", "B", "a", "A"))))
        else:
            clock = max(clock, data.get("E", 0))
    names = ["event_ts", "price", "qty", "maker_side", "maker", "taker"]
    return OrderTape(
        pl.DataFrame(prints, schema=names, orient="row").sort("event_ts", "taker", maintain_order=True),
        pl.DataFrame(quotes, schema=["event_ts", "bid_px", "bid_qty", "ask_px", "ask_qty"], orient="row"),
    )


def _messages(path: Path) -> Iterator[dict[str, Any]]:
    """The message of every `<time> <json>` line."""
    with gzip.open(path) as lines:
        for line in lines:
            yield orjson.loads(line.split(b" ", 1)[1])
