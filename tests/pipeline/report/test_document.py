"""The report as a file: whole, without requests, every query of it runs, and odd lakes end in a page or a sentence."""

import builtins
import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pipeline.lake import Lake
from pipeline.report.document import document
from pipeline.report.scope import scope_of
from pipeline.report.tearsheets_panel import Beside, tearsheets_in
from pipeline.warehouse import CATALOGUE, open_catalogue
from signals.observation import OBSERVATIONS
from tests.pipeline.captures import session, ticker, write_capture
from tests.pipeline.command import footprint
from tests.pipeline.lakes import SPOT, add

_QUESTIONS = (
    "Where did size rest, and what hit it?",
    "What may makers be holding, and what did the rule do?",
    "How dear is the perpetual, and who pays?",
    "Is the market calm?",
    "What do options expect, and which side is dear?",
    "How wide and how deep?",
    "What was unusual?",
    "How fast does it fade?",
    "What would the rule have made, net of costs?",
    "How good are the detectors?",
    "What is missing?",
)


class _Page(HTMLParser):
    """Titles, queries, and whatever a browser would load."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.questions: list[str] = []
        self.queries: list[str] = []
        self._in: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("script", "img", "iframe", "source", "video") and given.get("src"):
            self.loads.append(str(given["src"]))
        if tag == "link":
            self.loads.append(str(given.get("href")))
        if tag in ("h2", "pre"):
            self._in = tag
            (self.questions if tag == "h2" else self.queries).append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._in:
            self._in = None

    def handle_data(self, data: str) -> None:
        if self._in:
            (self.questions if self._in == "h2" else self.queries)[-1] += data


def text_of(lake: Lake, **asked: str) -> str:
    return document(scope_of(lake.root, **({"venue": None, "symbol": None, "since": None, "until": None} | asked)))  # type: ignore[arg-type]


def read(text: str) -> _Page:
    found = _Page()
    found.feed(text)
    return found


def words(text: str) -> str:
    """What a reader sees."""
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)))


@pytest.fixture(scope="module")
def demo(lake_demo: Lake) -> str:
    return text_of(lake_demo)


@pytest.fixture(scope="module", params=["demo", "spot", "small", "midnight"])
def any_text(request: pytest.FixtureRequest, lake_demo: Lake) -> Iterator[tuple[Lake, str]]:
    if request.param in ("demo", "spot"):
        yield lake_demo, text_of(lake_demo, venue="binance-usdm" if request.param == "demo" else "binance-spot")
    else:
        lake = request.getfixturevalue(f"lake_{request.param}")
        yield lake, text_of(lake)


def test_each_panel_asks_its_question(demo: str):
    assert tuple(read(demo).questions) == _QUESTIONS


def test_the_navigation_has_a_name_for_each_panel(demo: str):
    assert demo.count('<a href="#panel-') == len(_QUESTIONS)


def test_nothing_is_loaded_from_anywhere(any_text: tuple[Lake, str]):
    assert read(any_text[1]).loads == []
    assert "@import" not in any_text[1]


def test_every_query_of_every_panel_runs(any_text: tuple[Lake, str]):
    lake, text = any_text
    queries = read(text).queries
    assert len(queries) >= 5
    with open_catalogue(lake.root) as connection:
        for query in queries:
            assert connection.sql(query).fetchall() is not None, query


@pytest.mark.parametrize(
    ("question", "table"), [("What may makers be holding", "reversion_signal"), ("How dear is the perpetual", "basis")]
)
def test_the_query_of_a_panel_gives_as_many_rows_as_it_says(lake_demo: Lake, demo: str, question: str, table: str):
    (section,) = [part for part in demo.split("<section ") if f"<h2>{question}" in part]
    with open_catalogue(lake_demo.root) as connection:
        count = len(connection.sql(read(section).queries[0]).fetchall())
    assert count > 0
    assert f"{table} {count:,} rows" in words(section)


def test_each_panel_says_its_window_versions_and_gaps(demo: str):
    notes = re.findall(r'<p class="note">(2024-01-02 23:54:00 to .*?)</p>', demo)
    assert len(notes) == 10  # all but the detectors', which is of the scorecard
    assert sum("table version" in note for note in notes) == 8  # no chain of options was recorded
    assert sum("Gaps: " in note for note in notes) == 8
    assert "preset demo" in notes[1]


def test_minutes_of_data_are_said_to_be_minutes(demo: str):
    head = words(demo.split("<main>")[0])
    assert "10 minutes of data" in head
    assert "too little to show that anything predicts or pays" in head
    assert "preset demo" in head
    assert "no advice to trade" in head


def test_no_funding_is_a_squeeze_without_ninety_days(demo: str):
    assert "No funding is called a squeeze: that takes 90 days of settlements, and this lake has 0." in words(demo)


def test_the_verdict_is_one_of_the_list(demo: str):
    assert 'class="verdict">no evidence<' in demo


def test_every_observation_stands_with_its_reading(demo: str):
    seen = words(demo)
    assert all(one.name.replace("_", " ") in seen for one in OBSERVATIONS)
    assert "never how profitable" in seen


def test_a_spot_market_has_no_panel_of_what_only_perpetuals_have(lake_demo: Lake):
    found = read(text_of(lake_demo, venue="binance-spot"))
    assert "What would the rule have made, net of costs?" not in found.questions
    assert "Where did size rest, and what hit it?" in found.questions


def test_seconds_of_data_are_a_page(lake_small: Lake):
    seen = words(text_of(lake_small))
    assert "How fast does it fade?" in seen
    assert "no horizon has 20 returns" in seen


def test_a_lake_without_a_catalogue_says_how_to_make_its_queries_run(lake_small: Lake, tmp_path: Path):
    root = tmp_path / "lake"
    shutil.copytree(lake_small.root, root)
    (root / CATALOGUE).unlink()
    assert "footprint publish" in words(text_of(Lake(root)).split("<main>")[0])


def test_a_catalogue_older_than_the_tables_is_said_to_be(lake_small: Lake, tmp_path: Path):
    root = tmp_path / "lake"
    shutil.copytree(lake_small.root, root)
    assert "older than the tables" not in words(text_of(Lake(root)))
    add(Lake(root), write_capture(tmp_path / "more.gz", [ticker(1_709_640_005_000, 99)]))
    assert "older than the tables" in words(text_of(Lake(root)).split("<main>")[0])


def test_a_market_without_a_book_is_a_page_of_what_there_is(tmp_path: Path):
    """Quotes only: no depth, no prints."""
    quotes = [message for message in session() if message.get("e") == "bookTicker"]
    lake = Lake(tmp_path / "lake")
    add(lake, write_capture(tmp_path / "quotes.gz", quotes))
    found = read(text_of(lake))
    assert "What is missing?" in found.questions


def test_a_book_that_was_never_whole_is_said_to_be_none(tmp_path: Path):
    """Depth without a snapshot: every second is RESYNC, every value null."""
    lake = Lake(tmp_path / "lake")
    add(lake, write_capture(tmp_path / "a.gz", [one for one in session() if "lastUpdateId" not in one]))
    text = text_of(lake)
    assert "Where did the price go?" in read(text).questions
    assert words(text).count("No second has an OK book") == 2


def test_a_market_of_spot_alone_is_a_page(tmp_path: Path):
    spot = {
        "e": "trade",
        "s": "BTCUSDT",
        "t": 1,
        "p": "100.0",
        "q": "1.0",
        "m": False,
        "M": True,
        "E": 1_709_640_000_000,
    }
    prints = [spot | {"t": at, "E": spot["E"] + 100 * at, "T": spot["E"] + 100 * at} for at in range(20)]
    lake = Lake(tmp_path / "lake")
    add(lake, write_capture(tmp_path / "spot.gz", prints), market=SPOT)
    assert "Spot, 2024-03-05 12:00:00" in words(text_of(lake))


def test_names_from_files_stay_words(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    add(lake, write_capture(tmp_path / "<b>&.gz", [*session(), ticker(1_709_640_003_000, 99)]))
    text = text_of(lake)
    assert "<b>&amp;.gz" not in text
    assert "&lt;b&gt;&amp;.gz" in text


def test_pages_beside_it_are_linked(lake_small: Lake, tmp_path: Path):
    (tmp_path / "tearsheets").mkdir()
    (tmp_path / "tearsheets" / "order_flow.html").write_text("x")
    beside = tearsheets_in(tmp_path)
    assert beside == [Beside("order_flow", "tearsheets/order_flow.html", "", "")]
    scope = scope_of(lake_small.root, venue=None, symbol=None, since=None, until=None)
    made = document(scope, beside)
    assert '<a href="tearsheets/order_flow.html">order_flow</a>' in made
    assert made.index("Where did size rest") < made.index("tearsheets/order_flow.html")  # the first screen is pictures


def test_the_same_lake_gives_the_same_words(lake_small: Lake):
    assert words(text_of(lake_small)) == words(text_of(lake_small))


def test_the_command_writes_the_page_and_says_where(lake_small: Lake, tmp_path: Path):
    told = footprint("report", "--lake", lake_small.root, "--out", tmp_path / "out")
    assert (told.code, told.out) == (0, "")
    assert "index.html: binance-usdm/BTCUSDT" in told.err
    page = tmp_path / "out" / "index.html"
    assert page.read_text().startswith("<!doctype html>")
    again = json.loads(footprint("report", "--lake", lake_small.root, "--out", tmp_path / "out", "--json").out)
    assert again["bytes"] == page.stat().st_size


@pytest.mark.parametrize(
    ("arguments", "code", "words_of_it"),
    [
        (("--venue", "binance-x"), 2, "error[FP009]"),
        (("--since", "2031-01-01"), 1, "error[FP014]: no rows"),
        (("--since", "2024-03-05T12:00"), 2, "without a zone"),
    ],
)
def test_the_command_answers_a_wrong_request(lake_small: Lake, tmp_path: Path, arguments, code, words_of_it):
    told = footprint("report", "--lake", lake_small.root, "--out", tmp_path / "out", *arguments)
    assert told.code == code
    assert words_of_it in told.err
    assert not (tmp_path / "out" / "index.html").exists()


@pytest.mark.parametrize(("place", "words_of_it"), [("file", "got a file"), ("folder", "got a folder")])
def test_a_place_that_cannot_hold_the_page_is_said_to_be(
    lake_small: Lake, tmp_path: Path, place: str, words_of_it: str
):
    (tmp_path / "file").touch()
    (tmp_path / "folder" / "index.html").mkdir(parents=True)
    told = footprint("report", "--lake", lake_small.root, "--out", tmp_path / place)
    assert told.code == 2
    assert words_of_it in told.err
    assert "another --out" in told.err


def test_an_empty_lake_is_answered_in_a_sentence(tmp_path: Path):
    told = footprint("report", "--lake", tmp_path / "none", "--out", tmp_path / "out")
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith("error[FP007]: the lake is empty")


def test_without_bokeh_the_command_says_what_to_install(
    lake_small: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.split(".")[0] == "bokeh":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    told = footprint("report", "--lake", lake_small.root, "--out", tmp_path)
    assert told.code == 2
    assert "error[FP019]" in told.err
    assert "mm-footprint[report]" in told.err
