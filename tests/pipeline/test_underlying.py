"""The underlying of a chain is the market its premium was computed with."""

from pipeline.lake import Lake
from pipeline.underlying import chains_on, underlying_of
from tests.pipeline.lakes import CHAIN, MARKET, SPOT


def test_a_chain_has_the_underlying_that_its_pair_named(lake_options: Lake):
    assert underlying_of(lake_options, CHAIN) == MARKET
    assert chains_on(lake_options, MARKET) == [CHAIN]
    assert chains_on(lake_options, SPOT) == []


def test_without_a_chain_there_is_none(lake_demo: Lake):
    assert underlying_of(lake_demo, CHAIN) is None
    assert chains_on(lake_demo, MARKET) == []
