"""Tables of the coarse world: what everyone sees of it, minute by minute, and the truth behind it."""

import polars as pl

from signals.table import UTC_US, Column, Table

MAKERS = 6
"""Market makers in the coarse world: the first half fast, the second slow."""

_BAR = Column("bar_end", UTC_US, "UTC", "exclusive end of the minute; prices and positions are as of then")
_KNOWN = Column("known_ts", UTC_US, "UTC", "when it could be known")

COARSE_MINUTES = Table(
    name="coarse_minutes",
    grain="one row per minute of a simulated perpetual without a book: what is public",
    key=("bar_end",),
    columns=(
        _BAR,
        _KNOWN,
        Column("perp_mid", pl.Float64(), "quote per base", "mid of the perpetual, on no grid"),
        Column("spot_mid", pl.Float64(), "quote per base", "mid of its spot market, on no grid"),
        Column("index_px", pl.Float64(), "quote per base", "what the venue takes spot to be"),
        Column("mark_px", pl.Float64(), "quote per base", "index plus an average of some minutes' premium"),
        Column("buy_qty", pl.Float64(), "base", "bought by takers of the perpetual in the minute"),
        Column("sell_qty", pl.Float64(), "base", "sold by takers of the perpetual in the minute"),
        Column("n_trades", pl.Int64(), "trades", "prints of the perpetual in the minute"),
        Column("premium", pl.Float64(), "fraction", "(perp_mid - index_px) / index_px; > 0 the perpetual is dearer"),
        Column(
            "predicted_rate",
            pl.Float64(),
            "fraction per 8 h",
            "the rate of the next settlement if the mean premium stays what it is since the last; > 0 longs will pay; "
            "at the settlement itself: the settled rate",
        ),
    ),
    partition=(),
)

COARSE_FUNDING = Table(
    name="coarse_funding",
    grain="one row per settlement",
    key=("settled_ts",),
    columns=(
        Column("settled_ts", UTC_US, "UTC", "the settlement: 00, 08 and 16 h"),
        _KNOWN,
        Column("interval_h", pl.Float64(), "hours", "hours the rate is for"),
        Column("mean_premium", pl.Float64(), "fraction", "mean premium over the interval's minutes"),
        Column("rate", pl.Float64(), "fraction per interval", "what longs pay shorts"),
        Column("mark_px", pl.Float64(), "quote per base", "price at which positions are valued for it"),
    ),
    partition=(),
)

COARSE_TRUTH = Table(
    name="coarse",
    grain="one row per minute: what no one sees. The five positions on the perpetual sum to zero",
    key=("bar_end",),
    columns=(
        _BAR,
        Column("value", pl.Float64(), "quote per base", "what the asset is worth"),
        Column("vol_bps", pl.Float64(), "bps per root minute", "volatility of the value in the minute"),
        Column("regime", pl.Int8(), "0/1", "1 in the nervous regime"),
        Column("pressure_bps", pl.Float64(), "bps", "what the makers' inventory adds to the perpetual's price"),
        Column("makers_qty", pl.Float64(), "base", "the makers' inventory, hedges included; > 0 long"),
        *(
            Column(f"maker_{one}_qty", pl.Float64(), "base", f"inventory of maker {one}, hedges included; > 0 long")
            for one in range(1, MAKERS + 1)
        ),
        Column("makers_perp_qty", pl.Float64(), "base", "the makers' position on the perpetual, hedges left out"),
        Column("passive_qty", pl.Float64(), "base", "position of everyone else whom takers meet"),
        Column("takers_qty", pl.Float64(), "base", "position of noise takers, investors and the informed"),
        Column("leveraged_qty", pl.Float64(), "base", "position of leveraged traders; > 0 long"),
        Column("basis_qty", pl.Float64(), "base", "basis traders' position on the perpetual; spot is its opposite"),
    ),
    partition=(),
)

COARSE_MAKERS = Table(
    name="coarse_makers",
    grain="one row per market maker",
    key=("maker",),
    columns=(
        Column("maker", pl.Int64(), "count", "which maker, from 1, as in the columns of the truth"),
        Column("family", pl.String(), "text", "fast or slow"),
        Column("half_life_min", pl.Float64(), "minutes", "time in which it hedges half of what it holds"),
    ),
    partition=(),
)
