"""Do two books say the same? Every integer of every bar is compared before anything is timed."""

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.grid import Grid
from signals.kernels import book_fields as k

Ints = NDArray[np.int64]

ROWS = (
    "bar_end", "state", "bid_px", "ask_px",
    *(f"{side}_qty_{level}" for side in ("bid", "ask") for level in range(1, k.LEVELS + 1)),
    *(f"{side}_depth_{bps}bps" for side in ("bid", "ask") for bps in k.BANDS_BPS),
    *(f"ofi_{level}" for level in range(1, k.LEVELS + 1)),
    "covered_us", "bid_reach", "ask_reach", "last_us",
)  # fmt: skip
"""Names of the rows of bars that are compared, in their order: the sizes below the fifth level are ours alone."""


def bar_differences(ours: Ints, theirs: Ints) -> list[str]:
    """A sentence per row of bars that differs; bars are (rows, bars), ours may have more rows."""
    if ours.shape[1] != theirs.shape[1]:
        return [f"expected {theirs.shape[1]:,} bars, got {ours.shape[1]:,}"]
    return list(_sentences(dict(zip(ROWS, zip(ours, theirs, strict=False), strict=True)), theirs[k.BAR_END]))


def state_differences(states: pl.DataFrame, grid: Grid, theirs: Ints) -> list[str]:
    """The same of finished rows of BOOK_STATE, wherever they state a value."""
    names = {"bid_px": k.BID_PX, "bid_qty": k.BID_QTY, "ask_px": k.ASK_PX, "ask_qty": k.ASK_QTY}
    for at, bps in enumerate(k.BANDS_BPS):
        names |= {f"bid_depth_{bps}bps_qty": k.BID_DEPTH + at, f"ask_depth_{bps}bps_qty": k.ASK_DEPTH + at}
    names |= {f"ofi_{level}": k.OFI + level - 1 for level in range(1, k.LEVELS + 1)}
    pairs = {}
    for name, row in names.items():
        values = states[name].to_numpy() * (grid.scale / grid.tick if name.endswith("_px") else grid.lots)
        pairs[name] = (
            np.where(np.isnan(values), theirs[row], np.rint(np.nan_to_num(values))).astype(np.int64),
            theirs[row],
        )
    return list(_sentences(pairs, theirs[k.BAR_END]))


def best_differences(ours: Ints, best: Ints, depths: Ints | None) -> list[str]:
    """The same of best prices and sizes, and of depths where given, at bars where our book stands."""
    stands = np.isin(ours[k.STATE], (k.OK, k.LOCKED))
    pairs = {
        name: (ours[row][stands], best[at][stands])
        for at, (name, row) in enumerate(
            {"bid_px": k.BID_PX, "bid_qty": k.BID_QTY, "ask_px": k.ASK_PX, "ask_qty": k.ASK_QTY}.items()
        )
    }
    if depths is not None:
        for at, row in enumerate(range(k.BID_DEPTH, k.OFI)):
            shown = stands & (ours[row] >= 0)
            pairs[ROWS[row]] = np.where(shown, ours[row], 0)[stands], np.where(shown, depths[at], 0)[stands]
    return list(_sentences(pairs, ours[k.BAR_END][stands]))


def _sentences(pairs: dict[str, tuple[Ints, Ints]], ends: Ints) -> Iterator[str]:
    for name, (ours, theirs) in pairs.items():
        wrong = np.flatnonzero(ours != theirs)
        if wrong.size:
            at = wrong[0]
            yield f"{name}: {wrong.size:,} bars differ, first at {ends[at]}: ours {ours[at]}, theirs {theirs[at]}"
