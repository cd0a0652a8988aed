"""What the README shows is what the program does."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import _COMMANDS
from tests.archive.layouts import S3, put_payloads, serve_s3
from tests.archive.server import Archive, serving
from tests.pipeline.command import footprint as answer
from tests.pipeline.command import program
from tests.pipeline.sources.binance import payloads_vision as vision

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A lake made by the demo in a folder of its own, and what the demo printed."""
    folder = tmp_path_factory.mktemp("readme")
    return folder, footprint("demo", folder=folder)


def footprint(*arguments: str, folder: Path) -> str:
    program = [sys.executable, "-c", "from pipeline.cli import main; main()", *arguments]
    return subprocess.run(program, cwd=folder, capture_output=True, text=True, check=True, timeout=120).stdout


def test_shown_rows_are_printed_by_the_demo(demo):
    _, printed = demo
    shown = [line for line in README.splitlines() if line.startswith("  2024-01-02")]
    assert len(shown) == 7
    for line in shown:
        assert line in printed.splitlines()


def test_queries_of_the_readme_run(demo):
    folder, _ = demo
    queries = re.findall(r'footprint sql "([^"]+)"', README)
    assert queries
    for query in queries:
        assert footprint("sql", query, "--lake", "data/demo", folder=folder).count("\n") >= 2


def test_exports_of_the_readme_write_their_files(demo):
    folder, _ = demo
    commands = [line.split("#")[0] for line in README.splitlines() if re.match("footprint .* --to ", line)]
    assert len(commands) == 3
    for command in commands:
        words = shlex.split(command)
        footprint(*words[1:], "--lake", "data/demo", folder=folder)
        assert (folder / words[words.index("--to") + 1]).exists()


def test_fetching_and_ingesting_as_the_readme_does_gives_rows(tmp_path, monkeypatch):
    """Against the loopback archive, in a folder whose footprint.toml names it."""
    lines = [line.split("#")[0] for line in README.splitlines() if re.match("footprint (fetch|ingest binance-v)", line)]
    fetching, ingesting = (shlex.split(line)[1:] for line in lines)
    monkeypatch.chdir(tmp_path)
    with serving(Archive()) as archive:
        put_payloads(archive, tmp_path, vision.USDM)
        serve_s3(archive)
        addresses = f"binance_vision = '{archive.base}'\nbinance_vision_listing = '{archive.base}{S3}'\n"
        (tmp_path / "footprint.toml").write_text(f"[fetch]\n{addresses}")
        fetched = program(*fetching)  # where other tests drive a browser, a loop of events runs in this process
    assert fetched.code == 0, fetched.err
    words = [found for word in ingesting for found in (sorted(tmp_path.glob(word)) if "*" in word else [word])]
    assert "next: footprint ingest binance-vision data/raw/binance-vision/data/futures/um/daily/" in fetched.err
    for arguments in (words, ["publish"]):
        done = answer(*arguments)
        assert done.code == 0, done.err
    query = "select (select count(*) from trades), (select count(*) from positioning), (select count(*) from funding)"
    assert answer("sql", query).out.splitlines()[1] == "3,2,3"


def test_every_command_of_the_readme_is_one():
    named = {line.split()[1] for line in README.splitlines() if re.match("footprint [a-z]", line)}
    assert {"ingest", "report", "tearsheet", "backtest", "power"} <= named <= set(_COMMANDS)


def test_pages_and_judgements_of_the_readme_are_made_of_the_demo(demo):
    folder, _ = demo
    commands = [line.split("#")[0] for line in README.splitlines() if re.match("footprint .*--lake data/demo", line)]
    assert len(commands) == 5
    for command in commands:
        words = shlex.split(command)
        footprint(*words[1:], folder=folder)
        for option in {"--json", "--out"} & set(words):
            assert (folder / words[words.index(option) + 1]).exists(), command
    assert (folder / "data/demo/report/index.html").exists()
    sheet, backtest = (json.loads((folder / name).read_text()) for name in ("sheet.json", "backtest.json"))
    assert backtest["verdict"] == "no evidence"
    assert sheet["verdict"]


def test_python_of_the_readme_runs(demo):
    folder, _ = demo
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    code = code.replace("data/lake", "data/demo")
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=folder, check=True, timeout=60)


def test_picture_of_the_readme_is_drawn_from_the_demo(demo, tmp_path):
    folder, _ = demo
    script = ROOT / "examples" / "draw_flow.py"
    subprocess.run([sys.executable, str(script), "data/demo", str(tmp_path / "demo.svg")], cwd=folder, check=True)
    assert (tmp_path / "demo.svg").read_text() == (ROOT / "docs" / "images" / "demo.svg").read_text()


def test_the_example_reads_the_lake_of_the_demo_and_agrees_with_the_roll_up(demo):
    """The minute in which takers leaned most, once by Polars and once by SQL."""
    folder, _ = demo
    script = [sys.executable, str(ROOT / "examples" / "read_lake.py"), "data/demo"]
    said = subprocess.run(script, cwd=folder, capture_output=True, text=True, check=True, timeout=60).stdout
    assert "taker_flow " in said
    query = (
        "select strftime(bar_end, '%Y-%m-%d %H:%M:%S') as minute, round(buy_qty - sell_qty, 3) as net_qty "
        "from taker_flow_1m() where venue = 'binance-usdm' and date = '2024-01-02' and coverage >= 0.8 "
        "order by abs(net_qty) desc limit 1"
    )
    answer = footprint("sql", query, "--lake", "data/demo", folder=folder)
    minute, net_qty = answer.splitlines()[1].replace('"', "").split(",")
    shown = next(line for line in said.splitlines() if " UTC " in line)
    assert f"{minute} UTC" in shown
    assert f" {net_qty} " in shown


def test_links_of_the_readme_lead_somewhere():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


def test_example_configuration_is_valid():
    from pipeline.config import load_config

    config = load_config(ROOT / "examples" / "footprint.toml")
    assert [str(market) for market in config.markets] == ["binance-usdm/BTCUSDT", "binance-coinm/BTCUSD_PERP"]
