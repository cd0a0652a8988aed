"""Claims about where the mid goes, of what traders hold and pay for: basis, funding, makers' inventory."""

from typing import Final

import polars as pl

from backtest.claims import failures as known
from backtest.claims.claim import Claim
from signals.basis import BASIS, BASIS_SIGNAL
from signals.inventory_state import INVENTORY_STATE, INVENTORY_STATE_SIGNAL
from signals.inventory_total import INVENTORY_TOTAL, INVENTORY_TOTAL_SIGNAL
from signals.maker_flow import MAKER_FLOW, MAKER_FLOW_SIGNAL
from signals.maker_inventory import MAKER_INVENTORY, MAKER_INVENTORY_SIGNAL
from signals.reversion import REVERSION, REVERSION_SIGNAL

_DAY_S: Final = 86_400

HOLDINGS: Final[tuple[Claim, ...]] = (
    Claim(
        name="basis",
        signal=BASIS_SIGNAL,
        table=BASIS,
        column="basis_mid_bps",
        says="dear against the reference market: carry trades sell it, the mid falls. A premium can persist",
        forecast="return",
        sign=-1,
        sign_now=0,
        window_s=1,
        horizon_s=300,
        step_s=1,
        lookback_s=60,
        failures=(*known.ANY_SIGNAL, known.STALE_SPOT),
        middle="past median",
    ),
    Claim(
        name="basis.funding_apr",
        signal=BASIS_SIGNAL,
        table=BASIS,
        column="funding_apr",
        says="longs pay much: they are crowded, the mid falls. Contrarian by mechanism, weak as timing",
        forecast="return",
        sign=-1,
        sign_now=0,
        window_s=3_600,
        horizon_s=21_600,
        step_s=1,
        lookback_s=8 * 3_600,
        failures=(*known.ANY_SIGNAL, known.STALE_SPOT),
        middle="past median",
    ),
    Claim(
        name="maker_flow",
        signal=MAKER_FLOW_SIGNAL,
        table=MAKER_FLOW,
        column="decayed_qty",
        pick=("half_life_min", 30),
        says="makers were left long by what takers sold: they unload into the recovery, reversal up, if any",
        forecast="return",
        sign=1,
        sign_now=-1,
        window_s=1_800,
        horizon_s=900,
        step_s=60,
        lookback_s=_DAY_S,
        failures=(*known.ANY_SIGNAL, known.NO_LEAK, known.TAPE_GAP),
    ),
    Claim(
        name="maker_inventory",
        signal=MAKER_INVENTORY_SIGNAL,
        table=MAKER_INVENTORY,
        column="z_level",
        pick=("half_life_min", 30),
        says="makers unusually long: reversal up, if any. Holds for specialists over days (Hendershott and Menkveld "
        "2014); for minutes in crypto it is a hypothesis",
        forecast="return",
        sign=1,
        sign_now=-1,
        window_s=1_800,
        horizon_s=900,
        step_s=60,
        lookback_s=6 * 3_600,
        failures=(*known.ANY_SIGNAL, known.NO_LEAK, known.WANDERING),
    ),
    Claim(
        name="inventory_total",
        signal=INVENTORY_TOTAL_SIGNAL,
        table=INVENTORY_TOTAL,
        column="z_level",
        pick=("half_life_min", 30),
        says="makers of all markets of the asset unusually long: reversal up, if any. A hypothesis, as maker_inventory",
        forecast="return",
        sign=1,
        sign_now=-1,
        window_s=1_800,
        horizon_s=900,
        step_s=60,
        lookback_s=6 * 3_600,
        failures=(*known.ANY_SIGNAL, known.NO_LEAK, known.WANDERING),
    ),
    Claim(
        name="inventory_state",
        signal=INVENTORY_STATE_SIGNAL,
        table=INVENTORY_STATE,
        column="inventory_qty",
        says="makers long by the average over half-lives: reversal up, if any. A hypothesis, as maker_inventory",
        forecast="return",
        sign=1,
        sign_now=-1,
        window_s=900,
        horizon_s=900,
        step_s=60,
        lookback_s=12 * 3_600,
        failures=(*known.ANY_SIGNAL, known.NO_LEAK),
    ),
    Claim(
        name="reversion_signal",
        signal=REVERSION_SIGNAL,
        table=REVERSION,
        column="direction",
        computed=pl.when(pl.col("state").is_in(["IDLE", "ARMED", "COOLDOWN"]))
        .then(0.0)
        .otherwise(pl.col("direction").cast(pl.Float64)),
        says="after extreme inventory and a pullback the mid goes the way of the position. The rule's own trades, with "
        "its exits, are judged by a backtest, not here",
        forecast="return",
        sign=1,
        sign_now=0,
        window_s=3_600,
        horizon_s=3_600,
        step_s=60,
        lookback_s=2 * _DAY_S,
        failures=(*known.ANY_SIGNAL, known.WANDERING, known.REPEATED_WALK),
    ),
)
