"""A raw capture as one frame of BOOK_UPDATES, read and merged as the product does it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from pipeline.identity import merge
from pipeline.market import Market
from pipeline.messages import Messages
from pipeline.sources import SOURCES
from pipeline.sources.batch import PriceGrid, joined_grid
from signals.bars import end_of_bar
from signals.grid import Grid
from signals.inputs.trading import BOOK_UPDATES

VENUE: Final = "binance-usdm"
SYMBOL: Final = "BTCUSDT"
SOURCE: Final = "binance-capture"
DEFAULT: Final = Path(__file__).resolve().parents[2] / "shared/market-data/binance-2024-08-08/usdm_btcusdt_20240808.gz"


@dataclass(frozen=True, slots=True)
class Recording:
    """Book updates in their final order, their grid, and the ends of the first and last whole bar (microseconds)."""

    name: str
    updates: pl.DataFrame
    grid: Grid
    first_bar: int
    until: int

    @property
    def messages(self) -> int:
        return self.updates["msg_id"].n_unique()


def load(path: Path, symbol: str = SYMBOL) -> Recording:
    """Read a capture of Binance USD-M, days joined: one book from the first line to the last."""
    grid, decimals, frames = PriceGrid(), 0, []
    for batch in SOURCES[SOURCE].read(path, Market(VENUE, symbol)):
        grid, decimals = joined_grid(grid, batch.grid), max(decimals, batch.qty_decimals)
        if "book_updates" in batch.frames:
            frames.append(batch.frames["book_updates"].with_columns(file_id=pl.lit("recording")))
    tick = grid.divisor / 10**grid.decimals
    messages = Messages.of("book_updates", pl.concat(frames))
    order = merge(messages, tick, decimals).order
    rows = messages.rows(order)
    times = rows["event_ts"].to_physical()
    updates = rows.with_columns(
        venue=pl.lit(VENUE),
        symbol=pl.lit(symbol),
        seq=pl.int_range(rows.height, dtype=pl.Int64),
        msg_id=np.repeat(np.arange(order.size), messages.counts[order]),
    ).select(BOOK_UPDATES.schema.names())
    first, last = int(times[0]), int(times[-1])
    bars = end_of_bar(first), end_of_bar(last) - 1_000_000
    return Recording(path.name, updates.rechunk(), Grid.of(tick, decimals), *bars)
