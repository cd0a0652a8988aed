"""Fast stylised facts: what is measured, and the range it has in the markets we know."""

from backtest.stylised.fact import Fact

_OURS = "default, to be measured on venue data"

ONE_TICK = Fact("spread_one_tick", 0.85, 1.0, "share of time", "the spread is one tick", _OURS)
SPREAD = Fact("spread_median", 0.1, 1.0, "bps", "median spread", _OURS)
WIDE_SPREAD = Fact("spread_median", 2.0, 10.0, "bps", "median spread where a tick is wide", _OURS)
DEPTH = Fact("depth_10bps", 5.0, 50.0, "times the top", "mean displayed size within 10 bps over the best", _OURS)
SYMMETRY = Fact(
    "depth_bid_ask", 0.8, 1.25, "ratio", "mean depth of bids over asks within 10 bps", "symmetric on average"
)
BOUNCE = Fact("trade_acf_1", -1.0, 0.0, "correlation", "price changes from one taker order to the next", "bounce")
MINUTES = Fact(
    "trade_acf_minutes", -0.01, 0.01, "correlation", "the same, mean over lags of one to three minutes", "none"
)
SIGN_GAMMA = Fact(
    "sign_acf_gamma",
    0.4,
    0.7,
    "exponent",
    "decay of the autocorrelation of taker orders' signs over lags of 10 to 1000 orders",
    "long memory: Lillo, Mike and Farmer (2005)",
)
IMPACT = Fact("impact_exponent", 0.4, 0.6, "exponent", "impact of metaorders against size", "square root: 0.489")
RELAXATION = Fact("impact_left", 0.5, 0.8, "share of peak", "impact of metaorders one duration after the end", "2/3")
OFI_NOW = Fact(
    "ofi_r2", 0.4, 0.8, "R2", "return of 10 s on order-flow imbalance of the same 10 s", "Cont et al. (2014)"
)
OFI_NEXT = Fact("ofi_next_r2", 0.0, 0.02, "R2", "return of the next 10 s, 100 ms later", "more would be a leak")
TFI_NEXT = Fact("tfi_next_r2", 0.0, 0.02, "R2", "the same on net taker flow", "more would be a leak")
CANCELS = Fact("cancels_additions", 0.85, 0.98, "ratio", "orders cancelled over orders that came to rest", "folklore")
TRADES = Fact("trades_updates", 0.01, 0.05, "ratio", "prints over level updates, event by event", "folklore")
SIZE_TAIL = Fact("size_tail", 1.5, 2.5, "exponent", "Hill's estimate, largest 5 % of taker orders", "power tail")
FASTEST = Fact("fastest_maker", 2.0, 60.0, "minutes", "half-life of inventory: the fastest maker", "preset")
SLOWEST = Fact("slowest_maker", 2.0, 60.0, "minutes", "half-life of inventory: the slowest maker", "preset")
MAKERS = Fact("makers_share", 0.5, 0.8, "share", "of passive volume that market makers have", "assumption")
INVENTORY_RETURN = Fact(
    "inventory_return",
    -0.7,
    -0.2,
    "correlation",
    "change of all makers' inventory and of the mid, same 10 s",
    "-0.71 of daily specialists, -0.23 of the mean stock",
)
BRANCHING = Fact(
    "branching",
    0.6,
    0.95,
    "ratio",
    "of taker orders: 1 - sqrt(mean / variance) of counts a minute, Hardiman and Bouchaud (2014)",
    "levels depend on the kernel",
)
CLUSTERING = Fact("abs_return_acf", 0.0, 1.0, "correlation", "absolute 10-s returns, lags to 5 min", "clustering")
