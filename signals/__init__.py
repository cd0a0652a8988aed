"""The mathematics of the footprint: frames and arrays in, frames out.

Adding a signal is its module, its test and one line here.
"""

from signals.basis import BASIS_SIGNAL
from signals.book_pass import BOOK_PASS
from signals.table import Signal

SIGNALS: tuple[Signal, ...] = (BOOK_PASS, BASIS_SIGNAL)
