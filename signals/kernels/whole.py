"""Whether numbers lie on a grid, quickly."""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_FLOATS = types.Array(types.float64, 1, "C", readonly=True)


@njit(types.boolean(_FLOATS, types.float64, types.float64, types.float64), cache=True, nogil=True)
def are_whole(values, scale, unit, most):
    """True if every value is a whole number of `unit` / `scale`, as Grid counts them, and fewer than `most`.

    The tolerance is for counts of which a double still tells the fraction: True is sure, False may need a closer
    look. Not a number is on no grid.
    """
    good = True
    for value in values:
        count = value * scale / unit
        whole = np.rint(count)
        good &= (abs(count - whole) <= 1e-6) & (count < most) & ((whole != 0.0) | (count == 0.0))
    return good
