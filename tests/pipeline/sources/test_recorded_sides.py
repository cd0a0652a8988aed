"""Taker sides of recordings against the state strictly before each print; agreement is printed for every file."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from pipeline.market import Market
from tests.pipeline.lakes import COINM, MARKET, SPOT
from tests.pipeline.sources.read_whole import Whole, read_whole
from tests.pipeline.sources.tick_test import Agreement, message_mids, quote_mids, tick_test

_GATE = 0.85
"""Below it a tape or a book is out of order; sides that are turned would be far below a half."""
_2023, _2024 = "binance-2023-04-05", "binance-2024-08-08"
SETS: dict[str, tuple[str, Market, list[str]]] = {
    "USD-M 2023": ("binance-capture", MARKET, [f"{_2023}/usdm_btcusdt_2023040{day}.dat.gz" for day in (4, 5)]),
    "spot 2023": ("binance-capture", SPOT, [f"{_2023}/spot_btcusdt_20230405.dat.gz"]),
    "USD-M 2024": ("binance-capture", MARKET, [f"{_2024}/usdm_btcusdt_20240808.gz"]),
    "spot 2024": ("binance-capture", SPOT, [f"{_2024}/spot_btcusdt_2024080{day}.gz" for day in (8, 9)]),
    "COIN-M 2024": ("binance-capture", COINM, [f"{_2024}/cm_btcusd_perp_2024080{day}.gz" for day in (8, 9)]),
    "vendor 2020": (
        "tardis",
        MARKET,
        [f"tardis/binance-futures_{kind}_BTCUSDT.csv.gz" for kind in ("trades", "quotes")],
    ),
}


def _frames(found: Sequence[Whole], table: str) -> pl.DataFrame | None:
    frames = [one.frames[table] for one in found if table in one.frames]
    return pl.concat(frames) if frames else None


def _mids(found: Sequence[Whole]) -> dict[str, pl.DataFrame]:
    """States of the files together: a book goes on in the next file."""
    quotes, book = _frames(found, "book_ticker"), _frames(found, "book_updates")
    mids = {} if quotes is None else {"quotes": quote_mids(quotes)}
    if book is not None:
        mids["book"] = message_mids(book.sort("event_ts", "update_id", "position", maintain_order=True))
    return mids


def _judged(trades: pl.DataFrame, states: pl.DataFrame) -> Agreement:
    """Of the prints while states were recorded: the vendor's sample of quotes ends two hours before that of trades."""
    return tick_test(trades.filter(pl.col("event_ts") <= states["event_ts"].max()), states)


@pytest.mark.parametrize("name", SETS)
def test_sides_agree_with_the_state_before(name: str, recordings: Path):
    source, market, files = SETS[name]
    found = [read_whole(source, recordings / file, market) for file in files]
    mids = _mids(found)
    told: dict[str, list[Agreement]] = {kind: [] for kind in mids}
    for file, whole in zip(files, found, strict=True):
        if "trades" in whole.frames:
            agreed = {kind: _judged(whole.frames["trades"], states) for kind, states in mids.items()}
            print(file, {kind: str(one) for kind, one in agreed.items()})  # noqa: T201
            for kind, one in agreed.items():
                told[kind].append(one)
    for kind, ones in told.items():
        if (name, kind) == ("spot 2023", "book"):  # it has no snapshot
            assert [one.judged for one in ones] == [0]
        elif (name, kind) != ("spot 2024", "quotes"):  # of no venue time: they stand where they were received
            assert all(one.judged > 400 and one.share > _GATE for one in ones), (kind, ones)
