"""Claims about how far the mid goes, whichever way."""

from typing import Final

from backtest.claims import failures as known
from backtest.claims.claim import Claim
from signals.price_impact import PRICE_IMPACT, PRICE_IMPACT_SIGNAL
from signals.spread import SPREAD, SPREAD_SIGNAL
from signals.spread_widening import SPREAD_WIDENING, SPREAD_WIDENING_SIGNAL
from signals.volatility import VOLATILITY, VOLATILITY_SIGNAL
from signals.volatility_regime import VOLATILITY_REGIME, VOLATILITY_REGIME_SIGNAL
from signals.vpin import VPIN, VPIN_SIGNAL

_DAY_S: Final = 86_400

SIZES: Final[tuple[Claim, ...]] = (
    Claim(
        name="vpin",
        signal=VPIN_SIGNAL,
        table=VPIN,
        column="vpin_ratio",
        says="flow more one-sided than chance: larger moves ahead. Evidence both ways (Easley et al. 2012; Andersen "
        "and Bondarenko 2014)",
        forecast="size",
        sign=1,
        sign_now=1,
        window_s=900,
        horizon_s=900,
        step_s=1,
        lookback_s=_DAY_S,
        failures=(*known.ANY_SIGNAL, known.TRADE_COUNT, known.OWN_MEMORY),
        is_event=True,
    ),
    Claim(
        name="price_impact",
        signal=PRICE_IMPACT_SIGNAL,
        table=PRICE_IMPACT,
        column="kyle_lambda",
        says="the same flow moved the price more over the past hour: a thin book, larger moves ahead",
        forecast="size",
        sign=1,
        sign_now=1,
        window_s=3_600,
        horizon_s=900,
        step_s=60,
        lookback_s=3_600,
        failures=(*known.ANY_SIGNAL, known.OWN_MEMORY),
    ),
    Claim(
        name="spread",
        signal=SPREAD_SIGNAL,
        table=SPREAD,
        column="spread_bps",
        says="makers ask for more: larger moves ahead",
        forecast="size",
        sign=1,
        sign_now=1,
        window_s=60,
        horizon_s=300,
        step_s=60,
        lookback_s=60,
        failures=(*known.ANY_SIGNAL, known.OWN_MEMORY),
    ),
    Claim(
        name="spread_widening",
        signal=SPREAD_WIDENING_SIGNAL,
        table=SPREAD_WIDENING,
        column="z",
        says="makers ask for more than in the window before: larger moves ahead (Comerton-Forde et al. 2010)",
        forecast="size",
        sign=1,
        sign_now=1,
        window_s=1,
        horizon_s=60,
        step_s=1,
        lookback_s=3_600,
        failures=(*known.ANY_SIGNAL, known.WANDERING, known.OWN_MEMORY),
    ),
    Claim(
        name="volatility",
        signal=VOLATILITY_SIGNAL,
        table=VOLATILITY,
        column="realised_vol",
        pick=("window_min", 15),
        says="volatility clusters: it forecasts itself",
        forecast="size",
        sign=1,
        sign_now=1,
        window_s=900,
        horizon_s=900,
        step_s=60,
        lookback_s=900,
        failures=(*known.ANY_SIGNAL, known.OWN_MEMORY),
    ),
    Claim(
        name="volatility_regime",
        signal=VOLATILITY_REGIME_SIGNAL,
        table=VOLATILITY_REGIME,
        column="p_high",
        says="the state of high volatility is likely: larger moves ahead",
        forecast="size",
        sign=1,
        sign_now=1,
        window_s=900,
        horizon_s=900,
        step_s=60,
        lookback_s=28 * _DAY_S,
        failures=(*known.ANY_SIGNAL, known.FUTURE_STATES, known.OWN_MEMORY),
        is_probability=True,
    ),
)
