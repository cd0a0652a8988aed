"""A few lines of the scorecard for the demo's own small market."""

from pathlib import Path

from backtest.scores.measure import Measure
from backtest.scores.scorecard_text import number
from pipeline.plan import Wanted
from pipeline.scores.score import measures
from pipeline.scores.score_tables import read_score_tables

HALF_LIFE_MIN = 5
"""The longest of the demo's: its market makers hold for 4 minutes and more."""

_SHOWN = (
    ("sweeps", "precision", "large prints"),
    ("sweeps", "recall", "large prints"),
    ("maker_inventory", "correlation", "minus CVD"),
    ("replenishment", "f1", "volume spikes"),
)
"""Detector, metric, and what the naive baseline is."""


def demo_scores(lake: Path, world: Path, seed: int) -> str:
    """Scores of the tables in the demo's lake against the truth of its world, as text.

    Raises FP001 if a table of the truth is missing.
    """
    tables = read_score_tables(lake, world, Wanted(preset="demo"))
    scored = {(one.detector, one.metric): one for one in measures(tables, half_life_min=HALF_LIFE_MIN, seed=seed)}
    lines = [
        f"\nScored against the truth of this one short market (seed {seed}), which no signal reads. One market of\n"
        "twenty minutes is no evidence; `footprint score` simulates as many as you want:\n"
    ]
    return "\n".join(lines + [_line(scored[detector, metric], naive) for detector, metric, naive in _SHOWN])


def _line(measure: Measure, naive: str) -> str:
    name = f"{measure.detector} {measure.metric}"
    return (
        f"  {name:<28} {number(measure.value):>6}   naive ({naive}): {number(measure.naive):>6}   of {measure.n} cases"
    )
