"""What came after a minute was known: the return of the mid, or its volatility, over the horizon."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.forecast.choices import Choices
from backtest.mids import BPS, Mids
from signals.bars import MILLISECOND, SECOND

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Per minute (n,): when the outcome begins and ends (microseconds), its value, and why there is none, or ""."""

    begin: Ints
    end: Ints
    value: Floats
    why_not: NDArray[np.str_]


def outcomes(known: Ints, mids: Mids, choices: Choices) -> Outcomes:
    """Outcomes of minutes known at `known` (microseconds): from the first whole second at or after known + latency.

    return: of the mid, bps; volatility: logarithm of that of the mid, as a fraction a year.
    """
    begin = mids.place(known + round(choices.latency_ms * MILLISECOND))
    span = 60 * choices.horizon_min
    end = begin + span
    start, stop = mids.at(begin), mids.at(end)
    why_not = np.full(known.size, "", dtype="<U40")
    if choices.target == "return":
        value = (stop - start) * BPS
    else:
        vol = mids.volatility(end, span, choices.sampling_s)
        _mark(why_not, np.isnan(vol), "a gap in the window of the outcome")
        _mark(why_not, vol == 0, "a mid that never moved")
        value = np.log(np.where(vol > 0, vol, np.nan))
    _mark(why_not, mids.known(end, span) / span < choices.min_coverage, "a gap in the window of the outcome")
    _mark(why_not, np.isnan(start), "no mid when it could be acted on")
    _mark(why_not, np.isnan(stop), "no mid at the end of the outcome")
    _mark(why_not, end >= mids.size, "an outcome after the end of the data")
    begins, ends = (mids.first + place * SECOND for place in (begin, end))
    return Outcomes(begins, ends, np.where(why_not == "", value, np.nan), why_not)


def _mark(why_not: NDArray[np.str_], where: Bools, why: str) -> None:
    why_not[where] = why
