"""Claims about where the mid goes, of what rests in the book: its balance, what is withdrawn, what comes back."""

from typing import Final

import polars as pl

from backtest.claims import failures as known
from backtest.claims.claim import Claim
from signals.book_pass import BOOK_PASS
from signals.book_state import BOOK_STATE
from signals.microprice import MICROPRICE, MICROPRICE_SIGNAL
from signals.order_flow import ORDER_FLOW, ORDER_FLOW_SIGNAL
from signals.quote_ledger import QUOTE_LEDGER
from signals.quote_pulls import QUOTE_PULLS
from signals.replenishment import REPLENISHMENT, REPLENISHMENT_SIGNAL
from signals.replenishment_rate import REPLENISHMENT_RATE, REPLENISHMENT_RATE_SIGNAL

_DAY_S: Final = 86_400
_SIDE: Final = pl.col("side").cast(pl.Float64)

BOOK: Final[tuple[Claim, ...]] = (
    Claim(
        name="book_pass",
        signal=BOOK_PASS,
        table=BOOK_STATE,
        column="imbalance_10bps",
        says="more bids than asks within 10 bps: the mid rises over the next seconds (Gould and Bonart 2016)",
        forecast="return",
        sign=1,
        sign_now=0,
        window_s=1,
        horizon_s=10,
        step_s=1,
        lookback_s=1,
        failures=(*known.ANY_SIGNAL, known.GAP),
    ),
    Claim(
        name="book_state.imbalance_1",
        signal=BOOK_PASS,
        table=BOOK_STATE,
        column="imbalance_1",
        says="a larger best bid than ask: the mid rises next (Gould and Bonart 2016)",
        forecast="return",
        sign=1,
        sign_now=0,
        window_s=1,
        horizon_s=1,
        step_s=1,
        lookback_s=1,
        failures=(*known.ANY_SIGNAL, known.GAP),
    ),
    Claim(
        name="book_state.imbalance_5",
        signal=BOOK_PASS,
        table=BOOK_STATE,
        column="imbalance_5",
        says="more bids than asks over five levels: the mid rises over the next seconds",
        forecast="return",
        sign=1,
        sign_now=0,
        window_s=1,
        horizon_s=10,
        step_s=1,
        lookback_s=1,
        failures=(*known.ANY_SIGNAL, known.GAP),
    ),
    Claim(
        name="quote_ledger.pull_imbalance",
        signal=BOOK_PASS,
        table=QUOTE_LEDGER,
        column="pull_imbalance",
        says="asks withdrawn beyond what trades explain: the mid rises over the next seconds",
        forecast="return",
        sign=1,
        sign_now=1,
        window_s=1,
        horizon_s=10,
        step_s=1,
        lookback_s=60,
        failures=(*known.ANY_SIGNAL, known.SLOW_FEED, known.LATE_CONFIRMED),
    ),
    Claim(
        name="quote_pulls.direction",
        signal=BOOK_PASS,
        table=QUOTE_PULLS,
        column="direction",
        computed=pl.col("direction").cast(pl.Float64),
        says="a best price was withdrawn, known once it could have come back: the mid goes on that way",
        forecast="return",
        sign=1,
        sign_now=1,
        window_s=1,
        horizon_s=10,
        step_s=1,
        lookback_s=60,
        failures=(*known.ANY_SIGNAL, known.SLOW_FEED, known.LATE_CONFIRMED),
        is_event=True,
    ),
    Claim(
        name="replenishment",
        signal=REPLENISHMENT_SIGNAL,
        table=REPLENISHMENT,
        column="side",
        computed=_SIDE,
        says="a bid that is refilled again and again is a passive buyer: the mid rises. Open: detection attracts "
        "takers (De Winne and D'Hondt 2007)",
        forecast="return",
        sign=1,
        sign_now=0,
        window_s=1,
        horizon_s=60,
        step_s=1,
        lookback_s=_DAY_S,
        failures=(*known.ANY_SIGNAL, known.MIXED_CHAINS),
        is_event=True,
    ),
    Claim(
        name="replenishment_rate",
        signal=REPLENISHMENT_RATE_SIGNAL,
        table=REPLENISHMENT_RATE,
        column="replenish_imbalance",
        where=pl.col("side") == 1,
        says="more refilled at bids than at asks in the minute: a passive buyer, the mid rises. Open, as replenishment",
        forecast="return",
        sign=1,
        sign_now=0,
        window_s=60,
        horizon_s=300,
        step_s=60,
        lookback_s=_DAY_S,
        failures=(*known.ANY_SIGNAL, known.MIXED_CHAINS),
    ),
    *(
        Claim(
            name=name,
            signal=ORDER_FLOW_SIGNAL,
            table=ORDER_FLOW,
            column=column,
            says=says,
            forecast="return",
            sign=1,
            sign_now=1,
            window_s=window_s,
            horizon_s=window_s,
            step_s=1,
            lookback_s=window_s,
            failures=(*known.ANY_SIGNAL, known.GAP, known.TAPE_GAP),
        )
        for name, column, window_s, says in (
            (
                "order_flow",
                "ofi_norm_10s",
                10,
                "net buying pressure on the best prices goes on for as long again. It explains its own window (Cont, "
                "Kukanov and Stoikov 2014), partly by accounting; little of the next is expected",
            ),
            ("order_flow.ofi_norm_60s", "ofi_norm_60s", 60, "the same over the minute"),
            ("order_flow.ofi_integrated_10s", "ofi_integrated_10s", 10, "the same over five levels"),
            ("order_flow.tfi_norm_10s", "tfi_norm_10s", 10, "what takers bought net goes on for as long again"),
        )
    ),
    Claim(
        name="microprice",
        signal=MICROPRICE_SIGNAL,
        table=MICROPRICE,
        column="adjustment_bps",
        says="the mid goes to the microprice fitted on earlier days (Stoikov 2018)",
        forecast="return",
        sign=1,
        sign_now=0,
        window_s=1,
        horizon_s=10,
        step_s=1,
        lookback_s=_DAY_S,
        failures=(*known.ANY_SIGNAL, known.RARE_STATES),
    ),
)
