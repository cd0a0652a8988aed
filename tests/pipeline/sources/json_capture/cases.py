"""A capture of each venue, and the rows that come of it."""

from collections.abc import Callable

from pipeline.market import Market
from tests.pipeline.sources.case import Case
from tests.pipeline.sources.json_capture.capture_lines import Line, write
from tests.pipeline.sources.json_capture.venues import binance, bybit, deribit, okx
from tests.pipeline.sources.json_capture.venues import smaller_venues as smaller


def _case(market: Market, session: Callable[[], list[Line]], name: str, rows: dict[str, int]) -> Case:
    return Case("json-capture", market, lambda folder: [write(folder / name, session())], rows)


CASES = [
    _case(
        Market("bybit-linear", "BTCUSDT"),
        bybit.session,
        "bybit.jsonl.zst",
        {
            "book_updates": 5,
            "trades": 2,
            "derivative_ticker": 3,
            "funding": 3,
            "book_ticker": 3,
            "price_bars": 1,
            "liquidations": 1,
        },
    ),
    _case(Market("bybit-spot", "BTCUSDT"), bybit.session, "bybit.jsonl", {"book_updates": 2, "trades": 1}),
    _case(
        Market("okx-swap", "BTC-USDT-SWAP"),
        okx.session,
        "okx.jsonl",
        {"book_updates": 3, "trades": 1, "derivative_ticker": 4, "funding": 1},
    ),
    _case(
        Market("binance-usdm", "BTCUSDT"),
        binance.session,
        "binance.jsonl.zst",
        {
            "book_updates": 5,
            "trades": 1,
            "book_ticker": 1,
            "derivative_ticker": 1,
            "funding": 1,
            "liquidations": 1,
        },
    ),
    _case(Market("deribit-options", "BTC"), deribit.session, "deribit.jsonl", {"option_quotes": 2, "vol_index": 1}),
    _case(
        Market("kraken-futures", "PI_XBTUSD"), smaller.kraken_session, "kraken.jsonl", {"book_updates": 4, "trades": 3}
    ),
    _case(
        Market("gateio-futures", "ABC_USDT"),
        smaller.gate_session,
        "gate.jsonl",
        {"book_updates": 4, "book_ticker": 1, "trades": 1},
    ),
    _case(
        Market("bitget-futures", "DASHUSDT"),
        smaller.bitget_session,
        "bitget.jsonl",
        {"book_updates": 3, "trades": 3, "derivative_ticker": 1, "funding": 1},
    ),
    _case(
        Market("hyperliquid", "BTC"),
        smaller.hyperliquid_session,
        "hyper.jsonl",
        {"book_updates": 2, "trades": 1, "funding": 1},
    ),
]
