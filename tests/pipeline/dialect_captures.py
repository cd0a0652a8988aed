"""Hand-made messages of Spot and COIN-M, as the venues send them, and two small recordings."""

from collections.abc import Sequence
from typing import Any

from tests.pipeline.captures import NOON, Message, depth, line, snapshot, ticker, trade

PERP = "BTCUSD_PERP"


def spot_depth(at: int, first: int, last: int, bids: Sequence[Any] = (), asks: Sequence[Any] = ()) -> Message:
    head = {"e": "depthUpdate", "E": at, "s": "BTCUSDT", "U": first, "u": last}
    return head | {"b": list(bids), "a": list(asks)}


def spot_snapshot(last_id: int, bids: list[list[str]], asks: list[list[str]]) -> Message:
    return {"lastUpdateId": last_id, "bids": bids, "asks": asks}


def spot_ticker(update_id: int, bid: str = "99.99000000", ask: str = "100.01000000", **other: Any) -> Message:
    head = {"u": update_id, "s": "BTCUSDT", "b": bid, "B": "2.00000000", "a": ask, "A": "3.00000000"}
    return head | other


def spot_trade(number: int, *, at: int, **other: Any) -> Message:
    """A taker buy of 0.5 at 100.00, sent a millisecond after it was matched."""
    head = {"e": "trade", "E": at + 1, "s": "BTCUSDT", "t": number, "p": "100.00000000", "q": "0.50000000"}
    return head | {"T": at, "m": False, "M": True} | other


def spot_lines(messages: Sequence[Message]) -> list[bytes]:
    """Lines received a millisecond apart, in the order given, by a clock that is right."""
    return [line(message, recv_us=1_000 * (NOON + number)) for number, message in enumerate(messages)]


def spot_session() -> list[Message]:
    """A second of spot: the snapshot is of update 13, and arrives after the diff to 20."""
    return [
        spot_depth(NOON, 1, 10, [["99.98000000", "1.00000000"]]),
        spot_ticker(11),
        spot_trade(1, at=NOON + 30),
        spot_ticker(12),
        spot_depth(NOON + 100, 11, 15, [["99.99000000", "2.50000000"]]),
        spot_depth(NOON + 200, 16, 20, [], [["100.01000000", "1.00000000"]]),
        spot_snapshot(13, [["99.99000000", "2.00000000"]], [["100.01000000", "3.00000000"]]),
        spot_ticker(21, bid="99.98000000"),
        spot_trade(2, at=NOON + 250, m=True),
        spot_depth(NOON + 300, 21, 25, [["99.97000000", "4.00000000"]]),
        spot_trade(3, at=NOON + 1_150),
        spot_depth(NOON + 1_200, 26, 30, [["99.97000000", "0.00000000"]]),
    ]


def coinm(message: Message) -> Message:
    """A futures message as COIN-M writes it: the perpetual's symbol, and the pair beside it."""
    if "lastUpdateId" in message:
        return message | {"symbol": PERP, "pair": "BTCUSD"}
    pair = {} if message["e"] in ("trade", "markPriceUpdate") else {"ps": "BTCUSD"}
    return message | {"s": PERP} | pair


def coinm_session() -> list[Message]:
    """Two seconds of COIN-M around 50,000: sizes are contracts of 100 USD."""
    book = [
        snapshot(NOON, 10, [["50000.0", "1000"], ["49999.9", "7"]], [["50000.1", "500"]]),
        depth(NOON + 50, (9, 11, 8), [["49999.9", "0"]]),
        depth(NOON + 2_100, (12, 13, 11), [], [["50000.2", "1"]]),
    ]
    prints = [
        trade(1, at=NOON + 200, price="50000.1", qty="3"),
        trade(2, at=NOON + 300, price="50000.0", qty="250", m=True),
    ]
    quotes = [ticker(NOON + 60, 11, "50000.0", "50000.1", B="1000", A="500")]
    return sorted(map(coinm, [*book, *prints, *quotes]), key=lambda message: message["E"])
