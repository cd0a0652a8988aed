"""A first look at a day: what a lake holds, when it was known, what is missing, and one picture.

footprint demo && python examples/first_look.py --lake data/demo
"""

import marimo

app = marimo.App(width="medium")

with app.setup:
    from pathlib import Path

    import marimo as mo
    import numpy as np
    import polars as pl
    from bokeh.embed import file_html
    from bokeh.layouts import column
    from bokeh.plotting import figure
    from bokeh.resources import INLINE

    from pipeline import open_lake
    from pipeline.warehouse import open_catalogue

    MARKET = {"venue": "binance-usdm", "symbol": "BTCUSDT"}
    MOST = 2_000  # columns of a picture: a screen shows no more


@app.function
def said(text, *tables):
    """Words and tables; printed too where no browser shows them."""
    with pl.Config(
        tbl_formatting="MARKDOWN",
        tbl_rows=-1,
        tbl_cols=-1,
        tbl_width_chars=200,
        fmt_str_lengths=80,
        tbl_hide_dataframe_shape=True,
        tbl_hide_column_data_types=True,
    ):
        whole = "\n\n".join([text, *map(str, tables)])
    if mo.app_meta().mode == "script":
        print(whole, end="\n\n")
    return mo.md(whole)


@app.function
def pool(seconds, most):
    """At most so many columns in order, each with the last time and the lowest, highest and last value of its rows."""
    every = max(-(-seconds.height // most), 1)
    values = [pl.col(name) for name in seconds.columns if name != "bar_end"]
    return (
        seconds.group_by(pl.int_range(pl.len()).alias("bin") // every, maintain_order=True)
        .agg(
            pl.col("bar_end").last(),
            *(one.min().name.suffix("_min") for one in values),
            *(one.max().name.suffix("_max") for one in values),
            *(one.last().name.suffix("_last") for one in values),
        )
        .drop("bin")
    )


@app.cell
def folder():
    lake_path = str(mo.cli_args().get("lake") or "data/demo")
    return (lake_path,)


@app.cell
def tables(lake_path):
    lake = open_lake(lake_path)
    rows = pl.DataFrame(list(lake.tables().items()), schema=["table", "rows"], orient="row")
    rows = rows.filter(pl.col("rows") > 0).sort("rows", descending=True)
    said(
        f"# A first look at a day\n\nThe lake in `{lake_path}` holds {rows.height} tables with rows. What a column "
        "means, in which unit and with which sign, stands in docs/data_dictionary.md. Below, the largest:",
        rows.head(12),
    )
    return lake, rows


@app.cell
def span(lake):
    book = lake.read("book_state", **MARKET).with_columns(mid=(pl.col("bid_px") + pl.col("ask_px")) / 2)
    told = book.select(
        pl.col("bar_end").min().alias("first"),
        pl.col("bar_end").max().alias("last"),
        seconds=pl.len(),
        ok=(pl.col("state") == "OK").sum(),
    ).collect()
    _first, _last, _seconds, _ok = told.row(0)
    said(
        f"""## Which market, how long

{MARKET["venue"]} {MARKET["symbol"]}, {_seconds:,} seconds from {_first:%Y-%m-%d %H:%M:%S} to
{_last:%Y-%m-%d %H:%M:%S} UTC; in {_ok:,} of them the book was OK. A second is stamped with its end: the bar
23:55:00 is what happened from 23:54:59 on, up to but not including 23:55:00."""
    )
    return book, told


@app.cell
def missing(lake):
    gaps = (
        lake.read("gaps")
        .group_by("venue", "table_name", "reason")
        .agg(
            gaps=pl.len(),
            seconds=(pl.col("to_ts") - pl.col("from_ts")).dt.total_milliseconds().sum() / 1_000,
        )
        .sort("seconds", descending=True)
        .collect()
    )
    said(
        """## What is missing

Where data is missing, a row of `gaps` says so, with the reason. Inside a gap values are null: never zero, never
carried forward. `before_recording` is the part of a day before anyone recorded; `no_snapshot` the wait for the
first whole book.""",
        gaps,
    )
    return (gaps,)


@app.cell
def known(lake):
    def delays(table):
        """Milliseconds from the end of a bar to when its row may be used."""
        late = (pl.col("known_ts") - pl.col("bar_end")).dt.total_milliseconds()
        return lake.read(table, **MARKET).select(
            table=pl.lit(table), rows=pl.len(), least=late.min(), median=late.median().cast(pl.Int64), most=late.max()
        )

    names = ("book_state", "taker_aggression", "basis", "quote_ledger", "footprint")
    late = pl.concat([delays(name) for name in names]).collect()
    said(
        """## When was it known?

`bar_end` is when a bar ended, `known_ts` from when its row may be used: the feed has a delay, and some rows wait
for what comes later (a withdrawal is told from a trade only when the trade had time to arrive). Milliseconds
between the two:""",
        late,
    )
    return (late,)


@app.cell
def as_of(book, told):
    moment = told["last"][0].replace(microsecond=50_000)
    newest = book.filter(pl.col("known_ts") <= moment).select("bar_end", "known_ts", "mid").tail(1).collect()
    said(
        f"""At {moment:%H:%M:%S.%f} UTC the newest usable row is that of {newest["bar_end"][0]:%H:%M:%S}, although a
later bar has ended. To join a signal with prices, join on `known_ts`, backwards: what was known, not what had
happened.""",
        newest,
    )
    return moment, newest


@app.cell
def sql(lake_path):
    query = """
select bar_end, round(buy_qty - sell_qty, 3) as net_qty, n_orders, coverage
from taker_flow_1m()
where venue = 'binance-usdm' and symbol = 'BTCUSDT' and coverage >= 0.8
order by abs(buy_qty - sell_qty) desc
limit 5"""
    with open_catalogue(Path(lake_path)) as _catalogue:
        leaned = _catalogue.sql(query).pl()
    said(f"## The same in SQL\n\nIn which minutes did takers lean most?\n\n```sql{query}\n```", leaned)
    return leaned, query


@app.cell
def pooling(book, lake):
    seconds = (
        book.join(
            lake.read("taker_flow", **MARKET).select("bar_end", net=pl.col("buy_qty") - pl.col("sell_qty")),
            on="bar_end",
            how="left",
        )
        .join(lake.read("basis", **MARKET).select("bar_end", "basis_mid_bps"), on="bar_end", how="left")
        .sort("bar_end")
        .with_columns(flow=pl.col("net").cum_sum())
        .select("bar_end", "mid", "flow", "basis_mid_bps")
        .collect()
    )
    pooled = pool(seconds, MOST)
    return pooled, seconds


@app.cell
def picture(pooled, seconds):
    def panel(name, title, colour, **words):
        shown = figure(
            height=170,
            sizing_mode="stretch_width",
            x_axis_type="datetime",
            title=title,
            tools="xpan,xwheel_zoom,reset",
            **words,
        )
        at = pooled["bar_end"].dt.replace_time_zone(None).to_numpy()
        low, high, last = (pooled[f"{name}_{how}"].fill_null(np.nan).to_numpy() for how in ("min", "max", "last"))
        shown.varea(x=at, y1=low, y2=high, color=colour, alpha=0.3)
        shown.line(x=at, y=last, color=colour)
        shown.toolbar.logo = None
        return shown

    top = panel("mid", "Where was the price? Mid, quote per base, by time in UTC", "#2563eb")
    panels = [
        top,
        panel("flow", "Who took? Taker buys minus sells since the first second, base", "#d97706", x_range=top.x_range),
        panel("basis_mid_bps", "How far from spot? Basis, bps", "#059669", x_range=top.x_range),
    ]
    page = file_html(column(*panels, sizing_mode="stretch_width"), INLINE, "A first look at a day")
    mo.vstack(
        [
            mo.md(
                f"## One picture\n\n{seconds.height:,} seconds in {pooled.height:,} columns: a line is the last value "
                "of a column, a band its lowest to highest. A break is a gap; what takers did in it is not in the sum."
            ),
            mo.iframe(page, height="560px"),
        ]
    )
    return page, panels


@app.cell
def onward(told):
    _minutes = told["seconds"][0] / 60
    said(
        f"""## What this cannot show, and where to go on

{_minutes:.0f} minutes show what the tables look like, and nothing about how a market behaves: windows of hours and
days have not filled, and seasons, regimes and rare events are not in so short a span. The demo's market is
simulated besides.

- `examples/judge_a_signal.py`: whether a signal says anything, step by step
- `footprint sql`: tables, roll-ups and worked queries; `footprint signals`: what each signal reads and makes
- docs/methods.md: what the numbers mean; docs/data_dictionary.md: every column
- `examples/read_lake.py`: the same lake in plain Python"""
    )
    return


if __name__ == "__main__":
    app.run()
