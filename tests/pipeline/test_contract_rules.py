"""What venues rule of their contracts, and linear contracts in base units: worked by hand, stated, said or refused."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from pipeline.contract_rules import counts_contracts, is_inverse, ruled_contract_size, ruled_kind
from pipeline.contracts import in_base_units, linear_decimals
from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.market import Instrument, Market, MarketSettings, sibling_spot, venues_perp
from pipeline.plan import Wanted
from pipeline.sources import SOURCES, Source
from pipeline.sources.batch import Batch, ContractFacts
from tests.pipeline.lakes import rows
from tests.pipeline.tardis_files import BOOK, TRADES, add, book, fill, write_csv

OKX = Market("okx-swap", "BTC-USDT-SWAP")
DOGE = Market("okx-swap", "DOGE-USDT-SWAP")


def okx(market: Market = OKX) -> dict[str, str]:
    return {"exchange": "okex-swap", "symbol": market.symbol}


def tape_of(
    folder: Path, *amounts: str, market: Market = OKX, name: str = "trades.csv", price: str = "50000.1"
) -> Path:
    prints = [
        fill(number, 100 * number, price=price, amount=text, **okx(market)) for number, text in enumerate(amounts)
    ]
    return write_csv(folder / name, TRADES, prints)


@pytest.mark.parametrize(
    ("market", "inverse", "size"),
    [
        ("binance-usdm/BTCUSDT", False, 1.0),
        ("binance-coinm/BTCUSD_PERP", True, 100.0),
        ("binance-coinm/ETHUSD_PERP", True, 10.0),
        ("bybit-linear/BTCUSDT", False, 1.0),
        ("bybit-inverse/BTCUSD", True, 1.0),
        ("okx-swap/BTC-USDT-SWAP", False, 0.01),
        ("okx-swap/ETH-USDT-SWAP", False, 0.1),
        ("okx-swap/DOGE-USDT-SWAP", False, None),
        ("okx-swap/BTC-USDC-SWAP", False, None),
        ("okx-swap/BTC-USD_UM-SWAP", False, None),
        ("okx-swap/BTC-USD-SWAP", True, 100.0),
        ("okx-swap/ETH-USD-SWAP", True, 10.0),
        ("okx-futures/BTC-USD-220527", True, 100.0),
        ("okx-futures/BTC-USDT-220527", False, 0.01),
        ("okx-spot/BTC-USDT", False, 1.0),
        ("kraken-futures/PI_XBTUSD", True, 1.0),
        ("kraken-futures/fi_ethusd_210924", True, 1.0),
        ("kraken-futures/PF_XBTUSD", False, 1.0),
        ("deribit/BTC-PERPETUAL", True, 1.0),
        ("deribit/ETH-28MAR25", True, 1.0),
        ("deribit/BTC_USDC-PERPETUAL", False, 1.0),
        ("deribit/BTC-28MAR25-90000-C", False, 1.0),
        ("gateio-futures/BTC_USDT", False, 0.0001),
        ("gateio-futures/ETH_USDT", False, 0.01),
        ("gateio-futures/DOGE_USDT", False, None),
        ("gateio-futures/BTC_USD", True, 1.0),
        ("gateio-futures/ETH_USD", True, None),
        ("bitget-futures/BTCUSDT", False, 1.0),
        ("bitget-spot/BTCUSDT", False, 1.0),
        ("hyperliquid/BTC", False, 1.0),
    ],
)
def test_what_a_contract_is(market: str, inverse: bool, size: float | None):
    one = Market.parse(market)
    assert (is_inverse(one), ruled_contract_size(one)) == (inverse, size)
    assert counts_contracts(one) or size == 1.0


@pytest.mark.parametrize(
    ("market", "kind"),
    [
        ("okx-futures/BTC-USD-220527", "future"),
        ("okx-spot/BTC-USDT", "spot"),
        ("deribit/BTC-PERPETUAL", "perp"),
        ("deribit/BTC-28MAR25", "future"),
        ("deribit/BTC_USDC-9MAY25", "future"),
        ("kraken-futures/PF_XBTUSD", "perp"),
        ("kraken-futures/FI_XBTUSD_210924", "future"),
        ("kraken-futures/FF_XBTUSD_250328", "future"),
    ],
)
def test_what_kind_a_symbol_is(market: str, kind: str):
    assert ruled_kind(Market.parse(market)) == kind


def test_the_spot_market_beside_a_swap_of_okx():
    assert sibling_spot(OKX) == Market("okx-spot", "BTC-USDT")
    assert sibling_spot(Market("okx-swap", "BTC-USDC-SWAP")) == Market("okx-spot", "BTC-USDC")
    assert sibling_spot(Market("okx-swap", "BTC-USD-SWAP")) is None
    assert sibling_spot(Market("okx-futures", "BTC-USDT-220527")) is None


def test_the_perpetual_that_a_chain_of_options_is_compared_with():
    assert venues_perp(Market("deribit-options", "BTC")) == Market("deribit", "BTC-PERPETUAL")
    assert venues_perp(Market("deribit-options", "SOL_USDC")) == Market("deribit", "SOL_USDC-PERPETUAL")
    assert venues_perp(Market("binance-options", "BTCUSDT")) == Market("binance-usdm", "BTCUSDT")
    assert venues_perp(OKX) is None


def test_a_pair_names_another_market_for_a_chain():
    chain, perp = Market("deribit-options", "BTC"), Market("binance-usdm", "BTCUSDT")
    assert Wanted().neighbours_of(chain).reference == Market("deribit", "BTC-PERPETUAL")
    assert Wanted(pairs={chain: perp}).neighbours_of(chain).reference == perp


@pytest.mark.parametrize(
    ("contract", "native", "decimals"),
    [(0.01, 0, 2), (0.01, 2, 4), (0.1, 1, 2), (0.0001, 0, 4), (10.0, 0, 0), (1000.0, 2, 0), (100.0, 3, 1), (1.0, 0, 0)],
)
def test_lots_count_the_least_part_of_a_contract(contract: float, native: int, decimals: int):
    """0.01 BTC in hundredths of a contract are 0.0001 BTC; 1000 DOGE in hundredths are 10 DOGE: no decimals."""
    assert linear_decimals(contract, native) == decimals
    least = contract / 10**native * 10**decimals
    assert least == pytest.approx(max(round(least), 1))


def one_print(price: float, qty: float, instrument: Instrument) -> float:
    frame = pl.DataFrame({"price": [price], "qty": [qty]})
    return float(in_base_units("trades", frame, instrument)["qty"].item())


@pytest.mark.parametrize(
    ("price", "sent", "size", "inverse", "decimals", "base"),
    [
        (50_000.1, 3.0, 0.01, False, 2, 0.03),  # okx-swap BTC-USDT-SWAP: 3 x 0.01 BTC
        (2_500.0, 12.5, 0.1, False, 2, 1.25),  # okx-swap ETH-USDT-SWAP: 12.5 x 0.1 ETH
        (61_000.0, 7.0, 0.0001, False, 4, 0.0007),  # gateio-futures BTC_USDT: 7 x 0.0001 BTC
        (50_000.0, 25.0, 100.0, True, 8, 0.05),  # okx-swap BTC-USD-SWAP: 25 x 100 USD / 50,000
        (2_500.0, 4.0, 10.0, True, 8, 0.016),  # okx-futures ETH-USD-220527: 4 x 10 USD / 2,500
        (40_000.0, 1_000.0, 1.0, True, 8, 0.025),  # bybit-inverse BTCUSD: 1,000 USD / 40,000
        (64_000.0, 16.0, 1.0, True, 8, 0.00025),  # kraken-futures PI_XBTUSD: 16 USD / 64,000
        (50_000.0, 10.0, 1.0, True, 8, 0.0002),  # deribit BTC-PERPETUAL: 10 USD / 50,000
    ],
)
def test_sizes_by_hand(price: float, sent: float, size: float, inverse: bool, decimals: int, base: float):
    assert one_print(price, sent, Instrument("perp", 0.1, decimals, size, inverse, None, ())) == base


def test_open_interest_too():
    """200 contracts of 100 USD at a mark of 50,000 are 0.4 BTC; without a mark the index will do, without both none."""
    prices = {"mark_price": [50_000.0, None, None], "index_price": [None, 40_000.0, None]}
    rows_ = pl.DataFrame({"open_interest_qty": [200.0] * 3, **prices}, schema_overrides={"mark_price": pl.Float64})
    inverse = Instrument("perp", 0.1, 8, 100.0, True, None, ())
    assert in_base_units("derivative_ticker", rows_, inverse)["open_interest_qty"].to_list() == [0.4, 0.5, None]
    linear = replace(inverse, contract_size=0.01, is_inverse=False)
    assert in_base_units("derivative_ticker", rows_, linear)["open_interest_qty"].to_list() == [2.0, 2.0, 2.0]


@pytest.mark.parametrize("inverse", [True, False])
def test_sizes_that_come_in_base_units_are_not_converted_again(inverse: bool):
    """Only rounded to lots, so that a quotient with fifteen digits stands on the market's grid."""
    frame = pl.DataFrame({"price": [50_000.0, 50_000.0], "qty": [0.123456789, 2.0]})
    instrument = Instrument("perp", 0.1, 8, 0.5, inverse, None, ())
    kept = in_base_units("trades", frame, instrument, np.array([True, False]))["qty"].to_list()
    assert kept == [0.12345679, 2.0 * 0.5 / (50_000 if inverse else 1)]


