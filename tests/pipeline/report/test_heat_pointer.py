"""What the heatmap answers to a pointer, to zooming and to a narrow window, in a browser."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.report.book_heat import UNKNOWN
from pipeline.report.exact_size import exact_sql
from pipeline.report.heat_figure import sql_place
from pipeline.report.marks import Marks
from tests.browser import opened
from tests.pipeline.report.heats import READY, SINCE, heat_of, written
from tests.pipeline.report.pixels import color, frame, inside, zoom

COLUMNS, ROWS = 5_000, 50
_MARK = "#ff3ea5"


def _heat():
    """Level 20 but for nothing in the upper half of the second 1,000 s, and unknown in the last 1,000 s."""
    levels = np.full((COLUMNS, ROWS), 20, np.uint8)
    levels[1_000:2_000, ROWS // 2 :] = 0
    levels[4_000:] = UNKNOWN
    return heat_of(levels)


def _marks(count: int) -> Marks:
    """Sweeps evenly over the window, each larger than the one before."""
    at = [SINCE + timedelta(seconds=COLUMNS * (k + 0.5) / count) for k in range(count)]
    price, ones = [60_062.5] * count, [1] * count
    data = {"ts": at, "price": price, "text": [f"sweep {k}" for k in range(count)], "weight": range(count)}
    return Marks("sweeps", "arrow", _MARK, pl.DataFrame(data | {"direction": ones}), count)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(_heat(), tmp_path_factory.mktemp("pointer") / "heat.html", [_marks(1_000)])


def _point(page, x: float, y: float) -> tuple[float, float]:
    """Where a share of the chart's width from the left and of its height from below is in the window."""
    left, top, width, height = frame(page)
    return left + x * width, top + (1 - y) * height


def _told(page, x: float, y: float) -> str:
    px, py = _point(page, x, y)
    page.mouse.move(px - 2, py)
    page.mouse.move(px, py)
    page.wait_for_timeout(400)
    tips = page.locator(".bk-tooltip-content")
    return " ".join(tips.nth(k).inner_text() for k in range(tips.count()))


def test_the_pointer_is_told_time_price_and_size(browser, path):
    with opened(browser, path, ready=READY, zone="Asia/Tokyo") as seen:
        page = seen.page
        zoom(page, 0.1, 0.12)
        page.wait_for_timeout(200)
        told = _told(page, 0.105, 0.25)
        assert "2024-08-08 00:08:30 to 00:08:31 UTC" in told
        assert "price 60030.0 to below 60032.5" in told
        assert "size ~0.85 (max in bin, 1 s)" in told  # the middle of level 20
        zoom(page, -5, 45)
        page.wait_for_timeout(200)
        assert "max in bin, 4 s" in _told(page, 0.5, 0.1) or "max in bin, 5 s" in _told(page, 0.5, 0.1)
        assert "book not known" in _told(page, 0.9, 0.1)
        assert "nothing rests here" in _told(page, 0.3, 0.9)
        assert seen.complaints == []


def test_a_click_writes_the_sql_of_the_cell(browser, path):
    heat = _heat()
    with opened(browser, path, ready=READY, zone="America/New_York") as seen:
        page = seen.page
        zoom(page, 0.1, 0.12)
        page.wait_for_timeout(200)
        page.mouse.click(*_point(page, 0.105, 0.25))
        page.wait_for_timeout(400)
        text = page.evaluate("id => document.getElementById(id).textContent", sql_place(heat.market))
    wanted = exact_sql(heat, datetime(2024, 8, 8, 0, 8, 30, tzinfo=UTC), 60_030.0)
    assert text.replace(".000Z", "+00:00") == wanted


def test_the_largest_marks_in_sight_are_drawn_and_counted(browser, path):
    label = "Bokeh.documents[0].roots()[0].below.find(one => one.items).items.at(-1).label.value"
    with opened(browser, path, ready=READY) as seen:
        page = seen.page
        assert page.evaluate(label) == f"sweeps ({round(frame(page)[2] / 8)} of 1,000)"
        pink = (inside(page) == color(_MARK)).all(axis=2)
        # The largest are the last: nothing is drawn in the first half.
        assert pink.any()
        assert not pink[:, : pink.shape[1] // 2].any()
        zoom(page, 0.1, 0.15)
        page.wait_for_timeout(300)
        assert page.evaluate(label) == "sweeps (50 of 1,000)"
        assert (inside(page) == color(_MARK)).all(axis=2).any()


def test_an_entry_of_the_legend_hides_its_marks(browser, path):
    with opened(browser, path, ready=READY) as seen:
        page = seen.page
        assert (inside(page) == color(_MARK)).all(axis=2).any()
        page.get_by_text("sweeps (").click()
        page.wait_for_timeout(300)
        assert not (inside(page) == color(_MARK)).all(axis=2).any()


def test_a_window_made_narrow_is_drawn_again(browser, path):
    with opened(browser, path, ready=READY) as seen:
        page = seen.page
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_timeout(600)
        wide = page.evaluate("Bokeh.documents[0].roots()[0].renderers[0].data_source.data.image[0].shape[1]")
        assert wide == frame(page)[2] < 390
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert seen.complaints == []


def test_without_scripts_the_page_says_why_it_is_empty(browser, path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.get_by_text("none has run").is_visible()
    context.close()
