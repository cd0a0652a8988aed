"""Two sources of one market-day: exactly one feeds what is computed, feed by feed, and both stay to be asked."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline import open_lake
from pipeline.feeding import fed_by, feeding, only_of
from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.market import Market, MarketSettings
from pipeline.plan import make_plan
from pipeline.sources import SOURCES, Source
from pipeline.sources.batch import Batch
from pipeline.wanted import Wanted
from tests.pipeline.captures import NOON, Message, depth, mark, session, snapshot, trade, write_capture
from tests.pipeline.command import footprint
from tests.pipeline.lakes import DERIVED, MARKET, digests, refresh, rows
from tests.pipeline.tardis_files import BOOK, TRADES, book, fill, level, write_csv

DAY = date(2024, 3, 5)
RULED = MarketSettings(tick=0.1, qty_decimals=3, max_quarantine=0.2)


def preferring(*sources: str) -> Wanted:
    return Wanted({MARKET: replace(RULED, prefer=sources)})


def capture(folder: Path, messages: list[Message] | None = None) -> tuple[str, Path]:
    return "binance-capture", write_capture(folder / "capture.gz", messages or session())


def vendor_tape(folder: Path) -> tuple[str, Path]:
    """Other prints than the capture's, at other prices."""
    prints = [fill(9_000 + number, 10 + 150 * number, "sell", "99.9", "0.5") for number in range(30)]
    return "tardis", write_csv(folder / "trades.csv", TRADES, prints)


def vendor_book(folder: Path) -> tuple[str, Path]:
    """A book two ticks lower than the capture's."""
    changes = [level(1_000 + 400 * number, "bid", "99.6", str(1 + number)) for number in range(8)]
    return "tardis", write_csv(folder / "book.csv", BOOK, [*book("99.7", "99.8"), *changes])


def lake_of(root: Path, wanted: Wanted, *files: tuple[str, Path]) -> Lake:
    lake = Lake(root)
    for source, path in files:
        ingest(lake, SOURCES[source], [path], MARKET, wanted, workers=1)
    refresh(lake, wanted)
    return lake


@pytest.mark.parametrize("preferred", ["binance-capture", "tardis"])
def test_signals_are_those_of_the_preferred_source_alone(preferred: str, tmp_path: Path):
    files = [capture(tmp_path), vendor_tape(tmp_path), vendor_book(tmp_path)]
    both = lake_of(tmp_path / "both", preferring(preferred), *files)
    alone = lake_of(tmp_path / "alone", preferring(), *(one for one in files if one[0] == preferred))
    tables = [table for table in DERIVED if table not in _FED_BY_OTHERS or preferred == "binance-capture"]
    assert digests(both, tables) == digests(alone, tables)
    assert set(rows(both, "trades")["source"]) == {"binance-capture", "tardis"}
    assert set(rows(both, "book_updates")["source"]) == {"binance-capture", "tardis"}


_FED_BY_OTHERS = ("gaps", "basis", "premium_regime")
"""What of the capture feeds a lake that prefers the vendor: marks, rates and best quotes, which the vendor has not."""


def test_two_books_never_mix(tmp_path: Path):
    """The vendor's best bid is 99.7, the capture's 99.9."""
    files = [capture(tmp_path), vendor_book(tmp_path)]
    for preferred, best in (("binance-capture", 99.9), ("tardis", 99.7)):
        lake = lake_of(tmp_path / preferred, preferring(preferred), *files)
        state = rows(lake, "book_state").drop_nulls("bid_px")
        assert state.height >= 3
        assert set(state["bid_px"]) == {best}
        assert rows(lake, "book_close")["bid_px"].to_list()[0][0] == best


def test_changing_the_preference_makes_what_reads_the_feed_again_and_says_so(tmp_path: Path):
    files = [capture(tmp_path), vendor_tape(tmp_path)]
    lake = lake_of(tmp_path / "lake", preferring(), *files)
    assert not make_plan(lake, preferring("binance-capture"), signals=True).steps
    plan = make_plan(lake, preferring("tardis"), signals=True)
    why = {table: step.why for step in plan.steps for table in (step.name, *step.tables)}
    assert "normalise" not in why
    assert why["close"].endswith("; source tardis now feeds trades")  # which reach further
    assert "source tardis now feeds trades" in why["taker_flow"]
    before = rows(lake, "taker_flow")["sell_qty"].sum()
    refresh(lake, preferring("tardis"))
    assert before == 0
    assert rows(lake, "taker_flow")["sell_qty"].sum() > 0


