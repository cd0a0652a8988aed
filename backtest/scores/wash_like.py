"""Wash-like pairs against those that one account truly sent.

A case is two opposite taker orders within the detector's reach, of any sizes: true if one account sent both, the one to
undo the other. Its score is the detector's surprise, 0 where it states no pair, so that what is missed counts. The
naive baseline is equality of size alone: every stated pair is worth the same.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.scores.concordance import auc
from backtest.scores.measure import Measure

Ints = NDArray[np.int64]

DETECTOR = "wash_like"
FLAGGED = 3.0
"""Surprise from which on a pair is flagged: at most e^-3, one in twenty, by chance."""
KIND = "wash_like"
CHANCE_AUC = 0.5

_MS = 1_000
_LONGEST_US = 500 * _MS


def score_wash_like(
    pairs: pl.DataFrame, taker_orders: pl.DataFrame, truth: pl.DataFrame, *, gap_ms: int, most_between: int
) -> list[Measure]:
    """Area under the ROC curve of the surprise, over all cases and over stated ones, and shares of cases flagged.

    pairs: rows of the signal; taker_orders: the signal's, of the same market and time; truth: rows of `true_pairs`;
    gap_ms, most_between: the signal's. `false_positive_rate` is over pairs of makers' takers, noise and all others.
    """
    found = pairs.select(
        first_ms=_ms("first_ts"), second_ms=_ms("event_ts"), side="first_side", surprise=pl.col("surprise").fill_null(0)
    )
    key = ["first_ms", "second_ms", "side"]
    best = found.group_by(key).agg(pl.col("surprise").max()).sort(key)
    true = truth.join(best, on=key, how="left", maintain_order="left")["surprise"]
    others = found.join(truth, on=key, how="anti")["surprise"].to_numpy()
    n_others = max(opposite_orders(taker_orders, gap_ms=gap_ms, most_between=most_between) - truth.height, others.size)

    silent = np.zeros(n_others - others.size)
    is_true = np.arange(truth.height + n_others) < truth.height
    surprise = np.concatenate((true.fill_null(0).to_numpy(), others, silent))
    is_stated = np.concatenate((true.is_not_null().to_numpy(), np.ones(others.size, bool), silent > 0))
    return [
        Measure(DETECTOR, "auc", auc(surprise, is_true), auc(is_stated.astype(float), is_true), truth.height),
        Measure(
            DETECTOR,
            "false_positive_rate",
            float((others >= FLAGGED).sum() / n_others) if n_others else None,
            others.size / n_others if n_others else None,
            n_others,
        ),
        Measure(DETECTOR, "auc_stated", auc(surprise[is_stated], is_true[is_stated]), CHANCE_AUC, int(is_stated.sum())),
        Measure(DETECTOR, "recall", _share(surprise[is_true] >= FLAGGED), _share(is_stated[is_true]), truth.height),
    ]


def true_pairs(labels: pl.DataFrame, taker_orders: pl.DataFrame) -> pl.DataFrame:
    """first_ms, second_ms and side (of the first) of each pair an account sent, in order of time.

    labels, taker_orders: tables of the truth; the time is that of the match, in whole milliseconds as on the tape. An
    order is paired with the account's next of the other side and equal size within half a second, each once.
    """
    orders = (
        labels.filter(pl.col("kind") == KIND)
        .select("owner", "order_id", "side", sent="qty")
        .join(taker_orders.select("order_id", "event_ts"), on="order_id")
        .sort("owner", "event_ts", "order_id")
    )
    rows = [
        (first["event_ts"], second["event_ts"], first["side"])
        for (_,), frame in orders.group_by("owner", maintain_order=True)
        for first, second in _paired(frame.with_columns(pl.col("event_ts").to_physical()).to_dicts())
    ]
    names = ("first_ms", "second_ms", "side")
    made = pl.DataFrame(rows, dict(zip(names, (pl.Int64, pl.Int64, pl.Int8), strict=True)), orient="row")
    return made.with_columns(pl.col("first_ms", "second_ms") // _MS).sort("second_ms", "first_ms", "side")


def _paired(orders: list[dict]) -> Iterator[tuple[dict, dict]]:
    taken: set[int] = set()
    for place, first in enumerate(orders):
        if place in taken:
            continue
        for other in range(place + 1, len(orders)):
            second = orders[other]
            if second["event_ts"] - first["event_ts"] > _LONGEST_US:
                break
            if other not in taken and second["side"] == -first["side"] and second["sent"] == first["sent"]:
                taken.add(other)
                yield first, second
                break


def opposite_orders(taker_orders: pl.DataFrame, *, gap_ms: int, most_between: int) -> int:
    """How many pairs of opposite orders (by time) lie within the gap, with at most so many between."""
    ts = taker_orders["event_ts"].to_physical().to_numpy()
    side = taker_orders["side"].to_numpy()
    return sum(
        int(((ts[lag:] - ts[:-lag] < gap_ms * _MS) & (side[lag:] != side[:-lag])).sum())
        for lag in range(1, min(most_between + 1, ts.size - 1) + 1)
    )


def _ms(name: str) -> pl.Expr:
    return pl.col(name).to_physical() // _MS


def _share(flags: NDArray[np.bool_]) -> float | None:
    return float(flags.mean()) if flags.size else None
