"""Book summaries as Deribit sends them, and as CSV, made up."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.market import Market
from tests.pipeline.sources.case import Case

MARKET = Market("deribit-options", "ETH")
MS = 1_704_240_600_123  # 2024-01-03 00:10:00.123
SUMMARIES_URL = "https://host/api/v2/public/get_book_summary_by_currency?currency=ETH&kind=option"
INDEX_URL = (
    "https://host/api/v2/public/get_volatility_index_data?currency=ETH&start_timestamp=1&end_timestamp=2&resolution=60"
)
WHOLE: dict[str, Any] = {
    "instrument_name": "ETH-26JAN24-2200-C",
    "creation_timestamp": MS,
    "underlying_index": "ETH-26JAN24",
    "underlying_price": 2241.65,
    "mark_price": 0.050853,
    "mark_iv": 54.91,
    "bid_price": 0.0505,
    "ask_price": 0.051,
    "mid_price": 0.05075,
    "last": 0.0512,
    "open_interest": 965.0,
    "interest_rate": 0.0,
    "volume": 1.0,
    "base_currency": "ETH",
    "quote_currency": "ETH",
}
"""A summary with every field."""


def summary(**changes: Any) -> dict[str, Any]:
    return WHOLE | changes


EMPTY = {"bid_price": None, "ask_price": None, "mid_price": None, "last": None}
ENTRIES = (
    summary(),
    summary(instrument_name="ETH-26JAN24-2200-P", **EMPTY),
    summary(instrument_name="AVAX_USDC-29MAY26-8D6-P", quote_currency="USDC", underlying_price=9.1),
)


def write(folder: Path, entries: Sequence[dict[str, Any]] = ENTRIES, without: Sequence[str] = ()) -> Path:
    """A CSV whose first column has no name, and which has columns that nobody asked for."""
    names = [name for name in WHOLE if name not in without]
    lines = [",".join(["", *names, "currency"])]
    for number, entry in enumerate(entries):
        fields = ["" if entry[name] is None else str(entry[name]) for name in names]
        lines.append(",".join([str(number), *fields, "ETH"]))
    path = folder / "summary.csv"
    path.write_text("\n".join([*lines, ""]))
    return path


def reply(result: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "result": result, "usIn": 1, "usOut": 2, "usDiff": 1, "testnet": False})


def bars(*rows: Sequence[Any]) -> str:
    """A reply of the volatility index."""
    return reply({"data": [list(row) for row in rows], "continuation": None})


CASES = [
    Case("deribit-summary", MARKET, lambda folder: [write(folder)], {"option_quotes": 2}),
    Case(
        "deribit-summary",
        Market("deribit-options", "AVAX_USDC"),
        lambda folder: [write(folder, without=["mark_iv", "quote_currency"])],
        {"option_quotes": 1},
    ),
]