def test_each_feed_has_its_own_source(tmp_path: Path):
    """The vendor has trades only: book, quotes and marks are still the capture's."""
    lake = lake_of(tmp_path / "lake", preferring("tardis"), capture(tmp_path), vendor_tape(tmp_path))
    (step,) = [one for one in make_plan(lake, preferring("binance-capture"), signals=True).steps if one.name == "close"]
    sources = lake.lineage("gaps", lake.live("gaps", MARKET)[0])["sources"]
    assert sources["trades"] == "tardis"
    assert {sources[feed] for feed in sources if feed != "trades"} == {"binance-capture"}
    assert step.sources["trades"] == "binance-capture"


def test_one_source_alone_is_read_without_a_filter(tmp_path: Path):
    lake = lake_of(tmp_path / "lake", preferring("tardis"), capture(tmp_path))
    plan = make_plan(lake, replace(preferring("tardis"), preset="sample"), signals=True)
    assert plan.steps
    assert all(not file.only for step in plan.steps for files in step.inputs.values() for file in files)


def test_a_recorder_that_stops_is_not_heard_through_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Preferred trades end after 4 s; the other recorder's book goes on for 40: no zero flow stands after the end."""
    monkeypatch.setitem(SOURCES, "tardis", replace(SOURCES["tardis"], is_archive=False))
    messages = [
        snapshot(NOON, 10, [["99.9", "2.000"]], [["100.1", "3.000"]]),
        *(depth(NOON + 1_000 * n, (10 + n, 10 + n, 9 + n), [["99.9", "1.5"]]) for n in range(1, 41)),
        *(trade(n, at=NOON + 900 * n) for n in range(1, 44)),
    ]
    lake = lake_of(
        tmp_path / "lake",
        preferring("tardis"),
        capture(tmp_path, sorted(messages, key=lambda m: m["E"])),
        vendor_tape(tmp_path),
    )
    (gap,) = rows(lake, "gaps").filter(table_name="trades", reason="silence").rows(named=True)
    assert (gap["from_ts"].second, gap["to_ts"].second) == (4, 40)
    later = rows(lake, "taker_flow").filter(pl.col("bar_end").dt.second() > 6)
    assert later["sell_qty"].null_count() == later.height > 20
    assert rows(lake, "gaps").filter(table_name="book_updates", reason="silence").is_empty()


@dataclass(frozen=True, slots=True)
class Kinds(Source):
    """The capture's rates as settled ones too, at another value."""

    def read(self, path: Path, market: Market) -> Iterator[Batch]:
        for batch in SOURCES["binance-capture"].read(path, market):
            rates = batch.frames["funding"]
            settled = rates.with_columns(kind=pl.lit("settled"), rate=pl.lit(0.5), digest=pl.col("digest") + 1)
            batch.frames = {"funding": pl.concat([rates, settled]).with_columns(source=pl.lit(self.name))}
            yield batch


def kinds(source: str) -> Kinds:
    plain = SOURCES["binance-capture"]
    return Kinds(source, plain.version, plain.venues, plain.reader)


