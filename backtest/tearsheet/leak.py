"""What no honest signal does: whoever does it has seen the future, or is the find of the decade."""

from typing import Final

import numpy as np

from backtest.tearsheet.book_mids import Floats
from backtest.tearsheet.case import Case
from backtest.tearsheet.explained import SANITY_S, explained_of, least_r2

FAST_R2: Final = 0.02
"""Of returns over 10 s, after latency, and of flow over less: order flow explains less wherever it was measured."""
WIDE_R2: Final = 0.05
"""Of returns over longer horizons, and of a second after the state of a book, which may well show in it: our own."""
SIZE_R2: Final = 0.5
"""Of the size of returns, which remember: our own bound."""


def suspicions(case: Case, x: Floats, horizon_s: float) -> list[str]:
    """Sentences, one for each bound that is broken even at the near end of the interval; none if all hold.

    Of a span of which fewer than twenty returns stand apart nothing is said.
    """
    found = []
    now = explained_of(case, x, case.now(), case.claim.window_s)
    for span in sorted({float(SANITY_S), float(horizon_s)}):
        ahead = explained_of(case, x, case.forward(span), span)
        least, bound = least_r2(ahead), _bound(case, span)
        if np.isfinite(least) and least > bound:
            found.append(f"explains at least {least:.1%} of what follows over {span:g} s; honest is up to {bound:.0%}")
        if case.claim.sign_now and case.claim.forecast == "return" and least > 0.5 * bound and least > now.r2:
            found.append(f"explains more of the next {span:g} s ({least:.1%}) than of its own window ({now.r2:.1%})")
    return found


def _bound(case: Case, span: float) -> float:
    if case.claim.forecast == "size":
        return SIZE_R2
    is_flow = case.claim.sign_now != 0
    return FAST_R2 if span == SANITY_S or (is_flow and span < SANITY_S) else WIDE_R2
