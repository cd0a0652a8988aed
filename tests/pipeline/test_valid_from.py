"""Instruments that are valid from a day on: what changes from then, what stays, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.config import load_config
from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.market import BEGINNING, Instrument, MarketSettings
from pipeline.plan import make_plan
from pipeline.registry import instruments
from pipeline.spans import Spans, resolve_spans
from pipeline.step import Plan
from pipeline.wanted import Wanted
from tests.pipeline.captures import MIDNIGHT, NOON, Message, depth, snapshot, trade, write_capture
from tests.pipeline.command import footprint
from tests.pipeline.lakes import MARKET, add, digests, refresh, rows

CHANGE = date(2024, 3, 6)
PLAIN = MarketSettings(tick=0.1, qty_decimals=3)


def wanted(changes: dict[str, Any] | None = None, settings: MarketSettings = PLAIN) -> Wanted:
    """The settings, and what of them changes on 6 March 2024."""
    return Wanted({MARKET: settings}, changes={MARKET: ((CHANGE, changes),) if changes else ()})


def two_days(price: str = "100.0") -> list[Message]:
    """A book and prints on 5 March from noon and on 6 March from midnight, the latter at `price`."""
    prints = [trade(number, at=NOON + 1_000 * number) for number in range(5)]
    later = [trade(100 + number, at=MIDNIGHT + 1_000 * number, price=price) for number in range(5)]
    book = [
        snapshot(NOON - 50, 10, [["99.9", "2.000"]], [["100.1", "3.000"]]),
        depth(NOON - 40, (9, 11, 8), [["99.8", "2.500"]]),
        depth(MIDNIGHT + 50, (12, 13, 11), [["99.5", "1.000"]]),
    ]
    return sorted([*book, *prints, *later], key=lambda message: message["E"])


def filled(folder: Path, settings: Wanted, messages: list[Message] | None = None) -> Lake:
    lake = Lake(folder / "lake")
    add(lake, write_capture(folder / "days.gz", messages or two_days()), wanted=settings)
    return lake


def days_of(plan: Plan) -> set[date]:
    return {step.day for step in plan.steps}


def test_a_market_is_valid_from_the_beginning(tmp_path: Path):
    (known,) = rows(filled(tmp_path, wanted()), "instruments").select("valid_from", "tick_size", "lot_size").rows()
    assert known == (datetime(1970, 1, 1, tzinfo=UTC), 0.1, 0.001)


def test_each_span_is_a_row_and_the_settings_carry_on(tmp_path: Path):
    """Stated from 6 March: the interval. The tick and decimals of the first entry go on."""
    lake = filled(tmp_path, wanted({"funding_interval_h": 4.0}))
    found = rows(lake, "instruments").select(
        "valid_from", "known_ts", "tick_size", "qty_decimals", "funding_interval_h"
    )
    first, second = found.rows()
    assert first == (datetime(1970, 1, 1, tzinfo=UTC), first[1], 0.1, 3, 8.0)
    assert second == (datetime(2024, 3, 6, tzinfo=UTC), second[1], 0.1, 3, 4.0)
    assert first[1] < datetime(2024, 3, 6, tzinfo=UTC) <= second[1]


def test_a_later_change_makes_only_the_days_from_then_on_stale(tmp_path: Path):
    lake = filled(tmp_path, wanted())
    assert not make_plan(lake, wanted(), signals=True).steps
    plan = make_plan(lake, wanted({"funding_interval_h": 4.0}), signals=True)
    assert days_of(plan) == {CHANGE}
    assert {step.why for step in plan.steps if step.name == "normalise"} == {"instrument funding_interval_h changed"}


def test_it_takes_effect_without_a_new_file(tmp_path: Path):
    """The table instruments too, and it stays when the configuration is not at hand."""
    lake = filled(tmp_path, wanted())
    refresh(lake, wanted({"funding_interval_h": 4.0}))
    assert rows(lake, "instruments")["funding_interval_h"].to_list() == [8.0, 4.0]
    assert not make_plan(lake, Wanted(), signals=True).steps
    assert not make_plan(lake, Wanted(), signals=True).instruments
    refresh(lake, wanted())
    assert rows(lake, "instruments")["funding_interval_h"].to_list() == [8.0]


def test_an_entry_that_says_nothing_new_makes_nothing_stale(tmp_path: Path):
    lake = filled(tmp_path, wanted())
    plan = make_plan(lake, wanted({"tick": 0.1}), signals=True)
    assert not plan.steps
    assert list(plan.instruments) == [MARKET]


def test_prices_are_held_against_the_tick_of_their_day(tmp_path: Path):
    """100.05 is off the tick of 5 March and on that of 6 March."""
    off = trade(50, at=NOON + 20_000, price="100.05")
    messages = [*two_days("100.05"), off]
    lake = filled(tmp_path, wanted({"tick": 0.01}, replace(PLAIN, max_quarantine=0.2)), messages)
    (bad,) = rows(lake, "quarantine").select("event_ts", "reason").rows()
    assert (bad[0].day, bad[1]) == (5, "price 100.05 is off the grid of 0.1")
    assert rows(lake, "trades").filter(pl.col("price") == 100.05).height == 5


def test_the_gate_holds_prices_against_the_tick_of_their_day(tmp_path: Path):
    with pytest.raises(FootprintError, match="5 of 13 lines could not be taken"):
        filled(tmp_path / "a", wanted({"funding_interval_h": 4.0}), two_days("100.05"))
    filled(tmp_path / "b", wanted({"tick": 0.01}), two_days("100.05"))


def test_a_tick_is_inferred_for_each_span(tmp_path: Path):
    """Two files, each with the grid of its day: without the entry the second would be refused."""
    one = [trade(number, at=NOON + 1_000 * number, price=price) for number, price in enumerate(["100.1", "100.2"])]
    two = [trade(9 + number, at=MIDNIGHT + 1_000 * number, price=p) for number, p in enumerate(["100.01", "100.02"])]
    files = [write_capture(tmp_path / f"{name}.gz", some) for name, some in (("one", one), ("two", two))]
    plain = Wanted({MARKET: MarketSettings()}, changes={MARKET: ()})
    dated = Wanted({MARKET: MarketSettings()}, changes={MARKET: ((CHANGE, {"funding_interval_h": 4.0}),)})
    lake = Lake(tmp_path / "lake")
    add(lake, files[0], wanted=plain)
    with pytest.raises(FootprintError, match="FP005"):
        add(lake, files[1], wanted=plain)
    add(lake, files[1], wanted=dated)
    assert rows(lake, "instruments")["tick_size"].to_list() == [0.1, 0.01]


def test_a_finer_grid_carries_the_book_over_midnight(tmp_path: Path):
    lake = filled(tmp_path, wanted({"tick": 0.01, "qty_decimals": 4}))
    assert rows(lake, "book_close")["bid_px"].to_list() == [[99.9, 99.8], [99.9, 99.8, 99.5]]
    states = rows(lake, "book_state").filter(pl.col("bar_end") > datetime(2024, 3, 6, 0, 0, 1, tzinfo=UTC))
    assert set(states["state"]) == {"OK"}


def test_a_coarser_grid_begins_with_a_new_book(tmp_path: Path):
    """Levels of the day before need not lie on it; signals that look back meet old prices and do not fail."""
    lake = filled(tmp_path, wanted({"tick": 0.5, "qty_decimals": 2}))
    assert rows(lake, "book_close").select("bid_px", "is_in_gap").rows()[1] == ([], True)
    reasons = rows(lake, "gaps").filter(table_name="book_updates")
    assert "no_snapshot" in reasons.filter(pl.col("from_ts").dt.day() == 6)["reason"].to_list()
    assert rows(lake, "taker_aggression").height


def test_changed_decimals_on_one_day_do_not_touch_signals_of_the_day_before(tmp_path: Path):
    plain, dated = filled(tmp_path / "a", wanted()), filled(tmp_path / "b", wanted({"qty_decimals": 4}))
    before = pl.col("bar_end") <= datetime(2024, 3, 6, tzinfo=UTC)
    for table in ("taker_flow", "book_state"):
        assert rows(plain, table).filter(before).equals(rows(dated, table).filter(before))
    assert digests(plain, ["trades"]) == digests(dated, ["trades"])


def instrument(**other: Any) -> Instrument:
    return replace(Instrument("perp", 0.1, 3, 1.0, False, 8.0, (), 0.001), **other)


def test_a_span_is_valid_from_its_day_to_the_next():
    old, new = instrument(), instrument(tick_size=0.25, qty_decimals=2)
    spans = Spans(((BEGINNING, old), (CHANGE, new)))
    assert spans.on(date(2024, 3, 5)) is old
    assert spans.on(CHANGE) is new
    assert spans.begin(date(2030, 1, 1)) == CHANGE
    assert (spans.is_coarser(date(2024, 3, 5)), spans.is_coarser(CHANGE), spans.is_coarser(date(2024, 3, 7))) == (
        False,
        True,
        False,
    )


def test_who_reads_days_of_two_grids_is_handed_one_that_holds_both():
    """Ticks of 0.1 and 0.25 have 0.05 in common."""
    spans = Spans(((BEGINNING, instrument()), (CHANGE, instrument(tick_size=0.25, qty_decimals=2))))
    both = spans.over(date(2024, 3, 1), date(2024, 3, 9))
    assert (both.tick_size, both.qty_decimals) == (0.05, 3)
    assert spans.over(CHANGE, date(2024, 3, 9)) == spans.latest


def test_stretches_of_time_and_what_is_valid_in_each():
    """In microseconds: a day before the change and a day after it."""
    day = 86_400_000_000
    change = int(datetime(2024, 3, 6, tzinfo=UTC).timestamp()) * 1_000_000
    old, new = instrument(), instrument(funding_interval_h=4.0)
    spans = Spans(((BEGINNING, old), (CHANGE, new)))
    found = list(spans.within(change - day, change + day))
    assert found == [(change - day, change, old), (change, change + day, new)]
    assert list(spans.within(change, change + day)) == [(change, change + day, new)]


def test_of_a_market_the_configuration_does_not_speak_of_the_spans_stay():
    known = Spans(((BEGINNING, instrument()), (CHANGE, instrument(funding_interval_h=4.0))))
    assert resolve_spans(MARKET, Wanted(), known, []) == known
    assert len(resolve_spans(MARKET, Wanted(changes={MARKET: ()}), known, []).rows) == 1


MARKETS = "[[market]]\nvenue = 'binance-usdm'\nsymbol = 'BTCUSDT'\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MARKETS + MARKETS, "stated twice for binance-usdm/BTCUSDT with no valid_from"),
        (
            MARKETS + 2 * (MARKETS + "valid_from = 2024-03-01\n"),
            "stated twice for binance-usdm/BTCUSDT with valid_from = 2024-03-01",
        ),
        (MARKETS + "valid_from = 2024-03-01\n", "says nothing of the days before"),
        (MARKETS + MARKETS + "valid_from = '2024-03-01'\n", "expected a day, without quotes and time, as 2024-03-01"),
        (MARKETS + MARKETS + "valid_from = 2024-03-01T08:00:00Z\n", "expected a day, without quotes and time"),
        (MARKETS + MARKETS + "valid_from = 1969-03-01\n", "expected a day"),
    ],
)
def test_what_contradicts_itself_or_leaves_a_gap_is_refused(text: str, said: str, tmp_path: Path):
    (tmp_path / "footprint.toml").write_text(text)
    with pytest.raises(FootprintError, match=f"(?s)FP010.*{said}"):
        load_config(tmp_path / "footprint.toml")


def test_entries_in_any_order_are_read_by_their_days(tmp_path: Path):
    dated = [
        (MARKETS + f"valid_from = {day}\nfunding_interval_h = {hours}\n")
        for day, hours in (("2024-05-01", 1), ("2024-03-06", 4))
    ]
    (tmp_path / "footprint.toml").write_text("".join(dated) + MARKETS + "tick = 0.1\n")
    config = load_config(tmp_path / "footprint.toml")
    chosen = Wanted(config.markets, changes=config.changes)
    said = [chosen.of(MARKET, day) for day in (date(2024, 3, 5), date(2024, 3, 6), date(2024, 4, 30), date(2024, 5, 1))]
    assert [one.funding_interval_h for one in said] == [None, 4, 4, 1]
    assert {one.tick for one in said} == {0.1}


def test_a_command_line_tick_goes_before_the_first_entry_only(tmp_path: Path):
    """Dated entries that state one of their own keep it."""
    write_capture(tmp_path / "days.gz", two_days("100.05"))
    (tmp_path / "footprint.toml").write_text(
        f"[lake]\nroot = 'lake'\n{MARKETS}tick = 1\n{MARKETS}valid_from = 2024-03-06\ntick = 0.01\n"
    )
    market = ("--venue", "binance-usdm", "--symbol", "BTCUSDT", "--config", tmp_path / "footprint.toml")
    done = footprint("ingest", "binance-capture", tmp_path / "days.gz", *market, "--tick", 0.1)
    assert done.code == 0, done.err
    assert [one.tick_size for _, one in instruments(Lake(tmp_path / "lake"))[MARKET].rows] == [0.1, 0.01]
