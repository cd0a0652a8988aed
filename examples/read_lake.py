"""Read tables of a lake as Polars frames and answer one question: in which minutes did takers lean most?

footprint demo && python examples/read_lake.py data/demo
"""

import sys

import polars as pl

from pipeline import open_lake

# %% What is there
lake = open_lake(sys.argv[1] if len(sys.argv) > 1 else "data/demo")
for name, rows in lake.tables().items():
    print(f"{name:<20} {rows:>10,}")

MARKET = {"venue": "binance-usdm", "symbol": "BTCUSDT"}

# %% One market, one day: only the parts of that day are opened, and nothing is read before `collect`
flow = lake.read("taker_flow", **MARKET, since="2024-01-02", until="2024-01-02")
book = lake.read("book_state", **MARKET, since="2024-01-02", until="2024-01-02")

# %% Bars are stamped with their end: the minute (12:00, 12:01] is stamped 12:01
minutes = (
    flow.join(book.select("bar_end", "bid_px", "ask_px"), on="bar_end")
    .sort("bar_end")
    .group_by_dynamic("bar_end", every="1m", closed="right", label="right")
    .agg(
        net_qty=(pl.col("buy_qty") - pl.col("sell_qty")).sum().round(3),
        n_orders=pl.col("n_orders").sum(),
        mid_px=((pl.col("bid_px") + pl.col("ask_px")) / 2).last(),
        coverage=pl.col("coverage").sum() / 60,
    )
    .filter(pl.col("coverage") >= 0.8)
    .sort(pl.col("net_qty").abs(), descending=True)
)
print(minutes.head(5).collect())
