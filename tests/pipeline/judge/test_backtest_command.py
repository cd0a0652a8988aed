"""`footprint backtest` on lakes with a planted edge, and on those of which nothing can be said."""

import json
import shutil

import polars as pl
import pytest

from backtest.placebo.reversion_controls import CONTROLS
from backtest.trading.trade_table import PARTS, TRADES
from pipeline.judge.backtest_grid import config_of, try_configs
from pipeline.judge.backtest_market import JUDGED_LATENCY_MS, Place, judge_market
from pipeline.judge.backtest_request import Request, find, terms_of
from pipeline.judge.trials import REGISTRY
from pipeline.market import Market
from pipeline.selection import Selection
from pipeline.timerange import TimeRange
from tests.documented_json import check_promises
from tests.pipeline.command import footprint
from tests.pipeline.judge.reversion_lakes import PARAMS, reversion_lake

KEYS = ("trades", "gross_bps", "net_bps", "break_even_bps", "costs", "dsr", "pbo", "n_trials", "controls", "verdict")
MARKET = Market("binance-usdm", "AUSDT")


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Two markets, two days."""
    return reversion_lake(tmp_path_factory.mktemp("planted"), symbols=("AUSDT", "BUSDT"), days=2, edge_bps=60)


@pytest.fixture
def lake(planted, tmp_path):
    """A copy: a backtest writes to the registry of its lake."""
    return shutil.copytree(planted, tmp_path / "lake")


def backtest(lake, *options):
    """What is in the JSON file."""
    path = lake.parent / "backtest.json"
    done = footprint("backtest", "--lake", lake, "--json", path, *options)
    assert done.code == 0, done.err
    return json.loads(path.read_text(), parse_constant=pytest.fail), done.out


def request(lake, **changed):
    same = {"capital_quote": 100_000.0, "entry": "taker", "fees": (), "tier": None, "seed": 1}
    return Request(lake, Selection(**changed), **same)


def test_a_program_finds_what_it_reads(lake):
    told, text = backtest(lake)
    assert set(KEYS) <= set(told)
    check_promises("backtest", told)
    assert set(told["controls"]) == set(CONTROLS)
    assert told["verdict"] == "no evidence"
    assert any("of 100 needed" in why for why in told["why"])
    assert "verdict: no evidence" in text
    trades = told["trade_counts"]
    assert trades["ordered"] == len(told["trades"]) == sum(trades[name] for name in trades["status_means"]) > 15
    assert told["estimates"]["net_bps"]["n"] == trades["closed"]
    parts = [told["costs"][name.removesuffix("_quote")] for name in PARTS]
    assert sum(parts) == pytest.approx(told["costs"]["net"]) == pytest.approx(told["net_bps"])
    assert told["costs"]["fees"] == pytest.approx(-9, abs=0.2)
    assert told["gross_bps"] > 30  # of 60, less what fell after the entry
    together = [one["latency_ms"] for one in told["latencies"] if one["waited"] is None]
    assert together == [10, 50, 200]


def test_markets_add_up_to_the_whole(lake):
    told, _ = backtest(lake)
    markets = told["markets"]
    assert [one["symbol"] for one in markets] == ["AUSDT", "BUSDT"]
    assert sum(one["trade_counts"]["ordered"] for one in markets) == told["trade_counts"]["ordered"]
    weighted = (
        sum(one["net_bps"] * one["estimates"]["net_bps"]["n"] for one in markets) / told["estimates"]["net_bps"]["n"]
    )
    assert weighted == pytest.approx(told["net_bps"])
    assert backtest(lake, "--symbol", "AUSDT")[0]["net_bps"] == markets[0]["net_bps"]
    assert {one["fees"]["is_assumed"] for one in markets} == {True}
    assert markets[0]["funding"] == {"settlements": 6, "without_a_known_rate": 0, "has_schedule": True}


def test_fees_of_the_configuration_are_taken_and_named(lake):
    config = lake.parent / "footprint.toml"
    tiers = "".join(
        f'[[fees]]\nvenue = "binance-usdm"\ntier = "{tier}"\nmaker_bps = 0\ntaker_bps = {bps}\nsource = "made up"\n'
        for tier, bps in (("base", 5), ("best", 1))
    )
    config.write_text(tiers)
    dear, cheap = (backtest(lake, "--config", config, *tier)[0] for tier in ((), ("--tier", "best")))
    assert (dear["costs"]["fees"], cheap["costs"]["fees"]) == (pytest.approx(-10, abs=0.2), pytest.approx(-2, abs=0.05))
    assert cheap["markets"][0]["fees"] | {"source": "made up", "is_assumed": False} == cheap["markets"][0]["fees"]
    assert dear["break_even_bps"] == pytest.approx(cheap["break_even_bps"])
    own = dear["markets"][0]
    left = own["break_even_against_fees"]["taker_taker"]
    assert (left["round_trip_bps"], left["left_bps"]) == (10, pytest.approx(own["break_even_bps"] - 10))
    wrong = footprint("backtest", "--lake", lake, "--config", config, "--tier", "bst")
    assert (wrong.code, "did you mean best?" in wrong.err) == (2, True)


def test_the_base_of_a_grid_is_what_the_lake_holds(lake):
    """Rows made anew give the trades that the lake's own rows give."""
    place = Place(lake, MARKET, TimeRange.of("2024-03-05", None))
    terms = terms_of(request(lake), MARKET, PARAMS["stop"])
    own = judge_market(place, PARAMS, terms, seed=1).made["rule"].filter(pl.col("latency_ms") == JUDGED_LATENCY_MS)
    (anew,) = try_configs(place, [config_of(PARAMS)], terms)
    assert own.height > 3
    assert anew.equals(own)


