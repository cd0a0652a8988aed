"""The scorecard is read as it is written."""

from math import isnan

import pytest

from pipeline.report.detectors_panel import detectors_panel
from pipeline.report.scorecard_rows import score_rows
from pipeline.scores.shortfalls import SCORECARD, shortfalls

TEXT = """
## sweeps

| metric | feed | value | 95 % interval | naive | target | seeds | verdict | limited by |
| --- | ---: | ---: | ---: | ---: | --- | ---: | --- | --- |
| precision | 100 ms | 0.998 | 0.99 to 1 | 0.377 | >= 0.95; good > 0.99 | 20 | good |  |
| band | event | 0.768 | 0.712 to 0.822 | - | 0.8 to 0.97; good 0.87 to 0.93 | 20 | poor | why | of it |
| lag | event | 0.65 | 0 to 1.95 | 17.3 | < 10; good < 3 | 20 | acceptable | information |
| other | event | 0.65 | 0 to 1.95 | 17.3 | - | 20 | no target |  |
"""


def test_rows_with_a_verdict_are_values():
    first, second = score_rows(TEXT)
    assert (first.detector, first.metric, first.feed, first.value, first.low, first.high) == (
        "sweeps", "precision", "100 ms", 0.998, 0.99, 1.0,
    )  # fmt: skip
    assert first.naive == 0.377
    assert first.bounds == (0.95, 0.99)
    assert (second.metric, second.bounds, second.limited_by) == ("lag", (10.0, 3.0), "information")


def test_the_scorecard_of_the_repository_is_read_whole():
    text = SCORECARD.read_text()
    rows = list(score_rows(text))
    assert len(rows) > 30
    assert not any(isnan(row.value) for row in rows)
    poor = sum(len(found) for found in shortfalls(text).values())
    assert sum(row.verdict == "poor" for row in rows) == poor


def test_the_panel_counts_what_it_lists():
    panel = detectors_panel()
    assert panel is not None
    verdicts = [panel.body.count(f">{name}</td>") for name in ("good", "acceptable", "poor")]
    assert f"Of {sum(verdicts)} metrics" in panel.body
    assert all(
        f"{count} {name}" in panel.body for count, name in zip(verdicts, ("good", "acceptable", "poor"), strict=True)
    )


def test_without_a_scorecard_there_is_no_panel(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setattr("pipeline.report.detectors_panel.SCORECARD", tmp_path / "none.md")
    assert detectors_panel() is None
