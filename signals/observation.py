"""The observations of a footprint: what is looked at, how it is read, and how far that reading is supported.

Each is one number a minute. What an observation claims is fixed here, before anyone looks at a price: a sign that is
chosen afterwards can never be wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from signals.basis import BASIS
from signals.blocks import BLOCKS
from signals.book_state import BOOK_STATE
from signals.maker_inventory import MAKER_INVENTORY
from signals.minutes import Floats, Minutes
from signals.order_flow import ORDER_FLOW
from signals.price_impact import PRICE_IMPACT
from signals.quote_ledger import QUOTE_LEDGER
from signals.replenishment_rate import REPLENISHMENT_RATE
from signals.spread_widening import SPREAD_WIDENING
from signals.sweeps import SWEEPS
from signals.table import Table
from signals.taker_aggression import TAKER_AGGRESSION
from signals.volatility import VOLATILITY
from signals.vpin import VPIN
from signals.wash_like import WASH_LIKE

Claim = Literal["direction", "level", "size"]
"""What the number speaks of: which way the mid would go (> 0: up; strong if far from 0), a level whose usual value is
not 0 (strong if unusually high and above 0, or unusually low and below 0), or how large something is (strong if high).
"""


@dataclass(frozen=True, slots=True)
class Observation:
    """One number a minute.

    value: per row of `table`, NaN-able; reduce: rows of a minute to one number; weight: what a row adds to the count,
    of `counted`. `is_event`: nothing in a covered minute is 0, not unknown. `is_every_second`: too few of the minute's
    seconds say nothing. high, low: the reading of a strong value,
    above and below 0; up to `least` a value is ordinary, however rare. evidence: what speaks for the reading, and what
    against.
    """

    name: str
    table: Table
    value: pl.Expr
    reduce: Callable[[Minutes], Floats]
    unit: str
    claim: Claim
    meaning: str
    high: str
    low: str
    evidence: str
    is_event: bool = False
    is_every_second: bool = False
    where: pl.Expr | None = None
    weight: pl.Expr | None = None
    counted: str = "rows"
    least: float = 0.0


_SIDE = pl.col("side").cast(pl.Float64)

OBSERVATIONS: tuple[Observation, ...] = (
    Observation(
        "imbalance",
        BOOK_STATE,
        pl.col("imbalance_10bps"),
        Minutes.mean,
        "[-1, 1]",
        "direction",
        "more bids than asks within 10 bps, mean over the minute's seconds",
        "bids heavier: up for seconds",
        "asks heavier: down for seconds",
        "strong from one tick to seconds, best for large ticks (Gould and Bonart 2016); quotes that are not meant to "
        "trade look alike",
        is_every_second=True,
    ),
    Observation(
        "order_flow",
        ORDER_FLOW,
        pl.col("ofi_norm_60s"),
        Minutes.at_end,
        "touch depths",
        "direction",
        "order-flow imbalance of the minute over the mean depth of the touch",
        "net buying pressure in this minute",
        "net selling pressure in this minute",
        "explains the same minute's move (Cont, Kukanov and Stoikov 2014), partly by accounting; no forecast",
    ),
    Observation(
        "pull",
        QUOTE_LEDGER,
        pl.col("ask_pull_intensity") - pl.col("bid_pull_intensity"),
        Minutes.mean,
        "depths a second",
        "direction",
        "asks withdrawn minus bids withdrawn beyond what trades explain, in depths of their side, mean over seconds",
        "asks pulled: up",
        "bids pulled: down",
        "a lower bound, lower the slower the feed; repricing after another venue moved looks alike",
        is_every_second=True,
    ),
    Observation(
        "replenishment",
        REPLENISHMENT_RATE,
        _SIDE * pl.col("refilled_qty"),
        Minutes.total,
        "base",
        "direction",
        "refilled at bids minus at asks by chains of refills in the minute",
        "bids refilled: a passive buyer",
        "asks refilled: a passive seller",
        "somebody executes in pieces, mostly an investor; whether the price follows is open: detection attracts takers "
        "(De Winne and D'Hondt 2007)",
        weight=pl.col("n_refills"),
        counted="refills",
    ),
    Observation(
        "sweep",
        SWEEPS,
        _SIDE * pl.col("quote"),
        Minutes.total,
        "quote",
        "direction",
        "notional of buy sweeps minus sell sweeps in the minute",
        "asks swept: takers in a hurry to buy",
        "bids swept: takers in a hurry to sell",
        "informed takers, liquidations and stop orders look alike: cause unknown",
        is_event=True,
    ),
    Observation(
        "block",
        BLOCKS,
        _SIDE * pl.col("quote"),
        Minutes.total,
        "quote",
        "direction",
        "notional of block buys minus block sells on the book in the minute; 0 too while too few orders are in the "
        "week before to tell blocks",
        "a very large taker bought",
        "a very large taker sold",
        "size says who is large, not who is right; blocks agreed off the book are not in it",
        is_event=True,
        where=pl.col("kind") == "on_book",
    ),
    Observation(
        "aggression",
        TAKER_AGGRESSION,
        pl.col("net_quote_60s"),
        Minutes.at_end,
        "quote",
        "direction",
        "notional bought minus sold by takers in the minute",
        "takers bought: makers are left short by as much",
        "takers sold: makers are left long by as much",
        "moves with the same minute's price; whose hands it is, is unknown",
        weight=pl.col("n_orders_60s") * (pl.col("bar_end").dt.second() == 0),
        counted="orders",
    ),
    Observation(
        "wash_like",
        WASH_LIKE,
        pl.col("score"),
        Minutes.at_end,
        "ratio",
        "size",
        "pairs of equal and opposite trades over the number expected by chance",
        "more equal and opposite pairs than chance",
        "",
        "market makers filled on both sides, grid bots and legs of arbitrage look alike; no accusation",
        weight=pl.col("n_pairs_window"),
        counted="pairs",
        least=1.0,
    ),
    Observation(
        "spread_widening",
        SPREAD_WIDENING,
        pl.col("z"),
        Minutes.largest,
        "robust standard deviations",
        "size",
        "largest z-score of the log spread in the minute",
        "makers ask for more: volatility ahead, no direction",
        "",
        "makers widen when they hold much or have lost (Comerton-Forde et al. 2010); scheduled events widen too",
        is_every_second=True,
    ),
    Observation(
        "basis",
        BASIS,
        pl.col("basis_mid_bps"),
        Minutes.mean,
        "bps of reference mid",
        "level",
        "perpetual or future above its reference market, mean over the minute",
        "dear against the reference: carry trades sell it",
        "cheap against the reference: carry trades buy it",
        "a premium can persist while funding is paid; it forecasts itself, not the price",
        is_every_second=True,
    ),
    Observation(
        "funding",
        BASIS,
        pl.col("funding_apr"),
        Minutes.at_end,
        "fraction per year",
        "level",
        "running estimate of funding, > 0 longs pay shorts",
        "longs pay: crowded longs are at risk",
        "shorts pay: crowded shorts are at risk",
        "contrarian by mechanism, weak as timing; extreme funding often comes with a trend. Called a squeeze only over "
        "90 days, which are not looked at here",
    ),
    Observation(
        "inventory",
        MAKER_INVENTORY,
        pl.col("z_level"),
        Minutes.at_end,
        "standard deviations",
        "direction",
        "makers' inventory against its own past",
        "makers unusually long: reversal up, if any",
        "makers unusually short: reversal down, if any",
        "holds for specialists over days (Hendershott and Menkveld 2014); for minutes in crypto it is a hypothesis. "
        "Made of minus taker flow: no second witness beside aggression",
    ),
    Observation(
        "volatility",
        VOLATILITY,
        pl.col("realised_vol"),
        Minutes.at_end,
        "fraction per root year",
        "size",
        "realised volatility of the window chosen for observations, 15 minutes by default",
        "volatile: makers quote wider and less",
        "",
        "volatility clusters: it forecasts itself",
    ),
    Observation(
        "toxicity",
        VPIN,
        pl.col("vpin_ratio"),
        Minutes.last,
        "ratio",
        "size",
        "VPIN over what random signs would give, at the last closed bucket of the minute",
        "flow more one-sided than chance",
        "",
        "evidence both ways (Easley et al. 2012; Andersen and Bondarenko 2014): moves with the number of trades",
        least=1.0,
    ),
    Observation(
        "impact",
        PRICE_IMPACT,
        pl.col("kyle_lambda"),
        Minutes.at_end,
        "bps per million quote",
        "size",
        "move of the mid per net taker notional, fitted on the trailing window, an hour by default",
        "thin: the same flow moves the price more",
        "",
        "an average of what happened together (Kyle 1985), no cost of a single trade",
    ),
)