def test_settled_and_predicted_rates_are_feeds_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The rates' archive has both kinds; preferred are the capture's, which has predicted ones only."""
    monkeypatch.setitem(SOURCES, "rates", kinds("rates"))
    marks = [mark(NOON + 1_000 * n) for n in range(3)]
    rates = write_capture(tmp_path / "rates.gz", [mark(NOON + 1_000 * n, r="0.0009") for n in range(3)])
    lake = lake_of(tmp_path / "lake", preferring("binance-capture"), capture(tmp_path, marks), ("rates", rates))
    sources = lake.lineage("gaps", lake.live("gaps", MARKET)[0])["sources"]
    assert (sources["funding/predicted"], sources["funding/settled"]) == ("binance-capture", "rates")
    plan = make_plan(lake, preferring("rates"), signals=True)
    (close,) = [step for step in plan.steps if step.name == "close"]
    assert close.why == "source rates now feeds funding/predicted"


def test_days_of_rates_alone_make_no_signals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(SOURCES, "rates", kinds("rates"))
    rates = write_capture(tmp_path / "rates.gz", [mark(NOON + 86_400_000 * n) for n in range(3)])
    lake = lake_of(tmp_path / "lake", preferring(), ("rates", rates))
    assert {file.day for file in lake.live("funding", MARKET)} == {date(2024, 3, day) for day in (5, 6, 7)}
    assert len(lake.live("gaps", MARKET)) == 3
    assert not lake.live("book_state")
    refresh(lake, preferring())
    both = lake_of(tmp_path / "lake", preferring(), capture(tmp_path))
    assert {file.day for file in both.live("book_state", MARKET)} == {DAY}
    alone = lake_of(tmp_path / "alone", preferring(), capture(tmp_path))
    assert digests(both, ["taker_flow", "book_state"]) == digests(alone, ["taker_flow", "book_state"])


def test_a_book_is_not_carried_over_to_another_source(tmp_path: Path):
    """On 6 March the vendor feeds the book: what the capture left the day before does not stand in it."""
    day = 86_400_000
    later = [level(day / 2 + 100 * number, "bid", "99.6", "1") for number in range(3)]
    vendor = write_csv(tmp_path / "later.csv", BOOK, later)
    lake = lake_of(tmp_path / "lake", preferring(), capture(tmp_path), ("tardis", vendor))
    assert rows(lake, "book_close").filter(pl.col("event_ts").dt.day() == 6).select("bid_px", "is_in_gap").rows() in (
        [],
        [([], True)],
    )


def test_who_comes_first():
    found = [("trades", "tardis"), ("trades", "binance-capture"), ("funding/settled", "tardis")]
    assert feeding(found, ()) == {"trades": "binance-capture", "funding/settled": "tardis"}
    assert feeding(found, ("tardis",))["trades"] == "tardis"
    assert only_of("trades", found, feeding(found, ())) == (("trades", "binance-capture"),)
    assert only_of("funding", found, feeding(found, ())) == ()
    assert fed_by("book_updates", feeding(found, ())) == ""
    kinds_ = {"funding/settled": "a", "funding/predicted": "b"}
    assert fed_by("funding", kinds_) == "b (predicted), a (settled)"


def test_both_can_be_asked_and_a_preference_is_told_in_the_plan(tmp_path: Path):
    _, one = capture(tmp_path)
    _, other = vendor_tape(tmp_path)
    market = "[[market]]\nvenue = 'binance-usdm'\nsymbol = 'BTCUSDT'\ntick = 0.1\nqty_decimals = 3\n"
    raws = "".join(
        f"[[raw]]\nsource = '{source}'\nmarket = 'binance-usdm/BTCUSDT'\nfiles = '{file.name}'\n"
        for source, file in (("binance-capture", one), ("tardis", other))
    )
    config = tmp_path / "footprint.toml"
    config.write_text(f"[lake]\nroot = 'lake'\n{market}{raws}")
    assert footprint("run", "--config", config).code == 0
    asked = footprint(
        "sql", "select source, count(*) n from trades group by 1 order by 1", "--config", config, "--json"
    )
    assert '"n": 40' in asked.out
    assert '"n": 30' in asked.out
    config.write_text(f"[lake]\nroot = 'lake'\n{market}prefer = ['tardis']\n{raws}")
    assert "source tardis now feeds trades" in footprint("plan", "--config", config).out
    config.write_text(f"[lake]\nroot = 'lake'\n{market}prefer = ['tradis']\n{raws}")
    wrong = footprint("plan", "--config", config)
    assert (wrong.code, "did you mean tardis?" in wrong.err) == (2, True)


def test_a_reader_can_ask_for_what_feeds_the_signals(tmp_path: Path):
    lake = lake_of(tmp_path / "lake", preferring("tardis"), capture(tmp_path), vendor_tape(tmp_path))
    reader = open_lake(lake.root)
    assert reader.read("trades").collect().height == 70
    assert set(reader.feeding("trades").collect()["source"]) == {"tardis"}
    assert set(reader.feeding("book_updates").collect()["source"]) == {"binance-capture"}
    assert reader.feeding("book_state").collect().equals(reader.read("book_state").collect())
