"""What Hyperliquid's lists of contracts say: worked from the documented rule of ticks and lots."""

from typing import Any

import pytest

from pipeline.sources.batch import BadRecordError, ContractFacts
from pipeline.sources.hyperliquid.contract import listed

META = '{"type": "meta"}'


def universe(decimals: Any, coin: str = "BTC") -> dict[str, Any]:
    return {"universe": [{"name": "OTHER", "szDecimals": 1}, {"name": coin, "szDecimals": decimals}]}


@pytest.mark.parametrize(
    ("coin", "decimals", "tick", "lot"),
    [("BTC", 5, 0.1, 0.00001), ("ETH", 4, 0.01, 0.0001), ("kPEPE", 0, 0.000001, 1.0), ("X", 6, 1.0, 0.000001)],
)
def test_the_tick_is_the_finest_step_of_a_price_at_any_level(coin: str, decimals: int, tick: float, lot: float):
    facts = ContractFacts(tick, lot, contract_size=1.0, is_inverse=False, base=coin)
    assert listed(META, universe(decimals, coin), coin) == facts
    assert listed('{"type": "metaAndAssetCtxs"}', [universe(decimals, coin), []], coin) == facts


@pytest.mark.parametrize("price", ["9999.9", "99999", "100012", "0.1"])
def test_prices_of_five_figures_below_and_above_a_power_of_ten_lie_on_it(price: str):
    """BTC may cost 9999.9 and 99999, then 100012, which is whole."""
    facts = listed(META, universe(5), "BTC")
    assert facts is not None
    assert facts.tick is not None
    assert float(price) / facts.tick == pytest.approx(round(float(price) / facts.tick), abs=1e-9)


@pytest.mark.parametrize("body", ["", '{"type": "l2Book", "coin": "BTC"}', "[]"])
def test_other_replies_are_no_list(body: str):
    assert listed(body, universe(5), "BTC") is None


def test_a_list_that_does_not_say_it_says_nothing():
    assert listed(META, universe(5), "ETH") is None
    assert listed(META, {"universe": [{"name": "BTC"}]}, "BTC") is None


@pytest.mark.parametrize("decimals", [-1, 7, "5", 5.0, True])
def test_decimals_out_of_the_rule_are_refused(decimals: Any):
    with pytest.raises(BadRecordError, match=r"szDecimals of BTC is .*, expected a whole number"):
        listed(META, universe(decimals), "BTC")


def test_a_request_that_cannot_be_read_is_said():
    with pytest.raises(BadRecordError, match="request is not JSON"):
        listed("{", universe(5), "BTC")