def test_controls_trade_at_the_judged_latency_only(lake):
    made = judge_market(Place(lake, MARKET, TimeRange()), PARAMS, terms_of(request(lake), MARKET, 0.02), seed=1).made
    latencies = {name: set(trades["latency_ms"]) for name, trades in made.items()}
    assert latencies.pop("rule") == {10, 50, 200}
    assert set(latencies) == set(CONTROLS)
    assert set.union(*latencies.values()) == {50}


def test_returns_of_trials_are_of_all_capital_at_work(lake):
    told, _ = backtest(lake)
    (line,) = (lake / REGISTRY).read_text().splitlines()
    assert {"latency_ms", "order_latency_ms", "z_in", "entry", "fees"} <= set(json.loads(line)["config"])
    net = sum(one["net_quote"] for one in told["trades"] if one["status"] == "closed")
    assert sum(json.loads(line)["returns"].values()) == pytest.approx(net / 200_000 * 1e4)  # two markets
    assert (
        told["split"]["before"]["estimates"]["net_bps"]["n"] + told["split"]["later"]["estimates"]["net_bps"]["n"]
        <= told["estimates"]["net_bps"]["n"]
    )


def test_every_configuration_tried_is_a_trial_for_ever(lake):
    grid = lake.parent / "footprint.toml"
    grid.write_text("[backtest.grid]\nz_in = [2, 2.25]\npullback = [0.004]\npullback_sigmas = [1.0]\n")
    assert backtest(lake)[0]["n_trials"] == 1
    assert backtest(lake)[0]["n_trials"] == 1  # asked again
    told, text = backtest(lake, "--grid", "--config", grid, "--workers", 1)
    assert told["n_trials"] == len(told["grid"]) == 4
    assert told["grid"][0]["config"]["z_in"] == 2
    assert "configurations tried" in text
    assert backtest(lake, "--entry", "passive")[0]["n_trials"] == 5
    assert backtest(lake, "--until", "2024-03-04")[0]["n_trials"] == 1  # other data
    assert len((lake / REGISTRY).read_text().splitlines()) == 1 + 1 + 4 + 1 + 1


def test_workers_change_nothing(lake):
    grid = lake.parent / "footprint.toml"
    grid.write_text("[backtest.grid]\nhold_h = [1, 0.5]\n")
    one, two = (backtest(lake, "--grid", "--config", grid, "--workers", workers)[0] for workers in (1, 2))
    assert one == two


def test_a_passive_entry_pays_the_makers_fee_and_may_not_be_filled(lake):
    taker, passive = backtest(lake)[0], backtest(lake, "--entry", "passive")[0]
    assert passive["trade_counts"]["ordered"] == taker["trade_counts"]["ordered"]
    counts = passive["trade_counts"]
    assert counts["closed"] + counts["no_fill"] + counts["open"] == counts["ordered"]
    assert counts["closed"] > 0
    assert passive["costs"]["fees"] == pytest.approx(-6, abs=0.2)
    assert {one["entry_fill"] for one in passive["trades"]} <= {"rest", None}


def test_a_time_range_is_what_is_judged(lake):
    told, _ = backtest(lake, "--since", "2024-03-05T06:00Z", "--until", "2024-03-05T18:00Z")
    entered = [one["entry_decided_ts"] for one in told["trades"]]
    assert entered
    assert min(entered) > "2024-03-05T06:00"
    assert max(entered) <= "2024-03-05T18:00:00.000000+00:00"
    assert told["markets"][0]["minutes"] == 720


def test_trades_go_to_a_file(lake, tmp_path):
    told, _ = backtest(lake, "--trades", tmp_path / "trades.parquet")
    written = pl.read_parquet(tmp_path / "trades.parquet")
    assert dict(written.schema) == dict(TRADES.schema)
    assert written.height == 3 * told["trade_counts"]["ordered"]


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (("--symbol", "AUSDX"), 2, "did you mean AUSDT?"),
        (("--venue", "binance"), 2, "no venue of this lake"),
        (("--since", "2025-01-01"), 1, "no rows of reversion_signal in this time"),
        (("--since", "2024-03-04T12:00"), 2, "a time without a zone"),
        (("--trades", "trades.csv"), 2, "there are: parquet"),
        (("--capital", "0"), 2, "Must be > 0"),
        (("--tier", "vip"), 2, "[[fees]]"),
    ],
)
def test_what_cannot_be_meant_is_answered_in_a_sentence(planted, options, code, sentence):
    done = footprint("backtest", "--lake", planted, *options)
    assert (done.code, done.out) == (code, "")
    assert sentence in done.err
    assert "Traceback" not in done.err
    assert not (planted / REGISTRY).exists()


