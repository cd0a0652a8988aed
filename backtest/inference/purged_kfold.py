"""Splits in time that share no information: purge, embargo, combinations of blocks, walk-forward.

Lopez de Prado (2018). A sample is decided on at `known`, looks back to `begin` <= known and its label ends at `end` >
known; all (n,), one unit of time, samples in order of `known`. Splits are pairs of indices (train, test).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Split = tuple[Ints, Ints]


@dataclass(frozen=True, slots=True)
class Samples:
    """When each sample began to look, was decided on, and had its label; refused if out of order."""

    begin: Ints
    known: Ints
    end: Ints

    def __post_init__(self) -> None:
        if not self.begin.size == self.known.size == self.end.size:
            raise ValueError("need begin, known and end of every sample")
        if (np.diff(self.known) < 0).any():
            raise ValueError("need samples in order of known")
        if (self.begin > self.known).any() or (self.end <= self.known).any():
            raise ValueError("need begin <= known < end of every sample")


def least_embargo(samples: Samples) -> int:
    """Longest of label, look back and 1 % of the span: so long a block's news may reach on."""
    span = int(samples.end.max() - samples.known.min())
    return max(int((samples.end - samples.known).max()), int((samples.known - samples.begin).max()), -(-span // 100))


def purged_kfold(samples: Samples, *, folds: int, embargo: int) -> Iterator[Split]:
    """Every one of `folds` blocks in time is tested once, on what purge and embargo leave of the others."""
    yield from combinatorial(samples, groups=folds, tested=1, embargo=embargo)


def combinatorial(samples: Samples, *, groups: int, tested: int, embargo: int) -> Iterator[Split]:
    """Combinatorial purged cross-validation: every `tested` of `groups` blocks in time, in lexical order."""
    n = samples.known.size
    if not 1 <= tested < groups <= n:
        raise ValueError(f"need 1 <= tested < groups <= {n}, got {tested} and {groups}")
    blocks = np.array_split(np.arange(n), groups)
    shut = [~is_apart(samples, block, embargo) for block in blocks]
    for chosen in combinations(range(groups), tested):
        train = ~np.any([shut[b] for b in chosen], axis=0)
        yield np.flatnonzero(train), np.concatenate([blocks[b] for b in chosen])


def is_apart(samples: Samples, block: Ints, embargo: int) -> Bools:
    """Samples that may train what `block` tests: look back to label touches none of it, and none begins in its embargo.

    The block reaches from its first decision to its last label; the embargo follows, and counts by decision.
    """
    first, last = samples.known[block].min(), samples.end[block].max()
    touches = (samples.begin <= last) & (samples.end >= first)
    waits = (samples.known > last) & (samples.known <= last + embargo)
    return ~touches & ~waits


def paths(groups: int, tested: int) -> Ints:
    """Split of `combinatorial` that gives each group of each path: shape (paths, groups), every split's test used once.

    comb(groups, tested) * tested / groups histories of the whole span come of it.
    """
    splits = list(combinations(range(groups), tested))
    return np.array([[i for i, chosen in enumerate(splits) if g in chosen] for g in range(groups)]).T


def walk_forward(samples: Samples, *, starts: Sequence[int], window: int | None) -> Iterator[Split]:
    """Refits at `starts` (times, ascending), each tested up to the next, the last to the end.

    Trained on labels that ended before the refit: of all the past (window None: expanding), or of decisions at most
    `window` before it (rolling). Refits with nothing to train on or to test are left out.
    """
    if any(a >= b for a, b in pairwise(starts)):
        raise ValueError("need starts that ascend")
    for i, start in enumerate(starts):
        train = samples.end < start
        if window is not None:
            train &= samples.known >= start - window
        test = samples.known >= start
        if i + 1 < len(starts):
            test &= samples.known < starts[i + 1]
        if train.any() and test.any():
            yield np.flatnonzero(train), np.flatnonzero(test)


def chronological(samples: Samples) -> tuple[Ints, Ints, Ints]:
    """Train, validation and test: 60, 20 and 20 % of samples in time, less those whose label reaches the next part."""
    n = samples.known.size
    first, second = n * 6 // 10, n * 8 // 10
    if not 0 < first < second < n:
        raise ValueError(f"{n} samples cannot be cut in three")
    place, test_from = np.arange(n), samples.known[second]
    train = (place < first) & (samples.end < samples.known[first])
    validation = (place >= first) & (place < second) & (samples.end < test_from)
    return np.flatnonzero(train), np.flatnonzero(validation), np.arange(second, n)
