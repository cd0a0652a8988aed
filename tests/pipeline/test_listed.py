"""Instrument lists in files of their own: what they say reaches the other files of the market, from its day on."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.listed import Listed
from pipeline.market import BEGINNING, Market, MarketSettings
from pipeline.seen import Seen
from pipeline.sources.batch import ContractFacts
from pipeline.spans import resolve_spans
from pipeline.wanted import Wanted
from tests.pipeline.command import footprint
from tests.pipeline.lakes import rows, state
from tests.pipeline.sources.json_capture import capture_lines as c
from tests.pipeline.sources.json_capture.venues import bybit, okx

LINEAR = Market("bybit-linear", "BTCUSDT")
SWAP = Market("okx-swap", "SOL-USDT-SWAP")
COIN = Market("hyperliquid", "BTC")
DAY_MS = 86_400_000
FIFTH, SIXTH, NINTH, LATER = (date(2024, 3, day) for day in (5, 6, 9, 20))


def bybit_list(at: int = c.NOON, tick: str = "0.10", interval: int = 480) -> c.Line:
    row = {
        "symbol": "BTCUSDT",
        "baseCoin": "BTC",
        "quoteCoin": "USDT",
        "fundingInterval": interval,
        "priceFilter": {"tickSize": tick},
        "lotSizeFilter": {"qtyStep": "0.001"},
    }
    reply = bybit.reply({"category": "linear", "list": [{"symbol": "ETHUSDT"}, row]})
    return c.http("BYBIT.http.0", f"{bybit.REST}instruments-info?category=linear&symbol=BTCUSDT", reply, at)


def bybit_prints(at: int = c.NOON, prices: Sequence[str] = ("65000.00", "65001.00")) -> list[c.Line]:
    trades = [bybit.trade(number, at + number, p=price) for number, price in enumerate(prices)]
    return [c.connect("BYBIT.ws.2", bybit.LINEAR), *(c.recv("BYBIT.ws.2", bybit.trades(one)) for one in trades)]


def ingest(lake: Path, market: Market, *files: Path, **options: Any) -> Any:
    more = [text for name, value in options.items() for text in (f"--{name}", value)]
    name = ("--venue", market.venue, "--symbol", market.symbol)
    return footprint("ingest", "json-capture", *files, *name, "--lake", lake, *more)


def instrument(lake: Path, *names: str) -> list[tuple[Any, ...]]:
    return rows(Lake(lake), "instruments").select(*names).rows()


@pytest.mark.parametrize("is_first", [True, False], ids=["list first", "records first"])
def test_a_list_of_its_own_is_what_the_other_files_go_by(is_first: bool, tmp_path: Path):
    """Prices on whole dollars would infer a tick of 1, and Bybit has no rule for intervals; the list says both."""
    listing = c.write(tmp_path / "list.jsonl", [c.header("BYBIT"), bybit_list(interval=240)])
    prints = c.write(tmp_path / "prints.jsonl", bybit_prints())
    for file in (listing, prints) if is_first else (prints, listing):
        assert ingest(tmp_path / "lake", LINEAR, file).code == 0
    known = instrument(
        tmp_path / "lake", "tick_size", "lot_size", "contract_size", "is_inverse", "funding_interval_h", "inferred"
    )
    assert known == [(0.1, 0.001, 1.0, False, 4.0, "qty_decimals")]
    assert rows(Lake(tmp_path / "lake"), "trades")["price"].to_list() == [65000.0, 65001.0]


def test_a_list_alone_is_a_market_without_days(tmp_path: Path):
    lake, listing = tmp_path / "lake", c.write(tmp_path / "list.jsonl", [bybit_list()])
    assert ingest(lake, LINEAR, listing).code == 0
    (file,) = rows(Lake(lake), "manifest").rows(named=True)
    assert (file["dates"], file["feeds"], file["lines"], file["lines_beside"]) == ([], [], 0, 1)
    assert file["first_ts"] == file["last_ts"] == datetime(2024, 3, 5, 12, 0, 0, 100_000, UTC)
    assert rows(Lake(lake), "gaps").is_empty()
    told = orjson.loads(footprint("status", "--json", "--lake", lake).out)
    assert [market["days"] for market in told["markets"]] == [[]]
    assert footprint("forget", listing, "--lake", lake).code == 0
    assert rows(Lake(lake), "instruments").is_empty()


def test_the_size_of_a_contract_that_nobody_rules_comes_from_a_list(tmp_path: Path):
    """SOL swaps count contracts of 1 SOL: without the list the prints are refused, with it 3 contracts are 3 SOL."""
    row = {"instId": SWAP.symbol, "ctVal": "1", "ctMult": "1", "ctType": "linear", "tickSz": "0.01", "lotSz": "0.01"}
    url = f"{okx.REST}public/instruments?instType=SWAP"
    listing = c.write(tmp_path / "l.jsonl", [c.http("OKX.http.0", url, {"code": "0", "data": [row]})])
    trade = {"instId": SWAP.symbol, "tradeId": "1", "px": "150.5", "sz": "3", "side": "buy", "ts": str(c.NOON)}
    message = {"arg": {"channel": "trades", "instId": SWAP.symbol}, "data": [trade]}
    prints = c.write(tmp_path / "p.jsonl", [c.recv("OKX.ws.1", message)])
    refused = ingest(tmp_path / "lake", SWAP, prints)
    assert (refused.code, "FP005" in refused.err, state(tmp_path / "lake")) == (1, True, state(tmp_path / "none"))
    assert ingest(tmp_path / "lake", SWAP, listing, prints).code == 0
    assert rows(Lake(tmp_path / "lake"), "trades").select("qty", "qty_native").rows() == [(3.0, 3.0)]
    assert instrument(tmp_path / "lake", "contract_size", "inferred") == [(1.0, "qty_decimals,funding_interval_h")]


@pytest.mark.parametrize("is_first", [True, False], ids=["list first", "records first"])
def test_lots_of_an_inverse_contract_do_not_hang_on_which_file_came_first(is_first: bool, tmp_path: Path):
    """10 USD at 5 USD each: 2 coins, and a lot is at most a hundred-thousandth of them: 5 decimals."""
    market = Market("okx-swap", "UNI-USD-SWAP")
    row = {"instId": market.symbol, "ctVal": "10", "ctMult": "1", "ctType": "inverse", "tickSz": "0.001", "lotSz": "1"}
    url = f"{okx.REST}public/instruments?instType=SWAP"
    listing = c.write(tmp_path / "l.jsonl", [c.http("OKX.http.0", url, {"code": "0", "data": [row]})])
    trade = {"instId": market.symbol, "tradeId": "1", "px": "5", "sz": "3", "side": "buy", "ts": str(c.NOON)}
    message = {"arg": {"channel": "trades", "instId": market.symbol}, "data": [trade]}
    prints = c.write(tmp_path / "p.jsonl", [c.recv("OKX.ws.1", message)])
    for file in (listing, prints) if is_first else (prints, listing):
        assert ingest(tmp_path / "lake", market, file).code == 0
    known = instrument(tmp_path / "lake", "tick_size", "qty_decimals", "lot_size", "contract_size", "is_inverse")
    assert known == [(0.001, 5, 0.00001, 10.0, True)]
    assert rows(Lake(tmp_path / "lake"), "trades")["qty"].to_list() == [6.0]


def coin_prints(at: int, *prices: str) -> c.Line:
    trades = [
        {
            "coin": "BTC", "side": "B", "px": price, "sz": "0.001", "time": at + number, "hash": "0x1",
            "tid": at % 1_000_000 + number, "users": ["0xa", "0xb"],
        }
        for number, price in enumerate(prices)
    ]  # fmt: skip
    return c.recv("HYPERLIQUID.ws.1", {"channel": "trades", "data": trades}, at)


def test_a_price_that_crosses_a_power_of_ten_stays_on_the_tick_of_the_list(tmp_path: Path):
    """Whole dollars above 100,000 and half ones below: FP005 without the list."""
    above = c.write(tmp_path / "above.jsonl", [coin_prints(c.NOON, "100012", "100013")])
    below = c.write(tmp_path / "below.jsonl", [coin_prints(c.NOON + DAY_MS, "9999.5", "9999.9")])
    meta = {"universe": [{"name": "ETH", "szDecimals": 4}, {"name": "BTC", "szDecimals": 5}]}
    reply = c.http("HYPERLIQUID.http.0", "https://api.hyperliquid.xyz/info", meta, c.NOON, {"type": "meta"})
    listing = c.write(tmp_path / "meta.jsonl", [reply])
    bare = tmp_path / "bare"
    assert ingest(bare, COIN, above).code == 0
    assert "FP005" in ingest(bare, COIN, below).err
    assert [ingest(tmp_path / "lake", COIN, file).code for file in (listing, above, below)] == [0, 0, 0]
    assert instrument(tmp_path / "lake", "tick_size", "lot_size") == [(0.1, 0.00001)]
    assert ingest(bare, COIN, listing, below).code == 0, "a tick that was inferred gives way to one that is said"


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 3, 2), (3, 2, 1, 0), (2, 1, 3, 0)], ids=str)
def test_where_lists_differ_each_holds_from_its_day(order: tuple[int, ...], tmp_path: Path):
    """Lists of 5 and 9 March, prints of 6 and 9 March: whatever comes first, four hours hold from 9 March."""
    files = [
        c.write(tmp_path / "a.jsonl", [bybit_list()]),
        c.write(tmp_path / "b.jsonl", [bybit_list(c.NOON + 4 * DAY_MS, "0.01", 240)]),
        c.write(tmp_path / "c.jsonl", bybit_prints(c.NOON + DAY_MS)),
        c.write(tmp_path / "d.jsonl", bybit_prints(c.NOON + 4 * DAY_MS)),
    ]
    for number in order:
        result = ingest(tmp_path / "lake", LINEAR, files[number])
        assert result.code == 0, result.err
    found = instrument(tmp_path / "lake", "valid_from", "tick_size", "funding_interval_h")
    first, second = datetime(1970, 1, 1, tzinfo=UTC), datetime(2024, 3, 9, tzinfo=UTC)
    assert found == [(first, 0.1, 8.0), (second, 0.01, 4.0)]


def test_a_list_does_not_hold_for_days_before_it_whose_prices_are_off_its_tick(tmp_path: Path):
    """Hundredths on 5 March, a list of tenths on 9 March: the days before infer theirs, and nothing is quarantined."""
    lake = tmp_path / "lake"
    old = c.write(tmp_path / "old.jsonl", bybit_prints(prices=["65000.01", "65000.05"]))
    new = c.write(tmp_path / "new.jsonl", [bybit_list(c.NOON + 4 * DAY_MS), *bybit_prints(c.NOON + 4 * DAY_MS)])
    assert [ingest(lake, LINEAR, file).code for file in (old, new)] == [0, 0]
    found = instrument(lake, "valid_from", "tick_size")
    assert found == [(datetime(1970, 1, 1, tzinfo=UTC), 0.01), (datetime(2024, 3, 9, tzinfo=UTC), 0.1)]
    assert rows(Lake(lake), "trades").height == 4
    assert rows(Lake(lake), "quarantine").is_empty()


def test_what_the_user_states_stands_before_any_list(tmp_path: Path):
    listing = c.write(tmp_path / "l.jsonl", [bybit_list(), *bybit_prints(prices=["65000.05"])])
    assert ingest(tmp_path / "lake", LINEAR, listing, tick="0.05").code == 0
    assert instrument(tmp_path / "lake", "tick_size") == [(0.05,)]
    assert rows(Lake(tmp_path / "lake"), "quarantine").is_empty()


def sighting(day: date, *, step: str = "0", tick: float | None = None) -> tuple[list[date], Seen]:
    said = () if tick is None else (ContractFacts(tick=tick, said_on=str(day)),)
    return ([] if tick else [day]), Seen(step=Fraction(step), highest=Fraction(100), is_native=False, said=said)


def test_two_lists_of_one_day_that_contradict_each_other_are_refused():
    with pytest.raises(FootprintError, match=r"the files of bybit-linear/BTCUSDT say that tick is 0.01 and 0.1"):
        resolve_spans(LINEAR, Wanted(), None, [sighting(FIFTH, tick=0.1), sighting(FIFTH, tick=0.01)])


def test_what_holds_over_a_stretch_is_what_was_said_in_it_before_it_or_first_after_it():
    listed = Listed.of([sighting(SIXTH, tick=0.1), sighting(NINTH, tick=0.5)])
    ticks = [
        [facts.tick for facts in listed.over(*span)]
        for span in ((BEGINNING, FIFTH), (FIFTH, NINTH), (date(2024, 3, 7), NINTH), (NINTH, LATER), (LATER, date.max))
    ]
    assert ticks == [[0.1], [0.1], [0.1], [0.5], [0.5]]
    assert listed.begins == (NINTH,)


def test_a_change_of_the_configuration_keeps_what_a_list_said_before_it():
    """The interval is stated from 9 March; the tick of the list of 6 March goes on."""
    wanted = Wanted({LINEAR: MarketSettings()}, changes={LINEAR: ((NINTH, {"funding_interval_h": 1.0}),)})
    spans = resolve_spans(LINEAR, wanted, None, [sighting(SIXTH, tick=0.1), sighting(NINTH, step="1")])
    assert [(begin, one.tick_size, one.funding_interval_h) for begin, one in spans.rows] == [
        (BEGINNING, 0.1, None),
        (NINTH, 0.1, 1.0),
    ]


def test_equal_lists_of_many_days_make_one_span():
    spans = resolve_spans(LINEAR, Wanted(), None, [sighting(day, tick=0.1) for day in (FIFTH, SIXTH, NINTH)])
    assert len(spans.rows) == 1
    assert pl.Series([spans.latest.tick_size]).to_list() == [0.1]


def _resting(folder: Path) -> Path:
    """A list of tenths, and a book in which an order rests on a hundredth."""
    books = [
        bybit.book(1, c.NOON, [["65000.0", "1"], ["64000.05", "2"]], [["65000.1", "1"]], type="snapshot"),
        bybit.book(2, c.NOON + 100, [["64999.9", "1"]]),
    ]
    trades = [c.recv("BYBIT.ws.2", bybit.trades(bybit.trade(number, c.NOON + number))) for number in range(200)]
    head = [bybit_list(), c.connect("BYBIT.ws.2", bybit.LINEAR)]
    return c.write(folder / "resting.jsonl", [*head, *(c.recv("BYBIT.ws.2", book) for book in books), *trades])


def test_an_order_that_rests_off_the_tick_is_refused_with_the_way_to_take_it(tmp_path: Path):
    """The snapshot is quarantined whole; the warning says the grid, and what it says to do is a book, also later on."""
    lake, file = tmp_path / "lake", _resting(tmp_path)
    refused = ingest(lake, LINEAR, file)
    assert refused.code == 0
    assert rows(Lake(lake), "quarantine")["reason"].to_list() == ["price 64000.05 is off the grid of 0.1"]
    assert "prices lie on a grid of 0.05, and its instrument list says a tick of 0.1" in refused.err
    (file_id,) = rows(Lake(lake), "manifest")["file_id"]
    assert f"`footprint forget {file_id}` and ingest it with --tick 0.05" in refused.err
    assert footprint("forget", file_id, "--lake", lake).code == 0
    assert ingest(lake, LINEAR, file, tick="0.05").code == 0
    assert rows(Lake(lake), "quarantine").is_empty()
    assert rows(Lake(lake), "book_close")["chain_mode"].to_list() == [2]
    later = c.write(tmp_path / "later.jsonl", [bybit_list(c.NOON + DAY_MS), *bybit_prints(c.NOON + DAY_MS)])
    assert footprint("plan", "--lake", lake).code == 0
    assert ingest(lake, LINEAR, later).code == 0
    assert set(instrument(lake, "tick_size")) == {(0.05,)}


def test_a_price_that_lies_on_no_grid_at_all_comes_with_no_advice(tmp_path: Path):
    head = [bybit_list(), *bybit_prints(prices=["65000.0"] * 200)]
    off = c.recv("BYBIT.ws.2", bybit.trades(bybit.trade(999, c.NOON + 900, p="65000.000013")))
    refused = ingest(tmp_path / "lake", LINEAR, c.write(tmp_path / "l.jsonl", [*head, off]))
    assert (refused.code, "1 of 201 new lines" in refused.err, "grid" in refused.err) == (0, True, False)
