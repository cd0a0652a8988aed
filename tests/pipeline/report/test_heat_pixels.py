"""What a browser makes of the heatmap, by pixels."""

import sys
from pathlib import Path

import numpy as np
import pytest
from bokeh.palettes import viridis

from pipeline.report.book_heat import LEVELS, UNKNOWN
from pipeline.report.heat_figure import NOTHING, UNKNOWN_COLOR
from tests.browser import opened
from tests.pipeline.report.heats import DAY, READY, ROWS, heat_of, restless_day, written
from tests.pipeline.report.pixels import color, frame, inside, picture, zoom

pytestmark = pytest.mark.slow

WALL = color(viridis(LEVELS)[-1])


@pytest.fixture(scope="module")
def walls() -> list[tuple[int, int]]:
    """A hundred cells (column, row), no two at the same pixels."""
    draws = np.random.default_rng(7)
    return [(int(n * 864 + draws.integers(100, 700)), int(draws.integers(5, ROWS - 5))) for n in range(100)]


@pytest.fixture(scope="module")
def day(walls: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    levels = restless_day(3)
    levels[tuple(zip(*walls, strict=True))] = LEVELS
    return written(heat_of(levels), tmp_path_factory.mktemp("day") / "day.html")


def _seen(page, walls, *, first: int = 0, columns: int = DAY) -> int:
    """How many of the walls stand, in the colour of the largest sizes or nearly, within two pixels of their place."""
    shown = np.abs(inside(page).astype(int) - WALL).sum(axis=2) < 60  # the next brighter cells are 361 away
    height, width = shown.shape
    count = 0
    for column, row in walls:
        x = int((column + 0.5 - first) / columns * width)
        y = int((1 - (row + 0.5) / ROWS) * height)
        count += bool(shown[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3].any())
    return count


def test_walls_of_one_second_are_seen_in_a_whole_day(browser, day, walls):
    with opened(browser, day, ready=READY) as seen:
        assert frame(seen.page)[2] < 1_240
        assert _seen(seen.page, walls) >= 95
        assert seen.requests == [day.as_uri()]
        assert seen.complaints == []


def test_columns_stand_where_they_belong_on_average(browser, day, walls):
    """Half a pixel to the right would be where rounding chooses between two columns."""
    with opened(browser, day, ready=READY) as seen:
        bright = (inside(seen.page) == WALL).all(axis=2)
    found = np.flatnonzero(bright.any(axis=0))
    wanted = np.array([(column + 0.5) / DAY * bright.shape[1] for column, _ in walls])
    off = [found[np.abs(found + 0.5 - one).argmin()] + 0.5 - one for one in wanted]
    assert abs(np.mean(off)) < 0.25
    assert np.abs(off).max() < 1


@pytest.mark.parametrize(("width", "scale"), [(390, 1), (390, 3), (900, 1), (1_240, 1.25), (1_240, 1.5), (1_240, 2)])
def test_walls_are_seen_at_any_width_on_any_screen(browser, day, walls, width, scale):
    with opened(browser, day, width=width, scale=scale, ready=READY) as seen:
        assert _seen(seen.page, walls) >= 95


@pytest.mark.parametrize(("start", "end"), [(0.0, 0.5), (0.25, 0.27), (0.5, 0.501)])
def test_walls_are_seen_zoomed_in_and_nothing_else_is_as_bright(browser, day, walls, start, end):
    first, last = int(start * DAY), int(end * DAY)
    there = [wall for wall in walls if first <= wall[0] < last]
    with opened(browser, day, ready=READY) as seen:
        zoom(seen.page, start, end)
        seen.page.wait_for_timeout(200)
        assert _seen(seen.page, there, first=first, columns=last - first) == len(there)
        bright = (inside(seen.page) == WALL).all(axis=2)
        height, width = bright.shape
        # A wall is a bucket high and a column wide, a pixel of each at least, and one more where edges are rounded.
        most = len(there) * (height / ROWS + 2) * (width / (last - first) + 2)
        assert bright.sum() <= most


def test_a_day_is_not_of_one_colour(browser, day):
    with opened(browser, day, ready=READY) as seen:
        colors = np.unique(inside(seen.page).reshape(-1, 3), axis=0)
        assert len(colors) > 20


def test_the_page_of_a_restless_day_is_small_enough(day):
    assert day.stat().st_size <= 10_000_000


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_the_same_picture_in_every_time_zone(browser, day, zone):
    pictures = []
    for where in ("UTC", zone):
        with opened(browser, day, ready=READY, zone=where) as seen:
            zoom(seen.page, 0.1, 0.35)
            seen.page.wait_for_timeout(300)
            pictures.append(picture(seen.page))
    assert np.array_equal(*pictures)


def test_light_and_dark_show_the_same_sizes(browser, day):
    pictures = []
    for scheme in ("light", "dark"):
        with opened(browser, day, ready=READY, scheme=scheme) as seen:
            pictures.append((inside(seen.page)[5:-5, 5:-5], picture(seen.page)[2, 2]))
    (light, paper), (dark, ground) = pictures
    assert np.array_equal(light, dark)
    assert paper.mean() > 200 > 50 > ground.mean()


@pytest.fixture(scope="module")
def torn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Level 30 but for: an hour of which nothing is known, and an hour in which nothing rests in the upper half."""
    levels = np.full((DAY, ROWS), 30, np.uint8)
    levels[6 * 3_600 : 7 * 3_600] = UNKNOWN
    levels[12 * 3_600 : 13 * 3_600, ROWS // 2 :] = 0
    return written(heat_of(levels), tmp_path_factory.mktemp("torn") / "torn.html")


def test_unknown_is_neither_nothing_nor_a_size(browser, torn):
    with opened(browser, torn, ready=READY) as seen:
        shown = inside(seen.page)
        height, width, _ = shown.shape
        hour = width / 24
        unknown = shown[10:-10, int(6 * hour) + 2 : int(7 * hour) - 1].reshape(-1, 3)
        assert (unknown == color(UNKNOWN_COLOR)).all(axis=1).mean() > 0.3
        assert (np.ptp(unknown.astype(int), axis=1) <= 1).all()  # greys of the hatching
        empty = shown[10 : height // 2 - 10, int(12 * hour) + 2 : int(13 * hour) - 1].reshape(-1, 3)
        assert (empty == color(NOTHING)).all()
        assert (shown[10:-10, int(2 * hour)] == color(viridis(LEVELS)[29])).all()


def test_what_is_known_of_a_pixel_is_shown(browser, tmp_path):
    levels = np.full((DAY, ROWS), UNKNOWN, np.uint8)
    levels[::50] = 40
    with opened(browser, written(heat_of(levels), tmp_path / "rare.html"), ready=READY) as seen:
        grey = color(UNKNOWN_COLOR)
        assert not (inside(seen.page)[10:-10, 3:-3] == grey).all(axis=2).any()


@pytest.mark.timing
def test_first_picture_whole_picture_and_zoom_come_soon(browser, day, capsys):
    with opened(browser, day, ready=READY) as seen:
        marks = dict(seen.page.evaluate("performance.getEntriesByType('mark').map(m => [m.name, m.startTime])"))
        zooms = [zoom(seen.page, *step) for step in ((0.2, 0.8), (0.4, 0.6), (0.3, 0.31), (-5, 6))]
    first, complete = marks["book-heat-first"], marks["book-heat-complete"]
    times = f"first {first:.0f} ms, complete {complete:.0f} ms, zooms {[round(ms) for ms in zooms]} ms"
    with capsys.disabled():
        sys.stdout.write(f"\n{times}\n")
    assert first < 4_000
    assert complete < 12_000
    assert max(zooms) < 500


@pytest.mark.parametrize(
    "fault",
    ["HTMLCanvasElement.prototype.getContext = () => null", "delete window.DecompressionStream"],
    ids=["no canvas", "no unpacking"],
)
def test_a_page_that_cannot_draw_says_so(browser, torn, fault):
    with opened(browser, torn, before=fault) as seen:
        banner = seen.page.locator(".chart-failed")
        banner.wait_for(state="visible", timeout=10_000)
        assert "could not be drawn" in banner.inner_text()


def test_a_page_that_can_draw_says_nothing(browser, torn):
    with opened(browser, torn, ready=READY) as seen:
        assert not seen.page.locator(".chart-failed").is_visible()
