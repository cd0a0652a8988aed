"""Tiny hand-made files as Hyperliquid's buckets and node lay them out, captures of its websocket, and cassettes."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import yaml

from pipeline.market import Market
from tests.pipeline.sources.case import Case

BTC = Market("hyperliquid", "BTC")
PEPE = Market("hyperliquid", "kPEPE")
NINE = 1_754_038_800_000
"""2025-08-01 09:00:00 UTC in milliseconds."""
ANN, BOB, CAT = "0xa11", "0xb0b", "0xca7"
BUCKET, NODE = Path("hyperliquid-archive"), Path("hl-mainnet-node-data")
BOOKS = BUCKET / "market_data/20250801/9/l2Book/BTC.lz4"
CONTEXTS = BUCKET / "asset_ctxs/20250801.csv.lz4"
BLOCKS = NODE / "node_fills_by_block/hourly/20250801/9.lz4"
FILLS = NODE / "node_fills/hourly/20250801/9.lz4"
TRADES = NODE / "node_trades/hourly/20250801/9.lz4"
HEADER = (
    b"time,coin,funding,open_interest,prev_day_px,day_ntl_vlm,premium,oracle_px,mark_px,mid_px,impact_bid_px,"
    b"impact_ask_px"
)
Json = dict[str, Any]


def written(ms: int, nanoseconds: str = "") -> str:
    """Milliseconds as the node writes them, naive and in UTC; with digits below the millisecond."""
    whole, rest = divmod(ms - NINE, 1_000)
    return f"2025-08-01T{9 + whole // 3_600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{rest:03d}{nanoseconds}"


def write_lines(path: Path, lines: Iterable[bytes | Any]) -> Path:
    """Lines, or values as JSON; an LZ4 frame if the name says so."""
    text = b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".lz4":
        path.write_bytes(text)
        return path
    with pa.CompressedOutputStream(str(path), "lz4") as stream:
        stream.write(text)
    return path


def levels(*pairs: tuple[str, str]) -> list[Json]:
    return [{"px": px, "sz": sz, "n": 1} for px, sz in pairs]


def book(at: int, coin: str = "BTC", bid: str = "100.0", ask: str = "101.0") -> Json:
    """Two levels a side, `at` milliseconds."""
    return {
        "coin": coin,
        "time": at,
        "levels": [levels((bid, "1.5"), ("99.0", "2")), levels((ask, "1"), ("102.0", "3"))],
    }


def book_line(at: int, coin: str = "BTC", **other: str) -> Json:
    """A line of the bucket, written by the node 200 ms and 999 ns later."""
    message = {"channel": "l2Book", "data": book(at, coin, **other)}
    return {"time": written(at + 200, "000999"), "ver_num": 1, "raw": message}


def context_line(at: str, coin: str = "BTC", funding: str = "0.0000125", mark: str = "100.5") -> bytes:
    return f"{at},{coin},{funding},1234.5,99.0,1e6,,100.4,{mark},null,100.0,101.0".encode()


def fill(tid: int | None, side: str, *, crossed: bool, at: int = NINE, coin: str = "BTC", **other: Any) -> Json:
    """One account's half of print `tid`: 0.5 at 100.0; `other` replaces fields, those that are None are left out."""
    head = {
        "coin": coin,
        "px": "100.0",
        "sz": "0.5",
        "side": side,
        "time": at,
        "startPosition": "0.0",
        "dir": "Open Long",
    }
    tail = {"closedPnl": "0.0", "hash": "0xfeed", "oid": 7 if crossed else 8, "crossed": crossed, "fee": "-0.01"}
    whole = head | tail | {"tid": tid, "feeToken": "USDC", "twapId": None} | other
    return {name: value for name, value in whole.items() if value is not None or name == "twapId"}


def pair(tid: int, buyer: str = ANN, seller: str = BOB, *, taker: str = "B", **other: Any) -> list[list[Any]]:
    """Both halves, the maker's first."""
    halves = [
        [buyer, fill(tid, "B", crossed=taker == "B", **other)],
        [seller, fill(tid, "A", crossed=taker == "A", **other)],
    ]
    return sorted(halves, key=lambda half: half[1]["crossed"])


def block(number: int, *events: list[Any], at: int = NINE) -> Json:
    """A block, written by the node 300 ms after its time."""
    times = {"local_time": written(at + 300, "123456"), "block_time": written(at, "000001")}
    return times | {"block_number": number, "events": list(events)}


def node_trade(side: str, at: str = "2025-08-01T09:00:01.123456789", coin: str = "BTC", **other: Any) -> Json:
    parties = [
        {"user": user, "start_pos": "0.0", "oid": oid, "twap_id": None, "cloid": None}
        for user, oid in ((ANN, 1), (BOB, 2))
    ]
    head = {"coin": coin, "side": side, "time": at, "px": "100.0", "sz": "0.5", "hash": "0xfeed"}
    return head | {"trade_dir_override": "Na", "side_info": parties} | other


def trade(tid: int, side: str = "B", at: int = NINE, coin: str = "BTC", **other: Any) -> Json:
    """A print of the websocket; ANN bought and BOB sold."""
    head = {"coin": coin, "side": side, "px": "100.0", "sz": "0.5", "time": at, "hash": "0x00", "tid": tid}
    return head | {"users": [ANN, BOB]} | other


def state(**other: Any) -> Json:
    """An asset's context as messages and replies have it."""
    prices = {"markPx": "100.5", "oraclePx": "100.4", "midPx": "100.5", "prevDayPx": "99.0", "premium": "0.0"}
    return {"funding": "0.0000125", "openInterest": "1234.5", "dayNtlVlm": "1.0", "impactPxs": None} | prices | other


