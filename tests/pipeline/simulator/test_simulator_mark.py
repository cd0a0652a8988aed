"""Funding arithmetic of the simulated perpetual. Rates are in 1e-8 per 8 h."""

from pipeline.simulator.mark import SETTLEMENT_US, Average, next_settlement, predicted_funding


def test_funding_is_the_interest_while_the_premium_is_near_it() -> None:
    assert predicted_funding(0) == 10_000
    assert predicted_funding(-40_000) == 10_000
    assert predicted_funding(60_000) == 10_000


def test_beyond_the_clamp_it_follows_the_premium() -> None:
    assert predicted_funding(-43_000) == 7_000
    assert predicted_funding(-70_000) == -20_000
    assert predicted_funding(90_000) == 40_000


def test_the_message_of_the_stamp_still_names_it() -> None:
    stamp = 3 * SETTLEMENT_US
    assert next_settlement(stamp - 1) == next_settlement(stamp) == stamp
    assert next_settlement(stamp + 1) == stamp + SETTLEMENT_US


def test_an_average_of_equal_numbers_is_that_number() -> None:
    average = Average(60, -12_345)
    assert {average.add(-12_345) for _ in range(500)} == {-12_345}
    assert [Average(2, 0).add(value) for value in (10, -10)] == [5, -5]
