"""The mathematics of the footprint: frames and arrays in, frames out.

Adding a signal is its module, its test and one line here.
"""

from signals.basis import BASIS_SIGNAL
from signals.book_pass import BOOK_PASS
from signals.chain_ends import CHAIN_ENDS_SIGNAL
from signals.inventory_state import INVENTORY_STATE_SIGNAL
from signals.inventory_total import INVENTORY_TOTAL_SIGNAL
from signals.maker_flow import MAKER_FLOW_SIGNAL
from signals.maker_inventory import MAKER_INVENTORY_SIGNAL
from signals.replenishment import REPLENISHMENT_SIGNAL
from signals.reversion import REVERSION_SIGNAL
from signals.sweeps import SWEEPS_SIGNAL
from signals.table import Signal
from signals.taker_aggression import TAKER_AGGRESSION_SIGNAL

SIGNALS: tuple[Signal, ...] = (
    BOOK_PASS,
    TAKER_AGGRESSION_SIGNAL,
    SWEEPS_SIGNAL,
    CHAIN_ENDS_SIGNAL,
    REPLENISHMENT_SIGNAL,
    BASIS_SIGNAL,
    MAKER_FLOW_SIGNAL,
    MAKER_INVENTORY_SIGNAL,
    INVENTORY_TOTAL_SIGNAL,
    INVENTORY_STATE_SIGNAL,
    REVERSION_SIGNAL,
)
