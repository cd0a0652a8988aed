"""What the command `score` hands over: text for a screen, objects for JSON, and the generated document."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from backtest.scores.scorecard import Row
from backtest.scores.scorecard_text import SCREEN, markdown, table
from pipeline.scores import recorded_rows
from pipeline.scores.limited_by import limited_by
from pipeline.scores.recorded_text import recorded_markdown, recorded_table
from pipeline.scores.score import MAX_LAG_MIN
from pipeline.scores.scoring import CALIBRATION_SEEDS, SCORED_FEEDS, Scoring
from pipeline.version import package_version

KEYS = ("detector", "metric", "feed_interval_ms", "value", "lo", "hi", "naive", "target", "n_seeds", "verdict")

Cards = Mapping[str, Sequence[Row]]
"""Rows by the name of the fault; "" for none."""


def text(cards: Cards, recorded: Sequence[recorded_rows.Row]) -> str:
    """A table per fault under its title, and one of what was measured on recordings."""
    parts = [f"{_title(fault)}{table(rows)}" for fault, rows in cards.items()]
    if recorded:
        parts.append(f"{'= Real recordings '.ljust(SCREEN, '=')}\n\n{recorded_table(recorded)}")
    return "\n\n".join(parts)


def objects(cards: Cards, recorded: Sequence[recorded_rows.Row]) -> list[dict[str, Any]]:
    """Objects of the keys `KEYS`, and of `fault` too if there is any; rows of recordings have no feed and no target."""
    with_fault = set(cards) > {""}
    rows = [(fault, asdict(row)) for fault, card in cards.items() for row in card] + [("", row) for row in recorded]
    return [
        {name: row[name] for name in KEYS} | ({"fault": fault or "none"} if with_fault else {}) for fault, row in rows
    ]


def document(
    cards: Cards, recorded: Sequence[recorded_rows.Row], *, seeds: Sequence[int], scoring: Scoring, command: str
) -> str:
    """docs/scorecard.md, with the tables of faults and recordings behind those of the detectors."""
    chosen = scoring.wanted.params["maker_inventory"]
    constants = {
        "hours of a market": f"{scoring.hours:g}",
        "worlds drawn around the preset": scoring.world.name,
        "feed of 1 min": f"a coarse world of {scoring.coarse_days} days beside each, for what takes weeks to learn",
        "half-life of the graded inventory (minutes)": scoring.half_life_min,
        "grid of half-lives (minutes)": ", ".join(map(str, chosen["half_life_min"])),
        "burn-in (half-lives)": chosen["burn_in_half_lives"],
        "longest lag looked for (minutes)": MAX_LAG_MIN,
        "constants may be chosen on seeds": f"{CALIBRATION_SEEDS[0]} to {CALIBRATION_SEEDS[-1]}",
    }
    versions = {"mm-footprint": package_version(), "Python": platform.python_version()}
    versions |= {name: version(name) for name in ("polars", "numpy")}
    parts = [
        markdown(
            cards.get("", ()),
            seeds=seeds,
            constants=constants,
            versions=versions,
            command=command,
            limited_by=limited_by,
        )
    ]
    for fault, rows in cards.items():
        if fault:
            parts.append(f"## With {fault}\n\n```text\n{table(rows)}\n```\n")
    if recorded:
        parts.append(f"## Real recordings\n\n{recorded_markdown(recorded)}\n")
    return "\n".join(parts)


def command_line(seeds: range, scoring: Scoring, *, with_faults: bool, with_recordings: bool) -> str:
    """The command that makes the document again."""
    words = f"footprint score --first-seed {seeds.start} --seeds {len(seeds)} --hours {scoring.hours:g}"
    words += "".join(f" --feed {name}" for name in scoring.feeds if scoring.feeds != SCORED_FEEDS)
    words += " --faults" if with_faults else ""
    words += " --recordings DIR" if with_recordings else ""
    return f"{words} --docs docs/scorecard.md"


def _title(fault: str) -> str:
    return f"{f'= With {fault} '.ljust(SCREEN, '=')}\n\n" if fault else ""
