"""footprint tearsheet: a page, JSON with seventeen keys, trials counted once, sentences for what cannot be judged."""

import json
import re
import shutil
from pathlib import Path

import pytest

from backtest.claims.registry import CLAIMS
from backtest.tearsheet.sheet import SECTIONS
from pipeline import open_lake
from pipeline.judge.read_data import data_digest
from pipeline.judge.tearsheet import claim_named, make_tearsheet
from pipeline.judge.trials import REGISTRY, registered
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.selection import Selection
from pipeline.timerange import TimeRange
from tests.documented_json import check_promises
from tests.pipeline.command import footprint
from tests.pipeline.lakes import CHAIN, MARKET


@pytest.fixture
def lake(lake_midnight: Lake, tmp_path: Path) -> Path:
    """A copy: judging writes to the registry of trials."""
    return Path(shutil.copytree(lake_midnight.root, tmp_path / "lake"))


def test_a_page_and_json_with_seventeen_keys(lake: Path, tmp_path: Path):
    page, facts = tmp_path / "a.html", tmp_path / "a.json"
    done = footprint("tearsheet", "order_flow", "--lake", lake, "--out", page, "--json", facts)
    assert done.code == 0, done.err
    assert done.out == ""
    assert "order_flow on binance-usdm/BTCUSDT: no evidence" in done.err
    found = json.loads(facts.read_text(), parse_constant=lambda name: pytest.fail(name))
    assert tuple(found) == SECTIONS
    check_promises("tearsheet", found)
    assert found["sample"]["seconds_of_book"] >= 5
    assert found["sample"]["delay_ms"] is None  # no window of ten seconds is whole
    assert page.read_text().startswith("<!doctype html>")


def test_asking_again_adds_no_trial_and_another_range_does(lake: Path):
    reader = open_lake(lake)
    first = make_tearsheet(reader, "order_flow").sections["trials"]["trials"]
    lines = (lake / REGISTRY).read_text().count("\n")
    assert lines == first == len(registered(lake, "tearsheet/order_flow")) > 1
    again = make_tearsheet(reader, "order_flow").sections["trials"]["trials"]
    assert (again, (lake / REGISTRY).read_text().count("\n")) == (first, lines)
    later = make_tearsheet(reader, "order_flow", since="2024-03-06").sections["trials"]["trials"]
    assert later == 2 * first


def test_a_registry_cut_short_is_said_and_stops_nothing(lake: Path, tmp_path: Path):
    make_tearsheet(open_lake(lake), "order_flow")
    with (lake / REGISTRY).open("a") as file:
        file.write('{"code": "c", "con')
    for signal in ("order_flow", "taker_aggression"):  # the second adds lines after it, and it is said still
        done = footprint("tearsheet", signal, "--lake", lake, "--out", tmp_path / "a.html")
        assert done.code == 0, done.err
        assert "cut short" in done.err
        assert "what was tried then is not counted" in done.err
    done = footprint("tearsheet", "order_flow", "--lake", lake, "--out", tmp_path / "a.html")
    assert (done.code, "cut short" in done.err) == (0, True)


def test_the_delay_is_what_the_rows_were_known_by(lake: Path):
    found = make_tearsheet(open_lake(lake), "book_state.imbalance_1").sections["sample"]
    assert found["delay_ms"] == 100.0
    assert found["signal_values"] > 0


def test_the_definition_changes_with_the_column(lake: Path):
    reader = open_lake(lake)
    names = [make_tearsheet(reader, "order_flow", column=c) for c in ("ofi_norm_10s", "ofi_norm_60s")]
    assert names[0].name == "order_flow"
    assert names[1].name == "order_flow.ofi_norm_60s"
    assert names[0].sections["identity"]["definition"] != names[1].sections["identity"]["definition"]


def test_every_claim_can_be_judged_on_six_seconds(lake: Path, tmp_path: Path):
    done = footprint("tearsheet", "--all", "--lake", lake, "--out", tmp_path / "sheets")
    assert done.code == 0, done.err
    made = {path.stem for path in (tmp_path / "sheets").glob("*.html")} - {"index"}
    assert {"order_flow", "book_pass", "taker_aggression"} <= made <= set(CLAIMS)
    assert f"{len(made)} of {len(CLAIMS)} claims have rows here" in done.err
    together = json.loads((tmp_path / "sheets" / "index.json").read_text())
    assert {one["claim"] for one in together["claims"]} == made
    assert set(together["unjudged"]) == set(CLAIMS) - made
    links = re.findall(r'href="([^"]+)"', (tmp_path / "sheets" / "index.html").read_text())
    assert {(tmp_path / "sheets" / link).exists() for link in links} == {True}
    assert {path.name for path in (tmp_path / "sheets").glob("*.html")} == {*links, "index.html"}
    assert "0 beyond chance when all are counted" in done.err


