"""The report in a browser: drawn, quiet, in UTC, in both lights, on a phone."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.lake import Lake
from pipeline.report.document import document
from pipeline.report.scope import scope_of
from tests.browser import Seen, opened
from tests.pipeline.captures import session, write_capture
from tests.pipeline.lakes import add

_DRAWN = "document.documentElement.dataset.bookHeat === 'complete'"
_PLOTS = ".plot"


@pytest.fixture(scope="module")
def page(lake_demo: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "index.html"
    path.write_text(
        document(scope_of(lake_demo.root, venue=None, symbol=None, since=None, until=None)), encoding="utf-8"
    )
    return path


@pytest.fixture(scope="module")
def seen(browser: Any, page: Path) -> Iterator[Seen]:
    with opened(browser, page, ready=_DRAWN) as found:
        yield found


def pixels(place: Any) -> np.ndarray:
    """(height, width, 3) of an element."""
    image = pytest.importorskip("PIL.Image", reason="pillow is not installed")
    return np.asarray(image.open(io.BytesIO(place.screenshot())).convert("RGB")).astype(int)


def test_it_asks_for_nothing_and_complains_of_nothing(seen: Seen, page: Path):
    assert seen.requests == [page.as_uri()]
    assert seen.complaints == []
    assert seen.page.locator(".chart-failed").is_hidden()


def test_no_figure_is_blank(seen: Seen):
    """Of every figure some twentieth of the columns of its inside have a colour that is not grey."""
    plots = seen.page.locator(_PLOTS).all()
    assert len(plots) >= 6
    for plot in plots:
        inside = pixels(plot)[20:-40, 90:-60]
        is_coloured = (inside.max(axis=2) - inside.min(axis=2)) > 40
        assert is_coloured.any(axis=0).mean() > 0.05


def test_figures_stand_exactly_below_each_other(seen: Seen):
    edges = seen.page.evaluate(
        """() => Bokeh.documents.flatMap((doc) => doc.roots()).map((root) => {
            const view = Bokeh.index.find_one(root)
            const box = view.el.getBoundingClientRect()
            return [box.left + view.frame.bbox.left, box.left + view.frame.bbox.right].map(Math.round)
        })"""
    )
    assert len(edges) >= 6
    assert len({tuple(one) for one in edges}) == 1, edges


def test_one_range_of_time_moves_all_figures(seen: Seen):
    told = seen.page.evaluate(
        """() => {
            const roots = Bokeh.documents.flatMap((doc) => doc.roots())
            return new Set(roots.map((root) => root.x_range.id)).size
        }"""
    )
    assert told == 1


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_the_page_is_the_same_in_another_zone(browser: Any, page: Path, seen: Seen, zone: str):
    with opened(browser, page, ready=_DRAWN, zone=zone) as other:
        for ours, theirs in zip(seen.page.locator(_PLOTS).all(), other.page.locator(_PLOTS).all(), strict=True):
            np.testing.assert_array_equal(pixels(ours), pixels(theirs))


def test_a_page_in_the_dark_is_dark_and_its_figures_too(browser: Any, page: Path):
    with opened(browser, page, ready=_DRAWN, scheme="dark") as dark:
        assert dark.complaints == []
        body = pixels(dark.page.locator("body"))
        assert np.median(body) < 60
        for plot in dark.page.locator(_PLOTS).all():
            assert np.median(pixels(plot)) < 80


def test_on_a_phone_nothing_scrolls_sideways(browser: Any, page: Path):
    with opened(browser, page, ready=_DRAWN, width=390, height=844) as phone:
        phone.page.wait_for_timeout(300)
        widths = phone.page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth]")
        assert max(widths) <= 390
        assert phone.complaints == []


def test_the_first_screen_is_a_picture(seen: Seen):
    box = seen.page.locator(_PLOTS).first.bounding_box()
    assert box is not None
    assert box["y"] < 320
    assert box["height"] > 350


_SOON = (
    "const later = setTimeout; window.setTimeout = (what, ms, ...rest) => later(what, ms >= 20000 ? 2000 : ms, ...rest)"
)
"""What waits for twenty seconds waits for two."""


@pytest.fixture(scope="module")
def no_heat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a book that was never whole: no heatmap, but mark prices."""
    folder = tmp_path_factory.mktemp("no_heat")
    lake = Lake(folder / "lake")
    add(lake, write_capture(folder / "a.gz", [one for one in session() if "lastUpdateId" not in one]))
    path = folder / "index.html"
    path.write_text(document(scope_of(lake.root, venue=None, symbol=None, since=None, until=None)), encoding="utf-8")
    return path


def test_a_page_without_a_heatmap_does_not_say_that_it_failed(browser: Any, no_heat: Path):
    with opened(browser, no_heat, before=_SOON) as found:
        found.page.wait_for_timeout(3_500)
        assert found.page.locator(_PLOTS).count() > 0
        assert found.page.locator(".chart-failed").is_hidden()
        assert found.complaints == []


def test_a_page_whose_figures_cannot_be_drawn_says_so(browser: Any, page: Path, tmp_path: Path):
    broken = tmp_path / "broken.html"
    broken.write_text(page.read_text(encoding="utf-8").replace("Bokeh.embed", "Bokeh.broken"), encoding="utf-8")
    with opened(browser, broken, before=_SOON) as found:
        found.page.wait_for_timeout(3_500)
        assert found.page.locator(".chart-failed").is_visible()
        assert "could not be drawn" in found.page.locator(".chart-failed").inner_text()
