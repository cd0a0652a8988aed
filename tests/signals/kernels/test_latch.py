"""An alarm by hand, and against saying it in other words."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.kernels.latch import latched


def on(codes, positions):
    """a: alarm, q: quiet, -: neither; 1 where it is on."""
    made = latched(np.array([c == "a" for c in codes]), np.array([c == "q" for c in codes]), positions)
    return "".join(str(int(one)) for one in made)


def test_it_is_off_until_the_first_alarm_and_ends_with_the_last_quiet_one():
    assert on("-qaqqq-a", 3) == "00111001"
    assert on("aqa-qq", 2) == "111110"


def test_what_is_neither_begins_the_count_anew():
    assert on("aqq-qqq", 3) == "1111110"


@settings(deadline=None)
@given(st.text("aq-", min_size=1, max_size=30), st.integers(1, 4))
def test_it_is_on_if_after_the_last_alarm_there_was_no_long_enough_quiet(codes, positions):
    said = "".join(
        str(int("a" in codes[:i] and "q" * positions not in codes[codes[:i].rindex("a") : i]))
        for i in range(1, len(codes) + 1)
    )
    assert on(codes, positions) == said


def test_the_compiled_form_is_the_plain_one():
    codes = np.random.default_rng(3).integers(0, 3, 200)
    np.testing.assert_array_equal(latched(codes == 0, codes == 1, 3), latched.py_func(codes == 0, codes == 1, 3))
