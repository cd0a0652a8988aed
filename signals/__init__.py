"""The mathematics of the footprint: frames and arrays in, frames out.

Adding a signal is its module, its test and one line here.
"""

from signals.basis import BASIS_SIGNAL
from signals.blocks import BLOCKS_SIGNAL
from signals.book_pass import BOOK_PASS
from signals.chain_ends import CHAIN_ENDS_SIGNAL
from signals.correlation import CORRELATION_SIGNAL
from signals.correlation_regime import CORRELATION_REGIME_SIGNAL
from signals.flow_loadings import FLOW_LOADINGS_SIGNAL
from signals.flow_seasonality import FLOW_SEASONALITY_SIGNAL
from signals.footprint import FOOTPRINT_SIGNAL
from signals.implied_volatility import IMPLIED_VOLATILITY_SIGNAL
from signals.inventory_state import INVENTORY_STATE_SIGNAL
from signals.inventory_total import INVENTORY_TOTAL_SIGNAL
from signals.maker_flow import MAKER_FLOW_SIGNAL
from signals.maker_inventory import MAKER_INVENTORY_SIGNAL
from signals.microprice import MICROPRICE_SIGNAL
from signals.microprice_fit import MICROPRICE_FIT_SIGNAL
from signals.observations import OBSERVATIONS_SIGNAL
from signals.order_flow import ORDER_FLOW_SIGNAL
from signals.price_impact import PRICE_IMPACT_SIGNAL
from signals.replenishment import REPLENISHMENT_SIGNAL
from signals.replenishment_rate import REPLENISHMENT_RATE_SIGNAL
from signals.reversion import REVERSION_SIGNAL
from signals.sign_memory import SIGN_MEMORY_SIGNAL
from signals.spread import SPREAD_SIGNAL
from signals.spread_widening import SPREAD_WIDENING_SIGNAL
from signals.sweeps import SWEEPS_SIGNAL
from signals.table import Signal
from signals.taker_aggression import TAKER_AGGRESSION_SIGNAL
from signals.variance_premium import VARIANCE_PREMIUM_SIGNAL
from signals.volatility import VOLATILITY_SIGNAL
from signals.volatility_regime import VOLATILITY_REGIME_SIGNAL
from signals.volatility_skew import VOLATILITY_SKEW_SIGNAL
from signals.vpin import VPIN_SIGNAL
from signals.wash_like import WASH_LIKE_SIGNAL

SIGNALS: tuple[Signal, ...] = (
    BOOK_PASS,
    TAKER_AGGRESSION_SIGNAL,
    VPIN_SIGNAL,
    PRICE_IMPACT_SIGNAL,
    SIGN_MEMORY_SIGNAL,
    SWEEPS_SIGNAL,
    BLOCKS_SIGNAL,
    WASH_LIKE_SIGNAL,
    CHAIN_ENDS_SIGNAL,
    REPLENISHMENT_SIGNAL,
    REPLENISHMENT_RATE_SIGNAL,
    BASIS_SIGNAL,
    MAKER_FLOW_SIGNAL,
    MAKER_INVENTORY_SIGNAL,
    INVENTORY_TOTAL_SIGNAL,
    INVENTORY_STATE_SIGNAL,
    REVERSION_SIGNAL,
    SPREAD_SIGNAL,
    SPREAD_WIDENING_SIGNAL,
    FLOW_LOADINGS_SIGNAL,
    ORDER_FLOW_SIGNAL,
    MICROPRICE_FIT_SIGNAL,
    MICROPRICE_SIGNAL,
    FLOW_SEASONALITY_SIGNAL,
    VOLATILITY_SIGNAL,
    VOLATILITY_REGIME_SIGNAL,
    CORRELATION_SIGNAL,
    CORRELATION_REGIME_SIGNAL,
    OBSERVATIONS_SIGNAL,
    FOOTPRINT_SIGNAL,
    IMPLIED_VOLATILITY_SIGNAL,
    VOLATILITY_SKEW_SIGNAL,
    VARIANCE_PREMIUM_SIGNAL,
)
