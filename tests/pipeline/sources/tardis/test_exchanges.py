"""The vendor's ids, as its documentation and its program tardis-node list them."""

from pipeline.sources import SOURCES
from pipeline.sources.tardis.exchanges import EXCHANGES


def test_swaps_dated_futures_and_spot_of_one_venue_are_exchanges_of_their_own():
    """OKX still goes by its old name, and what has no suffix is spot there and at Binance, contracts at Bybit."""
    assert {venue: EXCHANGES[venue] for venue in ("okx-swap", "okx-futures", "okx-spot")} == {
        "okx-swap": "okex-swap",
        "okx-futures": "okex-futures",
        "okx-spot": "okex",
    }
    assert (EXCHANGES["binance-spot"], EXCHANGES["binance-usdm"]) == ("binance", "binance-futures")
    assert EXCHANGES["binance-coinm"] == "binance-delivery"
    assert (EXCHANGES["bybit-spot"], EXCHANGES["bybit-linear"], EXCHANGES["bybit-inverse"]) == (
        "bybit-spot",
        "bybit",
        "bybit",
    )
    assert {EXCHANGES["deribit"], EXCHANGES["deribit-options"]} == {"deribit"}
    assert EXCHANGES["hyperliquid"] == "hyperliquid"


def test_every_venue_of_the_vendor_s_files_has_an_id_and_no_other():
    read = {venue for name, source in SOURCES.items() if name.startswith("tardis") for venue in source.venues}
    assert set(EXCHANGES) == read
