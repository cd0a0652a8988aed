"""Two simulated markets in one footprint.toml: their makers' inventories are summed, and the plan says why."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from pipeline.config import load_config
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.neighbours import unweighed
from pipeline.plan import Plan, Wanted, make_plan
from pipeline.warehouse import open_catalogue, run_checks
from tests.pipeline.captures import session, write_capture
from tests.pipeline.command import footprint, ingest_command
from tests.pipeline.demo_market import write_demo_market

OWN, PEER, OTHER = (Market("binance-usdm", symbol) for symbol in ("BTCUSDT", "BTCUSDC", "BTCFDUSD"))
CONFIG = """
[lake]
root = "lake"

[params]
preset = "demo"

[params.inventory_total.weights]
"binance-usdm/BTCUSDC" = 0.5

[[group]]
own = "binance-usdm/BTCUSDT"
peers = ["binance-usdm/BTCUSDC"]
"""
RAW = """
[[raw]]
source = "binance-capture"
market = "{market}"
files = "{market.symbol}.gz"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five minutes on either side of a midnight."""
    folder = tmp_path_factory.mktemp("group")
    for seed, market in enumerate((OWN, PEER)):
        write_demo_market(
            folder / f"{market.symbol}.gz",
            seed=seed,
            start=datetime(2024, 1, 2, 23, 55, tzinfo=UTC),
            minutes=10,
            symbol=market.symbol,
            interval_ms=1_000,
        )
    (folder / "footprint.toml").write_text(CONFIG + "".join(RAW.format(market=market) for market in (OWN, PEER)))
    done = footprint("run", "--config", folder / "footprint.toml", "--workers", "1")
    assert done.code == 0, done.err
    return folder


@pytest.fixture(scope="module")
def sql(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_catalogue(folder / "lake") as connection:
        yield connection


def test_a_market_of_a_group_that_nobody_ingested_is_named(tmp_path):
    (tmp_path / "footprint.toml").write_text(
        '[lake]\nroot = "lake"\n[[group]]\nown = "binance-usdm/BTCUSD"\npeers = ["binance-spot/ETHUSDT"]\n'
    )
    ingest_command(tmp_path / "lake", write_capture(tmp_path / "small.gz", session()))
    told = footprint("compute", "--config", tmp_path / "footprint.toml")
    assert told.code == 0
    names = "warning: [[group]] names "
    warnings = [line.removeprefix(names) for line in told.err.splitlines() if line.startswith(names)]
    assert warnings == [
        "binance-spot/ETHUSDT, of which nothing was ingested",
        "binance-usdm/BTCUSD, of which nothing was ingested: did you mean binance-usdm/BTCUSDT?",
    ]


def plan(folder: Path, **changed: object) -> Plan:
    config = load_config(folder / "footprint.toml")
    chosen = {"preset": config.preset, "params": config.params, "groups": config.groups, **changed}
    return make_plan(Lake(config.root), Wanted(**chosen), signals=True)


def test_the_total_is_the_weighted_sum_of_both_markets_and_the_owners(sql):
    rows = sql.sql("""
        select total.symbol, total.n_markets, total.inventory_qty, own.inventory_qty + 0.5 * peer.inventory_qty
        from inventory_total as total
        join maker_inventory as own using (symbol, bar_end, half_life_min)
        join maker_inventory as peer using (bar_end, half_life_min)
        where peer.symbol = 'BTCUSDC'
    """).fetchall()
    assert len(rows) >= 20
    assert {(symbol, markets) for symbol, markets, *_ in rows} == {("BTCUSDT", 2)}
    stated = [(total, wanted) for *_, total, wanted in rows if wanted is not None]
    assert len(stated) >= 10
    assert [total for total, _ in stated] == pytest.approx([wanted for _, wanted in stated])


def test_every_check_holds(sql):
    assert {name: count for name, count in run_checks(sql).items() if count} == {}


def test_a_second_run_has_nothing_to_do(folder):
    assert "nothing to do" in footprint("run", "--config", folder / "footprint.toml").err


def test_the_total_of_a_day_reads_both_days_of_both_markets(folder):
    steps = plan(folder, params={}).steps  # other weights: made anew
    (step,) = (step for step in steps if step.name == "inventory_total" and step.day == date(2024, 1, 3))
    read = {
        name: [(file.market, file.path.split("date=")[1][:10]) for file in files] for name, files in step.inputs.items()
    }
    days = ["2024-01-02", "2024-01-03"]
    assert read == {
        "maker_inventory": [(OWN, day) for day in days],
        "peers/maker_inventory": [(PEER, day) for day in days],
    }
    assert "parameter weights changed" in step.why


def test_a_peer_that_is_added_or_withdrawn_is_named(folder):
    added = plan(folder, groups={OWN: (PEER, OTHER)})
    assert {(step.name, step.why) for step in added.steps} == {("inventory_total", "peer binance-usdm/BTCFDUSD added")}
    changed = plan(folder, groups={OWN: (OTHER,)})
    (why,) = {step.why for step in changed.steps}
    assert "peer binance-usdm/BTCFDUSD added; peer binance-usdm/BTCUSDC withdrawn" in why


def test_the_order_of_peers_makes_nothing_stale(folder):
    assert plan(folder, groups={OWN: (OTHER, PEER)}).steps[0].fingerprint == (
        plan(folder, groups={OWN: (PEER, OTHER)}).steps[0].fingerprint
    )


def test_without_its_group_a_total_goes(folder):
    left = plan(folder, groups={})
    assert left.steps == ()
    assert {(name, file.market) for name, file in left.drops} == {("inventory_total", OWN)}


def test_what_changes_of_a_peer_makes_the_total_stale(folder):
    """And the peer's inventory is made before it."""
    half_life = {"maker_inventory": {"maker_share": 0.5}}
    params = {**load_config(folder / "footprint.toml").params, **half_life}
    steps = [step for step in plan(folder, params=params).steps if step.day == date(2024, 1, 3)]
    (total,) = (step for step in steps if step.name == "inventory_total")
    assert f"maker_inventory {PEER} 2024-01-03" in total.after
    assert "input maker_inventory, peers/maker_inventory changed" in total.why


def test_a_weight_of_a_market_in_no_group_is_named():
    groups = {Market("binance-usdm", "BTCUSDT"): (Market("binance-coinm", "BTCUSD_PERP"),)}
    assert unweighed(groups, ["binance-coinm/BTCUSD_PERP"]) == []
    assert unweighed(groups, ["binance-coinm/BTCUSD_PER"]) == [
        "weights name binance-coinm/BTCUSD_PER, which is in no [[group]]: did you mean binance-coinm/BTCUSD_PERP?"
    ]
