"""Pictures of what a detector found beside the truth: hits, misses and false alarms where and when they happened.

Each is SVG text, light, with the question it answers as its title.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.chart import Chart, Shape
from backtest.scores.chains import found_chains, standing
from backtest.scores.graded_chains import grade_chains
from backtest.scores.inventory import aligned
from backtest.scores.sweeps import matched_sweeps

Floats = NDArray[np.float64]

# Colours that people who confuse red and green can tell apart (Okabe and Ito 2008).
TRUE, FOUND, MISSED, FALSE, NAIVE = "#000000", "#009e73", "#e69f00", "#d55e00", "#56b4e9"
PATH, PALE = "#a8a8a8", "#d9c7dc"


def inventory_picture(estimate: pl.DataFrame, naive: pl.DataFrame, inventories: pl.DataFrame, *, note: str) -> str:
    """What market makers hold, the estimate and the naive baseline over time; frames as `score_inventory` takes them.

    Estimate and baseline are stretched to the spread of the truth, by the factors stated: their scale means nothing.
    """
    minutes = aligned(estimate, naive, inventories)
    times = _times(minutes["bar_end"])
    truth = minutes["held_qty"].to_numpy()
    scales = {name: _stretch(minutes[name].to_numpy(), truth) for name in ("inventory_qty", "unleaked_qty")}
    lines = {name: minutes[name].to_numpy() * scale for name, scale in scales.items()}
    chart = Chart(
        "Does the estimate follow what market makers hold?",
        note,
        "base, > 0 long",
        _edges(times),
        _edges(np.concatenate([truth, *lines.values()])),
    )
    naive_label = f"naive: minus CVD, x {scales['unleaked_qty']:.2g}"
    chart.line(naive_label, times, lines["unleaked_qty"], NAIVE, dash="5 3")
    chart.line("truth", times, truth, TRUE, width=1.8)
    chart.line(f"estimate, x {scales['inventory_qty']:.2g}", times, lines["inventory_qty"], FOUND)
    return chart.text()


def sweeps_picture(book_state: pl.DataFrame, sweeps: pl.DataFrame, truth: pl.DataFrame, *, note: str) -> str:
    """The mid, and at it the sweeps found, missed and false; triangles point where the taker pushed.

    sweeps, truth: as `score_sweeps` takes them; book_state: of the same market.
    """
    path = _path(book_state)
    made = matched_sweeps(sweeps, truth)
    at = [_times(truth["start_ts"])[made.true_rows], _times(truth["start_ts"])[made.missed]]
    at.append(_times(sweeps["event_ts"])[made.false])
    sides = [truth["side"][made.true_rows], truth["side"][made.missed], sweeps["side"][made.false]]
    chart = Chart(
        "Which orders swept the book, and which of them were found?",
        note,
        "mid, quote per base",
        _edges(np.concatenate([path[0], *at])),
        _edges(path[1]),
    )
    chart.line("mid", *path, PATH)
    looks = (("found", FOUND, False), ("missed", MISSED, True), ("false", FALSE, False))
    for times, side, (label, color, is_hollow) in zip(at, sides, looks, strict=True):
        shapes: list[Shape] = ["up" if one > 0 else "down" for one in side]
        chart.marks(label, times, _price_at(path, times), shapes, color, is_hollow=is_hollow)
    return chart.text()


def replenishment_picture(
    book_state: pl.DataFrame,
    replenishment: pl.DataFrame,
    icebergs: pl.DataFrame,
    refills: pl.DataFrame,
    *,
    tick: float,
    min_refills: int,
    note: str,
) -> str:
    """The mid, icebergs as bars, and the chains found as bars just above; what was missed or is false in colours.

    Icebergs with less than `min_refills` are pale, as are the chains found for them: neither counts.
    """
    path = _path(book_state)
    truth = icebergs.sort("venue", "symbol", "chain")
    legs = standing(truth, refills)
    graded = grade_chains(found_chains(replenishment), truth, legs, tick, min_refills)
    counts, is_found = (one[legs["iceberg"].to_numpy()] for one in (graded.counts, graded.is_found))
    is_short = (graded.iceberg >= 0) & ~graded.is_true
    events = [
        ("icebergs: found", legs.filter(counts & is_found), TRUE, 0.0),
        ("missed", legs.filter(counts & ~is_found), MISSED, 0.0),
        ("too short", legs.filter(~counts), PALE, 0.0),
        ("chains: true", graded.found.filter(graded.is_true), FOUND, 6.0),
        ("false", graded.found[graded.false], FALSE, 6.0),
        ("of a short one", graded.found.filter(is_short), PALE, 6.0),
    ]
    times = [_times(frame[name]) for _, frame, _, _ in events for name in ("start_ts", "end_ts")]
    prices = [frame["price"].to_numpy() for _, frame, _, _ in events]
    chart = Chart(
        "Where did icebergs stand, and where were they found?",
        note,
        "quote per base",
        _edges(np.concatenate([path[0], *times])),
        _edges(np.concatenate([path[1], *prices])),
    )
    chart.line("mid", *path, PATH)
    for label, frame, color, lift in events:
        start, end = _times(frame["start_ts"]), _times(frame["end_ts"])
        # An iceberg that follows the market stands at several prices: several bars, one iceberg.
        count = frame["iceberg"].n_unique() if "iceberg" in frame.columns else frame.height
        chart.bars(label, start, end, frame["price"].to_numpy(), color, count=count, lift=lift, height=4)
    return chart.text()


def _times(times: pl.Series) -> Floats:
    """Microseconds since 1970."""
    return times.to_physical().to_numpy().astype(np.float64)


def _path(book_state: pl.DataFrame) -> tuple[Floats, Floats]:
    """(times, mids) of every second, NaN where the book was not OK."""
    seconds = book_state.sort("bar_end")
    mid = pl.when(pl.col("state") == "OK").then((pl.col("bid_px") + pl.col("ask_px")) / 2)
    mids = seconds.select(mid.fill_null(float("nan"))).to_series().to_numpy()
    return _times(seconds["bar_end"]), mids.astype(np.float64)


def _price_at(path: tuple[Floats, Floats], times: Floats) -> Floats:
    """The mid of the last second that ended by each time, of the first before it."""
    if not path[0].size:
        return np.zeros(times.size)
    known = ~np.isnan(path[1])
    at = np.maximum(np.searchsorted(path[0][known], times, side="right") - 1, 0)
    return path[1][known][at] if known.any() else np.zeros(times.size)


def _stretch(series: Floats, truth: Floats) -> float:
    """By how much to stretch a series so that it spreads as the truth does; 1 if it cannot be said."""
    both = ~(np.isnan(series) | np.isnan(truth))
    spread = series[both].std() if both.any() else 0.0
    return float(truth[both].std() / spread) if spread > 0 else 1.0


def _edges(values: Floats) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
