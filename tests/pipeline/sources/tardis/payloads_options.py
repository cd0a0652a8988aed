"""options_chain files as Tardis.dev writes them, made up."""

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.market import Market
from tests.pipeline.sources.case import Case

COLUMNS = (
    "exchange", "symbol", "timestamp", "local_timestamp", "type", "strike_price", "expiration", "open_interest",
    "last_price", "bid_price", "bid_amount", "bid_iv", "ask_price", "ask_amount", "ask_iv", "mark_price", "mark_iv",
    "underlying_index", "underlying_price", "delta", "gamma", "vega", "theta", "rho",
)  # fmt: skip
MARKET = Market("deribit-options", "BTC")
EVENT_US = 1_704_240_600_000_000  # 2024-01-03 00:10:00
EXPIRY_US = 1_706_256_000_000_000  # 2024-01-26 08:00:00
WHOLE = {
    "exchange": "deribit",
    "symbol": "BTC-26JAN24-42000-C",
    "timestamp": str(EVENT_US),
    "local_timestamp": str(EVENT_US + 12_345),
    "type": "call",
    "strike_price": "42000",
    "expiration": str(EXPIRY_US),
    "open_interest": "120.5",
    "last_price": "0.05",
    "bid_price": "0.0515",
    "bid_amount": "3.1",
    "bid_iv": "54.2",
    "ask_price": "0.0525",
    "ask_amount": "7",
    "ask_iv": "55.6",
    "mark_price": "0.0521",
    "mark_iv": "54.91",
    "underlying_index": "BTC-26JAN24",
    "underlying_price": "42100.55",
    "delta": "0.53021",
    "gamma": "0.00004",
    "vega": "42.1",
    "theta": "-50.2",
    "rho": "12.3",
}
"""A row with every field, by column."""


def line(columns: Sequence[str] = COLUMNS, **changes: str) -> str:
    """The whole row with fields changed."""
    fields: Mapping[str, str] = WHOLE | changes
    return ",".join(fields.get(name, "") for name in columns)


ABSENT = {"bid_price": "", "bid_amount": "", "bid_iv": "", "last_price": "", "ask_price": "0", "ask_iv": "0"}
"""An option with an empty bid, and an ask that is written as 0."""
LINEAR = {
    "symbol": "AVAX_USDC-29MAY26-8d6-P", "type": "put", "strike_price": "8.6", "expiration": "1780041600000000",
    "underlying_index": "AVAX_USDC-29MAY26", "underlying_price": "9.1",
}  # fmt: skip
LINES = (
    line(),
    line(symbol="BTC-26JAN24-42000-P", type="put", **ABSENT),
    line(symbol="ETH-26JAN24-2200-C", strike_price="2200"),
    line(**LINEAR),
)
NAME = "deribit_options_chain_2024-01-03_OPTIONS.csv"


def write(folder: Path, lines: Sequence[str] = LINES, name: str = NAME, columns: Sequence[str] = COLUMNS) -> Path:
    """A file with its header; packed if its name says so."""
    text = "\n".join([",".join(columns), *lines, ""]).encode()
    path = folder / name
    path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return path


CASES = [
    Case("tardis-options", MARKET, lambda folder: [write(folder, name=f"{NAME}.gz")], {"option_quotes": 2}),
    Case(
        "tardis-options",
        Market("deribit-options", "AVAX_USDC"),
        lambda folder: [write(folder)],
        {"option_quotes": 1},
    ),
]