def heard(ms: int, channel: str, data: Any) -> bytes:
    """A line of a capture, received at `ms`, in nanoseconds."""
    return b"%d000000 %b" % (ms, orjson.dumps({"channel": channel, "data": data}))


def session() -> list[bytes]:
    """A minute of a capture of two coins; the first trades repeat what is heard again later."""
    quote = {"coin": "BTC", "time": NINE + 900, "bbo": [levels(("100.0", "1.5"))[0], levels(("101.0", "1"))[0]]}
    return [
        heard(NINE + 10, "subscriptionResponse", {"method": "subscribe", "subscription": {"type": "trades"}}),
        heard(NINE + 20, "trades", [trade(1, at=NINE - 5_000), trade(2, "A", at=NINE - 4_000)]),
        heard(NINE + 500, "l2Book", book(NINE + 400)),
        heard(NINE + 600, "l2Book", book(NINE + 500, "ETH")),
        heard(NINE + 1_000, "bbo", quote),
        heard(NINE + 1_100, "activeAssetCtx", {"coin": "BTC", "ctx": state()}),
        heard(
            NINE + 1_200, "trades", [trade(2, "A", at=NINE - 4_000), trade(3, at=NINE + 1_000), trade(4, coin="ETH")]
        ),
        heard(NINE + 1_300, "l2Book", book(NINE + 1_250, ask="100.5")),
    ]


def cassette(path: Path, *exchanges: tuple[Any, Any]) -> Path:
    """Requests' bodies and replies, each as text or as a value, answered at 09:00:01 by the server's clock."""
    recorded = [
        {
            "request": {"body": _text(asked), "method": "POST", "uri": "http://127.0.0.1/info"},
            "response": {
                "body": {"string": _text(reply)},
                "headers": {"date": ["Fri, 01 Aug 2025 09:00:01 GMT"]},
                "status": {"code": 200, "message": "OK"},
            },
        }
        for asked, reply in exchanges
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"interactions": recorded, "version": 1}))
    return path


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def settled(at: int, rate: str = "0.0000125", coin: str = "BTC") -> Json:
    return {"coin": coin, "fundingRate": rate, "premium": "0.0001", "time": at}


REPLIES: Sequence[tuple[Json, Any]] = (
    ({"type": "meta"}, {"universe": [{"name": "BTC", "szDecimals": 5}]}),
    ({"type": "fundingHistory", "coin": "BTC", "startTime": 0}, [settled(NINE + 48), settled(NINE + 3_600_017)]),
    ({"type": "metaAndAssetCtxs"}, [{"universe": [{"name": "ETH"}, {"name": "BTC"}]}, [state(markPx="9.0"), state()]]),
    ({"type": "l2Book", "coin": "BTC"}, book(NINE + 700)),
    ({"type": "recentTrades", "coin": "BTC"}, [trade(9, at=NINE + 900), trade(8, "A", at=NINE + 800)]),
    (
        {"type": "userFills", "user": ANN},
        [fill(9, "B", crossed=True, at=NINE + 900), fill(5, "B", crossed=True, coin="ETH")],
    ),
)


def _books(folder: Path) -> list[Path]:
    return [write_lines(folder / BOOKS, [book_line(NINE + 550 * number) for number in range(4)])]


def _contexts(folder: Path) -> list[Path]:
    rows = [context_line(f"2025-08-01T09:{minute:02d}:00Z", coin) for minute in range(3) for coin in ("BTC", "ETH")]
    return [write_lines(folder / CONTEXTS, [HEADER, *rows])]


def _blocks(folder: Path) -> list[Path]:
    forced = {"liquidation": {"liquidatedUser": BOB, "markPx": "100.0", "method": "market"}}
    lone = [CAT, fill(3, "B", crossed=True)]
    blocks = [
        block(1, *pair(1), *pair(9, coin="ETH")),
        block(2, *pair(9, coin="ETH")),
        block(3, *pair(2, **forced), lone),
    ]
    return [write_lines(folder / BLOCKS, blocks)]


def _fills(folder: Path) -> list[Path]:
    (maker, taker), (second, _) = pair(1), pair(2)
    return [write_lines(folder / FILLS, [maker, *pair(9, coin="ETH"), taker, second, maker])]


def _node_trades(folder: Path) -> list[Path]:
    return [write_lines(folder / TRADES, [node_trade("B"), node_trade("A", coin="ETH"), node_trade("A")])]


def _capture(folder: Path) -> list[Path]:
    return [write_lines(folder / "btc_20250801.txt", session())]


def _replies(folder: Path) -> list[Path]:
    return [cassette(folder / "replies.yaml", *REPLIES)]


CASES: list[Case] = [
    Case("hyperliquid-archive", BTC, _books, {"book_updates": 16}),
    Case("hyperliquid-archive", BTC, _contexts, {"derivative_ticker": 3, "funding": 3}),
    Case("hyperliquid-archive", BTC, _blocks, {"fills": 5, "trades": 3, "liquidations": 1}),
    Case("hyperliquid-archive", BTC, _fills, {"fills": 3, "trades": 2}),
    Case("hyperliquid-node-trades", BTC, _node_trades, {"trades": 2}),
    Case(
        "hyperliquid-capture",
        BTC,
        _capture,
        {"book_updates": 8, "trades": 3, "book_ticker": 1, "derivative_ticker": 1, "funding": 1},
    ),
    Case(
        "rest-cassette",
        BTC,
        _replies,
        {"book_updates": 4, "trades": 2, "fills": 1, "derivative_ticker": 1, "funding": 3},
    ),
]
"""Every layout; rows that stand after copies were folded."""
