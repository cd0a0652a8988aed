"""Claims of what options on a market say of its mid: how dear they are, and which side of it is."""

from datetime import date
from typing import Final

from backtest.claims import failures as known
from backtest.claims.claim import Claim
from signals.variance_premium import VARIANCE_PREMIUM, VARIANCE_PREMIUM_SIGNAL
from signals.volatility_skew import VOLATILITY_SKEW, VOLATILITY_SKEW_SIGNAL

_REGISTERED: Final = date(2026, 11, 29)
_DAY_S: Final = 86_400
_WEEK: Final = ("maturity_days", 7)

OPTIONS: Final[tuple[Claim, ...]] = (
    Claim(
        name="volatility_skew",
        signal=VOLATILITY_SKEW_SIGNAL,
        table=VOLATILITY_SKEW,
        column="rr25",
        pick=_WEEK,
        says="calls are dearer than usual against puts: who knows or fears buys them first, the mid rises. Shown of "
        "stocks over weeks (Xing, Zhang and Zhao 2010); skew also moves with the price mechanically, so little is "
        "expected beyond the past return",
        forecast="return",
        sign=1,
        sign_now=0,
        window_s=3_600,
        horizon_s=3_600,
        step_s=60,
        lookback_s=60,
        failures=(*known.ANY_SIGNAL, known.VENDOR_SIGN, known.MODEL_MARKS, known.SKEW_MOVES, known.WANDERING),
        middle="past median",
        registered=_REGISTERED,
    ),
    Claim(
        name="volatility_skew.atm_iv",
        signal=VOLATILITY_SKEW_SIGNAL,
        table=VOLATILITY_SKEW,
        column="atm_iv",
        pick=_WEEK,
        says="options are dear: larger moves ahead, for which they are priced (Christensen and Prabhala 1998)",
        forecast="size",
        sign=1,
        sign_now=1,
        window_s=3_600,
        horizon_s=3_600,
        step_s=60,
        lookback_s=60,
        failures=(*known.ANY_SIGNAL, known.MODEL_MARKS, known.OWN_MEMORY),
        registered=_REGISTERED,
    ),
    Claim(
        name="variance_premium",
        signal=VARIANCE_PREMIUM_SIGNAL,
        table=VARIANCE_PREMIUM,
        column="trailing_premium",
        pick=_WEEK,
        says="options are dear against what the price did: who bears its risk is paid, the mid rises. Shown of stock "
        "indices over months (Bollerslev, Tauchen and Zhou 2009); over hours nothing is expected",
        forecast="return",
        sign=1,
        sign_now=0,
        window_s=3_600,
        horizon_s=21_600,
        step_s=60,
        lookback_s=7 * _DAY_S,
        failures=(*known.ANY_SIGNAL, known.UNLIKE_WINDOWS, known.PREMIUM_TOO_SOON, known.WANDERING),
        middle="past median",
        registered=_REGISTERED,
    ),
)
