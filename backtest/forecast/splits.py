"""How minutes are set apart: a part to learn on, walked forward, and the last fifth, opened once."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from backtest.forecast.choices import Choices
from backtest.forecast.rows import subset
from backtest.inference.effective_sample import detectable_ic
from backtest.inference.purged_kfold import Samples, Split, combinatorial, least_embargo, walk_forward
from backtest.verdict import LEVEL, POWER

Ints = NDArray[np.int64]

LEAST_ROWS = 500
LEAST_WINDOWS = 30
"""Outcomes without overlap in the test part: fewer do not say whether a mean is above 0."""
LEAST_TRAIN = 250
LEAST_INNER = 100
"""Rows to learn on of a refit, and of a split inside it."""


class TooFew(ValueError):
    """So few rows that nothing could be shown; says what so few cannot show."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Places of rows. develop: rows to learn on whose outcome, and the embargo after it, ended before the test began;
    folds: train and test of each refit inside it; embargo: microseconds."""

    develop: Ints
    test: Ints
    folds: tuple[Split, ...]
    embargo: int


def parts(samples: Samples, choices: Choices) -> Parts:
    """The last 20 % of rows as the test, and refits over the second half of what is before, each on all its past.

    Raises TooFew.
    """
    n = samples.known.size
    _check_enough(n, choices)
    embargo = least_embargo(samples)
    cut = n * 8 // 10
    held = replace(samples, end=samples.end + embargo)
    develop, test = np.flatnonzero(held.end < samples.known[cut]), np.arange(cut, n)
    if develop.size < 2 * LEAST_TRAIN:
        raise TooFew(_too_few_to_learn(develop.size, 2 * LEAST_TRAIN, n, embargo))
    inside = subset(held, develop)
    starts = inside.known[np.linspace(develop.size // 2, develop.size, choices.folds, endpoint=False).astype(int)]
    folds = tuple(walk_forward(inside, starts=[int(s) for s in starts], window=None))
    first = folds[0][0].size if folds else 0
    if first < LEAST_TRAIN:
        raise TooFew(_too_few_to_learn(first, LEAST_TRAIN, n, embargo))
    return Parts(develop, test, folds, embargo)


def _too_few_to_learn(got: int, need: int, n: int, embargo: int) -> str:
    return (
        f"expected {need} minutes to learn on, got {got} of {n:,}: the rest is tested, or lies in an embargo of "
        f"{embargo / 6e7:.0f} minutes before what is"
    )


def inner_splits(samples: Samples, embargo: int) -> list[Split]:
    """Up to three refits over the last 60 % of the rows to learn on: where penalties and signals are chosen."""
    n = samples.known.size
    held = replace(samples, end=samples.end + embargo)
    starts = [int(samples.known[n * share // 10]) for share in (4, 6, 8)]
    splits = list(walk_forward(held, starts=starts, window=None))
    return [(train, test) for train, test in splits if train.size >= LEAST_INNER]


def combinations_of(samples: Samples, embargo: int) -> list[Split]:
    """Every two of six blocks tested on what purge and embargo leave of the others, if enough to learn on."""
    splits = combinatorial(samples, groups=6, tested=2, embargo=embargo)
    return [(train, test) for train, test in splits if train.size >= LEAST_TRAIN]


def _check_enough(n: int, choices: Choices) -> None:
    windows = n // 5 // choices.horizon_min
    if n >= LEAST_ROWS and windows >= LEAST_WINDOWS:
        return
    need = max(LEAST_ROWS, 5 * LEAST_WINDOWS * choices.horizon_min)
    reach = detectable_ic(max(windows, 1), level=LEVEL, power=POWER)
    shows = f"no correlation below {reach:.2f}, and real ones are a tenth of that" if reach < 1 else "nothing at all"
    raise TooFew(
        f"expected {need:,} minutes with an outcome ({need / 1440:.1f} days), got {n:,}: the last fifth, to test on, "
        f"has {windows} outcomes that do not overlap, which could show {shows}"
    )
