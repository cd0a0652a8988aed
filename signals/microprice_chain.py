"""The chain of quote states: how often each follows each, and how far the mid is expected to go from each in the end.

Stoikov (2018) splits a step into Q (the mid stays) and T (it changes, by R K on average), and adds up one change of the
mid after the other: g = sum_i B^i (1 - Q)^-1 R K with B = (1 - Q)^-1 T. It solves (1 - Q - T) g = R K, and is found
that way. Every move is counted with its mirror image, in which bids are asks and up is down. So g is antisymmetric, and
half of the states is enough: mirrored halves agree to the bit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signals.quote_states import QuoteStates

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ChainShape:
    """`spreads` x `bins` states, the bins of the narrowest spread first; changes of the mid count as at most
    `max_change` half ticks."""

    spreads: int
    bins: int
    max_change: int

    def __post_init__(self) -> None:
        if self.spreads < 1 or self.bins < 2 or self.bins % 2 or self.max_change < 1:
            raise ValueError(
                "expected max_spread_ticks and max_change_ticks of at least 1 and an even number of bins, got "
                f"{self.spreads}, {self.max_change / 2} and {self.bins}"
            )

    @property
    def size(self) -> int:
        return self.spreads * self.bins

    @property
    def mirror(self) -> Ints:
        """The mirror image of each state."""
        return np.arange(self.size).reshape(self.spreads, self.bins)[:, ::-1].ravel()

    def codes(self, spread: Ints, bins: Ints) -> Ints:
        """The number of each state; `size` for all that lie beyond them."""
        return np.where(spread <= self.spreads, (spread - 1) * self.bins + bins, self.size)


@dataclass(frozen=True, slots=True)
class Moves:
    """Moves from one second to the next, and as many mirrored ones. All numbers are twice that, so that halves are
    whole.

    `to[x, y]`: from state x to y, the last column to what is beyond all states. `change[x]`: sum of the changes of the
    mid, in half ticks; `changed[x]`: how many there were; `clipped[x]`: of them, larger than counted.
    """

    to: Ints
    change: Ints
    changed: Ints
    clipped: Ints

    @property
    def count(self) -> Ints:
        """Moves from each state."""
        return np.asarray(self.to.sum(axis=1))


def count_moves(before: QuoteStates, after: QuoteStates, shape: ChainShape) -> Moves:
    """Moves from each row of `before` to that of `after`. What starts beyond the states is left out.

    Equal sizes count half in each of the two middle bins: a market and its mirror image have mirrored moves.
    """
    size, mirror = shape.size, shape.mirror
    change = after.twice_mid - before.twice_mid
    counted = np.clip(change, -shape.max_change, shape.max_change)
    is_clipped = counted != change
    to = np.zeros((size + 1) ** 2, np.int64)
    sums = np.zeros((3, size + 1), np.int64)
    for at, then in ((before.low_bin, after.low_bin), (before.high_bin, after.high_bin)):
        from_state, to_state = shape.codes(before.spread, at), shape.codes(after.spread, then)
        to += np.bincount(from_state * (size + 1) + to_state, minlength=to.size)
        for row, weight in enumerate((counted, change != 0, is_clipped)):
            sums[row] += np.rint(np.bincount(from_state, weight, size + 1)).astype(np.int64)
    there = to.reshape(size + 1, size + 1)[:size]
    both = there + there[np.ix_(mirror, np.append(mirror, size))]
    change_sum, changed, clipped = sums[:, :size]
    return Moves(both, change_sum - change_sum[mirror], changed + changed[mirror], clipped + clipped[mirror])


def adjustments(moves: Moves, shape: ChainShape, min_visits: int) -> tuple[Floats, Bools]:
    """(g in ticks, whether the past tells it) of every state; g is 0 where it does not, and beyond the states."""
    mirror, count = shape.mirror, moves.count
    is_told = _lasting(moves.to, count >= 2 * max(min_visits, 1), mirror)
    half = np.flatnonzero(is_told & (np.arange(shape.size) % shape.bins < shape.bins // 2))
    share = moves.to[half] / count[half, None]
    stays = share[:, half] - share[:, mirror[half]]
    found = np.linalg.solve(np.eye(half.size) - stays, moves.change[half] / count[half]) / 2
    g = np.zeros(shape.size)
    g[half], g[mirror[half]] = found, 0.0 - found
    return g, is_told


def _lasting(to: Ints, is_seen: Bools, mirror: Ints) -> Bools:
    """The states whose expected path has an end: it may leave the states, or come to meet its own mirror image.

    Others are caught on one side, where the mid would go on the same way for ever.
    """
    is_move = (to[:, :-1] > 0) & is_seen & is_seen[:, None]
    leaves = is_seen & (to.sum(axis=1) > to[:, :-1][:, is_seen].sum(axis=1))
    reach = is_move | np.eye(is_seen.size, dtype=np.bool_)
    for _ in range(int(is_seen.size).bit_length()):
        reach = (reach.astype(np.float64) @ reach) > 0
    ends = leaves | (reach[np.arange(is_seen.size), mirror] & is_seen)
    return np.asarray(is_seen & (reach[:, ends].any(axis=1)))
