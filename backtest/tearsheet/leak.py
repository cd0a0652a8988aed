"""What no honest signal does: whoever does it has seen the future, or is the find of the decade."""

from typing import Final

import numpy as np

from backtest.tearsheet.book_mids import Floats
from backtest.tearsheet.case import Case
from backtest.tearsheet.explained import SANITY_S, explained_of, least_r2

FAST_R2: Final = 0.02
"""Of returns over 10 s, after latency: order flow explains less on any venue it was measured on."""
SLOW_R2: Final = 0.05
"""Of returns over longer horizons: our own bound, wide."""
SIZE_R2: Final = 0.5
"""Of the size of returns, which remember: our own bound."""
MOST_T: Final = 30.0


def suspicions(case: Case, x: Floats, horizon_s: float) -> list[str]:
    """Sentences, one for each bound that is broken even at the near end of the interval; none if all hold."""
    found = []
    now = explained_of(case, x, case.now(), case.claim.window_s)
    for span in sorted({float(SANITY_S), float(horizon_s)}):
        ahead = explained_of(case, x, case.forward(span), span)
        least, bound = least_r2(ahead), _bound(case, span)
        if np.isfinite(least) and least > bound:
            found.append(f"explains at least {least:.1%} of what follows over {span:g} s; honest is up to {bound:.0%}")
        if case.claim.sign_now and case.claim.forecast == "return" and least > max(0.5 * bound, now.r2):
            found.append(f"explains more of the next {span:g} s ({least:.1%}) than of its own window ({now.r2:.1%})")
        if case.claim.forecast == "return" and np.isfinite(ahead.slope.t) and abs(ahead.slope.t) > MOST_T:
            found.append(f"t of {ahead.slope.t:.0f} over {span:g} s: no honest value is that sure")
    return found


def _bound(case: Case, span: float) -> float:
    if case.claim.forecast == "size":
        return SIZE_R2
    return FAST_R2 if span <= SANITY_S else SLOW_R2