def test_a_linear_swap_ends_in_base_units(tmp_path: Path):
    """Of 0.01 BTC: 3 contracts are 0.03, half a contract 0.005; lots are thousandths."""
    levels = write_csv(tmp_path / "book.csv", BOOK, book("49999.9", "50000.1", **okx()))
    later = write_csv(tmp_path / "later.csv", TRADES, [fill(9, 2_500, amount="7", price="50000.1", **okx())])
    lake = add(Lake(tmp_path / "lake"), tape_of(tmp_path, "3", "0.5"), levels, later, wanted=Wanted(), market=OKX)
    assert rows(lake, "trades").select("qty", "qty_native").rows() == [(0.03, 3.0), (0.005, 0.5), (0.07, 7.0)]
    assert rows(lake, "book_updates").select("qty", "qty_native").rows() == [(0.02, 2.0), (0.03, 3.0)]
    (known,) = rows(lake, "instruments").select("contract_size", "qty_decimals", "lot_size", "is_inverse").rows()
    assert known == (0.01, 3, 0.001, False)
    (flow,) = rows(lake, "taker_flow").filter(pl.col("buy_qty") > 0).select("buy_qty").rows()
    assert flow == (0.035,)


def test_a_contract_of_unknown_size_is_refused(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    with pytest.raises(FootprintError, match=r"what one of DOGE-USDT-SWAP is worth is not known") as refused:
        add(lake, tape_of(tmp_path, "3", market=DOGE, price="0.35"), wanted=Wanted(), market=DOGE)
    assert "contract_size = 10" in refused.value.hint
    assert not lake.live("manifest")


def test_liquidations_alone_need_the_contract_too(tmp_path: Path):
    path = write_csv(tmp_path / "liquidations.csv", TRADES, [fill(1, 1, "sell", "0.35", "3", **okx(DOGE))])
    with pytest.raises(FootprintError, match=r"what one of DOGE-USDT-SWAP is worth is not known"):
        add(Lake(tmp_path / "lake"), path, wanted=Wanted(), market=DOGE)


def test_stated_it_is_taken(tmp_path: Path):
    wanted = Wanted({DOGE: MarketSettings(contract_size=1000.0)})
    lake = add(
        Lake(tmp_path / "lake"), tape_of(tmp_path, "3", "0.01", market=DOGE, price="0.35"), wanted=wanted, market=DOGE
    )
    assert rows(lake, "trades")["qty"].to_list() == [3000.0, 10.0]
    assert rows(lake, "instruments").select("qty_decimals", "inferred").row(0) == (
        0,
        "tick_size,qty_decimals,funding_interval_h",
    )


@dataclass(frozen=True, slots=True)
class Saying(Source):
    """A source whose files say this of their market."""

    facts: ContractFacts | None = None

    def read(self, path: Path, market: Market) -> Iterator[Batch]:
        for batch in Source.read(self, path, market):
            batch.contract = self.facts
            yield batch


def saying(facts: ContractFacts | None, **other: Any) -> Source:
    """The source tardis, whose files say this of their market."""
    plain = {one.name: getattr(SOURCES["tardis"], one.name) for one in fields(Source)}
    return Saying(**plain | other, facts=facts)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda facts, **other: monkeypatch.setitem(SOURCES, "tardis", saying(facts, **other))


def test_files_say_what_a_contract_is(told: Any, tmp_path: Path):
    told(ContractFacts(tick=0.00001, lot=0.01, contract_size=1000.0, is_inverse=False, funding_interval_h=4.0))
    file = tape_of(tmp_path, "3", market=DOGE, price="0.35")
    lake = add(Lake(tmp_path / "lake"), file, wanted=Wanted(), market=DOGE)
    assert rows(lake, "trades")["qty"].to_list() == [3000.0]
    columns = ("tick_size", "contract_size", "lot_size", "funding_interval_h", "inferred")
    assert rows(lake, "instruments").select(columns).row(0) == (0.00001, 1000.0, 10.0, 4.0, "qty_decimals")


def test_what_the_user_states_goes_before_what_files_say(told: Any, tmp_path: Path):
    told(ContractFacts(contract_size=1000.0))
    wanted = Wanted({DOGE: MarketSettings(contract_size=100.0)})
    lake = add(Lake(tmp_path / "lake"), tape_of(tmp_path, "3", market=DOGE, price="0.35"), wanted=wanted, market=DOGE)
    assert rows(lake, "trades")["qty"].to_list() == [300.0]


def test_files_that_disagree_of_a_contract_are_refused(told: Any, tmp_path: Path):
    told(ContractFacts(contract_size=1000.0))
    lake = add(Lake(tmp_path / "lake"), tape_of(tmp_path, "3", market=DOGE, price="0.35"), wanted=Wanted(), market=DOGE)
    told(ContractFacts(contract_size=100.0), version=9)
    with pytest.raises(FootprintError, match=r"DOGE-USDT-SWAP say that contract_size is 100.0 and 1000.0") as refused:
        add(lake, tape_of(tmp_path, "4", market=DOGE, price="0.35", name="other.csv"), wanted=Wanted(), market=DOGE)
    assert "valid_from" in refused.value.hint


def test_files_that_say_otherwise_than_was_stated_before_are_refused(told: Any, tmp_path: Path):
    wanted = Wanted({DOGE: MarketSettings(contract_size=100.0)})
    lake = add(Lake(tmp_path / "lake"), tape_of(tmp_path, "3", market=DOGE, price="0.35"), wanted=wanted, market=DOGE)
    told(ContractFacts(contract_size=1000.0), version=9)
    with pytest.raises(FootprintError, match=r"contract_size of .*DOGE-USDT-SWAP was 100, and the files say 1000"):
        add(lake, tape_of(tmp_path, "4", market=DOGE, price="0.35", name="other.csv"), wanted=Wanted(), market=DOGE)


def test_a_source_of_base_units_is_not_multiplied(told: Any, tmp_path: Path):
    """Neither is its contract size asked for; a file of contracts beside it is."""
    told(None, base_sizes={"okx-swap": frozenset({"trades"})})
    lake = add(Lake(tmp_path / "lake"), tape_of(tmp_path, "0.03", "12.5"), wanted=Wanted(), market=OKX)
    assert rows(lake, "trades")["qty"].to_list() == [0.03, 12.5]
    doge = add(
        Lake(tmp_path / "doge"),
        tape_of(tmp_path, "30", market=DOGE, name="d.csv", price="0.35"),
        wanted=Wanted(),
        market=DOGE,
    )
    assert rows(doge, "trades")["qty"].to_list() == [30.0]
