"""Probability of backtest overfitting: how often the best of many trials in one half is below the middle in the other.

Combinatorially symmetric cross-validation. Bailey, Borwein, Lopez de Prado and Zhu (2017).
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Overfitting:
    """`pbo`: share of splits in which the best in sample ranks below the median out of sample (at it: one half).

    Above 0.2 nothing is published. `loss`: share in which it loses out of sample. `slope`: of its Sharpe ratio out of
    sample on that in sample; below 0, better looking is worse. `ranks` (splits,): its relative rank, 0 to 1.
    """

    pbo: float
    loss: float
    slope: float
    ranks: Floats


def overfitting(returns: Floats, *, blocks: int) -> Overfitting:
    """CSCV of returns (periods, trials) by Sharpe ratio, in `blocks` (even) of equal length; a rest at the end is
    not used. 16 blocks give 12,870 splits.

    Needs two trials, no NaN, and three periods a block or more, long enough that memory does not join blocks.
    """
    periods, trials = returns.shape
    if blocks < 2 or blocks % 2 or periods < 3 * blocks or trials < 2 or not np.isfinite(returns).all():
        raise ValueError(f"need an even number of blocks, 3 periods each, 2 trials without holes; got {returns.shape}")
    length = periods // blocks
    cut = returns[: length * blocks].reshape(blocks, length, trials)
    centred = cut - cut.mean(axis=(0, 1))
    sums, squares = cut.sum(axis=1), (centred**2).sum(axis=1)
    shift = cut.mean(axis=(0, 1))
    halves = np.array(list(combinations(range(blocks), blocks // 2)))
    inside = np.zeros((halves.shape[0], blocks))
    np.put_along_axis(inside, halves, 1.0, axis=1)
    size = length * blocks // 2
    ranks, best_in, best_out = [], [], []
    for part in np.array_split(inside, max(1, inside.shape[0] * trials // _AT_ONCE)):
        good, out = (_sharpe(side @ sums, side @ squares, size, shift) for side in (part, 1 - part))
        best = good.argmax(axis=1)[:, None]
        chosen = np.take_along_axis(out, best, axis=1)
        below, same = (out < chosen).sum(axis=1), (out == chosen).sum(axis=1)
        ranks.append((below + (same + 1) / 2) / (trials + 1))
        best_in.append(np.take_along_axis(good, best, axis=1)[:, 0])
        best_out.append(chosen[:, 0])
    rank, x, y = np.concatenate(ranks), np.concatenate(best_in), np.concatenate(best_out)
    pbo = float((rank < 0.5).mean() + (rank == 0.5).mean() / 2)
    spread = float(x.var())
    slope = float(np.cov(x, y, ddof=0)[0, 1] / spread) if spread > 0 else float("nan")
    return Overfitting(pbo, float((y < 0).mean()), slope, rank)


def _sharpe(sums: Floats, squares: Floats, size: int, shift: Floats) -> Floats:
    """Sharpe ratios (splits, trials) of halves of `size` periods; 0 for one that does not move.

    `squares` are of deviations from `shift`, so that little is lost by subtraction.
    """
    mean = sums / size
    variance = (squares - size * (mean - shift) ** 2) / (size - 1)
    moves = variance > 1e-14 * squares / size
    return np.divide(
        mean, np.sqrt(variance, where=moves, out=np.ones_like(variance)), where=moves, out=np.zeros_like(mean)
    )
