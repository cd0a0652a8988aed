"""An alarm that stays on until it has been quiet for a while."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_FLAGS = types.Array(types.boolean, 1, "C", readonly=True)


@njit(types.boolean[::1](_FLAGS, _FLAGS, types.int64), cache=True, nogil=True)
def latched(is_alarm, is_quiet, positions):
    """Whether it is on at each position: from an alarm on, until the last of `positions` quiet ones in a row.

    It is off before the first alarm. A position that is neither, or of which nothing is known, is not quiet.
    """
    on = np.zeros(is_alarm.size, np.bool_)
    is_on, quiet = False, 0
    for i in range(is_alarm.size):
        quiet = quiet + 1 if is_quiet[i] and not is_alarm[i] else 0
        if is_alarm[i]:
            is_on = True
        elif quiet >= positions:
            is_on = False
        on[i] = is_on
    return on
