"""Trials: each counted once, their days side by side."""

from datetime import date

from backtest.trial import Trial, distinct, return_matrix

ONE = Trial("f", "c", "d", {"z_in": 2.0, "entry": "taker"}, {date(2024, 1, 1): 1.0, date(2024, 1, 3): -2.0})


def changed(**fields):
    return Trial(**{name: getattr(ONE, name) for name in Trial.__slots__} | fields)


def test_asking_again_is_no_new_trial_whatever_the_order_of_its_parameters():
    again = changed(config={"entry": "taker", "z_in": 2.0}, returns={})
    assert distinct([ONE, again, ONE]) == [ONE]
    assert distinct([again, ONE])[0].returns == {}  # the first stands


def test_another_family_code_data_or_parameter_is_another():
    others = [
        changed(family="g"),
        changed(code="x"),
        changed(data="x"),
        changed(config={"z_in": 2.5, "entry": "taker"}),
    ]
    assert distinct([ONE, *others]) == [ONE, *others]


def test_days_that_one_has_not_are_zero():
    other = changed(returns={date(2024, 1, 2): 5.0})
    assert return_matrix([ONE, other]).tolist() == [[1, 0], [0, 5], [-2, 0]]
    assert return_matrix([]).shape == (0, 0)
    assert return_matrix([changed(returns={})]).shape == (0, 1)
