"""Lakes that several tests read, built once a session."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from pipeline.ingest import ingest
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.plan import Wanted
from pipeline.simulator.capture_files import capture_name
from pipeline.simulator.presets import DEMO_START, SMALL
from pipeline.simulator.simulate import DEMO_FEED, simulate
from pipeline.sources import SOURCES
from pipeline.warehouse import open_catalogue, publish
from tests.lookahead.chain_lines import write_chain
from tests.pipeline.captures import over_midnight, session, write_capture
from tests.pipeline.lakes import CHAIN, COINM, MARKET, SPOT, add, refresh

_HOME = Path(__file__).parents[3] / "shared" / "market-data"


@pytest.fixture(scope="session")
def recordings() -> Path:
    """Real recordings; they are no part of the repository."""
    if not _HOME.is_dir():
        pytest.skip(f"real recordings are not here: {_HOME}")
    return _HOME


@pytest.fixture(scope="session")
def files_2023(recordings: Path) -> list[Path]:
    return [recordings / "binance-2023-04-05" / f"usdm_btcusdt_{day}.dat.gz" for day in ("20230404", "20230405")]


@pytest.fixture(scope="session")
def files_2024(recordings: Path) -> list[Path]:
    return [recordings / "binance-2024-08-08" / "usdm_btcusdt_20240808.gz"]


@pytest.fixture(scope="session")
def files_all_2024(recordings: Path) -> dict[Market, list[Path]]:
    """The same minutes of three markets, by one recorder."""
    folder = recordings / "binance-2024-08-08"
    names = {MARKET: "usdm_btcusdt_*.gz", SPOT: "spot_btcusdt_*.gz", COINM: "cm_btcusd_perp_*.gz"}
    return {market: sorted(folder.glob(name)) for market, name in names.items()}


@pytest.fixture(scope="session")
def files_spot_2023(recordings: Path) -> list[Path]:
    return [recordings / "binance-2023-04-05" / "spot_btcusdt_20230405.dat.gz"]


@pytest.fixture(scope="session")
def lake_2023(files_2023: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return _published(tmp_path_factory.mktemp("lake_2023"), *files_2023)


@pytest.fixture(scope="session")
def lake_2024(files_2024: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return _published(tmp_path_factory.mktemp("lake_2024"), *files_2024)


@pytest.fixture(scope="session")
def lake_all_2024(files_all_2024: dict[Market, list[Path]], tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return _published_markets(tmp_path_factory.mktemp("lake_all_2024"), files_all_2024)


@pytest.fixture(scope="session")
def lake_spot_2023(files_spot_2023: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return _published_markets(tmp_path_factory.mktemp("lake_spot_2023"), {SPOT: files_spot_2023})


@pytest.fixture(scope="session")
def lake_small(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Four hand-made seconds."""
    folder = tmp_path_factory.mktemp("small")
    return _published(folder / "lake", write_capture(folder / "small.gz", session()))


@pytest.fixture(scope="session")
def lake_demo(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Ten simulated minutes of a perpetual and its spot, up to six minutes after a midnight; windows of the demo."""
    folder = tmp_path_factory.mktemp("demo")
    start = DEMO_START + timedelta(minutes=10)
    simulate(folder / "sim", SMALL, seed=7, duration=timedelta(minutes=10), feeds=[DEMO_FEED], start=start)
    names = {market.venue: capture_name(market.venue, market.symbol, DEMO_FEED) for market in SMALL.markets}
    lake, wanted = Lake(folder / "lake"), Wanted(preset="demo")
    for market in (MARKET, SPOT):
        ingest(
            lake,
            SOURCES["binance-capture"],
            [folder / "sim" / "public" / names[market.venue]],
            market,
            wanted,
            workers=1,
        )
    refresh(lake, wanted)
    publish(lake, "test")
    return lake


@pytest.fixture(scope="session")
def lake_options(lake_demo: Lake, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The same ten minutes with a chain of options on the perpetual: every option quoted each twenty seconds."""
    folder = tmp_path_factory.mktemp("options")
    lake = Lake(Path(shutil.copytree(lake_demo.root, folder / "lake")))
    first = int((DEMO_START + timedelta(minutes=10)).timestamp()) * 1_000
    moments = [(1_000_000 * (at + 5), at) for at in range(first, first + 600_000, 250)]
    wanted = Wanted(preset="demo", pairs={CHAIN: MARKET})
    chain = write_chain(folder / "chain.csv.gz", moments)
    ingest(lake, SOURCES["tardis-options"], [chain], CHAIN, wanted, workers=1)
    refresh(lake, wanted)
    publish(lake, "test")
    return lake


@pytest.fixture(scope="session")
def lake_midnight(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Six hand-made seconds, three on either side of midnight between 2024-03-05 and 2024-03-06."""
    folder = tmp_path_factory.mktemp("midnight")
    return _published(folder / "lake", write_capture(folder / "midnight.gz", over_midnight()))


def _published(root: Path, *files: Path) -> Lake:
    return _published_markets(root, {MARKET: list(files)})


def _published_markets(root: Path, files: Mapping[Market, Sequence[Path]]) -> Lake:
    lake = Lake(root)
    for market, paths in files.items():
        add(lake, *paths, market=market)
    publish(lake, "test")
    return lake


@pytest.fixture(scope="session")
def sql_2023(lake_2023: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_catalogue(lake_2023.root) as connection:
        yield connection


@pytest.fixture(scope="session")
def sql_2024(lake_2024: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_catalogue(lake_2024.root) as connection:
        yield connection


@pytest.fixture(scope="session")
def sql_all_2024(lake_all_2024: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_catalogue(lake_all_2024.root) as connection:
        yield connection


@pytest.fixture(scope="session")
def sql_spot_2023(lake_spot_2023: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_catalogue(lake_spot_2023.root) as connection:
        yield connection


@pytest.fixture(scope="session")
def sql_midnight(lake_midnight: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_catalogue(lake_midnight.root) as connection:
        yield connection


@pytest.fixture(scope="session")
def sql_small(lake_small: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_catalogue(lake_small.root) as connection:
        yield connection
