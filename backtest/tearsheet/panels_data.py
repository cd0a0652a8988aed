"""Panels 1 to 4: what the signal is, what it was judged on, which values it takes, whether a probability comes true."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from backtest.page import Panel, definitions, rows_table
from backtest.tearsheet.picture import Picture, reach

Facts = Mapping[str, Any]


def identity(facts: Facts) -> Panel:
    """(1)"""
    return Panel("1. What is this signal, and what does it claim?", definitions(_named(facts)))


def sample(facts: Facts) -> Panel:
    """(2)"""
    gaps = facts["gaps"]
    table = rows_table(["from", "to", "reason"], [list(gap.values()) for gap in gaps]) if gaps else ""
    plain = {name: value for name, value in facts.items() if name != "gaps"}
    return Panel("2. On which data was it judged?", definitions(_named(plain)) + table, note="Times are UTC.")


def distribution(facts: Facts) -> Panel:
    """(3)"""
    title = "3. Which values does it take, and how long does it remember?"
    if not facts["n"]:
        return Panel(title, '<p class="warn">Not one value is known.</p>')
    bins, acf = facts["histogram"], facts["acf"]
    edges, counts = bins["edges"], bins["counts"]
    names = [f"{(a + b) / 2:.3g}" for a, b in pairwise(edges)]
    shape = Picture("histogram", "value, outer half percent of either side cut", "places", names, reach(counts))
    lags = [f"{k * acf['step_s']:g}" for k in range(1, len(acf["values"]))]
    kept = acf["values"][1:]
    recall = Picture("autocorrelation", "lag in seconds", "autocorrelation", lags, reach(kept))
    plain = {k: v for k, v in facts.items() if k not in ("histogram", "acf", "quantiles")}
    table = rows_table(
        ["quantile", *facts["quantiles"]], [["value", *(f"{v:.4g}" for v in facts["quantiles"].values())]]
    )
    pictures = shape.bars(counts).text() + recall.bars(kept).text()
    note = "The extreme share is of |z| > 2; nominal is that of a normal. Rolling: z by the 6 h before."
    return Panel(title, pictures + table + definitions(_named(plain)), note=note)


def calibration(facts: Facts) -> Panel:
    """(4)"""
    title = "4. Does a probability come true as often as it says?"
    if "reliability" not in facts:
        return Panel(title, f"<p>Not judged: {facts['why']}.</p>")
    rows = facts["reliability"]
    names = [f"{row['from']:.1f} to {row['to']:.1f}" for row in rows]
    drawn = Picture("reliability", "stated", "came true", names, (0.0, 1.0))
    drawn.bars([row["came"] for row in rows]).line([row["stated"] for row in rows], color="var(--muted)", dash="4 3")
    table = rows_table(
        ["stated", "n", "mean stated", "came true"],
        [[n, r["n"], r["stated"], r["came"]] for n, r in zip(names, rows, strict=True)],
    )
    plain = {k: v for k, v in facts.items() if k not in ("reliability", "why", "is_applicable")}
    return Panel(
        title,
        drawn.text() + table + definitions(_named(plain)),
        note=f"Bars: came true. Dashes: stated. {facts['why']}.",
    )


def _named(facts: Facts) -> dict[str, Any]:
    """Names as words."""
    return {
        name.replace("_", " "): (", ".join(map(str, v)) or None) if isinstance(v, list) else v
        for name, v in facts.items()
    }
