"""What charts share, and what is told where the library is missing."""

import sys

import pytest
from bokeh.models import Range1d

from pipeline.errors import FootprintError
from pipeline.report.look import LEFT, RIGHT, bokeh_version, head, utc_figure


def test_without_bokeh_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "bokeh", None)
    with pytest.raises(FootprintError) as told:
        head()
    assert told.value.fault.code == "FP019"
    assert told.value.hint == "pip install 'mm-footprint[report]'"


def test_the_head_holds_the_library_itself_and_no_more_of_it_than_is_needed():
    text = head()
    assert "<script src" not in text
    assert "<link" not in text
    assert bokeh_version() in text
    assert len(text) < 1_400_000


def test_borders_are_equal_for_panels_to_align():
    made = utc_figure(x_range=Range1d(0, 1), y_range=Range1d(0, 1), height=100)
    assert (made.min_border_left, made.min_border_right, made.frame_height) == (LEFT, RIGHT, 100)