def test_an_empty_lake_and_one_without_the_signal(tmp_path, lake):
    assert "the lake is empty" in footprint("backtest", "--lake", tmp_path / "none").err
    shutil.rmtree(lake / "reversion_signal")
    done = footprint("backtest", "--lake", lake)
    assert (done.code, "nothing to backtest" in done.err) == (1, True)


def test_rows_of_two_sets_of_parameters_are_not_one_strategy(lake, monkeypatch):
    from pipeline.lake import Lake

    told = iter(range(99))
    monkeypatch.setattr(Lake, "lineage", lambda *_: {"parameters": PARAMS | {"z_in": next(told)}})
    done = footprint("backtest", "--lake", lake)
    assert (done.code, "are not one strategy" in done.err) == (1, True)


def test_rows_made_from_other_books_are_refused(lake):
    shutil.rmtree(lake / "book_state")
    done = footprint("backtest", "--lake", lake)
    assert (done.code, "2,880 of 2,880" in done.err) == (1, True)
    assert "made from other books" in done.err


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[backtest.grid]\nz_inn = [1]\n", "did you mean z_in?"),
        ("[backtest.grid]\nz_in = 2\n", "expected a list of numbers"),
        ("[backtest.grid]\nz_in = [-1]\n", "expected z_in above 0"),
        ("[backtest.grid]\nhalf_life_min = [31]\n", "expected one of maker_inventory's half-lives: 30, 120"),
        (f"[backtest.grid]\nz_in = {list(range(2, 42))}\nhold_h = {list(range(1, 31))}\n", "1,200 combinations"),
        ("[backtest]\ncapital = 1\n", "no key in [backtest]"),
        ('[[fees]]\nvenue = "binance-usdm"\n', "[[fees]] lacks maker_bps, source, taker_bps, tier"),
        ('[fees]\nvenue = "binance-usdm"\n', "once per fees"),
    ],
)
def test_a_configuration_without_meaning_is_answered_in_a_sentence(planted, tmp_path, text, sentence):
    config = tmp_path / "footprint.toml"
    config.write_text(text)
    done = footprint("backtest", "--lake", planted, "--config", config, "--grid")
    assert done.code == 2
    assert sentence in done.err


def test_the_digest_of_the_data_is_that_of_what_was_judged(lake):
    whole = find(request(lake)).data
    assert find(request(lake)).data == whole
    assert find(request(lake, symbol="AUSDT")).data != whole
    assert find(request(lake, time=TimeRange.of("2024-03-05", None))).data != whole


def test_funding_is_paid_where_a_settlement_was_met_and_nowhere_else(lake):
    trades = backtest(lake, "--symbol", "AUSDT")[0]["trades"]
    assert {one["entry_ts"][11:13] for one in trades if one["stamps"]} == {"07", "15", "23"}
    for one in trades:
        if one["status"] == "open":
            continue
        paid = -one["side"] * one["filled_qty"] * 100.0 * 1e-5 * one["stamps"]
        assert one["funding_quote"] == pytest.approx(paid)


def test_funding_that_was_not_recorded_is_not_taken_for_none(lake):
    """A trade over a settlement without a rate has no profit or loss."""
    before = backtest(lake, "--symbol", "AUSDT")[0]["trades"]
    shutil.rmtree(lake / "funding")
    told, text = backtest(lake, "--symbol", "AUSDT")
    assert told["funding"] == {"settlements": 6, "without_a_known_rate": 6}
    assert "6 of unknown rate" in text
    unpriced = [one["entry_ts"] for one in told["trades"] if one["status"] == "unpriced"]
    assert unpriced == [one["entry_ts"] for one in before if one["stamps"]]
    assert len(unpriced) >= 3


@pytest.mark.slow
def test_a_planted_edge_is_found_and_plain_reversal_is_not_taken_for_it(tmp_path):
    """32 days of three markets: 30 are the least. Without decoys every fall recovers, whatever inventory does."""
    symbols = ("AUSDT", "BUSDT", "CUSDT")
    found = []
    for name, edge_bps, decoys in (("edge", 40, True), ("reversal", 40, False), ("nothing", 20, True)):
        root = tmp_path / name / "lake"
        root.mkdir(parents=True)
        reversion_lake(root, symbols=symbols, days=32, edge_bps=edge_bps, decoys=decoys)
        config = root.parent / "footprint.toml"
        config.write_text("[backtest.grid]\npullback = [0.005]\n")
        told, _ = backtest(root, "--grid", "--config", config, "--workers", 1)
        found.append((told["verdict"], told["sample"]["is_enough"], told["dsr"] is not None, told["pbo"] is not None))
    assert found[0] == ("predictive after cost out of sample", True, True, True)
    assert found[1] == ("no evidence", True, True, True)
    assert found[2] == ("no evidence", True, True, True)