@pytest.fixture(scope="module")
def chain_lake(lake_options: Lake, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(lake_options.root, tmp_path_factory.mktemp("chain") / "lake"))


@pytest.mark.parametrize("name", ["volatility_skew", "volatility_skew.atm_iv", "variance_premium"])
@pytest.mark.parametrize("market", [CHAIN, MARKET])
def test_what_options_say_is_judged_on_the_mid_of_their_underlying(chain_lake: Path, name: str, market: Market):
    """Asked for by the chain or by its underlying: the rows are the chain's, all else the underlying's."""
    sheet = make_tearsheet(open_lake(chain_lake), name, venue=market.venue, symbol=market.symbol)
    found = sheet.sections["sample"]
    assert sheet.market == str(CHAIN)
    assert (found["venue"], found["mid_of"]) == (CHAIN.venue, str(MARKET))
    assert found["picked"] == "maturity_days = 7"
    assert found["signal_values"] > 0
    assert found["seconds_of_book"] >= 590
    assert "taker flow" in found["controls"] or "past return" in found["controls"]
    assert sheet.verdict == "no evidence"
    assert len(sheet.sections["failures"]) > 3


def test_the_mid_of_any_other_signal_is_its_own(chain_lake: Path):
    found = make_tearsheet(open_lake(chain_lake), "volatility").sections["sample"]
    assert found["mid_of"] == f"{found['venue']}/{found['symbol']}" == str(MARKET)


def test_new_books_of_the_underlying_make_another_trial(lake_options: Lake, tmp_path: Path):
    lake = Path(shutil.copytree(lake_options.root, tmp_path / "lake"))
    make_tearsheet(open_lake(lake), "volatility_skew")
    (own,) = {trial.data for trial in registered(lake, "tearsheet/volatility_skew")}
    whole = Selection(time=TimeRange.of(None, None))
    tables = ("volatility_skew", "book_state")
    assert own == data_digest(Lake(lake), tables, [MARKET, CHAIN], whole)
    assert own != data_digest(Lake(lake), tables, [CHAIN], whole)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("flow_loadings", "it is a fit that order_flow uses"),
        ("wash_like", "forecast no price"),
        ("order_flw", "did you mean order_flow?"),
        ("observations", "try: footprint tearsheet observations.imbalance"),
        ("inventory_total", "no market of this lake has rows of inventory_total"),
        ("volatility_skew", "no chain of options in this lake has rows of volatility_skew, and its underlying"),
        ("implied_volatility", "it restates quotes as volatilities"),
    ],
)
def test_what_claims_nothing_gets_a_sentence(lake: Path, tmp_path: Path, name: str, said: str):
    done = footprint("tearsheet", name, "--lake", lake, "--out", tmp_path / "a.html")
    assert done.code in (1, 2)
    assert said in done.err
    assert not (tmp_path / "a.html").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "expected a signal, or --all"),
        (("--all",), "needs --out FOLDER"),
        (("order_flow", "--column", "ofi_norm_10"), "did you mean ofi_norm_10s?"),
        (("order_flow", "--venue", "binance-usd"), "did you mean binance-usdm?"),
        (("order_flow", "--since", "2030-01-01"), "has rows"),
        (("order_flow", "--since", "noon"), "expected a day"),
    ],
)
def test_a_request_that_cannot_be_meant_gets_a_sentence(lake: Path, options: tuple[str, ...], said: str):
    done = footprint("tearsheet", *options, "--lake", lake)
    assert done.code in (1, 2)
    assert said in done.err


def test_a_column_names_a_claim_of_its_signal_or_table():
    assert claim_named("book_state", "imbalance_1").name == "book_state.imbalance_1"
    assert claim_named("book_pass", "direction").name == "quote_pulls.direction"
    assert claim_named("basis", "funding_apr").name == "basis.funding_apr"
