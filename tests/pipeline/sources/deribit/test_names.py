"""What the name of an option says."""

from datetime import UTC, datetime

import pytest

from pipeline.sources.deribit.names import option_of
from signals.bars import microseconds


def test_a_name_of_a_coin():
    option = option_of("BTC-28MAR25-90000-C")
    assert option is not None
    assert (option.chain, option.strike, option.kind, option.px_ccy) == ("BTC", "90000", "C", "BTC")
    assert option.expiry == microseconds(datetime(2025, 3, 28, 8, tzinfo=UTC))


@pytest.mark.parametrize("point", "dD")
def test_a_linear_name_with_a_decimal_point(point):
    option = option_of(f"AVAX_USDC-29MAY26-8{point}6-P")
    assert option is not None
    assert (option.chain, option.strike, option.kind, option.px_ccy) == ("AVAX_USDC", "8.6", "P", "USDC")


def test_a_day_of_one_digit():
    option = option_of("ETH-9JAN24-2200-P")
    assert option is not None
    assert option.expiry == microseconds(datetime(2024, 1, 9, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    "name",
    ["BTC-PERPETUAL", "BTC-28MAR25", "BTC-31FEB25-90000-C", "BTC-28XYZ25-90000-C", "BTC-28MAR25-90000-X",
     "BTC-28MAR25-9e4-C", "BTC-28MAR25-90000-C ", "", "-28MAR25-1-C"],
)  # fmt: skip
def test_what_is_no_option(name):
    assert option_of(name) is None
