"""Values of parameters: what no signal can work with is refused before anything runs."""

import pytest

from pipeline.param_rules import complaint
from signals import SIGNALS


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_defaults_and_presets_may_stand(signal):
    for values in (signal.params, *signal.presets.values()):
        assert {name: wrong for name, value in values.items() if (wrong := complaint(name, value))} == {}


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("min_coverage", -0.1, "a share from 0 to 1"),
        ("min_coverage", 1.5, "a share from 0 to 1"),
        ("percentile", 0, "a percentile above 0 and up to 100"),
        ("naive_percentile", 150.0, "a percentile above 0 and up to 100"),
        ("window_min", 0, "a number above 0"),
        ("window_min", [5, -5], "a number above 0"),
        ("half_life_min", [], "at least one number"),
        ("volume_days", -5, "a number above 0"),
        ("draws", 0, "a number above 0"),
        ("hac_lag", -5, "0 or more"),
        ("gap_ms", -5, "0 or more"),
        ("gap_ms", float("nan"), "a number"),
    ],
)
def test_what_cannot_be_is_said_in_words(name, value, wanted):
    assert complaint(name, value) == wanted


@pytest.mark.parametrize(
    ("name", "value"), [("min_coverage", 0), ("z_out", -1), ("warmup_min", 0), ("min_orders", 0), ("min_llr", None)]
)
def test_what_is_odd_but_means_something_may_stand(name, value):
    assert complaint(name, value) is None
