"""Pictures are well-formed, light, and show each hit, miss and false alarm once."""

import re
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest

from backtest.chart import Chart
from backtest.scores.pictures import FALSE, FOUND, MISSED, inventory_picture, replenishment_picture, sweeps_picture
from pipeline.simulator.truth import ICEBERG_REFILLS, ICEBERGS
from tests.backtest.events import times
from tests.backtest.scores.test_inventory import HELD, NAIVE, inventories, minutes
from tests.backtest.scores.test_replenishment import FALSE as FALSE_CHAIN
from tests.backtest.scores.test_replenishment import ONE, TRUTH, found, iceberg, refill
from tests.backtest.scores.test_sweeps import BOOK, TRUE, sweeps, truth_rows

NO_REFILLS = truth_rows(ICEBERG_REFILLS, [])

SVG = "{http://www.w3.org/2000/svg}"


def words(svg):
    return [node.text for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def shapes(svg, color, tag):
    """How many shapes are drawn in the plot in a colour."""
    plot = next(node for node in ElementTree.fromstring(svg).iter(f"{SVG}g") if "clip-path" in node.attrib)
    groups = [node for node in plot if color in (node.attrib.get("stroke"), node.attrib.get("fill"))]
    return sum(len(node.findall(f"{SVG}{tag}")) for node in groups)


def test_inventory_states_its_scales_units_and_hours():
    svg = inventory_picture(minutes(HELD / 2), NAIVE, inventories(), note="seed 3")
    text = words(svg)
    assert text[:2] == ["Does the estimate follow what market makers hold?", "seed 3"]
    assert {"truth", "estimate, x 2", "base, > 0 long", "01:00", "UTC, from 1970-01-01"} <= set(text)
    assert any(one.startswith("naive: minus CVD, x ") for one in text)


def test_sweeps_found_missed_and_false():
    svg = sweeps_picture(BOOK, sweeps((9, 1, 1.0, 3), (30, 1, 1.0, 4)), TRUE, note="")
    assert [shapes(svg, color, "path") for color in (FOUND, MISSED, FALSE)] == [1, 2, 1]
    assert {"found (1)", "missed (2)", "false (1)", "00:00:10"} <= set(words(svg))


def test_chains_found_missed_false_and_too_short():
    truth = truth_rows(ICEBERGS, [*TRUTH, iceberg(4, 102.0, 0, 9, n_refills=1)])
    svg = replenishment_picture(BOOK, found(ONE, FALSE_CHAIN), truth, NO_REFILLS, tick=0.1, min_refills=3, note="")
    assert [shapes(svg, color, "rect") for color in (FOUND, MISSED, FALSE)] == [1, 2, 1]
    assert {"icebergs: found (1)", "missed (2)", "too short (1)", "chains: true (1)", "false (1)"} <= set(words(svg))


def test_an_iceberg_that_follows_the_market_is_one_in_several_bars():
    truth, moved = truth_rows(ICEBERGS, TRUTH[:1]), truth_rows(ICEBERG_REFILLS, [refill(1, 1, 3, 1.0, 100.4)])
    svg = replenishment_picture(BOOK, found(), truth, moved, tick=0.1, min_refills=3, note="")
    assert shapes(svg, MISSED, "rect") == 2
    assert "missed (1)" in words(svg)


def test_nothing_to_show_is_a_picture_too():
    empty = truth_rows(ICEBERGS, [])
    for svg in (
        inventory_picture(minutes([]), NAIVE, inventories(), note=""),
        sweeps_picture(BOOK.clear(), sweeps(), TRUE.clear(), note=""),
        replenishment_picture(BOOK.clear(), found(), empty, NO_REFILLS, tick=0.1, min_refills=3, note=""),
    ):
        assert "UTC" in words(svg)[-1] or len(words(svg)) > 3


def test_a_day_of_seconds_stays_light():
    mids = 100 + np.cumsum(np.random.default_rng(1).normal(size=86_400)).round(1)
    book = pl.DataFrame(
        {"bar_end": times(range(1, 86_401)), "state": ["OK"] * 86_400, "bid_px": mids, "ask_px": mids + 0.2}
    )
    svg = sweeps_picture(book, sweeps(), TRUE.clear(), note="")
    assert len(svg) < 100_000
    assert {"00:00", "12:00"} <= set(words(svg))


def chart(y=(0.0, 10.0), x=(0.0, 600e6)):
    return Chart("a < b?", "note & more", "unit", x, y)


def test_a_line_breaks_where_a_value_is_missing():
    drawn = chart()
    drawn.line("one", np.arange(5) * 60e6, np.array([1.0, 2, np.nan, 4, 5]), "#000")
    path = re.search(r'<path d="([^"]+)" fill="none" stroke="#000"', drawn.text()).group(1)
    assert path.count("M") == 2
    assert path.count("L") == 2


def test_extremes_survive_thinning():
    values = np.zeros(100_000)
    values[54_321] = 10.0
    drawn = chart()
    drawn.line("spike", np.linspace(0, 600e6, values.size), values, "#000")
    flat = chart()
    flat.line("spike", np.linspace(0, 600e6, values.size), np.zeros(values.size), "#000")
    assert drawn.text() != flat.text()
    assert len(drawn.text()) < 60_000


def test_titles_are_escaped():
    assert words(chart().text())[:2] == ["a < b?", "note & more"]


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (5.0, 5.0), (-1e-7, 1e-7), (61_000.1, 61_000.2), (-3e6, 8e9)])
def test_any_range_has_ticks(low, high):
    assert 3 <= len(words(chart(y=(low, high)).text())) <= 30
