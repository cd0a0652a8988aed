"""A small chart draws what it was given, where it belongs."""

import re

from backtest.tearsheet.picture import Picture, reach

NAMES = ["a", "b", "c"]


def test_a_bar_goes_from_0_to_its_value():
    text = Picture("t", "x", "y", NAMES, (0.0, 10.0)).bars([10.0, None, 5.0]).text()
    heights = [float(h) for h in re.findall(r'<rect[^>]*height="([\d.]+)"', text)]
    assert len(heights) == 2
    assert abs(heights[0] / heights[1] - 2) < 0.02


def test_a_line_is_interrupted_where_nothing_is_known():
    text = Picture("t", "x", "y", ["a", "b", "c", "d"], (-1, 1)).line([0.1, float("nan"), 0.3, 0.4]).text()
    assert text.count("<circle") == 3
    assert len(re.findall(r'<path d="M[^"]*" fill="none"', text)) == 2


def test_a_band_needs_both_ends():
    text = Picture("t", "x", "y", NAMES, (-1, 1)).band([None, -0.5, -0.5], [0.5, 0.5, 0.5]).text()
    (area,) = re.findall(r'd="(M[^"]*Z)"', text)
    assert area.count("L") == 3


def test_whiskers_are_drawn_where_there_is_an_interval():
    text = Picture("t", "x", "y", NAMES, (-1, 1)).whiskers([-0.5, None, 0.1], [0.5, 0.2, None]).text()
    assert text.count("h8M") == 1


def test_0_is_always_in_the_picture_and_equal_values_have_room():
    assert Picture("t", "x", "y", NAMES, (2.0, 3.0)).y[0] == 0.0
    assert Picture("t", "x", "y", NAMES, (0.0, 0.0)).text()
    assert reach([None, float("nan")]) == (0.0, 1.0)


def test_names_are_escaped_and_thinned():
    text = Picture("<t>", "<x>", "y", [f"<{k}>" for k in range(40)], (0, 1)).text()
    assert "<x>" not in text
    assert text.count('text-anchor="middle">&lt;') <= 13
