"""What trading costs, how an order is placed, and how large it is."""

from dataclasses import dataclass

from backtest.trading.fees import FeeSchedule


@dataclass(frozen=True, slots=True)
class Terms:
    """A stop of the fraction `stop` loses `risk_share` of the capital; no more is ordered than `depth_share` of the
    depth within `depth_bps` (one of book_state's bands). `borrow_apr` is for shorts on spot, 0 for a perpetual.

    impact_factor: Y of the square-root law, for what an order takes beyond the depth shown; None: none is added, and an
    order beyond it is not filled. rest_s: None enters as a taker; else the entry rests that long at the best price of
    its decision. Exits are takers always.
    """

    latencies_ms: tuple[float, ...]
    fees: FeeSchedule
    capital_quote: float
    risk_share: float
    stop: float
    depth_share: float
    depth_bps: int
    borrow_apr: float
    impact_factor: float | None = None
    rest_s: float | None = None
